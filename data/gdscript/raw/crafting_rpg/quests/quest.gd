class_name Quest
extends Resource
## A quest made of steps that must be done in order. Each step counts matching events.

enum Trigger { COLLECT, CRAFT, TALK, VISIT }

@export var id: StringName
@export var title := ""
@export var steps: Array[QuestStep] = []
@export var requires: Array[StringName] = []
@export var reward_items: Dictionary[StringName, int] = {}
@export var reward_gold := 0
@export var repeatable := false


## Step a player with `done` finished steps works on; null once the quest is complete.
func step_at(done: int) -> QuestStep:
	return steps[done] if done < steps.size() else null


## True if every quest this one builds on is in `finished`.
func is_unlocked(finished: Array[StringName]) -> bool:
	return requires.all(func(needed: StringName) -> bool: return needed in finished)
