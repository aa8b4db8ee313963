#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"

static void enter(struct pt_plan *plan, int32_t job, int32_t stage)
{
    const struct pt_stage *spec = &pt_job_at(plan, job)->job->stages[stage];

    pt_attempt_enqueue(plan,
                       pt_attempt_new(plan, job, stage, 0, 0, spec->ntasks));
}

static bool possible(const struct pt_plan *plan, const struct pt_job *job)
{
    for (int32_t i = 0; i < job->nstages; i++) {
        const struct pt_stage *spec = &job->stages[i];
        int32_t ask = spec->mode == PT_GANG ? spec->ntasks : 1;
        pt_assert(spec->ntasks >= 1 && spec->limit > 0);
        if (!plan->space->ops->possible(plan->space, spec, ask))
            return false;
    }
    return true;
}

static int32_t book_new(struct pt_plan *plan, const struct pt_job *job)
{
    int32_t slot = pt_slab_take(&plan->jobs);
    struct pt_job_book *book = pt_job_at(plan, slot);

    *book = (struct pt_job_book){.job = job,
                                 .stages_left = job->nstages,
                                 .record = {.job = job,
                                            .first_start = PT_TIME_NEVER,
                                            .last_start = PT_TIME_NEVER,
                                            .end = PT_TIME_NEVER,
                                            .promise = PT_TIME_NEVER}};
    book->missing = job->nstages > 1
                        ? pt_alloc((size_t)job->nstages * 2, sizeof(int32_t))
                        : book->alone;
    book->tasks_left = book->missing + job->nstages;
    for (int32_t i = 0; i < job->nstages; i++) {
        book->missing[i] = job->stages[i].nparents;
        book->tasks_left[i] = job->stages[i].ntasks;
    }
    return slot;
}

bool pt_job_submit(struct pt_plan *plan, const struct pt_job *job)
{
    pt_assert(job->rank > plan->last_rank && job->nstages >= 1);
    plan->last_rank = job->rank;

    int32_t slot = book_new(plan, job);
    if (!possible(plan, job)) {
        pt_vec_push(plan->decisions, plan->step.ndecisions,
                    plan->decision_capacity,
                    ((struct pt_decision){.kind = PT_REJECT,
                                          .cause = PT_CAUSE_WIDE,
                                          .attempt = -1,
                                          .tag = job->tag,
                                          .rank = job->rank}));
        plan->counts.decisions++;
        pt_job_close(plan, slot, PT_REJECTED);
        return false;
    }
    for (int32_t i = 0; i < job->nstages; i++)
        if (job->stages[i].nparents == 0)
            enter(plan, slot, i);
    return true;
}

void pt_job_close(struct pt_plan *plan, int32_t job, enum pt_state state)
{
    struct pt_job_book *book = pt_job_at(plan, job);

    pt_assert(book->live == 0);
    book->record.state = state;
    pt_vec_push(plan->records, plan->step.nrecords, plan->record_capacity,
                book->record);
    if (book->missing != book->alone)
        pt_free(book->missing);
    book->job = NULL;
    pt_slab_give(&plan->jobs, job);
}

/* STAGE has ended well: its children may be ready. */
static void stage_done(struct pt_plan *plan, int32_t job, int32_t stage)
{
    struct pt_job_book *book = pt_job_at(plan, job);
    const struct pt_job *spec = book->job;

    if (--book->stages_left == 0)
        return;
    for (int32_t i = stage + 1; i < spec->nstages; i++)
        for (int32_t k = 0; k < spec->stages[i].nparents; k++)
            if (spec->stages[i].parents[k] == stage && --book->missing[i] == 0)
                enter(plan, job, i);
}

/* Nothing more of the job starts; what runs is killed. */
static void abort_job(struct pt_plan *plan, int32_t job, enum pt_state state)
{
    struct pt_job_book *book = pt_job_at(plan, job);

    if (book->over)
        return;
    book->record.state = state;
    book->over = true;
    for (int32_t handle = 1; handle < plan->attempts.top && book->live > 0;
         handle++) {
        struct pt_attempt *a = pt_attempt_at(plan, handle);
        if (a->state == PT_ATTEMPT_NONE || a->job != job)
            continue;
        if (a->state == PT_ATTEMPT_RUNNING) {
            if (a->killing || a->ending >= a->placed - a->gone)
                continue; /* it ends all the same */
            pt_plan_decide(plan, PT_KILL, handle, PT_CAUSE_NONE);
            a->killing = true;
            continue;
        }
        if (a->booked) {
            pt_time end = pt_time_add(a->entry.promise, a->entry.limit);
            plan->space->gained = true;
            if (end > plan->space->gain_end)
                plan->space->gain_end = end;
            pt_attempt_unpromise(plan, handle);
        }
        if (a->placed > 0)
            pt_attempt_unhold(plan, handle, PT_CAUSE_NONE);
        else if (a->state == PT_ATTEMPT_WAITING)
            pt_attempt_dequeue(plan, handle);
        else
            plan->asleep--;
        pt_attempt_free(plan, handle);
    }
}

/* The attempt's stage gets another try, at the same place in the queue. */
static void try_again(struct pt_plan *plan, const struct pt_attempt *a)
{
    pt_attempt_enqueue(plan, pt_attempt_new(plan, a->job, a->stage, a->try + 1,
                                            a->task, a->task_end));
}

/* What NTASKS of A did since it started goes to the ledger. */
static void spend(struct pt_plan *plan, const struct pt_attempt *a,
                  int32_t ntasks, enum pt_outcome outcome, bool redone)
{
    struct pt_space *space = plan->space;
    int64_t slots =
        space->ops->units(space, a->spec, ntasks) * space->grain / 1000;
    struct pt_record *record = &pt_job_at(plan, a->job)->record;

    pt_vec_push(plan->spent, plan->step.nspent, plan->spent_capacity,
                ((struct pt_spent){.start = a->start,
                                   .end = plan->now,
                                   .slots = slots,
                                   .outcome = outcome,
                                   .redone = redone}));
    if (redone)
        record->lost += slots * (plan->now - a->start);
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

static void note_allocation(struct pt_plan *plan, const struct pt_attempt *a)
{
    struct pt_record *record = &pt_job_at(plan, a->job)->record;

    record->range = plan->ranges.n;
    plan->space->ops->ranges(plan->space, &a->alloc, &plan->ranges);
    record->nranges = plan->ranges.n - record->range;
    record->end = plan->now;
}

/* All tasks of the attempt have ended, the last with OUTCOME. */
static void attempt_over(struct pt_plan *plan, int32_t handle,
                         enum pt_outcome outcome, bool again)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    struct pt_job_book *book = pt_job_at(plan, a->job);
    int32_t job = a->job, stage = a->stage, ntasks = a->task_end - a->task;

    note_allocation(plan, a);
    if (again)
        try_again(plan, a);
    enum pt_state state = state_of(a, outcome);
    pt_attempt_free(plan, handle);
    if (state == PT_DONE) {
        book->tasks_left[stage] -= ntasks;
        if (book->tasks_left[stage] == 0 && !book->over)
            stage_done(plan, job, stage);
    } else if (!again) {
        abort_job(plan, job, state);
    }
    if (book->live > 0)
        return;
    pt_assert(book->over || book->stages_left == 0);
    pt_job_close(plan, job, book->over ? book->record.state : PT_DONE);
}

/* One member of a gang left before the others. */
static void member_ended(struct pt_plan *plan, int32_t handle, int32_t task,
                         enum pt_outcome outcome)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    int32_t index = task - a->task;

    pt_assert(index >= 0 && index < a->placed);
    if (!a->ended)
        a->ended = pt_alloc((size_t)(a->placed + 63) / 64, sizeof *a->ended);
    pt_assert(!pt_attempt_has_ended(a, index));
    if (!a->released)
        pt_attempt_release(plan, handle, index);
    a->ended[index / 64] |= UINT64_C(1) << (index % 64);
    a->gone++;
    a->ending--;
    spend(plan, a, 1, outcome, false);
}

void pt_job_ended(struct pt_plan *plan, const struct pt_fact *fact)
{
    struct pt_attempt *a = pt_attempt_at(plan, fact->attempt);
    int32_t left = a->placed - a->gone;
    bool again = fact->outcome == PT_KILLED && a->cause == PT_CAUSE_NODE &&
                 !pt_job_at(plan, a->job)->over;

    pt_assert(a->state == PT_ATTEMPT_RUNNING);
    pt_assert(fact->outcome != PT_KILLED || a->killing);
    if (fact->task >= 0 && left > 1) {
        member_ended(plan, fact->attempt, fact->task, fact->outcome);
        return;
    }
    spend(plan, a, left, fact->outcome, again);
    if (!a->released)
        pt_attempt_release(plan, fact->attempt, -1);
    /* After a node failure promises are made anew, the next try's too. */
    if (again ||
        (plan->space->down > 0 && plan->space->ops->overbooked(plan->space)))
        pt_plan_forget(plan);
    attempt_over(plan, fact->attempt, fact->outcome, again);
}
