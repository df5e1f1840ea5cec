package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")

-- Helpers for building windows. Client only.
local UIToolkit = {}

-- Creates a centered, movable window with a close button and registers it as an interaction.
-- @param caption  title of the window and, unless `option` is given, of the interaction
-- @param size     vec2 in pixels; it is reduced to 90 % of the screen if it wouldn't fit
-- @return the window and the Rect of its inner area, which has a margin of 10 pixels
function UIToolkit.dialogWindow(caption, size, option)
    local res = getResolution()
    size = vec2(math.min(size.x, res.x * 0.9), math.min(size.y, res.y * 0.9))

    local lower = res * 0.5 - size * 0.5
    local menu = ScriptUI()
    local window = menu:createWindow(Rect(lower, lower + size))
    window.caption = caption
    window.moveable = 1
    window.showCloseButton = 1
    menu:registerWindow(window, option or caption)

    return window, Rect(vec2(10, 10), size - vec2(10, 10))
end

-- Lays out a form: one row per field, label on the left (a third of the width), control on the right.
-- fields is an array of {name, label, kind, callback}; kind is "text", "number", "check" or "choice".
-- Number fields only accept digits, choice fields take their entries from field.choices.
-- Returns a table name -> control.
function UIToolkit.form(window, rect, fields, rowHeight)
    local lister = UIVerticalLister(rect, 6, 0)
    local controls = {}

    for _, field in ipairs(fields) do
        local row = UIVerticalSplitter(lister:nextRect(rowHeight or 26), 10, 0, 0.33)
        local label = window:createLabel(row.left, field.label, 14)
        label:setLeftAligned()

        local control
        if field.kind == "check" then
            control = window:createCheckBox(row.right, "", field.callback or "")
        elseif field.kind == "choice" then
            control = window:createValueComboBox(row.right, field.callback or "")
            for _, choice in ipairs(field.choices or {}) do
                control:addEntry(choice.value, choice.text)
            end
        else
            control = window:createTextBox(row.right, field.callback or "")
            if field.kind == "number" then control.allowedCharacters = "0123456789" end
        end

        controls[field.name] = control
    end
    return controls
end

-- Fills a ListBoxEx from an array of rows without losing the scroll position or the selection.
-- toCells(row) has to return an array of {text, color} (color is optional), toKey(row) the value
-- that identifies the row. The selected key stays selected if it still exists.
function UIToolkit.refill(list, rows, toCells, toKey)
    local selected = list.selectedValue
    local scroll = list.scrollPosition

    list:clear()
    for index, row in ipairs(rows) do
        local key = toKey(row)
        list:addRow(key)
        for column, cell in ipairs(toCells(row)) do
            list:setEntry(column - 1, index - 1, cell[1], false, false, cell[2] or ColorRGB(1, 1, 1))
        end
        if selected ~= nil and key == selected then
            list:select(index - 1)
        end
    end

    list.scrollPosition = scroll
end

-- red at 0, yellow at 0.5, green at 1; values outside are clamped
function UIToolkit.healthColor(value)
    value = math.min(1, math.max(0, value))
    if value < 0.5 then
        return ColorRGB(1, value * 2, 0.1)
    end
    return ColorRGB(2 - value * 2, 1, 0.1)
end

-- Shortens a text so that it fits into `width` pixels, appending "...". The width is estimated
-- with 0.55 times the font size per character, which is good enough for the game's normal font.
function UIToolkit.ellipsis(text, width, fontSize)
    local maximum = math.floor(width / (fontSize * 0.55))
    if #text <= maximum then return text end
    if maximum <= 3 then return string.rep(".", math.max(0, maximum)) end
    return string.sub(text, 1, maximum - 3) .. "..."
end

return UIToolkit
