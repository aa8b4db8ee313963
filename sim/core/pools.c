#include "core/pools.h"

#include <string.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"

/* "TaskSet_", an int64, a point, an int32, a zero byte. */
enum { NAME = 8 + 20 + 1 + 11 + 1, BINS = 32, NONE = -1 };

/* A pool with stages below it, or a stage; all that matters to its parent. */
struct branch {
    int64_t running;
    int32_t min_share, weight;
    int32_t child;   /* pools: any of its children, while they are counted */
    int32_t sibling; /* another child of the same parent */
    int32_t first;   /* its stages, in order: a list through `next` */
    char text[NAME]; /* stages, below a FAIR pool */
    const char *name;
};

struct work {
    const struct pt_pooled *items;
    int32_t npools;
    struct branch *branches; /* [npools + n] the pools, then the stages */
    int32_t *next;           /* [n] of the items' lists */
};

typedef int32_t merge(struct work *work, int32_t a, int32_t b);

/* Both lists have something; so does the answer: all of both.  A pool in a FIFO
 * one has no arrival of its own: it has its next stage's. */
static int32_t merge_by_key(struct work *work, int32_t a, int32_t b)
{
    int32_t head = NONE, *tail = &head;

    while (a != NONE && b != NONE) {
        int32_t *from =
            pt_key_less(&work->items[b].key, &work->items[a].key) ? &b : &a;
        *tail = *from;
        tail = &work->next[*from];
        *from = *tail;
    }
    *tail = a != NONE ? a : b;
    return head;
}

/* x / of_x < y / of_y, exactly: -1, 0 or 1. */
static int compare_ratios(int64_t x, int64_t of_x, int64_t y, int64_t of_y)
{
    int64_t left = x * of_y, right = y * of_x;

    return (left > right) - (left < right);
}

static bool fair_less(const struct work *work, int32_t a, int32_t b)
{
    const struct branch *x = &work->branches[a], *y = &work->branches[b];
    bool x_needy = x->running < x->min_share;
    bool y_needy = y->running < y->min_share;

    if (x_needy != y_needy)
        return x_needy;
    int order =
        x_needy
            ? compare_ratios(x->running, x->min_share, y->running, y->min_share)
            : compare_ratios(x->running, x->weight, y->running, y->weight);
    if (order == 0)
        order = strcmp(x->name, y->name);
    if (order != 0)
        return order < 0;
    /* Names are for people, and may be the same. */
    if (a < work->npools || b < work->npools)
        return a < b;
    return pt_key_less(&work->items[a - work->npools].key,
                       &work->items[b - work->npools].key);
}

static int32_t merge_by_share(struct work *work, int32_t a, int32_t b)
{
    int32_t head = NONE, *tail = &head;

    while (a != NONE && b != NONE) {
        int32_t *from = fair_less(work, b, a) ? &b : &a;
        *tail = *from;
        tail = &work->branches[*from].sibling;
        *from = *tail;
    }
    *tail = a != NONE ? a : b;
    return head;
}

/* All children from CHILD on, merged into one list: of branches if FAIR, else
 * of items.  Bin i has 2^i of them, or none. */
static int32_t merge_children(struct work *work, int32_t child, bool fair)
{
    merge *join = fair ? merge_by_share : merge_by_key;
    int32_t bins[BINS], all = NONE;

    for (int k = 0; k < BINS; k++)
        bins[k] = NONE;
    while (child != NONE) {
        int32_t list = fair ? child : work->branches[child].first;
        int32_t *sibling = &work->branches[child].sibling;
        child = *sibling;
        *sibling = NONE;
        int k = 0;
        for (; bins[k] != NONE; k++) {
            list = join(work, bins[k], list);
            bins[k] = NONE;
        }
        bins[k] = list;
    }
    for (int k = 0; k < BINS; k++)
        if (bins[k] != NONE)
            all = all == NONE ? bins[k] : join(work, bins[k], all);
    return all;
}

/* The stages below a pool with the children CHILD, in order. */
static int32_t sort_children(struct work *work, int32_t child, bool fair)
{
    int32_t list = merge_children(work, child, fair), head = NONE;

    if (!fair)
        return list;
    for (int32_t *tail = &head; list != NONE;
         list = work->branches[list].sibling) {
        *tail = work->branches[list].first;
        while (*tail != NONE)
            tail = &work->next[*tail];
    }
    return head;
}

static void name_stage(struct branch *branch, const struct pt_pooled *item)
{
    char *text = branch->text;

    memcpy(text, "TaskSet_", 8);
    text += 8;
    text += pt_text_int(text, item->id);
    *text++ = '.';
    text += pt_text_int(text, item->try);
    *text = '\0';
    branch->name = branch->text;
}

static void add_stages(struct work *work, const struct pt_pool_spec *pools,
                       int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const struct pt_pooled *item = &work->items[i];
        pt_assert(item->pool >= 0 && item->pool < work->npools);
        struct branch *pool = &work->branches[item->pool];
        int32_t at = work->npools + i;
        struct branch *branch = &work->branches[at];
        *branch = (struct branch){.running = item->running,
                                  .weight = 1,
                                  .sibling = pool->child,
                                  .first = i};
        if (pools[item->pool].fair)
            name_stage(branch, item);
        pool->child = at;
        work->next[i] = NONE;
    }
}

/* From the leaves up to the root, whose first child is returned: a pool comes
 * after its parent. */
static int32_t sort_pools(struct work *work, const struct pt_pool_spec *pools)
{
    int32_t top = NONE;

    for (int32_t i = work->npools - 1; i >= 0; i--) {
        struct branch *branch = &work->branches[i];
        if (branch->child == NONE)
            continue;
        branch->first = sort_children(work, branch->child, pools[i].fair);
        int32_t parent = pools[i].parent;
        pt_assert(parent >= -1 && parent < i);
        int32_t *list = parent < 0 ? &top : &work->branches[parent].child;
        branch->sibling = *list;
        *list = i;
    }
    return top;
}

void pt_pools_sort(const struct pt_pool_spec *pools, int32_t npools,
                   bool fair_root, const int64_t *running,
                   struct pt_pooled *items, int32_t n)
{
    if (n < 2)
        return;
    struct work work = {.items = items, .npools = npools};
    work.branches = pt_alloc((size_t)npools + (size_t)n, sizeof *work.branches);
    work.next = pt_alloc((size_t)n, sizeof *work.next);
    for (int32_t i = 0; i < npools; i++)
        work.branches[i] = (struct branch){.running = running[i],
                                           .min_share = pools[i].min_share,
                                           .weight = pools[i].weight,
                                           .name = pools[i].name,
                                           .child = NONE,
                                           .sibling = NONE,
                                           .first = NONE};
    add_stages(&work, pools, n);
    int32_t list = sort_children(&work, sort_pools(&work, pools), fair_root);
    struct pt_pooled *sorted = pt_alloc((size_t)n, sizeof *sorted);
    for (int32_t i = 0; i < n; i++, list = work.next[list])
        sorted[i] = items[list];
    memcpy(items, sorted, (size_t)n * sizeof *items);
    pt_free(sorted);
    pt_free(work.next);
    pt_free(work.branches);
}
