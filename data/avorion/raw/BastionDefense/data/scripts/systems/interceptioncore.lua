package.path = package.path .. ";data/scripts/systems/?.lua"
package.path = package.path .. ";data/scripts/lib/?.lua"
include("basesystem")
include("utility")
include("randomext")

-- Point defense upgrade. Adds slots for point defense turrets and, if installed permanently,
-- automatic turret slots; shoots faster while torpedoes are in the air.

FixedEnergyRequirement = true
PermanentInstallationOnly = false

local boostKey = nil
local boostFactor = 0

-- slots granted per rarity, starting with petty
local SLOTS = {1, 2, 3, 4, 6, 8, 10}

-- Slots and boost for an installation.
-- Point defense slots come from the table above plus one with a chance of 30 % (decided by the
-- seed). A permanent installation adds half of that, rounded up, as automatic slots.
-- The boost of the fire rate is 5 % per rarity step, common being the first.
function getNumbers(seed, rarity, permanent)
    math.randomseed(seed)

    local slots = SLOTS[rarity.value + 2]
    if math.random() < 0.3 then slots = slots + 1 end

    local automatic = 0
    if permanent then automatic = math.ceil(slots / 2) end

    return slots, automatic, 0.05 * (rarity.value + 1)
end

function onInstalled(seed, rarity, permanent)
    local slots, automatic, boost = getNumbers(seed, rarity, permanent)
    addMultiplyableBias(StatsBonuses.PointDefenseTurrets, slots)
    if automatic > 0 then
        addMultiplyableBias(StatsBonuses.AutomaticTurrets, automatic)
    end
    boostFactor = boost
end

function getUpdateInterval()
    return 0.5
end

-- Switches the fire rate boost on while a hostile torpedo is within 10 km and off afterwards.
-- The bonus is registered with the entity once and removed with the key that was returned.
function updateServer(timeStep)
    local ship = Entity()
    local danger = false

    for _, torpedo in pairs({Sector():getEntitiesByType(EntityType.Torpedo)}) do
        if torpedo.factionIndex ~= ship.factionIndex
                and distance2(torpedo.translationf, ship.translationf) < 1000 * 1000 then
            danger = true
            break
        end
    end

    if danger and not boostKey then
        boostKey = ship:addBaseMultiplier(StatsBonuses.FireRate, boostFactor)
    elseif boostKey and not danger then
        ship:removeBonus(boostKey)
        boostKey = nil
    end
end

function onUninstalled(seed, rarity, permanent)
    if onServer() and boostKey then
        Entity():removeBonus(boostKey)
        boostKey = nil
    end
end

function getName(seed, rarity)
    local slots = getNumbers(seed, rarity, false)
    return "Interception Core PD-${slots}"%_t % {slots = slots}
end

function getBasicName()
    return "Interception Core"%_t
end

function getIcon(seed, rarity)
    return "data/textures/icons/shotgun.png"
end

function getEnergy(seed, rarity, permanent)
    local slots, automatic = getNumbers(seed, rarity, permanent)
    return (slots * 90 + automatic * 140) * 1000 * 1000
end

-- A slot is worth 7500 credits, better rarities get expensive quickly (factor 2.3 per step).
function getPrice(seed, rarity)
    local slots = getNumbers(seed, rarity, false)
    return slots * 7500 * math.pow(2.3, rarity.value)
end

-- The permanent bonus is shown even if it isn't active, but then only in the list of bonuses.
function getTooltipLines(seed, rarity, permanent)
    local slots, automatic, boost = getNumbers(seed, rarity, permanent)
    local _, possible = getNumbers(seed, rarity, true)

    local texts = {{ltext = "Defensive Turret Slots"%_t, rtext = "+" .. slots, icon = "data/textures/icons/turret.png"}}
    if automatic > 0 then
        table.insert(texts, {ltext = "Auto-Turret Slots"%_t, rtext = "+" .. automatic, icon = "data/textures/icons/turret.png", boosted = true})
    end
    if boost > 0 then
        table.insert(texts, {ltext = "Fire Rate vs. Torpedoes"%_t, rtext = string.format("%+i%%", round(boost * 100)), icon = "data/textures/icons/bullets.png"})
    end

    return texts, {{ltext = "Auto-Turret Slots"%_t, rtext = "+" .. possible, icon = "data/textures/icons/turret.png"}}
end
