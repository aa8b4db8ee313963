#include "core/pending.h"

#include "base/assert.h"

static struct pt_sum fold(const struct pt_sum *sums, int32_t n)
{
    struct pt_sum all = sums[0];

    for (int32_t i = 1; i < n; i++) {
        if (sums[i].v[0] < all.v[0])
            all.v[0] = sums[i].v[0];
        if (sums[i].v[1] < all.v[1])
            all.v[1] = sums[i].v[1];
        if (sums[i].v[2] > all.v[2])
            all.v[2] = sums[i].v[2];
        if (sums[i].v[3] < all.v[3])
            all.v[3] = sums[i].v[3];
    }
    return all;
}

void pt_pending_init(struct pt_pending *pending, int32_t lanes)
{
    pt_assert(lanes >= 1 && lanes <= PT_LANES);
    pending->lanes = lanes;
    for (int32_t i = 0; i < PT_LANES; i++)
        pt_tree_init(&pending->lane[i], fold);
}

void pt_pending_fini(struct pt_pending *pending)
{
    for (int32_t i = 0; i < PT_LANES; i++)
        pt_tree_fini(&pending->lane[i]);
}

static struct pt_sum sum_of(const struct pt_entry *entry)
{
    bool promised = entry->promise != PT_TIME_NEVER;

    return (struct pt_sum){{entry->width, entry->limit,
                            promised ? entry->promise : INT64_MIN, promised}};
}

void pt_pending_add(struct pt_pending *pending, const struct pt_entry *entry,
                    int32_t handle)
{
    for (int32_t i = 0; i < pending->lanes; i++)
        pt_tree_insert(&pending->lane[i], entry->key[i], handle, sum_of(entry));
}

void pt_pending_remove(struct pt_pending *pending, const struct pt_entry *entry)
{
    for (int32_t i = 0; i < pending->lanes; i++)
        pt_tree_remove(&pending->lane[i], entry->key[i]);
}

void pt_pending_change(struct pt_pending *pending, const struct pt_entry *entry)
{
    for (int32_t i = 0; i < pending->lanes; i++)
        pt_tree_change(&pending->lane[i], entry->key[i], sum_of(entry));
}

int64_t pt_pending_least_width(const struct pt_pending *pending)
{
    const struct pt_tree *queue = &pending->lane[PT_LANE_QUEUE];

    return queue->size > 0 ? pt_tree_total(queue).v[0] : INT64_MAX;
}

static struct pt_key past(const struct pt_key *key)
{
    return (struct pt_key){.a = key->a, .b = key->b, .c = key->c + 1};
}

static int32_t search(const struct pt_tree *lane, const struct pt_key *after,
                      struct pt_tree_search *s)
{
    struct pt_key from = after ? past(after) : (struct pt_key){0};
    int64_t handle;

    return pt_tree_first(lane, after ? &from : NULL, s, NULL, &handle)
               ? (int32_t)handle
               : -1;
}

int32_t pt_pending_first(const struct pt_pending *pending,
                         const struct pt_key *after)
{
    struct pt_key from = after ? past(after) : (struct pt_key){0};
    int64_t handle;

    return pt_tree_next(&pending->lane[PT_LANE_QUEUE], after ? &from : NULL,
                        NULL, &handle)
               ? (int32_t)handle
               : -1;
}

int32_t pt_pending_first_in(const struct pt_pending *pending, int64_t pool,
                            const struct pt_key *after)
{
    struct pt_key from = {.a = pool, .b = INT64_MIN, .c = INT64_MIN}, key;
    int64_t handle;

    if (after)
        from = past(after);
    if (!pt_tree_next(&pending->lane[PT_LANE_QUEUE], &from, &key, &handle) ||
        key.a != pool)
        return -1;
    return (int32_t)handle;
}

static int32_t pick_unpromised(struct pt_tree_search *s,
                               const struct pt_sum *sums, int32_t n,
                               int32_t from)
{
    (void)s;
    while (from < n && sums[from].v[3] != 0)
        from++;
    return from;
}

int32_t pt_pending_unpromised(const struct pt_pending *pending)
{
    struct pt_tree_search s = {.pick = pick_unpromised};

    return search(&pending->lane[PT_LANE_QUEUE], NULL, &s);
}

struct stair_search {
    struct pt_tree_search search;
    const struct pt_stairs *stairs;
};

static int32_t pick_fitting(struct pt_tree_search *s, const struct pt_sum *sums,
                            int32_t n, int32_t from)
{
    const struct pt_stairs *stairs = ((struct stair_search *)s)->stairs;

    for (; from < n; from++)
        if (sums[from].v[3] == 0 && sums[from].v[0] <= stairs->level[0] &&
            sums[from].v[0] <= pt_stairs_level(stairs, sums[from].v[1]))
            break;
    return from;
}

int32_t pt_pending_fit(const struct pt_pending *pending,
                       const struct pt_key *after,
                       const struct pt_stairs *stairs)
{
    struct stair_search s = {.search = {.pick = pick_fitting},
                             .stairs = stairs};

    return search(&pending->lane[pending->lanes - 1], after, &s.search);
}

/* When WIDTH units are first free; never, as far as the stairs go. */
static pt_time free_at(const struct pt_stairs *free, int64_t width)
{
    for (int32_t i = 0; i < free->n; i++)
        if (width <= free->level[i])
            return free->within[i];
    return PT_TIME_NEVER;
}

static int32_t pick_movable(struct pt_tree_search *s, const struct pt_sum *sums,
                            int32_t n, int32_t from)
{
    const struct pt_stairs *free = ((struct stair_search *)s)->stairs;

    while (from < n && free_at(free, sums[from].v[0]) >= sums[from].v[2])
        from++;
    return from;
}

void pt_pending_walk_start(const struct pt_pending *pending,
                           struct pt_tree_walk *walk)
{
    pt_tree_walk_start(&pending->lane[PT_LANE_QUEUE], walk);
}

int32_t pt_pending_movable(const struct pt_pending *pending,
                           struct pt_tree_walk *walk,
                           const struct pt_stairs *free)
{
    struct stair_search s = {.search = {.pick = pick_movable}, .stairs = free};
    int64_t handle;

    return pt_tree_walk(&pending->lane[PT_LANE_QUEUE], walk, &s.search, NULL,
                        &handle)
               ? (int32_t)handle
               : -1;
}
