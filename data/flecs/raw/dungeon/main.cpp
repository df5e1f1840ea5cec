#include "dungeon.hpp"

#include <cstdio>

namespace {

// The prefabs of the game, filled by make_prefabs.
struct Catalogue {
    flecs::entity potion, sword, backpack, rat, ogre;
};

// Defines items and monsters. An ogre is immune to stun and drops up to three
// potions; a rat has nothing worth picking up.
Catalogue make_prefabs(flecs::world& world) {
    Catalogue c;
    c.potion = world.prefab("Potion").set<Stack>({1, 5}).set<Weight>({250});
    c.sword = world.prefab("Sword").set<Weight>({1400}).set<Attack>({1, 8, 2});
    c.backpack = world.prefab("Backpack").set<Weight>({900});

    c.rat = world.prefab("Rat")
        .add<Monster>()
        .add(Mood::Wandering)
        .set<Tile>({})
        .set<Vitals>({4, 4})
        .set<Attack>({1, 3, 0})
        .set<Initiative>({120, 0});
    c.ogre = world.prefab("Ogre")
        .is_a(c.rat)
        .set<Vitals>({25, 25})
        .set<Attack>({2, 6, 1})
        .set<Initiative>({70, 0})
        .add<ImmuneTo>(world.lookup("effects::Stun"))
        .set<Drops>(c.potion, {80, 1, 3})
        .set<Drops>(c.sword, {25, 1, 1});
    return c;
}

// Creates the hero with a sword in hand and two potions in a backpack.
flecs::entity make_hero(flecs::world& world, const Catalogue& c) {
    flecs::entity hero = world.entity("Hero")
        .add<Player>()
        .set<Tile>({7, 4})
        .set<Vitals>({40, 40})
        .set<Attack>({1, 6, 1})
        .set<Initiative>({100, 0});

    flecs::entity sword = world.entity().is_a(c.sword);
    flecs::entity bag = world.entity().is_a(c.backpack);
    give(sword, hero);
    give(bag, hero);
    give(world.entity().is_a(c.potion), bag);
    give(world.entity().is_a(c.potion), bag);
    equip(sword, Slot::MainHand);
    return hero;
}

// A very simple player: strikes any monster next to the hero with what is in the
// main hand (or the bare fists), and poisons what it hits.
void play(flecs::entity hero, const Tile& tile, Rng& rng) {
    flecs::world world = hero.world();
    flecs::entity poison = world.lookup("effects::Poison");

    const Attack* attack = hero.try_get<Attack>();
    world.query_builder()
        .with<ContainedBy>(hero)
        .with<Worn>(world.to_entity(Slot::MainHand))
        .build()
        .each([&](flecs::entity weapon) {
            attack = weapon.has<Attack>() ? weapon.try_get<Attack>() : attack;
        });

    world.query_builder<const Tile>().with<Monster>().build()
        .each([&](flecs::entity monster, const Tile& there) {
            if (tile.distance(there) <= 1) {
                const int damage = rng.between(1, attack->sides) + attack->bonus;
                hurt(monster, damage, hero);
                afflict(monster, poison, {3, 1});
            }
        });
}

} // namespace

// Fights it out in the cellar and reports who is left after at most 200 turns.
int main() {
    flecs::world world;
    world.import<turns_module>();
    world.import<effects_module>();
    world.import<inventory_module>();
    world.import<ai_module>();
    world.set<Rng>({std::mt19937{7}});

    const Catalogue c = make_prefabs(world);
    flecs::entity hero = make_hero(world, c);
    world.entity("Nibbler").is_a(c.rat).set<Tile>({2, 1});
    world.entity("Grumm").is_a(c.ogre).set<Tile>({4, 4});
    std::printf("the hero carries %d g\n", carried_weight(hero));

    world.system<const Tile, Rng>("Play")
        .with<Player>().with<Active>()
        .kind(world.lookup("turns::TurnAct"))
        .each(play);

    // A query, unlike world.count(), leaves the prefabs out.
    auto monsters = world.query_builder().with<Monster>().cached().build();
    int turns = 0;
    while (turns < 200 && hero.is_alive() && monsters.is_true()) {
        run_next_turn(world);
        turns++;
    }

    std::printf("after %d turns: hero %s, %d monsters left\n", turns,
        hero.is_alive() ? "alive" : "dead", monsters.count());
    return 0;
}
