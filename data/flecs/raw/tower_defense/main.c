#include "td.h"
#include <stdio.h>

#define STEP (1.0f / 30.0f)

// A level is a route and the spots where the computer builds towers for the demo.
typedef struct Level {
    const TdPosition *route;
    int32_t route_count;
    const TdPosition *spots;
    int32_t spot_count;
} Level;

static const TdPosition route[] = {
    { 0, 0 }, { 8, 0 }, { 8, 6 }, { 2, 6 }, { 2, 10 }, { 12, 10 }
};
static const TdPosition spots[] = {
    { 6, 2 }, { 4, 4 }, { 9, 5 }, { 3, 8 }, { 7, 8.5f }
};

// Builds towers on the free spots, cheap ones first, for as long as money lasts.
// Every third tower is a frost tower. Returns how many towers stand now.
static int32_t spend_gold(ecs_world_t *world, const Level *level, int32_t built) {
    while (built < level->spot_count) {
        TdPosition at = level->spots[built];
        ecs_entity_t kind = built % 3 == 2 ? TdFrostTower : TdArrowTower;
        if (!td_build_tower(world, kind, at.x, at.y)) {
            break;
        }
        built ++;
    }
    return built;
}

// Prints one line of status: wave, lives, gold, kills and enemies on the field.
static void print_status(const ecs_world_t *world, float time) {
    const TdWave *wave = ecs_singleton_get(world, TdWave);
    const TdPurse *purse = ecs_singleton_get(world, TdPurse);
    printf("%6.1fs wave %2d lives %2d gold %4d kills %3d\n", (double)time,
        wave->number, purse->lives, purse->gold, purse->kills);
}

// Plays one level without a window: steps the world at a fixed rate, builds
// whenever there is money and prints a status line every ten seconds.
int main(int argc, char *argv[]) {
    Level level = {
        route, sizeof route / sizeof *route,
        spots, sizeof spots / sizeof *spots
    };

    ecs_world_t *world = ecs_init_w_args(argc, argv);
    td_register_components(world);
    td_register_phases(world);
    td_register_prefabs(world);
    td_route_new(world, level.route, level.route_count);
    td_register_waves(world);
    td_register_combat(world);

    int32_t towers = 0;
    for (int32_t frame = 0; frame < 30 * 120 && !td_game_over(world); frame ++) {
        towers = spend_gold(world, &level, towers);
        ecs_progress(world, STEP);
        if (frame % 300 == 0) {
            print_status(world, (float)frame * STEP);
        }
    }

    printf("%s with %d towers\n",
        td_game_over(world) ? "overrun" : "held out", towers);
    return ecs_fini(world);
}
