/* overlay.h - curves from elsewhere, drawn over a figure: a theory, say. */
#ifndef PT_PLOTS_OVERLAY_H
#define PT_PLOTS_OVERLAY_H

#include "base/error.h"

struct pt_overlay_point {
    int curve;
    double x, y;
};

struct pt_overlay {
    char **curves; /* [ncurves] their names */
    int ncurves;
    struct pt_overlay_point *points; /* [n] in the file's order */
    int n;
};

/* Reads DIR/FILE, a CSV with the columns series, x and y; "": there is none.
 * pt_overlay_fini() afterwards, also on failure. */
int pt_overlay_init(struct pt_overlay *overlay, const char *dir,
                    const char *file, struct pt_err *err);
void pt_overlay_fini(struct pt_overlay *overlay);

#endif
