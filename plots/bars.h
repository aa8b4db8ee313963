/* bars.h - what figures of horizontal bars do alike: their runs stand one below
 * the other, each with its label at the left; the legend is at the foot. */
#ifndef PT_PLOTS_BARS_H
#define PT_PLOTS_BARS_H

#include "plots/figure.h"

/* Lays out the runs, each HEIGHT inches high, and a legend (legend.h) of KEYS
 * [N]; sets W, H, left, right, foot, keys (the legend's height) and the labels,
 * cut to fit. */
void pt_bars_layout(struct pt_figure_job *job, double height,
                    const char *const *keys, int n);

#endif
