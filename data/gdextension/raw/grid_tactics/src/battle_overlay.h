#ifndef BATTLE_OVERLAY_H
#define BATTLE_OVERLAY_H

#include "battle_map.h"

#include <godot_cpp/classes/font.hpp>
#include <godot_cpp/classes/input_event.hpp>
#include <godot_cpp/classes/node2d.hpp>
#include <godot_cpp/variant/color.hpp>
#include <godot_cpp/variant/rect2.hpp>

// Draws what a player has to know about a battle map: where the selected unit can
// go, what that costs, and the way to the cell below the mouse. Reports clicks on
// cells the unit can reach.
class BattleOverlay : public Node2D {
	GDCLASS(BattleOverlay, Node2D)

	Ref<BattleMap> map;
	Ref<Font> font;
	double cell_size = 48.0;
	Color reach_color = Color(0.3, 0.6, 1.0, 0.35);
	Color path_color = Color(1.0, 0.9, 0.4, 0.9);

	// A negative x means that no cell is selected, or that the mouse is elsewhere.
	Vector2i selected = Vector2i(-1, -1);
	Vector2i hovered = Vector2i(-1, -1);
	int team = 0;

	// Cells within reach of the selection with their cost, and the way to hovered.
	Dictionary reachable;
	TypedArray<Vector2i> path;

	Rect2 _rect_of(const Vector2i &p_cell) const;
	Vector2 _center_of(const Vector2i &p_cell) const;
	void _hover(const Vector2i &p_cell);
	void _draw_reach();
	void _draw_border();
	void _draw_path();

protected:
	static void _bind_methods();

public:
	void _draw() override;
	void _unhandled_input(const Ref<InputEvent> &p_event) override;

	void set_map(const Ref<BattleMap> &p_map);
	Ref<BattleMap> get_map() const { return map; }
	void set_font(const Ref<Font> &p_font);
	Ref<Font> get_font() const { return font; }
	void set_cell_size(double p_size);
	double get_cell_size() const { return cell_size; }
	void set_reach_color(const Color &p_color);
	Color get_reach_color() const { return reach_color; }

	Vector2i local_to_cell(const Vector2 &p_position) const;
	void select(const Vector2i &p_cell, double p_budget, int p_team);
	void deselect();
};

#endif // BATTLE_OVERLAY_H
