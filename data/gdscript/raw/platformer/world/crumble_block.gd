class_name CrumbleBlock
extends StaticBody2D
## Block that shakes when stepped on, falls apart and comes back after a while.

signal crumbled
signal restored

@export_range(0.1, 3.0, 0.05, "suffix:s") var warning_time := 0.5
@export_range(0.5, 20.0, 0.1, "suffix:s") var respawn_time := 3.0
@export var chain_delay := 0.08

var _solid := true
var _neighbours: Array[CrumbleBlock] = []

@onready var _sprite: Sprite2D = $Sprite2D
@onready var _shape: CollisionShape2D = $CollisionShape2D
@onready var _trigger: Area2D = $Trigger
@onready var _debris: GPUParticles2D = $Debris


func _ready() -> void:
	_trigger.body_entered.connect(func(_body: Node2D) -> void: crumble())
	_collect_neighbours.call_deferred()


## Starts the warning shake, then drops the block and sets off touching blocks with a delay.
## Calling it on a block that is already going down has no effect.
func crumble() -> void:
	if not _solid:
		return
	_solid = false
	await _shake(warning_time)
	_shape.set_deferred(&"disabled", true)
	_sprite.hide()
	_debris.restart()
	crumbled.emit()
	for block in _neighbours:
		get_tree().create_timer(chain_delay, false).timeout.connect(block.crumble)
	await get_tree().create_timer(respawn_time, false).timeout
	_try_restore()


# The block only returns once nobody stands inside it.
func _try_restore() -> void:
	while _is_occupied():
		await get_tree().create_timer(0.2, false).timeout
	_shape.disabled = false
	_sprite.show()
	_sprite.modulate.a = 0.0
	create_tween().tween_property(_sprite, ^"modulate:a", 1.0, 0.2)
	_solid = true
	restored.emit()


func _is_occupied() -> bool:
	var query := PhysicsShapeQueryParameters2D.new()
	query.shape = _shape.shape
	query.transform = _shape.global_transform
	query.exclude = [get_rid()]
	return not get_world_2d().direct_space_state.intersect_shape(query, 1).is_empty()


# Jolts the sprite sideways with growing strength for `seconds` and puts it back in place.
func _shake(seconds: float) -> void:
	var home := _sprite.position
	var tween := create_tween()
	var steps := maxi(2, int(seconds / 0.04))
	for i in steps:
		var strength := 1.5 * (i + 1) / steps
		var jolt := Vector2(randf_range(-strength, strength), 0.0)
		tween.tween_property(_sprite, ^"position", home + jolt, seconds / steps)
	tween.tween_property(_sprite, ^"position", home, 0.0)
	await tween.finished


# Blocks within one and a half tiles of each other fall as one bridge.
func _collect_neighbours() -> void:
	for sibling in get_parent().get_children():
		var block := sibling as CrumbleBlock
		if block != null and block != self:
			if block.position.distance_to(position) < 24.0:
				_neighbours.append(block)
