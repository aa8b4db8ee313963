/* latex.h - a figure whose letters are the paper's own. */
#ifndef PT_PLOTS_LATEX_H
#define PT_PLOTS_LATEX_H

#include "base/error.h"

/* Draws FOLDER/NAME.gp as NAME.tex, for \\input, which puts letters onto
 * NAME.pdf.  Sets *MISSING if there is no gnuplot. */
int pt_latex_draw(const char *folder, const char *name, int *missing,
                  struct pt_err *err);

#endif
