class_name Interactor
extends Area2D
## Sits on the player, finds the best thing to interact with and triggers it.

signal focus_changed(target: Interactable)

@export var facing := Vector2.DOWN

var focused: Interactable

var _nearby: Array[Interactable] = []


func _ready() -> void:
	area_entered.connect(_on_area_entered)
	area_exited.connect(_on_area_exited)


# Moves the highlight to the best candidate and reports when it changes.
func _physics_process(_delta: float) -> void:
	var best := pick_best()
	if best == focused:
		return
	if focused != null:
		focused.set_highlight(false)
	focused = best
	if focused != null:
		focused.set_highlight(true)
	focus_changed.emit(focused)


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"interact") and focused != null:
		focused.interact(owner)
		get_viewport().set_input_as_handled()


## Interactable with the best mix of nearness and being in front of the player.
## Objects behind the player only win when nothing lies ahead.
func pick_best() -> Interactable:
	var best: Interactable = null
	var best_score := -INF
	for candidate in _nearby:
		if not candidate.enabled:
			continue
		var offset := candidate.global_position - global_position
		var score := facing.dot(offset.normalized()) * 40.0 - offset.length()
		score += candidate.focus_priority * 1000.0
		if score > best_score:
			best_score = score
			best = candidate
	return best


func _on_area_entered(area: Area2D) -> void:
	if area is Interactable:
		_nearby.append(area)


func _on_area_exited(area: Area2D) -> void:
	_nearby.erase(area)
