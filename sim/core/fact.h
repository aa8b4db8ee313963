/* fact.h - what a world tells the core, and what the core decides.
 *
 * A run is a sequence of steps: an instant, the facts of that instant, and the
 * decisions that follow.  The core is a pure function of the facts. */
#ifndef PT_CORE_FACT_H
#define PT_CORE_FACT_H

#include <stdint.h>
#include "core/job.h"

enum pt_outcome {
    PT_SUCCESS, /* did its work */
    PT_FAILURE, /* ended by itself, without success */
    PT_KILLED   /* ended because the core said so, or its node went down */
};

/* In the order in which facts of one instant count under ties=instant. */
enum pt_fact_kind {
    PT_FACT_ENDED,     /* attempt, task (-1: all that ran), outcome */
    PT_FACT_NODE_UP,   /* node */
    PT_FACT_NODE_DOWN, /* node */
    PT_FACT_SUBMITTED  /* job; borrowed until pt_core_step() returns */
};

struct pt_fact {
    enum pt_fact_kind kind;
    enum pt_outcome outcome;
    int32_t attempt; /* as in the decision that started it */
    int32_t task;
    int32_t node;
    const struct pt_job *job;
};

enum pt_decision_kind {
    PT_REJECT, /* the job can never run on this machine */
    PT_KILL,   /* attempt; answered by PT_FACT_ENDED when its slots are free */
    PT_START,  /* tasks begin to work on the ranges, now */
    PT_HOLD,   /* a gang's early members take slots and sit idle */
    PT_UNHOLD  /* the held slots are given back */
};

enum pt_cause {
    PT_CAUSE_NONE,
    PT_CAUSE_WIDE,   /* reject: wider than the machine */
    PT_CAUSE_LIMIT,  /* kill: ran to its limit */
    PT_CAUSE_NODE,   /* kill: lost a node */
    PT_CAUSE_TIMEOUT /* unhold: waited too long for the other members */
};

/* Decisions of one step are in the order in which they were taken. */
struct pt_decision {
    enum pt_decision_kind kind;
    enum pt_cause cause;
    int32_t attempt; /* the core's handle: stable until its last task ended */
    int32_t tag;     /* the job's */
    int64_t rank;    /* of the job */
    int32_t stage;   /* index in the job */
    int32_t try;     /* 0 for the stage's first attempt */
    int32_t task, ntasks;   /* first task and how many */
    int32_t range, nranges; /* START, HOLD: in the step's ranges */
};

/* How a job ended. */
enum pt_state {
    PT_DONE,      /* success */
    PT_FAILED,    /* without success */
    PT_LIMIT,     /* killed at its limit */
    PT_CUT,       /* killed otherwise */
    PT_REJECTED,  /* never ran */
    PT_UNFINISHED /* the run ended first */
};

/* A job that left the core in this step, with all that the core knew of it. */
struct pt_record {
    const struct pt_job *job; /* borrowed until the next step */
    enum pt_state state;
    int32_t tries;       /* attempts, over all stages */
    int32_t timeouts;    /* holds given back */
    pt_time first_start; /* of the work itself; PT_TIME_NEVER: never */
    pt_time last_start;
    pt_time end;
    pt_time promise;        /* the first promise it got; PT_TIME_NEVER: none */
    pt_time held;           /* slot-microseconds idle in an incomplete gang */
    pt_time lost;           /* slot-microseconds of work to be redone */
    int32_t range, nranges; /* last allocation, in the step's ranges */
};

/* The end of an attempt's (or a task's) occupation, for the ledger. */
struct pt_spent {
    pt_time start, end; /* of the work */
    int64_t slots;      /* in units of the dominant resource */
    enum pt_outcome outcome;
    int redone; /* 1: the work is lost, and done again */
};

/* What one call of pt_core_step() saw and did.  Everything in it is borrowed
 * until the next call. */
struct pt_step {
    pt_time now;
    const struct pt_fact *facts;
    int32_t nfacts;
    const struct pt_decision *decisions;
    int32_t ndecisions;
    const struct pt_record *records;
    int32_t nrecords;
    const struct pt_spent *spent;
    int32_t nspent;
    const struct pt_range *ranges;
    pt_time wake; /* step again at this instant, even without facts;
                     PT_TIME_NEVER: no need */
};

#endif
