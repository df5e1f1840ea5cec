#ifndef POISSON_DISK_H
#define POISSON_DISK_H

#include <godot_cpp/classes/random_number_generator.hpp>
#include <godot_cpp/core/math.hpp>
#include <godot_cpp/templates/local_vector.hpp>
#include <godot_cpp/variant/packed_vector2_array.hpp>
#include <godot_cpp/variant/rect2.hpp>

// Random points in a rectangle of which no two are closer than a given distance
// (Bridson's algorithm). Looks natural for plants, unlike plain random points,
// which form clumps. The same seed always gives the same points.
class PoissonDisk {
public:
	// A full turn. godot-cpp has a constant too, but its name depends on the version.
	static constexpr double TAU = 6.28318530717958647692;

private:
	godot::Ref<godot::RandomNumberGenerator> random;
	godot::Vector2 size;
	double radius;

	// Background grid with cells so small that each holds one point at most.
	double cell_size;
	int columns, rows;
	godot::LocalVector<int32_t> grid;
	godot::PackedVector2Array points;
	godot::LocalVector<int32_t> active;

	int _column_of(double p_x) const { return (int)(p_x / cell_size); }

	// Whether a point keeps its distance to all others. Only the cells up to two
	// steps away can hold a point that is too close.
	bool _has_room(const godot::Vector2 &p_point) const {
		const int column = _column_of(p_point.x), row = _column_of(p_point.y);
		for (int y = godot::MAX(row - 2, 0); y <= godot::MIN(row + 2, rows - 1); y++) {
			for (int x = godot::MAX(column - 2, 0); x <= godot::MIN(column + 2, columns - 1); x++) {
				const int32_t at = grid[y * columns + x];
				if (at >= 0 && points[at].distance_squared_to(p_point) < radius * radius) {
					return false;
				}
			}
		}
		return true;
	}

	// Accepts a point: enters it into the grid and makes it active.
	void _add(const godot::Vector2 &p_point) {
		grid[_column_of(p_point.y) * columns + _column_of(p_point.x)] = points.size();
		active.push_back(points.size());
		points.push_back(p_point);
	}

	// A random point in the ring between one and two radii around another one. The
	// square root makes all parts of the ring equally likely.
	godot::Vector2 _candidate(const godot::Vector2 &p_around) {
		const double angle = random->randf_range(0.0, TAU);
		const double distance = radius * godot::Math::sqrt(random->randf_range(1.0, 4.0));
		return p_around + godot::Vector2(distance, 0).rotated(angle);
	}

public:
	// Prepares an empty grid for a rectangle of the given size. A cell is as large as a
	// square whose diagonal is the radius.
	PoissonDisk(const godot::Vector2 &p_size, double p_radius, uint64_t p_seed) :
			size(p_size), radius(p_radius), cell_size(p_radius / godot::Math::sqrt(2.0)) {
		random.instantiate();
		random->set_seed(p_seed);
		columns = (int)(size.x / cell_size) + 1;
		rows = (int)(size.y / cell_size) + 1;
		grid.resize(columns * rows);
		for (uint32_t i = 0; i < grid.size(); i++) {
			grid[i] = -1;
		}
	}

	// Fills the rectangle from (0, 0) to size. An active point gets p_tries chances
	// to place a neighbour and is retired when all of them fail; the rectangle is
	// full once nobody is active any more. More tries pack the points tighter.
	godot::PackedVector2Array fill(int p_tries = 20) {
		const godot::Rect2 bounds(godot::Vector2(), size);
		_add(godot::Vector2(random->randf_range(0.0, size.x), random->randf_range(0.0, size.y)));
		while (active.size() > 0) {
			const uint32_t pick = random->randi_range(0, active.size() - 1);
			bool placed = false;
			for (int i = 0; i < p_tries && !placed; i++) {
				const godot::Vector2 candidate = _candidate(points[active[pick]]);
				placed = bounds.has_point(candidate) && _has_room(candidate);
				if (placed) {
					_add(candidate);
				}
			}
			if (!placed) {
				active.remove_at_unordered(pick);
			}
		}
		return points;
	}
};

#endif // POISSON_DISK_H
