@tool
extends EditorExportPlugin
## Writes version, commit and date into every exported build and leaves editor-only files out.

const STAMP_PATH := "res://build_info.json"
const SKIPPED_FOLDERS: Array[String] = ["res://tools/", "res://tests/"]


func _get_name() -> String:
	return "WorkbenchBuildStamp"


# Adds the stamp as a JSON file to the package that is about to be written.
func _export_begin(features: PackedStringArray, is_debug: bool, path: String, _flags: int) -> void:
	var info := {
		"version": ProjectSettings.get_setting("application/config/version", "0.0.0"),
		"commit": current_commit(),
		"built_at": Time.get_datetime_string_from_system(true),
		"debug": is_debug,
		"features": features,
		"file": path.get_file(),
	}
	add_file(STAMP_PATH, JSON.stringify(info, "  ").to_utf8_buffer(), false)


func _export_file(path: String, _type: String, _features: PackedStringArray) -> void:
	for folder in SKIPPED_FOLDERS:
		if path.begins_with(folder):
			skip()
			return


## Short hash of the checked out commit, with a `+` if there are uncommitted changes.
## "unknown" when git is not installed or the project is not a repository.
static func current_commit() -> String:
	var output: Array = []
	if OS.execute("git", ["rev-parse", "--short", "HEAD"], output) != 0:
		return "unknown"
	var commit := str(output[0]).strip_edges()
	var changes: Array = []
	OS.execute("git", ["status", "--porcelain"], changes)
	return commit + ("" if str(changes[0]).strip_edges().is_empty() else "+")
