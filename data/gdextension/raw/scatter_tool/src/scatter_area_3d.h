#ifndef SCATTER_AREA_3D_H
#define SCATTER_AREA_3D_H

#include <godot_cpp/classes/mesh.hpp>
#include <godot_cpp/classes/multi_mesh.hpp>
#include <godot_cpp/classes/multi_mesh_instance3d.hpp>
#include <godot_cpp/classes/physics_direct_space_state3d.hpp>
#include <godot_cpp/classes/random_number_generator.hpp>
#include <godot_cpp/variant/packed_float32_array.hpp>
#include <godot_cpp/variant/packed_vector3_array.hpp>

// Covers the ground in a rectangle with copies of a mesh. Positions are found once,
// by scatter(), and are stored with the scene; nothing is computed in the game.
class ScatterArea3D : public godot::MultiMeshInstance3D {
	GDCLASS(ScatterArea3D, godot::MultiMeshInstance3D)

public:
	enum Alignment {
		ALIGN_UP,
		ALIGN_GROUND,
	};

private:
	godot::Ref<godot::Mesh> mesh;
	godot::Vector2 extents = godot::Vector2(10, 10);
	double spacing = 1.0;
	double max_slope = 35.0; // degrees
	double scale_variation = 0.2;
	Alignment alignment = ALIGN_UP;
	int64_t random_seed = 1;
	uint32_t ground_mask = 1;
	godot::PackedVector3Array holes; // xz and radius, local

	bool _in_hole(const godot::Vector2 &p_point) const;
	bool _find_ground(godot::PhysicsDirectSpaceState3D *p_space, const godot::Vector2 &p_point,
			godot::Vector3 &r_position, godot::Vector3 &r_normal) const;
	godot::Transform3D _place(const godot::Vector3 &p_position, const godot::Vector3 &p_normal,
			godot::RandomNumberGenerator &p_random) const;

protected:
	static void _bind_methods();

public:
	void set_scatter_mesh(const godot::Ref<godot::Mesh> &p_mesh) { mesh = p_mesh; }
	godot::Ref<godot::Mesh> get_scatter_mesh() const { return mesh; }
	void set_extents(const godot::Vector2 &p_extents);
	godot::Vector2 get_extents() const { return extents; }
	void set_spacing(double p_spacing);
	double get_spacing() const { return spacing; }
	void set_max_slope(double p_degrees) { max_slope = p_degrees; }
	double get_max_slope() const { return max_slope; }
	void set_alignment(Alignment p_alignment) { alignment = p_alignment; }
	Alignment get_alignment() const { return alignment; }
	void set_random_seed(int64_t p_seed) { random_seed = p_seed; }
	int64_t get_random_seed() const { return random_seed; }
	void set_holes(const godot::PackedVector3Array &p_holes) { holes = p_holes; }
	godot::PackedVector3Array get_holes() const { return holes; }

	void add_hole(const godot::Vector3 &p_global_position, double p_radius);
	int scatter();
};

VARIANT_ENUM_CAST(ScatterArea3D::Alignment);

#endif // SCATTER_AREA_3D_H
