#include "dots.h"

#include <math.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "plots/legend.h"
#include "plots/letters.h"
#include "plots/tics.h"
#include "plots/words.h"

enum { TEXT = 256 };

/* Inches. */
static const double right = 0.12, top = 0.08, between = 0.14, line = 0.14,
                    tics = 0.22, height = 0.16, heading = 0.16;

struct scale {
    struct pt_words words;
    double low, high, step; /* of the tics; of a logarithmic one a factor */
    bool log;
};

struct dots {
    struct pt_figure_job *job;
    const struct pt_means *means, *paired;
    struct scale scales[PT_MEANS_METRICS];
    bool differences;
    bool hollow, starred; /* some point is */
    /* the layout */
    double width, left, panel_w;
    int columns, rows;
};

static const struct pt_cells_row *row_at(const struct pt_means *means, int m,
                                         int x)
{
    const struct pt_cells_row *row = pt_means_at(means, m, 0, 0, x);

    return row && !isnan(row->mean) ? row : NULL;
}

/* Whether the mean differs from the baseline's by more than chance. */
static bool is_starred(const struct dots *dots, int m,
                       const struct pt_cells_row *row)
{
    const struct pt_means *paired = dots->paired;
    const struct pt_cells *cells = &dots->means->cells;
    const char *name = cells->metrics[dots->means->metrics[m]];

    for (int k = 0; paired && k < paired->nmetrics; k++)
        for (int x = 0; x < paired->nx; x++) {
            const struct pt_cells_row *other = row_at(paired, k, x);

            if (other && other->label == row->label &&
                strcmp(paired->cells.metrics[paired->metrics[k]], name) == 0)
                return other->p < 0.05;
        }
    return false;
}

static bool is_hollow(const struct pt_cells_row *row)
{
    return pt_means_saturated(row);
}

static void find_range(struct dots *dots, int m)
{
    struct scale *scale = &dots->scales[m];
    double largest = 0, least = HUGE_VAL;

    *scale = (struct scale){.low = HUGE_VAL, .high = -HUGE_VAL};
    for (int x = 0; x < dots->means->nx; x++) {
        const struct pt_cells_row *row = row_at(dots->means, m, x);
        double half;

        if (!row)
            continue;
        largest = fmax(largest, fabs(row->mean));
        least = fmin(least, row->mean);
        /* Where the queue goes on growing the interval says nothing. */
        half = isnan(row->half) || is_hollow(row) ? 0 : row->half;
        scale->low = fmin(scale->low, row->mean - half);
        scale->high = fmax(scale->high, row->mean + half);
        dots->hollow = dots->hollow || is_hollow(row);
        dots->starred = dots->starred || is_starred(dots, m, row);
    }
    if (scale->low > scale->high)
        scale->low = scale->high = 0;
    if (dots->differences) {
        scale->low = fmin(scale->low, 0);
        scale->high = fmax(scale->high, 0);
    } else if (least >= 0 && scale->low < 0) {
        scale->low = 0;
    }
    scale->log =
        !dots->differences && scale->low > 0 && scale->high >= 100 * scale->low;
    scale->words = pt_words_metric(
        dots->means->cells.metrics[dots->means->metrics[m]],
        dots->means->cells.units[dots->means->metrics[m]], largest);
}

/* In the unit that is drawn, with room on both sides, and tics. */
static void finish_range(struct dots *dots, int m)
{
    struct scale *scale = &dots->scales[m];
    double factor = scale->words.factor, low = scale->low * factor;
    double high = scale->high * factor, room;
    int most = (int)(dots->panel_w / 0.36);

    most = most < 3 ? 3 : most;
    if (scale->log) {
        double decades = log10(high / low);

        scale->low = low / pow(10, 0.08 * decades);
        scale->high = high * pow(10, 0.12 * decades);
        scale->step = pow(10, ceil(decades / most));
        return;
    }
    room = high > low ? high - low : fabs(high) * 0.2 + 1e-9;
    scale->high = high + 0.12 * room;
    scale->low = low - 0.08 * room;
    if (low >= 0 && scale->low < 0)
        scale->low = low > 0 ? 0 : -0.04 * room;
    /* One tic alone is no scale. */
    do
        scale->step = pt_tics_step(scale->high - scale->low, most++);
    while (floor(scale->high / scale->step) - ceil(scale->low / scale->step) <
           1);
}

static void lay_out(struct dots *dots)
{
    const struct pt_means *means = dots->means;
    const double points = dots->job->paper->points, narrowest = 1;
    double longest = 0, most, room;

    dots->width = pt_figure_width(dots->job, means->nmetrics > 2 ? 2 : 1);
    most = 0.36 * dots->width;
    for (int x = 0; x < means->nx; x++) {
        double this =
            pt_letters_width(pt_means_label(means, means->x, x), points);

        longest = fmax(longest, this);
    }
    dots->left = fmin(longest, most) + 0.16;
    room = dots->width - dots->left;
    dots->columns = (int)((room - right + between) / (narrowest + between));
    if (dots->columns < 1)
        dots->columns = 1;
    if (dots->columns > means->nmetrics)
        dots->columns = means->nmetrics;
    dots->rows = (means->nmetrics + dots->columns - 1) / dots->columns;
    dots->columns = (means->nmetrics + dots->rows - 1) / dots->rows;
    dots->panel_w =
        (room - right - (dots->columns - 1) * between) / dots->columns;
}

/* The titles below the panels, in two lines at most; returns how many lines the
 * longest one takes. */
static int write_titles(const struct dots *dots)
{
    struct pt_figure_job *job = dots->job;
    int n = dots->means->nmetrics, lines = 1;
    char text[TEXT], a[TEXT], b[TEXT], name[32];

    fprintf(job->script,
            "array title1[%d]\narray title2[%d]\narray low[%d]\n"
            "array high[%d]\narray step[%d]\narray logx[%d]\n",
            n, n, n, n, n, n);
    for (int m = 0; m < n; m++) {
        const struct scale *scale = &dots->scales[m];
        struct pt_words words = scale->words;

        if (dots->differences)
            pt_words_difference(&words, dots->means->cells.baseline);
        pt_words_print(&words, text, sizeof text);
        pt_letters_break(a, b, sizeof a, text, job->paper->points,
                         dots->panel_w + between);
        snprintf(name, sizeof name, "title1[%d]", m + 1);
        pt_figure_text(job, name, a);
        snprintf(name, sizeof name, "title2[%d]", m + 1);
        pt_figure_text(job, name, b);
        fprintf(job->script,
                "low[%d] = %.10g\nhigh[%d] = %.10g\nstep[%d] = %.10g\n"
                "logx[%d] = %d\n",
                m + 1, scale->low, m + 1, scale->high, m + 1, scale->step,
                m + 1, scale->log);
        lines = b[0] ? 2 : lines;
    }
    return lines;
}

static void write_labels(const struct dots *dots)
{
    struct pt_figure_job *job = dots->job;
    const struct pt_means *means = dots->means;
    int n = means->nx;
    char cut[TEXT], *quoted;

    pt_figure_int(job, "n", n);
    fprintf(job->script, "array label[%d]\narray style[%d]\n", n, n);
    for (int x = 0; x < n; x++) {
        pt_letters_cut(cut, sizeof cut, pt_means_label(means, means->x, x),
                       job->paper->points, dots->left - 0.12);
        quoted = pt_figure_quote_tic(cut);
        fprintf(job->script, "label[%d] = %s; style[%d] = %d\n", x + 1, quoted,
                x + 1, means->dims[means->x].items[x] + 1);
        pt_free(quoted);
    }
}

/* What marks mean; key_kind is 3 (hollow) or 4 (a star). */
static double write_legend(const struct dots *dots)
{
    const char *labels[2];
    char star[TEXT];
    FILE *script = dots->job->script;
    int n = 0;

    fputs("array key_kind[2]\n", script);
    if (dots->hollow) {
        labels[n++] = "hollow: queue still growing";
        fprintf(script, "key_kind[%d] = 3\n", n);
    }
    if (dots->starred) {
        snprintf(star, sizeof star, "differs from %s (p < 0.05, Holm)",
                 dots->paired->cells.baseline);
        labels[n++] = star;
        fprintf(script, "key_kind[%d] = 4\n", n);
    }
    return pt_legend_write(dots->job, labels, n, NULL, dots->width);
}

/* From the top: the heading; panels by row, each above its tics and title; the
 * legend. */
static void write_layout(const struct dots *dots, const char *held, int lines,
                         double keys)
{
    struct pt_figure_job *job = dots->job;
    double panel_h = dots->means->nx * height + 0.06;
    double foot = tics + lines * line + 0.06;
    double above = top + (held[0] ? heading : 0);
    bool fits = pt_letters_width(held, job->paper->points) <
                dots->width - dots->left - 0.1;

    pt_figure_real(job, "W", dots->width);
    pt_figure_real(job, "H",
                   above + dots->rows * (panel_h + foot) + keys +
                       (dots->rows - 1) * 0.06);
    pt_figure_text(job, "held", held);
    pt_figure_real(job, "held_x", fits ? dots->left : 0.1);
    pt_figure_int(job, "columns", dots->columns);
    pt_figure_int(job, "rows", dots->rows);
    pt_figure_int(job, "nmetrics", dots->means->nmetrics);
    pt_figure_int(job, "differences", dots->differences);
    pt_figure_real(job, "left", dots->left);
    pt_figure_real(job, "between", between);
    pt_figure_real(job, "panel_w", dots->panel_w);
    pt_figure_real(job, "panel_h", panel_h);
    pt_figure_real(job, "foot", foot + 0.06);
    pt_figure_real(job, "keys", keys);
    pt_figure_real(job, "line", line);
    pt_figure_real(job, "tics", tics);
}

/* A block of metric M: mean, low, high, place, hollow, star; and the baseline's
 * mean. */
static void write_metric(const struct dots *dots, int m)
{
    const struct scale *scale = &dots->scales[m];
    const struct pt_means *means = dots->means;
    const char *baseline = dots->paired ? dots->paired->cells.baseline : NULL;
    double factor = scale->words.factor,
           base = dots->differences ? 0 : (double)NAN;
    FILE *data = dots->job->data;

    for (int x = 0; x < means->nx; x++) {
        const struct pt_cells_row *row = row_at(means, m, x);
        double mean, half;

        if (!row) {
            fprintf(data, "NaN NaN NaN %d 0 0\n", x);
            continue;
        }
        mean = row->mean * factor;
        half = isnan(row->half) ? 0 : row->half * factor;
        fprintf(data, "%.8g %.8g %.8g %d %d %d\n", mean,
                fmax(mean - half, scale->low), fmin(mean + half, scale->high),
                x, is_hollow(row), is_starred(dots, m, row));
        if (baseline &&
            strcmp(pt_means_label(means, means->x, x), baseline) == 0)
            base = mean;
    }
    fputs("\n\n", data);
    if (isnan(base))
        fprintf(dots->job->script, "base[%d] = NaN\n", m + 1);
    else
        fprintf(dots->job->script, "base[%d] = %.10g\n", m + 1, base);
}

void pt_dots_write(struct pt_figure_job *job, const struct pt_means *means,
                   const struct pt_means *paired)
{
    struct dots dots = {.job = job,
                        .means = means,
                        .paired = paired,
                        .differences = means == paired};
    char held[TEXT], cut[TEXT];
    int lines;

    job->script_name = "compare";
    lay_out(&dots);
    for (int m = 0; m < means->nmetrics; m++) {
        find_range(&dots, m);
        finish_range(&dots, m);
    }
    pt_means_held(means, 0, true, held, sizeof held);
    pt_letters_cut(cut, sizeof cut, held, job->paper->points, dots.width - 0.2);
    lines = write_titles(&dots);
    write_labels(&dots);
    write_layout(&dots, cut, lines, write_legend(&dots));
    fprintf(job->script, "array base[%d]\n", means->nmetrics);
    fputs(
        "# mean, interval from, to, place, hollow, star: a block per metric\n",
        job->data);
    for (int m = 0; m < means->nmetrics; m++)
        write_metric(&dots, m);
}
