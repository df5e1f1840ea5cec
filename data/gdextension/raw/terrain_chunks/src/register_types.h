#ifndef TERRAIN_REGISTER_TYPES_H
#define TERRAIN_REGISTER_TYPES_H

#include <godot_cpp/core/class_db.hpp>

// Registers the classes of the extension when the scene level comes up, and has
// nothing to take back when it goes down.
void initialize_terrain_chunks(godot::ModuleInitializationLevel p_level);
void uninitialize_terrain_chunks(godot::ModuleInitializationLevel p_level);

#endif // TERRAIN_REGISTER_TYPES_H
