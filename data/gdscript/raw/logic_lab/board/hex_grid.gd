class_name HexGrid
extends RefCounted
## Axial coordinates for pointy-top hexagons: conversion, distance, lines, rings, field of view.

const DIRECTIONS: Array[Vector2i] = [
	Vector2i(1, 0),
	Vector2i(1, -1),
	Vector2i(0, -1),
	Vector2i(-1, 0),
	Vector2i(-1, 1),
	Vector2i(0, 1),
]

var hex_size := 32.0


func _init(outer_radius: float = 32.0) -> void:
	hex_size = outer_radius


## Centre of a hexagon in pixels.
func to_pixel(hex: Vector2i) -> Vector2:
	return hex_size * Vector2(sqrt(3.0) * (hex.x + hex.y * 0.5), 1.5 * hex.y)


## Hexagon that contains a pixel position.
func from_pixel(point: Vector2) -> Vector2i:
	var q := (sqrt(3.0) / 3.0 * point.x - point.y / 3.0) / hex_size
	var r := 2.0 / 3.0 * point.y / hex_size
	return round_axial(Vector2(q, r))


## Rounds fractional axial coordinates; the component with the largest error is derived from the
## other two so that q + r + s stays zero.
static func round_axial(fraction: Vector2) -> Vector2i:
	var s := -fraction.x - fraction.y
	var q_round := roundf(fraction.x)
	var r_round := roundf(fraction.y)
	var s_round := roundf(s)
	var q_error := absf(q_round - fraction.x)
	var r_error := absf(r_round - fraction.y)
	var s_error := absf(s_round - s)
	if q_error > r_error and q_error > s_error:
		q_round = -r_round - s_round
	elif r_error > s_error:
		r_round = -q_round - s_round
	return Vector2i(int(q_round), int(r_round))


## Number of steps between two hexagons.
static func distance(a: Vector2i, b: Vector2i) -> int:
	var d := a - b
	return (absi(d.x) + absi(d.y) + absi(d.x + d.y)) / 2


## Hexagons crossed by the straight line from `a` to `b`, both ends included.
static func line(a: Vector2i, b: Vector2i) -> Array[Vector2i]:
	var steps := distance(a, b)
	var out: Array[Vector2i] = []
	# The tiny offset breaks ties for lines that run exactly along an edge.
	var from := Vector2(a) + Vector2(1e-6, 2e-6)
	var to := Vector2(b) + Vector2(1e-6, 2e-6)
	for i in steps + 1:
		out.append(round_axial(from.lerp(to, float(i) / maxi(1, steps))))
	return out


## Hexagons at exactly `radius` steps around `center`, in walking order. Radius 0 is the centre.
static func ring(center: Vector2i, radius: int) -> Array[Vector2i]:
	if radius == 0:
		return [center]
	var out: Array[Vector2i] = []
	var hex := center + DIRECTIONS[4] * radius
	for direction in DIRECTIONS:
		for _step in radius:
			out.append(hex)
			hex += direction
	return out


## Hexagons within `radius` whose line of sight from `center` meets no opaque hexagon before them.
## `is_opaque` takes a hexagon; opaque ones themselves are visible.
static func visible_from(center: Vector2i, radius: int, is_opaque: Callable) -> Array[Vector2i]:
	var seen: Dictionary[Vector2i, bool] = {center: true}
	for target in ring(center, radius):
		for hex in line(center, target):
			seen[hex] = true
			if hex != center and is_opaque.call(hex):
				break
	var out: Array[Vector2i] = []
	out.assign(seen.keys())
	return out


## Cheapest path by A*. `cost` takes a hexagon and returns its price, or a negative number for
## impassable ground. The path excludes `start` and is empty when there is none.
static func find_path(start: Vector2i, goal: Vector2i, cost: Callable) -> Array[Vector2i]:
	var open: Array[Vector2i] = [start]
	var came_from: Dictionary[Vector2i, Vector2i] = {}
	var spent: Dictionary[Vector2i, float] = {start: 0.0}
	while not open.is_empty():
		var here := _pop_cheapest(open, spent, goal)
		if here == goal:
			return _trace(came_from, start, goal)
		for direction in DIRECTIONS:
			var next := here + direction
			var price: float = cost.call(next)
			if price < 0.0:
				continue
			var total := spent[here] + price
			if total < spent.get(next, INF):
				spent[next] = total
				came_from[next] = here
				if next not in open:
					open.append(next)
	return []


# Removes and returns the open hexagon with the lowest cost so far plus straight distance to the
# goal.
static func _pop_cheapest(
	open: Array[Vector2i], spent: Dictionary[Vector2i, float], goal: Vector2i
) -> Vector2i:
	var best := 0
	for i in range(1, open.size()):
		var rank_i := spent[open[i]] + distance(open[i], goal)
		var rank_best := spent[open[best]] + distance(open[best], goal)
		if rank_i < rank_best:
			best = i
	var hex := open[best]
	open.remove_at(best)
	return hex


# Follows the predecessors back from the goal and returns the path in walking order.
static func _trace(
	came_from: Dictionary[Vector2i, Vector2i], start: Vector2i, goal: Vector2i
) -> Array[Vector2i]:
	var path: Array[Vector2i] = []
	var hex := goal
	while hex != start:
		path.push_front(hex)
		hex = came_from[hex]
	return path
