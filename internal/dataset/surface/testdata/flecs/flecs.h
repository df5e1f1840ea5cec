/* A few declarations in the shape of FLECS's headers, written for the tests. */
#ifndef FLECS_H
#define FLECS_H

#define FLECS_VERSION_MAJOR 4
#define FLECS_VERSION_MINOR 1
#define FLECS_VERSION_PATCH 0

typedef uint64_t ecs_entity_t;

/** Create a world.
 * This imports all modules.
 *
 * @return A new world
 */
FLECS_API
ecs_world_t* ecs_init(void);

/** Progress a world. */
FLECS_API
bool ecs_progress(
    ecs_world_t *world,
    ecs_ftime_t delta_time);

/** Declare a component. */
#define ECS_COMPONENT(world, id) \
    ecs_entity_t ecs_id(id) = 0

#define EcsOnUpdate ((ecs_entity_t)17)

#endif
