/* twin.h - the schedulers a second time, naive on purpose.
 *
 * Written from the definitions alone and sharing no code with the core: where
 * the two disagree, one of them has misread the definitions.  Everything is a
 * plain scan; the profile is built from scratch at every pass.  Jobs are rigid
 * gangs of one stage; slots are identical.  All times are integers of any one
 * unit; that unit is the smallest step of time. */
#ifndef PT_TESTS_TWIN_H
#define PT_TESTS_TWIN_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* No instant: it did not start, or never had a promise. */
#define TWIN_NONE INT64_MIN
/* backfill: a promise for everybody. */
#define TWIN_ALL INT_MAX

struct twin_job {
    int64_t submit, length, limit; /* length, limit >= 0 */
    int width;                     /* >= 1 */
    int64_t user;
};

enum twin_kind { TWIN_GANG, TWIN_BACKFILL, TWIN_FIFO };
enum twin_ties { TWIN_INSTANT, TWIN_EVENT, TWIN_PYSS };

/* What becomes of a job whose length > limit.  EXTEND is not for kept
 * promises. */
enum twin_overrun { TWIN_TRUNCATE, TWIN_KILL, TWIN_EXTEND };

/* All zero is fcfs, ties=instant, overrun=truncate. */
struct twin_config {
    enum twin_kind kind;
    enum twin_ties ties;
    enum twin_overrun overrun;
    bool skip;            /* gang: head=skip */
    int depth;            /* backfill: that many promises */
    bool keep;            /* backfill: promises=keep */
    bool sjf;             /* backfill: order=sjf */
    bool by_profile;      /* backfill depth=1 by the general rule for depth=k:
                             the same schedule as by EASY's own */
    bool fair;            /* fifo: order=fair, a pool per user */
    int drivers;          /* fifo: 0 and 1 are one queue; > 1 excludes fair */
    int64_t hold_timeout; /* fifo: 0 is never */
    int64_t backoff;      /* fifo: doubles with every time-out of the job */
};

enum twin_state { TWIN_DONE, TWIN_KILLED, TWIN_REJECTED, TWIN_UNFINISHED };

struct twin_result {
    enum twin_state state;
    int64_t start, end; /* of the work itself */
    int64_t promise;    /* the first start time later than the instant of its
                           pass that it was promised */
    int timeouts;       /* of its holds */
};

struct twin_totals {
    int deadlocks; /* passes after which there was one, and before not */
    int timeouts;
    int64_t passes;
};

/* Runs JOBS [N] on SLOTS slots; OUT [N] is in the order of JOBS.  Returns 0, or
 * -1 if the run does not end (gangs that time out and deadlock again for ever,
 * more than 1000 times a job); OUT then says how far it got. */
int twin_run(const struct twin_job *jobs, int n, int slots,
             const struct twin_config *config, struct twin_result *out,
             struct twin_totals *totals);

#endif
