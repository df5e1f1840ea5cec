class_name Health
extends Node
## Hit points with armour, temporary invulnerability and optional regeneration.
## Add it as a child of anything that can be hurt.

signal changed(current: float, maximum: float)
signal damaged(amount: float, source: Node)
signal healed(amount: float)
signal depleted(source: Node)

@export_range(1.0, 1000.0, 1.0, "or_greater") var maximum := 100.0
## Flat amount removed from every hit before it is applied; a hit always deals at least 1.
@export var armour := 0.0
@export_range(0.0, 3.0, 0.05, "suffix:s") var invulnerable_time := 0.0
@export_group("Regeneration")
@export var regen_per_second := 0.0
@export_range(0.0, 10.0, 0.1, "suffix:s") var regen_delay := 3.0

var current: float:
	set(value):
		var clamped := clampf(value, 0.0, maximum)
		if is_equal_approx(clamped, current):
			return
		current = clamped
		changed.emit(current, maximum)
var is_dead: bool:
	get:
		return _dead

var _dead := false
var _invulnerable_left := 0.0
var _since_hit := 0.0


func _ready() -> void:
	current = maximum


func _physics_process(delta: float) -> void:
	_invulnerable_left = maxf(0.0, _invulnerable_left - delta)
	_since_hit += delta
	if regen_per_second > 0.0 and _since_hit >= regen_delay and not _dead:
		current += regen_per_second * delta


## Applies a hit after armour and invulnerability, emits `damaged`, and `depleted` for the last one.
## Returns the damage that actually went through, 0 when the hit was ignored.
func take_damage(amount: float, source: Node = null) -> float:
	if _dead or _invulnerable_left > 0.0 or amount <= 0.0:
		return 0.0
	var dealt := minf(maxf(1.0, amount - armour), current)
	_since_hit = 0.0
	_invulnerable_left = invulnerable_time
	current -= dealt
	damaged.emit(dealt, source)
	if current <= 0.0:
		_dead = true
		depleted.emit(source)
	return dealt


## Restores up to `amount` hit points; the dead cannot be healed. Returns what was restored.
func heal(amount: float) -> float:
	if _dead:
		return 0.0
	var before := current
	current += maxf(0.0, amount)
	var restored := current - before
	if restored > 0.0:
		healed.emit(restored)
	return restored


## Brings a depleted owner back with `fraction` of its maximum and a moment of invulnerability.
func revive(fraction: float = 1.0) -> void:
	_dead = false
	current = maximum * clampf(fraction, 0.01, 1.0)
	grant_invulnerability(1.0)


## Ignores all damage for the next `seconds`, keeping any longer window that is already running.
func grant_invulnerability(seconds: float) -> void:
	_invulnerable_left = maxf(_invulnerable_left, seconds)


func is_invulnerable() -> bool:
	return _invulnerable_left > 0.0


## Remaining health as a value from 0 to 1, for bars and low-health effects.
func ratio() -> float:
	return current / maximum if maximum > 0.0 else 0.0
