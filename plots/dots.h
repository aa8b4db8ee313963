/* dots.h - means of the policies at one point, a panel a metric, as dots with
 * their intervals; drawn by compare.gp. */
#ifndef PT_PLOTS_DOTS_H
#define PT_PLOTS_DOTS_H

#include "plots/figure.h"
#include "plots/means.h"

/* Writes the data and the variables of MEANS, made flat.  PAIRED, or NULL, are
 * its differences to the baseline, with p values; if they are MEANS themselves,
 * differences are drawn. */
void pt_dots_write(struct pt_figure_job *job, const struct pt_means *means,
                   const struct pt_means *paired);

#endif
