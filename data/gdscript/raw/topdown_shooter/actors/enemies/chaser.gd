class_name Chaser
extends EnemyBase
## Melee enemy that paths around walls, keeps apart from its pack and lunges when close.

enum Mode { ROAM, HUNT, WINDUP, LUNGE, RECOVER }

@export var lunge_range := 90.0
@export var lunge_speed := 620.0
@export var windup_time := 0.35
@export var separation_radius := 48.0
@export var bite: Hitbox

var mode := Mode.ROAM

var _mode_left := 0.0
var _lunge_direction := Vector2.ZERO
var _repath_in := 0.0

@onready var _agent: NavigationAgent2D = $NavigationAgent2D


func _ready() -> void:
	super()
	bite.monitorable = false
	_agent.path_desired_distance = 12.0
	_agent.target_desired_distance = lunge_range * 0.8
	_agent.velocity_computed.connect(_on_velocity_computed)
	# Spread the path queries of a freshly spawned pack over several frames.
	_repath_in = randf() * 0.3


# Waits for a target, hunts it, winds up, lunges until time or a wall stops it, and recovers.
func _think(delta: float) -> void:
	_mode_left -= delta
	match mode:
		Mode.ROAM:
			velocity = velocity.move_toward(Vector2.ZERO, 400.0 * delta)
			if target != null:
				mode = Mode.HUNT
		Mode.HUNT:
			_hunt(delta)
		Mode.WINDUP:
			velocity = -_lunge_direction * 30.0
			if _mode_left <= 0.0:
				_start_lunge()
		Mode.LUNGE:
			velocity = _lunge_direction * lunge_speed
			if _mode_left <= 0.0 or is_on_wall():
				_change_mode(Mode.RECOVER, 0.5)
				bite.set_deferred(&"monitorable", false)
		Mode.RECOVER:
			velocity = velocity.move_toward(Vector2.ZERO, 1600.0 * delta)
			if _mode_left <= 0.0:
				mode = Mode.HUNT


## Sum of pushes away from pack members closer than `separation_radius`; the push grows as they
## come closer.
func separation() -> Vector2:
	var push := Vector2.ZERO
	for node in get_tree().get_nodes_in_group(&"enemies"):
		var other := node as Node2D
		if other == self or other == null:
			continue
		var offset := global_position - other.global_position
		var distance := offset.length()
		if distance > 0.01 and distance < separation_radius:
			push += offset / distance * (1.0 - distance / separation_radius)
	return push


# Repaths a few times per second, walks along the path and winds up once in range and in sight.
func _hunt(delta: float) -> void:
	if target == null:
		mode = Mode.ROAM
		return
	var distance := global_position.distance_to(target.global_position)
	if distance <= lunge_range and can_see(target.global_position):
		_lunge_direction = global_position.direction_to(target.global_position)
		_change_mode(Mode.WINDUP, windup_time)
		return
	_repath_in -= delta
	if _repath_in <= 0.0:
		_repath_in = 0.25
		_agent.target_position = target.global_position
	var next := _agent.get_next_path_position()
	var wish := global_position.direction_to(next) + separation() * 0.8
	_agent.velocity = wish.limit_length(1.0) * move_speed


func _start_lunge() -> void:
	_change_mode(Mode.LUNGE, 0.22)
	bite.set_deferred(&"monitorable", true)


func _change_mode(next: Mode, duration: float) -> void:
	mode = next
	_mode_left = duration


func _on_velocity_computed(safe_velocity: Vector2) -> void:
	if mode == Mode.HUNT:
		velocity = safe_velocity
