/* downtime.h - how often nodes went down in a run, why, for how long, and what
 * that killed.
 *
 * An outage begins with PT_FACT_NODE_DOWN of a node that is not down, and ends
 * with PT_FACT_NODE_UP.  One that was planned is of PT_ORIGIN_MAINTENANCE,
 * whatever else it is.  A node that is not there at first and comes later was
 * not down. */
#ifndef PT_METRICS_DOWNTIME_H
#define PT_METRICS_DOWNTIME_H

#include <stdint.h>
#include "core/fact.h"
#include "metrics/ledger.h"

struct pt_downtime_count {
    int64_t outages; /* of one node each, in all of the run */
    int64_t killed;  /* attempts (of a parallel stage: tasks) that lost a node;
                        UNKNOWN: also where nodes went down in one step for
                        different reasons */
    pt_area down;    /* node-microseconds in the ledger's window, exactly */
};

struct pt_downtime_summary {
    int64_t outages, killed;
    int64_t nodes; /* that were ever down */
    struct pt_downtime_count by[PT_ORIGINS];
};

struct pt_downtime;

struct pt_downtime *pt_downtime_new(void);
void pt_downtime_free(struct pt_downtime *downtime);

/* Where the outage began that FACT, a PT_FACT_NODE_DOWN, tells of. */
enum pt_origin pt_downtime_origin(const struct pt_fact *fact);

/* Takes in STEP.  Amortised O(1) a fact or decision. */
void pt_downtime_step(struct pt_downtime *downtime, const struct pt_step *step);

/* Fills SUMMARY, after the last step. */
void pt_downtime_close(struct pt_downtime *downtime,
                       struct pt_downtime_summary *summary);

#endif
