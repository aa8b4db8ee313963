/* scale.h - an axis of means: from where to where, and in which unit. */
#ifndef PT_PLOTS_SCALE_H
#define PT_PLOTS_SCALE_H

#include <stdbool.h>
#include "plots/words.h"

struct pt_scale {
    struct pt_words words;
    double low, high, step; /* of its tics, unless it is logarithmic */
    double largest;         /* of the means, without its sign; not scaled */
    bool log;
};

/* Puts room around the values from LOW to HIGH.  A scale of what is never
 * negative begins at 0, unless it would lose most of its height; one of
 * DIFFERENCES holds 0. */
void pt_scale_pad(struct pt_scale *scale, bool differences);

#endif
