extends SceneTree
## Command line report about texture sizes. Run it without opening the editor:
## [codeblock]
## godot --headless --script res://tools/texture_report.gd -- --max=2048 res://art
## [/codeblock]

const EXTENSIONS: Array[String] = ["png", "jpg", "webp"]

var _max_side := 2048
var _folders := PackedStringArray()
var _problems := 0


func _initialize() -> void:
	_parse_arguments(OS.get_cmdline_user_args())
	for folder in _folders:
		_walk(folder)
	print("%d problem(s) found" % _problems)
	quit(1 if _problems > 0 else 0)


## Bytes an uncompressed RGBA8 texture of this size takes in video memory, with or without mipmaps.
static func video_memory(width: int, height: int, mipmaps: bool) -> int:
	var total := 0
	var w := width
	var h := height
	while true:
		total += w * h * 4
		if not mipmaps or (w == 1 and h == 1):
			break
		w = maxi(1, w / 2)
		h = maxi(1, h / 2)
	return total


# `--max=` sets the size limit, everything else is a folder; without folders the project is checked.
func _parse_arguments(arguments: PackedStringArray) -> void:
	for argument in arguments:
		if argument.begins_with("--max="):
			_max_side = argument.get_slice("=", 1).to_int()
		else:
			_folders.append(argument)
	if _folders.is_empty():
		_folders.append("res://")


# Visits a folder and its sub-folders, skipping hidden ones, and inspects every image in them.
func _walk(folder: String) -> void:
	var dir := DirAccess.open(folder)
	if dir == null:
		printerr("cannot open ", folder)
		_problems += 1
		return
	dir.list_dir_begin()
	var entry := dir.get_next()
	while not entry.is_empty():
		var path := folder.path_join(entry)
		if dir.current_is_dir():
			if not entry.begins_with("."):
				_walk(path)
		elif entry.get_extension().to_lower() in EXTENSIONS:
			_inspect(path)
		entry = dir.get_next()
	dir.list_dir_end()


# Reports images that are too large, unreadable, or waste a fully opaque alpha channel.
func _inspect(path: String) -> void:
	var image := Image.new()
	if image.load(ProjectSettings.globalize_path(path)) != OK:
		_report(path, "cannot be read")
		return
	var extent := image.get_size()
	if maxi(extent.x, extent.y) > _max_side:
		var megabytes := video_memory(extent.x, extent.y, true) / 1048576.0
		_report(path, "%dx%d, %.1f MB in video memory" % [extent.x, extent.y, megabytes])
	if image.get_format() == Image.FORMAT_RGBA8 and image.detect_alpha() == Image.ALPHA_NONE:
		_report(path, "has an alpha channel but no transparent pixel")


func _report(path: String, message: String) -> void:
	_problems += 1
	print("%s: %s" % [path, message])
