class_name LedgePatroller
extends CharacterBody2D
## Walks back and forth, turns at walls and gaps, and can be stomped from above.

signal stomped

@export var walk_speed := 35.0
@export var turn_pause := 0.4
@export var bounce_speed := 260.0

var direction := -1

var _pause_left := 0.0
var _flat := false
var _gravity: float = ProjectSettings.get_setting("physics/2d/default_gravity")

@onready var _floor_probe: RayCast2D = $FloorProbe
@onready var _contact: Area2D = $Contact
@onready var _sprite: AnimatedSprite2D = $AnimatedSprite2D


func _ready() -> void:
	_contact.body_entered.connect(_on_contact)
	_face(direction)


func _physics_process(delta: float) -> void:
	velocity.y += _gravity * delta
	_pause_left -= delta
	velocity.x = 0.0 if _pause_left > 0.0 else direction * walk_speed
	move_and_slide()
	if is_on_floor() and _pause_left <= 0.0 and (is_on_wall() or not _floor_probe.is_colliding()):
		turn_around()


## Stops for a moment and walks the other way afterwards.
func turn_around() -> void:
	_pause_left = turn_pause
	_face(-direction)


## Squashes the walker: collisions off, flat sprite, gone after a second. Returns the upward
## velocity the attacker should bounce off with.
func squash() -> float:
	_flat = true
	set_physics_process(false)
	_contact.set_deferred(&"monitoring", false)
	_sprite.play(&"flat")
	stomped.emit()
	get_tree().create_timer(1.0, false).timeout.connect(queue_free)
	return -bounce_speed


func _face(new_direction: int) -> void:
	direction = new_direction
	_sprite.flip_h = direction > 0
	_floor_probe.position.x = absf(_floor_probe.position.x) * direction


# Coming from above while falling counts as a stomp, everything else hurts the player.
func _on_contact(body: Node2D) -> void:
	var climber := body as Climber
	if climber == null or _flat:
		return
	var above := climber.global_position.y < global_position.y - 6.0
	if above and climber.velocity.y > 0.0:
		climber.velocity.y = squash()
	else:
		climber.die()
