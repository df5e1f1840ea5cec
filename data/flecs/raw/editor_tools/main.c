#define EDITOR_TOOLS_IMPL
#include "tools.h"
#include <stdio.h>

// A row of lamps, as many as the editor asks for, below a folder, and a house made
// from a prefab.
static const char *level_code =
    "prefab House {\n"
    "  EdSprite: { image: \"house.png\", layer: 1 }\n"
    "}\n"
    "Street {\n"
    "  for i in 0..$columns {\n"
    "    \"lamp_$i\" {\n"
    "      EdPosition: { x: $i * $width / $columns, y: 0 }\n"
    "      EdSprite: { image: \"lamp.png\", layer: 2 }\n"
    "    }\n"
    "  }\n"
    "}\n"
    "home : House {\n"
    "  EdPosition: { 5, 5 }\n"
    "}\n";

// Registers the components of the scene and a camera that looks at the origin.
static void register_scene(ecs_world_t *world) {
    ECS_META_COMPONENT(world, EdPosition);
    ECS_META_COMPONENT(world, EdSprite);
    ECS_META_COMPONENT(world, EdCamera);
    ecs_add_id(world, ecs_id(EdCamera), EcsSingleton);
    ecs_singleton_set(world, EdCamera, { .near_limit = 20, .far_limit = 80 });
}

// Changes the image of an entity three times and goes back and forth, printing
// the image after each step.
static void try_undo(ecs_world_t *world, ecs_entity_t e) {
    EdUndo *undo = ed_undo_new(world, 2);
    const char *images[] = { "red.png", "green.png", "blue.png" };
    for (int32_t i = 0; i < 3; i ++) {
        ed_undo_record(undo, e, ecs_id(EdSprite));
        ecs_set(world, e, EdSprite, { .image = (char*)images[i] });
    }

    while (ed_undo_back(undo)) {
        printf("undo: %s\n", ecs_get(world, e, EdSprite)->image);
    }
    ed_undo_forward(undo);
    printf("redo: %s\n", ecs_get(world, e, EdSprite)->image);
    ed_undo_free(undo);
}

// Goes through all tools once.
int main(int argc, char *argv[]) {
    ecs_world_t *world = ecs_init_w_args(argc, argv);
    register_scene(world);
    ed_lod_import(world);

    if (ed_level_run(world, "town", level_code, 60.0f, 3)) {
        ecs_fini(world);
        return 1;
    }
    ed_print_tree(world, ecs_lookup(world, "town"));

    ecs_entity_t home = ecs_lookup(world, "town.home");
    char *text = ed_describe(world, home);
    fputs(text, stdout);
    ecs_os_free(text);
    try_undo(world, home);

    ecs_entity_t *grass = ed_scatter(world, 500, 1,
        (EdPosition){ -100, -100 }, (EdPosition){ 100, 100 });
    ecs_entity_t sample[4];
    printf("%d orphans\n", ed_orphans(world, sample, 4));
    ecs_os_free(grass);
    printf("%d loaded\n", ed_load_in_background(world, 4, 100));

    ecs_progress(world, 0);
    for (int32_t l = EdLodNear; l <= EdLodFar; l ++) {
        printf("detail %d: %d sprites\n", l, ed_lod_count(world, (EdLod)l));
    }
    printf("%d entities unloaded\n", ed_level_unload(world, "town"));
    return ecs_fini(world);
}
