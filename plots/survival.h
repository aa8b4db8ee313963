/* survival.h - what the figure `survival` is drawn from: DIR/survival.csv.
 *
 * Its columns are those below; a row a point, in order of x.  `kind` is "up" or
 * "down", x a time in seconds, the others shares of the times that are longer,
 * from 0 to 1: of those in the data, and as the laws fitted to them have it
 * (empty: no fit). */
#ifndef PT_PLOTS_SURVIVAL_H
#define PT_PLOTS_SURVIVAL_H

#include "plots/figure.h"

#define PT_SURVIVAL_FILE "survival.csv"

enum { PT_SURVIVAL_CURVES = 5, PT_SURVIVAL_COLUMNS = 2 + PT_SURVIVAL_CURVES };

extern const char *const pt_survival_columns[PT_SURVIVAL_COLUMNS];

extern const struct pt_figure pt_figure_survival;

#endif
