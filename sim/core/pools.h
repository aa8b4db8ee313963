/* pools.h - in which order the stages of pools are offered slots.
 *
 * Spark's pools (SchedulingAlgorithm.scala).  Below a FIFO pool: the smaller
 * key (job, then stage) first; a pool in it has the key of the stage that it
 * would offer next, so that FIFO pools below a FIFO root are one queue.  Below
 * a FAIR one, for two siblings, pools or stages, with the tasks that run below
 * each:
 *
 *   1  one has fewer than its minimum share, the other not: that one first;
 *   2  both have fewer: the smaller running / max(minimum share, 1) first;
 *   3  neither: the smaller running / weight first;
 *   4  a tie: by name, as text (a stage's is TaskSet_ID.TRY); the same name:
 *      pools as in the table, then stages by key.
 * The order is that of one moment: shares do not change within a round. */
#ifndef PT_CORE_POOLS_H
#define PT_CORE_POOLS_H

#include <stdbool.h>
#include <stdint.h>
#include "core/pending.h"
#include "core/rules.h"

/* A stage with tasks that wait. */
struct pt_pooled {
    int32_t pool;      /* in the table */
    int64_t running;   /* its tasks that run */
    struct pt_key key; /* order within FIFO pools: a total one */
    int64_t id;        /* for its name: TaskSet_<id>.<try> */
    int32_t try;
    int32_t payload; /* the caller's */
};

/* Sorts ITEMS [n] as the pools POOLS [npools] below a root that is FAIR or FIFO
 * have it.  RUNNING [npools]: tasks that run in each pool itself and in all
 * pools below it.  A total order as long as keys differ: O(n log n)
 * per level of pools. */
void pt_pools_sort(const struct pt_pool_spec *pools, int32_t npools,
                   bool fair_root, const int64_t *running,
                   struct pt_pooled *items, int32_t n);

#endif
