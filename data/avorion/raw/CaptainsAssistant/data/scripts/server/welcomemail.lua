package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
local TextFormat = include("textformat")

-- Server script: greets new players with a mail and returning ones with a digest of what happened.

-- namespace WelcomeMail
WelcomeMail = {}

local MAIL_ID = "captainsassistant_welcome"
local STARTER_MONEY = 25000
local news = {}               -- {time, text}, oldest first
local MAX_NEWS = 30

function WelcomeMail.initialize()
    Server():registerCallback("onPlayerLogIn", "onPlayerLogIn")
    Server():registerCallback("onPlayerLogOff", "onPlayerLogOff")
end

-- Puts a line into the news. Other scripts call this with
-- Galaxy():invokeFunction("server/welcomemail.lua", "addNews", text).
-- The same line isn't repeated if it's still the latest one; only 30 lines are kept.
function WelcomeMail.addNews(text)
    local latest = news[#news]
    if latest and latest.text == text then return end

    table.insert(news, {time = Server().unpausedRuntime, text = text})
    if #news > MAX_NEWS then table.remove(news, 1) end
end

-- First login ever: scripts are added, the welcome mail is sent. Later logins get the digest if the
-- player was away for at least one hour of server time.
function WelcomeMail.onPlayerLogIn(playerIndex)
    local player = Player(playerIndex)
    player:addScriptOnce("data/scripts/player/fleetpanel.lua")
    player:addScriptOnce("data/scripts/player/inventorycleanup.lua")
    player:addScriptOnce("data/scripts/player/tripcomputer.lua")

    local lastSeen = player:getValue("assistant_last_seen")
    if not lastSeen then
        WelcomeMail.sendWelcome(player)
        return
    end

    local away = Server().unpausedRuntime - lastSeen
    if away >= 3600 then
        WelcomeMail.sendDigest(player, lastSeen, away)
    end
end

function WelcomeMail.onPlayerLogOff(playerIndex)
    Player(playerIndex):setValue("assistant_last_seen", Server().unpausedRuntime)
end

-- The mail has an id, so that a player who already has it (restored backup) doesn't get the money twice.
function WelcomeMail.sendWelcome(player)
    if #{player:getMailsById(MAIL_ID)} > 0 then return end

    local mail = Mail()
    mail.id = MAIL_ID
    mail.sender = Server().name
    mail.header = "Welcome, Captain!"%_T
    mail.text = Format("Hello %1%,\n\nplease accept this small starting aid. Type /fleet to get an overview of your ships.\n\nFly safe!"%_T, player.name)
    mail.money = STARTER_MONEY
    player:addMail(mail)

    player:setValue("assistant_last_seen", Server().unpausedRuntime)
end

-- Everything that was added to the news after `since`, as a list in one mail. No mail without news.
function WelcomeMail.sendDigest(player, since, away)
    local lines = {}
    for _, item in ipairs(news) do
        if item.time > since then
            lines[#lines + 1] = "- " .. item.text
        end
    end
    if #lines == 0 then return end

    local mail = Mail()
    mail.sender = Server().name
    mail.header = "While you were away"%_T
    mail.text = Format("You were gone for %1%. This is what you missed:\n\n%2%"%_T,
        TextFormat.duration(away), table.concat(lines, "\n"))
    player:addMail(mail)
end

function WelcomeMail.secure()
    return {news = news}
end

function WelcomeMail.restore(data)
    news = data.news or {}
end
