package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
local TextFormat = include("textformat")

-- Short form of a coordinate pair that becomes a clickable link in the chat.
local function link(x, y)
    return string.format("\\s(%d:%d)", x, y)
end

-- Matches ship names against a pattern in which * stands for any text. The comparison ignores
-- case and covers the whole name; all other characters are taken literally.
local function nameMatches(name, pattern)
    local lua = string.gsub(string.lower(pattern), "[%^%$%(%)%%%.%[%]%+%-%?]", "%%%1")
    lua = "^" .. string.gsub(lua, "%*", ".*") .. "$"
    return string.match(string.lower(name), lua) ~= nil
end

-- Sorts the ships of a player into groups by sector. Returns an array of {x, y, names}, the sector
-- with the most ships first; names are in alphabetical order.
local function groupBySector(player, pattern)
    local groups, byKey = {}, {}

    for _, name in pairs({player:getShipNames()}) do
        if not pattern or nameMatches(name, pattern) then
            local x, y = player:getShipPosition(name)
            local key = x .. ":" .. y
            local group = byKey[key]
            if not group then
                group = {x = x, y = y, names = {}}
                byKey[key] = group
                table.insert(groups, group)
            end
            table.insert(group.names, name)
        end
    end

    for _, group in pairs(groups) do table.sort(group.names) end
    table.sort(groups, function(a, b)
        if #a.names ~= #b.names then return #a.names > #b.names end
        return a.names[1] < b.names[1]
    end)
    return groups
end

-- /fleet            where all ships are
-- /fleet <pattern>  only ships whose names match, "*" is a wildcard
-- Answers with one line per sector and shows at most four names per line.
function execute(sender, commandName, ...)
    if not sender then return 1, "", "Who are you?" end

    local player = Player(sender)
    local pattern = table.concat({...}, " ")
    if pattern == "" then pattern = nil end

    local lines, total = {}, 0
    for _, group in ipairs(groupBySector(player, pattern)) do
        local names = group.names
        total = total + #names

        local shown = table.concat(names, ", ", 1, math.min(4, #names))
        if #names > 4 then
            shown = shown .. string.format(" and %d more", #names - 4)
        end
        lines[#lines + 1] = link(group.x, group.y) .. " " .. shown
    end

    lines[#lines + 1] = TextFormat.count(total, "ship") .. " in " .. TextFormat.count(#lines, "sector") .. "."
    return 0, "", table.concat(lines, "\n")
end

function getDescription()
    return "Lists your ships by sector."
end

function getHelp()
    return "Usage: /fleet [name or pattern with *]"
end
