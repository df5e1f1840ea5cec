class_name Carousel
extends Container
## Cards on a horizontal wheel: the selected one in front, its neighbours smaller and darker.

signal selected(index: int)

@export var card_size := Vector2(180.0, 240.0)
@export var spacing := 130.0
@export_range(0.3, 1.0, 0.05) var side_scale := 0.7
@export var snap_speed := 9.0
@export var loops := true

var index := 0:
	set(value):
		var count := get_child_count()
		if count == 0:
			return
		index = wrapi(value, 0, count) if loops else clampi(value, 0, count - 1)
		selected.emit(index)
		set_process(true)

var _scroll := 0.0
var _drag_from := 0.0
var _dragging := false


func _process(delta: float) -> void:
	if _dragging:
		return
	var distance := offset_from_center(index)
	_scroll += distance * (1.0 - exp(-snap_speed * delta))
	if absf(distance) < 0.002:
		_scroll = index
		set_process(false)
	queue_sort()


func _notification(what: int) -> void:
	if what == NOTIFICATION_SORT_CHILDREN:
		_arrange()


# Dragging scrolls freely and snaps to the nearest card on release; arrow actions step by one.
func _gui_input(event: InputEvent) -> void:
	var click := event as InputEventMouseButton
	if click != null and click.button_index == MOUSE_BUTTON_LEFT:
		_dragging = click.pressed
		if click.pressed:
			_drag_from = _scroll
		else:
			index = roundi(_scroll)
	elif event is InputEventMouseMotion and _dragging:
		_scroll -= event.relative.x / spacing
		queue_sort()
	elif event.is_action_pressed(&"ui_left"):
		index -= 1
		accept_event()
	elif event.is_action_pressed(&"ui_right"):
		index += 1
		accept_event()


## Signed distance, in cards, between card `card` and the middle of the view.
## On a looping wheel the shorter way round is taken.
func offset_from_center(card: int) -> float:
	var distance := card - _scroll
	if not loops:
		return distance
	var count := float(get_child_count())
	return fposmod(distance + count * 0.5, count) - count * 0.5


## How far the current drag has moved, in cards; zero when nothing is dragged.
func drag_distance() -> float:
	return _scroll - _drag_from if _dragging else 0.0


# Places every card by its distance from the middle; near cards are drawn on top.
func _arrange() -> void:
	for i in get_child_count():
		var card := get_child(i) as Control
		if card == null:
			continue
		var away := offset_from_center(i)
		var closeness := clampf(1.0 - absf(away), 0.0, 1.0)
		var corner := size * 0.5 - card_size * 0.5 + Vector2(away * spacing, 0.0)
		# This resets the scale, so it has to come before the scaling.
		fit_child_in_rect(card, Rect2(corner, card_size))
		card.pivot_offset = card_size * 0.5
		card.scale = Vector2.ONE * lerpf(side_scale, 1.0, closeness)
		card.modulate = Color.WHITE.darkened(0.5 * (1.0 - closeness))
		card.z_index = 10 - roundi(absf(away))
