#include "experiments/analysis.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "metrics/steady.h"

static const double none = (double)NAN;

int pt_analysis_column(const struct pt_analysis *analysis, const char *name)
{
    for (int k = 0; k < analysis->ncolumns; k++)
        if (strcmp(analysis->columns[k], name) == 0)
            return k;
    return -1;
}

/* The column of NAME's batch means. */
static int half_of(const struct pt_analysis *analysis, const char *name)
{
    char text[128];

    snprintf(text, sizeof text, "%s_half", name);
    return pt_analysis_column(analysis, text);
}

/* Batch means come with their 95 % interval. */
static double scale_of(double confidence)
{
    return gsl_cdf_tdist_Pinv(0.5 + confidence / 2, PT_BATCHES - 1) /
           gsl_cdf_tdist_Pinv(0.975, PT_BATCHES - 1);
}

static int find_metrics(struct pt_analysis *analysis, struct pt_err *err)
{
    const struct pt_study *study = analysis->study;

    for (int i = 0; i < study->nmetrics; i++) {
        const char *name = study->metrics[i], *near;
        const int column = pt_analysis_column(analysis, name);

        analysis->metrics[i] = column;
        if (column >= 0) {
            analysis->chosen[column] = true;
            continue;
        }
        near = pt_text_nearest(name, analysis->columns,
                               (size_t)analysis->ncolumns);
        return near ? pt_err_set(err, PT_ERR_USAGE,
                                 "unknown metric '%s' (did you mean '%s'?)",
                                 name, near)
                    : pt_err_set(err, PT_ERR_USAGE,
                                 "unknown metric '%s' (protium list metrics)",
                                 name);
    }
    return 0;
}

/* Of a study too large, nothing but its metrics. */
static void choose(struct pt_analysis *analysis)
{
    const int64_t most = PT_ANALYSIS_ROWS / analysis->ncolumns;
    const bool all = analysis->npoints <= most / analysis->nchoices ||
                     analysis->study->nmetrics == 0;

    for (int k = 0; k < analysis->ncolumns; k++) {
        analysis->chosen[k] = analysis->chosen[k] || all;
        analysis->halves[k] = half_of(analysis, analysis->columns[k]);
    }
}

static void find_baseline(struct pt_analysis *analysis)
{
    const struct pt_study *study = analysis->study;

    for (int c = 0; study->baseline && c < analysis->nchoices; c++)
        if (strcmp(study->choices.items[c].label, study->baseline) == 0)
            analysis->baseline = c;
}

static void make_cells(struct pt_analysis *analysis)
{
    const size_t n = (size_t)analysis->ncolumns;

    analysis->cells =
        pt_alloc((size_t)analysis->nchoices, sizeof *analysis->cells);
    analysis->paired =
        pt_alloc((size_t)analysis->nchoices, sizeof *analysis->paired);
    for (int c = 0; c < analysis->nchoices; c++) {
        struct pt_cell_means *cell = &analysis->cells[c];
        struct pt_cell_paired *paired = &analysis->paired[c];

        cell->means = pt_alloc(n, sizeof *cell->means);
        cell->basis = pt_alloc(n, 1);
        paired->paired = pt_alloc(n, sizeof *paired->paired);
        paired->adjusted = pt_alloc(n, sizeof *paired->adjusted);
    }
}

int pt_analysis_init(struct pt_analysis *analysis, const struct pt_study *study,
                     const char *const *columns, int ncolumns,
                     const struct pt_runs *runs, struct pt_err *err)
{
    pt_assert(ncolumns > 0 && study->choices.n > 0);
    *analysis = (struct pt_analysis){.study = study,
                                     .runs = *runs,
                                     .columns = columns,
                                     .ncolumns = ncolumns,
                                     .nchoices = study->choices.n,
                                     .scale = scale_of(study->confidence)};
    analysis->chosen = pt_alloc((size_t)ncolumns, sizeof *analysis->chosen);
    analysis->halves = pt_alloc((size_t)ncolumns, sizeof *analysis->halves);
    analysis->metrics =
        pt_alloc((size_t)study->nmetrics + 1, sizeof *analysis->metrics);
    analysis->saturated = pt_analysis_column(analysis, "saturated");
    analysis->settled = pt_analysis_column(analysis, "settled");
    analysis->lag1 = pt_analysis_column(analysis, "wait_lag1");
    analysis->warmup = pt_analysis_column(analysis, "warmup_jobs");
    analysis->mser = pt_analysis_column(analysis, "mser_jobs");
    analysis->done = pt_analysis_column(analysis, "done");
    if (pt_grid_points(study, &analysis->npoints, err) < 0 ||
        find_metrics(analysis, err) < 0)
        return -1;
    find_baseline(analysis);
    choose(analysis);
    make_cells(analysis);
    return 0;
}

void pt_analysis_fini(struct pt_analysis *analysis)
{
    for (int c = 0; analysis->cells && c < analysis->nchoices; c++) {
        pt_free(analysis->cells[c].means);
        pt_free(analysis->cells[c].basis);
        pt_free(analysis->paired[c].paired);
        pt_free(analysis->paired[c].adjusted);
    }
    pt_free(analysis->cells);
    pt_free(analysis->paired);
    pt_free(analysis->chosen);
    pt_free(analysis->halves);
    pt_free(analysis->metrics);
    pt_free(analysis->rows);
    pt_free(analysis->there);
    pt_free(analysis->a);
    pt_free(analysis->b);
    *analysis = (struct pt_analysis){.study = NULL};
}

/* --- the runs of a point --- */

static void make_room(struct pt_analysis *analysis, int64_t replications)
{
    const size_t n = (size_t)replications;
    const size_t all = n * (size_t)analysis->nchoices;

    analysis->replications = replications;
    if (replications <= analysis->capacity)
        return;
    analysis->capacity = replications;
    analysis->rows =
        pt_realloc(analysis->rows, all * (size_t)analysis->ncolumns,
                   sizeof *analysis->rows);
    analysis->there = pt_realloc(analysis->there, all, sizeof *analysis->there);
    analysis->a = pt_realloc(analysis->a, n, sizeof *analysis->a);
    analysis->b = pt_realloc(analysis->b, n, sizeof *analysis->b);
}

static double *row_of(const struct pt_analysis *analysis, int choice,
                      int64_t replication)
{
    return analysis->rows +
           (choice * analysis->replications + replication) * analysis->ncolumns;
}

static bool is_there(const struct pt_analysis *analysis, int choice,
                     int64_t replication)
{
    return analysis->there[choice * analysis->replications + replication];
}

static int read_cell(struct pt_analysis *analysis, int64_t point, int choice,
                     struct pt_err *err)
{
    for (int64_t r = 0; r < analysis->replications; r++) {
        double *row = row_of(analysis, choice, r);
        const int got = analysis->runs.values(analysis->runs.context, point,
                                              choice, r + 1, row, err);

        if (got < 0)
            return -1;
        analysis->there[choice * analysis->replications + r] = got == 1;
        /* One NaN, so that rows can be compared byte by byte. */
        for (int k = 0; k < analysis->ncolumns && got == 1; k++)
            if (!isfinite(row[k]))
                row[k] = none;
    }
    return 0;
}

/* The values of COLUMN that there are, into `a`. */
static size_t gather(const struct pt_analysis *analysis, int choice, int column)
{
    size_t n = 0;

    for (int64_t r = 0; r < analysis->replications; r++) {
        if (!is_there(analysis, choice, r))
            continue;
        const double value = row_of(analysis, choice, r)[column];
        if (!isnan(value))
            analysis->a[n++] = value;
    }
    return n;
}

/* --- means --- */

/* Whether there are runs that can be compared, and no two of them differ. */
static bool is_same(const struct pt_analysis *analysis, int choice)
{
    const double *first = NULL;
    int64_t n = 0;

    for (int64_t r = 0; r < analysis->replications; r++) {
        const double *row = row_of(analysis, choice, r);

        if (!is_there(analysis, choice, r))
            continue;
        first = first ? first : row;
        n++;
        if (memcmp(row, first, (size_t)analysis->ncolumns * sizeof *row) != 0)
            return false;
    }
    return n > 1;
}

static double mean_of(const struct pt_analysis *analysis, int choice,
                      int column)
{
    const size_t n = column < 0 ? 0 : gather(analysis, choice, column);

    return n == 0
               ? none
               : pt_sample_of(analysis->a, n, analysis->study->confidence).mean;
}

/* The half-width that the only run's batch means have for COLUMN; NaN: none. */
static double batches_of(const struct pt_analysis *analysis, int choice,
                         int column)
{
    const int half = analysis->halves[column];

    return half < 0 || gather(analysis, choice, half) == 0
               ? none
               : analysis->a[0] * analysis->scale;
}

static void look_at_column(struct pt_analysis *analysis, int choice, int column,
                           int64_t present, bool same)
{
    struct pt_cell_means *cell = &analysis->cells[choice];
    struct pt_sample *sample = &cell->means[column];
    const size_t n = gather(analysis, choice, column);
    unsigned char basis = PT_BASIS_REPLICATIONS;

    *sample = (struct pt_sample){.mean = none, .deviation = none, .half = none};
    if (n > 0)
        *sample = pt_sample_of(analysis->a, n, analysis->study->confidence);
    if (present == 1 && n == 1)
        sample->half = batches_of(analysis, choice, column);
    if (same)
        sample->half = none;
    if (same && n > 0)
        basis = PT_BASIS_SAME;
    else if (isnan(sample->half))
        basis = PT_BASIS_NONE;
    else if (present == 1)
        basis = PT_BASIS_BATCHES;
    cell->basis[column] = basis;
}

/* Of the runs there are, those that have 1 in COLUMN, or 0. */
static int64_t count_runs(const struct pt_analysis *analysis, int choice,
                          int column, bool one)
{
    const size_t n = column < 0 ? 0 : gather(analysis, choice, column);
    int64_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += (analysis->a[i] > 0) == one;
    return count;
}

/* The mean share of the jobs that COLUMN counts. */
static double share_of(const struct pt_analysis *analysis, int choice,
                       int column)
{
    const double cut = mean_of(analysis, choice, column);
    const double done = mean_of(analysis, choice, analysis->done);

    return done > 0 ? cut / done : none;
}

static void look_at_cell(struct pt_analysis *analysis, int choice)
{
    struct pt_cell_means *cell = &analysis->cells[choice];
    const bool same = is_same(analysis, choice);
    int64_t present = 0;
    bool batches = false;

    for (int64_t r = 0; r < analysis->replications; r++)
        present += is_there(analysis, choice, r);
    cell->runs = analysis->replications;
    cell->failed = analysis->replications - present;
    cell->saturated = count_runs(analysis, choice, analysis->saturated, true);
    cell->unsettled = count_runs(analysis, choice, analysis->settled, false);
    cell->warmup = share_of(analysis, choice, analysis->warmup);
    cell->mser = share_of(analysis, choice, analysis->mser);
    for (int k = 0; k < analysis->ncolumns; k++) {
        if (!analysis->chosen[k])
            continue;
        look_at_column(analysis, choice, k, present, same);
        batches = batches || cell->basis[k] == PT_BASIS_BATCHES;
    }
    cell->lag1 = batches ? mean_of(analysis, choice, analysis->lag1) : none;
}

/* --- differences --- */

static size_t gather_pairs(const struct pt_analysis *analysis, int choice,
                           int column)
{
    const int baseline = analysis->baseline;
    size_t n = 0;

    for (int64_t r = 0; r < analysis->replications; r++) {
        if (!is_there(analysis, choice, r) || !is_there(analysis, baseline, r))
            continue;
        const double a = row_of(analysis, choice, r)[column];
        const double b = row_of(analysis, baseline, r)[column];
        if (isnan(a) || isnan(b))
            continue;
        analysis->a[n] = a;
        analysis->b[n++] = b;
    }
    return n;
}

/* Where nothing is random a difference is what it is, without an interval. */
static struct pt_paired pair(const struct pt_analysis *analysis, int choice,
                             int column)
{
    const unsigned char mine = analysis->cells[choice].basis[column];
    const unsigned char its = analysis->cells[analysis->baseline].basis[column];
    struct pt_paired paired = {
        .difference = {.mean = none, .deviation = none, .half = none},
        .p = none};
    const size_t n = choice == analysis->baseline
                         ? 0
                         : gather_pairs(analysis, choice, column);

    if (n == 0)
        return paired;
    paired =
        pt_paired_of(analysis->a, analysis->b, n, analysis->study->confidence);
    if (mine == PT_BASIS_SAME && its == PT_BASIS_SAME) {
        paired.difference.half = none;
        paired.p = none;
    }
    return paired;
}

static void compare(struct pt_analysis *analysis)
{
    double *p = pt_alloc((size_t)analysis->nchoices, sizeof *p);

    for (int k = 0; k < analysis->ncolumns; k++) {
        if (!analysis->chosen[k])
            continue;
        for (int c = 0; c < analysis->nchoices; c++) {
            analysis->paired[c].paired[k] = pair(analysis, c, k);
            p[c] = analysis->paired[c].paired[k].p;
        }
        pt_holm(p, (size_t)analysis->nchoices);
        for (int c = 0; c < analysis->nchoices; c++)
            analysis->paired[c].adjusted[k] = p[c];
    }
    pt_free(p);
}

int pt_analysis_point(struct pt_analysis *analysis, int64_t point,
                      struct pt_err *err)
{
    pt_assert(point >= 0 && point < analysis->npoints);
    make_room(analysis,
              analysis->runs.replications(analysis->runs.context, point));
    for (int c = 0; c < analysis->nchoices; c++) {
        if (read_cell(analysis, point, c, err) < 0)
            return -1;
        look_at_cell(analysis, c);
    }
    compare(analysis);
    return 0;
}
