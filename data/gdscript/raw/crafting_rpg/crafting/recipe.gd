class_name Recipe
extends Resource
## Ingredients, tools and result of one crafting step.

@export var id: StringName
@export var result: ItemDef
@export var result_count := 1
@export var ingredients: Dictionary[StringName, int] = {}
## A tag every recipe of this station carries: "anvil", "stove", "loom"...
@export var station: StringName = &"hands"
@export var tool_tag: StringName
@export_range(0.0, 60.0, 0.1, "suffix:s") var seconds := 1.0
@export var required_level := 0


## How many times the recipe can be made from what `inventory` holds right now.
func times_craftable(inventory: Inventory) -> int:
	var times := 1_000_000
	for item_id: StringName in ingredients:
		times = mini(times, inventory.count(item_id) / ingredients[item_id])
	return 0 if ingredients.is_empty() else times


## Missing ingredients as id -> count for `times` crafts; empty when everything is at hand.
func missing_for(inventory: Inventory, times: int = 1) -> Dictionary[StringName, int]:
	var out: Dictionary[StringName, int] = {}
	for item_id: StringName in ingredients:
		var lack := ingredients[item_id] * times - inventory.count(item_id)
		if lack > 0:
			out[item_id] = lack
	return out


## Expands the recipe down to raw materials, following `book` for every craftable ingredient.
## Recipes that need each other are cut off at the first repetition.
func raw_materials(
	book: Dictionary[StringName, Recipe], times: int = 1, seen: Array[StringName] = []
) -> Dictionary[StringName, int]:
	var out: Dictionary[StringName, int] = {}
	var trail := seen.duplicate()
	trail.append(result.id)
	for item_id: StringName in ingredients:
		var needed := ingredients[item_id] * times
		var sub: Recipe = book.get(item_id)
		if sub == null or item_id in trail:
			out[item_id] = out.get(item_id, 0) + needed
			continue
		var batches := ceili(float(needed) / sub.result_count)
		var deeper := sub.raw_materials(book, batches, trail)
		for raw: StringName in deeper:
			out[raw] = out.get(raw, 0) + deeper[raw]
	return out
