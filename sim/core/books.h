/* books.h - the core's own: everything that it knows.
 *
 * Included by the .c files of this room alone. */
#ifndef PT_CORE_BOOKS_H
#define PT_CORE_BOOKS_H

#include "base/agenda.h"
#include "base/slab.h"
#include "core/attempt.h"
#include "core/core.h"
#include "core/space.h"

/* One job that is in the core. */
struct pt_job_book {
    const struct pt_job *job; /* borrowed; NULL: the slot is free */
    int32_t stages_left;
    int32_t live;        /* attempts, waiting and running */
    int32_t *missing;    /* [nstages] parents that have not ended */
    int32_t *tasks_left; /* [nstages] */
    int32_t alone[2];    /* the two arrays of a job with one stage */
    bool over;           /* a stage failed: nothing more of it starts */
    struct pt_record record;
};

/* The policy's own number among the owners of timers; attempts follow. */
enum { PT_OWNER_POLICY = 0 };

struct pt_plan {
    struct pt_core_config config;
    struct pt_upkeep upkeep;
    struct pt_space *space;
    struct pt_pending pending;
    struct pt_agenda agenda;   /* owner: the policy (0), or an attempt */
    struct pt_agenda promised; /* owner: an attempt whose promise is kept */
    struct pt_slab attempts, jobs;
    pt_time now;
    int64_t serial; /* of starts */

    /* how many units, and of what */
    int64_t held, running; /* in thousandths of a slot */
    int64_t waiting_units;
    int32_t asleep;
    int64_t last_rank;

    int32_t *holders; /* gangs that hold slots and are incomplete */
    int32_t nholders, holder_capacity;
    int32_t *due; /* waiting attempts whose promise may be due */
    int32_t ndue, due_capacity;
    int32_t *overdue; /* running attempts past their predicted end */
    int32_t noverdue, overdue_capacity;
    bool deadlocked;
    bool broken; /* a node went down, or something overran: promises moved back
                  */

    struct pt_pool *pools; /* by number */
    int32_t npools, pool_capacity;
    int32_t *by_name; /* pool numbers in order of name */
    int32_t by_name_capacity;
    int32_t *ranked; /* those with waiting entries, as last ranked */
    int32_t nranked, ranked_capacity;

    struct pt_stairs stairs; /* what fits now; valid if stairs_known */
    bool stairs_known;

    /* the step */
    struct pt_step step;
    struct pt_decision *decisions;
    int32_t decision_capacity;
    struct pt_record *records;
    int32_t record_capacity;
    struct pt_spent *spent;
    int32_t spent_capacity;
    struct pt_alloc ranges;
    int32_t *closing; /* job slots to free at the next step */
    int32_t nclosing, closing_capacity;
    struct pt_counts counts;
};

struct pt_core {
    struct pt_plan plan;
    int32_t *ended; /* endings of the step, in order of start */
    int32_t ended_capacity;
    struct pt_fact *waiting; /* facts put off until kills are answered */
    int32_t nwaiting, waiting_capacity;
    bool woken;    /* a timer's pass was put off with them */
    int32_t *late; /* owners of timers that act after the endings */
    int32_t nlate, late_capacity;
};

static inline struct pt_attempt *pt_attempt_at(const struct pt_plan *plan,
                                               int32_t handle)
{
    return pt_slab_at(&plan->attempts, handle);
}

static inline struct pt_job_book *pt_job_at(const struct pt_plan *plan,
                                            int32_t job)
{
    return pt_slab_at(&plan->jobs, job);
}

/* --- attempts.c: the life of an attempt --- */

/* A new one for tasks [task, task_end) of a stage; not in the queue yet. */
int32_t pt_attempt_new(struct pt_plan *plan, int32_t job, int32_t stage,
                       int32_t try, int32_t task, int32_t task_end);
void pt_attempt_free(struct pt_plan *plan, int32_t handle);
/* In or out of the queue. */
void pt_attempt_enqueue(struct pt_plan *plan, int32_t handle);
void pt_attempt_dequeue(struct pt_plan *plan, int32_t handle);
/* The last member of a gang that held slots has its own: all begin to work. */
void pt_attempt_complete(struct pt_plan *plan, int32_t handle);
/* All its tasks begin to work. */
void pt_attempt_run(struct pt_plan *plan, int32_t handle);
/* The time that its held slots were idle until now, added to its job's. */
void pt_attempt_settle(struct pt_plan *plan, const struct pt_attempt *attempt);
/* Gives back its held slots; it may ask again. */
void pt_attempt_unhold(struct pt_plan *plan, int32_t handle,
                       enum pt_cause cause);
/* Gives back the slots of TASK, or all (-1), without its end being told. */
void pt_attempt_release(struct pt_plan *plan, int32_t handle, int32_t task);
/* The promise of a waiting one is booked at AT, moved there, or taken back. */
void pt_attempt_promise(struct pt_plan *plan, int32_t handle, pt_time at);
void pt_attempt_unpromise(struct pt_plan *plan, int32_t handle);
/* Tasks that it asks for at once. */
int32_t pt_attempt_ask(const struct pt_attempt *attempt);

struct pt_decision *pt_plan_decide(struct pt_plan *plan,
                                   enum pt_decision_kind kind, int32_t handle,
                                   enum pt_cause cause);

/* --- timers.c: what is due without a fact --- */

/* Timers of this instant that act before its facts: limits that are reached
 * (not by those that end now), back-offs that are over, the policy's own.
 * Returns how many were killed; *woken: something waits that did not. */
int32_t pt_timers_early(struct pt_core *core, const struct pt_fact *facts,
                        int32_t n, bool *woken);
/* Those that act after the endings: holds that time out.  Whether any did. */
bool pt_timers_late(struct pt_core *core);
/* What was to have ended by now and has not will end as soon as can be;
 * promises that stood in its way are made anew at the next pass. */
void pt_timers_stretch(struct pt_plan *plan);
/* After a pass: is there a deadlock that was not there before? */
void pt_deadlock_look(struct pt_plan *plan);

/* --- jobs.c: the life of a job --- */

/* Whether it was not rejected. */
bool pt_job_submit(struct pt_plan *plan, const struct pt_job *job);
/* TASK (-1: all that ran) of an attempt ended. */
void pt_job_ended(struct pt_plan *plan, const struct pt_fact *fact);
/* Its record goes into the step; the slot is free at the next step. */
void pt_job_close(struct pt_plan *plan, int32_t job, enum pt_state state);

#endif
