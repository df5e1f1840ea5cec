package.path = package.path .. ";data/scripts/lib/?.lua"
include("utility")
include("callable")
include("faction")
include("stringutility")
local ThreatAssessment = include("threatassessment")
local BastionTurrets = include("bastionturrets")

-- Defense coordinator of a station. Watches the sector, raises the alert level and commands the
-- ships that were assigned to it.

-- namespace BastionControl
BastionControl = {}

local Level = ThreatAssessment.Level
local level = Level.Calm
local calmFor = 0
local allowCivilians = true
local levelLabel, civilianBox

-- how often the sector is looked at, in seconds, for each alert level
local intervals = {[Level.Calm] = 10, [Level.Watch] = 5, [Level.Alert] = 3, [Level.Siege] = 2}

function BastionControl.getUpdateInterval()
    return intervals[level] or 10
end

-- Only the owners of the station may open the panel. Alliance members need the right to manage stations.
function BastionControl.interactionPossible(playerIndex, option)
    local owner = checkEntityInteractionPermissions(Entity(), AlliancePrivilege.ManageStations)
    if not owner then
        return false, "You don't have permission to do that."%_t
    end
    return true
end

function BastionControl.initialize()
    if onServer() then
        BastionTurrets.equip(Entity(), {antiFighter = 4, brawler = 4, artillery = 2})
        Entity():registerCallback("onShotHit", "onShotHit")
    end
end

if onServer() then

-- The alert level goes up at once but only comes down one step at a time, after 30 seconds in
-- which the situation would have allowed a lower level.
function BastionControl.updateServer(timeStep)
    local friends, foes = ThreatAssessment.scan(Sector(), Entity().factionIndex)
    local wanted = ThreatAssessment.judge(friends, foes)

    if wanted > level then
        BastionControl.setLevel(wanted)
        calmFor = 0
    elseif wanted < level then
        calmFor = calmFor + timeStep
        if calmFor >= 30 then
            BastionControl.setLevel(level - 1)
            calmFor = 0
        end
    else
        calmFor = 0
    end

    if level >= Level.Alert then
        BastionControl.commandDefenders(friends, foes)
    end
end

-- Switches to a new alert level, announces it and closes or opens the docks for civilians.
function BastionControl.setLevel(newLevel)
    level = newLevel
    local name = ThreatAssessment.levelName(level)

    Sector():broadcastChatMessage(Entity(), ChatMessageType.Chatter, "Defense network: level '%1%'."%_T, name)
    Entity():setValue("bastion_level", level)
    Entity():setValue("bastion_docks_closed", (level >= Level.Alert and not allowCivilians) or nil)
    broadcastInvokeClientFunction("receiveState", level, allowCivilians)
end

-- Sends the picket ships of this station (those running our ai script) against the intruders;
-- two defenders' worth of strength per attacker. Other friendly ships decide for themselves.
function BastionControl.commandDefenders(friends, foes)
    local pickets = {}
    for _, friend in ipairs(friends) do
        if friend.entity:hasScript("ai/picket.lua") then
            pickets[#pickets + 1] = friend
        end
    end

    for _, order in ipairs(ThreatAssessment.assignTargets(pickets, foes, 2)) do
        order.defender:invokeFunction("ai/picket.lua", "setTarget", order.target.id.string)
    end
end

-- A direct hit on the station means trouble even if the attacker isn't known as an enemy yet.
function BastionControl.onShotHit(objectIndex, shooterIndex, location)
    if level == Level.Calm and shooterIndex and shooterIndex ~= Entity().id then
        BastionControl.setLevel(Level.Watch)
    end
end

function BastionControl.setCivilianAccess(allowed)
    if not checkEntityInteractionPermissions(Entity(), AlliancePrivilege.ManageStations) then return end

    allowCivilians = allowed == true
    BastionControl.setLevel(level)
end
callable(BastionControl, "setCivilianAccess")

function BastionControl.requestState()
    invokeClientFunction(Player(callingPlayer), "receiveState", level, allowCivilians)
end
callable(BastionControl, "requestState")

function BastionControl.secure()
    return {level = level, allowCivilians = allowCivilians}
end

-- The level of an old fight is of no interest after loading; only the setting is taken over.
function BastionControl.restore(data)
    allowCivilians = data.allowCivilians ~= false
end

end

if onClient() then

-- A small panel: the current level and a check box for the docks.
function BastionControl.initUI()
    local size, res = vec2(360, 110), getResolution()
    local menu = ScriptUI()
    local window = menu:createWindow(Rect(res * 0.5 - size * 0.5, res * 0.5 + size * 0.5))
    window.caption = "Defense Network"%_t
    window.showCloseButton = 1
    menu:registerWindow(window, "Defense Network"%_t)

    local lister = UIVerticalLister(Rect(size), 12, 12)
    levelLabel = window:createLabel(lister:nextRect(24), "", 18)
    civilianBox = window:createCheckBox(lister:nextRect(24), "Keep docks open during an alert"%_t, "onCivilianBoxChecked")
end

function BastionControl.onShowWindow()
    invokeServerFunction("requestState")
end

function BastionControl.receiveState(newLevel, civilians)
    level, allowCivilians = newLevel, civilians
    if not levelLabel then return end

    levelLabel.caption = "Level: ${name}"%_t % {name = ThreatAssessment.levelName(level)}
    levelLabel.color = level >= Level.Alert and ColorRGB(1, 0.25, 0.2) or ColorRGB(0.6, 1, 0.6)
    civilianBox:setCheckedNoCallback(civilians)
end

function BastionControl.onCivilianBoxChecked(box, checked)
    invokeServerFunction("setCivilianAccess", checked)
end

end
