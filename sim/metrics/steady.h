/* steady.h - one long run as a sample: where its start ends, how far its means
 * can be trusted, and whether its queue went on growing. */
#ifndef PT_METRICS_STEADY_H
#define PT_METRICS_STEADY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/time.h"

/* Which jobs are left out at the start, in the order of their ends. */
enum pt_warmup_kind {
    PT_WARMUP_NONE,
    PT_WARMUP_MSER, /* MSER-5 of the waits */
    PT_WARMUP_JOBS, /* `amount` of them */
    PT_WARMUP_SHARE /* `amount` of them, of all that are done */
};

struct pt_warmup {
    enum pt_warmup_kind kind;
    double amount; /* JOBS: whole; SHARE: 0 ... 1 */
};

/* Reads TEXT of --set warmup: none, mser, N, or P%; else PT_ERR_USAGE. */
int pt_warmup_read(const char *text, struct pt_warmup *warmup,
                   struct pt_err *err);

/* How many of N jobs that is, of which MSER-5 cuts so many (-1: it cannot say,
 * which is none). */
int64_t pt_warmup_cut(const struct pt_warmup *warmup, int64_t n, int64_t mser);

/* MSER-5 (K. P. White, M. J. Cobb, S. C. Spratt, A comparison of five steady-
 * state truncation heuristics for simulation, WSC 2000): means of five values
 * each, Z [k]; the cut d that makes sum (Z_j - mean_d)^2 / (k - d)^2 over j > d
 * the least, the first of equals; at least five means are kept, as of fewer the
 * sum is small by chance.  Returns how many VALUES [N] it cuts, a multiple of
 * 5; -1 where the least lies beyond the middle, so that there is no steady
 * state to be seen; 0 if n < 10.  The cut looks at what is averaged then, so
 * that the mean of the rest is somewhat low: see tests/theory/test_coverage.c.
 */
int64_t pt_mser5(const double *values, size_t n);

/* Means of so many equal parts of VALUES [N], one after the other, as if they
 * were independent (Law, 9.5.3): half the width of the 95 % interval, and the
 * correlation of neighbours, which should be small (0 if all are equal).  NaN
 * if there are fewer than two values a part; what is left over is left out at
 * the start. */
struct pt_batches {
    double half, lag1;
};

#define PT_BATCHES 30

struct pt_batches pt_batches_of(const double *values, size_t n);

/* Whether what waits went on growing while jobs came: see steady.c for how that
 * is decided.  Of the jobs that ran, in any order: SUBMITS, WAITS, RESPONSES
 * and WIDTHS [N].  False where nothing is known: of fewer than 300 jobs, and of
 * jobs that came all at once.  O(n); 32 bytes of scratch a job. */
bool pt_is_saturated(const pt_time *submits, const pt_time *waits,
                     const pt_time *responses, const int32_t *widths, size_t n);

#endif
