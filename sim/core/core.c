#include "core/core.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"

/* --- life -------------------------------------------------------------------
 */

struct pt_core *pt_core_new(const struct pt_core_config *config)
{
    struct pt_core *core = pt_alloc(1, sizeof *core);
    struct pt_plan *plan = &core->plan;

    plan->config = *config;
    config->policy->upkeep(config->policy_state, &plan->upkeep);
    struct pt_space_config space = {.nodes = config->nodes,
                                    .size = config->size,
                                    .named = config->named,
                                    .exclusive = config->exclusive,
                                    .promises = plan->upkeep.promises,
                                    .place = config->place,
                                    .place_state = config->place_state};
    const struct pt_space_ops *ops =
        config->named ? &pt_space_named : &pt_space_counted;
    plan->space = ops->open(&space);
    pt_pending_init(&plan->pending,
                    plan->upkeep.order == PT_ORDER_FIFO ? 1 : PT_LANES);
    pt_agenda_init(&plan->agenda);
    pt_agenda_init(&plan->promised);
    pt_slab_init(&plan->attempts, sizeof(struct pt_attempt));
    pt_slab_init(&plan->jobs, sizeof(struct pt_job_book));
    pt_slab_take(&plan->attempts); /* number 0 is the policy's own timer */
    plan->now = INT64_MIN;
    plan->last_rank = -1;
    return core;
}

void pt_core_free(struct pt_core *core)
{
    struct pt_plan *plan = &core->plan;

    for (int32_t i = 0; i < plan->attempts.top; i++) {
        struct pt_attempt *a = pt_attempt_at(plan, i);
        pt_free(a->alloc.ranges);
        pt_free(a->spot.ranges);
        pt_free(a->ended);
    }
    for (int32_t i = 0; i < plan->jobs.top; i++) {
        struct pt_job_book *book = pt_job_at(plan, i);
        if (book->job && book->missing != book->alone)
            pt_free(book->missing);
    }
    pt_slab_fini(&plan->attempts);
    pt_slab_fini(&plan->jobs);
    pt_agenda_fini(&plan->agenda);
    pt_agenda_fini(&plan->promised);
    pt_pending_fini(&plan->pending);
    plan->space->ops->close(plan->space);
    pt_free(plan->holders);
    pt_free(plan->due);
    pt_free(plan->overdue);
    pt_free(plan->pools);
    pt_free(plan->by_name);
    pt_free(plan->ranked);
    pt_free(plan->decisions);
    pt_free(plan->records);
    pt_free(plan->spent);
    pt_free(plan->ranges.ranges);
    pt_free(core->ended);
    pt_free(core);
}

/* --- one instant ------------------------------------------------------------
 */

static void begin(struct pt_plan *plan, pt_time now,
                  const struct pt_fact *facts, int32_t n)
{
    pt_assert(now >= plan->now);
    plan->now = now;
    plan->step = (struct pt_step){.now = now, .facts = facts, .nfacts = n};
    plan->ranges.n = 0;
    plan->stairs_known = false;
    plan->space->ops->advance(plan->space, now);
    plan->counts.steps++;
}

/* What was to have ended by now and has not will end as soon as can be. */
static void stretch(struct pt_plan *plan)
{
    for (int32_t i = 0; i < plan->noverdue; i++) {
        struct pt_attempt *a = pt_attempt_at(plan, plan->overdue[i]);
        if (a->until <= plan->now && !a->released)
            plan->space->ops->extend(plan->space, a, plan->now + 1);
    }
    if (plan->noverdue > 0 && plan->space->ops->overbooked(plan->space)) {
        plan->broken = true;
        pt_plan_forget(plan);
    }
}

static void limit_reached(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    if (plan->config.limits == PT_LIMITS_KILL) {
        if (!a->killing)
            pt_plan_decide(plan, PT_KILL, handle, PT_CAUSE_LIMIT);
        a->killing = true;
        a->cause = PT_CAUSE_LIMIT;
    }
    if (a->overdue == 0) {
        pt_vec_push(plan->overdue, plan->noverdue, plan->overdue_capacity,
                    handle);
        a->overdue = plan->noverdue;
    }
}

static void hold_timed_out(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    pt_time wait = a->backoff;

    pt_attempt_unhold(plan, handle, PT_CAUSE_TIMEOUT);
    for (int32_t i = 0; i < a->timeouts && wait < PT_TIME_NEVER / 2; i++)
        wait *= 2;
    a->timeouts++;
    plan->counts.timeouts++;
    pt_job_at(plan, a->job)->record.timeouts++;
    if (a->timeouts >= a->tries) {
        wait = PT_TIME_NEVER;
        plan->counts.gave_up++;
    }
    if (wait == 0) {
        pt_attempt_enqueue(plan, handle);
        return;
    }
    plan->asleep++;
    pt_agenda_set(&plan->agenda, handle, pt_time_add(plan->now, wait));
}

static void timer_fires(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    switch (a->state) {
    case PT_ATTEMPT_NONE:
        pt_assert(handle == PT_OWNER_POLICY);
        return;
    case PT_ATTEMPT_ASLEEP:
        plan->asleep--;
        pt_attempt_enqueue(plan, handle);
        return;
    case PT_ATTEMPT_RUNNING:
        limit_reached(plan, handle);
        return;
    case PT_ATTEMPT_WAITING:
        hold_timed_out(plan, handle);
        return;
    }
}

static bool rank_less(const struct pt_plan *plan, int32_t a, int32_t b)
{
    if (a == PT_OWNER_POLICY || b == PT_OWNER_POLICY)
        return a < b;
    return pt_key_less(&pt_attempt_at(plan, a)->entry.key[PT_LANE_QUEUE],
                       &pt_attempt_at(plan, b)->entry.key[PT_LANE_QUEUE]);
}

/* Timers of one instant act in order of arrival rank.  Returns whether any did.
 */
static bool fire(struct pt_core *core)
{
    struct pt_plan *plan = &core->plan;
    int32_t n = 0;

    while (pt_agenda_next(&plan->agenda) <= plan->now)
        pt_vec_push(core->ended, n, core->ended_capacity,
                    pt_agenda_pop(&plan->agenda));
    for (int32_t i = 1; i < n; i++) {
        int32_t owner = core->ended[i], j = i;
        for (; j > 0 && rank_less(plan, owner, core->ended[j - 1]); j--)
            core->ended[j] = core->ended[j - 1];
        core->ended[j] = owner;
    }
    for (int32_t i = 0; i < n; i++)
        timer_fires(plan, core->ended[i]);
    return n > 0;
}

static void node_down(struct pt_plan *plan, int32_t node)
{
    struct pt_space *space = plan->space;

    for (int32_t handle = 1; handle < plan->attempts.top; handle++) {
        struct pt_attempt *a = pt_attempt_at(plan, handle);
        if (a->state == PT_ATTEMPT_NONE || a->placed == 0 ||
            !space->ops->touches(space, a, node))
            continue;
        if (a->state == PT_ATTEMPT_RUNNING) {
            if (!a->killing)
                pt_plan_decide(plan, PT_KILL, handle, PT_CAUSE_NODE);
            a->killing = true;
            a->cause = PT_CAUSE_NODE;
        } else {
            pt_attempt_unhold(plan, handle, PT_CAUSE_NODE);
            pt_attempt_enqueue(plan, handle);
        }
    }
    space->ops->node_down(space, node);
    plan->broken = true;
    pt_plan_forget(plan);
}

static void apply(struct pt_plan *plan, const struct pt_fact *fact)
{
    switch (fact->kind) {
    case PT_FACT_ENDED:
        pt_job_ended(plan, fact);
        return;
    case PT_FACT_NODE_UP:
        plan->space->ops->node_up(plan->space, fact->node);
        return;
    case PT_FACT_NODE_DOWN:
        node_down(plan, fact->node);
        return;
    case PT_FACT_SUBMITTED:
        pt_job_submit(plan, fact->job);
        return;
    }
}

static void look_for_deadlock(struct pt_plan *plan)
{
    bool dead = plan->nholders > 0 && plan->running == 0;
    struct pt_deadlock *first = &plan->counts.deadlock;
    size_t used = 0;

    for (int32_t i = 0; dead && i < plan->nholders; i++)
        dead = pt_attempt_at(plan, plan->holders[i])->entry.width >
               plan->space->free;
    bool fresh = dead && !plan->deadlocked;
    plan->deadlocked = dead;
    if (!fresh || plan->counts.deadlocks++ > 0)
        return;
    first->at = plan->now;
    first->gangs = plan->nholders;
    for (int32_t i = 0; i < plan->nholders && i < 8; i++) {
        const struct pt_attempt *a = pt_attempt_at(plan, plan->holders[i]);
        int n = snprintf(first->who + used, sizeof first->who - used,
                         "%sjob %lld holds %d of %d", used > 0 ? ", " : "",
                         (long long)pt_job_at(plan, a->job)->job->id, a->placed,
                         a->task_end - a->task);
        used += (size_t)n < sizeof first->who - used ? (size_t)n : 0;
    }
}

static void pass(struct pt_plan *plan)
{
    plan->config.policy->schedule(plan->config.policy_state, plan);
    plan->counts.passes++;
    pt_assert(plan->space->free >= 0);
    plan->counts.checks++; /* capacity is not exceeded */
}

/* The endings among FACTS, in the order in which the attempts were started. */
static int32_t sort_ended(struct pt_core *core, const struct pt_fact *facts,
                          int32_t n)
{
    const struct pt_plan *plan = &core->plan;
    int32_t count = 0;

    for (int32_t i = 0; i < n; i++) {
        if (facts[i].kind != PT_FACT_ENDED)
            continue;
        pt_vec_reserve(core->ended, core->ended_capacity, count + 1);
        int64_t serial = pt_attempt_at(plan, facts[i].attempt)->serial;
        int32_t j = count++;
        for (; j > 0; j--) {
            const struct pt_fact *other = &facts[core->ended[j - 1]];
            int64_t its = pt_attempt_at(plan, other->attempt)->serial;
            if (its < serial || (its == serial && other->task <= facts[i].task))
                break;
            core->ended[j] = core->ended[j - 1];
        }
        core->ended[j] = i;
    }
    return count;
}

/* Who ends at the very instant that was predicted holds no slot any more. */
static void release_punctual(struct pt_core *core, const struct pt_fact *facts,
                             int32_t nended)
{
    struct pt_plan *plan = &core->plan;

    for (int32_t i = 0; i < nended; i++) {
        const struct pt_fact *fact = &facts[core->ended[i]];
        struct pt_attempt *a = pt_attempt_at(plan, fact->attempt);
        if (fact->task < 0 && !a->released && a->until <= plan->now)
            pt_attempt_release(plan, fact->attempt, -1);
    }
}

static void apply_ended(struct pt_core *core, const struct pt_fact *facts,
                        int32_t nended, bool passes)
{
    for (int32_t i = 0; i < nended; i++) {
        apply(&core->plan, &facts[core->ended[i]]);
        if (passes)
            pass(&core->plan);
    }
}

/* Returns how many it applied. */
static int32_t apply_kinds(struct pt_plan *plan, const struct pt_fact *facts,
                           int32_t n, enum pt_fact_kind from,
                           enum pt_fact_kind to, bool passes)
{
    int32_t count = 0;

    for (int32_t i = 0; i < n; i++) {
        if (facts[i].kind < from || facts[i].kind > to)
            continue;
        apply(plan, &facts[i]);
        count++;
        if (passes)
            pass(plan);
    }
    return count;
}

static void step_at_once(struct pt_core *core, const struct pt_fact *facts,
                         int32_t n)
{
    struct pt_plan *plan = &core->plan;

    apply_ended(core, facts, sort_ended(core, facts, n), false);
    apply_kinds(plan, facts, n, PT_FACT_NODE_UP, PT_FACT_NODE_DOWN, false);
    fire(core);
    stretch(plan);
    apply_kinds(plan, facts, n, PT_FACT_SUBMITTED, PT_FACT_SUBMITTED, false);
    pass(plan);
}

static void step_one_by_one(struct pt_core *core, const struct pt_fact *facts,
                            int32_t n, bool submissions_first)
{
    struct pt_plan *plan = &core->plan;
    int32_t nended = sort_ended(core, facts, n);

    release_punctual(core, facts, nended);
    stretch(plan);
    if (submissions_first)
        apply_kinds(plan, facts, n, PT_FACT_SUBMITTED, PT_FACT_SUBMITTED, true);
    apply_ended(core, facts, nended, true);
    bool more = apply_kinds(plan, facts, n, PT_FACT_NODE_UP, PT_FACT_NODE_DOWN,
                            false) > 0;
    more = fire(core) || more;
    stretch(plan);
    if (more || n == 0)
        pass(plan);
    if (!submissions_first)
        apply_kinds(plan, facts, n, PT_FACT_SUBMITTED, PT_FACT_SUBMITTED, true);
}

/* When the core must be asked again, whatever happens.  What waits for an
 * overdue attempt has its promise as soon as can be: it is the attempt's end
 * that makes it due, not the clock. */
static pt_time wake(const struct pt_plan *plan)
{
    pt_time timer = pt_agenda_next(&plan->agenda);
    pt_time promise = pt_agenda_next(&plan->promised);

    if (plan->noverdue > 0 && promise <= plan->now + 1)
        promise = PT_TIME_NEVER;
    return timer < promise ? timer : promise;
}

static const struct pt_step *finish(struct pt_plan *plan)
{
    plan->step.decisions = plan->decisions;
    plan->step.records = plan->records;
    plan->step.spent = plan->spent;
    plan->step.ranges = plan->ranges.ranges;
    plan->step.wake = wake(plan);
    return &plan->step;
}

const struct pt_step *pt_core_step(struct pt_core *core, pt_time now,
                                   const struct pt_fact *facts, int32_t n)
{
    struct pt_plan *plan = &core->plan;

    begin(plan, now, facts, n);
    if (plan->config.ties == PT_TIES_INSTANT)
        step_at_once(core, facts, n);
    else
        step_one_by_one(core, facts, n, plan->config.ties == PT_TIES_PYSS);
    if (plan->nholders > 0 || plan->deadlocked)
        look_for_deadlock(plan);
    return finish(plan);
}

/* --- the end ----------------------------------------------------------------
 */

static bool by_rank(const struct pt_plan *plan, int32_t a, int32_t b)
{
    return pt_job_at(plan, a)->job->rank < pt_job_at(plan, b)->job->rank;
}

const struct pt_step *pt_core_close(struct pt_core *core)
{
    struct pt_plan *plan = &core->plan;
    int32_t n = 0;

    begin(plan, plan->now, NULL, 0);
    for (int32_t handle = 1; handle < plan->attempts.top; handle++) {
        struct pt_attempt *a = pt_attempt_at(plan, handle);
        if (a->state == PT_ATTEMPT_NONE)
            continue;
        if (a->booked)
            pt_attempt_unpromise(plan, handle);
        pt_attempt_free(plan, handle);
    }
    for (int32_t job = 0; job < plan->jobs.top; job++)
        if (pt_job_at(plan, job)->job)
            pt_vec_push(core->ended, n, core->ended_capacity, job);
    for (int32_t i = 1; i < n; i++) {
        int32_t job = core->ended[i], j = i;
        for (; j > 0 && by_rank(plan, job, core->ended[j - 1]); j--)
            core->ended[j] = core->ended[j - 1];
        core->ended[j] = job;
    }
    for (int32_t i = 0; i < n; i++)
        pt_job_close(plan, core->ended[i], PT_UNFINISHED);
    return finish(plan);
}

const struct pt_counts *pt_core_counts(const struct pt_core *core)
{
    return &core->plan.counts;
}
