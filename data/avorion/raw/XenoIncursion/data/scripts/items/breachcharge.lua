package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")

-- A bomb that destabilizes a breach. Takes a while to go off, and everyone close to it gets hurt.

-- Power is 1 up to uncommon, 2 for rare and exceptional, 3 for exotic and legendary charges; the
-- price goes with its square. Charges can't be thrown out of the ship.
function create(item, rarity)
    local power = math.max(1, math.floor((rarity.value + 2) / 2))

    item.name = "Breach Charge"%_t
    item.icon = "data/textures/icons/unstable-projectile.png"
    item.rarity = rarity
    item.price = 120000 * power * power
    item.stackable = true
    item.depleteOnUse = true
    item.droppable = false
    item:setValue("power", power)

    local tooltip = Tooltip()
    tooltip.icon = item.icon
    tooltip.price = item.price
    tooltip.rarity = rarity

    local head = TooltipLine(25, 15)
    head.ctext, head.ccolor = item.name, rarity.tooltipFontColor
    tooltip:addLine(head)

    local strength = TooltipLine(18, 14)
    strength.ltext, strength.rtext = "Breach Strength"%_t, "-" .. power
    tooltip:addLine(strength)

    local warning = TooltipLine(16, 14)
    warning.ltext, warning.lcolor = "Keep a distance of 10 km."%_t, ColorRGB(1, 0.4, 0.2)
    tooltip:addLine(warning)

    item:setTooltip(tooltip)
    return item
end

-- Arms the charge at the position of the ship. The detonation is left to the breach script, since
-- this script is gone as soon as the function returns. Without a breach in the sector, or while
-- another charge is ticking, the item isn't used up and false is returned.
function activate(item)
    local player = Player()
    local ship = player.craft
    local sector = Sector()

    if not ship or not sector:hasScript("sector/riftbreach.lua") then
        player:sendChatMessage("", ChatMessageType.Error, "There is no breach in this sector."%_T)
        return false
    end

    local p = ship.translationf
    local code, armed = sector:invokeFunction("sector/riftbreach.lua", "armCharge", p.x, p.y, p.z, item:getValue("power"))
    if code ~= 0 or not armed then
        player:sendChatMessage("", ChatMessageType.Error, "Another charge is already armed."%_T)
        return false
    end

    sector:broadcastChatMessage(player.name, ChatMessageType.Warning, "Breach charge armed. 15 seconds!"%_T)
    return true
end
