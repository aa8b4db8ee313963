/* load_wait.c - how long jobs waited at what load: a map of how many jobs met
 * which load on arrival and waited how long, a panel per policy.
 *
 * The load that a job meets is the share of the processors that others run on
 * at its submit (load=busy), or that others run on or wait for (load=demand):
 * jobs submitted before it, and not ended.  A job holds its width from its
 * first start to its end.  Waits of 0 have a row of their own at the foot, and
 * so have those that are too short for the axis.  Replications are pooled. */
#include "plots/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/jobs.h"
#include "plots/tics.h"
#include "plots/timeline.h"

#define COLUMNS 25
#define ROWS    64 /* four a decade, at most */
#define DECADE  4
#define SHORT   1 /* rows 0 and 1 are 0 and too short */
#define FIRST   2

enum load { BUSY, DEMAND };

struct parameters {
    int load;
    char only[PT_PARAM_TEXT_SIZE];
};

struct arrival {
    pt_time submit, start, end, wait;
    int32_t width;
    double load; /* in processors */
};

/* A time at which WIDTH processors are more, or fewer, in use. */
struct change {
    pt_time at;
    int64_t width;
};

struct run {
    struct arrival *arrivals; /* [n] */
    int64_t n, capacity;
    int64_t first; /* of the replication that is read now */
    int replication;
    enum load load;
    struct change *changes; /* [n] for the sweep */
    int64_t changes_capacity;
    double processors;
    int64_t cells[ROWS][COLUMNS];
};

struct chart {
    struct run *runs; /* [n] */
    int n;
    enum load load;
    pt_time edge, longest;
    double most_load; /* in parts of the machine: where the axis ends */
    int64_t most;     /* jobs in a cell */
    int rows;
    bool is_short, told; /* some wait is too short; the machine is known */
};

static int change_order(const void *a, const void *b)
{
    const struct change *x = a, *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

static int arrival_order(const void *a, const void *b)
{
    const struct arrival *x = a, *y = b;

    return (x->submit > y->submit) - (x->submit < y->submit);
}

/* Adds to the load of ARRIVALS [N], in order of submit, SIGN times the width of
 * each job whose change is before it, or at the same instant too if SAME. */
static void sweep(struct run *run, struct arrival *arrivals, int64_t n,
                  int sign, bool same)
{
    int64_t k = 0, sum = 0;

    qsort(run->changes, (size_t)n, sizeof *run->changes, change_order);
    for (int64_t i = 0; i < n; i++) {
        pt_time now = arrivals[i].submit;

        while (k < n && (run->changes[k].at < now ||
                         (same && run->changes[k].at == now)))
            sum += run->changes[k++].width;
        arrivals[i].load += sign * (double)sum;
    }
}

/* The loads that the jobs of a replication met.  What ends at that instant is
 * gone, what is submitted or starts at it is not there yet. */
static void find_loads(struct run *run)
{
    int64_t n = run->n - run->first;

    if (n == 0)
        return;
    struct arrival *arrivals = run->arrivals + run->first;
    run->first = run->n;
    qsort(arrivals, (size_t)n, sizeof *arrivals, arrival_order);
    pt_vec_reserve(run->changes, run->changes_capacity, n);
    for (int64_t i = 0; i < n; i++)
        run->changes[i] = (struct change){
            run->load == BUSY ? arrivals[i].start : arrivals[i].submit,
            arrivals[i].width};
    sweep(run, arrivals, n, 1, false);
    for (int64_t i = 0; i < n; i++)
        run->changes[i] = (struct change){arrivals[i].end, arrivals[i].width};
    sweep(run, arrivals, n, -1, true);
}

static void take_job(void *to, const struct pt_jobs_row *row)
{
    struct run *run = to;
    struct arrival arrival = {
        .submit = row->submit,
        .start = row->start,
        .end = row->end,
        .wait = row->values[PT_JOBS_WAIT],
        .width = row->width,
    };

    if (!row->ran)
        return;
    if (row->replication != run->replication)
        find_loads(run);
    run->replication = row->replication;
    /* One without a length is never there; it is seen to end, though not to
     * start, at its instant. */
    if (row->end == row->start)
        arrival.width = 0;
    pt_vec_push(run->arrivals, run->n, run->capacity, arrival);
}

/* How many processors there are: the timeline's, if it is there, else the most
 * that a job found busy. */
static int find_machine(struct run *run, const char *folder, bool *told,
                        struct pt_err *err)
{
    struct pt_timeline timeline;
    int none = pt_timeline_init(&timeline, folder, err);

    run->processors = timeline.slots;
    pt_timeline_fini(&timeline);
    if (none < 0)
        return -1;
    *told = *told && run->processors > 0;
    if (run->processors > 0)
        return 0;
    run->processors = 1;
    for (int64_t i = 0; i < run->n; i++)
        if (run->arrivals[i].load > run->processors)
            run->processors = run->arrivals[i].load;
    return 0;
}

static int read_run(struct chart *chart, int i,
                    const struct pt_results_run *from, struct pt_err *err)
{
    struct run *run = &chart->runs[i];

    run->load = chart->load;
    if (pt_jobs_read(from, PT_JOBS_SPAN | PT_JOBS_WIDTH, true, take_job, run,
                     err) < 0)
        return -1;
    find_loads(run);
    if (find_machine(run, from->path, &chart->told, err) != 0)
        return -1;
    for (int64_t k = 0; k < run->n; k++) {
        double load = run->arrivals[k].load / run->processors;

        if (run->arrivals[k].wait > chart->longest)
            chart->longest = run->arrivals[k].wait;
        if (load > chart->most_load)
            chart->most_load = load;
    }
    return 0;
}

static int row_of(const struct chart *chart, pt_time wait)
{
    double decades;
    int row;

    if (wait <= 0)
        return 0;
    if (wait < chart->edge)
        return SHORT;
    decades = log10((double)wait / (double)chart->edge);
    row = FIRST + (int)(DECADE * decades + 1e-9);
    return row < ROWS ? row : ROWS - 1;
}

static void fill_cells(struct chart *chart, struct run *run)
{
    for (int64_t k = 0; k < run->n; k++) {
        double load = run->arrivals[k].load / run->processors;
        int column = (int)(COLUMNS * load / chart->most_load);
        int row = row_of(chart, run->arrivals[k].wait);
        int64_t *cell;

        column = column < 0 ? 0 : column < COLUMNS ? column : COLUMNS - 1;
        cell = &run->cells[row][column];
        *cell += 1;
        if (*cell > chart->most)
            chart->most = *cell;
        if (row == SHORT)
            chart->is_short = true;
        if (row >= chart->rows)
            chart->rows = row + 1;
    }
}

/* Column, row and jobs; a block per run. */
static void write_cells(FILE *data, const struct chart *chart)
{
    for (int i = 0; i < chart->n; i++) {
        bool any = false;

        for (int row = 0; row < chart->rows; row++)
            for (int column = 0; column < COLUMNS; column++) {
                int64_t n = chart->runs[i].cells[row][column];
                int shown = row > SHORT && !chart->is_short ? row - 1 : row;

                if (n == 0)
                    continue;
                any = true;
                fprintf(data, "%d %d %lld\n", column, shown, (long long)n);
            }
        /* A block without a line would not count as one. */
        fputs(any ? "\n\n" : "NaN NaN NaN\n\n\n", data);
    }
}

static void write_tics(struct pt_figure_job *job, const struct chart *chart,
                       const struct pt_panels *panels)
{
    int first = chart->is_short ? FIRST : FIRST - 1;
    int rows = chart->rows - FIRST + first;
    struct pt_jobs_tics tics;
    char name[40] = "";

    pt_jobs_tics_open(&tics, job, "y", panels->height / rows);
    pt_jobs_tics_add(&tics, 0.5, "0");
    for (int k = 0; pt_jobs_marks[k].name; k++) {
        const struct pt_jobs_mark *mark = &pt_jobs_marks[k];
        double at =
            first + DECADE * log10((double)mark->at / (double)chart->edge);

        if (mark->at < chart->edge || at > rows)
            continue;
        if (mark->at == chart->edge && chart->is_short) {
            snprintf(name, sizeof name, "< %s", mark->name);
            pt_jobs_tics_add(&tics, first - 0.5, name);
        }
        pt_jobs_tics_add(&tics, at, mark->name);
    }
    pt_jobs_tics_close(&tics);
    pt_figure_int(job, "rows_y", rows);
    pt_figure_int(job, "first_y", first);
}

static void write_chart(struct pt_figure_job *job, const struct chart *chart)
{
    double left = 0.25 + 7 * pt_jobs_letter(job);
    struct pt_panels panels = pt_jobs_panels(job, left, 0.95);

    pt_figure_int(job, "columns_x", COLUMNS);
    pt_figure_real(job, "most_load", 100 * chart->most_load);
    pt_figure_int(job, "most", chart->most < 10 ? 10 : chart->most);
    pt_figure_int(job, "demand", chart->load == DEMAND);
    pt_figure_int(job, "told", chart->told);
    write_tics(job, chart, &panels);
    fputs("# column of load, row of wait, jobs: a block per run\n", job->data);
    write_cells(job->data, chart);
}

static int load_wait_data(struct pt_figure_job *job, struct pt_err *err)
{
    const struct parameters *parameters = job->state;
    struct chart chart = {
        .n = job->results->n,
        .runs = pt_alloc((size_t)job->results->n, sizeof *chart.runs),
        .load = (enum load)parameters->load,
        .rows = FIRST + 1,
        .told = true,
    };
    int64_t njobs = 0;
    int result = 0;

    for (int i = 0; i < chart.n && result == 0; i++) {
        result = read_run(&chart, i, &job->results->runs[i], err);
        njobs += chart.runs[i].n;
    }
    if (result == 0 && njobs == 0) {
        if (err->text[0] == '\0')
            pt_text_copy(err->text, sizeof err->text,
                         "no job was ever started");
        result = 1;
    }
    if (result == 0) {
        err->text[0] = '\0';
        chart.edge = pt_tics_edge(chart.longest);
        if (chart.load == BUSY || chart.most_load < 1)
            chart.most_load = 1;
        for (int i = 0; i < chart.n; i++)
            fill_cells(&chart, &chart.runs[i]);
        write_chart(job, &chart);
    }
    for (int i = 0; i < chart.n; i++) {
        pt_free(chart.runs[i].arrivals);
        pt_free(chart.runs[i].changes);
    }
    pt_free(chart.runs);
    return result;
}

static const char *const loads[] = {"busy", "demand", NULL};

static const struct pt_param params[] = {
    {
        .name = "load",
        .type = PT_PARAM_CHOICE,
        .unit = "",
        .fallback = "busy",
        .choices = loads,
        .offset = offsetof(struct parameters, load),
        .help = "What a job meets: processors that others run on, or that "
                "they run on or wait for.",
    },
    PT_FIGURE_ONLY(struct parameters),
    PT_PARAM_END,
};

const struct pt_figure pt_figure_load_wait = {
    .name = "load-wait",
    .summary = "how long jobs waited at what load: how many of them, as a map",
    .cite = "D. Krakov and D. G. Feitelson, High-resolution analysis of "
            "parallel job workloads, JSSPP 2012",
    .params = params,
    .state_size = sizeof(struct parameters),
    .data = load_wait_data,
};
