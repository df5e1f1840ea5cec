class_name Projectile
extends Node2D
## Pooled bullet. Moves itself with swept ray casts so fast shots cannot tunnel through walls.

@export var hitbox: Hitbox
@export_flags_2d_physics var wall_mask := 1
@export_range(0.1, 10.0, 0.1, "suffix:s") var lifetime := 2.0
@export_range(0, 8) var bounces := 0
@export_range(0, 8) var pierces := 0
## Degrees per second the shot may turn towards `homing_target`.
@export var homing_turn_rate := 0.0
@export var impact_scene: PackedScene

var velocity := Vector2.ZERO
var homing_target: Node2D

var _age := 0.0
var _bounces_left := 0
var _pierces_left := 0

@onready var _trail: Line2D = get_node_or_null(^"Trail")


func _ready() -> void:
	hitbox.landed.connect(_on_hitbox_landed)


func _physics_process(delta: float) -> void:
	_age += delta
	if _age >= lifetime:
		PoolHub.release(self)
		return
	if homing_turn_rate > 0.0 and is_instance_valid(homing_target):
		_steer(delta)
	_advance(delta)
	rotation = velocity.angle()


## Places the projectile and starts its flight; counters from a former life are reset.
func launch(from: Vector2, initial_velocity: Vector2) -> void:
	global_position = from
	velocity = initial_velocity
	rotation = velocity.angle()
	reset_physics_interpolation()
	if _trail != null:
		_trail.clear_points()


## Pool callback: restores the counters that flight consumed.
func on_acquired() -> void:
	_age = 0.0
	_bounces_left = bounces
	_pierces_left = pierces


func on_released() -> void:
	velocity = Vector2.ZERO
	homing_target = null


# Casts from the old to the new position and reflects or dies at the first wall.
func _advance(delta: float) -> void:
	var motion := velocity * delta
	var query := PhysicsRayQueryParameters2D.create(
		global_position, global_position + motion, wall_mask
	)
	var hit := get_world_2d().direct_space_state.intersect_ray(query)
	if hit.is_empty():
		global_position += motion
		return
	var normal: Vector2 = hit["normal"]
	global_position = hit["position"] + normal * 0.5
	if _bounces_left <= 0:
		_explode(normal)
		return
	_bounces_left -= 1
	velocity = velocity.bounce(normal) * 0.9


func _steer(delta: float) -> void:
	var wanted := global_position.angle_to_point(homing_target.global_position)
	var turned := rotate_toward(velocity.angle(), wanted, deg_to_rad(homing_turn_rate) * delta)
	velocity = Vector2.from_angle(turned) * velocity.length()


func _explode(normal: Vector2) -> void:
	if impact_scene != null:
		var sparks := PoolHub.acquire(impact_scene, get_parent()) as Node2D
		sparks.global_position = global_position
		sparks.rotation = normal.angle()
	PoolHub.release(self)


func _on_hitbox_landed(_hurtbox: Hurtbox) -> void:
	if _pierces_left <= 0:
		_explode(-velocity.normalized())
		return
	_pierces_left -= 1
	hitbox.damage *= 0.75
