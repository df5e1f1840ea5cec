#ifndef COLONY_H
#define COLONY_H

#include <flecs.h>

/* Every file includes this header, one of them (colony.c) defines COLONY_IMPL
 * first so that the reflection data of the types below exists exactly once. */
#undef ECS_META_IMPL
#ifndef COLONY_IMPL
#define ECS_META_IMPL EXTERN
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a settler feels. All values run from 0 (terrible) to 1 (perfect). */
ECS_STRUCT(Needs, {
    float food;
    float rest;
    float mood;
});

/* How well somebody works. speed is in work units per second. */
ECS_STRUCT(Worker, {
    float speed;
    int32_t carry_limit;
});

ECS_ENUM(JobKind, {
    JobHaul,
    JobBuild,
    JobCook,
    JobMine
});

/* Something to be done somewhere. The entity is deleted once work_left is 0. */
ECS_STRUCT(JobSite, {
    JobKind kind;
    float work_left;
    int32_t priority;
});

/* Goods of one kind lying in a room. */
ECS_STRUCT(Stockpile, {
    int32_t units;
    int32_t capacity;
});

/* Singleton: time of day in hours [0, 24) and number of days that passed. */
ECS_STRUCT(ColonyClock, {
    float hour;
    int32_t day;
    float hours_per_second;
});

extern ECS_TAG_DECLARE(Settler);
extern ECS_TAG_DECLARE(Asleep);
extern ECS_TAG_DECLARE(Starving);

/* The one kind of goods the simulation itself consumes, see needs.c. */
extern ECS_TAG_DECLARE(Meal);

/* (AssignedTo, job): exclusive, a settler works on one job at a time. */
extern ECS_TAG_DECLARE(AssignedTo);

/* (LocatedIn, place): transitive, a shelf in a cellar in a house is in the house. */
extern ECS_TAG_DECLARE(LocatedIn);

/* (Skilled, job kind constant): a settler may carry any number of those. */
extern ECS_TAG_DECLARE(Skilled);

/* Modules. Import Colony first; the others do it themselves when it is missing. */
void ColonyImport(ecs_world_t *world);
void ColonyNeedsImport(ecs_world_t *world);
void ColonyJobsImport(ecs_world_t *world);

/* places.c */
ecs_entity_t colony_place_new(ecs_world_t *world, ecs_entity_t in, const char *name);
int32_t colony_count_settlers_in(ecs_world_t *world, ecs_entity_t place);
int32_t colony_take_goods(ecs_world_t *world, ecs_entity_t place,
    ecs_entity_t good, int32_t wanted);
ecs_entity_t colony_common_place(ecs_world_t *world, ecs_entity_t a, ecs_entity_t b);

/* jobs.c */
ecs_entity_t colony_job_new(ecs_world_t *world, ecs_entity_t place,
    JobKind kind, float work, int32_t priority);
int32_t colony_open_jobs(const ecs_world_t *world);

/* save.c */
int colony_save(ecs_world_t *world, const char *path);
int colony_load(ecs_world_t *world, const char *path);
char *colony_settler_report(ecs_world_t *world, ecs_entity_t settler);

#ifdef __cplusplus
}
#endif

#endif
