package.path = package.path .. ";data/scripts/lib/?.lua"
include("callable")
include("stringutility")
include("structuredmission")
local BountyBoard = include("bountyboard")

-- The hunt for one outlaw. Added by the bounty office with the faction that pays and the poster.

mission.data.brief = "Wanted Outlaw"%_t
mission.data.title = "Wanted: ${name}"%_t
mission.data.icon = "data/textures/icons/target.png"
mission.data.priority = 5
mission.data.accomplishMessage = "Good riddance. The bounty has been transferred."%_t

local base_initialize = initialize

-- Translates the poster into mission data and then runs the normal mission start. On a load from
-- disk there is no poster; the data come back through restore() and must not be touched here.
function initialize(factionIndex, poster)
    if onServer() and poster and not _restoring then
        mission.data.location = {x = poster.x, y = poster.y}
        mission.data.arguments = {name = poster.name}
        mission.data.custom.poster = poster
        mission.data.custom.employer = factionIndex
        mission.data.description = {
            {text = "${name} is wanted for ${crimes}."%_t, arguments = {name = poster.name, crimes = BountyBoard.crimesToText(poster.crimes)}},
            {text = "Find the hideout in sector (${x}:${y})"%_t, arguments = {x = poster.x, y = poster.y}, bulletPoint = true, fulfilled = false},
            {text = "Destroy the outlaw's ship"%_t, bulletPoint = true, fulfilled = false, visible = false},
        }
    end

    if base_initialize then base_initialize() end
end

mission.globalPhase = {}
mission.globalPhase.noBossEncountersTargetSector = true

mission.phases[1] = {}

-- Phase 1: travel. On arrival the sector gets the hideout script, which does the spawning; if it
-- is there already (a second hunter, or the player returns) nothing is spawned twice.
mission.phases[1].onTargetLocationEntered = function(x, y)
    if onClient() then return end

    local sector = Sector()
    if not sector:hasScript("sector/outlawhideout.lua") then
        sector:addScriptOnce("data/scripts/sector/outlawhideout.lua", mission.data.custom.poster)
    end

    mission.data.description[2].fulfilled = true
    mission.data.description[3].visible = true
    nextPhase()
end

-- Phase 2: the fight. Only the ship with the matching seed counts, so that another outlaw in the
-- same sector can't finish the hunt by accident.
mission.phases[2] = {}
mission.phases[2].sectorCallbacks = {
    {
        name = "onDestroyed",
        func = function(id, lastDamageInflictor)
            local victim = Entity(id)
            if not victim or victim:getValue("outlaw_seed") ~= mission.data.custom.poster.seed then return end
            collectBounty(victim)
        end
    },
}

-- Called when the hunter leaves the sector during the fight: the outlaw stays, so does the mission.
mission.phases[2].onTargetLocationLeft = function(x, y)
    if onServer() then
        Player():sendChatMessage("", ChatMessageType.Warning, "The outlaw got away. For now."%_T)
        mission.data.description[2].fulfilled = false
        mission.data.description[3].visible = false
        setPhase(1)
    end
end

-- Pays this hunter's share of the bounty and improves the relations to the employer by one point
-- per 50 credits of the share, at most 8000. A hunter who hardly scratched the ship gets nothing
-- but still completes the mission.
function collectBounty(victim)
    local damage = {}
    for _, index in pairs({victim:getDamageContributorPlayers()}) do
        damage[index] = victim:getValue("damage_by_" .. index) or 1
    end

    local player = Player()
    local share = BountyBoard.split(mission.data.custom.poster.bounty, damage)[player.index] or 0

    if share > 0 then
        player:receive("Bounty: received %1% Credits."%_T, share)

        local employer = Faction(mission.data.custom.employer)
        if employer then
            Galaxy():changeFactionRelations(player, employer, math.min(8000, math.floor(share / 50)), true, false)
        end
    end

    mission.data.description[3].fulfilled = true
    accomplish()
end
