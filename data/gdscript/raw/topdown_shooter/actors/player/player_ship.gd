class_name PlayerShip
extends CharacterBody2D
## Twin-stick controlled hero: accelerated movement, mouse or stick aim and a short dodge dash.

signal dashed(direction: Vector2)
signal weapon_swapped(weapon: WeaponData)

enum AimDevice { MOUSE, STICK }

const AIM_DEADZONE := 0.35
const KNOCKBACK_DECAY := 900.0

@export var arsenal: Array[WeaponData] = []
@export_group("Movement")
@export var max_speed := 320.0
@export var acceleration := 2400.0
@export var friction := 1800.0
@export_group("Dash")
@export var dash_speed := 900.0
@export_range(0.05, 0.5, 0.01, "suffix:s") var dash_time := 0.16
@export_range(0.0, 3.0, 0.05, "suffix:s") var dash_cooldown := 0.7

var aim_device := AimDevice.MOUSE

var _dash_left := 0.0
var _dash_ready_in := 0.0
var _dash_direction := Vector2.RIGHT
var _knockback := Vector2.ZERO
var _weapon_index := 0

@onready var _health: Health = $Health
@onready var _hurtbox: Hurtbox = $Hurtbox
@onready var _mount: WeaponMount = $Pivot/WeaponMount
@onready var _pivot: Node2D = $Pivot
@onready var _sprite: AnimatedSprite2D = $AnimatedSprite2D


func _ready() -> void:
	_health.changed.connect(GameEvents.player_damaged.emit)
	_health.depleted.connect(_on_depleted)
	_mount.fired.connect(func(recoil: Vector2) -> void: velocity += recoil)
	if not arsenal.is_empty():
		_mount.data = arsenal[0]


func _unhandled_input(event: InputEvent) -> void:
	if event is InputEventMouseMotion:
		aim_device = AimDevice.MOUSE
	elif event is InputEventJoypadMotion and absf(event.axis_value) > AIM_DEADZONE:
		aim_device = AimDevice.STICK
	elif event.is_action_pressed(&"dash"):
		try_dash()
	elif event.is_action_pressed(&"reload"):
		_mount.reload()
	elif event.is_action_pressed(&"next_weapon"):
		cycle_weapon(1)


# Dashes at full speed or accelerates towards the stick; knockback is added only for the slide, so
# it never becomes part of the steering velocity.
func _physics_process(delta: float) -> void:
	_dash_ready_in = maxf(0.0, _dash_ready_in - delta)
	var wish := Input.get_vector(&"move_left", &"move_right", &"move_up", &"move_down")
	if _dash_left > 0.0:
		_dash_left -= delta
		velocity = _dash_direction * dash_speed
		if _dash_left <= 0.0:
			_end_dash()
	elif wish == Vector2.ZERO:
		velocity = velocity.move_toward(Vector2.ZERO, friction * delta)
	else:
		velocity = velocity.move_toward(wish * max_speed, acceleration * delta)
	_knockback = _knockback.move_toward(Vector2.ZERO, KNOCKBACK_DECAY * delta)
	velocity += _knockback
	move_and_slide()
	velocity -= _knockback
	_update_aim()
	_mount.pull_trigger(Input.is_action_pressed(&"fire"), delta)
	_sprite.play(&"run" if velocity.length_squared() > 400.0 else &"idle")


## Starts a dash in the move direction (or the aim direction when standing still).
## The ship cannot be hit while dashing. Does nothing during the cooldown.
func try_dash() -> void:
	if _dash_left > 0.0 or _dash_ready_in > 0.0:
		return
	var wish := Input.get_vector(&"move_left", &"move_right", &"move_up", &"move_down")
	_dash_direction = wish.normalized() if wish != Vector2.ZERO else _aim_direction()
	_dash_left = dash_time
	_hurtbox.set_enabled(false)
	dashed.emit(_dash_direction)


## Adds an impulse that fades on its own and cannot be cancelled by steering.
func apply_knockback(impulse: Vector2) -> void:
	_knockback += impulse


## Switches to the weapon `step` places further in the arsenal, wrapping at both ends.
func cycle_weapon(step: int) -> void:
	if arsenal.size() < 2:
		return
	_weapon_index = wrapi(_weapon_index + step, 0, arsenal.size())
	_mount.data = arsenal[_weapon_index]
	weapon_swapped.emit(arsenal[_weapon_index])


func _aim_direction() -> Vector2:
	return Vector2.from_angle(_pivot.global_rotation)


# The stick keeps its last direction when it is let go; the mouse always points at the cursor.
func _update_aim() -> void:
	if aim_device == AimDevice.MOUSE:
		_pivot.look_at(get_global_mouse_position())
	else:
		var stick := Input.get_vector(&"aim_left", &"aim_right", &"aim_up", &"aim_down")
		if stick.length() > AIM_DEADZONE:
			_pivot.global_rotation = stick.angle()
	_sprite.flip_h = absf(angle_difference(_pivot.global_rotation, 0.0)) > PI / 2.0


func _end_dash() -> void:
	_dash_ready_in = dash_cooldown
	_hurtbox.set_enabled(true)
	velocity = _dash_direction * max_speed


func _on_depleted(_source: Node) -> void:
	set_physics_process(false)
	set_process_unhandled_input(false)
	_sprite.play(&"die")
	await _sprite.animation_finished
	GameEvents.player_died.emit()
