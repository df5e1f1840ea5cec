#include "ecs_stub.h"

typedef struct { float x, y; } Position;
typedef struct { float x, y; } Velocity;
typedef struct {
    ecs_entity_t centre;
    float radius;
    float speed;
} Orbit;

ECS_COMPONENT_DECLARE(Position);
ECS_COMPONENT_DECLARE(Velocity);
ECS_COMPONENT_DECLARE(Orbit);

/* Pull every body towards the one that it circles. */
static void Pull(ecs_iter_t *it) {
    Position *p = ecs_field(it, Position, 0);
    Velocity *v = ecs_field(it, Velocity, 1);
    const Orbit *o = ecs_field(it, Orbit, 2);

    for (int i = 0; i < it->count; i++) {
        const Position *c = ecs_get(it->world, o[i].centre, Position);
        if (!c) {
            continue;
        }

        float dx = c->x - p[i].x;
        float dy = c->y - p[i].y;
        float gap = dx * dx + dy * dy;
        if (gap < 0.001f) {
            v[i] = (Velocity){0, 0};
        } else {
            v[i].x += dx / gap * o[i].speed * it->delta_time;
            v[i].y += dy / gap * o[i].speed * it->delta_time;
        }
    }
}

static void Move(ecs_iter_t *it) {
    Position *p = ecs_field(it, Position, 0);
    Velocity *v = ecs_field(it, Velocity, 1);
    for (int i = 0; i < it->count; i++) {
        p[i].x += v[i].x * it->delta_time;
        p[i].y += v[i].y * it->delta_time;
    }
}

int main(int argc, char *argv[]) {
    ecs_world_t *world = ecs_init();
    int steps = argc > 1 ? atoi(argv[1]) : 100;

    ECS_COMPONENT_DEFINE(world, Position);
    ECS_COMPONENT_DEFINE(world, Velocity);
    ECS_COMPONENT_DEFINE(world, Orbit);

    ecs_system(world, {
        .name = "Pull", .callback = Pull, .phase = EcsOnUpdate,
        .terms = {{ecs_id(Position), 1}, {ecs_id(Velocity), 0}, {ecs_id(Orbit), 1}}
    });
    ecs_system(world, { .name = "Move", .callback = Move, .phase = EcsOnUpdate });

    ecs_entity_t sun = ecs_new(world);
    ecs_set(world, sun, Position, {0, 0});
    for (int i = 0; i < 8; i++) {
        ecs_entity_t rock = ecs_new(world);
        ecs_set(world, rock, Position, {10.0f + i, 0});
        ecs_set(world, rock, Velocity, {0, 1.0f / (i + 1)});
        ecs_set(world, rock, Orbit, {sun, 10.0f, 3.0f});
    }

    while (steps-- > 0 && ecs_progress(world, 0.016f)) {
        if (steps % 10 == 0) {
            const Position *p = ecs_get(world, sun, Position);
            printf("step %d: sun at {%f, %f}\n", steps, p->x, p->y);
        }
    }
    return ecs_fini(world);
}
