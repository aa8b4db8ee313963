/* What of a lost attempt's time was loading, saving, saved or in vain: as the
 * core is told, and as its records and the ledger say. */
#include "tests/unit/losses_bench.h"

#include "base/random.h"

static const struct pt_rules plain = {.stage_attempts = 1000,
                                      .task_failures = 1000,
                                      .sync_timeout = PT_TIME_NEVER};

/* TASK of the attempt of STAGE that runs it (-1: all), with PROGRESS. */
static void ends_with(struct bench *b, int32_t job, int32_t stage, int32_t task,
                      enum pt_outcome outcome, struct pt_progress progress)
{
    bench_ends(b, job, stage, task, outcome);
    b->facts[b->nfacts - 1].progress = progress;
}

/* What the steps tell, summed. */
struct sums {
    int64_t told; /* slot-time of what ended */
    int64_t waited, restart, checkpoint, useful, lost;
    struct pt_ledger ledger;
};

static const char *step(struct bench *b, struct sums *s, pt_time now)
{
    struct pt_census census;
    const char *text = bench_step(b, now);

    for (int32_t i = 0; i < b->step->nspent; i++) {
        const struct pt_spent *p = &b->step->spent[i];
        int64_t area = p->slots * (p->end - p->start);
        int64_t work =
            area - p->waited - p->progress.restart - p->progress.checkpoint;
        assert_true(work >= p->progress.saved && p->progress.saved >= 0);
        int64_t lost = p->redone ? work - p->progress.saved : 0;
        s->lost += lost;
        if (p->revised) {
            assert_true(p->redone);
            s->useful -= lost;
            continue;
        }
        s->told += area;
        s->waited += p->waited;
        s->restart += p->progress.restart;
        s->checkpoint += p->progress.checkpoint;
        s->useful += work - lost;
    }
    pt_core_census(b->core, &census);
    pt_ledger_step(&s->ledger, b->step, &census);
    return text;
}

/* All jobs have ended: the records, the facts and the ledger say the same.
 * Tasks take one slot each. */
static void settle(struct bench *b, struct sums *s)
{
    int64_t lost = 0, checkpoint = 0, restart = 0, useful = 0;

    for (int32_t job = 0; job < b->njobs; job++) {
        const struct pt_record *r = bench_record(b, job);
        lost += r->lost;
        checkpoint += r->checkpoint;
        restart += r->restart;
        useful += r->useful;
    }
    ASSERT_INT(s->told, b->books.ending_slots); /* see occupied() */
    ASSERT_INT(s->told,
               s->waited + s->restart + s->checkpoint + s->useful + s->lost);
    ASSERT_INT(lost, s->lost);
    ASSERT_INT(checkpoint, s->checkpoint);
    ASSERT_INT(restart, s->restart);
    ASSERT_INT(useful, s->useful);
    assert_true(pt_ledger_close(&s->ledger));
    ASSERT_INT(s->ledger.area[PT_CLASS_LOST], s->lost);
    ASSERT_INT(s->ledger.area[PT_CLASS_CHECKPOINT], s->checkpoint);
    ASSERT_INT(s->ledger.area[PT_CLASS_RESTART], s->restart);
    ASSERT_INT(s->ledger.area[PT_CLASS_BARRIER], s->waited);
    ASSERT_INT(s->ledger.area[PT_CLASS_USEFUL], s->useful);
    pt_ledger_fini(&s->ledger);
}

static void open_sums(struct sums *s)
{
    *s = (struct sums){.told = 0};
    pt_ledger_init(&s->ledger);
}

/* The slot-time of what ends, by the starts and ends, instead of the bench's
 * books, which know no progress. */
static void occupied(struct bench *b, int64_t area)
{
    b->books.ending_slots = area;
}

#define STEP(b, s, now, expected)                                              \
    check_text(step((b), (s), (now)), (expected), "step at " #now, __FILE__,   \
               __LINE__)

/* --- by hand --- */

static void test_a_lost_gang(void **state)
{
    (void)state;
    for (int retries = 0; retries < 2; retries++) {
        struct bench *b = machine_of("gang", 3, 1, PT_TIES_INSTANT, &plain);
        struct sums s;
        open_sums(&s);
        gang_of(b, retries == 1, 3, 1000);
        STEP(b, &s, 0, "start 0.0x3");
        bench_fact(b, (struct pt_fact){.kind = PT_FACT_NODE_DOWN,
                                       .node = 1,
                                       .origin = PT_ORIGIN_RACK});
        STEP(b, &s, 100, "kill 0.0x3 node");
        ASSERT_INT(b->step->decisions[0].origin, PT_ORIGIN_RACK);
        /* Odd in thirds. */
        ends_with(b, 0, 0, -1, PT_KILLED, (struct pt_progress){0, 20, 100});
        bench_node(b, PT_FACT_NODE_UP, 1);
        step(b, &s, 100);
        ASSERT_INT(b->step->nspent, 1);
        const struct pt_spent *spent = b->step->spent;
        ASSERT_INT(spent->origin, PT_ORIGIN_RACK);
        ASSERT_INT(spent->redone, 1);
        ASSERT_INT(spent->slots, 3);
        ASSERT_INT(spent->progress.restart, 0);
        ASSERT_INT(spent->progress.checkpoint, 20);
        ASSERT_INT(spent->progress.saved, 100);
        if (retries)
            STEP(b, &s, 100, "start 0.0x3~1");
        ends_with(b, 0, 0, -1, PT_SUCCESS, (struct pt_progress){31, 10, 50});
        STEP(b, &s, 200, "done 0");
        ASSERT_INT(b->step->spent[0].origin, PT_ORIGIN_UNKNOWN);
        ASSERT_INT(b->step->spent[0].redone, 0);
        const struct pt_record *r = bench_record(b, 0);
        ASSERT_INT(r->lost, 180);
        ASSERT_INT(r->restart, 31);
        ASSERT_INT(r->checkpoint, 30);
        ASSERT_INT(r->useful, 100 + 300 - 41);
        occupied(b, 600);
        settle(b, &s);
        bench_free(b);
    }
}

/* Members end one by one, each with its own. */
static void test_members_one_by_one(void **state)
{
    (void)state;
    for (int retries = 0; retries < 2; retries++) {
        struct bench *b = machine_of("gang", 3, 1, PT_TIES_INSTANT, &plain);
        struct sums s;
        open_sums(&s);
        gang_of(b, retries == 1, 3, 1000);
        STEP(b, &s, 0, "start 0.0x3");
        ends_with(b, 0, 0, 1, PT_SUCCESS, (struct pt_progress){1, 2, 3});
        STEP(b, &s, 10, "");
        ends_with(b, 0, 0, 0, PT_SUCCESS, (struct pt_progress){1, 4, 12});
        STEP(b, &s, 20, "");
        ends_with(b, 0, 0, 2, PT_SUCCESS, (struct pt_progress){1, 6, 18});
        STEP(b, &s, 30, "done 0");
        const struct pt_record *r = bench_record(b, 0);
        ASSERT_INT(r->lost, 0);
        ASSERT_INT(r->restart, 3);
        ASSERT_INT(r->checkpoint, 12);
        ASSERT_INT(r->useful, 45);
        occupied(b, 60);
        settle(b, &s);
        bench_free(b);
    }
}

/* An early member, then a lost node: of its work what was saved stays. */
static void test_an_early_member_of_a_lost_gang(void **state)
{
    (void)state;
    for (int retries = 0; retries < 2; retries++) {
        struct bench *b = machine_of("gang", 2, 1, PT_TIES_INSTANT, &plain);
        struct sums s;
        open_sums(&s);
        gang_of(b, retries == 1, 2, 1000);
        STEP(b, &s, 0, "start 0.0x2");
        ends_with(b, 0, 0, 0, PT_SUCCESS, (struct pt_progress){1, 2, 3});
        STEP(b, &s, 10, "");
        bench_node(b, PT_FACT_NODE_DOWN, 1);
        STEP(b, &s, 20, "kill 0.0x2 node");
        ends_with(b, 0, 0, -1, PT_KILLED, (struct pt_progress){1, 4, 8});
        bench_node(b, PT_FACT_NODE_UP, 1);
        step(b, &s, 20);
        if (retries)
            STEP(b, &s, 20, "start 0.0x2~1");
        bench_done(b, 0);
        STEP(b, &s, 30, "done 0");
        const struct pt_record *r = bench_record(b, 0);
        ASSERT_INT(r->restart, 2);
        ASSERT_INT(r->checkpoint, 6);
        ASSERT_INT(r->lost, (10 - 3 - 3) + (20 - 5 - 8));
        ASSERT_INT(r->useful, 3 + 8 + 20);
        occupied(b, 10 + 20 + 20);
        settle(b, &s);
        bench_free(b);
    }
}

/* Outputs that were lost with their node: the work is lost afterwards, but for
 * what was saved, whatever the shares' remainders. */
static void test_outputs_are_lost_later(void **state)
{
    static const struct pt_rules rules = {.stage_attempts = 4,
                                          .task_failures = 4,
                                          .local_outputs = true,
                                          .sync_timeout = PT_TIME_NEVER};

    (void)state;
    for (pt_time odd = 0; odd < 3; odd++) {
        struct bench *b = machine_of("gang", 3, 1, PT_TIES_INSTANT, &rules);
        struct sums s;
        open_sums(&s);
        bench_job(
            b,
            (struct bench_stage[]){
                {.mode = PT_GANG, .ntasks = 3, .limit = 1000, .retries = true},
                {.mode = PT_GANG,
                 .ntasks = 3,
                 .limit = 1000,
                 .parents = "0",
                 .retries = true,
                 .result = true}},
            2);
        STEP(b, &s, 0, "start 0.0x3");
        ends_with(b, 0, 0, -1, PT_SUCCESS,
                  (struct pt_progress){3 + odd, 6 + odd, 9 + odd});
        STEP(b, &s, 100, "start 0.1x3");
        bench_node(b, PT_FACT_NODE_DOWN, 2);
        STEP(b, &s, 150, "kill 0.1x3 node");
        ends_with(b, 0, 1, -1, PT_KILLED, (struct pt_progress){0, 7, 7});
        bench_node(b, PT_FACT_NODE_UP, 2);
        step(b, &s, 150);
        while (b->wake < PT_TIME_NEVER)
            step(b, &s, b->wake);
        ASSERT_INT(b->runs[0].stage, 0); /* all of the gang, once more */
        ASSERT_INT(b->runs[0].ntasks, 3);
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        STEP(b, &s, 200, "start 0.1x3~1");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        STEP(b, &s, 210, "done 0");
        const struct pt_record *r = bench_record(b, 0);
        ASSERT_INT(r->restart, 3 + odd);
        ASSERT_INT(r->checkpoint, 6 + odd + 7);
        ASSERT_INT(r->lost, 300 - (18 + 3 * odd) + 150 - 14);
        occupied(b, 300 + 150 + 150 + 30);
        settle(b, &s);
        bench_free(b);
    }
}

/* A gang of two, whose outputs are on nodes 0 and 1, and one that reads them;
 * it ended with PROGRESS after TIME, of which the first waited WAITED.  Node 1
 * is lost, and all of it is done again. */
static void lose_outputs(pt_time time, pt_time waited,
                         struct pt_progress progress)
{
    static const struct pt_rules rules = {.stage_attempts = 4,
                                          .task_failures = 4,
                                          .local_outputs = true,
                                          .sync_timeout = PT_TIME_NEVER};
    struct bench *b = machine_of("gang", 2, 1, PT_TIES_INSTANT, &rules);
    struct sums s;

    open_sums(&s);
    bench_job(
        b,
        (struct bench_stage[]){
            {.mode = PT_GANG, .ntasks = 2, .limit = 1000, .retries = true},
            {.mode = PT_GANG,
             .ntasks = 1,
             .limit = 1000,
             .parents = "0",
             .retries = true,
             .result = true}},
        2);
    STEP(b, &s, 0, "start 0.0x2");
    if (waited > 0) {
        bench_enters(b, 0, 0, 0, PT_SYNC_BARRIER, 0, 0);
        step(b, &s, time - waited);
        bench_enters(b, 0, 0, 1, PT_SYNC_BARRIER, 0, 0);
        step(b, &s, time);
    }
    ends_with(b, 0, 0, -1, PT_SUCCESS, progress);
    check_text(step(b, &s, time), "start 0.1x1", "step", __FILE__, __LINE__);
    bench_node(b, PT_FACT_NODE_DOWN, 0);
    bench_node(b, PT_FACT_NODE_DOWN, 1);
    step(b, &s, 200);
    bench_ends(b, 0, 1, -1, PT_KILLED);
    bench_node(b, PT_FACT_NODE_UP, 0);
    bench_node(b, PT_FACT_NODE_UP, 1);
    step(b, &s, 200);
    while (b->wake < PT_TIME_NEVER)
        step(b, &s, b->wake);
    bench_ends(b, 0, 0, -1, PT_SUCCESS);
    STEP(b, &s, 300, "start 0.1x1~1");
    bench_ends(b, 0, 1, -1, PT_SUCCESS);
    STEP(b, &s, 310, "done 0");
    occupied(b, 2 * time + (200 - time) + 200 + 10);
    settle(b, &s);
    bench_free(b);
}

static void test_shares_of_an_odd_sum(void **state)
{
    (void)state;
    lose_outputs(2, 0, (struct pt_progress){1, 1, 2});
    lose_outputs(7, 0, (struct pt_progress){3, 5, 6});
    lose_outputs(100, 0, (struct pt_progress){1, 1, 198});
}

static void test_shares_of_those_who_waited(void **state)
{
    (void)state;
    lose_outputs(100, 90, (struct pt_progress){0, 0, 110});
    lose_outputs(100, 90, (struct pt_progress){3, 50, 57});
    lose_outputs(100, 99, (struct pt_progress){0, 0, 50});
}

/* --- at random --- */

struct storm {
    struct bench *b;
    struct sums sums;
    struct pt_random random;
    int64_t area;
    pt_time now;
    bool down[4];
};

static pt_time below(struct storm *s, pt_time n)
{
    return n > 0 ? (pt_time)pt_random_below(&s->random, (uint32_t)n) : 0;
}

/* Of N tasks that ran for TIME each, without what they may have waited. */
static struct pt_progress draw(struct storm *s, int32_t n, pt_time time)
{
    struct pt_progress p;
    pt_time left = n * time;

    p.restart = below(s, left / 3 + 1);
    left -= p.restart;
    p.checkpoint = below(s, left / 3 + 1);
    left -= p.checkpoint;
    p.saved = below(s, left + 1);
    return p;
}

static bool has_kill(const struct bench *b, int32_t handle)
{
    for (int32_t i = 0; i < b->step->ndecisions; i++)
        if (b->step->decisions[i].kind == PT_KILL &&
            b->step->decisions[i].attempt == handle)
            return true;
    return false;
}

/* The run's tasks end: all, or the first of them alone. */
static void end_run(struct storm *s, int32_t index, enum pt_outcome outcome,
                    bool all)
{
    struct bench_run run = s->b->runs[index];
    int32_t n = all ? run.left : 1, task = -1;

    if (!all || run.ntasks == 1)
        task = run.task + run.ntasks - run.left; /* in order */
    s->b->try = run.try;
    s->area += n * (s->now - run.start);
    ends_with(s->b, run.job, run.stage, task, outcome,
              draw(s, n, s->now - run.start));
    s->b->try = -1;
}

static void step_storm(struct storm *s)
{
    step(s->b, &s->sums, s->now);
    /* Who is killed ends at once. */
    for (bool any = true; any;) {
        any = false;
        int32_t handles[64], n = 0;
        for (int32_t i = 0; i < s->b->nruns; i++)
            if (has_kill(s->b, s->b->runs[i].handle))
                handles[n++] = s->b->runs[i].handle;
        for (int32_t k = 0; k < n; k++)
            for (int32_t i = 0; i < s->b->nruns; i++)
                if (s->b->runs[i].handle == handles[k]) {
                    end_run(s, i, PT_KILLED, true);
                    any = true;
                    break;
                }
        if (any || s->b->wake <= s->now) {
            step(s->b, &s->sums, s->now);
            any = true;
        }
    }
}

static void act(struct storm *s)
{
    if (s->b->nruns > 0 && below(s, 3) > 0) {
        int32_t i = (int32_t)below(s, s->b->nruns);
        end_run(s, i, PT_SUCCESS,
                s->b->runs[i].ntasks == 1 || below(s, 2) == 0);
        return;
    }
    int32_t node = (int32_t)below(s, 4);
    bench_node(s->b, s->down[node] ? PT_FACT_NODE_UP : PT_FACT_NODE_DOWN, node);
    s->down[node] = !s->down[node];
}

static void rage(struct storm *s, bool retries)
{
    for (int32_t job = 0; job < 3; job++)
        bench_job(
            s->b,
            (struct bench_stage[]){{.mode = below(s, 4) ? PT_GANG : PT_PARALLEL,
                                    .ntasks = 1 + (int32_t)below(s, 4),
                                    .limit = 100000,
                                    .retries = retries},
                                   {.mode = PT_GANG,
                                    .ntasks = 1 + (int32_t)below(s, 4),
                                    .limit = 100000,
                                    .parents = "0",
                                    .retries = retries,
                                    .result = true}},
            retries ? 2 : 1);
    for (int32_t i = 0; i < 60; i++) {
        step_storm(s);
        s->now += 1 + below(s, 50);
        act(s);
    }
    for (int32_t node = 0; node < 4; node++)
        if (s->down[node])
            bench_node(s->b, PT_FACT_NODE_UP, node);
    step_storm(s);
    for (int32_t i = 0; s->b->nruns > 0; i++) {
        assert_true(i < 1000);
        s->now += 1 + below(s, 10);
        end_run(s, 0, PT_SUCCESS, true);
        step_storm(s);
    }
}

static void test_every_slot_microsecond_has_one_class(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 400; seed++) {
        static const char *const policies[] = {"gang", "backfill",
                                               "backfill:depth=all", "fifo"};
        bool retries = seed % 2 == 1, named = seed / 128 % 3 > 0;
        const struct pt_rules rules = {
            .stage_attempts = 1000,
            .task_failures = 1000,
            .local_outputs = named && seed / 2 % 2 == 1,
            .requeue = (enum pt_requeue)(seed / 4 % (named ? 4 : 2)),
            .patience = seed / 16 % 2 ? 60 : PT_TIME_NEVER,
            .sync_timeout = PT_TIME_NEVER};
        struct storm s = {.b = bench_new(&(struct bench_setup){
                              .policy = policies[seed / 32 % 4],
                              .nodes = 4,
                              .cores = 2,
                              .named = named,
                              .rules = &rules})};
        pt_random_open(&s.random, seed, 0, 0, 0);
        open_sums(&s.sums);
        rage(&s, retries);
        for (int32_t job = 0; job < 3; job++)
            if (s.b->jobs[job]->nrecords == 0)
                fail_msg("seed %d: job %d has not ended", (int)seed, (int)job);
        occupied(s.b, s.area);
        settle(s.b, &s.sums);
        bench_free(s.b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_lost_gang),
        cmocka_unit_test(test_members_one_by_one),
        cmocka_unit_test(test_an_early_member_of_a_lost_gang),
        cmocka_unit_test(test_outputs_are_lost_later),
        cmocka_unit_test(test_shares_of_an_odd_sum),
        cmocka_unit_test(test_shares_of_those_who_waited),
        cmocka_unit_test(test_every_slot_microsecond_has_one_class),
    };

    return cmocka_run_group_tests_name("losses and progress", tests, NULL,
                                       NULL);
}
