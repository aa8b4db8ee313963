/* means.h - what of a study's means a figure shows, and where.
 *
 * The policies and each axis are dimensions.  One is drawn along the x axis,
 * one as series of points, one as panels; every other one is held at one value.
 */
#ifndef PT_PLOTS_MEANS_H
#define PT_PLOTS_MEANS_H

#include <stdbool.h>
#include "base/error.h"
#include "plots/cells.h"

#define PT_MEANS_METRICS 8

/* What is asked for; "" where it is left to us. */
struct pt_means_ask {
    const char *owner;  /* the figure, for messages */
    const char *metric; /* names with '+' between them */
    bool any;           /* metrics that are not there are passed over */
    const char *x, *series, *panel; /* an axis, "policy", or "none" */
    bool flat; /* nothing but the policies is drawn, along x */
    const char *only;
};

struct pt_means_dim {
    const char *name, *title, *unit;
    int *items; /* [n] numbers of the values that are drawn, or held */
    int n;
    bool held; /* at one of several, and nobody asked for it */
};

struct pt_means {
    struct pt_cells cells;
    struct pt_means_dim *dims; /* [ndims] the axes, then the policies */
    int ndims;
    int x, series, panel; /* numbers of dimensions, or -1 */
    int metrics[PT_MEANS_METRICS], nmetrics;
    int nx, nseries, npanels; /* 1 where there is no such dimension */
    const struct pt_cells_row **grid;
};

/* Reads DIR's cells.csv, or paired.csv if PAIRED.  Returns 0; 1 if there is
 * nothing to draw, which ERR.text tells without a code; -1: what was asked for
 * is not there (PT_ERR_USAGE), or the files are bad.  pt_means_fini()
 * afterwards. */
int pt_means_init(struct pt_means *means, const char *dir, bool paired,
                  const struct pt_means_ask *ask, struct pt_err *err);
void pt_means_fini(struct pt_means *means);

/* The mean of METRIC (its place in `metrics`) at PANEL, SERIES and X; NULL:
 * there is none. */
const struct pt_cells_row *pt_means_at(const struct pt_means *means, int metric,
                                       int panel, int series, int x);

/* Value I of those drawn of DIM: its label, and where it is drawn (NaN: it is
 * no number). */
const char *pt_means_label(const struct pt_means *means, int dim, int i);
double pt_means_x(const struct pt_means *means, int i);

/* The unit of that value's label: "" where it is no plain number, as of "5m",
 * which has its own. */
const char *pt_means_unit(const struct pt_means *means, int dim, int i);

/* "width = 64" or "MTBF = 30 d" into TEXT [SIZE]; of a policy its label. */
void pt_means_print(const struct pt_means *means, int dim, int i, char *text,
                    int size);

/* Whether what is along x are numbers, two or more and no two the same. */
bool pt_means_numeric(const struct pt_means *means, int dim);

/* Whether half of the runs or more were saturated. */
bool pt_means_saturated(const struct pt_cells_row *row);

/* "load = 0.7, width = 64" into TEXT [SIZE]: PANEL's value, and what is held
 * that has other values too; what `only` left one value of if ALL is set. */
void pt_means_held(const struct pt_means *means, int panel, bool all,
                   char *text, int size);

#endif
