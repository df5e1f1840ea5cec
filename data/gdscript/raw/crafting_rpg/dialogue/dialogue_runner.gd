class_name DialogueRunner
extends Node
## Plays dialogue scripts written in a tiny line based language.
##
## [codeblock]
## # greeting
## Mara: Lovely morning, isn't it?
## ? has_item apple -> apples
## * Buy seeds -> shop
## * Goodbye -> end
## = met_mara true
## -> end
## [/codeblock]

signal line_spoken(speaker: String, text: String)
signal choices_offered(options: PackedStringArray)
signal finished
signal advanced
signal choice_made(index: int)

const MAX_JUMPS := 100

## Facts set by `=` lines, readable from conditions; shared between conversations.
var facts: Dictionary[String, Variant] = {}
## Callables usable in `?` lines, keyed by name. They receive the argument and return a bool.
var conditions: Dictionary[String, Callable] = {}

var _lines: PackedStringArray = []
var _labels: Dictionary[String, int] = {}
var _running := false


## Parses `source` and notes where every `# label` starts. Returns false if a jump has no target.
func load_text(source: String) -> bool:
	_lines = PackedStringArray()
	_labels.clear()
	for raw in source.split("\n"):
		var line := raw.strip_edges()
		if line.is_empty():
			continue
		if line.begins_with("# "):
			_labels[line.substr(2).strip_edges()] = _lines.size()
		else:
			_lines.append(line)
	for line in _lines:
		var target := jump_target(line)
		if not target.is_empty() and target != "end" and not _labels.has(target):
			push_error("Dialogue jumps to the unknown label '%s'" % target)
			return false
	return true


## Runs from `label` until the conversation ends. Call `advance()` after every spoken line and
## `choose()` after choices were offered.
func start(label: String = "") -> void:
	if _running:
		return
	_running = true
	var at: int = _labels.get(label, 0)
	var jumps := 0
	while at >= 0 and at < _lines.size():
		var line := _lines[at]
		var next := at + 1
		match line[0]:
			"?":
				if _holds(line):
					next = _resolve(jump_target(line))
			"=":
				_set_fact(line)
			"-":
				next = _resolve(jump_target(line))
			"*":
				next = await _offer(at)
			_:
				await _speak(line)
		jumps = jumps + 1 if next <= at else jumps
		if jumps > MAX_JUMPS:
			push_error("Dialogue runs in circles around line %d" % at)
			break
		at = next
	_running = false
	finished.emit()


func advance() -> void:
	advanced.emit()


func choose(index: int) -> void:
	choice_made.emit(index)


## Text after `->`, or an empty string when the line does not jump.
static func jump_target(line: String) -> String:
	var arrow := line.find("->")
	return line.substr(arrow + 2).strip_edges() if arrow >= 0 else ""


## Replaces `{fact}` placeholders with the current values of the facts.
func fill_in(text: String) -> String:
	return text.format(facts)


func _resolve(label: String) -> int:
	return -1 if label == "end" else _labels[label]


func _speak(line: String) -> void:
	var colon := line.find(": ")
	var speaker := line.left(colon) if colon > 0 else ""
	var text := line.substr(colon + 2) if colon > 0 else line
	line_spoken.emit(speaker, fill_in(text))
	await advanced


# Gathers consecutive `*` lines into one menu and returns the line the picked option leads to.
func _offer(first: int) -> int:
	var options := PackedStringArray()
	var targets := PackedStringArray()
	var at := first
	while at < _lines.size() and _lines[at].begins_with("*"):
		options.append(fill_in(_lines[at].substr(1).get_slice("->", 0).strip_edges()))
		targets.append(jump_target(_lines[at]))
		at += 1
	choices_offered.emit(options)
	var picked: int = await choice_made
	return _resolve(targets[clampi(picked, 0, targets.size() - 1)])


# `? name argument -> label`: a registered condition, or a fact compared with the argument.
func _holds(line: String) -> bool:
	var words := line.substr(1).get_slice("->", 0).split(" ", false)
	var negate := words[0] == "not"
	if negate:
		words.remove_at(0)
	var argument := words[1] if words.size() > 1 else "true"
	var result := false
	if conditions.has(words[0]):
		result = conditions[words[0]].call(argument)
	else:
		result = str(facts.get(words[0], "false")) == argument
	return result != negate


func _set_fact(line: String) -> void:
	var words := line.substr(1).split(" ", false, 1)
	if words.size() == 2:
		var parsed: Variant = str_to_var(words[1])
		facts[words[0]] = parsed if parsed != null else words[1]
