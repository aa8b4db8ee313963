/* fit.h - which law lasting times follow: fits by maximum likelihood, and how
 * good they are.
 *
 * As Kondo et al., "The Failure Trace Archive" (CCGrid 2010) do it: of complete
 * intervals alone. */
#ifndef PT_MODELS_FIT_H
#define PT_MODELS_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include "models/law.h"

/* The families that are fitted: all but FIXED, in their order. */
#define PT_FITS PT_FAMILY_FIXED

struct pt_fit {
    struct pt_law law;
    bool found; /* there is a maximum: enough different values */
    double log_likelihood;
    double aic; /* 2 x (number of parameters - log_likelihood) */
    double ks;  /* Kolmogorov's distance of data and law, 0 to 1 */
};

/* Fits all families to X [N], seconds > 0, sorted ascending.  Deterministic;
 * O(n) a step.  Fills FITS [PT_FITS] by family; returns the one with the least
 * AIC (a tie: the first), -1 if none is found. */
int pt_fit_all(const double *x, size_t n, struct pt_fit fits[PT_FITS]);

#endif
