class_name StatusHost
extends Node
## Runs the status effects of one character and applies their modifiers to its stats.

signal effect_started(effect: StatusEffect)
signal effect_ended(effect: StatusEffect)
signal ticked(effect: StatusEffect, energy: float)

@export var stats: StatBlock

var _running: Array[Running] = []


class Running:
	extends RefCounted
	var effect: StatusEffect
	var left: float
	var until_tick: float

	func _init(template: StatusEffect) -> void:
		effect = template
		left = template.duration
		until_tick = template.tick_interval


func _physics_process(delta: float) -> void:
	# Iterates backwards because expired entries are removed on the way.
	for i in range(_running.size() - 1, -1, -1):
		var entry := _running[i]
		entry.left -= delta
		_advance_ticks(entry, delta)
		if entry.left <= 0.0:
			_running.remove_at(i)
			_end(entry)


## Starts `effect`, obeying its stacking rule when it is already active.
## Returns true if a new instance began.
func apply(effect: StatusEffect) -> bool:
	var same := _running.filter(func(entry: Running) -> bool: return entry.effect.id == effect.id)
	if not same.is_empty():
		var first: Running = same[0]
		match effect.stacking:
			StatusEffect.Stacking.IGNORE:
				return false
			StatusEffect.Stacking.REFRESH:
				first.left = effect.duration
				return false
			StatusEffect.Stacking.EXTEND:
				first.left += effect.duration
				return false
			StatusEffect.Stacking.STACK when same.size() >= effect.max_stacks:
				first.left = effect.duration
				return false
	var entry := Running.new(effect)
	_running.append(entry)
	if effect.stat != &"":
		stats.add_modifier(effect.stat, entry, effect.op, effect.amount)
	effect_started.emit(effect)
	return true


## Ends all instances of the effect called `id` at once, e.g. when an antidote is drunk.
func cleanse(id: StringName) -> int:
	var removed := 0
	for i in range(_running.size() - 1, -1, -1):
		var entry := _running[i]
		if entry.effect.id == id:
			_running.remove_at(i)
			_end(entry)
			removed += 1
	return removed


## Longest remaining time of the effect in seconds; zero when it is not active.
func time_left(id: StringName) -> float:
	var longest := 0.0
	for entry in _running:
		if entry.effect.id == id:
			longest = maxf(longest, entry.left)
	return longest


func _advance_ticks(entry: Running, delta: float) -> void:
	if not entry.effect.is_ticking():
		return
	entry.until_tick -= delta
	while entry.until_tick <= 0.0:
		entry.until_tick += entry.effect.tick_interval
		ticked.emit(entry.effect, entry.effect.energy_per_tick)


func _end(entry: Running) -> void:
	stats.remove_modifiers_of(entry)
	effect_ended.emit(entry.effect)
