class_name WallState
extends State
## Sliding down walls, grabbing and climbing them with stamina, wall jumps and ledge mantles.

@export var slide_speed := 55.0
@export var wall_jump_push := 190.0
@export var climb_jump_cost := 0.75
@export var mantle_offset := Vector2(10.0, -18.0)

var _side := 0
var _mantling := false


## Faces the wall, stops sideways motion and jumps off at once if `args` ask for it.
func enter(_from: StringName, args: Dictionary) -> void:
	_side = args.get("side", actor.facing)
	_mantling = false
	actor.facing = _side
	actor.velocity.x = 0.0
	if args.get("jump", false):
		_wall_jump()


## Leaves the wall when contact is lost, jumps off on a press, climbs while grabbing, else slides.
func physics_update(delta: float) -> void:
	if _mantling:
		return
	if actor.wall_side() != _side:
		machine.travel(&"Air")
		return
	if actor.consume_buffered_press():
		_wall_jump()
		return
	if Input.is_action_pressed(&"grab") and actor.stamina > 0.0:
		_climb(delta)
	else:
		actor.velocity.y = move_toward(actor.velocity.y, slide_speed, 600.0 * delta)
		play(&"wall_slide")
	actor.slide()
	if actor.is_on_floor():
		machine.travel(&"Ground")


# Holding still costs half the stamina of climbing; going down is free.
func _climb(delta: float) -> void:
	var direction := Input.get_axis(&"up", &"down")
	actor.velocity.y = direction * actor.climb_speed
	if direction < 0.0:
		actor.stamina -= delta
		play(&"climb")
		if actor.is_at_ledge(_side):
			_mantle()
	elif direction == 0.0:
		actor.stamina -= delta * 0.5
		play(&"hang")


# Away from the wall it pushes off; straight up it spends stamina and stays close to the wall.
func _wall_jump() -> void:
	var direction := Input.get_axis(&"left", &"right")
	actor.velocity.y = actor.jump_velocity() * 0.95
	if is_zero_approx(direction) and actor.stamina >= climb_jump_cost:
		actor.stamina -= climb_jump_cost
	else:
		actor.velocity.x = -_side * wall_jump_push
		actor.facing = -_side
	machine.travel(&"Air", {"jumped": true})


# Pulls the character up over the edge with a short tween, first up and then forward.
func _mantle() -> void:
	_mantling = true
	actor.velocity = Vector2.ZERO
	play(&"mantle")
	var goal := actor.position + Vector2(mantle_offset.x * _side, mantle_offset.y)
	var tween := actor.create_tween().set_process_mode(Tween.TWEEN_PROCESS_PHYSICS)
	tween.tween_property(actor, ^"position:y", goal.y, 0.14)
	tween.tween_property(actor, ^"position:x", goal.x, 0.1)
	await tween.finished
	machine.travel(&"Ground")
