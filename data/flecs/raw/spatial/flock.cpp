#include "grid.hpp"
#include "transform.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace spatial;

namespace {

struct Heading {
    float x = 1, y = 0;
};

// Steering of this frame. Written by one system and read by the next, so that all
// birds decide on the same state of the flock however many threads there are.
struct Steering {
    float x = 0, y = 0;
};

// Singleton: how birds behave.
struct FlockRules {
    float view = 3;
    float speed = 4;
    float cohesion = 0.4f, alignment = 0.6f, separation = 1.2f;
};

// Sums over the neighbours of a bird.
struct Neighbourhood {
    int count = 0;
    float cx = 0, cy = 0;   // centers
    float hx = 0, hy = 0;   // headings
    float ax = 0, ay = 0;   // away from those that are close
};

// Collects what a bird sees: everybody within the view distance. Those closer
// than a third of it push the bird away, the closer the stronger.
Neighbourhood look_around(const flecs::world& world, const Grid& grid,
    flecs::entity_t self, const Body& body, float view)
{
    Neighbourhood n;
    grid.around(body.x, body.y, view, [&](flecs::entity_t e) {
        const flecs::entity other = world.entity(e);
        const Heading* heading = e == self ? nullptr : other.try_get<Heading>();
        if (!heading) {
            return;
        }
        const Body& there = other.get<Body>();
        const float dx = there.x - body.x, dy = there.y - body.y;
        const float dist = std::hypot(dx, dy);
        if (dist > view) {
            return;
        }
        n.count++;
        n.cx += there.x;
        n.cy += there.y;
        n.hx += heading->x;
        n.hy += heading->y;
        if (dist < view / 3 && dist > 0) {
            n.ax -= dx / (dist * dist);
            n.ay -= dy / (dist * dist);
        }
    });
    return n;
}

// Turns the three rules of a flock into one steering vector per bird. Reads the
// grid and other birds only, which makes it safe to run on all threads.
void decide(flecs::entity e, const Body& body, Steering& steer,
    const FlockRules& rules, const GridRef& ref)
{
    const Neighbourhood n = look_around(e.world(), *ref.grid, e, body, rules.view);
    steer = {};
    if (n.count == 0) {
        return;
    }
    const float inv = 1.0f / static_cast<float>(n.count);
    steer.x = rules.cohesion * (n.cx * inv - body.x)
        + rules.alignment * n.hx * inv + rules.separation * n.ax;
    steer.y = rules.cohesion * (n.cy * inv - body.y)
        + rules.alignment * n.hy * inv + rules.separation * n.ay;
}

// Applies the steering of whole tables at a time: turns the heading, normalizes
// it and moves the bird at constant speed.
void advance(flecs::iter& it) {
    while (it.next()) {
        auto body = it.field<Body>(0);
        auto heading = it.field<Heading>(1);
        auto steer = it.field<const Steering>(2);
        const FlockRules& rules = it.field<const FlockRules>(3)[0];
        const float dt = it.delta_time();

        for (auto i : it) {
            float x = heading[i].x + steer[i].x * dt;
            float y = heading[i].y + steer[i].y * dt;
            const float length = std::hypot(x, y);
            heading[i] = length > 0 ? Heading{x / length, y / length} : Heading{};
            body[i].x += heading[i].x * rules.speed * dt;
            body[i].y += heading[i].y * rules.speed * dt;
        }
    }
}

// How well the flock agrees on a direction: length of the mean heading, from 0
// (chaos) to 1 (all the same way).
float order(const flecs::world& world) {
    float x = 0, y = 0;
    int count = 0;
    world.query<const Heading>().each([&](const Heading& h) {
        x += h.x;
        y += h.y;
        count++;
    });
    return count ? std::hypot(x, y) / static_cast<float>(count) : 0;
}

} // namespace

// Flies a flock for a minute and prints how it gets in order. The first argument
// is the number of threads, one if there is none.
int main(int argc, char* argv[]) {
    flecs::world world;
    world.import<transforms>();
    world.import<broadphase>();
    world.component<FlockRules>().add(flecs::Singleton);
    world.set<FlockRules>({});
    world.set_threads(argc > 1 ? std::max(1, std::atoi(argv[1])) : 1);

    world.system<const Body, Steering, const FlockRules, const GridRef>("Decide")
        .multi_threaded()
        .each(decide);
    world.system<Body, Heading, const Steering, const FlockRules>("Advance")
        .run(advance);
    world.system<const Body, const Heading, Local>("Show")
        .kind(flecs::PostUpdate)
        .each([](const Body& b, const Heading& h, Local& local) {
            local = {b.x, b.y, std::atan2(h.y, h.x), 1};
        });

    for (int i = 0; i < 150; i++) {
        const float turn = static_cast<float>(i);
        world.entity()
            .set<Body>({std::fmod(turn * 3.7f, 12.0f), std::fmod(turn * 1.3f, 12.0f), 0.1f})
            .set<Heading>({std::cos(turn), std::sin(turn)})
            .add<Steering>()
            .add<Local>();
    }

    for (int second = 0; second <= 60; second++) {
        for (int frame = 0; frame < 20; frame++) {
            world.progress(0.05f);
        }
        if (second % 20 == 0) {
            std::printf("%2d s: order %.2f, %zu cells\n", second,
                static_cast<double>(order(world)),
                world.get<GridRef>().grid->cell_count());
        }
    }
    return 0;
}
