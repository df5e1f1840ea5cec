class_name QuestLog
extends Node
## Tracks running and finished quests of the player and pays out rewards.

signal quest_accepted(quest: Quest)
signal step_advanced(quest: Quest, step: int)
signal quest_finished(quest: Quest)
signal gold_earned(amount: int)

@export var catalogue: Array[Quest] = []
@export var inventory: Inventory

var _active: Dictionary[StringName, Progress] = {}
var _finished: Array[StringName] = []


class Progress:
	var quest: Quest
	var step := 0
	var counter := 0


func _ready() -> void:
	add_to_group(SaveGame.GROUP)
	if inventory != null:
		inventory.item_added.connect(
			func(item: ItemDef, count: int) -> void: report(Quest.Trigger.COLLECT, item.id, count)
		)


## Adds the quest to the journal. Refused when it is running already, was finished before and is
## not repeatable, or its prerequisites are missing.
func accept(quest: Quest) -> bool:
	if _active.has(quest.id):
		return false
	if quest.id in _finished and not quest.repeatable:
		return false
	if not quest.is_unlocked(_finished):
		return false
	var progress := Progress.new()
	progress.quest = quest
	_active[quest.id] = progress
	quest_accepted.emit(quest)
	return true


## Tells the log that something happened; every running quest that waits for it moves on.
func report(event: Quest.Trigger, subject: StringName, amount: int = 1) -> void:
	# Copied because finishing a quest changes the dictionary.
	for progress: Progress in _active.values():
		var step := progress.quest.step_at(progress.step)
		if step == null or not step.matches(event, subject):
			continue
		progress.counter += amount
		if progress.counter < step.amount:
			continue
		progress.step += 1
		progress.counter = 0
		step_advanced.emit(progress.quest, progress.step)
		if progress.quest.step_at(progress.step) == null:
			_complete(progress.quest)


## Forgets a running quest without any reward.
func abandon(id: StringName) -> void:
	_active.erase(id)


func is_finished(id: StringName) -> bool:
	return id in _finished


## Lines for the journal page: one entry per running quest with its current objective.
func journal() -> Array[Dictionary]:
	var out: Array[Dictionary] = []
	for progress: Progress in _active.values():
		var step := progress.quest.step_at(progress.step)
		var entry := {
			"title": progress.quest.title,
			"text": step.progress_text(progress.counter),
			"fraction": float(progress.step) / progress.quest.steps.size(),
		}
		out.append(entry)
	return out


## Quests the player could accept right now, for the notice board.
func offers() -> Array[Quest]:
	return catalogue.filter(
		func(quest: Quest) -> bool:
			var open := not _active.has(quest.id) and quest.is_unlocked(_finished)
			return open and (quest.repeatable or quest.id not in _finished)
	)


func save_state() -> Dictionary:
	var running := {}
	for id: StringName in _active:
		running[id] = [_active[id].step, _active[id].counter]
	return {"running": running, "finished": _finished}


## Restores running and finished quests. Quests that no longer exist in the catalogue are ignored.
func load_state(data: Dictionary) -> void:
	_active.clear()
	_finished.assign(data.get("finished", []))
	var running: Dictionary = data.get("running", {})
	for quest in catalogue:
		if not running.has(quest.id):
			continue
		var progress := Progress.new()
		progress.quest = quest
		progress.step = int(running[quest.id][0])
		progress.counter = int(running[quest.id][1])
		_active[quest.id] = progress


# Moves the quest to the finished list and hands out its items and gold.
func _complete(quest: Quest) -> void:
	_active.erase(quest.id)
	if quest.id not in _finished:
		_finished.append(quest.id)
	for item_id: StringName in quest.reward_items:
		inventory.add(ItemStack.new(ItemDb.get_item(item_id), quest.reward_items[item_id]))
	if quest.reward_gold > 0:
		gold_earned.emit(quest.reward_gold)
	quest_finished.emit(quest)
