package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
include("randomext")

-- Server wide script: hunts make hunters famous, and famous hunters get visitors.

-- namespace Notoriety
Notoriety = {}

local DECAY_PER_HOUR = 3
local VISIT_THRESHOLD = 20
local ranks =
{
    {points = 0, title = "Nobody"},
    {points = 5, title = "Thief-Taker"},
    {points = 15, title = "Bounty Hunter"},
    {points = 40, title = "Scourge of Pirates"},
    {points = 100, title = "Legend"},
}

function Notoriety.initialize()
    Server():registerCallback("onPlayerLogIn", "onPlayerLogIn")
end

function Notoriety.getUpdateInterval()
    return 300
end

-- Every five minutes the fame of all players online fades a little. Players who are still above
-- the threshold have a chance of 1 % per point to be visited by head hunters, at most 60 %.
function Notoriety.updateServer(timeStep)
    for _, player in pairs({Server():getOnlinePlayers()}) do
        local fame = Notoriety.decay(player, timeStep)
        if fame >= VISIT_THRESHOLD and random():test(math.min(0.6, fame / 100)) then
            Notoriety.sendVisitors(player, fame)
        end
    end
end

-- Reduces the fame of a player by 3 points per hour and returns what is left, never below zero.
function Notoriety.decay(player, seconds)
    local fame = player:getValue("bounty_fame") or 0
    fame = math.max(0, fame - DECAY_PER_HOUR * seconds / 3600)
    player:setValue("bounty_fame", fame > 0 and fame or nil)
    return fame
end

-- Adds fame and congratulates when this lifts the player into a new rank.
function Notoriety.addFame(playerIndex, points)
    local player = Player(playerIndex)
    local before = player:getValue("bounty_fame") or 0
    player:setValue("bounty_fame", before + points)

    local rank = Notoriety.getRank(before + points)
    if rank ~= Notoriety.getRank(before) then
        player:sendChatMessage("", ChatMessageType.Information, "You are now known as: %1%"%_T, rank)
        Server():broadcastChatMessage("", ChatMessageType.ServerInfo, "%1% is now known as '%2%'."%_T, player.name, rank)
    end
end

-- Title for an amount of fame: the last rank in the list whose points were reached.
function Notoriety.getRank(fame)
    local title = ranks[1].title
    for _, rank in ipairs(ranks) do
        if fame >= rank.points then title = rank.title end
    end
    return title
end

-- Starts the head hunter event for a player who isn't in his home sector. It costs half of the
-- fame, so that there is some peace afterwards.
function Notoriety.sendVisitors(player, fame)
    local hx, hy = player:getHomeSectorCoordinates()
    local x, y = player:getSectorCoordinates()
    if hx == x and hy == y then return end

    player:addScriptOnce("data/scripts/player/headhunters.lua", math.ceil(fame / 20))
    player:setValue("bounty_fame", fame / 2)
end

function Notoriety.onPlayerLogIn(playerIndex)
    local player = Player(playerIndex)
    local fame = player:getValue("bounty_fame")
    if fame then
        player:sendChatMessage("", ChatMessageType.Normal, "Welcome back, %1%."%_T, Notoriety.getRank(fame))
    end
end
