#include "colony.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Reads a whole file into a zero terminated buffer that the caller frees with
// ecs_os_free. Returns NULL and logs the reason when the file cannot be read.
static char *read_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f) {
        ecs_err("cannot open %s", path);
        return NULL;
    }

    char *buf = NULL;
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    if (size >= 0) {
        buf = ecs_os_malloc((ecs_size_t)size + 1);
        size_t got = fread(buf, 1, (size_t)size, f);
        buf[got] = '\0';
        if (got != (size_t)size) {
            ecs_err("%s: read %u of %ld bytes", path, (unsigned)got, size);
            ecs_os_free(buf);
            buf = NULL;
        }
    }
    fclose(f);
    return buf;
}

// Writes text to path by way of a temporary file, so that a crash while saving
// leaves the previous save untouched. Returns 0 on success, -1 otherwise.
static int write_file(const char *path, const char *text) {
    char tmp[512];
    int n = snprintf(tmp, sizeof tmp, "%s.tmp", path);
    if (n < 0 || (size_t)n >= sizeof tmp) {
        ecs_err("path too long: %s", path);
        return -1;
    }

    FILE *f = fopen(tmp, "wb");
    if (!f) {
        ecs_err("cannot create %s", tmp);
        return -1;
    }
    bool ok = fputs(text, f) >= 0;
    ok = fclose(f) == 0 && ok;
    if (!ok || rename(tmp, path)) {
        ecs_err("cannot write %s", path);
        remove(tmp);
        return -1;
    }
    return 0;
}

// Saves every entity of the world except builtin ones and modules as JSON.
int colony_save(ecs_world_t *world, const char *path) {
    char *json = ecs_world_to_json(world, &(ecs_world_to_json_desc_t){
        .serialize_builtin = false,
        .serialize_modules = false
    });
    if (!json) {
        ecs_err("world cannot be serialized");
        return -1;
    }
    int result = write_file(path, json);
    ecs_os_free(json);
    return result;
}

// Loads a save on top of the running world. Settlers and jobs that exist now are
// deleted first, named places are matched by name and overwritten. Returns -1
// and leaves the old population gone when the file does not parse.
int colony_load(ecs_world_t *world, const char *path) {
    char *json = read_file(path);
    if (!json) {
        return -1;
    }

    ecs_delete_with(world, Settler);
    ecs_delete_with(world, ecs_id(JobSite));

    const char *end = ecs_world_from_json(world, json,
        &(ecs_from_json_desc_t){ .name = path, .strict = true });
    ecs_os_free(json);
    return end ? 0 : -1;
}

// Appends "<name>: <json of component>" to buf if the entity has the component.
static void append_component(ecs_strbuf_t *buf, ecs_world_t *world,
    ecs_entity_t e, ecs_entity_t component)
{
    const void *ptr = ecs_get_id(world, e, component);
    if (!ptr) {
        return;
    }
    char *json = ecs_ptr_to_json(world, component, ptr);
    ecs_strbuf_append(buf, "  %s: %s\n", ecs_get_name(world, component), json);
    ecs_os_free(json);
}

// Describes a settler in a few lines for the debug panel: path, where it is, what
// it works on and the values of Needs and Worker. Free with ecs_os_free.
char *colony_settler_report(ecs_world_t *world, ecs_entity_t settler) {
    ecs_strbuf_t buf = ECS_STRBUF_INIT;

    char *path = ecs_get_path(world, settler);
    ecs_strbuf_append(&buf, "%s%s\n", path,
        ecs_has(world, settler, Asleep) ? " (asleep)" : "");
    ecs_os_free(path);

    ecs_entity_t place = ecs_get_target(world, settler, LocatedIn, 0);
    if (place) {
        char *where = ecs_get_path(world, place);
        ecs_strbuf_append(&buf, "  in %s\n", where);
        ecs_os_free(where);
    }

    ecs_entity_t job = ecs_get_target(world, settler, AssignedTo, 0);
    if (job) {
        append_component(&buf, world, job, ecs_id(JobSite));
    }
    append_component(&buf, world, settler, ecs_id(Needs));
    append_component(&buf, world, settler, ecs_id(Worker));
    return ecs_strbuf_get(&buf);
}
