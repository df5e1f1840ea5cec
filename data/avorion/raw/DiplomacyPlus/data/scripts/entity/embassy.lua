package.path = package.path .. ";data/scripts/lib/?.lua"
include("faction")
include("utility")
include("callable")
include("stringutility")
local EnvoyProtocol = include("envoyprotocol")

-- Embassy at the headquarters of an AI faction. Everything happens in a dialog, there's no window.

-- namespace Embassy
Embassy = {}

local DURATION = 10 * 60 * 60
local kindNames =
{
    trade = "Trade Agreement"%_t,
    passage = "Right of Passage"%_t,
    defense = "Mutual Defense Pact"%_t,
}

-- Even enemies may talk to the ambassador, as long as it isn't open war.
function Embassy.interactionPossible(playerIndex, option)
    local relation = Player(playerIndex):getRelation(Entity().factionIndex)
    if relation.status == RelationStatus.War then
        return false, "We have nothing to say to each other."%_t
    end
    return true
end

function Embassy.initUI()
    ScriptUI():registerInteraction("Speak to the Ambassador"%_t, "onInteract", 8)
end

-- The treaties have to be fetched from the server before the dialog can be shown.
function Embassy.onInteract()
    invokeServerFunction("sendTreaties")
end

-- Builds the dialog from a list of {kind, fee, remaining, allowed}. For each kind there is one
-- answer; it says "Renew" when the treaty is running. Kinds for which the relations are too bad
-- lead to a polite refusal instead of a signature.
function Embassy.showDialog(offers)
    local dialog = {text = "Welcome to our embassy. What can we do for you?"%_t, answers = {}}

    for _, offer in ipairs(offers) do
        local name = kindNames[offer.kind]
        local label = "Sign: ${name} (¢${fee})"%_t
        if offer.remaining > 0 then label = "Renew: ${name} (¢${fee})"%_t end

        local followUp
        if offer.allowed then
            followUp = {
                text = "A wise decision. The treaty would be valid for ten hours."%_t,
                answers = {
                    {answer = "Sign"%_t, onSelect = "onSign_" .. offer.kind},
                    {answer = "Let me think about it."%_t},
                }
            }
        else
            followUp = {text = "We would have to know you much better for that."%_t}
        end

        table.insert(dialog.answers, {
            answer = label % {name = name, fee = createMonetaryString(offer.fee)},
            followUp = followUp,
        })
    end

    table.insert(dialog.answers, {answer = "Nothing, thanks."%_t})
    ScriptUI():showDialog(dialog)
end

-- The dialog system calls functions by name without arguments, hence one function per kind.
function Embassy.onSign_trade() invokeServerFunction("sign", "trade") end
function Embassy.onSign_passage() invokeServerFunction("sign", "passage") end
function Embassy.onSign_defense() invokeServerFunction("sign", "defense") end

-- Works out the offers for the calling player (or the alliance, if the player flies one of its
-- ships) and sends them to the client, ordered by the relations that they require.
function Embassy.sendTreaties()
    local buyer = getInteractingFaction(callingPlayer, AlliancePrivilege.NegotiateRelations)
    if not buyer then return end

    local faction = Faction()
    local now = Server().unpausedRuntime
    local active = EnvoyProtocol.active(faction, buyer.index, now)
    local relations = faction:getRelations(buyer.index)

    local offers = {}
    for kind, terms in pairs(EnvoyProtocol.terms) do
        local remaining = (active[kind] or now) - now
        table.insert(offers, {
            kind = kind,
            fee = EnvoyProtocol.fee(faction, kind, remaining > 0),
            remaining = remaining,
            allowed = relations >= terms.relations,
            needed = terms.relations,
        })
    end

    table.sort(offers, function(a, b) return a.needed < b.needed end)
    invokeClientFunction(Player(callingPlayer), "showDialog", offers)
end
callable(Embassy, "sendTreaties")

-- Signs a treaty after checking everything again: kind exists, relations suffice, money is there.
-- The fee is paid to the faction; a mail with the contract goes to the player.
function Embassy.sign(kind)
    local terms = EnvoyProtocol.terms[kind]
    if not terms then return end

    local buyer, ship, player = getInteractingFaction(callingPlayer, AlliancePrivilege.NegotiateRelations)
    local faction = Faction()
    if not buyer or faction:getRelations(buyer.index) < terms.relations then return end

    local now = Server().unpausedRuntime
    local renewing = EnvoyProtocol.active(faction, buyer.index, now)[kind] ~= nil
    local fee = EnvoyProtocol.fee(faction, kind, renewing)

    local canPay, msg, args = buyer:canPay(fee)
    if not canPay then
        player:sendChatMessage(Entity(), ChatMessageType.Error, msg, unpack(args))
        return
    end

    buyer:pay("Paid %1% Credits for a treaty."%_T, fee)
    faction:receive("", fee)
    local expiry = EnvoyProtocol.sign(faction, buyer.index, kind, DURATION, now)
    Galaxy():invokeFunction("data/scripts/server/treatykeeper.lua", "watch", faction.index, buyer.index)

    local mail = Mail()
    mail.sender = Format("%1% Embassy"%_T, faction.name)
    mail.header = "Your treaty"%_T
    mail.text = Format("The treaty (%1%) is in force for another %2% hours."%_T, kind, math.floor((expiry - now) / 3600))
    player:addMail(mail)
end
callable(Embassy, "sign")
