package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")

local SCRIPT = "data/scripts/sector/siegewaves.lua"

-- Code that runs in the sector of the player. Commands have no access to a sector, so this text is
-- compiled over there by runSectorCode(). It answers through the chat.
local startCode = [[
    function startSiege(playerIndex, waves, attackerIndex)
        local sector = Sector()
        local player = Player(playerIndex)

        if sector:hasScript("data/scripts/sector/siegewaves.lua") then
            player:sendChatMessage("", 1, "A siege is already going on.")
            return
        end
        if sector:getNumEntitiesByType(EntityType.Station) == 0 then
            player:sendChatMessage("", 1, "There is nothing to besiege.")
            return
        end
        sector:addScriptOnce("data/scripts/sector/siegewaves.lua", waves, attackerIndex)
    end
]]

local stopCode = [[
    function stopSiege(playerIndex)
        local sector = Sector()
        sector:removeScript("data/scripts/sector/siegewaves.lua")
        for _, ship in pairs({sector:getEntitiesByScriptValue("siege_attacker")}) do
            ship:addScriptOnce("deletejumped.lua", 1)
        end
    end
]]

-- Turns the options of the command line into a table. Options look like "waves=5" or "by=name";
-- unknown options and options without a value end up in the list of errors.
local function parseOptions(...)
    local options, errors = {}, {}
    for _, argument in ipairs({...}) do
        local key, value = string.match(argument, "^(%a+)=(.+)$")
        if key == "waves" and tonumber(value) then
            options.waves = math.floor(tonumber(value))
        elseif key == "by" then
            options.by = string.gsub(value, "_", " ")
        else
            errors[#errors + 1] = argument
        end
    end
    return options, errors
end

-- /siege start [waves=n] [by=Faction_Name] besieges the sector the administrator is in,
-- /siege stop ends it and sends the attackers away. Returns 0 for success, 1 for wrong usage.
function execute(sender, commandName, action, ...)
    local player = sender and Player(sender)
    if not player then return 1, "", "Must be called by a player." end
    if not Server():hasAdminPrivileges(player) then return 1, "", "Permission denied." end

    local x, y = player:getSectorCoordinates()

    if action == "stop" then
        runSectorCode(x, y, true, stopCode, "stopSiege", sender)
        return 0, "", "Siege stopped."
    end
    if action ~= "start" then return 1, "", getHelp() end

    local options, errors = parseOptions(...)
    if #errors > 0 then
        return 1, "", "Unknown option: " .. table.concat(errors, " ")
    end

    local attacker = nil
    if options.by then
        attacker = Galaxy():findFaction(options.by)
        if not attacker then return 1, "", "No such faction: " .. options.by end
    end

    runSectorCode(x, y, true, startCode, "startSiege", sender, options.waves, attacker and attacker.index)
    return 0, "", string.format("The siege of (%d:%d) begins.", x, y)
end

function getDescription()
    return "Starts or stops a siege in the current sector (administrators only)."
end

function getHelp()
    return "Usage: /siege start [waves=4] [by=Faction_Name] | /siege stop"
end
