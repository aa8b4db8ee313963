#include "metrics/outages.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "base/vec.h"

struct node {
    bool down, seen;       /* now; ever */
    enum pt_origin origin; /* of the outage that it is in */
};

/* `cut` follows `area` to the window's end: the last end of an attempt. */
struct pt_downtime {
    struct pt_outages_summary summary; /* the counts, so far */
    struct node *nodes;                /* [nnodes] as far as they are told of */
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

void pt_downtime_free(struct pt_downtime *outages)
{
    if (!outages)
        return;
    pt_free(outages->nodes);
    pt_free(outages);
}

enum pt_origin pt_outage_origin(const struct pt_fact *fact)
{
    return fact->planned ? PT_ORIGIN_MAINTENANCE : fact->origin;
}

static void find_cut(struct pt_downtime *outages)
{
    if (outages->last < outages->at)
        return;
    for (int o = 0; o < PT_ORIGINS; o++)
        outages->cut[o] = outages->area[o] + (pt_area)outages->down[o] *
                                                 (outages->last - outages->at);
}

/* Nodes change at NOW. */
static void pass_to(struct pt_downtime *outages, pt_time now)
{
    if (!outages->open || now == outages->at)
        return;
    find_cut(outages);
    for (int o = 0; o < PT_ORIGINS; o++)
        outages->area[o] += (pt_area)outages->down[o] * (now - outages->at);
    outages->at = now;
}

static struct node *node_at(struct pt_downtime *outages, int32_t number)
{
    pt_assert(number >= 0);
    while (outages->nnodes <= number)
        pt_vec_push(outages->nodes, outages->nnodes, outages->capacity,
                    (struct node){.down = false});
    return &outages->nodes[number];
}

static void take_down(struct pt_downtime *outages, const struct pt_fact *fact)
{
    struct node *node = node_at(outages, fact->node);

    if (node->down)
        return;
    node->down = true;
    node->origin = pt_outage_origin(fact);
    outages->summary.nodes += !node->seen;
    node->seen = true;
    outages->down[node->origin]++;
    outages->summary.by[node->origin].outages++;
    outages->summary.outages++;
}

static void take_up(struct pt_downtime *outages, const struct pt_fact *fact)
{
    struct node *node = node_at(outages, fact->node);

    if (!node->down)
        return;
    node->down = false;
    outages->down[node->origin]--;
}

static void take_nodes(struct pt_downtime *outages, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->nfacts; i++) {
        const struct pt_fact *fact = &step->facts[i];
        bool falls = fact->kind == PT_FACT_NODE_DOWN;

        if (falls || fact->kind == PT_FACT_NODE_UP) {
            pass_to(outages, step->now);
            if (falls)
                take_down(outages, fact);
            else
                take_up(outages, fact);
        } else if (fact->kind == PT_FACT_SUBMITTED && !outages->open) {
            outages->open = true;
            outages->at = outages->last = step->now;
        }
    }
}

void pt_downtime_step(struct pt_downtime *outages, const struct pt_step *step)
{
    take_nodes(outages, step);
    if (outages->nnodes == 0)
        return;
    for (int32_t i = 0; i < step->ndecisions; i++) {
        const struct pt_decision *decision = &step->decisions[i];

        if (decision->kind != PT_KILL || decision->cause != PT_CAUSE_NODE)
            continue;
        outages->summary.by[decision->origin].killed++;
        outages->summary.killed++;
    }
    if (outages->open && pt_ledger_has_end(step))
        outages->last = step->now;
}

void pt_downtime_close(struct pt_downtime *outages,
                       struct pt_outages_summary *summary)
{
    find_cut(outages);
    *summary = outages->summary;
    for (int o = 0; o < PT_ORIGINS; o++)
        summary->by[o].down = outages->cut[o];
}
