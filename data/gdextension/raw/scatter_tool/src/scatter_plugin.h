#ifndef SCATTER_PLUGIN_H
#define SCATTER_PLUGIN_H

#include "scatter_area_3d.h"

#include <godot_cpp/classes/button.hpp>
#include <godot_cpp/classes/camera3d.hpp>
#include <godot_cpp/classes/editor_plugin.hpp>
#include <godot_cpp/classes/h_box_container.hpp>
#include <godot_cpp/classes/input_event.hpp>
#include <godot_cpp/classes/spin_box.hpp>

// Tools for ScatterArea3D in the 3D editor: a button that scatters again, and a
// brush that paints holes into the area. Both can be undone.
//
// The brush needs colliders: it hits what the physics space of the edited scene
// knows about, just like the area itself when it looks for the ground.
class ScatterPlugin : public godot::EditorPlugin {
	GDCLASS(ScatterPlugin, godot::EditorPlugin)

	uint64_t edited = 0; // instance id of the area that is selected

	// Created on entering the tree and owned by it, until they are taken back.
	godot::HBoxContainer *toolbar = nullptr;
	godot::Button *paint_button = nullptr;
	godot::SpinBox *brush_size = nullptr;

	// State of a brush stroke: whether the button is held down, and the holes the area
	// had before, for the undo history.
	bool painting = false;
	godot::PackedVector3Array holes_before;

	// Null while nothing is selected.
	ScatterArea3D *_area() const;

	void _build_toolbar();
	bool _point_on_ground(godot::Camera3D *p_camera, const godot::Vector2 &p_mouse, godot::Vector3 &r_point) const;
	void _finish_stroke();
	void _on_scatter_pressed();
	void _on_reseed_pressed();

protected:
	static void _bind_methods();

public:
	void _enter_tree() override;
	void _exit_tree() override;
	godot::String _get_plugin_name() const override { return "Scatter"; }

	// The editor asks _handles for every selection, hands the object over with _edit
	// and then shows or hides the tools.
	bool _handles(godot::Object *p_object) const override;
	void _edit(godot::Object *p_object) override;
	void _make_visible(bool p_visible) override;

	// Receives the input of the 3D viewports while an area is selected.
	int32_t _forward_3d_gui_input(godot::Camera3D *p_camera, const godot::Ref<godot::InputEvent> &p_event) override;
};

#endif // SCATTER_PLUGIN_H
