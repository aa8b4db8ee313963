/* simulated.h - the world that knows how long everything takes.
 *
 * Jobs stream from a source and never enter the heap of timers; a job leaves
 * memory when the core has given its record.  A rigid gang that leaves together
 * is one event, whatever its width; a gang whose tasks have lengths of their
 * own has one timer, rewritten to its next task's end. */
#ifndef PT_WORLD_SIMULATED_H
#define PT_WORLD_SIMULATED_H

#include "traces/source.h"
#include "world/world.h"

/* SOURCE is open, with STATE; both are borrowed. */
struct pt_world *pt_simulated_new(const struct pt_source *source, void *state);

#endif
