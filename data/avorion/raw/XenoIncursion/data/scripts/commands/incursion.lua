package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")

local DIRECTOR = "data/scripts/server/incursiondirector.lua"

-- Where is the closest breach? Tells direction and distance from the player's sector.
local function nearest(player)
    local x, y = player:getSectorCoordinates()
    local code, bx, by, distance = Galaxy():invokeFunction(DIRECTOR, "findNearest", x, y)

    if code ~= 0 then return "The incursion director isn't running." end
    if not bx then return "The galaxy is at peace." end
    if distance == 0 then return "You are right in the middle of it." end
    return string.format("Nearest breach: \\s(%d:%d), %.1f sectors away.", bx, by, distance)
end

-- Each entry: who may use it and what it does. The handlers get the player (nil on the console) and
-- the remaining arguments; they return the answer.
local subcommands =
{
    near = {admin = false, run = nearest},

    -- Opens an incursion at the given coordinates, or near a random player without coordinates.
    start = {admin = true, run = function(player, x, y)
        local code, started = Galaxy():invokeFunction(DIRECTOR, "begin", tonumber(x), tonumber(y))
        if code == 0 and started then return "It begins." end
        return "No suitable sector was found."
    end},

    -- Ends the incursion without a reward for anybody.
    stop = {admin = true, run = function(player)
        Galaxy():invokeFunction(DIRECTOR, "finish", "The breaches closed as if by magic.")
        return "Incursion stopped."
    end},
}

-- May this sender use the subcommand? The server console (no sender) may do everything except for
-- asking where the nearest breach is, because it isn't anywhere.
local function isPermitted(subcommand, sender)
    if not sender then return subcommand.admin end
    return not subcommand.admin or Server():hasAdminPrivileges(Player(sender))
end

function execute(sender, commandName, action, ...)
    local subcommand = subcommands[action or "near"]
    if not subcommand then
        return 1, "", getHelp()
    end
    if not isPermitted(subcommand, sender) then
        return 1, "", "You can't do that."
    end

    local player = sender and Player(sender) or nil
    return 0, "", subcommand.run(player, ...)
end

function getDescription()
    return "Shows the nearest breach; administrators can start and stop incursions."
end

function getHelp()
    return "Usage: /incursion [near] | /incursion start [x y] | /incursion stop"
end
