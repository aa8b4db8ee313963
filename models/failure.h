/* failure.h - when nodes break, and for how long: outages, in order of time.
 *
 * A failure model knows the machine and the seed, never the schedule: node 17
 * breaks at the same instants under every policy.  A run may have several
 * models at once ("nodes:...+tree:..."); who takes a node that is down already
 * keeps it down: faults are counted, not toggled.
 *
 * A fault of nodes is what a model tells (struct pt_outage); an outage of a
 * node, as it is counted later on, is made of all faults that overlap there.
 * Tasks that fail by themselves are another matter (fault.h). */
#ifndef PT_MODELS_FAILURE_H
#define PT_MODELS_FAILURE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/plugin.h"
#include "base/time.h"
#include "core/fact.h"
#include "traces/source.h"

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

/* The file that a model reads, for the run's provenance; all borrowed until its
 * state is freed. */
struct pt_failure_input {
    const char *path;
    const char *digest; /* SHA-256, in hexadecimal; NULL: there is no file */
    int64_t rows;
    const struct pt_rule *rules; /* [nrules] what was done to rows */
    int32_t nrules;
    char file[PT_PARAM_TEXT_SIZE]; /* the holder's, for a copy of `path` */
};

struct pt_failure_model {
    PT_PLUGIN;
    bool racked; /* it needs racks */
    bool ahead;  /* some of its outages are told before: machines whose promises
                    name nodes are needed */
    /* Draws nothing beyond CLUSTER's streams.  A renewal process starts
     * stationary: what is down at `start` has its `down` there (told too) and
     * is down for a rest; the first fault comes after a rest.  0, or -1 with
     * ERR filled: then there is nothing to close. */
    int (*open)(void *state, const struct pt_cluster *cluster,
                struct pt_err *err);
    /* The next outage, in order of `told`, ties by the lowest node; every
     * `told` is >= start.  False: there will be none. */
    bool (*next)(void *state, struct pt_outage *outage);
    /* Of the model as it was opened. */
    void (*implied)(const void *state, struct pt_implied *implied);
    /* After open(); NULL: it reads none. */
    void (*input)(const void *state, struct pt_failure_input *input);
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
