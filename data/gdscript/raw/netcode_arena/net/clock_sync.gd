class_name ClockSync
extends Node
## Estimates the server's clock on the client with repeated ping-pong and outlier rejection.

signal synchronised(offset_msec: float, jitter_msec: float)

const SAMPLES := 9
const INTERVAL := 0.5
## Differences above this are corrected at once, smaller ones are blended in slowly.
const SNAP_MSEC := 250.0

var round_trip_msec := 0.0

var _offset := 0.0
var _samples: Array[Vector2] = []
var _until_next := 0.0
var _has_offset := false


func _process(delta: float) -> void:
	if multiplayer.is_server() or multiplayer.multiplayer_peer is OfflineMultiplayerPeer:
		return
	_until_next -= delta
	if _until_next <= 0.0:
		_until_next = INTERVAL
		_ping.rpc_id(1, Time.get_ticks_msec())


## Best guess of the server's `Time.get_ticks_msec()` right now.
func server_time_msec() -> float:
	if multiplayer.is_server():
		return Time.get_ticks_msec()
	return Time.get_ticks_msec() + _offset


## Server tick number for the current time at the project's physics rate.
func server_tick() -> int:
	return int(server_time_msec() * Engine.physics_ticks_per_second / 1000.0)


## How far remote objects should be shown in the past so that two snapshots are usually at hand:
## two snapshot intervals plus twice the jitter.
func interpolation_delay_msec(snapshots_per_second: float) -> float:
	return 2000.0 / snapshots_per_second + 2.0 * _jitter()


@rpc("any_peer", "call_remote", "unreliable")
func _ping(client_time: int) -> void:
	_pong.rpc_id(multiplayer.get_remote_sender_id(), client_time, Time.get_ticks_msec())


# Turns an answered ping into a round trip and offset sample and keeps the last nine of them.
@rpc("authority", "call_remote", "unreliable")
func _pong(client_time: int, server_time: int) -> void:
	var now := Time.get_ticks_msec()
	var round_trip := float(now - client_time)
	# x is the round trip, y the offset if both directions took equally long.
	_samples.append(Vector2(round_trip, server_time + round_trip * 0.5 - now))
	if _samples.size() > SAMPLES:
		_samples.pop_front()
	_update_offset()


# Uses the fastest third of the samples: slow packets were queued somewhere and mislead.
func _update_offset() -> void:
	var sorted := _samples.duplicate()
	sorted.sort_custom(func(a: Vector2, b: Vector2) -> bool: return a.x < b.x)
	var used := maxi(1, sorted.size() / 3)
	var sum := Vector2.ZERO
	for i in used:
		sum += sorted[i]
	round_trip_msec = sum.x / used
	var measured := sum.y / used
	if not _has_offset or absf(measured - _offset) > SNAP_MSEC:
		_offset = measured
		_has_offset = true
	else:
		_offset = lerpf(_offset, measured, 0.1)
	synchronised.emit(_offset, _jitter())


# Mean absolute deviation of the round trips.
func _jitter() -> float:
	if _samples.is_empty():
		return 0.0
	var deviation := 0.0
	for sample in _samples:
		deviation += absf(sample.x - round_trip_msec)
	return deviation / _samples.size()
