package.path = package.path .. ";data/scripts/lib/?.lua"
include("randomext")
include("stringutility")
include("galaxy")
local AsyncPirateGenerator = include("asyncpirategenerator")
local AsyncShipGenerator = include("asyncshipgenerator")
local Placer = include("placer")

-- A siege in several waves. Pirates by default, or ships of a faction whose index is passed in.

-- namespace SiegeWaves
SiegeWaves = {}

local data =
{
    wave = 0,
    waves = 4,
    attacker = nil,
    pause = 20,           -- seconds until the next wave
    waiting = false,      -- ships were requested, but aren't here yet
    seconds = 0,          -- duration of the siege
}

local WAVE_VALUE = "siege_attacker"

function SiegeWaves.initialize(waves, attackerIndex)
    if onServer() and not _restoring then
        data.waves = math.min(10, math.max(1, waves or data.waves))
        data.attacker = attackerIndex
        Sector():broadcastChatMessage("", ChatMessageType.Warning, "Long range sensors detect an approaching fleet!"%_T)
    end
end

function SiegeWaves.getUpdateInterval()
    return 3
end

-- The next wave comes 45 seconds after at most one attacker is left of the current one, and in any
-- case four minutes after the current one arrived. When the last wave is beaten the siege is won.
function SiegeWaves.updateServer(timeStep)
    data.seconds = data.seconds + timeStep
    if data.waiting then return end

    local alive = Sector():getNumEntitiesByScriptValue(WAVE_VALUE)
    if data.wave >= data.waves then
        if alive == 0 then SiegeWaves.win() end
        return
    end

    if alive <= 1 then
        data.pause = math.min(data.pause, 45)
    end

    data.pause = data.pause - timeStep
    if data.pause <= 0 then
        SiegeWaves.launchWave()
    end
end

-- Composition of wave n of m as a list of ship classes: n + 1 raiders, from the second wave on a
-- disruptor for every two waves, a flagship in the last one.
function SiegeWaves.compose(n, m)
    local classes = {}
    for i = 1, n + 1 do table.insert(classes, "raider") end
    for i = 1, math.floor(n / 2) do table.insert(classes, "disruptor") end
    if n == m then table.insert(classes, "flagship") end
    return classes
end

-- Starts the next wave: all of its ships arrive together, 12 km out in a random direction. The next
-- wave follows after four minutes at the latest.
function SiegeWaves.launchWave()
    data.wave = data.wave + 1
    data.pause = 240
    data.waiting = true

    local direction = random():getDirection()
    local center = direction * 1200
    local classes = SiegeWaves.compose(data.wave, data.waves)

    if data.attacker then
        SiegeWaves.requestFactionShips(classes, center)
    else
        SiegeWaves.requestPirates(classes, center)
    end
end

local function positionIn(center, i)
    local offset = random():getDirection() * (30 + 25 * i)
    return MatrixLookUpPosition(normalize(-center), vec3(0, 1, 0), center + offset)
end

function SiegeWaves.requestPirates(classes, center)
    local generator = AsyncPirateGenerator(SiegeWaves, SiegeWaves.onWaveReady)
    generator:startBatch()
    for i, class in ipairs(classes) do
        local position = positionIn(center, i)
        if class == "flagship" then
            generator:createScaledBoss(position)
        elseif class == "disruptor" then
            generator:createScaledDisruptor(position)
        else
            generator:createScaledRaider(position)
        end
    end
    generator:endBatch()
end

-- Faction fleets have no disruptors; a carrier takes that place, and the flagship is a military
-- ship with six times the usual volume.
function SiegeWaves.requestFactionShips(classes, center)
    local x, y = Sector():getCoordinates()
    local faction = Faction(data.attacker)
    local volume = Balancing_GetSectorShipVolume(x, y)

    local generator = AsyncShipGenerator(SiegeWaves, SiegeWaves.onWaveReady)
    generator:startBatch()
    for i, class in ipairs(classes) do
        local position = positionIn(center, i)
        if class == "flagship" then
            generator:createMilitaryShip(faction, position, volume * 6)
        elseif class == "disruptor" then
            generator:createCarrier(faction, position)
        else
            generator:createMilitaryShip(faction, position, volume)
        end
    end
    generator:endBatch()
end

-- Marks the new ships as part of the siege and lets them go for the stations first.
function SiegeWaves.onWaveReady(ships)
    data.waiting = false
    local station = Sector():getEntitiesByType(EntityType.Station)

    for _, ship in pairs(ships) do
        ship:setValue(WAVE_VALUE, true)
        local ai = ShipAI(ship)
        ai:setAggressive()
        if station then ai:registerEnemyFaction(station.factionIndex) end
    end
    Placer.resolveIntersections(ships)

    Sector():broadcastChatMessage("", ChatMessageType.Warning, "Wave %1% of %2%!"%_T, data.wave, data.waves)
end

-- Everybody who is present gets relations with the owner of the sector: 2500 per wave, plus half
-- of that if the siege took less than 90 seconds per wave.
function SiegeWaves.win()
    local x, y = Sector():getCoordinates()
    local owner = Galaxy():getControllingFaction(x, y)
    local gain = 2500 * data.waves
    if data.seconds < 90 * data.waves then gain = gain * 1.5 end

    for _, player in pairs({Sector():getPlayers()}) do
        if owner and owner.isAIFaction then
            Galaxy():changeFactionRelations(player, owner, gain, true, false)
        end
        player:sendChatMessage("", ChatMessageType.Information, "The siege is broken."%_T)
    end
    terminate()
end

function SiegeWaves.secure()
    return data
end

function SiegeWaves.restore(saved)
    for key, value in pairs(saved) do data[key] = value end
    data.waiting = false
end
