#include "tests/conform/spark_wild.h"

#include "base/alloc.h"
#include "registry.h"

uint32_t wild_below(struct wild *w, uint32_t n)
{
    return pt_random_below(&w->random, n);
}

bool wild_chance(struct wild *w, uint32_t percent)
{
    return wild_below(w, 100) < percent;
}

static const char *const policies[] = {
    "fifo",
    "fifo:order=fair",
    "fifo:drivers=2",
    "fifo:hold_timeout=9us,backoff=4us,tries=4",
    "fifo:drivers=3,hold_timeout=7us",
    "gang",
    "gang:head=skip",
    "gang:head=block,order=fair",
    "gang:head=skip,order=fair",
    "backfill",
    "backfill:order=sjf",
    "backfill:depth=3,order=narrow",
    "backfill:depth=2,promises=keep,order=ljf",
    "backfill:depth=all",
    "backfill:depth=all,promises=keep"};

/* --- the machine and its rules --- */

static void draw_nodes(struct wild *w)
{
    bool own = w->config.named && wild_chance(w, 80);
    int64_t cores = 1 + wild_below(w, 4);

    w->config.nodes = 1 + (int32_t)wild_below(w, WILD_NODES);
    w->config.size.amount[PT_CORES] = cores * 1000;
    if (!w->plain)
        w->config.size.amount[PT_GPUS] = 1000 * (int64_t)wild_below(w, 3);
    for (int32_t i = 0; i < w->config.nodes; i++) {
        struct pt_node *node = &w->node[i];
        *node = (struct pt_node){.size = w->config.size,
                                 .host = (int32_t)wild_below(w, 4),
                                 .rack = (int32_t)wild_below(w, 3),
                                 .profile = (int32_t)wild_below(w, 2),
                                 .absent = own && i > 0 && wild_chance(w, 15)};
        node->size.amount[PT_CORES] = 1000 * (1 + (int64_t)wild_below(w, 4));
        w->up[i] = w->was_up[i] = !node->absent;
    }
    if (own)
        w->config.node = w->node;
}

static void draw_pools(struct wild *w)
{
    static const char *const names[] = {"default", "b", "a", "a"};

    w->config.npools = 1 + (int32_t)wild_below(w, WILD_POOLS);
    for (int32_t i = 0; i < w->config.npools; i++)
        w->pools[i] = (struct pt_pool_spec){
            .name = names[i],
            .parent = i == 0 ? -1 : (int32_t)wild_below(w, (uint32_t)i + 1) - 1,
            .weight = 1 + (int32_t)wild_below(w, 3),
            .min_share = (int32_t)wild_below(w, 3),
            .fair = wild_chance(w, 50)};
    w->config.pools = w->pools;
}

static void draw_rules(struct wild *w)
{
    bool rounds = w->config.named && wild_chance(w, 70);

    w->rules = (struct pt_rules){
        .rounds = rounds ? PT_ROUNDS_SPARK : PT_ROUNDS_NONE,
        .revive = 10,
        .gate = wild_chance(w, 30),
        .gate_interval = 5,
        .gate_failures = (int32_t)wild_below(w, 4),
        .task_failures = 1 + (int32_t)wild_below(w, 4),
        .stage_attempts = 1 + (int32_t)wild_below(w, 4),
        .resubmit = 1 + wild_below(w, 4),
        .local_outputs = w->config.named && wild_chance(w, 50),
        .speculation = wild_chance(w, 50),
        .speculation_interval = 3,
        .speculation_min = 1 + wild_below(w, 4),
        .speculation_quantile = 0.5,
        .speculation_multiplier = 1.5,
        .exclude = wild_chance(w, 25),
        .sync_timeout = wild_chance(w, 50) ? 12 : PT_TIME_NEVER,
        .holes = wild_chance(w, 50) ? wild_below(w, 0x1000) & PT_HOLES_ALL : 0};
    for (int i = 0; i < PT_LOCALITIES; i++)
        w->rules.locality[i] = wild_chance(w, 70) ? 7 : 0;
    w->config.rules = &w->rules;
}

/* --- the jobs --- */

static void draw_sites(struct wild *w, struct wild_job *own, int32_t i)
{
    struct pt_stage *stage = &own->stage[i];
    int32_t n = 0;

    for (int32_t k = 0; k < stage->ntasks; k++) {
        own->sites_at[i][k] = n;
        for (uint32_t left = wild_below(w, 3); left > 0; left--)
            own->sites[i][n++] = (struct pt_site){
                .kind = wild_chance(w, 60) ? PT_SITE_NODE : PT_SITE_HOST,
                .number = (int32_t)wild_below(w, (uint32_t)w->config.nodes)};
    }
    own->sites_at[i][stage->ntasks] = n;
    stage->sites_at = own->sites_at[i];
    stage->sites = own->sites[i];
}

static void draw_stage(struct wild *w, struct wild_job *own, int32_t i,
                       bool retries)
{
    struct pt_stage *stage = &own->stage[i];
    int64_t halves = w->integral ? 2 : 1 + wild_below(w, 3);

    *stage = (struct pt_stage){
        .ntasks = 1 + (int32_t)wild_below(w, WILD_WIDTH),
        .mode = wild_chance(w, 50) ? PT_GANG : PT_PARALLEL,
        .limit = 8 + wild_below(w, 40),
        .id = (int64_t)wild_below(w, 10),
        .retries = retries,
        .result = i + 1 == own->job.nstages && wild_chance(w, 50),
        .flaw = wild_chance(w, 2) ? PT_FLAW_CHAIN : PT_FLAW_NONE,
        .profile = w->config.node && wild_chance(w, 10) ? 1 : 0,
        .parents = own->parents[i]};
    stage->need.amount[PT_CORES] = halves * 500;
    if (!w->config.named)
        stage->need.amount[PT_CORES] = 1000;
    if (!w->plain && wild_chance(w, 30))
        stage->need.amount[PT_GPUS] = wild_chance(w, 50) ? 1000 : 400;
    if (w->config.named && wild_chance(w, 40))
        draw_sites(w, own, i);
    for (int32_t k = 0; k < i; k++)
        if (wild_chance(w, 50))
            own->parents[i][stage->nparents++] = k;
}

static void draw_job(struct wild *w, int32_t number)
{
    struct wild_job *own = &w->job[number];
    bool retries = wild_chance(w, 70);

    own->job = (struct pt_job){
        .rank = number,
        .id = number,
        .user = (int64_t)wild_below(w, 3),
        .group = -1,
        .queue = -1,
        .pool = (int32_t)wild_below(w, (uint32_t)w->config.npools),
        .tag = 100 + number,
        .nstages = 1 + (int32_t)wild_below(w, WILD_STAGES),
        .stages = own->stage};
    for (int32_t i = 0; i < own->job.nstages; i++) {
        draw_stage(w, own, i, retries != wild_chance(w, 5));
        own->seen[i].newest = -1;
    }
}

/* --- life --- */

static const void *find(const void *plugins, const char *kind, const char *text,
                        void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    const void *found = pt_plugin_open(plugins, kind, text, state, &err);

    ASSERT_TEXT(err.text, "");
    return found;
}

static void draw_mood(struct wild *w)
{
    static const uint32_t chances[] = {2, 10, 30, 60};

    w->fails = chances[wild_below(w, 4)];
    w->ends = chances[1 + wild_below(w, 3)];
    w->answers = chances[1 + wild_below(w, 3)];
    w->enters = chances[wild_below(w, 3)];
    w->moves = wild_chance(w, 50) ? chances[wild_below(w, 2)] : 0;
}

void wild_open(struct wild *w, uint64_t seed)
{
    *w = (struct wild){.seed = seed, .wake = PT_TIME_NEVER};
    pt_random_open(&w->random, seed, 0, PT_PURPOSE_TEST, 11);
    w->policy = policies[seed % (sizeof policies / sizeof *policies)];
    w->config.named = wild_chance(w, 85);
    w->config.exclusive = w->config.named && wild_chance(w, 10);
    w->config.ties = (enum pt_ties)wild_below(w, 3);
    w->config.limits = (enum pt_limits)wild_below(w, 3);
    w->plain = !w->config.named || wild_chance(w, 60);
    w->integral = w->plain && wild_chance(w, 60);
    draw_nodes(w);
    draw_pools(w);
    draw_rules(w);
    draw_mood(w);
    if (!w->config.named)
        w->config.size.amount[PT_CORES] = 1000, w->config.nodes = 5;
    for (int32_t i = 0; !w->config.named && i < 5; i++)
        w->up[i] = w->was_up[i] = true;
    w->njobs = 1 + (int32_t)wild_below(w, WILD_JOBS);
    w->job = pt_alloc((size_t)w->njobs, sizeof *w->job);
    for (int32_t i = 0; i < w->njobs; i++)
        draw_job(w, i);
    w->config.place =
        find(pt_places, "place", wild_chance(w, 50) ? "first" : "spread",
             &w->place_state);
    w->config.place_state = w->place_state;
    for (int i = 0; i < 2; i++) {
        w->config.policy = find(pt_policies, "policy", w->policy, &w->state[i]);
        w->config.policy_state = w->state[i];
        w->core[i] = pt_core_new(&w->config);
    }
    pt_core_census(w->core[0], &w->census);
}

void wild_close(struct wild *w)
{
    for (int i = 0; i < 2; i++) {
        pt_core_free(w->core[i]);
        pt_free(w->state[i]);
    }
    pt_free(w->place_state);
    pt_free(w->job);
}
