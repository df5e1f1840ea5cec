#include "grid.hpp"

#include <algorithm>
#include <cmath>

namespace spatial {

int32_t Grid::coord(float v) const {
    return static_cast<int32_t>(std::floor(v / cell_size_));
}

// Adds an entity to the cell of a point, which is created if it was empty so far.
void Grid::insert(flecs::entity_t e, float x, float y) {
    cells_[key(coord(x), coord(y))].push_back(e);
    size_++;
}

// Swaps the entity with the last one of its cell before it is dropped. A cell that
// became empty is given back.
bool Grid::erase(flecs::entity_t e, float x, float y) {
    const auto cell = cells_.find(key(coord(x), coord(y)));
    if (cell == cells_.end()) {
        return false;
    }
    auto& members = cell->second;
    const auto at = std::find(members.begin(), members.end(), e);
    if (at == members.end()) {
        return false;
    }
    *at = members.back();
    members.pop_back();
    if (members.empty()) {
        cells_.erase(cell);
    }
    size_--;
    return true;
}

// Does nothing while both points are in the same cell, which is the case for nearly
// all moves. An entity that is not filed at the old point is not inserted either.
void Grid::move(flecs::entity_t e, float from_x, float from_y, float x, float y) {
    if (coord(from_x) == coord(x) && coord(from_y) == coord(y)) {
        return;
    }
    if (erase(e, from_x, from_y)) {
        insert(e, x, y);
    }
}

namespace {

// Brings the grid up to date with all bodies of a table. Single threaded, because
// the grid is shared.
void refile(flecs::entity e, const Body& body, Filed& filed, const GridRef& ref) {
    ref.grid->move(e, filed.x, filed.y, body.x, body.y);
    filed = {body.x, body.y};
}

// Pushes two overlapping bodies apart, each by half of the overlap. Bodies with
// the same center have no direction to go and are left for the next frame.
void separate(Body& a, Body& b) {
    const float dx = b.x - a.x, dy = b.y - a.y;
    const float reach = a.radius + b.radius;
    const float squared = dx * dx + dy * dy;
    if (squared >= reach * reach || squared == 0) {
        return;
    }
    const float dist = std::sqrt(squared);
    const float push = 0.5f * (reach - dist) / dist;
    a.x -= dx * push;
    a.y -= dy * push;
    b.x += dx * push;
    b.y += dy * push;
}

// Looks up everything near a body and resolves each overlapping pair once: the
// entity with the lower id does the work for both.
void resolve_overlaps(flecs::entity e, Body& body, const GridRef& ref) {
    const flecs::world world = e.world();
    std::vector<flecs::entity_t> near;
    ref.grid->around(body.x, body.y, 2 * body.radius, [&](flecs::entity_t other) {
        if (other > e.id()) {
            near.push_back(other);
        }
    });
    for (flecs::entity_t other : near) {
        separate(body, world.entity(other).get_mut<Body>());
    }
}

} // namespace

// Searches the cells around a point for the body with the smallest distance between
// the point and its center. Null if nothing is within the radius.
flecs::entity nearest(const flecs::world& world, float x, float y, float radius,
    flecs::entity_t except)
{
    const GridRef* ref = world.try_get<GridRef>();
    flecs::entity_t best = 0;
    float limit = radius * radius;
    ref->grid->around(x, y, radius, [&](flecs::entity_t e) {
        const Body& body = world.entity(e).get<Body>();
        const float dx = body.x - x, dy = body.y - y;
        const float squared = dx * dx + dy * dy;
        if (e != except && squared <= limit) {
            limit = squared;
            best = e;
        }
    });
    return world.entity(best);
}

// Sets up the grid, the hooks that keep it free of dead entities, and two systems:
// one that pushes bodies apart and one that files them under their new positions.
broadphase::broadphase(flecs::world& world) {
    world.module<broadphase>("broadphase");

    // The world owns the grid: the singleton's on_remove hook runs on shutdown.
    world.component<GridRef>()
        .on_remove([](GridRef& ref) {
            delete ref.grid;
            ref.grid = nullptr;
        })
        .add(flecs::Singleton);
    world.set<GridRef>({new Grid(2.0f)});

    world.component<Filed>();
    world.component<Body>().add(flecs::With, world.component<Filed>());

    // Bodies are filed when they get their first value and taken out when they go
    // away. On shutdown the grid may be gone before the last body.
    world.observer<const Body, Filed>("File")
        .event(flecs::OnSet)
        .each([](flecs::entity e, const Body& body, Filed& filed) {
            Grid* grid = e.world().get<GridRef>().grid;
            grid->erase(e, filed.x, filed.y);
            grid->insert(e, body.x, body.y);
            filed = {body.x, body.y};
        });
    world.component<Filed>().on_remove([](flecs::entity e, Filed& filed) {
        const GridRef* ref = e.world().try_get<GridRef>();
        if (ref && ref->grid) {
            ref->grid->erase(e, filed.x, filed.y);
        }
    });

    world.system<Body, const GridRef>("ResolveOverlaps")
        .kind(flecs::PostUpdate)
        .each(resolve_overlaps);
    world.system<const Body, Filed, const GridRef>("Refile")
        .kind(flecs::OnValidate)
        .each(refile);
}

} // namespace spatial
