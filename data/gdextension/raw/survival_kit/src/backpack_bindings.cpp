// The part of Backpack that faces the rest of the game: using items, saving and
// loading, and the methods scripts can see.

#include "backpack.h"

#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/variant/utility_functions.hpp>

using namespace godot;

namespace survival {

// Uses up one item of a slot and returns its effects. Tools and quest items have
// effects as well but are not used up.
Dictionary Backpack::use(int p_slot) {
	ERR_FAIL_INDEX_V(p_slot, (int)slots.size(), Dictionary());
	Slot &slot = slots[p_slot];
	if (slot.is_empty()) {
		return Dictionary();
	}
	const Dictionary effects = slot.item->scaled_effects(slot.age);
	const bool lasting = slot.item->has_trait(ItemDefinition::TRAIT_TOOL) || slot.item->has_trait(ItemDefinition::TRAIT_QUEST);
	if (!lasting && --slot.count == 0) {
		slot.clear();
	}
	_changed(p_slot);
	return effects;
}

// One entry per slot: null, or an array of id, count and age. Names instead of
// resource paths, so that saves survive when files are moved in the project.
Array Backpack::to_data() const {
	Array data;
	for (const Slot &slot : slots) {
		if (slot.is_empty()) {
			data.push_back(Variant());
			continue;
		}
		data.push_back(Array::make(slot.item->get_id(), slot.count, slot.age));
	}
	return data;
}

// Replaces the contents. Entries that are malformed or whose item no longer exists
// leave their slot empty and are reported as warnings, the rest is loaded.
void Backpack::from_data(const Array &p_data, const Dictionary &p_catalogue) {
	slots.clear();
	slots.resize(MAX((int)p_data.size(), 1));
	for (int i = 0; i < p_data.size(); i++) {
		if (p_data[i].get_type() == Variant::NIL) {
			continue;
		}
		const Array entry = p_data[i];
		const Ref<ItemDefinition> item = entry.size() == 3 ? p_catalogue.get(entry[0], Variant()) : Variant();
		if (item.is_null()) {
			WARN_PRINT(vformat("Slot %d of a saved backpack cannot be restored: %s", i, p_data[i]));
			continue;
		}
		slots[i].item = item;
		slots[i].count = CLAMP((int)entry[1], 1, item->get_stack_limit());
		slots[i].age = entry[2];
	}
	_changed(-1);
}

void Backpack::_bind_methods() {
	ClassDB::bind_method(D_METHOD("set_slot_count", "count"), &Backpack::set_slot_count);
	ClassDB::bind_method(D_METHOD("get_slot_count"), &Backpack::get_slot_count);
	ClassDB::bind_method(D_METHOD("set_max_weight", "kilograms"), &Backpack::set_max_weight);
	ClassDB::bind_method(D_METHOD("get_max_weight"), &Backpack::get_max_weight);
	ClassDB::bind_method(D_METHOD("add", "item", "count", "age"), &Backpack::add, DEFVAL(1), DEFVAL(0.0));
	ClassDB::bind_method(D_METHOD("take", "id", "count"), &Backpack::take, DEFVAL(1));
	ClassDB::bind_method(D_METHOD("count", "id"), &Backpack::count);
	ClassDB::bind_method(D_METHOD("get_total_weight"), &Backpack::get_total_weight);
	ClassDB::bind_method(D_METHOD("get_slot", "slot"), &Backpack::get_slot);
	ClassDB::bind_method(D_METHOD("swap", "from", "to"), &Backpack::swap);
	ClassDB::bind_method(D_METHOD("split", "slot", "count"), &Backpack::split);
	ClassDB::bind_method(D_METHOD("give", "slot", "to"), &Backpack::give);
	ClassDB::bind_method(D_METHOD("sort"), &Backpack::sort);
	ClassDB::bind_method(D_METHOD("age", "hours"), &Backpack::age);
	ClassDB::bind_method(D_METHOD("use", "slot"), &Backpack::use);
	ClassDB::bind_method(D_METHOD("to_data"), &Backpack::to_data);
	ClassDB::bind_method(D_METHOD("from_data", "data", "catalogue"), &Backpack::from_data);

	ADD_PROPERTY(PropertyInfo(Variant::INT, "slot_count", PROPERTY_HINT_RANGE, "1,64"), "set_slot_count", "get_slot_count");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "max_weight", PROPERTY_HINT_RANGE, "1,200,0.5,suffix:kg"), "set_max_weight", "get_max_weight");

	ADD_SIGNAL(MethodInfo("slot_changed", PropertyInfo(Variant::INT, "slot")));
}

} // namespace survival
