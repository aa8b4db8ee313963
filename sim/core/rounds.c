/* rounds.c - slots are offered in rounds, node by node (Spark's
 * TaskSchedulerImpl.resourceOffers). */
#include "base/assert.h"
#include "base/random.h"
#include "base/vec.h"
#include "core/books.h"

/* --- how far a task is from its data --- */

static const struct pt_node *node_at(const struct pt_plan *plan, int32_t node)
{
    static const struct pt_node plain = {.rack = 0};

    return plan->config.node ? &plan->config.node[node] : &plain;
}

static int32_t host_of(const struct pt_plan *plan, int32_t node)
{
    return plan->config.node ? plan->config.node[node].host : node;
}

/* The level at which TASK would run on NODE. */
static enum pt_locality locality(const struct pt_plan *plan,
                                 const struct pt_stage *spec, int32_t task,
                                 int32_t node)
{
    enum pt_locality best = PT_LOCAL_ANY;

    if (!spec->sites_at || spec->sites_at[task] == spec->sites_at[task + 1])
        return PT_LOCAL_NONE;
    for (int32_t i = spec->sites_at[task]; i < spec->sites_at[task + 1]; i++) {
        const struct pt_site *site = &spec->sites[i];
        enum pt_locality level = PT_LOCAL_ANY;
        int32_t rack = node_at(plan, node)->rack;
        int32_t host = site->kind == PT_SITE_NODE ? host_of(plan, site->number)
                                                  : site->number;
        if (site->kind == PT_SITE_NODE && site->number == node)
            level = PT_LOCAL_NODE;
        else if (host == host_of(plan, node))
            level = PT_LOCAL_HOST;
        else if (rack > 0 && site->kind == PT_SITE_NODE &&
                 node_at(plan, site->number)->rack == rack)
            level = PT_LOCAL_RACK;
        best = level < best ? level : best;
    }
    return best;
}

/* Levels, a bit each, at which TASK could run on nodes that are there. */
static uint32_t levels_of(const struct pt_plan *plan,
                          const struct pt_stage *spec, int32_t task)
{
    uint32_t bits = 0;

    if (!spec->sites_at || spec->sites_at[task] == spec->sites_at[task + 1])
        return 1U << PT_LOCAL_NONE;
    for (int32_t node = 0; node < plan->config.nodes; node++) {
        if (plan->space->ops->slots(plan->space, spec, node, PT_SLOTS_TOTAL) ==
            0)
            continue;
        enum pt_locality level = locality(plan, spec, task, node);
        bits |= 1U << level;
        /* Who could be on the very node could be on its host, who could be on
         * a host could be in its rack. */
        if (level == PT_LOCAL_NODE)
            bits |= 1U << PT_LOCAL_HOST;
        if (level <= PT_LOCAL_HOST && node_at(plan, node)->rack > 0)
            bits |= 1U << PT_LOCAL_RACK;
    }
    return bits & ~(1U << PT_LOCAL_ANY);
}

static uint32_t levels_left(const struct pt_plan *plan,
                            const struct pt_attempt *a)
{
    uint32_t bits = 0;

    if (!a->spec->sites_at)
        return 1U << PT_LOCAL_NONE;
    for (int32_t i = 0; i < pt_attempt_count(a); i++) {
        int32_t task = pt_attempt_task(a, i);
        bits |= levels_of(plan, a->spec, task < 0 ? ~task : task);
    }
    return bits;
}

/* --- one stage's turn --- */

/* What a stage is offered, and took. */
struct turn {
    struct pt_plan *plan;
    int32_t handle;
    struct pt_stage_book *book; /* NULL: never retried, no books */
    bool *given;                /* [tasks] of a gang: they have a node */
    int32_t *node;              /* [tasks] which */
    int32_t launched;
    enum pt_locality best;
    bool rejected;
    uint32_t left; /* levels, a bit each, at which tasks still wait ... */
    bool stale;    /* ... unless one was launched since */
};

static bool is_excluded(const struct turn *turn, int32_t task, int32_t node)
{
    const struct pt_plan *plan = turn->plan;

    return plan->rules.exclude && turn->book &&
           pt_failures_exclude(&turn->book->failures, plan->config.node, task,
                               node);
}

/* A copy runs on another host than the first launch of its task. */
bool pt_attempt_is_beside(const struct pt_plan *plan,
                          const struct pt_attempt *a, int32_t task,
                          int32_t node)
{
    for (int32_t handle = PT_OWNERS; handle < plan->attempts.top; handle++) {
        const struct pt_attempt *b = pt_attempt_at(plan, handle);
        if (b->state == PT_ATTEMPT_RUNNING && b->job == a->job &&
            b->stage == a->stage && b->try == a->try && b->task == task &&
            b->placed > 0 &&
            host_of(plan, pt_attempt_node(b, 0)) == host_of(plan, node))
            return true;
    }
    return false;
}

/* The first of the waiting tasks that are nearest to NODE, none farther than
 * ALLOWED; -1: none.  *level says how near. */
static int32_t pick(const struct turn *turn, int32_t node,
                    enum pt_locality allowed, enum pt_locality *level)
{
    const struct pt_attempt *a = pt_attempt_at(turn->plan, turn->handle);
    int32_t best = -1, n = pt_attempt_count(a);

    *level = PT_LOCAL_LEVELS;
    for (int32_t i = 0; i < n; i++) {
        int32_t item = pt_attempt_task(a, i), task = item < 0 ? ~item : item;
        if ((turn->given && turn->given[i]) || is_excluded(turn, task, node))
            continue;
        if (item < 0 &&
            (best >= 0 || pt_attempt_is_beside(turn->plan, a, task, node)))
            continue;
        enum pt_locality its = locality(turn->plan, a->spec, task, node);
        if (its > allowed || its >= *level)
            continue;
        *level = its;
        best = i;
        if (its == PT_LOCAL_NODE || !a->spec->sites_at)
            break;
    }
    return best;
}

static struct pt_delay *delay_of(struct pt_stage_book *book,
                                 struct pt_attempt *a)
{
    if (book)
        return &book->delay;
    if (!a->delay)
        a->delay = pt_alloc(1, sizeof *a->delay);
    return a->delay;
}

/* What NODE can start, at LEVEL at most: a task, or none. */
static bool offer(struct turn *turn, int32_t node, enum pt_locality level)
{
    struct pt_plan *plan = turn->plan;
    struct pt_attempt *a = pt_attempt_at(plan, turn->handle);
    struct pt_delay *delay = delay_of(turn->book, a);
    enum pt_locality allowed = level, its;

    if (a->state != PT_ATTEMPT_WAITING ||
        !plan->space->ops->fits_on(plan->space, a, node))
        return false;
    if (is_excluded(turn, -1, node))
        return false;
    if (level != PT_LOCAL_NONE && a->spec->sites_at) {
        if (turn->stale)
            turn->left = levels_left(plan, a);
        turn->stale = false;
        allowed = pt_delay_allowed(delay, turn->left, plan->rules.locality,
                                   plan->now);
        allowed = allowed < level ? allowed : level;
    }
    int32_t index = pick(turn, node, allowed, &its);
    if (index < 0) {
        turn->rejected = turn->rejected || level == PT_LOCAL_ANY;
        return false;
    }
    its = its == PT_LOCAL_NONE ? PT_LOCAL_NODE : its;
    turn->best = its < turn->best ? its : turn->best;
    turn->launched++;
    turn->stale = true;
    if (turn->given) {
        turn->given[index] = true;
        turn->node[index] = node;
        plan->space->ops->take_on(plan->space, a, node);
        a->placed++;
    } else {
        pt_plan_start_task(plan, turn->handle, index, node);
    }
    return true;
}

/* Level by level, one task a node in each pass, until a pass takes nothing. */
static void offer_all(struct turn *turn, int32_t max)
{
    struct pt_plan *plan = turn->plan;
    struct pt_attempt *a = pt_attempt_at(plan, turn->handle);
    struct pt_delay *delay = delay_of(turn->book, a);

    turn->left = levels_left(plan, a);
    if (delay->nlevels == 0)
        pt_delay_init(delay, turn->left, turn->book ? delay->since : plan->now);
    else
        pt_delay_change(delay, turn->left);
    struct pt_delay valid = *delay;
    for (int32_t k = 0; k < valid.nlevels; k++)
        for (bool any = true; any;) {
            any = false;
            for (int32_t i = 0; i < plan->offers.n && turn->launched < max; i++)
                if (offer(turn, plan->offers.node[i], valid.level[k]))
                    any = true;
        }
    if (a->spec->sites_at) {
        /* What a gang is given back for counts, too: as Spark has it; but not
         * where a promise to others may have kept it out. */
        bool counts = turn->launched >= (turn->given ? max : 1) ||
                      (turn->launched > 0 && plan->space->promises == 0);
        pt_delay_turn(delay, plan->offers.full, counts, turn->best,
                      turn->rejected, plan->now);
    }
}

/* --- gangs --- */

static bool has_slots(const struct pt_plan *plan, const struct pt_attempt *a)
{
    enum pt_slots which =
        pt_has_hole(plan, PT_HOLE_BUSY) ? PT_SLOTS_BUSY : PT_SLOTS_FREE;
    int64_t sum = 0, ask = pt_attempt_ask(a);

    for (int32_t i = 0; i < plan->offers.n && sum < ask; i++)
        sum += plan->space->ops->slots(plan->space, a->spec,
                                       plan->offers.node[i], which);
    return sum >= ask;
}

/* The slots that a gang's members were given, back. */
static void give_back(struct pt_plan *plan, struct pt_attempt *a)
{
    plan->space->ops->give(plan->space, a, -1);
    a->placed = 0;
    a->alloc.n = 0;
    plan->stairs_known = false;
}

/* All members have a node: they take their slots in their own order. */
static void commit(struct turn *turn)
{
    struct pt_plan *plan = turn->plan;
    struct pt_attempt *a = pt_attempt_at(plan, turn->handle);
    int32_t n = a->placed;

    give_back(plan, a);
    if (a->booked)
        pt_attempt_unpromise(plan, turn->handle);
    pt_attempt_dequeue(plan, turn->handle);
    a->until = pt_time_add(plan->now, a->entry.limit);
    for (int32_t i = 0; i < n; i++) {
        plan->space->ops->take_on(plan->space, a, turn->node[i]);
        a->placed++;
    }
    pt_attempt_count_running(plan, a, n);
    pt_attempt_run(plan, turn->handle);
}

static void start_gang(struct turn *turn)
{
    struct pt_plan *plan = turn->plan;
    struct pt_attempt *a = pt_attempt_at(plan, turn->handle);
    int32_t ask = pt_attempt_ask(a);

    if (!has_slots(plan, a))
        return;
    turn->given = pt_alloc((size_t)ask, sizeof *turn->given);
    turn->node = pt_alloc((size_t)ask, sizeof *turn->node);
    a->until = pt_time_add(plan->now, a->entry.limit);
    offer_all(turn, ask);
    if (a->placed == ask)
        commit(turn);
    else if (a->placed > 0)
        give_back(plan, a);
    pt_free(turn->given);
    pt_free(turn->node);
}

bool pt_round_start(struct pt_plan *plan, int32_t waiting)
{
    struct pt_attempt *a = pt_attempt_at(plan, waiting);
    struct turn turn = {.plan = plan,
                        .handle = waiting,
                        .book = pt_stage_at(plan, a->job, a->stage),
                        .best = PT_LOCAL_LEVELS};

    if (!plan->offers.open || plan->offers.n == 0)
        return false;
    if (a->mode == PT_GANG)
        start_gang(&turn);
    else
        offer_all(&turn, INT32_MAX);
    if (a->state != PT_ATTEMPT_WAITING)
        return true;
    /* It cannot be kept in what is offered, or comes so late that it would
     * break the next one: they are made anew, in order of arrival. */
    if (a->booked && a->entry.promise <= plan->now)
        pt_plan_forget(plan);
    return false;
}

int32_t pt_round_hold(struct pt_plan *plan, int32_t waiting, int32_t max)
{
    struct pt_attempt *a = pt_attempt_at(plan, waiting);
    int32_t taken = 0;

    for (bool any = true; any && taken < max;) {
        any = false;
        for (int32_t i = 0; i < plan->offers.n && taken < max; i++) {
            int32_t node = plan->offers.node[i];
            if (!plan->space->ops->fits_on(plan->space, a, node))
                continue;
            plan->space->ops->take_on(plan->space, a, node);
            a->placed++;
            taken++;
            any = true;
        }
    }
    pt_attempt_count_running(plan, a, taken);
    return taken;
}

/* --- rounds --- */

static void run(struct pt_plan *plan, bool full)
{
    pt_loss_recover(plan);
    plan->offers.open = true;
    plan->offers.full = full;
    plan->config.policy->schedule(plan->config.policy_state, plan);
    plan->offers.open = false;
    plan->counts.passes++;
    pt_deadlock_look(plan);
}

static void add_offer(struct pt_plan *plan, int32_t node)
{
    if (plan->rules.exclude &&
        pt_excluded_has(&plan->excluded, plan->config.node, node, plan->now))
        return;
    pt_vec_push(plan->offers.node, plan->offers.n, plan->offers.capacity, node);
}

static bool is_waited_for(const struct pt_plan *plan)
{
    return pt_pending_count(&plan->pending) > 0 || plan->nrecovering > 0;
}

void pt_round_partial(struct pt_plan *plan, int32_t node)
{
    plan->offers.n = 0;
    add_offer(plan, node);
    if (plan->offers.n > 0 && is_waited_for(plan))
        run(plan, false);
}

static void shuffle(struct pt_plan *plan)
{
    uint64_t state =
        pt_random_mix((uint64_t)plan->seed + (uint64_t)plan->rounds++);

    for (int32_t i = plan->offers.n - 1; i > 0; i--) {
        state = pt_random_mix(state);
        int32_t j = (int32_t)(state % (uint64_t)(i + 1));
        int32_t swap = plan->offers.node[i];
        plan->offers.node[i] = plan->offers.node[j];
        plan->offers.node[j] = swap;
    }
}

void pt_round_admit(struct pt_plan *plan)
{
    for (int32_t i = 0; i < plan->nfresh; i++)
        pt_attempt_join(plan, plan->fresh[i]);
    plan->nfresh = 0;
}

/* Whether a node is left that the task may run on. */
static bool is_placeable(const struct pt_plan *plan, const struct pt_attempt *a,
                         const struct pt_stage_book *stage, int32_t task)
{
    for (int32_t node = 0; node < plan->config.nodes; node++)
        if (plan->space->ops->slots(plan->space, a->spec, node,
                                    PT_SLOTS_TOTAL) > 0 &&
            !pt_failures_exclude(&stage->failures, plan->config.node, -1,
                                 node) &&
            !pt_failures_exclude(&stage->failures, plan->config.node, task,
                                 node))
            return true;
    return false;
}

/* A stage of which a task may run nowhere any more takes its job along. */
static void give_up_excluded(struct pt_plan *plan)
{
    pt_waiting w = -1;

    while ((w = pt_plan_next(plan, w)) >= 0) {
        const struct pt_attempt *a = pt_attempt_at(plan, w);
        const struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);
        int32_t n = pt_attempt_count(a), i = 0;
        if (!stage || stage->failures.n == 0)
            continue;
        while (i < n && (pt_attempt_task(a, i) < 0 ||
                         is_placeable(plan, a, stage, pt_attempt_task(a, i))))
            i++;
        if (i == n)
            continue;
        int32_t job = a->job;
        pt_job_abort(plan, job, PT_FAILED, PT_CAUSE_EXCLUDED);
        pt_job_settle(plan, job);
        w = -1; /* the queue has changed */
    }
}

void pt_round_full(struct pt_plan *plan)
{
    plan->offers.n = 0;
    for (int32_t node = 0; node < plan->config.nodes; node++)
        add_offer(plan, node);
    shuffle(plan);
    plan->changed = false;
    if (is_waited_for(plan))
        run(plan, true);
    if (plan->rules.exclude && !plan->rules.dynamic)
        give_up_excluded(plan);
}

/* Whether a full round could find what the last one did not. */
static bool may_change(const struct pt_plan *plan)
{
    if (plan->changed || plan->space->promises > 0)
        return true;
    for (pt_waiting w = pt_plan_head(plan); w >= 0; w = pt_plan_next(plan, w))
        if (pt_attempt_at(plan, w)->spec->sites_at)
            return true;
    return plan->excluded.n > 0;
}

void pt_round_plan_next(struct pt_plan *plan)
{
    pt_time at = PT_TIME_NEVER;

    if (pt_pending_count(&plan->pending) > 0 && may_change(plan)) {
        pt_time past = (plan->now - plan->first) / plan->rules.revive;
        at = plan->first + (past + 1) * plan->rules.revive;
    }
    plan->revive_at = at;
}
