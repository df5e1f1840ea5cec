class_name Climber
extends CharacterBody2D
## The player character. Holds tuning values and helpers; the behaviour lives in the state nodes
## below `StateMachine`.

signal died
signal landed(impact_speed: float)
signal stamina_changed(ratio: float)

@export_group("Run")
@export var run_speed := 150.0
@export var ground_acceleration := 1400.0
@export var air_acceleration := 900.0
@export_group("Jump")
## Apex height of a fully held jump in pixels.
@export var jump_height := 58.0
@export_range(0.1, 1.0, 0.01, "suffix:s") var time_to_apex := 0.36
@export_range(0.1, 1.0, 0.01, "suffix:s") var time_to_fall := 0.28
@export var max_fall_speed := 340.0
@export_range(0.0, 0.3, 0.01, "suffix:s") var coyote_time := 0.1
@export_range(0.0, 0.3, 0.01, "suffix:s") var buffer_time := 0.12
@export_group("Climb")
@export var climb_speed := 60.0
@export var max_stamina := 3.0

var facing := 1:
	set(value):
		if value == 0 or value == facing:
			return
		facing = value
		_visual.scale.x = absf(_visual.scale.x) * facing
var stamina := 0.0:
	set(value):
		stamina = clampf(value, 0.0, max_stamina)
		stamina_changed.emit(stamina / max_stamina)
var respawn_point := Vector2.ZERO

var _coyote_left := 0.0
var _buffer_left := 0.0

@onready var machine: StateMachine = $StateMachine
@onready var animation: AnimationPlayer = $AnimationPlayer
@onready var _visual: Node2D = $Visual
@onready var _wall_ray_high: RayCast2D = $WallRayHigh
@onready var _wall_ray_low: RayCast2D = $WallRayLow


func _ready() -> void:
	stamina = max_stamina
	respawn_point = global_position
	LevelFlow.place_at_entry(self)


func _physics_process(delta: float) -> void:
	_coyote_left = maxf(0.0, _coyote_left - delta)
	_buffer_left = maxf(0.0, _buffer_left - delta)
	if is_on_floor():
		_coyote_left = coyote_time
		stamina = max_stamina


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"jump"):
		_buffer_left = buffer_time
	elif event.is_action_pressed(&"restart"):
		die()


## Upward launch speed that reaches `jump_height` exactly at the apex.
func jump_velocity() -> float:
	return -2.0 * jump_height / time_to_apex


## Gravity for the current vertical direction: lighter while rising, heavier while falling.
func current_gravity() -> float:
	var time := time_to_apex if velocity.y < 0.0 else time_to_fall
	return 2.0 * jump_height / (time * time)


## True if a jump was requested recently enough and the character may still leave the ground.
## Both timers are spent, so one press never causes two jumps.
func consume_jump() -> bool:
	if _buffer_left <= 0.0 or _coyote_left <= 0.0:
		return false
	_buffer_left = 0.0
	_coyote_left = 0.0
	return true


## Like `consume_jump()` but ignores the ground; used for wall jumps.
func consume_buffered_press() -> bool:
	var pressed := _buffer_left > 0.0
	_buffer_left = 0.0
	return pressed


## Accelerates towards the pressed direction and turns the sprite. Returns the pressed direction.
func steer(acceleration: float, delta: float) -> float:
	var direction := Input.get_axis(&"left", &"right")
	velocity.x = move_toward(velocity.x, direction * run_speed, acceleration * delta)
	if direction != 0.0:
		facing = int(signf(direction))
	return direction


## Side on which a climbable wall touches the character: -1 left, 1 right, 0 none.
func wall_side() -> int:
	for side: int in [facing, -facing]:
		_wall_ray_low.target_position.x = 8.0 * side
		_wall_ray_low.force_raycast_update()
		if _wall_ray_low.is_colliding():
			return side
	return 0


## True when the feet touch the wall on `side` but the head is above its edge.
func is_at_ledge(side: int) -> bool:
	_wall_ray_high.target_position.x = 8.0 * side
	_wall_ray_high.force_raycast_update()
	return wall_side() == side and not _wall_ray_high.is_colliding()


## Kills the character: plays the burst, waits a beat and respawns at the last checkpoint.
func die() -> void:
	if machine.is_in(&"Dead"):
		return
	machine.travel(&"Dead")
	died.emit()
	await get_tree().create_timer(0.6).timeout
	velocity = Vector2.ZERO
	global_position = respawn_point
	reset_physics_interpolation()
	machine.travel(&"Air")


## Runs the slide and reports hard landings to dust and rumble effects.
func slide() -> void:
	var fall_speed := velocity.y
	var was_on_floor := is_on_floor()
	move_and_slide()
	if is_on_floor() and not was_on_floor:
		landed.emit(fall_speed)
