#ifndef TD_H
#define TD_H

#include <flecs.h>

typedef struct { float x, y; } TdPosition;
typedef struct { float speed; int32_t waypoint; } TdPathFollow;
typedef struct { float value, max; } TdHealth;
typedef struct { float flat, slow_resist; } TdArmor;
typedef struct { float range, damage, cooldown, ready_in; } TdWeapon;
typedef struct { float speed, damage; } TdProjectile;

// Payload of (Slowed, cause): factor on speed and seconds it still lasts.
typedef struct { float factor, left; } TdSlow;

// The route of a level. Points are owned by the component and copied with it.
typedef struct { TdPosition *points; int32_t count; } TdRoute;

// Singletons.
typedef struct { int32_t lives, gold, kills; } TdPurse;
typedef struct { int32_t number, pending; float gap; } TdWave;

// Event payload: somebody was hit for amount, by the given tower.
typedef struct { float amount; ecs_entity_t by; } TdHit;

extern ECS_COMPONENT_DECLARE(TdPosition);
extern ECS_COMPONENT_DECLARE(TdPathFollow);
extern ECS_COMPONENT_DECLARE(TdHealth);
extern ECS_COMPONENT_DECLARE(TdArmor);
extern ECS_COMPONENT_DECLARE(TdWeapon);
extern ECS_COMPONENT_DECLARE(TdProjectile);
extern ECS_COMPONENT_DECLARE(TdSlow);
extern ECS_COMPONENT_DECLARE(TdRoute);
extern ECS_COMPONENT_DECLARE(TdPurse);
extern ECS_COMPONENT_DECLARE(TdWave);
extern ECS_COMPONENT_DECLARE(TdHit);

extern ECS_TAG_DECLARE(TdEnemy);
extern ECS_TAG_DECLARE(TdTower);
extern ECS_TAG_DECLARE(TdHoming);      // (Homing, enemy) on projectiles
extern ECS_TAG_DECLARE(TdFiredBy);     // (FiredBy, tower) on projectiles
extern ECS_TAG_DECLARE(TdBounty);      // marks enemies that still pay gold

extern ECS_PREFAB_DECLARE(TdGrunt);
extern ECS_PREFAB_DECLARE(TdBrute);
extern ECS_PREFAB_DECLARE(TdArrowTower);
extern ECS_PREFAB_DECLARE(TdFrostTower);

// Phases of a simulation step, in order. All of them are below EcsOnUpdate.
extern ecs_entity_t TdPhaseSpawn, TdPhaseMove, TdPhaseAim, TdPhaseResolve;

// Called in this order by main. Each registers what the next ones need.
void td_register_components(ecs_world_t *world);
void td_register_phases(ecs_world_t *world);
void td_register_prefabs(ecs_world_t *world);
void td_register_waves(ecs_world_t *world);
void td_register_combat(ecs_world_t *world);

ecs_entity_t td_route_new(ecs_world_t *world, const TdPosition *points, int32_t count);
ecs_entity_t td_build_tower(ecs_world_t *world, ecs_entity_t prefab, float x, float y);
bool td_game_over(const ecs_world_t *world);

// Squared distance, good enough for comparisons and without a square root.
static inline float td_dist_sq(TdPosition a, TdPosition b) {
    float dx = a.x - b.x, dy = a.y - b.y;
    return dx * dx + dy * dy;
}

#endif
