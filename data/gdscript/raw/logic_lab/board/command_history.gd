class_name CommandHistory
extends RefCounted
## Undo and redo for board games: commands can be grouped, merged and limited in number.

signal changed(can_undo: bool, can_redo: bool)

const MERGE_MSEC := 400


class Command:
	var label: String
	var do: Callable
	var undo: Callable
	var merge_key: StringName
	var made_at := 0

	func _init(text: String, forward: Callable, backward: Callable, key: StringName = &"") -> void:
		label = text
		do = forward
		undo = backward
		merge_key = key
		made_at = Time.get_ticks_msec()


var limit := 200

var _done: Array[Command] = []
var _undone: Array[Command] = []
var _group: Array[Command] = []
var _group_depth := 0


## Executes `command` and makes it undoable. Everything that could be redone is lost.
## Commands with the same merge key in quick succession become one undo step.
func run(command: Command) -> void:
	command.do.call()
	if _group_depth > 0:
		_group.append(command)
		return
	_undone.clear()
	if _can_merge(command):
		# The merged step goes back to the older start and forward to the newer end.
		_done[-1].do = command.do
		_done[-1].made_at = command.made_at
	else:
		_done.append(command)
	if _done.size() > limit:
		_done.pop_front()
	_notify()


## Takes back the last step. False if there is nothing to undo.
func undo() -> bool:
	if _done.is_empty() or _group_depth > 0:
		return false
	var command: Command = _done.pop_back()
	command.undo.call()
	_undone.append(command)
	_notify()
	return true


## Executes the step that was undone last once more. False if there is none or a group is open.
func redo() -> bool:
	if _undone.is_empty() or _group_depth > 0:
		return false
	var command: Command = _undone.pop_back()
	command.do.call()
	_done.append(command)
	_notify()
	return true


## Commands until the matching `end_group()` form a single step. Groups may be nested.
func begin_group() -> void:
	_group_depth += 1


## Closes the group and stores it under `label`; an empty group leaves no trace.
func end_group(label: String) -> void:
	assert(_group_depth > 0, "end_group() without begin_group()")
	_group_depth -= 1
	if _group_depth > 0 or _group.is_empty():
		return
	var members := _group.duplicate()
	_group.clear()
	_undone.clear()
	_done.append(Command.new(label, _replay.bind(members), _rewind.bind(members)))
	_notify()


## Labels of the undoable steps, newest first, for a history menu.
func labels() -> PackedStringArray:
	var out := PackedStringArray()
	for i in range(_done.size() - 1, -1, -1):
		out.append(_done[i].label)
	return out


func _can_merge(command: Command) -> bool:
	if _done.is_empty() or command.merge_key == &"":
		return false
	var last := _done[-1]
	return last.merge_key == command.merge_key and command.made_at - last.made_at < MERGE_MSEC


func _replay(members: Array[Command]) -> void:
	for command in members:
		command.do.call()


# Backwards, because later commands may depend on earlier ones.
func _rewind(members: Array[Command]) -> void:
	for i in range(members.size() - 1, -1, -1):
		members[i].undo.call()


func _notify() -> void:
	changed.emit(not _done.is_empty(), not _undone.is_empty())
