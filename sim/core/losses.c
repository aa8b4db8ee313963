/* losses.c - nodes that go and come, and what becomes of gangs that lost one.
 */
#include <string.h>

#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"

/* --- gangs that wait for what they miss --- */

static bool before(const struct pt_plan *plan, int32_t a, int32_t b)
{
    return pt_key_less(&pt_attempt_at(plan, a)->entry.key[PT_LANE_QUEUE],
                       &pt_attempt_at(plan, b)->entry.key[PT_LANE_QUEUE]);
}

void pt_loss_add_recovering(struct pt_plan *plan, int32_t handle)
{
    int32_t i;

    pt_vec_reserve(plan->recovering, plan->recovering_capacity,
                   plan->nrecovering + 1);
    for (i = plan->nrecovering++;
         i > 0 && before(plan, handle, plan->recovering[i - 1]); i--)
        plan->recovering[i] = plan->recovering[i - 1];
    plan->recovering[i] = handle;
}

void pt_loss_take_recovering(struct pt_plan *plan, int32_t handle)
{
    int32_t i = 0;

    while (plan->recovering[i] != handle)
        i++;
    memmove(&plan->recovering[i], &plan->recovering[i + 1],
            (size_t)(--plan->nrecovering - i) * sizeof *plan->recovering);
}

/* Its slots have grown by N since FREE units were free. */
static void note_held(struct pt_plan *plan, struct pt_attempt *a, int32_t n,
                      int64_t free)
{
    int64_t units = free - plan->space->free;

    a->placed += n;
    a->hold->stamp += (plan->now - a->hold->start) * units;
    plan->held += units * plan->space->grain;
    pt_attempt_count_running(plan, a, n);
    plan->stairs_known = false;
}

/* HANDLE, which is in no queue, takes a slot on each of NODES [N] that is left
 * of them, and waits for the rest; with none of them, it joins the queue. */
static void hold_on(struct pt_plan *plan, int32_t handle, const int32_t *nodes,
                    int32_t n)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    const struct pt_space_ops *ops = plan->space->ops;
    int64_t free = plan->space->free;
    int32_t taken = 0;

    a->until = PT_TIME_NEVER;
    for (int32_t i = 0; i < n && taken < pt_attempt_count(a); i++) {
        if (!ops->fits_on(plan->space, a, nodes[i]))
            continue;
        ops->take_on(plan->space, a, nodes[i]);
        taken++;
    }
    if (taken == 0) {
        pt_attempt_enqueue(plan, handle);
        return;
    }
    pt_attempt_begin_hold(plan, handle,
                          &(struct pt_patience){.timeout = plan->rules.patience,
                                                .tries = INT64_MAX});
    note_held(plan, a, taken, free);
    a->recovers = true;
    a->told = false;
    pt_attempt_join(plan, handle);
}

/* The node of each of A's tasks, of those that have ended, too; the caller
 * frees. */
static int32_t *list_nodes(const struct pt_attempt *a, int32_t *n)
{
    int32_t *nodes = pt_alloc((size_t)a->placed + 1, sizeof *nodes);

    *n = a->placed;
    for (int32_t i = 0; i < a->placed; i++)
        nodes[i] = pt_attempt_node(a, i);
    return nodes;
}

/* Whether some of its tasks may not run on some nodes: rounds alone know. */
static bool is_picky(const struct pt_plan *plan, const struct pt_attempt *a)
{
    const struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);

    return plan->rules.exclude &&
           (plan->excluded.n > 0 || (stage && stage->failures.n > 0));
}

void pt_loss_requeue(struct pt_plan *plan, const struct pt_attempt *old,
                     int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    int32_t n;

    if (plan->rules.requeue == PT_REQUEUE_TAIL) {
        pt_attempt_remember(a);
        a->hold->behind = ++plan->behind;
        a->hold->behind_rank = plan->last_rank;
    }
    if (plan->rules.requeue <= PT_REQUEUE_TAIL || a->mode != PT_GANG ||
        is_picky(plan, a)) {
        pt_attempt_enqueue(plan, handle);
        return;
    }
    pt_plan_forget(plan); /* promises were made for what it has now */
    /* Where the end is told member by member, the others still have theirs. */
    int32_t *nodes = list_nodes(old, &n);
    hold_on(plan, handle, nodes, n);
    pt_free(nodes);
}

/* It takes what it misses, as far as that is free: how many tasks' worth. */
static int32_t take_missing(struct pt_plan *plan, struct pt_attempt *a)
{
    int64_t free = plan->space->free;
    int32_t n =
        (int32_t)plan->space->ops->room(plan->space, a, pt_attempt_ask(a));

    if (n == 0)
        return 0;
    plan->space->ops->take(plan->space, a, n);
    int64_t units = free - plan->space->free;
    note_held(plan, a, n, free);
    plan->waiting_units -= units;
    a->entry.width -= units;
    return n;
}

/* Not now: what it held is free again, as if nothing had been. */
static void let_go(struct pt_plan *plan, int32_t handle)
{
    pt_attempt_unhold(plan, handle, PT_CAUSE_NONE);
    pt_attempt_enqueue(plan, handle);
}

/* A gang that holds slots cannot use all of them any more. */
static void leave_node(struct pt_plan *plan, int32_t handle)
{
    const struct pt_attempt *a = pt_attempt_at(plan, handle);
    bool recovered = a->recovers;
    int32_t n = 0, *nodes = recovered ? list_nodes(a, &n) : NULL;

    pt_attempt_unhold(plan, handle, PT_CAUSE_NODE);
    if (recovered)
        hold_on(plan, handle, nodes, n);
    else
        pt_attempt_enqueue(plan, handle);
    pt_free(nodes);
}

/* Slots of gangs that could not start on them any more, as a notice forbids
 * it, are given back. */
static void mind_notices(struct pt_plan *plan)
{
    for (int32_t i = plan->space->notices > 0 ? plan->nholders : 0; i-- > 0;) {
        int32_t handle = plan->holders[i];
        if (plan->space->ops->noticed(plan->space, pt_attempt_at(plan, handle)))
            leave_node(plan, handle);
    }
}

void pt_loss_recover(struct pt_plan *plan)
{
    mind_notices(plan);
    for (int32_t i = 0; i < plan->nrecovering;) {
        int32_t handle = plan->recovering[i];
        struct pt_attempt *a = pt_attempt_at(plan, handle);
        bool more = take_missing(plan, a) > 0 || !a->told;
        if (a->placed == pt_attempt_count(a)) {
            pt_attempt_complete(plan, handle);
        } else if (plan->rules.requeue == PT_REQUEUE_SPARE) {
            let_go(plan, handle);
        } else {
            if (more)
                pt_plan_decide(plan, PT_HOLD, handle, PT_CAUSE_NONE);
            a->told = true;
            i++;
        }
    }
}

/* --- nodes --- */

/* What runs on a node is killed; what a gang holds there is given back. */
static void strike(struct pt_plan *plan, int32_t handle,
                   const struct pt_fact *fact)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    if (a->state != PT_ATTEMPT_RUNNING) {
        leave_node(plan, handle);
        return;
    }
    if (a->killing || fact->drains)
        return; /* for the reason that was told; or it may end */
    pt_plan_decide(plan, PT_KILL, handle, PT_CAUSE_NODE)->origin = fact->origin;
    a->killing = true;
    a->cause = PT_CAUSE_NODE;
    a->origin = fact->origin;
}

/* All that have slots on the node, in order of their handles. */
static void strike_all(struct pt_plan *plan, const struct pt_fact *fact)
{
    int32_t *hit = pt_alloc((size_t)plan->nactive + 1, sizeof *hit), n = 0;

    for (int32_t i = 0; i < plan->nactive; i++) {
        int32_t handle = plan->active[i], k;
        const struct pt_attempt *a = pt_attempt_at(plan, handle);
        if (a->placed == 0 ||
            !plan->space->ops->touches(plan->space, a, fact->node))
            continue;
        for (k = n++; k > 0 && hit[k - 1] > handle; k--)
            hit[k] = hit[k - 1];
        hit[k] = handle;
    }
    for (int32_t i = 0; i < n; i++)
        strike(plan, hit[i], fact);
    pt_free(hit);
}

/* Whether it failed so often, this time included, that it is to rest. */
static bool is_tired(const struct pt_plan *plan, struct pt_node_life *life)
{
    int64_t most = plan->rules.node_failures;

    if (most == 0)
        return false;
    if (!life->failed)
        life->failed = pt_alloc((size_t)most, sizeof *life->failed);
    if (life->nfailed == most)
        memmove(life->failed, life->failed + 1,
                (size_t)--life->nfailed * sizeof *life->failed);
    life->failed[life->nfailed++] = plan->now;
    return life->nfailed == most &&
           plan->now - life->failed[0] <= plan->rules.node_window;
}

void pt_loss_node_down(struct pt_plan *plan, const struct pt_fact *fact)
{
    struct pt_space *space = plan->space;
    struct pt_node_life *life = &plan->nodes[fact->node];

    life->down = true;
    plan->nplanned += (int32_t)fact->planned - (int32_t)life->planned;
    life->planned = fact->planned;
    if (!fact->planned && is_tired(plan, life))
        life->tired = true;
    /* Before anybody looks for other slots. */
    space->ops->node_down(space, fact->node);
    plan->broken = true;
    pt_plan_forget(plan);
    strike_all(plan, fact);
    if (plan->rules.local_outputs)
        pt_outputs_lose(plan, fact->node);
    plan->changed = true;
}

static void come_back(struct pt_plan *plan, int32_t node)
{
    plan->space->ops->node_up(plan->space, node);
    plan->stairs_known = false;
    plan->changed = true;
}

void pt_loss_node_up(struct pt_plan *plan, int32_t node)
{
    struct pt_node_life *life = &plan->nodes[node];

    plan->nplanned -= life->planned;
    life->down = life->planned = false;
    if (life->tired) {
        life->tired = false;
        life->nfailed = 0;
        life->rest = pt_time_add(plan->now, plan->rules.node_rest);
        pt_agenda_set(&plan->rests, node, life->rest);
    }
    if (life->rest <= plan->now)
        come_back(plan, node);
}

bool pt_loss_end_rests(struct pt_plan *plan)
{
    bool any = false;

    while (pt_agenda_next(&plan->rests) <= plan->now) {
        int32_t node = pt_agenda_pop(&plan->rests);
        if (plan->nodes[node].down)
            continue;
        come_back(plan, node);
        any = true;
    }
    return any;
}

void pt_loss_notice(struct pt_plan *plan, const struct pt_fact *fact)
{
    struct pt_space *space = plan->space;

    pt_assert(space->ops->node_notice && fact->since >= plan->now &&
              fact->until > fact->since);
    space->ops->node_notice(space, fact->node, fact->since, fact->until);
    plan->broken = true;
    pt_plan_forget(plan);
    plan->stairs_known = false;
    plan->changed = true;
}

int64_t pt_loss_planned(const struct pt_plan *plan)
{
    int64_t units = 0;

    for (int32_t node = 0; plan->nplanned > 0 && node < plan->config.nodes;
         node++)
        if (plan->nodes[node].planned)
            units += plan->space->ops->untaken(plan->space, node);
    return units;
}
