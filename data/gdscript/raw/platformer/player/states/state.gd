class_name State
extends Node
## Base class of all character states. The machine fills in `machine` and `actor`.

var machine: StateMachine
var actor: Climber


## Called when the state becomes active. `from` is empty for the very first state.
func enter(_from: StringName, _args: Dictionary) -> void:
	pass


## Called right before another state takes over.
func exit() -> void:
	pass


func physics_update(_delta: float) -> void:
	pass


func handle_input(_event: InputEvent) -> void:
	pass


## Plays `clip` unless it is already running, so looping clips are not restarted every frame.
func play(clip: StringName, speed: float = 1.0) -> void:
	if actor.animation.current_animation != clip:
		actor.animation.play(clip, 0.05, speed)
