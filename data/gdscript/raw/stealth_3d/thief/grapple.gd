class_name Grapple
extends Node3D
## Rope that hooks onto surfaces of the grapple layer and turns the thief into a pendulum.

signal hooked(point: Vector3)
signal released

@export var max_length := 18.0
@export_flags_3d_physics var hook_mask := 8
@export var reel_speed := 4.0
@export_range(0.0, 1.0, 0.01) var swing_damping := 0.12

var _anchor := Vector3.ZERO
var _rope := 0.0
var _active := false


func is_active() -> bool:
	return _active


## Shoots the hook from the camera. Only points on the hook layer within reach count.
func fire(origin: Vector3, direction: Vector3) -> bool:
	var end := origin + direction * max_length * 1.5
	var query := PhysicsRayQueryParameters3D.create(origin, end, hook_mask)
	var hit := get_world_3d().direct_space_state.intersect_ray(query)
	if hit.is_empty() or global_position.distance_to(hit["position"]) > max_length:
		return false
	_anchor = hit["position"]
	_rope = global_position.distance_to(_anchor)
	_active = true
	hooked.emit(_anchor)
	return true


func release() -> void:
	if _active:
		_active = false
		released.emit()


## New velocity of a body of the given `velocity` hanging on the rope: gravity acts, movement away
## from the anchor is cut off once the rope is taut, and the rope is reeled in slowly.
func swing(velocity: Vector3, gravity: float, delta: float) -> Vector3:
	_rope = maxf(1.5, _rope - reel_speed * delta)
	var next := velocity + Vector3.DOWN * gravity * delta
	var offset := global_position - _anchor
	var outward := offset.normalized()
	var stretch := offset.length() - _rope
	if stretch > 0.0:
		var outward_speed := next.dot(outward)
		if outward_speed > 0.0:
			next -= outward * outward_speed
		# Pulls back a little more than needed so the length error cannot build up.
		next -= outward * stretch * 6.0
	return next * (1.0 - swing_damping * delta)
