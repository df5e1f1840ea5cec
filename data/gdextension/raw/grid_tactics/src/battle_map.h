#ifndef BATTLE_MAP_H
#define BATTLE_MAP_H

#include <godot_cpp/classes/ref_counted.hpp>
#include <godot_cpp/templates/local_vector.hpp>
#include <godot_cpp/variant/dictionary.hpp>
#include <godot_cpp/variant/packed_byte_array.hpp>
#include <godot_cpp/variant/typed_array.hpp>
#include <godot_cpp/variant/vector2i.hpp>

using namespace godot;

// Rectangular map of a tactics game. Every cell has a move cost of 1 to 254, or
// WALL; cells can be occupied by one unit, identified by a number chosen by the
// game. Moves go to the four neighbours unless diagonal moves are switched on.
class BattleMap : public RefCounted {
	GDCLASS(BattleMap, RefCounted)

public:
	enum Cell {
		CELL_OPEN = 1,
		CELL_ROUGH = 2,
		CELL_WALL = 255,
	};

private:
	static constexpr int32_t NOBODY = -1;

	int width = 0;
	int height = 0;
	bool diagonal = false;
	LocalVector<uint8_t> costs;
	LocalVector<int32_t> occupants;

	struct Step {
		double estimate; // cost so far plus heuristic
		int32_t cell;
	};

	// Binary heap with the smallest estimate on top.
	struct Heap {
		LocalVector<Step> steps;
		void push(const Step &p_step);
		Step pop();
	};

	bool _inside(const Vector2i &p_cell) const {
		return p_cell.x >= 0 && p_cell.y >= 0 && p_cell.x < width && p_cell.y < height;
	}
	int32_t _index(const Vector2i &p_cell) const { return p_cell.y * width + p_cell.x; }
	Vector2i _cell(int32_t p_index) const { return Vector2i(p_index % width, p_index / width); }
	bool _passable(const Vector2i &p_from, const Vector2i &p_to, int p_team) const;
	double _heuristic(const Vector2i &p_a, const Vector2i &p_b) const;
	void _search(int32_t p_from, int32_t p_goal, double p_budget, int p_team,
			LocalVector<double> &r_cost, LocalVector<int32_t> &r_came_from) const;

protected:
	static void _bind_methods();

public:
	void resize(const Vector2i &p_size);
	Vector2i get_size() const { return Vector2i(width, height); }
	void set_diagonal(bool p_enabled) { diagonal = p_enabled; }
	bool is_diagonal() const { return diagonal; }

	void set_cost(const Vector2i &p_cell, int p_cost);
	int get_cost(const Vector2i &p_cell) const;
	bool place_unit(int p_unit, const Vector2i &p_cell);
	void remove_unit(int p_unit);
	int get_unit_at(const Vector2i &p_cell) const;

	TypedArray<Vector2i> find_path(const Vector2i &p_from, const Vector2i &p_to, int p_team) const;
	Dictionary get_reachable(const Vector2i &p_from, double p_budget, int p_team) const;
	bool has_line_of_sight(const Vector2i &p_from, const Vector2i &p_to) const;
	PackedByteArray save() const;
	Error load(const PackedByteArray &p_data);
};

VARIANT_ENUM_CAST(BattleMap::Cell);

#endif // BATTLE_MAP_H
