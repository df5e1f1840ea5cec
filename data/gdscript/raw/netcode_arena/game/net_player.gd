class_name NetPlayer
extends CharacterBody3D
## Player body. The owner predicts its own movement, the server decides, all others interpolate.

const SPEED := 6.0
const JUMP_SPEED := 5.0
const SNAPSHOT_RATE := 20.0
const RECONCILE_DISTANCE := 0.15
const BUTTON_JUMP := 1

@export var peer_id := 1
@export var clock: ClockSync

var _sequence := 0
var _unconfirmed: Array[Dictionary] = []
var _inbox: Array[Dictionary] = []
var _last_processed := 0
var _snapshot_in := 0.0
var _remote := SnapshotBuffer.new()
var _visual_error := Vector3.ZERO
var _gravity: float = ProjectSettings.get_setting("physics/3d/default_gravity")

@onready var _visual: Node3D = $Visual


func _physics_process(delta: float) -> void:
	if multiplayer.is_server():
		_serve(delta)
	elif _is_mine():
		_predict(delta)
	else:
		_show_remote()
	_visual_error = _visual_error.lerp(Vector3.ZERO, 1.0 - exp(-10.0 * delta))
	_visual.position = _visual_error


## Advances the body by one command. Must only depend on the command and the body's own state,
## because it is replayed during reconciliation.
func simulate(command: Dictionary, delta: float) -> void:
	var wish: Vector2 = command["move"]
	var direction := Basis(Vector3.UP, command["yaw"]) * Vector3(wish.x, 0.0, wish.y)
	velocity.x = direction.x * SPEED
	velocity.z = direction.z * SPEED
	if is_on_floor():
		velocity.y = JUMP_SPEED if command["buttons"] & BUTTON_JUMP else 0.0
	else:
		velocity.y -= _gravity * delta
	rotation.y = command["yaw"]
	move_and_slide()


func _is_mine() -> bool:
	return peer_id == multiplayer.get_unique_id()


func _read_command() -> Dictionary:
	_sequence += 1
	var move := Input.get_vector(&"left", &"right", &"forward", &"back")
	return {
		"seq": _sequence,
		"move": move.limit_length(1.0),
		"yaw": get_viewport().get_camera_3d().global_rotation.y,
		"buttons": BUTTON_JUMP if Input.is_action_pressed(&"jump") else 0,
	}


# Moves at once and keeps the command until the server has confirmed it.
func _predict(delta: float) -> void:
	var command := _read_command()
	_unconfirmed.append(command)
	simulate(command, delta)
	# The last three commands travel together, so a single lost packet costs nothing.
	_receive_commands.rpc_id(1, _unconfirmed.slice(-3))


# One server step: consumes the oldest command of the owner and sends out snapshots at their rate.
func _serve(delta: float) -> void:
	if _is_mine():
		simulate(_read_command(), delta)
	elif not _inbox.is_empty():
		var command: Dictionary = _inbox.pop_front()
		_last_processed = command["seq"]
		simulate(command, delta)
	_snapshot_in -= delta
	if _snapshot_in <= 0.0:
		_snapshot_in = 1.0 / SNAPSHOT_RATE
		_receive_state.rpc(_last_processed, Time.get_ticks_msec(), position, velocity, quaternion)


# Places the body where it was a little while ago, between two received snapshots.
func _show_remote() -> void:
	var time := clock.server_time_msec() - clock.interpolation_delay_msec(SNAPSHOT_RATE)
	var state := _remote.sample(time)
	if state != null:
		position = state.position
		quaternion = state.rotation


# Queues commands of the owner that are new, so repeated ones from earlier packets do no harm.
@rpc("any_peer", "call_remote", "unreliable_ordered")
func _receive_commands(commands: Array) -> void:
	if multiplayer.get_remote_sender_id() != peer_id:
		return
	for command: Dictionary in commands:
		if command["seq"] <= _last_processed or _inbox.any(_has_sequence.bind(command["seq"])):
			continue
		# Never trust the client: a longer vector would mean a faster player.
		command["move"] = Vector2(command["move"]).limit_length(1.0)
		_inbox.append(command)


@rpc("authority", "call_remote", "unreliable")
func _receive_state(
	sequence: int, time: int, at: Vector3, speed: Vector3, facing: Quaternion
) -> void:
	if _is_mine():
		_reconcile(sequence, at, speed)
	else:
		_remote.push(SnapshotBuffer.Snapshot.new(time, at, speed, facing))


# Goes back to the confirmed state, replays what came after it and hides the jump visually.
func _reconcile(sequence: int, at: Vector3, speed: Vector3) -> void:
	_unconfirmed = _unconfirmed.filter(
		func(command: Dictionary) -> bool: return command["seq"] > sequence
	)
	var predicted := position
	position = at
	velocity = speed
	for command in _unconfirmed:
		simulate(command, get_physics_process_delta_time())
	var error := predicted - position
	if error.length() > RECONCILE_DISTANCE:
		_visual_error += error
	else:
		position = predicted


func _has_sequence(command: Dictionary, sequence: int) -> bool:
	return command["seq"] == sequence
