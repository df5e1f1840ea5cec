#include "height_source.h"

#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/core/math.hpp>

namespace godot {

// Replaces the noise and listens to the new one, so that editing the noise in the
// inspector counts as editing this resource.
void HeightSource::set_noise(const Ref<FastNoiseLite> &p_noise) {
	if (noise == p_noise) {
		return;
	}
	const Callable forward(this, "emit_changed");
	if (noise.is_valid()) {
		noise->disconnect("changed", forward);
	}
	noise = p_noise;
	if (noise.is_valid()) {
		noise->connect("changed", forward);
	}
	emit_changed();
}

void HeightSource::set_amplitude(double p_amplitude) {
	amplitude = p_amplitude;
	emit_changed();
}

// Negative numbers of terraces make no sense and mean none.
void HeightSource::set_terraces(int p_terraces) {
	terraces = MAX(p_terraces, 0);
	emit_changed();
}

// The radius is of no interest without a falloff, so the property list changes
// with this property.
void HeightSource::set_falloff(Falloff p_falloff) {
	falloff = p_falloff;
	notify_property_list_changed();
	emit_changed();
}

// Distance from the origin at which the land has sunk to the sea floor.
void HeightSource::set_island_radius(double p_radius) {
	ERR_FAIL_COND_MSG(p_radius <= 0.0, "The radius of an island must be positive.");
	island_radius = p_radius;
	emit_changed();
}

void HeightSource::set_sea_floor(double p_height) {
	sea_floor = p_height;
	emit_changed();
}

// Rounds a noise value from [-1, 1] to one of the terraces, but only most of the
// way: the last fifth of every step is a ramp that can be walked.
double HeightSource::_terrace(double p_value) const {
	if (terraces == 0) {
		return p_value;
	}
	const double scaled = (p_value * 0.5 + 0.5) * terraces;
	const double step = Math::floor(scaled);
	const double ramp = MAX(scaled - step - 0.8, 0.0) / 0.2;
	return (step + ramp) / terraces * 2.0 - 1.0;
}

// Returns 1 in the middle of the island and 0 from its border on. The shore takes
// up the outer half of the radius and eases in and out.
double HeightSource::_land_share(double p_x, double p_z) const {
	double distance = 0.0;
	switch (falloff) {
		case FALLOFF_NONE:
			return 1.0;
		case FALLOFF_ROUND:
			distance = Math::sqrt(p_x * p_x + p_z * p_z);
			break;
		case FALLOFF_SQUARE:
			distance = MAX(Math::abs(p_x), Math::abs(p_z));
			break;
	}
	return 1.0 - Math::smoothstep(island_radius * 0.5, island_radius, distance);
}

// Height of the ground at a point of the plane. Without a noise the land is flat
// at height zero, which still shows the shape of the island.
double HeightSource::sample(double p_x, double p_z) const {
	double height = 0.0;
	if (noise.is_valid()) {
		height = _terrace(noise->get_noise_2d(p_x, p_z)) * amplitude;
	}
	return Math::lerp(sea_floor, height, _land_share(p_x, p_z));
}

// Direction that points straight up from the ground, from central differences
// over twice the given step.
Vector3 HeightSource::normal_at(double p_x, double p_z, double p_step) const {
	const double slope_x = sample(p_x - p_step, p_z) - sample(p_x + p_step, p_z);
	const double slope_z = sample(p_x, p_z - p_step) - sample(p_x, p_z + p_step);
	return Vector3(slope_x, 2.0 * p_step, slope_z).normalized();
}

// Samples a square grid of p_points times p_points heights, row by row along x,
// starting at the given origin.
PackedFloat32Array HeightSource::bake(const Vector2 &p_origin, int p_points, double p_spacing) const {
	PackedFloat32Array heights;
	ERR_FAIL_COND_V_MSG(p_points < 2, heights, "A height grid needs at least two points per side.");
	heights.resize(p_points * p_points);
	float *write = heights.ptrw();
	for (int row = 0; row < p_points; row++) {
		const double z = p_origin.y + row * p_spacing;
		for (int column = 0; column < p_points; column++) {
			*write++ = sample(p_origin.x + column * p_spacing, z);
		}
	}
	return heights;
}

// Hides the radius while there is no falloff, but keeps storing its value.
void HeightSource::_validate_property(PropertyInfo &p_property) const {
	if (falloff == FALLOFF_NONE && p_property.name == StringName("island_radius")) {
		p_property.usage = PROPERTY_USAGE_NO_EDITOR;
	}
}

void HeightSource::_bind_methods() {
	ClassDB::bind_method(D_METHOD("set_noise", "noise"), &HeightSource::set_noise);
	ClassDB::bind_method(D_METHOD("get_noise"), &HeightSource::get_noise);
	ClassDB::bind_method(D_METHOD("set_amplitude", "amplitude"), &HeightSource::set_amplitude);
	ClassDB::bind_method(D_METHOD("get_amplitude"), &HeightSource::get_amplitude);
	ClassDB::bind_method(D_METHOD("set_terraces", "terraces"), &HeightSource::set_terraces);
	ClassDB::bind_method(D_METHOD("get_terraces"), &HeightSource::get_terraces);
	ClassDB::bind_method(D_METHOD("set_falloff", "falloff"), &HeightSource::set_falloff);
	ClassDB::bind_method(D_METHOD("get_falloff"), &HeightSource::get_falloff);
	ClassDB::bind_method(D_METHOD("set_island_radius", "radius"), &HeightSource::set_island_radius);
	ClassDB::bind_method(D_METHOD("get_island_radius"), &HeightSource::get_island_radius);
	ClassDB::bind_method(D_METHOD("set_sea_floor", "height"), &HeightSource::set_sea_floor);
	ClassDB::bind_method(D_METHOD("get_sea_floor"), &HeightSource::get_sea_floor);
	ClassDB::bind_method(D_METHOD("sample", "x", "z"), &HeightSource::sample);
	ClassDB::bind_method(D_METHOD("normal_at", "x", "z", "step"), &HeightSource::normal_at, DEFVAL(0.5));
	ClassDB::bind_method(D_METHOD("bake", "origin", "points", "spacing"), &HeightSource::bake, DEFVAL(1.0));

	ADD_PROPERTY(PropertyInfo(Variant::OBJECT, "noise", PROPERTY_HINT_RESOURCE_TYPE, "FastNoiseLite"), "set_noise", "get_noise");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "amplitude", PROPERTY_HINT_RANGE, "0,256,0.1,or_greater,suffix:m"), "set_amplitude", "get_amplitude");
	ADD_PROPERTY(PropertyInfo(Variant::INT, "terraces", PROPERTY_HINT_RANGE, "0,32"), "set_terraces", "get_terraces");
	ADD_GROUP("Island", "");
	ADD_PROPERTY(PropertyInfo(Variant::INT, "falloff", PROPERTY_HINT_ENUM, "None,Round,Square"), "set_falloff", "get_falloff");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "island_radius", PROPERTY_HINT_RANGE, "1,4096,1,or_greater,suffix:m"), "set_island_radius", "get_island_radius");
	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "sea_floor", PROPERTY_HINT_NONE, "suffix:m"), "set_sea_floor", "get_sea_floor");

	BIND_ENUM_CONSTANT(FALLOFF_NONE);
	BIND_ENUM_CONSTANT(FALLOFF_ROUND);
	BIND_ENUM_CONSTANT(FALLOFF_SQUARE);
}

} // namespace godot
