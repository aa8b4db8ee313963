/* delay.h - how far from its data a stage's tasks may run by now.
 *
 * Spark's delay scheduling (TaskSetManager; Zaharia et al., EuroSys 2010).  A
 * stage begins at the most local level at which any of its waiting tasks could
 * run, and goes one further when it has waited that level's time.  Levels: on
 * the very node, on its host, (no preference), in its rack, anywhere.  A level
 * is valid if some waiting task prefers a node, host or rack that is there;
 * ANY always is, NONE if some waiting task prefers nothing.
 *
 * Pure: the caller tells which levels are valid and have tasks left. */
#ifndef PT_CORE_DELAY_H
#define PT_CORE_DELAY_H

#include <stdbool.h>
#include <stdint.h>
#include "base/time.h"

enum pt_locality {
    PT_LOCAL_NODE,
    PT_LOCAL_HOST,
    PT_LOCAL_NONE,
    PT_LOCAL_RACK,
    PT_LOCAL_ANY,
    PT_LOCAL_LEVELS
};

struct pt_delay {
    enum pt_locality level[PT_LOCAL_LEVELS]; /* the valid ones, in order */
    int32_t nlevels;
    int32_t index; /* that it has come to */
    pt_time since; /* the wait at that level began then */
    bool rejected; /* something was refused for locality since the last reset
                      by a full round */
};

/* LEVELS: bit per valid enum pt_locality; ANY is added.  At first, index is 0.
 * When levels change (a node came or went) the index stays at the same level,
 * or at the next one that is valid; but where more local ones came, so that it
 * has more before it than it had, at the most local of those that are new. */
void pt_delay_init(struct pt_delay *delay, uint32_t levels, pt_time now);
void pt_delay_change(struct pt_delay *delay, uint32_t levels);

/* The level that is allowed at NOW; moves on when waits are over, or when a
 * level has no task left (LEFT: bit per level that has).  WAITS: of node, host
 * and rack; NONE and ANY wait for nothing. */
enum pt_locality pt_delay_allowed(struct pt_delay *delay, uint32_t left,
                                  const pt_time waits[3], pt_time now);

/* The stage had its turn in a round: FULL or of one node; it LAUNCHED
 * something, at BEST the most local (a task that prefers nothing counts as
 * NODE, as Spark reports it); or something was REJECTED because no task
 * was allowed there yet.  Launches without rejections reset the wait: in a full
 * round, or if nothing was rejected since the last reset. */
void pt_delay_turn(struct pt_delay *delay, bool full, bool launched,
                   enum pt_locality best, bool rejected, pt_time now);

/* When the next level is reached if nothing happens, levels without a wait
 * being passed at once; PT_TIME_NEVER at the last.  In the past if
 * pt_delay_allowed() was not asked since. */
pt_time pt_delay_next(const struct pt_delay *delay, const pt_time waits[3]);

#endif
