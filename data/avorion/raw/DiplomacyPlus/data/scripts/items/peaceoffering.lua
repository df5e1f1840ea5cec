package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
include("faction")

-- A crate full of gifts. Opening it in the territory of a faction calms that faction down a bit.

-- Relation points of an offering: 4000 for common ones, growing by 70 % for each rarity step.
function getGoodwill(rarity)
    return math.floor(4000 * math.pow(1.7, math.max(0, rarity.value)) / 100) * 100
end

-- Sets up the crate: price is twelve credits per relation point, the tooltip lists the points and
-- that relations can't get better than neutral this way.
function create(item, rarity)
    local goodwill = getGoodwill(rarity)

    item.name = "Peace Offering"%_t
    item.icon = "data/textures/icons/present.png"
    item.rarity = rarity
    item.stackable = true
    item.depleteOnUse = true
    item.tradeable = true
    item.price = goodwill * 12
    item:setValue("goodwill", goodwill)

    local lines =
    {
        {"Relations", "+" .. createMonetaryString(goodwill)},
        {"Works up to", "0"},
    }

    local tooltip = Tooltip()
    tooltip.icon = item.icon
    local title = TooltipLine(25, 15)
    title.ctext = item.name
    title.ccolor = rarity.tooltipFontColor
    tooltip:addLine(title)

    for _, pair in ipairs(lines) do
        local line = TooltipLine(18, 14)
        line.ltext, line.rtext = GetLocalizedString(pair[1]), pair[2]
        tooltip:addLine(line)
    end
    item:setTooltip(tooltip)

    return item
end

-- The faction that would receive a gift made here: the owner of the station the ship is docked
-- to, otherwise the faction controlling the sector. Player factions don't take bribes.
function findReceiver(ship)
    for _, station in pairs({Sector():getEntitiesByType(EntityType.Station)}) do
        if station:isInDockingArea(ship) then
            local owner = Faction(station.factionIndex)
            if owner and owner.isAIFaction then return owner end
        end
    end

    local x, y = Sector():getCoordinates()
    local controller = Galaxy():getControllingFaction(x, y)
    if controller and controller.isAIFaction then return controller end
end

-- Gives the present. It can only repair bad relations: the gain is cut off at zero, and with
-- relations that aren't negative, with factions that are always at war or with static relations
-- the crate stays closed. An active war ends in a ceasefire if less than 50000 points are missing.
function activate(item)
    local player = Player()
    local ship = player.craft
    local giver = player.craftFaction or player
    if not ship then return false end

    local receiver = findReceiver(ship)
    if not receiver then
        player:sendChatMessage("", ChatMessageType.Error, "There is nobody here to receive your gift."%_T)
        return false
    end

    local level = receiver:getRelations(giver.index)
    if level >= 0 or receiver.alwaysAtWar or receiver.staticRelationsToPlayers then
        player:sendChatMessage(receiver.name, ChatMessageType.Chatter, "Keep your trinkets."%_T)
        return false
    end

    local galaxy = Galaxy()
    local gain = math.min(-level, item:getValue("goodwill"))
    galaxy:changeFactionRelations(giver, receiver, gain, true, true)

    if galaxy:getFactionRelationStatus(giver, receiver) == RelationStatus.War and level + gain > -50000 then
        galaxy:setFactionRelationStatus(giver, receiver, RelationStatus.Ceasefire, true, true)
        player:sendChatMessage(receiver.name, ChatMessageType.Chatter, "Very well. We will hold our fire."%_T)
    end
    return true
end
