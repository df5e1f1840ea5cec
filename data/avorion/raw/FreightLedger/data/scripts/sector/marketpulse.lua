package.path = package.path .. ";data/scripts/lib/?.lua"
include("randomext")
include("stringutility")
include("goods")

-- Sector script that remembers how much of a good was hauled through here and turns it into a
-- price factor: popular goods get cheaper to sell, neglected ones slowly recover.

-- namespace MarketPulse
MarketPulse = {}

local HALF_LIFE = 45 * 60     -- seconds until half of the pressure is gone
local SATURATION = 2500       -- pressure at which the lowest price is reached
local LOWEST_FACTOR = 0.7
local SHORTAGE_CHANCE = 0.04

local pressure = {}
local shortage = nil          -- {name = string, expires = seconds left}

function MarketPulse.getUpdateInterval()
    return 30
end

-- Lets pressure fade exponentially with a half life of 45 minutes and forgets goods whose
-- pressure fell below one unit. Also counts down and starts shortages.
function MarketPulse.updateServer(timeStep)
    local keep = math.pow(0.5, timeStep / HALF_LIFE)
    for name, value in pairs(pressure) do
        value = value * keep
        if value < 1 then value = nil end
        pressure[name] = value
    end

    if shortage then
        shortage.expires = shortage.expires - timeStep
        if shortage.expires <= 0 then
            MarketPulse.endShortage()
        end
    elseif Sector().numPlayers > 0 and random():test(SHORTAGE_CHANCE) then
        MarketPulse.beginShortage()
    end
end

-- Adds pressure for a good that was sold here. Unknown goods are ignored.
-- Called from other scripts with Sector():invokeFunction("marketpulse", "addSupply", name, amount).
function MarketPulse.addSupply(name, amount)
    if not goods[name] then return end
    pressure[name] = (pressure[name] or 0) + math.max(0, amount)
end

-- Factor for the sell price of a good in this sector: 1 for an untouched market, falling in a
-- straight line to 0.7 at a pressure of 2500 units. A running shortage of the good multiplies
-- the result by 1.5.
function MarketPulse.getPriceFactor(name)
    local load = math.min(1, (pressure[name] or 0) / SATURATION)
    local factor = 1 - (1 - LOWEST_FACTOR) * load

    if shortage and shortage.name == name then
        factor = factor * 1.5
    end
    return factor
end

local function sellableNames()
    local names = {}
    for name, definition in pairs(goods) do
        if definition.level and not definition.illegal then
            table.insert(names, name)
        end
    end
    table.sort(names)
    return names
end

-- Declares a shortage of one random legal good for 20 to 40 minutes and tells everybody in the
-- sector. Pressure on that good is wiped, since the storage is empty now.
function MarketPulse.beginShortage()
    local names = sellableNames()
    local name = names[random():getInt(1, #names)]
    if not name then return end

    shortage = {name = name, expires = random():getInt(20, 40) * 60}
    pressure[name] = nil

    Sector():broadcastChatMessage("Market News"%_T, ChatMessageType.Economy,
        "Stations in this sector are running out of %1% and pay well above the usual price."%_T, name)
end

function MarketPulse.endShortage()
    if not shortage then return end
    Sector():broadcastChatMessage("Market News"%_T, ChatMessageType.Economy,
        "The shortage of %1% is over."%_T, shortage.name)
    shortage = nil
end

function MarketPulse.secure()
    return {pressure = pressure, shortage = shortage}
end

-- Everything is optional here, sectors saved before the script existed pass an empty table.
function MarketPulse.restore(data)
    pressure = data.pressure or {}
    shortage = data.shortage
end
