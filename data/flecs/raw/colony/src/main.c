#include "colony.h"
#include <stdio.h>

// Adds count people to a place, all with the given skill. Names are the prefix
// and a running number ("miner1", "miner2").
static void settle(ecs_world_t *world, ecs_entity_t place, const char *prefix,
    int32_t count, const char *skill)
{
    ecs_entity_t constant = ecs_lookup_child(world, ecs_id(JobKind), skill);
    for (int32_t i = 1; i <= count; i ++) {
        char name[32];
        snprintf(name, sizeof name, "%s%d", prefix, i);
        ecs_entity_t e = ecs_entity(world, { .name = name });
        ecs_add(world, e, Settler);
        ecs_set(world, e, Worker, { .speed = 1.0f + 0.1f * (float)i, .carry_limit = 4 });
        ecs_add_pair(world, e, Skilled, constant);
        ecs_add_pair(world, e, LocatedIn, place);
    }
}

// Puts a pile of meals into the larder, deliberately more than it can hold.
static ecs_entity_t stock_larder(ecs_world_t *world, ecs_entity_t larder) {
    ecs_entity_t pile = ecs_entity(world, { .name = "meals", .parent = larder });
    ecs_add_pair(world, pile, LocatedIn, larder);
    ecs_add(world, pile, Meal);
    ecs_set(world, pile, Stockpile, { .units = 40, .capacity = 30 });
    return pile;
}

// Steps the simulation for the given number of in-game hours.
static void run_hours(ecs_world_t *world, float hours) {
    const float dt = 1.0f / 20.0f;
    float per_second = ecs_singleton_get(world, ColonyClock)->hours_per_second;
    int32_t frames = (int32_t)(hours / (per_second * dt));
    for (int32_t i = 0; i < frames; i ++) {
        ecs_progress(world, dt);
    }
}

// Builds a small settlement, runs two days of it, prints the state and proves
// that a save can be loaded again.
int main(int argc, char *argv[]) {
    ecs_world_t *world = ecs_init_w_args(argc, argv);
    ECS_IMPORT(world, Colony);
    ECS_IMPORT(world, ColonyNeeds);
    ECS_IMPORT(world, ColonyJobs);

    ecs_entity_t valley = colony_place_new(world, 0, "valley");
    ecs_entity_t house = colony_place_new(world, valley, "house");
    ecs_entity_t larder = colony_place_new(world, house, "larder");
    ecs_entity_t mine = colony_place_new(world, valley, "mine");

    settle(world, mine, "miner", 3, "JobMine");
    settle(world, house, "cook", 1, "JobCook");
    ecs_entity_t meals = stock_larder(world, larder);

    for (int32_t i = 0; i < 6; i ++) {
        colony_job_new(world, mine, JobMine, 20.0f, i);
    }
    colony_job_new(world, house, JobCook, 5.0f, 9);

    printf("in the valley: %d, in the house: %d\n",
        colony_count_settlers_in(world, valley),
        colony_count_settlers_in(world, house));
    printf("larder and mine share: %s\n",
        ecs_get_name(world, colony_common_place(world, larder, mine)));

    run_hours(world, 48.0f);

    const ColonyClock *clock = ecs_singleton_get(world, ColonyClock);
    printf("day %d, %.1f h, open jobs: %d, meals left: %d\n",
        clock->day, (double)clock->hour, colony_open_jobs(world),
        ecs_get(world, meals, Stockpile)->units);

    char *report = colony_settler_report(world, ecs_lookup(world, "miner1"));
    fputs(report, stdout);
    ecs_os_free(report);

    int status = 0;
    if (argc > 1) {
        status = colony_save(world, argv[1]) || colony_load(world, argv[1]);
        printf("after loading: %d settlers\n", ecs_count(world, Settler));
    }
    ecs_fini(world);
    return status;
}
