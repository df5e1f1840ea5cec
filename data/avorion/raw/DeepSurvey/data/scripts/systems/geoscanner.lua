package.path = package.path .. ";data/scripts/systems/?.lua"
package.path = package.path .. ";data/scripts/lib/?.lua"
include("basesystem")
include("utility")
include("randomext")
include("callable")

-- Geological scanner: highlights asteroids whose material the ship can't even see by itself.

FixedEnergyRequirement = true
Unique = true

local installedRange = 0
local installedLevel = 0
local highlighted = {}
local scanTimer = 0

-- What a scanner with this seed and rarity can do.
-- Range in km: 5 + 3 per rarity step + up to 2 random, half as much again when permanent.
-- Level is the best material it recognizes: rarity value + 1, so a petty scanner only knows iron
-- and everything from exotic upwards recognizes all materials.
function getProperties(seed, rarity, permanent)
    math.randomseed(seed)

    local range = 5 + 3 * math.max(0, rarity.value) + getFloat(0, 2)
    if permanent then range = range * 1.5 end

    local level = math.min(MaterialType.Avorion, math.max(0, rarity.value + 1))
    if rarity.value >= RarityType.Exotic then level = MaterialType.Avorion end

    return range, level
end

function onInstalled(seed, rarity, permanent)
    installedRange, installedLevel = getProperties(seed, rarity, permanent)
    addMultiplyableBias(StatsBonuses.ScannerMaterialReach, installedLevel)

    if onClient() then
        Player():registerCallback("onPreRenderHud", "onPreRenderHud")
    end
end

function onUninstalled(seed, rarity, permanent)
    highlighted = {}
    installedRange = 0
end

-- Rescans every two seconds, only on the client and only for the ship the player is flying.
-- Finds the asteroids in range and keeps the 20 with the highest material for highlighting.
function updateClient(timeStep)
    scanTimer = scanTimer - timeStep
    if scanTimer > 0 then return end
    scanTimer = 2

    local ship = Entity()
    if Player().craftIndex ~= ship.index then
        highlighted = {}
        return
    end

    local sphere = Sphere(ship.translationf, installedRange * 100)
    local candidates = {}
    for _, entity in pairs({Sector():getEntitiesByLocation(sphere)}) do
        if entity.isAsteroid then
            local material = entity:getMineableMaterial()
            if material and material.value <= installedLevel then
                table.insert(candidates, {entity = entity, material = material})
            end
        end
    end

    table.sort(candidates, function(a, b) return a.material.value > b.material.value end)
    highlighted = {}
    for i = 1, math.min(20, #candidates) do
        highlighted[i] = {id = candidates[i].entity.id, color = candidates[i].material.color}
    end
end

-- Draws a targeter in the color of the material around every highlighted asteroid. Asteroids that
-- were mined or left the sector since the last scan are skipped.
function onPreRenderHud()
    if Player().state ~= PlayerStateType.Fly then return end

    local renderer = UIRenderer()
    for _, highlight in pairs(highlighted) do
        local asteroid = Entity(highlight.id)
        if valid(asteroid) then
            renderer:renderEntityTargeter(asteroid, highlight.color)
        end
    end
    renderer:display()
end

function getName(seed, rarity)
    local range, level = getProperties(seed, rarity, false)
    return "${material} Geo Scanner MK ${mark}"%_t % {material = Material(level).name, mark = toRomanLiterals(math.floor(range / 4))}
end

function getIcon(seed, rarity)
    return "data/textures/icons/rock.png"
end

-- 150 MW per km of range, twice that for scanners that recognize xanion or better.
function getEnergy(seed, rarity, permanent)
    local range, level = getProperties(seed, rarity, permanent)
    local perKilometer = 150 * 1000 * 1000
    if level >= MaterialType.Xanion then perKilometer = perKilometer * 2 end
    return range * perKilometer
end

function getPrice(seed, rarity)
    local range, level = getProperties(seed, rarity, false)
    return (range * 1500 + level * 8000) * 2.2 ^ rarity.value
end

function getTooltipLines(seed, rarity, permanent)
    local texts, bonuses = {}, {}
    local range, level = getProperties(seed, rarity, permanent)
    local permanentRange = getProperties(seed, rarity, true)

    table.insert(texts, {ltext = "Scan Range"%_t, rtext = string.format("%.1f km", range), icon = "data/textures/icons/rss.png", boosted = permanent})
    table.insert(texts, {ltext = "Recognizes up to"%_t, rtext = Material(level).name, rcolor = Material(level).color, icon = "data/textures/icons/rock.png"})
    table.insert(bonuses, {ltext = "Scan Range"%_t, rtext = string.format("+%.1f km", permanentRange - permanentRange / 1.5), icon = "data/textures/icons/rss.png"})

    return texts, bonuses
end
