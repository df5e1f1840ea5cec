class_name ConfirmDialog
extends Window
## Question with two buttons that can be awaited like a function call.

signal answered(accepted: bool)

var _message := Label.new()
var _yes := Button.new()
var _no := Button.new()
var _guard_left := 0.0


func _init() -> void:
	transient = true
	exclusive = true
	unresizable = true
	visible = false
	var box := VBoxContainer.new()
	box.set_anchors_preset(Control.PRESET_FULL_RECT)
	_message.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART
	_message.size_flags_vertical = Control.SIZE_EXPAND_FILL
	box.add_child(_message)
	var buttons := HBoxContainer.new()
	buttons.alignment = BoxContainer.ALIGNMENT_CENTER
	buttons.add_child(_yes)
	buttons.add_child(_no)
	box.add_child(buttons)
	add_child(box)
	_yes.pressed.connect(_answer.bind(true))
	_no.pressed.connect(_answer.bind(false))
	close_requested.connect(_answer.bind(false))


func _process(delta: float) -> void:
	if _guard_left > 0.0:
		_guard_left -= delta
		_yes.disabled = _guard_left > 0.0


## Opens the dialog and waits for the answer: `if await dialog.ask("Delete this save?"): ...`
## With `guard_seconds` the yes button stays locked at first, against accidental clicks.
func ask(
	question: String, yes_text: String = "Yes", no_text: String = "No", guard_seconds: float = 0.0
) -> bool:
	_message.text = question
	_yes.text = yes_text
	_no.text = no_text
	_guard_left = guard_seconds
	_yes.disabled = guard_seconds > 0.0
	popup_centered(Vector2i(360, 140))
	_no.grab_focus()
	var accepted: bool = await answered
	return accepted


func _answer(accepted: bool) -> void:
	hide()
	answered.emit(accepted)
