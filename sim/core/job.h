/* job.h - what a user submits, as the core may know it.
 *
 * A job is a DAG of stages; a rigid trace job has one.  Nothing here says how
 * long anything truly takes: that is the world's knowledge (traces/source.h).
 */
#ifndef PT_CORE_JOB_H
#define PT_CORE_JOB_H

#include <stdint.h>
#include "base/time.h"
#include "core/resource.h"

enum pt_mode {
    PT_PARALLEL, /* each task on its own */
    PT_GANG      /* all tasks at once, or none */
};

struct pt_stage {
    int32_t ntasks; /* >= 1: the stage's width */
    enum pt_mode mode;
    struct pt_need need; /* of one task */
    pt_time limit;       /* the user's estimate, > 0 */
    int32_t nparents;
    const int32_t *parents; /* [nparents] stages that must end before */
};

struct pt_job {
    int64_t rank; /* arrival rank: submit time, then input order */
    int64_t id;   /* the trace's own number: for people, never for ties */
    int64_t user, group, queue; /* -1 = unknown */
    int32_t tag; /* the world's own number; the core hands it back */
    int32_t nstages;
    pt_time submit;
    const struct pt_stage *stages; /* [nstages], parents before children */
};

#endif
