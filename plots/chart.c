#include "chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "plots/legend.h"
#include "plots/letters.h"
#include "plots/overlay.h"
#include "plots/scale.h"
#include "plots/tics.h"
#include "plots/words.h"

const char *const pt_chart_logs[] = {"auto", "yes", "no", NULL};

enum { TEXT = 256, CURVES_MOST = 6 };

/* Inches. */
static const double right = 0.1, top = 0.08, between = 0.16, tics = 0.24,
                    heading = 0.16, line = 0.14, mark = 0.06;

struct chart {
    const struct pt_chart_ask *ask;
    const struct pt_means *means;
    struct pt_figure_job *job;
    struct pt_overlay overlay;
    struct pt_scale scales[PT_MEANS_METRICS];
    struct pt_words x_words;
    bool numeric, logx, timed; /* timed: tics have units of their own */
    double x_low, x_high;      /* of the values, in their unit */
    bool hollow;               /* some point is */
    bool headed;               /* some panel has a heading */
    /* the layout */
    double width, left, panel_w, panel_h;
    int columns, rows;
};

/* Whether the point is drawn hollow: its runs were saturated, or the difference
 * may be chance. */
static bool is_hollow(const struct chart *chart, const struct pt_cells_row *row)
{
    return chart->ask->paired ? !(row->p < 0.05) : pt_means_saturated(row);
}

static const struct pt_cells_row *row_at(const struct chart *chart, int m,
                                         int panel, int s, int x)
{
    const struct pt_cells_row *row = pt_means_at(chart->means, m, panel, s, x);

    return row && !isnan(row->mean) ? row : NULL;
}

/* Calls VISIT with each mean of metric M. */
static void each_row(struct chart *chart, int m,
                     void (*visit)(struct chart *chart, struct pt_scale *scale,
                                   const struct pt_cells_row *row))
{
    const struct pt_means *means = chart->means;

    for (int p = 0; p < means->npanels; p++)
        for (int s = 0; s < means->nseries; s++)
            for (int x = 0; x < means->nx; x++) {
                const struct pt_cells_row *row = row_at(chart, m, p, s, x);

                if (row)
                    visit(chart, &chart->scales[m], row);
            }
}

static void take_mean(struct chart *chart, struct pt_scale *scale,
                      const struct pt_cells_row *row)
{
    chart->hollow = chart->hollow || is_hollow(chart, row);
    scale->low = fmin(scale->low, row->mean);
    scale->high = fmax(scale->high, row->mean);
}

/* Where the queue goes on growing an interval says nothing, and that of what
 * may be chance is shown up to twice the largest difference. */
static void take_interval(struct chart *chart, struct pt_scale *scale,
                          const struct pt_cells_row *row)
{
    double half = isnan(row->half) ? 0 : row->half;
    double low = row->mean - half, high = row->mean + half;

    if (is_hollow(chart, row)) {
        if (!chart->ask->paired)
            return;
        low = fmax(low, -2 * scale->largest);
        high = fmin(high, 2 * scale->largest);
    }
    if (!scale->log || low > 0)
        scale->low = fmin(scale->low, low);
    scale->high = fmax(scale->high, high);
}

/* Whether values from LOW to HIGH are on a logarithmic axis: if nothing else is
 * ASKED for, where they span so many DECADES. */
static bool is_log(int asked, double low, double high, double decades)
{
    if (asked == PT_CHART_NO || !(low > 0))
        return false;
    return asked == PT_CHART_YES || high >= pow(10, decades) * low;
}

/* The first metric's scale holds the overlay too. */
static void take_overlay(const struct chart *chart, struct pt_scale *scale)
{
    for (int i = 0; i < chart->overlay.n; i++) {
        double y = chart->overlay.points[i].y;

        if (scale->log && !(y > 0))
            continue;
        scale->low = fmin(scale->low, y);
        scale->high = fmax(scale->high, y);
    }
}

static void find_scale(struct chart *chart, int m)
{
    const struct pt_means *means = chart->means;
    const struct pt_cells *cells = &means->cells;
    struct pt_scale *scale = &chart->scales[m];
    double factor;
    bool some;

    *scale = (struct pt_scale){.low = HUGE_VAL, .high = -HUGE_VAL};
    each_row(chart, m, take_mean);
    some = scale->low <= scale->high;
    if (!some)
        scale->low = scale->high = 0;
    scale->log = !chart->ask->paired &&
                 is_log(chart->ask->log, scale->low, scale->high, 2);
    scale->largest = fmax(fabs(scale->low), fabs(scale->high));
    each_row(chart, m, take_interval);
    if (m == 0)
        take_overlay(chart, scale);
    scale->words =
        pt_words_metric(cells->metrics[means->metrics[m]],
                        cells->units[means->metrics[m]], scale->largest);
    factor = scale->words.factor;
    scale->low *= factor;
    scale->high *= factor;
    /* An interval that goes below nothing says only that it is wide. */
    if (!chart->ask->paired && some && scale->largest * factor > 0 &&
        scale->low < 0 && pt_means_at(means, m, 0, 0, 0) &&
        !(pt_means_at(means, m, 0, 0, 0)->mean < 0))
        scale->low = 0;
    pt_scale_pad(scale, chart->ask->paired);
}

/* Whether the unit of the axis goes with what stands at its tics: numbers do,
 * labels may have one of their own. */
static bool has_unit(const struct chart *chart)
{
    const struct pt_means *means = chart->means;

    for (int i = 0; i < means->nx && means->x >= 0; i++)
        if (chart->numeric || pt_means_unit(means, means->x, i)[0])
            return true;
    return false;
}

static void find_x(struct chart *chart)
{
    const struct pt_means *means = chart->means;
    double low = HUGE_VAL, high = -HUGE_VAL;

    chart->numeric = pt_means_numeric(means, means->x);
    for (int i = 0; chart->numeric && i < means->nx; i++) {
        low = fmin(low, pt_means_x(means, i));
        high = fmax(high, pt_means_x(means, i));
    }
    if (!chart->numeric) {
        low = 1;
        high = means->nx;
    }
    chart->x_words = (struct pt_words){.factor = 1};
    if (means->x >= 0)
        chart->x_words = pt_words_axis(means->dims[means->x].title,
                                       means->dims[means->x].unit,
                                       chart->numeric ? fabs(high) : 0);
    chart->logx = chart->numeric && is_log(chart->ask->logx, low, high, 1.2);
    chart->timed = chart->logx && strcmp(means->dims[means->x].unit, "s") == 0;
    if (chart->timed || !has_unit(chart))
        chart->x_words.unit[0] = '\0';
    chart->x_low = low * chart->x_words.factor;
    chart->x_high = high * chart->x_words.factor;
}

/* How far apart neighbours along x are, of all of it: on the axis as it is
 * drawn. */
static double spacing(const struct chart *chart)
{
    const struct pt_means *means = chart->means;
    double least = 1, whole;

    if (!chart->numeric)
        return means->nx > 1 ? 1.0 / (means->nx - 1) : 1;
    whole = chart->logx ? log(chart->x_high / chart->x_low)
                        : chart->x_high - chart->x_low;
    for (int i = 0; i < means->nx; i++)
        for (int k = 0; k < i; k++) {
            double a = pt_means_x(means, i) * chart->x_words.factor;
            double b = pt_means_x(means, k) * chart->x_words.factor;

            least = fmin(least, fabs(chart->logx ? log(a / b) : a - b) / whole);
        }
    return least;
}

/* Where series S stands at value X: beside the others, so that intervals do not
 * cover each other.  Along numbers they are no farther apart in all than a mark
 * is wide, since that is where they are not; and not at all where curves are to
 * go through them. */
static double place(const struct chart *chart, double apart, int s, int x)
{
    const struct pt_means *means = chart->means;
    const double most = !chart->numeric              ? 0.4
                        : chart->overlay.ncurves > 0 ? 0
                                                     : mark / chart->panel_w;
    double step = fmin(0.5 * apart, most) / means->nseries;
    double shift = (s - (means->nseries - 1) / 2.0) * step;
    double at;

    if (!chart->numeric)
        return x + 1 + shift * (means->nx > 1 ? means->nx - 1 : 1);
    at = pt_means_x(means, x) * chart->x_words.factor;
    return chart->logx ? at * pow(chart->x_high / chart->x_low, shift)
                       : at + shift * (chart->x_high - chart->x_low);
}

/* A block of panel P and series S: x, mean, low, high, hollow. */
static void write_block(struct chart *chart, double apart, int m, int p, int s)
{
    const struct pt_scale *scale = &chart->scales[m];
    FILE *data = chart->job->data;
    bool any = false;

    for (int x = 0; x < chart->means->nx; x++) {
        const struct pt_cells_row *row = row_at(chart, m, p, s, x);
        double mean, half, low;

        if (!row)
            continue;
        mean = row->mean * scale->words.factor;
        half = isnan(row->half) ? 0 : row->half * scale->words.factor;
        low = mean - half < scale->low ? scale->low : mean - half;
        fprintf(data, "%.8g %.8g %.8g %.8g %d\n", place(chart, apart, s, x),
                mean, low, mean + half, is_hollow(chart, row));
        any = true;
    }
    /* A block without a line would not count as one. */
    fputs(any ? "\n\n" : "NaN NaN NaN NaN 0\n\n\n", data);
}

static void write_overlay(const struct chart *chart)
{
    const struct pt_overlay *overlay = &chart->overlay;

    for (int c = 0; c < overlay->ncurves; c++) {
        for (int i = 0; i < overlay->n; i++)
            if (overlay->points[i].curve == c)
                fprintf(chart->job->data, "%.8g %.8g\n",
                        overlay->points[i].x * chart->x_words.factor,
                        overlay->points[i].y * chart->scales[0].words.factor);
        fputs("\n\n", chart->job->data);
    }
}

static void write_data(struct chart *chart)
{
    const struct pt_means *means = chart->means;
    double apart = spacing(chart);

    fputs("# x, mean, interval from, to, hollow: a block per panel and series; "
          "then a block per curve: x, y\n",
          chart->job->data);
    for (int m = 0; m < means->nmetrics; m++)
        for (int p = 0; p < means->npanels; p++)
            for (int s = 0; s < means->nseries; s++)
                write_block(chart, apart, m, p, s);
    write_overlay(chart);
}

/* The legend: series, curves, and what hollow means; key_kind is 1, 2, 3.
 * Styles go with the place in the study, so that they are the same in all
 * figures. */
static double write_legend(struct chart *chart)
{
    const struct pt_means *means = chart->means;
    int nseries = means->series < 0 ? 0 : means->nseries, n = 0;
    int nlabels = nseries + chart->overlay.ncurves;
    char(*names)[TEXT] = pt_alloc((size_t)nlabels + 1, sizeof *names);
    const char **labels = pt_alloc((size_t)nlabels + 1, sizeof *labels);
    const char *note = chart->ask->paired
                           ? "hollow: may be chance (p \xe2\x89\xa5 0.05)"
                           : "hollow: queue still growing";
    FILE *script = chart->job->script;
    double height;

    for (int s = 0; s < nseries; s++, n++)
        pt_means_print(means, means->series, s, names[n], TEXT);
    for (int c = 0; c < chart->overlay.ncurves; c++, n++)
        pt_text_copy(names[n], TEXT, chart->overlay.curves[c]);
    fprintf(script, "array key_kind[%d]\n", n + 1);
    for (int i = 0; i <= n; i++)
        fprintf(script, "key_kind[%d] = %d\n", i + 1,
                i < nseries ? 1
                : i < n     ? 2
                            : 3);
    for (int i = 0; i < n; i++)
        labels[i] = names[i];
    height = pt_legend_write(chart->job, labels, n, chart->hollow ? note : NULL,
                             chart->width);
    pt_free(labels);
    pt_free(names);
    return height;
}

static void write_styles(const struct chart *chart)
{
    const struct pt_means *means = chart->means;

    pt_figure_int(chart->job, "nseries", means->nseries);
    fprintf(chart->job->script, "array style[%d]\n", means->nseries);
    for (int s = 0; s < means->nseries; s++)
        fprintf(chart->job->script, "style[%d] = %d\n", s + 1,
                means->series < 0 ? 1
                                  : means->dims[means->series].items[s] + 1);
}

/* How value I of the axis is called: on a logarithmic axis of time with a unit
 * of its own. */
static void tic_name(const struct chart *chart, int i, char *text, size_t size)
{
    const struct pt_means *means = chart->means;
    double at = pt_means_x(means, i) * chart->x_words.factor;

    if (!chart->numeric)
        pt_text_copy(text, size, pt_means_label(means, means->x, i));
    else if (chart->timed)
        pt_tics_time(pt_means_x(means, i), text, size);
    else
        snprintf(text, size, "%.6g", at);
}

/* The values of the axis; those have their name that there is room for. */
static void write_tics(const struct chart *chart)
{
    const struct pt_means *means = chart->means;
    const double points = chart->job->paper->points, gap = 0.06;
    const double low = chart->numeric ? chart->x_low : 0.5;
    const double high = chart->numeric ? chart->x_high : means->nx + 0.5;
    double end = -1;
    char text[TEXT], cut[TEXT];

    fprintf(chart->job->script, "array tic[%d]\narray tic_at[%d]\n", means->nx,
            means->nx);
    for (int i = 0; i < means->nx; i++) {
        double at = chart->numeric
                        ? pt_means_x(means, i) * chart->x_words.factor
                        : i + 1;
        double x =
            chart->panel_w * (chart->logx ? log(at / low) / log(high / low)
                                          : (at - low) / (high - low));
        double width;
        char *quoted;

        tic_name(chart, i, text, sizeof text);
        /* The last one must not go beyond the figure. */
        pt_letters_cut(cut, sizeof cut, text, points,
                       fmin(1.2, 2 * (chart->panel_w + right - x)));
        width = pt_letters_width(cut, points);
        if (x - width / 2 < end + gap)
            cut[0] = '\0';
        else
            end = x + width / 2;
        quoted = pt_figure_quote_tic(cut);
        fprintf(chart->job->script, "tic[%d] = %s; tic_at[%d] = %.8g\n", i + 1,
                quoted, i + 1, at);
        pt_free(quoted);
    }
}

static void write_x(const struct chart *chart)
{
    struct pt_figure_job *job = chart->job;
    double span = chart->x_high - chart->x_low, room = 0.04;
    bool tics_too;
    char text[TEXT], cut[TEXT];

    pt_words_print(&chart->x_words, text, sizeof text);
    pt_letters_cut(cut, sizeof cut, text, job->paper->points, chart->width);
    pt_figure_text(job, "xtitle", cut);
    pt_figure_int(job, "numeric", chart->numeric);
    pt_figure_int(job, "logx", chart->logx);
    if (!chart->numeric) {
        pt_figure_real(job, "x_low", 0.5);
        pt_figure_real(job, "x_high", chart->means->nx + 0.5);
    } else if (chart->logx) {
        room = pow(chart->x_high / chart->x_low, room);
        pt_figure_real(job, "x_low", chart->x_low / room);
        pt_figure_real(job, "x_high", chart->x_high * room);
    } else {
        pt_figure_real(job, "x_low", chart->x_low - room * span);
        pt_figure_real(job, "x_high", chart->x_high + room * span);
    }
    /* Many values, evenly spread: gnuplot's own tics are rounder. */
    tics_too = chart->means->x >= 0 &&
               (!chart->numeric || chart->logx || chart->means->nx <= 12);
    pt_figure_int(job, "ntics", tics_too ? chart->means->nx : 0);
    if (tics_too)
        write_tics(chart);
}

/* The titles of the scales, in two lines if they are too long for the panels.
 */
static void write_scales(const struct chart *chart)
{
    const struct pt_means *means = chart->means;
    struct pt_figure_job *job = chart->job;
    char text[TEXT], a[TEXT], b[TEXT], name[32];

    fprintf(job->script,
            "array title1[%d]\narray title2[%d]\narray low[%d]\n"
            "array high[%d]\narray logy[%d]\narray step[%d]\n",
            means->nmetrics, means->nmetrics, means->nmetrics, means->nmetrics,
            means->nmetrics, means->nmetrics);
    for (int m = 0; m < means->nmetrics; m++) {
        struct pt_words words = chart->scales[m].words;

        if (chart->ask->paired)
            pt_words_difference(&words, means->cells.baseline);
        pt_words_print(&words, text, sizeof text);
        pt_letters_break(a, b, sizeof a, text, job->paper->points,
                         chart->panel_h + 0.1);
        snprintf(name, sizeof name, "title1[%d]", m + 1);
        pt_figure_text(job, name, a);
        snprintf(name, sizeof name, "title2[%d]", m + 1);
        pt_figure_text(job, name, b);
        fprintf(job->script,
                "low[%d] = %.10g\nhigh[%d] = %.10g\nlogy[%d] = %d\n"
                "step[%d] = %.10g\n",
                m + 1, chart->scales[m].low, m + 1, chart->scales[m].high,
                m + 1, chart->scales[m].log, m + 1, chart->scales[m].step);
    }
}

static void write_headings(struct chart *chart)
{
    struct pt_figure_job *job = chart->job;
    char text[TEXT], cut[TEXT], name[32];

    fprintf(job->script, "array panel[%d]\n", chart->means->npanels);
    for (int p = 0; p < chart->means->npanels; p++) {
        pt_means_held(chart->means, p, false, text, sizeof text);
        pt_letters_cut(cut, sizeof cut, text, job->paper->points,
                       chart->panel_w);
        snprintf(name, sizeof name, "panel[%d]", p + 1);
        pt_figure_text(job, name, cut);
        chart->headed = chart->headed || text[0] != '\0';
    }
}

/* How wide the numbers at the y axes are. */
static double numbers(const struct chart *chart)
{
    double widest = 0;
    char text[40];

    for (int m = 0; m < chart->means->nmetrics; m++) {
        const struct pt_scale *scale = &chart->scales[m];
        double ends[2], this;

        ends[0] = scale->log ? pow(10, ceil(log10(scale->low)))
                             : ceil(scale->low / scale->step) * scale->step;
        ends[1] = scale->log ? pow(10, floor(log10(scale->high)))
                             : floor(scale->high / scale->step) * scale->step;
        for (int i = 0; i < 4; i++) {
            /* The ends, and what is a step from them: 0.5 is wider than 1. */
            double at = i < 2        ? ends[i]
                        : scale->log ? ends[i - 2]
                        : i == 2     ? ends[0] + scale->step
                                     : ends[1] - scale->step;
            bool tiny = scale->log && (scale->low < 1e-4 || scale->high > 1e6);

            snprintf(text, sizeof text, "%.6g", fabs(at) < 1e-12 ? 0 : at);
            this = pt_letters_width(tiny ? "10-10" : text,
                                    chart->job->paper->points);
            widest = fmax(widest, this);
        }
    }
    return widest;
}

static void lay_out(struct chart *chart)
{
    const struct pt_means *means = chart->means;
    int n = means->nmetrics * means->npanels;
    bool split = false;

    chart->width = pt_figure_width(chart->job, means->npanels > 1 ? 2 : 1);
    chart->columns = chart->width < 5 || n == 1                 ? 1
                     : means->npanels > 1 && means->npanels < 4 ? means->npanels
                     : means->npanels > 1                       ? 3
                                                                : 2;
    chart->rows = (n + chart->columns - 1) / chart->columns;
    chart->panel_h = chart->rows > 1      ? (chart->ask->paired ? 1.4 : 1.2)
                     : chart->columns > 1 ? 1.5
                     : chart->width > 5   ? 2.5
                                          : 0.25 * chart->width + 0.85;
    for (int m = 0; m < means->nmetrics; m++) {
        struct pt_scale *scale = &chart->scales[m];
        const struct pt_words *words = &scale->words;
        char text[TEXT];

        scale->step =
            pt_tics_step(scale->high - scale->low, (int)(chart->panel_h / 0.2));

        pt_words_print(words, text, sizeof text);
        split = split || chart->ask->paired ||
                pt_letters_width(text, chart->job->paper->points) >
                    chart->panel_h + 0.1;
    }
    chart->left = 0.06 + line * (split ? 2 : 1) + 0.13 + numbers(chart);
    chart->panel_w = chart->width / chart->columns - chart->left - right;
}

/* From the top: heading and panel, by row; tics; the x title; the legend. */
static void write_layout(struct chart *chart, double keys)
{
    struct pt_figure_job *job = chart->job;
    double gap = between + (chart->headed ? heading : 0);
    double foot = keys + 0.06 + line + tics;

    pt_figure_real(job, "W", chart->width);
    pt_figure_real(job, "H",
                   top + (chart->headed ? heading : 0) +
                       chart->rows * chart->panel_h + (chart->rows - 1) * gap +
                       foot);
    pt_figure_int(job, "columns", chart->columns);
    pt_figure_int(job, "rows", chart->rows);
    pt_figure_int(job, "nmetrics", chart->means->nmetrics);
    pt_figure_int(job, "npanels", chart->means->npanels);
    pt_figure_int(job, "ncurves", chart->overlay.ncurves);
    pt_figure_int(job, "paired", chart->ask->paired);
    pt_figure_real(job, "left", chart->left);
    pt_figure_real(job, "foot", foot);
    pt_figure_real(job, "gap", gap);
    pt_figure_real(job, "panel_w", chart->panel_w);
    pt_figure_real(job, "panel_h", chart->panel_h);
    pt_figure_real(job, "xtitle_y", keys + 0.1);
    pt_figure_real(job, "line", line);
}

int pt_chart_write(struct pt_figure_job *job, const struct pt_chart_ask *ask,
                   struct pt_err *err)
{
    struct chart chart = {.ask = ask, .means = ask->means, .job = job};
    int result =
        pt_overlay_init(&chart.overlay, job->results->dir, ask->overlay, err);

    job->script_name = "sweep";
    if (result == 0) {
        find_x(&chart);
        for (int m = 0; m < ask->means->nmetrics; m++)
            find_scale(&chart, m);
        lay_out(&chart);
        write_styles(&chart);
        write_headings(&chart);
        write_layout(&chart, write_legend(&chart));
        write_scales(&chart);
        write_x(&chart);
        write_data(&chart);
    }
    pt_overlay_fini(&chart.overlay);
    return result;
}
