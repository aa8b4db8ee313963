/* job.h - what a user submits, as the core may know it.
 *
 * A job is a DAG of stages; a rigid trace job has one.  Nothing here says how
 * long anything truly takes: that is the world's knowledge (traces/source.h).
 */
#ifndef PT_CORE_JOB_H
#define PT_CORE_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include "base/time.h"
#include "core/resource.h"

enum pt_mode {
    PT_PARALLEL, /* each task on its own */
    PT_GANG      /* all tasks at once, or none */
};

/* What the input tells of a stage that no machine could run (Spark, barrier
 * mode, 1.2 of its rules). */
enum pt_flaw {
    PT_FLAW_NONE,
    PT_FLAW_CHAIN /* the operations chained in a gang do not keep its tasks */
};

/* A place that a task's data is near. */
enum pt_site_kind { PT_SITE_NODE, PT_SITE_HOST };
struct pt_site {
    enum pt_site_kind kind;
    int32_t number;
};

/* All that is zero means: nothing special. */
struct pt_stage {
    int32_t ntasks; /* >= 1: the stage's width */
    enum pt_mode mode;
    struct pt_need need; /* of one task */
    pt_time limit;       /* the user's estimate, > 0 */
    int32_t nparents;
    const int32_t *parents; /* [nparents] stages that must end before */
    int64_t id;   /* the trace's own number: for people, and for the names
                     that Spark breaks ties by */
    bool retries; /* what fails is tried again, by the run's rules; else its
                     first failure is the job's */
    bool result;  /* its output is the job's and has left the cluster: nobody
                     can take it back (Spark's ResultStage) */
    enum pt_flaw flaw;
    int32_t profile; /* runs on nodes of this profile alone; 0: on any */
    const int32_t *sites_at; /* [ntasks + 1] where each task's begin in `sites`;
                                NULL: no task prefers any */
    const struct pt_site *sites;
};

struct pt_job {
    int64_t rank; /* arrival rank: submit time, then input order */
    int64_t id;   /* the trace's own number: for people, never for ties */
    int64_t user, group, queue; /* -1 = unknown */
    int32_t pool; /* in the run's table of pools; 0: the default one */
    int32_t tag;  /* the world's own number; the core hands it back */
    int32_t nstages;
    pt_time submit;
    const struct pt_stage *stages; /* [nstages], parents before children */
};

#endif
