class_name Radar
extends Control
## Round minimap drawn by hand: blips for enemies and pickups, a sweep line and a ring grid.

@export var center_on: Node2D
@export var world_range := 1200.0
@export var rings := 3
@export var sweep_period := 2.5
@export var background := Color(0.02, 0.08, 0.05, 0.75)
@export var line_color := Color(0.2, 0.9, 0.4, 0.5)
@export var enemy_color := Color.ORANGE_RED
@export var pickup_color := Color.GOLD

var _sweep := 0.0


func _ready() -> void:
	custom_minimum_size = Vector2(120.0, 120.0)


func _process(delta: float) -> void:
	_sweep = fposmod(_sweep + delta * TAU / sweep_period, TAU)
	queue_redraw()


# Background, range rings, the rotating sweep line and finally the blips of both groups.
func _draw() -> void:
	var radius := minf(size.x, size.y) * 0.5
	var middle := size * 0.5
	draw_circle(middle, radius, background)
	for i in range(1, rings + 1):
		draw_arc(middle, radius * i / rings, 0.0, TAU, 48, line_color, 1.0, true)
	draw_line(middle, middle + Vector2.from_angle(_sweep) * radius, line_color, 2.0, true)
	if not is_instance_valid(center_on):
		return
	_draw_group(&"enemies", enemy_color, middle, radius)
	_draw_group(&"pickups", pickup_color, middle, radius)


## Converts a world position into a point on the radar. Anything beyond the range sticks to the rim.
func world_to_radar(world: Vector2) -> Vector2:
	var radius := minf(size.x, size.y) * 0.5
	var offset := (world - center_on.global_position) / world_range * radius
	return size * 0.5 + offset.limit_length(radius - 3.0)


# Blips light up when the sweep passes and fade until it comes round again.
func _draw_group(group: StringName, color: Color, middle: Vector2, radius: float) -> void:
	for node in get_tree().get_nodes_in_group(group):
		var item := node as Node2D
		if item == null or not item.is_visible_in_tree():
			continue
		var point := world_to_radar(item.global_position)
		var lag := fposmod(_sweep - (point - middle).angle(), TAU) / TAU
		var on_rim := (point - middle).length() > radius - 4.0
		var tint := Color(color, lerpf(1.0, 0.15, lag))
		if on_rim:
			draw_arc(point, 3.0, 0.0, TAU, 12, tint, 1.0)
		else:
			draw_circle(point, 2.5, tint)
