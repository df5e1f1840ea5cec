class_name MatchBoard
extends RefCounted
## Rules of a match-three board without any graphics: swaps, runs, gravity, refills and hints.

signal cleared(cells: Array[Vector2i], chain: int)

const EMPTY := -1

var size: Vector2i
var colors: int

var _cells := PackedInt32Array()
var _rng := RandomNumberGenerator.new()


func _init(board_size: Vector2i, color_count: int, seed_value: int = 0) -> void:
	size = board_size
	colors = color_count
	_rng.seed = seed_value
	_cells.resize(size.x * size.y)
	_fill_without_runs()


func at(cell: Vector2i) -> int:
	return _cells[cell.y * size.x + cell.x]


func put(cell: Vector2i, color: int) -> void:
	_cells[cell.y * size.x + cell.x] = color


func contains(cell: Vector2i) -> bool:
	return Rect2i(Vector2i.ZERO, size).has_point(cell)


## All cells that belong to a horizontal or vertical run of three or more equal colours.
func find_matches() -> Array[Vector2i]:
	var marked: Dictionary[Vector2i, bool] = {}
	for direction: Vector2i in [Vector2i.RIGHT, Vector2i.DOWN]:
		for y in size.y:
			for x in size.x:
				var run := _run_from(Vector2i(x, y), direction)
				if run.size() >= 3:
					for cell in run:
						marked[cell] = true
	var out: Array[Vector2i] = []
	out.assign(marked.keys())
	return out


## Swaps two neighbours if that creates a match and resolves the board until it is stable.
## Returns the score of the whole cascade; 0 means the swap was refused and undone.
func try_swap(a: Vector2i, b: Vector2i) -> int:
	var step := (a - b).abs()
	if step.x + step.y != 1 or not contains(a) or not contains(b):
		return 0
	_swap(a, b)
	if find_matches().is_empty():
		_swap(a, b)
		return 0
	return resolve()


## Clears matches, drops what is above and refills from the top, over and over. Every further
## round of the chain is worth more: ten points per cell times the length of the chain.
func resolve() -> int:
	var score := 0
	var chain := 0
	var matches := find_matches()
	while not matches.is_empty():
		chain += 1
		score += matches.size() * 10 * chain
		for cell in matches:
			put(cell, EMPTY)
		cleared.emit(matches, chain)
		_collapse()
		_refill()
		matches = find_matches()
	return score


## First swap that would lead to a match, as two cells; empty when the board is stuck.
func find_hint() -> Array[Vector2i]:
	for y in size.y:
		for x in size.x:
			var here := Vector2i(x, y)
			for direction: Vector2i in [Vector2i.RIGHT, Vector2i.DOWN]:
				var there := here + direction
				if not contains(there):
					continue
				_swap(here, there)
				var works := not find_matches().is_empty()
				_swap(here, there)
				if works:
					return [here, there]
	return []


## Shuffles the tiles until there is no match but at least one possible move.
func reshuffle() -> void:
	for _attempt in 100:
		for i in range(_cells.size() - 1, 0, -1):
			var j := _rng.randi_range(0, i)
			var kept := _cells[i]
			_cells[i] = _cells[j]
			_cells[j] = kept
		if find_matches().is_empty() and not find_hint().is_empty():
			return
	_fill_without_runs()


# Only the start of a run reports it, so a run of four is not found twice.
func _run_from(cell: Vector2i, direction: Vector2i) -> Array[Vector2i]:
	var color := at(cell)
	var run: Array[Vector2i] = []
	if color == EMPTY or (contains(cell - direction) and at(cell - direction) == color):
		return run
	var next := cell
	while contains(next) and at(next) == color:
		run.append(next)
		next += direction
	return run


func _swap(a: Vector2i, b: Vector2i) -> void:
	var kept := at(a)
	put(a, at(b))
	put(b, kept)


# Lets the colours of every column fall down over the empty cells.
func _collapse() -> void:
	for x in size.x:
		var write := size.y - 1
		for y in range(size.y - 1, -1, -1):
			var color := at(Vector2i(x, y))
			if color != EMPTY:
				put(Vector2i(x, y), EMPTY)
				put(Vector2i(x, write), color)
				write -= 1


func _refill() -> void:
	for i in _cells.size():
		if _cells[i] == EMPTY:
			_cells[i] = _rng.randi_range(0, colors - 1)


# Random fill that steps a colour on as long as it would complete a run.
func _fill_without_runs() -> void:
	_cells.fill(EMPTY)
	for y in size.y:
		for x in size.x:
			var cell := Vector2i(x, y)
			put(cell, _rng.randi_range(0, colors - 1))
			while not find_matches().is_empty():
				put(cell, (at(cell) + 1) % colors)
