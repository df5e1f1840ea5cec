/* The part of an entity component system that the samples use, so that they compile by themselves. */
#ifndef ECS_STUB_H
#define ECS_STUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t ecs_entity_t;
typedef struct ecs_world_t ecs_world_t;
typedef struct ecs_iter_t {
    ecs_world_t *world;
    ecs_entity_t *entities;
    void *param;
    float delta_time;
    int32_t count;
} ecs_iter_t;
typedef void (*ecs_iter_action_t)(ecs_iter_t *it);
typedef struct ecs_system_desc_t {
    const char *name;
    ecs_iter_action_t callback;
    ecs_entity_t phase;
    struct { ecs_entity_t id; int32_t inout; } terms[4];
} ecs_system_desc_t;

ecs_world_t *ecs_init(void);
int ecs_fini(ecs_world_t *world);
ecs_entity_t ecs_new(ecs_world_t *world);
bool ecs_progress(ecs_world_t *world, float delta);
void ecs_delete(ecs_world_t *world, ecs_entity_t e);
void *ecs_ensure_id(ecs_world_t *world, ecs_entity_t e, ecs_entity_t id);
const void *ecs_get_id(const ecs_world_t *world, ecs_entity_t e, ecs_entity_t id);
void *ecs_field_w_size(const ecs_iter_t *it, size_t size, int8_t index);
ecs_entity_t ecs_system_init(ecs_world_t *world, const ecs_system_desc_t *desc);
ecs_entity_t ecs_component(ecs_world_t *world, const char *name, size_t size);

#define EcsOnUpdate 17
#define ECS_COMPONENT_DECLARE(T) static ecs_entity_t id_##T
#define ECS_COMPONENT_DEFINE(world, T) id_##T = ecs_component(world, #T, sizeof(T))
#define ecs_id(T) id_##T
#define ecs_field(it, T, index) ((T *)ecs_field_w_size(it, sizeof(T), index))
#define ecs_get(world, e, T) ((const T *)ecs_get_id(world, e, ecs_id(T)))
#define ecs_ensure(world, e, T) ((T *)ecs_ensure_id(world, e, ecs_id(T)))
#define ecs_set(world, e, T, ...) (*ecs_ensure(world, e, T) = (T)__VA_ARGS__)
#define ecs_system(world, ...) ecs_system_init(world, &(ecs_system_desc_t)__VA_ARGS__)

#endif
