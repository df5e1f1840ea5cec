#include "ecs_stub.h"

#define SLOTS 16

enum kind { KIND_NONE, KIND_WOOD, KIND_STONE, KIND_TOOL = 8 };

struct slot {
    enum kind kind;
    uint16_t count;
};

struct bag {
    struct slot slots[SLOTS];
    size_t used;
    void (*changed)(struct bag *bag, size_t index);
};

static const char *const names[] = { [KIND_WOOD] = "wood", [KIND_STONE] = "stone", [KIND_TOOL] = "tool" };

static int limit_of(enum kind kind) {
    switch (kind) {
    case KIND_WOOD:
    case KIND_STONE:
        return 99;
    case KIND_TOOL:
        return 1;
    default:
        break;
    }
    return 0;
}

/* Put up to count things into the bag and return how many did not fit. */
static int bag_add(struct bag *bag, enum kind kind, int count) {
    int limit = limit_of(kind);
    if (limit == 0 || count <= 0)
        return count;
    for (size_t i = 0; i < SLOTS && count > 0; i++) {
        struct slot *s = &bag->slots[i];
        if (s->kind != KIND_NONE && s->kind != kind) {
            continue;
        }
        int room = limit - s->count;
        int n = count < room ? count : room;
        if (n > 0) {
            if (s->kind == KIND_NONE) {
                s->kind = kind;
                bag->used++;
            }
            s->count += n;
            count -= n;
            if (bag->changed)
                bag->changed(bag, i);
        }
    }
    return count;
}

static int compare(const void *a, const void *b) {
    const struct slot *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? 1 : -1;
    return (int)y->count - (int)x->count;
}

static void bag_sort(struct bag *bag) {
    qsort(bag->slots, SLOTS, sizeof bag->slots[0], compare);
    for (size_t i = 0; bag->changed && i < SLOTS; ++i) {
        bag->changed(bag, i);
    }
}

static char *bag_describe(const struct bag *bag) {
    size_t size = 64 + bag->used * 24, at = 0;
    char *text = malloc(size);
    if (!text) {
        goto failed;
    }
    at += snprintf(text, size, "bag with %zu slots:", bag->used);
    for (const struct slot *s = bag->slots; s < bag->slots + SLOTS; s++) {
        if (s->count) {
            at += snprintf(text + at, size - at, " %s x%u%c", names[s->kind], s->count, ';');
        }
    }
    return text;
failed:
    fputs("out of memory\n", stderr);
    return NULL;
}

int run(void) {
    struct bag bag = {0};
    int left = bag_add(&bag, KIND_WOOD, 250);
    do {
        left = bag_add(&bag, KIND_STONE, left + 1) - 1;
    } while (left > 0);
    bag_sort(&bag);
    char *text = bag_describe(&bag);
    puts(text ? text : "nothing");
    free(text);
    return left != -1;
}
