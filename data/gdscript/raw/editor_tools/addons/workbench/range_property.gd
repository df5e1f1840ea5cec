@tool
extends EditorProperty
## Inspector row with a bar and two handles for the lower and upper end of a Vector2 range.

const HANDLE_WIDTH := 8.0

var _limits := Vector3(0.0, 1.0, 0.01)
var _value := Vector2.ZERO
var _dragged := -1
var _bar := Control.new()


func _init() -> void:
	_bar.custom_minimum_size.y = 26.0
	_bar.draw.connect(_draw_bar)
	_bar.gui_input.connect(_on_bar_input)
	add_child(_bar)
	add_focusable(_bar)


## Sets minimum (x), maximum (y) and step (z) of the slider.
func configure(limits: Vector3) -> void:
	_limits = limits


func _update_property() -> void:
	_value = get_edited_object().get(get_edited_property())
	_bar.queue_redraw()


## Moves the handle with the given index to `amount` without letting the handles cross.
func with_handle(range_value: Vector2, handle: int, amount: float) -> Vector2:
	var snapped_amount := clampf(snappedf(amount, _limits.z), _limits.x, _limits.y)
	if handle == 0:
		return Vector2(minf(snapped_amount, range_value.y), range_value.y)
	return Vector2(range_value.x, maxf(snapped_amount, range_value.x))


func _draw_bar() -> void:
	var extent := _bar.size
	var left := _to_pixel(_value.x)
	var right := _to_pixel(_value.y)
	_bar.draw_rect(Rect2(0.0, extent.y * 0.4, extent.x, extent.y * 0.2), Color(1, 1, 1, 0.1))
	var filled := Rect2(left, extent.y * 0.4, right - left, extent.y * 0.2)
	_bar.draw_rect(filled, get_theme_color(&"accent_color", &"Editor"))
	for pixel: float in [left, right]:
		var handle := Rect2(pixel - HANDLE_WIDTH * 0.5, 2.0, HANDLE_WIDTH, extent.y - 4.0)
		_bar.draw_rect(handle, Color.WHITE)


# A click grabs the nearest handle, dragging moves it.
func _on_bar_input(event: InputEvent) -> void:
	var click := event as InputEventMouseButton
	if click != null and click.button_index == MOUSE_BUTTON_LEFT:
		_dragged = _nearest_handle(click.position.x) if click.pressed else -1
	elif event is InputEventMouseMotion and _dragged >= 0:
		var amount := lerpf(_limits.x, _limits.y, event.position.x / _bar.size.x)
		_value = with_handle(_value, _dragged, amount)
		# Changing while dragging lets the inspector merge the whole drag into one undo step.
		emit_changed(get_edited_property(), _value, &"", true)
		_bar.queue_redraw()


func _nearest_handle(pixel: float) -> int:
	var to_low := absf(pixel - _to_pixel(_value.x))
	var to_high := absf(pixel - _to_pixel(_value.y))
	if is_equal_approx(to_low, to_high):
		return 0 if pixel < _to_pixel(_value.x) else 1
	return 0 if to_low < to_high else 1


func _to_pixel(amount: float) -> float:
	return inverse_lerp(_limits.x, _limits.y, amount) * _bar.size.x
