/* tics.h - a logarithmic axis of times, in words that people use. */
#ifndef PT_PLOTS_TICS_H
#define PT_PLOTS_TICS_H

#include "plots/figure.h"

/* Where such an axis begins whose last value is LONGEST: at 1 s, or lower for
 * what is over in no time. */
pt_time pt_tics_edge(pt_time longest);

/* Tics in seconds from EDGE, as above, to RIGHT, for AXIS ('x' or 'y'); and
 * edge_name, the name of the first. */
void pt_tics_write(struct pt_figure_job *job, char axis, pt_time edge,
                   pt_time right);

#endif
