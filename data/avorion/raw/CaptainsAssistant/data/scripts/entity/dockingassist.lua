package.path = package.path .. ";data/scripts/lib/?.lua"
include("callable")
include("stringutility")

-- Added to a player's ship while it is being docked automatically; removes itself at the end.

-- namespace DockingAssist
DockingAssist = {}

local Phase = {Approach = "approach", Align = "align", Final = "final"}

local stationId = nil
local phase = Phase.Approach
local timeInPhase = 0

local timeouts = {approach = 120, align = 30, final = 40}

function DockingAssist.initialize(id)
    if onServer() then
        stationId = id or stationId
        Entity():registerCallback("onAIStateChanged", "onAIStateChanged")
    end
end

function DockingAssist.getUpdateInterval()
    return 0.5
end

-- Ends the maneuver and tells the pilots why. With an error the engines are stopped, after a
-- successful docking the ship simply becomes passive.
function DockingAssist.stop(message, failed)
    local ship = Entity()
    if failed then
        ShipAI():stop()
    else
        ShipAI():setPassive()
    end

    for _, index in pairs({ship:getPilotIndices()}) do
        local kind = failed and ChatMessageType.Error or ChatMessageType.Information
        Player(index):sendChatMessage("Docking Assistant"%_T, kind, message)
    end
    terminate()
end

-- Position in front of the best docking point, `gap` units away from the hull of the station.
-- Best means: among the docks whose light line is free, the one whose direction points most
-- directly at the ship. Returns the position and the direction of the dock in sector coordinates,
-- or nil if every dock is blocked.
function DockingAssist.findDock(station, ship, gap)
    local docks = DockingPositions(station)
    local toShip = normalize(ship.translationf - station.translationf)

    local bestPosition, bestDirection, bestDot
    for i = 0, docks.numDockingPositions - 1 do
        if docks:isLightLineFree(i, ship) then
            local position, direction = docks:getDockingPosition(i)
            position = station.position:transformCoord(position)
            direction = station.position:transformNormal(direction)

            local alignment = dot(direction, toShip)
            if not bestDot or alignment > bestDot then
                bestPosition, bestDirection, bestDot = position + direction * (ship.radius + gap), direction, alignment
            end
        end
    end
    return bestPosition, bestDirection
end

local function switchTo(newPhase)
    phase = newPhase
    timeInPhase = 0
end

-- Three phases: fly to a point 150 m in front of the dock, turn until the nose points at the
-- station (within 10 degrees), then creep in. Every phase has a timeout after which the attempt
-- is given up.
function DockingAssist.updateServer(timeStep)
    local ship = Entity()
    local station = stationId and Sector():getEntity(Uuid(stationId))
    if not valid(station) then
        DockingAssist.stop("The station is gone."%_T, true)
        return
    end

    timeInPhase = timeInPhase + timeStep
    if timeInPhase > timeouts[phase] then
        DockingAssist.stop("Docking failed, please fly manually."%_T, true)
        return
    end

    local gap = phase == Phase.Final and 0 or 15
    local position, direction = DockingAssist.findDock(station, ship, gap)
    if not position then
        DockingAssist.stop("All docks are occupied."%_T, true)
        return
    end

    if phase == Phase.Approach then
        ShipAI():setFly(position, 0)
        if distance(ship.translationf, position) < 10 then switchTo(Phase.Align) end

    elseif phase == Phase.Align then
        ShipAI():setPassiveTurning(-direction)
        if dot(ship.look, -direction) > math.cos(math.rad(10)) then switchTo(Phase.Final) end

    else
        ShipAI():setFlyLinear(position, 0)
        if station:isInDockingArea(ship) then
            DockingAssist.stop("Docked. Have a nice stay."%_T, false)
        end
    end
end

-- The player took the controls or gave another order: don't fight over the helm.
function DockingAssist.onAIStateChanged(entityId, state)
    if state == AIState.None or state == AIState.Attack or state == AIState.Jump then
        terminate()
    end
end
