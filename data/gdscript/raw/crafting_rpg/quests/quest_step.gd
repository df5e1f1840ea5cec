class_name QuestStep
extends Resource
## One objective inside a quest, for example "collect 5 apples".

@export var trigger: Quest.Trigger = Quest.Trigger.COLLECT
## Item id, villager name or place name the event has to match; empty matches everything.
@export var target: StringName
@export_range(1, 999) var amount := 1
@export var text := ""
@export var hide_counter := false


func matches(event: Quest.Trigger, subject: StringName) -> bool:
	return event == trigger and (target == &"" or target == subject)


## Journal line with the counter appended, such as "Collect apples (2/5)".
func progress_text(done: int) -> String:
	if hide_counter or amount == 1:
		return text
	return "%s (%d/%d)" % [text, mini(done, amount), amount]
