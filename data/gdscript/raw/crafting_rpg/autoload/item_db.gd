extends Node
## Loads every item definition below `res://items/defs` once and serves them by id.

const DEFS_FOLDER := "res://items/defs"

var _items: Dictionary[StringName, ItemDef] = {}
var _by_tag: Dictionary[StringName, Array] = {}


func _ready() -> void:
	_scan(DEFS_FOLDER)
	print("ItemDb: %d items" % _items.size())


## Definition with the given id, or null plus a warning when there is none.
func get_item(id: StringName) -> ItemDef:
	var def: ItemDef = _items.get(id)
	if def == null:
		push_warning("Unknown item id '%s'" % id)
	return def


func has_item(id: StringName) -> bool:
	return _items.has(id)


## All definitions that carry `tag`, sorted by display name.
func with_tag(tag: StringName) -> Array[ItemDef]:
	var out: Array[ItemDef] = []
	out.assign(_by_tag.get(tag, []))
	out.sort_custom(
		func(a: ItemDef, b: ItemDef) -> bool:
			return a.display_name.naturalnocasecmp_to(b.display_name) < 0
	)
	return out


## Items whose name contains all words of `query`, best matches (names starting with it) first.
func search(query: String) -> Array[ItemDef]:
	var words := query.to_lower().split(" ", false)
	var hits: Array[ItemDef] = []
	for def: ItemDef in _items.values():
		var haystack := def.display_name.to_lower()
		var all_found := true
		for word in words:
			if not haystack.contains(word):
				all_found = false
				break
		if all_found:
			hits.append(def)
	var prefix := query.to_lower()
	hits.sort_custom(
		func(a: ItemDef, b: ItemDef) -> bool:
			var a_first := a.display_name.to_lower().begins_with(prefix)
			var b_first := b.display_name.to_lower().begins_with(prefix)
			if a_first != b_first:
				return a_first
			return a.display_name < b.display_name
	)
	return hits


# Exported projects list `.remap` files instead of `.tres`, hence the suffix handling.
func _scan(folder: String) -> void:
	var dir := DirAccess.open(folder)
	if dir == null:
		push_error("Item folder missing: %s" % folder)
		return
	for sub in dir.get_directories():
		_scan(folder.path_join(sub))
	for file_name in dir.get_files():
		var clean := file_name.trim_suffix(".remap")
		if clean.get_extension() not in ["tres", "res"]:
			continue
		var def := load(folder.path_join(clean)) as ItemDef
		if def != null:
			_register(def)


# Files a definition under its id and under each of its tags; a second item with the same id is
# refused.
func _register(def: ItemDef) -> void:
	if _items.has(def.id):
		push_error("Item id '%s' is used twice: %s" % [def.id, def.resource_path])
		return
	_items[def.id] = def
	for tag in def.tags:
		if not _by_tag.has(tag):
			_by_tag[tag] = []
		_by_tag[tag].append(def)
