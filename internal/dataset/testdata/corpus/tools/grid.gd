extends RefCounted

var size := Vector2i(8, 8)
var _cells: Dictionary[Vector2i, int] = {}


## Cells that touch a cell with an edge and lie on the board, in clockwise order from the top.
func neighbours(cell: Vector2i) -> Array[Vector2i]:
	var found: Array[Vector2i] = []
	for step in [Vector2i.UP, Vector2i.RIGHT, Vector2i.DOWN, Vector2i.LEFT]:
		var next: Vector2i = cell + step
		if Rect2i(Vector2i.ZERO, size).has_point(next):
			found.append(next)
	return found


func flood(from: Vector2i) -> Array[Vector2i]:
	var value: int = _cells.get(from, 0)
	var open: Array[Vector2i] = [from]
	var seen: Dictionary[Vector2i, bool] = {from: true}
	while not open.is_empty():
		var cell: Vector2i = open.pop_back()
		for next in neighbours(cell):
			if not seen.has(next) and _cells.get(next, 0) == value:
				seen[next] = true
				open.append(next)
	return seen.keys()
