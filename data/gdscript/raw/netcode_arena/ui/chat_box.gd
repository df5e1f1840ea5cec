class_name ChatBox
extends PanelContainer
## Text chat with rate limiting on the server, team messages and slash commands.

signal command_entered(command: String, arguments: PackedStringArray)

const MAX_LINES := 80
const MAX_LENGTH := 160
const BURST := 4.0
const REFILL_PER_SECOND := 0.7

var _tokens: Dictionary[int, float] = {}
var _token_times: Dictionary[int, int] = {}
var _sent: PackedStringArray = []
var _recall := 0

@onready var _log: RichTextLabel = %Log
@onready var _entry: LineEdit = %Entry


func _ready() -> void:
	_entry.max_length = MAX_LENGTH
	_entry.text_submitted.connect(submit)
	_entry.gui_input.connect(_on_entry_input)
	_entry.hide()


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"chat"):
		_entry.show()
		_entry.grab_focus()
		get_viewport().set_input_as_handled()


## Sends what was typed: `/name args` becomes a command, `!text` goes to the team only.
func submit(text: String) -> void:
	_entry.clear()
	_entry.hide()
	var trimmed := text.strip_edges()
	if trimmed.is_empty():
		return
	_sent.append(trimmed)
	_recall = _sent.size()
	if trimmed.begins_with("/"):
		var words := trimmed.substr(1).split(" ", false)
		if not words.is_empty():
			command_entered.emit(words[0].to_lower(), words.slice(1))
		return
	var team_only := trimmed.begins_with("!")
	_post.rpc_id(1, trimmed.trim_prefix("!"), team_only)


## Adds a line to the log, escaping BBCode so that players cannot inject formatting.
func append_line(author: String, color: Color, text: String) -> void:
	var safe := text.replace("[", "[lb]")
	_log.append_text("[color=#%s]%s[/color]: %s\n" % [color.to_html(false), author, safe])
	while _log.get_paragraph_count() > MAX_LINES:
		_log.remove_paragraph(0)


## Token bucket: every peer may send a burst of four messages, refilled over time.
func may_speak(peer: int) -> bool:
	var now := Time.get_ticks_msec()
	var passed: float = (now - _token_times.get(peer, now)) / 1000.0
	var tokens := minf(BURST, _tokens.get(peer, BURST) + passed * REFILL_PER_SECOND)
	_token_times[peer] = now
	_tokens[peer] = tokens - 1.0 if tokens >= 1.0 else tokens
	return tokens >= 1.0


# Checks sender and rate on the server and passes the text on to everybody, or only to the team.
@rpc("any_peer", "call_local", "reliable")
func _post(text: String, team_only: bool) -> void:
	var sender := multiplayer.get_remote_sender_id()
	if not multiplayer.is_server() or not Roster.players.has(sender) or not may_speak(sender):
		return
	var clipped := text.left(MAX_LENGTH)
	for peer: int in Roster.players:
		var same_team: bool = Roster.players[peer]["team"] == Roster.players[sender]["team"]
		if not team_only or same_team:
			_deliver.rpc_id(peer, sender, clipped)


@rpc("authority", "call_local", "reliable")
func _deliver(author: int, text: String) -> void:
	var entry: Dictionary = Roster.players.get(author, {})
	append_line(entry.get("name", "?"), entry.get("color", Color.GRAY), text)


# Up and down walk through the messages sent before, like in a shell.
func _on_entry_input(event: InputEvent) -> void:
	var step := 0
	if event.is_action_pressed(&"ui_up"):
		step = -1
	elif event.is_action_pressed(&"ui_down"):
		step = 1
	if step == 0 or _sent.is_empty():
		return
	_recall = clampi(_recall + step, 0, _sent.size())
	_entry.text = _sent[_recall] if _recall < _sent.size() else ""
	_entry.caret_column = _entry.text.length()
	_entry.accept_event()
