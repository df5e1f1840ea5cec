#include "terrain_streamer.h"

#include <godot_cpp/classes/engine.hpp>
#include <godot_cpp/classes/worker_thread_pool.hpp>
#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/core/math.hpp>
#include <godot_cpp/variant/callable_method_pointer.hpp>

namespace godot {

// A new source, or a change of the present one, makes all chunks outdated.
void TerrainStreamer::set_source(const Ref<HeightSource> &p_source) {
	const Callable changed = callable_mp(this, &TerrainStreamer::_on_source_changed);
	if (source.is_valid()) {
		source->disconnect("changed", changed);
	}
	source = p_source;
	if (source.is_valid()) {
		source->connect("changed", changed);
	}
	_on_source_changed();
}

void TerrainStreamer::_on_source_changed() {
	clear();
}

Vector2i TerrainStreamer::_coords_of(const Vector3 &p_position) const {
	return Vector2i(Math::floor(p_position.x / chunk_size), Math::floor(p_position.z / chunk_size));
}

// Distance to the center in chunks, diagonal steps included, so that everything
// within view_distance is a square.
int TerrainStreamer::_distance(const Vector2i &p_coords) const {
	const Vector2i away = (p_coords - center).abs();
	return MAX(away.x, away.y);
}

// Finds the nearest chunk that is in view but neither loaded nor being built.
// Walks rings of growing distance and returns false when nothing is missing.
bool TerrainStreamer::_find_next(Vector2i &r_coords) const {
	for (int ring = 0; ring <= view_distance; ring++) {
		for (int z = -ring; z <= ring; z++) {
			// Inner rows of a ring consist of their first and last chunk only.
			const int step = Math::abs(z) == ring || ring == 0 ? 1 : 2 * ring;
			for (int x = -ring; x <= ring; x += step) {
				const Vector2i at = center + Vector2i(x, z);
				if (!loaded.has(at) && !pending.has(at)) {
					r_coords = at;
					return true;
				}
			}
		}
	}
	return false;
}

// Creates a chunk outside of the tree and hands its construction to the pool.
void TerrainStreamer::_start_build(const Vector2i &p_coords) {
	TerrainChunk *chunk = memnew(TerrainChunk);
	chunk->setup(p_coords, chunk_quads, chunk_size);
	const Callable work = callable_mp(chunk, &TerrainChunk::build_arrays).bind(source);
	const int64_t task = WorkerThreadPool::get_singleton()->add_task(work, false, "terrain chunk");
	pending[p_coords] = { chunk, task };
}

// Collects finished tasks, or all of them when told to wait. A chunk that is still
// in view is shown; one that the target has left behind meanwhile is freed.
void TerrainStreamer::_finish_builds(bool p_wait) {
	WorkerThreadPool *pool = WorkerThreadPool::get_singleton();
	Vector<Vector2i> done;
	for (const KeyValue<Vector2i, Pending> &entry : pending) {
		if (p_wait || pool->is_task_completed(entry.value.task)) {
			done.push_back(entry.key);
		}
	}

	for (const Vector2i &at : done) {
		const Pending build = pending[at];
		pending.erase(at);
		// Waiting is required even for completed tasks, it frees their slot.
		pool->wait_for_task_completion(build.task);
		if (p_wait || _distance(at) > view_distance + 1) {
			memdelete(build.chunk);
			continue;
		}
		build.chunk->apply(material);
		add_child(build.chunk, false, INTERNAL_MODE_BACK);
		loaded[at] = build.chunk;
		emit_signal("chunk_loaded", at);
	}
}

// Frees chunks more than one chunk out of view. The margin keeps a target that
// walks along a border from loading the same row over and over.
void TerrainStreamer::_drop_far_chunks() {
	Vector<Vector2i> far;
	for (const KeyValue<Vector2i, TerrainChunk *> &entry : loaded) {
		if (_distance(entry.key) > view_distance + 1) {
			far.push_back(entry.key);
		}
	}
	for (const Vector2i &at : far) {
		loaded[at]->queue_free();
		loaded.erase(at);
		emit_signal("chunk_unloaded", at);
	}
}

// Gives chunks near the target a static body and takes it from those further away.
void TerrainStreamer::_refresh_collision() {
	for (const KeyValue<Vector2i, TerrainChunk *> &entry : loaded) {
		entry.value->set_collision_enabled(_distance(entry.key) <= collision_distance, 1);
	}
}

// Does the work of a frame while inside the tree: follow the target, take over
// what is finished and start new tasks up to the limit. Leaving the tree waits
// for running tasks, because they write to chunks that are about to be freed.
void TerrainStreamer::_notification(int p_what) {
	switch (p_what) {
		case NOTIFICATION_READY:
			set_process(!Engine::get_singleton()->is_editor_hint());
			break;
		case NOTIFICATION_EXIT_TREE:
			clear();
			break;
		case NOTIFICATION_PROCESS: {
			const Node3D *target = Object::cast_to<Node3D>(get_node_or_null(target_path));
			if (!target || source.is_null()) {
				return;
			}
			center = _coords_of(to_local(target->get_global_position()));
			_finish_builds(false);
			_drop_far_chunks();
			_refresh_collision();
			Vector2i next;
			while ((int)pending.size() < max_tasks && _find_next(next)) {
				_start_build(next);
			}
		} break;
	}
}

// Height of the loaded terrain below or above a global position. Where no chunk
// is loaded the height is computed from the source.
double TerrainStreamer::get_height(const Vector3 &p_global_position) const {
	ERR_FAIL_COND_V(source.is_null(), 0.0);
	const Vector3 local = to_local(p_global_position);
	const HashMap<Vector2i, TerrainChunk *>::ConstIterator found = loaded.find(_coords_of(local));
	if (!found) {
		return source->sample(local.x, local.z);
	}
	return found->value->height_at(Vector2(local.x, local.z) - found->value->get_origin());
}

// Coordinates of all chunks that can be seen, in no particular order.
TypedArray<Vector2i> TerrainStreamer::get_loaded_chunks() const {
	TypedArray<Vector2i> result;
	for (const KeyValue<Vector2i, TerrainChunk *> &entry : loaded) {
		result.push_back(entry.key);
	}
	return result;
}

// Throws all chunks away, including those that are being built. They are built
// again from the next frame on if there is a target.
void TerrainStreamer::clear() {
	_finish_builds(true);
	for (const KeyValue<Vector2i, TerrainChunk *> &entry : loaded) {
		entry.value->queue_free();
	}
	loaded.clear();
}

void TerrainStreamer::_bind_methods() {
	ClassDB::bind_method(D_METHOD("set_source", "source"), &TerrainStreamer::set_source);
	ClassDB::bind_method(D_METHOD("get_source"), &TerrainStreamer::get_source);
	ClassDB::bind_method(D_METHOD("set_material", "material"), &TerrainStreamer::set_material);
	ClassDB::bind_method(D_METHOD("get_material"), &TerrainStreamer::get_material);
	ClassDB::bind_method(D_METHOD("set_target_path", "path"), &TerrainStreamer::set_target_path);
	ClassDB::bind_method(D_METHOD("get_target_path"), &TerrainStreamer::get_target_path);
	ClassDB::bind_method(D_METHOD("set_view_distance", "chunks"), &TerrainStreamer::set_view_distance);
	ClassDB::bind_method(D_METHOD("get_view_distance"), &TerrainStreamer::get_view_distance);
	ClassDB::bind_method(D_METHOD("get_height", "global_position"), &TerrainStreamer::get_height);
	ClassDB::bind_method(D_METHOD("get_loaded_chunks"), &TerrainStreamer::get_loaded_chunks);
	ClassDB::bind_method(D_METHOD("clear"), &TerrainStreamer::clear);

	ADD_PROPERTY(PropertyInfo(Variant::OBJECT, "source", PROPERTY_HINT_RESOURCE_TYPE, "HeightSource"), "set_source", "get_source");
	ADD_PROPERTY(PropertyInfo(Variant::OBJECT, "material", PROPERTY_HINT_RESOURCE_TYPE, "Material"), "set_material", "get_material");
	ADD_PROPERTY(PropertyInfo(Variant::NODE_PATH, "target_path", PROPERTY_HINT_NODE_PATH_VALID_TYPES, "Node3D"), "set_target_path", "get_target_path");
	ADD_PROPERTY(PropertyInfo(Variant::INT, "view_distance", PROPERTY_HINT_RANGE, "1,16"), "set_view_distance", "get_view_distance");

	ADD_SIGNAL(MethodInfo("chunk_loaded", PropertyInfo(Variant::VECTOR2I, "coords")));
	ADD_SIGNAL(MethodInfo("chunk_unloaded", PropertyInfo(Variant::VECTOR2I, "coords")));
}

} // namespace godot
