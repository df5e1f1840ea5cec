package.path = package.path .. ";data/scripts/lib/?.lua"
include("randomext")
include("stringutility")
include("galaxy")
local PlanGenerator = include("plangenerator")

-- Fills a sector with an unstable asteroid field. Fragments pulse from time to time: everything
-- close to them loses shield energy, and now and then a rich fragment breaks loose.

-- namespace AnomalyField
AnomalyField = {}

local PULSE_RADIUS = 400
local fragments = {}        -- ids as strings
local nextPulse = 60
local instability = 0

function AnomalyField.initialize(amount)
    if onServer() and not _restoring and amount then
        AnomalyField.grow(amount)
    end
end

-- Creates `amount` fragments in a flat ring (radius 1.5 to 4 km, 500 m thick) around the center.
-- The outermost third carries resources, the rest is plain rock.
function AnomalyField.grow(amount)
    local rand = random()
    local x, y = Sector():getCoordinates()
    local probabilities = Balancing_GetMaterialProbability(x, y)

    for i = 1, amount do
        local angle = rand:getFloat(0, 2 * math.pi)
        local radius = rand:getFloat(150, 400)
        local position = vec3(math.cos(angle) * radius, rand:getFloat(-25, 25), math.sin(angle) * radius)
        local rich = radius > 317

        local material = Material(getValueFromDistribution(probabilities, rand))
        local plan = PlanGenerator.makeSmallAsteroidPlan(rand:getFloat(5, 18), rich, material)
        local matrix = MatrixLookUpPosition(rand:getDirection(), rand:getDirection(), position)
        local asteroid = Sector():createAsteroid(plan, rich, matrix)
        asteroid:setValue("anomaly_fragment", true)
        table.insert(fragments, asteroid.id.string)
    end
end

function AnomalyField.getUpdateInterval()
    return 5
end

-- The more mining ships are present, the faster the field becomes unstable: one point per update
-- and ship, two for ships that have more than ten mining turrets. Pulses come every 60 seconds in
-- a calm field and up to four times as often when instability reaches 100.
function AnomalyField.updateServer(timeStep)
    for _, ship in pairs({Sector():getEntitiesByType(EntityType.Ship)}) do
        local lasers = ship:getNumMiningTurrets()
        if lasers > 10 then
            instability = instability + 2
        elseif lasers > 0 then
            instability = instability + 1
        end
    end
    instability = math.min(100, math.max(0, instability - 0.5))

    nextPulse = nextPulse - timeStep
    if nextPulse <= 0 then
        AnomalyField.pulse()
        nextPulse = 60 / (1 + 3 * instability / 100)
    end
end

local function pickFragment()
    while #fragments > 0 do
        local i = random():getInt(1, #fragments)
        local entity = Sector():getEntity(Uuid(fragments[i]))
        if valid(entity) then return entity end
        table.remove(fragments, i)
    end
end

-- One random fragment discharges. Ships within 4 km lose 30 % of their maximum shield, falling
-- off linearly to nothing at the edge; drones and stations aren't affected. With a chance equal
-- to the instability in percent a loose chunk of cargo is dropped next to the fragment.
function AnomalyField.pulse()
    local fragment = pickFragment()
    if not fragment then
        terminate()
        return
    end

    local origin = fragment.translationf
    for _, ship in pairs({Sector():getEntitiesByType(EntityType.Ship)}) do
        local d = distance(ship.translationf, origin)
        if d < PULSE_RADIUS and ship.shieldMaxDurability > 0 then
            local damage = ship.shieldMaxDurability * 0.3 * (1 - d / PULSE_RADIUS)
            ship.shieldDurability = math.max(0, ship.shieldDurability - damage)
        end
    end

    if random():test(instability / 100) then
        Sector():dropBundle(origin + random():getDirection() * fragment.radius * 1.5, nil, nil, random():getInt(2000, 9000))
        instability = instability * 0.5
    end

    broadcastInvokeClientFunction("showPulse", fragment.id)
end

-- Client side effect of a pulse: a short glow around the fragment.
function AnomalyField.showPulse(id)
    local entity = Entity(id)
    if not valid(entity) then return end
    Sector():createExplosion(entity.translationf, entity.radius, true)
end

function AnomalyField.secure()
    return {fragments = fragments, nextPulse = nextPulse, instability = instability}
end

function AnomalyField.restore(data)
    fragments = data.fragments or {}
    nextPulse = data.nextPulse or 60
    instability = data.instability or 0
end
