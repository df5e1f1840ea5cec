package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")

-- Rules about treaties between a player (or alliance) and an AI faction. Treaties are stored as
-- script values of the AI faction under "treaty_<index>", one string per partner.

local EnvoyProtocol = {}

EnvoyProtocol.Kind = {Trade = "trade", Passage = "passage", Defense = "defense"}

-- relations needed to sign, price at signing, relation points lost when the treaty is broken
EnvoyProtocol.terms =
{
    trade = {relations = 20000, fee = 150000, penalty = 15000},
    passage = {relations = 5000, fee = 60000, penalty = 8000},
    defense = {relations = 65000, fee = 400000, penalty = 40000},
}

local function valueName(partnerIndex)
    return "treaty_" .. partnerIndex
end

-- Encodes treaties as "kind@expiry;kind@expiry". The kinds are sorted, so that equal sets of
-- treaties always give the same string; the expiry is rounded to whole seconds of server runtime.
function EnvoyProtocol.encode(treaties)
    local kinds = {}
    for kind, _ in pairs(treaties) do kinds[#kinds + 1] = kind end
    table.sort(kinds)

    local parts = {}
    for _, kind in ipairs(kinds) do
        parts[#parts + 1] = string.format("%s@%d", kind, math.floor(treaties[kind]))
    end
    return table.concat(parts, ";")
end

-- Reads what encode() wrote into a table kind -> expiry. Unknown kinds (from newer versions of the
-- mod) and garbled parts are skipped silently.
function EnvoyProtocol.decode(text)
    local treaties = {}
    for kind, expiry in string.gmatch(text or "", "(%a+)@(%d+)") do
        if EnvoyProtocol.terms[kind] then
            treaties[kind] = tonumber(expiry)
        end
    end
    return treaties
end

-- All treaties that are in force between the faction and its partner at the given time.
function EnvoyProtocol.active(faction, partnerIndex, now)
    local valid = {}
    for kind, expiry in pairs(EnvoyProtocol.decode(faction:getValue(valueName(partnerIndex)))) do
        if expiry > now then valid[kind] = expiry end
    end
    return valid
end

-- Fee for a treaty, depending on what the faction is like. Greedy factions take up to 50 % more,
-- peaceful ones give up to 30 % discount; the traits go from -1 to 1 and only positive values count.
-- Renewing a treaty that is still running costs half.
function EnvoyProtocol.fee(faction, kind, renewing)
    local greedy = math.max(0, faction:getTrait("greedy") or 0)
    local peaceful = math.max(0, faction:getTrait("peaceful") or 0)

    local fee = EnvoyProtocol.terms[kind].fee * (1 + 0.5 * greedy) * (1 - 0.3 * peaceful)
    if renewing then fee = fee / 2 end
    return math.floor(fee)
end

-- Signs or extends a treaty. The duration (seconds) is added to a running treaty or counted from
-- now on. Expired treaties of the same partner are cleaned up on the way. Returns the new expiry.
function EnvoyProtocol.sign(faction, partnerIndex, kind, duration, now)
    local treaties = EnvoyProtocol.active(faction, partnerIndex, now)
    treaties[kind] = math.max(treaties[kind] or 0, now) + duration
    faction:setValue(valueName(partnerIndex), EnvoyProtocol.encode(treaties))
    return treaties[kind]
end

-- Tears up one treaty, or all of them when no kind is given. Returns the sum of the penalties,
-- zero when nothing was in force.
function EnvoyProtocol.revoke(faction, partnerIndex, kind, now)
    local treaties = EnvoyProtocol.active(faction, partnerIndex, now)
    local penalty = 0

    for name, _ in pairs(treaties) do
        if kind == nil or kind == name then
            penalty = penalty + EnvoyProtocol.terms[name].penalty
            treaties[name] = nil
        end
    end

    local text = EnvoyProtocol.encode(treaties)
    faction:setValue(valueName(partnerIndex), text ~= "" and text or nil)
    return penalty
end

return EnvoyProtocol
