#include "dungeon.hpp"

#include <cstdio>
#include <cstdlib>

namespace {

constexpr int sight = 7;

// Singleton: the walls of the level, one character per tile ('#' is a wall).
struct LevelMap {
    const char* const* rows;
    int width, height;

    // Tiles outside of the map count as walls.
    bool blocked(int x, int y) const {
        return x < 0 || y < 0 || x >= width || y >= height || rows[y][x] == '#';
    }
};

// Whether nothing blocks the straight line between two tiles. Walks the line with
// Bresenham's algorithm; the two ends are not tested themselves.
bool can_see(const LevelMap& map, Tile a, const Tile& b) {
    const int dx = std::abs(b.x - a.x), sx = a.x < b.x ? 1 : -1;
    const int dy = -std::abs(b.y - a.y), sy = a.y < b.y ? 1 : -1;
    int error = dx + dy;

    while (a.x != b.x || a.y != b.y) {
        const int twice = 2 * error;
        if (twice >= dy) {
            error += dy;
            a.x += sx;
        }
        if (twice <= dx) {
            error += dx;
            a.y += sy;
        }
        if ((a.x != b.x || a.y != b.y) && map.blocked(a.x, a.y)) {
            return false;
        }
    }
    return true;
}

// Tries the eight neighbours of a tile and returns the free one that is best for
// getting closer to the goal, or further away from it if flee is set. Staying is
// allowed, so a cornered monster does not move.
Tile best_step(const LevelMap& map, const Tile& from, const Tile& goal, bool flee) {
    auto value = [&](const Tile& t) {
        const int squared = (t.x - goal.x) * (t.x - goal.x)
            + (t.y - goal.y) * (t.y - goal.y);
        return flee ? -squared : squared;
    };

    Tile best = from;
    for (int y = from.y - 1; y <= from.y + 1; y++) {
        for (int x = from.x - 1; x <= from.x + 1; x++) {
            if (!map.blocked(x, y) && value({x, y}) < value(best)) {
                best = {x, y};
            }
        }
    }
    return best;
}

// Looks for the player, and starts the hunt when there is a free line of sight
// within range. Otherwise takes a step in a random direction.
void wander(flecs::iter& it, size_t row, Tile& tile, const LevelMap& map, Rng& rng) {
    flecs::entity monster = it.entity(row);
    flecs::entity player = it.world().query_builder().with<Player>().build().first();
    if (player) {
        const Tile& there = player.get<Tile>();
        if (tile.distance(there) <= sight && can_see(map, tile, there)) {
            monster.add<Prey>(player).add(Mood::Hunting);
            return;
        }
    }

    const Tile next{tile.x + rng.between(-1, 1), tile.y + rng.between(-1, 1)};
    if (!map.blocked(next.x, next.y)) {
        tile = next;
    }
}

// Strikes if the prey is next to the monster, walks towards it otherwise.
void hunt(flecs::iter& it, size_t row, Tile& tile, const Attack& attack,
    const LevelMap& map, Rng& rng)
{
    flecs::entity monster = it.entity(row);
    flecs::entity prey = monster.target<Prey>();
    const Tile& there = prey.get<Tile>();

    if (tile.distance(there) > 1) {
        const Tile next = best_step(map, tile, there, false);
        if (next.distance(there) > 0) {
            tile = next;
        }
        return;
    }
    int damage = attack.bonus;
    for (int i = 0; i < attack.dice; i++) {
        damage += rng.between(1, attack.sides);
    }
    hurt(prey, damage, monster);
}

// Chooses between fight and flight by health: below a quarter it runs, above half
// it dares to come back. Sleepers and wanderers are not asked.
void change_mind(flecs::entity monster, const Vitals& vitals) {
    const bool hunting = monster.has(Mood::Hunting);
    if (hunting && vitals.hp * 4 < vitals.max_hp) {
        monster.add(Mood::Fleeing);
    } else if (!hunting && vitals.hp * 2 > vitals.max_hp) {
        monster.add(Mood::Hunting);
    }
}

const char* const cellar[] = {
    "##########",
    "#........#",
    "#..##....#",
    "#..#..#..#",
    "#.....#..#",
    "##########",
};

} // namespace

// One system per mood, all in the phase in which actors act, so that a monster only
// ever does one thing per turn.
ai_module::ai_module(flecs::world& world) {
    world.module<ai_module>("ai");

    world.component<LevelMap>().add(flecs::Singleton);
    world.component<Prey>()
        .add(flecs::Exclusive)
        .add(flecs::OnDeleteTarget, flecs::Remove);
    world.set<LevelMap>({cellar, 10, 6});

    const flecs::entity act = world.lookup("::turns::TurnAct");

    world.system<Tile, const LevelMap, Rng>("Wander")
        .with<Active>().with<Monster>().with(Mood::Wandering)
        .kind(act)
        .each(wander);
    world.system<Tile, const Attack, const LevelMap, Rng>("Hunt")
        .with<Active>().with<Monster>().with(Mood::Hunting)
        .with<Prey>(flecs::Wildcard)
        .kind(act)
        .each(hunt);
    world.system<Tile, const LevelMap>("Flee")
        .with<Active>().with<Monster>().with(Mood::Fleeing)
        .with<Prey>(flecs::Wildcard)
        .kind(act)
        .each([](flecs::entity monster, Tile& tile, const LevelMap& map) {
            tile = best_step(map, tile, monster.target<Prey>().get<Tile>(), true);
        });
    world.system<const Vitals>("ChangeMind")
        .with<Active>().with<Monster>().with<Prey>(flecs::Wildcard)
        .kind(world.lookup("::turns::TurnStart"))
        .each(change_mind);

    // Without prey (it died, or left the level) there is nobody to hunt or fear.
    world.observer("LosePrey")
        .with<Prey>(flecs::Wildcard)
        .event(flecs::OnRemove)
        .each([](flecs::entity monster) { monster.add(Mood::Wandering); });

    world.observer("Growl")
        .with(Mood::Hunting)
        .event(flecs::OnAdd)
        .each([](flecs::entity monster) {
            std::printf("%s growls\n", monster.name().c_str());
        });
}
