/* outages_script.h - failure models by hand, and what comes of them as text. */
#ifndef PT_TESTS_UNIT_OUTAGES_SCRIPT_H
#define PT_TESTS_UNIT_OUTAGES_SCRIPT_H

#include "base/alloc.h"
#include "tests/unit/check.h"
#include "world/outages.h"

enum { NODES = 6, FAULTS = 64, TEXT = 1024 };

/* An outage of one or two nodes (b < 0: one). */
struct fault {
    pt_time down, up, told;
    enum pt_origin origin;
    bool drains;
    int32_t a, b;
};

struct script {
    const struct fault *faults; /* [n] in order of `told` */
    int32_t n, at;
    int32_t nodes[2];
    struct pt_implied implied;
    int32_t open;
};

static inline int script_open(void *state, const struct pt_cluster *cluster,
                              struct pt_err *err)
{
    struct script *s = state;

    (void)cluster, (void)err;
    s->open++;
    return 0;
}

static inline bool script_next(void *state, struct pt_outage *outage)
{
    struct script *s = state;

    if (s->at == s->n)
        return false;
    const struct fault *fault = &s->faults[s->at++];
    s->nodes[0] = fault->a;
    s->nodes[1] = fault->b;
    *outage = (struct pt_outage){.down = fault->down,
                                 .up = fault->up,
                                 .told = fault->told,
                                 .origin = fault->origin,
                                 .drains = fault->drains,
                                 .nodes = s->nodes,
                                 .nnodes = fault->b >= 0 ? 2 : 1};
    return true;
}

static inline void script_implied(const void *state, struct pt_implied *implied)
{
    *implied = ((const struct script *)state)->implied;
}

static inline void script_close(void *state)
{
    ((struct script *)state)->open--;
}

static const struct pt_failure_model scripted = {.name = "script",
                                                 .open = script_open,
                                                 .next = script_next,
                                                 .implied = script_implied,
                                                 .close = script_close};
static const struct pt_failure_model foretold = {.name = "foretold",
                                                 .ahead = true,
                                                 .open = script_open,
                                                 .next = script_next,
                                                 .implied = script_implied,
                                                 .close = script_close};

struct outages {
    struct pt_outages all;
    struct pt_cluster cluster;
    struct script scripts[3];
    struct pt_breaker breakers[3];
    struct pt_facts facts;
    char text[TEXT];
};

static inline struct outages *begin(const struct pt_machine *machine)
{
    struct outages *o = pt_alloc(1, sizeof *o);

    (void)machine;
    o->cluster.nodes = NODES;
    return o;
}

static inline void add(struct outages *o, int32_t i, const struct fault *faults,
                       int32_t n)
{
    o->scripts[i] = (struct script){
        .faults = faults, .n = n, .implied = {.availability = 1}};
    o->breakers[i].model = &scripted;
    for (int32_t k = 0; k < n; k++)
        if (faults[k].told < faults[k].down)
            o->breakers[i].model = &foretold;
    o->breakers[i].state = &o->scripts[i];
}

static inline void start(struct outages *o, const struct pt_machine *machine,
                         int32_t n)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    ASSERT_INT(
        pt_outages_open(&o->all, machine, &o->cluster, o->breakers, n, &err),
        0);
}

static inline void finish(struct outages *o)
{
    pt_outages_close(&o->all);
    for (int32_t i = 0; i < 3; i++)
        ASSERT_INT(o->scripts[i].open, 0);
    pt_free(o->facts.items);
    pt_free(o);
}

static inline int print_fact(const struct pt_fact *f, char *text, size_t size)
{
    if (f->kind == PT_FACT_NODE_NOTICE)
        return snprintf(text, size, "notice %d %lld-%lld", (int)f->node,
                        (long long)f->since,
                        f->until == PT_TIME_NEVER ? -1LL : (long long)f->until);
    if (f->kind == PT_FACT_NODE_UP)
        return snprintf(text, size, "up %d", (int)f->node);
    ASSERT_INT(f->kind, PT_FACT_NODE_DOWN);
    return snprintf(text, size, "down %d%s%s", (int)f->node,
                    f->planned ? " planned" : "", f->drains ? " drains" : "");
}

/* "10: down 0; up 1", or "never". */
static inline const char *next(struct outages *o)
{
    pt_time at = pt_outages_next(&o->all);
    int used = 0;

    if (at == PT_TIME_NEVER)
        return "never";
    o->facts.n = 0;
    pt_outages_act(&o->all, at, &o->facts);
    assert_true(pt_outages_next(&o->all) > at);
    used = snprintf(o->text, TEXT, "%lld:", (long long)at);
    for (int32_t i = 0; i < o->facts.n; i++) {
        used += snprintf(o->text + used, (size_t)(TEXT - used), "%s ",
                         i > 0 ? ";" : "");
        used += print_fact(&o->facts.items[i], o->text + used,
                           (size_t)(TEXT - used));
    }
    return o->text;
}

#define NEXT(o, expected)                                                      \
    check_text(next(o), (expected), "outages", __FILE__, __LINE__)

#endif
