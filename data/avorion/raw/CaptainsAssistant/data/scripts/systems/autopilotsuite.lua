package.path = package.path .. ";data/scripts/systems/?.lua"
package.path = package.path .. ";data/scripts/lib/?.lua"
include("basesystem")
include("utility")
include("randomext")

-- Autopilot: better velocity in calm sectors, faster jumps, a bit of loot collection.
-- The velocity bonus is dropped for 20 seconds whenever the ship is hit.

FixedEnergyRequirement = true

local cruising = nil          -- key of the active bonus
local lockout = 0
local cruiseFactor = 0

-- All random properties in one place; they must be drawn in the same order every time, otherwise
-- tooltips and bonuses wouldn't agree.
--   velocity  8 % plus 4 % per rarity step plus up to 3 %
--   cooldown  3 % less hyperspace cooldown per rarity step above petty, permanent only
--   range     loot range in meters: 50 per step above common, permanent only
local function roll(seed, rarity, permanent)
    math.randomseed(seed)

    local result = {cooldown = 0, range = 0}
    result.velocity = 0.08 + 0.04 * rarity.value + getFloat(0, 0.03)
    if permanent then
        result.cooldown = 0.03 * (rarity.value + 1)
        result.range = 50 * math.max(0, rarity.value)
    end
    return result
end

-- Cooldown and loot range are applied at once, the velocity bonus waits for calm flight.
function onInstalled(seed, rarity, permanent)
    local numbers = roll(seed, rarity, permanent)
    cruiseFactor = numbers.velocity

    if numbers.cooldown > 0 then
        addBaseMultiplier(StatsBonuses.HyperspaceCooldown, -numbers.cooldown)
    end
    if numbers.range > 0 then
        -- the engine counts in units of ten meters
        addAbsoluteBias(StatsBonuses.LootCollectionRange, numbers.range / 10)
    end

    if onServer() then
        Entity():registerCallback("onDamaged", "interruptCruise")
        Entity():registerCallback("onShieldDamaged", "interruptCruise")
    end
end

function onUninstalled(seed, rarity, permanent)
    if onServer() then endCruise() end
end

function getUpdateInterval()
    return 2
end

-- Waits until the lockout is over, then turns the velocity bonus on.
function updateServer(timeStep)
    lockout = math.max(0, lockout - timeStep)
    if lockout == 0 and not cruising then
        cruising = Entity():addBaseMultiplier(StatsBonuses.Velocity, cruiseFactor)
    end
end

function interruptCruise()
    lockout = 20
    endCruise()
end

function endCruise()
    if cruising then
        Entity():removeBonus(cruising)
        cruising = nil
    end
end

-- Marks: "A" for common and worse, then one letter per rarity step up to "F" for legendary.
function getName(seed, rarity)
    local mark = string.char(string.byte("A") + math.max(0, rarity.value))
    return "Autopilot Suite ${mark}"%_t % {mark = mark}
end

function getIcon(seed, rarity)
    return "data/textures/icons/afterburn.png"
end

function getEnergy(seed, rarity, permanent)
    local numbers = roll(seed, rarity, permanent)
    return (numbers.velocity * 2.5 + numbers.cooldown * 4) * 1000 * 1000 * 1000
end

function getPrice(seed, rarity)
    local numbers = roll(seed, rarity, true)
    local price = numbers.velocity * 100 * 1200 + numbers.range * 80
    return price * 2.4 ^ rarity.value
end

-- Rows without effect are left out of the tooltip.
function getTooltipLines(seed, rarity, permanent)
    local now, best = roll(seed, rarity, permanent), roll(seed, rarity, true)
    local texts, bonuses = {}, {}

    table.insert(texts, {ltext = "Cruise Velocity"%_t, rtext = string.format("%+i%%", round(now.velocity * 100)), icon = "data/textures/icons/speedometer.png"})

    local optional =
    {
        {name = "Hyperspace Cooldown"%_t, key = "cooldown", text = "%i%%", scale = -100, icon = "data/textures/icons/hourglass.png"},
        {name = "Loot Collection Range"%_t, key = "range", text = "+%i m", scale = 1, icon = "data/textures/icons/sell.png"},
    }
    for _, row in ipairs(optional) do
        local line = {ltext = row.name, icon = row.icon}
        if best[row.key] > 0 then
            line.rtext = string.format(row.text, round(best[row.key] * row.scale))
            table.insert(bonuses, line)
            if now[row.key] > 0 then
                table.insert(texts, {ltext = row.name, rtext = line.rtext, icon = row.icon, boosted = true})
            end
        end
    end

    return texts, bonuses
end
