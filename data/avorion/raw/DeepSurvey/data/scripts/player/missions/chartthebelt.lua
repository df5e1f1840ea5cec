package.path = package.path .. ";data/scripts/lib/?.lua"
include("structuredmission")
include("stringutility")
include("callable")
local MissionUT = include("missionutility")
local SurveyGrid = include("surveygrid")

-- A research station pays for visiting all sectors around a given point.

mission.data.brief = "Chart the Belt"%_t
mission.data.title = "Chart the Belt around (${location.x}:${location.y})"%_t
mission.data.icon = "data/textures/icons/telescope.png"
mission.data.priority = 3
mission.data.accomplishMessage = "Thank you. The charts are on their way to our scientists."%_t

mission.data.description = {}
mission.data.description[1] = "Astronomers noticed unusual reflections and need a complete chart."%_t
mission.data.description[2] = {text = "Visit the marked sectors: ${done}/${total}"%_t, bulletPoint = true, fulfilled = false}

mission.globalPhase = {}

-- Updates the counter in the mission description from the list of remaining sectors.
local function updateProgress()
    local custom = mission.data.custom
    mission.data.description[2].arguments = {
        done = custom.total - #custom.remaining,
        total = custom.total,
    }
    sync()
end

mission.phases[1] = {}

-- Collects the eight neighbors of the target plus the target itself. What lies in a rift can't be
-- visited and isn't part of the job. The mission fails right away if nothing is left.
mission.phases[1].onBeginServer = function()
    local center = mission.data.location
    local remaining = {}
    for radius = 0, 1 do
        for _, sector in ipairs(SurveyGrid.ring(center.x, center.y, radius)) do
            if not Galaxy():sectorInRift(sector.x, sector.y) then
                table.insert(remaining, sector)
            end
        end
    end

    mission.data.custom.remaining = remaining
    mission.data.custom.total = #remaining
    if #remaining == 0 then
        fail()
        return
    end
    updateProgress()
end

-- Takes a sector off the list. Staying for 20 seconds is needed before it counts, so the check
-- is only prepared here and done in confirmSector().
mission.phases[1].onSectorEntered = function(x, y)
    if onServer() then
        deferredCallback(20, "confirmSector", x, y)
    end
end

-- Strikes out (x:y) if the player is still there. With the last one the mission is done.
function confirmSector(x, y)
    local px, py = Sector():getCoordinates()
    if px ~= x or py ~= y then return end

    local remaining = mission.data.custom.remaining
    for i, sector in ipairs(remaining) do
        if sector.x == x and sector.y == y then
            table.remove(remaining, i)
            updateProgress()
            break
        end
    end

    if #remaining == 0 then
        mission.data.description[2].fulfilled = true
        reward()
        accomplish()
    end
end

-- Called by the game to ask where the tracked mission wants the player to go: the remaining
-- sector that is closest to the player's current position.
function getMissionLocation()
    local remaining = mission.data.custom.remaining
    if not remaining or #remaining == 0 then return end

    local px, py = Sector():getCoordinates()
    local best, bestDistance = nil, math.huge
    for _, sector in ipairs(remaining) do
        local d = (sector.x - px) ^ 2 + (sector.y - py) ^ 2
        if d < bestDistance then best, bestDistance = sector, d end
    end
    return best.x, best.y
end

-- Bulletin of the research station. Pays 9000 credits per sector, assuming that all nine exist.
mission.makeBulletin = function(station)
    local x, y = Sector():getCoordinates()
    local tx, ty = MissionUT.getSector(x, y, 8, 18, true, false, false, true)
    if not tx or not ty then return nil end

    return
    {
        brief = "Chart the Belt"%_T,
        title = "Chart the Belt around (${x}:${y})"%_T,
        description = mission.data.description[1],
        difficulty = "Easy /*difficulty*/"%_T,
        reward = "¢81.000",
        script = "missions/chartthebelt.lua",
        formatArguments = {x = tx, y = ty},
        msg = "Start at \\s(%1%:%2%). Stay a while in every sector, our instruments are slow."%_T,
        giverTitle = station.title,
        giverTitleArgs = station:getTitleArguments(),
        checkAccept = [[
            local self, player = ...
            if player:hasScript("missions/chartthebelt.lua") then
                player:sendChatMessage("", 1, "You are already working on a chart."%_T)
                return 0
            end
            return 1
        ]],
        arguments = {{
            giver = station.index,
            location = {x = tx, y = ty},
            reward = {credits = 81000, relations = 3000},
        }},
    }
end
