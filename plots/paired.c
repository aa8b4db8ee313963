/* paired.c - differences of the policies' means to the baseline's, paired by
 * replication: against an axis, or at one point. */
#include "plots/figure.h"

#include <string.h>
#include "plots/chart.h"
#include "plots/dots.h"

struct paired {
    char metric[PT_PARAM_TEXT_SIZE], x[PT_PARAM_TEXT_SIZE];
    char panel[PT_PARAM_TEXT_SIZE], only[PT_PARAM_TEXT_SIZE];
    int logx;
};

static const struct pt_param paired_params[] = {
    {.name = "metric",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "wait_mean",
     .offset = offsetof(struct paired, metric),
     .help = "A column of summary.csv; several, with '+' between them, are "
             "panels."},
    {.name = "x",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct paired, x),
     .help = "The axis along x, or policy: one point; by default the one with "
             "the most values that are numbers."},
    {.name = "panel",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct paired, panel),
     .help = "The axis whose values are panels, or none; by default an axis "
             "that is left over, if it is short."},
    PT_FIGURE_ONLY(struct paired),
    {.name = "logx",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "auto",
     .choices = pt_chart_logs,
     .offset = offsetof(struct paired, logx),
     .help = "Whether the axis along x is logarithmic; auto: if it spans a "
             "factor of 16."},
    PT_PARAM_END};

static int paired_data(struct pt_figure_job *job, struct pt_err *err)
{
    const struct paired *paired = job->state;
    struct pt_means_ask wanted = {.owner = "paired",
                                  .metric = paired->metric,
                                  .x = paired->x,
                                  .series = "policy",
                                  .panel = paired->panel,
                                  .flat = strcmp(paired->x, "policy") == 0,
                                  .only = paired->only};
    struct pt_means means;
    const struct pt_chart_ask ask = {.means = &means,
                                     .paired = true,
                                     .log = PT_CHART_NO,
                                     .logx = paired->logx,
                                     .overlay = ""};
    int result = pt_means_init(&means, job->results->dir, true, &wanted, err);

    if (result == 0 && !wanted.flat && means.x < 0) {
        pt_means_fini(&means);
        wanted.flat = true;
        result = pt_means_init(&means, job->results->dir, true, &wanted, err);
    }
    if (result == 0 && wanted.flat)
        pt_dots_write(job, &means, &means);
    else if (result == 0)
        result = pt_chart_write(job, &ask, err);
    pt_means_fini(&means);
    return result;
}

const struct pt_figure pt_figure_paired = {
    .name = "paired",
    .summary = "differences of the policies' means to the baseline's, with "
               "intervals",
    .cite = "Holm, A simple sequentially rejective multiple test procedure, "
            "Scandinavian Journal of Statistics 1979",
    .params = paired_params,
    .state_size = sizeof(struct paired),
    .file = "paired.csv",
    .data = paired_data,
};
