/* straggler.h - how much longer a part of a task's work takes than it should.
 *
 * A task's work is one part, or, in a gang whose members meet, one part between
 * two meetings.  Each part has a stream of its own, so a task is as slow under
 * every policy. */
#ifndef PT_MODELS_STRAGGLER_H
#define PT_MODELS_STRAGGLER_H

#include <gsl/gsl_rng.h>
#include "base/plugin.h"

struct pt_straggler_model {
    PT_PLUGIN;
    /* By what the part's length is multiplied: finite, >= 0.  All chance comes
     * from RNG, the part's own stream.  NULL: by 1, always. */
    double (*factor)(const void *state, const gsl_rng *rng);
};

extern const struct pt_straggler_model pt_straggler_none;
extern const struct pt_straggler_model pt_straggler_lognormal;
extern const struct pt_straggler_model pt_straggler_exponential;
extern const struct pt_straggler_model pt_straggler_slow;
extern const struct pt_straggler_model pt_straggler_pareto;

#endif
