/* critical_path.c - what determined when a job ended.
 *
 * The stages of one job over time, the DAG between them, and the chain through
 * it (chain.h), which is also a strip of its own.
 *
 * The job is that with the longest response in the first run that has stages;
 * all panels show the same one. */
#include "plots/figure.h"

#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/chain.h"
#include "plots/legend.h"
#include "plots/letters.h"
#include "plots/stage_rows.h"

#define CANDIDATES 64    /* jobs, one of which is hoped to have stages */
#define ALL_LANES  60    /* above each other, in all panels */
#define LANE       0.135 /* inches */
#define LETTER     0.062

/* A stage in the picture. */
struct lane {
    int32_t stage;
    int64_t id;
    bool gang, critical;
    pt_time ready, run;
};

struct panel {
    const char *path;
    bool submitted; /* the run's jobs.csv has the job */
    struct pt_chain chain;
    struct lane *lanes; /* [nlanes] shown, of nstages */
    int nlanes, nstages;
};

struct chart {
    struct panel panels[PT_RESULTS_MOST];
    int n, most; /* panels; lanes of the fullest */
    int64_t job;
    int origin;   /* the run in which it has the longest response; -1: none */
    pt_time span; /* of the longest panel */
    struct pt_figure_unit unit;
};

struct candidate {
    int64_t job;
    pt_time response;
    bool has_stages;
};

enum column { JOB, SUBMIT, RESPONSE, WANTED };

static const char *const wanted[WANTED] = {
    [JOB] = "job_id",
    [SUBMIT] = "submission_time",
    [RESPONSE] = "turnaround_time",
};

/* A row of jobs.csv. */
struct job_row {
    int64_t job;
    pt_time submit, response; /* PT_TIME_NEVER: it was never done */
};

typedef void visit_job(void *to, const struct job_row *row);

static int read_jobs(const char *folder, visit_job *visit, void *to,
                     struct pt_err *err)
{
    struct pt_csv_field fields[WANTED];
    struct pt_csv csv;
    char *path = pt_results_path(folder, "jobs.csv");
    int more = pt_csv_open(&csv, path, wanted, WANTED, err) == 0 ? 1 : -1;

    while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0) {
        struct job_row row = {.response = PT_TIME_NEVER};

        if (pt_csv_int(&csv, &fields[JOB], INT64_MIN, INT64_MAX, &row.job,
                       err) != 0 ||
            pt_csv_time(&csv, &fields[SUBMIT], &row.submit, err) != 0 ||
            (fields[RESPONSE].length > 0 &&
             pt_csv_time(&csv, &fields[RESPONSE], &row.response, err) != 0))
            more = -1;
        else
            visit(to, &row);
    }
    pt_csv_close(&csv);
    pt_free(path);
    return more;
}

struct ranking {
    struct candidate items[CANDIDATES]; /* [n], longest first */
    int n;
};

static void rank_job(void *to, const struct job_row *row)
{
    struct ranking *ranking = to;
    int at = ranking->n;

    if (row->response == PT_TIME_NEVER)
        return;
    while (at > 0 && ranking->items[at - 1].response < row->response)
        at--;
    if (at == CANDIDATES)
        return;
    if (ranking->n < CANDIDATES)
        ranking->n++;
    for (int i = ranking->n - 1; i > at; i--)
        ranking->items[i] = ranking->items[i - 1];
    ranking->items[at] = (struct candidate){row->job, row->response, false};
}

/* Looks for the job with the longest response that has stages in run I. */
static int find_job(struct chart *chart, int i, struct pt_err *err)
{
    struct ranking ranking = {.n = 0};
    struct pt_stage_rows rows;
    struct pt_stage_row row;
    int more = pt_stage_rows_open(&rows, chart->panels[i].path, err);

    if (more == 0)
        more = read_jobs(chart->panels[i].path, rank_job, &ranking, err);
    if (more == 0)
        while ((more = pt_stage_rows_next(&rows, &row, err)) > 0)
            for (int k = 0; k < ranking.n; k++)
                if (ranking.items[k].job == row.job)
                    ranking.items[k].has_stages = true;
    pt_stage_rows_close(&rows);
    for (int k = 0; more == 0 && k < ranking.n && chart->origin < 0; k++)
        if (ranking.items[k].has_stages) {
            chart->job = ranking.items[k].job;
            chart->origin = i;
        }
    return more < 0 ? -1 : 0;
}

struct wish {
    int64_t job;
    struct panel *panel;
};

static void take_submit(void *to, const struct job_row *row)
{
    struct wish *wish = to;

    if (row->job != wish->job)
        return;
    wish->panel->chain.submit = row->submit;
    wish->panel->submitted = true;
}

/* All attempts of the chart's job. */
static int read_panel(struct panel *panel, int64_t job, struct pt_err *err)
{
    struct wish wish = {job, panel};
    struct pt_stage_rows rows;
    struct pt_stage_row row;
    int more = pt_stage_rows_open(&rows, panel->path, err);

    if (more == 0)
        more = read_jobs(panel->path, take_submit, &wish, err);
    if (more == 0)
        while ((more = pt_stage_rows_next(&rows, &row, err)) > 0)
            if (row.job == job)
                pt_chain_add(&panel->chain, &row);
    pt_stage_rows_close(&rows);
    return more < 0 ? -1 : 0;
}

static struct lane *find_lane(const struct panel *panel, int32_t stage)
{
    for (int i = 0; i < panel->nlanes; i++)
        if (panel->lanes[i].stage == stage)
            return &panel->lanes[i];
    return NULL;
}

/* Those that matter most first. */
static int weight_order(const void *a, const void *b)
{
    const struct lane *x = a, *y = b;

    if (x->critical != y->critical)
        return x->critical ? -1 : 1;
    if (x->run != y->run)
        return x->run > y->run ? -1 : 1;
    return (x->stage > y->stage) - (x->stage < y->stage);
}

static int time_order(const void *a, const void *b)
{
    const struct lane *x = a, *y = b;

    if (x->ready != y->ready)
        return x->ready < y->ready ? -1 : 1;
    return (x->stage > y->stage) - (x->stage < y->stage);
}

/* A lane a stage, in the order in which they were ready; where there is no room
 * for all, the chain's and then the longest. */
static void make_lanes(struct panel *panel, int most)
{
    panel->lanes = pt_alloc((size_t)panel->chain.n, sizeof *panel->lanes);
    for (int i = 0; i < panel->chain.n; i++) {
        const struct pt_chain_attempt *attempt = &panel->chain.attempts[i];
        const struct pt_stage_row *row = &attempt->row;
        struct lane *lane = find_lane(panel, row->stage);

        if (!lane) {
            lane = &panel->lanes[panel->nlanes++];
            *lane = (struct lane){.stage = row->stage,
                                  .id = row->id,
                                  .gang = row->gang,
                                  .ready = row->ready};
        }
        lane->critical = lane->critical || attempt->critical;
        lane->ready = row->ready < lane->ready ? row->ready : lane->ready;
        lane->run += pt_stage_row_run(row);
    }
    panel->nstages = panel->nlanes;
    qsort(panel->lanes, (size_t)panel->nlanes, sizeof *panel->lanes,
          weight_order);
    if (panel->nlanes > most)
        panel->nlanes = most;
    qsort(panel->lanes, (size_t)panel->nlanes, sizeof *panel->lanes,
          time_order);
}

static int read_chart(struct chart *chart, const struct pt_results *results,
                      struct pt_err *err)
{
    int rows = results->n <= 4 ? results->n : (results->n + 1) / 2;

    chart->n = results->n;
    chart->origin = -1;
    chart->span = 1;
    for (int i = 0; i < chart->n; i++)
        chart->panels[i].path = results->runs[i].path;
    for (int i = 0; i < chart->n && chart->origin < 0; i++)
        if (find_job(chart, i, err) != 0)
            return -1;
    for (int i = 0; i < chart->n && chart->origin >= 0; i++) {
        struct panel *panel = &chart->panels[i];

        if (read_panel(panel, chart->job, err) != 0)
            return -1;
        if (panel->chain.n == 0 || !panel->submitted)
            continue;
        pt_chain_walk(&panel->chain);
        make_lanes(panel, ALL_LANES / rows);
        if (panel->nlanes > chart->most)
            chart->most = panel->nlanes;
        if (panel->chain.end - panel->chain.submit > chart->span)
            chart->span = panel->chain.end - panel->chain.submit;
    }
    chart->unit = pt_figure_unit(chart->span);
    return 0;
}

static double in_units(const struct chart *chart, const struct panel *panel,
                       pt_time time)
{
    return (double)(time - panel->chain.submit) / chart->unit.length;
}

/* The colour of the time that an attempt ran: 0 and 1 are beside the chain. */
static int paint_of(const struct pt_chain_attempt *attempt)
{
    bool failed = attempt->row.outcome != PT_STAGE_SUCCESS;

    if (!attempt->critical)
        return failed ? 2 : 1;
    return failed ? 5 : 3;
}

static void write_bars(FILE *data, const struct chart *chart,
                       const struct panel *panel)
{
    if (panel->nlanes == 0)
        fputs("NaN NaN NaN NaN NaN 1 0 0 \"\"\n", data);
    for (int i = 0; i < panel->chain.n; i++) {
        const struct pt_chain_attempt *attempt = &panel->chain.attempts[i];
        const struct pt_stage_row *row = &attempt->row;
        const struct lane *lane = find_lane(panel, row->stage);
        pt_time run = pt_stage_row_run(row);
        double start = in_units(chart, panel, row->end - run);
        double met = (double)run * (1 - pt_stage_row_barrier(row));

        if (lane)
            fprintf(data, "%d %.10g %.10g %.10g %.10g %d %d %d \"%s %lld\"\n",
                    (int)(lane - panel->lanes) + 1,
                    in_units(chart, panel, row->ready), start,
                    in_units(chart, panel, row->end),
                    attempt->critical && row->outcome == PT_STAGE_SUCCESS
                        ? start + met / chart->unit.length
                        : in_units(chart, panel, row->end),
                    paint_of(attempt), attempt->critical,
                    row->outcome == PT_STAGE_FAILURE,
                    lane->gang ? "gang" : "stage", (long long)lane->id);
    }
    fputs("\n\n", data);
}

/* From the end of attempt FROM to where it let attempt TO go. */
static bool write_edge(FILE *data, const struct chart *chart,
                       const struct panel *panel, int from, int to,
                       bool critical)
{
    const struct pt_stage_row *a = &panel->chain.attempts[from].row;
    const struct pt_stage_row *b = &panel->chain.attempts[to].row;
    const struct lane *below = find_lane(panel, a->stage);
    const struct lane *above = find_lane(panel, b->stage);

    if (!below || !above)
        return false;
    fprintf(data, "%.10g %d %.10g %d %d\n", in_units(chart, panel, a->end),
            (int)(below - panel->lanes) + 1, in_units(chart, panel, b->ready),
            (int)(above - panel->lanes) + 1, critical);
    return true;
}

/* The DAG's, of first tries; then the chain's, on top. */
static void write_edges(FILE *data, const struct chart *chart,
                        const struct panel *panel)
{
    bool any = false;

    for (int i = 0; i < panel->chain.n; i++) {
        const struct pt_chain_attempt *attempt = &panel->chain.attempts[i];

        if (attempt->row.try > 0 || !find_lane(panel, attempt->row.stage))
            continue;
        for (int p = 0; p < attempt->row.nparents; p++) {
            int from = pt_chain_parent(
                &panel->chain, panel->chain.parents[attempt->parents_at + p],
                i);

            if (from >= 0 && panel->chain.attempts[from].next != i)
                any |= write_edge(data, chart, panel, from, i, false);
        }
    }
    for (int i = 0; i < panel->chain.n; i++)
        if (panel->chain.attempts[i].next >= 0)
            any |= write_edge(data, chart, panel, i,
                              panel->chain.attempts[i].next, true);
    fputs(any ? "\n\n" : "NaN NaN NaN NaN 0\n\n\n", data);
}

static void write_chain(FILE *data, const struct chart *chart,
                        const struct panel *panel)
{
    for (int i = panel->chain.npieces - 1; i >= 0; i--) {
        const struct pt_chain_piece *piece = &panel->chain.pieces[i];

        fprintf(data, "%.10g %.10g %d\n", in_units(chart, panel, piece->from),
                in_units(chart, panel, piece->to), (int)piece->use + 1);
    }
    fputs(panel->chain.npieces > 0 ? "\n\n" : "NaN NaN 1\n\n\n", data);
}

/* "easy: job 7 took 54 min: 10 waiting, 39 running, 4 at barriers, 1 in failed
 * tries"; where panels are narrow, without what it was spent on. */
static void write_title(struct pt_figure_job *job, const struct chart *chart,
                        int i, const struct pt_panels *panels)
{
    static const char *const words[PT_CHAIN_USES] = {
        [PT_CHAIN_WAITING] = "waiting",
        [PT_CHAIN_RUNNING] = "running",
        [PT_CHAIN_BARRIER] = "at barriers",
        [PT_CHAIN_RETRY] = "in failed tries",
    };
    const struct panel *panel = &chart->panels[i];
    const char *label = job->results->runs[i].label;
    size_t size = strlen(label) + 300, used;
    char *text = pt_alloc(size, 1), *cut, name[24];
    bool first = true;

    used = (size_t)snprintf(text, size, "%s: job %lld", label,
                            (long long)chart->job);
    if (panel->nlanes == 0)
        snprintf(text + used, size - used, ": no stages");
    else
        used += (size_t)snprintf(text + used, size - used, " took %.4g %s",
                                 in_units(chart, panel, panel->chain.end),
                                 chart->unit.name);
    for (int s = 0; s < PT_CHAIN_USES && panel->nlanes > 0 && panels->width > 4;
         s++)
        if (panel->chain.spent[s] > 0) {
            used += (size_t)snprintf(
                text + used, size - used, "%s %.3g %s", first ? ":" : ",",
                (double)panel->chain.spent[s] / chart->unit.length, words[s]);
            first = false;
        }
    if (panel->nlanes < panel->nstages)
        snprintf(text + used, size - used, " (%d of %d stages)", panel->nlanes,
                 panel->nstages);
    cut = pt_alloc(size, 1);
    pt_letters_cut(cut, size, text, job->paper->points, panels->width);
    snprintf(name, sizeof name, "title[%d]", i + 1);
    pt_figure_text(job, name, cut);
    pt_free(cut);
    pt_free(text);
}

/* Room for the longest name of a lane. */
static double names_width(const struct chart *chart)
{
    int longest = 5;

    for (int i = 0; i < chart->n; i++)
        for (int k = 0; k < chart->panels[i].nlanes; k++) {
            int length = snprintf(NULL, 0, "stage %lld",
                                  (long long)chart->panels[i].lanes[k].id);

            longest = length > longest ? length : longest;
        }
    return longest * LETTER;
}

static void write_chart(struct pt_figure_job *job, const struct chart *chart)
{
    const char *const uses[] = {"waiting", "running", "share at barriers",
                                "failed tries", "not on the path"};
    double lane = 1.2 / (chart->most + 1);
    double keys = pt_legend_write(job, uses, 5, NULL, pt_figure_width(job, 2));
    struct pt_panels panels;

    lane = lane < LANE ? LANE : lane > 1.6 * LANE ? 1.6 * LANE : lane;
    panels = pt_figure_panels(job, lane * (chart->most + 1.3), 0.5 + keys);
    pt_figure_real(job, "keys", keys);
    fprintf(job->script, "array title[%d]\n", chart->n);
    fputs("# per run: lane, ready, start, end, barriers from, paint, critical, "
          "failed, name;\n# edges: from x, y, to x, y, critical; the chain: "
          "from, to, waiting 1, running 2, barrier 3, retry 4\n",
          job->data);
    for (int i = 0; i < chart->n; i++) {
        write_title(job, chart, i, &panels);
        write_bars(job->data, chart, &chart->panels[i]);
        write_edges(job->data, chart, &chart->panels[i]);
        write_chain(job->data, chart, &chart->panels[i]);
    }
    pt_figure_real(job, "names", names_width(chart));
    pt_figure_int(job, "lanes", chart->most);
    pt_figure_text(job, "unit", chart->unit.name);
    pt_figure_real(job, "span", (double)chart->span / chart->unit.length);
}

static void chart_free(struct chart *chart)
{
    for (int i = 0; i < chart->n; i++) {
        pt_chain_fini(&chart->panels[i].chain);
        pt_free(chart->panels[i].lanes);
    }
    pt_free(chart);
}

static int critical_path_data(struct pt_figure_job *job, struct pt_err *err)
{
    struct chart *chart = pt_alloc(1, sizeof *chart);
    int result = read_chart(chart, job->results, err);

    if (result == 0 && chart->most == 0) {
        pt_text_copy(err->text, sizeof err->text,
                     "no job with stages is done in these runs");
        result = 1;
    }
    if (result == 0)
        write_chart(job, chart);
    chart_free(chart);
    return result;
}

const struct pt_figure pt_figure_critical_path = {
    .name = "critical-path",
    .summary = "the chain of stages, waits and failures that made the job with "
               "the longest response last so long",
    .cite = "Kelley and Walker, Critical-path planning and scheduling, 1959",
    .params = pt_figure_runs_params,
    .state_size = sizeof(struct pt_figure_runs),
    .data = critical_path_data,
};
