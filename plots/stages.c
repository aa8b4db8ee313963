/* stages.c - stage attempts x time: what waited, what ran, what met at
 * barriers, what failed.
 *
 * A lane is one attempt.  Lanes are grouped by job, in the order in which jobs
 * came; in a job they go by stage, then by try.  A figure holds so many whole
 * jobs as there is room for, and says so; all panels show the same jobs. */
#include "plots/figure.h"

#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/legend.h"
#include "plots/letters.h"
#include "plots/stage_rows.h"

#define ONE_PANEL  60    /* lanes, if there is one panel */
#define ALL_PANELS 72    /* lanes above each other, if there are several */
#define LANE       0.125 /* inches: a line of text */
#define LETTER     0.062

struct group {
    int64_t job;
    pt_time first; /* it had a stage that was ready */
};

struct panel {
    const char *path;               /* of the run */
    struct group groups[ONE_PANEL]; /* [ngroups], in order */
    int ngroups;
    int64_t nrows; /* of the file */
    struct pt_stage_row *lanes;
    int nlanes, capacity;
};

/* What may be in the picture; the legend's order. */
enum paint {
    WAITING,
    PARALLEL,
    GANG,
    BARRIER,
    PARALLEL_FAILED,
    GANG_FAILED,
    KILLED,
    PAINTS
};

/* The light ones are parallel, the dark ones gangs. */
static const struct {
    const char *name, *colour;
} paints[PAINTS] = {
    [WAITING] = {"waiting", "#FFFFFF"},
    [PARALLEL] = {"parallel", "#9CCBE6"},
    [GANG] = {"gang", "#0072B2"},
    [BARRIER] = {"its share at barriers", "#882255"},
    [PARALLEL_FAILED] = {"parallel, failed", "#F3B68F"},
    [GANG_FAILED] = {"gang, failed", "#D55E00"},
    [KILLED] = {"killed", "#A6A6A6"},
};

struct chart {
    struct panel panels[PT_RESULTS_MOST];
    int n, most; /* panels; lanes in each */
    bool occurs[PAINTS];
    pt_time first, last;
    struct pt_figure_unit unit;
};

static bool before(const struct group *a, const struct group *b)
{
    return a->first != b->first ? a->first < b->first : a->job < b->job;
}

static struct group *find_group(struct panel *panel, int64_t job)
{
    for (int i = 0; i < panel->ngroups; i++)
        if (panel->groups[i].job == job)
            return &panel->groups[i];
    return NULL;
}

/* Keeps the MOST jobs that came first.  What is pushed out comes back, if it
 * proves to have come earlier: a job's instant only falls. */
static void take_group(struct panel *panel, const struct pt_stage_row *row,
                       int most)
{
    struct group group = {.job = row->job, .first = row->ready};
    struct group *at = find_group(panel, row->job);

    if (at && !before(&group, at))
        return;
    if (!at && panel->ngroups == most) {
        at = &panel->groups[most - 1];
        if (!before(&group, at))
            return;
    }
    if (!at)
        at = &panel->groups[panel->ngroups++];
    for (; at > panel->groups && before(&group, at - 1); at--)
        *at = at[-1];
    *at = group;
}

/* Reads a run's file once: which jobs come first, or (LANES) their attempts. */
static int read_panel(struct panel *panel, int most, bool lanes,
                      struct pt_err *err)
{
    struct pt_stage_rows rows;
    struct pt_stage_row row;
    int more = pt_stage_rows_open(&rows, panel->path, err);

    if (more == 0)
        while ((more = pt_stage_rows_next(&rows, &row, err)) > 0) {
            if (!lanes) {
                take_group(panel, &row, most);
                panel->nrows++;
            } else if (find_group(panel, row.job)) {
                pt_vec_push(panel->lanes, panel->nlanes, panel->capacity, row);
            }
        }
    pt_stage_rows_close(&rows);
    return more < 0 ? -1 : 0;
}

static int row_order(const void *a, const void *b)
{
    const struct pt_stage_row *x = a, *y = b;

    if (x->stage != y->stage)
        return x->stage < y->stage ? -1 : 1;
    return (x->try > y->try) - (x->try < y->try);
}

/* Puts the lanes of each job together, in the order of the groups. */
static void sort_lanes(struct panel *panel)
{
    struct pt_stage_row *sorted =
        pt_alloc((size_t)panel->nlanes + 1, sizeof *sorted);
    int n = 0;

    for (int g = 0; g < panel->ngroups; g++) {
        int start = n;

        for (int i = 0; i < panel->nlanes; i++)
            if (panel->lanes[i].job == panel->groups[g].job)
                sorted[n++] = panel->lanes[i];
        qsort(sorted + start, (size_t)(n - start), sizeof *sorted, row_order);
    }
    pt_free(panel->lanes);
    panel->lanes = sorted;
}

/* How many of the panel's jobs are whole in its first MOST lanes. */
static int whole_jobs(const struct panel *panel, int most)
{
    int jobs = 0;

    for (int i = 1; i <= panel->nlanes && i <= most; i++)
        jobs += i == panel->nlanes ||
                panel->lanes[i].job != panel->lanes[i - 1].job;
    return jobs;
}

/* Leaves the lanes of the first JOBS jobs; of the first one, as many as fit. */
static void cut_lanes(struct panel *panel, int jobs, int most)
{
    int n = 0;

    if (panel->ngroups > jobs)
        panel->ngroups = jobs;
    while (n < panel->nlanes && n < most && jobs > 0) {
        n++;
        jobs -=
            n < panel->nlanes && panel->lanes[n].job != panel->lanes[n - 1].job;
    }
    panel->nlanes = n;
}

static enum paint paint_of(const struct pt_stage_row *row)
{
    if (row->outcome == PT_STAGE_KILLED)
        return KILLED;
    if (row->outcome == PT_STAGE_FAILURE)
        return row->gang ? GANG_FAILED : PARALLEL_FAILED;
    return row->gang ? GANG : PARALLEL;
}

/* The window, and what the legend has to explain. */
static void survey(struct chart *chart)
{
    bool any = false;

    for (int i = 0; i < chart->n; i++)
        for (int k = 0; k < chart->panels[i].nlanes; k++) {
            const struct pt_stage_row *row = &chart->panels[i].lanes[k];

            if (!any || row->ready < chart->first)
                chart->first = row->ready;
            if (!any || row->end > chart->last)
                chart->last = row->end;
            any = true;
            chart->occurs[paint_of(row)] = true;
            if (row->start != row->ready)
                chart->occurs[WAITING] = true;
            if (pt_stage_row_barrier(row) > 0)
                chart->occurs[BARRIER] = true;
        }
    if (chart->last == chart->first)
        chart->last++;
    chart->unit = pt_figure_unit(chart->last - chart->first);
}

static int read_chart(struct chart *chart, const struct pt_results *results,
                      struct pt_err *err)
{
    int rows = results->n <= 4 ? results->n : (results->n + 1) / 2;
    int most = rows == 1 ? ONE_PANEL : ALL_PANELS / rows;
    int jobs = most;

    chart->n = results->n;
    for (int i = 0; i < chart->n; i++) {
        struct panel *panel = &chart->panels[i];
        int whole;

        panel->path = results->runs[i].path;
        if (read_panel(panel, most, false, err) != 0 ||
            read_panel(panel, most, true, err) != 0)
            return -1;
        sort_lanes(panel);
        whole = whole_jobs(panel, most);
        if (panel->nlanes > 0 && whole < jobs)
            jobs = whole;
    }
    for (int i = 0; i < chart->n; i++) {
        struct panel *panel = &chart->panels[i];

        cut_lanes(panel, jobs > 0 ? jobs : 1, most);
        if (panel->nlanes > chart->most)
            chart->most = panel->nlanes;
    }
    survey(chart);
    return 0;
}

static double in_units(const struct chart *chart, pt_time time)
{
    return (double)(time - chart->first) / chart->unit.length;
}

/* "job 7   1.0", the job at its first lane only.  Returns its length. */
static int print_name(char *text, size_t size, const struct panel *panel, int k)
{
    const struct pt_stage_row *row = &panel->lanes[k];

    if (k > 0 && panel->lanes[k - 1].job == row->job)
        return snprintf(text, size, "%lld.%d", (long long)row->id, row->try);
    return snprintf(text, size, "job %lld   %lld.%d", (long long)row->job,
                    (long long)row->id, row->try);
}

/* Lane, ready, start, end, where the share at barriers begins, colour, failed,
 * first of its job, name. */
static void write_lane(FILE *data, const struct chart *chart,
                       const struct panel *panel, int k, int *longest)
{
    const struct pt_stage_row *row = &panel->lanes[k];
    pt_time run = pt_stage_row_run(row);
    double met = (double)run * (1 - pt_stage_row_barrier(row));
    double start = in_units(chart, row->end - run);
    bool first = k > 0 && panel->lanes[k - 1].job != row->job;
    char name[80];
    int length = print_name(name, sizeof name, panel, k);

    *longest = length > *longest ? length : *longest;
    fprintf(data, "%d %.10g %.10g %.10g %.10g %d %d %d \"%s\"\n", k,
            in_units(chart, row->ready), start, in_units(chart, row->end),
            start + met / chart->unit.length, (int)paint_of(row) + 1,
            row->outcome == PT_STAGE_FAILURE, first, name);
}

/* Above a panel: the run, and what of it is not in the picture. */
static void write_title(struct pt_figure_job *job, int i,
                        const struct panel *panel, double width)
{
    const char *label = job->results->runs[i].label;
    size_t size = strlen(label) + 120;
    char *text = pt_alloc(size, 1), *cut, name[24], jobs[24] = "job";

    if (panel->ngroups > 1)
        snprintf(jobs, sizeof jobs, "%d jobs", panel->ngroups);
    if (panel->nrows == 0)
        snprintf(text, size, "%s: no stages", label);
    else if (panel->nlanes < panel->nrows)
        snprintf(text, size, "%s: the first %s, %d of %lld attempts", label,
                 jobs, panel->nlanes, (long long)panel->nrows);
    else
        snprintf(text, size, "%s", label);
    cut = pt_alloc(size, 1);
    pt_letters_cut(cut, size, text, job->paper->points, width);
    snprintf(name, sizeof name, "title[%d]", i + 1);
    pt_figure_text(job, name, cut);
    pt_free(cut);
    pt_free(text);
}

/* paint[], and the legend: key_paint[nkeys]; returns its height. */
static double write_key(struct pt_figure_job *job, const struct chart *chart)
{
    const char *labels[PAINTS];
    int n = 0;

    fprintf(job->script, "array paint[%d]\narray key_paint[%d]\n", PAINTS,
            PAINTS);
    for (int i = 0; i < PAINTS; i++) {
        fprintf(job->script, "paint[%d] = 0x%s # %s\n", i + 1,
                paints[i].colour + 1, paints[i].name);
        if (!chart->occurs[i])
            continue;
        labels[n++] = paints[i].name;
        fprintf(job->script, "key_paint[%d] = %d\n", n, i + 1);
    }
    return pt_legend_write(job, labels, n, NULL, pt_figure_width(job, 2));
}

static void write_chart(struct pt_figure_job *job, const struct chart *chart)
{
    double lane = 1.2 / chart->most, keys = write_key(job, chart);
    struct pt_panels panels;
    int longest = 0;

    lane = lane < LANE ? LANE : lane > 2 * LANE ? 2 * LANE : lane;
    panels = pt_figure_panels(job, lane * chart->most, 0.5 + keys);
    pt_figure_real(job, "keys", keys);
    fputs("# lane, ready, start, end, barriers from, paint, failed, first of "
          "job, name: a block per run\n",
          job->data);
    fprintf(job->script, "array title[%d]\n", chart->n);
    for (int i = 0; i < chart->n; i++) {
        const struct panel *panel = &chart->panels[i];

        write_title(job, i, panel, panels.width);
        /* A block without a line would not count as one. */
        if (panel->nlanes == 0)
            fputs("NaN NaN NaN NaN NaN 1 0 0 \"\"\n", job->data);
        for (int k = 0; k < panel->nlanes; k++)
            write_lane(job->data, chart, panel, k, &longest);
        fputs("\n\n", job->data);
    }
    pt_figure_real(job, "names", longest * LETTER);
    pt_figure_int(job, "lanes", chart->most);
    pt_figure_text(job, "unit", chart->unit.name);
    pt_figure_real(job, "span", in_units(chart, chart->last));
}

static int stages_data(struct pt_figure_job *job, struct pt_err *err)
{
    struct chart *chart = pt_alloc(1, sizeof *chart);
    int result = read_chart(chart, job->results, err);

    if (result == 0 && chart->most == 0) {
        pt_text_copy(err->text, sizeof err->text,
                     "these runs are of rigid jobs, without stages");
        result = 1;
    }
    if (result == 0)
        write_chart(job, chart);
    for (int i = 0; i < chart->n; i++)
        pt_free(chart->panels[i].lanes);
    pt_free(chart);
    return result;
}

const struct pt_figure pt_figure_stages = {
    .name = "stages",
    .summary = "stage attempts over time: waits, runs, barriers, failures",
    .cite = "Gantt, Organizing for work, 1919; after the stages of Spark's web "
            "UI",
    .params = pt_figure_runs_params,
    .state_size = sizeof(struct pt_figure_runs),
    .data = stages_data,
};
