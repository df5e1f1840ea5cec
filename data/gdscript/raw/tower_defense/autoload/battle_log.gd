extends Node
## Damage statistics per tower, kept in a ring buffer so that recent DPS can be shown.

const WINDOW_SECONDS := 10.0
const CAPACITY := 2048

var _times := PackedFloat64Array()
var _amounts := PackedFloat32Array()
var _sources := PackedInt64Array()
var _head := 0
var _count := 0
var _totals: Dictionary[int, float] = {}
var _kills: Dictionary[int, int] = {}


func _ready() -> void:
	_times.resize(CAPACITY)
	_amounts.resize(CAPACITY)
	_sources.resize(CAPACITY)


## Books `amount` damage for the tower with instance id `source`.
func record_damage(source: int, amount: float) -> void:
	_times[_head] = Time.get_ticks_msec() / 1000.0
	_amounts[_head] = amount
	_sources[_head] = source
	_head = (_head + 1) % CAPACITY
	_count = mini(_count + 1, CAPACITY)
	_totals[source] = _totals.get(source, 0.0) + amount


func record_kill(source: int) -> void:
	_kills[source] = _kills.get(source, 0) + 1


## Average damage per second of one tower over the last ten seconds.
## Walks the ring backwards and stops at the first entry that is too old.
func recent_dps(source: int) -> float:
	var now := Time.get_ticks_msec() / 1000.0
	var sum := 0.0
	for back in range(1, _count + 1):
		var index := posmod(_head - back, CAPACITY)
		if now - _times[index] > WINDOW_SECONDS:
			break
		if _sources[index] == source:
			sum += _amounts[index]
	return sum / WINDOW_SECONDS


## Ids of the towers with the highest total damage, best first, at most `limit` of them.
func top_towers(limit: int) -> Array[int]:
	var ids: Array[int] = []
	ids.assign(_totals.keys())
	ids.sort_custom(func(a: int, b: int) -> bool: return _totals[a] > _totals[b])
	return ids.slice(0, limit)


## One table row per tower in CSV form, header included.
func to_csv() -> String:
	var rows := PackedStringArray(["tower,damage,kills"])
	for id in top_towers(_totals.size()):
		var tower := instance_from_id(id) as Node
		var label := str(tower.name) if tower != null else "sold#%d" % id
		rows.append("%s,%.1f,%d" % [label, _totals[id], _kills.get(id, 0)])
	return "\n".join(rows)
