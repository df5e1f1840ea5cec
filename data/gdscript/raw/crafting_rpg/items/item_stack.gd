class_name ItemStack
extends RefCounted
## Some amount of one item kind, as it sits in a slot.

var def: ItemDef
var amount := 1
var durability := 0


func _init(item: ItemDef, count: int = 1) -> void:
	def = item
	amount = count
	durability = item.max_durability


## Whether the two stacks hold the same kind in the same condition and may share a slot.
func can_merge(other: ItemStack) -> bool:
	return other != null and other.def == def and other.durability == durability


## Takes as much as fits from `other` and returns how many items were moved.
func absorb(other: ItemStack) -> int:
	if not can_merge(other):
		return 0
	var moved := mini(other.amount, def.max_stack - amount)
	amount += moved
	other.amount -= moved
	return moved


## Splits `count` items off into a new stack; this stack keeps at least one item.
func split(count: int) -> ItemStack:
	var taken := clampi(count, 0, amount - 1)
	if taken == 0:
		return null
	amount -= taken
	var out := ItemStack.new(def, taken)
	out.durability = durability
	return out


## Wears the item down by `loss`. Returns true when this use broke it.
func wear(loss: int = 1) -> bool:
	if def.max_durability == 0:
		return false
	durability = maxi(0, durability - loss)
	return durability == 0


func to_dict() -> Dictionary:
	return {"id": def.id, "amount": amount, "durability": durability}


## Rebuilds a stack from `to_dict()` output; null if the item no longer exists in the game.
static func from_dict(data: Dictionary) -> ItemStack:
	var item := ItemDb.get_item(StringName(data.get("id", "")))
	if item == null:
		return null
	var out := ItemStack.new(item, int(data.get("amount", 1)))
	out.durability = int(data.get("durability", item.max_durability))
	return out
