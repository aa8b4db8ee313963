/* attempt.h - one try of a stage: waiting, then running.
 *
 * A gang is one attempt with all its tasks.  A parallel stage waits as one, and
 * each task that starts becomes an attempt of its own. */
#ifndef PT_CORE_ATTEMPT_H
#define PT_CORE_ATTEMPT_H

#include "core/barrier.h"
#include "core/delay.h"
#include "core/fact.h"
#include "core/pending.h"

enum pt_attempt_state {
    PT_ATTEMPT_NONE,    /* the slab's slot is free */
    PT_ATTEMPT_FRESH,   /* joins the queue at the next full round */
    PT_ATTEMPT_WAITING, /* in the queue; a gang may hold slots already */
    PT_ATTEMPT_ASLEEP,  /* its timer wakes it */
    PT_ATTEMPT_RUNNING
};

/* What one that is asleep does when it wakes. */
enum pt_nap {
    PT_NAP_BACKOFF,  /* asks again */
    PT_NAP_RESUBMIT, /* its stage is tried again; it was a place-holder */
    PT_NAP_GATE      /* its job looks again whether there are slots enough */
};

/* A member of a running gang, once anything happened to it alone. */
struct pt_member {
    pt_time ended;   /* PT_TIME_NEVER: it has not */
    pt_time arrived; /* at a barrier; PT_TIME_NEVER: it does not wait */
    pt_time waited;  /* at barriers, before that */
    bool lost;       /* its node was, so it ended */
    pt_time spared;  /* once ended: what of its time need not be done again */
};

/* Where tasks are: processors (counted machine), or (node, tasks) pairs (named
 * machine), in order of task. */
struct pt_alloc {
    struct pt_range *ranges;
    int32_t n, capacity;
};

/* What an attempt that held slots, or was sent behind others, must remember. */
struct pt_hold {
    pt_time start;    /* of the hold that it has now */
    pt_time stamp;    /* sum over held units of (taken - start) */
    int32_t timeouts; /* of its holds */
    pt_time backoff;  /* after the first of them */
    int64_t tries;    /* how many of them it can bear */
    int64_t behind;   /* > 0: it was sent to the queue's end, as so manieth */
    int64_t behind_rank; /* ... behind the jobs up to this one */
};

struct pt_attempt {
    enum pt_attempt_state state : 8;
    enum pt_mode mode : 8;     /* of the stage */
    enum pt_nap nap : 8;       /* of one that sleeps */
    enum pt_cause cause : 8;   /* of the PT_KILL that is out */
    bool staged;               /* its job has books of its stages */
    bool listed;               /* see `list` */
    bool copy;                 /* it runs beside another launch of its task */
    enum pt_origin origin : 8; /* of PT_CAUSE_NODE */
    bool recovers; /* waits outside of the queue, and before it: what it holds
                      was left to it by an attempt that lost a node */
    bool told;     /* so, and that it holds slots has been told */
    bool booked;   /* its promise stands in the profile */
    bool released; /* its slots were given back before its end is told */
    bool vacant;   /* so were those of the member whose end is told next */
    bool killing;  /* a PT_KILL is out */
    bool failed;   /* a member did, and its stage is tried again */
    bool due;      /* its timer has gone off, and has not acted yet */
    int32_t job;   /* in the core's books */
    int32_t stage, try;
    int32_t tag;            /* of the job */
    int32_t task, task_end; /* the tasks that it is to run ... */
    int32_t nlist, list_capacity;
    int32_t *list;   /* ... or, if `listed`, these; ~TASK: a copy of one that
                        runs */
    int32_t launch;  /* of a parallel stage's task: how many were before it */
    int32_t placed;  /* of a gang: those that have slots */
    int32_t gone;    /* those that ended before the others */
    int32_t ending;  /* those whose end is told in this step */
    int32_t overdue; /* index + 1 in the list of those past `until` */
    int32_t active;  /* index + 1 in the list of those that have slots */
    int32_t handle;  /* its own */
    int32_t pool;
    struct pt_entry entry; /* keys, width in units, limit, promise */
    pt_time first_promise; /* that it ever got */
    pt_time claim;         /* the first of those that bind */
    pt_time start, until;  /* of the work; its predicted end */
    int64_t serial;        /* order of starts */
    const struct pt_stage *spec;
    struct pt_alloc alloc;
    struct pt_alloc spot; /* named machine: the nodes of its promise */

    /* seldom needed */
    struct pt_hold *hold;       /* NULL: it never held slots, nor went behind */
    struct pt_member *members;  /* [placed], of a gang; NULL: nothing yet */
    struct pt_barrier *barrier; /* NULL: no member asked yet */
    pt_time waited;             /* of members, told in sum */
    struct pt_delay *delay;     /* of a stage without books; NULL: none yet */
};

/* Whether the member INDEX of a gang ended by itself, before the others. */
static inline bool pt_attempt_has_ended(const struct pt_attempt *attempt,
                                        int32_t index)
{
    return attempt->members && attempt->members[index].ended != PT_TIME_NEVER;
}

/* How many tasks it is to run. */
static inline int32_t pt_attempt_count(const struct pt_attempt *attempt)
{
    return attempt->listed ? attempt->nlist : attempt->task_end - attempt->task;
}

/* Its task INDEX; a copy is ~TASK. */
static inline int32_t pt_attempt_task(const struct pt_attempt *attempt,
                                      int32_t index)
{
    return attempt->listed ? attempt->list[index] : attempt->task + index;
}

#endif
