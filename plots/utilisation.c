/* utilisation.c - where the machine went, over time: the ledger's classes,
 * stacked up to all of it. */
#include "plots/figure.h"

#include "base/alloc.h"
#include "base/text.h"
#include "plots/classes.h"
#include "plots/decimate.h"
#include "plots/timeline.h"

#define MOST_BINS 500

struct chart {
    struct pt_timeline timelines[PT_RESULTS_MOST];
    int n, nread, noccur;
    bool occurs[PT_CLASSES];
    pt_time first, last;
    struct pt_figure_unit unit;
};

static const double *row_of(const struct pt_timeline *timeline, int i)
{
    return timeline->rows + (ptrdiff_t)i * PT_TIMELINE_COLUMNS;
}

static pt_time end_of(const struct pt_timeline *timeline)
{
    double end = 0;

    for (int i = 0; i < timeline->n; i++)
        end += row_of(timeline, i)[0];
    return timeline->first + (pt_time)end;
}

static int read_chart(struct chart *chart, const struct pt_results *results,
                      struct pt_err *err)
{
    chart->n = results->n;
    for (int i = 0; i < chart->n; i++) {
        struct pt_timeline *timeline = &chart->timelines[i];
        int none = pt_timeline_init(timeline, results->runs[i].path, err);
        pt_time end = end_of(timeline);

        if (none < 0)
            return -1;
        if (none > 0)
            continue;
        for (int k = 0; k < timeline->n; k++)
            for (int c = 0; c < PT_CLASSES; c++)
                if (row_of(timeline, k)[c + 1] > 0)
                    chart->occurs[c] = true;
        if (chart->nread == 0 || timeline->first < chart->first)
            chart->first = timeline->first;
        if (chart->nread == 0 || end > chart->last)
            chart->last = end;
        chart->nread++;
    }
    for (int c = 0; c < PT_CLASSES; c++)
        chart->noccur += chart->occurs[c];
    if (chart->last == chart->first)
        chart->last++;
    chart->unit = pt_figure_unit(chart->last - chart->first);
    return 0;
}

/* One corner of the outline: the time, and the classes' shares piled up in
 * percent, those that occur only. */
static void write_corner(FILE *data, const struct chart *chart, double time,
                         const double *row)
{
    double whole = 0, pile = 0;

    for (int c = 0; c < PT_CLASSES; c++)
        whole += row[c + 1];
    fprintf(data, "%.8g", time);
    for (int c = 0; c < PT_CLASSES; c++) {
        pile += row[c + 1];
        if (chart->occurs[c])
            fprintf(data, " %.5g", whole > 0 ? 100 * pile / whole : 0.0);
    }
    putc('\n', data);
}

/* Two corners a bin: the outline is a flight of steps. */
static void write_panel(FILE *data, const struct chart *chart,
                        struct pt_timeline *timeline)
{
    double at = (double)(timeline->first - chart->first);

    timeline->n = pt_decimate_rows(timeline->rows, timeline->n,
                                   PT_TIMELINE_COLUMNS, MOST_BINS);
    if (timeline->n == 0) {
        const double nothing[PT_TIMELINE_COLUMNS] = {0};

        write_corner(data, chart, 0, nothing);
        write_corner(data, chart, 0, nothing);
    }
    for (int i = 0; i < timeline->n; i++) {
        const double *row = row_of(timeline, i);

        write_corner(data, chart, at / chart->unit.length, row);
        at += row[0];
        write_corner(data, chart, at / chart->unit.length, row);
    }
    fputs("\n\n", data);
}

static void write_chart(struct pt_figure_job *job, struct chart *chart)
{
    const double key = 0.9, line = 0.14;
    double height = chart->n == 1 ? 1.8 : chart->n == 2 ? 1.3 : 1.0;
    int columns = (int)((pt_figure_width(job, 2) - 0.1) / key), rows;

    columns = columns > chart->noccur ? chart->noccur : columns;
    rows = (chart->noccur + columns - 1) / columns;
    columns = (chart->noccur + rows - 1) / rows;
    pt_figure_panels(job, height, 0.52 + rows * line);
    pt_figure_int(job, "key_rows", rows);
    pt_figure_int(job, "key_columns", columns);
    pt_figure_real(job, "key_width", key);
    pt_figure_real(job, "key_line", line);
    pt_figure_text(job, "unit", chart->unit.name);
    pt_figure_real(job, "span",
                   (double)(chart->last - chart->first) / chart->unit.length);
    pt_classes_write(job, chart->occurs);
    fputs("# time, then the classes' shares (%) piled up: a block per run\n",
          job->data);
    for (int i = 0; i < chart->n; i++)
        write_panel(job->data, chart, &chart->timelines[i]);
}

static int utilisation_data(struct pt_figure_job *job, struct pt_err *err)
{
    struct chart *chart = pt_alloc(1, sizeof *chart);
    int result = read_chart(chart, job->results, err);

    if (result == 0 && chart->noccur == 0) {
        pt_text_copy(err->text, sizeof err->text,
                     "no run has a timeline.csv that holds any time");
        result = 1;
    }
    if (result == 0)
        write_chart(job, chart);
    for (int i = 0; i < chart->n; i++)
        pt_timeline_fini(&chart->timelines[i]);
    pt_free(chart);
    return result;
}

const struct pt_figure pt_figure_utilisation = {
    .name = "utilisation",
    .summary = "where the machine's time went, by class of the ledger",
    .cite = "Feitelson and Rudolph, Metrics and benchmarking for parallel job "
            "scheduling, JSSPP 1998 (loss of capacity)",
    .params = pt_figure_runs_params,
    .state_size = sizeof(struct pt_figure_runs),
    .data = utilisation_data,
};
