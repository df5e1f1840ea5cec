#include "scatter_plugin.h"

#include <godot_cpp/classes/editor_undo_redo_manager.hpp>
#include <godot_cpp/classes/input_event_mouse.hpp>
#include <godot_cpp/classes/input_event_mouse_button.hpp>
#include <godot_cpp/classes/physics_ray_query_parameters3d.hpp>
#include <godot_cpp/classes/world3d.hpp>
#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/variant/callable_method_pointer.hpp>

using namespace godot;

// The selected area, or null if it was deleted in the meantime.
ScatterArea3D *ScatterPlugin::_area() const {
	return Object::cast_to<ScatterArea3D>(ObjectDB::get_instance(edited));
}

// Creates the controls that appear above the 3D view while an area is selected.
void ScatterPlugin::_build_toolbar() {
	toolbar = memnew(HBoxContainer);

	Button *scatter = memnew(Button);
	scatter->set_text("Scatter");
	scatter->set_flat(true);
	scatter->connect("pressed", callable_mp(this, &ScatterPlugin::_on_scatter_pressed));
	toolbar->add_child(scatter);

	Button *reseed = memnew(Button);
	reseed->set_text("New Seed");
	reseed->set_flat(true);
	reseed->connect("pressed", callable_mp(this, &ScatterPlugin::_on_reseed_pressed));
	toolbar->add_child(reseed);

	paint_button = memnew(Button);
	paint_button->set_text("Paint Holes");
	paint_button->set_toggle_mode(true);
	toolbar->add_child(paint_button);

	brush_size = memnew(SpinBox);
	brush_size->set_min(0.2);
	brush_size->set_max(20.0);
	brush_size->set_step(0.1);
	brush_size->set_value(1.5);
	brush_size->set_suffix("m");
	toolbar->add_child(brush_size);
}

// Adds the tools to the menu of the 3D editor, hidden until an area is selected.
void ScatterPlugin::_enter_tree() {
	_build_toolbar();
	add_control_to_container(CONTAINER_SPATIAL_EDITOR_MENU, toolbar);
	toolbar->hide();
}

// Takes the tools back when the plugin is disabled or reloaded. The other controls
// are children of the toolbar and are deleted along with it.
void ScatterPlugin::_exit_tree() {
	remove_control_from_container(CONTAINER_SPATIAL_EDITOR_MENU, toolbar);
	memdelete(toolbar);
	toolbar = nullptr;
	paint_button = nullptr;
	brush_size = nullptr;
}

bool ScatterPlugin::_handles(Object *p_object) const {
	return Object::cast_to<ScatterArea3D>(p_object) != nullptr;
}

// Called with null when the selection is cleared. A stroke that is still going on
// belongs to the former area and is ended first.
void ScatterPlugin::_edit(Object *p_object) {
	_finish_stroke();
	edited = p_object ? p_object->get_instance_id() : 0;
}

// Leaves paint mode when the tools disappear, so that the next area that is selected
// is not painted on by accident.
void ScatterPlugin::_make_visible(bool p_visible) {
	toolbar->set_visible(p_visible);
	if (!p_visible) {
		paint_button->set_pressed(false);
	}
}

// Rebuilds the copies as an action that can be undone: the resource that was shown
// before is kept by the history and put back.
void ScatterPlugin::_on_scatter_pressed() {
	ScatterArea3D *area = _area();
	if (!area) {
		return;
	}
	const Ref<MultiMesh> before = area->get_multimesh();
	if (area->scatter() < 0) {
		return;
	}
	EditorUndoRedoManager *history = get_undo_redo();
	history->create_action("Scatter Meshes", UndoRedo::MERGE_DISABLE, area);
	history->add_do_property(area, "multimesh", area->get_multimesh());
	history->add_undo_property(area, "multimesh", before);
	history->commit_action(false);
}

// Picks another seed and scatters with it. Both are one step in the history, so
// the action runs scatter() itself instead of storing its result.
void ScatterPlugin::_on_reseed_pressed() {
	ScatterArea3D *area = _area();
	if (!area) {
		return;
	}
	const int64_t before = area->get_random_seed();
	EditorUndoRedoManager *history = get_undo_redo();
	history->create_action("Change Scatter Seed", UndoRedo::MERGE_ENDS, area);
	history->add_do_property(area, "random_seed", before + 1);
	history->add_do_method(area, "scatter");
	history->add_undo_property(area, "random_seed", before);
	history->add_undo_method(area, "scatter");
	history->commit_action();
}

// Finds the point of the ground below the mouse, by a ray of 1 km from the camera
// of the viewport.
bool ScatterPlugin::_point_on_ground(Camera3D *p_camera, const Vector2 &p_mouse, Vector3 &r_point) const {
	const Vector3 from = p_camera->project_ray_origin(p_mouse);
	const Vector3 to = from + p_camera->project_ray_normal(p_mouse) * 1000.0;
	PhysicsDirectSpaceState3D *space = _area()->get_world_3d()->get_direct_space_state();
	const Dictionary hit = space->intersect_ray(PhysicsRayQueryParameters3D::create(from, to));
	if (hit.is_empty()) {
		return false;
	}
	r_point = hit["position"];
	return true;
}

// Ends a stroke and makes it one step in the history, however many holes it left.
void ScatterPlugin::_finish_stroke() {
	ScatterArea3D *area = _area();
	if (!painting || !area) {
		painting = false;
		return;
	}
	painting = false;
	EditorUndoRedoManager *history = get_undo_redo();
	history->create_action("Paint Scatter Holes", UndoRedo::MERGE_DISABLE, area);
	history->add_do_property(area, "holes", area->get_holes());
	history->add_do_method(area, "scatter");
	history->add_undo_property(area, "holes", holes_before);
	history->add_undo_method(area, "scatter");
	history->commit_action();
}

// The brush: paints while the left button is held down. Events are kept from the
// editor during a stroke, otherwise they would select what is below the mouse.
int32_t ScatterPlugin::_forward_3d_gui_input(Camera3D *p_camera, const Ref<InputEvent> &p_event) {
	ScatterArea3D *area = _area();
	if (!area || !paint_button->is_pressed()) {
		return AFTER_GUI_INPUT_PASS;
	}

	const Ref<InputEventMouseButton> button = p_event;
	if (button.is_valid() && button->get_button_index() == MOUSE_BUTTON_LEFT) {
		if (!button->is_pressed()) {
			_finish_stroke();
			return AFTER_GUI_INPUT_STOP;
		}
		painting = true;
		holes_before = area->get_holes();
	}

	const Ref<InputEventMouse> mouse = p_event;
	if (!painting || mouse.is_null()) {
		return AFTER_GUI_INPUT_PASS;
	}
	Vector3 point;
	if (_point_on_ground(p_camera, mouse->get_position(), point)) {
		area->add_hole(point, brush_size->get_value());
	}
	return AFTER_GUI_INPUT_STOP;
}

// Nothing is bound: the plugin is used by the editor only, through its virtual
// methods and the signals of its controls.
void ScatterPlugin::_bind_methods() {
}
