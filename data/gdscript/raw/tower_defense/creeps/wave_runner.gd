class_name WaveRunner
extends Node2D
## Plays wave scripts: spawns creeps at alternating entrances and scales them over time.

signal wave_began(number: int)
signal wave_ended(number: int)
signal campaign_won

@export var grid: MazeGrid
@export var waves: Array[WaveScript] = []
@export var creep_scenes: Dictionary[StringName, PackedScene] = {}
@export_range(1.0, 2.0, 0.01) var health_growth := 1.12
@export_range(0.0, 60.0, 1.0, "suffix:s") var breather := 15.0

var number := 0
var field := FlowField.new()

var _alive := 0
var _spawning := false
var _next_entrance := 0
var _break_timer: SceneTreeTimer


func _ready() -> void:
	_rebuild_field()
	grid.layout_changed.connect(func(_region: Rect2i) -> void: _rebuild_field())
	Economy.begin_battle()


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"call_wave"):
		call_early()
	elif event.is_action_pressed(&"fast_forward"):
		Engine.time_scale = 1.0 if Engine.time_scale > 1.0 else 3.0


## Starts the next wave now. Every second of the break that is skipped earns one gold.
func call_early() -> void:
	if _spawning or number >= waves.size():
		return
	if _break_timer != null and _break_timer.time_left > 0.0:
		Economy.gold += ceili(_break_timer.time_left)
	_run_wave()


## Hit point factor of wave `index`; grows by `health_growth` every wave.
func health_factor(index: int) -> float:
	return pow(health_growth, maxi(0, index - 1))


# Spawns the groups of the next wave one after the other with their delays and intervals.
func _run_wave() -> void:
	_spawning = true
	_break_timer = null
	number += 1
	wave_began.emit(number)
	for group in waves[number - 1].parse():
		await get_tree().create_timer(group.delay, false).timeout
		for i in group.count:
			_spawn(group.creep)
			if i < group.count - 1:
				await get_tree().create_timer(group.interval, false).timeout
	_spawning = false
	_check_finished()


# Creates one creep at the next entrance in turn, with hit points scaled to the wave number.
func _spawn(creep_name: StringName) -> void:
	if not creep_scenes.has(creep_name):
		push_error("Wave %d wants the unknown creep '%s'" % [number, creep_name])
		return
	var creep: Creep = creep_scenes[creep_name].instantiate()
	creep.max_hit_points *= health_factor(number)
	creep.field = field
	creep.grid = grid
	creep.position = grid.map_to_local(grid.entrances[_next_entrance])
	_next_entrance = (_next_entrance + 1) % grid.entrances.size()
	creep.tree_exited.connect(_on_creep_gone)
	_alive += 1
	grid.add_child(creep)


# Interest and the break start only after the last creep of the wave is gone.
func _check_finished() -> void:
	if _spawning or _alive > 0:
		return
	Economy.pay_interest()
	wave_ended.emit(number)
	if number >= waves.size():
		campaign_won.emit()
		return
	_break_timer = get_tree().create_timer(breather, false)
	var this_break := _break_timer
	await this_break.timeout
	if this_break == _break_timer:
		_run_wave()


func _rebuild_field() -> void:
	field.rebuild(grid.astar.region, grid.exit_cell, grid.astar.is_point_solid)


func _on_creep_gone() -> void:
	_alive -= 1
	if is_inside_tree():
		_check_finished()
