/* copies.c - slow tasks get a second launch. */
#include "base/vec.h"
#include "core/books.h"

/* When A will have run for so long that a copy pays; PT_TIME_NEVER: it has one,
 * or too few others have ended. */
static pt_time slow_from(const struct pt_plan *plan, const struct pt_attempt *a)
{
    const struct pt_stage_book *stage;

    if (a->state != PT_ATTEMPT_RUNNING || a->mode != PT_PARALLEL ||
        !a->spec->retries || a->killing)
        return PT_TIME_NEVER;
    stage = pt_stage_at(plan, a->job, a->stage);
    if (!stage->open || a->try != stage->try || a->copy ||
        stage->tasks[a->task].running != 1 ||
        stage->tasks[a->task].output != PT_OUTPUT_NONE)
        return PT_TIME_NEVER;
    if (stage->waiting) {
        const struct pt_attempt *w = pt_attempt_at(plan, stage->waiting);
        if (w->listed && pt_attempt_index(w, ~a->task) >= 0)
            return PT_TIME_NEVER;
    }
    pt_time threshold =
        pt_speculate_threshold(&plan->rules, &stage->lengths, a->spec->ntasks);
    return threshold == PT_TIME_NEVER ? PT_TIME_NEVER
                                      : pt_time_add(a->start, threshold + 1);
}

void pt_copies_look(struct pt_plan *plan)
{
    int32_t top = plan->attempts.top;

    for (int32_t handle = PT_OWNERS; handle < top; handle++) {
        const struct pt_attempt *a = pt_attempt_at(plan, handle);
        if (slow_from(plan, a) <= plan->now)
            pt_stage_add_task(plan, a->job, a->stage, ~a->task);
    }
}

void pt_copies_plan_next(struct pt_plan *plan)
{
    pt_time first = PT_TIME_NEVER, every = plan->rules.speculation_interval;

    for (int32_t handle = PT_OWNERS; handle < plan->attempts.top; handle++) {
        pt_time at = slow_from(plan, pt_attempt_at(plan, handle));
        first = at < first ? at : first;
    }
    if (first < PT_TIME_NEVER) {
        /* The next look at or after that: looks keep time from the start. */
        first = first > plan->now ? first : plan->now + 1;
        pt_time past = (first - plan->first + every - 1) / every;
        first = plan->first + past * every;
    }
    plan->look_at = first;
}
