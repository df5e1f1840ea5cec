class_name TowerStats
extends Resource
## Numbers of one tower level. Upgrades form a tree through `upgrades`.

@export var kind: StringName
@export var title := ""
@export var price := 50
@export_range(1, 4) var size_in_cells := 2
@export var attack_range := 140.0
@export var damage := 8.0
@export_range(0.1, 20.0, 0.1, "suffix:/s") var attacks_per_second := 1.5
@export var splash_radius := 0.0
@export_range(0.0, 0.9, 0.05) var slow := 0.0
@export var can_hit_air := true
@export var can_hit_ground := true
@export var upgrades: Array[TowerStats] = []


func dps() -> float:
	return damage * attacks_per_second


## Damage per second bought with 100 gold, the number balance discussions start from.
func value_per_100_gold() -> float:
	return dps() / maxf(price, 1.0) * 100.0


## Highest total price along any branch of the upgrade tree, this level included.
func full_price() -> int:
	var deepest := 0
	for upgrade in upgrades:
		deepest = maxi(deepest, upgrade.full_price())
	return price + deepest


## Lines such as "Range 140 -> 160" for every number that changes when going to `next`.
func diff_text(next: TowerStats) -> PackedStringArray:
	var lines := PackedStringArray()
	for property: String in [
		"attack_range", "damage", "attacks_per_second", "splash_radius", "slow"
	]:
		var before: float = get(property)
		var after: float = next.get(property)
		if not is_equal_approx(before, after):
			lines.append("%s %s -> %s" % [property.capitalize(), before, after])
	if not can_hit_air and next.can_hit_air:
		lines.append("Can shoot flyers")
	return lines
