#include "td.h"

ECS_PREFAB_DECLARE(TdGrunt);
ECS_PREFAB_DECLARE(TdBrute);
ECS_PREFAB_DECLARE(TdArrowTower);
ECS_PREFAB_DECLARE(TdFrostTower);

// Base of all enemies. Everything an instance changes is set here with a plain
// value, which is copied on instantiation; TdArmor is inherited (see its traits).
static void define_enemies(ecs_world_t *world) {
    ECS_PREFAB_DEFINE(world, TdGrunt);
    ecs_add(world, TdGrunt, TdEnemy);
    ecs_set(world, TdGrunt, TdPosition, {0});
    ecs_set(world, TdGrunt, TdPathFollow, { .speed = 1.5f });
    ecs_set(world, TdGrunt, TdHealth, { 10, 10 });
    ecs_set(world, TdGrunt, TdArmor, { .flat = 0.5f });

    // Each enemy pays once. The auto override makes every instance own the tag, so
    // it can be removed from one enemy without touching the others.
    ecs_auto_override_id(world, TdGrunt, TdBounty);

    // A brute is a grunt with more of everything and half the hurry.
    ECS_PREFAB_DEFINE(world, TdBrute, (IsA, TdGrunt));
    ecs_set(world, TdBrute, TdPathFollow, { .speed = 0.75f });
    ecs_set(world, TdBrute, TdHealth, { 60, 60 });
    ecs_set(world, TdBrute, TdArmor, { .flat = 2.0f, .slow_resist = 0.5f });
}

// Towers come with a child entity for the turret. Prefab children are copied
// into each instance, and the slot makes the copy reachable as (TurretSlot, x).
static void define_towers(ecs_world_t *world) {
    ECS_PREFAB_DEFINE(world, TdArrowTower);
    ecs_add(world, TdArrowTower, TdTower);
    ecs_set(world, TdArrowTower, TdPosition, {0});
    ecs_set(world, TdArrowTower, TdWeapon, {
        .range = 4.0f, .damage = 3.0f, .cooldown = 0.6f
    });

    ecs_entity_t turret = ecs_entity(world, {
        .name = "Turret",
        .parent = TdArrowTower,
        .add = ecs_ids( EcsPrefab )
    });
    ecs_add_pair(world, turret, EcsSlotOf, TdArrowTower);
    ecs_set(world, turret, TdPosition, { 0.0f, 0.5f });

    ECS_PREFAB_DEFINE(world, TdFrostTower, (IsA, TdArrowTower));
    ecs_set(world, TdFrostTower, TdWeapon, {
        .range = 3.0f, .damage = 1.0f, .cooldown = 1.2f
    });
    ecs_set_pair(world, TdFrostTower, TdSlow, TdTower, { .factor = 0.5f, .left = 2.0f });
}

// Registers enemies and towers.
void td_register_prefabs(ecs_world_t *world) {
    define_enemies(world);
    define_towers(world);
}

// Creates the entity that owns the route of a level. The points are copied.
ecs_entity_t td_route_new(ecs_world_t *world, const TdPosition *points, int32_t count) {
    TdRoute tmp = { .points = (TdPosition*)points, .count = count };
    ecs_entity_t route = ecs_entity(world, { .name = "route" });
    ecs_set_ptr(world, route, TdRoute, &tmp);
    return route;
}

// Price of a tower: a base fee and 10 gold per point of damage a second.
static int32_t tower_price(const ecs_world_t *world, ecs_entity_t prefab) {
    const TdWeapon *weapon = ecs_get(world, prefab, TdWeapon);
    return 20 + (int32_t)(10.0f * weapon->damage / weapon->cooldown);
}

// Buys a tower of the given prefab and builds it at (x, y). Returns 0, without
// taking money, if the purse does not hold the price or if another tower stands
// closer than one unit.
ecs_entity_t td_build_tower(ecs_world_t *world, ecs_entity_t prefab, float x, float y) {
    TdPurse *purse = ecs_singleton_get_mut(world, TdPurse);
    int32_t price = tower_price(world, prefab);
    if (!purse || purse->gold < price) {
        return 0;
    }

    TdPosition here = { x, y };
    ecs_iter_t it = ecs_each_id(world, TdTower);
    while (ecs_each_next(&it)) {
        for (int i = 0; i < it.count; i ++) {
            const TdPosition *p = ecs_get(world, it.entities[i], TdPosition);
            bool is_prefab = ecs_has_id(world, it.entities[i], EcsPrefab);
            if (!is_prefab && td_dist_sq(*p, here) < 1.0f) {
                ecs_iter_fini(&it);
                return 0;
            }
        }
    }

    purse->gold -= price;
    ecs_singleton_modified(world, TdPurse);

    ecs_entity_t tower = ecs_new_w_pair(world, EcsIsA, prefab);
    ecs_set_ptr(world, tower, TdPosition, &here);
    ecs_entity_t turret = ecs_get_target(
        world, tower, ecs_lookup_child(world, TdArrowTower, "Turret"), 0);
    if (turret) {
        ecs_set(world, turret, TdPosition, { x, y + 0.5f });
    }
    return tower;
}
