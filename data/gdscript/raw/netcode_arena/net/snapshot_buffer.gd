class_name SnapshotBuffer
extends RefCounted
## Time ordered states of one remote object and interpolation between them.

const CAPACITY := 32
## Longest time an object is moved on by its last velocity when packets are missing.
const MAX_EXTRAPOLATION_MSEC := 120.0


class Snapshot:
	var time := 0.0
	var position := Vector3.ZERO
	var velocity := Vector3.ZERO
	var rotation := Quaternion.IDENTITY

	func _init(at: float, where: Vector3, speed: Vector3, facing: Quaternion) -> void:
		time = at
		position = where
		velocity = speed
		rotation = facing


var _items: Array[Snapshot] = []


## Inserts a snapshot in time order. Duplicates and packets older than the buffer are dropped.
func push(snapshot: Snapshot) -> void:
	var at := _items.size()
	while at > 0 and _items[at - 1].time > snapshot.time:
		at -= 1
	if at > 0 and is_equal_approx(_items[at - 1].time, snapshot.time):
		return
	if at == 0 and _items.size() == CAPACITY:
		return
	_items.insert(at, snapshot)
	if _items.size() > CAPACITY:
		_items.pop_front()


## State at `time`: interpolated between its neighbours, extrapolated a little past the newest,
## clamped to the oldest. Null while the buffer is empty.
func sample(time: float) -> Snapshot:
	if _items.is_empty():
		return null
	var newest := _items[-1]
	if time >= newest.time:
		return _extrapolate(newest, minf(time - newest.time, MAX_EXTRAPOLATION_MSEC))
	if time <= _items[0].time:
		return _items[0]
	var after := _items.size() - 1
	while _items[after - 1].time > time:
		after -= 1
	return blend(_items[after - 1], _items[after], time)


## Hermite interpolation of the position, which respects both velocities, and slerp of the rotation.
static func blend(a: Snapshot, b: Snapshot, time: float) -> Snapshot:
	var span := b.time - a.time
	var weight := (time - a.time) / span
	var seconds := span / 1000.0
	var pre := b.position - a.velocity * seconds * 2.0
	var post := a.position + b.velocity * seconds * 2.0
	var position := a.position.cubic_interpolate(b.position, pre, post, weight)
	return Snapshot.new(
		time, position, a.velocity.lerp(b.velocity, weight), a.rotation.slerp(b.rotation, weight)
	)


## Throws away everything, e.g. after a teleport that must not be smoothed.
func reset_to(snapshot: Snapshot) -> void:
	_items.clear()
	_items.append(snapshot)


func _extrapolate(from: Snapshot, ahead_msec: float) -> Snapshot:
	var moved := from.position + from.velocity * ahead_msec / 1000.0
	return Snapshot.new(from.time + ahead_msec, moved, from.velocity, from.rotation)
