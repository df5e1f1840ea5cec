#include "battle_overlay.h"

#include <godot_cpp/classes/input_event_mouse_button.hpp>
#include <godot_cpp/classes/input_event_mouse_motion.hpp>
#include <godot_cpp/classes/viewport.hpp>
#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/variant/packed_vector2_array.hpp>

// Shows another map. The former selection is meaningless there and is dropped.
void BattleOverlay::set_map(const Ref<BattleMap> &p_map) {
	map = p_map;
	deselect();
}

void BattleOverlay::set_font(const Ref<Font> &p_font) {
	font = p_font;
	queue_redraw();
}

void BattleOverlay::set_cell_size(double p_size) {
	ERR_FAIL_COND(p_size <= 0.0);
	cell_size = p_size;
	queue_redraw();
}

void BattleOverlay::set_reach_color(const Color &p_color) {
	reach_color = p_color;
	queue_redraw();
}

Rect2 BattleOverlay::_rect_of(const Vector2i &p_cell) const {
	return Rect2(Vector2(p_cell) * cell_size, Vector2(cell_size, cell_size));
}

Vector2 BattleOverlay::_center_of(const Vector2i &p_cell) const {
	return _rect_of(p_cell).get_center();
}

// Cell at a position in the coordinate system of the overlay. Works for negative
// positions too, which are outside of the map.
Vector2i BattleOverlay::local_to_cell(const Vector2 &p_position) const {
	return Vector2i((p_position / cell_size).floor());
}

// Shows where the unit on a cell can go with the given budget. Replaces any former
// selection.
void BattleOverlay::select(const Vector2i &p_cell, double p_budget, int p_team) {
	ERR_FAIL_COND_MSG(map.is_null(), "The overlay needs a map before a cell can be selected.");
	selected = p_cell;
	team = p_team;
	reachable = map->get_reachable(p_cell, p_budget, p_team);
	path.clear();
	queue_redraw();
}

// Drops the selection and everything that was drawn for it.
void BattleOverlay::deselect() {
	selected = Vector2i(-1, -1);
	reachable.clear();
	path.clear();
	queue_redraw();
}

// Updates the path when the mouse enters another cell. The path is only searched
// for cells that can be reached, the others clear it.
void BattleOverlay::_hover(const Vector2i &p_cell) {
	if (p_cell == hovered) {
		return;
	}
	hovered = p_cell;
	path.clear();
	if (reachable.has(p_cell)) {
		path = map->find_path(selected, p_cell, team);
	}
	queue_redraw();
}

// Follows the mouse, and turns a left click on a reachable cell into a signal. A
// right click drops the selection. Handled events are not passed on.
void BattleOverlay::_unhandled_input(const Ref<InputEvent> &p_event) {
	if (map.is_null() || selected.x < 0) {
		return;
	}
	const Ref<InputEventMouseMotion> motion = p_event;
	if (motion.is_valid()) {
		_hover(local_to_cell(get_local_mouse_position()));
		return;
	}

	const Ref<InputEventMouseButton> button = p_event;
	if (button.is_null() || !button->is_pressed()) {
		return;
	}
	if (button->get_button_index() == MOUSE_BUTTON_RIGHT) {
		deselect();
		get_viewport()->set_input_as_handled();
	} else if (button->get_button_index() == MOUSE_BUTTON_LEFT) {
		const Vector2i cell = local_to_cell(get_local_mouse_position());
		if (reachable.has(cell)) {
			emit_signal("move_chosen", selected, cell, map->find_path(selected, cell, team));
			get_viewport()->set_input_as_handled();
		}
	}
}

// Fills reachable cells and writes the move cost into the corner, if a font is set.
void BattleOverlay::_draw_reach() {
	const Array cells = reachable.keys();
	for (int i = 0; i < cells.size(); i++) {
		const Vector2i cell = cells[i];
		const Rect2 rect = _rect_of(cell).grow(-1.0);
		draw_rect(rect, reach_color);
		if (font.is_valid()) {
			const String label = String::num(reachable[cell], 1);
			draw_string(font, rect.position + Vector2(3, 14), label, HORIZONTAL_ALIGNMENT_LEFT, -1, 12);
		}
	}
}

// Outlines the reachable area: draws the edges of its cells that do not touch
// another cell of the area. All edges are sent in one call.
void BattleOverlay::_draw_border() {
	PackedVector2Array lines;
	const Array cells = reachable.keys();
	for (int i = 0; i < cells.size(); i++) {
		const Vector2i cell = cells[i];
		const Rect2 rect = _rect_of(cell);
		const Vector2 corner[4] = {
			rect.position, rect.position + Vector2(cell_size, 0),
			rect.get_end(), rect.position + Vector2(0, cell_size)
		};
		const Vector2i beyond[4] = { Vector2i(0, -1), Vector2i(1, 0), Vector2i(0, 1), Vector2i(-1, 0) };
		for (int side = 0; side < 4; side++) {
			if (!reachable.has(cell + beyond[side])) {
				lines.push_back(corner[side]);
				lines.push_back(corner[(side + 1) % 4]);
			}
		}
	}
	if (!lines.is_empty()) {
		draw_multiline(lines, Color(reach_color, 1.0), 2.0);
	}
}

// Draws the path as a line from center to center with a dot at its end.
void BattleOverlay::_draw_path() {
	if (path.size() < 2) {
		return;
	}
	PackedVector2Array points;
	for (int i = 0; i < path.size(); i++) {
		points.push_back(_center_of(path[i]));
	}
	draw_polyline(points, path_color, 3.0, true);
	draw_circle(points[points.size() - 1], cell_size * 0.15, path_color);
}

// Draws from back to front: the area, its outline, the path, the selected cell.
void BattleOverlay::_draw() {
	_draw_reach();
	_draw_border();
	_draw_path();
	if (selected.x >= 0) {
		draw_rect(_rect_of(selected).grow(-2.0), path_color, false, 2.0);
	}
}

void BattleOverlay::_bind_methods() {
	ClassDB::bind_method(D_METHOD("set_map", "map"), &BattleOverlay::set_map);
	ClassDB::bind_method(D_METHOD("get_map"), &BattleOverlay::get_map);
	ClassDB::bind_method(D_METHOD("set_font", "font"), &BattleOverlay::set_font);
	ClassDB::bind_method(D_METHOD("get_font"), &BattleOverlay::get_font);
	ClassDB::bind_method(D_METHOD("set_cell_size", "size"), &BattleOverlay::set_cell_size);
	ClassDB::bind_method(D_METHOD("get_cell_size"), &BattleOverlay::get_cell_size);
	ClassDB::bind_method(D_METHOD("set_reach_color", "color"), &BattleOverlay::set_reach_color);
	ClassDB::bind_method(D_METHOD("get_reach_color"), &BattleOverlay::get_reach_color);
	ClassDB::bind_method(D_METHOD("local_to_cell", "position"), &BattleOverlay::local_to_cell);
	ClassDB::bind_method(D_METHOD("select", "cell", "budget", "team"), &BattleOverlay::select, DEFVAL(0));
	ClassDB::bind_method(D_METHOD("deselect"), &BattleOverlay::deselect);

	ADD_PROPERTY(PropertyInfo(Variant::OBJECT, "font", PROPERTY_HINT_RESOURCE_TYPE, "Font"), "set_font", "get_font");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "cell_size", PROPERTY_HINT_RANGE, "8,256,1,suffix:px"), "set_cell_size", "get_cell_size");
	ADD_PROPERTY(PropertyInfo(Variant::COLOR, "reach_color"), "set_reach_color", "get_reach_color");

	ADD_SIGNAL(MethodInfo("move_chosen", PropertyInfo(Variant::VECTOR2I, "from"), PropertyInfo(Variant::VECTOR2I, "to"),
			PropertyInfo(Variant::ARRAY, "path", PROPERTY_HINT_ARRAY_TYPE, "Vector2i")));
}
