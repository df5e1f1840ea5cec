#ifndef EDITOR_TOOLS_H
#define EDITOR_TOOLS_H

#include <flecs.h>

/* Demo scene of the editor, with reflection data so that it can be scripted. */
#undef ECS_META_IMPL
#ifndef EDITOR_TOOLS_IMPL
#define ECS_META_IMPL EXTERN
#endif

ECS_STRUCT(EdPosition, {
    float x;
    float y;
});

ECS_STRUCT(EdSprite, {
    char *image;
    int32_t layer;
});

/* Camera singleton, decides which sprites are worth the full detail. */
ECS_STRUCT(EdCamera, {
    float x;
    float y;
    float near_limit;
    float far_limit;
});

/* inspect.c */
char *ed_describe(const ecs_world_t *world, ecs_entity_t e);
void ed_print_tree(const ecs_world_t *world, ecs_entity_t root);
int32_t ed_orphans(ecs_world_t *world, ecs_entity_t *out, int32_t cap);

/* undo.c */
typedef struct EdUndo EdUndo;

EdUndo *ed_undo_new(ecs_world_t *world, int32_t limit);
void ed_undo_free(EdUndo *undo);
int ed_undo_record(EdUndo *undo, ecs_entity_t e, ecs_entity_t component);
bool ed_undo_back(EdUndo *undo);
bool ed_undo_forward(EdUndo *undo);

/* level.c */
int ed_level_run(ecs_world_t *world, const char *name, const char *code,
    float width, int32_t columns);
int32_t ed_level_unload(ecs_world_t *world, const char *name);

/* lod.c */
typedef enum EdLod { EdLodNear, EdLodMiddle, EdLodFar } EdLod;

void ed_lod_import(ecs_world_t *world);
int32_t ed_lod_count(ecs_world_t *world, EdLod level);

/* spawn.c */
ecs_entity_t *ed_scatter(ecs_world_t *world, int32_t count, uint32_t seed,
    EdPosition min, EdPosition max);
int32_t ed_load_in_background(ecs_world_t *world, int32_t chunks, int32_t per_chunk);

#endif
