class_name LootTable
extends Resource
## Weighted drops with optional guaranteed entries and bad-luck protection.

@export var items: Array[ItemDef] = []
@export var weights: PackedFloat32Array = []
@export var min_amounts: PackedInt32Array = []
@export var max_amounts: PackedInt32Array = []
@export var rolls := 1
@export_range(0.0, 1.0, 0.01) var nothing_chance := 0.0
## After this many rolls without a rare item the next one is forced; 0 turns the pity timer off.
@export var pity_after := 0

var _dry_rolls := 0


## Performs all rolls of the table and returns the stacks, merging equal items.
## `luck` shifts weight from common to rarer entries; 0 leaves the table as designed.
func roll(rng: RandomNumberGenerator, luck: float = 0.0) -> Array[ItemStack]:
	var out: Array[ItemStack] = []
	for _i in rolls:
		if rng.randf() < nothing_chance:
			continue
		var index := _pick(rng, luck)
		if index < 0:
			continue
		var stack := ItemStack.new(
			items[index], rng.randi_range(min_amounts[index], max_amounts[index])
		)
		var merged := false
		for other in out:
			if other.absorb(stack) > 0 and stack.amount == 0:
				merged = true
				break
		if not merged:
			out.append(stack)
	return out


## Chance of each entry in a single roll as a dictionary from item id to a value in 0..1,
## for the in-game bestiary.
func chances(luck: float = 0.0) -> Dictionary[StringName, float]:
	var adjusted := _adjusted_weights(luck)
	var total := 0.0
	for weight in adjusted:
		total += weight
	var out: Dictionary[StringName, float] = {}
	if total <= 0.0:
		return out
	for i in items.size():
		var share := adjusted[i] / total * (1.0 - nothing_chance)
		out[items[i].id] = out.get(items[i].id, 0.0) + share
	return out


# Index of one weighted random entry, or -1 for an empty table. Once the pity counter is full,
# everything below rare gets the weight zero.
func _pick(rng: RandomNumberGenerator, luck: float) -> int:
	if items.is_empty():
		return -1
	var adjusted := _adjusted_weights(luck)
	if pity_after > 0 and _dry_rolls >= pity_after:
		for i in items.size():
			if items[i].rarity < ItemDef.Rarity.RARE:
				adjusted[i] = 0.0
	var index := rng.rand_weighted(adjusted)
	if index >= 0:
		_dry_rolls = 0 if items[index].rarity >= ItemDef.Rarity.RARE else _dry_rolls + 1
	return index


# Every rarity step gains 20 % of its weight per point of luck.
func _adjusted_weights(luck: float) -> PackedFloat32Array:
	var out := weights.duplicate()
	for i in out.size():
		out[i] *= maxf(0.0, 1.0 + 0.2 * luck * items[i].rarity)
	return out
