class_name Dungeon
extends RefCounted
## Dungeon generator: binary space partition into rooms, corridors along the tree, and caves.

enum Cell { WALL, FLOOR, DOOR }

const MIN_LEAF := 9
const MIN_ROOM := 4

var size: Vector2i
var rooms: Array[Rect2i] = []

var _cells := PackedByteArray()
var _rng := RandomNumberGenerator.new()


func _init(dimensions: Vector2i, seed_value: int) -> void:
	size = dimensions
	_rng.seed = seed_value
	_cells.resize(size.x * size.y)
	_cells.fill(Cell.WALL)


func cell_at(cell: Vector2i) -> Cell:
	if not Rect2i(Vector2i.ZERO, size).has_point(cell):
		return Cell.WALL
	return _cells[cell.y * size.x + cell.x] as Cell


## Divides the area recursively, digs one room per leaf and joins sibling areas with corridors.
func generate_rooms() -> void:
	rooms.clear()
	_split(Rect2i(Vector2i.ONE, size - Vector2i.ONE * 2))


## Fills the map with random noise and smooths it `rounds` times by the 4-5 rule of cellular
## automata; afterwards only the largest connected cave stays open.
func generate_cave(fill_chance: float, rounds: int) -> void:
	for i in _cells.size():
		_cells[i] = Cell.WALL if _rng.randf() < fill_chance else Cell.FLOOR
	for _round in rounds:
		var next := _cells.duplicate()
		for y in size.y:
			for x in size.x:
				var walls := _walls_around(Vector2i(x, y))
				if walls >= 5:
					next[y * size.x + x] = Cell.WALL
				elif walls <= 3:
					next[y * size.x + x] = Cell.FLOOR
		_cells = next
	_keep_largest_region()


## Cells reachable from `start` over floors and doors, found with an explicit stack.
func flood(start: Vector2i) -> Array[Vector2i]:
	var seen: Dictionary[Vector2i, bool] = {}
	var stack: Array[Vector2i] = [start]
	while not stack.is_empty():
		var cell: Vector2i = stack.pop_back()
		if seen.has(cell) or cell_at(cell) == Cell.WALL:
			continue
		seen[cell] = true
		for step: Vector2i in [Vector2i.UP, Vector2i.DOWN, Vector2i.LEFT, Vector2i.RIGHT]:
			stack.append(cell + step)
	var out: Array[Vector2i] = []
	out.assign(seen.keys())
	return out


## The map as text, one character per cell, for tests and bug reports.
func to_text() -> String:
	var lines := PackedStringArray()
	for y in size.y:
		var line := ""
		for x in size.x:
			line += "#.+"[cell_at(Vector2i(x, y))]
		lines.append(line)
	return "\n".join(lines)


# Returns a point inside the dug area, which the parent uses to connect its two halves.
func _split(area: Rect2i) -> Vector2i:
	var can_cut_x := area.size.x >= MIN_LEAF * 2
	var can_cut_y := area.size.y >= MIN_LEAF * 2
	if not can_cut_x and not can_cut_y:
		return _dig_room(area)
	var cut_x := can_cut_x and (not can_cut_y or area.size.x > area.size.y)
	var first := area
	var second := area
	if cut_x:
		var at := _rng.randi_range(MIN_LEAF, area.size.x - MIN_LEAF)
		first.size.x = at
		second.position.x += at
		second.size.x -= at
	else:
		var at := _rng.randi_range(MIN_LEAF, area.size.y - MIN_LEAF)
		first.size.y = at
		second.position.y += at
		second.size.y -= at
	var a := _split(first)
	var b := _split(second)
	_dig_corridor(a, b)
	return a if _rng.randf() < 0.5 else b


# Carves a random rectangle with a wall around it into the leaf and returns its centre.
func _dig_room(area: Rect2i) -> Vector2i:
	var room := Rect2i()
	room.size.x = _rng.randi_range(MIN_ROOM, area.size.x - 2)
	room.size.y = _rng.randi_range(MIN_ROOM, area.size.y - 2)
	room.position.x = area.position.x + _rng.randi_range(1, area.size.x - room.size.x - 1)
	room.position.y = area.position.y + _rng.randi_range(1, area.size.y - room.size.y - 1)
	for y in range(room.position.y, room.end.y):
		for x in range(room.position.x, room.end.x):
			_set_cell(Vector2i(x, y), Cell.FLOOR)
	rooms.append(room)
	return room.get_center()


# L-shaped: along one axis first, then along the other, chosen at random.
func _dig_corridor(from: Vector2i, to: Vector2i) -> void:
	var corner := Vector2i(to.x, from.y) if _rng.randf() < 0.5 else Vector2i(from.x, to.y)
	for leg: Array in [[from, corner], [corner, to]]:
		var cell: Vector2i = leg[0]
		var goal: Vector2i = leg[1]
		while cell != goal:
			_set_cell(cell, Cell.FLOOR)
			cell += (goal - cell).sign()
		_set_cell(goal, Cell.FLOOR)


func _set_cell(cell: Vector2i, kind: Cell) -> void:
	_cells[cell.y * size.x + cell.x] = kind


func _walls_around(cell: Vector2i) -> int:
	var walls := 0
	for dy in range(-1, 2):
		for dx in range(-1, 2):
			if cell_at(cell + Vector2i(dx, dy)) == Cell.WALL:
				walls += 1
	return walls


# Walls up every cave except the one with the most cells.
func _keep_largest_region() -> void:
	var best: Array[Vector2i] = []
	var visited: Dictionary[Vector2i, bool] = {}
	for y in size.y:
		for x in size.x:
			var cell := Vector2i(x, y)
			if visited.has(cell) or cell_at(cell) == Cell.WALL:
				continue
			var region := flood(cell)
			for member in region:
				visited[member] = true
			if region.size() > best.size():
				best = region
	_cells.fill(Cell.WALL)
	for cell in best:
		_set_cell(cell, Cell.FLOOR)
