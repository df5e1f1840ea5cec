package.path = package.path .. ";data/scripts/lib/?.lua"

-- The map of an incursion: which sectors have a breach and how strong it is. Only numbers and
-- tables, so it can be tested without the game and saved as it is.

local IncursionPlan = {}

IncursionPlan.MaxStrength = 5
local NEIGHBORS = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}}

local function key(x, y) return x .. ":" .. y end

-- Starts an incursion with a single breach of strength 1.
function IncursionPlan.create(x, y)
    local plan = {breaches = {}, age = 0, closed = 0}
    plan.breaches[key(x, y)] = {x = x, y = y, strength = 1}
    return plan
end

function IncursionPlan.get(plan, x, y)
    return plan.breaches[key(x, y)]
end

-- One step of growth. First every breach gains a point of strength up to the maximum of 5. Then
-- each breach that was at the maximum before this step spreads into one neighboring sector that is
-- free and for which isAllowed(x, y) returns true; pick(n) chooses the neighbor and has to return a
-- number from 1 to n. New breaches start at strength 1 and neither grow nor spread in the step they
-- are born in. Returns the list of new breaches.
function IncursionPlan.grow(plan, isAllowed, pick)
    plan.age = plan.age + 1

    local mature = {}
    for _, breach in pairs(plan.breaches) do
        if breach.strength >= IncursionPlan.MaxStrength then
            mature[#mature + 1] = breach
        else
            breach.strength = breach.strength + 1
        end
    end

    -- pairs() has no fixed order, sorting keeps the result reproducible
    table.sort(mature, function(a, b)
        if a.x ~= b.x then return a.x < b.x end
        return a.y < b.y
    end)

    local born = {}
    for _, breach in ipairs(mature) do
        local free = {}
        for _, offset in ipairs(NEIGHBORS) do
            local x, y = breach.x + offset[1], breach.y + offset[2]
            if not IncursionPlan.get(plan, x, y) and isAllowed(x, y) then
                free[#free + 1] = {x = x, y = y, strength = 1}
            end
        end

        if #free > 0 then
            local chosen = free[pick(#free)]
            plan.breaches[key(chosen.x, chosen.y)] = chosen
            born[#born + 1] = chosen
        end
    end
    return born
end

-- Takes strength away from a breach and removes it when nothing is left. Returns "closed",
-- "weakened" or, when there's no breach in that sector, nil.
function IncursionPlan.damage(plan, x, y, amount)
    local breach = IncursionPlan.get(plan, x, y)
    if not breach then return nil end

    breach.strength = breach.strength - amount
    if breach.strength > 0 then return "weakened" end

    plan.breaches[key(x, y)] = nil
    plan.closed = plan.closed + 1
    return "closed"
end

-- number of breaches and sum of their strengths
function IncursionPlan.size(plan)
    local count, strength = 0, 0
    for _, breach in pairs(plan.breaches) do
        count = count + 1
        strength = strength + breach.strength
    end
    return count, strength
end

-- The breach closest to (x:y) and its distance; the stronger one if two are equally close.
function IncursionPlan.nearest(plan, x, y)
    local best, bestDistance = nil, math.huge
    for _, breach in pairs(plan.breaches) do
        local d = math.sqrt((breach.x - x) ^ 2 + (breach.y - y) ^ 2)
        if d < bestDistance or (d == bestDistance and breach.strength > best.strength) then
            best, bestDistance = breach, d
        end
    end
    return best, bestDistance
end

return IncursionPlan
