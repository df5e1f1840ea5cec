package.path = package.path .. ";data/scripts/lib/?.lua"
include("randomext")
local Balancing = include("galaxy")

local BountyBoard = {}

local FIRST_NAMES = {"Mad", "One-Eyed", "Silent", "Greedy", "Old", "Burning", "Laughing", "Rusty", "Twice-Dead"}
local LAST_NAMES = {"Morrigan", "Kesh", "Volkov", "Sarn", "Bellamy", "Ostrova", "Drake", "Ishikawa", "Quill", "Tamsin"}

-- crimes and what one of them adds to the bounty, as a share of the base bounty
local CRIMES =
{
    {text = "smuggling", weight = 6, severity = 0.1},
    {text = "piracy", weight = 6, severity = 0.2},
    {text = "attacks on freighters", weight = 4, severity = 0.35},
    {text = "destruction of a station", weight = 2, severity = 0.7},
    {text = "high treason", weight = 1, severity = 1},
}

-- Draws `count` different crimes. A crime with twice the weight is twice as likely to be drawn;
-- more crimes than there are in the list can't be committed.
local function drawCrimes(rand, count)
    local pool, drawn = {}, {}
    for _, crime in ipairs(CRIMES) do pool[#pool + 1] = crime end

    while #drawn < count and #pool > 0 do
        local total = 0
        for _, crime in ipairs(pool) do total = total + crime.weight end

        local roll = rand:getFloat(0, total)
        for i, crime in ipairs(pool) do
            roll = roll - crime.weight
            if roll <= 0 or i == #pool then
                drawn[#drawn + 1] = crime
                table.remove(pool, i)
                break
            end
        end
    end
    return drawn
end

-- Generates the poster of an outlaw. The same seed and sector always give the same outlaw.
-- danger goes from 1 to 10 and decides how many crimes are listed (one per started 3 points) and
-- scales the bounty together with the sector's reward factor.
-- Result: {name, danger, crimes = {text, ...}, bounty = credits, seed}
function BountyBoard.makePoster(seed, x, y, danger)
    local rand = Random(Seed(seed))
    danger = math.min(10, math.max(1, math.floor(danger)))

    local poster = {seed = seed, danger = danger, crimes = {}}
    poster.name = randomEntry(rand, FIRST_NAMES) .. " " .. randomEntry(rand, LAST_NAMES)

    local factor = 1
    for _, crime in ipairs(drawCrimes(rand, math.ceil(danger / 3))) do
        table.insert(poster.crimes, crime.text)
        factor = factor + crime.severity
    end

    local base = 40000 * danger * Balancing.GetSectorRewardFactor(x, y)
    poster.bounty = math.floor(base * factor / 1000) * 1000
    return poster
end

-- How much of the bounty each hunter gets.
-- contributions maps a player index to the damage dealt. Everyone who dealt at least 5 % of the
-- total damage gets a share proportional to it; what rounding leaves over goes to the top hunter.
-- Returns a table player index -> credits, empty if nobody qualifies.
function BountyBoard.split(bounty, contributions)
    local total = 0
    for _, damage in pairs(contributions) do total = total + damage end
    if total <= 0 then return {} end

    local eligible, best = 0, nil
    for index, damage in pairs(contributions) do
        if damage / total >= 0.05 then
            eligible = eligible + damage
            if not best or damage > contributions[best] then best = index end
        end
    end
    if not best then return {} end

    local shares, paid = {}, 0
    for index, damage in pairs(contributions) do
        if damage / total >= 0.05 then
            shares[index] = math.floor(bounty * damage / eligible)
            paid = paid + shares[index]
        end
    end
    shares[best] = shares[best] + bounty - paid
    return shares
end

-- text like "piracy, smuggling and high treason"
function BountyBoard.crimesToText(crimes)
    if #crimes == 0 then return "nothing in particular" end
    if #crimes == 1 then return crimes[1] end
    return table.concat(crimes, ", ", 1, #crimes - 1) .. " and " .. crimes[#crimes]
end

-- Danger of the outlaws that may appear at a distance from the galaxy's center: 1 outside of 450
-- sectors, 10 inside of 50, linear in between and always a whole number.
function BountyBoard.dangerAt(x, y)
    local distance = math.sqrt(x * x + y * y)
    local progress = (450 - distance) / 400
    return math.floor(1 + 9 * math.min(1, math.max(0, progress)) + 0.5)
end

return BountyBoard
