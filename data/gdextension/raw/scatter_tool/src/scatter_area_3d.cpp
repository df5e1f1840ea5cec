#include "scatter_area_3d.h"

#include "poisson_disk.h"

#include <godot_cpp/classes/physics_ray_query_parameters3d.hpp>
#include <godot_cpp/classes/world3d.hpp>
#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/core/math.hpp>

using namespace godot;

// Half of the size of the rectangle, on x and z.
void ScatterArea3D::set_extents(const Vector2 &p_extents) {
	extents = p_extents.abs();
	update_gizmos();
}

// Smallest distance between two copies. The number of copies, and the time it takes
// to place them, grows with the square of its inverse.
void ScatterArea3D::set_spacing(double p_spacing) {
	ERR_FAIL_COND_MSG(p_spacing < 0.05, "A spacing below 5 cm would take forever.");
	spacing = p_spacing;
}

// Keeps copies away from a place from the next scatter() on. Painting over a hole
// that is there already makes that one larger instead of adding another.
void ScatterArea3D::add_hole(const Vector3 &p_global_position, double p_radius) {
	const Vector3 local = to_local(p_global_position);
	const Vector2 center(local.x, local.z);
	for (int i = 0; i < holes.size(); i++) {
		const Vector3 hole = holes[i];
		if (Vector2(hole.x, hole.y).distance_to(center) < hole.z * 0.5) {
			holes.set(i, Vector3(hole.x, hole.y, MAX(hole.z, p_radius)));
			return;
		}
	}
	holes.push_back(Vector3(center.x, center.y, p_radius));
}

// Whether a point of the plane, in local coordinates, lies in one of the holes.
bool ScatterArea3D::_in_hole(const Vector2 &p_point) const {
	for (int i = 0; i < holes.size(); i++) {
		const Vector3 hole = holes[i];
		if (Vector2(hole.x, hole.y).distance_squared_to(p_point) < hole.z * hole.z) {
			return true;
		}
	}
	return false;
}

// Casts a ray straight down, from 100 m above to 100 m below the area, and returns
// position and normal of the ground in local coordinates. Fails where there is no
// ground and where it is too steep.
bool ScatterArea3D::_find_ground(PhysicsDirectSpaceState3D *p_space, const Vector2 &p_point,
		Vector3 &r_position, Vector3 &r_normal) const {
	const Transform3D to_world = get_global_transform();
	const Vector3 middle = to_world.xform(Vector3(p_point.x, 0, p_point.y));
	const Ref<PhysicsRayQueryParameters3D> ray = PhysicsRayQueryParameters3D::create(
			middle + Vector3(0, 100, 0), middle - Vector3(0, 100, 0), ground_mask);

	const Dictionary hit = p_space->intersect_ray(ray);
	if (hit.is_empty()) {
		return false;
	}
	const Vector3 normal = hit["normal"];
	if (normal.angle_to(Vector3(0, 1, 0)) > Math::deg_to_rad(max_slope)) {
		return false;
	}
	const Vector3 position = hit["position"];
	r_position = to_world.affine_inverse().xform(position);
	r_normal = to_world.basis.inverse().xform(normal).normalized();
	return true;
}

// Transform of one copy: upright or along the normal, turned around itself by a
// random angle and scaled by a random factor.
Transform3D ScatterArea3D::_place(const Vector3 &p_position, const Vector3 &p_normal, RandomNumberGenerator &p_random) const {
	Basis basis;
	basis.rotate(Vector3(0, 1, 0), p_random.randf_range(0.0, PoissonDisk::TAU));
	if (alignment == ALIGN_GROUND) {
		basis = Basis(Quaternion(Vector3(0, 1, 0), p_normal)) * basis;
	}
	const double factor = 1.0 + p_random.randf_range(-scale_variation, scale_variation);
	return Transform3D(basis.scaled(Vector3(factor, factor, factor)), p_position);
}

// Finds new positions and rebuilds the multimesh. Has to be called inside the tree,
// in a frame in which the physics space may be queried. Returns the number of
// copies, or -1 if there is no mesh or no world.
int ScatterArea3D::scatter() {
	ERR_FAIL_COND_V_MSG(mesh.is_null(), -1, "There is no mesh to scatter.");
	ERR_FAIL_COND_V(!is_inside_tree(), -1);
	PhysicsDirectSpaceState3D *space = get_world_3d()->get_direct_space_state();
	ERR_FAIL_NULL_V(space, -1);

	Ref<RandomNumberGenerator> random;
	random.instantiate();
	random->set_seed(random_seed);

	LocalVector<Transform3D> copies;
	const PackedVector2Array points = PoissonDisk(extents * 2.0, spacing, random_seed).fill();
	for (int i = 0; i < points.size(); i++) {
		const Vector2 point = points[i] - extents;
		Vector3 position, normal;
		if (!_in_hole(point) && _find_ground(space, point, position, normal)) {
			copies.push_back(_place(position, normal, *random.ptr()));
		}
	}

	Ref<MultiMesh> multimesh;
	multimesh.instantiate();
	multimesh->set_transform_format(MultiMesh::TRANSFORM_3D);
	multimesh->set_mesh(mesh);
	multimesh->set_instance_count(copies.size());
	for (uint32_t i = 0; i < copies.size(); i++) {
		multimesh->set_instance_transform(i, copies[i]);
	}
	set_multimesh(multimesh);
	emit_signal("scattered", (int64_t)copies.size());
	return copies.size();
}

void ScatterArea3D::_bind_methods() {
	ClassDB::bind_method(D_METHOD("set_scatter_mesh", "mesh"), &ScatterArea3D::set_scatter_mesh);
	ClassDB::bind_method(D_METHOD("get_scatter_mesh"), &ScatterArea3D::get_scatter_mesh);
	ClassDB::bind_method(D_METHOD("set_extents", "extents"), &ScatterArea3D::set_extents);
	ClassDB::bind_method(D_METHOD("get_extents"), &ScatterArea3D::get_extents);
	ClassDB::bind_method(D_METHOD("set_spacing", "spacing"), &ScatterArea3D::set_spacing);
	ClassDB::bind_method(D_METHOD("get_spacing"), &ScatterArea3D::get_spacing);
	ClassDB::bind_method(D_METHOD("set_max_slope", "degrees"), &ScatterArea3D::set_max_slope);
	ClassDB::bind_method(D_METHOD("get_max_slope"), &ScatterArea3D::get_max_slope);
	ClassDB::bind_method(D_METHOD("set_alignment", "alignment"), &ScatterArea3D::set_alignment);
	ClassDB::bind_method(D_METHOD("get_alignment"), &ScatterArea3D::get_alignment);
	ClassDB::bind_method(D_METHOD("set_random_seed", "seed"), &ScatterArea3D::set_random_seed);
	ClassDB::bind_method(D_METHOD("get_random_seed"), &ScatterArea3D::get_random_seed);
	ClassDB::bind_method(D_METHOD("set_holes", "holes"), &ScatterArea3D::set_holes);
	ClassDB::bind_method(D_METHOD("get_holes"), &ScatterArea3D::get_holes);
	ClassDB::bind_method(D_METHOD("add_hole", "global_position", "radius"), &ScatterArea3D::add_hole);
	ClassDB::bind_method(D_METHOD("scatter"), &ScatterArea3D::scatter);

	ADD_PROPERTY(PropertyInfo(Variant::OBJECT, "scatter_mesh", PROPERTY_HINT_RESOURCE_TYPE, "Mesh"), "set_scatter_mesh", "get_scatter_mesh");
	ADD_PROPERTY(PropertyInfo(Variant::VECTOR2, "extents", PROPERTY_HINT_NONE, "suffix:m"), "set_extents", "get_extents");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "spacing", PROPERTY_HINT_RANGE, "0.05,20,0.05,or_greater,suffix:m"), "set_spacing", "get_spacing");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "max_slope", PROPERTY_HINT_RANGE, "0,90,1,degrees"), "set_max_slope", "get_max_slope");
	ADD_PROPERTY(PropertyInfo(Variant::INT, "alignment", PROPERTY_HINT_ENUM, "Up,Ground"), "set_alignment", "get_alignment");
	ADD_PROPERTY(PropertyInfo(Variant::INT, "random_seed"), "set_random_seed", "get_random_seed");
	ADD_PROPERTY(PropertyInfo(Variant::PACKED_VECTOR3_ARRAY, "holes", PROPERTY_HINT_NONE, "", PROPERTY_USAGE_NO_EDITOR), "set_holes", "get_holes");

	ADD_SIGNAL(MethodInfo("scattered", PropertyInfo(Variant::INT, "count")));
	BIND_ENUM_CONSTANT(ALIGN_UP);
	BIND_ENUM_CONSTANT(ALIGN_GROUND);
}
