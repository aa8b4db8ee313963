/* tally.h - the per-job metrics of a run: means, maxima, exact quantiles, and
 * what they are worth (steady.h); those of its stages (stages.h), and of its
 * downtime (downtime.h).
 *
 * Keeps 44 bytes per finished job: its submit, its width, and 8 of each metric;
 * closing takes up to 32 more for a while.
 *
 * Definitions: README "Metrics".  wait = first start - submit; response = end -
 * submit; run = end - first start; slowdown = response / run (jobs with run = 0
 * are left out, and counted); bounded slowdown = max(1, (wait + run) / max(tau,
 * run)).  ettr, the effective training time ratio (A. Kokolis et al.,
 * Revisiting Reliability in Large-Scale Machine Learning Research Clusters,
 * 2024, arXiv 2410.21680), is productive time / all time, queueing included:
 * the sum of the work that was kept / the sum of width x response.
 *
 * Jobs that never ran are in none of them, and those that the warm-up cuts only
 * in the counts, in ettr, and in what is said of the run: settled, saturated.
 */
#ifndef PT_METRICS_TALLY_H
#define PT_METRICS_TALLY_H

#include <stdbool.h>
#include <stdint.h>
#include "base/time.h"
#include "core/fact.h"
#include "metrics/downtime.h"
#include "metrics/spread.h"
#include "metrics/stages.h"
#include "metrics/steady.h"

/* The width of JOB: that of its widest stage. */
int32_t pt_job_width(const struct pt_job *job);

/* Whether the job ran, well or badly, and so has a wait and a response. */
bool pt_record_ran(const struct pt_record *record);

struct pt_tally_class {
    int32_t min_width, max_width; /* max -1: no upper end */
    struct pt_spread wait, response, slowdown, bounded;
};

struct pt_summary {
    int64_t jobs; /* all that were submitted */
    int64_t done; /* ran to an end, of any kind */
    int64_t succeeded, failed, at_limit, cut;
    int64_t rejected, unfinished;
    int64_t zero_run; /* done with run = 0: no slowdown */
    int64_t timeouts; /* holds given back */
    int64_t given_up; /* of those that are done: they lost nodes too often */
    pt_time first_submit, last_end, makespan; /* makespan 0 if none is done */
    pt_time tau;
    double ettr; /* over the jobs that are done; NaN: they took no time */
    struct pt_tally_class all; /* min_width 1, max_width -1 */
    int32_t nclasses;          /* by width: 1, 2-4, 5-16, 17-64, 65-256, ... */
    struct pt_tally_class classes[16]; /* those with a job in them */
    int64_t warmup_jobs; /* of those that are done: cut, the first to end */
    int64_t settled;     /* 1, or 0: MSER-5 sees no steady state in the waits */
    int64_t mser_jobs;   /* that MSER-5 would leave out; 0 where it sees none */
    int64_t saturated;   /* 1: the queue went on growing; or 0 */
    /* By batch means in the order of the ends, after the cut: half the widths
     * of the 95 % intervals of the means in `all`, and the correlation of
     * neighbouring batches of waits. */
    double wait_half, response_half, slowdown_half, bounded_half; /* or NaN */
    double wait_lag1;
    struct pt_stage_summary stages;
    struct pt_downtime_summary downtime;
};

struct pt_tally;

/* WARMUP says which of the first jobs to end the metrics by job leave out. */
struct pt_tally *pt_tally_new(pt_time tau, struct pt_warmup warmup);
void pt_tally_free(struct pt_tally *tally);

/* Takes in the records of STEP, in the order of their ends, of jobs and stages,
 * and what becomes of nodes.  Amortised O(1) a record, fact or decision. */
void pt_tally_step(struct pt_tally *tally, const struct pt_step *step);

/* Sorts, and fills SUMMARY.  O(n) (radix) in the jobs. */
void pt_tally_close(struct pt_tally *tally, struct pt_summary *summary);

#endif
