#include "tests/conform/breaking.h"

#include <stdio.h>

enum { RACKS = 3, HORIZON = 120 /* nodes fail no more */ };

int32_t breaking_pick(const struct breaking_scene *s, int64_t a, int64_t b,
                      int32_t n)
{
    uint64_t seed = s->seed ^ (uint64_t)a * UINT64_C(0x9e3779b97f4a7c15) ^
                    (uint64_t)b * UINT64_C(0xd6e8feb86659fd93);

    return trial_below(&seed, n);
}

static void add_turn(struct breaking_scene *s, pt_time at, struct pt_fact fact)
{
    int i = s->nturns;

    if (s->nturns == BREAKING_TURNS)
        return;
    for (; i > 0 && s->turns[i - 1].at > at; i--)
        s->turns[i] = s->turns[i - 1];
    s->turns[i] = (struct breaking_turn){at, fact};
    s->nturns++;
}

/* NODE is told to be down in about [down, up). */
static void announce(struct breaking_scene *s, uint64_t *seed, int32_t node,
                     pt_time down, pt_time up)
{
    pt_time told = down - trial_below(seed, 8);
    pt_time since = down + trial_below(seed, 2);
    pt_time until = up + trial_below(seed, 4) - 1;

    told = told > 0 ? told : 0;
    until = until > since ? until : since + 1;
    add_turn(s, told,
             (struct pt_fact){.kind = PT_FACT_NODE_NOTICE,
                              .node = node,
                              .since = since > told ? since : told,
                              .until = until});
}

/* The life of NODE, until it stays. */
static void draw_life(struct breaking_scene *s, int32_t node, uint64_t seed)
{
    pt_time at = s->node[node].absent ? 0 : trial_below(&seed, 20);
    int32_t apart = 4 + trial_below(&seed, 30);

    if (s->node[node].absent)
        add_turn(s, at += trial_below(&seed, 9),
                 (struct pt_fact){.kind = PT_FACT_NODE_UP, .node = node});
    for (at += trial_below(&seed, apart); at < HORIZON;
         at += trial_below(&seed, apart)) {
        pt_time up = at + 1 + trial_below(&seed, 10);
        bool planned = trial_below(&seed, 4) == 0;
        if (planned && s->setup.named && trial_below(&seed, 4) > 0)
            announce(s, &seed, node, at, up);
        add_turn(s, at,
                 (struct pt_fact){
                     .kind = PT_FACT_NODE_DOWN,
                     .node = node,
                     .origin = planned ? PT_ORIGIN_MAINTENANCE : PT_ORIGIN_NODE,
                     .planned = planned,
                     .drains = planned && trial_below(&seed, 3) == 0});
        add_turn(s, up,
                 (struct pt_fact){.kind = PT_FACT_NODE_UP, .node = node});
        at = up;
    }
}

static void draw_nodes(struct breaking_scene *s, uint64_t *seed)
{
    s->own = s->setup.named && trial_below(seed, 3) > 0;
    for (int32_t i = 0; i < s->setup.nodes; i++) {
        struct pt_node *node = &s->node[i];
        *node = (struct pt_node){.size = {{1000 * s->setup.cores, 0, 4}},
                                 .host = i};
        if (!s->own)
            continue;
        node->size.amount[PT_CORES] =
            1000 * (1 + trial_below(seed, BREAKING_CORES));
        node->size.amount[PT_GPUS] = 1000 * trial_below(seed, 4);
        node->rack = trial_below(seed, RACKS);
        node->absent = trial_below(seed, 8) == 0;
    }
    bool racks = trial_below(seed, 2) == 0;
    uint64_t lives = (uint64_t)trial_below(seed, INT32_MAX);
    for (int32_t i = 0; i < s->setup.nodes; i++)
        draw_life(s, i,
                  lives + (racks ? (uint64_t)s->node[i].rack : (uint64_t)i));
}

static void draw_rules(struct breaking_scene *s, uint64_t *seed)
{
    struct pt_rules *rules = &s->rules;

    rules->sync_timeout = PT_TIME_NEVER;
    rules->patience = PT_TIME_NEVER;
    if (trial_below(seed, 4) == 0)
        return;
    rules->requeue = (enum pt_requeue)trial_below(seed, s->setup.named ? 4 : 2);
    if (trial_below(seed, 2) == 0)
        rules->patience = trial_below(seed, 12);
    if (trial_below(seed, 3) == 0)
        rules->losses = 1 + trial_below(seed, 4);
    if (trial_below(seed, 3) == 0) {
        rules->node_failures = 1 + trial_below(seed, BREAKING_FAILURES);
        rules->node_window = 10 + trial_below(seed, 60);
        rules->node_rest = trial_below(seed, 20);
    }
    rules->task_failures = 2 + trial_below(seed, 3);
    rules->stage_attempts = 2 + trial_below(seed, 5);
    rules->resubmit = trial_below(seed, 4);
    if (s->setup.named && trial_below(seed, 6) == 0) {
        rules->rounds = PT_ROUNDS_SPARK;
        rules->revive = 1 + trial_below(seed, 9);
    }
    rules->local_outputs = s->setup.named && trial_below(seed, 4) == 0;
}

int32_t breaking_draw(void *context, uint64_t number, struct trial_job *jobs)
{
    static const char *const places[] = {
        "first", "best", "pack", "spread", "racks", "racks:prefer=spread"};
    enum { PLACES = sizeof places / sizeof *places };
    struct breaking_scene *s = context;
    uint64_t seed = s->seed = BREAKING_SEED + 1000 * number;

    s->nturns = 0;
    s->what[0] = '\0';
    s->rules = (struct pt_rules){.holes = 0};
    s->setup =
        (struct trial_setup){.policy = s->names[number % s->npolicies],
                             .place = places[number / s->npolicies % PLACES],
                             .named = s->named,
                             .exclusive = s->exclusive,
                             .nodes = 1 + trial_below(&seed, BREAKING_NODES),
                             .cores = 1 + trial_below(&seed, BREAKING_CORES),
                             .ties = (enum pt_ties)trial_below(&seed, 3),
                             .limits = (enum pt_limits)trial_below(&seed, 3)};
    draw_nodes(s, &seed);
    draw_rules(s, &seed);
    struct trial_taste taste = {.most = BREAKING_JOBS,
                                .width = s->setup.nodes * s->setup.cores,
                                .users = 3,
                                .parallel = true,
                                .overrun = s->setup.limits != PT_LIMITS_TRUST};
    return trial_draw(&seed, &taste, jobs);
}

void breaking_print(void *context, const struct trial_job *jobs, int32_t n)
{
    static const char *const words[] = {"ended", "up", "down", "notice"};
    const struct breaking_scene *s = context;

    if (s->what[0] != '\0') {
        fprintf(stderr, "%s\n\n", s->what);
        return;
    }
    trial_print(&s->setup, jobs, n);
    fprintf(stderr,
            "requeue %d patience %lld losses %d rest %d/%lld/%lld tries %d/%d "
            "resubmit %lld local %d\n",
            (int)s->rules.requeue, (long long)s->rules.patience,
            (int)s->rules.losses, (int)s->rules.node_failures,
            (long long)s->rules.node_window, (long long)s->rules.node_rest,
            s->rules.task_failures, s->rules.stage_attempts,
            (long long)s->rules.resubmit, (int)s->rules.local_outputs);
    for (int32_t i = 0; s->own && i < s->setup.nodes; i++)
        fprintf(stderr, "node %d rack %d cores %lld gpus %lld%s\n", i,
                s->node[i].rack,
                (long long)s->node[i].size.amount[PT_CORES] / 1000,
                (long long)s->node[i].size.amount[PT_GPUS] / 1000,
                s->node[i].absent ? " absent" : "");
    for (int i = 0; i < s->nturns; i++)
        fprintf(stderr, "%lld %s %d%s%s %lld %lld\n", (long long)s->turns[i].at,
                words[s->turns[i].fact.kind], s->turns[i].fact.node,
                s->turns[i].fact.planned ? " planned" : "",
                s->turns[i].fact.drains ? " drains" : "",
                (long long)s->turns[i].fact.since,
                (long long)s->turns[i].fact.until);
}
