/* gantt.c - processors x time: which job ran where.
 *
 * Small runs: a box for each contiguous interval of processors of a job, as in
 * evalys.  Larger ones: the share of each cell of a grid that was busy; the
 * legend says how large a cell is.  Where allocations name nodes of several
 * processors (promises that name nodes), jobs that share a node overlap. */
#include "plots/figure.h"

#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/decimate.h"
#include "plots/timeline.h"

#define MOST_BOXES   2000  /* of a run: each must stay visible */
#define ALL_BOXES    12000 /* of the figure: 140 bytes of svg each */
#define MOST_NAMED   40    /* jobs that get their number written in */
#define COLUMNS      400
#define ROWS         200
#define JOB_NAME     24
#define NAME_HEIGHT  0.10 /* inches of a line of text, and of a letter */
#define LETTER_WIDTH 0.065

struct box {
    pt_time start, end;
    struct pt_interval interval;
    char job[JOB_NAME];
};

struct panel {
    const char *path;  /* of the run */
    struct box *boxes; /* [nboxes]: all of them, or the first MOST_BOXES */
    int nboxes, capacity;
    int64_t njobs, nintervals;
    pt_time first, last;
    int32_t slots;
    bool nodes; /* what is allocated are nodes, not processors */
};

/* The last one may be missing in files of others. */
enum column { JOB, START, END, ALLOCATED, WIDTH, WANTED };

static const char *const wanted[WANTED] = {
    [JOB] = "job_id",
    [START] = "starting_time",
    [END] = "finish_time",
    [ALLOCATED] = "allocated_resources",
    [WIDTH] = "requested_number_of_resources",
};

/* What an interval of a job is told to. */
typedef void visit_interval(void *to, const struct box *box, bool first_of_job);

/* Job numbers go into a quoted string of the .dat: letters that could end it,
 * or that take more than one byte, become '_'. */
static void copy_name(char *to, const struct pt_csv_field *field)
{
    size_t n = field->length < JOB_NAME ? field->length : JOB_NAME - 1;

    for (size_t i = 0; i < n; i++) {
        char c = field->text[i];

        to[i] = c > ' ' && c < 0x7f && c != '"' && c != '\\' ? c : '_';
    }
    to[n] = '\0';
}

/* Opens FOLDER/jobs.csv; *N of the columns are there. */
static int open_jobs(struct pt_csv *csv, const char *folder, int *n,
                     struct pt_err *err)
{
    struct pt_err ignored = {.code = PT_ERR_NONE};
    char *path = pt_results_path(folder, "jobs.csv");
    int result;

    *n = WANTED;
    result = pt_csv_open(csv, path, wanted, *n, &ignored);
    if (result != 0) {
        pt_csv_close(csv);
        *n = WIDTH;
        result = pt_csv_open(csv, path, wanted, *n, err);
    }
    pt_free(path);
    return result;
}

/* Calls VISIT for every interval of the job in FIELDS. */
static int read_intervals(struct pt_csv *csv, struct pt_csv_field *fields,
                          visit_interval *visit, void *to, bool *nodes,
                          struct pt_err *err)
{
    int64_t width = 0, held = 0;
    struct box box;
    int more = 1;

    copy_name(box.job, &fields[JOB]);
    if (pt_csv_time(csv, &fields[START], &box.start, err) != 0 ||
        pt_csv_time(csv, &fields[END], &box.end, err) != 0)
        return -1;
    if (fields[WIDTH].length > 0 &&
        pt_csv_int(csv, &fields[WIDTH], 0, INT32_MAX, &width, err) != 0)
        return -1;
    while ((more = pt_csv_interval(csv, &fields[ALLOCATED], &box.interval,
                                   err)) > 0) {
        visit(to, &box, held == 0);
        held += box.interval.high - box.interval.low + 1;
    }
    *nodes = *nodes || (held > 0 && held < width);
    return more;
}

/* Calls VISIT for every interval of every job of the run that was started.  A
 * job on fewer of what there is than it has processors is on nodes. */
static int read_jobs(const char *folder, visit_interval *visit, void *to,
                     bool *nodes, struct pt_err *err)
{
    struct pt_csv_field fields[WANTED] = {{0}};
    struct pt_csv csv;
    int n, more = 1;

    if (!pt_results_hold(folder, "jobs.csv"))
        return 0;
    if (open_jobs(&csv, folder, &n, err) != 0)
        more = -1;
    while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0)
        if (fields[START].length > 0 && fields[END].length > 0 &&
            read_intervals(&csv, fields, visit, to, nodes, err) != 0)
            more = -1;
    pt_csv_close(&csv);
    return more;
}

static void take_box(void *to, const struct box *box, bool first_of_job)
{
    struct panel *panel = to;

    if (panel->nintervals == 0 || box->start < panel->first)
        panel->first = box->start;
    if (panel->nintervals == 0 || box->end > panel->last)
        panel->last = box->end;
    if (box->interval.high >= panel->slots)
        panel->slots = box->interval.high + 1;
    panel->njobs += first_of_job;
    panel->nintervals++;
    if (panel->nboxes < MOST_BOXES)
        pt_vec_push(panel->boxes, panel->nboxes, panel->capacity, *box);
}

static void take_area(void *to, const struct box *box, bool first_of_job)
{
    (void)first_of_job;
    pt_raster_add(to, box->start, box->end, box->interval.low,
                  box->interval.high);
}

/* All that the panels share. */
struct chart {
    struct panel panels[PT_RESULTS_MOST];
    int n;
    pt_time first, last;
    int32_t slots;
    int64_t intervals, most_intervals, most_jobs;
    bool nodes;
    struct pt_figure_unit unit;
};

/* The window and the machine are the timeline's, if it is there: they hold what
 * no job has touched.  It counts processors: it knows of no nodes. */
static int read_panel(struct panel *panel, struct pt_err *err)
{
    struct pt_timeline timeline;
    int result;

    if (read_jobs(panel->path, take_box, panel, &panel->nodes, err) != 0)
        return -1;
    if (panel->nintervals == 0)
        return 0;
    result = pt_timeline_init(&timeline, panel->path, err);
    if (timeline.n > 0 && timeline.first < panel->first)
        panel->first = timeline.first;
    if (timeline.n > 0 && timeline.slots > panel->slots && !panel->nodes)
        panel->slots = timeline.slots;
    pt_timeline_fini(&timeline);
    return result < 0 ? -1 : 0;
}

static int read_chart(struct chart *chart, const struct pt_results *results,
                      struct pt_err *err)
{
    bool any = false;

    chart->n = results->n;
    for (int i = 0; i < chart->n; i++) {
        struct panel *panel = &chart->panels[i];

        panel->path = results->runs[i].path;
        if (read_panel(panel, err) != 0)
            return -1;
        if (panel->nintervals == 0)
            continue;
        if (!any || panel->first < chart->first)
            chart->first = panel->first;
        if (!any || panel->last > chart->last)
            chart->last = panel->last;
        any = true;
        if (panel->slots > chart->slots)
            chart->slots = panel->slots;
        chart->nodes = chart->nodes || panel->nodes;
        chart->intervals += panel->nintervals;
        if (panel->nintervals > chart->most_intervals)
            chart->most_intervals = panel->nintervals;
        if (panel->njobs > chart->most_jobs)
            chart->most_jobs = panel->njobs;
    }
    if (chart->last == chart->first)
        chart->last++;
    chart->unit = pt_figure_unit(chart->last - chart->first);
    return 0;
}

/* Jobs keep their colour from panel to panel, and neighbours in number have
 * different ones. */
static unsigned colour_of(const char *job)
{
    unsigned hash = 0;

    for (; *job; job++)
        hash = hash * 10 + (unsigned char)*job - '0';
    return hash % 7 + 1;
}

static double in_units(const struct chart *chart, pt_time time)
{
    return (double)(time - chart->first) / chart->unit.length;
}

/* Start, end, low, high, colour and name of each box. */
static void write_boxes(struct pt_figure_job *job, const struct chart *chart,
                        const struct pt_panels *layout)
{
    double inch_time = layout->width / (double)(chart->last - chart->first);
    double inch_slot = layout->height / chart->slots;
    bool named = chart->most_jobs <= MOST_NAMED;

    fputs("# start end low high colour job: one block per run\n", job->data);
    for (int i = 0; i < chart->n; i++) {
        const struct panel *panel = &chart->panels[i];

        /* A block without a line would not count as one. */
        if (panel->nboxes == 0)
            fputs("NaN NaN NaN NaN 1 \"\"\n", job->data);
        for (int k = 0; k < panel->nboxes; k++) {
            const struct box *box = &panel->boxes[k];
            double width = (double)(box->end - box->start) * inch_time;
            double height =
                (box->interval.high - box->interval.low + 1) * inch_slot;
            bool fits = height >= NAME_HEIGHT &&
                        width >= LETTER_WIDTH * (double)(strlen(box->job) + 1);

            fprintf(job->data, "%.10g %.10g %d %d %u \"%s\"\n",
                    in_units(chart, box->start), in_units(chart, box->end),
                    box->interval.low, box->interval.high, colour_of(box->job),
                    named && fits ? box->job : "");
        }
        fputs("\n\n", job->data);
    }
}

/* A matrix per run: the busy share of each cell in percent, lowest processors
 * first.  An image needs two rows and columns at least: a single one comes
 * twice. */
static void write_raster(FILE *data, const struct pt_raster *raster)
{
    int32_t rows = raster->rows > 1 ? raster->rows : 2;
    int32_t columns = raster->columns > 1 ? raster->columns : 2;

    for (int32_t row = 0; row < rows; row++) {
        for (int32_t column = 0; column < columns; column++) {
            double share = pt_raster_share(
                raster, row < raster->rows ? row : raster->rows - 1,
                column < raster->columns ? column : raster->columns - 1);

            fprintf(data, column == 0 ? "%.4g" : " %.4g",
                    share < 1 ? 100 * share : 100.0);
        }
        putc('\n', data);
    }
    fputs("\n\n", data);
}

/* The size of a cell, for the legend: "8.2 h x 5 processors". */
static void print_cell(char *text, size_t size, const struct pt_raster *raster,
                       bool nodes)
{
    pt_time width = raster->span / raster->columns;
    struct pt_figure_unit unit = pt_figure_unit(width);
    double height = (double)raster->slots / raster->rows;

    snprintf(text, size, "%.3g %s x %.3g %s%s", (double)width / unit.length,
             unit.name, height, nodes ? "node" : "processor",
             raster->rows == raster->slots ? "" : "s");
}

static int write_rasters(struct pt_figure_job *job, const struct chart *chart,
                         struct pt_err *err)
{
    struct pt_raster raster = {0};
    char cell[80] = "";
    bool nodes = false;
    int result = 0;

    fputs("# busy share of each cell in percent: one matrix per run\n",
          job->data);
    for (int i = 0; i < chart->n && result == 0; i++) {
        pt_raster_init(&raster, chart->first, chart->last - chart->first,
                       chart->slots, COLUMNS, ROWS);
        result =
            read_jobs(chart->panels[i].path, take_area, &raster, &nodes, err);
        write_raster(job->data, &raster);
        if (i == 0) {
            print_cell(cell, sizeof cell, &raster, chart->nodes);
            pt_figure_text(job, "cell", cell);
            pt_figure_int(job, "cells_x",
                          raster.columns > 1 ? raster.columns : 2);
            pt_figure_int(job, "cells_y", raster.rows > 1 ? raster.rows : 2);
        }
        pt_raster_fini(&raster);
    }
    return result;
}

/* Tics of a processor axis: a power of two, some four to eight of them. */
static int64_t tic_step(int32_t slots)
{
    int64_t step = 1;

    while (step * 6 < slots)
        step *= 2;
    return step;
}

static int write_chart(struct pt_figure_job *job, const struct chart *chart,
                       struct pt_err *err)
{
    bool binned =
        chart->most_intervals > MOST_BOXES || chart->intervals > ALL_BOXES;
    double height = chart->n == 1 ? 2.2 : chart->n == 2 ? 1.6 : 1.25;
    struct pt_panels layout =
        pt_figure_panels(job, height, binned ? 1.05 : 0.42);

    pt_figure_int(job, "binned", binned);
    pt_figure_int(job, "nodes", chart->nodes);
    pt_figure_text(job, "unit", chart->unit.name);
    pt_figure_real(job, "span", in_units(chart, chart->last));
    pt_figure_int(job, "slots", chart->slots);
    pt_figure_int(job, "tic_step", tic_step(chart->slots));
    if (binned)
        return write_rasters(job, chart, err);
    write_boxes(job, chart, &layout);
    return 0;
}

static int gantt_data(struct pt_figure_job *job, struct pt_err *err)
{
    struct chart *chart = pt_alloc(1, sizeof *chart);
    int result = read_chart(chart, job->results, err);

    if (result == 0 && chart->intervals == 0) {
        pt_text_copy(err->text, sizeof err->text, "no job was ever started");
        result = 1;
    }
    if (result == 0)
        result = write_chart(job, chart, err);
    for (int i = 0; i < chart->n; i++)
        pt_free(chart->panels[i].boxes);
    pt_free(chart);
    return result;
}

const struct pt_figure pt_figure_gantt = {
    .name = "gantt",
    .summary = "which processors were busy when, and with which job",
    .cite = "Gantt, Organizing for work, 1919; drawn as evalys does",
    .params = pt_figure_runs_params,
    .state_size = sizeof(struct pt_figure_runs),
    .data = gantt_data,
};
