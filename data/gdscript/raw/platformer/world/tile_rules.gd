class_name TileRules
extends TileMapLayer
## Gives meaning to painted tiles through custom data layers: hazards, breakable bricks and
## friction. The tile set needs the layers `hazard` (bool), `breakable` (bool), `friction` (float).

signal tile_broken(cell: Vector2i)

const REGROW_GROUP := &"regrowing_tiles"
const SIDES: Array[Vector2i] = [Vector2i.UP, Vector2i.RIGHT, Vector2i.DOWN, Vector2i.LEFT]

@export var break_particles: PackedScene
@export var brick_terrain_set := 0
@export var brick_terrain := 0

var _broken: Dictionary[Vector2i, Dictionary] = {}


## True if any tile overlapped by `rect` (in world space) is marked as a hazard.
func touches_hazard(rect: Rect2) -> bool:
	var from := local_to_map(to_local(rect.position))
	var to := local_to_map(to_local(rect.end))
	for y in range(from.y, to.y + 1):
		for x in range(from.x, to.x + 1):
			var data := get_cell_tile_data(Vector2i(x, y))
			if data != null and data.get_custom_data("hazard"):
				return true
	return false


## Friction multiplier of the tile under `world_point`; empty cells and unset values give 1.
func friction_at(world_point: Vector2) -> float:
	var data := get_cell_tile_data(local_to_map(to_local(world_point)))
	if data == null:
		return 1.0
	var friction: float = data.get_custom_data("friction")
	return friction if friction > 0.0 else 1.0


## Breaks the brick at `cell` and, for heavy blows, everything connected to it up to `strength`
## steps away. Returns the number of tiles removed.
func break_from(cell: Vector2i, strength: int = 0) -> int:
	var frontier: Array[Vector2i] = [cell]
	var distance: Dictionary[Vector2i, int] = {cell: 0}
	var removed := 0
	while not frontier.is_empty():
		var here: Vector2i = frontier.pop_front()
		if not _is_breakable(here):
			continue
		_remember(here)
		erase_cell(here)
		removed += 1
		_spawn_particles(here)
		tile_broken.emit(here)
		if distance[here] == strength:
			continue
		for side in SIDES:
			var next := here + side
			if not distance.has(next):
				distance[next] = distance[here] + 1
				frontier.append(next)
	if removed > 0:
		_reconnect_terrain()
	return removed


## Puts every broken tile back exactly as it was; called when the player respawns.
func restore_all() -> void:
	for cell: Vector2i in _broken:
		var old := _broken[cell]
		set_cell(cell, old["source"], old["atlas"], old["alternative"])
	_broken.clear()


## World positions of all cells whose custom data `key` equals `value`, e.g. spawn markers
## painted by the level designer.
func find_cells_with(key: String, value: Variant) -> PackedVector2Array:
	var out := PackedVector2Array()
	for cell in get_used_cells():
		if get_cell_tile_data(cell).get_custom_data(key) == value:
			out.append(to_global(map_to_local(cell)))
	return out


func _is_breakable(cell: Vector2i) -> bool:
	var data := get_cell_tile_data(cell)
	return data != null and data.get_custom_data("breakable")


func _remember(cell: Vector2i) -> void:
	_broken[cell] = {
		"source": get_cell_source_id(cell),
		"atlas": get_cell_atlas_coords(cell),
		"alternative": get_cell_alternative_tile(cell),
	}


# Lets the autotiler redraw the rim of the hole.
func _reconnect_terrain() -> void:
	var rim: Array[Vector2i] = []
	for cell: Vector2i in _broken:
		for side in SIDES:
			if _is_breakable(cell + side) and not rim.has(cell + side):
				rim.append(cell + side)
	set_cells_terrain_connect(rim, brick_terrain_set, brick_terrain)


# One-shot particle burst in the middle of the cell that frees itself when it is done.
func _spawn_particles(cell: Vector2i) -> void:
	if break_particles == null:
		return
	var burst: GPUParticles2D = break_particles.instantiate()
	burst.position = map_to_local(cell)
	burst.one_shot = true
	burst.finished.connect(burst.queue_free)
	add_child(burst)
	burst.restart()
