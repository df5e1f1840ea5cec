class_name TraumaCamera
extends Camera2D
## Camera that looks ahead towards the cursor and shakes with squared trauma.

@export var follow: Node2D
@export_range(0.0, 0.5, 0.01) var look_ahead := 0.18
@export var max_look_ahead := 180.0
@export_group("Shake")
@export var trauma_decay := 1.4
@export var max_offset := Vector2(28.0, 20.0)
@export_range(0.0, 15.0, 0.1, "degrees") var max_roll := 3.0
@export var noise_speed := 26.0

var _trauma := 0.0
var _time := 0.0
var _noise := FastNoiseLite.new()


func _ready() -> void:
	_noise.seed = randi()
	_noise.frequency = 0.05
	ignore_rotation = false
	GameEvents.shake_requested.connect(add_trauma)


func _process(delta: float) -> void:
	if is_instance_valid(follow):
		var to_cursor := get_global_mouse_position() - follow.global_position
		var lead := (to_cursor * look_ahead).limit_length(max_look_ahead)
		# Frame-rate independent smoothing: 8 is roughly "90 % there after 0.3 s".
		var weight := 1.0 - exp(-8.0 * delta)
		global_position = global_position.lerp(follow.global_position + lead, weight)
	_shake(delta)


## Adds to the shake; 0.3 is a pistol shot, 1.0 a boss explosion. Trauma saturates at 1.
func add_trauma(amount: float) -> void:
	_trauma = minf(_trauma + amount, 1.0)


## Zooms to `target_zoom` over `seconds`, holds for `hold` seconds and returns to the old zoom.
func punch_zoom(target_zoom: float, seconds: float, hold: float) -> void:
	var before := zoom
	var tween := create_tween().set_trans(Tween.TRANS_CUBIC).set_ease(Tween.EASE_OUT)
	tween.tween_property(self, ^"zoom", Vector2.ONE * target_zoom, seconds)
	tween.tween_interval(hold)
	tween.tween_property(self, ^"zoom", before, seconds * 2.0)


# Squaring the trauma keeps small hits subtle while big ones stay violent.
func _shake(delta: float) -> void:
	_trauma = maxf(0.0, _trauma - trauma_decay * delta)
	if _trauma == 0.0:
		offset = Vector2.ZERO
		rotation = 0.0
		return
	_time += delta * noise_speed
	var power := _trauma * _trauma
	offset.x = max_offset.x * power * _noise.get_noise_2d(_time, 0.0)
	offset.y = max_offset.y * power * _noise.get_noise_2d(0.0, _time)
	rotation = deg_to_rad(max_roll) * power * _noise.get_noise_2d(_time, _time)
