package.path = package.path .. ";data/scripts/lib/?.lua"

-- Looks at a sector from the point of view of one faction and puts the danger into numbers.
local ThreatAssessment = {}

ThreatAssessment.Level = {Calm = 0, Watch = 1, Alert = 2, Siege = 3}

-- Combat value of one ship: fire power per second against how much it can take.
-- The geometric mean of damage output and effective hit points (hull plus shield), divided by 100.
-- Ships without weapons count as nothing, no matter how thick their armor is.
function ThreatAssessment.rate(ship)
    local dps = ship.firePower * (ship.damageMultiplier or 1)
    if dps <= 0 then return 0 end

    local toughness = ship.durability + (ship.shieldDurability or 0)
    return math.sqrt(dps * toughness) / 100
end

-- Splits all armed ships and stations of the sector into friends and foes of a faction.
-- Ships of the faction itself and of allies are friends, ships that the faction is at war with are
-- foes, neutrals are ignored. Returns the two lists of {entity, value}, strongest first.
function ThreatAssessment.scan(sector, factionIndex)
    local galaxy = Galaxy()
    local friends, foes = {}, {}

    for _, entity in pairs({sector:getEntitiesByComponent(ComponentType.Turrets)}) do
        local value = ThreatAssessment.rate(entity)
        if value > 0 and (entity.isShip or entity.isStation) then
            local other = entity.factionIndex
            if other == factionIndex or galaxy:areAllies(factionIndex, other) then
                table.insert(friends, {entity = entity, value = value})
            elseif galaxy:areEnemies(factionIndex, other) then
                table.insert(foes, {entity = entity, value = value})
            end
        end
    end

    local function stronger(a, b) return a.value > b.value end
    table.sort(friends, stronger)
    table.sort(foes, stronger)
    return friends, foes
end

local function sum(list)
    local total = 0
    for _, item in ipairs(list) do total = total + item.value end
    return total
end

-- Alert level for the result of a scan:
--   Calm   no foe in sight
--   Watch  foes have less than half of the friendly strength
--   Alert  foes have up to one and a half times the friendly strength
--   Siege  anything above, or foes while there are no friends at all
-- The second return value is the ratio foe / friend (math.huge without friends).
function ThreatAssessment.judge(friends, foes)
    if #foes == 0 then return ThreatAssessment.Level.Calm, 0 end

    local own = sum(friends)
    if own == 0 then return ThreatAssessment.Level.Siege, math.huge end

    local ratio = sum(foes) / own
    if ratio < 0.5 then return ThreatAssessment.Level.Watch, ratio end
    if ratio <= 1.5 then return ThreatAssessment.Level.Alert, ratio end
    return ThreatAssessment.Level.Siege, ratio
end

-- Distributes defenders over attackers. Each foe gets defenders, strongest first, until their
-- combined value is at least `factor` times its own; who is left over joins against the strongest
-- foe. Returns an array of {defender = Entity, target = Entity}.
function ThreatAssessment.assignTargets(friends, foes, factor)
    local orders = {}
    local nextFriend = 1

    for _, foe in ipairs(foes) do
        local committed = 0
        while nextFriend <= #friends and committed < foe.value * factor do
            local friend = friends[nextFriend]
            table.insert(orders, {defender = friend.entity, target = foe.entity})
            committed = committed + friend.value
            nextFriend = nextFriend + 1
        end
    end

    while foes[1] and nextFriend <= #friends do
        table.insert(orders, {defender = friends[nextFriend].entity, target = foes[1].entity})
        nextFriend = nextFriend + 1
    end
    return orders
end

-- name for logs and the user interface
function ThreatAssessment.levelName(level)
    for name, value in pairs(ThreatAssessment.Level) do
        if value == level then return name end
    end
    return "Unknown"
end

return ThreatAssessment
