package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")

-- Usable item: points to the nearest outlaw in the sector, or tells how far the hideout is.

local RANGE_BY_RARITY = 4

-- Creates the item. Tracking range is 4 sectors for each rarity step above petty, therefore
-- between 4 (common) and 24 (legendary). The tracker breaks when it is used.
function create(item, rarity)
    local range = math.max(1, rarity.value + 1) * RANGE_BY_RARITY

    item.stackable = true
    item.depleteOnUse = true
    item.name = "Bounty Tracker"%_t
    item.price = 15000 * math.pow(1.8, math.max(0, rarity.value))
    item.icon = "data/textures/icons/radar-sweep.png"
    item.iconColor = rarity.color
    item.rarity = rarity
    item:setValue("subtype", "BountyTracker")
    item:setValue("range", range)
    item:setTooltip(buildTooltip(item, range))

    return item
end

-- The tooltip: headline with rarity, the range, and two lines that explain how to use the thing.
function buildTooltip(item, range)
    local tooltip = Tooltip()
    tooltip.icon = item.icon

    local headline = TooltipLine(25, 15)
    headline.ctext = item.name
    headline.ccolor = item.rarity.tooltipFontColor
    tooltip:addLine(headline)

    tooltip:addLine(TooltipLine(14, 14))

    local rangeLine = TooltipLine(18, 14)
    rangeLine.ltext = "Range"%_t
    rangeLine.rtext = "${range} sectors"%_t % {range = range}
    rangeLine.icon = "data/textures/icons/path-distance.png"
    rangeLine.iconColor = ColorRGB(0.8, 0.8, 0.8)
    tooltip:addLine(rangeLine)

    for _, text in ipairs({"Works once, then it burns out."%_t, "Finds the outlaw you are hunting."%_t}) do
        local line = TooltipLine(16, 14)
        line.ltext = text
        line.lcolor = ColorRGB(0.4, 0.4, 0.4)
        tooltip:addLine(line)
    end

    return tooltip
end

-- Reports where the outlaw is. Without a running hunt, or when the hideout is out of range,
-- nothing is consumed and false is returned. In the hideout's own sector the message contains the
-- distance to the ship in kilometers, elsewhere the compass direction and the number of sectors.
function activate(item)
    local player = Player()
    local code, tx, ty = player:invokeFunction("data/scripts/player/bountyhunt.lua", "getMissionLocation")
    if code ~= 0 or not tx then
        player:sendChatMessage("", ChatMessageType.Error, "You are not hunting anyone."%_T)
        return false
    end

    local x, y = Sector():getCoordinates()
    local dx, dy = tx - x, ty - y
    if dx * dx + dy * dy > item:getValue("range") ^ 2 then
        player:sendChatMessage("", ChatMessageType.Normal, "The tracker picks up nothing but noise."%_T)
        return false
    end

    if dx == 0 and dy == 0 then
        return locateShip(player)
    end

    player:sendChatMessage("", ChatMessageType.Normal, "Signal to the %1%, %2% sectors away."%_T,
        compass(dx, dy), math.ceil(math.sqrt(dx * dx + dy * dy)))
    return true
end

function locateShip(player)
    local outlaw = Sector():getEntitiesByScriptValue("outlaw_seed")
    if not outlaw or not player.craft then return false end

    local meters = distance(outlaw.translationf, player.craft.translationf) * 10
    player:sendChatMessage("", ChatMessageType.Normal, "%1% is %2% km away."%_T, outlaw.name, math.ceil(meters / 100) / 10)
    return true
end

-- Name of the direction (dx:dy) points to; north is +y on the galaxy map. Eight directions of 45
-- degrees each, centered on the axis they are named after.
function compass(dx, dy)
    local names = {"east", "northeast", "north", "northwest", "west", "southwest", "south", "southeast"}
    local sector = math.floor(math.atan2(dy, dx) / (math.pi / 4) + 0.5) % 8
    return names[sector + 1]
end
