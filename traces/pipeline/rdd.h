/* rdd.h - the datasets that are chained in one stage (Spark's RDDs), and
 * whether a gang may be made of them.
 *
 * The first is the stage's last one; a dependency leads from a dataset to those
 * that it is made of.  Over a narrow one both are made by the same tasks; a
 * shuffle parts two stages. */
#ifndef PT_TRACES_PIPELINE_RDD_H
#define PT_TRACES_PIPELINE_RDD_H

#include <stdbool.h>
#include <stdint.h>
#include "core/job.h"

struct pt_rdd_parent {
    int32_t rdd;
    bool shuffle;
};

struct pt_rdd {
    int32_t partitions;
    bool barrier; /* its tasks are to run at once */
    int32_t nparents;
    const struct pt_rdd_parent *parents; /* [nparents] */
};

/* Spreads the barrier flag of RDDS [N] downstream over narrow dependencies,
 * from each to those made of it; a shuffle cuts it. */
void pt_rdd_spread(struct pt_rdd *rdds, int32_t n);

/* PT_FLAW_CHAIN if, of RDDS [N] that narrow dependencies lead to from the
 * first, some one has not NTASKS partitions, or depends (over a shuffle too) on
 * more than one with the barrier flag; else PT_FLAW_NONE.  To be asked of gangs
 * alone, once the flags are spread. */
enum pt_flaw pt_rdd_check(const struct pt_rdd *rdds, int32_t n, int32_t ntasks);

#endif
