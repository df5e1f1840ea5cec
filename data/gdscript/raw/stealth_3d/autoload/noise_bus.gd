extends Node
## Sound events in the world. Guards register as listeners and hear what is loud enough for them.

signal noise_made(at: Vector3, loudness: float)

## Every wall between source and ear takes away this share of the loudness.
const WALL_DAMPING := 0.55
const WALL_MASK := 1

var _listeners: Dictionary[Node3D, Callable] = {}


## Calls `callback(position, perceived_loudness)` for every noise `ear` can hear.
func add_listener(ear: Node3D, callback: Callable) -> void:
	_listeners[ear] = callback
	ear.tree_exiting.connect(func() -> void: _listeners.erase(ear), CONNECT_ONE_SHOT)


## Emits a noise. `loudness` is the distance in metres at which it just becomes inaudible outdoors.
func make(at: Vector3, loudness: float) -> void:
	noise_made.emit(at, loudness)
	for ear: Node3D in _listeners:
		var perceived := perceived_loudness(at, ear.global_position, loudness, ear.get_world_3d())
		if perceived > 0.0:
			_listeners[ear].call(at, perceived)


## Loudness left at `ear`: linear falloff with distance, damped once per wall in between.
func perceived_loudness(at: Vector3, ear: Vector3, loudness: float, world: World3D) -> float:
	var left := loudness - at.distance_to(ear)
	if left <= 0.0:
		return 0.0
	return left * pow(1.0 - WALL_DAMPING, _count_walls(at, ear, world))


# Steps through up to four walls by excluding every body that was already hit.
func _count_walls(from: Vector3, to: Vector3, world: World3D) -> int:
	var query := PhysicsRayQueryParameters3D.create(from, to, WALL_MASK)
	var excluded: Array[RID] = []
	var walls := 0
	while walls < 4:
		query.exclude = excluded
		var hit := world.direct_space_state.intersect_ray(query)
		if hit.is_empty():
			break
		excluded.append(hit["rid"])
		walls += 1
	return walls
