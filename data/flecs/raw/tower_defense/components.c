#include "td.h"
#include <string.h>

ECS_COMPONENT_DECLARE(TdPosition);
ECS_COMPONENT_DECLARE(TdPathFollow);
ECS_COMPONENT_DECLARE(TdHealth);
ECS_COMPONENT_DECLARE(TdArmor);
ECS_COMPONENT_DECLARE(TdWeapon);
ECS_COMPONENT_DECLARE(TdProjectile);
ECS_COMPONENT_DECLARE(TdSlow);
ECS_COMPONENT_DECLARE(TdRoute);
ECS_COMPONENT_DECLARE(TdPurse);
ECS_COMPONENT_DECLARE(TdWave);
ECS_COMPONENT_DECLARE(TdHit);
ECS_TAG_DECLARE(TdEnemy);
ECS_TAG_DECLARE(TdTower);
ECS_TAG_DECLARE(TdHoming);
ECS_TAG_DECLARE(TdFiredBy);
ECS_TAG_DECLARE(TdBounty);

ecs_entity_t TdPhaseSpawn, TdPhaseMove, TdPhaseAim, TdPhaseResolve;

// An empty route owns nothing.
static ECS_CTOR(TdRoute, ptr, {
    ptr->points = NULL;
    ptr->count = 0;
})

// Frees the points. They are NULL in routes that were moved from.
static ECS_DTOR(TdRoute, ptr, {
    ecs_os_free(ptr->points);
    ptr->points = NULL;
})

// Moving hands the array over. Whatever the destination owned is freed, and the
// source is left empty so that its destructor has nothing to do.
static ECS_MOVE(TdRoute, dst, src, {
    ecs_os_free(dst->points);
    *dst = *src;
    src->points = NULL;
    src->count = 0;
})

// Copying makes a second array, routes never share points.
static ECS_COPY(TdRoute, dst, src, {
    ecs_os_free(dst->points);
    dst->points = NULL;
    dst->count = src->count;
    if (src->count) {
        ecs_size_t size = src->count * ECS_SIZEOF(TdPosition);
        dst->points = ecs_os_memdup(src->points, size);
    }
})

// on_add hook: towers placed in the same frame would shoot in lockstep, so each
// one starts with a share of its cooldown that depends on its entity id.
static void WeaponAdded(ecs_iter_t *it) {
    TdWeapon *weapon = ecs_field(it, TdWeapon, 0);
    for (int i = 0; i < it->count; i ++) {
        float phase = (float)(it->entities[i] % 8) / 8.0f;
        weapon[i].ready_in = weapon[i].cooldown * phase;
    }
}

// Registers all component types and tags, their traits and lifecycle hooks.
void td_register_components(ecs_world_t *world) {
    ECS_COMPONENT_DEFINE(world, TdPosition);
    ECS_COMPONENT_DEFINE(world, TdPathFollow);
    ECS_COMPONENT_DEFINE(world, TdHealth);
    ECS_COMPONENT_DEFINE(world, TdArmor);
    ECS_COMPONENT_DEFINE(world, TdWeapon);
    ECS_COMPONENT_DEFINE(world, TdProjectile);
    ECS_COMPONENT_DEFINE(world, TdSlow);
    ECS_COMPONENT_DEFINE(world, TdRoute);
    ECS_COMPONENT_DEFINE(world, TdPurse);
    ECS_COMPONENT_DEFINE(world, TdWave);
    ECS_COMPONENT_DEFINE(world, TdHit);
    ECS_TAG_DEFINE(world, TdEnemy);
    ECS_TAG_DEFINE(world, TdTower);
    ECS_TAG_DEFINE(world, TdHoming);
    ECS_TAG_DEFINE(world, TdFiredBy);
    ECS_TAG_DEFINE(world, TdBounty);

    ecs_set_hooks(world, TdRoute, {
        .ctor = ecs_ctor(TdRoute),
        .dtor = ecs_dtor(TdRoute),
        .move = ecs_move(TdRoute),
        .copy = ecs_copy(TdRoute)
    });
    ecs_set_hooks(world, TdWeapon, { .on_add = WeaponAdded });

    // Armor is the same for all grunts: keep it on the prefab, never copy it.
    ecs_add_pair(world, ecs_id(TdArmor), EcsOnInstantiate, EcsInherit);

    // A projectile whose enemy dies goes away with it; slows come and go all the
    // time and are kept out of the table layout.
    ecs_add_pair(world, TdHoming, EcsOnDeleteTarget, EcsDelete);
    ecs_add_id(world, TdHoming, EcsExclusive);
    ecs_add_pair(world, TdFiredBy, EcsOnDeleteTarget, EcsRemove);
    ecs_add_id(world, ecs_id(TdSlow), EcsSparse);

    ecs_add_id(world, ecs_id(TdPurse), EcsSingleton);
    ecs_add_id(world, ecs_id(TdWave), EcsSingleton);
}

// Creates a phase that runs after another phase and gives it a name for the
// explorer.
static ecs_entity_t phase_after(ecs_world_t *world, const char *name, ecs_entity_t prev) {
    ecs_entity_t phase = ecs_entity(world, {
        .name = name,
        .add = ecs_ids( EcsPhase, ecs_dependson(prev) )
    });
    return phase;
}

// Chains the four phases of the game behind EcsOnUpdate. The builtin pipeline
// picks them up because they carry EcsPhase.
void td_register_phases(ecs_world_t *world) {
    TdPhaseSpawn = phase_after(world, "PhaseSpawn", EcsOnUpdate);
    TdPhaseMove = phase_after(world, "PhaseMove", TdPhaseSpawn);
    TdPhaseAim = phase_after(world, "PhaseAim", TdPhaseMove);
    TdPhaseResolve = phase_after(world, "PhaseResolve", TdPhaseAim);
}
