/* spark_world.h - a small machine under Spark's rules, on the bench. */
#ifndef PT_TESTS_CONFORM_SPARK_WORLD_H
#define PT_TESTS_CONFORM_SPARK_WORLD_H

#include "tests/unit/core_bench.h"

#define MS INT64_C(1000)

enum { NODES = 8, DAY = 86400, WIDTH = 64 };

struct world {
    struct pt_rules rules;
    struct pt_node node[NODES];
    int32_t nodes;
    const struct pt_pool_spec *pools;
    int32_t npools;
    const char *policy;
};

/* NODES of so many cores and GPUs, each a host and a rack of its own. */
static inline struct world world_of(int32_t nodes, int32_t cores, int32_t gpus)
{
    struct world w = {
        .rules = {.rounds = PT_ROUNDS_SPARK,
                  .revive = PT_SECOND,
                  .locality = {3 * PT_SECOND, 3 * PT_SECOND, 3 * PT_SECOND},
                  .task_failures = 4,
                  .stage_attempts = 4,
                  .resubmit = 200 * MS,
                  .sync_timeout = 365 * DAY * PT_SECOND},
        .nodes = nodes,
        .policy = "gang:head=skip,order=fair"};

    for (int32_t i = 0; i < nodes; i++)
        w.node[i] = (struct pt_node){
            .size = {.amount = {cores * 1000, gpus * 1000}}, .host = i};
    return w;
}

static inline struct bench *open_world(const struct world *w)
{
    static const struct pt_pool_spec fifo = {
        .name = "root", .parent = -1, .weight = 1};
    bool own = w->npools > 0;

    return bench_new(&(struct bench_setup){.policy = w->policy,
                                           .nodes = w->nodes,
                                           .named = true,
                                           .rules = &w->rules,
                                           .node = w->node,
                                           .pools = own ? w->pools : &fifo,
                                           .npools = own ? w->npools : 1});
}

static inline struct bench_stage stage_of(enum pt_mode mode, int32_t ntasks,
                                          int64_t cores, int64_t gpus)
{
    return (struct bench_stage){.mode = mode,
                                .ntasks = ntasks,
                                .limit = DAY * PT_SECOND,
                                .need = {.amount = {cores, gpus}},
                                .retries = true};
}

static inline int32_t submit(struct bench *bench, enum pt_mode mode,
                             int32_t ntasks, int64_t cores, int64_t gpus)
{
    struct bench_stage stage = stage_of(mode, ntasks, cores, gpus);

    return bench_job(bench, &stage, 1);
}

/* Tasks that all prefer NODE. */
static inline int32_t submit_near(struct bench *bench, enum pt_mode mode,
                                  int32_t ntasks, int32_t node)
{
    struct bench_stage stage = stage_of(mode, ntasks, 1000, 0);
    /* The core borrows them until the bench is freed. */
    static const int32_t at[] = {0, 1, 2, 3, 4};
    static const struct pt_site sites[][4] = {
        {{.number = 0}, {.number = 0}, {.number = 0}, {.number = 0}},
        {{.number = 1}, {.number = 1}, {.number = 1}, {.number = 1}}};

    assert_true(ntasks <= 4 && node < 2);
    stage.sites_at = at;
    stage.sites = sites[node];
    return bench_job(bench, &stage, 1);
}

/* Where the task of the job runs, as the step's decisions have it. */
static inline int32_t node_of(const struct bench *bench, int32_t job,
                              int32_t task)
{
    const struct pt_step *step = bench->step;

    for (int32_t i = 0; i < step->ndecisions; i++) {
        const struct pt_decision *d = &step->decisions[i];
        if (d->kind == PT_START && d->rank == job && d->task == task)
            return step->ranges[d->range].first;
    }
    fail_msg("task %d of job %d does not start", task, job);
    return -1;
}

/* How many tasks start in the step, of JOB (-1: of all). */
static inline int32_t starts(const struct bench *bench, int32_t job)
{
    int32_t n = 0;

    for (int32_t i = 0; i < bench->step->ndecisions; i++) {
        const struct pt_decision *d = &bench->step->decisions[i];
        if (d->kind == PT_START && (job < 0 || d->rank == job))
            n += d->ntasks;
    }
    return n;
}

#endif
