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

#include "traces/source.h"
#include "world/fate.h"
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
    const struct pt_machine *machine; /* whose nodes come and go; NULL: they
                                         stay */
};

/* SOURCE is open, with STATE; both are borrowed, and what CONFIG points to. */
struct pt_world *pt_simulated_new(const struct pt_source *source, void *state,
                                  const struct pt_simulated_config *config);

/* When the first job is submitted; PT_TIME_NEVER if there is none.  Before the
 * first step only. */
int pt_simulated_first(struct pt_world *world, pt_time *first,
                       struct pt_err *err);

/* Whether NODE is not there at FIRST; it comes with PT_FACT_NODE_UP, or does
 * not. */
bool pt_simulated_absent(const struct pt_machine_node *node, pt_time first);

/* Jobs that were read and not submitted: what they come after has not ended. */
int64_t pt_simulated_unsubmitted(const struct pt_world *world);

#endif
