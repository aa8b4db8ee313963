/* paired_jobs.c - what a policy does to each job, against another: differences
 * b - a of the same jobs, as a mountain plot, and by the jobs' width.
 *
 * The axes of differences are logarithmic to both sides, and linear between the
 * first marks beside 0.  Replications are paired with each other, and pooled.
 */
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

#define LINEAR     0.8 /* decades that the first mark is from 0 */
#define MOST_MARKS 24

struct parameters {
    char a[PT_PARAM_TEXT_SIZE], b[PT_PARAM_TEXT_SIZE];
    int metric;
    char only[PT_PARAM_TEXT_SIZE];
};

struct member {
    int64_t id;
    pt_time value;
    int32_t width;
    int replication;
};

struct side {
    struct member *members; /* [n] */
    int64_t n, capacity;
    enum pt_jobs_metric metric;
};

struct chart {
    struct side sides[2];
    struct pt_jobs_values all, classes[PT_JOBS_CLASSES];
    int64_t alone; /* jobs that ran under one only */
    int64_t less, equal;
    bool ratio;
    pt_time edge, longest;
    struct mark {
        pt_time at;
        char name[16];
    } marks[MOST_MARKS]; /* [nmarks] from the edge to the longest */
    int nmarks;
};

static void take_job(void *to, const struct pt_jobs_row *row)
{
    struct side *side = to;
    struct member member = {
        .id = row->id,
        .value = row->values[side->metric],
        .width = row->width,
        .replication = row->replication,
    };

    if (row->ran)
        pt_vec_push(side->members, side->n, side->capacity, member);
}

static int member_order(const void *a, const void *b)
{
    const struct member *x = a, *y = b;

    if (x->replication != y->replication)
        return x->replication < y->replication ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void pair_jobs(struct chart *chart)
{
    const struct side *a = &chart->sides[0], *b = &chart->sides[1];
    int64_t i = 0, k = 0;

    while (i < a->n && k < b->n) {
        const struct member *x = &a->members[i], *y = &b->members[k];
        int order = member_order(x, y);
        pt_time difference = y->value - x->value;

        i += order <= 0;
        k += order >= 0;
        if (order != 0) {
            chart->alone++;
            continue;
        }
        pt_jobs_values_add(&chart->all, difference);
        pt_jobs_values_add(&chart->classes[pt_jobs_class(x->width)],
                           difference);
        chart->less += difference < 0;
        chart->equal += difference == 0;
    }
    chart->alone += a->n - i + b->n - k;
}

/* The run labelled LABEL, or number FALLBACK if none was told. */
static int find_run(const struct pt_results *results, const char *label,
                    int fallback, struct pt_err *err)
{
    const char *names[PT_RESULTS_MOST], *near;

    if (label[0] == '\0')
        return fallback;
    for (int i = 0; i < results->n; i++) {
        names[i] = results->runs[i].label;
        if (strcmp(label, names[i]) == 0)
            return i;
    }
    near = pt_text_nearest(label, names, (size_t)results->n);
    return pt_err_set(err, PT_ERR_USAGE,
                      near ? "no run is labelled '%s' (did you mean '%s'?)"
                           : "no run is labelled '%s' (expected '%s', say)",
                      label, near ? near : names[0]);
}

static int read_sides(struct chart *chart, const struct pt_results *results,
                      enum pt_jobs_metric metric, const int *runs,
                      struct pt_err *err)
{
    for (int s = 0; s < 2; s++) {
        struct side *side = &chart->sides[s];

        side->metric = metric;
        if (pt_jobs_read(&results->runs[runs[s]],
                         1U << metric | PT_JOBS_ID | PT_JOBS_WIDTH, true,
                         take_job, side, err) < 0)
            return -1;
        if (side->n > 1)
            qsort(side->members, (size_t)side->n, sizeof *side->members,
                  member_order);
    }
    pair_jobs(chart);
    pt_jobs_values_sort(&chart->all);
    for (int c = 0; c < PT_JOBS_CLASSES; c++)
        pt_jobs_values_sort(&chart->classes[c]);
    return 0;
}

/* Where DIFFERENCE, in millionths, stands on an axis. */
static double place(const struct chart *chart, double difference)
{
    double size = fabs(difference) / (double)chart->edge;
    double at = size <= 1 ? LINEAR * size : LINEAR + log10(size);

    return difference < 0 ? -at : at;
}

static void add_mark(struct chart *chart, pt_time at, const char *name)
{
    struct mark *mark = &chart->marks[chart->nmarks];

    if (at < chart->edge || at > chart->longest || chart->nmarks == MOST_MARKS)
        return;
    mark->at = at;
    pt_text_copy(mark->name, sizeof mark->name, name);
    chart->nmarks++;
}

static void find_marks(struct chart *chart)
{
    const struct pt_jobs_values *all = &chart->all;
    pt_time low = -all->items[0], high = all->items[all->n - 1];

    chart->longest = low > high ? low : high;
    chart->edge = chart->longest > 0 ? pt_tics_edge(chart->longest) : PT_SECOND;
    if (chart->longest < 10 * chart->edge)
        chart->longest = 10 * chart->edge;
    for (int k = 0; !chart->ratio && pt_jobs_marks[k].name; k++)
        add_mark(chart, pt_jobs_marks[k].at, pt_jobs_marks[k].name);
    for (pt_time at = 1; chart->ratio; at *= 10) {
        char name[16];

        snprintf(name, sizeof name, "%g", (double)at / 1e6);
        add_mark(chart, at, name);
        if (at > chart->longest / 10)
            break;
    }
}

/* Which marks are named: as many as have room, from 0 to either side. */
static void choose_names(const struct pt_figure_job *job,
                         const struct chart *chart, bool upright, double inches,
                         bool *named)
{
    double letter = pt_jobs_letter(job), end = letter;

    for (int k = 0; k < chart->nmarks; k++) {
        const struct mark *mark = &chart->marks[k];
        double half = upright ? 0.9 * letter
                              : letter * (double)(strlen(mark->name) + 2) / 2;
        double at = place(chart, (double)mark->at) * inches;

        named[k] = at - half >= end;
        if (named[k])
            end = at + half;
    }
}

static void write_tics(struct pt_figure_job *job, const struct chart *chart,
                       const char *axis, double inches)
{
    struct pt_jobs_tics tics;
    bool named[MOST_MARKS];
    char name[24];

    choose_names(job, chart, axis[0] == 'y', inches, named);
    pt_jobs_tics_open(&tics, job, axis, inches);
    for (int k = chart->nmarks - 1; k >= 0; k--) {
        snprintf(name, sizeof name, "-%s", chart->marks[k].name);
        pt_jobs_tics_add(&tics, place(chart, -(double)chart->marks[k].at),
                         named[k] ? name : "");
    }
    pt_jobs_tics_add(&tics, 0, "0");
    for (int k = 0; k < chart->nmarks; k++)
        pt_jobs_tics_add(&tics, place(chart, (double)chart->marks[k].at),
                         named[k] ? chart->marks[k].name : "");
    pt_jobs_tics_close(&tics);
}

/* A corner of the outline before DIFFERENCE, and one at it: SHARE changes to
 * NEXT there. */
static void write_step(FILE *data, const struct chart *chart,
                       pt_time difference, double share, double next)
{
    double at = place(chart, (double)difference);

    fprintf(data, "%.8g %.7g\n%.8g %.7g\n", at, share, at, next);
}

/* Two blocks, outlines: the share of jobs that are less by so much at least,
 * from the left to 0; and of those that are more by so much, from 0 on. */
static void write_mountain(FILE *data, const struct chart *chart)
{
    struct pt_cdf_point points[PT_CDF_POINTS];
    const struct pt_jobs_values *all = &chart->all;
    double whole = (double)all->n, share = 0;
    int n = pt_decimate_cdf(all->items, all->n, points), i = 0;

    write_step(data, chart, -chart->longest, 0, 0);
    for (; i < n && points[i].value < 0; i++) {
        double next = 100 * (double)points[i].count / whole;

        write_step(data, chart, points[i].value, share, next);
        share = next;
    }
    write_step(data, chart, 0, 100 * (double)chart->less / whole, 0);
    share = 100 * (whole - (double)(chart->less + chart->equal)) / whole;
    fputs("\n\n", data);
    write_step(data, chart, 0, 0, share);
    for (; i < n; i++) {
        double next = 100 * (whole - (double)points[i].count) / whole;

        if (points[i].value == 0)
            continue;
        write_step(data, chart, points[i].value, share, next);
        share = next;
    }
    write_step(data, chart, chart->longest, 0, 0);
    fputs("\n\n", data);
}

/* One block: the quantiles of each class of widths. */
static void write_classes(struct pt_figure_job *job, const struct chart *chart,
                          double inches)
{
    static const double quantiles[] = {0.05, 0.25, 0.5, 0.75, 0.95};
    int64_t jobs[PT_JOBS_CLASSES];
    int at = 0;

    for (int c = 0; c < PT_JOBS_CLASSES; c++) {
        const struct pt_jobs_values *values = &chart->classes[c];

        jobs[c] = values->n;
        if (values->n == 0)
            continue;
        fprintf(job->data, "%d", at++);
        for (int q = 0; q < 5; q++)
            fprintf(job->data, " %.8g",
                    place(chart,
                          1e6 * pt_jobs_values_quantile(values, quantiles[q])));
        fputs("\n", job->data);
    }
    pt_jobs_classes(job, jobs, jobs, inches);
}

/* What is taken from what, in one line or two. */
static void write_title(struct pt_figure_job *job, const struct chart *chart,
                        const char *a, const char *b, double width)
{
    const char *title = pt_jobs_title(chart->sides[0].metric);
    size_t size = strlen(title) + strlen(a) + strlen(b) + 16;
    char *text = pt_alloc(size, 1);
    char first[256], second[256];

    snprintf(text, size, "%s: %s minus %s", title, b, a);
    pt_letters_break(first, second, sizeof first, text, job->paper->points,
                     width);
    pt_figure_text(job, "title", title);
    pt_figure_text(job, "title_1", first);
    pt_figure_text(job, "title_2", second);
    pt_free(text);
}

/* The panels stand side by side, or one above the other on a narrow paper. */
static void write_chart(struct pt_figure_job *job, const struct chart *chart,
                        const char *a, const char *b)
{
    const double left = 0.7, right = 0.16, panel_h = 1.75;
    double width = pt_figure_width(job, 2), panel_w, decades, more, top;
    double whole = (double)chart->all.n;
    bool wide = width > 5;
    char text[64] = "";

    panel_w = (wide ? width / 2 : width) - left - right;
    decades = 2 * place(chart, (double)chart->longest);
    pt_figure_real(job, "W", width);
    pt_figure_real(job, "H", (wide ? 1 : 2) * (panel_h + 1.02));
    pt_figure_int(job, "wide", wide);
    pt_figure_real(job, "left", left);
    pt_figure_real(job, "panel_w", panel_w);
    pt_figure_real(job, "panel_h", panel_h);
    write_title(job, chart, a, b, panel_w);
    pt_figure_real(job, "less", 100 * (double)chart->less / whole);
    pt_figure_real(job, "equal", 100 * (double)chart->equal / whole);
    more = whole - (double)(chart->less + chart->equal);
    top = more > (double)chart->less ? more : (double)chart->less;
    pt_figure_real(job, "top", top > 0 ? 105 * top / whole : 1);
    pt_figure_real(job, "end", decades / 2);
    if (chart->alone > 0)
        snprintf(text, sizeof text, "%lld ran under one alone, left out",
                 (long long)chart->alone);
    pt_figure_text(job, "alone", text);
    write_tics(job, chart, "x", panel_w / decades);
    write_tics(job, chart, "y", panel_h / decades);
    fputs("# place of the difference, jobs with so much or more (%): less, "
          "more; then by width: class, 5, 25, 50, 75, 95 %\n",
          job->data);
    write_mountain(job->data, chart);
    write_classes(job, chart, panel_w);
}

static int paired_jobs_data(struct pt_figure_job *job, struct pt_err *err)
{
    const struct parameters *parameters = job->state;
    const struct pt_results *results = job->results;
    struct chart chart = {.ratio = parameters->metric == PT_JOBS_BOUNDED};
    int runs[2] = {find_run(results, parameters->a, 0, err),
                   find_run(results, parameters->b, 1, err)};
    int result;

    if (runs[0] < 0 || runs[1] < 0)
        return -1;
    if (runs[1] >= results->n) {
        pt_text_copy(err->text, sizeof err->text,
                     "there is one run alone (expected two)");
        return 1;
    }
    result = read_sides(&chart, results,
                        (enum pt_jobs_metric)parameters->metric, runs, err);
    if (result == 0 && chart.all.n == 0) {
        if (err->text[0] == '\0')
            pt_text_copy(err->text, sizeof err->text,
                         "no job ran in both runs");
        result = 1;
    }
    if (result == 0) {
        err->text[0] = '\0';
        find_marks(&chart);
        write_chart(job, &chart, results->runs[runs[0]].label,
                    results->runs[runs[1]].label);
    }
    pt_free(chart.sides[0].members);
    pt_free(chart.sides[1].members);
    pt_jobs_values_fini(&chart.all);
    for (int c = 0; c < PT_JOBS_CLASSES; c++)
        pt_jobs_values_fini(&chart.classes[c]);
    return result;
}

static const struct pt_param params[] = {
    {
        .name = "a",
        .type = PT_PARAM_TEXT,
        .unit = "",
        .fallback = "",
        .offset = offsetof(struct parameters, a),
        .help = "Label of the run that is taken from the other; default: the "
                "first.",
    },
    {
        .name = "b",
        .type = PT_PARAM_TEXT,
        .unit = "",
        .fallback = "",
        .offset = offsetof(struct parameters, b),
        .help = "Label of that other run; default: the second.",
    },
    {
        .name = "metric",
        .type = PT_PARAM_CHOICE,
        .unit = "",
        .fallback = "wait",
        .choices = pt_jobs_metrics,
        .offset = offsetof(struct parameters, metric),
        .help = "What is compared of each job.",
    },
    PT_FIGURE_ONLY(struct parameters),
    PT_PARAM_END,
};

const struct pt_figure pt_figure_paired_jobs = {
    .name = "paired-jobs",
    .summary = "what one policy does to each job against another: differences "
               "of the same jobs",
    .cite = "K. L. Monti, Folded empirical distribution function curves - "
            "mountain plots, The American Statistician 49, 1995",
    .params = params,
    .state_size = sizeof(struct parameters),
    .data = paired_jobs_data,
};
