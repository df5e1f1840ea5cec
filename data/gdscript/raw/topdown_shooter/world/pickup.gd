class_name Pickup
extends Area2D
## Collectable that pops out of a crate, blinks before it expires and is drawn to the player.

signal collected(by: PlayerShip)

enum Kind { HEALTH, AMMO, SCORE }

@export var kind: Kind = Kind.SCORE
@export var amount := 10
@export var lifetime := 12.0
@export var magnet_radius := 130.0
@export var magnet_acceleration := 1800.0

var _velocity := Vector2.ZERO
var _age := 0.0
var _player: PlayerShip


func _ready() -> void:
	body_entered.connect(_on_body_entered)
	_velocity = Vector2.from_angle(randf() * TAU) * randf_range(60.0, 160.0)


# Ages, flies towards a near player, slows down otherwise, and flickers before it vanishes.
func _physics_process(delta: float) -> void:
	_age += delta
	if _age >= lifetime:
		queue_free()
		return
	if _player == null:
		_player = get_tree().get_first_node_in_group(&"player") as PlayerShip
	if _player != null and _in_magnet_range():
		var pull := global_position.direction_to(_player.global_position)
		_velocity += pull * magnet_acceleration * delta
	else:
		_velocity = _velocity.move_toward(Vector2.ZERO, 240.0 * delta)
	global_position += _velocity * delta
	visible = not is_blinking() or fmod(_age, 0.2) < 0.12


## True during the last three seconds, while the pickup flickers.
func is_blinking() -> bool:
	return lifetime - _age < 3.0


## Applies the pickup's effect to `ship`. Returns false when it would be wasted, for example
## a health pack at full health, so the pickup stays on the floor.
func apply_to(ship: PlayerShip) -> bool:
	match kind:
		Kind.HEALTH:
			var health: Health = ship.get_node(^"Health")
			return health.heal(amount) > 0.0
		Kind.AMMO:
			var mount: WeaponMount = ship.get_node(^"Pivot/WeaponMount")
			mount.reserve_ammo += amount
			return true
		_:
			ScoreKeeper.score += amount * ScoreKeeper.multiplier
			return true


func _in_magnet_range() -> bool:
	return global_position.distance_to(_player.global_position) < magnet_radius


# Consumed pickups pop: they grow and fade at the same time, then free themselves.
func _on_body_entered(body: Node2D) -> void:
	var ship := body as PlayerShip
	if ship == null or not apply_to(ship):
		return
	collected.emit(ship)
	set_deferred(&"monitoring", false)
	var tween := create_tween().set_parallel()
	tween.tween_property(self, ^"scale", Vector2.ONE * 1.6, 0.12)
	tween.tween_property(self, ^"modulate:a", 0.0, 0.12)
	tween.chain().tween_callback(queue_free)
