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

/* Why a task failed, as far as it matters to what is done then. */
enum pt_fault {
    PT_FAULT_ERROR,   /* an error of its own: counts against its retries */
    PT_FAULT_FETCH,   /* could not read what `parent`'s task `output` left */
    PT_FAULT_EXCUSED, /* not its own doing: does not count */
    PT_FAULT_FATAL    /* trying again is of no use */
};

/* Where the fault began that takes a node, or why. */
enum pt_origin {
    PT_ORIGIN_UNKNOWN,
    PT_ORIGIN_NODE, /* the node itself */
    PT_ORIGIN_GPU,
    PT_ORIGIN_RACK,   /* its power unit */
    PT_ORIGIN_SWITCH, /* at the top of its rack */
    PT_ORIGIN_SPINE,
    PT_ORIGIN_FEED, /* of power */
    PT_ORIGIN_BURST,
    PT_ORIGIN_LEMON,
    PT_ORIGIN_MAINTENANCE,
    PT_ORIGIN_HARDWARE, /* these are words of failure traces */
    PT_ORIGIN_SOFTWARE,
    PT_ORIGIN_NETWORK,
    PT_ORIGIN_HUMAN,
    PT_ORIGIN_FACILITIES,
    PT_ORIGINS
};

/* What of its time a task that ended did not spend on work, and what of its
 * work it had saved.  Task-microseconds, in all, of those that the fact ends.
 */
struct pt_progress {
    pt_time restart;    /* loading what was saved before */
    pt_time checkpoint; /* saving */
    pt_time saved;      /* work that the next attempt need not do again */
};

/* What members meet for; one kind per epoch. */
enum pt_sync { PT_SYNC_BARRIER, PT_SYNC_GATHER };

/* In the order in which facts of one instant count under ties=instant, but that
 * syncs count first. */
enum pt_fact_kind {
    PT_FACT_ENDED,       /* attempt, task (-1: all that ran), outcome, fault,
                            progress */
    PT_FACT_NODE_UP,     /* node */
    PT_FACT_NODE_DOWN,   /* node, origin; planned: it counts as maintenance;
                            drains: what runs there goes on, nothing new starts;
                          told again, without, if it fails meanwhile */
    PT_FACT_NODE_NOTICE, /* node, since, until: it will be down then, as
                          planned; nothing is started that would reach into it.
                          One a node: a later one replaces it */
    PT_FACT_ENTERED,     /* attempt, task, sync, epoch, width, message: it waits
                            for the other members; answered by PT_RELEASE or
                            PT_REFUSE */
    PT_FACT_SYNCED,      /* attempt, since, waited: what its members have waited
                            for each other, told in sum once they met (or one of
                            them failed); instead of PT_FACT_ENTERED by each */
    PT_FACT_SUBMITTED,   /* job; borrowed until pt_core_step() returns */
    PT_FACT_SHUFFLE      /* seed: the order of this step's offers */
};

struct pt_fact {
    enum pt_fact_kind kind;
    enum pt_outcome outcome;
    enum pt_fault fault;
    int32_t attempt; /* as in the decision that started it */
    int32_t task;
    int32_t node;
    int32_t parent, output; /* PT_FAULT_FETCH */
    enum pt_sync sync;
    int32_t epoch;   /* the member's own count of syncs, from 0 */
    int32_t width;   /* of the gang, as the member knows it */
    int64_t message; /* what it gives to all others */
    pt_time since;   /* SYNCED: the first arrival; NOTICE: the beginning */
    pt_time until;   /* NOTICE: the end; PT_TIME_NEVER */
    pt_time waited;  /* SYNCED: sum of (now - arrival) over the members.  ENDED
                        (one task, `own`): what of such sums was its own;
                        else it has an even share of what is left */
    bool own;
    int64_t seed;
    enum pt_origin origin;
    bool planned, drains;
    struct pt_progress progress;
    const struct pt_job *job;
};

enum pt_decision_kind {
    PT_REJECT,  /* the job can never run on this machine */
    PT_KILL,    /* attempt; answered by PT_FACT_ENDED when its slots are free */
    PT_START,   /* tasks begin to work on the ranges, now */
    PT_HOLD,    /* a gang's early members take slots and sit idle */
    PT_UNHOLD,  /* the held slots are given back */
    PT_RELEASE, /* all members of the attempt have met, in `epoch`: they go on,
                   with the step's messages, by task */
    PT_REFUSE   /* the sync fails for `task` (-1: for all who wait); they are
                   expected to fail */
};

enum pt_cause {
    PT_CAUSE_NONE,
    PT_CAUSE_WIDE,     /* reject: wider than the machine */
    PT_CAUSE_LIMIT,    /* kill: ran to its limit */
    PT_CAUSE_NODE,     /* kill: lost a node */
    PT_CAUSE_TIMEOUT,  /* unhold, refuse: waited too long for the others */
    PT_CAUSE_SLOTS,    /* reject: fewer slots than tasks, each time it looked */
    PT_CAUSE_CHAIN,    /* reject: PT_FLAW_CHAIN */
    PT_CAUSE_DYNAMIC,  /* reject: a gang, where nodes come and go on demand */
    PT_CAUSE_MEMBER,   /* kill: another member of its gang failed */
    PT_CAUSE_JOB,      /* kill: its job is over */
    PT_CAUSE_COPY,     /* kill: another copy of the task was faster */
    PT_CAUSE_FAILURES, /* the job failed: a task failed too often */
    PT_CAUSE_ATTEMPTS, /* the job failed: a stage failed too often */
    PT_CAUSE_RESULT,   /* the job failed: a gang whose output has left */
    PT_CAUSE_MISMATCH, /* refuse: different kinds of sync in one epoch */
    PT_CAUSE_LATE,     /* refuse: the epoch is over */
    PT_CAUSE_WIDTH,    /* refuse: another width than the others know */
    PT_CAUSE_EXCLUDED, /* the job failed: no node is left for a task */
    PT_CAUSE_LOSSES    /* the job failed: too many attempts lost their node */
};

/* Decisions of one step are in the order in which they were taken. */
struct pt_decision {
    enum pt_decision_kind kind;
    enum pt_cause cause;
    enum pt_origin origin; /* KILL by PT_CAUSE_NODE: of the fault */
    int32_t attempt; /* the core's handle: stable until its last task ended */
    int32_t tag;     /* the job's */
    int64_t rank;    /* of the job */
    int32_t stage;   /* index in the job */
    int32_t try;     /* 0 for the stage's first attempt */
    int32_t task, ntasks; /* first task and how many */
    bool partial;         /* START: some tasks of a gang alone; their numbers
                             are in the step's messages, from `message` */
    int32_t launch;       /* START, parallel: how often the task was launched
                             in this try before */
    bool copy;            /* START: the task runs already; first come wins */
    pt_time ready;        /* START: when the stage's try joined the queue; 0 in
                             a job with one stage and one try: its submit */
    int32_t epoch;        /* RELEASE, REFUSE */
    int32_t message;      /* RELEASE: the first of [ntasks] in the step's */
    int32_t range, nranges; /* START, HOLD: in the step's ranges */
    int32_t share, nshares; /* START on a named machine: (node, tasks) in order
                               of task, in the step's ranges */
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
    pt_time waited;         /* task-microseconds of members at a barrier */
    pt_time lost;           /* slot-microseconds of work to be redone */
    pt_time checkpoint;     /* slot-microseconds of saving work ... */
    pt_time restart;        /* ... and of loading it */
    pt_time useful;         /* task-microseconds of work that was kept */
    enum pt_cause cause;    /* of a failure or a rejection */
    int32_t range, nranges; /* last allocation, in the step's ranges */
};

/* A stage attempt that is over.  Those of a job with one stage that is never
 * retried are not told: its record says it all. */
struct pt_stage_record {
    const struct pt_job *job; /* borrowed until the next step */
    int32_t stage, try;
    int32_t ntasks;   /* that the attempt was to run */
    int32_t launches; /* of tasks, retries and copies included */
    int32_t failures; /* of tasks */
    pt_time ready;    /* it joined the queue; a gang waits from here ... */
    pt_time start;    /* ... to its first launch; PT_TIME_NEVER: none */
    pt_time end;      /* the last task's, or the failure that ended it */
    pt_time held;     /* as in the job's record */
    pt_time waited;
    enum pt_outcome outcome;
    enum pt_cause cause;
    bool again;             /* the same end was told before (PT_HOLE_REPEATS) */
    int32_t range, nranges; /* a gang's allocation, in the step's ranges */
};

/* The end of an attempt's (or a task's) occupation, for the ledger. */
struct pt_spent {
    pt_time start, end; /* of the work */
    int64_t slots;      /* of the dominant resource; see census.h */
    pt_time waited;     /* slot-microseconds of it at a barrier: neither useful
                           nor lost ... */
    struct pt_progress progress; /* ... nor is saving and loading.  In
                                    slot-microseconds */
    enum pt_outcome outcome;
    enum pt_origin origin; /* redone: of the fault that took a node; UNKNOWN: no
                              node was lost */
    bool redone;  /* the work is lost but for what was saved, and done again */
    bool revised; /* it was told before, as kept */
};

/* Members met at a barrier without a fact each (PT_FACT_SYNCED): of what was
 * running in [since, now], AREA slot-microseconds were waiting. */
struct pt_waiting_area {
    pt_time since;
    pt_time area;
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
    const struct pt_stage_record *stages;
    int32_t nstages;
    const struct pt_spent *spent;
    int32_t nspent;
    const struct pt_waiting_area *waits;
    int32_t nwaits;
    const int32_t *over; /* tags of jobs of which nothing more will be started,
                            and whose records come when all that was killed has
                            ended */
    int32_t nover;
    const struct pt_range *ranges;
    const int64_t *messages;
    pt_time wake; /* step again at this instant, even without facts;
                     PT_TIME_NEVER: no need */
};

#endif
