package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
local BountyBoard = include("bountyboard")

-- Administrators can put a price on somebody's head or cancel the running hunt of a player.

-- Reads "12:-30", "12 -30" or "(12:-30)" from the remaining arguments.
-- Returns x and y as whole numbers, or nil when the text holds anything but two coordinates
-- between -499 and 500.
local function parseCoordinates(...)
    local text = table.concat({...}, " ")
    local x, y = string.match(text, "^%(?%s*(%-?%d+)%s*[: ,]%s*(%-?%d+)%s*%)?$")
    x, y = tonumber(x), tonumber(y)

    if not x or not y then return nil end
    if math.min(x, y) < -499 or math.max(x, y) > 500 then return nil end
    return x, y
end

-- Starts a hunt for the named player without visiting an office. The poster is generated from the
-- current runtime of the server, the local faction of the hideout pays.
local function startHunt(player, x, y)
    if Galaxy():sectorInRift(x, y) then
        return "There is nothing but a rift."
    end

    local employer = Galaxy():getLocalFaction(x, y) or Galaxy():getNearestFaction(x, y)
    local poster = BountyBoard.makePoster(math.floor(Server().runtime), x, y, BountyBoard.dangerAt(x, y))
    poster.x, poster.y = x, y

    player:removeScript("data/scripts/player/bountyhunt.lua")
    player:addScriptOnce("data/scripts/player/bountyhunt.lua", employer.index, poster)
    return string.format("%s now hunts %s (danger %d) in (%d:%d).", player.name, poster.name, poster.danger, x, y)
end

-- /bounty <player> <x> <y> or /bounty <player> cancel
function execute(sender, commandName, playerName, ...)
    if sender and not Server():hasAdminPrivileges(Player(sender)) then
        return 1, "", "You don't have permission to do that."
    end

    local player = playerName and Galaxy():findPlayer(playerName)
    if not player then
        return 1, "", "Player not found: " .. tostring(playerName)
    end

    if ... == "cancel" then
        player:removeScript("data/scripts/player/bountyhunt.lua")
        return 0, "", "Hunt of " .. player.name .. " cancelled."
    end

    local x, y = parseCoordinates(...)
    if not x then
        return 1, "", getHelp()
    end
    return 0, "", startHunt(player, x, y)
end

function getDescription()
    return "Starts or cancels the bounty hunt of a player."
end

function getHelp()
    return "Starts or cancels a hunt. Usage: /bounty <player> <x> <y> | /bounty <player> cancel"
end
