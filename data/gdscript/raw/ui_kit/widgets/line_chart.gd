class_name LineChart
extends Control
## Scrolling line chart for several named series, with automatic scale and a hover read-out.

signal point_hovered(series: String, index: int, value: float)

@export_range(2, 2000) var capacity := 240
@export var grid_lines := 4
@export var margins := Vector2(36.0, 12.0)
@export var palette: Array[Color] = [Color.CORAL, Color.AQUAMARINE, Color.KHAKI, Color.PLUM]
## Keeps zero in view even if all values are far away from it.
@export var include_zero := true

var _series: Dictionary[String, PackedFloat32Array] = {}
var _low := 0.0
var _high := 1.0
var _hover_index := -1


func _ready() -> void:
	clip_contents = true
	mouse_exited.connect(_set_hover.bind(-1))


## Appends one sample to `series`, which is created on first use. Old samples scroll out.
func add_sample(series: String, value: float) -> void:
	var data: PackedFloat32Array = _series.get(series, PackedFloat32Array())
	data.append(value)
	if data.size() > capacity:
		data = data.slice(data.size() - capacity)
	_series[series] = data
	_rescale()
	queue_redraw()


func clear_series(series: String) -> void:
	_series.erase(series)
	queue_redraw()


## Rounds `span / lines` to 1, 2 or 5 times a power of ten, which makes readable grid labels.
static func nice_step(span: float, lines: int) -> float:
	if span <= 0.0 or lines <= 0:
		return 1.0
	var raw := span / lines
	var magnitude := pow(10.0, floorf(log(raw) / log(10.0)))
	var normalized := raw / magnitude
	if normalized <= 1.0:
		return magnitude
	if normalized <= 2.0:
		return 2.0 * magnitude
	return (5.0 if normalized <= 5.0 else 10.0) * magnitude


func _draw() -> void:
	_draw_grid()
	var color_index := 0
	for series: String in _series:
		var color := palette[color_index % palette.size()]
		var points := _points_of(_series[series])
		if points.size() > 1:
			draw_polyline(points, color, 1.5, true)
		if _hover_index >= 0 and _hover_index < points.size():
			draw_circle(points[_hover_index], 3.0, color)
		color_index += 1


func _gui_input(event: InputEvent) -> void:
	var motion := event as InputEventMouseMotion
	if motion == null:
		return
	var inner := size.x - margins.x * 2.0
	_set_hover(roundi((motion.position.x - margins.x) / inner * (capacity - 1)))
	for series: String in _series:
		if _hover_index >= 0 and _hover_index < _series[series].size():
			point_hovered.emit(series, _hover_index, _series[series][_hover_index])


func _set_hover(index: int) -> void:
	if index != _hover_index:
		_hover_index = index
		queue_redraw()


# Finds the lowest and highest value over all series; a flat chart gets a range of one.
func _rescale() -> void:
	_low = 0.0 if include_zero else INF
	_high = 0.0 if include_zero else -INF
	for data: PackedFloat32Array in _series.values():
		for value in data:
			_low = minf(_low, value)
			_high = maxf(_high, value)
	if is_equal_approx(_low, _high):
		_high = _low + 1.0


# Maps samples to pixels inside the margins, oldest on the left.
func _points_of(data: PackedFloat32Array) -> PackedVector2Array:
	var out := PackedVector2Array()
	var inner := size - margins * 2.0
	for i in data.size():
		var x := margins.x + inner.x * i / (capacity - 1)
		var y := margins.y + inner.y * (1.0 - inverse_lerp(_low, _high, data[i]))
		out.append(Vector2(x, y))
	return out


# Horizontal lines with captions at round values between the lowest and highest sample.
func _draw_grid() -> void:
	var font := get_theme_default_font()
	var step := nice_step(_high - _low, grid_lines)
	var level := ceilf(_low / step) * step
	while level <= _high:
		var y := margins.y + (size.y - margins.y * 2.0) * (1.0 - inverse_lerp(_low, _high, level))
		draw_line(Vector2(margins.x, y), Vector2(size.x - margins.x, y), Color(1, 1, 1, 0.1))
		var caption := String.num(level, 2)
		draw_string(font, Vector2(2.0, y + 4.0), caption, HORIZONTAL_ALIGNMENT_LEFT, margins.x, 9)
		level += step
