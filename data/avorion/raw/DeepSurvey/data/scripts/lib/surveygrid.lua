-- Pure functions about cells of the survey grid; nothing in here talks to the game, so the file
-- can be used on both sides and in any kind of script.

local SurveyGrid = {}

SurveyGrid.CellSize = 16    -- sectors per side of a cell
SurveyGrid.Min = -499
SurveyGrid.Max = 500

--- Cell that contains the sector (x:y). Cells are numbered from the lower left corner of the
--- galaxy, so the sector (-499:-499) lies in cell (0:0).
function SurveyGrid.toCell(x, y)
    local size = SurveyGrid.CellSize
    return math.floor((x - SurveyGrid.Min) / size), math.floor((y - SurveyGrid.Min) / size)
end

--- Lower left and upper right sector of a cell, both inclusive and cut off at the galaxy's edge.
--- @return table {x = number, y = number} lower
--- @return table {x = number, y = number} upper
function SurveyGrid.bounds(cx, cy)
    local size = SurveyGrid.CellSize
    local lower = {x = SurveyGrid.Min + cx * size, y = SurveyGrid.Min + cy * size}
    local upper = {
        x = math.min(SurveyGrid.Max, lower.x + size - 1),
        y = math.min(SurveyGrid.Max, lower.y + size - 1),
    }
    return lower, upper
end

--- Turns cell coordinates into a single string usable as table key or script value, e.g. "12_7".
function SurveyGrid.key(cx, cy)
    return cx .. "_" .. cy
end

--- Inverse of key(). Gives nil for anything that isn't two numbers joined by an underscore.
function SurveyGrid.parseKey(key)
    local cx, cy = string.match(key or "", "^(%-?%d+)_(%-?%d+)$")
    if not cx then return nil end
    return tonumber(cx), tonumber(cy)
end

--- Merges a new measurement into the chart of a cell.
--- chart is {samples = n, richness = mean, best = {x, y, richness}} or nil for an unknown cell.
--- The mean is updated incrementally; `best` remembers the richest sector that was measured, the
--- older one on a tie. The chart passed in isn't modified.
function SurveyGrid.merge(chart, x, y, richness)
    local samples = (chart and chart.samples or 0) + 1
    local mean = chart and chart.richness or 0
    mean = mean + (richness - mean) / samples

    local best = chart and chart.best
    if not best or richness > best.richness then
        best = {x = x, y = y, richness = richness}
    end

    return {samples = samples, richness = mean, best = best}
end

--- Confidence in a chart from 0 to 1. Grows quickly at first: half of what is missing is gained
--- with every 8 samples.
function SurveyGrid.confidence(chart)
    if not chart then return 0 end
    return 1 - math.pow(0.5, chart.samples / 8)
end

--- Sectors at exactly `radius` steps (Chebyshev distance) around a center, starting in the lower
--- left corner and going around counterclockwise. Radius 0 is the center alone. Sectors outside of
--- the galaxy are left out.
function SurveyGrid.ring(x, y, radius)
    if radius == 0 then return {{x = x, y = y}} end

    local ring = {}
    local function push(px, py)
        if px < SurveyGrid.Min or py < SurveyGrid.Min then return end
        if px > SurveyGrid.Max or py > SurveyGrid.Max then return end
        ring[#ring + 1] = {x = px, y = py}
    end

    for i = -radius, radius - 1 do push(x + i, y - radius) end
    for i = -radius, radius - 1 do push(x + radius, y + i) end
    for i = radius, 1 - radius, -1 do push(x + i, y + radius) end
    for i = radius, 1 - radius, -1 do push(x - radius, y + i) end
    return ring
end

--- Value of all charts on the free market: 4000 credits for a fully known cell, scaled with the
--- confidence and with the square of the richness (richness 1 is the average of the galaxy).
function SurveyGrid.appraise(charts)
    local total = 0
    for _, chart in pairs(charts) do
        total = total + 4000 * SurveyGrid.confidence(chart) * chart.richness * chart.richness
    end
    return math.floor(total)
end

return SurveyGrid
