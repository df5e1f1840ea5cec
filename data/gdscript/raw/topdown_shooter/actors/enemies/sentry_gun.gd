class_name SentryGun
extends EnemyBase
## Stationary turret that sweeps an arc while idle and leads moving targets.

@export var projectile_scene: PackedScene
@export var projectile_speed := 520.0
@export var fire_interval := 0.9
@export var turn_speed_degrees := 140.0
@export var sweep_degrees := 70.0
## Shots are held back until the barrel points this close to the predicted position.
@export var aim_tolerance_degrees := 6.0

var _rest_rotation := 0.0
var _sweep_phase := 0.0
var _fire_in := 0.0
var _last_target_position := Vector2.ZERO
var _target_velocity := Vector2.ZERO

@onready var _barrel: Node2D = $Barrel
@onready var _laser: RayCast2D = $Barrel/Laser


func _ready() -> void:
	super()
	_rest_rotation = _barrel.rotation


# Sweeps without a visible target; with one it turns towards the intercept point and fires once
# aligned, unless an ally stands in the line of fire.
func _think(delta: float) -> void:
	_fire_in -= delta
	if target == null or not can_see(target.global_position):
		_sweep(delta)
		return
	_track_velocity(delta)
	var point := predict_intercept(
		_barrel.global_position, target.global_position, _target_velocity, projectile_speed
	)
	var wanted := _barrel.global_position.angle_to_point(point)
	var step := deg_to_rad(turn_speed_degrees) * delta
	_barrel.global_rotation = rotate_toward(_barrel.global_rotation, wanted, step)
	var error := absf(angle_difference(_barrel.global_rotation, wanted))
	if _fire_in <= 0.0 and error < deg_to_rad(aim_tolerance_degrees) and not _ally_in_line():
		_fire()


## Point at which a shot fired now meets a target moving at constant velocity.
## Solves |offset + v * t| = speed * t for the smallest positive time; returns the target's current
## position when it is too fast to be caught.
static func predict_intercept(
	from: Vector2, at: Vector2, target_velocity: Vector2, speed: float
) -> Vector2:
	var offset := at - from
	var a := target_velocity.length_squared() - speed * speed
	var b := 2.0 * offset.dot(target_velocity)
	var c := offset.length_squared()
	var time := -1.0
	if is_zero_approx(a):
		if not is_zero_approx(b):
			time = -c / b
	else:
		var discriminant := b * b - 4.0 * a * c
		if discriminant >= 0.0:
			var root := sqrt(discriminant)
			var first := (-b + root) / (2.0 * a)
			var second := (-b - root) / (2.0 * a)
			time = minf(first, second) if minf(first, second) > 0.0 else maxf(first, second)
	return at + target_velocity * time if time > 0.0 else at


# Swings around the rest angle with a sine so the ends of the arc ease in and out.
func _sweep(delta: float) -> void:
	_sweep_phase += delta
	var offset := sin(_sweep_phase) * deg_to_rad(sweep_degrees) * 0.5
	_barrel.rotation = lerp_angle(_barrel.rotation, _rest_rotation + offset, 4.0 * delta)
	_target_velocity = Vector2.ZERO


func _track_velocity(delta: float) -> void:
	var here := target.global_position
	if _last_target_position != Vector2.ZERO and delta > 0.0:
		var measured := (here - _last_target_position) / delta
		_target_velocity = _target_velocity.lerp(measured, 0.2)
	_last_target_position = here


func _ally_in_line() -> bool:
	_laser.force_raycast_update()
	return _laser.is_colliding() and _laser.get_collider() is EnemyBase


func _fire() -> void:
	_fire_in = fire_interval
	var shot := PoolHub.acquire(projectile_scene, get_tree().current_scene) as Projectile
	shot.hitbox.team = Hurtbox.Team.ENEMY
	shot.hitbox.wielder = self
	var direction := Vector2.from_angle(_barrel.global_rotation)
	shot.launch(_barrel.global_position + direction * 24.0, direction * projectile_speed)
