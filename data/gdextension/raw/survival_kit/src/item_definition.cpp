#include "item_definition.h"

#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/core/math.hpp>

using namespace godot;

namespace survival {

// Identifiers end up in save files, so they are kept to lower case words joined by
// underscores, whatever was typed into the inspector.
void ItemDefinition::set_id(const StringName &p_id) {
	id = String(p_id).strip_edges().to_snake_case();
	emit_changed();
}

// Title for the player. Made up from the identifier if none was given, so that
// "rusty_knife" becomes "Rusty Knife".
String ItemDefinition::get_title() const {
	return title.is_empty() ? String(id).capitalize() : title;
}

// How many of these items share one slot of a backpack.
void ItemDefinition::set_stack_limit(int p_limit) {
	ERR_FAIL_COND_MSG(p_limit < 1, "At least one item has to fit into a stack.");
	stack_limit = p_limit;
	emit_changed();
}

// How good an item still is at the given age, from 1 (fresh) to 0 (spoiled). It
// stays fresh for the first half of its time and goes bad evenly in the second.
double ItemDefinition::freshness(double p_age_hours) const {
	if (spoil_hours <= 0.0) {
		return 1.0;
	}
	const double share = p_age_hours / spoil_hours;
	return CLAMP(2.0 * (1.0 - share), 0.0, 1.0);
}

// Effects of using the item at the given age. Benefits fade with freshness; harm
// does not, and completely spoiled food also takes a point of health.
Dictionary ItemDefinition::scaled_effects(double p_age_hours) const {
	const double fresh = freshness(p_age_hours);
	Dictionary result;
	const Array needs = effects.keys();
	for (int i = 0; i < needs.size(); i++) {
		const double change = effects[needs[i]];
		result[needs[i]] = change > 0.0 ? change * fresh : change;
	}
	if (fresh <= 0.0 && has_trait(TRAIT_FOOD)) {
		result["health"] = (double)result.get("health", 0.0) - 1.0;
	}
	return result;
}

void ItemDefinition::_bind_methods() {
	ClassDB::bind_method(D_METHOD("set_id", "id"), &ItemDefinition::set_id);
	ClassDB::bind_method(D_METHOD("get_id"), &ItemDefinition::get_id);
	ClassDB::bind_method(D_METHOD("set_title", "title"), &ItemDefinition::set_title);
	ClassDB::bind_method(D_METHOD("get_title"), &ItemDefinition::get_title);
	ClassDB::bind_method(D_METHOD("set_icon", "icon"), &ItemDefinition::set_icon);
	ClassDB::bind_method(D_METHOD("get_icon"), &ItemDefinition::get_icon);
	ClassDB::bind_method(D_METHOD("set_world_scene", "scene"), &ItemDefinition::set_world_scene);
	ClassDB::bind_method(D_METHOD("get_world_scene"), &ItemDefinition::get_world_scene);
	ClassDB::bind_method(D_METHOD("set_traits", "traits"), &ItemDefinition::set_traits);
	ClassDB::bind_method(D_METHOD("get_traits"), &ItemDefinition::get_traits);
	ClassDB::bind_method(D_METHOD("set_stack_limit", "limit"), &ItemDefinition::set_stack_limit);
	ClassDB::bind_method(D_METHOD("get_stack_limit"), &ItemDefinition::get_stack_limit);
	ClassDB::bind_method(D_METHOD("set_weight", "kilograms"), &ItemDefinition::set_weight);
	ClassDB::bind_method(D_METHOD("get_weight"), &ItemDefinition::get_weight);
	ClassDB::bind_method(D_METHOD("set_spoil_hours", "hours"), &ItemDefinition::set_spoil_hours);
	ClassDB::bind_method(D_METHOD("get_spoil_hours"), &ItemDefinition::get_spoil_hours);
	ClassDB::bind_method(D_METHOD("set_effects", "effects"), &ItemDefinition::set_effects);
	ClassDB::bind_method(D_METHOD("get_effects"), &ItemDefinition::get_effects);
	ClassDB::bind_method(D_METHOD("has_trait", "any"), &ItemDefinition::has_trait);
	ClassDB::bind_method(D_METHOD("freshness", "age_hours"), &ItemDefinition::freshness);
	ClassDB::bind_method(D_METHOD("scaled_effects", "age_hours"), &ItemDefinition::scaled_effects);

	ADD_PROPERTY(PropertyInfo(Variant::STRING_NAME, "id"), "set_id", "get_id");
	ADD_PROPERTY(PropertyInfo(Variant::STRING, "title"), "set_title", "get_title");
	ADD_PROPERTY(PropertyInfo(Variant::OBJECT, "icon", PROPERTY_HINT_RESOURCE_TYPE, "Texture2D"), "set_icon", "get_icon");
	ADD_PROPERTY(PropertyInfo(Variant::OBJECT, "world_scene", PROPERTY_HINT_RESOURCE_TYPE, "PackedScene"), "set_world_scene", "get_world_scene");
	ADD_PROPERTY(PropertyInfo(Variant::INT, "traits", PROPERTY_HINT_FLAGS, "Food,Tool,Fuel,Quest"), "set_traits", "get_traits");
	ADD_PROPERTY(PropertyInfo(Variant::INT, "stack_limit", PROPERTY_HINT_RANGE, "1,99"), "set_stack_limit", "get_stack_limit");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "weight", PROPERTY_HINT_RANGE, "0,50,0.05,suffix:kg"), "set_weight", "get_weight");
	ADD_SUBGROUP("Use", "");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "spoil_hours", PROPERTY_HINT_RANGE, "0,240,0.5,suffix:h"), "set_spoil_hours", "get_spoil_hours");
	ADD_PROPERTY(PropertyInfo(Variant::DICTIONARY, "effects"), "set_effects", "get_effects");

	BIND_BITFIELD_FLAG(TRAIT_FOOD);
	BIND_BITFIELD_FLAG(TRAIT_TOOL);
	BIND_BITFIELD_FLAG(TRAIT_FUEL);
	BIND_BITFIELD_FLAG(TRAIT_QUEST);
}

} // namespace survival
