/* policy.h - a scheduler, and the plan that it writes.
 *
 * A policy sees what waits through the plan, and says what starts, what is
 * promised, what is held.  Every query answers as if what was said before in
 * this pass were done.  The core keeps all books: capacity, queue,
 * reservations, attempts, limits, pools.
 *
 * The vocabulary, tried on paper before it was frozen (the words in brackets
 * are decisions that the core knows and that come with their first user):
 *   Gavel (OSDI'20)     rounds: pt_plan_wake at each round's end; [suspend] and
 *                       pt_plan_start what the allocation gives.
 *   Tiresias (NSDI'19)  queues by attained service: candidates' order by a key
 *                       of the policy; [suspend] the lowest, start the highest.
 *   DRF (NSDI'11)       pools with what each holds: pt_plan_rank_pools.
 *   gang preemption     [kill, requeue] the whole attempt as victim, then start
 *                       on the slots being vacated: the start waits for the
 *                       facts that they are free.
 *   Ousterhout matrix   [suspend, resume] a row in lock-step, wake at the
 * slice's end; what a suspended stage retains (memory) is split from what it
 * gives up by its two needs. partial gangs       pt_plan_launch holds and, by
 * patience, gives back. elastic gangs       [resize], and a start of min..max
 * tasks: launch's MAX. maintenance         a promise made to the machine
 * itself: a booking of nodes in the profile, as pt_plan_promise makes. */
#ifndef PT_CORE_POLICY_H
#define PT_CORE_POLICY_H

#include <stdbool.h>
#include <stdint.h>
#include "base/plugin.h"
#include "base/time.h"

struct pt_plan;

/* In which order candidates are tried; ties by arrival rank, stage, try. */
enum pt_order {
    PT_ORDER_FIFO,   /* as they arrived */
    PT_ORDER_SJF,    /* shortest limit first */
    PT_ORDER_LJF,    /* longest limit first */
    PT_ORDER_NARROW, /* fewest tasks first */
    PT_ORDER_WIDE,   /* most tasks first */
    PT_ORDER_SAF     /* smallest area (tasks x limit) first */
};

/* Who shares a queue of his own. */
enum pt_pooling {
    PT_POOL_ONE,   /* everybody the same one */
    PT_POOL_USER,  /* one a user */
    PT_POOL_DRIVER /* arrival rank modulo `pools` */
};

/* What a policy needs to be kept for it, given its parameters. */
struct pt_upkeep {
    enum pt_order order; /* of the candidates */
    enum pt_pooling pooling;
    int64_t pools; /* PT_POOL_DRIVER: how many */
    bool promises; /* it makes promises: keep the profile */
    bool keeps;    /* no promise is ever broken by its choices */
};

struct pt_policy {
    PT_PLUGIN;
    void (*upkeep)(const void *state, struct pt_upkeep *upkeep);
    /* One pass. */
    void (*schedule)(void *state, struct pt_plan *plan);
};

/* A waiting stage attempt; -1 = none. */
typedef int32_t pt_waiting;

struct pt_pool {
    int64_t name;    /* the user, or the driver's number */
    int64_t running; /* tasks that run or are held */
    int64_t waiting; /* entries in the queue */
};

pt_time pt_plan_now(const struct pt_plan *plan);
/* Slots that nobody holds. */
int64_t pt_plan_free(const struct pt_plan *plan);
/* Whether no task could be launched: all is taken, and no incomplete gang has
 * room left on nodes of its own. */
bool pt_plan_full(const struct pt_plan *plan);
/* The queue, in order of arrival (within its pool).  O(log n). */
pt_waiting pt_plan_head(const struct pt_plan *plan);
pt_waiting pt_plan_next(const struct pt_plan *plan, pt_waiting after);

/* Starts all of WAITING that fits now (in rounds: in what is offered) and
 * breaks nobody's promise: a gang whole, a parallel stage task by task.  True:
 * nothing of it waits any more. O(log n). */
bool pt_plan_start(struct pt_plan *plan, pt_waiting waiting);

/* The first in the candidates' order, after AFTER (-1: of all), that has no
 * promise and of which pt_plan_start() would start something (in rounds: may).
 * Does not look at those that cannot start. */
pt_waiting pt_plan_fit(struct pt_plan *plan, pt_waiting after);

/* Gives WAITING (its first task, if parallel) the earliest place that breaks
 * nobody's promise, if it has none yet; returns it.  The promise stands until
 * it is moved forward, forgotten, or kept. */
pt_time pt_plan_promise(struct pt_plan *plan, pt_waiting waiting);
/* How many promises stand. */
int64_t pt_plan_promised(const struct pt_plan *plan);
bool pt_plan_has_promise(const struct pt_plan *plan, pt_waiting waiting);
/* The first of the queue that has none. */
pt_waiting pt_plan_unpromised(const struct pt_plan *plan);
/* A stage whose promise is due now; -1: none. */
pt_waiting pt_plan_due(struct pt_plan *plan);
/* Takes back all promises. */
void pt_plan_forget(struct pt_plan *plan);
/* Where something ended early since the last time: lifts each promised stage
 * out, in order of arrival, and puts it back at its earliest place, never later
 * than it had.  Looks only at those that the gain may move. */
void pt_plan_compress(struct pt_plan *plan);

/* How long a gang may hold slots while others of its members wait. */
struct pt_patience {
    pt_time timeout; /* from its first held slot; PT_TIME_NEVER: for ever */
    pt_time backoff; /* then it may not ask for BACKOFF x 2^(time-outs - 1) */
    int64_t tries;   /* after so many time-outs it gives up, and never asks
                        again: two gangs can wait each other out for ever */
};

/* Launches up to MAX of the tasks of WAITING that wait, one by one, as far as
 * slots are free: a parallel stage's begin to work; a gang's are held until the
 * last one has its slot, and then all begin.  Returns how many it launched;
 * *complete (may be NULL) tells whether nothing of it waits any more. */
int64_t pt_plan_launch(struct pt_plan *plan, pt_waiting waiting, int64_t max,
                       const struct pt_patience *patience, bool *complete);

/* Sorts the pools with waiting entries by LESS (a total order) and returns how
 * many they are; that order stands until the next call. */
int32_t pt_plan_rank_pools(struct pt_plan *plan,
                           bool (*less)(const struct pt_pool *a,
                                        const struct pt_pool *b));
/* The queue of the pool ranked INDEX. */
pt_waiting pt_plan_pool_head(const struct pt_plan *plan, int32_t index);
pt_waiting pt_plan_pool_next(const struct pt_plan *plan, int32_t index,
                             pt_waiting after);

/* Sorts the queue as the run's pools have it, below a root that is FAIR
 * (pools.h), and returns how many stages it has; that order stands until the
 * next call.  O(n log n). */
int32_t pt_plan_rank(struct pt_plan *plan);
/* The stage ranked INDEX; -1: it does not wait any more. */
pt_waiting pt_plan_ranked(const struct pt_plan *plan, int32_t index);

/* Asks for a pass at AT, whatever happens. */
void pt_plan_wake(struct pt_plan *plan, pt_time at);

#endif
