package.path = package.path .. ";data/scripts/lib/?.lua"
include("randomext")
include("stringutility")
local IncursionPlan = include("incursionplan")

-- Galaxy script in charge of the incursion. There is at most one at any time.

-- namespace IncursionDirector
IncursionDirector = {}

local STEP = 20 * 60
local PEACE = 3 * 60 * 60
local BREACH_LIMIT = 25

local plan = nil
local timer = PEACE

function IncursionDirector.getUpdateInterval()
    return 60
end

-- Peace and incursion take turns: after three hours of peace a new incursion starts if anyone is
-- online, and a running one grows every 20 minutes.
function IncursionDirector.updateServer(timeStep)
    timer = timer - timeStep
    if timer > 0 then return end

    if plan then
        IncursionDirector.step()
        timer = STEP
    elseif IncursionDirector.begin() then
        timer = STEP
    else
        timer = 10 * 60
    end
end

-- Sectors in rifts, beyond the galaxy's edge and home sectors of players are spared.
function IncursionDirector.isAllowed(x, y)
    if math.max(math.abs(x), math.abs(y)) > 495 then return false end
    if Galaxy():sectorInRift(x, y) then return false end

    for _, player in pairs({Server():getOnlinePlayers()}) do
        local hx, hy = player:getHomeSectorCoordinates()
        if hx == x and hy == y then return false end
    end
    return true
end

-- Opens the first breach, 10 to 25 sectors away from a random player who is online; coordinates
-- may be given to force the position. Tries ten positions and returns false if none is allowed.
function IncursionDirector.begin(x, y)
    local rand = random()

    if not x then
        local players = {Server():getOnlinePlayers()}
        if #players == 0 then return false end

        local px, py = players[rand:getInt(1, #players)]:getSectorCoordinates()
        for attempt = 1, 10 do
            local angle, distance = rand:getFloat(0, 2 * math.pi), rand:getFloat(10, 25)
            local cx = math.floor(px + math.cos(angle) * distance)
            local cy = math.floor(py + math.sin(angle) * distance)
            if IncursionDirector.isAllowed(cx, cy) then
                x, y = cx, cy
                break
            end
        end
        if not x then return false end
    end

    plan = IncursionPlan.create(x, y)
    timer = STEP
    Server():broadcastChatMessage("", ChatMessageType.ServerInfo, "Subspace is tearing open at \\s(%1%:%2%)!"%_T, x, y)
    return true
end

-- Lets the incursion grow. Above the limit of 25 breaches it collapses under its own weight.
function IncursionDirector.step()
    local count = IncursionPlan.size(plan)
    if count > BREACH_LIMIT then
        IncursionDirector.finish("The breaches collapsed on their own."%_T)
        return
    end

    local rand = random()
    local born = IncursionPlan.grow(plan, IncursionDirector.isAllowed, function(n) return rand:getInt(1, n) end)
    for _, breach in ipairs(born) do
        Server():broadcastChatMessage("", ChatMessageType.ServerInfo, "A new breach opened at \\s(%1%:%2%)."%_T, breach.x, breach.y)
    end
end

-- Called by the sector script after a fight. With the last breach the incursion ends and everyone
-- who is online is paid 20000 credits for each breach that was closed.
function IncursionDirector.reportDamage(x, y, amount)
    if not plan then return end

    local result = IncursionPlan.damage(plan, x, y, amount)
    if result == "closed" and IncursionPlan.size(plan) == 0 then
        local money = plan.closed * 20000
        for _, player in pairs({Server():getOnlinePlayers()}) do
            player:receive("Received %1% Credits for the defense of the galaxy."%_T, money)
        end
        IncursionDirector.finish("The last breach is closed!"%_T)
    end
    return result
end

function IncursionDirector.finish(message)
    plan = nil
    timer = PEACE
    Server():broadcastChatMessage("", ChatMessageType.ServerInfo, message)
end

-- Strength of the breach in a sector, 0 without one.
function IncursionDirector.getStrength(x, y)
    local breach = plan and IncursionPlan.get(plan, x, y)
    return breach and breach.strength or 0
end

-- x, y and distance of the nearest breach; nothing in times of peace
function IncursionDirector.findNearest(x, y)
    if not plan then return end
    local breach, distance = IncursionPlan.nearest(plan, x, y)
    return breach.x, breach.y, distance
end

function IncursionDirector.secure()
    return {plan = plan, timer = timer}
end

function IncursionDirector.restore(data)
    plan, timer = data.plan, data.timer or PEACE
end
