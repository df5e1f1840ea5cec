extends Node
## Who is playing: names, colours, teams and ready flags, owned by the server.

signal updated
signal everyone_ready

const NAME_LENGTH := 16
const TEAM_COUNT := 2

## peer id -> {"name", "color", "team", "ready", "score"}
var players: Dictionary[int, Dictionary] = {}
var local_name := "Player"


func _ready() -> void:
	Network.hosting_started.connect(func(_port: int) -> void: _admit(1, local_name))
	Network.joined.connect(func(_id: int) -> void: _introduce.rpc_id(1, local_name))
	Network.peer_left.connect(_on_peer_left)
	Network.disconnected.connect(func(_reason: String) -> void: players.clear())


## Asks the server to change this player's ready flag.
func set_ready(ready_now: bool) -> void:
	_request_ready.rpc_id(1, ready_now)


## Server only: adds points to a player and broadcasts the new table.
func award(peer_id: int, points: int) -> void:
	if players.has(peer_id):
		players[peer_id]["score"] += points
		_sync.rpc(players)


## Ids sorted by score, ties broken by name.
func ranking() -> Array[int]:
	var ids: Array[int] = []
	ids.assign(players.keys())
	ids.sort_custom(
		func(a: int, b: int) -> bool:
			if players[a]["score"] != players[b]["score"]:
				return players[a]["score"] > players[b]["score"]
			return players[a]["name"] < players[b]["name"]
	)
	return ids


## Team with the fewest members, the lower index on a tie.
func smallest_team() -> int:
	var sizes := PackedInt32Array()
	sizes.resize(TEAM_COUNT)
	for entry: Dictionary in players.values():
		sizes[entry["team"]] += 1
	var best := 0
	for team in TEAM_COUNT:
		if sizes[team] < sizes[best]:
			best = team
	return best


## Strips control characters and brackets from a name and makes it unique with a number suffix.
func clean_name(wanted: String) -> String:
	var out := ""
	for letter in wanted.strip_edges().left(NAME_LENGTH):
		if letter.unicode_at(0) >= 32 and letter not in "[]<>":
			out += letter
	if out.is_empty():
		out = "Player"
	var taken := players.values().map(func(entry: Dictionary) -> String: return entry["name"])
	var unique := out
	var suffix := 2
	while unique in taken:
		unique = "%s %d" % [out, suffix]
		suffix += 1
	return unique


@rpc("any_peer", "call_remote", "reliable")
func _introduce(wanted_name: String) -> void:
	if multiplayer.is_server():
		_admit(multiplayer.get_remote_sender_id(), wanted_name)


# Stores the sender's ready flag; once all of at least two players are ready the match may begin.
@rpc("any_peer", "call_local", "reliable")
func _request_ready(ready_now: bool) -> void:
	var sender := multiplayer.get_remote_sender_id()
	if not multiplayer.is_server() or not players.has(sender):
		return
	players[sender]["ready"] = ready_now
	_sync.rpc(players)
	if players.size() > 1 and players.values().all(_is_ready):
		everyone_ready.emit()


@rpc("authority", "call_local", "reliable")
func _sync(table: Dictionary) -> void:
	players.assign(table)
	updated.emit()


# Creates the entry of a new player with a free name, a colour from the golden ratio and the
# smaller team.
func _admit(peer_id: int, wanted_name: String) -> void:
	players[peer_id] = {
		"name": clean_name(wanted_name),
		"color": Color.from_hsv(fmod(peer_id * 0.618034, 1.0), 0.7, 0.95),
		"team": smallest_team(),
		"ready": false,
		"score": 0,
	}
	_sync.rpc(players)


func _is_ready(entry: Dictionary) -> bool:
	return entry["ready"]


func _on_peer_left(peer_id: int) -> void:
	if players.erase(peer_id) and multiplayer.is_server():
		_sync.rpc(players)
