/* pending.h - the queue: what is ready and waits.
 *
 * Entries are stage attempts.  They stand in one lane, or two: the queue itself
 * (by pool, then arrival rank, stage, try) and, where a policy tries its
 * candidates in another order, the candidates.  Each lane is a tree whose folds
 * are (least width, least limit, greatest promise): so "the next one that could
 * start" and "the next one that could move" skip all that cannot. */
#ifndef PT_CORE_PENDING_H
#define PT_CORE_PENDING_H

#include <stdbool.h>
#include <stdint.h>
#include "base/time.h"
#include "base/tree.h"

enum { PT_LANE_QUEUE, PT_LANE_CANDIDATES, PT_LANES };

struct pt_entry {
    struct pt_key key[PT_LANES];
    int64_t width; /* units asked for at once */
    pt_time limit;
    pt_time promise; /* PT_TIME_NEVER: none */
};

struct pt_pending {
    struct pt_tree lane[PT_LANES];
    int32_t lanes; /* in use: with 1, the queue is the candidates' order too */
};

void pt_pending_init(struct pt_pending *pending, int32_t lanes);
void pt_pending_fini(struct pt_pending *pending);

/* HANDLE is what the searches give back. */
void pt_pending_add(struct pt_pending *pending, const struct pt_entry *entry,
                    int32_t handle);
void pt_pending_remove(struct pt_pending *pending,
                       const struct pt_entry *entry);
/* After width, limit or promise of ENTRY changed. */
void pt_pending_change(struct pt_pending *pending,
                       const struct pt_entry *entry);

static inline int64_t pt_pending_count(const struct pt_pending *pending)
{
    return pending->lane[PT_LANE_QUEUE].size;
}

/* Least width asked for; INT64_MAX if none waits. */
int64_t pt_pending_least_width(const struct pt_pending *pending);

/* Handle of the first entry of the queue, or the first after KEY; -1: none. */
int32_t pt_pending_first(const struct pt_pending *pending,
                         const struct pt_key *after);
/* The first entry of pool POOL (key.a), after KEY if not NULL. */
int32_t pt_pending_first_in(const struct pt_pending *pending, int64_t pool,
                            const struct pt_key *after);
/* The first entry of the queue without a promise. */
int32_t pt_pending_unpromised(const struct pt_pending *pending);

/* What fits: at least level[i] units are free until at[i], i.e. a stage with
 * limit <= at[i] - now may be level[i] wide; levels descend, the last `at` is
 * PT_TIME_NEVER. */
enum { PT_STAIRS = 24 };
struct pt_stairs {
    int32_t n;
    pt_time within[PT_STAIRS]; /* greatest limit for which ... */
    int64_t level[PT_STAIRS];  /* ... this width still fits */
};

/* The widest stage with this LIMIT that fits. */
static inline int64_t pt_stairs_level(const struct pt_stairs *stairs,
                                      pt_time limit)
{
    int32_t i = 0;

    while (i < stairs->n - 1 && limit > stairs->within[i])
        i++;
    return stairs->level[i];
}

/* The first without a promise in the candidates' order, after AFTER (NULL: of
 * all), with width within what STAIRS give for its limit; -1: none. */
int32_t pt_pending_fit(const struct pt_pending *pending,
                       const struct pt_key *after,
                       const struct pt_stairs *stairs);

/* A walk along the queue to those whose promise is later than the first instant
 * at which their width is free at all; good while nobody enters or leaves.
 * FREE, which may change between steps: ascending levels; level[i] units are
 * first free at within[i]. */
void pt_pending_walk_start(const struct pt_pending *pending,
                           struct pt_tree_walk *walk);
/* The next one, or -1. */
int32_t pt_pending_movable(const struct pt_pending *pending,
                           struct pt_tree_walk *walk,
                           const struct pt_stairs *free);

#endif
