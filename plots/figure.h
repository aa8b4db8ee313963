/* figure.h - a figure: from a results folder to .gp + .dat, then svg, pdf, png.
 *
 * A figure type is one .c file that reads runs/LABEL/{jobs,timeline,ledger}.csv
 * under a results folder, decimates, and writes NAME.dat; its gnuplot script is
 * plots/NAME.gp (a dash in NAME is a '_' there), built into the program.  The
 * engine (figure.c) makes the folder, adds style.gp, runs gnuplot and reports
 * what it made.
 *
 * The script that it leaves, DIR/figures/NAME.gp, begins with what only this
 * folder can know, as gnuplot variables: W and H (inches), n and label[n], and
 * what the figure sets; then comes plots/NAME.gp.  Text of a user gets into it
 * by pt_figure_text() and pt_figure_labels() alone: gnuplot runs what stands in
 * backquotes between double quotes. */
#ifndef PT_PLOTS_FIGURE_H
#define PT_PLOTS_FIGURE_H

#include <stdio.h>
#include "base/error.h"
#include "base/plugin.h"
#include "base/time.h"
#include "plots/results.h"

/* Borrowed during data().  Errors of the streams are found by the engine. */
struct pt_figure_job {
    const struct pt_results *results;
    FILE *data;   /* NAME.dat */
    FILE *script; /* NAME.gp, where the variables stand */
};

struct pt_figure {
    PT_PLUGIN;
    const char *file; /* below DIR, that it is drawn from; NULL: the runs */
    /* Writes the data; returns 0, 1 = nothing to draw (says why in ERR.text,
     * without failing), -1 with ERR filled. */
    int (*data)(struct pt_figure_job *job, struct pt_err *err);
};

/* All figures, by the registry; ended by NULL. */
extern const struct pt_figure *const pt_figures[];

/* Draws FIGURES [n] (NULL: all) of the results in DIR into DIR/figures. Without
 * gnuplot the .gp and .dat are left and *missing is set.  Where there was
 * nothing to draw, or runs were left out, ERR.text says so, without a code; of
 * all figures that is said only if there was none to draw. */
int pt_figures_draw(const char *dir, const struct pt_figure *const *figures,
                    int n, int *missing, struct pt_err *err);

/* Variables of the script: NAME = VALUE. */
void pt_figure_int(struct pt_figure_job *job, const char *name, int64_t value);
void pt_figure_real(struct pt_figure_job *job, const char *name, double value);
void pt_figure_text(struct pt_figure_job *job, const char *name,
                    const char *text);

/* n and label[n]: the runs of the results. */
void pt_figure_labels(struct pt_figure_job *job);

/* TEXT as a gnuplot string, on the heap: in single quotes, a quote doubled, and
 * '?' for what no script can hold (control characters, broken UTF-8). */
char *pt_figure_quote(const char *text);

/* A grid of panels, one per run: 1 column up to 4 runs, else 2. */
struct pt_panels {
    int columns, rows;
    double width, height; /* of one panel's plot area, in inches */
};

/* Lays out panels HEIGHT inches high on a figure 7 inches wide with FOOT inches
 * below them; sets W, H, columns, rows, foot, panel_w, panel_h, gap, left and
 * the labels. */
struct pt_panels pt_figure_panels(struct pt_figure_job *job, double height,
                                  double foot);

/* The unit in which a time axis SPAN long is read best. */
struct pt_figure_unit {
    const char *name;
    double length; /* in microseconds */
};
struct pt_figure_unit pt_figure_unit(pt_time span);

/* A script built into the program, line by line, by plots/embed.sh. */
struct pt_script {
    const char *name;
    const char *const *lines; /* each with its newline; ended by NULL */
};
extern const struct pt_script pt_scripts[]; /* ended by name NULL */

#endif
