/* chart.h - means against an axis, with their intervals: what the figures
 * `sweep` and `paired` do alike; drawn by sweep.gp. */
#ifndef PT_PLOTS_CHART_H
#define PT_PLOTS_CHART_H

#include "plots/figure.h"
#include "plots/means.h"

enum pt_chart_log { PT_CHART_AUTO, PT_CHART_YES, PT_CHART_NO };

/* Names of the above, for parameters; ended by NULL. */
extern const char *const pt_chart_logs[];

struct pt_chart_ask {
    const struct pt_means *means;
    bool paired;
    int log, logx;       /* enum pt_chart_log */
    const char *overlay; /* a CSV below DIR with columns series,x,y; "" */
};

/* Writes the data and the variables.  Returns 0, or -1: the overlay is bad. */
int pt_chart_write(struct pt_figure_job *job, const struct pt_chart_ask *ask,
                   struct pt_err *err);

#endif
