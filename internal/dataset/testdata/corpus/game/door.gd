class_name Door
extends Node2D

signal opened(by: Node)

const SPEED := 2.5

@export var locked := false
var _angle := 0.0


## Opens the door for somebody, unless it is locked. Emits [signal opened] once the door
## begins to move and returns whether it does.
func open(by: Node) -> bool:
	if locked:
		_rattle()
		return false
	opened.emit(by)
	_angle = SPEED
	return true


# TODO: make it louder
func _rattle() -> void:
	var tween := create_tween()
	tween.tween_property(self, "rotation", 0.1, 0.05)
	tween.tween_property(self, "rotation", -0.1, 0.05)
	tween.tween_property(self, "rotation", 0.0, 0.05)


# Turns a little further each frame until the door is fully open, which is a quarter of
# a turn.
func _process(delta: float) -> void:
	if _angle <= 0.0:
		return
	rotation += _angle * delta
	if rotation > PI / 2.0:
		rotation = PI / 2.0
		_angle = 0.0


func _to_string() -> String:
	return "Door"


func is_wide_open() -> bool:
	return not locked and rotation > PI / 2.0 - 0.01
