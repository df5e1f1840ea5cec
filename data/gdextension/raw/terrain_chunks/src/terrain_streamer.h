#ifndef TERRAIN_STREAMER_H
#define TERRAIN_STREAMER_H

#include "height_source.h"
#include "terrain_chunk.h"

#include <godot_cpp/classes/node3d.hpp>
#include <godot_cpp/templates/hash_map.hpp>
#include <godot_cpp/templates/vector.hpp>
#include <godot_cpp/variant/node_path.hpp>
#include <godot_cpp/variant/typed_array.hpp>

namespace godot {

// Keeps the terrain around a target loaded. Missing chunks are built by the worker
// thread pool, nearest first; chunks that fell behind are freed.
class TerrainStreamer : public Node3D {
	GDCLASS(TerrainStreamer, Node3D)

	struct Pending {
		TerrainChunk *chunk = nullptr;
		int64_t task = -1;
	};

	Ref<HeightSource> source;
	Ref<Material> material;
	NodePath target_path;
	double chunk_size = 64.0;
	int chunk_quads = 32;
	int view_distance = 4;
	int collision_distance = 1;
	int max_tasks = 4;

	HashMap<Vector2i, TerrainChunk *> loaded;
	HashMap<Vector2i, Pending> pending;
	Vector2i center;

	Vector2i _coords_of(const Vector3 &p_position) const;
	int _distance(const Vector2i &p_coords) const;
	bool _find_next(Vector2i &r_coords) const;
	void _start_build(const Vector2i &p_coords);
	void _finish_builds(bool p_wait);
	void _drop_far_chunks();
	void _refresh_collision();
	void _on_source_changed();

protected:
	static void _bind_methods();
	void _notification(int p_what);

public:
	void set_source(const Ref<HeightSource> &p_source);
	Ref<HeightSource> get_source() const { return source; }
	void set_material(const Ref<Material> &p_material) { material = p_material; }
	Ref<Material> get_material() const { return material; }
	void set_target_path(const NodePath &p_path) { target_path = p_path; }
	NodePath get_target_path() const { return target_path; }
	void set_view_distance(int p_chunks) { view_distance = MAX(p_chunks, 1); }
	int get_view_distance() const { return view_distance; }

	double get_height(const Vector3 &p_global_position) const;
	TypedArray<Vector2i> get_loaded_chunks() const;
	void clear();
};

} // namespace godot

#endif // TERRAIN_STREAMER_H
