package.path = package.path .. ";data/scripts/lib/?.lua"
include("goods")
include("stringutility")

local GoodsIndex = {}

-- lower case name -> proper name, built on first use because `goods` is filled while it is included
local lookup = nil

local function buildLookup()
    lookup = {}
    for name, _ in pairs(goods) do
        lookup[string.lower(name)] = name
    end
end

---
-- Finds a trading good from something a player typed.
-- Case is ignored. An exact match wins; otherwise the input has to be the beginning of exactly
-- one good's name. Returns the TradingGood, or nil and a list of the candidate names
-- (alphabetical, empty when nothing matched).
function GoodsIndex.find(input)
    if not lookup then buildLookup() end

    local needle = string.lower(input or "")
    if lookup[needle] then
        return goods[lookup[needle]]:good()
    end

    local candidates = {}
    for lowered, name in pairs(lookup) do
        if needle ~= "" and string.sub(lowered, 1, #needle) == needle then
            table.insert(candidates, name)
        end
    end

    if #candidates == 1 then
        return goods[candidates[1]]:good()
    end

    table.sort(candidates)
    return nil, candidates
end

---
-- Splits a cargo table (good -> amount, as returned by Entity:getCargos()) into legal cargo and
-- cargo that would interest a customs officer. Stolen, suspicious, illegal and dangerous goods
-- count as contraband. Returns two arrays of {good = TradingGood, amount = number}.
function GoodsIndex.separateContraband(cargos)
    local legal, contraband = {}, {}
    for good, amount in pairs(cargos) do
        local target = legal
        if good.stolen or good.suspicious or good.illegal or good.dangerous then
            target = contraband
        end
        table.insert(target, {good = good, amount = amount})
    end
    return legal, contraband
end

---
-- Sums up volume and base price of a cargo table.
-- Returns the occupied space first and the value in credits second; an empty hold gives 0, 0.
function GoodsIndex.weigh(cargos)
    local space, value = 0, 0
    for good, amount in pairs(cargos) do
        space = space + good.size * amount
        value = value + good.price * amount
    end
    return space, value
end

-- how many whole units of the good fit into the given free space
function GoodsIndex.unitsThatFit(good, freeSpace)
    if good.size <= 0 then return math.huge end
    return math.max(0, math.floor(freeSpace / good.size))
end

---
-- Picks goods for a freighter so that the hold earns the most per unit of volume.
-- offers is an array of {good = TradingGood, stock = number}. The offers are taken greedily by
-- price per size until the space runs out; partial stacks are allowed, offers that are larger
-- than the remaining space are skipped. Returns an array of {good, amount} in loading order.
function GoodsIndex.packHold(offers, freeSpace)
    local sorted = {}
    for _, offer in ipairs(offers) do table.insert(sorted, offer) end

    table.sort(sorted, function(a, b)
        return a.good.price * b.good.size > b.good.price * a.good.size
    end)

    local loaded = {}
    for _, offer in ipairs(sorted) do
        local amount = math.min(offer.stock, GoodsIndex.unitsThatFit(offer.good, freeSpace))
        if amount > 0 then
            table.insert(loaded, {good = offer.good, amount = amount})
            freeSpace = freeSpace - amount * offer.good.size
        end
    end
    return loaded
end

---
-- One line for chat or tooltips, such as "120 Steel, 4 Proton Accelerators".
-- Uses the singular or plural form that the game defines for each good, ordered by amount
-- (largest first), and stops after `limit` goods with a trailing "...".
function GoodsIndex.describe(stacks, limit)
    local ordered = {}
    for _, stack in ipairs(stacks) do ordered[#ordered + 1] = stack end
    table.sort(ordered, function(a, b) return a.amount > b.amount end)

    local parts = {}
    for i, stack in ipairs(ordered) do
        if limit and i > limit then
            parts[#parts + 1] = "..."
            break
        end
        parts[#parts + 1] = stack.amount .. " " .. stack.good:displayName(stack.amount)
    end
    return table.concat(parts, ", ")
end

return GoodsIndex
