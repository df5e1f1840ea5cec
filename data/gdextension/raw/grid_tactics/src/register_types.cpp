// Entry point of the extension. There is no header: nothing else has to call the
// functions in this file, the engine finds the entry symbol by its name.

#include "battle_map.h"
#include "battle_overlay.h"
#include "turn_queue.h"

#include <gdextension_interface.h>
#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/core/defs.hpp>
#include <godot_cpp/godot.hpp>

namespace {

// Called once per level, from the servers up to the editor.
void enter_level(ModuleInitializationLevel p_level) {
	if (p_level == MODULE_INITIALIZATION_LEVEL_SCENE) {
		ClassDB::register_class<BattleMap>();
		ClassDB::register_class<BattleOverlay>();
		ClassDB::register_class<TurnQueue>();
	}
}

// Called in the opposite order on shutdown. godot-cpp unregisters the classes.
void leave_level(ModuleInitializationLevel p_level) {
}

} // namespace

// Called by the engine when the library is loaded.
extern "C" GDExtensionBool GDE_EXPORT grid_tactics_entry(GDExtensionInterfaceGetProcAddress p_get_proc_address,
		GDExtensionClassLibraryPtr p_library, GDExtensionInitialization *p_initialization) {
	GDExtensionBinding::InitObject object(p_get_proc_address, p_library, p_initialization);
	object.register_initializer(enter_level);
	object.register_terminator(leave_level);
	object.set_minimum_library_initialization_level(MODULE_INITIALIZATION_LEVEL_SCENE);
	return object.init();
}
