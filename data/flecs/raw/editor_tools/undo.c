#include "tools.h"
#include <string.h>

/* State of one component of one entity. ptr is NULL if the entity did not have
 * the component. */
typedef struct Snapshot {
    ecs_entity_t entity;
    ecs_entity_t component;
    void *ptr;
} Snapshot;

/* Two stacks of snapshots, as in every editor: going back takes one off the
 * first and pushes the state it replaces onto the second. */
struct EdUndo {
    ecs_world_t *world;
    int32_t limit;
    ecs_vec_t past;
    ecs_vec_t future;
};

/* Copies the current value of a component with the hooks of its type, so that
 * strings and other owned memory end up in the snapshot as well. */
static Snapshot take(ecs_world_t *world, ecs_entity_t e, ecs_entity_t component) {
    Snapshot s = { .entity = e, .component = component };
    const void *src = ecs_get_id(world, e, component);
    if (src) {
        const ecs_type_info_t *ti = ecs_get_type_info(world, component);
        s.ptr = ecs_os_malloc(ti->size);
        if (ti->hooks.copy_ctor) {
            ti->hooks.copy_ctor(s.ptr, src, 1, ti);
        } else {
            memcpy(s.ptr, src, (size_t)ti->size);
        }
    }
    return s;
}

/* Destroys the value in a snapshot. */
static void drop(ecs_world_t *world, Snapshot *s) {
    if (!s->ptr) {
        return;
    }
    const ecs_type_info_t *ti = ecs_get_type_info(world, s->component);
    if (ti->hooks.dtor) {
        ti->hooks.dtor(s->ptr, 1, ti);
    }
    ecs_os_free(s->ptr);
    s->ptr = NULL;
}

/* Writes a snapshot back: sets the value, or removes the component if there was
 * none when the snapshot was taken. */
static void restore(ecs_world_t *world, const Snapshot *s) {
    if (s->ptr) {
        const ecs_type_info_t *ti = ecs_get_type_info(world, s->component);
        ecs_set_id(world, s->entity, s->component, (size_t)ti->size, s->ptr);
    } else {
        ecs_remove_id(world, s->entity, s->component);
    }
}

/* Drops all snapshots of a stack but keeps its memory for later steps. */
static void clear_stack(EdUndo *undo, ecs_vec_t *stack) {
    Snapshot *items = ecs_vec_first(stack);
    for (int32_t i = 0; i < ecs_vec_count(stack); i ++) {
        drop(undo->world, &items[i]);
    }
    ecs_vec_clear(stack);
}

/* Creates an undo buffer for a world that remembers at most limit steps. */
EdUndo *ed_undo_new(ecs_world_t *world, int32_t limit) {
    EdUndo *undo = ecs_os_calloc_t(EdUndo);
    undo->world = world;
    undo->limit = limit;
    ecs_vec_init_t(NULL, &undo->past, Snapshot, 0);
    ecs_vec_init_t(NULL, &undo->future, Snapshot, 0);
    return undo;
}

/* Frees the buffer. Has to be called before the world is destroyed, the hooks of
 * the components are needed to get rid of the snapshots. */
void ed_undo_free(EdUndo *undo) {
    clear_stack(undo, &undo->past);
    clear_stack(undo, &undo->future);
    ecs_vec_fini_t(NULL, &undo->past, Snapshot);
    ecs_vec_fini_t(NULL, &undo->future, Snapshot);
    ecs_os_free(undo);
}

/* To be called before an edit: remembers the component of an entity as it is now
 * and forgets everything that could have been redone. The oldest step is lost
 * when the limit is exceeded. Returns -1 for ids without data. */
int ed_undo_record(EdUndo *undo, ecs_entity_t e, ecs_entity_t component) {
    if (!ecs_get_type_info(undo->world, component)) {
        return -1;
    }
    clear_stack(undo, &undo->future);

    Snapshot *items = ecs_vec_first(&undo->past);
    int32_t count = ecs_vec_count(&undo->past);
    if (count == undo->limit) {
        drop(undo->world, &items[0]);
        memmove(items, items + 1, (size_t)(count - 1) * sizeof *items);
        ecs_vec_remove_last(&undo->past);
    }
    *ecs_vec_append_t(NULL, &undo->past, Snapshot) = take(undo->world, e, component);
    return 0;
}

/* Moves one step from a stack to the other one. Steps of entities that were
 * deleted in the meantime cannot be replayed and are skipped. Returns false when
 * the stack is used up. */
static bool replay(EdUndo *undo, ecs_vec_t *from, ecs_vec_t *to) {
    while (ecs_vec_count(from)) {
        Snapshot s = *ecs_vec_last_t(from, Snapshot);
        ecs_vec_remove_last(from);

        bool alive = ecs_is_alive(undo->world, s.entity);
        if (alive) {
            *ecs_vec_append_t(NULL, to, Snapshot) =
                take(undo->world, s.entity, s.component);
            restore(undo->world, &s);
        }
        drop(undo->world, &s);
        if (alive) {
            return true;
        }
    }
    return false;
}

/* Undoes the last recorded edit. */
bool ed_undo_back(EdUndo *undo) {
    return replay(undo, &undo->past, &undo->future);
}

/* Redoes the last edit that was undone. */
bool ed_undo_forward(EdUndo *undo) {
    return replay(undo, &undo->future, &undo->past);
}
