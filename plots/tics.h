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

/* The step of a linear axis SPAN long, 1, 2 or 5 times a power of ten, that
 * takes at most MOST steps. */
double pt_tics_step(double span, int most);

/* SECONDS in the largest unit of time that they are one of: "90 s" is "1.5
 * min". */
void pt_tics_time(double seconds, char *text, size_t size);

#endif
