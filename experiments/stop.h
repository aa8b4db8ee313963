/* stop.h - when a point has replications enough. */
#ifndef PT_EXPERIMENTS_STOP_H
#define PT_EXPERIMENTS_STOP_H

#include <stdbool.h>
#include "experiments/roster.h"
#include "experiments/store.h"

/* Whether half the interval of COLUMN [of NCOLUMNS], of its mean's size, is
 * small enough under every policy at POINT, by the study's rule.  A cell whose
 * runs have all failed is left out: no more of them tell anything. */
int pt_stop_is_reached(const struct pt_roster *roster, struct pt_store *store,
                       int column, int ncolumns, int64_t point, bool *reached,
                       struct pt_err *err);

#endif
