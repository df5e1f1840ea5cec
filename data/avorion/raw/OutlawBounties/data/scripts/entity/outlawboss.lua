package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
include("randomext")

-- Boss behaviour of an outlaw's flagship. The fight has three stages, which are entered at 100 %,
-- 60 % and 25 % of the hull; a stage is never left again, not even when the ship gets repaired.

-- namespace OutlawBoss
OutlawBoss = {}
local self = OutlawBoss

self.stage = 1
self.danger = 1

local STAGES =
{
    {below = 1.01, damage = 1.0, shout = nil},
    {below = 0.60, damage = 1.3, shout = "You will regret that!"%_T},
    {below = 0.25, damage = 1.8, shout = "If I go down, you are coming with me!"%_T},
}

function OutlawBoss.initialize(danger)
    self.danger = danger or self.danger

    if onServer() then
        local ship = Entity()
        ship:registerCallback("onDamaged", "onDamaged")
        ship:registerCallback("onDestroyed", "onDestroyed")
        if not _restoring then self.toughen(ship) end
    else
        registerBoss(Entity().index)
    end
end

-- Multiplies hull and shield once when the boss is created: 10 % more per danger level.
-- The shield starts out full.
function OutlawBoss.toughen(ship)
    local factor = 1 + self.danger * 0.1
    Durability(ship).maxDurabilityFactor = Durability(ship).maxDurabilityFactor * factor

    local shield = Shield(ship)
    if shield then
        shield.maxDurabilityFactor = shield.maxDurabilityFactor * factor
        ship.shieldDurability = ship.shieldMaxDurability
    end
end

-- Remembers how much damage every player did, as entity values "damage_by_<index>" that outlive
-- this script. Damage by NPCs and alliances isn't attributed. Afterwards the stage is checked.
function OutlawBoss.onDamaged(objectIndex, amount, inflictor, damageSource, damageType)
    local ship = Entity()
    local attacker = inflictor and Entity(inflictor)

    if attacker and attacker.playerOwned then
        local key = "damage_by_" .. attacker.factionIndex
        ship:setValue(key, (ship:getValue(key) or 0) + amount)
    end

    self.updateStage(ship)
end

-- Enters the highest stage whose hull threshold was crossed. When several are crossed at once by
-- one big hit the effects of the skipped stages are skipped as well.
function OutlawBoss.updateStage(ship)
    local health = ship.durability / ship.maxDurability
    local reached = self.stage
    for i = self.stage + 1, #STAGES do
        if health < STAGES[i].below then reached = i end
    end
    if reached == self.stage then return end

    self.stage = reached
    local stage = STAGES[reached]
    ship.damageMultiplier = ship.damageMultiplier * stage.damage
    Sector():broadcastChatMessage(ship, ChatMessageType.Chatter, stage.shout)

    if reached == 2 then
        self.healGuards(ship)
    else
        self.trapAttackers(ship)
    end
end

-- Stage 2: gives every ship of the same faction 40 % of its hull back.
function OutlawBoss.healGuards(ship)
    for _, ally in pairs({Sector():getEntitiesByFaction(ship.factionIndex)}) do
        if ally.isShip and ally.index ~= ship.index then
            ally.durability = math.min(ally.maxDurability, ally.durability + ally.maxDurability * 0.4)
        end
    end
end

-- Stage 3: nobody leaves. All player ships within 15 km can't jump for 45 seconds.
function OutlawBoss.trapAttackers(ship)
    for _, player in pairs({Sector():getPlayers()}) do
        local craft = player.craft
        if craft and distance(craft.translationf, ship.translationf) < 1500 then
            craft:blockHyperspace(45)
            player:sendChatMessage(ship, ChatMessageType.Warning, "Your hyperspace engine is being jammed!"%_T)
        end
    end
end

-- Drops money on top of the normal loot: 15000 credits per danger level in three bundles.
function OutlawBoss.onDestroyed(index, lastDamageInflictor)
    local ship = Entity(index)
    local each = math.floor(self.danger * 15000 / 3)
    for i = 1, 3 do
        Sector():dropBundle(ship.translationf + random():getDirection() * 20, nil, nil, each)
    end
end

function OutlawBoss.secure()
    return {stage = self.stage, danger = self.danger}
end

function OutlawBoss.restore(data)
    self.stage = data.stage
    self.danger = data.danger
end
