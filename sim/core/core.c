#include "core/core.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"

/* --- life --- */

struct pt_core *pt_core_new(const struct pt_core_config *config)
{
    struct pt_core *core = pt_alloc(1, sizeof *core);
    struct pt_plan *plan = &core->plan;

    plan->config = *config;
    if (config->rules)
        plan->rules = *config->rules;
    pt_assert(config->named || (!config->node && !pt_in_rounds(plan) &&
                                !plan->rules.local_outputs &&
                                plan->rules.requeue <= PT_REQUEUE_TAIL));
    plan->nodes = pt_alloc((size_t)config->nodes, sizeof *plan->nodes);
    for (int32_t i = 0; i < config->nodes; i++)
        plan->nodes[i].rest = INT64_MIN;
    pt_agenda_init(&plan->rests);
    config->policy->upkeep(config->policy_state, &plan->upkeep);
    struct pt_space_config space = {.nodes = config->nodes,
                                    .size = config->size,
                                    .node = config->node,
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
    pt_slab_init(&plan->kept, sizeof(struct pt_record));
    pt_slab_take(&plan->attempts); /* number 0 is the policy's own timer */
    plan->revive_at = plan->look_at = PT_TIME_NEVER;
    pt_agenda_init(&plan->syncs);
    if (config->npools > 0)
        plan->tree_running =
            pt_alloc((size_t)config->npools, sizeof *plan->tree_running);
    plan->broken =
        pt_in_rounds(plan); /* a round comes after a promise is due */
    plan->now = plan->first = INT64_MIN;
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
        pt_free(a->members);
        pt_free(a->delay);
        pt_free(a->hold);
        pt_free(a->list);
        if (a->barrier)
            pt_meet_forget(plan, i);
    }
    for (int32_t i = 0; i < plan->jobs.top; i++) {
        struct pt_job_book *book = pt_job_at(plan, i);
        if (book->job && book->stages)
            pt_stage_books_close(book);
    }
    pt_slab_fini(&plan->attempts);
    pt_slab_fini(&plan->jobs);
    pt_slab_fini(&plan->kept);
    pt_agenda_fini(&plan->agenda);
    pt_agenda_fini(&plan->promised);
    pt_agenda_fini(&plan->syncs);
    pt_agenda_fini(&plan->rests);
    for (int32_t i = 0; i < plan->config.nodes; i++)
        pt_free(plan->nodes[i].failed);
    pt_free(plan->nodes);
    pt_free(plan->recovering);
    pt_free(plan->active);
    pt_excluded_fini(&plan->excluded);
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
    pt_free(plan->tree_running);
    pt_free(plan->queue);
    pt_free(plan->offers.node);
    pt_free(plan->fresh);
    pt_free(plan->stage_records);
    pt_free(plan->waits);
    pt_free(plan->over);
    pt_free(plan->messages);
    pt_free(plan->ranges.ranges);
    pt_free(core->ended);
    pt_free(core->waiting);
    pt_free(core->late);
    pt_free(core);
}

/* --- one instant --- */

static void begin(struct pt_plan *plan, pt_time now,
                  const struct pt_fact *facts, int32_t n)
{
    pt_assert(now >= plan->now);
    plan->now = now;
    plan->first = plan->first == INT64_MIN ? now : plan->first;
    plan->nmessages = 0;
    plan->rounds = 0;
    plan->step = (struct pt_step){.now = now, .facts = facts, .nfacts = n};
    plan->ranges.n = 0;
    plan->stairs_known = false;
    plan->space->ops->advance(plan->space, now);
    plan->counts.steps++;
    /* Promises that something overran into have lapsed. */
    if (plan->noverdue > 0 && pt_agenda_next(&plan->promised) < now)
        pt_plan_forget(plan);
}

/* Returns whether anything may have changed for those who wait. */
static bool apply(struct pt_plan *plan, const struct pt_fact *fact)
{
    switch (fact->kind) {
    case PT_FACT_ENDED:
        pt_job_ended(plan, fact);
        return true;
    case PT_FACT_NODE_UP:
        pt_loss_node_up(plan, fact->node);
        return true;
    case PT_FACT_NODE_DOWN:
        pt_loss_node_down(plan, fact);
        return true;
    case PT_FACT_NODE_NOTICE:
        pt_loss_notice(plan, fact);
        return true;
    case PT_FACT_SUBMITTED:
        return pt_job_submit(plan, fact->job);
    case PT_FACT_ENTERED:
        pt_meet_entered(plan, fact);
        return false;
    case PT_FACT_SYNCED:
        pt_meet_synced(plan, fact);
        return false;
    case PT_FACT_SHUFFLE:
        plan->seed = fact->seed;
        return false;
    }
    return false;
}

static void pass(struct pt_plan *plan)
{
    plan->lapsed = false;
    pt_loss_recover(plan);
    plan->config.policy->schedule(plan->config.policy_state, plan);
    plan->counts.passes++;
    pt_deadlock_look(plan);
    pt_assert(plan->space->free >= 0);
    plan->counts.checks++; /* capacity is not exceeded */
}

/* Members of a gang before what ends the rest of it. */
static int32_t member(const struct pt_fact *fact)
{
    return fact->task < 0 ? INT32_MAX : fact->task;
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
            if (its < serial ||
                (its == serial && member(other) <= member(&facts[i])))
                break;
            core->ended[j] = core->ended[j - 1];
        }
        core->ended[j] = i;
    }
    return count;
}

/* Who ends at the very instant of his limit holds no slot any more. */
static void release_punctual(struct pt_core *core, const struct pt_fact *facts,
                             int32_t nended)
{
    struct pt_plan *plan = &core->plan;

    for (int32_t i = 0; i < nended; i++) {
        const struct pt_fact *fact = &facts[core->ended[i]];
        struct pt_attempt *a = pt_attempt_at(plan, fact->attempt);
        bool all = fact->task < 0 || a->ending >= a->placed - a->gone;
        if (all && !a->released &&
            pt_time_add(a->start, a->entry.limit) == plan->now)
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

/* Returns how many it applied that may have changed something. */
static int32_t apply_kinds(struct pt_plan *plan, const struct pt_fact *facts,
                           int32_t n, enum pt_fact_kind kind, bool passes)
{
    int32_t count = 0;

    for (int32_t i = 0; i < n; i++) {
        if (facts[i].kind != kind || !apply(plan, &facts[i]))
            continue;
        count++;
        if (passes)
            pass(plan);
    }
    return count;
}

static bool promise_is_due(const struct pt_plan *plan)
{
    return pt_agenda_next(&plan->promised) <= plan->now;
}

/* Members meet before anything of the instant ends. */
static void apply_syncs(struct pt_plan *plan, const struct pt_fact *facts,
                        int32_t n)
{
    apply_kinds(plan, facts, n, PT_FACT_SHUFFLE, false);
    apply_kinds(plan, facts, n, PT_FACT_SYNCED, false);
    apply_kinds(plan, facts, n, PT_FACT_ENTERED, false);
    pt_meet_expire(plan);
}

/* Whether any of FACTS may change what can start. */
static bool any_news(const struct pt_fact *facts, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (facts[i].kind != PT_FACT_SHUFFLE &&
            facts[i].kind != PT_FACT_SYNCED && facts[i].kind != PT_FACT_ENTERED)
            return true;
    return false;
}

/* --- in rounds --- */

/* The slots of what ends are offered before anybody hears why it ended. */
static void offer_ended(struct pt_plan *plan, const struct pt_fact *fact)
{
    int32_t handle = fact->attempt;
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    int32_t left = a->placed - a->gone;
    int32_t index = fact->task < 0 ? -1 : pt_attempt_index(a, fact->task);
    int32_t from = index < 0 ? 0 : index,
            to = index < 0 ? a->placed : index + 1;

    if (!a->released)
        pt_attempt_release(plan, handle, left == 1 ? -1 : index);
    a->vacant = !a->released;
    if (a->cause == PT_CAUSE_NODE && plan->rules.requeue >= PT_REQUEUE_HOLD)
        return; /* its next try has them first */
    for (int32_t i = from; i < to; i++)
        if (!pt_attempt_has_ended(a, i))
            pt_round_partial(plan, pt_attempt_node(a, i));
}

static void step_in_rounds(struct pt_core *core, const struct pt_fact *facts,
                           int32_t n)
{
    struct pt_plan *plan = &core->plan;
    int32_t nended = sort_ended(core, facts, n);

    release_punctual(core, facts, nended);
    pt_timers_stretch(plan);
    for (int32_t i = 0; i < nended; i++) {
        const struct pt_fact *fact = &facts[core->ended[i]];
        offer_ended(plan, fact);
        apply(plan, fact);
    }
    for (int32_t i = 0; i < n; i++) {
        if (facts[i].kind != PT_FACT_NODE_UP)
            continue;
        apply(plan, &facts[i]);
        pt_round_partial(plan, facts[i].node);
    }
    if (apply_kinds(plan, facts, n, PT_FACT_NODE_DOWN, false) > 0)
        plan->revive = true;
    apply_kinds(plan, facts, n, PT_FACT_NODE_NOTICE, false);
    pt_timers_late(core);
    pt_timers_stretch(plan);
    if (apply_kinds(plan, facts, n, PT_FACT_SUBMITTED, false) > 0)
        plan->revive = true;
    pt_loss_recover(plan);
    pt_round_admit(plan);
    if (plan->revive)
        pt_round_full(plan);
    plan->revive = false;
    pt_round_plan_next(plan);
}

static void step_at_once(struct pt_core *core, const struct pt_fact *facts,
                         int32_t n, bool woken)
{
    struct pt_plan *plan = &core->plan;
    bool news = any_news(facts, n);

    apply_ended(core, facts, sort_ended(core, facts, n), false);
    apply_kinds(plan, facts, n, PT_FACT_NODE_UP, false);
    apply_kinds(plan, facts, n, PT_FACT_NODE_DOWN, false);
    apply_kinds(plan, facts, n, PT_FACT_NODE_NOTICE, false);
    woken = pt_timers_late(core) || woken;
    pt_timers_stretch(plan);
    apply_kinds(plan, facts, n, PT_FACT_SUBMITTED, false);
    if (news || woken || promise_is_due(plan))
        pass(plan);
}

static void step_one_by_one(struct pt_core *core, const struct pt_fact *facts,
                            int32_t n, bool woken)
{
    struct pt_plan *plan = &core->plan;
    bool submissions_first = plan->config.ties == PT_TIES_PYSS;
    int64_t passes = plan->counts.passes;
    int32_t nended = sort_ended(core, facts, n);

    release_punctual(core, facts, nended);
    pt_timers_stretch(plan);
    if (submissions_first)
        apply_kinds(plan, facts, n, PT_FACT_SUBMITTED, true);
    apply_ended(core, facts, nended, true);
    bool more = apply_kinds(plan, facts, n, PT_FACT_NODE_UP, false) > 0;
    more = apply_kinds(plan, facts, n, PT_FACT_NODE_DOWN, false) > 0 || more;
    more = apply_kinds(plan, facts, n, PT_FACT_NODE_NOTICE, false) > 0 || more;
    more = pt_timers_late(core) || more;
    if (more)
        pass(plan);
    if (!submissions_first)
        apply_kinds(plan, facts, n, PT_FACT_SUBMITTED, true);
    /* A wake-up has a pass of its own where no fact of the instant had one. */
    if (plan->counts.passes == passes && (woken || promise_is_due(plan)))
        pass(plan);
}

static pt_time sooner(pt_time a, pt_time b)
{
    return a < b ? a : b;
}

/* When the core must be asked again, whatever happens.  What waits for an
 * overdue attempt has its promise as soon as can be: it is the attempt's end
 * that makes it due, not the clock. */
static pt_time wake(const struct pt_plan *plan)
{
    pt_time timer = pt_agenda_next(&plan->agenda);
    pt_time promise = pt_agenda_next(&plan->promised);

    if ((plan->noverdue > 0 && promise <= plan->now + 1) || pt_in_rounds(plan))
        promise = PT_TIME_NEVER;
    timer = sooner(timer, promise);
    timer = sooner(timer, pt_agenda_next(&plan->syncs));
    timer = sooner(timer, pt_agenda_next(&plan->rests));
    return sooner(timer, sooner(plan->revive_at, plan->look_at));
}

static const struct pt_step *finish(struct pt_plan *plan)
{
    plan->step.decisions = plan->decisions;
    plan->step.records = plan->records;
    plan->step.spent = plan->spent;
    plan->step.stages = plan->stage_records;
    plan->step.waits = plan->waits;
    plan->step.over = plan->over;
    plan->step.messages = plan->messages;
    plan->step.ranges = plan->ranges.ranges;
    plan->step.wake = wake(plan);
    return &plan->step;
}

/* Those who are killed at their limit end in this instant too, and endings come
 * first: the facts wait until the world has told theirs. */
static void put_off(struct pt_core *core, const struct pt_fact *facts,
                    int32_t n)
{
    int32_t had = core->nwaiting;

    for (int32_t i = 0; i < n; i++)
        if (facts[i].kind == PT_FACT_ENDED)
            pt_attempt_at(&core->plan, facts[i].attempt)->ending = 0;
    if (facts == core->waiting)
        return;
    pt_vec_reserve(core->waiting, core->waiting_capacity, had + n);
    for (int32_t i = 0; i < n; i++)
        core->waiting[core->nwaiting++] = facts[i];
}

/* FACTS, after those that were put off. */
static const struct pt_fact *gather(struct pt_core *core,
                                    const struct pt_fact *facts, int32_t *n)
{
    if (core->nwaiting == 0)
        return facts;
    for (int32_t i = 0; i < *n; i++)
        pt_vec_push(core->waiting, core->nwaiting, core->waiting_capacity,
                    facts[i]);
    *n = core->nwaiting;
    return core->waiting;
}

const struct pt_step *pt_core_step(struct pt_core *core, pt_time now,
                                   const struct pt_fact *facts, int32_t n)
{
    struct pt_plan *plan = &core->plan;
    bool woken = false;

    begin(plan, now, facts, n);
    facts = gather(core, facts, &n);
    if (pt_timers_early(core, facts, n, &woken) > 0) {
        put_off(core, facts, n);
        core->woken = core->woken || woken;
        finish(plan);
        if (core->nwaiting > 0 || core->woken || core->nlate > 0)
            plan->step.wake = now;
        return &plan->step;
    }
    woken = woken || core->woken;
    core->woken = false;
    apply_syncs(plan, facts, n);
    if (pt_in_rounds(plan))
        step_in_rounds(core, facts, n);
    else if (plan->config.ties == PT_TIES_INSTANT)
        step_at_once(core, facts, n, woken);
    else
        step_one_by_one(core, facts, n, woken);
    core->nwaiting = 0;
    if (plan->rules.speculation)
        pt_copies_plan_next(plan);
    return finish(plan);
}

/* --- the end --- */

static bool by_rank(const struct pt_plan *plan, int32_t a, int32_t b)
{
    return pt_job_at(plan, a)->job->rank < pt_job_at(plan, b)->job->rank;
}

const struct pt_step *pt_core_close(struct pt_core *core)
{
    struct pt_plan *plan = &core->plan;
    int32_t n = 0;

    begin(plan, plan->now, NULL, 0);
    for (int32_t handle = PT_OWNERS; handle < plan->attempts.top; handle++) {
        struct pt_attempt *a = pt_attempt_at(plan, handle);
        if (a->state == PT_ATTEMPT_NONE)
            continue;
        if (a->booked)
            pt_attempt_unpromise(plan, handle);
        if (a->state == PT_ATTEMPT_WAITING && a->placed > 0)
            pt_attempt_settle(plan, a);
        if (a->state == PT_ATTEMPT_RUNNING) {
            if (a->barrier)
                pt_meet_leave(plan, handle, -1);
            pt_job_spend(plan, a,
                         &(struct pt_part){.ntasks = a->placed - a->gone,
                                           .waited = pt_meet_waited(a)},
                         PT_KILLED, false);
        }
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
