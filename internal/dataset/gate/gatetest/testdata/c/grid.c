#include "ecs_stub.h"

#ifdef _WIN32
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif

#define FOR_NEIGHBOURS(x, y, nx, ny) \
    for (int d_ = 0, nx, ny; d_ < 4 && (nx = (x) + step_x[d_], ny = (y) + step_y[d_], 1); d_++)

static const int step_x[4] = {1, 0, -1, 0};
static const int step_y[4] = {0, 1, 0, -1};

typedef struct grid_t {
    int width, height;
    uint8_t *cells;
    unsigned flags : 4, dirty : 1;
} grid_t;

EXPORTED grid_t *grid_new(int width, int height) {
    if (width <= 0 || height <= 0 || width > INT16_MAX / height) {
        return NULL;
    }
    grid_t *g = calloc(1, sizeof(grid_t));
    if (g != NULL) {
        *g = (grid_t){ .width = width, .height = height };
        g->cells = calloc((size_t)width * (size_t)height, 1);
    }
    return g;
}

static inline bool inside(const grid_t *g, int x, int y) {
    return x >= 0 && y >= 0 && x < g->width && y < g->height;
}

#if defined(GRID_SLOW)
static int at(const grid_t *g, int x, int y) {
    if (!inside(g, x, y)) {
        return -1;
#else
static int at(const grid_t *g, int x, int y) {
    {
#endif
    }
    return g->cells[y * g->width + x];
}

/* Fill the region of equal cells around a place; the stack holds places that wait. */
EXPORTED int grid_fill(grid_t *g, int x, int y, uint8_t value) {
    int from = inside(g, x, y) ? at(g, x, y) : value;
    if (from == value) return 0;
    int (*stack)[2] = malloc(sizeof(*stack) * g->width * g->height * 4);
    int top = 0, filled = 0;
    if (!stack) return -1;
    stack[top][0] = x, stack[top++][1] = y;
    while (top) {
        top--;
        int cx = stack[top][0], cy = stack[top][1];
        if (at(g, cx, cy) != from) {
            continue;
        }
        g->cells[cy * g->width + cx] = value;
        filled++;
        FOR_NEIGHBOURS(cx, cy, nx, ny) {
            if (inside(g, nx, ny) && at(g, nx, ny) == from) {
                stack[top][0] = nx;
                stack[top++][1] = ny;
            }
        }
    }
    free(stack);
    g->dirty = filled != 0;
    return filled;
}

void grid_print(const grid_t *g, FILE *out) {
    for (int y = 0; y < g->height; y++, fputc('\n', out))
        for (int x = 0; x < g->width; x++)
            fputc(at(g, x, y) ? '#' : '.', out);
    fprintf(out, "%d by %d" " cells\n", g->width, g->height);
}
