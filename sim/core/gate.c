/* gate.c - whether a job with gangs may begin at all (Spark's checks at
 * submission). */
#include "core/books.h"

/* Slots for SPEC on all nodes that are there, as if nothing ran. */
static int64_t total_slots(const struct pt_plan *plan,
                           const struct pt_stage *spec)
{
    const struct pt_space *space = plan->space;
    int64_t sum = 0;

    if (!space->ops->slots)
        return (space->units - space->down) / space->ops->units(space, spec, 1);
    for (int32_t node = 0; node < space->config.nodes; node++)
        if (pt_has_hole(plan, PT_HOLE_EXCLUDED) ||
            !pt_excluded_has(&plan->excluded, space->config.node, node,
                             plan->now))
            sum += space->ops->slots(space, spec, node, PT_SLOTS_TOTAL);
    return sum;
}

bool pt_gate_is_narrow(const struct pt_plan *plan, const struct pt_stage *spec)
{
    return total_slots(plan, spec) < spec->ntasks;
}

static enum pt_cause check_stage(const struct pt_plan *plan,
                                 const struct pt_stage *spec)
{
    if (spec->mode != PT_GANG)
        return PT_CAUSE_NONE;
    if (plan->rules.dynamic)
        return PT_CAUSE_DYNAMIC;
    if (plan->rules.gate && pt_gate_is_narrow(plan, spec))
        return PT_CAUSE_SLOTS;
    return spec->flaw == PT_FLAW_CHAIN ? PT_CAUSE_CHAIN : PT_CAUSE_NONE;
}

enum pt_cause pt_gate_check(const struct pt_plan *plan,
                            const struct pt_job *job, int32_t *stage)
{
    /* The last stage first, then the others by their ancestors, as Spark makes
     * them. */
    for (int32_t i = 0; i < job->nstages; i++) {
        *stage = i == 0 ? job->nstages - 1 : i - 1;
        enum pt_cause cause = check_stage(plan, &job->stages[*stage]);
        if (cause != PT_CAUSE_NONE)
            return cause;
    }
    return PT_CAUSE_NONE;
}
