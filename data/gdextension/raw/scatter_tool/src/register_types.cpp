#include "scatter_area_3d.h"
#include "scatter_plugin.h"

#include <gdextension_interface.h>
#include <godot_cpp/classes/editor_plugin_registration.hpp>
#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/godot.hpp>

using namespace godot;

// The area is part of the game, the plugin exists in the editor alone. Its base
// class is only there from the editor level on, which exported games never reach.
static void register_scatter_tool(ModuleInitializationLevel p_level) {
	switch (p_level) {
		case MODULE_INITIALIZATION_LEVEL_SCENE:
			ClassDB::register_class<ScatterArea3D>();
			break;
		case MODULE_INITIALIZATION_LEVEL_EDITOR:
			ClassDB::register_internal_class<ScatterPlugin>();
			EditorPlugins::add_by_type<ScatterPlugin>();
			break;
		default:
			break;
	}
}

// Removes the plugin from the editor, which is needed for reloading the library.
static void unregister_scatter_tool(ModuleInitializationLevel p_level) {
	if (p_level == MODULE_INITIALIZATION_LEVEL_EDITOR) {
		EditorPlugins::remove_by_type<ScatterPlugin>();
	}
}

extern "C" GDExtensionBool GDE_EXPORT scatter_tool_init(GDExtensionInterfaceGetProcAddress p_get_proc_address,
		GDExtensionClassLibraryPtr p_library, GDExtensionInitialization *r_initialization) {
	GDExtensionBinding::InitObject setup(p_get_proc_address, p_library, r_initialization);
	setup.register_initializer(register_scatter_tool);
	setup.register_terminator(unregister_scatter_tool);
	setup.set_minimum_library_initialization_level(MODULE_INITIALIZATION_LEVEL_SCENE);
	return setup.init();
}
