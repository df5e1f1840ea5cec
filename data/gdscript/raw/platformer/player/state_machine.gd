class_name StateMachine
extends Node
## Runs exactly one child `State` at a time and switches between them by node name.

signal state_changed(from: StringName, to: StringName)

const HISTORY_LENGTH := 8

@export var initial: State

var current: State
var time_in_state := 0.0

var _states: Dictionary[StringName, State] = {}
var _history: Array[StringName] = []
var _pending: StringName = &""
var _pending_args := {}


# Registers all child states once the owner is ready, then enters the initial one.
func _ready() -> void:
	await owner.ready
	for child in get_children():
		var state := child as State
		if state == null:
			push_warning("%s is not a State and is skipped" % child.name)
			continue
		state.machine = self
		state.actor = owner as Climber
		state.set_process_mode(Node.PROCESS_MODE_DISABLED)
		_states[child.name] = state
	_switch(initial.name, {})


func _physics_process(delta: float) -> void:
	if current == null:
		return
	time_in_state += delta
	current.physics_update(delta)
	# A switch requested inside physics_update() happens after it, never in the middle.
	if _pending != &"":
		var next := _pending
		_pending = &""
		_switch(next, _pending_args)


func _unhandled_input(event: InputEvent) -> void:
	if current != null:
		current.handle_input(event)


## Requests a switch to the state called `next`. `args` is handed to its `enter()`.
## If several switches are requested during one frame the last one wins.
func travel(next: StringName, args: Dictionary = {}) -> void:
	if not _states.has(next):
		push_error("No state named '%s' under %s" % [next, get_path()])
		return
	_pending = next
	_pending_args = args


## Whether the machine is currently in the state called `state_name`.
func is_in(state_name: StringName) -> bool:
	return current != null and current.name == state_name


## Name of the state that was active `steps` switches ago, or an empty name.
func previous(steps: int = 1) -> StringName:
	if steps > _history.size():
		return &""
	return _history[-steps]


# Leaves the current state, records it in the history and enters `next`. Only the active state is
# processed by the engine.
func _switch(next: StringName, args: Dictionary) -> void:
	var from: StringName = &""
	if current != null:
		from = current.name
		current.exit()
		current.process_mode = Node.PROCESS_MODE_DISABLED
		_history.append(from)
		if _history.size() > HISTORY_LENGTH:
			_history.pop_front()
	current = _states[next]
	time_in_state = 0.0
	current.process_mode = Node.PROCESS_MODE_INHERIT
	current.enter(from, args)
	state_changed.emit(from, next)
