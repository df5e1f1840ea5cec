class_name TypewriterLabel
extends RichTextLabel
## Reveals its text letter by letter, pauses at punctuation and understands inline commands.
##
## Commands are `{pause=0.5}`, `{speed=2}` and `{emit=name}`; they are cut out of the text.

signal revealed
signal letter_shown(letter: String)
signal cue(cue_name: String)

@export var letters_per_second := 40.0
@export var pauses: Dictionary[String, float] = {
	".": 0.25, "!": 0.25, "?": 0.25, ",": 0.1, ";": 0.15, ":": 0.12
}

var _commands: Dictionary[int, Array] = {}
var _speed := 1.0
var _budget := 0.0
var _plain := ""


func _ready() -> void:
	bbcode_enabled = true
	set_process(false)


# Spends a budget of letters that grows with time; punctuation takes extra from it.
func _process(delta: float) -> void:
	_budget += delta * letters_per_second * _speed
	while _budget >= 1.0 and visible_characters < _plain.length():
		_budget -= 1.0
		_run_commands(visible_characters)
		var letter := _plain[visible_characters]
		visible_characters += 1
		letter_shown.emit(letter)
		_budget -= pauses.get(letter, 0.0) * letters_per_second
	if visible_characters >= _plain.length():
		_run_commands(visible_characters)
		_finish()


## Starts revealing `source`, which may contain BBCode and inline commands.
func play(source: String) -> void:
	text = strip_commands(source)
	_plain = get_parsed_text()
	visible_characters = 0
	_speed = 1.0
	_budget = 0.0
	set_process(true)


## Shows everything at once. Cues that were skipped are still emitted, in order.
func skip() -> void:
	if not is_processing():
		return
	for position_in_text in range(visible_characters, _plain.length() + 1):
		_run_commands(position_in_text)
	visible_characters = -1
	_finish()


## Removes the commands from `source` and remembers at which visible letter each belongs.
func strip_commands(source: String) -> String:
	_commands.clear()
	var pattern := RegEx.create_from_string("\\{(\\w+)=([^}]*)\\}")
	var tags := RegEx.create_from_string("\\[[^\\]]*\\]")
	var out := ""
	var cursor := 0
	for hit in pattern.search_all(source):
		out += source.substr(cursor, hit.get_start() - cursor)
		cursor = hit.get_end()
		var letter_index := tags.sub(out, "", true).length()
		if not _commands.has(letter_index):
			_commands[letter_index] = []
		_commands[letter_index].append([hit.get_string(1), hit.get_string(2)])
	return out + source.substr(cursor)


# Executes the inline commands stored for a letter position, each only once.
func _run_commands(at: int) -> void:
	for command: Array in _commands.get(at, []):
		match command:
			["pause", var seconds]:
				_budget -= float(seconds) * letters_per_second
			["speed", var factor]:
				_speed = maxf(float(factor), 0.05)
			["emit", var cue_name]:
				cue.emit(cue_name)
			[var unknown, _]:
				push_warning("Unknown text command '%s'" % unknown)
	_commands.erase(at)


func _finish() -> void:
	set_process(false)
	revealed.emit()
