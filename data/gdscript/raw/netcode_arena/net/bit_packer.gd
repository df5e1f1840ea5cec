class_name BitPacker
extends RefCounted
## Writes and reads values with an exact number of bits, for snapshots that fit into one packet.

const SQRT_HALF := 0.70710678

var _bytes := PackedByteArray()
var _cursor := 0


static func from_bytes(bytes: PackedByteArray) -> BitPacker:
	var packer := BitPacker.new()
	packer._bytes = bytes
	return packer


func to_bytes() -> PackedByteArray:
	return _bytes


## Number of bits written or read so far.
func position() -> int:
	return _cursor


## Appends the lowest `bits` bits of `value`, least significant bit first.
func write_uint(value: int, bits: int) -> void:
	assert(bits > 0 and bits <= 32)
	for i in bits:
		if _cursor >> 3 >= _bytes.size():
			_bytes.append(0)
		if value >> i & 1:
			_bytes[_cursor >> 3] |= 1 << (_cursor & 7)
		_cursor += 1


## Reads `bits` bits as an unsigned number. Reading past the end yields zero bits.
func read_uint(bits: int) -> int:
	var value := 0
	for i in bits:
		var byte_index := _cursor >> 3
		if byte_index < _bytes.size() and _bytes[byte_index] >> (_cursor & 7) & 1:
			value |= 1 << i
		_cursor += 1
	return value


func write_bool(value: bool) -> void:
	write_uint(1 if value else 0, 1)


func read_bool() -> bool:
	return read_uint(1) == 1


## Quantises `value` from the range `low`..`high` to `bits` bits; values outside are clamped.
func write_ranged(value: float, low: float, high: float, bits: int) -> void:
	var top := (1 << bits) - 1
	var unit := clampf(inverse_lerp(low, high, value), 0.0, 1.0)
	write_uint(roundi(unit * top), bits)


func read_ranged(low: float, high: float, bits: int) -> float:
	var top := (1 << bits) - 1
	return lerpf(low, high, float(read_uint(bits)) / top)


## Stores a rotation in 32 bits: the index of the largest component and the three others.
## The sign is normalised so that the dropped component is always positive.
func write_rotation(rotation: Quaternion) -> void:
	var parts := [rotation.x, rotation.y, rotation.z, rotation.w]
	var largest := 0
	for i in range(1, 4):
		if absf(parts[i]) > absf(parts[largest]):
			largest = i
	var flip := -1.0 if parts[largest] < 0.0 else 1.0
	write_uint(largest, 2)
	for i in 4:
		if i != largest:
			write_ranged(parts[i] * flip, -SQRT_HALF, SQRT_HALF, 10)


## Counterpart of `write_rotation()`; rebuilds the missing component from the unit length.
func read_rotation() -> Quaternion:
	var largest := read_uint(2)
	var parts := [0.0, 0.0, 0.0, 0.0]
	var sum := 0.0
	for i in 4:
		if i != largest:
			var part := read_ranged(-SQRT_HALF, SQRT_HALF, 10)
			parts[i] = part
			sum += part * part
	parts[largest] = sqrt(maxf(0.0, 1.0 - sum))
	return Quaternion(parts[0], parts[1], parts[2], parts[3]).normalized()
