/* ledger_stack.c - where the machine went, in all: the ledger's classes as one
 * bar a run, up to all of it. */
#include "plots/figure.h"

#include <math.h>
#include "base/alloc.h"
#include "base/text.h"
#include "plots/bars.h"
#include "plots/classes.h"

struct chart {
    double shares[PT_RESULTS_MOST][PT_CLASSES];
    bool occurs[PT_CLASSES];
    int noccur;
};

/* The class that FIELD names. */
static int find_class(const struct pt_csv *csv,
                      const struct pt_csv_field *field, int *class,
                      struct pt_err *err)
{
    for (int c = 0; c < PT_CLASSES; c++) {
        *class = c;
        if (pt_csv_is(field, pt_class_name((enum pt_class)c)))
            return 0;
    }
    return pt_csv_bad(csv, field, "a class of the ledger", err);
}

/* Of a run whose window is empty there is nothing. */
static int read_run(struct chart *chart, const struct pt_results_run *run,
                    double *shares, struct pt_err *err)
{
    const char *const columns[] = {"class", "share"};
    struct pt_csv csv;
    struct pt_csv_field fields[2];
    char *path = pt_results_path(run->path, "ledger.csv");
    int class, more = pt_csv_open(&csv, path, columns, 2, err) == 0 ? 1 : -1;

    while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0) {
        if (find_class(&csv, &fields[0], &class, err) != 0 ||
            pt_csv_real(&csv, &fields[1], HUGE_VAL, &shares[class], err) != 0)
            more = -1;
        else if (shares[class] > 0 && !chart->occurs[class]) {
            chart->occurs[class] = true;
            chart->noccur++;
        }
    }
    pt_csv_close(&csv);
    pt_free(path);
    return more;
}

/* A line a run: its place, and the shares piled up. */
static void write_chart(struct pt_figure_job *job, const struct chart *chart)
{
    const char *classes[PT_CLASSES];
    int n = 0;

    for (int c = 0; c < PT_CLASSES; c++)
        if (chart->occurs[c])
            classes[n++] = pt_class_name((enum pt_class)c);
    pt_bars_layout(job, job->results->n > 8 ? 0.22 : 0.28, classes, n);
    pt_classes_write(job, chart->occurs);
    fputs("# place, then the classes' shares (%) piled up: a line per run\n",
          job->data);
    for (int i = 0; i < job->results->n; i++) {
        double pile = 0;

        fprintf(job->data, "%d", i);
        for (int c = 0; c < PT_CLASSES; c++) {
            pile += chart->shares[i][c];
            if (chart->occurs[c])
                fprintf(job->data, " %.6g", 100 * pile);
        }
        putc('\n', job->data);
    }
}

static int ledger_stack_data(struct pt_figure_job *job, struct pt_err *err)
{
    const struct pt_results *results = job->results;
    struct chart chart = {.noccur = 0};

    for (int i = 0; i < results->n; i++)
        if (pt_results_hold(results->runs[i].path, "ledger.csv") &&
            read_run(&chart, &results->runs[i], chart.shares[i], err) != 0)
            return -1;
    if (chart.noccur == 0) {
        pt_text_copy(err->text, sizeof err->text,
                     "no run has a ledger.csv that holds any time");
        return 1;
    }
    write_chart(job, &chart);
    return 0;
}

const struct pt_figure pt_figure_ledger_stack = {
    .name = "ledger-stack",
    .summary = "where the machine's time went in all, a bar a run",
    .cite = "Feitelson and Rudolph, Metrics and benchmarking for parallel job "
            "scheduling, JSSPP 1998 (loss of capacity)",
    .params = pt_figure_runs_params,
    .state_size = sizeof(struct pt_figure_runs),
    .data = ledger_stack_data,
};
