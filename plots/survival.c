/* survival.c - how long nodes stay up and down: data against fitted laws.
 *
 * Both axes are logarithmic, so that the tail is seen: few outages, but long
 * ones, can make most of the time down. */
#include "plots/survival.h"

#include <math.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/legend.h"
#include "plots/tics.h"

const char *const pt_survival_columns[PT_SURVIVAL_COLUMNS] = {
    "kind", "x", "data", "exponential", "weibull", "lognormal", "gamma"};

static const char *const kinds[] = {"up", "down"};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

struct point {
    pt_time x;
    double share[PT_SURVIVAL_CURVES]; /* NaN: no such curve */
};

struct curves {
    struct point *points; /* [n] */
    int n, capacity;
};

static int read_share(const struct pt_csv *csv,
                      const struct pt_csv_field *field, double *share,
                      struct pt_err *err)
{
    *share = (double)NAN;
    return field->length == 0 ? 0 : pt_csv_real(csv, field, 1, share, err);
}

static int read_point(const struct pt_csv *csv,
                      const struct pt_csv_field *fields, struct curves *curves,
                      struct pt_err *err)
{
    struct point point;
    int kind = 0;

    while (kind < KINDS && !pt_csv_is(&fields[0], kinds[kind]))
        kind++;
    if (kind == KINDS)
        return pt_csv_bad(csv, &fields[0], "up or down", err);
    if (pt_csv_time(csv, &fields[1], &point.x, err) != 0)
        return -1;
    if (point.x <= 0)
        return pt_csv_bad(csv, &fields[1], "a number of seconds > 0", err);
    for (int i = 0; i < PT_SURVIVAL_CURVES; i++)
        if (read_share(csv, &fields[2 + i], &point.share[i], err) != 0)
            return -1;
    pt_vec_push(curves[kind].points, curves[kind].n, curves[kind].capacity,
                point);
    return 0;
}

static int read_curves(struct curves *curves, const char *dir,
                       struct pt_err *err)
{
    struct pt_csv_field fields[PT_SURVIVAL_COLUMNS];
    struct pt_csv csv;
    char *path = pt_results_path(dir, PT_SURVIVAL_FILE);
    int more = pt_csv_open(&csv, path, pt_survival_columns, PT_SURVIVAL_COLUMNS,
                           err) == 0
                   ? 1
                   : -1;

    while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0)
        if (read_point(&csv, fields, curves, err) != 0)
            more = -1;
    pt_csv_close(&csv);
    pt_free(path);
    return more;
}

/* What the panels have in common, so that they can be compared. */
struct range {
    pt_time left, right;
    double least; /* of the data's shares, zero apart */
};

static struct range range_of(const struct curves *curves)
{
    struct range range = {.left = PT_TIME_NEVER, .right = 0, .least = 1};

    for (int kind = 0; kind < KINDS; kind++)
        for (int i = 0; i < curves[kind].n; i++) {
            const struct point *point = &curves[kind].points[i];

            range.left = point->x < range.left ? point->x : range.left;
            range.right = point->x > range.right ? point->x : range.right;
            if (point->share[0] > 0 && point->share[0] < range.least)
                range.least = point->share[0];
        }
    if (range.right < 10 * range.left)
        range.right = 10 * range.left;
    return range;
}

/* The power of ten below SHARE: a single time has 10 % as its foot. */
static double foot_of(double share)
{
    double foot = 0.1;

    while (foot > 1e-9 && foot >= share)
        foot /= 10;
    return foot;
}

static void write_share(FILE *data, double share)
{
    if (isnan(share))
        fputs(" NaN", data);
    else
        fprintf(data, " %.8g", 100 * share);
}

/* Seconds and percent.  The data end on the foot; the laws are clipped there,
 * and a logarithm is all that they must have. */
static void write_curves(FILE *data, const struct curves *curves, double foot)
{
    if (curves->n == 0)
        fputs("NaN NaN NaN NaN NaN NaN\n", data);
    for (int i = 0; i < curves->n; i++) {
        const double *share = curves->points[i].share;
        double own = share[0] < foot ? foot : share[0];

        if (i > 0 && curves->points[i - 1].share[0] < foot)
            own = (double)NAN;
        fprintf(data, "%.10g", (double)curves->points[i].x / 1e6);
        write_share(data, own);
        for (int k = 1; k < PT_SURVIVAL_CURVES; k++)
            write_share(data, share[k] < 1e-99 ? 1e-99 : share[k]);
        fputc('\n', data);
    }
    fputs("\n\n", data);
}

/* Panels stand side by side where there is room. */
static void write_layout(struct pt_figure_job *job)
{
    const char *const laws[PT_SURVIVAL_CURVES] = {
        "data", "exponential", "Weibull", "lognormal", "gamma"};
    const double left = 0.62, right = 0.12, top = 0.1, below = 0.5;
    const double width = pt_figure_width(job, 2);
    const int columns = width < 5 ? 1 : 2, rows = KINDS / columns;
    const double panel_h = columns > 1 ? 1.84 : 1.4;
    double keys = pt_legend_write(job, laws, PT_SURVIVAL_CURVES, NULL, width);

    pt_figure_real(job, "W", width);
    pt_figure_real(job, "H", keys + rows * (below + panel_h + top));
    pt_figure_int(job, "columns", columns);
    pt_figure_int(job, "rows", rows);
    pt_figure_real(job, "left", left);
    pt_figure_real(job, "panel_w", width / columns - left - right);
    pt_figure_real(job, "panel_h", panel_h);
    pt_figure_real(job, "pitch", below + panel_h + top);
    pt_figure_real(job, "foot", keys + below);
}

static int survival_data(struct pt_figure_job *job, struct pt_err *err)
{
    struct curves curves[KINDS] = {{0}};
    int result = read_curves(curves, job->results->dir, err);

    if (result == 0 && curves[0].n == 0 && curves[1].n == 0) {
        pt_text_copy(err->text, sizeof err->text,
                     "no time up or down has both its ends in the trace");
        result = 1;
    }
    if (result == 0) {
        struct range range = range_of(curves);
        double foot = foot_of(range.least);

        write_layout(job);
        pt_figure_real(job, "left_edge", (double)range.left / 1e6);
        pt_figure_real(job, "right_edge", (double)range.right / 1e6);
        pt_figure_real(job, "lowest", 100 * foot);
        pt_figure_int(job, "up", curves[0].n);
        pt_figure_int(job, "down", curves[1].n);
        pt_tics_write(job, 'x', range.left, range.right);
        fputs("# seconds, share of times that are longer (%): data", job->data);
        for (int i = 3; i < PT_SURVIVAL_COLUMNS; i++)
            fprintf(job->data, ", %s", pt_survival_columns[i]);
        fputs("; a block for times up, one for times down\n", job->data);
        for (int kind = 0; kind < KINDS; kind++)
            write_curves(job->data, &curves[kind], foot);
    }
    for (int kind = 0; kind < KINDS; kind++)
        pt_free(curves[kind].points);
    return result;
}

const struct pt_figure pt_figure_survival = {
    .name = "survival",
    .summary = "how long nodes stay up and down: a failure trace against "
               "fitted laws",
    .cite = "empirical survival function; fits by maximum likelihood",
    .file = PT_SURVIVAL_FILE,
    .data = survival_data,
};
