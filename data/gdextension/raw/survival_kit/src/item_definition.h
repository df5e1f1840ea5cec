#ifndef SURVIVAL_ITEM_DEFINITION_H
#define SURVIVAL_ITEM_DEFINITION_H

#include <godot_cpp/classes/packed_scene.hpp>
#include <godot_cpp/classes/resource.hpp>
#include <godot_cpp/classes/texture2d.hpp>
#include <godot_cpp/core/binder_common.hpp>
#include <godot_cpp/variant/dictionary.hpp>

namespace survival {

// Describes a kind of item. One resource per kind, shared by all items of it.
class ItemDefinition : public godot::Resource {
	GDCLASS(ItemDefinition, godot::Resource)

public:
	// Bit flags, an item can be several things at once.
	enum Trait {
		TRAIT_FOOD = 1 << 0,
		TRAIT_TOOL = 1 << 1,
		TRAIT_FUEL = 1 << 2,
		TRAIT_QUEST = 1 << 3,
	};

private:
	godot::StringName id;
	godot::String title;
	godot::Ref<godot::Texture2D> icon;
	godot::Ref<godot::PackedScene> world_scene;
	godot::BitField<Trait> traits = 0;
	int stack_limit = 1;
	double weight = 0.1;
	double spoil_hours = 0.0; // 0 for items that keep forever
	godot::Dictionary effects; // StringName of a need -> change

protected:
	static void _bind_methods();

public:
	void set_id(const godot::StringName &p_id);
	godot::StringName get_id() const { return id; }
	void set_title(const godot::String &p_title) { title = p_title; }
	godot::String get_title() const;
	void set_icon(const godot::Ref<godot::Texture2D> &p_icon) { icon = p_icon; }
	godot::Ref<godot::Texture2D> get_icon() const { return icon; }
	void set_world_scene(const godot::Ref<godot::PackedScene> &p_scene) { world_scene = p_scene; }
	godot::Ref<godot::PackedScene> get_world_scene() const { return world_scene; }
	void set_traits(godot::BitField<Trait> p_traits) { traits = p_traits; }
	godot::BitField<Trait> get_traits() const { return traits; }
	void set_stack_limit(int p_limit);
	int get_stack_limit() const { return stack_limit; }
	void set_weight(double p_weight) { weight = p_weight < 0.0 ? 0.0 : p_weight; }
	double get_weight() const { return weight; }
	void set_spoil_hours(double p_hours) { spoil_hours = p_hours; }
	double get_spoil_hours() const { return spoil_hours; }
	void set_effects(const godot::Dictionary &p_effects) { effects = p_effects; }
	godot::Dictionary get_effects() const { return effects; }

	bool has_trait(godot::BitField<Trait> p_any) const { return (int64_t(traits) & int64_t(p_any)) != 0; }
	double freshness(double p_age_hours) const;
	godot::Dictionary scaled_effects(double p_age_hours) const;
};

} // namespace survival

VARIANT_BITFIELD_CAST(survival::ItemDefinition::Trait);

#endif // SURVIVAL_ITEM_DEFINITION_H
