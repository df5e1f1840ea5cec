extends Node
## User settings: defaults, persistence in a ConfigFile and application to the engine.
##
## Keys are written as `section/name`, e.g. `video/vsync`.

signal changed(key: String, value: Variant)

const PATH := "user://settings.cfg"
const DEFAULTS: Dictionary[String, Variant] = {
	"video/window_mode": DisplayServer.WINDOW_MODE_WINDOWED,
	"video/vsync": true,
	"video/render_scale": 1.0,
	"video/max_fps": 0,
	"audio/Master": 0.8,
	"audio/Music": 0.7,
	"audio/Effects": 1.0,
	"game/language": "en",
	"game/screen_shake": 1.0,
	"access/text_scale": 1.0,
}

var _values: Dictionary[String, Variant] = {}
var _save_queued := false


func _ready() -> void:
	_values = DEFAULTS.duplicate()
	_load()
	for key: String in _values:
		_apply(key)
	load_bindings()


func _notification(what: int) -> void:
	# Mobile systems may kill the app after this without any further warning.
	if what == NOTIFICATION_APPLICATION_PAUSED or what == NOTIFICATION_WM_CLOSE_REQUEST:
		_save()


## Current value of `key`. Unknown keys are a programming error and give null.
func fetch(key: String) -> Variant:
	assert(DEFAULTS.has(key), "Unknown setting " + key)
	return _values.get(key)


## Stores a value, applies it to the engine, tells listeners and saves once at the end of the frame.
func put(key: String, value: Variant) -> void:
	if _values.get(key) == value:
		return
	_values[key] = value
	_apply(key)
	changed.emit(key, value)
	if not _save_queued:
		_save_queued = true
		_save.call_deferred()


## Puts every key of `section` back to its default; an empty section resets everything.
func reset(section: String = "") -> void:
	for key: String in DEFAULTS:
		if section.is_empty() or key.begins_with(section + "/"):
			put(key, DEFAULTS[key])


func is_default(key: String) -> bool:
	return _values[key] == DEFAULTS[key]


## Saves the events of an input action so that they survive a restart.
func store_binding(action: StringName) -> void:
	var config := ConfigFile.new()
	config.load(PATH)
	config.set_value("bindings", action, InputMap.action_get_events(action))
	config.save(PATH)


## Replaces the project's input events by the ones the player has chosen earlier.
func load_bindings() -> void:
	var config := ConfigFile.new()
	if config.load(PATH) != OK or not config.has_section("bindings"):
		return
	for action in config.get_section_keys("bindings"):
		if not InputMap.has_action(action):
			continue
		InputMap.action_erase_events(action)
		for event: InputEvent in config.get_value("bindings", action, []):
			InputMap.action_add_event(action, event)


# Hands one setting to the engine; keys that only the game reads need nothing here.
func _apply(key: String) -> void:
	var value: Variant = _values[key]
	match key:
		"video/window_mode":
			DisplayServer.window_set_mode(value)
		"video/vsync":
			var mode := DisplayServer.VSYNC_ENABLED if value else DisplayServer.VSYNC_DISABLED
			DisplayServer.window_set_vsync_mode(mode)
		"video/render_scale":
			get_viewport().scaling_3d_scale = value
		"video/max_fps":
			Engine.max_fps = value
		"game/language":
			TranslationServer.set_locale(value)
		"access/text_scale":
			get_window().content_scale_factor = value
		_ when key.begins_with("audio/"):
			_apply_volume(key.trim_prefix("audio/"), value)


# The slider position is perceived loudness, so silence has to mute the bus explicitly.
func _apply_volume(bus_name: String, linear: float) -> void:
	var bus := AudioServer.get_bus_index(bus_name)
	if bus < 0:
		return
	AudioServer.set_bus_mute(bus, linear <= 0.001)
	AudioServer.set_bus_volume_db(bus, linear_to_db(maxf(linear, 0.001)))


# Overlays the defaults with what the file contains.
func _load() -> void:
	var config := ConfigFile.new()
	if config.load(PATH) != OK:
		return
	for key: String in DEFAULTS:
		var section := key.get_slice("/", 0)
		var stored: Variant = config.get_value(section, key.get_slice("/", 1), DEFAULTS[key])
		# A value of another type comes from an old version or a typo in the file.
		if typeof(stored) == typeof(DEFAULTS[key]):
			_values[key] = stored


func _save() -> void:
	_save_queued = false
	var config := ConfigFile.new()
	config.load(PATH)
	for key: String in _values:
		config.set_value(key.get_slice("/", 0), key.get_slice("/", 1), _values[key])
	if config.save(PATH) != OK:
		push_error("Settings could not be written to " + PATH)
