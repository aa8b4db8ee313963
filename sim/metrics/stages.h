/* stages.h - the metrics of stage attempts: how long gangs wait to be launched,
 * what their members wait for each other, how often they are tried.
 *
 * Keeps 8 or 16 bytes per attempt that is over.  Definitions: README "Metrics".
 * The wait of an attempt is its first launch - ready, where ready is when it
 * joined the queue; attempts that were never launched have none. */
#ifndef PT_METRICS_STAGES_H
#define PT_METRICS_STAGES_H

#include <stdint.h>
#include "core/fact.h"
#include "core/words.h"
#include "metrics/spread.h"

/* In the file's terms an attempt is a gang's or a parallel stage's. */
struct pt_stage_summary {
    int64_t attempts;               /* that are over, launched or not */
    int64_t failures;               /* of them, without success */
    int64_t failed[PT_CAUSE_WORDS]; /* the same, by enum pt_cause */
    int64_t launches, task_failures;
    int64_t gangs;          /* attempts of gangs that were launched */
    int64_t gang_successes; /* of them */
    double gang_tries;      /* gangs / gang_successes; NaN: none did */
    pt_time held;           /* slot-microseconds idle in incomplete gangs */
    pt_time barrier;        /* task-microseconds of waiting at barriers */
    struct pt_spread gang_wait, parallel_wait;
    struct pt_spread gang_barrier; /* task-seconds, over launched gangs */
};

struct pt_stages;

struct pt_stages *pt_stages_new(void);
void pt_stages_free(struct pt_stages *stages);

/* Takes in the stage records of STEP.  Amortised O(1) a record. */
void pt_stages_step(struct pt_stages *stages, const struct pt_step *step);

/* Fills SUMMARY; sorts for that, so it is to be called once, after the last
 * step. */
void pt_stages_close(struct pt_stages *stages,
                     struct pt_stage_summary *summary);

#endif
