/* fault.h - when a launch of a task fails of its own accord.
 *
 * Time is counted in work: waiting for other members is none, and a part that
 * straggles is no more of it.  Each launch has a stream of its own. */
#ifndef PT_MODELS_FAULT_H
#define PT_MODELS_FAULT_H

#include <gsl/gsl_rng.h>
#include "base/plugin.h"
#include "base/time.h"

struct pt_fault_model {
    PT_PLUGIN;
    /* After how much of the LENGTH of its work the launch fails, >= 0;
     * PT_TIME_NEVER, or more than LENGTH: it does not.  All chance comes from
     * RNG, the launch's own stream.  NULL: never. */
    pt_time (*after)(const void *state, const gsl_rng *rng, pt_time length);
};

extern const struct pt_fault_model pt_fault_none;
extern const struct pt_fault_model pt_fault_chance;
extern const struct pt_fault_model pt_fault_exponential;

#endif
