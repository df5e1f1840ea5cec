class_name MenuStack
extends Control
## Stack of menu screens with animated push and pop. Remembers which button had the focus.

signal emptied

const SLIDE := 0.22

## Pauses the game while at least one screen is open.
@export var pauses_game := true

var _screens: Array[Control] = []
var _focus_memory: Dictionary[Control, Control] = {}
var _busy := false


func _ready() -> void:
	process_mode = Node.PROCESS_MODE_ALWAYS
	for child in get_children():
		if child is Control:
			(child as Control).hide()


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"ui_cancel") and not _screens.is_empty():
		pop()
		get_viewport().set_input_as_handled()


func top() -> Control:
	return _screens.back() if not _screens.is_empty() else null


## Puts `screen` on top: the one below slides out to the left and loses its input.
func push(screen: Control) -> void:
	if _busy or screen in _screens:
		return
	_busy = true
	var below := top()
	if below != null:
		_focus_memory[below] = get_viewport().gui_get_focus_owner()
		await _slide(below, 0.0, -size.x * 0.3, 0.0)
		below.hide()
	_screens.append(screen)
	screen.show()
	await _slide(screen, size.x * 0.3, 0.0, 1.0)
	_focus_first(screen)
	_update_pause()
	_busy = false


## Closes the top screen and gives the focus back to the control that had it before.
func pop() -> void:
	if _busy or _screens.is_empty():
		return
	_busy = true
	var leaving: Control = _screens.pop_back()
	await _slide(leaving, 0.0, size.x * 0.3, 0.0)
	leaving.hide()
	var below := top()
	if below != null:
		below.show()
		await _slide(below, -size.x * 0.3, 0.0, 1.0)
		var remembered: Control = _focus_memory.get(below)
		if is_instance_valid(remembered):
			remembered.grab_focus()
		else:
			_focus_first(below)
	else:
		emptied.emit()
	_update_pause()
	_busy = false


## Closes all screens at once without animation, e.g. when the player quits to the title.
func clear() -> void:
	for screen in _screens:
		screen.hide()
	_screens.clear()
	_focus_memory.clear()
	_update_pause()
	emptied.emit()


func _update_pause() -> void:
	if pauses_game:
		get_tree().paused = not _screens.is_empty()


func _slide(screen: Control, from_x: float, to_x: float, alpha: float) -> void:
	screen.position.x = from_x
	var tween := create_tween().set_parallel().set_trans(Tween.TRANS_QUAD)
	tween.tween_property(screen, ^"position:x", to_x, SLIDE)
	tween.tween_property(screen, ^"modulate:a", alpha, SLIDE)
	await tween.finished


# Focuses the first visible control in tree order that accepts keyboard focus.
func _focus_first(root: Control) -> void:
	for node in root.find_children("*", "Control", true, false):
		var control := node as Control
		if control.focus_mode == Control.FOCUS_ALL and control.is_visible_in_tree():
			control.grab_focus()
			return
