/* gnuplot.h - gnuplot, as a child process. */
#ifndef PT_PLOTS_GNUPLOT_H
#define PT_PLOTS_GNUPLOT_H

#include "base/error.h"

/* Runs FOLDER/SCRIPT in FOLDER, with its variables fmt = FORMAT and out = OUT.
 * 0, or -1 with what gnuplot found wrong, at its place.  Where there is no
 * gnuplot: 0, and *missing is set. */
int pt_gnuplot_run(const char *folder, const char *script, const char *format,
                   const char *out, int *missing, struct pt_err *err);

#endif
