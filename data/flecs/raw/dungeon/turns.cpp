#include "dungeon.hpp"

#include <cstdio>

namespace {

// Tag for the phases of this pipeline. The builtin pipeline does not know it, so
// world.progress() never runs a system that belongs to a turn.
struct TurnPhase {};

// Singleton: the pipeline that runs one turn, and how many were run.
struct TurnClock {
    flecs::entity pipeline;
    int turns = 0;
};

constexpr int action_cost = 100;

// Creates a phase that comes after another one. The first has no predecessor.
flecs::entity turn_phase(flecs::world& world, const char* name, flecs::entity after) {
    flecs::entity phase = world.entity(name).add<TurnPhase>();
    return after ? phase.depends_on(after) : phase;
}

// Gives all actors the energy for one round. Called when nobody can act.
void new_round(flecs::world& world) {
    world.query<Initiative>().each([](Initiative& initiative) {
        initiative.energy += initiative.speed;
    });
}

// Finds who acts next: most energy first, the player wins ties. Returns a null
// entity if nobody has enough energy for an action.
flecs::entity most_eager(flecs::world& world) {
    flecs::entity best;
    int most = action_cost - 1;
    world.query<const Initiative>().each([&](flecs::entity e, const Initiative& i) {
        const bool tie = best && i.energy == most && e.has<Player>();
        if (i.energy > most || tie) {
            best = e;
            most = i.energy;
        }
    });
    return best;
}

} // namespace

// Takes the energy for one action off. Actors that were kept from acting pay too.
void pay_for_action(Initiative& initiative) {
    initiative.energy -= action_cost;
}

// Runs one turn of the next actor and returns it, or a null entity when no actor
// is left. The actor carries the Active tag for the time of the turn, which is how
// all systems of the turn find it. It may be dead when this function returns.
flecs::entity run_next_turn(flecs::world& world) {
    if (world.count<Initiative>() == 0) {
        return {};
    }

    flecs::entity actor = most_eager(world);
    while (!actor) {
        new_round(world);
        actor = most_eager(world);
    }

    actor.add<Active>();
    TurnClock& clock = world.get_mut<TurnClock>();
    clock.turns++;
    world.run_pipeline(clock.pipeline, 1.0f);
    if (actor.is_alive()) {
        actor.remove<Active>();
    }
    return actor;
}

// Creates the phases, the pipeline that runs them in order and what belongs to every
// turn: paying for it and burying the dead. Import it before the other modules, which
// look the phases up by name.
turns_module::turns_module(flecs::world& world) {
    world.module<turns_module>("turns");

    flecs::entity start = turn_phase(world, "TurnStart", {});
    flecs::entity act = turn_phase(world, "TurnAct", start);
    flecs::entity end = turn_phase(world, "TurnEnd", act);
    turn_phase(world, "TurnCleanup", end);

    // Systems are sorted by the depth of their phase below TurnStart, systems of
    // one phase in the order in which they were declared.
    flecs::entity pipeline = world.pipeline()
        .with(flecs::System)
        .with<TurnPhase>().cascade(flecs::DependsOn)
        .without(flecs::Disabled).up(flecs::DependsOn)
        .without(flecs::Disabled).up(flecs::ChildOf)
        .build();

    world.component<TurnClock>().add(flecs::Singleton);
    world.component<Rng>().add(flecs::Singleton);
    world.set<TurnClock>({pipeline, 0});

    world.system<Initiative>("PayForAction")
        .with<Active>()
        .kind(end)
        .each(pay_for_action);

    // The dead leave their things behind before they go.
    world.observer<const Vitals>("Bury")
        .event<Died>()
        .each([](flecs::entity corpse, const Vitals&) {
            std::printf("%s dies\n", corpse.name().c_str());
            drop_loot(corpse, corpse.world().get_mut<Rng>());
            corpse.destruct();
        });
}
