/* slowdown_map.c - which jobs are slowed down: the mean (or median) bounded
 * slowdown by width and run time, a panel per policy, in the same colours.
 *
 * Cells with few jobs are hatched: their mean says little.  Replications are
 * pooled. */
#include "plots/figure.h"

#include <stdio.h>
#include "base/alloc.h"
#include "base/text.h"
#include "plots/jobs.h"
#include "plots/tics.h"

#define LENGTHS 17 /* one more than there are marks */

enum stat { MEAN, MEDIAN };

struct parameters {
    int stat;
    int64_t least;
    char only[PT_PARAM_TEXT_SIZE];
};

struct map {
    struct pt_jobs_values cells[PT_JOBS_CLASSES][LENGTHS];
    pt_time longest;
};

/* The part of all maps that has jobs. */
struct chart {
    struct map *maps; /* [n] */
    int n;
    enum stat stat;
    int64_t least;
    int first_length, last_length, last_class;
    bool any;
    double most;
};

/* How many marks are not above LENGTH. */
static int length_class(pt_time length)
{
    int class = 0;

    while (pt_jobs_marks[class].name && pt_jobs_marks[class].at <= length)
        class ++;
    return class;
}

static void take_job(void *to, const struct pt_jobs_row *row)
{
    struct map *map = to;
    pt_time length = row->end - row->start;

    if (!row->ran)
        return;
    if (length > map->longest)
        map->longest = length;
    pt_jobs_values_add(
        &map->cells[pt_jobs_class(row->width)][length_class(length)],
        row->values[PT_JOBS_BOUNDED]);
}

static double value_of(const struct chart *chart,
                       const struct pt_jobs_values *values)
{
    double sum = 0;

    if (chart->stat == MEDIAN)
        return pt_jobs_values_quantile(values, 0.5);
    for (int64_t i = 0; i < values->n; i++)
        sum += (double)values->items[i] / 1e6;
    return sum / (double)values->n;
}

/* What is shorter than the axis goes to its first column. */
static void merge_short(struct chart *chart, struct map *map)
{
    for (int c = 0; c < PT_JOBS_CLASSES; c++)
        for (int l = 0; l < chart->first_length; l++) {
            struct pt_jobs_values *from = &map->cells[c][l];

            for (int64_t i = 0; i < from->n; i++)
                pt_jobs_values_add(&map->cells[c][chart->first_length],
                                   from->items[i]);
            pt_jobs_values_fini(from);
        }
}

static void find_part(struct chart *chart)
{
    pt_time longest = 0;
    int first = LENGTHS;

    for (int i = 0; i < chart->n; i++)
        if (chart->maps[i].longest > longest)
            longest = chart->maps[i].longest;
    chart->first_length = length_class(pt_tics_edge(longest)) - 1;
    for (int i = 0; i < chart->n; i++) {
        merge_short(chart, &chart->maps[i]);
        for (int c = 0; c < PT_JOBS_CLASSES; c++)
            for (int l = 0; l < LENGTHS; l++) {
                struct pt_jobs_values *values = &chart->maps[i].cells[c][l];
                double value;

                if (values->n == 0)
                    continue;
                pt_jobs_values_sort(values);
                value = value_of(chart, values);
                if (values->n >= chart->least && value > chart->most)
                    chart->most = value;
                chart->any = true;
                first = l < first ? l : first;
                if (l > chart->last_length)
                    chart->last_length = l;
                if (c > chart->last_class)
                    chart->last_class = c;
            }
    }
    chart->first_length = first;
}

/* A number in at most four letters: 1.0, 37, 524, 1.2k. */
static void print_value(double value, char *text, size_t size)
{
    if (value < 9.95)
        snprintf(text, size, "%.1f", value);
    else
        pt_jobs_count((int64_t)(value + 0.5), 3, text, size);
}

/* Column, row, value, jobs and the value in letters; a block per run. */
static void write_cells(FILE *data, const struct chart *chart, bool named)
{
    for (int i = 0; i < chart->n; i++) {
        bool any = false;

        for (int c = 0; c <= chart->last_class; c++)
            for (int l = chart->first_length; l <= chart->last_length; l++) {
                const struct pt_jobs_values *values =
                    &chart->maps[i].cells[c][l];
                double value;
                char text[32] = "";

                if (values->n == 0)
                    continue;
                any = true;
                value = value_of(chart, values);
                if (named)
                    print_value(value, text, sizeof text);
                fprintf(data, "%d %d %.6g %lld \"%s\"\n",
                        l - chart->first_length, c, value, (long long)values->n,
                        text);
            }
        /* A block without a line would not count as one. */
        fputs(any ? "\n\n" : "NaN NaN NaN 0 \"\"\n\n\n", data);
    }
}

static void write_tics(struct pt_figure_job *job, const struct chart *chart,
                       const struct pt_panels *panels, bool wide)
{
    int columns = chart->last_length - chart->first_length + 1;
    struct pt_jobs_tics tics;

    pt_jobs_tics_open(&tics, job, "x", panels->width / columns);
    for (int l = chart->first_length; l < chart->last_length; l++)
        pt_jobs_tics_add(&tics, l - chart->first_length + 0.5,
                         pt_jobs_marks[l].name);
    pt_jobs_tics_close(&tics);
    pt_jobs_tics_open(&tics, job, "y",
                      panels->height / (chart->last_class + 1));
    for (int c = 0; c <= chart->last_class; c++) {
        char name[48];

        pt_jobs_class_print(c, wide ? PT_JOBS_FULL : PT_JOBS_BRIEF, name,
                            sizeof name);
        pt_jobs_tics_add(&tics, c, name);
    }
    pt_jobs_tics_close(&tics);
}

static void write_chart(struct pt_figure_job *job, const struct chart *chart)
{
    bool wide = pt_figure_width(job, 2) > 5;
    int columns = chart->last_length - chart->first_length + 1;
    double left = 0.25 + (wide ? 10 : 7) * pt_jobs_letter(job);
    struct pt_panels panels = pt_jobs_panels(job, left, 0.95);
    double cell = panels.width / columns;
    double high = panels.height / (chart->last_class + 1);

    pt_figure_int(job, "lengths", columns);
    pt_figure_int(job, "classes", chart->last_class + 1);
    pt_figure_int(job, "least", chart->least);
    pt_figure_real(job, "most", chart->most < 10 ? 10 : chart->most);
    pt_figure_text(job, "stat", chart->stat == MEAN ? "Mean" : "Median");
    write_tics(job, chart, &panels, wide);
    fputs("# column, row, bounded slowdown, jobs: a block per run\n",
          job->data);
    write_cells(job->data, chart,
                cell >= 3.6 * pt_jobs_letter(job) &&
                    high >= 2 * pt_jobs_letter(job));
}

static int slowdown_map_data(struct pt_figure_job *job, struct pt_err *err)
{
    const struct parameters *parameters = job->state;
    struct chart chart = {
        .n = job->results->n,
        .maps = pt_alloc((size_t)job->results->n, sizeof *chart.maps),
        .stat = (enum stat)parameters->stat,
        .least = parameters->least,
    };
    int result = 0;

    for (int i = 0; i < chart.n && result >= 0; i++)
        result =
            pt_jobs_read(&job->results->runs[i],
                         1 << PT_JOBS_BOUNDED | PT_JOBS_WIDTH | PT_JOBS_SPAN,
                         true, take_job, &chart.maps[i], err);
    if (result >= 0) {
        find_part(&chart);
        result = !chart.any;
        if (chart.any)
            err->text[0] = '\0';
        else if (err->text[0] == '\0')
            pt_text_copy(err->text, sizeof err->text,
                         "no job was ever started");
    }
    if (result == 0)
        write_chart(job, &chart);
    for (int i = 0; i < chart.n; i++)
        for (int c = 0; c < PT_JOBS_CLASSES; c++)
            for (int l = 0; l < LENGTHS; l++)
                pt_jobs_values_fini(&chart.maps[i].cells[c][l]);
    pt_free(chart.maps);
    return result;
}

static const char *const stats[] = {"mean", "median", NULL};

static const struct pt_param params[] = {
    {
        .name = "stat",
        .type = PT_PARAM_CHOICE,
        .unit = "",
        .fallback = "mean",
        .choices = stats,
        .offset = offsetof(struct parameters, stat),
        .help = "What is shown of the jobs of a cell.",
    },
    {
        .name = "least",
        .type = PT_PARAM_INT,
        .unit = "jobs",
        .fallback = "5",
        .min = 1,
        .max = 1e9,
        .offset = offsetof(struct parameters, least),
        .help = "Cells with fewer jobs are hatched.",
    },
    PT_FIGURE_ONLY(struct parameters),
    PT_PARAM_END,
};

const struct pt_figure pt_figure_slowdown_map = {
    .name = "slowdown-map",
    .summary = "which jobs are slowed down: bounded slowdown by width and run "
               "time",
    .cite = "bounded slowdown: D. G. Feitelson et al., Theory and practice in "
            "parallel job scheduling, JSSPP 1997; colours: viridis (S. van der "
            "Walt and N. Smith, 2015)",
    .params = params,
    .state_size = sizeof(struct parameters),
    .data = slowdown_map_data,
};
