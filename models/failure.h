/* failure.h - when nodes break, and for how long: outages, in order of time.
 *
 * A failure model knows the machine and the seed, never the schedule: node 17
 * breaks at the same instants under every policy.  A run may have several
 * models at once ("nodes:...+tree:..."); who takes a node that is down already
 * keeps it down: faults are counted, not toggled. */
#ifndef PT_MODELS_FAILURE_H
#define PT_MODELS_FAILURE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/plugin.h"
#include "base/time.h"
#include "core/fact.h"

/* The machine, as a model may know it.  Borrowed between open and close. */
struct pt_cluster {
    int32_t nodes;
    const int32_t *rack;      /* [nodes], from 0; NULL: all in rack 0 */
    const int64_t *gpus;      /* [nodes] milli-GPUs; NULL: none */
    const char *const *names; /* [nodes]; NULL: they have no names */
    pt_time start;            /* of the run: its first submit */
    uint64_t seed;
    uint32_t replication;
};

/* One fault: NODES are down in [down, up). */
struct pt_outage {
    pt_time down;
    pt_time up;   /* > down; PT_TIME_NEVER: for good */
    pt_time told; /* it is known from here on; = down but where it is planned */
    enum pt_origin origin;
    bool drains; /* what runs there at `down` may end; else it is killed */
    const int32_t *nodes; /* [nnodes] ascending; borrowed until the next call */
    int32_t nnodes;
};

/* What a model implies, for the report; NaN: unknown. */
struct pt_implied {
    double availability; /* share of node-seconds that are not down, long run,
                            mean over the nodes */
    double mtbf;         /* seconds between faults that hit a node while it is
                            up, mean over the nodes (harmonic) */
    double mttr;         /* seconds that a node is down, each time */
};

struct pt_failure_model {
    PT_PLUGIN;
    bool ahead; /* some of its outages are told before: machines whose promises
                   name nodes are needed */
    /* Draws nothing beyond CLUSTER's streams.  A renewal process starts
     * stationary: what is down at `start` has its `down` there (told too) and
     * is down for a rest; the first fault comes after a rest. -1: ERR. */
    int (*open)(void *state, const struct pt_cluster *cluster,
                struct pt_err *err);
    /* The next outage, in order of `told`, ties by the lowest node; every
     * `told` is >= start.  False: there will be none. */
    bool (*next)(void *state, struct pt_outage *outage);
    void (*implied)(const void *state, struct pt_implied *implied);
    void (*close)(void *state);
};

extern const struct pt_failure_model pt_failure_none;
extern const struct pt_failure_model pt_failure_nodes;
extern const struct pt_failure_model pt_failure_fta;
extern const struct pt_failure_model pt_failure_gpus;
extern const struct pt_failure_model pt_failure_lemons;
extern const struct pt_failure_model pt_failure_bursts;
extern const struct pt_failure_model pt_failure_tree;
extern const struct pt_failure_model pt_failure_maintenance;
extern const struct pt_failure_model pt_failure_trace; /* traces/failure/ */

#endif
