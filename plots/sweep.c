/* sweep.c - a mean against an axis of the study, with its interval. */
#include "plots/figure.h"

#include "plots/chart.h"

struct sweep {
    char metric[PT_PARAM_TEXT_SIZE], x[PT_PARAM_TEXT_SIZE];
    char series[PT_PARAM_TEXT_SIZE], panel[PT_PARAM_TEXT_SIZE];
    char only[PT_PARAM_TEXT_SIZE], overlay[PT_PARAM_TEXT_SIZE];
    int log, logx;
};

static const struct pt_param sweep_params[] = {
    {.name = "metric",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "wait_mean",
     .offset = offsetof(struct sweep, metric),
     .help = "A column of summary.csv; several, with '+' between them, are "
             "panels."},
    {.name = "x",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct sweep, x),
     .help = "The axis along x, or policy; by default the one with the most "
             "values that are numbers."},
    {.name = "series",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct sweep, series),
     .help = "The axis whose values are lines, policy, or none; by default "
             "policy."},
    {.name = "panel",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct sweep, panel),
     .help = "The axis whose values are panels, policy, or none; by default "
             "an axis that is left over, if it is short."},
    PT_FIGURE_ONLY(struct sweep),
    {.name = "log",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "auto",
     .choices = pt_chart_logs,
     .offset = offsetof(struct sweep, log),
     .help = "Whether the means are on a logarithmic axis; auto: if they span "
             "two decades."},
    {.name = "logx",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "auto",
     .choices = pt_chart_logs,
     .offset = offsetof(struct sweep, logx),
     .help = "The same for the axis along x; auto: if it spans a factor of "
             "16."},
    {.name = "overlay",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct sweep, overlay),
     .help = "A CSV below DIR with the columns series,x,y: curves drawn in "
             "black over the first metric, a theory say."},
    PT_PARAM_END};

static int sweep_data(struct pt_figure_job *job, struct pt_err *err)
{
    const struct sweep *sweep = job->state;
    const struct pt_means_ask wanted = {.owner = "sweep",
                                        .metric = sweep->metric,
                                        .x = sweep->x,
                                        .series = sweep->series,
                                        .panel = sweep->panel,
                                        .only = sweep->only};
    struct pt_means means;
    int result = pt_means_init(&means, job->results->dir, false, &wanted, err);
    const struct pt_chart_ask ask = {.means = &means,
                                     .log = sweep->log,
                                     .logx = sweep->logx,
                                     .overlay = sweep->overlay};

    if (result == 0 && means.x < 0) {
        snprintf(err->text, sizeof err->text, "the study has no axis");
        result = 1;
    }
    if (result == 0)
        result = pt_chart_write(job, &ask, err);
    pt_means_fini(&means);
    return result;
}

const struct pt_figure pt_figure_sweep = {
    .name = "sweep",
    .summary = "a mean against an axis of the study, with its interval",
    .cite = "Student, The probable error of a mean, Biometrika 1908 "
            "(intervals)",
    .params = sweep_params,
    .state_size = sizeof(struct sweep),
    .file = "cells.csv",
    .data = sweep_data,
};
