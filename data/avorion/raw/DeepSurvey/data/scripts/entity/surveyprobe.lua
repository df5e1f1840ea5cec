package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
include("callable")

-- A small unmanned probe. It drifts through the sector, measures one asteroid after the other and
-- reports to its owner when the battery is empty.

-- namespace SurveyProbe
SurveyProbe = {}

local MEASURE_RANGE = 60
local MEASURE_TIME = 4
local BATTERY = 600

local battery = BATTERY
local visited = {}
local target = nil
local timeAtTarget = 0
local found = {}      -- material value -> amount of resources

function SurveyProbe.initialize(batteryFactor)
    if onServer() and not _restoring then
        battery = BATTERY * (batteryFactor or 1)
        ShipAI():setStatusMessage("Surveying"%_T, {})
    end
end

function SurveyProbe.getUpdateInterval()
    return 2
end

-- One step of the probe's life: use the battery, look for an asteroid if there is no target, fly
-- there, stay for four seconds, write down what is inside. When the battery is empty or nothing is
-- left to measure the report is sent and the probe shuts down.
function SurveyProbe.updateServer(timeStep)
    battery = battery - timeStep
    if battery <= 0 then
        SurveyProbe.finish()
        return
    end

    local probe = Entity()
    local asteroid = target and Sector():getEntity(target)
    if not valid(asteroid) then
        asteroid = SurveyProbe.findNext(probe)
        if not asteroid then
            SurveyProbe.finish()
            return
        end
        target, timeAtTarget = asteroid.id, 0
        ShipAI():setFly(asteroid.translationf, asteroid.radius + MEASURE_RANGE)
    end

    if probe:getNearestDistance(asteroid) <= MEASURE_RANGE then
        timeAtTarget = timeAtTarget + timeStep
        if timeAtTarget >= MEASURE_TIME then
            SurveyProbe.measure(asteroid)
            target = nil
        end
    end
end

-- Nearest asteroid with resources that this probe hasn't visited yet, nil when all are done.
function SurveyProbe.findNext(probe)
    local best, bestDistance
    for _, asteroid in pairs({Sector():getEntitiesByComponent(ComponentType.MineableMaterial)}) do
        if asteroid.isAsteroid and not visited[asteroid.id.string] then
            local d = distance2(asteroid.translationf, probe.translationf)
            if not bestDistance or d < bestDistance then
                best, bestDistance = asteroid, d
            end
        end
    end
    return best
end

-- Adds the resources of an asteroid to the findings and marks it as visited.
function SurveyProbe.measure(asteroid)
    visited[asteroid.id.string] = true

    for i, amount in pairs({asteroid:getMineableResources()}) do
        if amount > 0 then
            local materialValue = i - 1
            found[materialValue] = (found[materialValue] or 0) + amount
        end
    end
end

-- Total of everything found, weighted so that better materials count more: iron once, titanium
-- twice, up to avorion with a factor of seven.
function SurveyProbe.getScore()
    local score = 0
    for materialValue, amount in pairs(found) do
        score = score + amount * (materialValue + 1)
    end
    return score
end

-- Sends the report to the owner (or to all alliance members in the sector), hands the score to the
-- surveyor script of players, and removes the probe from the sector.
function SurveyProbe.finish()
    local x, y = Sector():getCoordinates()
    local lines = {}
    for i = 0, NumMaterials() - 1 do
        if found[i] then
            table.insert(lines, Material(i).name .. ": " .. createMonetaryString(found[i]))
        end
    end
    local report = #lines > 0 and table.concat(lines, ", ") or "nothing of value"

    for _, player in pairs({Sector():getPlayers()}) do
        local owner = Entity().factionIndex
        if player.index == owner or player.allianceIndex == owner then
            player:sendChatMessage("Probe"%_T, ChatMessageType.Normal, "Survey of \\s(%1%:%2%) finished: %3%"%_T, x, y, report)
            player:invokeFunction("surveyoverlay", "addMeasurement", x, y, SurveyProbe.getScore())
        end
    end

    Sector():deleteEntity(Entity())
end

function SurveyProbe.secure()
    return {battery = battery, visited = visited, found = found}
end

function SurveyProbe.restore(values)
    battery = values.battery or 0
    visited = values.visited or {}
    found = values.found or {}
end
