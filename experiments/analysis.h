/* analysis.h - what the runs of a study say: means with their intervals, and
 * differences between policies.
 *
 * Of each cell and metric the mean over its replications, with Student's
 * interval; of a single run, the run's own value with the interval of its batch
 * means where there is one (column METRIC_half).  Differences to the baseline
 * are paired by replication, and p values are adjusted (Holm) over all
 * comparisons of one metric at one point.
 *
 * One point is looked at at a time, and what is known of it goes straight to
 * the files: memory does not grow with the study. */
#ifndef PT_EXPERIMENTS_ANALYSIS_H
#define PT_EXPERIMENTS_ANALYSIS_H

#include <stdbool.h>
#include <stdint.h>
#include "experiments/grid.h"
#include "metrics/sample.h"

/* Of more numbers than this cells.csv has the study's metrics alone. */
#define PT_ANALYSIS_ROWS INT64_C(10000000)

/* How the half-width of a mean was found. */
enum pt_basis {
    PT_BASIS_NONE, /* there is none: one run, and no batch means */
    PT_BASIS_REPLICATIONS,
    PT_BASIS_BATCHES, /* of one run */
    PT_BASIS_SAME     /* the replications are all one: nothing is random, and
                         nothing was repeated; half is NaN */
};

struct pt_cell_means {
    struct pt_sample *means; /* [ncolumns]; n 0 and NaN: there is no value */
    unsigned char *basis;    /* [ncolumns] enum pt_basis */
    int64_t runs;            /* replications, those that failed too */
    int64_t saturated;       /* whose queue went on growing */
    int64_t unsettled;       /* in whose waits MSER-5 sees no steady state */
    int64_t failed;          /* runs without a result, left out */
    double warmup; /* mean share of the jobs that the warm-up cut off; NaN: not
                      told */
    double mser;   /* mean share of the jobs that MSER-5 would cut off */
    double lag1;   /* of the batches of waits; NaN: not by batches */
};

struct pt_cell_paired {
    struct pt_paired *paired; /* [ncolumns]; n 0 and NaN: no pairs */
    double *adjusted;         /* [ncolumns] p values, by Holm */
};

/* Where the runs' values come from: of run REPLICATION (from 1) of CHOICE at
 * POINT into ROW [ncolumns]; 1 = there, 0 = it failed, -1 = ERR is filled.
 * `replications` tells how many runs of each policy at a point count, those
 * that failed too. */
struct pt_runs {
    int (*values)(void *context, int64_t point, int choice, int64_t replication,
                  double *row, struct pt_err *err);
    int64_t (*replications)(void *context, int64_t point);
    void *context;
};

struct pt_analysis {
    const struct pt_study *study;
    struct pt_runs runs;
    const char *const *columns; /* [ncolumns] of a row; borrowed */
    int ncolumns;
    bool *chosen; /* [ncolumns] which are looked at */
    int *metrics; /* [study's nmetrics] columns of them */
    int64_t npoints;
    int nchoices, baseline;
    /* Of the point that was looked at last: */
    int64_t replications;
    struct pt_cell_means *cells;   /* [nchoices] */
    struct pt_cell_paired *paired; /* [nchoices]; the baseline's are all NaN */
    /* Of use to one's self. */
    int *halves; /* [ncolumns] the column of its batch means' half, or -1 */
    int saturated, settled, lag1, warmup, mser, done; /* columns, or -1 */
    double scale;     /* of halves at 95 %, to the study's confidence */
    double *rows;     /* [nchoices x replications x ncolumns] */
    bool *there;      /* [nchoices x replications] */
    double *a, *b;    /* [replications] */
    int64_t capacity; /* replications that there is room for */
};

/* Makes ready; COLUMNS [NCOLUMNS] stay the caller's, and are there until
 * pt_analysis_fini(), which comes afterwards, also on failure.  A metric that
 * is no column is PT_ERR_USAGE. */
int pt_analysis_init(struct pt_analysis *analysis, const struct pt_study *study,
                     const char *const *columns, int ncolumns,
                     const struct pt_runs *runs, struct pt_err *err);
void pt_analysis_fini(struct pt_analysis *analysis);

/* Column NAME's number, or -1. */
int pt_analysis_column(const struct pt_analysis *analysis, const char *name);

/* Looks at POINT: fills cells and paired. */
int pt_analysis_point(struct pt_analysis *analysis, int64_t point,
                      struct pt_err *err);

/* Looks at every point, for the files of DIR that are drawn and read from:
 *   axes.csv    axis,title,unit,label,x: a row a value of an axis
 *   cells.csv   point,label,replications,failed,saturated,warmup,metric,unit,n,
 *               mean,half,basis, then a column of labels an axis: a row a cell
 *               and metric; empty where there is no number
 *   paired.csv  point,label,baseline,metric,unit,n,difference,half,p,p_holm and
 *               a column an axis: a row a cell (the baseline's apart) and
 *               metric; only if there are two policies or more
 * and the tables of the study's metrics, a row a cell:
 *   tables/means.{md,tex,html}, tables/paired.{md,tex,html}
 * Points are counted from 0.  The HTML is a piece of a page. */
int pt_analysis_write(struct pt_analysis *analysis, const char *dir,
                      struct pt_err *err);

#endif
