package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
include("randomext")

-- Behaviour of a hive. It adapts to the weapons it is attacked with and sheds its armor when the
-- adaption has become useless.

-- namespace XenoHive
XenoHive = {}

local strength = 1
local received = {}          -- damage type -> damage since the last adaption
local resisted = nil         -- damage type the hive is adapted to
local timer = 0

local typeNames =
{
    [DamageType.Physical] = "physical",
    [DamageType.Energy] = "energy",
    [DamageType.AntiMatter] = "anti matter",
    [DamageType.Electric] = "electric",
    [DamageType.Plasma] = "plasma",
    [DamageType.Fragments] = "fragment",
}

function XenoHive.initialize(strengthIn)
    strength = strengthIn or strength
    if onServer() then
        Entity():registerCallback("onDamaged", "onDamaged")
        Entity():registerCallback("onShieldDamaged", "onShieldDamaged")
    end
end

function XenoHive.getUpdateInterval()
    return 5
end

-- Only counts; the conclusions are drawn in the update. Hull and shield damage weigh the same.
local function count(damageType, amount)
    received[damageType] = (received[damageType] or 0) + amount
end

function XenoHive.onDamaged(objectIndex, amount, inflictor, damageSource, damageType)
    count(damageType, amount)
end

function XenoHive.onShieldDamaged(objectIndex, amount, damageType, inflictor)
    count(damageType, amount)
end

-- The damage type that did the most damage, and its share of everything that was received.
-- Returns nil when there was no damage at all.
function XenoHive.dominantType()
    local total, best = 0, nil
    for damageType, amount in pairs(received) do
        total = total + amount
        if not best or amount > received[best] then best = damageType end
    end
    if total <= 0 then return nil end
    return best, received[best] / total
end

-- Every 30 seconds the hive looks at the damage it took. If more than half was of one type it
-- adapts to that type; if the current adaption saw less than 10 % of the damage it is dropped. In
-- calm times it regenerates 1 % of the hull per update and point of strength.
function XenoHive.updateServer(timeStep)
    timer = timer + timeStep
    if timer < 30 then return end
    timer = 0

    local hive = Entity()
    local dominant, share = XenoHive.dominantType()
    if not dominant then
        hive.durability = math.min(hive.maxDurability, hive.durability + hive.maxDurability * 0.01 * strength)
        return
    end

    if share > 0.5 and dominant ~= resisted then
        XenoHive.adapt(hive, dominant)
    elseif resisted and dominant ~= resisted and (received[resisted] or 0) / received[dominant] < 0.1 then
        hive:setDamageTypeMultiplier(resisted, 1)
        resisted = nil
    end
    received = {}
end

-- Takes 12 % less damage of the given type per point of strength (60 % at most) and 25 % more of
-- the type it was adapted to before.
function XenoHive.adapt(hive, damageType)
    if resisted then
        hive:setDamageTypeMultiplier(resisted, 1.25)
    end
    resisted = damageType
    hive:setDamageTypeMultiplier(damageType, 1 - math.min(0.6, 0.12 * strength))

    local name = typeNames[damageType]
    if name then
        Sector():broadcastChatMessage("", ChatMessageType.Information, "The hive adapts to %1% damage."%_T, name)
    end
end

function XenoHive.secure()
    return {strength = strength, resisted = resisted}
end

function XenoHive.restore(data)
    strength = data.strength
    if data.resisted then
        XenoHive.adapt(Entity(), data.resisted)
    end
end
