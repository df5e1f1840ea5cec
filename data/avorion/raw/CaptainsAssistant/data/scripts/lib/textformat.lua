package.path = package.path .. ";data/scripts/lib/?.lua"

-- Turning numbers into something people like to read, and the other way around.
local TextFormat = {}

local SUFFIXES = {"", "k", "M", "G", "T"}

-- "950", "1.2k", "34M": at most three significant digits and a suffix per factor of thousand.
-- Negative numbers keep their sign. Numbers beyond 999 trillion stay with the suffix "T".
function TextFormat.short(value)
    local sign = value < 0 and "-" or ""
    value = math.abs(value)

    local step = 1
    while value >= 999.5 and step < #SUFFIXES do
        value = value / 1000
        step = step + 1
    end

    local text
    if step == 1 or value >= 99.95 then
        text = string.format("%.0f", value)
    elseif value >= 9.995 then
        text = string.format("%.1f", value)
    else
        text = string.format("%.2f", value)
    end

    -- "1.50" -> "1.5", "2.00" -> "2"
    if string.find(text, ".", 1, true) then
        text = string.gsub(text, "%.?0+$", "")
    end
    return sign .. text .. SUFFIXES[step]
end

-- Duration as "2h 05m", "7m 30s" or "45s". Shows the two largest units only, fractions of a second
-- are rounded down. Negative durations are shown as "0s".
function TextFormat.duration(seconds)
    seconds = math.max(0, math.floor(seconds))
    local hours = math.floor(seconds / 3600)
    local minutes = math.floor(seconds / 60) % 60

    if hours > 0 then return string.format("%dh %02dm", hours, minutes) end
    if minutes > 0 then return string.format("%dm %02ds", minutes, seconds % 60) end
    return seconds .. "s"
end

-- Reads durations such as "90", "15m", "1h30m" or "2d 4h" into seconds. A bare number means
-- seconds. Units may appear in any order, but each at most once; anything else gives nil.
function TextFormat.parseDuration(text)
    text = string.lower(string.gsub(text or "", "%s+", ""))
    if string.match(text, "^%d+$") then return tonumber(text) end

    local factors = {d = 86400, h = 3600, m = 60, s = 1}
    local total, consumed, seen = 0, 0, {}

    for amount, unit in string.gmatch(text, "(%d+)(%a)") do
        if not factors[unit] or seen[unit] then return nil end
        seen[unit] = true
        total = total + tonumber(amount) * factors[unit]
        consumed = consumed + #amount + 1
    end

    if consumed == 0 or consumed ~= #text then return nil end
    return total
end

-- Breaks a text into lines of at most `width` characters. Lines are broken at spaces; a word that
-- is longer than a line is cut. Line breaks in the text are kept, also empty lines.
function TextFormat.wrap(text, width)
    local lines = {}

    for paragraph in string.gmatch(text .. "\n", "(.-)\n") do
        local line = ""
        for word in string.gmatch(paragraph, "%S+") do
            while #word > width do
                if line ~= "" then
                    lines[#lines + 1] = line
                    line = ""
                end
                lines[#lines + 1] = string.sub(word, 1, width)
                word = string.sub(word, width + 1)
            end

            if line == "" then
                line = word
            elseif #line + 1 + #word <= width then
                line = line .. " " .. word
            else
                lines[#lines + 1] = line
                line = word
            end
        end
        lines[#lines + 1] = line
    end
    return lines
end

-- "1 ship", "3 ships", "no ships"
function TextFormat.count(amount, singular, plural)
    if amount == 0 then return "no " .. (plural or singular .. "s") end
    if amount == 1 then return "1 " .. singular end
    return amount .. " " .. (plural or singular .. "s")
end

-- Text bar made of `length` characters for chat windows, e.g. "[####----]" for 0.5 and length 8.
function TextFormat.bar(fraction, length)
    local filled = math.floor(math.min(1, math.max(0, fraction)) * length + 0.5)
    return "[" .. string.rep("#", filled) .. string.rep("-", length - filled) .. "]"
end

return TextFormat
