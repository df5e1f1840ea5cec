#include "tools.h"

/* State of a small linear congruential generator: good enough to scatter
 * flowers, and the same on every platform. */
static float next_float(uint32_t *state, float min, float max) {
    *state = *state * 1664525u + 1013904223u;
    return min + (max - min) * (float)(*state >> 8) / 16777216.0f;
}

/* Creates count sprites at random positions in the rectangle from min to max with
 * one bulk insertion: the table is allocated once and the observers see all of
 * the entities in one go. Returns their ids in an array that the caller frees
 * with ecs_os_free. */
ecs_entity_t *ed_scatter(ecs_world_t *world, int32_t count, uint32_t seed,
    EdPosition min, EdPosition max)
{
    EdPosition *pos = ecs_os_malloc_n(EdPosition, count);
    EdSprite *sprite = ecs_os_malloc_n(EdSprite, count);
    for (int32_t i = 0; i < count; i ++) {
        pos[i].x = next_float(&seed, min.x, max.x);
        pos[i].y = next_float(&seed, min.y, max.y);
        sprite[i] = (EdSprite){ .layer = i % 4 };
    }

    const ecs_entity_t *ids = ecs_bulk_init(world, &(ecs_bulk_desc_t){
        .count = count,
        .ids = { ecs_id(EdPosition), ecs_id(EdSprite) },
        .data = (void*[]){ pos, sprite }
    });

    // The result of a bulk operation is only valid until the next one.
    ecs_entity_t *result = ecs_os_memdup_n(ids, ecs_entity_t, count);
    ecs_os_free(pos);
    ecs_os_free(sprite);
    return result;
}

/* Work of one loader thread: a stage of its own to write to, and the entities it
 * has to fill. */
typedef struct LoadJob {
    ecs_world_t *stage;
    const ecs_entity_t *entities;
    int32_t chunk, count;
} LoadJob;

/* Thread function. Queues the components of one chunk on the stage of the job. The
 * world is not touched before the stages are merged. */
static void *load_chunk(void *arg) {
    LoadJob *job = arg;
    uint32_t seed = 77u + (uint32_t)job->chunk;
    float left = 100.0f * (float)job->chunk;

    for (int32_t i = 0; i < job->count; i ++) {
        ecs_entity_t e = job->entities[i];
        ecs_set(job->stage, e, EdPosition, {
            next_float(&seed, left, left + 100.0f), next_float(&seed, 0.0f, 100.0f)
        });
        ecs_set(job->stage, e, EdSprite, { .layer = job->chunk });
    }
    return NULL;
}

/* Runs one thread per job while the world is readonly, and merges what the stages
 * have collected once all threads are done. */
static void run_jobs(ecs_world_t *world, LoadJob *jobs, int32_t count) {
    ecs_os_thread_t threads[8];

    ecs_set_stage_count(world, count);
    ecs_readonly_begin(world, true);
    for (int32_t i = 0; i < count; i ++) {
        jobs[i].stage = ecs_get_stage(world, i);
        threads[i] = ecs_os_thread_new(load_chunk, &jobs[i]);
    }
    for (int32_t i = 0; i < count; i ++) {
        ecs_os_thread_join(threads[i]);
    }
    ecs_readonly_end(world);
    ecs_set_stage_count(world, 1);
}

/* Loads at most 8 chunks, each by a thread of its own, below the entity
 * "background". The entities are created up front, because ids cannot be handed
 * out while threads are running. Returns how many of them have a position after
 * the merge, which is all of them unless something went wrong. */
int32_t ed_load_in_background(ecs_world_t *world, int32_t chunks, int32_t per_chunk) {
    LoadJob jobs[8];
    chunks = chunks > 8 ? 8 : chunks;
    int32_t total = chunks * per_chunk;

    ecs_entity_t parent = ecs_entity(world, { .name = "background" });
    ecs_entity_t *ids = ecs_os_memdup_n(
        ecs_bulk_new_w_id(world, ecs_childof(parent), total), ecs_entity_t, total);
    for (int32_t i = 0; i < chunks; i ++) {
        jobs[i] = (LoadJob){
            .entities = ids + i * per_chunk, .chunk = i, .count = per_chunk
        };
    }
    run_jobs(world, jobs, chunks);

    int32_t loaded = 0;
    for (int32_t i = 0; i < total; i ++) {
        loaded += ecs_has(world, ids[i], EdPosition);
    }
    ecs_os_free(ids);
    return loaded;
}
