class_name Creep
extends Node2D
## Walks along the flow field to the exit. Ground creeps avoid each other, flyers go straight.

signal died(creep: Creep)
signal leaked(creep: Creep)

@export var max_hit_points := 40.0
@export var armor := 0.0
@export var walk_speed := 55.0
@export var bounty := 6
@export var leak_cost := 1
@export var flying := false

var hit_points := 0.0
var field: FlowField
var grid: MazeGrid

var _slows: Dictionary[Node, float] = {}
var _frozen_left := 0.0

@onready var _bar: ProgressBar = $HealthBar
@onready var _sprite: AnimatedSprite2D = $AnimatedSprite2D


func _ready() -> void:
	add_to_group(&"creeps")
	hit_points = max_hit_points
	_bar.max_value = max_hit_points
	_bar.hide()


# Waits out a freeze, leaks at the exit, otherwise walks or flies on and faces the direction.
func _physics_process(delta: float) -> void:
	if _frozen_left > 0.0:
		_frozen_left -= delta
		_sprite.pause()
		return
	_sprite.play()
	var cell := grid.local_to_map(position)
	if cell == grid.exit_cell:
		_leak()
		return
	var direction := _flight_direction() if flying else _walk_direction()
	position += direction * current_speed() * delta
	if direction.x != 0.0:
		_sprite.flip_h = direction.x < 0.0


## Speed after the strongest slow; slows from several towers do not add up.
func current_speed() -> float:
	var strongest := 0.0
	for amount: float in _slows.values():
		strongest = maxf(strongest, amount)
	return walk_speed * (1.0 - strongest)


func set_slow(source: Node, amount: float) -> void:
	_slows[source] = clampf(amount, 0.0, 0.9)


func clear_slow(source: Node) -> void:
	_slows.erase(source)


## Stops the creep for `seconds`. Shorter freezes do not cut a running one short.
func freeze(seconds: float) -> void:
	_frozen_left = maxf(_frozen_left, seconds)


## Reduces hit points after armour, which absorbs at most 80 % of a hit. Returns the damage done.
func take_hit(amount: float) -> float:
	if hit_points <= 0.0:
		return 0.0
	var dealt := minf(maxf(amount - armor, amount * 0.2), hit_points)
	hit_points -= dealt
	_bar.value = hit_points
	_bar.show()
	if hit_points <= 0.0:
		Economy.gold += bounty
		died.emit(self)
		queue_free()
	return dealt


## Remaining way to the exit in pixels, used to find out who is in front.
func distance_left() -> float:
	if flying:
		return position.distance_to(grid.map_to_local(grid.exit_cell))
	var steps := field.distance_at(grid.local_to_map(position))
	return INF if steps < 0 else float(steps * grid.tile_set.tile_size.x)


func _flight_direction() -> Vector2:
	return position.direction_to(grid.map_to_local(grid.exit_cell))


# A creep that got trapped on a fresh tower walks to the nearest open cell first.
func _walk_direction() -> Vector2:
	var tile := Vector2(grid.tile_set.tile_size)
	var direction := field.sample(position / tile - Vector2(0.5, 0.5))
	if direction != Vector2.ZERO:
		return direction
	var here := grid.local_to_map(position)
	for offset in FlowField.NEIGHBOURS:
		if field.distance_at(here + offset) >= 0:
			return position.direction_to(grid.map_to_local(here + offset))
	return Vector2.ZERO


func _leak() -> void:
	Economy.lives -= leak_cost
	leaked.emit(self)
	queue_free()
