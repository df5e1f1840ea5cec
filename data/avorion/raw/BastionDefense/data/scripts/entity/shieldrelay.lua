package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
include("callable")

-- Lets a station pour its own shield energy into the shields of friendly ships nearby.

-- namespace ShieldRelay
ShieldRelay = {}

local RANGE = 600               -- 6 km
local RATE = 0.01               -- share of the station's shield that flows per second
local RESERVE = 0.3             -- the station never goes below this
local beams = {}

function ShieldRelay.getUpdateInterval()
    return 1
end

-- True for ships that may receive energy: same owner or allied, not a station, and with a shield
-- that is up but not full. A shield that has collapsed has to come back by itself first.
function ShieldRelay.isEligible(station, ship)
    if not ship.isShip or ship.index == station.index then return false end
    if ship.shieldMaxDurability <= 0 or not ship.isShieldActive then return false end
    if ship.shieldDurability >= ship.shieldMaxDurability then return false end

    return ship.factionIndex == station.factionIndex
        or Galaxy():areAllies(station.factionIndex, ship.factionIndex)
end

if onServer() then

-- Collects the eligible ships in range and shares the energy of this tick out among them. Each
-- ship gets a portion that is proportional to how much its shield is missing; what a ship can't
-- take stays with the station. Nothing happens while the station is at its reserve.
function ShieldRelay.updateServer(timeStep)
    local station = Entity()
    local available = math.min(
        station.shieldMaxDurability * RATE * timeStep,
        station.shieldDurability - station.shieldMaxDurability * RESERVE)

    if available <= 0 then
        ShieldRelay.showBeams({})
        return
    end

    local receivers, missingTotal = {}, 0
    local sphere = Sphere(station.translationf, RANGE + station.radius)
    for _, ship in pairs({Sector():getEntitiesByLocation(sphere)}) do
        if ShieldRelay.isEligible(station, ship) then
            local missing = ship.shieldMaxDurability - ship.shieldDurability
            missingTotal = missingTotal + missing
            table.insert(receivers, {ship = ship, missing = missing})
        end
    end

    local used, targets = 0, {}
    for _, receiver in ipairs(receivers) do
        local portion = math.min(receiver.missing, available * receiver.missing / missingTotal)
        receiver.ship:healShield(portion)
        used = used + portion
        targets[#targets + 1] = receiver.ship.id
    end

    if used > 0 then
        station.shieldDurability = station.shieldDurability - used
    end
    ShieldRelay.showBeams(targets)
end

local lastCount = 0

-- Tells the clients about the current beams, but stays quiet as long as there are none.
function ShieldRelay.showBeams(targets)
    if #targets == 0 and lastCount == 0 then return end
    lastCount = #targets
    broadcastInvokeClientFunction("updateBeams", targets)
end

end

if onClient() then

-- Creates or removes laser effects so that there is exactly one per target.
function ShieldRelay.updateBeams(targets)
    local wanted = {}
    for _, id in pairs(targets) do wanted[id.string] = id end

    for key, beam in pairs(beams) do
        if not wanted[key] then
            Sector():removeLaser(beam.laser)
            beams[key] = nil
        end
    end

    local station = Entity()
    for key, id in pairs(wanted) do
        local ship = Entity(id)
        if not beams[key] and valid(ship) then
            local laser = Sector():createLaser(station.translationf, ship.translationf, ColorRGB(0.3, 0.6, 1), 1.5)
            laser.maxAliveTime = 10
            laser.collision = false
            beams[key] = {laser = laser, id = id}
        end
    end
end

-- Keeps both ends of the effects where the objects are; effects to vanished ships disappear.
function ShieldRelay.updateClient(timeStep)
    local origin = Entity().translationf
    for key, beam in pairs(beams) do
        local ship = Entity(beam.id)
        if valid(ship) and valid(beam.laser) then
            beam.laser.from = origin
            beam.laser.to = ship.translationf
            beam.laser.aliveTime = 0
        else
            beams[key] = nil
        end
    end
end

end
