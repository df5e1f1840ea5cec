#include "backpack.h"

#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/core/math.hpp>

using namespace godot;

namespace survival {

// Changes the number of slots. What is in the slots at the end gets lost when the
// backpack shrinks; the game is expected to ask the player first.
void Backpack::set_slot_count(int p_count) {
	ERR_FAIL_COND(p_count < 1);
	slots.resize(p_count);
	_changed(-1);
}

// Tells listeners which slot to redraw, -1 for all of them.
void Backpack::_changed(int p_slot) {
	emit_signal("slot_changed", p_slot);
	emit_changed();
}

// How many of p_count items can be carried before the backpack is too heavy.
int Backpack::_fit_by_weight(const ItemDefinition &p_item, int p_count) const {
	if (p_item.get_weight() <= 0.0) {
		return p_count;
	}
	const double left = max_weight - get_total_weight();
	return CLAMP((int)Math::floor(left / p_item.get_weight() + 1e-6), 0, p_count);
}

// Packs items: existing stacks are topped up first, then empty slots are used. A
// stack takes the age of its oldest item. Returns how many did not fit, because
// of weight or because all slots are taken.
int Backpack::add(const Ref<ItemDefinition> &p_item, int p_count, double p_age) {
	ERR_FAIL_COND_V(p_item.is_null() || p_count < 0, p_count);
	int left = _fit_by_weight(*p_item.ptr(), p_count);
	const int too_heavy = p_count - left;

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < slots.size() && left > 0; i++) {
			Slot &slot = slots[i];
			if (pass == 0 ? slot.item != p_item : !slot.is_empty()) {
				continue;
			}
			slot.item = p_item;
			const int moved = MIN(left, slot.room());
			if (moved == 0) {
				continue;
			}
			slot.count += moved;
			slot.age = MAX(slot.age, p_age);
			left -= moved;
			_changed(i);
		}
	}
	return left + too_heavy;
}

// Removes up to p_count items, those from the last slots first, and returns how
// many were found.
int Backpack::take(const StringName &p_id, int p_count) {
	int taken = 0;
	for (int i = (int)slots.size() - 1; i >= 0 && taken < p_count; i--) {
		Slot &slot = slots[i];
		if (slot.is_empty() || slot.item->get_id() != p_id) {
			continue;
		}
		const int part = MIN(p_count - taken, slot.count);
		slot.count -= part;
		taken += part;
		if (slot.count == 0) {
			slot.clear();
		}
		_changed(i);
	}
	return taken;
}

// Number of items of a kind over all slots.
int Backpack::count(const StringName &p_id) const {
	int total = 0;
	for (const Slot &slot : slots) {
		if (!slot.is_empty() && slot.item->get_id() == p_id) {
			total += slot.count;
		}
	}
	return total;
}

// Sum of the weights of all items, in kilograms. Empty slots weigh nothing.
double Backpack::get_total_weight() const {
	double total = 0.0;
	for (const Slot &slot : slots) {
		total += slot.is_empty() ? 0.0 : slot.count * slot.item->get_weight();
	}
	return total;
}

// What is in a slot, with the keys "item", "count" and "freshness". Empty slots
// give an empty dictionary.
Dictionary Backpack::get_slot(int p_slot) const {
	Dictionary result;
	ERR_FAIL_INDEX_V(p_slot, (int)slots.size(), result);
	const Slot &slot = slots[p_slot];
	if (!slot.is_empty()) {
		result["item"] = slot.item;
		result["count"] = slot.count;
		result["freshness"] = slot.item->freshness(slot.age);
	}
	return result;
}

// Drag and drop: a stack that is dropped onto one of the same kind is poured into
// it as far as there is room, in all other cases both slots change places.
void Backpack::swap(int p_from, int p_to) {
	ERR_FAIL_INDEX(p_from, (int)slots.size());
	ERR_FAIL_INDEX(p_to, (int)slots.size());
	Slot &from = slots[p_from];
	Slot &to = slots[p_to];
	if (p_from == p_to || from.is_empty()) {
		return;
	}
	if (from.item == to.item && to.room() > 0) {
		const int moved = MIN(from.count, to.room());
		to.count += moved;
		to.age = MAX(to.age, from.age);
		from.count -= moved;
		if (from.count == 0) {
			from.clear();
		}
	} else {
		SWAP(from, to);
	}
	_changed(p_from);
	_changed(p_to);
}

// Moves part of a stack to the first empty slot. Fails if there is none, or if
// nothing or everything would be moved.
bool Backpack::split(int p_slot, int p_count) {
	ERR_FAIL_INDEX_V(p_slot, (int)slots.size(), false);
	if (p_count < 1 || p_count >= slots[p_slot].count) {
		return false;
	}
	for (uint32_t i = 0; i < slots.size(); i++) {
		if (slots[i].is_empty()) {
			slots[i] = slots[p_slot];
			slots[i].count = p_count;
			slots[p_slot].count -= p_count;
			_changed(p_slot);
			_changed(i);
			return true;
		}
	}
	return false;
}

// Hands a stack to another backpack, as much of it as fits there. Items keep their
// age. Returns the number of items that changed hands.
int Backpack::give(int p_slot, const Ref<Backpack> &p_to) {
	ERR_FAIL_INDEX_V(p_slot, (int)slots.size(), 0);
	Slot &slot = slots[p_slot];
	if (slot.is_empty() || p_to.is_null() || p_to.ptr() == this) {
		return 0;
	}
	const int before = slot.count;
	slot.count = p_to->add(slot.item, before, slot.age);
	const int moved = before - slot.count;
	if (slot.count == 0) {
		slot.clear();
	}
	_changed(p_slot);
	return moved;
}

// Tidies up: equal items side by side in order of their ids, full stacks before
// the rest, empty slots at the end.
void Backpack::sort() {
	struct Order {
		bool operator()(const Slot &p_a, const Slot &p_b) const {
			if (p_a.is_empty() || p_b.is_empty()) {
				return !p_a.is_empty() && p_b.is_empty();
			}
			if (p_a.item != p_b.item) {
				return String(p_a.item->get_id()) < String(p_b.item->get_id());
			}
			return p_a.count > p_b.count;
		}
	};
	slots.sort_custom<Order>();
	_changed(-1);
}

// Lets time pass for everything in the backpack.
void Backpack::age(double p_hours) {
	for (uint32_t i = 0; i < slots.size(); i++) {
		if (slots[i].is_empty() || slots[i].item->get_spoil_hours() <= 0.0) {
			continue;
		}
		slots[i].age += p_hours;
		_changed(i);
	}
}

} // namespace survival
