class_name RewindHistory
extends Node
## Server side lag compensation: remembers where every hitbox was and rewinds for shot checks.

const MAX_REWIND_MSEC := 400.0

@export var hitboxes: Array[Node3D] = []
@export var hit_radius := 0.6

var _frames: Array[Dictionary] = []


# Records the place of every hitbox each tick and forgets what is older than the rewind limit.
func _physics_process(_delta: float) -> void:
	if not multiplayer.is_server():
		return
	var places: Dictionary[Node3D, Vector3] = {}
	for hitbox in hitboxes:
		places[hitbox] = hitbox.global_position
	_frames.append({"time": float(Time.get_ticks_msec()), "places": places})
	while _frames.size() > 1 and _frames[-1]["time"] - _frames[0]["time"] > MAX_REWIND_MSEC:
		_frames.pop_front()


## Where `hitbox` was at `time`, interpolated between the two recorded frames around it.
## Requests beyond the history get the oldest known place.
func place_at(hitbox: Node3D, time: float) -> Vector3:
	for i in range(_frames.size() - 1, 0, -1):
		var earlier := _frames[i - 1]
		var later := _frames[i]
		if earlier["time"] > time or not earlier["places"].has(hitbox):
			continue
		var weight := clampf(inverse_lerp(earlier["time"], later["time"], time), 0.0, 1.0)
		var from: Vector3 = earlier["places"][hitbox]
		var to: Vector3 = later["places"].get(hitbox, from)
		return from.lerp(to, weight)
	if not _frames.is_empty():
		return _frames[0]["places"].get(hitbox, hitbox.global_position)
	return hitbox.global_position


## First hitbox a shot from `origin` along `direction` would have met at `time`, ignoring `shooter`.
## Hitboxes count as spheres. The result has `hitbox` and `point`, or is empty for a miss.
func cast(origin: Vector3, direction: Vector3, time: float, shooter: Node3D) -> Dictionary:
	var oldest := Time.get_ticks_msec() - MAX_REWIND_MSEC
	var when := maxf(time, oldest)
	var ray := direction.normalized()
	var best_distance := INF
	var best: Node3D = null
	for hitbox in hitboxes:
		if hitbox == shooter or not is_instance_valid(hitbox):
			continue
		var distance := ray_sphere(origin, ray, place_at(hitbox, when), hit_radius)
		if distance >= 0.0 and distance < best_distance:
			best_distance = distance
			best = hitbox
	if best == null:
		return {}
	return {"hitbox": best, "point": origin + ray * best_distance}


## Distance along the unit vector `ray` to a sphere, or -1 when it is missed or lies behind.
static func ray_sphere(origin: Vector3, ray: Vector3, center: Vector3, radius: float) -> float:
	var to_center := center - origin
	var along := to_center.dot(ray)
	var closest_squared := to_center.length_squared() - along * along
	if closest_squared > radius * radius:
		return -1.0
	var half_chord := sqrt(radius * radius - closest_squared)
	var near := along - half_chord
	if near >= 0.0:
		return near
	return 0.0 if along + half_chord >= 0.0 else -1.0
