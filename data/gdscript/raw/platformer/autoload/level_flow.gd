extends CanvasLayer
## Changes levels behind a wipe while the next scene loads on a background thread.

signal transition_started(path: String)
signal transition_finished(path: String)
signal load_progressed(fraction: float)

const LEVEL_ORDER: Array[String] = [
	"res://levels/cellar.tscn",
	"res://levels/cistern.tscn",
	"res://levels/bell_tower.tscn",
	"res://levels/rooftops.tscn",
]
const WIPE_SECONDS := 0.35

var current_path := ""
## Name of the door the player should appear at in the level that is being entered.
var entry_door := &"start"

var _busy := false
var _curtain: ColorRect


func _ready() -> void:
	layer = 100
	process_mode = Node.PROCESS_MODE_ALWAYS
	_curtain = ColorRect.new()
	_curtain.color = Color.BLACK
	_curtain.mouse_filter = Control.MOUSE_FILTER_IGNORE
	_curtain.set_anchors_preset(Control.PRESET_FULL_RECT)
	_curtain.modulate.a = 0.0
	add_child(_curtain)


## Loads the level at `path` and enters it through the door called `door`.
## Requests made while a transition is already running are ignored.
func go_to(path: String, door: StringName = &"start") -> void:
	if _busy:
		return
	_busy = true
	entry_door = door
	transition_started.emit(path)
	get_tree().paused = true
	ResourceLoader.load_threaded_request(path)
	await _wipe(1.0)
	var scene := await _finish_loading(path)
	if scene != null:
		get_tree().change_scene_to_packed(scene)
		current_path = path
		# The new scene is only in the tree after the current frame.
		await get_tree().process_frame
	get_tree().paused = false
	await _wipe(0.0)
	_busy = false
	transition_finished.emit(current_path)


## Enters the level after the current one; after the last level it returns to the title screen.
func go_to_next() -> void:
	var index := LEVEL_ORDER.find(current_path)
	if index + 1 >= LEVEL_ORDER.size():
		go_to("res://levels/title.tscn")
	else:
		go_to(LEVEL_ORDER[index + 1])


## Reloads the level the player is in, keeping the door used to enter it.
func restart_level() -> void:
	if current_path.is_empty():
		current_path = get_tree().current_scene.scene_file_path
	go_to(current_path, entry_door)


## Places `player` at the door that matches `entry_door`, or leaves it where it is.
func place_at_entry(player: Node2D) -> void:
	for node in get_tree().get_nodes_in_group(&"doors"):
		var door := node as Node2D
		if door != null and door.name == entry_door:
			player.global_position = door.global_position
			return


# Polls the threaded loader once per frame; null means the level could not be loaded.
func _finish_loading(path: String) -> PackedScene:
	var progress: Array = []
	while true:
		match ResourceLoader.load_threaded_get_status(path, progress):
			ResourceLoader.THREAD_LOAD_LOADED:
				load_progressed.emit(1.0)
				return ResourceLoader.load_threaded_get(path) as PackedScene
			ResourceLoader.THREAD_LOAD_IN_PROGRESS:
				load_progressed.emit(progress[0])
				await get_tree().process_frame
			_:
				push_error("Level failed to load: " + path)
				return null
	return null


func _wipe(target_alpha: float) -> void:
	var tween := create_tween().set_pause_mode(Tween.TWEEN_PAUSE_PROCESS)
	tween.tween_property(_curtain, ^"modulate:a", target_alpha, WIPE_SECONDS)
	await tween.finished
