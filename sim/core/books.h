/* books.h - the core's own: everything that it knows.
 *
 * Included by the .c files of this room alone. */
#ifndef PT_CORE_BOOKS_H
#define PT_CORE_BOOKS_H

#include "base/agenda.h"
#include "base/slab.h"
#include "core/attempt.h"
#include "core/core.h"
#include "core/delay.h"
#include "core/exclude.h"
#include "core/pools.h"
#include "core/space.h"
#include "core/speculate.h"

/* Where the output of a task is, if not on a node. */
enum { PT_OUTPUT_NONE = -1, PT_OUTPUT_SAFE = -2 };

/* A task of a stage that may be tried again. */
struct pt_task_book {
    int32_t output;     /* the node that has it, or one of the above */
    int32_t failures;   /* that count, in this try */
    int32_t launches;   /* in this try */
    int32_t running;    /* launches that run */
    int32_t losses;     /* launches that lost their node, in a row */
    pt_time start, end; /* of the launch that left the output */
    pt_time spared;     /* of that: no work, or work that was saved */
};

/* A stage of a job that has several, or that may be tried again. */
struct pt_stage_book {
    int32_t left;    /* tasks without output */
    int32_t try;     /* number of the newest attempt; -1: none yet */
    int32_t failed;  /* attempts that did, one after the other */
    int32_t waiting; /* its attempt in the queue, or about to be; 0: none */
    int32_t pause;   /* the place-holder that sleeps before the next; 0: none */
    int32_t running; /* tasks, of all attempts */
    int32_t children; /* stages that need its outputs */
    bool open;        /* the newest attempt has neither ended nor failed */
    bool done;        /* no output is missing */
    bool behind;      /* its next try waits behind all others */
    struct pt_stage_record record; /* of it */
    struct pt_task_book *tasks;    /* [ntasks]; NULL: it is never retried */
    struct pt_failures failures;
    struct pt_median lengths; /* of the tasks that succeeded in this try */
    struct pt_delay delay;
};

/* One job that is in the core. */
struct pt_job_book {
    const struct pt_job *job; /* borrowed; NULL: the slot is free */
    int32_t sinks;            /* stages without children that have not ended */
    int32_t live;             /* attempts, waiting and running */
    int32_t left;             /* tasks, of a job without books of its stages */
    int32_t checks;           /* by the gate, that failed */
    int32_t losses;           /* of nodes, since anything was saved */
    bool over;                /* nothing more of it starts */
    struct pt_stage_book *stages; /* [nstages]; NULL: it has one, and one try */
    int32_t record;               /* 1 + number of its record; 0: nothing of it
                                     to tell yet */
};

/* What is known of a node beyond what the space knows. */
struct pt_node_life {
    bool down;    /* as was told */
    bool planned; /* so, and it counts as maintenance */
    bool tired;   /* it failed so often that it will be left down a while */
    pt_time rest; /* it is, until then */
    int32_t nfailed;
    pt_time *failed; /* [nfailed] the last ones, the oldest first */
};

/* Owners of timers that are not attempts; those follow. */
enum { PT_OWNER_POLICY, PT_OWNERS };

/* The nodes of a round, in the order in which they are offered. */
struct pt_offers {
    int32_t *node;
    int32_t n, capacity;
    bool open; /* a round is on */
    bool full;
};

struct pt_plan {
    struct pt_core_config config;
    struct pt_rules rules;
    struct pt_upkeep upkeep;
    struct pt_space *space;
    struct pt_pending pending;
    struct pt_agenda agenda;   /* owner: the policy (0), or an attempt */
    struct pt_agenda promised; /* owner: an attempt whose promise is kept */
    pt_time revive_at;         /* the next full round is due */
    pt_time look_at;           /* the next look for slow tasks */
    struct pt_agenda syncs;    /* owner: an attempt whose members wait */
    struct pt_slab attempts, jobs, kept; /* kept: records of open jobs */
    pt_time now;
    int64_t serial; /* of starts */

    /* how many units, and of what */
    int64_t held, running; /* in thousandths of a slot */
    int64_t meeting;       /* of those that run: they wait at a barrier */
    int64_t waiting_units;
    int32_t asleep;
    int64_t last_rank;

    int32_t *holders; /* gangs that hold slots and are incomplete */
    int32_t nholders, holder_capacity;
    int32_t *due; /* waiting attempts whose promise may be due */
    int32_t ndue, due_capacity;
    int32_t *overdue; /* running attempts past their predicted end */
    int32_t noverdue, overdue_capacity;
    struct pt_node_life *nodes; /* [config.nodes] */
    int32_t nplanned;           /* of them */
    struct pt_agenda rests;     /* owner: a node that is left down until then */
    int32_t *recovering; /* gangs that hold what their last try left, in order
                            of the queue; the policy does not see them */
    int32_t nrecovering, recovering_capacity;
    int64_t behind;  /* how many were sent to the queue's end */
    int32_t heir_of; /* the next try that is opened has what this one lost a
                        node of; 0: none */

    int32_t *active; /* attempts that have slots, in no order */
    int32_t nactive, active_capacity;

    bool deadlocked;
    bool
        lapsed; /* promises were taken back, to be made anew at the next pass */
    bool broken; /* a node went down, or something overran: promises moved back
                  */

    struct pt_pool *pools; /* by number */
    int32_t npools, pool_capacity;
    int32_t *by_name; /* pool numbers in order of name */
    int32_t by_name_capacity;
    int32_t *ranked; /* those with waiting entries, as last ranked */
    int32_t nranked, ranked_capacity;

    /* pools in a tree, and rounds of offers */
    int64_t *tree_running;   /* [npools] tasks in each and below */
    struct pt_pooled *queue; /* the stages that wait, as last ranked */
    int32_t nqueue, queue_capacity;
    struct pt_offers offers;
    int32_t *fresh; /* attempts that join the queue at the next full round */
    int32_t nfresh, fresh_capacity;
    bool revive;    /* a full round is due in this step */
    bool changed;   /* something did since the last one */
    int64_t seed;   /* of the step's shuffles */
    int32_t rounds; /* in this step */
    pt_time first;  /* the first step's instant: rounds keep time from there */
    struct pt_excluded excluded;

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
    struct pt_stage_record *stage_records;
    int32_t stage_record_capacity;
    struct pt_waiting_area *waits;
    int32_t wait_capacity;
    int32_t *over;
    int32_t over_capacity;
    int64_t *messages;
    int32_t nmessages, message_capacity;
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

static inline struct pt_stage_book *pt_stage_at(const struct pt_plan *plan,
                                                int32_t job, int32_t stage)
{
    struct pt_job_book *book = pt_job_at(plan, job);

    return book->stages ? &book->stages[stage] : NULL;
}

static inline bool pt_has_hole(const struct pt_plan *plan, enum pt_hole hole)
{
    return (plan->rules.holes & (uint32_t)hole) != 0;
}

static inline bool pt_in_rounds(const struct pt_plan *plan)
{
    return plan->rules.rounds == PT_ROUNDS_SPARK;
}

/* GRAINS, thousandths of a slot, as the census counts. */
static inline int64_t pt_plan_amount(const struct pt_plan *plan, int64_t grains)
{
    return plan->config.thousandths ? grains : grains / 1000;
}

/* AREA, counted like the census, in slot-microseconds. */
static inline pt_time pt_plan_slot_time(const struct pt_plan *plan,
                                        int64_t area)
{
    return plan->config.thousandths ? area / 1000 : area;
}

/* Slots that NTASKS of the tasks of ATTEMPT take, for the ledger. */
int64_t pt_attempt_slots(const struct pt_plan *plan,
                         const struct pt_attempt *attempt, int32_t ntasks);

/* Whether A is its stage's newest attempt, and that has not failed. */
static inline bool pt_attempt_is_newest(const struct pt_plan *plan,
                                        const struct pt_attempt *a)
{
    const struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);

    return stage->open && a->try == stage->try;
}

/* --- attempts.c: the life of an attempt --- */

/* A new one for tasks [task, task_end) of a stage; not in the queue yet. */
int32_t pt_attempt_new(struct pt_plan *plan, int32_t job, int32_t stage,
                       int32_t try, int32_t task, int32_t task_end);
void pt_attempt_free(struct pt_plan *plan, int32_t handle);
/* In or out of the queue. */
void pt_attempt_enqueue(struct pt_plan *plan, int32_t handle);
void pt_attempt_dequeue(struct pt_plan *plan, int32_t handle);
/* Into the queue at once; out of it, to be changed: whether it was in it. */
void pt_attempt_join(struct pt_plan *plan, int32_t handle);
bool pt_attempt_pull(struct pt_plan *plan, int32_t handle);
/* Waiting or not, it is dropped: nothing of it runs. */
void pt_attempt_drop(struct pt_plan *plan, int32_t handle);
/* It sleeps until AT. */
void pt_attempt_sleep(struct pt_plan *plan, int32_t handle, enum pt_nap nap,
                      pt_time at);
/* The last member of a gang that held slots has its own: all begin to work. */
void pt_attempt_complete(struct pt_plan *plan, int32_t handle);
/* All its tasks begin to work. */
void pt_attempt_run(struct pt_plan *plan, int32_t handle);
/* It has a place for what it must remember of holds. */
void pt_attempt_remember(struct pt_attempt *attempt);
/* It holds slots from now on, for as long as PATIENCE says. */
void pt_attempt_begin_hold(struct pt_plan *plan, int32_t handle,
                           const struct pt_patience *patience);
/* The time that its held slots were idle until now, added to its job's. */
void pt_attempt_settle(struct pt_plan *plan, const struct pt_attempt *attempt);
/* Gives back its held slots; it may ask again. */
void pt_attempt_unhold(struct pt_plan *plan, int32_t handle,
                       enum pt_cause cause);
/* Gives back the slots of the task INDEX, or all (-1), without its end being
 * told. */
void pt_attempt_release(struct pt_plan *plan, int32_t handle, int32_t index);
/* The promise of a waiting one is booked at AT, moved there, or taken back. */
void pt_attempt_promise(struct pt_plan *plan, int32_t handle, pt_time at);
void pt_attempt_unpromise(struct pt_plan *plan, int32_t handle);
/* Tasks that it asks for at once. */
int32_t pt_attempt_ask(const struct pt_attempt *attempt);
/* NTASKS more (or fewer) of its pool's tasks run. */
void pt_attempt_count_running(struct pt_plan *plan, struct pt_attempt *attempt,
                              int32_t ntasks);
/* Its members, one by one. */
void pt_attempt_part(struct pt_attempt *attempt);
struct pt_decision *pt_plan_decide(struct pt_plan *plan,
                                   enum pt_decision_kind kind, int32_t handle,
                                   enum pt_cause cause);

/* --- tasks.c: the tasks of an attempt --- */

/* TASK (~TASK: a copy) is added to the tasks of one that is not in the queue;
 * the one at INDEX is taken out. */
void pt_attempt_add_task(struct pt_attempt *attempt, int32_t task);
void pt_attempt_take_task(struct pt_attempt *attempt, int32_t index);
/* The index of its task TASK. */
int32_t pt_attempt_index(const struct pt_attempt *attempt, int32_t task);
/* The node of its task INDEX, on a named machine. */
int32_t pt_attempt_node(const struct pt_attempt *attempt, int32_t index);

/* --- plan.c: what the policy says --- */

/* The task INDEX of a parallel stage starts, on NODE (-1: where the placement
 * says). */
void pt_plan_start_task(struct pt_plan *plan, int32_t waiting, int32_t index,
                        int32_t node);

/* --- rounds.c: slots are offered in rounds --- */

/* Whether TASK of A's stage runs on NODE's host already. */
bool pt_attempt_is_beside(const struct pt_plan *plan,
                          const struct pt_attempt *a, int32_t task,
                          int32_t node);
/* What WAITING can use of what is offered is started.  Whether nothing of it
 * waits any more. */
bool pt_round_start(struct pt_plan *plan, int32_t waiting);
/* Up to MAX of its tasks are given slots; a gang's are held. */
int32_t pt_round_hold(struct pt_plan *plan, int32_t waiting, int32_t max);
/* A round of what a node has, or of all. */
void pt_round_partial(struct pt_plan *plan, int32_t node);
void pt_round_full(struct pt_plan *plan);
/* Fresh attempts join the queue. */
void pt_round_admit(struct pt_plan *plan);
/* When the next full round is due of its own accord. */
void pt_round_plan_next(struct pt_plan *plan);

/* --- copies.c: slow tasks get a second launch --- */

/* Looks for them, if it is time. */
void pt_copies_look(struct pt_plan *plan);
/* When to look next. */
void pt_copies_plan_next(struct pt_plan *plan);

/* --- meet.c: barriers --- */

void pt_meet_entered(struct pt_plan *plan, const struct pt_fact *fact);
void pt_meet_synced(struct pt_plan *plan, const struct pt_fact *fact);
/* Syncs whose time is over. */
void pt_meet_expire(struct pt_plan *plan);
/* The member INDEX (-1: all) of a gang ends now: it waits no more. */
void pt_meet_leave(struct pt_plan *plan, int32_t handle, int32_t index);
void pt_meet_forget(struct pt_plan *plan, int32_t handle);
/* Nobody waits for a time-out any more: in this gang or, PT_HOLE_TIMERS, in
 * any. */
void pt_meet_stop_clock(struct pt_plan *plan, int32_t handle);
/* What those of A's members that wait now have waited for so far. */
pt_time pt_meet_pending(const struct pt_plan *plan, const struct pt_attempt *a);
/* What the member INDEX has waited, who ends now: TOLD of what was told in sum
 * was his. */
pt_time pt_meet_take(struct pt_attempt *attempt, int32_t index, pt_time told);
/* What the members that have not ended yet have waited, in all. */
pt_time pt_meet_waited(const struct pt_attempt *attempt);

/* --- timers.c: what is due without a fact --- */

/* Timers of this instant that act before its facts: limits that are reached
 * (not by those that end now), naps that are over, the policy's own.  Returns
 * how many were killed; *woken: something waits that did not. */
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
/* The gate looks again. */
void pt_job_look_again(struct pt_plan *plan, int32_t handle);
/* TASK (-1: all that ran) of an attempt ended. */
void pt_job_ended(struct pt_plan *plan, const struct pt_fact *fact);
/* Nothing more of the job starts; what runs is killed. */
void pt_job_abort(struct pt_plan *plan, int32_t job, enum pt_state state,
                  enum pt_cause cause);
/* Its record, which is begun with the first word of it: what merely waits has
 * none. */
struct pt_record *pt_job_record(struct pt_plan *plan, int32_t job);
/* Closes it if it is over. */
void pt_job_settle(struct pt_plan *plan, int32_t job);
/* Its record goes into the step; the slot is free at the next step. */
void pt_job_close(struct pt_plan *plan, int32_t job, enum pt_state state);
/* Tasks that end, and what they did beside their work, in task-microseconds in
 * all. */
struct pt_part {
    int32_t ntasks;
    pt_time waited;
    struct pt_progress progress;
};
/* TIME, task-microseconds of N tasks that take SLOTS in all, in
 * slot-microseconds: a gang on nodes of its own has them whole. */
int64_t pt_job_area(pt_time time, int32_t n, int64_t slots);
/* What PART of A did since it started goes to the ledger. */
void pt_job_spend(struct pt_plan *plan, const struct pt_attempt *a,
                  const struct pt_part *part, enum pt_outcome outcome,
                  bool redone);
/* Where it ran goes into the job's record. */
void pt_job_note_allocation(struct pt_plan *plan, const struct pt_attempt *a);

/* --- losses.c: nodes that go and come, and gangs that lost one --- */

void pt_loss_node_down(struct pt_plan *plan, const struct pt_fact *fact);
void pt_loss_node_up(struct pt_plan *plan, int32_t node);
void pt_loss_notice(struct pt_plan *plan, const struct pt_fact *fact);
/* Nodes that have been left down long enough come back: whether any did. */
bool pt_loss_end_rests(struct pt_plan *plan);
/* Units, free of tasks, of nodes that are serviced. */
int64_t pt_loss_planned(const struct pt_plan *plan);
/* HANDLE, which has joined nothing yet, is the next try of what OLD was to do,
 * which lost a node and has given back its slots: it joins the queue at its
 * head or end, or takes what is left of them. */
void pt_loss_requeue(struct pt_plan *plan, const struct pt_attempt *old,
                     int32_t handle);
/* In and out of those that the policy does not see. */
void pt_loss_add_recovering(struct pt_plan *plan, int32_t handle);
void pt_loss_take_recovering(struct pt_plan *plan, int32_t handle);
/* Before a pass: they take what they miss, as far as it is free. */
void pt_loss_recover(struct pt_plan *plan);

/* --- gate.c: are there slots enough? --- */

/* Why no attempt of the job's stages may be made now, or never. */
enum pt_cause pt_gate_check(const struct pt_plan *plan,
                            const struct pt_job *job, int32_t *stage);
/* Whether the machine has fewer slots than SPEC has tasks. */
bool pt_gate_is_narrow(const struct pt_plan *plan, const struct pt_stage *spec);

/* --- stages.c: the attempts of a stage --- */

/* The books of the job's stages are opened, and closed. */
void pt_stage_books_open(struct pt_plan *plan, int32_t job);
void pt_stage_books_close(struct pt_job_book *book);
/* Its missing tasks are to be run, once its parents' outputs are there. */
void pt_stage_submit(struct pt_plan *plan, int32_t job, int32_t stage);
/* It waits, behind a place-holder, before its next try; that one woke up. */
void pt_stage_pause(struct pt_plan *plan, int32_t job, int32_t stage,
                    enum pt_nap nap, pt_time wait);
void pt_stage_resubmit(struct pt_plan *plan, int32_t handle);
/* The attempt's first task starts. */
void pt_stage_started(struct pt_plan *plan, const struct pt_attempt *a);
/* TASK (~TASK: a copy of one that runs) waits again, in the newest attempt. */
void pt_stage_add_task(struct pt_plan *plan, int32_t job, int32_t stage,
                       int32_t task);
/* None of its outputs is missing any more. */
void pt_stage_done(struct pt_plan *plan, int32_t job, int32_t stage);
/* The newest attempt's record goes into the step. */
void pt_stage_tell(struct pt_plan *plan, int32_t job, int32_t stage,
                   enum pt_outcome outcome, enum pt_cause cause);

/* --- outputs.c: what tasks have left --- */

/* What the task INDEX of A left is there; SPARED of its time need not be done
 * again, come what may. */
void pt_output_keep(struct pt_plan *plan, const struct pt_attempt *a,
                    int32_t index, pt_time spared);
/* It is of no use any more: that of one task, of all, or of all on NODE. */
void pt_output_forget(struct pt_plan *plan, int32_t job, int32_t stage,
                      int32_t task);
void pt_outputs_forget(struct pt_plan *plan, int32_t job, int32_t stage);
void pt_outputs_lose(struct pt_plan *plan, int32_t node);
/* The task is done again: so what it did before is lost.  What nobody needs any
 * more is not. */
void pt_output_revise(struct pt_plan *plan, int32_t job, int32_t stage,
                      int32_t task);
/* The newest attempt need not run the task any more. */
void pt_output_strike(struct pt_plan *plan, int32_t job, int32_t stage,
                      int32_t task);

/* --- endings.c: what is done when tasks end, well or badly --- */

/* A task of an attempt (-1: all of a gang) ended. */
void pt_stage_ended(struct pt_plan *plan, const struct pt_fact *fact);

#endif
