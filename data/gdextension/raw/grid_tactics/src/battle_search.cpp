// Searches of BattleMap: paths, reachable cells and lines of sight.

#include "battle_map.h"

#include <godot_cpp/core/math.hpp>

// Offsets of the neighbours, straight ones first.
static const Vector2i DIRECTIONS[8] = {
	Vector2i(1, 0), Vector2i(0, 1), Vector2i(-1, 0), Vector2i(0, -1),
	Vector2i(1, 1), Vector2i(-1, 1), Vector2i(-1, -1), Vector2i(1, -1)
};
static constexpr double DIAGONAL_COST = 1.41421356;

// Adds a step at the end and lets it rise to its place.
void BattleMap::Heap::push(const Step &p_step) {
	uint32_t at = steps.size();
	steps.push_back(p_step);
	while (at > 0) {
		const uint32_t parent = (at - 1) / 2;
		if (steps[parent].estimate <= steps[at].estimate) {
			break;
		}
		SWAP(steps[parent], steps[at]);
		at = parent;
	}
}

// Takes the top off: the last step moves to the root and sinks to its place.
BattleMap::Step BattleMap::Heap::pop() {
	const Step top = steps[0];
	steps[0] = steps[steps.size() - 1];
	steps.resize(steps.size() - 1);

	uint32_t at = 0;
	while (true) {
		uint32_t least = at;
		for (uint32_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
			if (child < steps.size() && steps[child].estimate < steps[least].estimate) {
				least = child;
			}
		}
		if (least == at) {
			return top;
		}
		SWAP(steps[least], steps[at]);
		at = least;
	}
}

// Whether one step between neighbours is allowed. The team of a unit is the last
// bit of its number: friends may be passed, enemies not. A diagonal step must not
// cut the corner of a wall.
bool BattleMap::_passable(const Vector2i &p_from, const Vector2i &p_to, int p_team) const {
	if (get_cost(p_to) == CELL_WALL) {
		return false;
	}
	const int unit = get_unit_at(p_to);
	if (unit != NOBODY && (unit & 1) != p_team) {
		return false;
	}
	const bool is_straight = p_from.x == p_to.x || p_from.y == p_to.y;
	return is_straight ||
			(get_cost(Vector2i(p_from.x, p_to.y)) != CELL_WALL && get_cost(Vector2i(p_to.x, p_from.y)) != CELL_WALL);
}

// Lowest possible cost between two cells: Manhattan distance, or octile distance
// if diagonal steps are allowed.
double BattleMap::_heuristic(const Vector2i &p_a, const Vector2i &p_b) const {
	const Vector2i away = (p_a - p_b).abs();
	if (!diagonal) {
		return away.x + away.y;
	}
	return MAX(away.x, away.y) + (DIAGONAL_COST - 1.0) * MIN(away.x, away.y);
}

// A* towards a goal, or Dijkstra in all directions if the goal is negative. Cells
// that cost more than the budget are not entered. Fills in the cost of each cell
// (infinite if it was not reached) and the cell it was entered from.
void BattleMap::_search(int32_t p_from, int32_t p_goal, double p_budget, int p_team,
		LocalVector<double> &r_cost, LocalVector<int32_t> &r_came_from) const {
	r_cost.resize(costs.size());
	r_came_from.resize(costs.size());
	for (uint32_t i = 0; i < costs.size(); i++) {
		r_cost[i] = INFINITY;
		r_came_from[i] = -1;
	}

	Heap open;
	r_cost[p_from] = 0.0;
	open.push({ 0.0, p_from });
	while (open.steps.size() > 0) {
		const int32_t at = open.pop().cell;
		if (at == p_goal) {
			return;
		}
		const Vector2i here = _cell(at);
		for (int i = 0; i < (diagonal ? 8 : 4); i++) {
			const Vector2i next = here + DIRECTIONS[i];
			if (!_passable(here, next, p_team)) {
				continue;
			}
			const int32_t to = _index(next);
			const double cost = r_cost[at] + costs[to] * (i < 4 ? 1.0 : DIAGONAL_COST);
			if (cost < r_cost[to] && cost <= p_budget) {
				r_cost[to] = cost;
				r_came_from[to] = at;
				open.push({ cost + (p_goal < 0 ? 0.0 : _heuristic(next, _cell(p_goal))), to });
			}
		}
	}
}

// Cheapest way from one cell to another, both included. Empty if there is none, or
// if the way ends on a cell that is taken by another unit.
TypedArray<Vector2i> BattleMap::find_path(const Vector2i &p_from, const Vector2i &p_to, int p_team) const {
	TypedArray<Vector2i> path;
	ERR_FAIL_COND_V(!_inside(p_from) || !_inside(p_to), path);
	if (p_from != p_to && get_unit_at(p_to) != NOBODY) {
		return path;
	}

	LocalVector<double> cost;
	LocalVector<int32_t> came_from;
	_search(_index(p_from), _index(p_to), INFINITY, p_team, cost, came_from);
	if (cost[_index(p_to)] == INFINITY) {
		return path;
	}
	for (int32_t at = _index(p_to); at >= 0; at = came_from[at]) {
		path.push_front(_cell(at));
	}
	return path;
}

// All cells a unit can end its move on with the given budget, as a dictionary from
// cell to cost. Cells of friends can be crossed but are not part of the result.
Dictionary BattleMap::get_reachable(const Vector2i &p_from, double p_budget, int p_team) const {
	Dictionary result;
	ERR_FAIL_COND_V(!_inside(p_from), result);

	LocalVector<double> cost;
	LocalVector<int32_t> came_from;
	_search(_index(p_from), -1, p_budget, p_team, cost, came_from);
	for (uint32_t i = 0; i < cost.size(); i++) {
		const bool is_free = occupants[i] == NOBODY || (int32_t)i == _index(p_from);
		if (cost[i] < INFINITY && is_free) {
			result[_cell(i)] = cost[i];
		}
	}
	return result;
}

// Whether no wall lies between the centers of two cells. Steps from cell to cell
// along the line; when it passes exactly through a corner, one of the two cells
// beside the corner has to be open.
bool BattleMap::has_line_of_sight(const Vector2i &p_from, const Vector2i &p_to) const {
	const Vector2i delta = (p_to - p_from).abs();
	const Vector2i sign = (p_to - p_from).sign();
	Vector2i at = p_from;
	int x_steps = 0, y_steps = 0;
	while (at != p_to) {
		const int64_t ahead = (int64_t)(1 + 2 * x_steps) * delta.y - (int64_t)(1 + 2 * y_steps) * delta.x;
		if (ahead == 0 && get_cost(at + Vector2i(sign.x, 0)) == CELL_WALL && get_cost(at + Vector2i(0, sign.y)) == CELL_WALL) {
			return false;
		}
		if (ahead <= 0) {
			at.x += sign.x;
			x_steps++;
		}
		if (ahead >= 0) {
			at.y += sign.y;
			y_steps++;
		}
		if (at != p_to && get_cost(at) == CELL_WALL) {
			return false;
		}
	}
	return true;
}
