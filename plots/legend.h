/* legend.h - a legend at the foot of a figure, in as many columns as fit. */
#ifndef PT_PLOTS_LEGEND_H
#define PT_PLOTS_LEGEND_H

#include "plots/figure.h"

/* Sets nkeys, key[nkeys] and where they stand, in inches from the lower left
 * corner: key_x[] and key_y[], of a legend of LABELS [N] on a figure WIDTH
 * wide; a label that does not fit is cut.  Each has a sample key_sample wide at
 * its left.  NOTE, unless it is NULL, is the last key and has a line of its
 * own. Returns the legend's height. */
double pt_legend_write(struct pt_figure_job *job, const char *const *labels,
                       int n, const char *note, double width);

#endif
