package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")

-- names for relation levels, checked from top to bottom
local moods =
{
    {above = 90000, name = "admired"},
    {above = 60000, name = "excellent"},
    {above = 30000, name = "good"},
    {above = -5000, name = "neutral"},
    {above = -40000, name = "poor"},
    {above = -80000, name = "hostile"},
    {above = -math.huge, name = "despised"},
}

-- Word for a relation level. A level that equals a limit still belongs to the mood below it.
local function moodOf(level)
    for _, mood in ipairs(moods) do
        if level > mood.above then return mood.name end
    end
    return moods[#moods].name
end

local statusNames =
{
    [RelationStatus.War] = " at war",
    [RelationStatus.Ceasefire] = " ceasefire",
    [RelationStatus.Allies] = " allied",
}

-- The known AI factions of a player sorted by relations, as lines of text.
-- count limits the number of lines; with worstFirst the list starts at the bottom.
local function listRelations(player, count, worstFirst)
    local list = {}
    for _, relation in pairs({player:getAllRelations()}) do
        local faction = Galaxy():findFaction(relation.factionIndex)
        if faction and faction.isAIFaction then
            table.insert(list, {faction = faction, level = relation.level, status = relation.status})
        end
    end

    table.sort(list, function(a, b)
        if worstFirst then return a.level < b.level end
        return a.level > b.level
    end)

    local lines = {}
    for i = 1, math.min(count, #list) do
        local item = list[i]
        lines[i] = string.format("%s: %d (%s)%s", item.faction.name, item.level, moodOf(item.level), statusNames[item.status] or "")
    end
    return lines
end

-- Sets relations to a fixed level between -100000 and 100000, administrators only.
local function setRelations(player, name, level)
    local faction = Galaxy():findFaction(name)
    if not faction or not faction.isAIFaction then
        return 1, "Unknown faction: " .. name
    end
    if not level then
        return 1, "The level must be a number."
    end

    level = math.min(100000, math.max(-100000, level))
    Galaxy():setFactionRelations(player, faction, level, true, false)
    return 0, string.format("Relations between %s and %s are now %s (%d).", player.name, faction.name, moodOf(level), level)
end

-- /relations [best|worst] [count]
-- /relations set <level> <faction name>
function execute(sender, commandName, action, argument, ...)
    if not sender then return 1, "", "There is no player to show relations of." end

    local player = Player(sender)
    action = action or "best"

    if action == "set" then
        if not Server():hasAdminPrivileges(player) then
            return 1, "", "Cheating is reserved for administrators."
        end
        local code, message = setRelations(player, table.concat({...}, " "), tonumber(argument))
        return code, "", message
    end

    if action == "best" or action == "worst" then
        local lines = listRelations(player, tonumber(argument) or 5, action == "worst")
        if #lines == 0 then return 0, "", "You haven't met anybody yet." end
        return 0, "", table.concat(lines, "\n")
    end

    return 1, "", getHelp()
end

function getDescription()
    return "Lists what the factions of the galaxy think about you."
end

function getHelp()
    return "Usage: /relations [best|worst] [count] | /relations set <level> <faction>"
end
