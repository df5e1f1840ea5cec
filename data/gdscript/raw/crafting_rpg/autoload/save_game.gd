extends Node
## Writes the state of every node in the `persist` group to a slot file and reads it back.
##
## Persistent nodes implement `save_state() -> Dictionary` and `load_state(data: Dictionary)`.
## Files are written aside and renamed, so a crash never leaves half a save behind.

signal saved(slot: int)
signal loaded(slot: int)
signal failed(slot: int, reason: String)

const VERSION := 3
const GROUP := &"persist"
const SLOT_COUNT := 5


## File that belongs to a slot, e.g. `user://saves/slot_2.json`.
static func slot_path(slot: int) -> String:
	return "user://saves/slot_%d.json" % slot


## Collects the state of the world and stores it in `slot`. Returns an `Error` code.
func save(slot: int, thumbnail: Image = null) -> Error:
	var document := {
		"version": VERSION,
		"saved_at": Time.get_datetime_string_from_system(true),
		"clock": WorldClock.total_minutes,
		"nodes": _collect(),
	}
	DirAccess.make_dir_recursive_absolute(slot_path(slot).get_base_dir())
	var temporary := slot_path(slot) + ".tmp"
	var file := FileAccess.open(temporary, FileAccess.WRITE)
	if file == null:
		return _fail(slot, error_string(FileAccess.get_open_error()))
	file.store_string(JSON.stringify(document, "", true, true))
	file.close()
	var error := DirAccess.rename_absolute(temporary, slot_path(slot))
	if error != OK:
		return _fail(slot, error_string(error))
	if thumbnail != null:
		thumbnail.resize(240, 135, Image.INTERPOLATE_LANCZOS)
		thumbnail.save_png(slot_path(slot).get_basename() + ".png")
	saved.emit(slot)
	return OK


## Reads `slot`, upgrades old versions and hands every node its data. Returns an `Error` code.
func restore(slot: int) -> Error:
	if not FileAccess.file_exists(slot_path(slot)):
		return _fail(slot, "there is no save in this slot")
	var json := JSON.new()
	var error := json.parse(FileAccess.get_file_as_string(slot_path(slot)))
	if error != OK:
		var place := "line %d: %s" % [json.get_error_line(), json.get_error_message()]
		return _fail(slot, "damaged save, " + place)
	var document: Dictionary = json.data
	var version := int(document.get("version", 0))
	if version > VERSION:
		return _fail(slot, "made by a newer version of the game")
	document = migrate(document, version)
	WorldClock.total_minutes = int(document["clock"])
	_apply(document["nodes"])
	loaded.emit(slot)
	return OK


## Summary of a slot for the load menu, or an empty dictionary for a free slot.
func describe(slot: int) -> Dictionary:
	var parsed: Variant = JSON.parse_string(FileAccess.get_file_as_string(slot_path(slot)))
	if parsed is not Dictionary:
		return {}
	var minutes := int(parsed.get("clock", 0))
	return {
		"day": minutes / WorldClock.MINUTES_PER_DAY + 1,
		"saved_at": parsed.get("saved_at", ""),
		"thumbnail": slot_path(slot).get_basename() + ".png",
	}


## Deletes a slot together with its thumbnail. Missing files are not an error.
func erase(slot: int) -> void:
	for path: String in [slot_path(slot), slot_path(slot).get_basename() + ".png"]:
		if FileAccess.file_exists(path):
			DirAccess.remove_absolute(path)


## Brings a document of an older `version` up to date, one step at a time.
## 1 -> 2 split gold from the inventory, 2 -> 3 renamed node keys from names to paths.
func migrate(document: Dictionary, version: int) -> Dictionary:
	var out := document.duplicate(true)
	if version < 2:
		for data: Dictionary in out["nodes"].values():
			if data.has("inventory"):
				data["gold"] = data["inventory"].get("gold", 0)
				data["inventory"].erase("gold")
	if version < 3:
		var rekeyed := {}
		for key: String in out["nodes"]:
			rekeyed[key if key.begins_with("/root") else "/root/Orchard/" + key] = out["nodes"][key]
		out["nodes"] = rekeyed
	out["version"] = VERSION
	return out


func _collect() -> Dictionary:
	var out := {}
	for node in get_tree().get_nodes_in_group(GROUP):
		if node.has_method(&"save_state"):
			out[str(node.get_path())] = node.call(&"save_state")
	return out


# Data of nodes that no longer exist is skipped: levels change between versions.
func _apply(nodes: Dictionary) -> void:
	for path: String in nodes:
		var node := get_node_or_null(path)
		if node != null and node.has_method(&"load_state"):
			node.call(&"load_state", nodes[path])


func _fail(slot: int, reason: String) -> Error:
	push_error("Slot %d: %s" % [slot, reason])
	failed.emit(slot, reason)
	return FAILED
