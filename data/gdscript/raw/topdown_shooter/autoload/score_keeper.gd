extends Node
## Tracks score, kill combo and the persistent high score table.

signal score_changed(score: int)
signal combo_changed(multiplier: int, progress: float)

const TABLE_PATH := "user://high_scores.json"
const TABLE_SIZE := 10
const COMBO_WINDOW := 2.5
const KILLS_PER_STEP := 4
const MAX_MULTIPLIER := 8

var score := 0:
	set(value):
		score = maxi(value, 0)
		score_changed.emit(score)
var multiplier := 1
var best_combo := 1

var _combo_kills := 0
var _combo_left := 0.0
var _table: Array[Dictionary] = []


func _ready() -> void:
	_table = _load_table()
	GameEvents.enemy_killed.connect(_on_enemy_killed)
	GameEvents.player_damaged.connect(func(_current: float, _maximum: float) -> void: drop_combo())


func _process(delta: float) -> void:
	if _combo_left <= 0.0:
		return
	_combo_left -= delta
	if _combo_left <= 0.0:
		drop_combo()
	else:
		combo_changed.emit(multiplier, _combo_left / COMBO_WINDOW)


## Clears score and combo for a new run. The high score table is left alone.
func start_run() -> void:
	score = 0
	best_combo = 1
	drop_combo()


## Ends the current combo and sets the multiplier back to one.
func drop_combo() -> void:
	_combo_kills = 0
	_combo_left = 0.0
	multiplier = 1
	combo_changed.emit(multiplier, 0.0)


## Inserts the current score under `player_name` and saves the table.
## Returns the one-based rank reached, or 0 when the score did not make the list.
func submit(player_name: String) -> int:
	var entry := {
		"name": player_name.strip_edges().left(12),
		"score": score,
		"combo": best_combo,
		"date": Time.get_date_string_from_system(),
	}
	var rank := _table.size()
	for i in _table.size():
		if score > int(_table[i]["score"]):
			rank = i
			break
	if rank >= TABLE_SIZE:
		return 0
	_table.insert(rank, entry)
	_table.resize(mini(_table.size(), TABLE_SIZE))
	_save_table()
	return rank + 1


## True when the current score would enter the table if it were submitted now.
func is_high_score() -> bool:
	if score <= 0:
		return false
	return _table.size() < TABLE_SIZE or score > int(_table.back()["score"])


## Returns a copy of the table, best entry first, safe for UI code to modify.
func get_table() -> Array[Dictionary]:
	return _table.duplicate(true)


func _on_enemy_killed(_enemy: Node2D, points: int) -> void:
	_combo_kills += 1
	_combo_left = COMBO_WINDOW
	multiplier = mini(1 + _combo_kills / KILLS_PER_STEP, MAX_MULTIPLIER)
	best_combo = maxi(best_combo, multiplier)
	score += points * multiplier
	combo_changed.emit(multiplier, 1.0)


# Reads the saved rows, drops damaged ones and sorts the rest by score, best first.
func _load_table() -> Array[Dictionary]:
	var rows: Array[Dictionary] = []
	if not FileAccess.file_exists(TABLE_PATH):
		return rows
	var parsed: Variant = JSON.parse_string(FileAccess.get_file_as_string(TABLE_PATH))
	if parsed is not Array:
		push_warning("High score table is damaged, starting a new one")
		return rows
	for row: Variant in parsed:
		if row is Dictionary and row.has_all(["name", "score"]):
			rows.append(row)
	rows.sort_custom(func(a: Dictionary, b: Dictionary) -> bool: return a["score"] > b["score"])
	return rows


func _save_table() -> void:
	var file := FileAccess.open(TABLE_PATH, FileAccess.WRITE)
	if file == null:
		push_error("Cannot write %s: %s" % [TABLE_PATH, error_string(FileAccess.get_open_error())])
		return
	file.store_string(JSON.stringify(_table, "\t"))
