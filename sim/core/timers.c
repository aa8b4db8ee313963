/* timers.c - what is due without a fact: limits, holds, naps, looks. */
#include <stdio.h>

#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"

/* --- limits --- */

void pt_timers_stretch(struct pt_plan *plan)
{
    for (int32_t i = 0; i < plan->noverdue; i++) {
        struct pt_attempt *a = pt_attempt_at(plan, plan->overdue[i]);
        if (a->until > plan->now || a->released)
            continue;
        plan->space->ops->extend(plan->space, a, plan->now + 1);
        plan->broken = true;
    }
    if (plan->noverdue == 0 || !plan->space->ops->overbooked(plan->space))
        return;
    pt_plan_forget(plan);
    plan->lapsed = true;
}

/* Whether the attempt is killed for it. */
static bool limit_reached(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    bool kills = plan->config.limits == PT_LIMITS_KILL && !a->killing;

    if (a->ending >= a->placed - a->gone)
        return false; /* it ends now: that wins */
    if (kills) {
        pt_plan_decide(plan, PT_KILL, handle, PT_CAUSE_LIMIT);
        a->killing = true;
        a->cause = PT_CAUSE_LIMIT;
    }
    /* Until its end is told it keeps its place. */
    pt_vec_push(plan->overdue, plan->noverdue, plan->overdue_capacity, handle);
    a->overdue = plan->noverdue;
    return kills;
}

/* --- holds --- */

static bool is_dead(const struct pt_plan *plan)
{
    if (plan->nholders == 0 || plan->running > 0 || plan->space->down > 0)
        return false; /* what is down may come back */
    for (int32_t i = 0; i < plan->nholders; i++) {
        const struct pt_attempt *a = pt_attempt_at(plan, plan->holders[i]);
        int32_t missing = pt_attempt_ask(a);
        if (plan->space->ops->room(plan->space, a, missing) >= missing)
            return false;
    }
    return true;
}

void pt_deadlock_look(struct pt_plan *plan)
{
    struct pt_deadlock *first = &plan->counts.deadlock;
    bool was = plan->deadlocked;
    size_t used = 0;

    plan->deadlocked = is_dead(plan);
    if (!plan->deadlocked || was || plan->counts.deadlocks++ > 0)
        return;
    first->at = plan->now;
    first->gangs = plan->nholders;
    for (int32_t i = 0; i < plan->nholders && i < 8; i++) {
        const struct pt_attempt *a = pt_attempt_at(plan, plan->holders[i]);
        int n = snprintf(first->who + used, sizeof first->who - used,
                         "%sjob %lld holds %d of %d", used > 0 ? ", " : "",
                         (long long)pt_job_at(plan, a->job)->job->id, a->placed,
                         pt_attempt_count(a));
        used += (size_t)n < sizeof first->who - used ? (size_t)n : 0;
    }
}

static void hold_timed_out(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    pt_time wait = a->hold->backoff;

    pt_attempt_unhold(plan, handle, PT_CAUSE_TIMEOUT);
    plan->deadlocked = is_dead(plan);
    for (int32_t i = 0; i < a->hold->timeouts && wait < PT_TIME_NEVER / 2; i++)
        wait *= 2;
    a->hold->timeouts++;
    plan->counts.timeouts++;
    pt_job_record(plan, a->job)->timeouts++;
    if (a->hold->timeouts >= a->hold->tries) {
        wait = PT_TIME_NEVER;
        plan->counts.gave_up++;
    }
    if (wait == 0) {
        pt_attempt_enqueue(plan, handle);
        return;
    }
    pt_attempt_sleep(plan, handle, PT_NAP_BACKOFF,
                     pt_time_add(plan->now, wait));
}

/* --- the agenda --- */

static bool rank_less(const struct pt_plan *plan, int32_t a, int32_t b)
{
    if (a < PT_OWNERS || b < PT_OWNERS)
        return a < b;
    return pt_key_less(&pt_attempt_at(plan, a)->entry.key[PT_LANE_QUEUE],
                       &pt_attempt_at(plan, b)->entry.key[PT_LANE_QUEUE]);
}

/* Owners whose timers are due, in order of arrival rank, into late. */
static void collect(struct pt_core *core)
{
    struct pt_plan *plan = &core->plan;

    while (pt_agenda_next(&plan->agenda) <= plan->now) {
        int32_t owner = pt_agenda_pop(&plan->agenda);
        pt_attempt_at(plan, owner)->due = true;
        pt_vec_push(core->late, core->nlate, core->late_capacity, owner);
    }
    for (int32_t i = 1; i < core->nlate; i++) {
        int32_t owner = core->late[i], j = i;
        for (; j > 0 && rank_less(plan, owner, core->late[j - 1]); j--)
            core->late[j] = core->late[j - 1];
        core->late[j] = owner;
    }
}

/* How many of each attempt's tasks end now. */
static void count_endings(struct pt_plan *plan, const struct pt_fact *facts,
                          int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        if (facts[i].kind != PT_FACT_ENDED)
            continue;
        struct pt_attempt *a = pt_attempt_at(plan, facts[i].attempt);
        a->ending = facts[i].task < 0 ? a->placed : a->ending + 1;
    }
}

static void wake_up(struct pt_plan *plan, int32_t handle)
{
    switch (pt_attempt_at(plan, handle)->nap) {
    case PT_NAP_BACKOFF:
        pt_attempt_enqueue(plan, handle);
        return;
    case PT_NAP_RESUBMIT:
        pt_stage_resubmit(plan, handle);
        return;
    case PT_NAP_GATE:
        pt_job_look_again(plan, handle);
        return;
    }
}

int32_t pt_timers_early(struct pt_core *core, const struct pt_fact *facts,
                        int32_t n, bool *woken)
{
    struct pt_plan *plan = &core->plan;
    int32_t kept = 0, killed = 0;

    count_endings(plan, facts, n);
    collect(core);
    *woken = n == 0 && core->nlate == 0; /* the world asks of its own accord */
    for (int32_t i = 0; i < core->nlate; i++) {
        int32_t handle = core->late[i];
        /* One that woke before may have ended the job of this one. */
        if (!pt_attempt_at(plan, handle)->due)
            continue;
        switch (pt_attempt_at(plan, handle)->state) {
        case PT_ATTEMPT_NONE:
            pt_assert(handle == PT_OWNER_POLICY);
            plan->revive = true;
            *woken = true;
            break;
        case PT_ATTEMPT_ASLEEP:
            plan->asleep--;
            wake_up(plan, handle);
            *woken = true;
            break;
        case PT_ATTEMPT_FRESH:
            pt_unreachable();
            break;
        case PT_ATTEMPT_RUNNING:
            killed += limit_reached(plan, handle);
            break;
        case PT_ATTEMPT_WAITING:
            core->late[kept++] = handle;
            break;
        }
    }
    core->nlate = kept;
    *woken = pt_loss_end_rests(plan) || *woken;
    if (plan->revive_at <= plan->now)
        plan->revive = true;
    if (plan->look_at <= plan->now) {
        pt_copies_look(plan);
        *woken = true;
    }
    return killed;
}

bool pt_timers_late(struct pt_core *core)
{
    int32_t n = core->nlate;

    core->nlate = 0;
    for (int32_t i = 0; i < n; i++) {
        const struct pt_attempt *a = pt_attempt_at(&core->plan, core->late[i]);
        /* A pass of this instant may have completed it. */
        if (a->due && a->state == PT_ATTEMPT_WAITING && a->placed > 0)
            hold_timed_out(&core->plan, core->late[i]);
    }
    return n > 0;
}
