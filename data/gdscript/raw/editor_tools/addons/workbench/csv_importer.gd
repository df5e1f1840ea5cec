@tool
extends EditorImportPlugin
## Imports `.csv` files as CsvTable resources with numbers and booleans converted.

enum Preset { COMMA, SEMICOLON }


func _get_importer_name() -> String:
	return "workbench.csv_table"


func _get_visible_name() -> String:
	return "Data Table"


func _get_recognized_extensions() -> PackedStringArray:
	return ["csv", "tsv"]


func _get_save_extension() -> String:
	return "res"


func _get_resource_type() -> String:
	return "Resource"


func _get_priority() -> float:
	return 2.0


func _get_import_order() -> int:
	return 0


func _get_preset_count() -> int:
	return Preset.size()


func _get_preset_name(preset_index: int) -> String:
	return "Comma" if preset_index == Preset.COMMA else "Semicolon"


func _get_import_options(_path: String, preset_index: int) -> Array[Dictionary]:
	return [
		{"name": "delimiter", "default_value": "," if preset_index == Preset.COMMA else ";"},
		{"name": "convert_types", "default_value": true},
		{"name": "skip_comment_rows", "default_value": true},
	]


func _get_option_visibility(_path: String, _option_name: StringName, _options: Dictionary) -> bool:
	return true


# Rows with the wrong number of cells abort the import with the line number.
func _import(
	source_file: String,
	save_path: String,
	options: Dictionary,
	_platform_variants: Array[String],
	_gen_files: Array[String]
) -> Error:
	var file := FileAccess.open(source_file, FileAccess.READ)
	if file == null:
		return FileAccess.get_open_error()
	var delimiter: String = "\t" if source_file.get_extension() == "tsv" else options["delimiter"]
	var table := CsvTable.new()
	table.columns = file.get_csv_line(delimiter)
	var line_number := 1
	while not file.eof_reached():
		line_number += 1
		var cells := file.get_csv_line(delimiter)
		if cells.size() == 1 and cells[0].is_empty():
			continue
		if options["skip_comment_rows"] and cells[0].begins_with("#"):
			continue
		if cells.size() != table.columns.size():
			var found := "%d cells, expected %d" % [cells.size(), table.columns.size()]
			push_error("%s:%d has %s" % [source_file, line_number, found])
			return ERR_PARSE_ERROR
		table.rows[cells[0]] = _to_row(table.columns, cells, options["convert_types"])
	return ResourceSaver.save(table, "%s.%s" % [save_path, _get_save_extension()])


## Converts a cell to int, float or bool if its text looks exactly like one.
static func convert_cell(text: String) -> Variant:
	if text.is_valid_int():
		return text.to_int()
	if text.is_valid_float():
		return text.to_float()
	match text.to_lower():
		"true", "yes":
			return true
		"false", "no":
			return false
		_:
			return text


func _to_row(columns: PackedStringArray, cells: PackedStringArray, typed: bool) -> Dictionary:
	var row := {}
	for i in columns.size():
		row[columns[i]] = convert_cell(cells[i]) if typed else cells[i]
	return row
