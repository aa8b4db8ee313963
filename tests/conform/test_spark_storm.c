/* Whatever fails, whenever: every job ends, and the books are right. */
#include "tests/conform/spark.h"

#include "base/vec.h"

enum { JOBS = 6, HANDLES = 4096, ROUNDS = 250, LAST = 6000, SEEDS = 400 };

struct storm {
    struct spark spark;
    struct bench *b;
    uint64_t state;
    pt_time now;
    uint64_t gone[HANDLES]; /* members that have ended */
    bool killed[HANDLES];   /* and it has not been told yet */
    bool down[SPARK_NODES];
    int32_t nodes, jobs;
};

/* Xorshift (Marsaglia 2003). */
static int32_t below(struct storm *s, int32_t n)
{
    s->state ^= s->state << 13;
    s->state ^= s->state >> 7;
    s->state ^= s->state << 17;
    return (int32_t)(s->state % (uint64_t)n);
}

static void submit(struct storm *s)
{
    static const char *const parents[][4] = {
        {NULL, "0", "1", "2"}, {NULL, NULL, "01", "2"}, {NULL, "0", "0", "12"}};
    struct bench_stage stages[4];
    int32_t shape = below(s, 3), n = 1 + below(s, 4);

    for (int32_t i = 0; i < n; i++)
        stages[i] =
            (struct bench_stage){.mode = below(s, 2) ? PT_GANG : PT_PARALLEL,
                                 .ntasks = 1 + below(s, 5),
                                 .limit = 1000 * SEC,
                                 .parents = parents[shape][i],
                                 .retries = true,
                                 .result = i == n - 1 && below(s, 2)};
    bench_job(s->b, stages, n);
    s->jobs++;
}

static void tell(struct storm *s, int32_t index, struct pt_fact fact)
{
    struct bench *b = s->b;
    struct bench_run *run = &b->runs[index];
    int32_t n = fact.task < 0 ? run->left : 1;

    fact.kind = PT_FACT_ENDED;
    fact.attempt = run->handle;
    bench_fact(b, fact);
    b->books.ending_slots += n * run->slots;
    b->books.ending_starts += n * run->slots * run->start;
    if (fact.task >= 0)
        s->gone[run->handle] |= UINT64_C(1) << fact.task;
    run->left -= n;
    if (run->left == 0) {
        s->killed[run->handle] = false;
        *run = b->runs[--b->nruns];
    }
}

/* One of the run's tasks that has not ended. */
static int32_t any_task(struct storm *s, const struct bench_run *run)
{
    int32_t k = below(s, run->left);

    for (int32_t t = 0; t < 64; t++) {
        bool its = run->tasks ? (run->tasks >> t & 1)
                              : t >= run->task && t < run->task + run->ntasks;
        if (its && !(s->gone[run->handle] >> t & 1) && k-- == 0)
            return t;
    }
    fail();
    return -1;
}

static void end_one(struct storm *s, int32_t index, bool calm)
{
    const struct bench_run *run = &s->b->runs[index];
    const struct pt_stage *spec = &s->b->jobs[run->job]->stage[run->stage];
    int32_t chance = below(s, 100), task = any_task(s, run);

    if (s->killed[run->handle] && (calm || chance < 80)) {
        tell(s, index, (struct pt_fact){.task = -1, .outcome = PT_KILLED});
        return;
    }
    if (calm || chance < 80) {
        tell(s, index,
             (struct pt_fact){.task = below(s, 4) ? task : -1,
                              .outcome = PT_SUCCESS});
        return;
    }
    struct pt_fact fact = {.task = task,
                           .outcome = PT_FAILURE,
                           .fault =
                               chance < 90 ? PT_FAULT_ERROR : PT_FAULT_EXCUSED};
    if (chance >= 95 && spec->nparents > 0) {
        fact.fault = PT_FAULT_FETCH;
        fact.parent = spec->parents[below(s, spec->nparents)];
        fact.output = below(s, s->b->jobs[run->job]->stage[fact.parent].ntasks);
    }
    tell(s, index, fact);
}

static void turn(struct storm *s, int32_t node, bool down)
{
    if (s->down[node] == down)
        return;
    s->down[node] = down;
    bench_node(s->b, down ? PT_FACT_NODE_DOWN : PT_FACT_NODE_UP, node);
}

static void step(struct storm *s)
{
    struct bench *b = s->b;
    pt_time next = s->now + below(s, 400) * MS;

    s->now = b->wake < next ? b->wake : next;
    bench_fact(b, (struct pt_fact){.kind = PT_FACT_SHUFFLE,
                                   .seed = below(s, 1 << 20)});
    bench_step(b, s->now);
    for (int32_t i = 0; i < b->step->ndecisions; i++) {
        const struct pt_decision *d = &b->step->decisions[i];
        if (d->attempt >= 0)
            assert_true(d->attempt < HANDLES);
        if (d->kind == PT_START) {
            s->gone[d->attempt] = 0;
            s->killed[d->attempt] = false;
        }
        if (d->kind == PT_KILL)
            s->killed[d->attempt] = true;
    }
}

static bool all_over(const struct storm *s)
{
    for (int32_t i = 0; i < s->b->njobs; i++)
        if (s->b->jobs[i]->nrecords == 0)
            return false;
    return s->b->nruns == 0;
}

static void run_storm(uint64_t seed, const char *policy, enum pt_rounds rounds,
                      uint32_t holes)
{
    struct storm s = {.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};

    s.nodes = 2 + below(&s, 4);
    s.spark.rules = spark_rules(rounds, holes);
    s.spark.rules.local_outputs = below(&s, 2);
    s.spark.rules.speculation = below(&s, 2);
    s.spark.rules.speculation_quantile = 0.5;
    s.spark.rules.speculation_multiplier = 1;
    s.spark.rules.gate_failures = 3;
    spark_init(&s.spark, s.nodes, 1 + below(&s, 3));
    s.b = spark_begin(&s.spark, s.nodes, policy);
    for (int i = 0; i < ROUNDS; i++) {
        if (s.jobs < JOBS && below(&s, 20) == 0)
            submit(&s);
        for (int32_t n = below(&s, 3); n > 0 && s.b->nruns > 0; n--)
            end_one(&s, below(&s, s.b->nruns), false);
        if (below(&s, 15) == 0) {
            int32_t node = below(&s, s.nodes);
            turn(&s, node, !s.down[node]);
        }
        step(&s);
    }
    for (int32_t node = 0; node < s.nodes; node++)
        turn(&s, node, false);
    for (int i = 0; i < LAST && !all_over(&s); i++) {
        if (s.b->nruns > 0)
            end_one(&s, below(&s, s.b->nruns), true);
        step(&s);
    }
    if (!all_over(&s))
        fail_msg("a job hangs: %s, seed %d, rounds %d, holes %x", policy,
                 (int)seed, (int)rounds, holes);
    spark_end(&s.spark);
}

static void storms(const char *policy, bool holes)
{
    /* Gangs that are one member short never end: that is H9. */
    uint32_t all = PT_HOLES_ALL & ~(uint32_t)PT_HOLE_LATE;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct storm chance = {.state = seed + 77};
        uint32_t some = holes ? (uint32_t)below(&chance, 1 << 12) & all : 0;
        run_storm(seed, policy, PT_ROUNDS_NONE, some);
        run_storm(seed, policy, PT_ROUNDS_SPARK, some);
    }
}

static void test_every_job_ends_where_gangs_are_skipped(void **state)
{
    (void)state;
    storms("gang:head=skip", false);
}

static void test_every_job_ends_with_the_holes_of_spark(void **state)
{
    (void)state;
    storms("gang:head=skip", true);
}

static void test_every_job_ends_where_gangs_block(void **state)
{
    (void)state;
    storms("gang:head=block", true);
}

static void test_every_job_ends_with_a_reservation(void **state)
{
    (void)state;
    storms("backfill:depth=1", true);
}

static void test_every_job_ends_with_reservations_that_are_kept(void **state)
{
    (void)state;
    storms("backfill:depth=all,promises=keep", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_job_ends_where_gangs_are_skipped),
        cmocka_unit_test(test_every_job_ends_with_the_holes_of_spark),
        cmocka_unit_test(test_every_job_ends_where_gangs_block),
        cmocka_unit_test(test_every_job_ends_with_a_reservation),
        cmocka_unit_test(test_every_job_ends_with_reservations_that_are_kept),
    };

    return cmocka_run_group_tests_name("spark_storm", tests, NULL, NULL) != 0;
}
