package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")

-- AI of a picket ship: circle around the home station, intercept what the station points at,
-- go back for repairs when badly damaged.

-- namespace PicketAI
PicketAI = {}
local self = PicketAI

local State = {Patrol = 1, Intercept = 2, Retreat = 3}

self.state = State.Patrol
self.homeId = nil
self.targetId = nil
self.angle = 0

function PicketAI.initialize(homeId)
    if onClient() then return end
    self.homeId = homeId or self.homeId
end

function PicketAI.getUpdateInterval()
    return self.state == State.Intercept and 1 or 4
end

local function find(id)
    if not id then return nil end
    local entity = Sector():getEntity(Uuid(id))
    return valid(entity) and entity or nil
end

-- Runs the state machine. Without its home station a picket has no purpose; the script removes
-- itself and leaves the ship with the normal aggressive behaviour.
function PicketAI.updateServer(timeStep)
    local home = find(self.homeId)
    if not home then
        ShipAI():setAggressive()
        terminate()
        return
    end

    local ship = Entity()
    if self.state ~= State.Retreat and ship.durability < ship.maxDurability * 0.35 then
        self.enterRetreat(ship, home)
    end

    if self.state == State.Patrol then
        self.patrol(ship, home)
    elseif self.state == State.Intercept then
        self.intercept(home)
    else
        self.repair(ship, home, timeStep)
    end
end

-- Waypoints on a circle around the station, twelve per round, at three times the station's radius
-- but not closer than 2 km. The next waypoint is chosen when the last one is nearer than 500 m.
function PicketAI.patrol(ship, home)
    local radius = math.max(200, home.radius * 3)
    local position = home.translationf + vec3(math.cos(self.angle) * radius, 0, math.sin(self.angle) * radius)

    if distance(ship.translationf, position) < 50 then
        self.angle = (self.angle + math.pi / 6) % (2 * math.pi)
    else
        ShipAI():setFly(position, 0)
    end
end

-- Order from the station. Ignored while the ship is being repaired.
function PicketAI.setTarget(id)
    if self.state == State.Retreat or id == self.targetId then return end

    local target = find(id)
    if not target then return end

    self.targetId = id
    self.state = State.Intercept
    ShipAI():setAttack(target)
    ShipAI():setStatusMessage("Intercepting"%_T, {})
end

-- Breaks off when the target is gone or lures the ship more than 20 km away from home.
function PicketAI.intercept(home)
    local target = find(self.targetId)
    if not target or distance(target.translationf, home.translationf) > 2000 then
        self.targetId = nil
        self.state = State.Patrol
        ShipAI():setStatusMessage("Patrolling"%_T, {})
    end
end

function PicketAI.enterRetreat(ship, home)
    self.state = State.Retreat
    self.targetId = nil

    local ai = ShipAI()
    ai:setPassive()
    ai:setFly(home.translationf, home.radius + ship.radius + 20)
    ai:setStatusMessage("Returning for repairs"%_T, {})
end

-- Next to the station (within 1 km of its hull) 2 % of the hull are repaired per second. At 90 %
-- the ship goes back on patrol. The distance condition means that a cut off ship isn't healed.
function PicketAI.repair(ship, home, timeStep)
    if ship:getNearestDistance(home) > 100 then return end

    ship.durability = math.min(ship.maxDurability, ship.durability + ship.maxDurability * 0.02 * timeStep)
    if ship.durability >= ship.maxDurability * 0.9 then
        self.state = State.Patrol
    end
end

function PicketAI.secure()
    return {homeId = self.homeId, state = self.state, angle = self.angle}
end

-- Targets don't survive a restart: who was intercepting goes back on patrol.
function PicketAI.restore(data)
    self.homeId = data.homeId
    self.angle = data.angle or 0
    self.state = data.state == State.Retreat and State.Retreat or State.Patrol
end
