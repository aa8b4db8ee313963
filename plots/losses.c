/* losses.c - how much work was lost by what took the nodes: a group of bars a
 * run. */
#include "plots/figure.h"

#include <math.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "plots/bars.h"

#define MOST_ORIGINS 32
#define NAME         24

struct chart {
    char names[MOST_ORIGINS][NAME]; /* [n] as they come in the files */
    double lost[MOST_ORIGINS][PT_RESULTS_MOST]; /* slot-seconds */
    bool occurs[MOST_ORIGINS];
    int n, noccur;
    double most;
};

/* The origin that FIELD names; a new one, if it was not seen before. */
static int find_origin(struct chart *chart, const struct pt_csv *csv,
                       const struct pt_csv_field *field, int *origin,
                       struct pt_err *err)
{
    for (int k = 0; k < chart->n; k++) {
        *origin = k;
        if (pt_csv_is(field, chart->names[k]))
            return 0;
    }
    if (field->length == 0 || field->length >= NAME)
        return pt_csv_bad(csv, field, "the name of an origin", err);
    if (chart->n == MOST_ORIGINS)
        return pt_err_at(err, PT_ERR_INPUT, csv->path, csv->line, 0,
                         "one origin too many (expected at most %d)",
                         MOST_ORIGINS);
    *origin = chart->n++;
    memcpy(chart->names[*origin], field->text, field->length);
    return 0;
}

static int read_run(struct chart *chart, const struct pt_results *results,
                    int i, struct pt_err *err)
{
    const char *const columns[] = {"origin", "lost"};
    struct pt_csv csv;
    struct pt_csv_field fields[2];
    char *path = pt_results_path(results->runs[i].path, "failures.csv");
    int more = pt_csv_open(&csv, path, columns, 2, err) == 0 ? 1 : -1;

    while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0) {
        double lost = 0;
        int k = 0;

        if (find_origin(chart, &csv, &fields[0], &k, err) != 0 ||
            pt_csv_real(&csv, &fields[1], HUGE_VAL, &lost, err) != 0) {
            more = -1;
            continue;
        }
        chart->lost[k][i] = lost;
        chart->most = lost > chart->most ? lost : chart->most;
        if (lost > 0 && !chart->occurs[k]) {
            chart->occurs[k] = true;
            chart->noccur++;
        }
    }
    pt_csv_close(&csv);
    pt_free(path);
    return more;
}

/* A block an origin: the place and the work lost, a line per run. */
static void write_bars(struct pt_figure_job *job, const struct chart *chart,
                       double length)
{
    fputs("# place of the run, work lost: a block per origin\n", job->data);
    for (int k = 0; k < chart->n; k++) {
        if (!chart->occurs[k])
            continue;
        for (int i = 0; i < job->results->n; i++)
            fprintf(job->data, "%d %.8g\n", i,
                    chart->lost[k][i] * 1e6 / length);
        fputs("\n\n", job->data);
    }
}

static void write_chart(struct pt_figure_job *job, const struct chart *chart)
{
    double most = chart->most * 1e6;
    struct pt_figure_unit unit =
        pt_figure_unit(most < 1e18 ? (pt_time)most : PT_TIME_FAR);
    const char **origins = pt_alloc((size_t)chart->noccur, sizeof *origins);
    int n = 0;

    for (int k = 0; k < chart->n; k++)
        if (chart->occurs[k])
            origins[n++] = chart->names[k];
    pt_bars_layout(job, 0.1 + 0.11 * n, origins, n);
    pt_free(origins);
    pt_figure_text(job, "unit", unit.name);
    pt_figure_real(job, "most", most / unit.length);
    write_bars(job, chart, unit.length);
}

static int losses_data(struct pt_figure_job *job, struct pt_err *err)
{
    const struct pt_results *results = job->results;
    struct chart chart = {.n = 0};

    for (int i = 0; i < results->n; i++)
        if (pt_results_hold(results->runs[i].path, "failures.csv") &&
            read_run(&chart, results, i, err) != 0)
            return -1;
    if (chart.noccur == 0) {
        pt_text_copy(err->text, sizeof err->text,
                     "no run has a failures.csv that tells of lost work");
        return 1;
    }
    write_chart(job, &chart);
    return 0;
}

const struct pt_figure pt_figure_losses = {
    .name = "losses",
    .summary = "work that was lost, by what took the nodes",
    .cite = "Schroeder and Gibson, A large-scale study of failures in "
            "high-performance computing systems, DSN 2006 (by root cause)",
    .params = pt_figure_runs_params,
    .state_size = sizeof(struct pt_figure_runs),
    .data = losses_data,
};
