package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
local GoodsIndex = include("goodsindex")

local JOURNAL = "data/scripts/player/tradejournal.lua"
local actions = {}

-- Calls a function of the player's journal script. Commands have no sector of their own, so
-- everything that touches ships has to happen over there. Returns nil when the call failed.
local function askJournal(player, functionName, ...)
    local code, result = player:invokeFunction(JOURNAL, functionName, ...)
    if code ~= 0 then
        eprint("tradelog: calling ${fn} failed with code ${code}" % {fn = functionName, code = tostring(code)})
        return nil
    end
    return result
end

-- /tradelog price <good>: prints the base price of a good and, when the player ever bought it,
-- the average price paid. An ambiguous name lists the candidates instead of guessing.
function actions.price(player, ...)
    local wanted = table.concat({...}, " ")
    local good, candidates = GoodsIndex.find(wanted)

    if not good then
        if #candidates == 0 then
            return string.format("No good is called '%s'.", wanted)
        end
        return "Did you mean: " .. table.concat(candidates, ", ") .. "?"
    end

    local line = string.format("%s: base price %d.", good.name, good.price)
    local paid = askJournal(player, "getAverageCost", good.name)
    if paid then
        line = line .. string.format(" You paid %d on average.", math.floor(paid))
    end
    return line
end

-- /tradelog hold: value and volume of what is in the cargo bay of the current ship.
function actions.hold(player)
    return askJournal(player, "describeHold") or "You are not in a ship."
end

-- /tradelog forget <good>: removes every booking of one good from the journal.
-- The full name has to be given; abbreviations are refused, because this can't be undone.
function actions.forget(player, ...)
    local name = table.concat({...}, " ")
    local good = GoodsIndex.find(name)
    if not good or string.lower(good.name) ~= string.lower(name) then
        return "Please write the full name of the good."
    end

    local removed = askJournal(player, "forgetGood", good.name) or 0
    return string.format("%d bookings of %s removed.", removed, good.name)
end

-- Entry point of the chat command. The first argument selects the action, the others are handed on.
-- When the command comes from the server console there is no sender and nothing to look up.
function execute(sender, commandName, action, ...)
    if not sender then
        return 1, "", "This command can only be used by players."
    end

    local handler = actions[string.lower(action or "hold")]
    if not handler then
        return 1, "", getHelp()
    end

    return 0, "", handler(Player(sender), ...)
end

function getDescription()
    return "Shows prices and the value of your cargo."
end

function getHelp()
    return "Usage: /tradelog price <good> | /tradelog hold | /tradelog forget <good>"
end
