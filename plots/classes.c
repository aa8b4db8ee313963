#include "plots/classes.h"

/* After Okabe and Ito, and Tol: told apart with any eyes, and by lightness
 * where two are neighbours. */
static const char *const colours[PT_CLASSES] = {
    [PT_CLASS_USEFUL] = "#0072B2",      [PT_CLASS_LOST] = "#CC79A7",
    [PT_CLASS_CHECKPOINT] = "#117733",  [PT_CLASS_RESTART] = "#44AA99",
    [PT_CLASS_HOLD] = "#D55E00",        [PT_CLASS_BARRIER] = "#882255",
    [PT_CLASS_DRAIN] = "#E69F00",       [PT_CLASS_FRAG] = "#F0E442",
    [PT_CLASS_BLOCKED] = "#56B4E9",     [PT_CLASS_SHORT] = "#A6A6A6",
    [PT_CLASS_IDLE] = "#E8E8E8",        [PT_CLASS_DOWN] = "#000000",
    [PT_CLASS_MAINTENANCE] = "#555555",
};

void pt_classes_write(struct pt_figure_job *job, const bool *occur)
{
    int n = 0, i = 0;

    for (int c = 0; c < PT_CLASSES; c++)
        n += occur[c];
    pt_figure_int(job, "nclasses", n);
    fprintf(job->script, "array class[%d]\narray colour[%d]\n", n, n);
    for (int c = 0; c < PT_CLASSES; c++) {
        if (!occur[c])
            continue;
        i++;
        fprintf(job->script, "class[%d] = '%s'; colour[%d] = '%s'\n", i,
                pt_class_name((enum pt_class)c), i, colours[c]);
    }
}
