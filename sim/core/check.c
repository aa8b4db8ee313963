/* check.c - the census, and a recount of every book. */
#include "base/assert.h"
#include "core/books.h"

const char *const pt_core_invariants[] = {
    "capacity is never exceeded",
    "a gang starts whole",
    "no start is later than its first promise (promises kept or depth=1)",
    "every job that was submitted ends once: done, rejected or unfinished",
    "the ledger's classes sum to slots x window",
    NULL};

static bool fits_now(const struct pt_plan *plan, pt_waiting w)
{
    const struct pt_attempt *a = pt_attempt_at(plan, w);
    int32_t ask = pt_attempt_ask(a);

    return plan->space->ops->room(plan->space, a, ask) == ask;
}

/* Whether something that waits could be placed now, promises left aside;
 * *barred: and a notice forbids it. */
static bool any_fits(const struct pt_plan *plan, bool *barred)
{
    struct pt_space *space = plan->space;
    pt_waiting w = -1;
    bool any = false;

    *barred = false;
    while ((!any || space->notices > 0) && !*barred &&
           (w = pt_plan_next(plan, w)) >= 0) {
        space->unaware = true;
        bool fits = fits_now(plan, w);
        space->unaware = false;
        any = any || fits;
        *barred = fits && space->notices > 0 && !fits_now(plan, w);
    }
    return any;
}

/* Why what is free is free. */
static enum pt_reason reason(const struct pt_plan *plan)
{
    const struct pt_space *space = plan->space;

    if (pt_pending_count(&plan->pending) == 0) {
        if (plan->nrecovering > 0)
            return PT_SHORT; /* they took what they could use */
        return plan->asleep > 0 ? PT_BLOCKED : PT_IDLE;
    }
    if (pt_pending_least_width(&plan->pending) > space->free)
        return PT_SHORT;
    if (space->config.named) {
        bool barred;
        if (!any_fits(plan, &barred))
            return PT_FRAG;
        if (barred)
            return PT_DRAIN; /* a notice is a promise, too */
    }
    return space->promises > 0 || plan->lapsed ? PT_DRAIN : PT_BLOCKED;
}

void pt_core_census(const struct pt_core *core, struct pt_census *census)
{
    const struct pt_plan *plan = &core->plan;
    const struct pt_space *space = plan->space;
    int64_t grain = space->grain;
    int64_t planned = pt_loss_planned(plan);

    *census = (struct pt_census){
        .thousandths = plan->config.thousandths,
        .slots = pt_plan_amount(plan, space->units * grain),
        .down = pt_plan_amount(plan, space->down * grain) -
                pt_plan_amount(plan, planned * grain),
        .maintenance = pt_plan_amount(plan, planned * grain),
        .held = pt_plan_amount(plan, plan->held),
        .barrier = pt_plan_amount(plan, plan->meeting),
        .running = pt_plan_amount(plan, plan->running - plan->meeting),
        .reason = space->free > 0 ? reason(plan) : PT_IDLE,
        .waiting =
            pt_pending_count(&plan->pending) + plan->nrecovering + plan->asleep,
        .waiting_slots = pt_plan_amount(plan, plan->waiting_units * grain)};
    /* Fractions of a slot count as free, so that the parts make the whole. */
    census->free = census->slots - census->down - census->maintenance -
                   census->held - census->barrier - census->running;
}

void pt_core_check(const struct pt_core *core)
{
    const struct pt_plan *plan = &core->plan;
    const struct pt_space *space = plan->space;
    int64_t held = 0, running = 0, waiting = 0, booked = 0, units = 0;

    space->ops->check(space);
    for (int32_t handle = PT_OWNERS; handle < plan->attempts.top; handle++) {
        const struct pt_attempt *a = pt_attempt_at(plan, handle);
        if (a->state == PT_ATTEMPT_NONE)
            continue;
        pt_assert(pt_job_at(plan, a->job)->job);
        int64_t taken = space->ops->units(space, a->spec, a->placed - a->gone);
        if (a->placed == a->gone)
            taken = 0;
        if (a->state == PT_ATTEMPT_RUNNING)
            running += a->released ? 0 : taken;
        else
            held += taken;
        waiting += a->state == PT_ATTEMPT_WAITING;
        booked += a->booked;
        units += taken;
    }
    pt_assert(units + space->free + space->down == space->units);
    pt_assert(running * space->grain == plan->running);
    pt_assert(held * space->grain == plan->held);
    pt_assert(waiting == pt_pending_count(&plan->pending) + plan->nrecovering);
    pt_assert(booked == space->promises);
}
