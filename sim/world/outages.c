#include "world/outages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/vec.h"

/* One that was told, and is not over. */
struct outage {
    pt_time down, up;
    enum pt_origin origin;
    bool planned, drains, begun;
    int32_t *nodes; /* [n]; NULL: the slot is free */
    int32_t n;
};

/* A node of the input comes or goes. */
struct turn {
    pt_time at;
    int32_t node;
    bool up;
};

static struct outage *outage_at(const struct pt_outages *o, int32_t slot)
{
    return pt_slab_at(&o->standing, slot);
}

/* --- the input's own --- */

static bool turns_at(pt_time at, pt_time first)
{
    return at > first && at != PT_TIME_NEVER;
}

bool pt_outages_absent(const struct pt_machine_node *node, pt_time first)
{
    return node->up > first || node->down <= first;
}

static int by_time(const void *a, const void *b)
{
    const struct turn *p = a, *q = b;

    if (p->at != q->at)
        return p->at < q->at ? -1 : 1;
    return (p->node > q->node) - (p->node < q->node);
}

static void find_turns(struct pt_outages *o, const struct pt_machine *machine,
                       pt_time first)
{
    if (!machine || !machine->node)
        return;
    o->turns = pt_alloc(2 * (size_t)machine->nodes, sizeof *o->turns);
    for (int32_t i = 0; i < machine->nodes; i++) {
        const struct pt_machine_node *node = &machine->node[i];
        if (pt_outages_absent(node, first)) {
            o->faults[i]++;
            o->struck[i] = true;
            o->down++;
        }
        if (turns_at(node->up, first))
            o->turns[o->nturns++] = (struct turn){node->up, i, true};
        if (turns_at(node->down, first))
            o->turns[o->nturns++] = (struct turn){node->down, i, false};
    }
    qsort(o->turns, (size_t)o->nturns, sizeof *o->turns, by_time);
}

/* --- counting --- */

static void touch(struct pt_outages *o, int32_t node, int32_t change)
{
    if (o->before[node] < 0) {
        o->before[node] = o->faults[node];
        o->touched[o->ntouched++] = node;
    }
    o->faults[node] += change;
    pt_assert(o->faults[node] >= 0);
}

static int by_number(const void *a, const void *b)
{
    const int32_t *p = a, *q = b;

    return (*p > *q) - (*p < *q);
}

/* --- what begins --- */

static void look_ahead(struct pt_outages *o, int32_t i)
{
    struct pt_breaker *breaker = &o->breakers[i];

    o->more[i] = breaker->model->next(breaker->state, &o->ahead[i]);
    pt_assert(!o->more[i] || (o->ahead[i].up > o->ahead[i].down &&
                              o->ahead[i].told <= o->ahead[i].down));
}

/* What model I told is taken in: the slot. */
static int32_t take_in(struct pt_outages *o, int32_t i)
{
    const struct pt_outage *it = &o->ahead[i];
    int32_t slot = pt_slab_take(&o->standing);
    struct outage *own = outage_at(o, slot);

    *own = (struct outage){.down = it->down,
                           .up = it->up,
                           .origin = it->origin,
                           .planned = it->origin == PT_ORIGIN_MAINTENANCE,
                           .drains = it->drains,
                           .n = it->nnodes};
    own->nodes = pt_alloc((size_t)it->nnodes + 1, sizeof *own->nodes);
    memcpy(own->nodes, it->nodes, (size_t)it->nnodes * sizeof *own->nodes);
    look_ahead(o, i);
    return slot;
}

static void tell_notice(struct pt_facts *facts, int32_t node, pt_time since,
                        pt_time until)
{
    pt_facts_add(facts, (struct pt_fact){.kind = PT_FACT_NODE_NOTICE,
                                         .task = -1,
                                         .node = node,
                                         .since = since,
                                         .until = until});
}

/* One more fault.  The first is what takes a node; where it drains, so does the
 * first that does not. */
static void add_fault(struct pt_outages *o, int32_t node,
                      const struct outage *own, struct pt_facts *facts)
{
    touch(o, node, 1);
    bool first = o->faults[node] == 1 && o->before[node] == 0;
    if (first || (!own->drains && !o->struck[node]))
        pt_facts_add(facts, (struct pt_fact){.kind = PT_FACT_NODE_DOWN,
                                             .task = -1,
                                             .node = node,
                                             .origin = own->origin,
                                             .planned = own->planned,
                                             .drains = own->drains});
    o->struck[node] = o->struck[node] || !own->drains;
}

static bool is_of(const struct outage *own, int32_t node)
{
    return own->nodes && own->planned &&
           bsearch(&node, own->nodes, (size_t)own->n, sizeof node, by_number);
}

/* When the last of the windows that NODE is in will be over. */
static pt_time last_of(const struct pt_outages *o, int32_t node)
{
    pt_time up = INT64_MIN;

    for (int32_t k = 0; k < o->standing.top; k++) {
        const struct outage *own = outage_at(o, k);
        if (is_of(own, node) && own->begun && own->up > up)
            up = own->up;
    }
    return up;
}

static void begin(struct pt_outages *o, int32_t slot, pt_time now,
                  struct pt_facts *facts)
{
    struct outage *own = outage_at(o, slot);

    own->begun = true;
    for (int32_t i = 0; i < own->n; i++) {
        int32_t node = own->nodes[i];
        add_fault(o, node, own, facts);
        if (own->planned && o->faults[node] > 1 && o->tells_ahead)
            tell_notice(facts, node, now, last_of(o, node));
    }
    pt_agenda_set(&o->ends, slot, own->up);
}

/* Whether another outage that was told ahead comes before SLOT on NODE. */
static bool has_earlier(const struct pt_outages *o, int32_t slot, int32_t node)
{
    for (int32_t k = 0; k < o->standing.top; k++) {
        const struct outage *other = outage_at(o, k);
        if (k != slot && other->down < outage_at(o, slot)->down &&
            is_of(other, node))
            return true;
    }
    return false;
}

/* One a node: the earliest. */
static void announce(struct pt_outages *o, int32_t slot, struct pt_facts *facts)
{
    const struct outage *own = outage_at(o, slot);

    pt_agenda_set(&o->begins, slot, own->down);
    for (int32_t i = 0; i < own->n; i++)
        if (!has_earlier(o, slot, own->nodes[i]))
            tell_notice(facts, own->nodes[i], own->down, own->up);
}

/* The one that comes next on NODE, unless one is under way. */
static void renew_notice(const struct pt_outages *o, int32_t node,
                         struct pt_facts *facts)
{
    const struct outage *next = NULL;

    for (int32_t k = 0; k < o->standing.top; k++) {
        const struct outage *own = outage_at(o, k);
        if (!is_of(own, node))
            continue;
        if (own->begun)
            return;
        if (!next || own->down < next->down)
            next = own;
    }
    if (next)
        tell_notice(facts, node, next->down, next->up);
}

/* --- what ends --- */

static void end(struct pt_outages *o, int32_t slot)
{
    struct outage *own = outage_at(o, slot);
    int32_t *nodes = own->nodes;

    own->nodes = NULL;
    for (int32_t i = 0; i < own->n; i++) {
        touch(o, nodes[i], -1);
        o->renews[nodes[i]] = o->renews[nodes[i]] || own->planned;
    }
    pt_free(nodes);
    pt_slab_give(&o->standing, slot);
}

static void turn(struct pt_outages *o, const struct turn *turn,
                 struct pt_facts *facts)
{
    int32_t node = turn->node;

    if (!turn->up) {
        add_fault(o, node, &(struct outage){.origin = PT_ORIGIN_UNKNOWN},
                  facts);
        return;
    }
    touch(o, node, -1);
}

/* --- all --- */

static pt_time earlier(pt_time a, pt_time b)
{
    return a < b ? a : b;
}

pt_time pt_outages_next(const struct pt_outages *o)
{
    pt_time at = earlier(pt_agenda_next(&o->begins), pt_agenda_next(&o->ends));

    for (int32_t i = 0; i < o->n; i++)
        if (o->more[i])
            at = earlier(at, o->ahead[i].told);
    if (o->turned < o->nturns)
        at = earlier(at, o->turns[o->turned].at);
    return at;
}

/* Planned outages are no failures: they are known. */
struct pt_implied pt_outages_implied(const struct pt_outages *o)
{
    struct pt_implied all = {.availability = 1, .mtbf = HUGE_VAL, .mttr = 0};
    double rate = 0, repair = 0;

    for (int32_t i = 0; i < o->n; i++) {
        struct pt_implied one;
        o->breakers[i].model->implied(o->breakers[i].state, &one);
        all.availability *= one.availability;
        if (o->breakers[i].model->ahead)
            continue;
        rate += 1 / one.mtbf;
        if (one.mtbf < HUGE_VAL)
            repair += one.mttr / one.mtbf;
    }
    if (rate > 0 || isnan(rate)) {
        all.mtbf = 1 / rate;
        all.mttr = repair / rate;
    }
    return all;
}

double pt_outages_mtbf(const struct pt_outages *o)
{
    double mtbf = pt_outages_implied(o).mtbf;

    return mtbf > 0 ? mtbf : HUGE_VAL;
}

/* Nodes whose last fault ended: down before, up after.  A node that was to go
 * down at NOW, and came back at once by the count, has been told to be down. */
static void tell_ups(struct pt_outages *o, struct pt_facts *facts)
{
    qsort(o->touched, (size_t)o->ntouched, sizeof *o->touched, by_number);
    for (int32_t i = 0; i < o->ntouched; i++) {
        int32_t node = o->touched[i];
        bool was = o->before[node] > 0, is = o->faults[node] > 0;
        if (was && !is) {
            o->struck[node] = false;
            pt_facts_add(facts, (struct pt_fact){.kind = PT_FACT_NODE_UP,
                                                 .task = -1,
                                                 .node = node});
        }
        if (o->renews[node])
            renew_notice(o, node, facts);
        o->renews[node] = false;
        o->down += (int32_t)is - (int32_t)was;
        o->before[node] = -1;
    }
    o->ntouched = 0;
}

void pt_outages_act(struct pt_outages *o, pt_time now, struct pt_facts *facts)
{
    if (pt_outages_next(o) > now)
        return;
    for (int32_t i = 0; i < o->n; i++)
        while (o->more[i] && o->ahead[i].told <= now) {
            int32_t slot = take_in(o, i);
            if (outage_at(o, slot)->down > now)
                announce(o, slot, facts);
            else
                begin(o, slot, now, facts);
        }
    while (pt_agenda_next(&o->begins) <= now)
        begin(o, pt_agenda_pop(&o->begins), now, facts);
    for (; o->turned < o->nturns && o->turns[o->turned].at <= now; o->turned++)
        turn(o, &o->turns[o->turned], facts);
    while (pt_agenda_next(&o->ends) <= now)
        end(o, pt_agenda_pop(&o->ends));
    tell_ups(o, facts);
}

int pt_outages_open(struct pt_outages *o, const struct pt_machine *machine,
                    const struct pt_cluster *cluster,
                    const struct pt_breaker *breakers, int32_t n,
                    struct pt_err *err)
{
    pt_assert(n <= PT_FAILURE_MODELS);
    *o = (struct pt_outages){.nodes = cluster->nodes};
    if (machine && machine->node && machine->nodes > o->nodes)
        o->nodes = (int32_t)machine->nodes;
    pt_slab_init(&o->standing, sizeof(struct outage));
    pt_agenda_init(&o->begins);
    pt_agenda_init(&o->ends);
    o->faults = pt_alloc((size_t)o->nodes, sizeof *o->faults);
    o->struck = pt_alloc((size_t)o->nodes, sizeof *o->struck);
    o->renews = pt_alloc((size_t)o->nodes, sizeof *o->renews);
    o->before = pt_alloc((size_t)o->nodes, sizeof *o->before);
    o->touched = pt_alloc((size_t)o->nodes, sizeof *o->touched);
    memset(o->before, 0xff, (size_t)o->nodes * sizeof *o->before);
    find_turns(o, machine, cluster->start);
    for (int32_t i = 0; i < n; i++) {
        if (breakers[i].model->open(breakers[i].state, cluster, err) < 0)
            return -1;
        o->breakers[o->n++] = breakers[i];
        o->tells_ahead = o->tells_ahead || breakers[i].model->ahead;
        look_ahead(o, i);
    }
    return 0;
}

void pt_outages_close(struct pt_outages *o)
{
    for (int32_t i = 0; i < o->n; i++)
        o->breakers[i].model->close(o->breakers[i].state);
    for (int32_t i = 0; i < o->standing.top; i++)
        pt_free(outage_at(o, i)->nodes);
    pt_slab_fini(&o->standing);
    pt_agenda_fini(&o->begins);
    pt_agenda_fini(&o->ends);
    pt_free(o->faults);
    pt_free(o->struck);
    pt_free(o->renews);
    pt_free(o->before);
    pt_free(o->touched);
    pt_free(o->turns);
}
