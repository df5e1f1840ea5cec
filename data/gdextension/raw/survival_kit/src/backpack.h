#ifndef SURVIVAL_BACKPACK_H
#define SURVIVAL_BACKPACK_H

#include "item_definition.h"

#include <godot_cpp/templates/local_vector.hpp>

namespace survival {

// Slots with stacks of items. A resource, so that chests can be filled in the
// editor and a player can be handed the same backpack in every scene.
class Backpack : public godot::Resource {
	GDCLASS(Backpack, godot::Resource)

	struct Slot {
		godot::Ref<ItemDefinition> item; // null for an empty slot
		int count = 0;
		double age = 0.0; // hours, of the oldest item in the stack

		bool is_empty() const { return item.is_null(); }
		int room() const { return item->get_stack_limit() - count; }
		void clear() { *this = Slot(); }
	};

	godot::LocalVector<Slot> slots;
	double max_weight = 30.0;

	int _fit_by_weight(const ItemDefinition &p_item, int p_count) const;
	void _changed(int p_slot);

protected:
	static void _bind_methods();

public:
	Backpack() { slots.resize(12); }

	void set_slot_count(int p_count);
	int get_slot_count() const { return slots.size(); }
	void set_max_weight(double p_weight) { max_weight = p_weight; }
	double get_max_weight() const { return max_weight; }

	int add(const godot::Ref<ItemDefinition> &p_item, int p_count, double p_age);
	int take(const godot::StringName &p_id, int p_count);
	int count(const godot::StringName &p_id) const;
	double get_total_weight() const;
	godot::Dictionary get_slot(int p_slot) const;
	void swap(int p_from, int p_to);
	bool split(int p_slot, int p_count);
	int give(int p_slot, const godot::Ref<Backpack> &p_to);
	void sort();
	void age(double p_hours);
	godot::Dictionary use(int p_slot);

	// Contents as plain data for save files, and back with the help of a catalogue
	// from id to definition.
	godot::Array to_data() const;
	void from_data(const godot::Array &p_data, const godot::Dictionary &p_catalogue);
};

} // namespace survival

#endif // SURVIVAL_BACKPACK_H
