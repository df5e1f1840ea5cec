#include "td.h"
#include <math.h>

static ecs_query_t *enemies;
static ecs_entity_t route_entity;

// Number of enemies in a wave: 5 in the first, two more in each one after.
static int32_t wave_size(int32_t number) {
    return 3 + 2 * number;
}

// Tells what the nth enemy of a wave is. From the third wave on, every fifth one
// is a brute, and the last of each fifth wave as well.
static ecs_entity_t enemy_for(int32_t wave, int32_t index) {
    bool boss = wave % 5 == 0 && index == wave_size(wave) - 1;
    bool fifth = wave >= 3 && index % 5 == 4;
    return boss || fifth ? TdBrute : TdGrunt;
}

// Starts the next wave when the last enemy of the previous one was spawned and
// no enemy is left. Runs on a timer, which is the pause between two waves.
static void StartWave(ecs_iter_t *it) {
    TdWave *wave = ecs_field(it, TdWave, 0);
    if (wave->pending > 0 || ecs_query_is_true(enemies)) {
        return;
    }
    wave->number ++;
    wave->pending = wave_size(wave->number);
    wave->gap = 0.8f / (1.0f + 0.05f * (float)wave->number);
}

// Lets the next enemy of the running wave enter at the first point of the route.
// The gap between two enemies is kept by a timer in ctx that counts down.
static void SpawnNext(ecs_iter_t *it) {
    TdWave *wave = ecs_field(it, TdWave, 0);
    float *until_next = it->ctx;

    *until_next -= it->delta_time;
    if (wave->pending <= 0 || *until_next > 0) {
        return;
    }
    *until_next = wave->gap;

    const TdRoute *route = ecs_get(it->world, route_entity, TdRoute);
    int32_t index = wave_size(wave->number) - wave->pending;
    ecs_entity_t e = ecs_new_w_pair(
        it->world, EcsIsA, enemy_for(wave->number, index));
    ecs_set_ptr(it->world, e, TdPosition, &route->points[0]);
    wave->pending --;
}

// Moves p towards goal by at most step and returns the part of step that was left
// over when the goal was reached, or 0.
static float move_towards(TdPosition *p, TdPosition goal, float step) {
    float dist = sqrtf(td_dist_sq(*p, goal));
    if (dist <= step) {
        *p = goal;
        return step - dist;
    }
    p->x += (goal.x - p->x) / dist * step;
    p->y += (goal.y - p->y) / dist * step;
    return 0;
}

// Product of all slows on an enemy. An enemy can be slowed by more than one kind
// of tower; resistance pulls each factor back towards 1.
static float slow_factor(const ecs_world_t *world, ecs_entity_t e, const TdArmor *armor) {
    float factor = 1.0f;
    for (int32_t i = 0; ; i ++) {
        ecs_entity_t cause = ecs_get_target(world, e, ecs_id(TdSlow), i);
        if (!cause) {
            return factor;
        }
        const TdSlow *slow = ecs_get_pair(world, e, TdSlow, cause);
        float resist = armor ? armor->slow_resist : 0.0f;
        factor *= slow->factor + (1.0f - slow->factor) * resist;
    }
}

// Walks enemies along the route. Who passes the last point costs a life and is
// removed without paying a bounty.
static void FollowRoute(ecs_iter_t *it) {
    TdPosition *pos = ecs_field(it, TdPosition, 0);
    TdPathFollow *path = ecs_field(it, TdPathFollow, 1);
    const TdArmor *armor = ecs_field(it, TdArmor, 2);   // shared, from the prefab
    TdPurse *purse = ecs_field(it, TdPurse, 3);
    const TdRoute *route = ecs_get(it->world, route_entity, TdRoute);

    for (int i = 0; i < it->count; i ++) {
        ecs_entity_t e = it->entities[i];
        float step = path[i].speed * it->delta_time
            * slow_factor(it->world, e, armor);
        while (step > 0 && path[i].waypoint < route->count) {
            step = move_towards(&pos[i], route->points[path[i].waypoint], step);
            if (step > 0) {
                path[i].waypoint ++;
            }
        }
        if (path[i].waypoint >= route->count) {
            purse->lives --;
            ecs_remove(it->world, e, TdBounty);
            ecs_delete(it->world, e);
        }
    }
}

// Counts the remaining time of slows down and takes expired ones off. Matches
// each (TdSlow, *) pair of an entity separately.
static void ExpireSlow(ecs_iter_t *it) {
    ecs_id_t slow_id = ecs_field_id(it, 0);
    for (int i = 0; i < it->count; i ++) {
        TdSlow *slow = ecs_get_mut_id(it->world, it->entities[i], slow_id);
        slow->left -= it->delta_time;
        if (slow->left <= 0) {
            ecs_remove_id(it->world, it->entities[i], slow_id);
        }
    }
}

// Registers wave handling, enemy movement and slow expiry. Expects that a route
// entity exists.
void td_register_waves(ecs_world_t *world) {
    static float until_next;
    route_entity = ecs_lookup(world, "route");
    enemies = ecs_query(world, { .terms = {{ .id = TdEnemy }} });
    ecs_singleton_set(world, TdWave, {0});

    ecs_system(world, {
        .entity = ecs_entity(world, {
            .name = "StartWave",
            .add = ecs_ids( ecs_dependson(TdPhaseSpawn) )
        }),
        .query.terms = {{ .id = ecs_id(TdWave) }},
        .callback = StartWave,
        .interval = 3.0f
    });
    ecs_system(world, {
        .entity = ecs_entity(world, {
            .name = "SpawnNext",
            .add = ecs_ids( ecs_dependson(TdPhaseSpawn) )
        }),
        .query.terms = {{ .id = ecs_id(TdWave) }},
        .callback = SpawnNext,
        .ctx = &until_next
    });

    ECS_SYSTEM(world, FollowRoute, TdPhaseMove,
        TdPosition, TdPathFollow, [in] ?TdArmor, TdPurse, TdEnemy);
    ECS_SYSTEM(world, ExpireSlow, TdPhaseMove, (TdSlow, *), TdEnemy);
}
