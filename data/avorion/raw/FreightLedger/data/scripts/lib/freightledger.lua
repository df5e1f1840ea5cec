package.path = package.path .. ";data/scripts/lib/?.lua"
include("utility")

-- A ledger is a plain table so that it can travel through secure() and restore():
--   ledger.entries   array of bookings, oldest first
--   ledger.capacity  how many bookings are kept
--   ledger.totals    per good name: {bought = n, sold = n, spent = credits, earned = credits}
local FreightLedger = {}

local DEFAULT_CAPACITY = 200

-- Creates an empty ledger. Without an argument it keeps 200 bookings; anything below 1 is treated as 1.
function FreightLedger.create(capacity)
    capacity = math.max(1, math.floor(capacity or DEFAULT_CAPACITY))
    return {entries = {}, capacity = capacity, totals = {}}
end

local function totalsFor(ledger, name)
    local totals = ledger.totals[name]
    if not totals then
        totals = {bought = 0, sold = 0, spent = 0, earned = 0}
        ledger.totals[name] = totals
    end
    return totals
end

-- Writes one purchase or sale into the ledger.
-- kind must be "buy" or "sell"; amount and unit price have to be positive, otherwise nothing is
-- booked and false is returned. The running totals of the good are updated, and when the ledger
-- is full the oldest booking falls out of the list (totals are never reduced by that).
function FreightLedger.book(ledger, kind, name, amount, unitPrice, x, y, time)
    if kind ~= "buy" and kind ~= "sell" then return false end
    if not name or amount <= 0 or unitPrice <= 0 then return false end

    local totals = totalsFor(ledger, name)
    local value = amount * unitPrice

    if kind == "buy" then
        totals.bought = totals.bought + amount
        totals.spent = totals.spent + value
    else
        totals.sold = totals.sold + amount
        totals.earned = totals.earned + value
    end

    table.insert(ledger.entries, {
        kind = kind, good = name, amount = amount, price = unitPrice,
        x = x, y = y, time = time or 0,
    })

    while #ledger.entries > ledger.capacity do
        table.remove(ledger.entries, 1)
    end

    return true
end

-- Average price that was paid per unit of a good, nil if it was never bought.
function FreightLedger.averageCost(ledger, name)
    local totals = ledger.totals[name]
    if not totals or totals.bought == 0 then return nil end
    return totals.spent / totals.bought
end

-- Profit of everything that was sold so far, measured against the average purchase price.
-- Goods that were only ever sold (mined, looted, salvaged) count with a cost of zero.
function FreightLedger.profit(ledger)
    local sum = 0
    for name, totals in pairs(ledger.totals) do
        local cost = FreightLedger.averageCost(ledger, name) or 0
        sum = sum + totals.earned - totals.sold * cost
    end
    return sum
end

-- Returns up to `count` good names ordered by the profit per sold unit, best first.
-- Goods without a single sale are left out; equal profits are ordered by name so that the list
-- doesn't jump around between two calls.
function FreightLedger.bestGoods(ledger, count)
    local ranking = {}
    for name, totals in pairs(ledger.totals) do
        if totals.sold > 0 then
            local margin = totals.earned / totals.sold - (FreightLedger.averageCost(ledger, name) or 0)
            table.insert(ranking, {name = name, margin = margin})
        end
    end

    table.sort(ranking, function(a, b)
        if a.margin ~= b.margin then return a.margin > b.margin end
        return a.name < b.name
    end)

    local names = {}
    for i = 1, math.min(count, #ranking) do
        names[i] = ranking[i].name
    end
    return names
end

-- All bookings made in the sector (x:y), newest first.
function FreightLedger.inSector(ledger, x, y)
    local found = {}
    for i = #ledger.entries, 1, -1 do
        local entry = ledger.entries[i]
        if entry.x == x and entry.y == y then
            found[#found + 1] = entry
        end
    end
    return found
end

return FreightLedger
