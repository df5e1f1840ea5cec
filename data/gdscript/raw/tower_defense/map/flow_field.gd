class_name FlowField
extends RefCounted
## Distance and direction towards the exit for every cell, shared by hundreds of creeps.
## Rebuilt with a breadth-first flood whenever the maze changes.

const UNREACHED := -1
const NEIGHBOURS: Array[Vector2i] = [
	Vector2i(1, 0),
	Vector2i(-1, 0),
	Vector2i(0, 1),
	Vector2i(0, -1),
	Vector2i(1, 1),
	Vector2i(-1, 1),
	Vector2i(1, -1),
	Vector2i(-1, -1),
]

var region: Rect2i

var _distance := PackedInt32Array()
var _direction := PackedVector2Array()


## Floods outwards from `goal`. `is_blocked` takes a cell and returns true for walls and towers.
func rebuild(area: Rect2i, goal: Vector2i, is_blocked: Callable) -> void:
	region = area
	_distance.resize(area.get_area())
	_distance.fill(UNREACHED)
	_direction.resize(area.get_area())
	_direction.fill(Vector2.ZERO)
	var frontier: Array[Vector2i] = [goal]
	_distance[_index(goal)] = 0
	var read := 0
	# A moving read index is much cheaper than pop_front() on a long array.
	while read < frontier.size():
		var cell := frontier[read]
		read += 1
		for i in 4:
			var next := cell + NEIGHBOURS[i]
			if not area.has_point(next) or _distance[_index(next)] != UNREACHED:
				continue
			if is_blocked.call(next):
				continue
			_distance[_index(next)] = _distance[_index(cell)] + 1
			frontier.append(next)
	for cell in frontier:
		_direction[_index(cell)] = _steepest(cell)


## Unit vector creeps in `cell` should walk along; zero outside the field and at the goal.
func direction_at(cell: Vector2i) -> Vector2:
	if not region.has_point(cell):
		return Vector2.ZERO
	return _direction[_index(cell)]


## Steps to the exit, or -1 for cells that cannot reach it.
func distance_at(cell: Vector2i) -> int:
	return _distance[_index(cell)] if region.has_point(cell) else UNREACHED


## Bilinear mix of the four surrounding directions, so creeps round corners smoothly.
## `point` is measured in cells, with cell centres at integer coordinates.
func sample(point: Vector2) -> Vector2:
	var base := Vector2i(point.floor())
	var part := point - Vector2(base)
	var top := direction_at(base).lerp(direction_at(base + Vector2i(1, 0)), part.x)
	var bottom := direction_at(base + Vector2i(0, 1)).lerp(
		direction_at(base + Vector2i.ONE), part.x
	)
	return top.lerp(bottom, part.y).normalized()


func _index(cell: Vector2i) -> int:
	var local := cell - region.position
	return local.y * region.size.x + local.x


# Picks the neighbour closest to the goal; diagonals count only if both sides are open.
func _steepest(cell: Vector2i) -> Vector2:
	var best := Vector2i.ZERO
	var best_distance := _distance[_index(cell)]
	for offset in NEIGHBOURS:
		var next := cell + offset
		var distance := distance_at(next)
		if distance == UNREACHED or distance >= best_distance:
			continue
		if offset.x != 0 and offset.y != 0:
			var side_a := distance_at(cell + Vector2i(offset.x, 0))
			var side_b := distance_at(cell + Vector2i(0, offset.y))
			if side_a == UNREACHED or side_b == UNREACHED:
				continue
		best = offset
		best_distance = distance
	return Vector2(best).normalized()
