/* selftest_check.h - the chapters of the validation page: what each of them
 * checks.
 *
 * A check is one entry of its chapter's table: to add one is to add a line
 * there. */
#ifndef PT_TOOL_SELFTEST_CHECK_H
#define PT_TOOL_SELFTEST_CHECK_H

#include "tool/selftest_page.h"
#include "base/error.h"

struct pt_report;
struct pt_conform;
struct pt_theory_runs;

/* What is asked of the page, and what the chapters remember between rows. */
struct pt_selftest {
    const char *traces; /* the folder that holds the logs; NULL: none */
    bool quick;
    int64_t seed;
    const volatile int *interrupted;
    struct pt_theory_runs *theory; /* the last row's; owned */
    struct pt_conform *conform;    /* once its cases have run; owned */
    struct pt_report *replayed;    /* the last log's; owned ... */
    const void *replay;            /* ... and which that was */
    char missing[256];             /* ... or why there is none; "" */
};

/* Makes finding NUMBER, from 0, of all zeroes.  Returns 1; 0 if there are no
 * more; -1 with ERR filled if it could not be found out. */
typedef int pt_selftest_find(struct pt_selftest *test, int number,
                             struct pt_finding *finding, struct pt_err *err);

pt_selftest_find pt_selftest_theory;
pt_selftest_find pt_selftest_golden;
pt_selftest_find pt_selftest_conform;
pt_selftest_find pt_selftest_published;

void pt_selftest_theory_forget(struct pt_theory_runs *runs);

/* Frees what the chapters remember. */
void pt_selftest_forget(struct pt_selftest *test);

/* Judges a quantity that was measured as VALUES [N], one a replication, beside
 * EXPECTED. */
void pt_finding_sample(struct pt_finding *finding, double expected,
                       const double *values, int n);

/* Judges a number that was printed as EXPECTED, with so many DECIMALS, and must
 * be that within LIMIT, beside the rounding. */
void pt_finding_number(struct pt_finding *finding, double expected,
                       int decimals, double limit, double found);

/* Judges texts, which must be equal. */
void pt_finding_texts(struct pt_finding *finding, const char *expected,
                      const char *found);

/* It was not measured, and WHY; EXPECTED is printed with so many DIGITS. */
void pt_finding_skip(struct pt_finding *finding, double expected, int digits,
                     const char *why);

#endif
