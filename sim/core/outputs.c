/* outputs.c - what tasks have left for other stages, and when it is lost. */
#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"

void pt_output_revise(struct pt_plan *plan, int32_t job, int32_t stage,
                      int32_t task)
{
    struct pt_job_book *book = pt_job_at(plan, job);
    struct pt_task_book *its = &book->stages[stage].tasks[task];
    const struct pt_space *space = plan->space;
    int64_t slots = pt_plan_amount(
        plan,
        space->ops->units(space, &book->job->stages[stage], 1) * space->grain);

    if (its->end == its->start)
        return;
    pt_job_record(plan, job)->useful -= its->end - its->start - its->spared;
    pt_job_record(plan, job)->lost +=
        pt_plan_slot_time(plan, slots * (its->end - its->start - its->spared));
    pt_vec_push(plan->spent, plan->step.nspent, plan->spent_capacity,
                ((struct pt_spent){.start = its->start,
                                   .end = its->end,
                                   .slots = slots,
                                   .waited = slots * its->spared,
                                   .outcome = PT_SUCCESS,
                                   .redone = true,
                                   .revised = true}));
    its->start = its->end;
}

void pt_output_forget(struct pt_plan *plan, int32_t job, int32_t stage,
                      int32_t task)
{
    struct pt_stage_book *book = pt_stage_at(plan, job, stage);

    if (book->tasks[task].output == PT_OUTPUT_NONE)
        return;
    book->tasks[task].output = PT_OUTPUT_NONE;
    book->left++;
    book->done = false;
}

void pt_outputs_forget(struct pt_plan *plan, int32_t job, int32_t stage)
{
    int32_t ntasks = pt_job_at(plan, job)->job->stages[stage].ntasks;

    for (int32_t k = 0; k < ntasks; k++)
        pt_output_forget(plan, job, stage, k);
}

void pt_output_keep(struct pt_plan *plan, const struct pt_attempt *a,
                    int32_t index, pt_time spared)
{
    struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);
    int32_t number = pt_attempt_task(a, index);
    struct pt_task_book *task = &stage->tasks[number];

    pt_output_revise(plan, a->job, a->stage, number);
    task->failures = task->losses = 0;
    task->output = plan->rules.local_outputs && !a->spec->result
                       ? pt_attempt_node(a, index)
                       : PT_OUTPUT_SAFE;
    task->start = a->start;
    task->end = plan->now;
    task->spared = spared;
    stage->left--;
}

void pt_output_strike(struct pt_plan *plan, int32_t job, int32_t number,
                      int32_t task)
{
    struct pt_stage_book *stage = pt_stage_at(plan, job, number);
    struct pt_attempt *a = pt_attempt_at(plan, stage->waiting);

    if (!stage->waiting || a->placed > 0 || pt_job_at(plan, job)->over)
        return;
    bool queued = pt_attempt_pull(plan, stage->waiting);
    int32_t index = pt_attempt_index(a, task);
    if (index >= 0 && index < pt_attempt_count(a))
        pt_attempt_take_task(a, index);
    int32_t copy = a->listed ? pt_attempt_index(a, ~task) : -1;
    if (copy >= 0)
        pt_attempt_take_task(a, copy);
    if (pt_attempt_count(a) == 0) {
        pt_attempt_drop(plan, stage->waiting);
        stage->waiting = 0;
    } else if (queued) {
        pt_attempt_join(plan, pt_stage_at(plan, job, number)->waiting);
    }
}

void pt_outputs_lose(struct pt_plan *plan, int32_t node)
{
    for (int32_t job = 0; job < plan->jobs.top; job++) {
        struct pt_job_book *book = pt_job_at(plan, job);
        if (!book->job || !book->stages || book->over)
            continue;
        for (int32_t i = 0; i < book->job->nstages; i++) {
            struct pt_stage_book *stage = &book->stages[i];
            const struct pt_stage *spec = &book->job->stages[i];
            if (stage->done && stage->children == 0)
                continue; /* nobody reads it */
            for (int32_t k = 0; stage->tasks && k < spec->ntasks; k++) {
                if (stage->tasks[k].output != node)
                    continue;
                pt_output_forget(plan, job, i, k);
                if (stage->open && spec->mode == PT_PARALLEL &&
                    stage->tasks[k].running == 0)
                    pt_stage_add_task(plan, job, i, k);
            }
        }
    }
}
