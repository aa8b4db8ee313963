/* cells.h - the means of a study, read from DIR/cells.csv, paired.csv and
 * axes.csv (experiments/analysis.h says what is in them). */
#ifndef PT_PLOTS_CELLS_H
#define PT_PLOTS_CELLS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"

struct pt_cells_value {
    char *label;
    double x; /* NaN: not a number */
};

struct pt_cells_axis {
    char *name, *title, *unit;
    struct pt_cells_value *values; /* [n] */
    int n;
};

/* One mean.  NaN where there is no number. */
struct pt_cells_row {
    int label;                          /* number of the policy's */
    int metric;                         /* number of its name */
    int64_t replications, saturated, n; /* of paired.csv: n alone */
    double mean, half;                  /* of paired.csv: the difference */
    double p;                           /* of paired.csv, adjusted; else NaN */
};

struct pt_cells {
    struct pt_cells_axis *axes; /* [naxes] */
    int naxes;
    char **labels; /* [nlabels] policies, in the order of cells.csv */
    int nlabels;
    char **metrics, **units; /* [nmetrics] */
    int nmetrics;
    struct pt_cells_row *rows; /* [nrows] in the file's order */
    int *values;               /* [nrows][naxes] numbers of the axes' values */
    int64_t nrows;
    char *baseline; /* of paired.csv; else NULL */
};

/* Reads DIR/cells.csv, or paired.csv if PAIRED, and axes.csv; what does not fit
 * together is PT_ERR_INPUT at its place.  pt_cells_fini() afterwards, also on
 * failure. */
int pt_cells_init(struct pt_cells *cells, const char *dir, bool paired,
                  struct pt_err *err);
void pt_cells_fini(struct pt_cells *cells);

#endif
