package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
local SurveyGrid = include("surveygrid")

local OVERLAY = "data/scripts/player/map/surveyoverlay.lua"

-- Lists the unexplored sectors around a player as text.
-- Walks over the rings around the player's sector, nearest first, until `count` sectors that the
-- player doesn't know are found or the ring radius exceeds 12. Sectors inside of rifts don't
-- count, because nobody can go there.
local function findUnknown(player, count)
    local x, y = player:getSectorCoordinates()
    local galaxy = Galaxy()
    local names = {}

    for radius = 1, 12 do
        for _, sector in ipairs(SurveyGrid.ring(x, y, radius)) do
            if not player:knowsSector(sector.x, sector.y) and not galaxy:sectorInRift(sector.x, sector.y) then
                names[#names + 1] = string.format("\\s(%d:%d)", sector.x, sector.y)
                if #names >= count then return names end
            end
        end
    end
    return names
end

-- Percentage of known sectors in the survey cell the player is in, as a whole number.
local function explored(player)
    local lower, upper = SurveyGrid.bounds(SurveyGrid.toCell(player:getSectorCoordinates()))
    local known, total = 0, 0

    for x = lower.x, upper.x do
        for y = lower.y, upper.y do
            total = total + 1
            if player:knowsSector(x, y) then known = known + 1 end
        end
    end
    return math.floor(known / total * 100)
end

-- /survey            progress in the current cell
-- /survey next [n]   the n nearest unknown sectors, three by default and ten at most
-- /survey sell       sells all charts
function execute(sender, commandName, action, argument)
    if not sender then return 1, "", "Only players can survey." end
    local player = Player(sender)

    if action == nil then
        return 0, "", string.format("%d%% of this region explored.", explored(player))
    end

    if action == "next" then
        local count = math.min(10, math.max(1, math.floor(tonumber(argument) or 3)))
        local names = findUnknown(player, count)
        if #names == 0 then
            return 0, "", "Everything around here is charted."
        end
        return 0, "", "Unknown sectors: " .. table.concat(names, " ")
    end

    if action == "sell" then
        local code = player:invokeFunction(OVERLAY, "sellCharts")
        if code ~= 0 then
            return 1, "", "You don't own any charts."
        end
        return 0, "", ""
    end

    return 1, "", getHelp()
end

function getDescription()
    return "Helps with the exploration of the galaxy."
end

function getHelp()
    return "Usage: /survey | /survey next [count] | /survey sell"
end
