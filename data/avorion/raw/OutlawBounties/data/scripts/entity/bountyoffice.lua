package.path = package.path .. ";data/scripts/lib/?.lua"
include("utility")
include("faction")
include("callable")
include("stringutility")
include("randomext")
local BountyBoard = include("bountyboard")
local MissionUT = include("missionutility")

-- namespace BountyOffice
BountyOffice = {}
local self = BountyOffice

local MAX_POSTERS = 4
local REFRESH_TIME = 90 * 60

self.posters = {}
self.age = REFRESH_TIME

local rows = {}
local shown = {}

function BountyOffice.interactionPossible(playerIndex, option)
    local craft = Player(playerIndex).craft
    if craft and craft.isDrone then
        return false, "We don't do business with drones."%_t
    end
    return CheckFactionInteraction(playerIndex, 0)
end

function BountyOffice.getUpdateInterval()
    return 60
end

if onServer() then

-- Replaces the posters every 90 minutes, but only while somebody is around to read them.
function BountyOffice.updateServer(timeStep)
    self.age = self.age + timeStep
    if self.age >= REFRESH_TIME and Sector().numPlayers > 0 then
        self.refreshPosters()
    end
end

-- Hangs up new posters: one to four outlaws whose hideouts are 5 to 20 sectors away. Outlaws for
-- which no free sector is found are dropped, so the board can be shorter than planned.
function BountyOffice.refreshPosters()
    local x, y = Sector():getCoordinates()
    local rand = random()

    self.posters = {}
    for i = 1, rand:getInt(1, MAX_POSTERS) do
        local hx, hy = MissionUT.getSector(x, y, 5, 20, false, true, false, false)
        if hx and hy then
            local seed = rand:createSeed()
            local danger = BountyBoard.dangerAt(hx, hy) + rand:getInt(-1, 2)
            local poster = BountyBoard.makePoster(seed.value, hx, hy, danger)
            poster.x, poster.y = hx, hy
            table.insert(self.posters, poster)
        end
    end
    self.age = 0
end

function BountyOffice.sendPosters()
    invokeClientFunction(Player(callingPlayer), "receivePosters", self.posters)
end
callable(BountyOffice, "sendPosters")

-- Gives the hunt for poster number `index` to the calling player and takes the poster down.
-- A player can only hunt one outlaw at a time; asking again is answered with an error message.
function BountyOffice.takePoster(index)
    local poster = self.posters[index]
    if not poster then return end

    local player = Player(callingPlayer)
    if player:hasScript("data/scripts/player/bountyhunt.lua") then
        player:sendChatMessage(Entity(), ChatMessageType.Error, "Finish your current hunt first."%_T)
        return
    end

    player:addScriptOnce("data/scripts/player/bountyhunt.lua", Entity().factionIndex, poster)
    table.remove(self.posters, index)
    self.sendPosters()
end
callable(BountyOffice, "takePoster")

function BountyOffice.secure()
    return {posters = self.posters, age = self.age}
end

function BountyOffice.restore(values)
    self.posters = values.posters or self.posters
    self.age = values.age or self.age
end

end

if onClient() then

-- One row per poster with name, crimes, bounty and a button; unused rows are hidden later.
function BountyOffice.initUI()
    local res, size = getResolution(), vec2(700, 330)
    local menu = ScriptUI()
    local window = menu:createWindow(Rect(res * 0.5 - size * 0.5, res * 0.5 + size * 0.5))
    window.caption = "Wanted"%_t
    window.showCloseButton = 1
    window.moveable = 1
    menu:registerWindow(window, "Bounties"%_t)

    local partitions = UIHorizontalMultiSplitter(Rect(window.size), 8, 10, MAX_POSTERS - 1)
    for i = 1, MAX_POSTERS do
        local rect = partitions:partition(i - 1)
        local split = UIVerticalSplitter(rect, 10, 6, 0.75)
        local text = UIHorizontalSplitter(split.left, 2, 0, 0.5)

        rows[i] =
        {
            frame = window:createFrame(rect),
            name = window:createLabel(text.top, "", 16),
            crimes = window:createLabel(text.bottom, "", 12),
            button = window:createButton(split.right, "Accept"%_t, "onAcceptPressed"),
        }
    end
end

function BountyOffice.onShowWindow()
    invokeServerFunction("sendPosters")
end

-- Fills the rows. The name turns red from danger level 8 upwards.
function BountyOffice.receivePosters(posters)
    shown = posters
    for i, row in ipairs(rows) do
        local poster = posters[i]
        for _, element in pairs(row) do element.visible = poster ~= nil end

        if poster then
            row.name.caption = "${name} - ¢${bounty}"%_t % {name = poster.name, bounty = createMonetaryString(poster.bounty)}
            row.name.color = poster.danger >= 8 and ColorRGB(1, 0.3, 0.2) or ColorRGB(1, 1, 1)
            row.crimes.caption = BountyBoard.crimesToText(poster.crimes)
        end
    end
end

function BountyOffice.onAcceptPressed(button)
    for i, row in ipairs(rows) do
        if row.button.index == button.index and shown[i] then
            invokeServerFunction("takePoster", i)
        end
    end
end

end
