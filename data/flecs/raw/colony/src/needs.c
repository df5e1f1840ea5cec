#include "colony.h"

#define FOOD_PER_HOUR   0.04f
#define REST_PER_HOUR   0.05f
#define SLEEP_PER_HOUR  0.12f
#define BEDTIME         22.0f
#define WAKE_UP          6.0f
#define MEAL_VALUE       0.5f

ECS_TAG_DECLARE(Meal);

// Keeps v inside [0, 1].
static float clamp01(float v) {
    return v < 0.0f ? 0.0f : (v > 1.0f ? 1.0f : v);
}

// Reports whether the settlement is meant to be in bed at the given hour. The
// night wraps around midnight: 22:00 to 06:00.
static bool is_night(float hour) {
    return hour >= BEDTIME || hour < WAKE_UP;
}

// Lets food and rest go down with the hours that passed since the system last
// ran. Sleepers do not tire, they regain SLEEP_PER_HOUR, and burn half the food.
static void DecayNeeds(ecs_iter_t *it) {
    Needs *needs = ecs_field(it, Needs, 0);
    const ColonyClock *clock = ecs_field(it, ColonyClock, 1);
    bool asleep = ecs_field_is_set(it, 2);

    float hours = it->delta_system_time * clock->hours_per_second;
    float food = FOOD_PER_HOUR * hours * (asleep ? 0.5f : 1.0f);
    float rest = asleep ? SLEEP_PER_HOUR * hours : -REST_PER_HOUR * hours;

    for (int32_t i = 0; i < it->count; i ++) {
        needs[i].food = clamp01(needs[i].food - food);
        needs[i].rest = clamp01(needs[i].rest + rest);
    }
}

// Pulls mood a tenth of the way to the weaker of food and rest, so that one
// unmet need is enough to make a settler grumpy but recovery takes a while.
static void DriftMood(ecs_iter_t *it) {
    Needs *needs = ecs_field(it, Needs, 0);
    for (int32_t i = 0; i < it->count; i ++) {
        float target = needs[i].food < needs[i].rest
            ? needs[i].food : needs[i].rest;
        needs[i].mood += (target - needs[i].mood) * 0.1f;
    }
}

// Puts tired settlers to bed at night and wakes them once it is day or they are
// fully rested. Whoever falls asleep drops the job at hand.
static void SleepCycle(ecs_iter_t *it) {
    const Needs *needs = ecs_field(it, Needs, 0);
    const ColonyClock *clock = ecs_field(it, ColonyClock, 1);
    bool night = is_night(clock->hour);

    for (int32_t i = 0; i < it->count; i ++) {
        ecs_entity_t settler = it->entities[i];
        bool asleep = ecs_has(it->world, settler, Asleep);
        if (!asleep && night && needs[i].rest < 0.7f) {
            ecs_add(it->world, settler, Asleep);
            ecs_remove_pair(it->world, settler, AssignedTo, EcsWildcard);
        } else if (asleep && (!night || needs[i].rest >= 1.0f)) {
            ecs_remove(it->world, settler, Asleep);
        }
    }
}

// Marks settlers with an empty stomach as Starving and clears the mark above
// 0.2. The gap between both limits avoids moving between tables every tick.
static void MarkStarving(ecs_iter_t *it) {
    const Needs *needs = ecs_field(it, Needs, 0);
    for (int32_t i = 0; i < it->count; i ++) {
        ecs_entity_t settler = it->entities[i];
        if (needs[i].food <= 0.0f) {
            ecs_add(it->world, settler, Starving);
        } else if (needs[i].food > 0.2f) {
            ecs_remove(it->world, settler, Starving);
        }
    }
}

// Observer on OnAdd for Starving: a starving settler eats one meal from the
// place it is in. Those who find nothing to eat are mentioned in the log.
static void FeedStarving(ecs_iter_t *it) {
    for (int32_t i = 0; i < it->count; i ++) {
        ecs_entity_t settler = it->entities[i];
        ecs_entity_t place = ecs_get_target(it->world, settler, LocatedIn, 0);
        int32_t got = place ? colony_take_goods(it->world, place, Meal, 1) : 0;
        if (!got) {
            ecs_trace("%s starves", ecs_get_name(it->world, settler));
            continue;
        }
        Needs *needs = ecs_ensure(it->world, settler, Needs);
        needs->food = clamp01(needs->food + MEAL_VALUE);
        ecs_modified(it->world, settler, Needs);
    }
}

// Module "colony.needs". Needs change slowly, so the three systems share one
// tick source that fires twice a second instead of running every frame.
void ColonyNeedsImport(ecs_world_t *world) {
    ECS_MODULE(world, ColonyNeeds);
    ECS_IMPORT(world, Colony);

    ECS_TAG_DEFINE(world, Meal);
    ecs_entity_t tick = ecs_set_interval(world,
        ecs_entity(world, { .name = "NeedsTick" }), 0.5f);

    ECS_SYSTEM(world, DecayNeeds, EcsOnUpdate,
        [inout] Needs, [in] ColonyClock, ?Asleep);
    ECS_SYSTEM(world, DriftMood, EcsOnUpdate, [inout] Needs);
    ECS_SYSTEM(world, SleepCycle, EcsPostUpdate,
        [in] Needs, [in] ColonyClock, Settler);
    ECS_SYSTEM(world, MarkStarving, EcsPostUpdate, [in] Needs, Settler);

    ecs_entity_t ticked[] = { DecayNeeds, DriftMood, SleepCycle, MarkStarving };
    for (size_t i = 0; i < sizeof ticked / sizeof *ticked; i ++) {
        ecs_set_tick_source(world, ticked[i], tick);
    }

    ECS_OBSERVER(world, FeedStarving, EcsOnAdd, Starving);
}
