package.path = package.path .. ";data/scripts/lib/?.lua"
include("callable")
include("stringutility")
local FreightLedger = include("freightledger")
local GoodsIndex = include("goodsindex")

-- Keeps the player's ledger and shows it in a tab of the player window.

-- namespace TradeJournal
TradeJournal = {}

local ledger = FreightLedger.create()
local list, profitLabel, filterBox
local received = {}

if onServer() then

function TradeJournal.initialize()
    Player():registerCallback("onTradingManagerSellToPlayer", "onBought")
    Player():registerCallback("onTradingManagerBuyFromPlayer", "onSold")
end

-- The ledger is stored together with the player.
function TradeJournal.secure()
    return {ledger = ledger}
end

-- Loads the ledger of an earlier session. Saves from before version 1.2 had no totals; those
-- ledgers are replayed booking by booking so that the sums are right again.
function TradeJournal.restore(data)
    local saved = data and data.ledger
    if not saved then return end

    if saved.totals then
        ledger = saved
        return
    end

    ledger = FreightLedger.create(saved.capacity)
    for _, e in ipairs(saved.entries or {}) do
        FreightLedger.book(ledger, e.kind, e.good, e.amount, e.price, e.x, e.y, e.time)
    end
end

local function record(kind, name, amount, price)
    local x, y = Sector():getCoordinates()
    FreightLedger.book(ledger, kind, name, amount, price / amount, x, y, Server().unpausedRuntime)
end

function TradeJournal.onBought(goodName, amount, price)
    record("buy", goodName, amount, price)
end

function TradeJournal.onSold(goodName, amount, price)
    record("sell", goodName, amount, price)
end

-- Sends the newest bookings to the owner of this script. At most 50 are sent to keep the packet
-- small; a filter keeps only goods whose name contains the text (case-insensitive).
function TradeJournal.requestEntries(filter)
    local needle = string.lower(filter or "")
    local page = {}

    for i = #ledger.entries, 1, -1 do
        local entry = ledger.entries[i]
        if needle == "" or string.find(string.lower(entry.good), needle, 1, true) then
            page[#page + 1] = entry
            if #page == 50 then break end
        end
    end

    invokeClientFunction(Player(), "receiveEntries", page, FreightLedger.profit(ledger))
end
callable(TradeJournal, "requestEntries")

-- Average purchase price of a good, nil if it is not in the books. Used by the /tradelog command.
function TradeJournal.getAverageCost(name)
    return FreightLedger.averageCost(ledger, name)
end

-- Deletes all bookings and the totals of one good and returns how many bookings that were.
function TradeJournal.forgetGood(name)
    local kept, removed = {}, 0
    for _, entry in ipairs(ledger.entries) do
        if entry.good == name then
            removed = removed + 1
        else
            kept[#kept + 1] = entry
        end
    end

    ledger.entries = kept
    ledger.totals[name] = nil
    return removed
end

-- Text about the hold of the current ship: used and total space, value at base prices.
-- Returns nil while the player is in a drone or has no craft at all.
function TradeJournal.describeHold()
    local ship = Player().craft
    if not ship or ship.isDrone then return nil end

    local space, value = GoodsIndex.weigh(ship:getCargos())
    return string.format("Cargo: %d of %d space used, worth about %d credits.",
        math.ceil(space), ship.maxCargoSpace, value)
end

end -- onServer()

if onClient() then

-- Creates the journal tab with a filter line, a list of four columns and the profit below.
function TradeJournal.initialize()
    local tab = PlayerWindow():createTab("Trade Journal"%_t, "data/textures/icons/notebook.png", "Trade Journal"%_t)
    tab.onShowFunction = "onShowTab"

    local rows = UIHorizontalSplitter(Rect(tab.size), 10, 0, 0.5)
    rows.topSize = 30
    filterBox = tab:createTextBox(rows.top, "onFilterChanged")
    filterBox.backgroundText = "Filter by good"%_t

    local lower = UIHorizontalSplitter(rows.bottom, 10, 0, 0.5)
    lower.bottomSize = 24

    list = tab:createListBoxEx(lower.top)
    list.columns = 4
    local width = lower.top.size.x
    for column, share in ipairs({0.1, 0.45, 0.2, 0.25}) do
        list:setColumnWidth(column - 1, width * share)
    end

    profitLabel = tab:createLabel(lower.bottom, "", 16)
end

function TradeJournal.onShowTab()
    invokeServerFunction("requestEntries", filterBox.text)
end

TradeJournal.onFilterChanged = TradeJournal.onShowTab

-- Stores what the server sent and redraws the list: purchases in red with a minus,
-- sales in green with a plus.
function TradeJournal.receiveEntries(entries, profit)
    received = entries
    list:clear()

    for row, entry in ipairs(received) do
        local color, sign = ColorRGB(0.9, 0.4, 0.4), "-"
        if entry.kind == "sell" then
            color, sign = ColorRGB(0.4, 0.9, 0.4), "+"
        end

        list:addRow(entry.good)
        list:setEntry(0, row - 1, sign, false, false, color)
        list:setEntry(1, row - 1, entry.good%_t, false, false, ColorRGB(1, 1, 1))
        list:setEntry(2, row - 1, tostring(entry.amount), false, false, ColorRGB(1, 1, 1))
        list:setEntry(3, row - 1, "¢" .. createMonetaryString(entry.amount * entry.price), false, false, color)
    end

    profitLabel.caption = "Profit: ¢${amount}"%_t % {amount = createMonetaryString(profit)}
end

end -- onClient()
