class_name RoomCamera
extends Camera2D
## Camera that stays inside the room the player is in and glides to the next one.
## Rooms are Area2D nodes in the `rooms` group with a RectangleShape2D.

signal room_changed(room: Area2D)

@export var subject: Node2D
@export_range(0.1, 2.0, 0.05, "suffix:s") var glide_seconds := 0.45
@export var vertical_dead_zone := 24.0

var room: Area2D

var _gliding := false


func _ready() -> void:
	position_smoothing_enabled = false
	for node in get_tree().get_nodes_in_group(&"rooms"):
		var area := node as Area2D
		area.body_entered.connect(_on_room_entered.bind(area))


func _physics_process(_delta: float) -> void:
	if _gliding or subject == null:
		return
	global_position.x = subject.global_position.x
	# Small hops do not move the camera; leaving the dead zone drags it along.
	var gap := subject.global_position.y - global_position.y
	if absf(gap) > vertical_dead_zone:
		global_position.y += gap - signf(gap) * vertical_dead_zone


## Rectangle of `area` in world space, taken from its first rectangle collision shape.
static func room_rect(area: Area2D) -> Rect2:
	for child in area.get_children():
		var collision := child as CollisionShape2D
		if collision == null:
			continue
		var rectangle := collision.shape as RectangleShape2D
		if rectangle != null:
			var extent := rectangle.size * collision.global_scale
			return Rect2(collision.global_position - extent * 0.5, extent)
	return Rect2(area.global_position, Vector2.ZERO)


## Moves the camera limits to `area` without any transition; used after a respawn.
func snap_to_room(area: Area2D) -> void:
	room = area
	var rect := room_rect(area)
	limit_left = floori(rect.position.x)
	limit_top = floori(rect.position.y)
	limit_right = ceili(rect.end.x)
	limit_bottom = ceili(rect.end.y)
	room_changed.emit(area)


# Pauses the game, slides from one room to the other and only then hands over the limits.
func _glide_to(area: Area2D) -> void:
	_gliding = true
	var from := get_screen_center_position()
	var half := get_viewport_rect().size * 0.5 / zoom
	var rect := room_rect(area).grow_individual(-half.x, -half.y, -half.x, -half.y)
	var goal := subject.global_position.clamp(rect.position, rect.position.max(rect.end))
	_release_limits()
	global_position = from
	get_tree().paused = true
	var tween := create_tween().set_pause_mode(Tween.TWEEN_PAUSE_PROCESS)
	tween.set_trans(Tween.TRANS_SINE).set_ease(Tween.EASE_IN_OUT)
	tween.tween_property(self, ^"global_position", goal, glide_seconds)
	await tween.finished
	get_tree().paused = false
	snap_to_room(area)
	_gliding = false


func _release_limits() -> void:
	limit_left = -10_000_000
	limit_top = -10_000_000
	limit_right = 10_000_000
	limit_bottom = 10_000_000


func _on_room_entered(body: Node2D, area: Area2D) -> void:
	if body != subject or area == room:
		return
	if room == null:
		snap_to_room(area)
	else:
		_glide_to(area)
