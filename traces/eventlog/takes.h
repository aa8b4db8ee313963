/* takes.h - what becomes of each launch of a stage's tasks.
 *
 * A stage's tasks are those of its first attempt; a later attempt numbers only
 * what was missing then, and its launches are led back to the first one's by
 * partition (since 3.3), or by what was missing.
 *
 * Takes are by launch, so a launch that did not end by itself (lost with its
 * executor, killed, not over when the log ended) needs one as well, or all
 * after it would move up: it gets the length of its task's next success, or
 * else the median of the stage's, but no less than it ran.  What killed it is
 * not told: the nodes that go down and the core's rules do that again.  One
 * that was killed, or not over, keeps its slot that long if it is killed again.
 * A speculative copy that was killed gets none, and the original that a copy
 * overtook gets as long as it ran. */
#ifndef PT_TRACES_EVENTLOG_TAKES_H
#define PT_TRACES_EVENTLOG_TAKES_H

#include <stdint.h>
#include "traces/eventlog/app.h"
#include "traces/source.h"

/* A stage that lacks more launches than this is absurd. */
#define PT_EVENTLOG_UNLAUNCHED 1000000

/* Memory that is used again from stage to stage; all zero at first. */
struct pt_eventlog_takes {
    int32_t *at; /* takes_at of the job's stages, one after the other */
    int64_t nat, at_capacity;
    struct pt_take *takes; /* and their takes */
    int64_t ntakes, capacity;
    int64_t *map_id; /* [ntakes] of PT_FAULT_FETCH, for the caller to resolve */
    int32_t *map_index;
    int64_t fetch_capacity, index_capacity;
};

/* What was added for one stage. */
struct pt_eventlog_added {
    int64_t at, takes; /* where, in `at` and in `takes` */
    pt_time longest;
};

/* Adds the takes of STAGE, which has a width.  Counts in APP's rules. */
struct pt_eventlog_added pt_eventlog_takes_add(struct pt_eventlog_takes *takes,
                                               struct pt_app *app,
                                               int32_t stage);

/* The task of STAGE whose partition is that; PT_APP_UNKNOWN if none is known.
 */
int32_t pt_eventlog_task_of(const struct pt_app *app,
                            const struct pt_app_stage *stage,
                            int32_t partition);

void pt_eventlog_takes_fini(struct pt_eventlog_takes *takes);

#endif
