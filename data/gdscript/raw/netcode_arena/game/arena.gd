class_name Arena
extends Node3D
## Spawns one body per player through a MultiplayerSpawner and runs the rounds on the server.

signal phase_changed(phase: Phase, seconds: float)

enum Phase { WARMUP, COUNTDOWN, FIGHT, RESULTS }

const PHASE_SECONDS: Dictionary[Phase, float] = {
	Phase.WARMUP: 0.0, Phase.COUNTDOWN: 3.0, Phase.FIGHT: 180.0, Phase.RESULTS: 8.0
}

@export var player_scene: PackedScene
@export var clock: ClockSync
@export var history: RewindHistory

var phase := Phase.WARMUP

var _phase_left := 0.0

@onready var _spawner: MultiplayerSpawner = $MultiplayerSpawner
@onready var _spawn_points: Node3D = $SpawnPoints
@onready var _bodies: Node3D = $Players


func _ready() -> void:
	_spawner.spawn_path = _spawner.get_path_to(_bodies)
	_spawner.spawn_function = _build_player
	if not multiplayer.is_server():
		return
	Network.peer_arrived.connect(spawn_player)
	Network.peer_left.connect(despawn_player)
	Roster.everyone_ready.connect(func() -> void: enter_phase(Phase.COUNTDOWN))
	for peer_id: int in Roster.players:
		spawn_player(peer_id)


# Counts the current phase down on the server and moves on to the next when the time is up.
func _physics_process(delta: float) -> void:
	if not multiplayer.is_server() or phase == Phase.WARMUP:
		return
	_phase_left -= delta
	if _phase_left > 0.0:
		return
	match phase:
		Phase.COUNTDOWN:
			enter_phase(Phase.FIGHT)
		Phase.FIGHT:
			enter_phase(Phase.RESULTS)
		Phase.RESULTS:
			enter_phase(Phase.COUNTDOWN)


## Server only: creates the body of `peer_id` on all machines at the safest spawn point.
func spawn_player(peer_id: int) -> void:
	var body := _spawner.spawn({"peer": peer_id, "at": safest_spawn()}) as NetPlayer
	history.hitboxes.append(body)


## Removes the body of a player who left, on all machines, and its hitbox from the history.
func despawn_player(peer_id: int) -> void:
	var body := _bodies.get_node_or_null(str(peer_id)) as NetPlayer
	if body != null:
		history.hitboxes.erase(body)
		body.queue_free()


## Spawn point whose nearest player is farthest away.
func safest_spawn() -> Vector3:
	var best := Vector3.ZERO
	var best_clearance := -1.0
	for child in _spawn_points.get_children():
		var marker := child as Marker3D
		var clearance := INF
		for node in _bodies.get_children():
			var body := node as NetPlayer
			clearance = minf(clearance, body.position.distance_squared_to(marker.position))
		if clearance > best_clearance:
			best_clearance = clearance
			best = marker.position
	return best


## Server only: switches to `next` and tells every client how long it lasts.
func enter_phase(next: Phase) -> void:
	_show_phase.rpc(next, PHASE_SECONDS[next])
	if next == Phase.COUNTDOWN:
		for node in _bodies.get_children():
			var body := node as NetPlayer
			body.position = safest_spawn()
			body.velocity = Vector3.ZERO


## Asks the server to check a shot as the shooter saw it at `seen_at_msec`. A hit scores one point
## and sends the victim back to a spawn point.
@rpc("any_peer", "call_local", "reliable")
func request_shot(origin: Vector3, direction: Vector3, seen_at_msec: float) -> void:
	if not multiplayer.is_server() or phase != Phase.FIGHT:
		return
	var shooter := _bodies.get_node_or_null(str(multiplayer.get_remote_sender_id())) as NetPlayer
	# The muzzle must be near the shooter's body, whatever the client claims.
	if shooter == null or shooter.position.distance_to(origin) > 3.0:
		return
	var hit := history.cast(origin, direction, seen_at_msec, shooter)
	if hit.is_empty():
		return
	var victim: NetPlayer = hit["hitbox"]
	Roster.award(shooter.peer_id, 1)
	victim.position = safest_spawn()


@rpc("authority", "call_local", "reliable")
func _show_phase(next: Phase, seconds: float) -> void:
	phase = next
	_phase_left = seconds
	phase_changed.emit(phase, seconds)


# Runs on every machine with the data given to `spawn()`.
func _build_player(data: Variant) -> Node:
	var body: NetPlayer = player_scene.instantiate()
	body.name = str(data["peer"])
	body.peer_id = data["peer"]
	body.clock = clock
	body.position = data["at"]
	return body
