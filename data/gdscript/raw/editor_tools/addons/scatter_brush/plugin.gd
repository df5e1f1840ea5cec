@tool
extends EditorPlugin
## Brush that scatters scenes over a ScatterArea in the 2D editor. Strokes can be undone.

const STEP_PIXELS := 24.0

var _area: ScatterArea
var _painting := false
var _erasing := false
var _last_point := Vector2.INF
var _stroke: Array[Node2D] = []
var _brush_radius := 64.0


func _handles(object: Object) -> bool:
	return object is ScatterArea


func _edit(object: Object) -> void:
	_area = object as ScatterArea
	update_overlays()


func _make_visible(visible: bool) -> void:
	if not visible:
		_area = null
		update_overlays()


# Left button paints, with Shift it erases; Ctrl and the wheel change the brush size.
func _forward_canvas_gui_input(event: InputEvent) -> bool:
	if _area == null:
		return false
	var button := event as InputEventMouseButton
	if button != null:
		return _handle_button(button)
	var motion := event as InputEventMouseMotion
	if motion == null:
		return false
	update_overlays()
	if not _painting:
		return false
	var point := _to_area(motion.position)
	if _last_point.distance_to(point) >= STEP_PIXELS:
		_dab(point)
	return true


func _forward_canvas_draw_over_viewport(overlay: Control) -> void:
	if _area == null:
		return
	var scale_factor := _area.get_viewport_transform().get_scale().x
	var color := Color.TOMATO if _erasing else Color.LIGHT_GREEN
	var center := overlay.get_local_mouse_position()
	overlay.draw_arc(center, _brush_radius * scale_factor, 0.0, TAU, 48, color, 2.0, true)


# Starts or ends a stroke with the left button and resizes the brush with Ctrl and the wheel. True
# if the event was used.
func _handle_button(button: InputEventMouseButton) -> bool:
	if button.button_index == MOUSE_BUTTON_LEFT:
		_painting = button.pressed
		_erasing = button.shift_pressed
		if button.pressed:
			_stroke.clear()
			_dab(_to_area(button.position))
		else:
			_commit()
		return true
	if button.ctrl_pressed and button.pressed:
		match button.button_index:
			MOUSE_BUTTON_WHEEL_UP:
				_brush_radius = minf(_brush_radius * 1.15, 512.0)
			MOUSE_BUTTON_WHEEL_DOWN:
				_brush_radius = maxf(_brush_radius / 1.15, 8.0)
			_:
				return false
		update_overlays()
		return true
	return false


# Viewport pixels -> local coordinates of the edited area.
func _to_area(screen: Vector2) -> Vector2:
	var to_screen := _area.get_viewport_transform() * _area.get_global_transform()
	return to_screen.affine_inverse() * screen


# Applies the brush once at `point`: hides props under it when erasing, otherwise adds new ones.
func _dab(point: Vector2) -> void:
	_last_point = point
	if _erasing:
		for child in _area.children_within(point, _brush_radius):
			if child not in _stroke:
				child.hide()
				_stroke.append(child)
		return
	for spot in _area.sample_disc(point, _brush_radius):
		var node := _area.make_instance(spot)
		_area.add_child(node)
		node.owner = EditorInterface.get_edited_scene_root()
		_stroke.append(node)


# The nodes are in the scene already, so the action is registered without executing it.
func _commit() -> void:
	if _stroke.is_empty():
		return
	var undo := get_undo_redo()
	var root := EditorInterface.get_edited_scene_root()
	undo.create_action(
		"Erase scatter" if _erasing else "Paint scatter", UndoRedo.MERGE_DISABLE, _area
	)
	for node in _stroke:
		if _erasing:
			node.show()
			undo.add_do_method(_area, &"remove_child", node)
			undo.add_undo_method(_area, &"add_child", node)
			undo.add_undo_method(node, &"set_owner", root)
			undo.add_undo_reference(node)
		else:
			undo.add_do_method(_area, &"add_child", node)
			undo.add_do_method(node, &"set_owner", root)
			undo.add_do_reference(node)
			undo.add_undo_method(_area, &"remove_child", node)
	undo.commit_action(_erasing)
	_stroke.clear()
	_last_point = Vector2.INF
