package.path = package.path .. ";data/scripts/lib/?.lua"
include("callable")
include("stringutility")
local SurveyGrid = include("surveygrid")

-- Draws the survey charts of the player over the galaxy map.

-- namespace SurveyOverlay
SurveyOverlay = {}

local charts = {}
local visible = true
local toggleBox

if onServer() then

-- Books a measurement of the sector (x:y). The score of the probe is first turned into a richness
-- relative to 50000, the score of an average belt, and then merged into the cell's chart.
function SurveyOverlay.addMeasurement(x, y, score)
    local key = SurveyGrid.key(SurveyGrid.toCell(x, y))
    charts[key] = SurveyGrid.merge(charts[key], x, y, score / 50000)
    SurveyOverlay.sendCharts()
end

function SurveyOverlay.sendCharts()
    invokeClientFunction(Player(), "receiveCharts", charts)
end
callable(SurveyOverlay, "sendCharts")

-- Writes the best known sector of a cell into the player's map notes. Notes that the player wrote
-- are preserved; cells without a chart are answered with an error message.
function SurveyOverlay.markBest(cx, cy)
    local chart = charts[SurveyGrid.key(cx, cy)]
    local player = Player()
    if not chart then
        player:sendChatMessage("", ChatMessageType.Error, "This region hasn't been surveyed."%_T)
        return
    end

    local best = chart.best
    local view = player:getKnownSector(best.x, best.y) or SectorView()
    view:setCoordinates(best.x, best.y)
    if tostring(view.note) == "" then
        view.note = NamedFormat("Richness ${value}"%_T, {value = string.format("%.2f", best.richness)})
    end
    player:updateKnownSectorPreserveNote(view)
end
callable(SurveyOverlay, "markBest")

-- Sells all charts at once for their market value. The cells are unknown again afterwards.
function SurveyOverlay.sellCharts()
    local worth = SurveyGrid.appraise(charts)
    if worth > 0 then
        Player():receive("Sold survey charts for %1% Credits."%_T, worth)
        charts = {}
        SurveyOverlay.sendCharts()
    end
end

function SurveyOverlay.secure()
    return charts
end

function SurveyOverlay.restore(saved)
    charts = saved or {}
end

end

if onClient() then

function SurveyOverlay.initialize()
    local player = Player()
    player:registerCallback("onShowGalaxyMap", "onShowGalaxyMap")
    player:registerCallback("onMapRenderAfterUI", "onMapRenderAfterUI")
    player:registerCallback("onGalaxyMapMouseUp", "onMouseUp")

    local res = getResolution()
    local container = GalaxyMap():createContainer(Rect(res.x - 220, res.y - 60, res.x - 20, res.y - 30))
    toggleBox = container:createCheckBox(Rect(container.size), "Survey Charts"%_t, "onToggled")
    toggleBox:setCheckedNoCallback(visible)

    invokeServerFunction("sendCharts")
end

function SurveyOverlay.onToggled(box, checked)
    visible = checked
end

function SurveyOverlay.onShowGalaxyMap()
    invokeServerFunction("sendCharts")
end

function SurveyOverlay.receiveCharts(received)
    charts = received or {}
end

-- Blue for poor, green for average (richness 1), red for rich cells (2 and above); the alpha
-- value follows the confidence so that guesses look pale.
local function chartColor(chart)
    local r = math.min(1, math.max(0, chart.richness - 1))
    local b = math.min(1, math.max(0, 1 - chart.richness))
    return ColorARGB(0.1 + 0.4 * SurveyGrid.confidence(chart), r, 1 - math.max(r, b), b)
end

-- Renders a rectangle for each charted cell that lies (partly) on the screen.
function SurveyOverlay.onMapRenderAfterUI()
    if not visible then return end

    local map, renderer, res = GalaxyMap(), UIRenderer(), getResolution()
    for key, chart in pairs(charts) do
        local cx, cy = SurveyGrid.parseKey(key)
        if not cx then goto continue end

        local lower, upper = SurveyGrid.bounds(cx, cy)
        local x1, y1 = map:getCoordinatesScreenPosition(ivec2(lower.x, lower.y))
        local x2, y2 = map:getCoordinatesScreenPosition(ivec2(upper.x, upper.y))
        if math.max(x1, x2) < 0 or math.min(x1, x2) > res.x then goto continue end
        if math.max(y1, y2) < 0 or math.min(y1, y2) > res.y then goto continue end

        -- screen y goes down, map y goes up
        renderer:renderRect(vec2(x1, y2), vec2(x2, y1), chartColor(chart), 0)

        ::continue::
    end
    renderer:display()
end

-- Middle mouse button: put the best sector of the clicked cell into the notes.
function SurveyOverlay.onMouseUp(button, mx, my, x, y, mapMoved)
    if visible and not mapMoved and button == MouseButton.Middle then
        local cx, cy = SurveyGrid.toCell(x, y)
        invokeServerFunction("markBest", cx, cy)
    end
end

end
