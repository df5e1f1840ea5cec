class_name GhostTrail
extends Node2D
## Leaves fading copies of a sprite behind a fast moving character.

@export var source: Sprite2D
@export_range(0.01, 0.5, 0.01, "suffix:s") var interval := 0.04
@export_range(0.05, 2.0, 0.05, "suffix:s") var fade := 0.35
@export var tint := Color(0.4, 0.7, 1.0, 0.6)
## Ghosts are only drawn above this speed; 0 draws them always while emitting.
@export var minimum_speed := 160.0

var emitting := false

var _until_next := 0.0
var _last_position := Vector2.ZERO


func _ready() -> void:
	top_level = true
	_last_position = source.global_position


func _process(delta: float) -> void:
	var speed := _last_position.distance_to(source.global_position) / maxf(delta, 0.0001)
	_last_position = source.global_position
	_until_next -= delta
	if emitting and speed >= minimum_speed and _until_next <= 0.0:
		_until_next = interval
		stamp()


## Places one ghost at the sprite's current frame and lets it fade out.
func stamp() -> void:
	var ghost := Sprite2D.new()
	ghost.texture = source.texture
	ghost.hframes = source.hframes
	ghost.vframes = source.vframes
	ghost.frame = source.frame
	ghost.offset = source.offset
	ghost.flip_h = source.flip_h
	ghost.global_transform = source.global_transform
	ghost.modulate = tint
	add_child(ghost)
	var tween := ghost.create_tween()
	tween.tween_property(ghost, ^"modulate:a", 0.0, fade)
	tween.tween_callback(ghost.queue_free)


## Emits for `seconds` and then stops; a second call restarts the countdown.
func burst(seconds: float) -> void:
	emitting = true
	var stamp_time := Time.get_ticks_msec()
	set_meta(&"burst_started", stamp_time)
	await get_tree().create_timer(seconds, false).timeout
	if get_meta(&"burst_started") == stamp_time:
		emitting = false
