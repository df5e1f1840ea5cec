@tool
class_name RadialGauge
extends Range
## Circular progress bar with a colour ramp, tick marks and an optional ghost of the old value.

@export_range(-360.0, 360.0, 1.0, "degrees") var start_angle := -210.0:
	set(value_in):
		start_angle = value_in
		queue_redraw()
@export_range(10.0, 360.0, 1.0, "degrees") var sweep := 240.0:
	set(value_in):
		sweep = value_in
		queue_redraw()
@export var thickness := 14.0
@export var ramp: Gradient
@export var track_color := Color(1.0, 1.0, 1.0, 0.12)
@export_range(0, 60) var ticks := 10
@export var ghost_speed := 0.6

var _ghost := 0.0


func _ready() -> void:
	value_changed.connect(_on_value_changed)
	_ghost = ratio
	set_process(false)


func _process(delta: float) -> void:
	_ghost = move_toward(_ghost, ratio, ghost_speed * delta)
	if is_equal_approx(_ghost, ratio):
		set_process(false)
	queue_redraw()


func _get_minimum_size() -> Vector2:
	return Vector2.ONE * thickness * 4.0


# Track, ghost of the former value, the bar itself and the tick marks on the inside.
func _draw() -> void:
	var radius := minf(size.x, size.y) * 0.5 - thickness * 0.5
	var middle := size * 0.5
	_draw_part(middle, radius, 0.0, 1.0, track_color)
	if _ghost > ratio:
		_draw_part(middle, radius, ratio, _ghost, Color(1.0, 1.0, 1.0, 0.5))
	_draw_part(middle, radius, 0.0, ratio, color_at(ratio))
	for i in ticks + 1 if ticks > 0 else 0:
		var direction := Vector2.from_angle(angle_at(float(i) / ticks))
		var inner := radius - thickness * 0.5
		draw_line(middle + direction * (inner - 4.0), middle + direction * inner, track_color, 1.0)


## Angle in radians that belongs to a ratio between 0 and 1.
func angle_at(at_ratio: float) -> float:
	return deg_to_rad(start_angle + sweep * at_ratio)


## Colour of the bar for a ratio: sampled from the ramp, or green to red if there is none.
func color_at(at_ratio: float) -> Color:
	if ramp != null:
		return ramp.sample(at_ratio)
	return Color.from_hsv(0.33 * at_ratio, 0.8, 0.9)


func _draw_part(middle: Vector2, radius: float, from: float, to: float, color: Color) -> void:
	if to - from < 0.001:
		return
	var points := maxi(4, int(64.0 * (to - from)))
	draw_arc(middle, radius, angle_at(from), angle_at(to), points, color, thickness, true)


# Losing value leaves a ghost behind that catches up slowly; gains jump immediately.
func _on_value_changed(_value: float) -> void:
	_ghost = maxf(_ghost, ratio)
	set_process(true)
	queue_redraw()
