/* simulated.h - the world that knows how long everything takes.
 *
 * Jobs stream from a source and never enter the heap of timers; a job leaves
 * memory when the core has given its record.  A rigid gang that leaves together
 * is one event, whatever its width; a gang whose tasks have lengths of their
 * own has one timer, rewritten to its next task's end; so does one whose
 * members meet, rewritten to the next meeting.
 *
 * Everything happens as soon as it can: kills are answered in the same instant,
 * unless the input says that what is killed lingers, and so is a sync that
 * fails. */
#ifndef PT_WORLD_SIMULATED_H
#define PT_WORLD_SIMULATED_H

#include "models/checkpoint.h"
#include "traces/source.h"
#include "world/outages.h"
#include "world/world.h"

struct pt_simulated_config {
    struct pt_chances chances;
    pt_time launch_delay; /* what is launched sooner after its stage was ready
                             begins to work then */
    bool shuffle;         /* tell a seed with every step: PT_FACT_SHUFFLE */
    bool each;      /* members tell of their own that they are at a barrier,
                       instead of all in sum.  Needed where a sync can time
                       out */
    bool elsewhere; /* on a machine that SOURCE does not know of: where its
                       tasks would rather run is left out */
    const struct pt_machine *machine;  /* whose nodes come and go; NULL: they
                                          stay */
    struct pt_cluster cluster;         /* the machine; `start` is filled in */
    const struct pt_breaker *breakers; /* [nbreakers] what breaks its nodes */
    int32_t nbreakers;
    const struct pt_checkpoint_model *checkpoint; /* how gangs save their work;
                                                     NULL: they do not */
    const void *checkpoint_state;
    const double *slow; /* [nodes] by what lengths are multiplied there; NULL */
    int32_t cores; /* of each node, where ranges are processors; 0: they are
                      nodes */
    pt_time stall; /* the run ends when nothing has started or ended for so
                      long, though nodes come and go */
};

/* SOURCE is open, with STATE; both are borrowed, and what CONFIG points to. */
struct pt_world *pt_simulated_new(const struct pt_source *source, void *state,
                                  const struct pt_simulated_config *config);

/* The machine, once it is known: CLUSTER, SLOW and CORES as in the config.
 * Before the first step only. */
void pt_simulated_set_machine(struct pt_world *world,
                              const struct pt_cluster *cluster,
                              const double *slow, int32_t cores);

/* When the first job is submitted; PT_TIME_NEVER if there is none.  Before the
 * first step only. */
int pt_simulated_first(struct pt_world *world, pt_time *first,
                       struct pt_err *err);

/* The run's failure models together; NaN: unknown.  After the first step. */
struct pt_implied pt_simulated_implied(const struct pt_world *world);

/* Whether the run ended because of its `stall`. */
bool pt_simulated_stalled(const struct pt_world *world);

/* Jobs that were read and not submitted: what they come after has not ended. */
int64_t pt_simulated_unsubmitted(const struct pt_world *world);

#endif
