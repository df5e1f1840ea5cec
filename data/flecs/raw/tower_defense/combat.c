#include "td.h"
#include <math.h>

static ecs_query_t *targets;

// Picks the enemy in range that made it furthest along the route. Ties go to the
// one with less health. Returns 0 if nobody is in range.
static ecs_entity_t pick_target(const ecs_world_t *world, TdPosition from, float range) {
    ecs_entity_t best = 0;
    int32_t best_waypoint = -1;
    float best_health = 0;

    ecs_iter_t it = ecs_query_iter(world, targets);
    while (ecs_query_next(&it)) {
        const TdPosition *pos = ecs_field(&it, TdPosition, 0);
        const TdPathFollow *path = ecs_field(&it, TdPathFollow, 1);
        const TdHealth *health = ecs_field(&it, TdHealth, 2);
        for (int i = 0; i < it.count; i ++) {
            if (td_dist_sq(pos[i], from) > range * range) {
                continue;
            }
            bool ahead = path[i].waypoint > best_waypoint;
            bool weaker = path[i].waypoint == best_waypoint
                && health[i].value < best_health;
            if (ahead || weaker) {
                best = it.entities[i];
                best_waypoint = path[i].waypoint;
                best_health = health[i].value;
            }
        }
    }
    return best;
}

// Cools weapons down and fires when they are ready and an enemy is in range. A
// weapon without a target stays ready, it does not bank shots.
static void AimAndFire(ecs_iter_t *it) {
    const TdPosition *pos = ecs_field(it, TdPosition, 0);
    TdWeapon *weapon = ecs_field(it, TdWeapon, 1);

    for (int i = 0; i < it->count; i ++) {
        weapon[i].ready_in -= it->delta_time;
        if (weapon[i].ready_in > 0) {
            continue;
        }
        ecs_entity_t enemy = pick_target(it->world, pos[i], weapon[i].range);
        if (!enemy) {
            weapon[i].ready_in = 0;
            continue;
        }
        weapon[i].ready_in += weapon[i].cooldown;

        ecs_entity_t shot = ecs_new_w_pair(it->world, TdHoming, enemy);
        ecs_add_pair(it->world, shot, TdFiredBy, it->entities[i]);
        ecs_set(it->world, shot, TdPosition, { pos[i].x, pos[i].y });
        ecs_set(it->world, shot, TdProjectile, {
            .speed = 8.0f, .damage = weapon[i].damage
        });
    }
}

// Flies projectiles at their enemy, whose position is the third field, found on
// the pair target. A hit is announced as an event for the enemy, the projectile
// itself is spent.
static void FlyProjectiles(ecs_iter_t *it) {
    TdPosition *pos = ecs_field(it, TdPosition, 0);
    const TdProjectile *shot = ecs_field(it, TdProjectile, 1);
    const TdPosition *goal = ecs_field(it, TdPosition, 2);
    ecs_entity_t enemy = ecs_field_src(it, 2);

    for (int i = 0; i < it->count; i ++) {
        float dist = sqrtf(td_dist_sq(pos[i], *goal));
        float step = shot[i].speed * it->delta_time;
        if (dist > step) {
            pos[i].x += (goal->x - pos[i].x) / dist * step;
            pos[i].y += (goal->y - pos[i].y) / dist * step;
            continue;
        }
        TdHit hit = {
            .amount = shot[i].damage,
            .by = ecs_get_target(it->world, it->entities[i], TdFiredBy, 0)
        };
        ecs_enqueue(it->world, &(ecs_event_desc_t){
            .event = ecs_id(TdHit),
            .ids = &(ecs_type_t){ .array = (ecs_id_t[]){ ecs_id(TdHealth) }, .count = 1 },
            .entity = enemy,
            .param = &hit
        });
        ecs_delete(it->world, it->entities[i]);
    }
}

// Observer for TdHit: takes armor off the damage (at least a tenth comes through)
// and subtracts the rest from health.
static void ApplyHit(ecs_iter_t *it) {
    const TdHit *hit = it->param;
    for (int i = 0; i < it->count; i ++) {
        ecs_entity_t e = it->entities[i];
        const TdArmor *armor = ecs_get(it->world, e, TdArmor);
        float damage = hit->amount - (armor ? armor->flat : 0);
        damage = fmaxf(damage, 0.1f * hit->amount);

        TdHealth *health = ecs_ensure(it->world, e, TdHealth);
        health->value -= damage;
        ecs_modified(it->world, e, TdHealth);
    }
}

// Observer for TdHit: copies the slow of the tower that fired, if its prefab has
// one, to the enemy. Hitting again restarts the time, it does not stack.
static void ApplySlow(ecs_iter_t *it) {
    const TdHit *hit = it->param;
    if (!hit->by || !ecs_is_alive(it->world, hit->by)) {
        return;
    }
    const TdSlow *slow = ecs_get_pair(it->world, hit->by, TdSlow, TdTower);
    if (!slow) {
        return;
    }
    ecs_entity_t kind = ecs_get_target(it->world, hit->by, EcsIsA, 0);
    for (int i = 0; i < it->count; i ++) {
        ecs_set_pair(it->world, it->entities[i], TdSlow, kind,
            { .factor = slow->factor, .left = slow->left });
    }
}

// Removes enemies without health, which triggers PayBounty.
static void BuryDead(ecs_iter_t *it) {
    const TdHealth *health = ecs_field(it, TdHealth, 0);
    for (int i = 0; i < it->count; i ++) {
        if (health[i].value <= 0) {
            ecs_delete(it->world, it->entities[i]);
        }
    }
}

// OnRemove observer for TdBounty: pays a tenth of the maximum health in gold, one
// coin at the least, unless the enemy got through alive.
static void PayBounty(ecs_iter_t *it) {
    TdPurse *purse = ecs_singleton_get_mut(it->world, TdPurse);
    if (!purse) {
        return;
    }
    for (int i = 0; i < it->count; i ++) {
        const TdHealth *health = ecs_get(it->world, it->entities[i], TdHealth);
        if (health && health->value <= 0) {
            int32_t gold = (int32_t)(health->max / 10.0f);
            purse->gold += gold > 0 ? gold : 1;
            purse->kills ++;
        }
    }
}

// The game ends with the last life.
bool td_game_over(const ecs_world_t *world) {
    const TdPurse *purse = ecs_singleton_get(world, TdPurse);
    return purse && purse->lives <= 0;
}

// Registers towers, projectiles, damage and money.
void td_register_combat(ecs_world_t *world) {
    targets = ecs_query(world, {
        .terms = {
            { .id = ecs_id(TdPosition), .inout = EcsIn },
            { .id = ecs_id(TdPathFollow), .inout = EcsIn },
            { .id = ecs_id(TdHealth), .inout = EcsIn },
            { .id = TdEnemy }
        },
        .cache_kind = EcsQueryCacheAuto
    });
    ecs_singleton_set(world, TdPurse, { .lives = 10, .gold = 200 });

    ECS_SYSTEM(world, AimAndFire, TdPhaseAim, [in] TdPosition, TdWeapon);
    ECS_SYSTEM(world, FlyProjectiles, TdPhaseResolve,
        TdPosition, [in] TdProjectile, [in] TdPosition($enemy), (TdHoming, $enemy));
    ECS_SYSTEM(world, BuryDead, EcsPostUpdate, [in] TdHealth, TdEnemy);

    ecs_observer(world, {
        .query.terms = {{ .id = ecs_id(TdHealth) }},
        .events = { ecs_id(TdHit) },
        .callback = ApplyHit
    });
    ecs_observer(world, {
        .query.terms = {{ .id = ecs_id(TdHealth) }},
        .events = { ecs_id(TdHit) },
        .callback = ApplySlow
    });
    ECS_OBSERVER(world, PayBounty, EcsOnRemove, TdBounty);
}
