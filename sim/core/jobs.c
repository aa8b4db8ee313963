/* jobs.c - a job, from its submission to its record; tasks that are never tried
 * again. */
#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"

static bool possible(const struct pt_plan *plan, const struct pt_job *job)
{
    for (int32_t i = 0; i < job->nstages; i++) {
        const struct pt_stage *spec = &job->stages[i];
        int32_t ask =
            spec->mode == PT_GANG && !plan->rules.gate ? spec->ntasks : 1;
        pt_assert(spec->ntasks >= 1 && spec->limit > 0);
        if (!plan->space->ops->possible(plan->space, spec, ask))
            return false;
    }
    return true;
}

struct pt_record *pt_job_record(struct pt_plan *plan, int32_t job)
{
    struct pt_job_book *book = pt_job_at(plan, job);

    if (book->record == 0) {
        book->record = pt_slab_take(&plan->kept) + 1;
        *(struct pt_record *)pt_slab_at(&plan->kept, book->record - 1) =
            (struct pt_record){.job = book->job,
                               .first_start = PT_TIME_NEVER,
                               .last_start = PT_TIME_NEVER,
                               .end = PT_TIME_NEVER,
                               .promise = PT_TIME_NEVER};
    }
    return pt_slab_at(&plan->kept, book->record - 1);
}

static int32_t book_new(struct pt_plan *plan, const struct pt_job *job)
{
    int32_t slot = pt_slab_take(&plan->jobs);
    struct pt_job_book *book = pt_job_at(plan, slot);

    *book = (struct pt_job_book){
        .job = job, .sinks = 1, .left = job->stages[0].ntasks};
    if (job->nstages > 1 || job->stages[0].retries)
        pt_stage_books_open(plan, slot);
    return slot;
}

/* Its stages without parents join the queue. */
static void admit(struct pt_plan *plan, int32_t slot)
{
    const struct pt_job *job = pt_job_at(plan, slot)->job;

    if (!pt_job_at(plan, slot)->stages) {
        pt_attempt_enqueue(
            plan, pt_attempt_new(plan, slot, 0, 0, 0, job->stages[0].ntasks));
        return;
    }
    for (int32_t i = 0; i < job->nstages; i++)
        if (job->stages[i].nparents == 0)
            pt_stage_submit(plan, slot, i);
}

static void reject(struct pt_plan *plan, int32_t slot, enum pt_cause cause)
{
    struct pt_job_book *book = pt_job_at(plan, slot);

    pt_vec_push(plan->decisions, plan->step.ndecisions, plan->decision_capacity,
                ((struct pt_decision){.kind = PT_REJECT,
                                      .cause = cause,
                                      .attempt = -1,
                                      .tag = book->job->tag,
                                      .rank = book->job->rank}));
    plan->counts.decisions++;
    pt_job_record(plan, slot)->cause = cause;
    pt_job_close(plan, slot, PT_REJECTED);
}

/* Through the gate, or not yet, or never. */
static bool pass_gate(struct pt_plan *plan, int32_t slot)
{
    struct pt_job_book *book = pt_job_at(plan, slot);
    int32_t stage = 0;
    enum pt_cause cause = pt_gate_check(plan, book->job, &stage);

    if (cause == PT_CAUSE_NONE) {
        admit(plan, slot);
        return true;
    }
    if (cause == PT_CAUSE_SLOTS && book->checks++ < plan->rules.gate_failures) {
        int32_t handle = pt_attempt_new(plan, slot, stage, 0, 0, 1);
        pt_attempt_sleep(plan, handle, PT_NAP_GATE,
                         pt_time_add(plan->now, plan->rules.gate_interval));
        return true;
    }
    reject(plan, slot, cause);
    return false;
}

bool pt_job_submit(struct pt_plan *plan, const struct pt_job *job)
{
    pt_assert(job->rank > plan->last_rank && job->nstages >= 1);
    plan->last_rank = job->rank;

    int32_t slot = book_new(plan, job);
    if (!possible(plan, job)) {
        reject(plan, slot, PT_CAUSE_WIDE);
        return false;
    }
    return pass_gate(plan, slot);
}

void pt_job_look_again(struct pt_plan *plan, int32_t handle)
{
    int32_t slot = pt_attempt_at(plan, handle)->job;

    pt_attempt_free(plan, handle);
    pass_gate(plan, slot);
}

void pt_job_close(struct pt_plan *plan, int32_t job, enum pt_state state)
{
    struct pt_job_book *book = pt_job_at(plan, job);

    pt_assert(book->live == 0);
    struct pt_record *record = pt_job_record(plan, job);
    record->state = state;
    /* One that is given up while nothing of it runs ends when that is told. */
    if (book->over && state != PT_DONE && record->end != PT_TIME_NEVER)
        record->end = plan->now;
    pt_vec_push(plan->records, plan->step.nrecords, plan->record_capacity,
                *record);
    pt_slab_give(&plan->kept, book->record - 1);
    book->record = 0;
    if (book->stages)
        pt_stage_books_close(book);
    book->job = NULL;
    pt_slab_give(&plan->jobs, job);
}

void pt_job_abort(struct pt_plan *plan, int32_t job, enum pt_state state,
                  enum pt_cause cause)
{
    struct pt_job_book *book = pt_job_at(plan, job);

    if (book->over)
        return;
    pt_job_record(plan, job)->state = state;
    pt_job_record(plan, job)->cause = cause;
    book->over = true;
    for (int32_t i = 0; book->stages && i < book->job->nstages; i++) {
        if (book->stages[i].open)
            pt_stage_tell(plan, job, i, PT_KILLED, PT_CAUSE_JOB);
        /* They are dropped below. */
        book->stages[i].waiting = book->stages[i].pause = 0;
    }
    for (int32_t handle = PT_OWNERS;
         handle < plan->attempts.top && book->live > 0; handle++) {
        struct pt_attempt *a = pt_attempt_at(plan, handle);
        if (a->state == PT_ATTEMPT_NONE || a->job != job)
            continue;
        if (a->state != PT_ATTEMPT_RUNNING) {
            pt_attempt_drop(plan, handle);
            continue;
        }
        if (a->killing || a->ending >= a->placed - a->gone)
            continue; /* it ends all the same */
        pt_plan_decide(plan, PT_KILL, handle, PT_CAUSE_JOB);
        a->killing = true;
    }
    if (book->live == 0)
        return;
    pt_vec_push(plan->over, plan->step.nover, plan->over_capacity,
                book->job->tag);
}

void pt_job_settle(struct pt_plan *plan, int32_t job)
{
    struct pt_job_book *book = pt_job_at(plan, job);

    if (book->sinks == 0 && book->live > 0)
        pt_job_abort(plan, job, PT_DONE, PT_CAUSE_NONE);
    if (book->live > 0)
        return;
    pt_assert(book->over || book->sinks == 0);
    pt_job_close(plan, job,
                 book->over ? pt_job_record(plan, job)->state : PT_DONE);
}

/* --- endings --- */

/* How long tasks of PART worked, in all. */
static pt_time work_of(const struct pt_plan *plan, const struct pt_attempt *a,
                       const struct pt_part *part)
{
    const struct pt_progress *p = &part->progress;
    pt_time work = part->ntasks * (plan->now - a->start) - part->waited -
                   p->restart - p->checkpoint;

    pt_assert(p->restart >= 0 && p->checkpoint >= 0 && p->saved >= 0 &&
              p->saved <= work);
    return work;
}

int64_t pt_job_area(pt_time time, int32_t n, int64_t slots)
{
    return time / n * slots + time % n * slots / n;
}

void pt_job_spend(struct pt_plan *plan, const struct pt_attempt *a,
                  const struct pt_part *part, enum pt_outcome outcome,
                  bool redone)
{
    struct pt_record *record = pt_job_record(plan, a->job);
    const struct pt_progress *p = &part->progress;
    int32_t n = part->ntasks;
    int64_t slots = pt_attempt_slots(plan, a, n);
    pt_time work = work_of(plan, a, part);
    struct pt_spent spent = {
        .start = a->start,
        .end = plan->now,
        .slots = slots,
        .waited = pt_job_area(part->waited, n, slots),
        .progress = {.restart = pt_job_area(p->restart, n, slots),
                     .checkpoint = pt_job_area(p->checkpoint, n, slots),
                     .saved = pt_job_area(p->saved, n, slots)},
        .outcome = outcome,
        .origin = a->killing && a->cause == PT_CAUSE_NODE ? a->origin
                                                          : PT_ORIGIN_UNKNOWN,
        .redone = redone};
    const struct pt_progress *areas = &spent.progress;

    pt_vec_push(plan->spent, plan->step.nspent, plan->spent_capacity, spent);
    record->restart += pt_plan_slot_time(plan, areas->restart);
    record->checkpoint += pt_plan_slot_time(plan, areas->checkpoint);
    record->useful += redone ? p->saved : work;
    if (redone)
        record->lost += pt_plan_slot_time(
            plan, slots * (plan->now - a->start) - spent.waited -
                      areas->restart - areas->checkpoint - areas->saved);
}

/* A gang is done again: so is what those of its members did who had ended. */
static void revise_early(struct pt_plan *plan, const struct pt_attempt *a)
{
    struct pt_record *record = pt_job_record(plan, a->job);
    int64_t slots = pt_attempt_slots(plan, a, 1);

    for (int32_t i = 0; a->gone > 0 && i < a->placed; i++) {
        const struct pt_member *member = &a->members[i];
        if (member->ended == PT_TIME_NEVER || member->lost)
            continue;
        pt_time work = member->ended - a->start - member->spared;
        pt_vec_push(plan->spent, plan->step.nspent, plan->spent_capacity,
                    ((struct pt_spent){.start = a->start,
                                       .end = member->ended,
                                       .slots = slots,
                                       .waited = slots * member->spared,
                                       .outcome = PT_SUCCESS,
                                       .origin = a->origin,
                                       .redone = true,
                                       .revised = true}));
        record->useful -= work;
        record->lost += pt_plan_slot_time(plan, slots * work);
    }
}

static enum pt_state state_of(const struct pt_attempt *a,
                              enum pt_outcome outcome)
{
    if (outcome == PT_SUCCESS)
        return PT_DONE;
    if (outcome == PT_FAILURE)
        return PT_FAILED;
    return a->cause == PT_CAUSE_LIMIT ? PT_LIMIT : PT_CUT;
}

void pt_job_note_allocation(struct pt_plan *plan, const struct pt_attempt *a)
{
    struct pt_job_book *book = pt_job_at(plan, a->job);
    struct pt_record *record = pt_job_record(plan, a->job);

    if (book->over && record->state == PT_DONE)
        return; /* it has done its work: what dies later is none of it */

    record->range = plan->ranges.n;
    plan->space->ops->ranges(plan->space, &a->alloc, &plan->ranges);
    record->nranges = plan->ranges.n - record->range;
    record->end = plan->now;
}

/* The attempt, which lost a node, gets another try. */
static void try_again(struct pt_plan *plan, const struct pt_attempt *a)
{
    pt_loss_requeue(plan, a,
                    pt_attempt_new(plan, a->job, a->stage, a->try + 1, a->task,
                                   a->task_end));
}

/* Whether A, which lost a node with PROGRESS made, is not tried again. */
static bool is_given_up(struct pt_plan *plan, const struct pt_attempt *a,
                        const struct pt_progress *progress)
{
    struct pt_job_book *book = pt_job_at(plan, a->job);

    if (progress->saved > 0)
        book->losses = 0;
    return ++book->losses >= plan->rules.losses && plan->rules.losses > 0;
}

/* NTASKS of a stage that is never tried again have ended well. */
static void tasks_done(struct pt_plan *plan, int32_t job, int32_t stage,
                       int32_t ntasks)
{
    struct pt_job_book *book = pt_job_at(plan, job);
    struct pt_stage_book *its = pt_stage_at(plan, job, stage);

    if (its) {
        its->left -= ntasks;
        if (its->left == 0 && !book->over)
            pt_stage_done(plan, job, stage);
    } else {
        book->left -= ntasks;
        if (book->left == 0)
            book->sinks = 0;
    }
}

/* All tasks of the attempt have ended, the last with OUTCOME. */
static void attempt_over(struct pt_plan *plan, int32_t handle,
                         enum pt_outcome outcome, bool again)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    int32_t job = a->job, stage = a->stage, ntasks = pt_attempt_count(a);
    enum pt_state state = state_of(a, outcome);

    pt_job_note_allocation(plan, a);
    if (again)
        try_again(plan, a);
    pt_attempt_free(plan, handle);
    if (state == PT_DONE)
        tasks_done(plan, job, stage, ntasks);
    else if (!again)
        pt_job_abort(plan, job, state, PT_CAUSE_NONE);
    pt_job_settle(plan, job);
}

/* One member of a gang left before the others. */
static void member_ended(struct pt_plan *plan, const struct pt_fact *fact)
{
    int32_t handle = fact->attempt;
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    enum pt_outcome outcome = fact->outcome;
    int32_t index = fact->task - a->task;

    pt_assert(index >= 0 && index < a->placed);
    pt_attempt_part(a);
    pt_assert(!pt_attempt_has_ended(a, index));
    if (!a->released && !a->vacant)
        pt_attempt_release(plan, handle, index);
    a->vacant = false;
    struct pt_part part = {
        .ntasks = 1,
        .waited = pt_meet_take(a, index,
                               fact->own ? fact->waited
                                         : a->waited / (a->placed - a->gone)),
        .progress = fact->progress};
    bool lost = outcome == PT_KILLED && a->cause == PT_CAUSE_NODE &&
                !pt_job_at(plan, a->job)->over;
    pt_job_spend(plan, a, &part, outcome, lost);
    a->members[index].lost = lost;
    a->members[index].spared = part.waited + part.progress.restart +
                               part.progress.checkpoint + part.progress.saved;
    a->members[index].ended = plan->now;
    a->gone++;
    a->ending--;
    a->failed = a->failed || outcome != PT_SUCCESS;
    if (outcome == PT_FAILURE)
        pt_job_abort(plan, a->job, PT_FAILED, PT_CAUSE_NONE);
}

void pt_job_ended(struct pt_plan *plan, const struct pt_fact *fact)
{
    struct pt_attempt *a = pt_attempt_at(plan, fact->attempt);
    int32_t left = a->placed - a->gone;
    enum pt_outcome outcome = fact->outcome == PT_SUCCESS && a->failed
                                  ? PT_KILLED /* a member was, before */
                                  : fact->outcome;
    bool again = outcome == PT_KILLED && a->cause == PT_CAUSE_NODE &&
                 !pt_job_at(plan, a->job)->over;

    pt_assert(a->state == PT_ATTEMPT_RUNNING);
    pt_assert(fact->outcome != PT_KILLED || a->killing);
    if (a->spec->retries) {
        pt_stage_ended(plan, fact);
        return;
    }
    if (fact->task >= 0 && left > 1) {
        member_ended(plan, fact);
        return;
    }
    if (!a->released && !a->vacant)
        pt_attempt_release(plan, fact->attempt, -1);
    bool given_up = again && is_given_up(plan, a, &fact->progress);
    pt_job_spend(plan, a,
                 &(struct pt_part){.ntasks = left,
                                   .waited = pt_meet_waited(a),
                                   .progress = fact->progress},
                 fact->outcome, again);
    if (again)
        revise_early(plan, a);
    /* After a node failure promises are made anew, the next try's too. */
    if (again ||
        (plan->space->down > 0 && plan->space->ops->overbooked(plan->space)))
        pt_plan_forget(plan);
    if (given_up)
        pt_job_abort(plan, a->job, PT_CUT, PT_CAUSE_LOSSES);
    attempt_over(plan, fact->attempt, outcome, again && !given_up);
}
