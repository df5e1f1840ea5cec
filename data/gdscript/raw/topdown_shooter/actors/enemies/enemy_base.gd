class_name EnemyBase
extends CharacterBody2D
## Shared behaviour of all enemies: target lookup, hit flash, loot and death. Subclasses override
## `_think()` to set `velocity`.

const FLASH_PARAM := &"flash_amount"

@export var points := 50
@export var move_speed := 140.0
@export var sight_range := 600.0
@export_flags_2d_physics var sight_mask := 1
@export var loot: Array[PackedScene] = []
@export_range(0.0, 1.0, 0.01) var loot_chance := 0.25

var target: Node2D

var _stun_left := 0.0
var _flash_tween: Tween

@onready var health: Health = $Health
@onready var sprite: Sprite2D = $Sprite2D


func _ready() -> void:
	add_to_group(&"enemies")
	health.damaged.connect(_on_damaged)
	health.depleted.connect(_on_depleted)
	# Each enemy needs its own material, otherwise all of them flash together.
	if sprite.material != null:
		sprite.material = sprite.material.duplicate()


# Brakes while stunned; otherwise keeps a valid target and lets the subclass decide.
func _physics_process(delta: float) -> void:
	if _stun_left > 0.0:
		_stun_left -= delta
		velocity = velocity.move_toward(Vector2.ZERO, 800.0 * delta)
	else:
		if not is_instance_valid(target):
			target = find_target()
		_think(delta)
	move_and_slide()


## Nearest node of the `player` group inside `sight_range`, or null when nobody is around.
func find_target() -> Node2D:
	var best: Node2D = null
	var best_distance := sight_range * sight_range
	for node in get_tree().get_nodes_in_group(&"player"):
		var candidate := node as Node2D
		if candidate == null:
			continue
		var distance := global_position.distance_squared_to(candidate.global_position)
		if distance < best_distance:
			best_distance = distance
			best = candidate
	return best


## True when no wall lies on the straight line to `point`.
func can_see(point: Vector2) -> bool:
	if global_position.distance_to(point) > sight_range:
		return false
	var query := PhysicsRayQueryParameters2D.create(global_position, point, sight_mask, [get_rid()])
	return get_world_2d().direct_space_state.intersect_ray(query).is_empty()


## Throws the enemy back and stops it from thinking for a short moment.
func apply_knockback(impulse: Vector2) -> void:
	velocity = impulse
	_stun_left = maxf(_stun_left, 0.15)


## Stops all decisions for `seconds`; used by flashbangs and heavy hits.
func stun(seconds: float) -> void:
	_stun_left = maxf(_stun_left, seconds)


## Override in subclasses: set `velocity` from the current situation. The base stands still.
func _think(delta: float) -> void:
	velocity = velocity.move_toward(Vector2.ZERO, move_speed * delta)


func _on_damaged(_amount: float, source: Node) -> void:
	if source is Node2D:
		target = source
	if _flash_tween != null:
		_flash_tween.kill()
	_flash_tween = create_tween()
	_flash_tween.tween_method(_set_flash, 1.0, 0.0, 0.12)


func _set_flash(amount: float) -> void:
	var shader_material := sprite.material as ShaderMaterial
	if shader_material != null:
		shader_material.set_shader_parameter(FLASH_PARAM, amount)


# Drops loot, reports the kill, then shrinks away without blocking other actors.
func _on_depleted(_source: Node) -> void:
	set_physics_process(false)
	collision_layer = 0
	collision_mask = 0
	if not loot.is_empty() and randf() < loot_chance:
		var drop: Node2D = loot.pick_random().instantiate()
		drop.position = position
		get_parent().add_child.call_deferred(drop)
	GameEvents.enemy_killed.emit(self, points)
	var tween := create_tween().set_trans(Tween.TRANS_BACK).set_ease(Tween.EASE_IN)
	tween.tween_property(sprite, ^"scale", Vector2.ZERO, 0.25)
	tween.tween_callback(queue_free)
