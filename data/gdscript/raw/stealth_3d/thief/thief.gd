class_name Thief
extends CharacterBody3D
## Third person character: camera relative movement, crouching, noise while walking, grappling.

signal visibility_changed_to(exposure: float)

enum Stance { STANDING, CROUCHED, AIRBORNE, GRAPPLING }

@export var orbit: OrbitCamera
@export var walk_speed := 4.5
@export var crouch_speed := 1.8
@export var jump_impulse := 5.2
@export var turn_speed := 10.0
@export_group("Noise", "noise_")
@export var noise_walk := 7.0
@export var noise_crouch := 1.5
@export var noise_step_length := 1.6

var stance := Stance.STANDING
var exposure := 0.0

var _step_distance := 0.0
var _gravity: float = ProjectSettings.get_setting("physics/3d/default_gravity")

@onready var _model: Node3D = $Model
@onready var _shape: CollisionShape3D = $CollisionShape3D
@onready var _headroom: ShapeCast3D = $Headroom
@onready var _grapple: Grapple = $Grapple
@onready var _tree: AnimationTree = $AnimationTree


func _physics_process(delta: float) -> void:
	if _grapple.is_active():
		stance = Stance.GRAPPLING
		velocity = _grapple.swing(velocity, _gravity, delta)
	else:
		_walk(delta)
	move_and_slide()
	_make_step_noise(delta)
	_animate()


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"grapple"):
		if _grapple.is_active():
			_grapple.release()
		else:
			_grapple.fire(orbit.aim_origin(), orbit.aim_direction())
	elif event.is_action_pressed(&"crouch"):
		set_crouched(stance != Stance.CROUCHED)


## Direction the player wants to go on the ground plane, relative to the camera's heading.
func wish_direction() -> Vector3:
	var input := Input.get_vector(&"move_left", &"move_right", &"move_forward", &"move_back")
	var heading := Basis(Vector3.UP, orbit.yaw)
	return (heading * Vector3(input.x, 0.0, input.y)).limit_length(1.0)


## Crouches or stands up. Standing up is refused while something is above the head.
func set_crouched(crouched: bool) -> bool:
	if not crouched:
		_headroom.force_shapecast_update()
		if _headroom.is_colliding():
			return false
	stance = Stance.CROUCHED if crouched else Stance.STANDING
	var capsule: CapsuleShape3D = _shape.shape
	capsule.height = 1.0 if crouched else 1.8
	_shape.position.y = capsule.height * 0.5
	return true


## Combines the light level around the thief with stance and speed into a value from 0 (hidden in
## the dark) to 1 (running in a spotlight); guards scale their suspicion with it.
func update_exposure(light_level: float) -> void:
	var stance_factor := 0.5 if stance == Stance.CROUCHED else 1.0
	var motion := clampf(velocity.length() / walk_speed, 0.0, 1.0)
	exposure = clampf(light_level * stance_factor * lerpf(0.7, 1.2, motion), 0.0, 1.0)
	visibility_changed_to.emit(exposure)


# Accelerates towards the wished direction, with little control in the air, and turns the model.
func _walk(delta: float) -> void:
	var direction := wish_direction()
	var speed := crouch_speed if stance == Stance.CROUCHED else walk_speed
	var goal := direction * speed
	var grip := 12.0 if is_on_floor() else 2.5
	var weight := 1.0 - exp(-grip * delta)
	velocity.x = lerpf(velocity.x, goal.x, weight)
	velocity.z = lerpf(velocity.z, goal.z, weight)
	if not is_on_floor():
		velocity.y -= _gravity * delta
	elif Input.is_action_just_pressed(&"jump") and stance != Stance.CROUCHED:
		velocity.y = jump_impulse
	if direction.length_squared() > 0.01:
		var facing := atan2(-direction.x, -direction.z)
		_model.rotation.y = lerp_angle(_model.rotation.y, facing, turn_speed * delta)
	if stance != Stance.CROUCHED:
		stance = Stance.STANDING if is_on_floor() else Stance.AIRBORNE


# One noise per footstep, so the rhythm follows the walking speed by itself.
func _make_step_noise(delta: float) -> void:
	if not is_on_floor():
		return
	_step_distance += Vector2(velocity.x, velocity.z).length() * delta
	if _step_distance >= noise_step_length:
		_step_distance = 0.0
		var loudness := noise_crouch if stance == Stance.CROUCHED else noise_walk
		NoiseBus.make(global_position, loudness)


func _animate() -> void:
	var ground_speed := Vector2(velocity.x, velocity.z).length()
	_tree.set(&"parameters/move/blend_position", ground_speed / walk_speed)
	_tree.set(&"parameters/crouch/blend_amount", 1.0 if stance == Stance.CROUCHED else 0.0)
