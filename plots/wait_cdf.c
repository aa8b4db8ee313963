/* wait_cdf.c - how long jobs waited, how long they took, and how much slower
 * they were for it: distributions under every policy.
 *
 * The axis is logarithmic, so that no wait at all has no place on it: each
 * curve starts, at the left edge, at the share of jobs below it.  Replications
 * are pooled. */
#include "plots/figure.h"

#include "base/text.h"
#include "plots/decimate.h"
#include "plots/jobs.h"
#include "plots/tics.h"

struct chart {
    enum pt_jobs_metric metric;
    struct pt_jobs_values values[PT_RESULTS_MOST];
};

struct pool {
    struct pt_jobs_values *values;
    enum pt_jobs_metric metric;
};

static void take_value(void *to, const struct pt_jobs_row *row)
{
    struct pool *pool = to;

    if (row->ran)
        pt_jobs_values_add(pool->values, row->values[pool->metric]);
}

/* Seconds (or the ratio) and percent, from the left edge to the right. */
static void write_curve(FILE *data, const struct pt_jobs_values *values,
                        pt_time edge, pt_time right)
{
    struct pt_cdf_point points[PT_CDF_POINTS];
    double whole = (double)values->n;
    int n = pt_decimate_cdf(values->items, values->n, points);

    if (n == 0)
        fputs("NaN NaN\n", data);
    else
        fprintf(data, "%.10g %.8g\n", (double)edge / 1e6,
                100 *
                    (double)pt_decimate_below(values->items, values->n, edge) /
                    whole);
    for (int i = 0; i < n; i++)
        if (points[i].value >= edge)
            fprintf(data, "%.10g %.8g\n", (double)points[i].value / 1e6,
                    100 * (double)points[i].count / whole);
    if (n > 0)
        fprintf(data, "%.10g 100\n", (double)right / 1e6);
    fputs("\n\n", data);
}

static void write_size(struct pt_figure_job *job)
{
    double width = pt_figure_width(job, 1);
    double keys = pt_jobs_legend(job, width);

    pt_figure_real(job, "W", width);
    pt_figure_real(job, "H", (width > 5 ? 2.6 : 2.2) + keys);
    pt_figure_real(job, "foot", 0.48 + keys);
}

/* Where the axis begins, and its tics.  No slowdown is below 1. */
static pt_time write_axis(struct pt_figure_job *job, enum pt_jobs_metric metric,
                          pt_time longest, pt_time *right)
{
    pt_time edge =
        metric == PT_JOBS_BOUNDED ? PT_SECOND : pt_tics_edge(longest);

    *right = longest < 10 * edge ? 10 * edge : longest;
    pt_figure_text(job, "title", pt_jobs_title(metric));
    pt_figure_int(job, "ratio", metric == PT_JOBS_BOUNDED);
    pt_figure_real(job, "edge", (double)edge / 1e6);
    pt_figure_real(job, "right", (double)*right / 1e6);
    if (metric != PT_JOBS_BOUNDED)
        pt_tics_write(job, 'x', edge, *right);
    return edge;
}

static void write_curves(struct pt_figure_job *job, const struct chart *chart,
                         pt_time longest)
{
    const char *what = chart->metric == PT_JOBS_WAIT
                           ? "wait (s), jobs that waited at most so long (%)"
                       : chart->metric == PT_JOBS_RESPONSE
                           ? "response (s), jobs that took at most so long (%)"
                           : "bounded slowdown, jobs with at most so much (%)";
    pt_time edge, right;

    write_size(job);
    edge = write_axis(job, chart->metric, longest, &right);
    fprintf(job->data, "# %s: a block per run\n", what);
    for (int i = 0; i < job->results->n; i++)
        write_curve(job->data, &chart->values[i], edge, right);
}

static int cdf_data(struct pt_figure_job *job, enum pt_jobs_metric metric,
                    struct pt_err *err)
{
    struct chart chart = {.metric = metric};
    pt_time longest = -1;
    int result = 0;

    for (int i = 0; i < job->results->n && result >= 0; i++) {
        struct pool pool = {&chart.values[i], metric};

        result = pt_jobs_read(&job->results->runs[i], 1U << metric, true,
                              take_value, &pool, err);
        pt_jobs_values_sort(pool.values);
        if (pool.values->n > 0 &&
            pool.values->items[pool.values->n - 1] > longest)
            longest = pool.values->items[pool.values->n - 1];
    }
    if (result >= 0 && longest < 0 && err->text[0] == '\0')
        pt_text_copy(err->text, sizeof err->text, "no job was ever started");
    if (result >= 0)
        result = longest < 0;
    if (result == 0) {
        err->text[0] = '\0';
        write_curves(job, &chart, longest);
    }
    for (int i = 0; i < job->results->n; i++)
        pt_jobs_values_fini(&chart.values[i]);
    return result;
}

static int wait_data(struct pt_figure_job *job, struct pt_err *err)
{
    return cdf_data(job, PT_JOBS_WAIT, err);
}

static int response_data(struct pt_figure_job *job, struct pt_err *err)
{
    return cdf_data(job, PT_JOBS_RESPONSE, err);
}

static int slowdown_data(struct pt_figure_job *job, struct pt_err *err)
{
    return cdf_data(job, PT_JOBS_BOUNDED, err);
}

#define CITE "empirical distribution; exact at the quantiles drawn"

const struct pt_figure pt_figure_wait_cdf = {
    .name = "wait-cdf",
    .summary = "how long jobs waited: the distribution under every policy",
    .cite = CITE,
    .params = pt_figure_runs_params,
    .state_size = sizeof(struct pt_figure_runs),
    .data = wait_data,
};

const struct pt_figure pt_figure_response_cdf = {
    .name = "response-cdf",
    .summary = "how long jobs took from submit to end: the distribution under "
               "every policy",
    .cite = CITE,
    .params = pt_figure_runs_params,
    .state_size = sizeof(struct pt_figure_runs),
    .script = "wait-cdf",
    .data = response_data,
};

const struct pt_figure pt_figure_slowdown_cdf = {
    .name = "slowdown-cdf",
    .summary = "the bounded slowdown of jobs: the distribution under every "
               "policy",
    .cite = "bounded slowdown: D. G. Feitelson et al., Theory and practice in "
            "parallel job scheduling, JSSPP 1997; " CITE,
    .params = pt_figure_runs_params,
    .state_size = sizeof(struct pt_figure_runs),
    .script = "wait-cdf",
    .data = slowdown_data,
};
