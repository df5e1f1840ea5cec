extends CanvasLayer
## Short messages that slide in at the corner, stack up and leave again.

enum Level { INFO, SUCCESS, WARNING, ERROR }

const MAX_VISIBLE := 4
const SLIDE_SECONDS := 0.25
const LEVEL_COLORS: Array[Color] = [
	Color.SKY_BLUE, Color.MEDIUM_SEA_GREEN, Color.GOLDENROD, Color.INDIAN_RED
]

var _waiting: Array[Dictionary] = []
var _stack := VBoxContainer.new()


func _ready() -> void:
	layer = 90
	process_mode = Node.PROCESS_MODE_ALWAYS
	_stack.set_anchors_and_offsets_preset(
		Control.PRESET_BOTTOM_RIGHT, Control.PRESET_MODE_MINSIZE, 16
	)
	_stack.grow_horizontal = Control.GROW_DIRECTION_BEGIN
	_stack.grow_vertical = Control.GROW_DIRECTION_BEGIN
	add_child(_stack)


## Shows `text` for `seconds`. The same message twice in a row is counted ("Saved (2)") instead of
## being shown twice. Messages beyond the visible maximum wait for their turn.
func show_message(text: String, level: Level = Level.INFO, seconds: float = 3.0) -> void:
	var newest := _newest()
	if newest != null and newest.get_meta(&"text") == text:
		_bump(newest, seconds)
		return
	if _stack.get_child_count() >= MAX_VISIBLE:
		_waiting.append({"text": text, "level": level, "seconds": seconds})
		return
	_spawn(text, level, seconds)


## Removes everything that is on screen or waiting, without animation.
func clear() -> void:
	_waiting.clear()
	for child in _stack.get_children():
		child.queue_free()


func _newest() -> Control:
	var count := _stack.get_child_count()
	return _stack.get_child(count - 1) as Control if count > 0 else null


# Builds the panel of one toast with its coloured edge, fades it in and plans its removal.
func _spawn(text: String, level: Level, seconds: float) -> void:
	var panel := PanelContainer.new()
	var style := StyleBoxFlat.new()
	style.bg_color = Color(0.1, 0.1, 0.12, 0.95)
	style.border_color = LEVEL_COLORS[level]
	style.border_width_left = 4
	style.set_corner_radius_all(4)
	style.set_content_margin_all(10.0)
	panel.add_theme_stylebox_override(&"panel", style)
	var label := Label.new()
	label.text = text
	panel.add_child(label)
	panel.set_meta(&"text", text)
	panel.set_meta(&"count", 1)
	_stack.add_child(panel)
	panel.modulate.a = 0.0
	panel.create_tween().tween_property(panel, ^"modulate:a", 1.0, SLIDE_SECONDS)
	_schedule_removal(panel, seconds)


# Counts a repeated message, lets the panel pop a little and restarts its countdown.
func _bump(panel: Control, seconds: float) -> void:
	var count: int = panel.get_meta(&"count") + 1
	panel.set_meta(&"count", count)
	var label := panel.get_child(0) as Label
	label.text = "%s (%d)" % [panel.get_meta(&"text"), count]
	var tween := panel.create_tween()
	tween.tween_property(panel, ^"scale", Vector2.ONE, 0.2).from(Vector2.ONE * 1.08)
	_schedule_removal(panel, seconds)


# A serial number makes an older countdown give up once the toast has been bumped.
func _schedule_removal(panel: Control, seconds: float) -> void:
	var serial: int = panel.get_meta(&"serial", 0) + 1
	panel.set_meta(&"serial", serial)
	await get_tree().create_timer(seconds).timeout
	if not is_instance_valid(panel) or panel.get_meta(&"serial") != serial:
		return
	var tween := panel.create_tween()
	tween.tween_property(panel, ^"modulate:a", 0.0, SLIDE_SECONDS)
	await tween.finished
	panel.queue_free()
	await panel.tree_exited
	if not _waiting.is_empty():
		var next: Dictionary = _waiting.pop_front()
		_spawn(next["text"], next["level"], next["seconds"])
