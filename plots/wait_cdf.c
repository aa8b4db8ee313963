/* wait_cdf.c - how long jobs waited: the distribution under every policy.
 *
 * The axis of time is logarithmic, so that no wait at all has no place on it:
 * each curve starts, at the left edge, at the share of jobs below it. */
#include "plots/figure.h"

#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/decimate.h"
#include "plots/tics.h"

struct waits {
    pt_time *items; /* [n] sorted */
    int64_t n, capacity;
};

/* The waits of all jobs that were started. */
static int read_waits(struct waits *waits, const char *folder,
                      struct pt_err *err)
{
    const char *const columns[] = {"waiting_time"};
    struct pt_csv csv;
    struct pt_csv_field field;
    char *path = pt_results_path(folder, "jobs.csv");
    int more = pt_csv_open(&csv, path, columns, 1, err) == 0 ? 1 : -1;

    while (more > 0 && (more = pt_csv_next(&csv, &field, err)) > 0) {
        pt_time wait;

        if (field.length == 0)
            continue;
        if (pt_csv_time(&csv, &field, &wait, err) != 0)
            more = -1;
        else
            pt_vec_push(waits->items, waits->n, waits->capacity, wait);
    }
    if (waits->n > 1)
        qsort(waits->items, (size_t)waits->n, sizeof *waits->items,
              pt_time_compare);
    pt_csv_close(&csv);
    pt_free(path);
    return more;
}

/* Seconds and percent, from the left edge to the right. */
static void write_curve(FILE *data, const struct waits *waits, pt_time edge,
                        pt_time right)
{
    struct pt_cdf_point points[PT_CDF_POINTS];
    double whole = (double)waits->n;
    int n = pt_decimate_cdf(waits->items, waits->n, points);

    if (n == 0)
        fputs("NaN NaN\n", data);
    else
        fprintf(data, "%.10g %.8g\n", (double)edge / 1e6,
                100 * (double)pt_decimate_below(waits->items, waits->n, edge) /
                    whole);
    for (int i = 0; i < n; i++)
        if (points[i].value >= edge)
            fprintf(data, "%.10g %.8g\n", (double)points[i].value / 1e6,
                    100 * (double)points[i].count / whole);
    if (n > 0)
        fprintf(data, "%.10g 100\n", (double)right / 1e6);
    fputs("\n\n", data);
}

/* As wide as a column of a paper, unless a label needs more; the legend is
 * below the plot, in as many columns as the longest label leaves room for. */
static void write_size(struct pt_figure_job *job)
{
    const double letter = 0.062, sample = 0.44, line = 0.135, rim = 0.2;
    double width = 3.33, cell;
    size_t longest = 0;
    int columns, rows;

    for (int i = 0; i < job->results->n; i++) {
        size_t length = strlen(job->results->runs[i].label);

        longest = length > longest ? length : longest;
    }
    cell = (double)longest * letter + sample;
    columns = (int)((width - rim) / cell);
    columns = columns < 1 ? 1 : columns > 4 ? 4 : columns;
    if (width < cell + rim + 0.2)
        width = cell + rim + 0.2;
    rows = (job->results->n + columns - 1) / columns;
    columns = (job->results->n + rows - 1) / rows;
    pt_figure_real(job, "W", width);
    pt_figure_real(job, "H", 2.24 + rows * line);
    pt_figure_real(job, "foot", 0.52 + rows * line);
    pt_figure_int(job, "key_rows", rows);
    pt_figure_int(job, "key_columns", columns);
    pt_figure_real(job, "key_line", line);
    pt_figure_real(job, "key_width", (width - rim) / columns);
    pt_figure_labels(job);
}

static void write_curves(struct pt_figure_job *job, const struct waits *waits,
                         pt_time longest)
{
    pt_time edge = pt_tics_edge(longest);
    pt_time right = longest < 10 * edge ? 10 * edge : longest;

    write_size(job);
    pt_figure_real(job, "edge", (double)edge / 1e6);
    pt_figure_real(job, "right", (double)right / 1e6);
    pt_tics_write(job, 'x', edge, right);
    fputs("# wait (s), jobs that waited at most so long (%): a block per run\n",
          job->data);
    for (int i = 0; i < job->results->n; i++)
        write_curve(job->data, &waits[i], edge, right);
}

static int wait_cdf_data(struct pt_figure_job *job, struct pt_err *err)
{
    struct waits waits[PT_RESULTS_MOST] = {{0}};
    pt_time longest = -1;
    int result = 0;

    for (int i = 0; i < job->results->n && result == 0; i++) {
        result = read_waits(&waits[i], job->results->runs[i].path, err);
        if (waits[i].n > 0 && waits[i].items[waits[i].n - 1] > longest)
            longest = waits[i].items[waits[i].n - 1];
    }
    if (result == 0 && longest < 0) {
        pt_text_copy(err->text, sizeof err->text, "no job was ever started");
        result = 1;
    }
    if (result == 0)
        write_curves(job, waits, longest);
    for (int i = 0; i < job->results->n; i++)
        pt_free(waits[i].items);
    return result;
}

const struct pt_figure pt_figure_wait_cdf = {
    .name = "wait-cdf",
    .summary = "how long jobs waited: the distribution under every policy",
    .cite = "empirical distribution; exact at the quantiles drawn",
    .data = wait_cdf_data,
};
