/* selftest_bench.h - a policy over a few gangs in memory, audited at each step
 * from the facts and the decisions alone. */
#ifndef PT_TOOL_SELFTEST_BENCH_H
#define PT_TOOL_SELFTEST_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "core/core.h"
#include "sink/out.h"

enum { PT_BENCH_JOBS = 32, PT_BENCH_SLOTS = 16 };

struct pt_bench_job {
    pt_time submit, length, limit;
    int32_t width;
    int64_t user;
};

struct pt_bench {
    const char *policy; /* as one types it */
    int32_t slots;      /* alike, at most PT_BENCH_SLOTS */
    enum pt_ties ties;
    const struct pt_bench_job *jobs; /* [n] in order of submit */
    int32_t n;                       /* at most PT_BENCH_JOBS */
    const char *tape;                /* a file; NULL: none is written */
    const volatile int *interrupted; /* may be NULL */
};

/* What must never happen. */
enum pt_breach {
    PT_BREACH_RECORD,  /* a job without a record, or with two; or it is done,
                          and never ran; or the run did not end */
    PT_BREACH_SLOT,    /* a slot with two users, or one that is not there */
    PT_BREACH_GANG,    /* members that do not start together, and once */
    PT_BREACH_LENGTH,  /* a gang that works longer than it takes, or shorter */
    PT_BREACH_LEDGER,  /* classes that do not sum to slots x window */
    PT_BREACH_PROMISE, /* a start later than the first promise */
    PT_BREACHES
};

struct pt_bench_result {
    pt_time start[PT_BENCH_JOBS]; /* PT_TIME_NEVER: it never ran */
    enum pt_state state[PT_BENCH_JOBS];
    bool breach[PT_BREACHES];
    bool promises; /* it is of those that keep them */
    int64_t steps; /* after each of which the core recounted */
    int64_t decisions;
    char digest[PT_DIGEST_TEXT]; /* of the tape */
};

int pt_bench_run(const struct pt_bench *bench, struct pt_bench_result *result,
                 struct pt_err *err);

/* Feeds BENCH's tape to a fresh core: *same tells whether it decides what
 * RESULT's did, to the last one. */
int pt_bench_feed(const struct pt_bench *bench,
                  const struct pt_bench_result *result, bool *same,
                  struct pt_err *err);

#endif
