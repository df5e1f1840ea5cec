class_name HarvestNode
extends Interactable
## Tree, ore vein or bush that is worked with a tool and grows back after some days.

signal depleted

@export var loot: LootTable
@export var tool_tag: StringName = &"axe"
@export var hits_needed := 3
@export var regrow_days := 4
@export var stages: Array[Texture2D] = []

var hits_left := 0
var regrows_on_day := 0

var _rng := RandomNumberGenerator.new()

@onready var _sprite: Sprite2D = $Sprite2D


func _ready() -> void:
	hits_left = hits_needed
	add_to_group(SaveGame.GROUP)
	WorldClock.day_started.connect(_on_day_started)
	_rng.seed = hash(str(get_path()))


## Index of the stage texture for the remaining hits; the last one is the stump.
func stage_index() -> int:
	if stages.is_empty():
		return -1
	if hits_left <= 0:
		return stages.size() - 1
	var progress := 1.0 - float(hits_left) / hits_needed
	return clampi(int(progress * (stages.size() - 1)), 0, stages.size() - 2)


# One swing: wears the tool, shakes the sprite, and on the last hit drops the loot.
func _on_used(by: Node) -> void:
	var inventory: Inventory = by.get_node(^"Inventory")
	var tool_stack := _find_tool(inventory)
	if tool_stack == null or hits_left <= 0:
		return
	tool_stack.wear()
	hits_left -= 1
	_wobble()
	if hits_left > 0:
		_show_stage()
		return
	for stack in loot.roll(_rng):
		inventory.add(stack)
	regrows_on_day = WorldClock.day() + regrow_days
	enabled = false
	_show_stage()
	depleted.emit()


func save_state() -> Dictionary:
	return {"hits_left": hits_left, "regrows_on_day": regrows_on_day}


func load_state(data: Dictionary) -> void:
	hits_left = int(data.get("hits_left", hits_needed))
	regrows_on_day = int(data.get("regrows_on_day", 0))
	enabled = hits_left > 0
	_show_stage()


func _find_tool(inventory: Inventory) -> ItemStack:
	for i in inventory.size:
		var stack := inventory.get_slot(i)
		if stack != null and tool_tag in stack.def.tags and stack.durability > 0:
			return stack
	return null


func _show_stage() -> void:
	var stage := stage_index()
	if stage >= 0:
		_sprite.texture = stages[stage]


func _wobble() -> void:
	var tween := create_tween().set_trans(Tween.TRANS_SINE)
	for angle: float in [6.0, -4.0, 2.0, 0.0]:
		tween.tween_property(_sprite, ^"rotation_degrees", angle, 0.06)


func _on_day_started(day: int) -> void:
	if hits_left <= 0 and day >= regrows_on_day:
		hits_left = hits_needed
		enabled = true
		_show_stage()
