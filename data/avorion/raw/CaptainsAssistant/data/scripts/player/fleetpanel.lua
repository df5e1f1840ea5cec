package.path = package.path .. ";data/scripts/lib/?.lua"
include("callable")
include("stringutility")
local UIToolkit = include("uitoolkit")
local TextFormat = include("textformat")

-- A tab with all ships of the player: where they are, what they do, how much space is left.

-- namespace FleetPanel
FleetPanel = {}

local list, summary, sortBox
local fleet = {}
local orderings = {}

if onServer() then

-- Collects one row per ship from the ship database, which also knows ships in unloaded sectors.
-- distance is measured from the player's current sector. Ships that are destroyed or away on a
-- background mission have no cargo information.
function FleetPanel.sendFleet()
    local player = Player(callingPlayer)
    local px, py = player:getSectorCoordinates()
    local rows = {}

    for _, name in pairs({player:getShipNames()}) do
        local x, y = player:getShipPosition(name)
        local availability = player:getShipAvailability(name)
        local row = {name = name, x = x, y = y, availability = availability}
        row.status = tostring(player:getShipStatus(name) or "")
        row.distance = math.sqrt((x - px) ^ 2 + (y - py) ^ 2)

        if availability == ShipAvailability.Available then
            local entry = ShipDatabaseEntry(player.index, name)
            row.freeSpace = entry:getFreeCargoSpace()
        end
        table.insert(rows, row)
    end

    invokeClientFunction(player, "receiveFleet", rows)
end
callable(FleetPanel, "sendFleet")

end

if onClient() then

-- nearest first
function orderings.distance(a, b)
    return a.distance < b.distance
end

-- by name, ignoring case
function orderings.name(a, b)
    return string.lower(a.name) < string.lower(b.name)
end

-- most free space first, ships without information last
function orderings.cargo(a, b)
    return (a.freeSpace or -1) > (b.freeSpace or -1)
end

function FleetPanel.initialize()
    local tab = PlayerWindow():createTab("Fleet"%_t, "data/textures/icons/ship.png", "Fleet Overview"%_t)
    tab.onShowFunction = "requestFleet"

    local rows = UIHorizontalSplitter(Rect(tab.size), 10, 10, 0.5)
    rows.topSize = 28

    local head = UIVerticalSplitter(rows.top, 10, 0, 0.6)
    summary = tab:createLabel(head.left, "", 14)
    sortBox = tab:createValueComboBox(head.right, "onSortingSelected")
    sortBox:addEntry("distance", "Sort by Distance"%_t)
    sortBox:addEntry("name", "Sort by Name"%_t)
    sortBox:addEntry("cargo", "Sort by Cargo Space"%_t)

    list = tab:createListBoxEx(rows.bottom)
    list.columns = 4
    list.onSelectFunction = "onShipSelected"
    for column, width in ipairs({220, 120, 200, 100}) do
        list:setColumnWidth(column - 1, width)
    end
end

function FleetPanel.requestFleet()
    invokeServerFunction("sendFleet")
end

function FleetPanel.receiveFleet(rows)
    fleet = rows
    FleetPanel.refresh()
end

function FleetPanel.onSortingSelected()
    FleetPanel.refresh()
end

-- Grey rows for destroyed ships, yellow ones for ships that are on a mission of their own.
function FleetPanel.refresh()
    table.sort(fleet, orderings[sortBox.selectedValue or "distance"])

    UIToolkit.refill(list, fleet, function(ship)
        local color = ColorRGB(1, 1, 1)
        if ship.availability == ShipAvailability.Destroyed then
            color = ColorRGB(0.4, 0.4, 0.4)
        elseif ship.availability == ShipAvailability.InBackground then
            color = ColorRGB(1, 0.9, 0.3)
        end

        return {
            {UIToolkit.ellipsis(ship.name, 220, 14), color},
            {string.format("(%d:%d)", ship.x, ship.y), color},
            {ship.status, color},
            {ship.freeSpace and TextFormat.short(ship.freeSpace) or "-", color},
        }
    end, function(ship) return ship.name end)

    summary.caption = TextFormat.count(#fleet, "ship")
end

-- Opens the galaxy map at the position of the selected ship.
function FleetPanel.onShipSelected(index, name)
    for _, ship in pairs(fleet) do
        if ship.name == name then
            GalaxyMap():show(ship.x, ship.y)
            return
        end
    end
end

end
