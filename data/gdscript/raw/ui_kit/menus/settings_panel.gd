class_name SettingsPanel
extends TabContainer
## Builds the settings screen from a table, so that a new option is one line of data.

const KIND_SLIDER := &"slider"
const KIND_CHECK := &"check"
const KIND_CHOICE := &"choice"

## Tab title -> rows. Every row names the setting key, a label and the kind of control.
const LAYOUT: Dictionary[String, Array] = {
	"Video": [
		{
			"key": "video/window_mode",
			"label": "Window",
			"kind": KIND_CHOICE,
			"options": {"Windowed": 0, "Fullscreen": 3, "Exclusive": 4},
		},
		{"key": "video/vsync", "label": "V-Sync", "kind": KIND_CHECK},
		{"key": "video/render_scale", "label": "Render scale", "kind": KIND_SLIDER, "max": 2.0},
	],
	"Audio": [
		{"key": "audio/Master", "label": "Master", "kind": KIND_SLIDER},
		{"key": "audio/Music", "label": "Music", "kind": KIND_SLIDER},
		{"key": "audio/Effects", "label": "Effects", "kind": KIND_SLIDER},
	],
	"Accessibility": [
		{"key": "access/text_scale", "label": "Text size", "kind": KIND_SLIDER, "max": 1.6},
		{"key": "game/screen_shake", "label": "Screen shake", "kind": KIND_SLIDER},
	],
}

var _controls: Dictionary[String, Control] = {}


func _ready() -> void:
	for title: String in LAYOUT:
		var page := VBoxContainer.new()
		page.name = title
		for row: Dictionary in LAYOUT[title]:
			page.add_child(_build_row(row))
		var reset_button := Button.new()
		reset_button.text = "Reset"
		reset_button.pressed.connect(_reset_page.bind(title))
		page.add_child(reset_button)
		add_child(page)
	Settings.changed.connect(_on_setting_changed)


## Copies the stored values of all settings into the controls without triggering their signals.
func sync_controls() -> void:
	for key: String in _controls:
		_show_value(key, Settings.fetch(key))


# Label on the left, the control that fits the row's kind on the right, showing the stored value.
func _build_row(row: Dictionary) -> Control:
	var line := HBoxContainer.new()
	var label := Label.new()
	label.text = row["label"]
	label.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	line.add_child(label)
	var key: String = row["key"]
	var control: Control
	match row["kind"]:
		KIND_CHECK:
			control = _make_check(key)
		KIND_CHOICE:
			control = _make_choice(key, row["options"])
		_:
			control = _make_slider(key, row.get("max", 1.0))
	control.custom_minimum_size.x = 220.0
	line.add_child(control)
	_controls[key] = control
	_show_value(key, Settings.fetch(key))
	return line


func _make_check(key: String) -> CheckButton:
	var check := CheckButton.new()
	check.toggled.connect(func(on: bool) -> void: Settings.put(key, on))
	return check


func _make_slider(key: String, maximum: float) -> HSlider:
	var slider := HSlider.new()
	# A scale of zero would make the game unusable, so zero is only reachable for plain levels.
	slider.min_value = 0.0 if maximum <= 1.0 else 0.5
	slider.max_value = maximum
	slider.step = 0.05
	slider.value_changed.connect(func(amount: float) -> void: Settings.put(key, amount))
	return slider


# The engine value of every option travels as item metadata.
func _make_choice(key: String, options: Dictionary) -> OptionButton:
	var button := OptionButton.new()
	for title: String in options:
		button.add_item(title)
		button.set_item_metadata(button.item_count - 1, options[title])
	button.item_selected.connect(
		func(index: int) -> void: Settings.put(key, button.get_item_metadata(index))
	)
	return button


# Puts `value` into the control of `key` silently, whatever kind of control it is.
func _show_value(key: String, value: Variant) -> void:
	var control := _controls[key]
	if control is CheckButton:
		(control as CheckButton).set_pressed_no_signal(value)
	elif control is HSlider:
		(control as HSlider).set_value_no_signal(value)
	elif control is OptionButton:
		var choice := control as OptionButton
		for i in choice.item_count:
			if choice.get_item_metadata(i) == value:
				choice.select(i)


func _reset_page(title: String) -> void:
	for row: Dictionary in LAYOUT[title]:
		Settings.put(row["key"], Settings.DEFAULTS[row["key"]])


func _on_setting_changed(key: String, value: Variant) -> void:
	if _controls.has(key):
		_show_value(key, value)
