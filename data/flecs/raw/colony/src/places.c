#include "colony.h"

#define MAX_NESTING 32

// Creates a place called name. When in is not 0 the new place is put inside it,
// both as a scope (child, so the name must only be unique there) and through
// LocatedIn, which is what the queries of the game look at.
ecs_entity_t colony_place_new(ecs_world_t *world, ecs_entity_t in, const char *name) {
    ecs_entity_t place = ecs_entity(world, { .name = name, .parent = in });
    if (in) {
        ecs_add_pair(world, place, LocatedIn, in);
    }
    return place;
}

// Counts the settlers in a place and in everything nested inside of it. Because
// LocatedIn is transitive the query finds occupants of sub-rooms on its own.
int32_t colony_count_settlers_in(ecs_world_t *world, ecs_entity_t place) {
    ecs_query_t *q = ecs_query(world, {
        .terms = {
            { .id = Settler },
            { .first.id = LocatedIn, .second.id = place }
        }
    });

    int32_t result = 0;
    ecs_iter_t it = ecs_query_iter(world, q);
    while (ecs_query_next(&it)) {
        result += it.count;
    }

    ecs_query_fini(q);
    return result;
}

// Collects the stockpiles of a good in a place, at most cap of them, and returns
// how many were found. A stockpile is an entity with (LocatedIn, somewhere), the
// good as a tag and the Stockpile component.
static int32_t find_piles(ecs_world_t *world, ecs_entity_t place,
    ecs_entity_t good, ecs_entity_t *out, int32_t cap)
{
    ecs_query_t *q = ecs_query(world, {
        .terms = {
            { .id = ecs_id(Stockpile), .inout = EcsIn },
            { .id = good },
            { .first.id = LocatedIn, .second.id = place }
        }
    });

    int32_t found = 0;
    ecs_iter_t it = ecs_query_iter(world, q);
    while (ecs_query_next(&it)) {
        const Stockpile *piles = ecs_field(&it, Stockpile, 0);
        for (int32_t i = 0; i < it.count && found < cap; i ++) {
            if (piles[i].units > 0) {
                out[found ++] = it.entities[i];
            }
        }
        if (found == cap) {
            ecs_iter_fini(&it);
            break;
        }
    }

    ecs_query_fini(q);
    return found;
}

// Takes up to wanted units of a good out of the stockpiles in a place, emptying
// one pile before touching the next. Returns the number of units actually taken.
int32_t colony_take_goods(ecs_world_t *world, ecs_entity_t place,
    ecs_entity_t good, int32_t wanted)
{
    ecs_entity_t piles[16];
    int32_t count = find_piles(world, place, good, piles, 16);

    int32_t taken = 0;
    for (int32_t i = 0; i < count && taken < wanted; i ++) {
        Stockpile *pile = ecs_get_mut(world, piles[i], Stockpile);
        int32_t part = wanted - taken;
        if (part > pile->units) {
            part = pile->units;
        }
        pile->units -= part;
        taken += part;
        ecs_modified(world, piles[i], Stockpile);
    }
    return taken;
}

// Writes e and all places around it into chain, innermost first, and returns the
// length. Stops after MAX_NESTING steps, which also protects against a loop of
// places that are inside each other.
static int32_t place_chain(const ecs_world_t *world, ecs_entity_t e,
    ecs_entity_t chain[MAX_NESTING])
{
    int32_t depth = 0;
    while (e && depth < MAX_NESTING) {
        chain[depth ++] = e;
        e = ecs_get_target(world, e, LocatedIn, 0);
    }
    return depth;
}

// Finds the innermost place that contains both a and b. A place counts as
// containing itself, so the result for a room and its house is the house.
// Returns 0 when the two have no place in common.
ecs_entity_t colony_common_place(ecs_world_t *world, ecs_entity_t a, ecs_entity_t b) {
    ecs_entity_t around_a[MAX_NESTING], around_b[MAX_NESTING];
    int32_t ia = place_chain(world, a, around_a) - 1;
    int32_t ib = place_chain(world, b, around_b) - 1;

    // Walk from the outermost place inwards for as long as both paths agree.
    ecs_entity_t common = 0;
    while (ia >= 0 && ib >= 0 && around_a[ia] == around_b[ib]) {
        common = around_a[ia];
        ia --;
        ib --;
    }
    return common;
}
