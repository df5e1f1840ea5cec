package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
include("randomext")
include("goods")

-- Player event: the local faction forbids the transport of one kind of good for some time. Who
-- carries it anyway gets a choice when being scanned: hand it over, pay, or run.

-- namespace TradeEmbargo
TradeEmbargo = {}

local DURATION = 40 * 60
local FINE_FACTOR = 0.6

local embargo = nil       -- {faction = index, good = name, ends = seconds of runtime}
local warned = false
local graceTime = nil

function TradeEmbargo.initialize()
    if onClient() then return end

    Player():registerCallback("onSectorEntered", "onSectorEntered")
    if not _restoring then
        TradeEmbargo.declare()
    end
end

-- Picks the faction that controls the sector and a random good that isn't illegal anyway. Without
-- a controlling AI faction the event ends before it started.
function TradeEmbargo.declare()
    local x, y = Sector():getCoordinates()
    local faction = Galaxy():getControllingFaction(x, y)
    if not faction or not faction.isAIFaction then
        terminate()
        return
    end

    local names = {}
    for name, definition in pairs(goods) do
        if not definition.illegal then names[#names + 1] = name end
    end
    table.sort(names)

    embargo = {
        faction = faction.index,
        good = names[random():getInt(1, #names)],
        ends = Server().unpausedRuntime + DURATION,
    }
    Player():sendChatMessage(faction.name, ChatMessageType.Economy,
        "Effective immediately, the transport of %1% through our territory is forbidden."%_T, embargo.good)
end

function TradeEmbargo.getUpdateInterval()
    return graceTime and 1 or 20
end

-- Ends the event when the time is up and runs the countdown of a pending fine.
function TradeEmbargo.updateServer(timeStep)
    if not embargo then return end

    if Server().unpausedRuntime > embargo.ends then
        Player():sendChatMessage("", ChatMessageType.Economy, "The embargo on %1% was lifted."%_T, embargo.good)
        terminate()
        return
    end

    if graceTime then
        graceTime = graceTime - timeStep
        if graceTime <= 0 then
            graceTime = nil
            TradeEmbargo.enforce()
        end
    end
end

-- Amount of the forbidden good on the player's current ship.
local function smuggledAmount()
    local ship = Player().craft
    return ship and ship:getCargoAmount(embargo.good) or 0
end

-- In the territory of the faction, with at least one armed station of it in the sector, the player
-- is asked to drop the cargo within 30 seconds. The first violation of all is only a warning.
function TradeEmbargo.onSectorEntered(playerIndex, x, y, changeType)
    graceTime = nil
    if not embargo or smuggledAmount() == 0 then return end

    local controller = Galaxy():getControllingFaction(x, y)
    if not controller or controller.index ~= embargo.faction then return end

    local armed = false
    for _, station in pairs({Sector():getEntitiesByType(EntityType.Station)}) do
        if station.factionIndex == embargo.faction and station:getNumArmedTurrets() > 0 then
            armed = true
        end
    end
    if not armed then return end

    if not warned then
        warned = true
        Player():sendChatMessage(controller.name, ChatMessageType.Warning,
            "You are carrying %1%. Leave our territory with it, this is your only warning."%_T, embargo.good)
    else
        graceTime = 30
        Player():sendChatMessage(controller.name, ChatMessageType.Warning,
            "Drop your %1% within 30 seconds or pay for it."%_T, embargo.good)
    end
end

-- Collects 60 % of the cargo's value. Who can't pay loses the goods and, on top of that, 5000
-- relation points. Cargo that was dropped in time isn't punished.
function TradeEmbargo.enforce()
    local amount = smuggledAmount()
    if amount == 0 then return end

    local player = Player()
    local good = goods[embargo.good]:good()
    local fine = math.floor(good.price * amount * FINE_FACTOR)

    if player:canPayMoney(fine) then
        player:pay("Paid a fine of %1% Credits."%_T, fine)
    else
        player.craft:removeCargo(good, amount)
        Galaxy():changeFactionRelations(player, Faction(embargo.faction), -5000, true, false)
        player:sendChatMessage("", ChatMessageType.Warning, "Your %1% were confiscated."%_T, good:pluralForm(amount))
    end
end

function TradeEmbargo.secure()
    return {embargo = embargo, warned = warned}
end

function TradeEmbargo.restore(data)
    embargo, warned = data.embargo, data.warned
    if not embargo then terminate() end
end
