class_name Hitbox
extends Area2D
## The dealing half of combat: carries damage numbers and remembers who swings it.

signal landed(hurtbox: Hurtbox)

@export var damage := 10.0
@export var knockback := 200.0
@export var team: Hurtbox.Team = Hurtbox.Team.NEUTRAL
## Seconds before the same hurtbox may be hit again by this box.
@export var rehit_delay := 0.5
@export_range(0.0, 0.2, 0.01, "suffix:s") var hit_stop := 0.0

## The character that gets the credit, usually the weapon's owner.
var wielder: Node


## Turns the box on for `seconds`, then off again; used by melee swings and explosions.
func pulse(seconds: float) -> void:
	set_deferred(&"monitorable", true)
	await get_tree().create_timer(seconds, false, true).timeout
	set_deferred(&"monitorable", false)


## Called by the hurtbox once damage went through. Plays the hit stop and tells listeners.
func notify_landed(hurtbox: Hurtbox) -> void:
	if hit_stop > 0.0:
		GameEvents.hit_stop(hit_stop)
	landed.emit(hurtbox)


## Deals damage once to every hurtbox inside a circle, with linear falloff towards the rim.
## Walls on `blocking_mask` shield targets that are not in line of sight.
func blast(radius: float, blocking_mask: int) -> int:
	var space := get_world_2d().direct_space_state
	var shape := CircleShape2D.new()
	shape.radius = radius
	var query := PhysicsShapeQueryParameters2D.new()
	query.shape = shape
	query.transform = Transform2D(0.0, global_position)
	query.collision_mask = collision_mask
	query.collide_with_areas = true
	query.collide_with_bodies = false
	var full_damage := damage
	var hits := 0
	for result: Dictionary in space.intersect_shape(query, 64):
		var hurtbox := result["collider"] as Hurtbox
		if hurtbox == null:
			continue
		var ray := PhysicsRayQueryParameters2D.create(
			global_position, hurtbox.global_position, blocking_mask
		)
		if not space.intersect_ray(ray).is_empty():
			continue
		var distance := global_position.distance_to(hurtbox.global_position)
		damage = full_damage * (1.0 - clampf(distance / radius, 0.0, 1.0))
		if hurtbox.receive(self):
			hits += 1
	damage = full_damage
	return hits
