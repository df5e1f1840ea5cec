#include "dungeon.hpp"

#include <algorithm>

namespace {

// The builtin effects. They are plain entities, a game can add its own.
struct KnownEffects {
    flecs::entity poison, burning, stun, regeneration;
};

// Hurts or heals the victim at the end of its turn, according to the effect.
void apply_tick(flecs::entity victim, flecs::entity effect, const Suffers& dose,
    const KnownEffects& known)
{
    if (effect == known.poison || effect == known.burning) {
        hurt(victim, dose.strength, effect);
    } else if (effect == known.regeneration) {
        Vitals& vitals = victim.get_mut<Vitals>();
        vitals.hp = std::min(vitals.hp + dose.strength, vitals.max_hp);
        victim.modified<Vitals>();
    }
}

// Callback of the system that ticks effects. It is run once per (Suffers, effect)
// pair of the active actor, and takes the pair off after its last turn.
void tick_effect(flecs::iter& it, size_t row, Suffers& dose, const KnownEffects& known) {
    flecs::entity victim = it.entity(row);
    flecs::entity effect = it.pair(0).second();

    apply_tick(victim, effect, dose, known);
    if (--dose.turns <= 0) {
        victim.remove<Suffers>(effect);
    }
}

// Poison and regeneration cancel each other out: when one of two opposites is
// added, both lose as many turns as they have in common.
void cancel_opposite(flecs::entity victim, flecs::entity effect, flecs::entity opposite) {
    Suffers* a = victim.try_get_mut<Suffers>(effect);
    Suffers* b = victim.try_get_mut<Suffers>(opposite);
    if (!a || !b) {
        return;
    }
    const int common = std::min(a->turns, b->turns);
    const bool a_gone = (a->turns -= common) <= 0;
    const bool b_gone = (b->turns -= common) <= 0;
    if (a_gone) {
        victim.remove<Suffers>(effect);
    }
    if (b_gone) {
        victim.remove<Suffers>(opposite);
    }
}

} // namespace

// Puts an effect on somebody. A victim that is immune, or whose prefab is, shrugs
// it off. Suffering from the same effect again takes the longer duration and the
// higher strength of both instead of adding them up.
void afflict(flecs::entity victim, flecs::entity effect, Suffers dose) {
    if (victim.has<ImmuneTo>(effect)) {
        return;
    }
    if (const Suffers* old = victim.try_get<Suffers>(effect)) {
        dose.turns = std::max(dose.turns, old->turns);
        dose.strength = std::max(dose.strength, old->strength);
    }
    victim.set<Suffers>(effect, dose);

    const KnownEffects& known = victim.world().get<KnownEffects>();
    if (effect == known.poison) {
        cancel_opposite(victim, effect, known.regeneration);
    } else if (effect == known.regeneration) {
        cancel_opposite(victim, effect, known.poison);
    }
}

// Hits somebody for the given amount. Who listens to Hurt, like TakeDamage below,
// runs before this function returns.
void hurt(flecs::entity victim, int amount, flecs::entity source) {
    victim.world().event<Hurt>()
        .id<Vitals>()
        .entity(victim)
        .ctx(Hurt{amount, source})
        .emit();
}

// Creates the known effects, the systems that tick them and the observer that turns
// a Hurt event into lost hit points.
effects_module::effects_module(flecs::world& world) {
    world.module<effects_module>("effects");

    // Effects change every turn. Kept out of the table layout, they do not move
    // actors from table to table all the time.
    world.component<Suffers>()
        .add(flecs::Sparse)
        .add(flecs::DontFragment)
        .add(flecs::OnDeleteTarget, flecs::Remove);
    world.component<ImmuneTo>().add(flecs::OnInstantiate, flecs::Inherit);

    auto effect = [&](const char* name) { return world.entity(name).add<Effect>(); };
    world.component<KnownEffects>().add(flecs::Singleton);
    world.set<KnownEffects>({
        effect("Poison"), effect("Burning"), effect("Stun"), effect("Regeneration")});

    world.system<Suffers, const KnownEffects>("TickEffects")
        .term_at(0).second(flecs::Wildcard)
        .with<Active>()
        .kind(world.lookup("::turns::TurnEnd"))
        .each(tick_effect);

    // Stun ends the turn before it began: the actor keeps nothing but the bill. The
    // write annotation makes the pipeline apply the removal of Active before the
    // next system is run, otherwise the actor would still act.
    world.system<Initiative>("StunnedSkips")
        .with<Active>().write()
        .with<Suffers>(world.get<KnownEffects>().stun)
        .kind(world.lookup("::turns::TurnStart"))
        .each([](flecs::entity actor, Initiative& initiative) {
            actor.remove<Active>();
            pay_for_action(initiative);
        });

    // Being hurt wakes a sleeper up, knocks hit points off and may be the end.
    world.observer<Vitals>("TakeDamage")
        .event<Hurt>()
        .each([](flecs::iter& it, size_t row, Vitals& vitals) {
            flecs::entity victim = it.entity(row);
            vitals.hp -= it.param<Hurt>()->amount;
            if (victim.has(Mood::Asleep)) {
                victim.add(Mood::Wandering);
            }
            if (vitals.hp <= 0) {
                it.world().event<Died>().id<Vitals>().entity(victim).enqueue();
            }
        });
}
