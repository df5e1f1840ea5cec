@tool
class_name ScatterArea
extends Node2D
## Holds scattered props and the rules for placing them: density, spacing, random look.

@export var scenes: Array[PackedScene] = []:
	set(value):
		scenes = value
		update_configuration_warnings()
@export_range(4.0, 256.0, 1.0, "suffix:px") var spacing := 40.0
@export_range(0.0, 180.0, 1.0, "degrees") var random_rotation := 180.0
@export var scale_range := Vector2(0.8, 1.2)
@export var random_flip := true
@export var seed_value := 1

var _rng := RandomNumberGenerator.new()


func _ready() -> void:
	_rng.seed = seed_value


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := PackedStringArray()
	if scenes.is_empty():
		warnings.append("Add at least one scene to scatter.")
	if scenes.has(null):
		warnings.append("The scene list has an empty entry.")
	return warnings


## Points inside a circle that keep `spacing` to each other and to existing children.
## Tries thirty random candidates per accepted point, then stops.
func sample_disc(center: Vector2, radius: float) -> PackedVector2Array:
	var out := PackedVector2Array()
	var failures := 0
	while failures < 30:
		# The square root spreads points evenly instead of crowding the centre.
		var distance := radius * sqrt(_rng.randf())
		var candidate := center + Vector2.from_angle(_rng.randf() * TAU) * distance
		if _is_clear(candidate, out):
			out.append(candidate)
			failures = 0
		else:
			failures += 1
	return out


## Instance of a random scene at `spot` with random rotation, scale and mirroring.
func make_instance(spot: Vector2) -> Node2D:
	var scene := scenes[_rng.randi_range(0, scenes.size() - 1)]
	var node := scene.instantiate() as Node2D
	node.position = spot
	node.rotation_degrees = _rng.randf_range(-random_rotation, random_rotation)
	node.scale = Vector2.ONE * _rng.randf_range(scale_range.x, scale_range.y)
	if random_flip and _rng.randf() < 0.5:
		node.scale.x = -node.scale.x
	return node


## Scattered props whose origin lies inside the circle, in local coordinates.
func children_within(center: Vector2, radius: float) -> Array[Node2D]:
	var out: Array[Node2D] = []
	for child in get_children():
		var node := child as Node2D
		if node != null and node.position.distance_to(center) <= radius:
			out.append(node)
	return out


func _is_clear(candidate: Vector2, pending: PackedVector2Array) -> bool:
	var limit := spacing * spacing
	for point in pending:
		if point.distance_squared_to(candidate) < limit:
			return false
	return children_within(candidate, spacing).is_empty()
