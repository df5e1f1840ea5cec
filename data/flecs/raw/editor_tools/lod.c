#include "tools.h"

ECS_TAG_DECLARE(Lod);           // (Lod, level): exclusive, set by UpdateLod
static ecs_entity_t levels[3];
static ecs_query_t *by_level;

/* Group function of the drawing query: tables are grouped by the target of their
 * (Lod, *) pair. Entities without one are drawn with those in the distance. */
static uint64_t group_by_lod(ecs_world_t *world, ecs_table_t *table,
    ecs_id_t rel, void *ctx)
{
    (void)ctx;
    ecs_id_t match;
    if (ecs_search(world, table, ecs_pair(rel, EcsWildcard), &match) != -1) {
        return ecs_pair_second(world, match);
    }
    return levels[EdLodFar];
}

/* Picks the level for a squared distance to the camera. An entity has to come a
 * tenth closer than the limit before it gets a better level than it has, which
 * keeps those on the border from flickering. */
static EdLod level_for(const EdCamera *cam, float dist_sq, EdLod current) {
    float limits[2] = { cam->near_limit, cam->far_limit };
    for (int32_t l = EdLodNear; l < EdLodFar; l ++) {
        float limit = limits[l] * (current > (EdLod)l ? 0.9f : 1.0f);
        if (dist_sq <= limit * limit) {
            return (EdLod)l;
        }
    }
    return EdLodFar;
}

/* Reads the level an entity has from its pair. Far if it has none yet. */
static EdLod current_level(const ecs_world_t *world, ecs_entity_t e) {
    ecs_entity_t target = ecs_get_target(world, e, Lod, 0);
    for (int32_t l = EdLodNear; l < EdLodFar; l ++) {
        if (levels[l] == target) {
            return (EdLod)l;
        }
    }
    return EdLodFar;
}

/* Moves sprites between groups as the camera or they themselves move. Only the
 * ones whose level differs are touched, changing a pair means changing tables. */
static void UpdateLod(ecs_iter_t *it) {
    const EdPosition *pos = ecs_field(it, EdPosition, 0);
    const EdCamera *cam = ecs_field(it, EdCamera, 1);
    for (int32_t i = 0; i < it->count; i ++) {
        float dx = pos[i].x - cam->x, dy = pos[i].y - cam->y;
        EdLod before = current_level(it->world, it->entities[i]);
        EdLod after = level_for(cam, dx * dx + dy * dy, before);
        if (after != before || !ecs_has_pair(it->world, it->entities[i], Lod, EcsWildcard)) {
            ecs_add_pair(it->world, it->entities[i], Lod, levels[after]);
        }
    }
}

/* Registers the levels, the grouped query and the system that sorts sprites into
 * groups. Needs the components of the scene. */
void ed_lod_import(ecs_world_t *world) {
    ECS_TAG_DEFINE(world, Lod);
    ecs_add_id(world, Lod, EcsExclusive);

    const char *names[] = { "LodNear", "LodMiddle", "LodFar" };
    for (int32_t i = 0; i < 3; i ++) {
        levels[i] = ecs_entity(world, { .name = names[i] });
    }

    by_level = ecs_query(world, {
        .terms = {{ .id = ecs_id(EdSprite), .inout = EcsIn }},
        .group_by = Lod,
        .group_by_callback = group_by_lod,
        .cache_kind = EcsQueryCacheAuto
    });

    ECS_SYSTEM(world, UpdateLod, EcsOnValidate, [in] EdPosition, [in] EdCamera, EdSprite);
}

/* Number of sprites with a level. Looks at the tables of one group only. */
int32_t ed_lod_count(ecs_world_t *world, EdLod level) {
    int32_t count = 0;
    ecs_iter_t it = ecs_query_iter(world, by_level);
    ecs_iter_set_group(&it, levels[level]);
    while (ecs_query_next(&it)) {
        count += it.count;
    }
    return count;
}
