/* eventlog.h - the event logs of Apache Spark, 1.4 to 4.x.
 *
 * One JSON object a line, plain or compressed with gzip or zstd, in one file or
 * in the parts of a rolling log, which are a folder.  Spark's jobs become
 * works: DAGs of the stages that they ran (jobs.h), with what became
 * of each launch of each task (takes.h); its executors are the machine
 * (machine.h).  All of the log is read at opening, and what matters of
 * it is kept: some 150 bytes a launch.
 *
 * A line that is no event is skipped, counted and remembered (`notes`); a file
 * that breaks off is used up to there.  An error is only what leaves nothing:
 * not a single event.
 *
 * Not in a log, and so not here: which places tasks preferred (they run
 * anywhere), barrier() calls and the time in them (it is in the tasks'
 * lengths), jobs that never passed the check for slots, racks (all hosts are in
 * one). */
#ifndef PT_TRACES_EVENTLOG_EVENTLOG_H
#define PT_TRACES_EVENTLOG_EVENTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "traces/source.h"

extern const struct pt_source pt_source_eventlog;

/* As pt_source_eventlog.open(), of BYTES [N] instead of a file; they are
 * borrowed for the call, and NAME stands for the file in messages. */
int pt_eventlog_open_bytes(void *state, const char *name, const void *bytes,
                           size_t n, const struct pt_reading *reading,
                           struct pt_err *err);

/* The executors that were there from `at` on, until the next one's. */
struct pt_eventlog_slots {
    pt_time at;
    int32_t executors;
    int64_t slots; /* for tasks of each executor's own profile */
};

/* A stage on the critical path. */
struct pt_eventlog_link {
    int64_t job, stage; /* Spark's ids */
    pt_time length;     /* from its submission to its end */
};

/* What a log says of its application.  Counts are of the log, whatever becomes
 * of it. */
struct pt_eventlog_view {
    const char *name, *id, *user, *version; /* NULL: not told */
    pt_time start, end; /* the application's; what is not told is the first and
                           the last instant in the log */
    bool ended;         /* the log says so */
    int32_t files;
    int64_t events;

    int64_t jobs, jobs_failed, jobs_unended;
    int64_t stages, stages_run, stages_failed; /* stages: listed by jobs, each
                                                  number once; failed: by their
                                                  last attempt */
    int64_t attempts, attempts_failed, attempts_unended;
    const struct pt_eventlog_barrier {
        int64_t stage;
        int32_t ntasks;
    } * barriers; /* [nbarriers] stages that ran in barrier mode */
    int32_t nbarriers;

    int64_t tasks; /* of the stages' first attempts */
    int64_t launches, succeeded, errors, fetch_failures, lost, killed, unended;
    int64_t copies;      /* of the launches: speculative */
    int64_t resubmitted; /* of the successes: taken back */
    int64_t late;        /* ended after their stage attempt */

    int64_t executors, removed, hosts;
    int32_t most_executors;
    int64_t most_slots;
    double mean_slots;                     /* from start to end */
    const struct pt_eventlog_slots *slots; /* [nslots] */
    int32_t nslots;

    /* What the driver adds to a stage, as opposed to its tasks and to waiting
     * for slots: the median time from a submission to the first launch. */
    pt_time startup;

    /* The longest chain of stages, by the DAGs and by which job waited for
     * which, with the gaps between jobs. */
    pt_time critical, critical_gaps;
    const struct pt_eventlog_link *path; /* [npath] in order */
    int32_t npath;

    const char *const *notes; /* [nnotes] FILE:LINE:COL: what was wrong */
    int32_t nnotes;
    int64_t more_notes; /* that were not kept */
};

/* Of an opened state; borrowed until it is closed.  Ends the loan of the work
 * that was yielded last. */
const struct pt_eventlog_view *pt_eventlog_view(void *state);

#endif
