#include "metrics/downtime.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "base/vec.h"

struct node {
    bool down, seen;       /* now; ever */
    enum pt_origin origin; /* of the outage that it is in */
};

/* `cut` follows `area` to the window's end: the last end of an attempt. */
struct pt_downtime {
    struct pt_downtime_summary summary; /* the counts, so far */
    struct node *nodes; /* [nnodes] as far as they are told of */
    int32_t nnodes, capacity;
    int64_t down[PT_ORIGINS]; /* nodes, now */
    pt_area area[PT_ORIGINS]; /* from the first submission up to `at` */
    pt_area cut[PT_ORIGINS];  /* ... up to `last`, as known at `at` */
    pt_time at, last;
    bool open; /* something was submitted */
};

struct pt_downtime *pt_downtime_new(void)
{
    return pt_alloc(1, sizeof(struct pt_downtime));
}

void pt_downtime_free(struct pt_downtime *downtime)
{
    if (!downtime)
        return;
    pt_free(downtime->nodes);
    pt_free(downtime);
}

enum pt_origin pt_downtime_origin(const struct pt_fact *fact)
{
    return fact->planned ? PT_ORIGIN_MAINTENANCE : fact->origin;
}

static void find_cut(struct pt_downtime *downtime)
{
    if (downtime->last < downtime->at)
        return;
    for (int o = 0; o < PT_ORIGINS; o++)
        downtime->cut[o] =
            downtime->area[o] +
            (pt_area)downtime->down[o] * (downtime->last - downtime->at);
}

/* Nodes change at NOW. */
static void pass_to(struct pt_downtime *downtime, pt_time now)
{
    if (!downtime->open || now == downtime->at)
        return;
    find_cut(downtime);
    for (int o = 0; o < PT_ORIGINS; o++)
        downtime->area[o] += (pt_area)downtime->down[o] * (now - downtime->at);
    downtime->at = now;
}

static struct node *node_at(struct pt_downtime *downtime, int32_t number)
{
    pt_assert(number >= 0);
    while (downtime->nnodes <= number)
        pt_vec_push(downtime->nodes, downtime->nnodes, downtime->capacity,
                    (struct node){.down = false});
    return &downtime->nodes[number];
}

static void take_down(struct pt_downtime *downtime, const struct pt_fact *fact)
{
    struct node *node = node_at(downtime, fact->node);

    if (node->down)
        return;
    node->down = true;
    node->origin = pt_downtime_origin(fact);
    downtime->summary.nodes += !node->seen;
    node->seen = true;
    downtime->down[node->origin]++;
    downtime->summary.by[node->origin].outages++;
    downtime->summary.outages++;
}

static void take_up(struct pt_downtime *downtime, const struct pt_fact *fact)
{
    struct node *node = node_at(downtime, fact->node);

    if (!node->down)
        return;
    node->down = false;
    downtime->down[node->origin]--;
}

static void take_nodes(struct pt_downtime *downtime, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->nfacts; i++) {
        const struct pt_fact *fact = &step->facts[i];
        bool falls = fact->kind == PT_FACT_NODE_DOWN;

        if (falls || fact->kind == PT_FACT_NODE_UP) {
            pass_to(downtime, step->now);
            if (falls)
                take_down(downtime, fact);
            else
                take_up(downtime, fact);
        } else if (fact->kind == PT_FACT_SUBMITTED && !downtime->open) {
            downtime->open = true;
            downtime->at = downtime->last = step->now;
        }
    }
}

void pt_downtime_step(struct pt_downtime *downtime, const struct pt_step *step)
{
    take_nodes(downtime, step);
    if (downtime->nnodes == 0)
        return;
    for (int32_t i = 0; i < step->ndecisions; i++) {
        const struct pt_decision *decision = &step->decisions[i];

        if (decision->kind != PT_KILL || decision->cause != PT_CAUSE_NODE)
            continue;
        downtime->summary.by[decision->origin].killed++;
        downtime->summary.killed++;
    }
    if (downtime->open && pt_ledger_has_end(step))
        downtime->last = step->now;
}

void pt_downtime_close(struct pt_downtime *downtime,
                       struct pt_downtime_summary *summary)
{
    find_cut(downtime);
    *summary = downtime->summary;
    for (int o = 0; o < PT_ORIGINS; o++)
        summary->by[o].down = downtime->cut[o];
}
