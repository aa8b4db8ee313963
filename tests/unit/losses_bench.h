/* losses_bench.h - a core whose nodes go and come, on the bench. */
#ifndef PT_TESTS_UNIT_LOSSES_BENCH_H
#define PT_TESTS_UNIT_LOSSES_BENCH_H

#include "tests/unit/core_bench.h"

struct how {
    const char *policy; /* NULL: gang */
    enum pt_requeue requeue;
    enum pt_ties ties;
    pt_time patience; /* 0: for ever */
    int64_t losses;
    enum pt_rounds rounds;
};

/* A named machine. */
static inline struct bench *machine_of(const char *policy, int32_t nodes,
                                       int32_t cores, enum pt_ties ties,
                                       const struct pt_rules *rules)
{
    return bench_new(&(struct bench_setup){.policy = policy,
                                           .nodes = nodes,
                                           .cores = cores,
                                           .named = true,
                                           .ties = ties,
                                           .rules = rules});
}

/* The same of NODES with one core each. */
static inline struct bench *machine(const struct how *how, int32_t nodes)
{
    const struct pt_rules rules = {
        .rounds = how->rounds,
        .revive = how->rounds == PT_ROUNDS_SPARK ? 1000 : 0,
        .stage_attempts = 4,
        .task_failures = 4,
        .requeue = how->requeue,
        .patience = how->patience > 0 ? how->patience : PT_TIME_NEVER,
        .losses = how->losses,
        .sync_timeout = PT_TIME_NEVER};

    return machine_of(how->policy ? how->policy : "gang", nodes, 1, how->ties,
                      &rules);
}

static inline void down(struct bench *b, int32_t node)
{
    bench_node(b, PT_FACT_NODE_DOWN, node);
}

static inline void up(struct bench *b, int32_t node)
{
    bench_node(b, PT_FACT_NODE_UP, node);
}

static inline void killed(struct bench *b, int32_t job)
{
    bench_ends(b, job, 0, -1, PT_KILLED);
}

static inline int32_t retrying_gang(struct bench *b, int32_t ntasks,
                                    pt_time limit)
{
    return bench_job(
        b,
        &(struct bench_stage){
            .mode = PT_GANG, .ntasks = ntasks, .limit = limit, .retries = true},
        1);
}

static inline int32_t gang_of(struct bench *b, bool retries, int32_t ntasks,
                              pt_time limit)
{
    return retries ? retrying_gang(b, ntasks, limit)
                   : bench_gang(b, ntasks, limit);
}

/* NODE is serviced from now on. */
static inline void service(struct bench *b, int32_t node, bool drains)
{
    bench_fact(b, (struct pt_fact){.kind = PT_FACT_NODE_DOWN,
                                   .task = -1,
                                   .node = node,
                                   .origin = PT_ORIGIN_MAINTENANCE,
                                   .planned = true,
                                   .drains = drains});
}

#define DOWN_AND_SERVICED(b, down, serviced)                                   \
    check_down((b), (down), (serviced), __FILE__, __LINE__)

static inline void check_down(struct bench *b, int64_t slots, int64_t serviced,
                              const char *file, int line)
{
    struct pt_census c;

    pt_core_census(b->core, &c);
    check_int(c.down, slots, "down", file, line);
    check_int(c.maintenance, serviced, "maintenance", file, line);
}

#endif
