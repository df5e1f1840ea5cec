extends Node
## Speedrun clock with per-level splits and comparison against the personal best.

signal split_recorded(level: String, elapsed: float, delta_to_best: float)
signal personal_best(total: float)

const SAVE_PATH := "user://splits.cfg"

var running := false
var elapsed := 0.0

var _splits: Dictionary[String, float] = {}
var _best: Dictionary[String, float] = {}
var _best_total := INF


func _ready() -> void:
	_load_best()
	LevelFlow.transition_started.connect(func(_path: String) -> void: running = false)
	LevelFlow.transition_finished.connect(func(_path: String) -> void: running = elapsed > 0.0)


func _physics_process(delta: float) -> void:
	# Counted in physics steps so that the time does not depend on the frame rate.
	if running and not get_tree().paused:
		elapsed += delta


## Starts a fresh attempt: zeroes the clock and forgets the splits of the last one.
func begin() -> void:
	elapsed = 0.0
	_splits.clear()
	running = true


## Stores the time at which `level` was finished and reports the lead over the best run.
## A negative difference means the player is ahead.
func split(level: String) -> void:
	_splits[level] = elapsed
	var difference := 0.0
	if _best.has(level):
		difference = elapsed - _best[level]
	split_recorded.emit(level, elapsed, difference)


## Ends the attempt and saves it when it beats the personal best. Returns true for a new record.
func finish() -> bool:
	running = false
	if elapsed >= _best_total:
		return false
	_best_total = elapsed
	_best = _splits.duplicate()
	_save_best()
	personal_best.emit(elapsed)
	return true


## Sum of the fastest segment times ever recorded, an estimate of the perfect run.
func sum_of_best() -> float:
	var previous := 0.0
	var total := 0.0
	for level: String in _best:
		var segment := _best[level] - previous
		if _splits.has(level):
			segment = minf(segment, _splits[level] - previous)
		total += segment
		previous = _best[level]
	return total


## Formats seconds as `m:ss.cc`, or `h:mm:ss` from one hour on. Negative values get a minus sign.
static func format_time(seconds: float) -> String:
	var prefix := "-" if seconds < 0.0 else ""
	var value := absf(seconds)
	var whole := int(value)
	if whole >= 3600:
		return "%s%d:%02d:%02d" % [prefix, whole / 3600, whole / 60 % 60, whole % 60]
	var hundredths := int(fmod(value, 1.0) * 100.0)
	return "%s%d:%02d.%02d" % [prefix, whole / 60, whole % 60, hundredths]


func _load_best() -> void:
	var config := ConfigFile.new()
	if config.load(SAVE_PATH) != OK:
		return
	_best_total = config.get_value("run", "total", INF)
	if config.has_section("splits"):
		for level in config.get_section_keys("splits"):
			_best[level] = config.get_value("splits", level)


func _save_best() -> void:
	var config := ConfigFile.new()
	config.set_value("run", "total", _best_total)
	for level: String in _best:
		config.set_value("splits", level, _best[level])
	var error := config.save(SAVE_PATH)
	if error != OK:
		push_warning("Splits were not saved: " + error_string(error))
