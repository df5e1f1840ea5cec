#ifndef SURVIVAL_ITEM_BAR_H
#define SURVIVAL_ITEM_BAR_H

#include "backpack.h"

#include <godot_cpp/classes/control.hpp>
#include <godot_cpp/classes/input_event.hpp>
#include <godot_cpp/classes/style_box.hpp>

namespace survival {

// Row of slots at the bottom of the screen, showing the first slots of a backpack.
// Slots are chosen with the mouse wheel, a click or the number keys, and stacks are
// rearranged by drag and drop, also between two bars with different backpacks.
//
// Theme items: "slot" and "slot_selected" (style boxes), "font", "font_size" and
// "font_color".
class ItemBar : public godot::Control {
	GDCLASS(ItemBar, godot::Control)

	godot::Ref<Backpack> backpack;
	int columns = 8;
	double slot_size = 56.0; // pixels, slots are square
	double gap = 4.0;
	int selected = 0;

	// All positions are relative to the top left corner of the bar.
	godot::Rect2 _slot_rect(int p_slot) const;
	int _slot_at(const godot::Vector2 &p_position) const;
	int _visible_slots() const;
	void _draw_slot(int p_slot);
	void _on_slot_changed(int p_slot);

protected:
	static void _bind_methods();

public:
	void _draw() override;
	void _gui_input(const godot::Ref<godot::InputEvent> &p_event) override;
	void _unhandled_key_input(const godot::Ref<godot::InputEvent> &p_event) override;
	godot::Vector2 _get_minimum_size() const override;
	godot::Variant _get_drag_data(const godot::Vector2 &p_position) override;
	bool _can_drop_data(const godot::Vector2 &p_position, const godot::Variant &p_data) const override;
	void _drop_data(const godot::Vector2 &p_position, const godot::Variant &p_data) override;

	// The bar listens to the backpack it shows. Several bars can share one.
	void set_backpack(const godot::Ref<Backpack> &p_backpack);
	godot::Ref<Backpack> get_backpack() const { return backpack; }
	void set_columns(int p_columns);
	int get_columns() const { return columns; }
	void set_slot_size(double p_size);
	double get_slot_size() const { return slot_size; }
	// Slots are numbered from 0, the key 1 selects slot 0.
	void select(int p_slot);
	int get_selected() const { return selected; }
};

} // namespace survival

#endif // SURVIVAL_ITEM_BAR_H
