#define COLONY_IMPL
#include "colony.h"

ECS_TAG_DECLARE(Settler);
ECS_TAG_DECLARE(Asleep);
ECS_TAG_DECLARE(Starving);
ECS_TAG_DECLARE(AssignedTo);
ECS_TAG_DECLARE(LocatedIn);
ECS_TAG_DECLARE(Skilled);

// Fills freshly added needs with values of a rested, fed and content settler,
// so that nobody starves on the frame they arrive.
static ECS_CTOR(Needs, ptr, {
    ptr->food = 1.0f;
    ptr->rest = 1.0f;
    ptr->mood = 0.8f;
})

// A stockpile without a capacity would swallow nothing; give it room for 50.
static ECS_CTOR(Stockpile, ptr, {
    ptr->units = 0;
    ptr->capacity = 50;
})

// Clamps a stockpile that was written from outside (editor, save file) to its
// capacity and reports how much had to be thrown away.
static void OnStockpileSet(ecs_iter_t *it) {
    Stockpile *piles = ecs_field(it, Stockpile, 0);
    for (int32_t i = 0; i < it->count; i ++) {
        Stockpile *pile = &piles[i];
        if (pile->units <= pile->capacity) {
            continue;
        }
        ecs_warn("%s: %d units do not fit, capacity is %d",
            ecs_get_name(it->world, it->entities[i]),
            pile->units, pile->capacity);
        pile->units = pile->capacity;
    }
}

// Turns the clock by delta_time and counts a day each time it passes midnight.
static void AdvanceClock(ecs_iter_t *it) {
    ColonyClock *clock = ecs_field(it, ColonyClock, 0);
    clock->hour += it->delta_time * clock->hours_per_second;
    while (clock->hour >= 24.0f) {
        clock->hour -= 24.0f;
        clock->day ++;
    }
}

// Declares the relationships and the rules they obey: one job per settler,
// nested places, and skills that can only point at constants of JobKind.
static void register_relationships(ecs_world_t *world) {
    ECS_TAG_DEFINE(world, AssignedTo);
    ecs_add_id(world, AssignedTo, EcsExclusive);
    ecs_add_pair(world, AssignedTo, EcsOnDeleteTarget, EcsRemove);

    ECS_TAG_DEFINE(world, LocatedIn);
    ecs_add_id(world, LocatedIn, EcsTransitive);
    ecs_add_id(world, LocatedIn, EcsTraversable);

    ECS_TAG_DEFINE(world, Skilled);
    ecs_add_pair(world, Skilled, EcsOneOf, ecs_id(JobKind));
}

// Module "colony": components with reflection data, tags, relationships, the
// clock singleton and the system that drives it. Other modules of the game live
// below it ("colony.jobs"), which is why they find these names without a path.
void ColonyImport(ecs_world_t *world) {
    ECS_MODULE(world, Colony);

    ECS_META_COMPONENT(world, Needs);
    ECS_META_COMPONENT(world, Worker);
    ECS_META_COMPONENT(world, JobKind);
    ECS_META_COMPONENT(world, JobSite);
    ECS_META_COMPONENT(world, Stockpile);
    ECS_META_COMPONENT(world, ColonyClock);
    ecs_add_id(world, ecs_id(ColonyClock), EcsSingleton);

    ecs_set_hooks(world, Needs, { .ctor = ecs_ctor(Needs) });
    ecs_set_hooks(world, Stockpile, {
        .ctor = ecs_ctor(Stockpile),
        .on_set = OnStockpileSet
    });

    ECS_TAG_DEFINE(world, Settler);
    ECS_TAG_DEFINE(world, Asleep);
    ECS_TAG_DEFINE(world, Starving);

    // Everybody who settles has needs and can work, even without being told so.
    ecs_add_pair(world, Settler, EcsWith, ecs_id(Needs));
    ecs_add_pair(world, Settler, EcsWith, ecs_id(Worker));

    register_relationships(world);

    ecs_singleton_set(world, ColonyClock, { .hour = 6.0f, .hours_per_second = 0.5f });
    ECS_SYSTEM(world, AdvanceClock, EcsOnLoad, ColonyClock);
}
