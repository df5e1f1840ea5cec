class_name Interactable
extends Area2D
## Anything the player can use: chests, doors, villagers. Connect to `used` or subclass it.

signal used(by: Node)

@export var prompt := "Use"
@export var enabled := true
@export var focus_priority := 0
@export var outline_target: CanvasItem
## Seconds the object stays unusable after each use.
@export var cooldown := 0.2


## Runs the interaction for `by` and starts the cooldown.
func interact(by: Node) -> void:
	if not enabled:
		return
	enabled = false
	used.emit(by)
	_on_used(by)
	await get_tree().create_timer(cooldown).timeout
	enabled = true


## Fades the outline shader of the target in or out.
func set_highlight(on: bool) -> void:
	if outline_target == null:
		return
	var outline := outline_target.material as ShaderMaterial
	if outline == null:
		return
	var tween := create_tween()
	tween.tween_property(outline, ^"shader_parameter/width", 1.0 if on else 0.0, 0.1)


## Override for behaviour that belongs to the object itself.
func _on_used(_by: Node) -> void:
	pass
