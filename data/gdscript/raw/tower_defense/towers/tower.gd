class_name Tower
extends Node2D
## Base tower: watches its range, keeps a target as long as possible and attacks on a timer.
## Subclasses override `_attack()`.

signal target_changed(creep: Creep)
signal upgraded(stats: TowerStats)

const SELL_SHARE := 0.7

@export var stats: TowerStats
@export var rule: Targeting.Rule = Targeting.Rule.FIRST

var target: Creep
var invested := 0

var _in_range: Array[Creep] = []
var _cooldown := 0.0

@onready var _range_area: Area2D = $RangeArea
@onready var _range_shape: CollisionShape2D = $RangeArea/CollisionShape2D
@onready var _turret: Node2D = $Turret


func _ready() -> void:
	invested = stats.price
	# The shape resource is shared between instances of the scene, each tower needs its own.
	_range_shape.shape = CircleShape2D.new()
	_apply_stats()
	_range_area.area_entered.connect(_on_area_entered)
	_range_area.area_exited.connect(_on_area_exited)


# Turns the turret smoothly towards the target and attacks whenever the cooldown is over.
func _physics_process(delta: float) -> void:
	_cooldown -= delta
	_refresh_target()
	if target == null:
		return
	var aim := global_position.angle_to_point(target.global_position)
	_turret.global_rotation = lerp_angle(_turret.global_rotation, aim, 1.0 - exp(-12.0 * delta))
	if _cooldown <= 0.0:
		_cooldown = 1.0 / stats.attacks_per_second
		_attack(target)


## Replaces the stats with an upgrade of the current level, paying its price.
func upgrade_to(next: TowerStats) -> bool:
	if next not in stats.upgrades:
		push_warning("%s is not an upgrade of %s" % [next.title, stats.title])
		return false
	if not Economy.try_spend(next.price, next.kind):
		return false
	invested += next.price
	stats = next
	_apply_stats()
	upgraded.emit(stats)
	return true


func sell_value() -> int:
	return floori(invested * SELL_SHARE)


## Gives back part of the invested gold, frees the grid cells and removes the tower.
func sell(grid: MazeGrid) -> void:
	Economy.gold += sell_value()
	grid.clear_tower(self)
	queue_free()


## Deals damage to `creep` in the name of this tower, including splash around it.
func deal(creep: Creep, amount: float) -> void:
	_hit(creep, amount)
	if stats.splash_radius <= 0.0:
		return
	for other in _in_range:
		if other == creep:
			continue
		var distance := other.global_position.distance_to(creep.global_position)
		if distance < stats.splash_radius:
			_hit(other, amount * (1.0 - distance / stats.splash_radius))


## Override: one attack on `creep`. The base tower hits instantly.
func _attack(creep: Creep) -> void:
	deal(creep, stats.damage)


func _hit(creep: Creep, amount: float) -> void:
	var dealt := creep.take_hit(amount)
	BattleLog.record_damage(get_instance_id(), dealt)
	if creep.hit_points <= 0.0:
		BattleLog.record_kill(get_instance_id())


# Sticks to the old target while it is alive and in range, except for CLUSTER which re-evaluates.
func _refresh_target() -> void:
	if not is_instance_valid(target):
		target = null
	if target in _in_range and rule != Targeting.Rule.CLUSTER:
		return
	var shootable := Targeting.filter_shootable(_in_range, stats)
	var next := Targeting.choose(shootable, rule, global_position, stats.splash_radius)
	if next != target:
		target = next
		target_changed.emit(target)


func _apply_stats() -> void:
	var circle: CircleShape2D = _range_shape.shape
	circle.radius = stats.attack_range


func _on_area_entered(area: Area2D) -> void:
	var creep := area.owner as Creep
	if creep != null:
		_in_range.append(creep)


func _on_area_exited(area: Area2D) -> void:
	_in_range.erase(area.owner as Creep)
