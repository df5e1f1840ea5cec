#pragma once

#include <flecs.h>
#include <cmath>

// Hierarchical 2D transforms. An entity with Local gets a World that is the
// product of all transforms from the root down to it.
namespace spatial {

// Position, rotation in radians and uniform scale relative to the parent.
struct Local {
    float x = 0, y = 0;
    float angle = 0;
    float scale = 1;
};

// Affine 2x3 matrix: the columns are the images of both axes and of the origin.
struct World {
    float xx = 1, xy = 0;
    float yx = 0, yy = 1;
    float ox = 0, oy = 0;

    // Maps a point from local to world coordinates.
    void apply(float& px, float& py) const {
        const float tx = xx * px + yx * py + ox;
        py = xy * px + yy * py + oy;
        px = tx;
    }

    // Maps a world point back. The matrix must be invertible, which it is for any
    // scale other than zero.
    void unapply(float& px, float& py) const {
        const float inv = 1.0f / (xx * yy - xy * yx);
        const float dx = px - ox, dy = py - oy;
        px = (yy * dx - yx * dy) * inv;
        py = (xx * dy - xy * dx) * inv;
    }
};

// Matrix of a local transform on its own.
inline World to_matrix(const Local& t) {
    const float c = std::cos(t.angle) * t.scale;
    const float s = std::sin(t.angle) * t.scale;
    return {c, s, -s, c, t.x, t.y};
}

// Product of two transforms: first b, then a.
inline World operator*(const World& a, const World& b) {
    World r = {
        a.xx * b.xx + a.yx * b.xy, a.xy * b.xx + a.yy * b.xy,
        a.xx * b.yx + a.yx * b.yy, a.xy * b.yx + a.yy * b.yy,
        b.ox, b.oy};
    a.apply(r.ox, r.oy);
    return r;
}

// Module: keeps World up to date. Runs in PreStore, so that everything the game
// moved in this frame is seen by the renderer in the same frame.
struct transforms {
    // Registers both components and the system that walks the tree. Entities get a World
    // along with their Local.
    explicit transforms(flecs::world& world) {
        world.module<transforms>("transforms");

        world.component<World>();
        world.component<Local>()
            .add(flecs::With, world.component<World>());

        // Cascade visits parents before their children. The parent is optional
        // because roots have none.
        auto query = world.query_builder<const Local, World, const World*>("Tree")
            .term_at(2).parent().cascade()
            .detect_changes()
            .build();

        world.system("UpdateWorld")
            .kind(flecs::PreStore)
            .run([query](flecs::iter&) { query.run(update); });
    }

private:
    // Recomputes tables in which a Local changed or whose parent was recomputed.
    // Tables without a change are skipped, which leaves their World untouched and
    // thereby tells their own children that there is nothing to do.
    static void update(flecs::iter& it) {
        while (it.next()) {
            if (!it.changed()) {
                it.skip();
                continue;
            }
            auto local = it.field<const Local>(0);
            auto world = it.field<World>(1);
            if (!it.is_set(2)) {
                for (auto i : it) {
                    world[i] = to_matrix(local[i]);
                }
                continue;
            }
            auto parent = it.field<const World>(2); // shared by the whole table
            for (auto i : it) {
                world[i] = parent[0] * to_matrix(local[i]);
            }
        }
    }
};

// Gives a child a new parent without moving it on the screen: its Local is chosen
// so that the World of the next frame equals the current one. Assumes that both
// have an up to date World and uniform scales.
inline void reparent_in_place(flecs::entity child, flecs::entity parent) {
    const World before = child.get<World>();
    const World& frame = parent.get<World>();

    Local local;
    local.x = before.ox;
    local.y = before.oy;
    frame.unapply(local.x, local.y);
    local.angle = std::atan2(before.xy, before.xx) - std::atan2(frame.xy, frame.xx);
    local.scale = std::hypot(before.xx, before.xy) / std::hypot(frame.xx, frame.xy);
    child.child_of(parent).set<Local>(local);
}

} // namespace spatial
