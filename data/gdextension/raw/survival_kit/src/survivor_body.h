#ifndef SURVIVAL_SURVIVOR_BODY_H
#define SURVIVAL_SURVIVOR_BODY_H

#include <godot_cpp/classes/camera3d.hpp>
#include <godot_cpp/classes/character_body3d.hpp>
#include <godot_cpp/classes/input_event.hpp>
#include <godot_cpp/classes/ray_cast3d.hpp>

namespace survival {

// First person body: walking, sprinting with stamina, jumping with a grace period,
// looking around and using what is in front of the camera. Expects a child called
// "Head" for the camera; everything else is created by the body itself.
class SurvivorBody3D : public godot::CharacterBody3D {
	GDCLASS(SurvivorBody3D, godot::CharacterBody3D)

	double walk_speed = 3.5;
	double sprint_factor = 1.7;
	double acceleration = 12.0;
	double jump_height = 1.1;
	double mouse_sensitivity = 0.0025;

	double stamina = 1.0;
	bool exhausted = false; // from empty stamina until it is a third full
	double air_time = 0.0;
	double fall_speed = 0.0;
	double carried_weight = 0.0;

	godot::Node3D *head = nullptr;
	godot::RayCast3D *reach = nullptr;
	uint64_t focused = 0; // instance id of what the player looks at

	double _gravity() const;
	double _burden() const;
	void _update_stamina(bool p_sprinting, double p_delta);
	void _apply_gravity_and_jump(godot::Vector3 &r_velocity, double p_delta);
	void _check_landing();
	void _update_focus();

protected:
	static void _bind_methods();

public:
	void _ready() override;
	void _physics_process(double p_delta) override;
	void _unhandled_input(const godot::Ref<godot::InputEvent> &p_event) override;
	godot::PackedStringArray _get_configuration_warnings() const override;

	void set_walk_speed(double p_speed) { walk_speed = p_speed; }
	double get_walk_speed() const { return walk_speed; }
	void set_jump_height(double p_height) { jump_height = p_height; }
	double get_jump_height() const { return jump_height; }
	void set_carried_weight(double p_weight) { carried_weight = p_weight; }
	double get_carried_weight() const { return carried_weight; }
	double get_stamina() const { return stamina; }
	godot::Object *get_focused() const;
};

} // namespace survival

#endif // SURVIVAL_SURVIVOR_BODY_H
