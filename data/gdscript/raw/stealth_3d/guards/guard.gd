class_name Guard
extends CharacterBody3D
## Patrolling guard with sight cone, hearing and a suspicion meter that drives its mood.

signal mood_changed(mood: Mood)
signal thief_spotted(thief: Thief)

enum Mood { CALM, CURIOUS, SEARCHING, ALARMED }

const EYE_HEIGHT := 1.6

@export var route: Array[Marker3D] = []
@export var walk_speed := 1.8
@export var chase_speed := 4.8
@export var sight_distance := 14.0
@export_range(10.0, 180.0, 1.0, "degrees") var sight_angle := 80.0
@export var calm_down_per_second := 0.12

var mood := Mood.CALM
var suspicion := 0.0

var _stop := 0
var _linger := 0.0
var _last_known := Vector3.ZERO

@onready var _agent: NavigationAgent3D = $NavigationAgent3D
@onready var _thief: Thief = get_tree().get_first_node_in_group(&"thief")


func _ready() -> void:
	NoiseBus.add_listener(self, _on_noise)


func _physics_process(delta: float) -> void:
	_update_suspicion(delta)
	match mood:
		Mood.CALM:
			_patrol(delta)
		Mood.CURIOUS:
			_look_towards(_last_known, delta)
			velocity = Vector3.ZERO
		Mood.SEARCHING:
			_move_to(_last_known, walk_speed * 1.3, delta)
		Mood.ALARMED:
			_move_to(_thief.global_position, chase_speed, delta)
	move_and_slide()


## How well the guard sees `target`: 0 for not at all, up to 1 straight ahead and close.
## Falls off with distance and towards the rim of the cone; walls block completely.
func sight_of(target: Node3D) -> float:
	var eye := global_position + Vector3.UP * EYE_HEIGHT
	var to_target := target.global_position + Vector3.UP - eye
	var distance := to_target.length()
	if distance > sight_distance:
		return 0.0
	var off_axis := rad_to_deg((-global_basis.z).angle_to(to_target))
	if off_axis > sight_angle * 0.5:
		return 0.0
	var query := PhysicsRayQueryParameters3D.create(eye, eye + to_target, 1)
	if not get_world_3d().direct_space_state.intersect_ray(query).is_empty():
		return 0.0
	var near := 1.0 - distance / sight_distance
	var central := 1.0 - off_axis / (sight_angle * 0.5)
	return clampf(near * lerpf(0.4, 1.0, central) * 1.5, 0.0, 1.0)


## Mood that belongs to a suspicion value. Rising and falling use different thresholds, so the
## guard does not flicker between two moods.
func mood_for(value: float, current: Mood) -> Mood:
	const UP: Array[float] = [0.25, 0.5, 1.0]
	const DOWN: Array[float] = [0.05, 0.3, 0.6]
	if current < Mood.ALARMED and value >= UP[current]:
		return (current + 1) as Mood
	if current > Mood.CALM and value < DOWN[current - 1]:
		return (current - 1) as Mood
	return current


# Suspicion grows with what is seen of the thief and fades otherwise; signals follow mood changes.
func _update_suspicion(delta: float) -> void:
	var seen := sight_of(_thief) * _thief.exposure if _thief != null else 0.0
	if seen > 0.0:
		_last_known = _thief.global_position
		suspicion = minf(suspicion + seen * 2.5 * delta, 1.2)
	else:
		suspicion = maxf(0.0, suspicion - calm_down_per_second * delta)
	var next := mood_for(suspicion, mood)
	if next == mood:
		return
	mood = next
	mood_changed.emit(mood)
	if mood == Mood.ALARMED:
		thief_spotted.emit(_thief)


# Walks the route in order and stands still for a moment at every marker.
func _patrol(delta: float) -> void:
	if route.is_empty():
		return
	if _linger > 0.0:
		_linger -= delta
		velocity = Vector3.ZERO
		return
	var goal := route[_stop].global_position
	_move_to(goal, walk_speed, delta)
	if global_position.distance_to(goal) < 0.8:
		_stop = (_stop + 1) % route.size()
		_linger = randf_range(1.0, 3.0)


# Walks along the navigation path to `goal`, asking for a new path only when the goal has moved.
func _move_to(goal: Vector3, speed: float, delta: float) -> void:
	if _agent.target_position.distance_squared_to(goal) > 0.25:
		_agent.target_position = goal
	if _agent.is_navigation_finished():
		velocity = Vector3.ZERO
		return
	var next := _agent.get_next_path_position()
	velocity = global_position.direction_to(next) * speed
	_look_towards(next, delta)


func _look_towards(point: Vector3, delta: float) -> void:
	var flat := Vector3(point.x, global_position.y, point.z) - global_position
	if flat.length_squared() < 0.01:
		return
	var wanted := atan2(-flat.x, -flat.z)
	rotation.y = rotate_toward(rotation.y, wanted, 4.0 * delta)


func _on_noise(at: Vector3, perceived: float) -> void:
	_last_known = at
	suspicion = minf(suspicion + perceived * 0.08, 0.9)
