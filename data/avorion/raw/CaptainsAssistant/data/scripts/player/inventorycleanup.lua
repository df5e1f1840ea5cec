package.path = package.path .. ";data/scripts/lib/?.lua"
include("callable")
include("stringutility")

-- Marks everything in the inventory as trash that falls short of the player's own rules. Trash can
-- be sold with a single click at equipment docks; nothing is ever deleted by this script.

-- namespace InventoryCleanup
InventoryCleanup = {}

local rules =
{
    turretRarity = RarityType.Uncommon,     -- turrets below this are trash
    systemRarity = RarityType.Uncommon,
    keepPerSystem = 2,                      -- but keep the best two of every kind of system
    keepBestTurrets = 3,                    -- and the three strongest turrets per weapon type
}

-- Changes one rule. Unknown rules and values that aren't whole, non-negative numbers are refused
-- with an error message.
function InventoryCleanup.setRule(name, value)
    value = tonumber(value)
    if rules[name] == nil or not value or value < 0 or value % 1 ~= 0 then
        Player():sendChatMessage("", ChatMessageType.Error, "Invalid rule: %1%"%_T, tostring(name))
        return false
    end
    rules[name] = value
    return true
end
callable(InventoryCleanup, "setRule")

-- Groups an array of items and returns the keys of all items that are among the best `keep` of
-- their group. groupOf(item) names the group, better(a, b) is the order within a group.
local function protectBest(items, keep, groupOf, better)
    local groups = {}
    for _, item in pairs(items) do
        local name = groupOf(item)
        groups[name] = groups[name] or {}
        table.insert(groups[name], item)
    end

    local protected = {}
    for _, group in pairs(groups) do
        table.sort(group, better)
        for i = 1, math.min(keep, #group) do
            protected[group[i].key] = true
        end
    end
    return protected
end

-- Items of one type as {key, item} without the favorites; a stack of equal items counts as one.
local function collect(inventory, itemType)
    local items = {}
    for key, slot in pairs(inventory:getItemsByType(itemType)) do
        if not slot.item.favorite then
            table.insert(items, {key = key, item = slot.item})
        end
    end
    return items
end

-- Finds the keys of all turrets that may go: rarity below the rule and not one of the strongest of
-- its weapon type. Favorites have already been left out by collect().
function InventoryCleanup.findTrashTurrets(inventory)
    local turrets = collect(inventory, InventoryItemType.Turret)
    local protected = protectBest(turrets, rules.keepBestTurrets,
        function(t) return t.item.weaponPrefix end,
        function(a, b) return a.item.dps > b.item.dps end)

    local trash = {}
    for _, turret in pairs(turrets) do
        if turret.item.rarity.value < rules.turretRarity and not protected[turret.key] then
            trash[#trash + 1] = turret.key
        end
    end
    return trash
end

-- The same for system upgrades. They are grouped by their script and ordered by rarity; between
-- upgrades of equal rarity the more expensive one is kept.
function InventoryCleanup.findTrashSystems(inventory)
    local systems = collect(inventory, InventoryItemType.SystemUpgrade)
    local protected = protectBest(systems, rules.keepPerSystem,
        function(s) return s.item.script end,
        function(a, b)
            if a.item.rarity.value ~= b.item.rarity.value then
                return a.item.rarity.value > b.item.rarity.value
            end
            return a.item.price > b.item.price
        end)

    local trash = {}
    for _, system in pairs(systems) do
        if system.item.rarity.value < rules.systemRarity and not protected[system.key] then
            trash[#trash + 1] = system.key
        end
    end
    return trash
end

-- Runs the cleanup on the inventory of the owner and reports how many stacks were marked. Items
-- that are trash already are counted too, so running it twice gives the same number.
function InventoryCleanup.run()
    if onClient() then
        invokeServerFunction("run")
        return
    end

    local inventory = Player():getInventory()
    local marked = 0

    for _, keys in pairs({InventoryCleanup.findTrashTurrets(inventory), InventoryCleanup.findTrashSystems(inventory)}) do
        for _, key in pairs(keys) do
            inventory:setItemTags(key, false, true)
            marked = marked + 1
        end
    end

    Player():sendChatMessage("", ChatMessageType.Information, "%1% stacks marked as trash."%_T, marked)
    return marked
end
callable(InventoryCleanup, "run")

function InventoryCleanup.secure()
    return rules
end

function InventoryCleanup.restore(saved)
    for name, value in pairs(saved or {}) do
        if rules[name] ~= nil then rules[name] = value end
    end
end
