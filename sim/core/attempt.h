/* attempt.h - one try of a stage: waiting, then running.
 *
 * A gang is one attempt with all its tasks.  A parallel stage waits as one, and
 * each task that starts becomes an attempt of its own. */
#ifndef PT_CORE_ATTEMPT_H
#define PT_CORE_ATTEMPT_H

#include "core/fact.h"
#include "core/pending.h"

enum pt_attempt_state {
    PT_ATTEMPT_NONE,    /* the slab's slot is free */
    PT_ATTEMPT_WAITING, /* in the queue; a gang may hold slots already */
    PT_ATTEMPT_ASLEEP,  /* backs off; its timer wakes it */
    PT_ATTEMPT_RUNNING
};

/* Where tasks are: processors (counted machine), or (node, tasks) pairs (named
 * machine), in order of task. */
struct pt_alloc {
    struct pt_range *ranges;
    int32_t n, capacity;
};

struct pt_attempt {
    enum pt_attempt_state state;
    int32_t job; /* in the core's books */
    int32_t stage, try;
    int32_t tag;            /* of the job */
    enum pt_mode mode;      /* of the stage */
    int32_t task, task_end; /* the tasks that it is to run */
    int32_t placed;         /* of a gang: those that have slots */
    int32_t gone;           /* those that ended before the others */
    int32_t ending;         /* those whose end is told in this step */
    uint64_t *ended;        /* bit per task, once one ended by itself */
    bool booked;            /* its promise stands in the profile */
    bool released;       /* its slots were given back before its end is told */
    bool killing;        /* a PT_KILL is out */
    enum pt_cause cause; /* of that */
    int32_t timeouts;    /* of its holds */
    pt_time backoff;     /* after the first of them */
    int64_t tries;       /* how many of them it can bear */
    int32_t overdue;     /* index + 1 in the list of those past `until` */
    int32_t pool;
    struct pt_entry entry; /* keys, width in units, limit, promise */
    pt_time first_promise; /* that it ever got */
    pt_time claim;         /* the first of those that bind */
    pt_time start, until;  /* of the work; its predicted end */
    pt_time hold_start;
    pt_time hold_stamp; /* sum over held slots of (taken - hold_start) */
    int64_t serial;     /* order of starts */
    const struct pt_stage *spec;
    struct pt_alloc alloc;
    struct pt_alloc spot; /* named machine: the nodes of its promise */
};

/* Whether the member INDEX of a gang ended by itself, before the others. */
static inline bool pt_attempt_has_ended(const struct pt_attempt *attempt,
                                        int32_t index)
{
    return attempt->ended && attempt->ended[index / 64] >> (index % 64) & 1;
}

#endif
