#include "terrain_chunk.h"

#include <godot_cpp/classes/collision_shape3d.hpp>
#include <godot_cpp/classes/height_map_shape3d.hpp>
#include <godot_cpp/classes/mesh.hpp>
#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/core/math.hpp>

namespace godot {

// Says which chunk this is, how many quads it has per side and how long a side is.
// Puts the node at the corner with the smallest coordinates.
void TerrainChunk::setup(const Vector2i &p_coords, int p_quads, double p_size) {
	coords = p_coords;
	quads = p_quads;
	size = p_size;
	const Vector2 origin = get_origin();
	set_position(Vector3(origin.x, 0, origin.y));
}

float TerrainChunk::_height(int p_column, int p_row) const {
	return heights[p_row * _points() + p_column];
}

// Fills vertices, normals and texture coordinates of the ground. Normals come from
// the height source rather than from the triangles, so that they agree with those
// of the neighbour chunk along the border.
void TerrainChunk::_add_surface(const HeightSource &p_source) {
	const Vector2 origin = get_origin();
	const double spacing = size / quads;
	for (int row = 0; row < _points(); row++) {
		for (int column = 0; column < _points(); column++) {
			const double x = column * spacing, z = row * spacing;
			vertices.push_back(Vector3(x, _height(column, row), z));
			normals.push_back(p_source.normal_at(origin.x + x, origin.y + z, spacing));
			uvs.push_back(Vector2(x, z) / size);
		}
	}
}

// Adds two triangles per quad, split along the diagonal whose ends differ less in
// height. This gives ridges and valleys a straight crest.
void TerrainChunk::_add_quads() {
	for (int row = 0; row < quads; row++) {
		for (int column = 0; column < quads; column++) {
			const int a = row * _points() + column, b = a + 1;
			const int c = a + _points(), d = c + 1;
			const float rise_ad = Math::abs(heights[a] - heights[d]);
			const float rise_bc = Math::abs(heights[b] - heights[c]);
			const int along_ad[6] = { a, b, d, a, d, c };
			const int along_bc[6] = { a, b, c, b, d, c };
			const int *corners = rise_ad < rise_bc ? along_ad : along_bc;
			for (int i = 0; i < 6; i++) {
				indices.push_back(corners[i]);
			}
		}
	}
}

// Hangs a wall of two triangles below the edge between two border vertices. It
// hides the cracks next to chunks of another resolution.
void TerrainChunk::_add_skirt(int p_from, int p_to, double p_depth) {
	const int base = vertices.size();
	const int ends[2] = { p_from, p_to };
	for (int end : ends) {
		vertices.push_back(vertices[end] - Vector3(0, p_depth, 0));
		normals.push_back(normals[end]);
		uvs.push_back(uvs[end]);
	}
	const int corners[6] = { p_from, p_to, base, p_to, base + 1, base };
	for (int corner : corners) {
		indices.push_back(corner);
	}
}

// Surrounds the chunk with skirts. Every border edge is given from left to right, as
// it is seen from outside, which is what makes the walls face outwards.
void TerrainChunk::_add_skirts(double p_depth) {
	const int last_row = quads * _points();
	for (int i = 0; i < quads; i++) {
		_add_skirt(i + 1, i, p_depth);
		_add_skirt(last_row + i, last_row + i + 1, p_depth);
		_add_skirt(i * _points(), (i + 1) * _points(), p_depth);
		_add_skirt((i + 1) * _points() + quads, i * _points() + quads, p_depth);
	}
}

// Samples the height source and prepares all mesh data. Does not touch the scene
// and can therefore be called on a worker thread.
void TerrainChunk::build_arrays(const Ref<HeightSource> &p_source) {
	ERR_FAIL_COND(p_source.is_null());
	heights = p_source->bake(get_origin(), _points(), size / quads);
	vertices.clear();
	normals.clear();
	uvs.clear();
	indices.clear();
	_add_surface(*p_source.ptr());
	_add_quads();
	_add_skirts(size / quads);
}

// Uploads the arrays as a mesh and releases them. The heights are kept, they are
// needed for collision and for height_at.
void TerrainChunk::apply(const Ref<Material> &p_material) {
	Array arrays;
	arrays.resize(Mesh::ARRAY_MAX);
	arrays[Mesh::ARRAY_VERTEX] = vertices;
	arrays[Mesh::ARRAY_NORMAL] = normals;
	arrays[Mesh::ARRAY_TEX_UV] = uvs;
	arrays[Mesh::ARRAY_INDEX] = indices;

	Ref<ArrayMesh> mesh;
	mesh.instantiate();
	mesh->add_surface_from_arrays(Mesh::PRIMITIVE_TRIANGLES, arrays);
	set_mesh(mesh);
	set_material_override(p_material);

	vertices.clear();
	normals.clear();
	uvs.clear();
	indices.clear();
}

// Creates or removes the static body. HeightMapShape3D has one unit between two
// points and its origin in the middle, hence the scale and the offset.
void TerrainChunk::set_collision_enabled(bool p_enabled, uint32_t p_layer) {
	if (p_enabled == (body != nullptr)) {
		return;
	}
	if (!p_enabled) {
		body->queue_free();
		body = nullptr;
		return;
	}

	Ref<HeightMapShape3D> shape;
	shape.instantiate();
	shape->set_map_width(_points());
	shape->set_map_depth(_points());
	const double spacing = size / quads;
	PackedFloat32Array map = heights.duplicate();
	for (int i = 0; i < map.size(); i++) {
		map.set(i, map[i] / spacing);
	}
	shape->set_map_data(map);

	CollisionShape3D *collision = memnew(CollisionShape3D);
	collision->set_shape(shape);
	collision->set_position(Vector3(size / 2.0, 0, size / 2.0));
	collision->set_scale(Vector3(spacing, spacing, spacing));

	body = memnew(StaticBody3D);
	body->set_collision_layer(p_layer);
	body->add_child(collision);
	add_child(body, false, INTERNAL_MODE_BACK);
}

// Height of the ground at a point relative to the corner of the chunk, by bilinear
// interpolation. Points outside get the height of the nearest border.
double TerrainChunk::height_at(const Vector2 &p_local) const {
	const double spacing = size / quads;
	const double x = CLAMP(p_local.x / spacing, 0.0, (double)quads);
	const double z = CLAMP(p_local.y / spacing, 0.0, (double)quads);
	const int column = MIN((int)x, quads - 1), row = MIN((int)z, quads - 1);

	const double near_side = Math::lerp((double)_height(column, row), (double)_height(column + 1, row), x - column);
	const double far_side = Math::lerp((double)_height(column, row + 1), (double)_height(column + 1, row + 1), x - column);
	return Math::lerp(near_side, far_side, z - row);
}

void TerrainChunk::_bind_methods() {
	ClassDB::bind_method(D_METHOD("get_coords"), &TerrainChunk::get_coords);
	ClassDB::bind_method(D_METHOD("height_at", "local_position"), &TerrainChunk::height_at);
}

} // namespace godot
