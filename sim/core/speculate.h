/* speculate.h - which tasks of a parallel stage are so slow that a copy pays.
 *
 * Spark's speculation (TaskSetManager.checkSpeculatableTasks): once quantile x
 * ntasks (rounded down, at least 1) have succeeded, a task that has run for
 * longer than max(multiplier x the median of their lengths, the minimum) is a
 * candidate.  Not for stages of one task.  Pure. */
#ifndef PT_CORE_SPECULATE_H
#define PT_CORE_SPECULATE_H

#include <stdint.h>
#include "base/time.h"
#include "core/rules.h"

/* Lengths of the tasks that succeeded, with their median at hand: two heaps. */
struct pt_median {
    pt_time *low, *high; /* the shorter half, negated, and the longer one: each
                            with its least in front */
    int32_t nlow, nhigh, low_capacity, high_capacity;
};

/* O(log n). */
void pt_median_add(struct pt_median *median, pt_time length);
/* As Spark's PercentileHeap: of an even number, the longer of the two in the
 * middle.  PT_TIME_NEVER of none. */
pt_time pt_median_get(const struct pt_median *median);
void pt_median_fini(struct pt_median *median);

/* A task that runs longer than this is a candidate; PT_TIME_NEVER: too few have
 * ended, or NTASKS is 1. */
pt_time pt_speculate_threshold(const struct pt_rules *rules,
                               const struct pt_median *median, int32_t ntasks);

#endif
