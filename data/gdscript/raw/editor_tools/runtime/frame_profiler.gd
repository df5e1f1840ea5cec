extends CanvasLayer
## In-game overlay with frame time percentiles and named code sections.

const HISTORY := 300

var _frames := PackedFloat32Array()
var _cursor := 0
var _open_sections: Dictionary[StringName, int] = {}
var _section_usec: Dictionary[StringName, int] = {}
var _label := Label.new()


func _ready() -> void:
	layer = 128
	process_mode = Node.PROCESS_MODE_ALWAYS
	_frames.resize(HISTORY)
	add_child(_label)
	visible = false


func _process(delta: float) -> void:
	_frames[_cursor] = delta * 1000.0
	_cursor = (_cursor + 1) % HISTORY
	if visible and _cursor % 15 == 0:
		_label.text = report()
	_section_usec.clear()


func _unhandled_key_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"toggle_profiler"):
		visible = not visible


## Starts timing a section; pair it with `end()`. Sections may be entered several times a frame.
func begin(section: StringName) -> void:
	_open_sections[section] = Time.get_ticks_usec()


## Adds the time since the matching `begin()` to the section's total for this frame.
func end(section: StringName) -> void:
	if not _open_sections.has(section):
		push_warning("end('%s') without begin()" % section)
		return
	var spent := Time.get_ticks_usec() - _open_sections[section]
	_open_sections.erase(section)
	_section_usec[section] = _section_usec.get(section, 0) + spent


## Frame time in milliseconds below which `fraction` (0 to 1) of the recorded frames lie.
func percentile(fraction: float) -> float:
	var sorted := _frames.duplicate()
	sorted.sort()
	return sorted[clampi(floori(fraction * sorted.size()), 0, sorted.size() - 1)]


## Multi-line summary: average rate, percentiles, memory, draw calls and the timed sections.
func report() -> String:
	var lines := PackedStringArray()
	lines.append("%d fps" % Engine.get_frames_per_second())
	lines.append(
		"p50 %.1f  p95 %.1f  p99 %.1f ms" % [percentile(0.5), percentile(0.95), percentile(0.99)]
	)
	var memory := Performance.get_monitor(Performance.MEMORY_STATIC) / 1048576.0
	var calls := Performance.get_monitor(Performance.RENDER_TOTAL_DRAW_CALLS_IN_FRAME)
	lines.append("%.0f MB, %d draw calls" % [memory, calls])
	for section: StringName in _section_usec:
		lines.append("%s: %.2f ms" % [section, _section_usec[section] / 1000.0])
	return "\n".join(lines)
