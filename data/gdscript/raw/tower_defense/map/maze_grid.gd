class_name MazeGrid
extends TileMapLayer
## Buildable grid. Keeps an AStarGrid2D in sync with placed towers and refuses to seal the exit.

signal layout_changed(region: Rect2i)

@export var entrances: Array[Vector2i] = []
@export var exit_cell := Vector2i.ZERO
## Name of the custom data layer that marks ground towers may stand on.
@export var buildable_layer := "buildable"

var astar := AStarGrid2D.new()

var _towers: Dictionary[Vector2i, Node2D] = {}


func _ready() -> void:
	astar.region = get_used_rect()
	astar.cell_size = Vector2(tile_set.tile_size)
	astar.offset = astar.cell_size * 0.5
	astar.diagonal_mode = AStarGrid2D.DIAGONAL_MODE_ONLY_IF_NO_OBSTACLES
	astar.default_compute_heuristic = AStarGrid2D.HEURISTIC_OCTILE
	astar.update()
	for y in range(astar.region.position.y, astar.region.end.y):
		for x in range(astar.region.position.x, astar.region.end.x):
			var cell := Vector2i(x, y)
			var data := get_cell_tile_data(cell)
			if data == null or data.get_custom_data("wall"):
				astar.set_point_solid(cell)
			elif data.get_custom_data("mud"):
				astar.set_point_weight_scale(cell, 2.5)


## True for a buildable cell without a tower that is neither an entrance nor the exit.
func is_free(cell: Vector2i) -> bool:
	if _towers.has(cell) or cell == exit_cell or cell in entrances:
		return false
	var data := get_cell_tile_data(cell)
	return data != null and data.get_custom_data(buildable_layer)


## True when a tower on `cells` would leave every entrance connected to the exit.
## The cells are blocked for the test only and restored before returning.
func keeps_path_open(cells: Array[Vector2i]) -> bool:
	var blocked: Array[Vector2i] = []
	for cell in cells:
		if not astar.is_point_solid(cell):
			astar.set_point_solid(cell, true)
			blocked.append(cell)
	var open := true
	for entrance in entrances:
		if astar.get_id_path(entrance, exit_cell).is_empty():
			open = false
			break
	for cell in blocked:
		astar.set_point_solid(cell, false)
	return open


## Registers `tower` on a block of cells. Fails if a cell is taken or the maze would be sealed.
func place(tower: Node2D, cells: Array[Vector2i]) -> bool:
	if not cells.all(is_free) or not keeps_path_open(cells):
		return false
	var region := Rect2i(cells[0], Vector2i.ONE)
	for cell in cells:
		_towers[cell] = tower
		astar.set_point_solid(cell)
		region = region.merge(Rect2i(cell, Vector2i.ONE))
	tower.position = block_center(cells)
	layout_changed.emit(region)
	return true


## Frees all cells of `tower` so creeps can walk there again.
func clear_tower(tower: Node2D) -> void:
	for cell: Vector2i in _towers.keys():
		if _towers[cell] == tower:
			_towers.erase(cell)
			astar.set_point_solid(cell, false)
			layout_changed.emit(Rect2i(cell, Vector2i.ONE))


func tower_at(cell: Vector2i) -> Node2D:
	return _towers.get(cell)


## Length of the detour, in percent, that placed towers force on creeps from `entrance`.
func maze_quality(entrance: Vector2i) -> float:
	var walked := astar.get_id_path(entrance, exit_cell).size()
	var difference := (exit_cell - entrance).abs()
	var straight := maxi(difference.x, difference.y) + 1
	return 100.0 * (walked - straight) / straight


## Average of the cell centres, which is where a tower of several cells belongs.
func block_center(cells: Array[Vector2i]) -> Vector2:
	var sum := Vector2.ZERO
	for cell in cells:
		sum += map_to_local(cell)
	return sum / cells.size()
