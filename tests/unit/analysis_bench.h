/* analysis_bench.h - a study whose runs are made up by the test. */
#ifndef PT_TESTS_UNIT_ANALYSIS_BENCH_H
#define PT_TESTS_UNIT_ANALYSIS_BENCH_H

#include <math.h>
#include "experiments/analysis.h"
#include "tests/unit/check.h"

#define NONE ((double)NAN)
#define MOST 8

enum {
    JOBS,
    WAIT,
    UTILISATION,
    SATURATED,
    HALF,
    LAG1,
    DONE,
    WARMUP,
    SETTLED,
    COLUMNS
};

static const char *const columns[COLUMNS] = {
    "jobs",      "wait_mean", "utilisation", "saturated", "wait_mean_half",
    "wait_lag1", "done",      "warmup_jobs", "settled"};

/* A study of up to three policies, and what its runs found. */
struct bench {
    struct pt_study study;
    struct pt_axis axes[2];
    struct pt_axis_value values[2][3];
    struct pt_choice choices[3];
    char *metrics[3];
    int64_t replications;
    /* Of every point, choice and replication. */
    double rows[4][3][MOST][COLUMNS];
    bool failed[4][3][MOST];
    struct pt_analysis analysis;
};

static inline int value_of(void *context, int64_t point, int choice,
                           int64_t replication, double *row, struct pt_err *err)
{
    const struct bench *bench = context;

    (void)err;
    memcpy(row, bench->rows[point][choice][replication - 1],
           COLUMNS * sizeof *row);
    return !bench->failed[point][choice][replication - 1];
}

static inline int64_t replications_of(void *context, int64_t point)
{
    const struct bench *bench = context;

    (void)point;
    return bench->replications;
}

/* Runs of 100 jobs that differ in nothing; NCHOICES policies, one point. */
static inline void make_bench(struct bench *bench, int nchoices,
                              int64_t replications)
{
    static const char *const labels[] = {"easy", "fcfs", "spark"};
    static char wait[] = "wait_mean", utilisation[] = "utilisation";

    *bench = (struct bench){.replications = replications};
    bench->metrics[0] = wait;
    bench->metrics[1] = utilisation;
    bench->study =
        (struct pt_study){.choices = {.items = bench->choices, .n = nchoices},
                          .axes = bench->axes,
                          .replications = replications,
                          .confidence = 0.95,
                          .metrics = bench->metrics,
                          .nmetrics = 2};
    for (int c = 0; c < nchoices; c++)
        snprintf(bench->choices[c].label, PT_LABEL_TEXT, "%s", labels[c]);
    for (int p = 0; p < 4; p++)
        for (int c = 0; c < 3; c++)
            for (int r = 0; r < MOST; r++) {
                double *row = bench->rows[p][c][r];
                row[JOBS] = row[DONE] = 100;
                row[WAIT] = 50;
                row[UTILISATION] = 0.5;
                row[HALF] = row[LAG1] = NONE;
                row[SETTLED] = 1;
            }
}

static inline struct pt_runs runs_of(struct bench *bench)
{
    return (struct pt_runs){
        .values = value_of, .replications = replications_of, .context = bench};
}

static inline void look(struct bench *bench)
{
    const struct pt_runs runs = runs_of(bench);
    struct pt_err err = {.code = PT_ERR_NONE};

    ASSERT_INT(pt_analysis_init(&bench->analysis, &bench->study, columns,
                                COLUMNS, &runs, &err),
               0);
    ASSERT_INT(pt_analysis_point(&bench->analysis, 0, &err), 0);
}

static inline void set(struct bench *bench, int choice, int column,
                       const double *values)
{
    for (int64_t r = 0; r < bench->replications; r++)
        bench->rows[0][choice][r][column] = values[r];
}

#endif
