class_name OrbitCamera
extends Node3D
## Camera rig with mouse and stick look, zoom, and a spring arm that avoids walls.

@export var subject: Node3D
@export var mouse_sensitivity := 0.0025
@export var stick_speed := 3.0
@export var pitch_limits := Vector2(-70.0, 50.0)
@export var zoom_limits := Vector2(1.5, 6.0)
@export var shoulder_offset := Vector3(0.4, 1.5, 0.0)
@export_range(1.0, 30.0, 0.5) var follow_speed := 14.0

var yaw := 0.0
var pitch := -0.2

var _zoom := 3.5

@onready var _arm: SpringArm3D = $SpringArm3D
@onready var _camera: Camera3D = $SpringArm3D/Camera3D


func _ready() -> void:
	top_level = true
	Input.mouse_mode = Input.MOUSE_MODE_CAPTURED
	if subject is CollisionObject3D:
		_arm.add_excluded_object((subject as CollisionObject3D).get_rid())


func _unhandled_input(event: InputEvent) -> void:
	if event is InputEventMouseMotion and Input.mouse_mode == Input.MOUSE_MODE_CAPTURED:
		look(event.relative * mouse_sensitivity)
	elif event.is_action_pressed(&"zoom_in"):
		_zoom = clampf(_zoom - 0.5, zoom_limits.x, zoom_limits.y)
	elif event.is_action_pressed(&"zoom_out"):
		_zoom = clampf(_zoom + 0.5, zoom_limits.x, zoom_limits.y)


# Reads the right stick and follows the subject over the shoulder with smoothing.
func _process(delta: float) -> void:
	var stick := Vector2(
		Input.get_joy_axis(0, JOY_AXIS_RIGHT_X), Input.get_joy_axis(0, JOY_AXIS_RIGHT_Y)
	)
	if stick.length() > 0.2:
		look(stick * stick_speed * delta)
	var weight := 1.0 - exp(-follow_speed * delta)
	var side := Basis(Vector3.UP, yaw) * shoulder_offset
	global_position = global_position.lerp(subject.global_position + side, weight)
	rotation = Vector3(pitch, yaw, 0.0)
	_arm.spring_length = lerpf(_arm.spring_length, _zoom, weight)


## Turns the camera by `amount` radians (x: around the subject, y: up and down) within the limits.
func look(amount: Vector2) -> void:
	yaw = wrapf(yaw - amount.x, -PI, PI)
	pitch = clampf(pitch - amount.y, deg_to_rad(pitch_limits.x), deg_to_rad(pitch_limits.y))


func aim_origin() -> Vector3:
	return _camera.global_position


func aim_direction() -> Vector3:
	return -_camera.global_basis.z
