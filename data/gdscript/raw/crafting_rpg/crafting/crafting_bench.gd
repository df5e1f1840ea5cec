class_name CraftingBench
extends Node2D
## Station that works through a queue of crafting jobs while the player does something else.

signal queue_changed
signal progressed(recipe: Recipe, fraction: float)
signal crafted(stack: ItemStack)
signal rejected(recipe: Recipe, reason: String)

@export var station: StringName = &"hands"
@export var recipes: Array[Recipe] = []
@export var output: Inventory
@export_range(0.1, 5.0, 0.1) var speed := 1.0
@export var queue_limit := 6

var _queue: Array[Recipe] = []
var _worked := 0.0


func _process(delta: float) -> void:
	if _queue.is_empty():
		return
	var recipe := _queue[0]
	_worked += delta * speed
	progressed.emit(recipe, clampf(_worked / maxf(recipe.seconds, 0.01), 0.0, 1.0))
	if _worked >= recipe.seconds:
		_finish(recipe)


## Takes the ingredients out of `from` and queues the recipe. Says why when it cannot.
func enqueue(recipe: Recipe, from: Inventory, crafter_level: int) -> bool:
	var reason := ""
	if recipe.station != station:
		reason = "needs a %s" % recipe.station
	elif crafter_level < recipe.required_level:
		reason = "needs level %d" % recipe.required_level
	elif _queue.size() >= queue_limit:
		reason = "the queue is full"
	elif recipe.tool_tag != &"" and not _has_tool(from, recipe.tool_tag):
		reason = "needs a %s" % recipe.tool_tag
	elif not recipe.missing_for(from).is_empty():
		reason = "ingredients are missing"
	if not reason.is_empty():
		rejected.emit(recipe, reason)
		return false
	for item_id: StringName in recipe.ingredients:
		from.remove(item_id, recipe.ingredients[item_id])
	_queue.append(recipe)
	queue_changed.emit()
	return true


## Removes the job at `index` and gives all its ingredients back to `to`.
## Progress on the first job is lost.
func cancel(index: int, to: Inventory) -> void:
	if index < 0 or index >= _queue.size():
		return
	var recipe: Recipe = _queue.pop_at(index)
	if index == 0:
		_worked = 0.0
	for item_id: StringName in recipe.ingredients:
		to.add(ItemStack.new(ItemDb.get_item(item_id), recipe.ingredients[item_id]))
	queue_changed.emit()


## Seconds until the whole queue is done at the current speed.
func remaining_seconds() -> float:
	var total := -_worked
	for recipe in _queue:
		total += recipe.seconds
	return maxf(0.0, total) / speed


## Recipes of this station, those that can be made right now first.
func available_recipes(inventory: Inventory, crafter_level: int) -> Array[Recipe]:
	var known := recipes.filter(
		func(recipe: Recipe) -> bool: return recipe.required_level <= crafter_level
	)
	known.sort_custom(
		func(a: Recipe, b: Recipe) -> bool:
			return a.times_craftable(inventory) > b.times_craftable(inventory)
	)
	return known


func _finish(recipe: Recipe) -> void:
	_queue.pop_front()
	_worked = 0.0
	var stack := ItemStack.new(recipe.result, recipe.result_count)
	crafted.emit(stack)
	output.add(stack)
	queue_changed.emit()


func _has_tool(inventory: Inventory, tag: StringName) -> bool:
	for i in inventory.size:
		var stack := inventory.get_slot(i)
		if stack != null and stack.def.has_tag(tag):
			return true
	return false
