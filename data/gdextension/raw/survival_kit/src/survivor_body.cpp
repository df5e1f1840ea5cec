#include "survivor_body.h"

#include <godot_cpp/classes/engine.hpp>
#include <godot_cpp/classes/input.hpp>
#include <godot_cpp/classes/input_event_mouse_motion.hpp>
#include <godot_cpp/classes/project_settings.hpp>
#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/core/math.hpp>

using namespace godot;

namespace survival {

static constexpr double COYOTE_TIME = 0.12;
static constexpr double REACH_LENGTH = 2.2;
static constexpr double PAINFUL_FALL = 9.0; // m/s

// Looks for the head and puts the ray that finds usable things in front of it. In
// the editor the body stands still.
void SurvivorBody3D::_ready() {
	if (Engine::get_singleton()->is_editor_hint()) {
		set_physics_process(false);
		set_process_unhandled_input(false);
		return;
	}
	head = get_node<Node3D>("Head");
	ERR_FAIL_NULL_MSG(head, "SurvivorBody3D needs a child called Head.");

	reach = memnew(RayCast3D);
	reach->set_target_position(Vector3(0, 0, -REACH_LENGTH));
	reach->set_collide_with_areas(true);
	reach->add_exception(this);
	head->add_child(reach);
	Input::get_singleton()->set_mouse_mode(Input::MOUSE_MODE_CAPTURED);
}

// Puts a warning sign beside the node in the scene tree while the head is missing.
PackedStringArray SurvivorBody3D::_get_configuration_warnings() const {
	PackedStringArray warnings;
	if (!has_node(NodePath("Head"))) {
		warnings.push_back("Add a Node3D called \"Head\" with a camera in it, it is turned by the mouse.");
	}
	return warnings;
}

// Turns the body around its vertical axis and the head up and down, by no more
// than 85 degrees. Does nothing while the mouse is not captured, in menus.
void SurvivorBody3D::_unhandled_input(const Ref<InputEvent> &p_event) {
	const Ref<InputEventMouseMotion> motion = p_event;
	if (motion.is_null() || !head || Input::get_singleton()->get_mouse_mode() != Input::MOUSE_MODE_CAPTURED) {
		return;
	}
	const Vector2 turn = motion->get_relative() * mouse_sensitivity;
	rotate_y(-turn.x);
	const double limit = Math::deg_to_rad(85.0);
	Vector3 tilt = head->get_rotation();
	tilt.x = CLAMP(tilt.x - turn.y, -limit, limit);
	head->set_rotation(tilt);
}

double SurvivorBody3D::_gravity() const {
	return ProjectSettings::get_singleton()->get_setting("physics/3d/default_gravity", 9.8);
}

// Share of the walking speed that is left under load: all of it up to 10 kg, 40 %
// from 40 kg on.
double SurvivorBody3D::_burden() const {
	const double share = CLAMP((carried_weight - 10.0) / 30.0, 0.0, 1.0);
	return Math::lerp(1.0, 0.4, share);
}

// Sprinting empties the stamina within five seconds, less when burdened, and it
// takes ten to fill it again. Once empty, sprinting is off until a third is back.
void SurvivorBody3D::_update_stamina(bool p_sprinting, double p_delta) {
	const double before = stamina;
	if (p_sprinting) {
		stamina -= p_delta / (5.0 * _burden());
	} else {
		stamina += p_delta / 10.0;
	}
	stamina = CLAMP(stamina, 0.0, 1.0);

	if (stamina <= 0.0) {
		exhausted = true;
	} else if (stamina > 1.0 / 3.0) {
		exhausted = false;
	}
	if (stamina != before) {
		emit_signal("stamina_changed", stamina);
	}
}

// Falls, or jumps when the button was pressed on the ground or shortly after
// walking off an edge. The take-off speed follows from the height of the jump.
void SurvivorBody3D::_apply_gravity_and_jump(Vector3 &r_velocity, double p_delta) {
	const double gravity = _gravity();
	air_time = is_on_floor() ? 0.0 : air_time + p_delta;
	if (air_time > 0.0) {
		r_velocity.y -= gravity * p_delta;
	}
	const bool can_jump = air_time < COYOTE_TIME && !exhausted;
	if (can_jump && Input::get_singleton()->is_action_just_pressed("jump")) {
		r_velocity.y = Math::sqrt(2.0 * gravity * jump_height);
		air_time = COYOTE_TIME;
	}
}

// Reports hard landings with the speed of the impact. The speed is remembered from
// the frame before, because move_and_slide has already stopped the body.
void SurvivorBody3D::_check_landing() {
	if (is_on_floor() && fall_speed > PAINFUL_FALL) {
		emit_signal("landed_hard", fall_speed);
	}
	fall_speed = MAX(-get_velocity().y, 0.0);
}

// Keeps track of the object in reach that can be used, and offers it to the user
// interface when it changes. "use" calls the method of the same name on it.
void SurvivorBody3D::_update_focus() {
	Object *hit = reach && reach->is_colliding() ? reach->get_collider() : nullptr;
	if (hit && !hit->has_method("use")) {
		hit = nullptr;
	}
	const uint64_t id = hit ? hit->get_instance_id() : 0;
	if (id != focused) {
		focused = id;
		emit_signal("focus_changed", hit);
	}
	if (hit && Input::get_singleton()->is_action_just_pressed("use")) {
		hit->call("use", this);
	}
}

// One step of movement. Velocity is composed from a vertical part, which gravity and
// jumps decide about, and a flat part that follows the wish of the player.
void SurvivorBody3D::_physics_process(double p_delta) {
	Input *input = Input::get_singleton();
	const Vector2 wish = input->get_vector("move_left", "move_right", "move_forward", "move_back");
	const bool sprinting = input->is_action_pressed("sprint") && !exhausted && wish.y < 0.0;

	Vector3 velocity = get_velocity();
	_apply_gravity_and_jump(velocity, p_delta);

	// Friction and air control: full acceleration on the ground, a fifth in the air.
	const double speed = walk_speed * _burden() * (sprinting ? sprint_factor : 1.0);
	const Vector3 goal = get_transform().basis.xform(Vector3(wish.x, 0, wish.y)) * speed;
	const double step = acceleration * p_delta * (is_on_floor() ? 1.0 : 0.2);
	const Vector3 flat = Vector3(velocity.x, 0, velocity.z).move_toward(goal, step);
	set_velocity(Vector3(flat.x, velocity.y, flat.z));

	move_and_slide();
	_check_landing();
	_update_stamina(sprinting, p_delta);
	_update_focus();
}

Object *SurvivorBody3D::get_focused() const {
	return ObjectDB::get_instance(focused);
}

void SurvivorBody3D::_bind_methods() {
	ClassDB::bind_method(D_METHOD("set_walk_speed", "speed"), &SurvivorBody3D::set_walk_speed);
	ClassDB::bind_method(D_METHOD("get_walk_speed"), &SurvivorBody3D::get_walk_speed);
	ClassDB::bind_method(D_METHOD("set_jump_height", "height"), &SurvivorBody3D::set_jump_height);
	ClassDB::bind_method(D_METHOD("get_jump_height"), &SurvivorBody3D::get_jump_height);
	ClassDB::bind_method(D_METHOD("set_carried_weight", "kilograms"), &SurvivorBody3D::set_carried_weight);
	ClassDB::bind_method(D_METHOD("get_carried_weight"), &SurvivorBody3D::get_carried_weight);
	ClassDB::bind_method(D_METHOD("get_stamina"), &SurvivorBody3D::get_stamina);
	ClassDB::bind_method(D_METHOD("get_focused"), &SurvivorBody3D::get_focused);

	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "walk_speed", PROPERTY_HINT_RANGE, "0.5,10,0.1,suffix:m/s"), "set_walk_speed", "get_walk_speed");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "jump_height", PROPERTY_HINT_RANGE, "0,4,0.05,suffix:m"), "set_jump_height", "get_jump_height");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "carried_weight", PROPERTY_HINT_NONE, "", PROPERTY_USAGE_NONE), "set_carried_weight", "get_carried_weight");

	ADD_SIGNAL(MethodInfo("stamina_changed", PropertyInfo(Variant::FLOAT, "stamina")));
	ADD_SIGNAL(MethodInfo("landed_hard", PropertyInfo(Variant::FLOAT, "speed")));
	ADD_SIGNAL(MethodInfo("focus_changed", PropertyInfo(Variant::OBJECT, "target")));
}

} // namespace survival
