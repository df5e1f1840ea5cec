package.path = package.path .. ";data/scripts/lib/?.lua"
include("structuredmission")
include("stringutility")
include("randomext")
include("goods")
local MissionUT = include("missionutility")
local Balancing = include("galaxy")

-- Bulletin mission: carry a few units of an expensive good to a sector nearby before time runs out.

mission.data.brief = "Express Delivery"%_t
mission.data.title = "Express Delivery to (${location.x}:${location.y})"%_t
mission.data.icon = "data/textures/icons/crate.png"
mission.data.priority = 4
mission.data.timeLimit = 25 * 60
mission.data.timeLimitInDescription = true
mission.data.accomplishMessage = "On time! Here is your payment."%_t
mission.data.failMessage = "You are too late, we bought from someone else."%_t

mission.data.description = {}
mission.data.description[1] = "A station needs ${amount} ${good} at once and will not ask where they come from."%_t
mission.data.description[2] = {text = "Load ${amount} ${good}"%_t, bulletPoint = true, fulfilled = false}
mission.data.description[3] = {text = "Fly to sector (${location.x}:${location.y})"%_t, bulletPoint = true, fulfilled = false, visible = false}

mission.globalPhase = {}

-- Units of the mission good in the ship the player is flying, 0 without a ship.
local function carriedAmount()
    local ship = Player().craft
    if not ship then return 0 end
    return ship:getCargoAmount(mission.data.custom.good)
end

mission.phases[1] = {}
mission.phases[1].updateInterval = 3

-- Phase 1 waits until enough of the good is on board, looking into the hold every three seconds.
-- Then the first bullet point is ticked off and the destination appears below it.
mission.phases[1].updateServer = function(timeStep)
    if carriedAmount() >= mission.data.custom.amount then
        mission.data.description[2].fulfilled = true
        mission.data.description[3].visible = true
        nextPhase()
    end
end

mission.phases[2] = {}
mission.phases[2].showUpdateOnStart = true

-- Phase 2 ends in the target sector: the goods are taken out of the hold and the reward is paid.
-- Whoever dropped them on the way is sent back to phase 1 without losing the mission; the clock
-- keeps running.
mission.phases[2].onTargetLocationEntered = function(x, y)
    if onClient() then return end

    if carriedAmount() < mission.data.custom.amount then
        mission.data.description[2].fulfilled = false
        Player():sendChatMessage("", ChatMessageType.Warning, "The ordered goods are not on board."%_T)
        setPhase(1)
        return
    end

    Player().craft:removeCargo(goods[mission.data.custom.good]:good(), mission.data.custom.amount)
    reward()
    accomplish()
end

-- Chooses what to deliver: legal, not dangerous, and worth between 800 and 6000 credits a unit.
-- The amount is picked such that the load is worth roughly `budget` credits, at least 3 units.
function chooseOrder(budget)
    local options = {}
    for name, definition in pairs(goods) do
        if not definition.illegal and not definition.dangerous
                and definition.price >= 800 and definition.price <= 6000 then
            table.insert(options, name)
        end
    end
    table.sort(options)

    local name = randomEntry(random(), options)
    local amount = math.max(3, math.floor(budget / goods[name].price))
    return name, amount
end

-- Offers the mission at a bulletin board. Returns nil, and thus offers nothing, when no empty
-- sector between 6 and 14 sectors away could be found. The reward is the value of the goods
-- plus half, scaled by the richness of the region.
mission.makeBulletin = function(station)
    local x, y = Sector():getCoordinates()
    local target = {}
    target.x, target.y = MissionUT.getSector(x, y, 6, 14, false, true, false, false)
    if not target.x or not target.y then return end

    local good, amount = chooseOrder(60000 * Balancing.GetSectorRewardFactor(x, y))
    local payment = math.floor(goods[good].price * amount * 1.5)

    return
    {
        brief = mission.data.brief,
        title = mission.data.brief,
        description = mission.data.description[1],
        difficulty = "Easy /*difficulty*/"%_t,
        reward = "¢${reward}"%_t,
        script = "missions/expressdelivery.lua",
        formatArguments = {x = target.x, y = target.y, good = good, amount = amount, reward = createMonetaryString(payment)},
        msg = "Deliver to \\s(%1%:%2%), and hurry."%_T,
        giverTitle = station.title,
        giverTitleArgs = station:getTitleArguments(),
        onAccept = [[
            local self, player = ...
            player:sendChatMessage(Entity(self.arguments[1].giver), 0, self.msg, self.formatArguments.x, self.formatArguments.y)
        ]],
        arguments = {{
            giver = station.index,
            location = target,
            reward = {credits = payment, relations = 4000},
            custom = {good = good, amount = amount},
        }},
    }
end
