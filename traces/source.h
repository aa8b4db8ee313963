/* source.h - where jobs come from: traces and workload models.
 *
 * A source yields jobs in order of (submit, input order), with what only a
 * world may know of them: how long they truly take.  It streams: memory does
 * not grow with the number of jobs. */
#ifndef PT_TRACES_SOURCE_H
#define PT_TRACES_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/plugin.h"
#include "core/fact.h"
#include "core/job.h"
#include "core/rules.h"

/* What becomes of one launch of a task. */
struct pt_take {
    pt_time length;
    enum pt_outcome outcome; /* SUCCESS or FAILURE */
    enum pt_fault fault;
    int32_t parent, output; /* of PT_FAULT_FETCH: see fact.h */
    pt_time lingers; /* if it is killed, and not with its node: it keeps its
                        slot so long after its launch, at least; 0: no longer */
};

/* The truth about one stage. */
struct pt_truth {
    pt_time length;          /* of every task, where `task` is NULL */
    const pt_time *task;     /* [ntasks] each task's own length, or NULL */
    enum pt_outcome outcome; /* SUCCESS or FAILURE, once it has run */

    /* All NULL and zero where there is nothing more to know: */
    const int32_t *takes_at;     /* [ntasks + 1] where each task's begin in
                                    `takes`, instead of all the above; NULL */
    const struct pt_take *takes; /* by launch, retries and copies counted; the
                                    last one for all further launches */
    int32_t iterations;          /* a gang's: its work is cut into so many equal
                                    parts, and the members meet after each */
    bool together;               /* a gang's members leave together: the last
                                    one's end is all theirs */
    bool may_fail, may_straggle; /* the run's models of task failures and of
                                    stragglers are for it */
};

/* A job and the truth about it.  Borrowed until the source's next call. */
struct pt_work {
    struct pt_job job;             /* rank and tag are the world's to fill */
    const struct pt_truth *truths; /* [job.nstages] */
    int64_t after; /* 1 + number of an earlier work of this source, counted from
                      0; this one is submitted `gap` after that one's end,
                      however it ends, and job.submit is when that was in the
                      trace.  0: it is submitted at job.submit */
    pt_time gap;
};

/* A node of the machine that a trace was recorded on. */
struct pt_machine_node {
    struct pt_node node;
    const char *name, *host_name;
    pt_time up, down; /* PT_TIME_NEVER: it stayed; up <= all submits: it was
                         there from the start */
    double speed;     /* what runs there takes 1 / speed as long; 0 = unknown,
                         which is as good as 1 */
};

/* A `--set` key that the source knows the recorded value of. */
struct pt_condition {
    const char *key, *value;
};

/* What a source knows of the machine it was recorded on; 0 = unknown. */
struct pt_machine {
    int64_t processors, nodes;
    int64_t unix_start;                 /* epoch of its time 0; 0 = unknown */
    const struct pt_machine_node *node; /* [nodes], or NULL: all alike */
    const struct pt_pool_spec *pools;   /* [npools]; see rules.h; the first is
                                           the default one.  NULL: that alone */
    int32_t npools;
    const struct pt_condition *conditions; /* [nconditions] */
    int32_t nconditions;
};

/* How often a named rule touched a row, for the report and for run.json.  A
 * rule that touched none is listed too. */
struct pt_rule {
    const char *name; /* "submit-missing" */
    const char *what; /* "row dropped: no submit time" */
    int64_t rows;
    bool drops; /* the row does not become a job */
};

struct pt_source_info {
    const struct pt_machine *machine;
    const struct pt_rule *rules;
    int32_t nrules;
    int64_t rows;       /* rows of the input read so far, comments apart */
    int64_t jobs;       /* jobs yielded so far: rows = jobs + dropped */
    const char *digest; /* SHA-256 of the file's bytes as they are on disk, in
                           hexadecimal; NULL before the end is read, and for
                           models */
    int64_t bytes;      /* of the file, read so far; 0 for models */
};

/* How a trace's rows become jobs; the run's `--set` keys of the same names. */
enum pt_clean { PT_CLEAN_NONE, PT_CLEAN_STRICT };
enum pt_missing_limit { PT_MISSING_RUN, PT_MISSING_DROP, PT_MISSING_MAX };
enum pt_overrun { PT_OVERRUN_TRUNCATE, PT_OVERRUN_KILL, PT_OVERRUN_EXTEND };
enum pt_wide { PT_WIDE_REJECT, PT_WIDE_DROP, PT_WIDE_ERROR };

struct pt_reading {
    enum pt_clean clean;
    enum pt_missing_limit missing_limit;
    enum pt_overrun overrun;
    enum pt_wide wide;
    int64_t processors; /* of the simulated machine; 0: take the trace's own */
    double scale;       /* factor on the gaps between submits: 0.5 doubles the
                           load; 1 leaves the times as they are, exactly */
    uint64_t seed;
    bool sorted; /* the rows are known to step back: read all, sort by
                    (submit, input order), then yield */
};

/* A format, or a model.  `open` returns the opened state's jobs one by one
 * through `next`: 1 = a job, 0 = the end, -1 = ERR is filled.  A trace that
 * steps back in time while not `sorted` fails with PT_ERR_UNSORTED.  `info` may
 * be called at any time between open and close; `close` always follows a
 * successful open, and frees all. */
struct pt_source {
    PT_PLUGIN;
    bool staged; /* its jobs are pipelines: runs write stages.csv */
    bool (*sniff)(const char *path, const char *head, size_t n); /* is this
                file ours?  HEAD is its first N decompressed bytes.  NULL for
                a model */
    int (*open)(void *state, const char *path, const struct pt_reading *reading,
                struct pt_err *err);
    int (*next)(void *state, struct pt_work *work, struct pt_err *err);
    void (*info)(const void *state, struct pt_source_info *info);
    /* When, in the trace, the stage whose job and stage have these ids of the
     * trace's own was ready and when it had ended; false: not known.  May be
     * NULL. */
    bool (*recorded)(const void *state, int64_t job, int64_t stage,
                     pt_time *ready, pt_time *end);
    void (*close)(void *state);
};

#endif
