class_name StatBlock
extends Node
## Numeric character stats with stacking modifiers.
##
## The final value is `(base + sum of ADD) * (1 + sum of PERCENT) * product of MULTIPLY`,
## limited to the stat's range. Values are cached until something changes.

signal stat_changed(stat: StringName, old_value: float, new_value: float)

enum Op { ADD, PERCENT, MULTIPLY }

@export var base_values: Dictionary[StringName, float] = {
	&"strength": 5.0, &"agility": 5.0, &"luck": 0.0, &"max_energy": 100.0
}
@export var limits: Dictionary[StringName, Vector2] = {}

var _modifiers: Dictionary[StringName, Array] = {}
var _cache: Dictionary[StringName, float] = {}


class Modifier:
	var source: Object
	var op: Op
	var amount: float

	func _init(from: Object, how: Op, value: float) -> void:
		source = from
		op = how
		amount = value


## Current value of `stat` with all modifiers applied. Unknown stats count as zero.
func value(stat: StringName) -> float:
	if not _cache.has(stat):
		_cache[stat] = _compute(stat)
	return _cache[stat]


## Changes the unmodified value permanently, e.g. on level-up.
func set_base(stat: StringName, amount: float) -> void:
	var before := value(stat)
	base_values[stat] = amount
	_invalidate(stat, before)


## Attaches a modifier that belongs to `source` (an item, a buff...) until it is removed again.
func add_modifier(stat: StringName, source: Object, op: Op, amount: float) -> void:
	var before := value(stat)
	if not _modifiers.has(stat):
		_modifiers[stat] = []
	_modifiers[stat].append(Modifier.new(source, op, amount))
	_invalidate(stat, before)


## Drops every modifier `source` has added, on all stats.
func remove_modifiers_of(source: Object) -> void:
	for stat: StringName in _modifiers:
		var before := value(stat)
		var kept := _modifiers[stat].filter(func(m: Modifier) -> bool: return m.source != source)
		if kept.size() != _modifiers[stat].size():
			_modifiers[stat] = kept
			_invalidate(stat, before)


## Human readable derivation such as "5 +3 +20% = 9.6", shown when hovering a stat.
func explain(stat: StringName) -> String:
	var parts := PackedStringArray([String.num(base_values.get(stat, 0.0), 1)])
	for modifier: Modifier in _modifiers.get(stat, []):
		match modifier.op:
			Op.ADD:
				parts.append("%+.1f" % modifier.amount)
			Op.PERCENT:
				parts.append("%+.0f%%" % (modifier.amount * 100.0))
			Op.MULTIPLY:
				parts.append("x%.2f" % modifier.amount)
	return "%s = %.1f" % [" ".join(parts), value(stat)]


# Collects all modifiers of a stat by kind and combines them with its base value and limits.
func _compute(stat: StringName) -> float:
	var flat: float = base_values.get(stat, 0.0)
	var percent := 0.0
	var factor := 1.0
	for modifier: Modifier in _modifiers.get(stat, []):
		match modifier.op:
			Op.ADD:
				flat += modifier.amount
			Op.PERCENT:
				percent += modifier.amount
			Op.MULTIPLY:
				factor *= modifier.amount
	var result := flat * (1.0 + percent) * factor
	if limits.has(stat):
		result = clampf(result, limits[stat].x, limits[stat].y)
	return result


func _invalidate(stat: StringName, before: float) -> void:
	_cache.erase(stat)
	var after := value(stat)
	if not is_equal_approx(before, after):
		stat_changed.emit(stat, before, after)
