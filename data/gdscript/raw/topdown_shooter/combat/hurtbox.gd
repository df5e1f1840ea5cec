class_name Hurtbox
extends Area2D
## Receives hits from `Hitbox` areas and forwards them to a Health node.

signal hit_taken(hitbox: Hitbox, damage: float)

enum Team { NEUTRAL, PLAYER, ENEMY }

@export var health: Health
@export var team: Team = Team.NEUTRAL
## Multiplies incoming damage; use 2.0 for weak spots and 0.5 for shields.
@export var damage_multiplier := 1.0
@export var knockback_target: Node2D

var _recent_hits: Dictionary[int, int] = {}


func _ready() -> void:
	area_entered.connect(_on_area_entered)


## Tests teams and per-hitbox cooldowns, then deals the damage and pushes the owner back.
## Returns false if the hit was rejected and the projectile should carry on.
func receive(hitbox: Hitbox) -> bool:
	if team != Team.NEUTRAL and hitbox.team == team:
		return false
	var id := hitbox.get_instance_id()
	var now := Time.get_ticks_msec()
	if now < _recent_hits.get(id, 0):
		return false
	_recent_hits[id] = now + int(hitbox.rehit_delay * 1000.0)
	var dealt := 0.0
	if health != null:
		dealt = health.take_damage(hitbox.damage * damage_multiplier, hitbox.wielder)
	if dealt <= 0.0:
		return false
	_push_back(hitbox)
	hit_taken.emit(hitbox, dealt)
	return true


## Switches the area off, including overlap signals, e.g. while dashing through bullets.
func set_enabled(enabled: bool) -> void:
	set_deferred(&"monitoring", enabled)
	set_deferred(&"monitorable", enabled)
	if not enabled:
		_recent_hits.clear()


# Bodies expose `apply_knockback(impulse)`; everything else is nudged directly.
func _push_back(hitbox: Hitbox) -> void:
	if knockback_target == null or hitbox.knockback <= 0.0:
		return
	var away := hitbox.global_position.direction_to(global_position)
	if away == Vector2.ZERO:
		away = Vector2.from_angle(hitbox.global_rotation)
	if knockback_target.has_method(&"apply_knockback"):
		knockback_target.call(&"apply_knockback", away * hitbox.knockback)
	else:
		knockback_target.global_position += away * hitbox.knockback * 0.05


func _on_area_entered(area: Area2D) -> void:
	var hitbox := area as Hitbox
	if hitbox != null and receive(hitbox):
		hitbox.notify_landed(self)
