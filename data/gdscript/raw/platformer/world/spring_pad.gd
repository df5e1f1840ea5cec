class_name SpringPad
extends Area2D
## Launches bodies along its up direction. Works on characters and on rigid bodies.

signal sprung(body: Node2D)

@export var launch_speed := 420.0
## Keep the part of the velocity that runs along the pad, so running jumps stay fast.
@export var keep_sideways := true
@export_range(0.0, 1.0, 0.05, "suffix:s") var rearm_time := 0.25

var _armed := true

@onready var _coil: Node2D = $Coil


func _ready() -> void:
	body_entered.connect(launch)


## Throws `body` off the pad if the spring is armed, plays the recoil and rearms after a delay.
func launch(body: Node2D) -> void:
	if not _armed:
		return
	var up := -global_transform.y.normalized()
	if body is CharacterBody2D:
		var character := body as CharacterBody2D
		character.velocity = boosted(character.velocity, up)
	elif body is RigidBody2D:
		var rigid := body as RigidBody2D
		rigid.linear_velocity = boosted(rigid.linear_velocity, up)
	else:
		return
	_armed = false
	sprung.emit(body)
	_recoil()
	await get_tree().create_timer(rearm_time, false).timeout
	_armed = true
	# Somebody may have landed while the spring was still compressed.
	for waiting in get_overlapping_bodies():
		launch(waiting)


## Velocity after the launch: full speed along `up` plus, if configured, the old sideways part.
func boosted(velocity: Vector2, up: Vector2) -> Vector2:
	var sideways := velocity.slide(up) if keep_sideways else Vector2.ZERO
	return sideways + up * launch_speed


func _recoil() -> void:
	var tween := create_tween()
	tween.tween_property(_coil, ^"scale:y", 1.5, 0.05)
	tween.tween_property(_coil, ^"scale:y", 1.0, 0.4).set_trans(Tween.TRANS_ELASTIC)
