package.path = package.path .. ";data/scripts/lib/?.lua"
include("utility")
include("faction")
include("callable")
include("stringutility")
local GoodsIndex = include("goodsindex")

-- A station with this script buys a whole cargo bay in one go, for a bit less than the goods are worth.

-- namespace CargoBroker
CargoBroker = {}

local BASE_FEE = 0.18
local MIN_FEE = 0.06

local window, summaryLabel, feeLabel, offerLabel, sellButton

-- The broker talks to everyone the station's faction doesn't despise (relations above -10000).
function CargoBroker.interactionPossible(playerIndex, option)
    return CheckFactionInteraction(playerIndex, -10000)
end

function CargoBroker.initialize()
    local station = Entity()
    if onServer() and station.title == "" then
        station.title = "Cargo Broker"%_t
    end
    if onClient() and EntityIcon().icon == "" then
        EntityIcon().icon = "data/textures/icons/pixel/crate.png"
    end
end

-- Share of the cargo value the broker keeps. Starts at 18 % and drops linearly with good
-- relations until it reaches 6 % at 80000 points; bad relations never raise it above 18 %.
function CargoBroker.getFee(relations)
    local goodwill = math.min(1, math.max(0, relations / 80000))
    return BASE_FEE - (BASE_FEE - MIN_FEE) * goodwill
end

-- What the broker would pay for everything legal in the hold of a ship.
-- Returns the credits (rounded down), the list of stacks that would change hands and the fee.
-- Contraband stays where it is and is never part of the offer.
function CargoBroker.makeOffer(ship, relations)
    local legal = GoodsIndex.separateContraband(ship:getCargos())
    local value = 0
    for _, stack in pairs(legal) do
        value = value + stack.good.price * stack.amount
    end

    local fee = CargoBroker.getFee(relations)
    return math.floor(value * (1 - fee)), legal, fee
end

if onClient() then

-- Builds the broker window: three lines of text above, one wide button at the bottom.
function CargoBroker.initUI()
    local res = getResolution()
    local size = vec2(460, 200)

    local menu = ScriptUI()
    window = menu:createWindow(Rect(res * 0.5 - size * 0.5, res * 0.5 + size * 0.5))
    window.caption = "Cargo Broker"%_t
    window.showCloseButton = 1
    window.moveable = 1
    menu:registerWindow(window, "Sell Entire Cargo"%_t)

    local split = UIHorizontalSplitter(Rect(window.size), 10, 12, 0.5)
    split.bottomSize = 36

    local lister = UIVerticalLister(split.top, 8, 0)
    summaryLabel = window:createLabel(lister:nextRect(20), "", 14)
    feeLabel = window:createLabel(lister:nextRect(20), "", 14)
    offerLabel = window:createLabel(lister:nextRect(24), "", 18)

    sellButton = window:createButton(split.bottom, "Sell Everything"%_t, "onSellPressed")
end

-- Refreshes the preview each time the window opens, using the ship the player sits in right now.
function CargoBroker.onShowWindow()
    local player = Player()
    local ship = player.craft
    if not ship then return end

    local relations = player:getRelations(Entity().factionIndex)
    local credits, stacks, fee = CargoBroker.makeOffer(ship, relations)

    summaryLabel.caption = GoodsIndex.describe(stacks, 4)
    feeLabel.caption = "Broker's fee: ${percent}%"%_t % {percent = round(fee * 100, 1)}
    offerLabel.caption = "Offer: ¢${credits}"%_t % {credits = createMonetaryString(credits)}
    sellButton.active = credits > 0
end

function CargoBroker.onSellPressed()
    invokeServerFunction("sellEverything")
    window:hide()
end

end -- onClient()

-- Executes the deal for the calling player. The offer is calculated again on the server, because
-- nothing that a client sends can be trusted. The ship has to be docked; alliance ships need the
-- privilege to spend resources. Cargo is removed first, then the money is paid out.
function CargoBroker.sellEverything()
    if anynils(callingPlayer) then return end

    local seller, ship, player = getInteractingFaction(callingPlayer, AlliancePrivilege.SpendResources)
    if not seller then return end

    local station = Entity()
    if not station:isInDockingArea(ship) then
        player:sendChatMessage(station, ChatMessageType.Error, "You must be docked to sell your cargo."%_T)
        return
    end

    local credits, stacks = CargoBroker.makeOffer(ship, seller:getRelations(station.factionIndex))
    if credits <= 0 then
        player:sendChatMessage(station, ChatMessageType.Normal, "There is nothing in your hold that we could use."%_T)
        return
    end

    for _, stack in pairs(stacks) do
        ship:removeCargo(stack.good, stack.amount)
    end
    seller:receive("Sold a shipload of cargo for %1% Credits."%_T, credits)
end
callable(CargoBroker, "sellEverything")
