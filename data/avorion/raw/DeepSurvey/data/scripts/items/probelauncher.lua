package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")

-- Usable item that launches a survey probe in front of the ship.

-- Fills in the item. The better the rarity, the longer the battery of the probe lasts: 70 % of the
-- standard battery for petty items and 30 percentage points more for each step above.
function create(item, rarity)
    local factor = 1 + rarity.value * 0.3

    item.stackable = true
    item.depleteOnUse = true
    item.name = "Survey Probe"%_t
    item.price = 8000 + 6000 * (rarity.value + 1)
    item.icon = "data/textures/icons/satellite.png"
    item.rarity = rarity
    item:setValue("battery", factor)

    local tooltip = Tooltip()
    tooltip.icon = item.icon

    local title = TooltipLine(25, 15)
    title.ctext = "Survey Probe"%_t
    title.ccolor = rarity.tooltipFontColor
    tooltip:addLine(title)

    local battery = TooltipLine(18, 14)
    battery.ltext = "Battery"%_t
    battery.rtext = "${minutes} min"%_t % {minutes = math.floor(10 * factor + 0.5)}
    battery.icon = "data/textures/icons/battery-pack.png"
    tooltip:addLine(battery)

    item:setTooltip(tooltip)
    return item
end

-- A probe made of three blocks: computer core, engine and a solar panel as a sail.
local function makePlan(material)
    local plan = BlockPlan()
    local color = ColorRGB(0.8, 0.85, 0.9)
    local root = plan:addBlock(vec3(0, 0, 0), vec3(1, 1, 1), -1, -1, color, material, Matrix(), BlockType.ComputerCore)
    plan:addBlock(vec3(0, 0, -1), vec3(0.8, 0.8, 1), root, -1, color, material, Matrix(), BlockType.Engine)
    plan:addBlock(vec3(0, 0.6, 0), vec3(6, 0.1, 2), root, -1, color, material, Matrix(), BlockType.SolarPanel)
    return plan
end

-- Launches the probe. It belongs to the faction of the current craft and starts 100 m in front of
-- it with the same orientation. Fails, without using up the item, when the player has no ship or
-- when three probes of the same faction are already at work in the sector.
function activate(item)
    local player = Player()
    local ship = player.craft
    if not ship then return false end

    local active = 0
    for _, probe in pairs({Sector():getEntitiesByScript("entity/surveyprobe.lua")}) do
        if probe.factionIndex == ship.factionIndex then active = active + 1 end
    end
    if active >= 3 then
        player:sendChatMessage("", ChatMessageType.Error, "Only three probes can work at the same time."%_T)
        return false
    end

    local matrix = ship.orientation
    matrix.translation = ship.translationf + ship.look * (ship.radius + 10)

    local descriptor = ShipDescriptor()
    descriptor.factionIndex = ship.factionIndex
    descriptor.position = matrix
    descriptor:setMovePlan(makePlan(Material(MaterialType.Titanium)))

    local probe = Sector():createEntity(descriptor)
    probe:setTitle("Survey Probe"%_T, {})
    probe:setValue("npc_chatter", false)
    probe:addScriptOnce("data/scripts/entity/surveyprobe.lua", item:getValue("battery"))
    return true
end
