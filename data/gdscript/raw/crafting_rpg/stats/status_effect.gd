class_name StatusEffect
extends Resource
## Timed buff or debuff. The resource is the template; `StatusHost` keeps the running copies.

enum Stacking { REFRESH, EXTEND, STACK, IGNORE }

@export var id: StringName
@export var icon: Texture2D
@export_range(0.0, 600.0, 0.5, "suffix:s") var duration := 10.0
@export var stacking: Stacking = Stacking.REFRESH
@export var max_stacks := 5
@export_group("Modifier")
@export var stat: StringName
@export var op: StatBlock.Op = StatBlock.Op.ADD
@export var amount := 0.0
@export_group("Ticking")
@export_range(0.0, 10.0, 0.1, "suffix:s") var tick_interval := 0.0
@export var energy_per_tick := 0.0


func is_ticking() -> bool:
	return tick_interval > 0.0 and not is_zero_approx(energy_per_tick)


## Total energy one full run of the effect gives (or costs, when negative).
func total_energy() -> float:
	if not is_ticking():
		return 0.0
	return floorf(duration / tick_interval) * energy_per_tick
