@tool
class_name MovingPlatform
extends AnimatableBody2D
## Platform that travels along its waypoints, optionally only while somebody stands on it.

enum Travel { PING_PONG, LOOP, ONE_WAY }

@export var waypoints: PackedVector2Array = [Vector2.ZERO, Vector2(96.0, 0.0)]:
	set(value):
		waypoints = value
		update_configuration_warnings()
		queue_redraw()
@export var travel: Travel = Travel.PING_PONG
@export var speed := 48.0
@export_range(0.0, 5.0, 0.1, "suffix:s") var pause_at_stops := 0.5
@export var needs_rider := false

var _origin := Vector2.ZERO
var _target := 1
var _direction := 1
var _wait := 0.0
var _riders := 0


func _ready() -> void:
	_origin = position
	sync_to_physics = true
	if Engine.is_editor_hint():
		set_physics_process(false)


# Moves towards the current waypoint and pauses there before the next one is chosen.
func _physics_process(delta: float) -> void:
	if waypoints.size() < 2 or (needs_rider and _riders == 0):
		return
	if _wait > 0.0:
		_wait -= delta
		return
	var goal := _origin + waypoints[_target]
	position = position.move_toward(goal, speed * delta)
	if position.is_equal_approx(goal):
		_wait = pause_at_stops
		_target = next_stop(_target)


func _draw() -> void:
	if not Engine.is_editor_hint():
		return
	for i in range(1, waypoints.size()):
		draw_dashed_line(waypoints[i - 1], waypoints[i], Color.AQUA, 1.0, 4.0)
	if travel == Travel.LOOP and waypoints.size() > 2:
		draw_dashed_line(waypoints[-1], waypoints[0], Color.AQUA, 1.0, 4.0)
	for point in waypoints:
		draw_circle(point, 2.0, Color.WHITE)


func _get_configuration_warnings() -> PackedStringArray:
	if waypoints.size() < 2:
		return ["A moving platform needs at least two waypoints."]
	return []


## Index of the waypoint that follows `stop`. Ping-pong reverses at both ends, loop starts over
## and one-way stays at the last waypoint for good.
func next_stop(stop: int) -> int:
	match travel:
		Travel.LOOP:
			return (stop + 1) % waypoints.size()
		Travel.ONE_WAY:
			return mini(stop + 1, waypoints.size() - 1)
		_:
			if stop + _direction >= waypoints.size() or stop + _direction < 0:
				_direction = -_direction
			return stop + _direction


## Seconds one trip through all waypoints takes, including the stops.
func trip_seconds() -> float:
	var length := 0.0
	for i in range(1, waypoints.size()):
		length += waypoints[i - 1].distance_to(waypoints[i])
	return length / maxf(speed, 0.001) + pause_at_stops * (waypoints.size() - 1)


## Connected to the `body_entered` signal of the area on top of the platform.
func add_rider(_body: Node2D) -> void:
	_riders += 1


func remove_rider(_body: Node2D) -> void:
	_riders = maxi(0, _riders - 1)
