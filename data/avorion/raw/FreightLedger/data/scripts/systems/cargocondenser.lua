package.path = package.path .. ";data/scripts/systems/?.lua"
package.path = package.path .. ";data/scripts/lib/?.lua"
include("basesystem")
include("utility")
include("randomext")

-- Trades engine power for cargo space: the hold grows by a percentage, acceleration suffers.

FixedEnergyRequirement = true
Unique = true

-- Rolls the strength of the upgrade from its seed.
-- Cargo bonus: 12 % plus 6 % per rarity step (petty counts as -1) plus a random part of up to 5 %;
-- installing it permanently multiplies the bonus by 1.6. The acceleration malus is a third of the
-- cargo bonus, but never more than 20 %. Returns both as factors (0.25 means 25 %).
function getCondensing(seed, rarity, permanent)
    math.randomseed(seed)

    local cargo = 0.12 + rarity.value * 0.06 + getFloat(0, 0.05)
    if permanent then
        cargo = cargo * 1.6
    end

    local malus = math.min(0.2, cargo / 3)
    return cargo, malus
end

function onInstalled(seed, rarity, permanent)
    local cargo, malus = getCondensing(seed, rarity, permanent)
    addBaseMultiplier(StatsBonuses.CargoHold, cargo)
    addBaseMultiplier(StatsBonuses.Acceleration, -malus)
end

function onUninstalled(seed, rarity, permanent)
end

-- "Cargo Condenser C-18": the number is the cargo bonus in percent when not permanent.
function getName(seed, rarity)
    local cargo = getCondensing(seed, rarity, false)
    return "Cargo Condenser C-${number}"%_t % {number = round(cargo * 100)}
end

function getBasicName()
    return "Cargo Condenser"%_t
end

function getIcon(seed, rarity)
    return "data/textures/icons/crate.png"
end

-- Energy in watts: 800 MW per percent of cargo bonus.
function getEnergy(seed, rarity, permanent)
    local cargo = getCondensing(seed, rarity, permanent)
    return cargo * 100 * 800 * 1000 * 1000
end

-- Base price 45000 per 10 % bonus, multiplied by 2.5 for each rarity step.
function getPrice(seed, rarity)
    local cargo = getCondensing(seed, rarity, false)
    return cargo * 10 * 45000 * math.pow(2.5, rarity.value)
end

-- Lines for the tooltip. The second table shows what would be added by a permanent installation.
function getTooltipLines(seed, rarity, permanent)
    local cargo, malus = getCondensing(seed, rarity, permanent)
    local permanentCargo = getCondensing(seed, rarity, true)
    local baseCargo = getCondensing(seed, rarity, false)

    local texts =
    {
        {ltext = "Cargo Hold"%_t, rtext = string.format("%+i%%", round(cargo * 100)),
            icon = "data/textures/icons/crate.png", boosted = permanent},
        {ltext = "Acceleration"%_t, rtext = string.format("%i%%", -round(malus * 100)),
            icon = "data/textures/icons/acceleration.png"},
    }
    local bonuses =
    {
        {ltext = "Cargo Hold"%_t, rtext = string.format("%+i%%", round((permanentCargo - baseCargo) * 100)),
            icon = "data/textures/icons/crate.png"},
    }
    return texts, bonuses
end

function getDescriptionLines(seed, rarity, permanent)
    return {
        {ltext = "Folds containers, slows down ships."%_t, lcolor = ColorRGB(1, 0.5, 0.5)},
    }
end
