package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
local EnvoyProtocol = include("envoyprotocol")

-- Galaxy script that watches over signed treaties: it punishes breaches, reminds of treaties that
-- are about to end and lets the relations of partners drift upwards.

-- namespace TreatyKeeper
TreatyKeeper = {}

local REMIND_BEFORE = 30 * 60
local DRIFT_PER_HOUR = 600

-- partners[factionIndex][partnerIndex] = true, so that we don't have to look at every faction
local partners = {}
local reminded = {}

function TreatyKeeper.initialize()
    Galaxy():registerCallback("onRelationsChanged", "onRelationsChanged")
end

function TreatyKeeper.getUpdateInterval()
    return 120
end

-- Called by the embassy, or by other mods, when something was signed.
function TreatyKeeper.watch(factionIndex, partnerIndex)
    partners[factionIndex] = partners[factionIndex] or {}
    partners[factionIndex][partnerIndex] = true
end

-- Goes through the watched pairs. Pairs without any running treaty are forgotten, all others get
-- their relation drift and, if due, a reminder.
function TreatyKeeper.updateServer(timeStep)
    local now = Server().unpausedRuntime

    for factionIndex, list in pairs(partners) do
        local faction = Galaxy():findFaction(factionIndex)
        for partnerIndex, _ in pairs(list) do
            local active = faction and EnvoyProtocol.active(faction, partnerIndex, now) or {}
            if next(active) == nil then
                list[partnerIndex] = nil
            else
                TreatyKeeper.drift(faction, partnerIndex, timeStep)
                TreatyKeeper.remind(faction, partnerIndex, active, now)
            end
        end
        if next(list) == nil then partners[factionIndex] = nil end
    end
end

-- Treaty partners get along better over time: 600 points per hour up to a level of 75000, never
-- beyond it. Each update gives whole points only, fractions are dropped.
function TreatyKeeper.drift(faction, partnerIndex, seconds)
    local partner = Galaxy():findFaction(partnerIndex)
    if not partner then return end

    local level = faction:getRelations(partnerIndex)
    local gain = math.min(DRIFT_PER_HOUR * seconds / 3600, 75000 - level)
    if gain >= 1 then
        Galaxy():changeFactionRelations(faction, partner, math.floor(gain), false, false)
    end
end

-- Sends one chat message per treaty when less than 30 minutes remain. Renewing a treaty re-arms
-- the reminder, because the expiry is part of the key. Alliances aren't reminded.
function TreatyKeeper.remind(faction, partnerIndex, active, now)
    if not Galaxy():playerFactionExists(partnerIndex) then return end

    for kind, expiry in pairs(active) do
        local key = string.format("%d/%d/%s/%d", faction.index, partnerIndex, kind, expiry)
        if expiry - now < REMIND_BEFORE and not reminded[key] then
            reminded[key] = true
            Player(partnerIndex):sendChatMessage(faction.name, ChatMessageType.Information,
                "Our treaty (%1%) ends in %2% minutes."%_T, kind, math.ceil((expiry - now) / 60))
        end
    end
end

-- Going to war breaks every treaty between the two sides. The partner loses the penalties as
-- relation points with all factions that are allied to the victim as well, but only a fourth.
function TreatyKeeper.onRelationsChanged(indexA, indexB, relations, status, relationsBefore, statusBefore)
    if status ~= RelationStatus.War or statusBefore == RelationStatus.War then return end

    local now = Server().unpausedRuntime
    for _, pair in pairs({{indexA, indexB}, {indexB, indexA}}) do
        local factionIndex, partnerIndex = pair[1], pair[2]
        if partners[factionIndex] and partners[factionIndex][partnerIndex] then
            local penalty = EnvoyProtocol.revoke(Faction(factionIndex), partnerIndex, nil, now)
            TreatyKeeper.spreadTheWord(factionIndex, partnerIndex, math.floor(penalty / 4))
            partners[factionIndex][partnerIndex] = nil
        end
    end
end

function TreatyKeeper.spreadTheWord(factionIndex, partnerIndex, points)
    if points <= 0 then return end

    local traitor = Galaxy():findFaction(partnerIndex)
    for _, relation in pairs({Faction(factionIndex):getAllRelations()}) do
        if relation.status == RelationStatus.Allies and relation.factionIndex ~= partnerIndex then
            local ally = Galaxy():findFaction(relation.factionIndex)
            if ally and ally.isAIFaction then
                Galaxy():changeFactionRelations(traitor, ally, -points, true, false)
            end
        end
    end
end

function TreatyKeeper.secure()
    return partners
end

function TreatyKeeper.restore(saved)
    partners = saved or {}
end
