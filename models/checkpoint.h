/* checkpoint.h - how often a gang saves its work, and what that costs.
 *
 * A checkpoint is written by all members at once, after each `interval` of
 * work; none is written at the very end.  What was saved survives the attempt:
 * the next one begins with `restart`, and then has the rest to do. */
#ifndef PT_MODELS_CHECKPOINT_H
#define PT_MODELS_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/plugin.h"
#include "base/time.h"

/* A gang, as a rule for intervals may know it. */
struct pt_gang_shape {
    int32_t tasks;
    int32_t nodes; /* that it runs on, >= 1 */
    double mtbf;   /* of one node, seconds; HUGE_VAL: it never fails */
};

struct pt_checkpoint_terms {
    pt_time interval; /* of work, >= 1; PT_TIME_NEVER: no checkpoints */
    pt_time cost;     /* of writing one, >= 0 */
    pt_time restart;  /* before each attempt but the first, >= 0 ... */
    pt_time read;     /* ... and so much more if anything was saved */
};

struct pt_checkpoint_model {
    PT_PLUGIN;
    bool saves; /* it has checkpoints at all */
    void (*terms)(const void *state, const struct pt_gang_shape *gang,
                  struct pt_checkpoint_terms *terms);
};

/* Seconds of work between checkpoints that take COST each, for a gang whose
 * mean time between failures is MTBF > 0.  Young (CACM 17(9), 1974); Daly (FGCS
 * 22(3), 2006), eq. 37; and the exact minimiser of pt_interval_time(), by
 * Lambert's W.  HUGE_VAL where MTBF is; 0 where COST is. */
double pt_interval_young(double cost, double mtbf);
double pt_interval_daly(double cost, double mtbf);
double pt_interval_optimum(double cost, double mtbf);

/* Expected seconds that WORK takes with a checkpoint of COST after each
 * INTERVAL but the last, under memoryless failures that may strike at any time,
 * RESTART after each: the sum over the segments s of
 * MTBF e^(RESTART/MTBF) (e^(s/MTBF) - 1). */
double pt_interval_time(double work, double interval, double cost,
                        double restart, double mtbf);

extern const struct pt_checkpoint_model pt_checkpoint_none;
extern const struct pt_checkpoint_model pt_checkpoint_fixed;
extern const struct pt_checkpoint_model pt_checkpoint_young;
extern const struct pt_checkpoint_model pt_checkpoint_daly;
extern const struct pt_checkpoint_model pt_checkpoint_optimum;

#endif
