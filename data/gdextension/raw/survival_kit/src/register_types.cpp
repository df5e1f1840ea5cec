#include "backpack.h"
#include "item_bar.h"
#include "item_definition.h"
#include "save_service.h"
#include "survivor_body.h"

#include <gdextension_interface.h>
#include <godot_cpp/classes/engine.hpp>
#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/core/memory.hpp>
#include <godot_cpp/godot.hpp>

namespace survival {

static SaveService *save_service = nullptr;

// Registers the classes and creates the save service, which scripts reach by the
// name of its class. Resources come before the nodes that refer to them.
static void start_up(godot::ModuleInitializationLevel p_level) {
	if (p_level != godot::MODULE_INITIALIZATION_LEVEL_SCENE) {
		return;
	}
	godot::ClassDB::register_class<ItemDefinition>();
	godot::ClassDB::register_class<Backpack>();
	godot::ClassDB::register_class<ItemBar>();
	godot::ClassDB::register_class<SurvivorBody3D>();
	godot::ClassDB::register_class<SaveService>();

	save_service = memnew(SaveService);
	godot::Engine::get_singleton()->register_singleton("SaveService", save_service);
}

// Takes the singleton back before it is deleted, so that nobody can look it up in
// between.
static void shut_down(godot::ModuleInitializationLevel p_level) {
	if (p_level != godot::MODULE_INITIALIZATION_LEVEL_SCENE || !save_service) {
		return;
	}
	godot::Engine::get_singleton()->unregister_singleton("SaveService");
	memdelete(save_service);
	save_service = nullptr;
}

} // namespace survival

// Handed to the engine by the .gdextension file.
extern "C" GDExtensionBool GDE_EXPORT survival_kit_library_init(GDExtensionInterfaceGetProcAddress p_get_proc_address,
		GDExtensionClassLibraryPtr p_library, GDExtensionInitialization *r_result) {
	godot::GDExtensionBinding::InitObject library(p_get_proc_address, p_library, r_result);
	library.register_initializer(survival::start_up);
	library.register_terminator(survival::shut_down);
	library.set_minimum_library_initialization_level(godot::MODULE_INITIALIZATION_LEVEL_SCENE);
	return library.init();
}
