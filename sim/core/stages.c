/* stages.c - the attempts of a stage, one after the other: when a stage is
 * ready, tried again, done. */
#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"

void pt_stage_books_open(struct pt_plan *plan, int32_t slot)
{
    struct pt_job_book *book = pt_job_at(plan, slot);
    const struct pt_job *job = book->job;

    book->stages = pt_alloc((size_t)job->nstages, sizeof *book->stages);
    book->sinks = job->nstages;
    for (int32_t i = 0; i < job->nstages; i++) {
        const struct pt_stage *spec = &job->stages[i];
        struct pt_stage_book *stage = &book->stages[i];
        stage->left = spec->ntasks;
        stage->try = -1;
        for (int32_t k = 0; k < spec->nparents; k++)
            if (book->stages[spec->parents[k]].children++ == 0)
                book->sinks--;
        if (!spec->retries)
            continue;
        stage->tasks = pt_alloc((size_t)spec->ntasks, sizeof *stage->tasks);
        for (int32_t k = 0; k < spec->ntasks; k++)
            stage->tasks[k].output = PT_OUTPUT_NONE;
    }
}

void pt_stage_books_close(struct pt_job_book *book)
{
    for (int32_t i = 0; i < book->job->nstages; i++) {
        pt_free(book->stages[i].tasks);
        pt_failures_fini(&book->stages[i].failures);
        pt_median_fini(&book->stages[i].lengths);
    }
    pt_free(book->stages);
    book->stages = NULL;
}

void pt_stage_tell(struct pt_plan *plan, int32_t job, int32_t stage,
                   enum pt_outcome outcome, enum pt_cause cause)
{
    struct pt_stage_book *book = pt_stage_at(plan, job, stage);
    struct pt_stage_record *record = &book->record;

    book->open = false;
    record->end = plan->now;
    record->outcome = outcome;
    record->cause = cause;
    pt_vec_push(plan->stage_records, plan->step.nstages,
                plan->stage_record_capacity, *record);
}

void pt_stage_started(struct pt_plan *plan, const struct pt_attempt *a)
{
    struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);
    struct pt_stage_record *record = &stage->record;

    if (record->start == PT_TIME_NEVER)
        record->start = plan->now;
    record->launches += a->placed;
    if (a->mode == PT_GANG)
        stage->waiting = 0;
    for (int32_t i = 0; stage->tasks && i < a->placed; i++) {
        int32_t number = pt_attempt_task(a, i);
        stage->tasks[number].launches++;
        stage->tasks[number].running++;
        if (stage->tasks[number].output == PT_OUTPUT_NONE)
            pt_output_revise(plan, a->job, a->stage, number);
    }
}

static void open_try(struct pt_plan *plan, int32_t job, int32_t number)
{
    struct pt_stage_book *stage = pt_stage_at(plan, job, number);
    const struct pt_stage *spec = &pt_job_at(plan, job)->job->stages[number];

    if (spec->mode == PT_GANG && stage->left < spec->ntasks &&
        !pt_has_hole(plan, PT_HOLE_PARTIAL))
        pt_outputs_forget(plan, job, number);
    stage->try++;
    stage->open = true;
    stage->record = (struct pt_stage_record){.job = pt_job_at(plan, job)->job,
                                             .stage = number,
                                             .try = stage->try,
                                             .ntasks = stage->left,
                                             .ready = plan->now,
                                             .start = PT_TIME_NEVER,
                                             .end = PT_TIME_NEVER};
    /* A gang's failures count for the nodes in its next try: else they never
     * would. */
    if (spec->mode != PT_GANG)
        stage->failures.n = 0;
    stage->lengths.nlow = stage->lengths.nhigh = 0;
    stage->delay = (struct pt_delay){.since = plan->now};
    int32_t handle =
        pt_attempt_new(plan, job, number, stage->try, 0, spec->ntasks);
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    for (int32_t k = 0; stage->tasks && k < spec->ntasks; k++) {
        struct pt_task_book *task = &stage->tasks[k];
        task->failures = task->launches = task->running = 0;
    }
    if (stage->left < spec->ntasks) {
        a->task_end = 0;
        for (int32_t k = 0; k < spec->ntasks; k++)
            if (stage->tasks[k].output == PT_OUTPUT_NONE)
                pt_attempt_add_task(a, k);
    }
    stage->waiting = handle;
    const struct pt_attempt *old =
        plan->heir_of ? pt_attempt_at(plan, plan->heir_of) : NULL;
    bool heir = old && old->job == job && old->stage == number;
    if (heir || stage->behind)
        pt_loss_requeue(plan, old, handle);
    else
        pt_attempt_enqueue(plan, handle);
    stage->behind = false;
}

void pt_stage_pause(struct pt_plan *plan, int32_t job, int32_t number,
                    enum pt_nap nap, pt_time wait)
{
    struct pt_stage_book *stage = pt_stage_at(plan, job, number);

    if (stage->pause)
        return;
    stage->pause = pt_attempt_new(plan, job, number, stage->try + 1, 0, 1);
    pt_attempt_sleep(plan, stage->pause, nap, pt_time_add(plan->now, wait));
}

/* Whether the gate lets a stage that is tried again pass. */
static bool pass_again(struct pt_plan *plan, int32_t job, int32_t number)
{
    struct pt_job_book *book = pt_job_at(plan, job);
    const struct pt_stage *spec = &book->job->stages[number];

    if (!plan->rules.gate || spec->mode != PT_GANG ||
        book->stages[number].try < 0 || pt_has_hole(plan, PT_HOLE_UNCHECKED) ||
        !pt_gate_is_narrow(plan, spec)) {
        book->checks = 0;
        return true;
    }
    if (book->checks++ < plan->rules.gate_failures)
        pt_stage_pause(plan, job, number, PT_NAP_RESUBMIT,
                       plan->rules.gate_interval);
    else
        pt_job_abort(plan, job, PT_FAILED, PT_CAUSE_SLOTS);
    return false;
}

void pt_stage_submit(struct pt_plan *plan, int32_t job, int32_t number)
{
    struct pt_job_book *book = pt_job_at(plan, job);
    struct pt_stage_book *stage = &book->stages[number];
    const struct pt_stage *spec = &book->job->stages[number];
    bool missing = false;

    if (stage->open || stage->pause || stage->done || book->over)
        return;
    if (stage->left == 0) { /* an older attempt did what was missing */
        pt_stage_done(plan, job, number);
        return;
    }
    for (int32_t i = 0; i < spec->nparents && !book->over; i++)
        if (book->stages[spec->parents[i]].left > 0) {
            missing = true;
            /* One that never ran will be, by its own parents. */
            if (book->stages[spec->parents[i]].try >= 0)
                pt_stage_submit(plan, job, spec->parents[i]);
        }
    if (!missing && !book->over && pass_again(plan, job, number))
        open_try(plan, job, number);
}

void pt_stage_resubmit(struct pt_plan *plan, int32_t handle)
{
    const struct pt_attempt *a = pt_attempt_at(plan, handle);
    int32_t job = a->job, number = a->stage;

    pt_stage_at(plan, job, number)->pause = 0;
    pt_attempt_free(plan, handle);
    if (pt_stage_at(plan, job, number)->left == 0)
        pt_stage_done(plan, job, number); /* an older attempt did it all */
    else
        pt_stage_submit(plan, job, number);
    pt_job_settle(plan, job);
}

void pt_stage_done(struct pt_plan *plan, int32_t job, int32_t number)
{
    struct pt_job_book *book = pt_job_at(plan, job);
    struct pt_stage_book *stage = &book->stages[number];
    const struct pt_job *spec = book->job;

    if (stage->waiting) { /* for tasks that another attempt has done */
        pt_attempt_drop(plan, stage->waiting);
        stage->waiting = 0;
    }
    if (stage->open)
        pt_stage_tell(plan, job, number, PT_SUCCESS, PT_CAUSE_NONE);
    if (plan->rules.exclude)
        pt_excluded_learn(&plan->excluded, &stage->failures, plan->now);
    stage->failures.n = 0;
    stage->failed = 0;
    if (stage->children == 0 && !stage->done)
        book->sinks--;
    stage->done = true;
    for (int32_t i = number + 1; stage->children > 0 && i < spec->nstages; i++)
        for (int32_t k = 0; k < spec->stages[i].nparents; k++)
            if (spec->stages[i].parents[k] == number)
                pt_stage_submit(plan, job, i);
}

void pt_stage_add_task(struct pt_plan *plan, int32_t job, int32_t number,
                       int32_t task)
{
    struct pt_stage_book *stage = pt_stage_at(plan, job, number);
    int32_t known = task >= 0 ? task : ~task;

    plan->revive = plan->changed = true;
    if (stage->waiting) {
        bool queued = pt_attempt_pull(plan, stage->waiting);
        pt_attempt_add_task(pt_attempt_at(plan, stage->waiting), task);
        if (queued)
            pt_attempt_join(plan, stage->waiting);
        return;
    }
    stage->waiting =
        pt_attempt_new(plan, job, number, stage->try, known, known);
    pt_attempt_add_task(pt_attempt_at(plan, stage->waiting), task);
    pt_attempt_enqueue(plan, stage->waiting);
}
