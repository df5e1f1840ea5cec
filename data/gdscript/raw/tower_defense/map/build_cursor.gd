class_name BuildCursor
extends Node2D
## Ghost of the tower being placed: snaps to the grid, shows range and validity, and builds.

signal built(tower: Tower)
signal cancelled

@export var grid: MazeGrid
@export var ok_color := Color(0.3, 1.0, 0.4, 0.4)
@export var bad_color := Color(1.0, 0.25, 0.2, 0.4)

var _scene: PackedScene
var _ghost: Tower
var _cells: Array[Vector2i] = []
var _valid := false
var _last_anchor := Vector2i.MAX


func _ready() -> void:
	set_process(false)


# Snaps the ghost to the cell under the mouse and tests whether it may be built there.
func _process(_delta: float) -> void:
	var anchor := grid.local_to_map(grid.get_local_mouse_position())
	if anchor == _last_anchor:
		return
	_last_anchor = anchor
	_cells = footprint(anchor, _ghost.stats.size_in_cells)
	# The path test is expensive, so it only runs when the cursor enters another cell.
	_valid = _cells.all(grid.is_free) and grid.keeps_path_open(_cells)
	_ghost.position = grid.block_center(_cells)
	_ghost.modulate = ok_color if _valid else bad_color
	queue_redraw()


func _draw() -> void:
	if _ghost == null:
		return
	var color := ok_color if _valid else bad_color
	draw_circle(_ghost.position, _ghost.stats.attack_range, Color(color, 0.12))
	draw_arc(_ghost.position, _ghost.stats.attack_range, 0.0, TAU, 64, color, 1.5, true)
	var tile := Vector2(grid.tile_set.tile_size)
	for cell in _cells:
		draw_rect(Rect2(grid.map_to_local(cell) - tile * 0.5, tile), color)


func _unhandled_input(event: InputEvent) -> void:
	if _ghost == null:
		return
	if event.is_action_pressed(&"place"):
		confirm(Input.is_key_pressed(KEY_SHIFT))
	elif event.is_action_pressed(&"cancel"):
		stop()
		cancelled.emit()


## Begins placing towers of `scene`. A ghost with all processing turned off follows the mouse.
func start(scene: PackedScene) -> void:
	stop()
	_scene = scene
	_ghost = scene.instantiate()
	_ghost.process_mode = Node.PROCESS_MODE_DISABLED
	_last_anchor = Vector2i.MAX
	add_child(_ghost)
	set_process(true)


## Buys and places the tower. With `keep_building` the cursor stays active for the next one.
func confirm(keep_building: bool) -> void:
	if not _valid or not Economy.try_spend(_ghost.stats.price, _ghost.stats.kind):
		return
	var tower: Tower = _scene.instantiate()
	if not grid.place(tower, _cells):
		Economy.gold += tower.stats.price
		tower.free()
		return
	grid.add_child(tower)
	built.emit(tower)
	_last_anchor = Vector2i.MAX
	if not keep_building:
		stop()


## Throws the ghost away and switches the cursor off.
func stop() -> void:
	if _ghost != null:
		_ghost.queue_free()
		_ghost = null
	_cells.clear()
	set_process(false)
	queue_redraw()


## Cells covered by a square tower of `extent` cells whose middle is nearest to `anchor`.
static func footprint(anchor: Vector2i, extent: int) -> Array[Vector2i]:
	var out: Array[Vector2i] = []
	var start_cell := anchor - Vector2i.ONE * ((extent - 1) / 2)
	for y in extent:
		for x in extent:
			out.append(start_cell + Vector2i(x, y))
	return out
