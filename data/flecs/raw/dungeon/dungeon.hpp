#ifndef DUNGEON_HPP
#define DUNGEON_HPP

#include <flecs.h>
#include <cstdint>
#include <random>

struct Tile {
    int x = 0, y = 0;

    // Number of moves between two tiles when diagonal steps are allowed.
    int distance(const Tile& to) const {
        const int dx = x > to.x ? x - to.x : to.x - x;
        const int dy = y > to.y ? y - to.y : to.y - y;
        return dx > dy ? dx : dy;
    }
};

struct Vitals {
    int hp = 10, max_hp = 10;
};

// Damage of a hit: sum of `dice` throws of a die with `sides` sides plus bonus.
struct Attack {
    int dice = 1, sides = 4, bonus = 0;
};

// An actor gains speed energy per round and may act once it has 100.
struct Initiative {
    int speed = 100, energy = 0;
};

// Items that pile up. Two stacks of the same prefab are merged up to the limit.
struct Stack {
    int count = 1, limit = 1;
};

struct Weight {
    int grams = 0;
};

// (ContainedBy, holder): in a backpack, in a chest or on a corpse.
struct ContainedBy {};

// (Worn, slot): exclusive per item; two items in one slot are prevented in equip.
struct Worn {};
enum class Slot { Head, Body, MainHand, OffHand };

enum class Mood { Asleep, Wandering, Hunting, Fleeing };

// (Prey, entity): what a monster hunts or runs from.
struct Prey {};

// (Suffers, effect) with data. Effects are entities with the Effect tag.
struct Suffers {
    int turns = 1;
    int strength = 1;
};
struct Effect {};
struct ImmuneTo {};

// (Drops, item prefab) with data, on monster prefabs.
struct Drops {
    int percent = 100;
    int min = 1, max = 1;
};

struct Player {};
struct Monster {};

// Marks the actor whose turn it is, see turns.cpp.
struct Active {};

// Events.
struct Hurt {
    int amount;
    flecs::entity_t source; // who did it: an actor or an effect
};
struct Died {};

// Singleton: the dice.
struct Rng {
    std::mt19937 engine{1};

    // Uniform integer in [low, high].
    int between(int low, int high) {
        return std::uniform_int_distribution<int>(low, high)(engine);
    }
};

// Modules, one per source file.
struct inventory_module { explicit inventory_module(flecs::world&); };
struct effects_module { explicit effects_module(flecs::world&); };
struct ai_module { explicit ai_module(flecs::world&); };
struct turns_module { explicit turns_module(flecs::world&); };

// inventory.cpp
flecs::entity give(flecs::entity item, flecs::entity holder);
bool equip(flecs::entity item, Slot slot);
int carried_weight(flecs::entity holder);
void drop_loot(flecs::entity corpse, Rng& rng);

// effects.cpp
void afflict(flecs::entity victim, flecs::entity effect, Suffers dose);
void hurt(flecs::entity victim, int amount, flecs::entity source);

// turns.cpp
void pay_for_action(Initiative& initiative);
flecs::entity run_next_turn(flecs::world& world);

#endif
