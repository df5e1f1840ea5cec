#include "tools.h"

/* Puts a float variable into scope for the script. */
static void define_float(ecs_script_vars_t *vars, const char *name, float value) {
    ecs_script_var_t *var = ecs_script_vars_define(vars, name, ecs_f32_t);
    *(ecs_f32_t*)var->value.ptr = value;
}

/* Like define_float, for whole numbers. */
static void define_int(ecs_script_vars_t *vars, const char *name, int32_t value) {
    ecs_script_var_t *var = ecs_script_vars_define(vars, name, ecs_i32_t);
    *(ecs_i32_t*)var->value.ptr = value;
}

/* Logs what went wrong in a script and releases the message. */
static void report(const char *name, ecs_script_eval_result_t *result) {
    if (result->error) {
        ecs_err("level %s: %s", name, result->error);
        ecs_os_free(result->error);
        result->error = NULL;
    }
}

/* Instantiates a level from Flecs script code. Everything it creates is put below
 * an entity with the name of the level, which is created first. Scripts can use
 * $width (extent of the level) and $columns. Returns 0 if parsing and evaluation
 * succeeded; entities created up to an error stay and can be unloaded. */
int ed_level_run(ecs_world_t *world, const char *name, const char *code,
    float width, int32_t columns)
{
    ecs_script_eval_result_t result = {0};
    ecs_script_vars_t *vars = ecs_script_vars_init(world);
    define_float(vars, "width", width);
    define_int(vars, "columns", columns);
    ecs_script_eval_desc_t desc = { .vars = vars };

    int status = -1;
    ecs_script_t *script = ecs_script_parse(world, name, code, &desc, &result);
    if (script) {
        ecs_entity_t level = ecs_entity(world, { .name = name });
        ecs_entity_t scope = ecs_set_scope(world, level);
        status = ecs_script_eval(script, &desc, &result);
        ecs_set_scope(world, scope);
        ecs_script_free(script);
    }

    report(name, &result);
    ecs_script_vars_fini(vars);
    return status;
}

/* Number of entities below e, at any depth. */
static int32_t count_below(const ecs_world_t *world, ecs_entity_t e) {
    int32_t result = 0;
    ecs_iter_t it = ecs_children(world, e);
    while (ecs_children_next(&it)) {
        for (int32_t i = 0; i < it.count; i ++) {
            result += 1 + count_below(world, it.entities[i]);
        }
    }
    return result;
}

/* Deletes a level and all that is below it. Returns the number of entities that
 * went away with the level, or -1 if no level has this name. */
int32_t ed_level_unload(ecs_world_t *world, const char *name) {
    ecs_entity_t level = ecs_lookup(world, name);
    if (!level) {
        return -1;
    }
    int32_t count = count_below(world, level);
    ecs_delete(world, level);
    return count;
}
