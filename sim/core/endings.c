/* endings.c - what is done when tasks of a stage that may be tried again end,
 * well or badly (Spark's TaskSetManager and DAGScheduler). */
#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"

/* Where the gang ran goes into its stage's record. */
static void keep_range(struct pt_plan *plan, const struct pt_attempt *a)
{
    struct pt_stage_record *record =
        &pt_stage_at(plan, a->job, a->stage)->record;

    record->range = plan->ranges.n;
    plan->space->ops->ranges(plan->space, &a->alloc, &plan->ranges);
    record->nranges = plan->ranges.n - record->range;
}

/* The newest attempt has failed; the stage is tried again, or its job is over.
 */
static void fail(struct pt_plan *plan, int32_t handle, enum pt_cause cause,
                 bool fatal)
{
    const struct pt_attempt *a = pt_attempt_at(plan, handle);
    int32_t job = a->job, number = a->stage;
    bool lost = cause == PT_CAUSE_NODE && plan->rules.requeue > PT_REQUEUE_HEAD;
    struct pt_job_book *book = pt_job_at(plan, job);
    struct pt_stage_book *stage = &book->stages[number];
    const struct pt_stage *spec = &book->job->stages[number];

    pt_stage_tell(plan, job, number, PT_FAILURE, cause);
    stage->failed++;
    if (stage->waiting) {
        pt_attempt_drop(plan, stage->waiting);
        stage->waiting = 0;
    }
    if (fatal)
        pt_job_abort(plan, job, PT_FAILED, PT_CAUSE_FAILURES);
    else if (stage->failed >= plan->rules.stage_attempts)
        pt_job_abort(plan, job, PT_FAILED, PT_CAUSE_ATTEMPTS);
    else if (spec->mode == PT_GANG && spec->result &&
             pt_has_hole(plan, PT_HOLE_RESULT))
        pt_job_abort(plan, job, PT_FAILED, PT_CAUSE_RESULT);
    else if (lost && plan->rules.requeue != PT_REQUEUE_TAIL) {
        plan->heir_of = handle;
        pt_stage_submit(plan, job, number);
        plan->heir_of = 0;
    } else {
        stage->behind = lost;
        pt_stage_pause(plan, job, number, PT_NAP_RESUBMIT,
                       plan->rules.resubmit);
    }
}

/* The attempt has failed already; Spark says so once more for each member. */
static void tell_again(struct pt_plan *plan, const struct pt_attempt *a,
                       int32_t members, enum pt_cause cause)
{
    bool newest = a->try == pt_stage_at(plan, a->job, a->stage)->try;

    if (!a->failed || !newest || pt_job_at(plan, a->job)->over ||
        !pt_has_hole(plan, PT_HOLE_REPEATS))
        return;
    pt_stage_at(plan, a->job, a->stage)->record.again = true;
    for (int32_t i = 0; i < members; i++)
        pt_stage_tell(plan, a->job, a->stage, PT_FAILURE, cause);
}

/* A member of a running gang failed: all of it is tried again. */
static void fail_gang(struct pt_plan *plan, int32_t handle,
                      const struct pt_fact *fact, enum pt_cause cause)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    bool fetch = fact && fact->fault == PT_FAULT_FETCH;
    bool fatal = fact && fact->fault == PT_FAULT_FATAL;

    if (!pt_attempt_is_newest(plan, a)) {
        tell_again(plan, a, 1, cause);
        return;
    }
    a->failed = true;
    if (a->barrier) /* those who wait hear nothing any more */
        pt_meet_stop_clock(plan, handle);
    keep_range(plan, a);
    pt_stage_at(plan, a->job, a->stage)->record.waited +=
        pt_meet_pending(plan, a);
    pt_outputs_forget(plan, a->job, a->stage);
    fail(plan, handle, cause, fatal);
    if (a->killing || pt_job_at(plan, a->job)->over ||
        (fetch && pt_has_hole(plan, PT_HOLE_FETCH)) ||
        a->ending >= a->placed - a->gone)
        return;
    pt_plan_decide(plan, PT_KILL, handle, PT_CAUSE_MEMBER);
    a->killing = true;
    a->cause = PT_CAUSE_MEMBER;
}

/* A task could not read what PARENT left: that is made again, then the stage's
 * next attempt. */
static void fail_fetch(struct pt_plan *plan, int32_t handle,
                       const struct pt_fact *fact)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    struct pt_job_book *book = pt_job_at(plan, a->job);
    int32_t parent = fact->parent;

    if (a->try != pt_stage_at(plan, a->job, a->stage)->try)
        return;
    pt_assert(parent >= 0 && parent < a->stage);
    if (book->stages[parent].tasks) {
        if (book->job->stages[parent].mode == PT_GANG)
            pt_outputs_forget(plan, a->job, parent);
        else
            pt_output_forget(plan, a->job, parent, fact->output);
    }
    if (a->mode == PT_GANG)
        fail_gang(plan, handle, fact, PT_CAUSE_MEMBER);
    else if (pt_attempt_is_newest(plan, a))
        fail(plan, handle, PT_CAUSE_NONE, false);
}

/* Other launches of a task that has succeeded are of no use. */
static void kill_copies(struct pt_plan *plan, const struct pt_attempt *done)
{
    const struct pt_stage_book *stage =
        pt_stage_at(plan, done->job, done->stage);

    if (stage->tasks[done->task].running == 0)
        return;
    for (int32_t handle = PT_OWNERS; handle < plan->attempts.top; handle++) {
        struct pt_attempt *a = pt_attempt_at(plan, handle);
        if (a == done || a->state != PT_ATTEMPT_RUNNING || a->killing ||
            a->job != done->job || a->stage != done->stage ||
            a->try != done->try || a->task != done->task || a->ending > 0)
            continue;
        pt_plan_decide(plan, PT_KILL, handle, PT_CAUSE_COPY);
        a->killing = true;
        a->cause = PT_CAUSE_COPY;
    }
}

/* A task of a parallel stage failed: it is launched again, or too often. */
static void fail_task(struct pt_plan *plan, int32_t handle,
                      const struct pt_fact *fact)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);
    struct pt_task_book *task = &stage->tasks[a->task];

    if (fact->fault == PT_FAULT_FETCH) {
        fail_fetch(plan, handle, fact);
        return;
    }
    if (!pt_attempt_is_newest(plan, a) || task->output != PT_OUTPUT_NONE)
        return;
    task->failures += fact->fault != PT_FAULT_EXCUSED;
    if (plan->rules.exclude && fact->fault == PT_FAULT_ERROR)
        pt_failures_add(&stage->failures, a->task, pt_attempt_node(a, 0));
    if (fact->fault != PT_FAULT_FATAL &&
        task->failures < plan->rules.task_failures) {
        if (task->running == 0) /* else another launch of it is at work */
            pt_stage_add_task(plan, a->job, a->stage, a->task);
        return;
    }
    pt_stage_tell(plan, a->job, a->stage, PT_FAILURE, PT_CAUSE_FAILURES);
    pt_job_abort(plan, a->job, PT_FAILED, PT_CAUSE_FAILURES);
}

/* Whether anything of the newest attempt waits or runs. */
static bool is_at_work(const struct pt_plan *plan, int32_t job, int32_t number)
{
    const struct pt_stage_book *stage = pt_stage_at(plan, job, number);

    if (stage->waiting || stage->running > 0)
        return true;
    for (int32_t handle = PT_OWNERS; handle < plan->attempts.top; handle++) {
        const struct pt_attempt *a = pt_attempt_at(plan, handle);
        if (a->state != PT_ATTEMPT_NONE && a->job == job && a->stage == number)
            return true;
    }
    return false;
}

/* Something of the stage has ended. */
static void settle(struct pt_plan *plan, int32_t job, int32_t number)
{
    struct pt_stage_book *stage = pt_stage_at(plan, job, number);

    if (stage->open && stage->left == 0) {
        pt_stage_done(plan, job, number);
    } else if (stage->open && !is_at_work(plan, job, number)) {
        /* It did its part, but what was there before has been lost since. */
        pt_stage_tell(plan, job, number, PT_SUCCESS, PT_CAUSE_NONE);
        stage->failed = 0;
        pt_stage_submit(plan, job, number);
    }
    pt_job_settle(plan, job);
}

static void finish(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    int32_t job = a->job, number = a->stage;

    if (a->barrier && pt_attempt_is_newest(plan, a))
        pt_meet_stop_clock(plan, handle);
    pt_job_note_allocation(plan, a);
    pt_attempt_free(plan, handle);
    settle(plan, job, number);
}

/* What of its time a task that is done again need not do again. */
static pt_time spared_of(const struct pt_progress *progress)
{
    return progress->restart + progress->checkpoint + progress->saved;
}

/* It was killed; with its node not for ever. */
static void launch_again(struct pt_plan *plan, const struct pt_attempt *a,
                         struct pt_task_book *task)
{
    int64_t most = plan->rules.losses;

    task->losses += a->cause == PT_CAUSE_NODE;
    if (most == 0 || task->losses < most) {
        pt_stage_add_task(plan, a->job, a->stage, a->task);
        return;
    }
    pt_stage_tell(plan, a->job, a->stage, PT_FAILURE, PT_CAUSE_LOSSES);
    pt_job_abort(plan, a->job, PT_FAILED, PT_CAUSE_LOSSES);
}

static void task_ended(struct pt_plan *plan, int32_t handle,
                       const struct pt_fact *fact)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);
    struct pt_task_book *task = &stage->tasks[a->task];
    bool kept = fact->outcome == PT_SUCCESS && task->output == PT_OUTPUT_NONE;

    if (!a->released && !a->vacant)
        pt_attempt_release(plan, handle, -1);
    if (a->try == stage->try)
        task->running--;
    if (kept) {
        pt_output_keep(plan, a, 0, spared_of(&fact->progress));
        if (pt_attempt_is_newest(plan, a))
            pt_median_add(&stage->lengths, plan->now - a->start);
        kill_copies(plan, a);
        pt_output_strike(plan, a->job, a->stage, a->task);
    } else if (fact->outcome == PT_FAILURE) {
        stage->record.failures += a->try == stage->try;
        fail_task(plan, handle, fact);
    } else if (fact->outcome == PT_KILLED && pt_attempt_is_newest(plan, a) &&
               task->output == PT_OUTPUT_NONE && task->running == 0) {
        launch_again(plan, a, task);
    }
    pt_job_spend(
        plan, a, &(struct pt_part){.ntasks = 1, .progress = fact->progress},
        fact->outcome,
        !kept && (a->cause == PT_CAUSE_COPY || !pt_job_at(plan, a->job)->over));
    finish(plan, handle);
}

/* The members that end with a fact: INDEX, or all that are left (-1). */
static bool is_of(const struct pt_attempt *a, int32_t index, int32_t i)
{
    return index < 0 ? !pt_attempt_has_ended(a, i) : i == index;
}

/* What each of those who end now has waited: told for each, or in sum, of which
 * all have even shares then.  The caller frees. */
static pt_time *take_waits(struct pt_attempt *a, const struct pt_fact *fact,
                           int32_t index)
{
    pt_time *waited = pt_alloc((size_t)a->placed + 1, sizeof *waited);
    int32_t left = a->placed - a->gone;

    for (int32_t i = 0; i < a->placed; i++)
        if (is_of(a, index, i)) {
            pt_time even = a->waited / left--;
            waited[i] = pt_meet_take(
                a, i, index >= 0 && fact->own ? fact->waited : even);
        }
    return waited;
}

/* Of WHOLE, an even share for each of those who end now, but no more than the
 * time that he did not wait.  The caller frees. */
static pt_time *share_out(const struct pt_attempt *a, int32_t index,
                          pt_time passed, const pt_time *waited, pt_time whole)
{
    pt_time *part = pt_alloc((size_t)a->placed + 1, sizeof *part);
    int32_t left = index < 0 ? a->placed - a->gone : 1;

    for (int32_t round = 0; round < 2 && whole > 0; round++)
        for (int32_t i = 0; i < a->placed; i++) {
            if (!is_of(a, index, i))
                continue;
            pt_time most = passed - waited[i] - part[i];
            pt_time even = left > 0 ? whole / left-- : whole;
            part[i] += even < most ? even : most;
            whole -= even < most ? even : most;
        }
    pt_assert(whole == 0);
    return part;
}

static void move_time(pt_time *from, pt_time *to, pt_time *most)
{
    pt_time n = *from < *most ? *from : *most;

    *from -= n;
    *to += n;
    *most -= n;
}

/* What members of a gang that ended well have left is kept, if KEEPS, unless
 * another launch was faster. */
static void count_members(struct pt_plan *plan, struct pt_attempt *a,
                          const struct pt_fact *fact, int32_t index, bool keeps,
                          struct pt_part *kept, struct pt_part *rest)
{
    struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);
    bool newest = pt_attempt_is_newest(plan, a);
    pt_time *waited = take_waits(a, fact, index), spared = 0;
    pt_time *part = share_out(a, index, plan->now - a->start, waited,
                              spared_of(&fact->progress));

    rest->progress = fact->progress;
    for (int32_t i = 0; i < a->placed; i++) {
        int32_t number = pt_attempt_task(a, i);
        if (!is_of(a, index, i))
            continue;
        bool keep = keeps && stage->tasks[number].output == PT_OUTPUT_NONE;
        (keep ? kept : rest)->ntasks++;
        (keep ? kept : rest)->waited += waited[i];
        spared += keep ? part[i] : 0;
        if (keep)
            pt_output_keep(plan, a, i, waited[i] + part[i]);
        if (keep && !newest)
            pt_output_strike(plan, a->job, a->stage, number);
    }
    move_time(&rest->progress.restart, &kept->progress.restart, &spared);
    move_time(&rest->progress.checkpoint, &kept->progress.checkpoint, &spared);
    move_time(&rest->progress.saved, &kept->progress.saved, &spared);
    pt_free(waited);
    pt_free(part);
}

static void gang_failed(struct pt_plan *plan, int32_t handle, int32_t index,
                        const struct pt_fact *fact)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);

    if (fact->outcome == PT_KILLED) {
        fail_gang(plan, handle, NULL, PT_CAUSE_NODE);
        return;
    }
    stage->record.failures += a->try == stage->try;
    if (plan->rules.exclude && !pt_has_hole(plan, PT_HOLE_BLIND) &&
        fact->fault == PT_FAULT_ERROR)
        pt_failures_add(&stage->failures,
                        pt_attempt_task(a, index < 0 ? 0 : index),
                        pt_attempt_node(a, index < 0 ? 0 : index));
    if (fact->fault == PT_FAULT_FETCH)
        fail_fetch(plan, handle, fact);
    else
        fail_gang(plan, handle, fact, PT_CAUSE_MEMBER);
}

static void gang_ended(struct pt_plan *plan, int32_t handle,
                       const struct pt_fact *fact)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    int32_t left = a->placed - a->gone;
    int32_t index = fact->task < 0 ? -1 : pt_attempt_index(a, fact->task);
    bool last = index < 0 || left == 1;
    bool newest = pt_attempt_is_newest(plan, a);
    bool keeps = fact->outcome == PT_SUCCESS &&
                 (newest || pt_has_hole(plan, PT_HOLE_LATE));
    struct pt_part kept = {0}, rest = {0};

    pt_assert(index < a->placed && (index < 0 || is_of(a, -1, index)));
    if (!a->released && !a->vacant)
        pt_attempt_release(plan, handle, last ? -1 : index);
    a->vacant = false;
    count_members(plan, a, fact, last ? -1 : index, keeps, &kept, &rest);
    if (fact->outcome == PT_FAILURE ||
        (fact->outcome == PT_KILLED && a->cause == PT_CAUSE_NODE))
        gang_failed(plan, handle, index, fact);
    else if (fact->outcome == PT_KILLED)
        tell_again(plan, a, rest.ntasks, PT_CAUSE_MEMBER);
    if (kept.ntasks > 0)
        pt_job_spend(plan, a, &kept, fact->outcome, false);
    if (rest.ntasks > 0)
        pt_job_spend(plan, a, &rest, fact->outcome,
                     !pt_job_at(plan, a->job)->over);
    if (last) {
        if (newest && keeps)
            keep_range(plan, a);
        finish(plan, handle);
        return;
    }
    pt_attempt_part(a);
    a->members[index].ended = plan->now;
    a->gone++;
    a->ending--;
    settle(plan, a->job, a->stage);
}

/* What ran to its limit ends its job. */
static void stop_at_limit(struct pt_plan *plan, const struct pt_attempt *a)
{
    if (pt_attempt_is_newest(plan, a)) {
        if (a->mode == PT_GANG)
            pt_stage_at(plan, a->job, a->stage)->record.waited +=
                pt_meet_pending(plan, a);
        pt_stage_tell(plan, a->job, a->stage, PT_KILLED, PT_CAUSE_LIMIT);
    }
    pt_job_abort(plan, a->job, PT_LIMIT, PT_CAUSE_NONE);
}

void pt_stage_ended(struct pt_plan *plan, const struct pt_fact *fact)
{
    int32_t handle = fact->attempt;
    const struct pt_attempt *a = pt_attempt_at(plan, handle);
    bool lost = fact->outcome == PT_KILLED && a->cause == PT_CAUSE_NODE;

    if (fact->outcome == PT_KILLED && a->cause == PT_CAUSE_LIMIT)
        stop_at_limit(plan, a);
    if (a->mode == PT_GANG)
        gang_ended(plan, handle, fact);
    else
        task_ended(plan, handle, fact);
    /* After a node failure promises are made anew, the next try's too. */
    if (lost ||
        (plan->space->down > 0 && plan->space->ops->overbooked(plan->space)))
        pt_plan_forget(plan);
}
