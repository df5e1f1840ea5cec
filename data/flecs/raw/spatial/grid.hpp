#pragma once

#include <flecs.h>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace spatial {

// Circle that takes part in neighbour searches.
struct Body {
    float x = 0, y = 0;
    float radius = 0.5f;
};

// Uniform hash grid over entities with a Body. Cells exist only where there is
// something in them, so the world has no borders.
class Grid {
public:
    explicit Grid(float cell_size = 2.0f) : cell_size_(cell_size) {}

    // Files an entity under the cell of a point. Inserting twice is an error of
    // the caller, the grid does not look for duplicates.
    void insert(flecs::entity_t e, float x, float y);

    // Removes an entity that was inserted at the given point. Returns false if it
    // is not there. The order of the other entities in the cell is not kept.
    bool erase(flecs::entity_t e, float x, float y);

    // Moves an entity from one point to another; cheap within a cell.
    void move(flecs::entity_t e, float from_x, float from_y, float x, float y);

    // Calls visit(entity_t) for all entities in cells that a circle touches. That
    // is a superset of what is in the circle: callers test the exact distance.
    template <typename Visit>
    void around(float x, float y, float radius, Visit&& visit) const {
        const int32_t x0 = coord(x - radius), x1 = coord(x + radius);
        const int32_t y0 = coord(y - radius), y1 = coord(y + radius);
        for (int32_t cy = y0; cy <= y1; cy++) {
            for (int32_t cx = x0; cx <= x1; cx++) {
                const auto cell = cells_.find(key(cx, cy));
                if (cell == cells_.end()) {
                    continue;
                }
                for (flecs::entity_t e : cell->second) {
                    visit(e);
                }
            }
        }
    }

    size_t cell_count() const { return cells_.size(); }
    size_t size() const { return size_; }

private:
    int32_t coord(float v) const;

    // Packs two signed cell coordinates into one key.
    static uint64_t key(int32_t cx, int32_t cy) {
        return uint64_t(uint32_t(cx)) << 32 | uint32_t(cy);
    }

    float cell_size_;
    size_t size_ = 0;
    std::unordered_map<uint64_t, std::vector<flecs::entity_t>> cells_;
};

// Where an entity is filed at the moment, which can differ from its Body until
// the next Refile.
struct Filed {
    float x = 0, y = 0;
};

// Singleton.
struct GridRef {
    Grid* grid = nullptr;
};

// Module: keeps the grid in step with Body components.
struct broadphase {
    explicit broadphase(flecs::world& world);
};

// Nearest entity with a Body whose center is within radius, other than `except`.
flecs::entity nearest(const flecs::world& world, float x, float y, float radius,
    flecs::entity_t except = 0);

} // namespace spatial
