package.path = package.path .. ";data/scripts/lib/?.lua"
include("randomext")
include("stringutility")
local AsyncPirateGenerator = include("asyncpirategenerator")
local SectorTurretGenerator = include("sectorturretgenerator")
local UpgradeGenerator = include("upgradegenerator")
local Placer = include("placer")

-- Spawns an outlaw with a handful of followers as soon as the script is added to a sector.

-- namespace OutlawHideout
OutlawHideout = {}

local poster = nil
local spawned = false

function OutlawHideout.initialize(posterIn)
    if onClient() or _restoring then return end
    if not posterIn then
        terminate()
        return
    end

    poster = posterIn
    OutlawHideout.spawn()
end

-- Number of followers: one at danger 1, growing by one every two levels, so six at danger 10.
function OutlawHideout.getGuardCount(danger)
    return 1 + math.floor(danger / 2)
end

-- Requests all ships in one batch. The flagship is created first and is therefore the first entry
-- of the list that onShipsFinished gets. Ships appear in a ring 800 to 1200 m around a random
-- point that is at most 3 km away from the center of the sector.
function OutlawHideout.spawn()
    local rand = random()
    local center = rand:getDirection() * rand:getFloat(0, 300)

    local generator = AsyncPirateGenerator(OutlawHideout, OutlawHideout.onShipsFinished)
    generator:startBatch()
    generator:createScaledBoss(MatrixLookUpPosition(rand:getDirection(), vec3(0, 1, 0), center))

    for i = 1, OutlawHideout.getGuardCount(poster.danger) do
        local position = center + rand:getDirection() * rand:getFloat(80, 120)
        local matrix = MatrixLookUpPosition(normalize(center - position), vec3(0, 1, 0), position)
        if i % 3 == 0 then
            generator:createScaledMarauder(matrix)
        else
            generator:createScaledRaider(matrix)
        end
    end

    generator:endBatch()
end

-- Turns the first ship into the outlaw: name, title, value to identify it, boss script and loot.
-- All ships are told to attack everything but pirates.
function OutlawHideout.onShipsFinished(ships)
    if #ships == 0 then return end

    local flagship = ships[1]
    flagship.name = poster.name
    flagship:setTitle("Wanted Outlaw"%_T, {})
    flagship:setValue("outlaw_seed", poster.seed)
    flagship:addScriptOnce("data/scripts/entity/outlawboss.lua", poster.danger)
    OutlawHideout.fillLoot(flagship)

    for _, ship in pairs(ships) do
        ShipAI(ship):setAggressive()
    end

    Placer.resolveIntersections(ships)
    spawned = true
end

-- Loot grows with danger: one turret for every 2 levels and one upgrade for every 3 levels.
-- From danger 7 on, the first turret is guaranteed to be exotic.
function OutlawHideout.fillLoot(ship)
    local x, y = Sector():getCoordinates()
    local loot = Loot(ship)
    local turrets = SectorTurretGenerator()
    local upgrades = UpgradeGenerator()

    for i = 1, math.floor(poster.danger / 2) do
        local rarity = nil
        if i == 1 and poster.danger >= 7 then rarity = Rarity(RarityType.Exotic) end
        loot:insert(InventoryTurret(turrets:generate(x, y, 0, rarity)))
    end

    for i = 1, math.floor(poster.danger / 3) do
        loot:insert(upgrades:generateSectorSystem(x, y))
    end
end

function OutlawHideout.getUpdateInterval()
    return 15
end

-- Removes itself when the gang is gone, so that a later hunt in this sector can start fresh.
function OutlawHideout.updateServer()
    if spawned and Sector():getNumEntitiesByScriptValue("outlaw_seed") == 0 then
        terminate()
    end
end

function OutlawHideout.secure()
    return {poster = poster, spawned = spawned}
end

function OutlawHideout.restore(data)
    poster, spawned = data.poster, data.spawned
    -- the server went down between request and arrival of the ships
    if poster and not spawned then OutlawHideout.spawn() end
end
