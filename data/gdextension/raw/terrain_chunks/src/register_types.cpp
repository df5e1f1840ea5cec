#include "register_types.h"

#include "height_source.h"
#include "terrain_chunk.h"
#include "terrain_streamer.h"

#include <godot_cpp/godot.hpp>

using namespace godot;

// The order matters: a class has to be registered before the classes that use it
// as a property type, and chunks are only ever created by a streamer.
void initialize_terrain_chunks(ModuleInitializationLevel p_level) {
	if (p_level != MODULE_INITIALIZATION_LEVEL_SCENE) {
		return;
	}
	ClassDB::register_class<HeightSource>();
	ClassDB::register_internal_class<TerrainChunk>();
	ClassDB::register_class<TerrainStreamer>();
}

void uninitialize_terrain_chunks(ModuleInitializationLevel p_level) {
}

extern "C" {

// Entry point named in terrain_chunks.gdextension.
GDExtensionBool GDE_EXPORT terrain_chunks_init(GDExtensionInterfaceGetProcAddress p_get_proc_address,
		const GDExtensionClassLibraryPtr p_library, GDExtensionInitialization *r_initialization) {
	GDExtensionBinding::InitObject init(p_get_proc_address, p_library, r_initialization);
	init.register_initializer(initialize_terrain_chunks);
	init.register_terminator(uninitialize_terrain_chunks);
	init.set_minimum_library_initialization_level(MODULE_INITIALIZATION_LEVEL_SCENE);
	return init.init();
}
}
