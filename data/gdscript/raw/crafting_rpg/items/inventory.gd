class_name Inventory
extends Node
## Fixed number of slots that hold item stacks. All changes are reported per slot.

signal slot_changed(index: int)
signal item_added(item: ItemDef, count: int)
signal overflowed(stack: ItemStack)

@export_range(1, 120) var size := 24
## If set, only items with at least one of these tags are accepted (e.g. a seed pouch).
@export var accepted_tags: Array[StringName] = []

var _slots: Array[ItemStack] = []


func _ready() -> void:
	_slots.resize(size)
	add_to_group(SaveGame.GROUP)


func get_slot(index: int) -> ItemStack:
	return _slots[index]


## Replaces the content of a slot and returns what was in it before. Null empties the slot.
func set_slot(index: int, stack: ItemStack) -> ItemStack:
	var old := _slots[index]
	_slots[index] = stack if stack != null and stack.amount > 0 else null
	slot_changed.emit(index)
	return old


## True if there is no tag filter or the item carries at least one of the accepted tags.
func accepts(item: ItemDef) -> bool:
	if accepted_tags.is_empty():
		return true
	return accepted_tags.any(item.has_tag)


## Adds a stack, first topping up equal stacks and then using free slots. Whatever does not fit is
## reported through `overflowed`. Returns the number of items that found a place.
func add(stack: ItemStack) -> int:
	if stack == null or not accepts(stack.def):
		return 0
	var wanted := stack.amount
	for i in size:
		if _slots[i] != null and _slots[i].absorb(stack) > 0:
			slot_changed.emit(i)
	while stack.amount > 0:
		var free_slot := _slots.find(null)
		if free_slot < 0:
			break
		var part := ItemStack.new(stack.def, mini(stack.amount, stack.def.max_stack))
		part.durability = stack.durability
		stack.amount -= part.amount
		set_slot(free_slot, part)
	var added := wanted - stack.amount
	if added > 0:
		item_added.emit(stack.def, added)
	if stack.amount > 0:
		overflowed.emit(stack)
	return added


## Total number of items with this id over all slots.
func count(id: StringName) -> int:
	return _slots.reduce(
		func(total: int, stack: ItemStack) -> int:
			return total + (stack.amount if stack != null and stack.def.id == id else 0),
		0
	)


## Removes exactly `amount` items, smallest stacks first. Nothing is removed if there are too few.
func remove(id: StringName, amount: int) -> bool:
	if count(id) < amount:
		return false
	var indices: Array[int] = []
	for i in size:
		if _slots[i] != null and _slots[i].def.id == id:
			indices.append(i)
	indices.sort_custom(func(a: int, b: int) -> bool: return _slots[a].amount < _slots[b].amount)
	var left := amount
	for i in indices:
		var taken := mini(left, _slots[i].amount)
		_slots[i].amount -= taken
		left -= taken
		set_slot(i, _slots[i])
		if left == 0:
			break
	return true


## Moves a stack onto another slot: merges equal items, otherwise swaps the two.
func move(from: int, to: int, target: Inventory = self) -> void:
	var moving := _slots[from]
	if moving == null or not target.accepts(moving.def):
		return
	var resting := target.get_slot(to)
	if resting != null and resting.absorb(moving) > 0:
		target.slot_changed.emit(to)
		set_slot(from, moving)
		return
	if resting != null and not accepts(resting.def):
		return
	target.set_slot(to, moving)
	set_slot(from, resting)


## Sorts by rarity (best first), then by name, and closes all gaps.
func sort() -> void:
	var filled := _slots.filter(func(stack: ItemStack) -> bool: return stack != null)
	filled.sort_custom(
		func(a: ItemStack, b: ItemStack) -> bool:
			if a.def.rarity != b.def.rarity:
				return a.def.rarity > b.def.rarity
			return a.def.display_name < b.def.display_name
	)
	filled.resize(size)
	for i in size:
		set_slot(i, filled[i])


func save_state() -> Dictionary:
	var rows: Array = []
	for stack in _slots:
		rows.append(stack.to_dict() if stack != null else {})
	return {"slots": rows}


## Refills all slots from saved rows; items that were removed from the game leave empty slots.
func load_state(data: Dictionary) -> void:
	var rows: Array = data.get("slots", [])
	for i in size:
		var row: Dictionary = rows[i] if i < rows.size() else {}
		set_slot(i, null if row.is_empty() else ItemStack.from_dict(row))
