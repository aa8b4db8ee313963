/* compare.c - the policies side by side at one point: a panel a metric. */
#include "plots/figure.h"

#include "plots/dots.h"

struct compare {
    char metric[PT_PARAM_TEXT_SIZE], only[PT_PARAM_TEXT_SIZE];
};

static const char usual[] =
    "wait_mean+response_mean+bounded_slowdown_mean+utilisation+"
    "loss_of_capacity";

static const struct pt_param compare_params[] = {
    {.name = "metric",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct compare, metric),
     .help = "Columns of summary.csv with '+' between them, a panel each; by "
             "default the usual five."},
    PT_FIGURE_ONLY(struct compare),
    PT_PARAM_END};

static int compare_data(struct pt_figure_job *job, struct pt_err *err)
{
    const struct compare *compare = job->state;
    struct pt_means_ask ask = {.owner = "compare",
                               .metric = compare->metric,
                               .flat = true,
                               .only = compare->only};
    struct pt_means means, paired = {.ndims = 0};
    struct pt_err ignored = {.code = PT_ERR_NONE};
    bool both = false;
    int result;

    if (ask.metric[0] == '\0') {
        ask.metric = usual;
        ask.any = true;
    }
    result = pt_means_init(&means, job->results->dir, false, &ask, err);
    /* There are no differences of one policy, nor of the baseline alone. */
    ask.any = true;
    if (result == 0 && pt_results_hold(job->results->dir, "paired.csv"))
        both = pt_means_init(&paired, job->results->dir, true, &ask,
                             &ignored) == 0;
    if (result == 0)
        pt_dots_write(job, &means, both ? &paired : NULL);
    pt_means_fini(&paired);
    pt_means_fini(&means);
    return result;
}

const struct pt_figure pt_figure_compare = {
    .name = "compare",
    .summary = "the policies at one point of a study, a panel a metric",
    .cite = "Holm, A simple sequentially rejective multiple test procedure, "
            "Scandinavian Journal of Statistics 1979",
    .params = compare_params,
    .state_size = sizeof(struct compare),
    .file = "cells.csv",
    .data = compare_data,
};
