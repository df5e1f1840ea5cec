class_name RebindRow
extends HBoxContainer
## One line of the controls page: shows an action's key and listens for a new one.

signal rebound(action: StringName, event: InputEvent)
signal conflict_found(action: StringName, other: StringName)

const CANCEL_KEY := KEY_ESCAPE
const LISTEN_SECONDS := 5.0

@export var action: StringName

var _listening := false

@onready var _label: Label = $Label
@onready var _button: Button = $Button


func _ready() -> void:
	_label.text = action.capitalize()
	_button.toggle_mode = true
	_button.pressed.connect(listen)
	refresh()


# While listening, Escape cancels and any key or button press becomes the new binding.
func _input(event: InputEvent) -> void:
	if not _listening or not event.is_pressed() or event.is_echo():
		return
	if event is InputEventKey and event.keycode == CANCEL_KEY:
		_stop()
	elif (
		event is InputEventKey or event is InputEventMouseButton or event is InputEventJoypadButton
	):
		rebind(event)
		_stop()
	else:
		return
	get_viewport().set_input_as_handled()


## Waits for the next key, mouse or gamepad button; gives up after five seconds.
func listen() -> void:
	if _listening:
		return
	_listening = true
	_button.text = "Press a key..."
	await get_tree().create_timer(LISTEN_SECONDS).timeout
	if _listening:
		_stop()


## Replaces the keyboard/mouse or the gamepad binding of the action, depending on `event`'s kind,
## and stores it. The binding is refused if another action already uses the same event.
func rebind(event: InputEvent) -> bool:
	var other := find_conflict(event)
	if other != &"":
		conflict_found.emit(action, other)
		return false
	for old in InputMap.action_get_events(action):
		if is_gamepad(old) == is_gamepad(event):
			InputMap.action_erase_event(action, old)
	InputMap.action_add_event(action, event)
	Settings.store_binding(action)
	rebound.emit(action, event)
	return true


## Name of another game action that reacts to `event`; built-in `ui_` actions are ignored.
func find_conflict(event: InputEvent) -> StringName:
	for other in InputMap.get_actions():
		if other == action or other.begins_with("ui_"):
			continue
		if InputMap.event_is_action(event, other, true):
			return other
	return &""


static func is_gamepad(event: InputEvent) -> bool:
	return event is InputEventJoypadButton or event is InputEventJoypadMotion


## Short text for the button, e.g. "E, Joypad 0". Physical keys are shown in the user's layout.
func binding_text() -> String:
	var parts := PackedStringArray()
	for event in InputMap.action_get_events(action):
		var key := event as InputEventKey
		if key != null and key.physical_keycode != KEY_NONE:
			var code := DisplayServer.keyboard_get_keycode_from_physical(key.physical_keycode)
			parts.append(OS.get_keycode_string(code))
		elif event is InputEventJoypadButton:
			parts.append("Joypad %d" % event.button_index)
		else:
			parts.append(event.as_text())
	return ", ".join(parts) if not parts.is_empty() else "unbound"


func refresh() -> void:
	_button.text = binding_text()


func _stop() -> void:
	_listening = false
	_button.set_pressed_no_signal(false)
	refresh()
