class_name Equipment
extends Node
## Worn items of a character. Equipping moves stat bonuses into the wearer's `StatBlock`.

signal equipped(slot: String, stack: ItemStack)
signal unequipped(slot: String, stack: ItemStack)

const SLOTS: Array[String] = ["head", "body", "hands", "feet", "trinket"]

@export var stats: StatBlock
@export var inventory: Inventory

var _worn: Dictionary[String, ItemStack] = {}


## Puts on the item in inventory slot `index` and returns the replaced piece to that slot.
## False if the slot is empty or holds something that cannot be worn.
func equip_from(index: int) -> bool:
	var stack := inventory.get_slot(index)
	if stack == null or not stack.def.is_equipment():
		return false
	var slot := stack.def.equip_slot
	var previous := take_off(slot)
	inventory.set_slot(index, previous)
	_worn[slot] = stack
	for stat: StringName in stack.def.stat_bonuses:
		stats.add_modifier(stat, stack, StatBlock.Op.ADD, stack.def.stat_bonuses[stat])
	equipped.emit(slot, stack)
	return true


## Removes the piece in `slot` together with its bonuses and hands it to the caller.
func take_off(slot: String) -> ItemStack:
	var stack: ItemStack = _worn.get(slot)
	if stack == null:
		return null
	_worn.erase(slot)
	stats.remove_modifiers_of(stack)
	unequipped.emit(slot, stack)
	return stack


func worn_in(slot: String) -> ItemStack:
	return _worn.get(slot)


## Damages everything worn by one point. Broken pieces come off and vanish.
func wear_down() -> void:
	for slot in SLOTS:
		var stack := worn_in(slot)
		if stack != null and stack.wear():
			take_off(slot)


## Difference each stat would see if `candidate` replaced what is worn now. Stats that would not
## change are left out.
func compare(candidate: ItemDef) -> Dictionary[StringName, float]:
	var out: Dictionary[StringName, float] = candidate.stat_bonuses.duplicate()
	var current := worn_in(candidate.equip_slot)
	if current != null:
		for stat: StringName in current.def.stat_bonuses:
			out[stat] = out.get(stat, 0.0) - current.def.stat_bonuses[stat]
	for stat: StringName in out.keys():
		if is_zero_approx(out[stat]):
			out.erase(stat)
	return out
