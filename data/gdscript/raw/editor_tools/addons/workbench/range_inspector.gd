@tool
extends EditorInspectorPlugin
## Shows Vector2 properties whose name ends in `_range` as a two-handle slider.

const RangeProperty := preload("res://addons/workbench/range_property.gd")

var undo_redo: EditorUndoRedoManager


func _can_handle(object: Object) -> bool:
	return object is Node or object is Resource


# Takes over Vector2 properties named `*_range` and leaves everything else to the inspector.
func _parse_property(
	_object: Object,
	type: Variant.Type,
	name: String,
	_hint_type: PropertyHint,
	hint_string: String,
	_usage_flags: int,
	_wide: bool
) -> bool:
	if type != TYPE_VECTOR2 or not name.ends_with("_range"):
		return false
	var editor := RangeProperty.new()
	editor.configure(parse_limits(hint_string))
	add_property_editor(name, editor)
	return true


## Limits and step from a hint such as "0,10,0.5"; missing parts fall back to 0, 1 and 0.01.
static func parse_limits(hint_string: String) -> Vector3:
	var parts := hint_string.split_floats(",")
	var low := parts[0] if parts.size() > 1 else 0.0
	var high := parts[1] if parts.size() > 1 else 1.0
	var step := parts[2] if parts.size() > 2 else 0.01
	return Vector3(low, maxf(high, low + step), step)
