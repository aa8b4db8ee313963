/* spark_account.h - what was done to the stages of an application: by Spark, as
 * its event log tells it, and by our core, given the same stages and lengths.
 * Times are on the run's clock. */
#ifndef PT_TESTS_GOLDEN_SPARK_ACCOUNT_H
#define PT_TESTS_GOLDEN_SPARK_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/time.h"
#include "run.h"

/* One launch of a task. */
struct spark_launch {
    pt_time at;
    int64_t stage; /* Spark's id */
    int32_t try, task;
    int32_t node, host;
    bool gang, copy;
};

/* An attempt of a stage that was launched, or is over. */
struct spark_attempt {
    int64_t stage;
    int32_t try, ntasks;
    bool gang, over, failed;
    pt_time ready, start, end; /* PT_TIME_NEVER: unknown */
};

struct spark_job {
    int64_t id;
    bool over, failed;
    pt_time submit;
};

struct spark_account {
    int64_t zero;    /* ms since the epoch at which the run's clock is 0 */
    int32_t repeats; /* ends of attempts that were told again */
    struct spark_launch *launches; /* [nlaunches] in order */
    int32_t nlaunches, launch_capacity;
    struct spark_attempt *attempts; /* [nattempts] by first launch */
    int32_t nattempts, attempt_capacity;
    struct spark_job *jobs; /* [njobs] by id */
    int32_t njobs, job_capacity;
};

/* A pool, as an allocation file has it. */
struct spark_pool {
    const char *name;
    int32_t weight, min_share;
    bool fair;
};

/* What Spark did, by the log at PATH. */
struct spark_account spark_recorded(const char *path);

/* What our core does with the stages of that log under its recorded conditions.
 * POOLS [NPOOLS] as the scenario's allocation file has them: none, and no FAIR
 * order, if there are none.  SEED orders the offers. */
struct spark_account spark_replayed(const char *path,
                                    const struct spark_pool *pools,
                                    int32_t npools, int64_t seed);

void spark_account_fini(struct spark_account *account);

/* The attempt, or NULL. */
struct spark_attempt *spark_attempt_of(const struct spark_account *account,
                                       int64_t stage, int32_t try);

/* The rules that the application ran under. */
void spark_rules(const char *path, struct pt_rules *rules);

#endif
