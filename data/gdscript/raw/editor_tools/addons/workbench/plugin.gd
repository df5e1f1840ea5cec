@tool
extends EditorPlugin
## Registers the parts of the workbench and cleans up after them when it is switched off.

const CsvImporter := preload("res://addons/workbench/csv_importer.gd")
const RangeInspector := preload("res://addons/workbench/range_inspector.gd")
const BuildStamp := preload("res://addons/workbench/build_stamp.gd")
const AuditDock := preload("res://addons/workbench/audit_dock.gd")

const SETTING_PRESET := "workbench/audit/max_nodes"

var _importer: CsvImporter
var _inspector: RangeInspector
var _stamp: BuildStamp
var _dock: AuditDock


func _enter_tree() -> void:
	_importer = CsvImporter.new()
	add_import_plugin(_importer)
	_inspector = RangeInspector.new()
	_inspector.undo_redo = get_undo_redo()
	add_inspector_plugin(_inspector)
	_stamp = BuildStamp.new()
	add_export_plugin(_stamp)
	_dock = AuditDock.new()
	_dock.name = "Audit"
	_dock.node_selected.connect(_on_node_selected)
	add_control_to_dock(DOCK_SLOT_RIGHT_BL, _dock)
	add_tool_menu_item("Audit current scene", _audit_now)
	scene_changed.connect(_dock.audit)
	_define_setting(SETTING_PRESET, 500, "10,5000,10")


func _exit_tree() -> void:
	remove_tool_menu_item("Audit current scene")
	remove_control_from_docks(_dock)
	_dock.queue_free()
	remove_export_plugin(_stamp)
	remove_inspector_plugin(_inspector)
	remove_import_plugin(_importer)


func _audit_now() -> void:
	_dock.audit(EditorInterface.get_edited_scene_root())


func _on_node_selected(node: Node) -> void:
	var selection := EditorInterface.get_selection()
	selection.clear()
	selection.add_node(node)
	EditorInterface.edit_node(node)


# Adds a project setting with a range hint once; an existing value is never overwritten.
func _define_setting(path: String, default_value: int, hint: String) -> void:
	if not ProjectSettings.has_setting(path):
		ProjectSettings.set_setting(path, default_value)
	ProjectSettings.set_initial_value(path, default_value)
	ProjectSettings.add_property_info(
		{"name": path, "type": TYPE_INT, "hint": PROPERTY_HINT_RANGE, "hint_string": hint}
	)
