class_name WaveDirector
extends Node
## Spends a growing threat budget on enemy types and spawns them at points the player cannot see.

signal all_waves_cleared

@export var roster: Array[PackedScene] = []
## Threat cost of each entry in `roster`, same order.
@export var costs: PackedInt32Array = []
@export var spawn_points: Array[Marker2D] = []
@export_range(1, 50) var wave_count := 10
@export var first_budget := 6
@export var budget_growth := 1.35
@export_range(0.05, 2.0, 0.05, "suffix:s") var spawn_gap := 0.4
@export var max_alive := 24

var wave := 0

var _alive := 0
var _queue: Array[PackedScene] = []
var _rng := RandomNumberGenerator.new()


func _ready() -> void:
	assert(roster.size() == costs.size(), "Every roster entry needs a cost")
	_rng.randomize()
	run()


## Plays all waves one after the other; a breather of three seconds lies between two waves.
func run() -> void:
	for index in range(1, wave_count + 1):
		wave = index
		GameEvents.wave_started.emit(wave, wave_count)
		_queue = compose_wave(budget_for(wave))
		await _spawn_queue()
		while _alive > 0:
			await get_tree().physics_frame
		GameEvents.wave_cleared.emit(wave)
		await get_tree().create_timer(3.0, false).timeout
	all_waves_cleared.emit()


## Threat points available in wave `index`, growing geometrically from `first_budget`.
func budget_for(index: int) -> int:
	return roundi(first_budget * pow(budget_growth, index - 1))


## Picks random affordable enemies until the budget is used up. Expensive types only appear while
## they cost at most half of what is left, so a wave never consists of one giant alone.
func compose_wave(budget: int) -> Array[PackedScene]:
	var picks: Array[PackedScene] = []
	var left := budget
	while left > 0:
		var affordable := PackedInt32Array()
		for i in costs.size():
			if costs[i] <= left and (costs[i] * 2 <= left or picks.size() > 2 or costs[i] == 1):
				affordable.append(i)
		if affordable.is_empty():
			break
		var choice := affordable[_rng.randi() % affordable.size()]
		picks.append(roster[choice])
		left -= costs[choice]
	return picks


## Spawn marker that is off screen and farthest from every living enemy, to keep the arena balanced.
## Falls back to a random marker when all of them are visible.
func pick_spawn_point(view: Rect2) -> Marker2D:
	var best: Marker2D = null
	var best_score := -INF
	for marker in spawn_points:
		if view.has_point(marker.global_position):
			continue
		var nearest := INF
		for node in get_tree().get_nodes_in_group(&"enemies"):
			var enemy := node as Node2D
			nearest = minf(nearest, enemy.global_position.distance_to(marker.global_position))
		if nearest > best_score:
			best_score = nearest
			best = marker
	if best == null and not spawn_points.is_empty():
		best = spawn_points[_rng.randi_range(0, spawn_points.size() - 1)]
	return best


# Spawns the queue one enemy at a time, waiting while the arena is full.
func _spawn_queue() -> void:
	while not _queue.is_empty():
		if _alive >= max_alive:
			await get_tree().physics_frame
			continue
		var scene: PackedScene = _queue.pop_back()
		var enemy: EnemyBase = scene.instantiate()
		var marker := pick_spawn_point(_visible_rect())
		enemy.position = marker.global_position
		enemy.tree_exited.connect(_on_enemy_gone)
		get_parent().add_child(enemy)
		_alive += 1
		await get_tree().create_timer(spawn_gap, false).timeout


# World rectangle covered by the active camera, slightly enlarged so nothing pops in at the border.
func _visible_rect() -> Rect2:
	var viewport := get_viewport()
	var inverse := viewport.get_canvas_transform().affine_inverse()
	return (inverse * viewport.get_visible_rect()).grow(64.0)


func _on_enemy_gone() -> void:
	_alive = maxi(0, _alive - 1)
