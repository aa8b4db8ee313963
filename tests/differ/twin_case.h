/* twin_case.h - a hand case: a few jobs, and when each starts under which
 * policy.
 *
 * The format is described in tests/golden/cases/README.md. */
#ifndef PT_TESTS_TWIN_CASE_H
#define PT_TESTS_TWIN_CASE_H

#include "twin.h"

#include <stddef.h>

#define TWIN_CASE_JOBS    32
#define TWIN_CASE_EXPECTS 32
#define TWIN_CASE_LINE    256

struct twin_expect {
    int line;                    /* of the file */
    char policy[TWIN_CASE_LINE]; /* as typed */
    struct twin_config config;
    int deadlocks, timeouts;               /* -1: the case does not say */
    int64_t start[TWIN_CASE_JOBS];         /* TWIN_NONE: see state */
    enum twin_state state[TWIN_CASE_JOBS]; /* TWIN_DONE: started */
};

struct twin_case {
    int slots;
    int njobs, nexpects;
    struct twin_job jobs[TWIN_CASE_JOBS];
    struct twin_expect expects[TWIN_CASE_EXPECTS];
};

/* Reads a policy as one types it, `NAME[:key=value,...]`, presets included,
 * into CONFIG, whose ties and overrun stay.  Times are plain integers.
 * Returns -1 if TEXT is none. */
int twin_parse(const char *text, struct twin_config *config);

/* Reads the file PATH.  Returns 0, or -1 with what is wrong in TROUBLE
 * [SIZE]. */
int twin_case_read(const char *path, struct twin_case *out, char *trouble,
                   size_t size);

/* Runs the twin on EXPECT of CASE.  Returns 0 if all is as expected, or -1 with
 * the first difference in TROUBLE [SIZE]. */
int twin_case_check(const struct twin_case *c, const struct twin_expect *expect,
                    char *trouble, size_t size);

#endif
