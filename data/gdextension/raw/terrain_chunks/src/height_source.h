#ifndef HEIGHT_SOURCE_H
#define HEIGHT_SOURCE_H

#include <godot_cpp/classes/fast_noise_lite.hpp>
#include <godot_cpp/classes/resource.hpp>
#include <godot_cpp/variant/packed_float32_array.hpp>
#include <godot_cpp/variant/vector2.hpp>
#include <godot_cpp/variant/vector3.hpp>

namespace godot {

// Where the terrain gets its heights from: a noise, shaped by terraces and by a
// falloff towards the sea. Sampling does not change the resource, so chunks may
// sample it from worker threads as long as nobody edits it meanwhile.
class HeightSource : public Resource {
	GDCLASS(HeightSource, Resource)

public:
	enum Falloff {
		FALLOFF_NONE,
		FALLOFF_ROUND,
		FALLOFF_SQUARE,
	};

private:
	Ref<FastNoiseLite> noise;
	double amplitude = 24.0;
	int terraces = 0;
	Falloff falloff = FALLOFF_NONE;
	double island_radius = 512.0;
	double sea_floor = -8.0;

	double _terrace(double p_value) const;
	double _land_share(double p_x, double p_z) const;

protected:
	static void _bind_methods();
	void _validate_property(PropertyInfo &p_property) const;

public:
	void set_noise(const Ref<FastNoiseLite> &p_noise);
	Ref<FastNoiseLite> get_noise() const { return noise; }
	void set_amplitude(double p_amplitude);
	double get_amplitude() const { return amplitude; }
	void set_terraces(int p_terraces);
	int get_terraces() const { return terraces; }
	void set_falloff(Falloff p_falloff);
	Falloff get_falloff() const { return falloff; }
	void set_island_radius(double p_radius);
	double get_island_radius() const { return island_radius; }
	void set_sea_floor(double p_height);
	double get_sea_floor() const { return sea_floor; }

	double sample(double p_x, double p_z) const;
	Vector3 normal_at(double p_x, double p_z, double p_step) const;
	PackedFloat32Array bake(const Vector2 &p_origin, int p_points, double p_spacing) const;
};

} // namespace godot

VARIANT_ENUM_CAST(godot::HeightSource::Falloff);

#endif // HEIGHT_SOURCE_H
