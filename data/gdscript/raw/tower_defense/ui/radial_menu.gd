class_name RadialMenu
extends Control
## Ring of options around a tower, drawn by hand and opened with an unfolding animation.

signal option_chosen(id: StringName)

@export var inner_radius := 34.0
@export var outer_radius := 84.0
@export_range(0.0, 20.0, 0.5, "degrees") var gap_degrees := 4.0
@export var base_color := Color(0.12, 0.13, 0.18, 0.92)
@export var hover_color := Color(0.95, 0.7, 0.2)
@export var disabled_color := Color(0.2, 0.2, 0.2, 0.6)

var _options: Array[Dictionary] = []
var _hovered := -1
var _unfold := 0.0:
	set(value):
		_unfold = value
		queue_redraw()


func _ready() -> void:
	hide()


## Shows the menu around `center`. Each option is a dictionary with `id`, `label`, `icon` and
## `enabled`; they are laid out clockwise from the top.
func open(center: Vector2, options: Array[Dictionary]) -> void:
	_options = options
	_hovered = -1
	position = center - size * 0.5
	show()
	var tween := create_tween().set_trans(Tween.TRANS_BACK).set_ease(Tween.EASE_OUT)
	tween.tween_property(self, ^"_unfold", 1.0, 0.2).from(0.0)


func close() -> void:
	var tween := create_tween()
	tween.tween_property(self, ^"_unfold", 0.0, 0.1)
	tween.tween_callback(hide)


## Index of the segment under `point` (local coordinates), or -1 between and outside the segments.
func segment_at(point: Vector2) -> int:
	if _options.is_empty():
		return -1
	var offset := point - size * 0.5
	var distance := offset.length()
	if distance < inner_radius or distance > outer_radius:
		return -1
	var slice := TAU / _options.size()
	var angle := fposmod(offset.angle() + PI * 0.5 + slice * 0.5, TAU)
	return int(angle / slice) % _options.size()


func _gui_input(event: InputEvent) -> void:
	if event is InputEventMouseMotion:
		var hit := segment_at(event.position)
		if hit != _hovered:
			_hovered = hit
			queue_redraw()
	elif event.is_action_pressed(&"place"):
		if _hovered >= 0 and _options[_hovered].get("enabled", true):
			option_chosen.emit(_options[_hovered]["id"])
		close()
		accept_event()


func _draw() -> void:
	var slice := TAU / maxi(1, _options.size())
	for i in _options.size():
		var middle := -PI * 0.5 + slice * i
		var half := (slice * 0.5 - deg_to_rad(gap_degrees) * 0.5) * _unfold
		var color := base_color
		if not _options[i].get("enabled", true):
			color = disabled_color
		elif i == _hovered:
			color = hover_color
		draw_colored_polygon(_ring_segment(middle - half, middle + half), color)
		_draw_option(i, middle)


# Polygon of a ring piece: the outer arc forwards, then the inner arc backwards.
func _ring_segment(from: float, to: float) -> PackedVector2Array:
	var steps := 12
	var points := PackedVector2Array()
	for i in steps + 1:
		points.append(_polar(lerpf(from, to, float(i) / steps), outer_radius * _unfold))
	for i in steps + 1:
		points.append(_polar(lerpf(to, from, float(i) / steps), inner_radius * _unfold))
	return points


func _draw_option(index: int, angle: float) -> void:
	var spot := _polar(angle, (inner_radius + outer_radius) * 0.5 * _unfold)
	var icon: Texture2D = _options[index].get("icon")
	if icon != null:
		draw_texture(icon, spot - icon.get_size() * 0.5)
	var font := get_theme_default_font()
	var label: String = _options[index].get("label", "")
	var extent := font.get_string_size(label, HORIZONTAL_ALIGNMENT_LEFT, -1, 11)
	draw_string(
		font, spot + Vector2(-extent.x * 0.5, 24.0), label, HORIZONTAL_ALIGNMENT_LEFT, -1, 11
	)


func _polar(angle: float, radius: float) -> Vector2:
	return size * 0.5 + Vector2.from_angle(angle) * radius
