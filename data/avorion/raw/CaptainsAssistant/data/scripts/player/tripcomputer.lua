package.path = package.path .. ";data/scripts/lib/?.lua"
include("stringutility")
include("callable")
local TextFormat = include("textformat")

-- Counts jumps, distance and kills of the current trip and shows them in the corner of the screen.
-- A trip starts when the player leaves the home sector and ends when they come back.

-- namespace TripComputer
TripComputer = {}

local trip = nil              -- {jumps, distance, kills, started, x, y}
local shown = nil
local display = true

if onServer() then

function TripComputer.initialize()
    local player = Player()
    player:registerCallback("onSectorEntered", "onSectorEntered")
    Sector():registerCallback("onDestroyed", "onDestroyed")
end

-- Adds a leg to the running trip. A change by login or logout isn't a leg. Passing a gate counts
-- as one jump like everything else; the distance is the straight line between the sectors.
function TripComputer.onSectorEntered(playerIndex, x, y, changeType)
    Sector():registerCallback("onDestroyed", "onDestroyed")
    if changeType == SectorChangeType.Login or changeType == SectorChangeType.Logout then return end

    local hx, hy = Player():getHomeSectorCoordinates()
    if x == hx and y == hy then
        TripComputer.finish()
        return
    end

    trip = trip or {jumps = 0, distance = 0, kills = 0, started = Server().unpausedRuntime, x = hx, y = hy}
    trip.jumps = trip.jumps + 1
    trip.distance = trip.distance + math.sqrt((x - trip.x) ^ 2 + (y - trip.y) ^ 2)
    trip.x, trip.y = x, y
    TripComputer.push()
end

-- A kill counts if the last hit came from the ship the player is sitting in.
function TripComputer.onDestroyed(id, lastDamageInflictor)
    local craft = Player().craft
    if not trip or not craft or lastDamageInflictor ~= craft.index then return end

    local victim = Entity(id)
    if victim and (victim.isShip or victim.isStation) then
        trip.kills = trip.kills + 1
        TripComputer.push()
    end
end

-- Summary for the log book when the player is home again.
function TripComputer.finish()
    if not trip then return end

    local duration = Server().unpausedRuntime - trip.started
    Player():sendChatMessage("Trip Computer"%_T, ChatMessageType.Information,
        "Welcome home. %1% jumps, %2% sectors, %3% kills in %4%."%_T,
        trip.jumps, math.floor(trip.distance), trip.kills, TextFormat.duration(duration))

    trip = nil
    TripComputer.push()
end

function TripComputer.push()
    invokeClientFunction(Player(), "receiveTrip", trip)
end

function TripComputer.secure()
    return {trip = trip}
end

function TripComputer.restore(data)
    trip = data.trip
end

end

if onClient() then

function TripComputer.initialize()
    Player():registerCallback("onPostRenderHud", "onPostRenderHud")
    Player():registerCallback("onKeyboardDown", "onKeyboardDown")
end

function TripComputer.receiveTrip(data)
    shown = data
end

-- Ctrl + T hides and shows the display.
function TripComputer.onKeyboardDown(key, repeating)
    if repeating or key ~= KeyboardKey._T then return end

    local keyboard = Keyboard()
    if keyboard:keyPressed(KeyboardKey.LControl) or keyboard:keyPressed(KeyboardKey.RControl) then
        display = not display
    end
end

-- Three lines of text in the upper right corner, only while flying.
function TripComputer.onPostRenderHud(state)
    if not display or not shown or state ~= PlayerStateType.Fly then return end

    local res = getResolution()
    local lines =
    {
        "Jumps: ${n}"%_t % {n = shown.jumps},
        "Distance: ${n}"%_t % {n = TextFormat.short(shown.distance)},
        "Kills: ${n}"%_t % {n = shown.kills},
    }
    for i, line in ipairs(lines) do
        drawText(line, res.x - 180, 80 + i * 18, ColorRGB(0.7, 0.8, 0.9), 12, false, false, 1)
    end
end

end
