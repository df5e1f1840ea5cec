package.path = package.path .. ";data/scripts/lib/?.lua"
include("randomext")
include("stringutility")
local AsyncShipGenerator = include("asyncshipgenerator")
local EnvoyProtocol = include("envoyprotocol")

-- Runs in sectors at the border of a faction's territory. Ships that come in are checked by a
-- patrol; who has no right of passage and bad relations is escorted out.

-- namespace BorderPatrol
BorderPatrol = {}

local PATROL_SIZE = 2
local visitors = {}          -- ship id -> seconds it has been in the sector
local escorts = {}           -- visitor id -> patrol ship id

function BorderPatrol.initialize()
    if onServer() then
        local sector = Sector()
        sector:registerCallback("onEntityEntered", "onEntityEntered")
        sector:registerCallback("onEntityJump", "onEntityLeft")
        sector:registerCallback("onDestroyed", "onEntityLeft")
    end
end

function BorderPatrol.getUpdateInterval()
    return 5
end

-- faction that guards this border, nil in no man's land
function BorderPatrol.getGuard()
    local faction = Galaxy():getControllingFaction(Sector():getCoordinates())
    if faction and faction.isAIFaction then return faction end
end

-- Keeps an eye on ships of players and alliances only; NPCs have their papers in order.
function BorderPatrol.onEntityEntered(id)
    local ship = Entity(id)
    if valid(ship) and ship.isShip and ship.playerOrAllianceOwned then
        visitors[id.string] = 0
    end
end

-- Also releases the patrol ship that was escorting the one that left.
function BorderPatrol.onEntityLeft(id)
    local key = id.string
    local escort = escorts[key] and Sector():getEntity(Uuid(escorts[key]))
    if valid(escort) then
        ShipAI(escort):setAggressive()
    end
    visitors[key], escorts[key] = nil, nil
end

-- Everyone is left alone for the first 30 seconds. After that unwelcome ships get an escort, and
-- after three minutes the patience of the patrol is over.
function BorderPatrol.updateServer(timeStep)
    local guard = BorderPatrol.getGuard()
    if not guard then return end

    BorderPatrol.keepStrength(guard)

    for key, seconds in pairs(visitors) do
        local ship = Sector():getEntity(Uuid(key))
        seconds = seconds + timeStep
        if not valid(ship) then
            visitors[key], escorts[key] = nil, nil
        else
            visitors[key] = seconds
            if seconds > 30 and not BorderPatrol.mayPass(guard, ship.factionIndex) then
                if seconds > 180 then
                    BorderPatrol.attack(guard, ship)
                elseif not escorts[key] then
                    BorderPatrol.escort(guard, ship)
                end
            end
        end
    end
end

-- A ship may stay if its owner has a treaty of passage or defense, or relations of at least -20000.
function BorderPatrol.mayPass(guard, ownerIndex)
    if guard:getRelations(ownerIndex) >= -20000 then return true end

    local treaties = EnvoyProtocol.active(guard, ownerIndex, Server().unpausedRuntime)
    return treaties.passage ~= nil or treaties.defense ~= nil
end

local function idlePatrols()
    local busy, idle = {}, {}
    for _, id in pairs(escorts) do busy[id] = true end
    for _, ship in pairs({Sector():getEntitiesByScriptValue("border_patrol")}) do
        if not busy[ship.id.string] then idle[#idle + 1] = ship end
    end
    return idle
end

-- Sends the nearest free patrol ship to follow the visitor and says what is expected.
function BorderPatrol.escort(guard, ship)
    local nearest, bestDistance
    for _, patrol in pairs(idlePatrols()) do
        local d = distance2(patrol.translationf, ship.translationf)
        if not bestDistance or d < bestDistance then
            nearest, bestDistance = patrol, d
        end
    end
    if not nearest then return end

    escorts[ship.id.string] = nearest.id.string
    ShipAI(nearest):setFollow(ship)
    Sector():broadcastChatMessage(nearest, ChatMessageType.Chatter,
        "%1%, you have no permission to enter the territory of %2%. Turn around."%_T, ship.name, guard.name)
end

function BorderPatrol.attack(guard, ship)
    for _, patrol in pairs({Sector():getEntitiesByScriptValue("border_patrol")}) do
        local ai = ShipAI(patrol)
        ai:registerEnemyEntity(ship.id)
        ai:setAggressive()
    end
end

-- Replaces lost patrol ships, one per update, at the edge of the sector. Nothing is created in
-- sectors without players, and only while the faction has no more than PATROL_SIZE ships here.
function BorderPatrol.keepStrength(guard)
    local sector = Sector()
    if sector.numPlayers == 0 then return end
    if sector:getNumEntitiesByScriptValue("border_patrol") >= PATROL_SIZE then return end

    local generator = AsyncShipGenerator(BorderPatrol, function(ship)
        ship:setValue("border_patrol", true)
        ship:setTitle("Border Patrol"%_T, {})
    end)
    local direction = random():getDirection()
    generator:createMilitaryShip(guard, MatrixLookUpPosition(-direction, vec3(0, 1, 0), direction * 900))
end
