/* barrier.h - where the members of a gang meet: one state per (stage, attempt).
 *
 * Spark's BarrierCoordinator: a request names the member's own epoch, the width
 * that it knows, and the kind of sync; the first of an epoch starts the clock,
 * the last one releases all, with everybody's messages ordered by task.  Kinds
 * may not be mixed within an epoch: then all fail, and every later request of
 * the attempt too.  The state is made by the first request and dropped when an
 * epoch times out; a request after that finds a fresh one, at epoch 0.
 *
 * Pure: the caller owns the clock and the time-out. */
#ifndef PT_CORE_BARRIER_H
#define PT_CORE_BARRIER_H

#include <stdbool.h>
#include <stdint.h>
#include "core/fact.h"

enum pt_reply {
    PT_REPLY_WAIT,     /* it waits for the others */
    PT_REPLY_RELEASE,  /* it was the last: all go on */
    PT_REPLY_MISMATCH, /* all who wait fail, and it too */
    PT_REPLY_LATE,     /* it alone fails: the epoch is over */
    PT_REPLY_WIDTH     /* it alone fails: the gang has another width */
};

/* All zero but `width`: no request yet. */
struct pt_barrier {
    int32_t width; /* members that have to meet */
    int32_t epoch;
    int32_t waiting; /* members that wait now */
    uint32_t kinds;  /* bit per enum pt_sync, of this epoch */
    bool poisoned;
    pt_time since;     /* the epoch's first arrival, while any wait */
    pt_time *arrived;  /* [width] PT_TIME_NEVER: does not wait */
    int64_t *message;  /* [width] of the current epoch */
    int64_t *released; /* [width] a copy, as the last release found them */
};

void pt_barrier_fini(struct pt_barrier *barrier);

/* The member TASK (0 ... width - 1), which does not wait yet, asks at NOW, as
 * PT_FACT_ENTERED tells.  What is wrong is looked for in this order: the kind,
 * the width, the epoch; so a late request can spoil the kinds of an epoch.
 * After a RELEASE, `released` has the messages, *since the epoch's first
 * arrival, and *waited the sum of (now - arrival) of those released; after a
 * MISMATCH *waited is that of those who waited.  Else both are 0. */
enum pt_reply pt_barrier_enter(struct pt_barrier *barrier, pt_time now,
                               const struct pt_fact *request, int32_t task,
                               pt_time *since, pt_time *waited);

/* The epoch's time is over: all who wait fail; the state is dropped.  Returns
 * how many waited; *waited as above. */
int32_t pt_barrier_expire(struct pt_barrier *barrier, pt_time now,
                          pt_time *waited);

/* The member TASK ended, or was killed, while it may have been waiting: it
 * waits no more (the others do).  Returns what it waited until NOW. */
pt_time pt_barrier_leave(struct pt_barrier *barrier, pt_time now, int32_t task);

#endif
