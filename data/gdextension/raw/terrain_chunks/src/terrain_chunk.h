#ifndef TERRAIN_CHUNK_H
#define TERRAIN_CHUNK_H

#include "height_source.h"

#include <godot_cpp/classes/array_mesh.hpp>
#include <godot_cpp/classes/material.hpp>
#include <godot_cpp/classes/mesh_instance3d.hpp>
#include <godot_cpp/classes/static_body3d.hpp>
#include <godot_cpp/variant/packed_int32_array.hpp>
#include <godot_cpp/variant/packed_vector2_array.hpp>
#include <godot_cpp/variant/packed_vector3_array.hpp>
#include <godot_cpp/variant/vector2i.hpp>

namespace godot {

// One square of terrain. The heavy part, build_arrays, may run on any thread; the
// result is shown by apply, on the main thread.
class TerrainChunk : public MeshInstance3D {
	GDCLASS(TerrainChunk, MeshInstance3D)

	Vector2i coords;
	int quads = 32;
	double size = 64.0;

	PackedFloat32Array heights; // (quads + 1)^2, row by row along x

	// Mesh data on its way to the renderer. Empty before build_arrays and after apply.
	PackedVector3Array vertices;
	PackedVector3Array normals;
	PackedVector2Array uvs;
	PackedInt32Array indices;

	StaticBody3D *body = nullptr; // child of this node, null without collision

	int _points() const { return quads + 1; }
	float _height(int p_column, int p_row) const;
	void _add_surface(const HeightSource &p_source);
	void _add_quads();
	void _add_skirt(int p_from, int p_to, double p_depth);
	void _add_skirts(double p_depth);

protected:
	static void _bind_methods();

public:
	// Chunks count in whole chunks from the origin of the terrain.
	void setup(const Vector2i &p_coords, int p_quads, double p_size);
	Vector2i get_coords() const { return coords; }
	Vector2 get_origin() const { return Vector2(coords) * size; }

	void build_arrays(const Ref<HeightSource> &p_source);
	void apply(const Ref<Material> &p_material);
	void set_collision_enabled(bool p_enabled, uint32_t p_layer);
	double height_at(const Vector2 &p_local) const;
};

} // namespace godot

#endif // TERRAIN_CHUNK_H
