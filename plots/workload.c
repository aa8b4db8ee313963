/* workload.c - what a run was given: when its jobs came, how wide and how long
 * they were, and how well their limits were known.
 *
 * A trace's clock does not tell the hour of the day: unless start= does, hours
 * and days are counted from the first submit.  Lengths are those of the run
 * that is shown (run=, the first), from first start to end; jobs that never ran
 * count where no length is needed. */
#include "plots/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/decimate.h"
#include "plots/jobs.h"
#include "plots/letters.h"
#include "plots/tics.h"

#define HOUR (3600 * PT_SECOND)
#define DAY  (24 * HOUR)
#define LEAST_STEP                                                             \
    0.002 /* of a distribution: smaller ones are put together                  \
           */

struct parameters {
    char run[PT_PARAM_TEXT_SIZE];
    int64_t start, zone;
    char only[PT_PARAM_TEXT_SIZE];
};

struct shape {
    int32_t width;
    double area; /* in processor-seconds */
};

struct chart {
    struct shape *shapes; /* [n] by width, in the end */
    pt_time *submits;     /* [n] */
    int64_t n, shapes_capacity, submits_capacity;
    int64_t nsubmits;
    struct pt_jobs_values lengths, limits, accuracies;
    double area;
};

static void take_job(void *to, const struct pt_jobs_row *row)
{
    struct chart *chart = to;
    pt_time length = row->end - row->start;
    struct shape shape = {.width = row->width};

    if (row->ran) {
        shape.area = row->width * pt_time_seconds(length);
        pt_jobs_values_add(&chart->lengths, length);
    }
    if (row->limit != PT_TIME_NEVER) {
        pt_jobs_values_add(&chart->limits, row->limit);
        if (row->ran && row->limit > 0)
            pt_jobs_values_add(
                &chart->accuracies,
                (pt_time)(1e8 * (double)length / (double)row->limit));
    }
    chart->area += shape.area;
    pt_vec_push(chart->shapes, chart->n, chart->shapes_capacity, shape);
    pt_vec_push(chart->submits, chart->nsubmits, chart->submits_capacity,
                row->submit);
}

static int shape_order(const void *a, const void *b)
{
    const struct shape *x = a, *y = b;

    return (x->width > y->width) - (x->width < y->width);
}

/* How many whole PARTs there are before AT, modulo N. */
static int phase(pt_time at, pt_time part, int n)
{
    pt_time whole = at / part - (at % part < 0);
    int rest = (int)(whole % n);

    return rest < 0 ? rest + n : rest;
}

/* Two blocks: the share of the jobs in each hour, and on each day. */
static void write_arrivals(struct pt_figure_job *job, const struct chart *chart,
                           const struct parameters *parameters)
{
    int64_t hours[24] = {0}, days[7] = {0}, most[2] = {0};
    FILE *data = job->data;
    pt_time first = chart->submits[0], zero;

    for (int64_t i = 0; i < chart->n; i++)
        first = chart->submits[i] < first ? chart->submits[i] : first;
    /* The epoch was on a Thursday, weeks begin on Monday. */
    zero = parameters->start < 0
               ? -first
               : (parameters->start + parameters->zone) * PT_SECOND + 3 * DAY;
    for (int64_t i = 0; i < chart->n; i++) {
        hours[phase(chart->submits[i] + zero, HOUR, 24)]++;
        days[phase(chart->submits[i] + zero, DAY, 7)]++;
    }
    for (int h = 0; h < 24; h++)
        most[0] = hours[h] > most[0] ? hours[h] : most[0];
    for (int d = 0; d < 7; d++)
        most[1] = days[d] > most[1] ? days[d] : most[1];
    pt_figure_real(job, "hour_top", 105 * (double)most[0] / (double)chart->n);
    pt_figure_real(job, "day_top", 105 * (double)most[1] / (double)chart->n);
    for (int h = 0; h < 24; h++)
        fprintf(data, "%d %.6g\n", h,
                100 * (double)hours[h] / (double)chart->n);
    fputs("\n\n", data);
    for (int d = 0; d < 7; d++)
        fprintf(data, "%d %.6g\n", d, 100 * (double)days[d] / (double)chart->n);
    fputs("\n\n", data);
}

/* A block: widths, and the shares of jobs and of area up to them. */
static void write_widths(FILE *data, const struct chart *chart)
{
    double area = 0, jobs_told = 0, area_told = 0;

    for (int64_t i = 0; i < chart->n; i++) {
        double jobs = (double)(i + 1) / (double)chart->n, share;

        area += chart->shapes[i].area;
        share = chart->area > 0 ? area / chart->area : 0;
        if (i + 1 < chart->n &&
            (chart->shapes[i + 1].width == chart->shapes[i].width ||
             (jobs - jobs_told < LEAST_STEP && share - area_told < LEAST_STEP)))
            continue;
        fprintf(data, "%d %.6g %.6g\n", (int)chart->shapes[i].width, 100 * jobs,
                100 * share);
        jobs_told = jobs;
        area_told = share;
    }
    fputs("\n\n", data);
}

/* A block: the distribution of VALUES, seconds or percent, from EDGE on. */
static void write_values(FILE *data, const struct pt_jobs_values *values,
                         pt_time edge)
{
    struct pt_cdf_point points[PT_CDF_POINTS];
    int n = pt_decimate_cdf(values->items, values->n, points);

    if (n == 0)
        fputs("NaN NaN\n", data);
    else
        fprintf(data, "%.10g %.8g\n", (double)edge / 1e6,
                100 *
                    (double)pt_decimate_below(values->items, values->n, edge) /
                    (double)values->n);
    for (int i = 0; i < n; i++)
        if (points[i].value >= edge)
            fprintf(data, "%.10g %.8g\n", (double)points[i].value / 1e6,
                    100 * (double)points[i].count / (double)values->n);
    fputs("\n\n", data);
}

/* A block: the shares of jobs and of area in each class of widths. */
static void write_classes(struct pt_figure_job *job, const struct chart *chart)
{
    int64_t jobs[PT_JOBS_CLASSES] = {0};
    double area[PT_JOBS_CLASSES] = {0}, top = 0;

    for (int64_t i = 0; i < chart->n; i++) {
        int c = pt_jobs_class(chart->shapes[i].width);

        jobs[c]++;
        area[c] += chart->shapes[i].area;
    }
    for (int c = 0; c < PT_JOBS_CLASSES; c++) {
        double share = 100 * (double)jobs[c] / (double)chart->n;
        double part = chart->area > 0 ? 100 * area[c] / chart->area : 0.0;

        if (jobs[c] > 0)
            fprintf(job->data, "%d %.6g %.6g\n", c, share, part);
        top = share > top ? share : top;
        top = part > top ? part : top;
    }
    pt_figure_real(job, "class_top", 1.05 * top);
}

/* Panels are one below the other, in as many columns as the paper is wide. */
static struct pt_panels write_size(struct pt_figure_job *job)
{
    const double left = 0.44, right = 0.2, gap = 0.68, height = 1.1;
    double width = pt_figure_width(job, 2);
    int columns = width > 5 ? 3 : 2;
    struct pt_panels panels = {
        .columns = columns,
        .rows = 6 / columns,
        .width = width / columns - left - right,
        .height = height,
    };

    pt_figure_real(job, "W", width);
    pt_figure_real(job, "H", panels.rows * (height + gap) + 0.48);
    pt_figure_int(job, "columns", columns);
    pt_figure_real(job, "panel_w", panels.width);
    pt_figure_real(job, "panel_h", height);
    pt_figure_real(job, "gap", gap);
    pt_figure_real(job, "left", left);
    return panels;
}

/* Powers of four from LOW to HIGH, which end the classes, as NAME_tics. */
static void write_powers(struct pt_figure_job *job, const char *name, int low,
                         int high, double inches)
{
    struct pt_jobs_tics tics;

    pt_jobs_tics_open(&tics, job, "x", inches / (high - low));
    for (int c = 0; c <= high; c++) {
        char text[24];

        snprintf(text, sizeof text, "%lld", (long long)(INT64_C(1) << (2 * c)));
        pt_jobs_tics_add(&tics, c, text);
    }
    pt_jobs_tics_close(&tics);
    fprintf(job->script, "%s_tics = x_tics\n", name);
}

/* The decimal logarithms of seconds; returns where the axis begins. */
static pt_time write_time_axis(struct pt_figure_job *job,
                               const struct chart *chart,
                               const struct pt_panels *panels)
{
    const struct pt_jobs_values *both[] = {&chart->lengths, &chart->limits};
    pt_time longest = 0, edge;
    struct pt_jobs_tics tics;
    double low, high;

    for (int i = 0; i < 2; i++)
        if (both[i]->n > 0 && both[i]->items[both[i]->n - 1] > longest)
            longest = both[i]->items[both[i]->n - 1];
    edge = pt_tics_edge(longest);
    low = log10((double)edge / 1e6);
    high = log10((double)(longest < 10 * edge ? 10 * edge : longest) / 1e6);
    pt_jobs_tics_open(&tics, job, "x", panels->width / (high - low));
    for (int k = 0; pt_jobs_marks[k].name; k++)
        if (pt_jobs_marks[k].at >= edge)
            pt_jobs_tics_add(&tics, log10((double)pt_jobs_marks[k].at / 1e6),
                             pt_jobs_marks[k].name);
    pt_jobs_tics_close(&tics);
    fputs("time_tics = x_tics\n", job->script);
    pt_figure_real(job, "time_low", low);
    pt_figure_real(job, "time_high", high);
    return edge;
}

/* How long the jobs kept coming. */
static double days_of(const struct chart *chart)
{
    pt_time first = chart->submits[0], last = first;

    for (int64_t i = 1; i < chart->n; i++) {
        first = chart->submits[i] < first ? chart->submits[i] : first;
        last = chart->submits[i] > last ? chart->submits[i] : last;
    }
    return pt_time_seconds(last - first) / 86400;
}

/* The label is cut to leave room for what else stands in its line. */
static void write_title(struct pt_figure_job *job, const struct chart *chart,
                        const char *label)
{
    double width = pt_figure_width(job, 2);
    char name[256];

    pt_letters_cut(name, sizeof name, label, job->paper->points,
                   width - (width > 5 ? 3.9 : 1.7));
    pt_figure_text(job, "run", name);
    pt_figure_real(job, "days", days_of(chart));
    pt_figure_int(job, "total", chart->n);
}

static void write_chart(struct pt_figure_job *job, struct chart *chart,
                        const char *label)
{
    const struct parameters *parameters = job->state;
    struct pt_panels panels = write_size(job);
    pt_time edge;
    int classes;

    qsort(chart->shapes, (size_t)chart->n, sizeof *chart->shapes, shape_order);
    classes = pt_jobs_class(chart->shapes[chart->n - 1].width);
    pt_jobs_values_sort(&chart->lengths);
    pt_jobs_values_sort(&chart->limits);
    pt_jobs_values_sort(&chart->accuracies);
    write_title(job, chart, label);
    pt_figure_int(job, "told", parameters->start >= 0);
    pt_figure_int(job, "limits", chart->limits.n > 0);
    pt_figure_int(job, "accurate", chart->accuracies.n > 0);
    classes = classes < 1 ? 1 : classes;
    pt_figure_int(job, "width_end", classes);
    write_powers(job, "width", 0, classes, panels.width);
    write_powers(job, "class", -1, classes, panels.width);
    edge = write_time_axis(job, chart, &panels);
    fputs("# hour, jobs (%); day, jobs (%); width, jobs and area (%); run time "
          "(s), jobs (%); limit (s), jobs (%); run time / limit (%), jobs (%); "
          "class of widths, jobs and area (%)\n",
          job->data);
    write_arrivals(job, chart, parameters);
    write_widths(job->data, chart);
    write_values(job->data, &chart->lengths, edge);
    write_values(job->data, &chart->limits, edge);
    write_values(job->data, &chart->accuracies, 0);
    write_classes(job, chart);
}

/* The run labelled LABEL; the first one if there is no label. */
static int find_run(const struct pt_results *results, const char *label,
                    struct pt_err *err)
{
    for (int i = 0; i < results->n; i++)
        if (label[0] == '\0' || strcmp(label, results->runs[i].label) == 0)
            return i;
    return pt_err_set(err, PT_ERR_USAGE,
                      "no run is labelled '%s' (expected '%s', say)", label,
                      results->runs[0].label);
}

static int workload_data(struct pt_figure_job *job, struct pt_err *err)
{
    const struct parameters *parameters = job->state;
    struct chart chart = {.n = 0};
    int run = find_run(job->results, parameters->run, err);
    int result = -1;

    if (run >= 0)
        result = pt_jobs_read(&job->results->runs[run],
                              PT_JOBS_SPAN | PT_JOBS_WIDTH | PT_JOBS_LIMIT,
                              false, take_job, &chart, err);
    if (result == 0 && chart.lengths.n == 0) {
        pt_text_copy(err->text, sizeof err->text, "no job was ever started");
        result = 1;
    }
    if (result == 0)
        write_chart(job, &chart, job->results->runs[run].label);
    pt_free(chart.shapes);
    pt_free(chart.submits);
    pt_jobs_values_fini(&chart.lengths);
    pt_jobs_values_fini(&chart.limits);
    pt_jobs_values_fini(&chart.accuracies);
    return result;
}

static const struct pt_param params[] = {
    {
        .name = "run",
        .type = PT_PARAM_TEXT,
        .unit = "",
        .fallback = "",
        .offset = offsetof(struct parameters, run),
        .help = "Label of the run whose jobs are shown; default: the first.",
    },
    {
        .name = "start",
        .type = PT_PARAM_INT,
        .unit = "s",
        .fallback = "-1",
        .min = -1,
        .max = 1e11,
        .offset = offsetof(struct parameters, start),
        .help = "Unix time at which the trace's clock is 0 (UnixStartTime of "
                "an SWF header); -1: unknown.",
    },
    {
        .name = "zone",
        .type = PT_PARAM_INT,
        .unit = "s",
        .fallback = "0",
        .min = -86400,
        .max = 86400,
        .offset = offsetof(struct parameters, zone),
        .help = "How far local time is ahead of UTC, with start=.",
    },
    PT_FIGURE_ONLY(struct parameters),
    PT_PARAM_END,
};

const struct pt_figure pt_figure_workload = {
    .name = "workload",
    .summary = "what a run was given: arrivals, widths, lengths and limits of "
               "its jobs",
    .cite = "D. G. Feitelson, Workload modeling for computer systems "
            "performance evaluation, Cambridge 2015",
    .params = params,
    .state_size = sizeof(struct parameters),
    .data = workload_data,
};
