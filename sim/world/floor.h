/* floor.h - a run without scheduling: the benchmark's floor.
 *
 * The same jobs, the same watcher, no core: every job starts when it is
 * submitted, as if the machine had no end.  What a scheduled run takes beyond
 * this is what scheduling costs. */
#ifndef PT_WORLD_FLOOR_H
#define PT_WORLD_FLOOR_H

#include "traces/source.h"

/* WATCH sees a step, with one record, for each end, in order of (end, rank). */
int pt_floor_run(const struct pt_source *source, void *state,
                 int (*watch)(void *context, const struct pt_step *step,
                              struct pt_err *err),
                 void *context, const volatile int *stop, struct pt_err *err);

#endif
