/* figure.h - a figure: from a results folder to .gp + .dat, then svg, pdf, png.
 *
 * A figure type is one .c file that reads runs/LABEL/{jobs,timeline,ledger}.csv
 * under a results folder, decimates, and writes NAME.dat; its gnuplot script is
 * plots/NAME.gp (a dash in NAME is a '_' there), built into the program.  The
 * engine (figure.c) makes the folder, adds style.gp, runs gnuplot and reports
 * what it made.
 *
 * The script that it leaves, DIR/figures/NAME.gp, begins with what only this
 * folder can know, as gnuplot variables: points (the height of the letters), W
 * and H (inches), n and label[n], and what the figure sets; then comes
 * plots/NAME.gp.  Text of a user gets into it
 * by pt_figure_text() and pt_figure_labels() alone: gnuplot runs what stands in
 * backquotes between double quotes. */
#ifndef PT_PLOTS_FIGURE_H
#define PT_PLOTS_FIGURE_H

#include <stdbool.h>
#include <stdio.h>
#include "base/error.h"
#include "base/plugin.h"
#include "base/time.h"
#include "plots/results.h"

/* Borrowed during data().  Errors of the streams are found by the engine. */
struct pt_figure_job {
    const struct pt_results *results; /* those that `only` chooses */
    const void *state;                /* the figure's parameters, filled in */
    const struct pt_paper *paper;     /* what it is drawn for */
    int columns; /* of the paper that were asked for; 0: as it is best */
    const char *script_name; /* the figure whose script draws it, where data()
                                wants another than is usual */
    FILE *data;              /* NAME.dat */
    FILE *script;            /* NAME.gp, where the variables stand */
};

/* A parameter named `only` chooses among the runs: see pt_only_run() of only.h.
 */
struct pt_figure {
    PT_PLUGIN;
    const char *file;   /* below DIR, that it is drawn from; NULL: the runs */
    const char *script; /* the figure whose script draws it; NULL: itself */
    /* Writes the data; returns 0, 1 = nothing to draw (says why in ERR.text,
     * without failing), -1 with ERR filled. */
    int (*data)(struct pt_figure_job *job, struct pt_err *err);
};

/* All figures, by the registry; ended by NULL. */
extern const struct pt_figure *const pt_figures[];

/* The parameters of a figure of runs that has none of its own. */
struct pt_figure_runs {
    char only[PT_PARAM_TEXT_SIZE];
};
extern const struct pt_param pt_figure_runs_params[];

/* What `only` is, for tables of parameters: a member of STATE, char
 * [PT_PARAM_TEXT_SIZE]. */
#define PT_FIGURE_ONLY(state)                                                  \
    {                                                                          \
        .name = "only", .type = PT_PARAM_TEXT, .unit = "", .fallback = "",     \
        .offset = offsetof(state, only),                                       \
        .help = "What is drawn of it, as in load=0.7+policy=easy; two values " \
                "of one axis are both drawn."                                  \
    }

/* What a figure is drawn for: widths of one column and of both, and the height
 * of the letters. */
struct pt_paper {
    const char *name;
    double column, full; /* inches */
    double points;
};

/* screen (7 in, the default), acm, ieee, lncs, usenix; ended by name NULL. */
extern const struct pt_paper pt_papers[];

/* The paper named NAME; NULL with ERR filled as PT_ERR_USAGE. */
const struct pt_paper *pt_paper_find(const char *name, struct pt_err *err);

/* The width in inches of the figure: of as many columns as were asked for, else
 * of COLUMNS, 1 or 2. */
double pt_figure_width(const struct pt_figure_job *job, int columns);

/* A figure that was asked for: [NAME=]FIGURE[:KEY=VALUE,...]. */
struct pt_figure_request {
    const struct pt_figure *figure;
    void *state; /* its parameters; owned */
    char *name;  /* of its files; owned */
};

/* Reads TEXT into REQUEST; the name is that of the figure unless told, with
 * what tells it from other requests of that figure left to the user.  Errors
 * are PT_ERR_USAGE with did-you-mean.  _fini() afterwards, also on failure. */
int pt_figure_request_read(struct pt_figure_request *request, const char *text,
                           struct pt_err *err);
void pt_figure_request_fini(struct pt_figure_request *request);

/* The formats that figures are drawn in. */
enum pt_figure_format {
    PT_FIGURE_SVG = 1,
    PT_FIGURE_PDF = 2,
    PT_FIGURE_PNG = 4
};

/* Reads "svg,pdf,png" into *formats, bits of the above. */
int pt_figure_formats_read(unsigned *formats, const char *text,
                           struct pt_err *err);

/* How figures are drawn. */
struct pt_drawing {
    const struct pt_paper *paper; /* NULL: screen */
    int columns;                  /* of the paper: 1 or 2; 0: as the figure is
                                     best */
    unsigned formats;             /* 0: all */
    bool latex;                   /* NAME.tex by cairolatex too, which puts the
                                     paper's own letters onto NAME.pdf */
    bool again; /* draw from the .gp and .dat that are there, as they are: do
                   not read results */
};

/* Draws REQUESTS [n] (NULL: every figure, with its defaults, that there is
 * something to draw of) of the results in DIR into DIR/figures. Without
 * gnuplot the .gp and .dat are left and *missing is set.  Where there was
 * nothing to draw, or runs were left out, ERR.text says so, without a code; of
 * all figures that is said only if there was none to draw. */
int pt_figures_draw(const char *dir, const struct pt_figure_request *requests,
                    int n, const struct pt_drawing *drawing, int *missing,
                    struct pt_err *err);

/* Variables of the script: NAME = VALUE. */
void pt_figure_int(struct pt_figure_job *job, const char *name, int64_t value);
void pt_figure_real(struct pt_figure_job *job, const char *name, double value);
void pt_figure_text(struct pt_figure_job *job, const char *name,
                    const char *text);

/* n, label[n] and style[n]: the runs of the results, and their line types. */
void pt_figure_labels(struct pt_figure_job *job);

/* TEXT as a gnuplot string, on the heap: in single quotes, a quote doubled, and
 * '?' for what no script can hold (control characters, broken UTF-8). */
char *pt_figure_quote(const char *text);

/* The same of the label of a tic, which is a format to gnuplot: a per cent sign
 * is doubled. */
char *pt_figure_quote_tic(const char *text);

/* A grid of panels, one per run. */
struct pt_panels {
    int columns, rows;
    double width, height; /* of one panel's plot area, in inches */
};

/* Lays out panels HEIGHT inches high on a figure as wide as the paper (one
 * column of panels where that is narrow) with FOOT inches below them; sets W,
 * H, columns, rows, foot, panel_w, panel_h, gap, left and the labels. */
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
