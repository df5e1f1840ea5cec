class_name AirState
extends State
## Jumping and falling, with variable jump height, apex hang and corner correction.

@export_range(0.0, 1.0, 0.05) var jump_cut := 0.45
## Below this vertical speed gravity is halved while jump is held.
@export var hang_threshold := 28.0
@export var corner_pixels := 5

var _can_cut := false


func enter(_from: StringName, args: Dictionary) -> void:
	_can_cut = args.get("jumped", false)
	play(&"jump" if _can_cut else &"fall")


## Applies gravity with a softer apex, cuts the jump when the button is let go, steers and moves.
func physics_update(delta: float) -> void:
	var gravity := actor.current_gravity()
	if absf(actor.velocity.y) < hang_threshold and Input.is_action_pressed(&"jump"):
		gravity *= 0.5
	actor.velocity.y = minf(actor.velocity.y + gravity * delta, actor.max_fall_speed)
	if _can_cut and actor.velocity.y < 0.0 and not Input.is_action_pressed(&"jump"):
		actor.velocity.y *= jump_cut
		_can_cut = false
	var direction := actor.steer(actor.air_acceleration, delta)
	if actor.velocity.y < 0.0:
		_nudge_around_corner(delta)
	elif machine.time_in_state > 0.05:
		play(&"fall")
	actor.slide()
	_pick_next_state(direction)


# A head bump on the outermost few pixels of a ceiling shifts the body sideways instead.
func _nudge_around_corner(delta: float) -> void:
	var up := Vector2(0.0, actor.velocity.y * delta)
	if not actor.test_move(actor.global_transform, up):
		return
	for i in range(1, corner_pixels + 1):
		for side: int in [-1, 1]:
			var shifted := actor.global_transform.translated(Vector2(i * side, 0.0))
			if not actor.test_move(shifted, up):
				actor.position.x += i * side
				return


# Landing beats everything; then coyote jumps, wall jumps, grabbing and sliding, in this order.
func _pick_next_state(direction: float) -> void:
	if actor.is_on_floor():
		machine.travel(&"Ground")
		return
	if actor.consume_jump():
		# Coyote jump: the character walked off an edge a moment ago.
		actor.velocity.y = actor.jump_velocity()
		_can_cut = true
		return
	var side := actor.wall_side()
	if side == 0:
		return
	if actor.consume_buffered_press():
		machine.travel(&"Wall", {"side": side, "jump": true})
	elif Input.is_action_pressed(&"grab") and actor.stamina > 0.0:
		machine.travel(&"Wall", {"side": side})
	elif actor.velocity.y > 0.0 and int(signf(direction)) == side:
		machine.travel(&"Wall", {"side": side})
