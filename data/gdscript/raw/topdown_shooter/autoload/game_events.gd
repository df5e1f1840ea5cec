extends Node
## Global signal bus for the arena. Gameplay emits here; UI, audio and scoring listen.

signal enemy_killed(enemy: Node2D, points: int)
signal player_damaged(current: float, maximum: float)
signal player_died
signal wave_started(index: int, total: int)
signal wave_cleared(index: int)
signal shake_requested(strength: float)
signal ammo_changed(loaded: int, reserve: int)

const HITSTOP_SCALE := 0.05
const MAX_HITSTOP := 0.25

var _hitstop_until_msec := 0
var _hitstop_running := false


func _ready() -> void:
	process_mode = Node.PROCESS_MODE_ALWAYS
	enemy_killed.connect(_on_enemy_killed)


## Slows the whole game down for `seconds` of real time to sell an impact.
## Overlapping calls extend the running freeze instead of stacking a second one.
func hit_stop(seconds: float) -> void:
	var wanted := Time.get_ticks_msec() + int(minf(seconds, MAX_HITSTOP) * 1000.0)
	_hitstop_until_msec = maxi(_hitstop_until_msec, wanted)
	if _hitstop_running:
		return
	_hitstop_running = true
	Engine.time_scale = HITSTOP_SCALE
	while Time.get_ticks_msec() < _hitstop_until_msec:
		await get_tree().process_frame
	Engine.time_scale = 1.0
	_hitstop_running = false


## Connects `callback` to the signal called `event` and disconnects it automatically
## when `listener` leaves the tree, so short-lived nodes cannot leave dangling callables.
func listen(listener: Node, event: StringName, callback: Callable) -> void:
	if not has_signal(event):
		push_error("GameEvents has no signal named '%s'" % event)
		return
	connect(event, callback)
	listener.tree_exiting.connect(
		func() -> void:
			if is_connected(event, callback):
				disconnect(event, callback),
		CONNECT_ONE_SHOT
	)


## Waits until `event` fires or `timeout` seconds pass. Returns true if the event came first.
func wait_for(event: StringName, timeout: float) -> bool:
	var state := {"fired": false}
	var mark := func(_a: Variant = null, _b: Variant = null) -> void: state["fired"] = true
	connect(event, mark, CONNECT_ONE_SHOT)
	var deadline := Time.get_ticks_msec() + int(timeout * 1000.0)
	while not state["fired"] and Time.get_ticks_msec() < deadline:
		await get_tree().process_frame
	if is_connected(event, mark):
		disconnect(event, mark)
	return state["fired"]


func _on_enemy_killed(_enemy: Node2D, points: int) -> void:
	# Bigger kills shake harder; anything above 500 points is treated as a boss.
	shake_requested.emit(clampf(points / 500.0, 0.1, 1.0))
	if points >= 500:
		hit_stop(0.2)
