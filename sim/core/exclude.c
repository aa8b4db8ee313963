#include "core/exclude.h"

#include "base/vec.h"

static bool share_host(const struct pt_node *nodes, int32_t a, int32_t b)
{
    return nodes ? nodes[a].host == nodes[b].host : a == b;
}

/* Spark's defaults. */
enum { TASKS_PER_NODE = 2, NODES_PER_HOST = 2, TRIES_PER_HOST = 2 };

#define HOUR (3600 * PT_SECOND)

void pt_failures_add(struct pt_failures *failures, int32_t task, int32_t node)
{
    for (int32_t i = 0; i < failures->n; i++)
        if (failures->list[i].task == task && failures->list[i].node == node)
            return;
    struct pt_failure failure = {.task = task, .node = node};
    pt_vec_push(failures->list, failures->n, failures->capacity, failure);
}

void pt_failures_fini(struct pt_failures *failures)
{
    pt_free(failures->list);
    *failures = (struct pt_failures){0};
}

/* Whether the failure AT is the one for which its node is left. */
static bool is_last_straw(const struct pt_failures *failures, int32_t at)
{
    int32_t n = 1;

    for (int32_t i = 0; i < at; i++)
        if (failures->list[i].node == failures->list[at].node)
            n++;
    return n == TASKS_PER_NODE;
}

bool pt_failures_exclude(const struct pt_failures *failures,
                         const struct pt_node *nodes, int32_t task,
                         int32_t node)
{
    int32_t tries = 0, left = 0;

    for (int32_t i = 0; i < failures->n; i++) {
        const struct pt_failure *failure = &failures->list[i];
        if (!share_host(nodes, failure->node, node))
            continue;
        bool own = failure->task == task, straw = is_last_straw(failures, i);
        if (failure->node == node && (own || straw))
            return true;
        tries += own;
        left += straw;
    }
    return tries >= TRIES_PER_HOST || left >= NODES_PER_HOST;
}

/* What has no bearing on NOW or later any more.  A node that is back still
 * tells when another of its host was the second to be left. */
static void drop_old(struct pt_excluded *x, pt_time now)
{
    int32_t n = 0;

    for (int32_t i = 0; i < x->n; i++) {
        const struct pt_exclusion *e = &x->list[i];
        if ((e->left ? pt_time_add(e->until, HOUR) : e->until) > now)
            x->list[n++] = *e;
    }
    x->n = n;
}

/* Those of NODE's that count now. */
static int32_t count(const struct pt_excluded *x, int32_t node, bool left,
                     pt_time now)
{
    int32_t n = 0;

    for (int32_t i = 0; i < x->n; i++)
        n += x->list[i].node == node && x->list[i].left == left &&
             x->list[i].until > now;
    return n;
}

/* As in Spark, what led to it is forgotten: after the hour NODE begins anew. */
static void leave(struct pt_excluded *x, int32_t node, pt_time until)
{
    int32_t n = 0;

    for (int32_t i = 0; i < x->n; i++)
        if (x->list[i].node != node || x->list[i].left)
            x->list[n++] = x->list[i];
    x->n = n;
    struct pt_exclusion e = {.node = node, .left = true, .until = until};
    pt_vec_push(x->list, x->n, x->capacity, e);
}

void pt_excluded_learn(struct pt_excluded *excluded,
                       const struct pt_failures *failures, pt_time now)
{
    pt_time until = pt_time_add(now, HOUR);

    drop_old(excluded, now);
    for (int32_t i = 0; i < failures->n; i++) {
        struct pt_exclusion e = {.node = failures->list[i].node,
                                 .until = until};
        pt_vec_push(excluded->list, excluded->n, excluded->capacity, e);
    }
    for (int32_t i = 0; i < failures->n; i++) {
        int32_t node = failures->list[i].node;
        if (count(excluded, node, false, now) >= TASKS_PER_NODE &&
            count(excluded, node, true, now) == 0)
            leave(excluded, node, until);
    }
}

/* Whether another node of its host was left already when E was: then the host
 * is, as long as E. */
static bool is_second(const struct pt_excluded *x, const struct pt_node *nodes,
                      const struct pt_exclusion *e)
{
    for (int32_t i = 0; i < x->n; i++) {
        const struct pt_exclusion *o = &x->list[i];
        if (o->left && o->node != e->node &&
            share_host(nodes, o->node, e->node) && o->until <= e->until &&
            o->until > e->until - HOUR)
            return true;
    }
    return false;
}

bool pt_excluded_has(const struct pt_excluded *excluded,
                     const struct pt_node *nodes, int32_t node, pt_time now)
{
    for (int32_t i = 0; i < excluded->n; i++) {
        const struct pt_exclusion *e = &excluded->list[i];
        if (!e->left || e->until <= now || !share_host(nodes, e->node, node))
            continue;
        if (e->node == node || is_second(excluded, nodes, e))
            return true;
    }
    return false;
}

pt_time pt_excluded_next(const struct pt_excluded *excluded, pt_time now)
{
    pt_time next = PT_TIME_NEVER;

    for (int32_t i = 0; i < excluded->n; i++) {
        const struct pt_exclusion *e = &excluded->list[i];
        if (e->left && e->until > now && e->until < next)
            next = e->until;
    }
    return next;
}

void pt_excluded_fini(struct pt_excluded *excluded)
{
    pt_free(excluded->list);
    *excluded = (struct pt_excluded){0};
}
