package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
include("randomext")
local AsyncShipGenerator = include("asyncshipgenerator")
local BastionTurrets = include("bastionturrets")

-- Calls defenders of a befriended faction into the sector. Which faction that is, is decided when
-- the beacon is made, and the beacon remembers it.

local MIN_RELATIONS = 30000

function create(item, rarity, factionIndex)
    item.stackable = false
    item.depleteOnUse = true
    item.icon = "data/textures/icons/firing-ship.png"
    item.rarity = rarity
    item.price = 60000 * (rarity.value + 2)
    item:setValue("subtype", "DistressBeacon")
    item:setValue("factionIndex", factionIndex)
    item:setValue("ships", 2 + math.max(0, rarity.value))

    local faction = factionIndex and Faction(factionIndex)
    if faction then
        item.name = "Distress Beacon (${faction})"%_t % {faction = faction.translatedName}
    else
        item.name = "Distress Beacon"%_t
    end
    item:setTooltip(describe(item))
    return item
end

-- Tooltip with the number of ships and the condition that has to be met.
function describe(item)
    local tooltip = Tooltip()
    tooltip.icon = item.icon

    local head = TooltipLine(25, 15)
    head.ctext = item.name
    head.ccolor = item.rarity.tooltipFontColor
    tooltip:addLine(head)

    local ships = TooltipLine(18, 14)
    ships.ltext = "Reinforcements"%_t
    ships.rtext = tostring(item:getValue("ships"))
    ships.icon = "data/textures/icons/ship.png"
    tooltip:addLine(ships)

    local condition = TooltipLine(16, 14)
    condition.ltext = "Requires good relations and open hyperspace."%_t
    condition.lcolor = ColorRGB(0.5, 0.5, 0.5)
    tooltip:addLine(condition)
    return tooltip
end

-- Checks everything that could keep the defenders from coming and returns an error text, or nil
-- when the call is possible: the faction must exist, know and like the player (30000 relations),
-- and its home has to be less than 150 sectors away.
function findObstacle(player, faction)
    if not faction or not faction.isAIFaction then
        return "Nobody is listening on this frequency."%_T
    end
    if player:getRelations(faction.index) < MIN_RELATIONS then
        return "They don't like you enough to come."%_T
    end

    local x, y = Sector():getCoordinates()
    local hx, hy = faction:getHomeSectorCoordinates()
    if (hx - x) ^ 2 + (hy - y) ^ 2 > 150 * 150 then
        return "Their fleet is too far away."%_T
    end
    return nil
end

-- Calls the ships. They arrive 1 km around the player, defend the sector and jump away after five
-- minutes. In one of twenty cases the crew of the lead ship also leaves a turret as a present.
-- Returns whether the beacon was used up.
function activate(item)
    local player = Player()
    local craft = player.craft
    if not craft then return false end

    local faction = Faction(item:getValue("factionIndex") or 0)
    local obstacle = findObstacle(player, faction)
    if obstacle then
        player:sendChatMessage("", ChatMessageType.Error, obstacle)
        return false
    end

    local generator = AsyncShipGenerator(nil, onDefendersArrived)
    generator:startBatch()
    for i = 1, item:getValue("ships") do
        local direction = random():getDirection()
        generator:createDefender(faction, MatrixLookUpPosition(-direction, vec3(0, 1, 0), craft.translationf + direction * 100))
    end
    generator:endBatch()

    if random():test(0.05) then
        local x, y = Sector():getCoordinates()
        player:getInventory():addOrDrop(BastionTurrets.makeGift(x, y))
    end
    return true
end

function onDefendersArrived(ships)
    for _, ship in pairs(ships) do
        ship:addScriptOnce("deletejumped.lua", 300)
        ShipAI(ship):setAggressive()
    end
end
