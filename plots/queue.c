/* queue.c - how long the queue was over time: jobs that waited, or the slots
 * that they asked for, as means over bins of timeline.csv. */
#include "plots/figure.h"

#include <math.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/decimate.h"
#include "plots/legend.h"
#include "plots/letters.h"
#include "plots/tics.h"

enum { QUEUE, DEMAND, BOTH };
enum { WIDTH, JOBS, SLOTS, COLUMNS };
enum { POINTS = 600 };

static const char *const metrics[] = {"queue", "demand", "both", NULL};
static const char *const choices[] = {"auto", "yes", "no", NULL};
enum { AUTO, YES, NO };

struct queue {
    char only[PT_PARAM_TEXT_SIZE];
    int metric, panels;
};

static const struct pt_param queue_params[] = {
    {.name = "metric",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "queue",
     .choices = metrics,
     .offset = offsetof(struct queue, metric),
     .help = "Jobs that wait (queue), the slots that they ask for (demand), or "
             "both."},
    {.name = "panels",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "auto",
     .choices = choices,
     .offset = offsetof(struct queue, panels),
     .help = "Whether each run has a panel of its own; auto: if there are more "
             "than 4."},
    PT_FIGURE_ONLY(struct queue),
    PT_PARAM_END};

/* Of one run: rows of the bins' widths (us) and areas. */
struct curve {
    double *rows; /* [n][COLUMNS] */
    int n, capacity;
    pt_time first;
};

struct chart {
    struct pt_figure_job *job;
    struct curve curves[PT_RESULTS_MOST];
    int n, metric;
    bool apart; /* a panel a run */
    pt_time first, last;
    struct pt_figure_unit unit;
    double highest[COLUMNS];
    double width, left, panel_w, panel_h;
    int columns, rows, npanels;
};

static int take_row(struct curve *curve, const struct pt_csv *csv,
                    const struct pt_csv_field *fields, struct pt_err *err)
{
    pt_time start, end;
    double *row, jobs, slots, width;

    if (pt_csv_time(csv, &fields[0], &start, err) != 0 ||
        pt_csv_time(csv, &fields[1], &end, err) != 0 ||
        pt_csv_real(csv, &fields[2], HUGE_VAL, &jobs, err) != 0 ||
        pt_csv_real(csv, &fields[3], HUGE_VAL, &slots, err) != 0)
        return -1;
    if (end < start)
        return pt_err_at(err, PT_ERR_INPUT, csv->path, csv->line, 0,
                         "a bin that ends before it starts");
    if (curve->n == 0)
        curve->first = start;
    pt_vec_reserve(curve->rows, curve->capacity, (curve->n + 1) * COLUMNS);
    row = curve->rows + (ptrdiff_t)curve->n++ * COLUMNS;
    width = (double)(end - start);
    row[WIDTH] = width;
    row[JOBS] = jobs * width;
    row[SLOTS] = slots * width;
    return 0;
}

/* Without a timeline.csv the curve is empty. */
static int read_curve(struct curve *curve, const char *folder,
                      struct pt_err *err)
{
    const char *const columns[] = {"start", "end", "queue_mean", "demand_mean"};
    struct pt_csv_field fields[4];
    struct pt_csv csv;
    char *path;
    int more;

    if (!pt_results_hold(folder, "timeline.csv"))
        return 0;
    path = pt_results_path(folder, "timeline.csv");
    more = pt_csv_open(&csv, path, columns, 4, err) == 0 ? 1 : -1;
    while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0)
        if (take_row(curve, &csv, fields, err) != 0)
            more = -1;
    pt_csv_close(&csv);
    pt_free(path);
    curve->n = pt_decimate_rows(curve->rows, curve->n, COLUMNS, POINTS);
    return more;
}

/* The mean of COLUMN over bin I. */
static double mean_of(const struct curve *curve, int i, int column)
{
    const double *row = curve->rows + (ptrdiff_t)i * COLUMNS;

    return row[WIDTH] > 0 ? row[column] / row[WIDTH] : 0;
}

static void measure(struct chart *chart, const struct curve *curve)
{
    double span = 0;

    if (curve->n == 0)
        return;
    for (int i = 0; i < curve->n; i++) {
        span += curve->rows[(ptrdiff_t)i * COLUMNS];
        for (int k = JOBS; k < COLUMNS; k++)
            chart->highest[k] = fmax(chart->highest[k], mean_of(curve, i, k));
    }
    if (chart->last == chart->first || curve->first < chart->first)
        chart->first = curve->first;
    if (curve->first + (pt_time)span > chart->last)
        chart->last = curve->first + (pt_time)span;
}

static int read_chart(struct chart *chart, const struct pt_results *results,
                      struct pt_err *err)
{
    chart->n = results->n;
    for (int i = 0; i < chart->n; i++) {
        if (read_curve(&chart->curves[i], results->runs[i].path, err) != 0)
            return -1;
        measure(chart, &chart->curves[i]);
    }
    chart->unit = pt_figure_unit(chart->last - chart->first);
    return chart->last > chart->first ? 0 : 1;
}

/* Which column panel P shows, and its title. */
static int column_of(const struct chart *chart, int p)
{
    if (chart->metric == BOTH)
        return p % 2 == 0 ? JOBS : SLOTS;
    return chart->metric == QUEUE ? JOBS : SLOTS;
}

static void lay_out(struct chart *chart, int panels)
{
    const double points = chart->job->paper->points, right = 0.12;
    double widest = 0;
    char text[40];

    chart->apart = panels == YES || (panels == AUTO && chart->n > 4);
    chart->npanels =
        (chart->apart ? chart->n : 1) * (chart->metric == BOTH ? 2 : 1);
    chart->width = pt_figure_width(chart->job, chart->apart ? 2 : 1);
    chart->columns = chart->npanels == 1                          ? 1
                     : chart->metric == BOTH && chart->width >= 5 ? 2
                     : chart->npanels > 3 && chart->width >= 5    ? 2
                                                                  : 1;
    chart->rows = (chart->npanels + chart->columns - 1) / chart->columns;
    chart->panel_h = chart->rows > 3 ? 0.7 : chart->rows > 1 ? 1.1 : 1.5;
    for (int k = JOBS; k < COLUMNS; k++) {
        snprintf(text, sizeof text, "%.0f", chart->highest[k] * 1.08);
        widest = fmax(widest, pt_letters_width(text, points));
    }
    chart->left = 0.34 + fmax(widest, 0.24);
    chart->panel_w = chart->width / chart->columns - chart->left - right;
}

static void write_panels(const struct chart *chart)
{
    const struct pt_results *results = chart->job->results;
    FILE *script = chart->job->script;
    int per = chart->metric == BOTH ? 2 : 1;
    char name[32], cut[256];

    fprintf(script,
            "array head[%d]\narray title[%d]\narray high[%d]\n"
            "array step[%d]\narray shown[%d]\n",
            chart->npanels, chart->npanels, chart->npanels, chart->npanels,
            chart->npanels);
    for (int p = 0; p < chart->npanels; p++) {
        int column = column_of(chart, p);
        double high = chart->highest[column] * 1.06;

        high = high > 0 ? high : 1;
        pt_letters_cut(cut, sizeof cut,
                       chart->apart ? results->runs[p / per].label : "",
                       chart->job->paper->points, chart->panel_w);
        snprintf(name, sizeof name, "head[%d]", p + 1);
        pt_figure_text(chart->job, name, cut);
        fprintf(script,
                "title[%d] = '%s'; high[%d] = %.8g; step[%d] = %.8g; "
                "shown[%d] = %d\n",
                p + 1,
                column == JOBS          ? "Waiting jobs"
                : chart->panel_h >= 1.0 ? "Waiting width (slots)"
                                        : "Slots wanted",
                p + 1, high, p + 1,
                pt_tics_step(high, (int)fmax(chart->panel_h / 0.22, 2)), p + 1,
                chart->apart ? p / per : -1);
    }
}

static double write_legend(const struct chart *chart)
{
    const struct pt_results *results = chart->job->results;
    const char *labels[PT_RESULTS_MOST];

    for (int i = 0; i < chart->n; i++)
        labels[i] = results->runs[i].label;
    return pt_legend_write(chart->job, labels, chart->apart ? 0 : chart->n,
                           NULL, chart->width);
}

/* From the top: heading and panel, by row; tics; the title of the axis; the
 * legend. */
static void write_layout(const struct chart *chart, double keys)
{
    struct pt_figure_job *job = chart->job;
    double heading = chart->apart ? 0.16 : 0, gap = 0.14 + heading;
    double foot = keys + 0.06 + 0.14 + 0.24;

    pt_figure_real(job, "W", chart->width);
    pt_figure_real(job, "H",
                   0.08 + heading + chart->rows * chart->panel_h +
                       (chart->rows - 1) * gap + foot);
    pt_figure_int(job, "columns", chart->columns);
    pt_figure_int(job, "rows", chart->rows);
    pt_figure_int(job, "npanels", chart->npanels);
    pt_figure_labels(job);
    pt_figure_int(job, "both", chart->metric == BOTH);
    pt_figure_int(job, "demand", chart->metric == DEMAND);
    pt_figure_text(job, "unit", chart->unit.name);
    pt_figure_real(job, "span",
                   (double)(chart->last - chart->first) / chart->unit.length);
    pt_figure_real(job, "left", chart->left);
    pt_figure_real(job, "foot", foot);
    pt_figure_real(job, "gap", gap);
    pt_figure_real(job, "panel_w", chart->panel_w);
    pt_figure_real(job, "panel_h", chart->panel_h);
    pt_figure_real(job, "xtitle_y", keys + 0.1);
}

/* A block of a run: time, jobs, slots; a corner at each end of every bin. */
static void write_curve(const struct chart *chart, const struct curve *curve)
{
    FILE *data = chart->job->data;
    double at = (double)(curve->first - chart->first);

    if (curve->n == 0)
        fputs("NaN NaN NaN\n", data);
    for (int i = 0; i < curve->n; i++) {
        double jobs = mean_of(curve, i, JOBS);
        double slots = mean_of(curve, i, SLOTS);

        fprintf(data, "%.8g %.6g %.6g\n", at / chart->unit.length, jobs, slots);
        at += curve->rows[(ptrdiff_t)i * COLUMNS];
        fprintf(data, "%.8g %.6g %.6g\n", at / chart->unit.length, jobs, slots);
    }
    fputs("\n\n", data);
}

static int queue_data(struct pt_figure_job *job, struct pt_err *err)
{
    const struct queue *queue = job->state;
    struct chart *chart = pt_alloc(1, sizeof *chart);
    int result;

    chart->job = job;
    chart->metric = queue->metric;
    result = read_chart(chart, job->results, err);
    if (result > 0)
        pt_text_copy(err->text, sizeof err->text,
                     "no run has a timeline.csv that holds any time");
    if (result == 0) {
        lay_out(chart, queue->panels);
        write_panels(chart);
        write_layout(chart, write_legend(chart));
        fputs(
            "# time, waiting jobs, slots that they ask for: a block per run\n",
            job->data);
        for (int i = 0; i < chart->n; i++)
            write_curve(chart, &chart->curves[i]);
    }
    for (int i = 0; i < chart->n; i++)
        pt_free(chart->curves[i].rows);
    pt_free(chart);
    return result;
}

const struct pt_figure pt_figure_queue = {
    .name = "queue",
    .summary = "how many jobs waited over time, or the slots they asked for",
    .cite = "means over bins of time, of timeline.csv",
    .params = queue_params,
    .state_size = sizeof(struct queue),
    .data = queue_data,
};
