/* rules.h - how stages are offered slots, and what is done when they fail.
 *
 * The rules are Apache Spark's core scheduler's (TaskSchedulerImpl,
 * TaskSetManager, DAGScheduler, BarrierCoordinator; 3.5 and 4.x); the defaults
 * of the run's settings are Spark's too, except that slots are offered at once
 * instead of in rounds, and that its holes are mended. */
#ifndef PT_CORE_RULES_H
#define PT_CORE_RULES_H

#include <stdbool.h>
#include <stdint.h>
#include "base/time.h"

/* Where Spark is known to go wrong; a bit each: 1 = do as Spark does.  The
 * numbers are those of the README's table.  (The first, that nothing is kept
 * for a gang that does not fit, is the policy's choice.) */
enum pt_hole {
    PT_HOLE_PARTIAL = 1 << 2,  /* a finished gang whose outputs are lost in part
                                  runs again with the missing members alone;
                                  else whole */
    PT_HOLE_FETCH = 1 << 3,    /* a gang member that cannot read its input
                                  leaves the others running; else they are
                                  killed */
    PT_HOLE_BUSY = 1 << 4,     /* the gate counts GPUs that are in use */
    PT_HOLE_EXCLUDED = 1 << 5, /* ... and, at submission, excluded nodes */
    PT_HOLE_UNCHECKED = 1 << 6, /* a stage that is tried again does not pass the
                                   gate again */
    PT_HOLE_BLIND = 1 << 7,     /* failures of gangs exclude no node */
    PT_HOLE_TIMERS = 1 << 8,    /* any sync cancels all gangs' time-outs */
    PT_HOLE_LATE = 1 << 9,      /* a late success of an attempt that is given up
                                   counts for the next one */
    PT_HOLE_REPEATS = 1 << 10,  /* a failed gang's end is told once per member
                                   that failed */
    PT_HOLE_RESULT = 1 << 11,   /* a gang whose output leaves the cluster fails
                                   its job; else it is tried again */
    PT_HOLES_ALL = 0xffc
};

enum pt_rounds {
    PT_ROUNDS_NONE, /* all that is free is offered whenever anything changes */
    PT_ROUNDS_SPARK /* all of it each `revive`, when a stage is ready, when a
                       task failed or a node is lost; else what a task left, or
                       a node that is new, alone */
};

/* What a gang does that has lost a node. */
enum pt_requeue {
    PT_REQUEUE_HEAD, /* waits at its place in the queue */
    PT_REQUEUE_TAIL, /* waits behind all others */
    PT_REQUEUE_HOLD, /* keeps its other slots, and waits for as many as it had:
                        before anybody else gets any */
    PT_REQUEUE_SPARE /* the same if what it misses is free now; else HEAD */
};

enum { PT_LOCALITIES = 3 }; /* node, host, rack: waits; then anywhere */

struct pt_rules {
    enum pt_rounds rounds;
    pt_time revive; /* > 0 */
    pt_time locality[PT_LOCALITIES];

    bool gate; /* a job with a gang wider than all slots waits ... */
    pt_time gate_interval; /* ... so long, and looks again ... */
    int32_t gate_failures; /* ... and fails when it has failed once more */
    bool dynamic;          /* nodes come and go on demand: gangs are refused */

    int32_t task_failures;  /* of one task of a parallel stage */
    int32_t stage_attempts; /* that fail one after the other */
    pt_time resubmit;       /* from a failure to the next attempt */
    bool local_outputs;     /* what a stage leaves is lost with the node */

    bool speculation;
    pt_time speculation_interval;  /* from look to look; > 0 */
    pt_time speculation_min;       /* no task is slow before */
    double speculation_quantile;   /* share of the tasks that must have ended;
                                      0 to 1 */
    double speculation_multiplier; /* of their median length */

    bool exclude; /* nodes on which tasks failed */

    enum pt_requeue requeue;
    pt_time patience; /* HOLD: then the slots are given back, and it waits at
                         its place in the queue; PT_TIME_NEVER: for ever */
    int64_t losses;   /* of nodes, without anything saved in between, after
                         which a job that knows no other rule fails; 0: never
                         */
    int64_t node_failures; /* a node that fails so often ...; 0: never */
    pt_time node_window;   /* ... within this time ... */
    pt_time node_rest;     /* ... is left down so long once it is repaired */

    pt_time sync_timeout; /* from the first arrival; PT_TIME_NEVER: none */
    uint32_t holes;
};

/* A pool of stages, in a tree; its parent comes before it.  Spark's comparators
 * order the pools and stages below a FAIR pool (and below the root, where the
 * policy asks for that), arrival those below a FIFO one. */
struct pt_pool_spec {
    const char *name;  /* ties between FAIR siblings, as text */
    int32_t parent;    /* -1: the root */
    int32_t weight;    /* >= 1 */
    int32_t min_share; /* tasks */
    bool fair;
};

#endif
