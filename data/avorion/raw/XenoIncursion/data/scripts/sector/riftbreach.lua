package.path = package.path .. ";data/scripts/lib/?.lua"
include("randomext")
include("stringutility")
local Xsotan = include("story/xsotan")
local Placer = include("placer")

-- The breach inside of a sector: a hive that has to be destroyed, guarded by more and more Xsotan.

-- namespace RiftBreach
RiftBreach = {}

local DIRECTOR = "data/scripts/server/incursiondirector.lua"
local strength = 0
local hiveId = nil
local spawnTimer = 0
local charge = nil            -- {x, y, z, power} of an armed breach charge

function RiftBreach.initialize()
    if onClient() or _restoring then return end

    local code, result = Galaxy():invokeFunction(DIRECTOR, "getStrength", Sector():getCoordinates())
    if code ~= 0 or result == 0 then
        terminate()
        return
    end

    strength = result
    RiftBreach.open()
end

function RiftBreach.getUpdateInterval()
    return 10
end

-- Creates the hive and the first guards. The hive is a summoner whose volume grows with the
-- strength of the breach: four times a normal ship plus one and a half times for every point.
function RiftBreach.open()
    local center = random():getDirection() * random():getFloat(200, 500)
    local hive = Xsotan.createSummoner(MatrixLookUpPosition(-normalize(center), vec3(0, 1, 0), center), 4 + 1.5 * strength)

    hive:setTitle("Xsotan Hive"%_T, {})
    hive:addScriptOnce("data/scripts/entity/xenohive.lua", strength)
    hive:registerCallback("onDestroyed", "onHiveDestroyed")
    hiveId = hive.id.string

    RiftBreach.spawnGuards(strength + 1)
    Sector():broadcastChatMessage("", ChatMessageType.Warning, "Your sensors are picking up massive subspace distortions."%_T)
end

-- Spawns guards around the hive, but never more than 12 of them are alive at the same time.
-- They are somewhat smaller than usual so that the hive stands out.
function RiftBreach.spawnGuards(amount)
    local hive = hiveId and Sector():getEntity(Uuid(hiveId))
    if not valid(hive) then return end

    local alive = Sector():getNumEntitiesByScriptValue("breach_guard")
    local spawned = {}
    for i = 1, math.min(amount, 12 - alive) do
        local direction = random():getDirection()
        local position = hive.translationf + direction * (hive.radius + random():getFloat(30, 90))
        local guard = Xsotan.createShip(MatrixLookUpPosition(direction, vec3(0, 1, 0), position), random():getFloat(0.5, 0.9))
        guard:setValue("breach_guard", true)
        spawned[i] = guard
    end
    Placer.resolveIntersections(spawned)
end

-- While players are present, guards keep coming: every 90 seconds at strength 1, down to every 30
-- seconds at strength 5. The timer stands still in an empty sector.
function RiftBreach.updateServer(timeStep)
    if Sector().numPlayers == 0 then return end

    spawnTimer = spawnTimer + timeStep
    if spawnTimer >= 105 - 15 * strength then
        spawnTimer = 0
        RiftBreach.spawnGuards(1 + math.floor(strength / 2))
    end
end

-- Without the hive the breach loses two points of strength. If that closes it, the remaining guards
-- fall apart one after another within 20 seconds; otherwise a new hive grows after five minutes.
function RiftBreach.onHiveDestroyed(id)
    hiveId = nil

    local x, y = Sector():getCoordinates()
    local code, result = Galaxy():invokeFunction(DIRECTOR, "reportDamage", x, y, 2)
    strength = math.max(0, strength - 2)

    if code == 0 and result == "weakened" then
        deferredCallback(300, "open")
        return
    end

    local guards = {Sector():getEntitiesByScriptValue("breach_guard")}
    for i, guard in ipairs(guards) do
        guard:addScriptOnce("deletejumped.lua", 20 * i / #guards)
    end
    terminate()
end

-- Arms a breach charge that goes off at the given position in 15 seconds. Only one charge can tick
-- at a time; returns false if there is one already.
function RiftBreach.armCharge(px, py, pz, power)
    if charge then return false end
    charge = {x = px, y = py, z = pz, power = power}
    deferredCallback(15, "detonateCharge")
    return true
end

-- Weakens the breach by the power of the charge. Ships and fighters within 10 km lose a quarter of
-- their hull, but keep one point of durability at least.
function RiftBreach.detonateCharge()
    local sphere = Sphere(vec3(charge.x, charge.y, charge.z), 1000)
    for _, entity in pairs({Sector():getEntitiesByLocation(sphere)}) do
        if entity.isShip or entity.isFighter then
            entity.durability = math.max(1, entity.durability - entity.maxDurability * 0.25)
        end
    end

    local x, y = Sector():getCoordinates()
    local code, result = Galaxy():invokeFunction(DIRECTOR, "reportDamage", x, y, charge.power)
    strength = math.max(0, strength - charge.power)
    charge = nil

    if code == 0 and result == "closed" then terminate() end
end

function RiftBreach.secure()
    return {strength = strength, hiveId = hiveId, spawnTimer = spawnTimer}
end

-- The callback of the hive isn't saved and has to be registered again. If the hive is missing it
-- was waiting to grow back when the sector was unloaded.
function RiftBreach.restore(data)
    strength, hiveId, spawnTimer = data.strength, data.hiveId, data.spawnTimer

    local hive = hiveId and Sector():getEntity(Uuid(hiveId))
    if valid(hive) then
        hive:registerCallback("onDestroyed", "onHiveDestroyed")
    else
        deferredCallback(60, "open")
    end
end
