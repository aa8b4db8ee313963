/* classes.h - how figures show the classes of the ledger. */
#ifndef PT_PLOTS_CLASSES_H
#define PT_PLOTS_CLASSES_H

#include <stdbool.h>
#include "metrics/ledger.h"
#include "plots/figure.h"

/* Sets nclasses, class[nclasses] and colour[nclasses]: the legend, of those
 * that OCCUR [PT_CLASSES]. */
void pt_classes_write(struct pt_figure_job *job, const bool *occur);

#endif
