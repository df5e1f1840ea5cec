#include "battle_map.h"

#include <godot_cpp/core/class_db.hpp>

// Clears the map: all cells are open and empty afterwards.
void BattleMap::resize(const Vector2i &p_size) {
	ERR_FAIL_COND_MSG(p_size.x <= 0 || p_size.y <= 0, "The size of a map must be positive.");
	width = p_size.x;
	height = p_size.y;
	costs.resize(width * height);
	occupants.resize(width * height);
	for (uint32_t i = 0; i < costs.size(); i++) {
		costs[i] = CELL_OPEN;
		occupants[i] = NOBODY;
	}
}

// Changes what it costs to enter a cell. Units on a cell that becomes a wall stay.
void BattleMap::set_cost(const Vector2i &p_cell, int p_cost) {
	ERR_FAIL_COND(!_inside(p_cell));
	ERR_FAIL_COND_MSG(p_cost < CELL_OPEN || p_cost > CELL_WALL, "Move costs range from 1 to 255.");
	costs[_index(p_cell)] = p_cost;
}

// Everything outside of the map is a wall.
int BattleMap::get_cost(const Vector2i &p_cell) const {
	return _inside(p_cell) ? (int)costs[_index(p_cell)] : (int)CELL_WALL;
}

// Moves a unit to a cell, wherever it was before. Fails without a change when the
// cell is a wall or somebody else stands there.
bool BattleMap::place_unit(int p_unit, const Vector2i &p_cell) {
	ERR_FAIL_COND_V(p_unit < 0, false);
	const int before = get_unit_at(p_cell);
	if (get_cost(p_cell) == CELL_WALL || (before != NOBODY && before != p_unit)) {
		return false;
	}
	remove_unit(p_unit);
	occupants[_index(p_cell)] = p_unit;
	return true;
}

// Takes a unit off the map. Unknown units are ignored.
void BattleMap::remove_unit(int p_unit) {
	for (int32_t &occupant : occupants) {
		if (occupant == p_unit) {
			occupant = NOBODY;
		}
	}
}

int BattleMap::get_unit_at(const Vector2i &p_cell) const {
	return _inside(p_cell) ? occupants[_index(p_cell)] : NOBODY;
}

// Packs size and costs, not the units: two bytes each for width and height in
// little endian, then one byte per cell, row by row.
PackedByteArray BattleMap::save() const {
	PackedByteArray data;
	data.resize(4 + costs.size());
	data.encode_u16(0, width);
	data.encode_u16(2, height);
	for (uint32_t i = 0; i < costs.size(); i++) {
		data.set(4 + i, costs[i]);
	}
	return data;
}

// Restores what save returned. Data of the wrong length or with a cost of zero is
// refused and leaves the map as it was.
Error BattleMap::load(const PackedByteArray &p_data) {
	ERR_FAIL_COND_V(p_data.size() < 4, ERR_INVALID_DATA);
	const Vector2i size(p_data.decode_u16(0), p_data.decode_u16(2));
	ERR_FAIL_COND_V(size.x == 0 || size.y == 0 || p_data.size() != 4 + (int64_t)size.x * size.y, ERR_INVALID_DATA);
	ERR_FAIL_COND_V(p_data.find(0, 4) != -1, ERR_INVALID_DATA);

	resize(size);
	for (uint32_t i = 0; i < costs.size(); i++) {
		costs[i] = p_data[4 + i];
	}
	return OK;
}

void BattleMap::_bind_methods() {
	ClassDB::bind_method(D_METHOD("resize", "size"), &BattleMap::resize);
	ClassDB::bind_method(D_METHOD("get_size"), &BattleMap::get_size);
	ClassDB::bind_method(D_METHOD("set_diagonal", "enabled"), &BattleMap::set_diagonal);
	ClassDB::bind_method(D_METHOD("is_diagonal"), &BattleMap::is_diagonal);
	ClassDB::bind_method(D_METHOD("set_cost", "cell", "cost"), &BattleMap::set_cost);
	ClassDB::bind_method(D_METHOD("get_cost", "cell"), &BattleMap::get_cost);
	ClassDB::bind_method(D_METHOD("place_unit", "unit", "cell"), &BattleMap::place_unit);
	ClassDB::bind_method(D_METHOD("remove_unit", "unit"), &BattleMap::remove_unit);
	ClassDB::bind_method(D_METHOD("get_unit_at", "cell"), &BattleMap::get_unit_at);
	ClassDB::bind_method(D_METHOD("find_path", "from", "to", "team"), &BattleMap::find_path, DEFVAL(0));
	ClassDB::bind_method(D_METHOD("get_reachable", "from", "budget", "team"), &BattleMap::get_reachable, DEFVAL(0));
	ClassDB::bind_method(D_METHOD("has_line_of_sight", "from", "to"), &BattleMap::has_line_of_sight);
	ClassDB::bind_method(D_METHOD("save"), &BattleMap::save);
	ClassDB::bind_method(D_METHOD("load", "data"), &BattleMap::load);

	ADD_PROPERTY(PropertyInfo(Variant::BOOL, "diagonal"), "set_diagonal", "is_diagonal");

	BIND_ENUM_CONSTANT(CELL_OPEN);
	BIND_ENUM_CONSTANT(CELL_ROUGH);
	BIND_ENUM_CONSTANT(CELL_WALL);
}
