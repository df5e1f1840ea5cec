#include "tools.h"
#include <stdio.h>
#include <inttypes.h>

/* Appends the value of a component as JSON, if it is one that has reflection
 * data. Anything else is shown by its size. */
static void append_value(ecs_strbuf_t *buf, const ecs_world_t *world,
    ecs_entity_t e, ecs_id_t id)
{
    ecs_entity_t type = ecs_get_typeid(world, id);
    const void *ptr = type ? ecs_get_id(world, e, id) : NULL;
    if (!ptr) {
        return;
    }
    if (ecs_has(world, type, EcsType)) {
        char *json = ecs_ptr_to_json(world, type, ptr);
        ecs_strbuf_append(buf, " = %s", json);
        ecs_os_free(json);
    } else {
        const ecs_type_info_t *info = ecs_get_type_info(world, type);
        ecs_strbuf_append(buf, " (%d bytes)", info->size);
    }
}

/* Describes an entity for the property panel, one line per id of its type:
 * tags, components with their values and pairs as (first, second). A leading '^'
 * marks ids that come from a prefab, these are listed after its own. The caller
 * frees the text with ecs_os_free. */
char *ed_describe(const ecs_world_t *world, ecs_entity_t e) {
    ecs_strbuf_t buf = ECS_STRBUF_INIT;
    ecs_entity_t at = e;
    int32_t depth = 0;

    while (at && depth < 8) {
        const ecs_type_t *type = ecs_get_type(world, at);
        for (int32_t i = 0; type && i < type->count; i ++) {
            ecs_id_t id = type->array[i];
            if (depth && (ecs_owns_id(world, e, id) || !ecs_has_id(world, e, id))) {
                continue;
            }
            char *str = ecs_id_str(world, id);
            ecs_strbuf_append(&buf, "%s%s", depth ? "^" : "", str);
            ecs_os_free(str);
            append_value(&buf, world, e, id);
            ecs_strbuf_appendch(&buf, '\n');
        }
        at = ecs_get_target(world, at, EcsIsA, 0);
        depth ++;
    }
    return ecs_strbuf_get(&buf);
}

/* Prints one line of the tree and descends. Children without a name are shown
 * with their id. */
static void print_node(const ecs_world_t *world, ecs_entity_t e, int32_t depth) {
    const char *name = ecs_get_name(world, e);
    printf("%*s", depth * 2, "");
    if (name) {
        printf("%s\n", name);
    } else {
        printf("#%" PRIu64 "\n", e);
    }

    ecs_iter_t it = ecs_children(world, e);
    while (ecs_children_next(&it)) {
        for (int32_t i = 0; i < it.count; i ++) {
            print_node(world, it.entities[i], depth + 1);
        }
    }
}

/* Prints an entity and everything below it, two spaces per level. */
void ed_print_tree(const ecs_world_t *world, ecs_entity_t root) {
    print_node(world, root, 0);
}

/* Finds sprites that nobody can select in the editor: they are neither in the
 * hierarchy nor do they have a name. Stores up to cap of them and returns how
 * many there are in total. */
int32_t ed_orphans(ecs_world_t *world, ecs_entity_t *out, int32_t cap) {
    ecs_query_t *q = ecs_query(world, {
        .terms = {
            { .id = ecs_id(EdSprite), .inout = EcsInOutNone },
            { .id = ecs_childof(EcsWildcard), .oper = EcsNot },
            { .id = ecs_pair_t(EcsIdentifier, EcsName), .oper = EcsNot }
        }
    });

    int32_t total = 0;
    ecs_iter_t it = ecs_query_iter(world, q);
    while (ecs_query_next(&it)) {
        for (int32_t i = 0; i < it.count; i ++, total ++) {
            if (total < cap) {
                out[total] = it.entities[i];
            }
        }
    }
    ecs_query_fini(q);
    return total;
}
