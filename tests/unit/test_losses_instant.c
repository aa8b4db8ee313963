/* Gangs that lose a node: their promises, what else happens at that instant,
 * and when they give up. */
#include "tests/unit/losses_bench.h"

static const enum pt_ties all_ties[] = {PT_TIES_INSTANT, PT_TIES_EVENT,
                                        PT_TIES_PYSS};

/* --- what was done is done again --- */

/* A member ended before its gang lost a node: its work, too, is done again. */
static void test_early_members_of_a_lost_gang_are_lost(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool told_one_by_one = i >= 2;
        struct bench *b = machine(&(struct how){.policy = "gang"}, 3);
        bench_keep_books(b);
        gang_of(b, i % 2 == 1, 3, 100);
        AT(b, 0, "start 0.0x3");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 5, "");
        down(b, 1);
        AT(b, 8, "kill 0.0x3 node");
        if (told_one_by_one) {
            bench_ends(b, 0, 0, 1, PT_KILLED);
            bench_ends(b, 0, 0, 2, PT_KILLED);
        } else {
            killed(b, 0);
        }
        bench_step(b, 8);
        up(b, 1);
        AT(b, 10, "start 0.0x3~1");
        bench_done(b, 0);
        AT(b, 20, "done 0");
        ASSERT_INT(bench_record(b, 0)->useful, 30);
        ASSERT_INT(bench_record(b, 0)->lost, 5 + 8 + 8);
        bench_settle_books(b);
        bench_free(b);
    }
}

/* --- promises --- */

static void test_promises_are_made_anew(void **state)
{
    static const char *const policies[] = {"backfill", "backfill:depth=all",
                                           "backfill:depth=all,promises=keep"};

    (void)state;
    for (int i = 0; i < 36; i++) {
        enum pt_requeue requeue = (enum pt_requeue)(i % 4);
        struct bench *b = machine(&(struct how){.policy = policies[i / 4 % 3],
                                                .requeue = requeue,
                                                .ties = all_ties[i / 12]},
                                  4);
        bench_keep_books(b);
        bench_gang(b, 4, 10);
        AT(b, 0, "start 0.0x4");
        bench_gang(b, 2, 10); /* promised 10 */
        bench_gang(b, 4, 10); /* promised 20 */
        bench_gang(b, 1, 50);
        AT(b, 1, "");
        down(b, 1);
        AT(b, 3, "kill 0.0x4 node");
        killed(b, 0);
        bench_step(b, 3);
        if (requeue == PT_REQUEUE_HOLD)
            CENSUS(b, "run 0 hold 3 down 1 free 0; 4 wait for 8");
        up(b, 1);
        bench_step(b, 6);
        for (pt_time now = 10; b->nruns > 0; now += 10) {
            while (b->nruns > 0)
                bench_done(b, b->runs[0].job);
            bench_step(b, now);
        }
        for (int32_t job = 0; job < 4; job++)
            ASSERT_INT(bench_record(b, job)->state, PT_DONE);
        bench_settle_books(b);
        bench_free(b);
    }
}

/* A recovering gang goes before promises that name the slot it misses. */
static void test_what_it_misses_is_not_promised_to_others(void **state)
{
    static const char *const policies[] = {"backfill", "backfill:depth=all",
                                           "backfill:depth=all,promises=keep"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine(
            &(struct how){.policy = policies[i], .requeue = PT_REQUEUE_HOLD},
            4);
        bench_keep_books(b);
        bench_gang(b, 3, 100);
        bench_gang(b, 1, 20);
        AT(b, 0, "start 0.0x3; start 1.0x1");
        down(b, 0);
        AT(b, 1, "kill 0.0x3 node");
        killed(b, 0);
        AT(b, 1, "hold 0.0x2~1");
        bench_gang(b, 1, 10); /* could be promised 20 */
        bench_gang(b, 1, 30);
        AT(b, 2, "");
        bench_done(b, 1);
        AT(b, 20, "start 0.0x3~1; done 1");
        CENSUS(b, "run 3 hold 0 down 1 free 0; 2 wait for 2");
        AT(b, 21, "");
        up(b, 0);
        AT(b, 30, "start 2.0x1");
        bench_done(b, 2);
        AT(b, 40, "start 3.0x1; done 2");
        bench_done(b, 0);
        bench_done(b, 3);
        bench_step(b, 60);
        bench_settle_books(b);
        bench_free(b);
    }
}

/* --- the same instant --- */

static void test_an_ending_at_the_instant_of_the_failure_wins(void **state)
{
    (void)state;
    for (int i = 0; i < 24; i++) {
        struct bench *b =
            machine(&(struct how){.requeue = (enum pt_requeue)(i % 4),
                                  .ties = all_ties[i / 4 % 3]},
                    2);
        gang_of(b, i >= 12, 2, 10);
        AT(b, 0, "start 0.0x2");
        bench_done(b, 0);
        down(b, 1);
        AT(b, 4, "done 0");
        CENSUS(b, "run 0 hold 0 down 1 free 1 idle");
        ASSERT_INT(bench_record(b, 0)->lost, 0);
        ASSERT_INT(bench_record(b, 0)->useful, 8);
        bench_free(b);
    }
}

static void test_a_node_that_fails_between_kill_and_end(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b =
            machine(&(struct how){.requeue = (enum pt_requeue)i}, 3);
        bench_gang(b, 3, 10);
        AT(b, 0, "start 0.0x3");
        down(b, 1);
        AT(b, 1, "kill 0.0x3 node");
        down(b, 2);
        AT(b, 2, "");
        killed(b, 0);
        AT(b, 3, i == PT_REQUEUE_HOLD ? "hold 0.0x1~1" : "");
        up(b, 1);
        up(b, 2);
        AT(b, 4, "start 0.0x3~1");
        bench_free(b);
    }
}

/* A node is back before the attempt that lost it has ended. */
static void test_a_node_that_is_back_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b =
            machine(&(struct how){.requeue = (enum pt_requeue)i}, 2);
        bench_gang(b, 2, 10);
        AT(b, 0, "start 0.0x2");
        bench_gang(b, 1, 10);
        down(b, 1);
        AT(b, 1, "kill 0.0x2 node");
        up(b, 1);
        AT(b, 2, "");
        killed(b, 0);
        AT(b, 3, i == PT_REQUEUE_TAIL ? "start 1.0x1" : "start 0.0x2~1");
        bench_free(b);
    }
}

/* --- too many --- */

static void lose(struct bench *b, int32_t job, pt_time at, pt_time saved)
{
    down(b, 0);
    bench_step(b, at);
    bench_fact(b, (struct pt_fact){.kind = PT_FACT_ENDED,
                                   .attempt = bench_handle(b, job, 0, -1),
                                   .task = -1,
                                   .outcome = PT_KILLED,
                                   .progress = {.saved = saved}});
    b->nruns = 0;
    up(b, 0);
    bench_step(b, at);
}

static void test_a_job_loses_so_many_nodes_and_no_more(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b = machine(
            &(struct how){.requeue = (enum pt_requeue)i, .losses = 3}, 2);
        bench_gang(b, 2, 100);
        AT(b, 0, "start 0.0x2");
        lose(b, 0, 10, 0);
        ASSERT_TEXT(b->text, "start 0.0x2~1");
        lose(b, 0, 20, 0);
        ASSERT_TEXT(b->text, "start 0.0x2~2");
        lose(b, 0, 30, 0);
        ASSERT_TEXT(b->text, "cut 0");
        ASSERT_INT(bench_record(b, 0)->cause, PT_CAUSE_LOSSES);
        ASSERT_INT(bench_record(b, 0)->tries, 3);
        ASSERT_INT(bench_record(b, 0)->lost, 60);
        CENSUS(b, "run 0 hold 0 down 0 free 2 idle");
        bench_free(b);
    }
}

static void test_what_was_saved_starts_the_count_anew(void **state)
{
    struct bench *b = machine(&(struct how){.losses = 2}, 2);

    (void)state;
    bench_gang(b, 2, 100);
    AT(b, 0, "start 0.0x2");
    lose(b, 0, 10, 0);
    ASSERT_TEXT(b->text, "start 0.0x2~1");
    lose(b, 0, 20, 7);
    ASSERT_TEXT(b->text, "start 0.0x2~2");
    lose(b, 0, 30, 1);
    ASSERT_TEXT(b->text, "start 0.0x2~3");
    lose(b, 0, 40, 0);
    ASSERT_TEXT(b->text, "cut 0");
    ASSERT_INT(bench_record(b, 0)->useful, 8);
    ASSERT_INT(bench_record(b, 0)->lost, 80 - 8);
    bench_free(b);
}

/* What is held is counted in slots, however many a task takes. */
static void test_held_slots_of_wide_tasks(void **state)
{
    static const struct pt_rules rules = {.requeue = PT_REQUEUE_HOLD,
                                          .patience = PT_TIME_NEVER};
    struct bench *b = bench_new(&(struct bench_setup){.policy = "gang",
                                                      .nodes = 3,
                                                      .cores = 4,
                                                      .named = true,
                                                      .rules = &rules});

    (void)state;
    bench_job(
        b,
        &(struct bench_stage){
            .mode = PT_GANG, .ntasks = 6, .limit = 100, .need = {{2000, 0, 0}}},
        1);
    AT(b, 0, "start 0.0x6");
    down(b, 2);
    AT(b, 1, "kill 0.0x6 node");
    killed(b, 0);
    AT(b, 1, "hold 0.0x4~1");
    CENSUS(b, "run 0 hold 8 down 4 free 0; 1 wait for 4");
    up(b, 2);
    AT(b, 11, "start 0.0x6~1");
    bench_done(b, 0);
    AT(b, 12, "done 0");
    ASSERT_INT(bench_record(b, 0)->held, 80);
    ASSERT_INT(bench_record(b, 0)->lost, 12);
    ASSERT_INT(bench_record(b, 0)->useful, 6); /* task-microseconds */
    bench_free(b);
}

/* An exclusive node is kept whole. */
static void test_exclusive_nodes_are_kept(void **state)
{
    static const struct pt_rules rules = {.requeue = PT_REQUEUE_HOLD,
                                          .patience = PT_TIME_NEVER};
    struct bench *b =
        bench_new(&(struct bench_setup){.policy = "gang:head=skip",
                                        .nodes = 3,
                                        .cores = 2,
                                        .named = true,
                                        .exclusive = true,
                                        .rules = &rules});

    (void)state;
    bench_gang(b, 5, 100);
    AT(b, 0, "start 0.0x5");
    bench_gang(b, 1, 100);
    AT(b, 0, "");
    down(b, 0);
    AT(b, 1, "kill 0.0x5 node");
    killed(b, 0);
    /* The core that was left over is its own, too. */
    AT(b, 1, "hold 0.0x4~1");
    CENSUS(b, "run 0 hold 4 down 2 free 0; 2 wait for 2");
    up(b, 0);
    AT(b, 2, "start 0.0x5~1");
    CENSUS(b, "run 5 hold 0 down 0 free 1 frag; 1 wait for 1");
    bench_free(b);
}

/* --- what else a gang may not have --- */

/* Where the first task of what the last step started is. */
static int32_t node_of_first(const struct bench *b)
{
    for (int32_t i = 0; i < b->step->ndecisions; i++)
        if (b->step->decisions[i].kind == PT_START)
            return b->step->ranges[b->step->decisions[i].share].first;
    fail_msg("nothing started");
    return -1;
}

/* A task does not go where it failed before, nor if its gang keeps that. */
static void test_no_task_is_given_an_excluded_node(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct pt_rules rules = {.rounds = PT_ROUNDS_SPARK,
                                       .revive = 1000,
                                       .stage_attempts = 10,
                                       .task_failures = 10,
                                       .exclude = true,
                                       .requeue = i == 0 ? PT_REQUEUE_HOLD
                                                         : PT_REQUEUE_SPARE,
                                       .patience = PT_TIME_NEVER,
                                       .sync_timeout = PT_TIME_NEVER};
        struct bench *b = bench_new(&(struct bench_setup){.policy = "gang",
                                                          .nodes = 3,
                                                          .cores = 1,
                                                          .named = true,
                                                          .rules = &rules});
        retrying_gang(b, 2, 10000);
        AT(b, 0, "start 0.0x2");
        int32_t bad = node_of_first(b);
        bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
        bench_step(b, 10);
        killed(b, 0);
        bench_step(b, 10);
        while (b->nruns == 0)
            bench_step(b, b->wake);
        int32_t good = node_of_first(b);
        ASSERT_INT(good != bad, true);
        down(b, good);
        pt_time now = b->step->now + 1;
        AT(b, now, "kill 0.0x2~1 node");
        killed(b, 0);
        bench_step(b, now);
        while (b->nruns == 0 && b->wake < PT_TIME_NEVER)
            bench_step(b, b->wake);
        if (b->nruns > 0)
            ASSERT_INT(node_of_first(b) != bad, true);
        bench_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_early_members_of_a_lost_gang_are_lost),
        cmocka_unit_test(test_promises_are_made_anew),
        cmocka_unit_test(test_what_it_misses_is_not_promised_to_others),
        cmocka_unit_test(test_an_ending_at_the_instant_of_the_failure_wins),
        cmocka_unit_test(test_a_node_that_fails_between_kill_and_end),
        cmocka_unit_test(test_a_node_that_is_back_at_once),
        cmocka_unit_test(test_a_job_loses_so_many_nodes_and_no_more),
        cmocka_unit_test(test_what_was_saved_starts_the_count_anew),
        cmocka_unit_test(test_held_slots_of_wide_tasks),
        cmocka_unit_test(test_exclusive_nodes_are_kept),
        cmocka_unit_test(test_no_task_is_given_an_excluded_node),
    };

    return cmocka_run_group_tests_name("losses, and what else there is", tests,
                                       NULL, NULL);
}
