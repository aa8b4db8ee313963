/* width_box.c - how a metric is spread over the jobs of each width: a box per
 * policy in each class of widths.
 *
 * Box: the quartiles and the median; whiskers: 5 and 95 %; dot: the mean.  The
 * axis is logarithmic; what is below it stands on its foot.  Replications are
 * pooled. */
#include "plots/figure.h"

#include <stdio.h>
#include "base/alloc.h"
#include "base/text.h"
#include "plots/jobs.h"
#include "plots/tics.h"

struct parameters {
    int metric;
    char only[PT_PARAM_TEXT_SIZE];
};

struct run {
    struct pt_jobs_values classes[PT_JOBS_CLASSES];
    enum pt_jobs_metric metric;
};

struct chart {
    struct run runs[PT_RESULTS_MOST];
    int n;
    enum pt_jobs_metric metric;
    bool occurs[PT_JOBS_CLASSES];
    int noccur;
    double longest; /* of what is drawn, in seconds; negative: nothing is */
    double edge, top;
};

enum { P5, P25, P50, P75, P95, QUANTILES };
static const double quantiles[QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};

static void take_job(void *to, const struct pt_jobs_row *row)
{
    struct run *run = to;

    if (row->ran)
        pt_jobs_values_add(&run->classes[pt_jobs_class(row->width)],
                           row->values[run->metric]);
}

static double mean_of(const struct pt_jobs_values *values)
{
    double sum = 0;

    for (int64_t i = 0; i < values->n; i++)
        sum += (double)values->items[i] / 1e6;
    return sum / (double)values->n;
}

static int read_run(struct chart *chart, int i,
                    const struct pt_results_run *from, struct pt_err *err)
{
    struct run *run = &chart->runs[i];

    run->metric = chart->metric;
    if (pt_jobs_read(from, 1U << run->metric | PT_JOBS_WIDTH, true, take_job,
                     run, err) < 0)
        return -1;
    for (int c = 0; c < PT_JOBS_CLASSES; c++) {
        struct pt_jobs_values *values = &run->classes[c];
        double high, mean;

        if (values->n == 0)
            continue;
        pt_jobs_values_sort(values);
        chart->noccur += !chart->occurs[c];
        chart->occurs[c] = true;
        high = pt_jobs_values_quantile(values, quantiles[P95]);
        mean = mean_of(values);
        high = mean > high ? mean : high;
        chart->longest = high > chart->longest ? high : chart->longest;
    }
    return 0;
}

static double on_axis(const struct chart *chart, double value)
{
    return value > chart->edge ? value : chart->edge;
}

/* A block per run: place, quantiles, mean and number of jobs of each class. */
static void write_boxes(FILE *data, const struct chart *chart)
{
    for (int i = 0; i < chart->n; i++) {
        int place = 0;
        bool any = false;

        for (int c = 0; c < PT_JOBS_CLASSES; c++) {
            const struct pt_jobs_values *values = &chart->runs[i].classes[c];

            if (values->n > 0) {
                any = true;
                fprintf(data, "%.6g", place + (i + 0.5) * 0.8 / chart->n - 0.4);
                for (int q = 0; q < QUANTILES; q++)
                    fprintf(data, " %.10g",
                            on_axis(chart, pt_jobs_values_quantile(
                                               values, quantiles[q])));
                fprintf(data, " %.10g %lld\n", on_axis(chart, mean_of(values)),
                        (long long)values->n);
            }
            place += chart->occurs[c];
        }
        /* A block without a line would not count as one. */
        fputs(any ? "\n\n" : "NaN NaN NaN NaN NaN NaN NaN 0\n\n\n", data);
    }
}

static void write_classes(struct pt_figure_job *job, const struct chart *chart,
                          double inches)
{
    int64_t fewest[PT_JOBS_CLASSES], most[PT_JOBS_CLASSES] = {0};

    for (int c = 0; c < PT_JOBS_CLASSES; c++)
        for (int i = 0; i < chart->n; i++) {
            int64_t n = chart->runs[i].classes[c].n;

            fewest[c] = i == 0 || n < fewest[c] ? n : fewest[c];
            most[c] = n > most[c] ? n : most[c];
        }
    pt_jobs_classes(job, fewest, most, inches);
}

static void write_chart(struct pt_figure_job *job, struct chart *chart)
{
    bool ratio = chart->metric == PT_JOBS_BOUNDED;
    pt_time longest = (pt_time)(chart->longest * 1e6);
    pt_time edge = ratio         ? PT_SECOND
                   : longest > 0 ? pt_tics_edge(longest)
                                 : PT_SECOND;
    pt_time top = longest < 10 * edge ? 10 * edge : longest;
    double width = pt_figure_width(job, 2), keys = pt_jobs_legend(job, width);

    chart->edge = (double)edge / 1e6;
    chart->top = (double)top / 1e6;
    pt_figure_real(job, "W", width);
    pt_figure_real(job, "H", 2.7 + keys);
    pt_figure_real(job, "foot", 0.6 + keys);
    pt_figure_text(job, "title", pt_jobs_title(chart->metric));
    pt_figure_int(job, "ratio", ratio);
    pt_figure_real(job, "edge", chart->edge);
    pt_figure_real(job, "top", chart->top);
    if (!ratio)
        pt_tics_write(job, 'y', edge, top);
    write_classes(job, chart, width - 0.82);
    fputs("# x, 5, 25, 50, 75 and 95 % and the mean of the metric, jobs: a "
          "block per run\n",
          job->data);
    write_boxes(job->data, chart);
}

static int width_box_data(struct pt_figure_job *job, struct pt_err *err)
{
    const struct parameters *parameters = job->state;
    struct chart *chart = pt_alloc(1, sizeof *chart);
    int result = 0;

    chart->n = job->results->n;
    chart->metric = (enum pt_jobs_metric)parameters->metric;
    chart->longest = -1;
    for (int i = 0; i < chart->n && result == 0; i++)
        result = read_run(chart, i, &job->results->runs[i], err);
    if (result == 0 && chart->noccur == 0) {
        if (err->text[0] == '\0')
            pt_text_copy(err->text, sizeof err->text,
                         "no job was ever started");
        result = 1;
    }
    if (result == 0) {
        err->text[0] = '\0';
        write_chart(job, chart);
    }
    for (int i = 0; i < chart->n; i++)
        for (int c = 0; c < PT_JOBS_CLASSES; c++)
            pt_jobs_values_fini(&chart->runs[i].classes[c]);
    pt_free(chart);
    return result;
}

static const struct pt_param params[] = {
    {
        .name = "metric",
        .type = PT_PARAM_CHOICE,
        .unit = "",
        .fallback = "wait",
        .choices = pt_jobs_metrics,
        .offset = offsetof(struct parameters, metric),
        .help = "What is shown of the jobs.",
    },
    PT_FIGURE_ONLY(struct parameters),
    PT_PARAM_END,
};

const struct pt_figure pt_figure_width_box = {
    .name = "width-box",
    .summary = "how waits are spread over the jobs of each width: box plots",
    .cite = "J. W. Tukey, Exploratory data analysis, 1977; whiskers at 5 and "
            "95 %, quantiles of type 7",
    .params = params,
    .state_size = sizeof(struct parameters),
    .data = width_box_data,
};
