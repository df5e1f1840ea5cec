#include "item_bar.h"

#include <godot_cpp/classes/font.hpp>
#include <godot_cpp/classes/input_event_key.hpp>
#include <godot_cpp/classes/input_event_mouse_button.hpp>
#include <godot_cpp/classes/texture_rect.hpp>
#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/variant/callable_method_pointer.hpp>

using namespace godot;

namespace survival {

// Shows another backpack, or none.
void ItemBar::set_backpack(const Ref<Backpack> &p_backpack) {
	const Callable redraw = callable_mp(this, &ItemBar::_on_slot_changed);
	if (backpack.is_valid()) {
		backpack->disconnect("slot_changed", redraw);
	}
	backpack = p_backpack;
	if (backpack.is_valid()) {
		backpack->connect("slot_changed", redraw);
	}
	queue_redraw();
}

// Only changes of slots that are on display need a redraw.
void ItemBar::_on_slot_changed(int p_slot) {
	if (p_slot < _visible_slots()) {
		queue_redraw();
	}
}

// Number of slots on display. The selection moves along if its slot disappears.
void ItemBar::set_columns(int p_columns) {
	columns = CLAMP(p_columns, 1, 32);
	selected = MIN(selected, columns - 1);
	update_minimum_size();
	queue_redraw();
}

void ItemBar::set_slot_size(double p_size) {
	slot_size = MAX(p_size, 8.0);
	update_minimum_size();
	queue_redraw();
}

int ItemBar::_visible_slots() const {
	return backpack.is_valid() ? MIN(columns, backpack->get_slot_count()) : columns;
}

Vector2 ItemBar::_get_minimum_size() const {
	return Vector2(columns * (slot_size + gap) - gap, slot_size);
}

Rect2 ItemBar::_slot_rect(int p_slot) const {
	return Rect2(p_slot * (slot_size + gap), 0, slot_size, slot_size);
}

// Slot below a position, or -1 for the gaps and everything beyond the last slot.
int ItemBar::_slot_at(const Vector2 &p_position) const {
	const int slot = (int)(p_position.x / (slot_size + gap));
	const bool hit = slot >= 0 && slot < _visible_slots() && _slot_rect(slot).has_point(p_position);
	return hit ? slot : -1;
}

// Selects a slot, wrapping around at both ends so that the wheel never gets stuck.
void ItemBar::select(int p_slot) {
	const int count = _visible_slots();
	const int slot = ((p_slot % count) + count) % count;
	if (slot != selected) {
		selected = slot;
		emit_signal("slot_selected", selected);
		queue_redraw();
	}
}

// Wheel and left button choose a slot, a double click uses what is in it.
void ItemBar::_gui_input(const Ref<InputEvent> &p_event) {
	const Ref<InputEventMouseButton> button = p_event;
	if (button.is_null() || !button->is_pressed()) {
		return;
	}
	switch (button->get_button_index()) {
		case MOUSE_BUTTON_WHEEL_UP:
			select(selected - 1);
			break;
		case MOUSE_BUTTON_WHEEL_DOWN:
			select(selected + 1);
			break;
		case MOUSE_BUTTON_LEFT: {
			const int slot = _slot_at(button->get_position());
			if (slot < 0) {
				return;
			}
			select(slot);
			if (button->is_double_click() && backpack.is_valid()) {
				emit_signal("item_used", backpack->use(slot));
			}
		} break;
		default:
			return;
	}
	accept_event();
}

// The keys 1 to 9 select a slot directly. Key repeat is ignored.
void ItemBar::_unhandled_key_input(const Ref<InputEvent> &p_event) {
	const Ref<InputEventKey> key = p_event;
	if (key.is_null() || !key->is_pressed() || key->is_echo()) {
		return;
	}
	const int slot = (int)key->get_physical_keycode() - (int)KEY_1;
	if (slot >= 0 && slot < MIN(9, _visible_slots())) {
		select(slot);
	}
}

// Starts a drag with the icon of the item below the mouse. The data says which bar
// and which slot the drag came from.
Variant ItemBar::_get_drag_data(const Vector2 &p_position) {
	const int slot = _slot_at(p_position);
	if (slot < 0 || backpack.is_null()) {
		return Variant();
	}
	const Ref<ItemDefinition> item = backpack->get_slot(slot).get("item", Variant());
	if (item.is_null()) {
		return Variant();
	}
	TextureRect *preview = memnew(TextureRect);
	preview->set_texture(item->get_icon());
	preview->set_modulate(Color(1, 1, 1, 0.7));
	set_drag_preview(preview);

	Dictionary data;
	data["bar"] = this;
	data["slot"] = slot;
	return data;
}

// Accepts drags that come from an item bar, over any slot.
bool ItemBar::_can_drop_data(const Vector2 &p_position, const Variant &p_data) const {
	if (backpack.is_null() || p_data.get_type() != Variant::DICTIONARY || _slot_at(p_position) < 0) {
		return false;
	}
	return Object::cast_to<ItemBar>(Dictionary(p_data).get("bar", Variant())) != nullptr;
}

// Within a backpack the slots are swapped or merged. From another one the stack is
// handed over, which ignores the slot it was dropped on.
void ItemBar::_drop_data(const Vector2 &p_position, const Variant &p_data) {
	const Dictionary data = p_data;
	const int from = data["slot"];
	ItemBar *source = Object::cast_to<ItemBar>(data["bar"]);
	ERR_FAIL_NULL(source);
	if (source->backpack == backpack) {
		backpack->swap(from, _slot_at(p_position));
		return;
	}
	source->backpack->give(from, backpack);
}

// Draws the frame, the icon, a bar for freshness if the item can spoil and the
// count if there is more than one.
void ItemBar::_draw_slot(int p_slot) {
	const Rect2 rect = _slot_rect(p_slot);
	const StringName style = p_slot == selected ? "slot_selected" : "slot";
	if (has_theme_stylebox(style)) {
		draw_style_box(get_theme_stylebox(style), rect);
	} else {
		draw_rect(rect, Color(0, 0, 0, p_slot == selected ? 0.7 : 0.4));
	}

	const Dictionary content = backpack.is_valid() ? backpack->get_slot(p_slot) : Dictionary();
	const Ref<ItemDefinition> item = content.get("item", Variant());
	if (item.is_null()) {
		return;
	}
	const Rect2 inner = rect.grow(-slot_size * 0.1);
	if (item->get_icon().is_valid()) {
		draw_texture_rect(item->get_icon(), inner, false);
	}
	const double freshness = content["freshness"];
	if (freshness < 1.0) {
		const Vector2 size(inner.size.x * freshness, 3.0);
		draw_rect(Rect2(inner.position, size), Color(1.0 - freshness, freshness, 0.1));
	}
	const int count = content["count"];
	if (count > 1) {
		draw_string(get_theme_font("font"), Vector2(inner.position.x, inner.get_end().y), String::num_int64(count),
				HORIZONTAL_ALIGNMENT_RIGHT, inner.size.x, get_theme_font_size("font_size"), get_theme_color("font_color"));
	}
}

void ItemBar::_draw() {
	for (int i = 0; i < _visible_slots(); i++) {
		_draw_slot(i);
	}
}

void ItemBar::_bind_methods() {
	ClassDB::bind_method(D_METHOD("set_backpack", "backpack"), &ItemBar::set_backpack);
	ClassDB::bind_method(D_METHOD("get_backpack"), &ItemBar::get_backpack);
	ClassDB::bind_method(D_METHOD("set_columns", "columns"), &ItemBar::set_columns);
	ClassDB::bind_method(D_METHOD("get_columns"), &ItemBar::get_columns);
	ClassDB::bind_method(D_METHOD("set_slot_size", "size"), &ItemBar::set_slot_size);
	ClassDB::bind_method(D_METHOD("get_slot_size"), &ItemBar::get_slot_size);
	ClassDB::bind_method(D_METHOD("select", "slot"), &ItemBar::select);
	ClassDB::bind_method(D_METHOD("get_selected"), &ItemBar::get_selected);

	ADD_PROPERTY(PropertyInfo(Variant::OBJECT, "backpack", PROPERTY_HINT_RESOURCE_TYPE, "Backpack"), "set_backpack", "get_backpack");
	ADD_PROPERTY(PropertyInfo(Variant::INT, "columns", PROPERTY_HINT_RANGE, "1,32"), "set_columns", "get_columns");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "slot_size", PROPERTY_HINT_RANGE, "8,128,1,suffix:px"), "set_slot_size", "get_slot_size");

	ADD_SIGNAL(MethodInfo("slot_selected", PropertyInfo(Variant::INT, "slot")));
	ADD_SIGNAL(MethodInfo("item_used", PropertyInfo(Variant::DICTIONARY, "effects")));
}

} // namespace survival
