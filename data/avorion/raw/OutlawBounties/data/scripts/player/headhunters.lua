package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
include("randomext")
local PirateGenerator = include("pirategenerator")
local SpawnUtility = include("spawnutility")
local EventUT = include("eventutility")

-- Player event: a few head hunters jump in, offer to leave for money, and attack otherwise.

-- namespace HeadHunters
HeadHunters = {}

local COUNTDOWN = 40
local strength = 1
local hunters = {}
local ransom = 0
local remaining = nil

function HeadHunters.initialize(strengthIn)
    if onClient() then return end
    strength = strengthIn or strength

    -- don't ruin other events, trade sectors or the start of the game
    if not EventUT.attackEventAllowed() then
        terminate()
        return
    end

    Player():registerCallback("onSectorLeft", "onSectorLeft")
    Player():registerCallback("onChatMessage", "onChatMessage")
    HeadHunters.arrive()
end

function HeadHunters.getUpdateInterval()
    return 1
end

-- Spawns the hunters 5 km away from the player's ship in a line, names their price and starts the
-- countdown. The ransom is 2 % of the player's money, but at least 10000 credits per hunter.
function HeadHunters.arrive()
    local player = Player()
    local ship = player.craft
    if not ship then terminate() return end

    local forward = random():getDirection()
    local right = normalize(cross(forward, vec3(0, 1, 0)))
    local center = ship.translationf + forward * 500

    local spawned = {}
    for i = 1, math.min(5, strength) do
        local matrix = MatrixLookUpPosition(-forward, vec3(0, 1, 0), center + right * 60 * (i - 3))
        local hunter = PirateGenerator.createScaledOutlaw(matrix)
        hunter:setTitle("Head Hunter"%_T, {})
        hunter:setValue("headhunter", true)
        ShipAI(hunter):setPassive()
        table.insert(spawned, hunter)
        table.insert(hunters, hunter.id.string)
    end
    SpawnUtility.addEnemyBuffs(spawned)

    ransom = math.max(10000 * #spawned, math.floor(player.money * 0.02))
    remaining = COUNTDOWN
    player:sendChatMessage("Head Hunter"%_T, ChatMessageType.Chatter,
        "Somebody wants you dead. Pay %1% Credits and we were never here. Just answer 'pay'."%_T, ransom)
end

-- Counts down; at zero the talking is over.
function HeadHunters.updateServer(timeStep)
    if not remaining then return end

    remaining = remaining - timeStep
    if remaining <= 0 then
        remaining = nil
        HeadHunters.attack()
    end
end

-- Reacts to a chat line of the owner that consists of the word "pay" (any case, surrounding
-- spaces don't matter). If the player can afford the ransom it is paid and the hunters leave.
function HeadHunters.onChatMessage(playerIndex, text, channel)
    if not remaining or playerIndex ~= Player().index then return end
    if trim(string.lower(text)) ~= "pay" then return end

    local player = Player()
    if not player:canPayMoney(ransom) then
        player:sendChatMessage("Head Hunter"%_T, ChatMessageType.Chatter, "You don't even have that much. Pathetic."%_T)
        HeadHunters.attack()
        return
    end

    player:pay("Paid %1% Credits to head hunters."%_T, ransom)
    for _, hunter in pairs(HeadHunters.getLiving()) do
        hunter:addScriptOnce("deletejumped.lua", 4)
    end
    terminate()
end

-- The hunters that still exist, as entities.
function HeadHunters.getLiving()
    local living = {}
    for _, id in pairs(hunters) do
        local entity = Sector():getEntity(Uuid(id))
        if valid(entity) then living[#living + 1] = entity end
    end
    return living
end

function HeadHunters.attack()
    local player = Player()
    for _, hunter in pairs(HeadHunters.getLiving()) do
        local ai = ShipAI(hunter)
        ai:registerEnemyFaction(player.craftFaction.index)
        ai:setAggressive()
    end
    terminate()
end

-- Running away ends the event; the hunters follow nobody.
function HeadHunters.onSectorLeft(playerIndex, x, y)
    terminate()
end
