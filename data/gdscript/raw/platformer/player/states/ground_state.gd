class_name GroundState
extends State
## Standing, running, crouching and dropping through one-way platforms.

const ONE_WAY_LAYER := 2
const DROP_SECONDS := 0.2

@export var crouch_friction := 600.0

var _crouching := false


func enter(_from: StringName, _args: Dictionary) -> void:
	_crouching = false
	actor.floor_snap_length = 6.0


func exit() -> void:
	actor.floor_snap_length = 0.0


## Handles jumping and dropping through platforms first, then crouching or running.
func physics_update(delta: float) -> void:
	if actor.consume_jump():
		if Input.is_action_pressed(&"down") and _stands_on_one_way():
			_drop_through()
		else:
			actor.velocity.y = actor.jump_velocity()
			machine.travel(&"Air", {"jumped": true})
		return
	_crouching = Input.is_action_pressed(&"down")
	if _crouching:
		actor.velocity.x = move_toward(actor.velocity.x, 0.0, crouch_friction * delta)
		play(&"crouch")
	else:
		var direction := actor.steer(actor.ground_acceleration, delta)
		_animate_run(direction)
	actor.slide()
	if not actor.is_on_floor():
		machine.travel(&"Air", {"jumped": false})


# True if every surface under the feet belongs to the one-way layer.
func _stands_on_one_way() -> bool:
	for i in actor.get_slide_collision_count():
		var collision := actor.get_slide_collision(i)
		if collision.get_normal().y > -0.5:
			continue
		var layer := PhysicsServer2D.body_get_collision_layer(collision.get_collider_rid())
		if layer & (1 << (ONE_WAY_LAYER - 1)) == 0:
			return false
	return actor.get_slide_collision_count() > 0


# Ignores the one-way layer for a moment so gravity pulls the character through the platform.
func _drop_through() -> void:
	actor.set_collision_mask_value(ONE_WAY_LAYER, false)
	actor.position.y += 1.0
	machine.travel(&"Air", {"jumped": false})
	await get_tree().create_timer(DROP_SECONDS, false, true).timeout
	actor.set_collision_mask_value(ONE_WAY_LAYER, true)


# Idle below walking pace, skid when pushing against the motion, else a run at matching speed.
func _animate_run(direction: float) -> void:
	var speed := absf(actor.velocity.x)
	if speed < 8.0:
		play(&"idle")
	elif direction != 0.0 and signf(actor.velocity.x) != signf(direction):
		play(&"skid")
	else:
		play(&"run", remap(speed, 0.0, actor.run_speed, 0.4, 1.2))
