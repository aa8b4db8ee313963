/* Nodes that are to be down for a while, as is known ahead: what is started
 * before and after, and what becomes of it. */
#include "tests/unit/notices_bench.h"

/* One node is to be down in [100, 150). */
static void test_what_fits_before_the_window_starts(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * POLICIES; i++) {
        struct bench *b = machine_of(policies[i % POLICIES], 1, 1,
                                     all_ties[i / POLICIES], NULL);
        notice(b, 0, 100, 150);
        AT(b, 0, "");
        bench_gang(b, 1, 60);
        AT(b, 40, "start 0.0x1"); /* to the very beginning */
        bench_done(b, 0);
        AT(b, 50, "done 0");
        bench_gang(b, 1, 51);
        AT(b, 50, "");
        CENSUS(b, "run 0 hold 0 down 0 free 1 drain; 1 wait for 1");
        service(b, 0, false);
        AT(b, 100, "");
        DOWN_AND_SERVICED(b, 0, 1);
        up(b, 0);
        AT(b, 150, "start 1.0x1");
        DOWN_AND_SERVICED(b, 0, 0);
        bench_done(b, 1);
        AT(b, 160, "done 1");
        bench_gang(b, 1, 1000); /* it is over */
        AT(b, 160, "start 2.0x1");
        bench_free(b);
    }
}

static void test_the_other_nodes_go_on(void **state)
{
    (void)state;
    for (int i = 0; i < POLICIES; i++) {
        struct bench *b = machine_of(policies[i], 3, 1, PT_TIES_INSTANT, NULL);
        b->with_ranges = true;
        notice(b, 0, 100, 150);
        bench_gang(b, 2, 1000);
        AT(b, 0, "start 0.0x2@1-2");
        bench_gang(b, 1, 100);
        AT(b, 0, "start 1.0x1@0");
        bench_done(b, 0);
        bench_done(b, 1);
        AT(b, 10, "done 0@1-2; done 1@0");
        bench_gang(b, 3, 50);
        AT(b, 10, "start 2.0x3@0-2");
        bench_done(b, 2);
        AT(b, 60, "done 2@0-2");
        bench_gang(b, 3, 50);
        AT(b, 60, i == 2 ? "hold 3.0x2@1-2" : "");
        bench_free(b);
    }
}

/* Backfilling around a head that waits for the window's end. */
static void test_promises_come_after_the_window(void **state)
{
    (void)state;
    for (int i = 3; i < 6; i++) {
        struct bench *b = machine_of(policies[i], 2, 1, PT_TIES_INSTANT, NULL);
        notice(b, 0, 100, 150);
        bench_gang(b, 2, 80);
        AT(b, 30, ""); /* promised 150 */
        if (i != 4)    /* promises that are made anew need not be kept */
            ASSERT_INT(b->wake, 150);
        bench_gang(b, 1, 70);  /* until 100: node 0 */
        bench_gang(b, 1, 120); /* until 150: node 1 */
        bench_gang(b, 1, 90);  /* behind it */
        AT(b, 30, "start 1.0x1; start 2.0x1");
        bench_done(b, 1);
        AT(b, 60, "done 1");
        CENSUS(b, "run 1 hold 0 down 0 free 1 drain; 2 wait for 3");
        service(b, 0, false);
        AT(b, 100, "");
        DOWN_AND_SERVICED(b, 0, 1);
        bench_done(b, 2);
        AT(b, 120, "done 2"); /* the head is promised 150; 3 would take 210 */
        up(b, 0);
        AT(b, 150, "start 0.0x2");
        ASSERT_INT(bench_record(b, 1)->promise, PT_TIME_NEVER);
        bench_done(b, 0);
        AT(b, 160, "start 3.0x1; done 0");
        ASSERT_INT(bench_record(b, 0)->promise, 150);
        bench_free(b);
    }
}

/* A promise that was made before anybody knew is made anew. */
static void test_a_notice_moves_promises(void **state)
{
    (void)state;
    for (int i = 3; i < 6; i++) {
        struct bench *b = machine_of(policies[i], 2, 1, PT_TIES_INSTANT, NULL);
        bench_gang(b, 1, 50);
        AT(b, 0, "start 0.0x1");
        bench_gang(b, 2, 80);
        AT(b, 1, "");
        ASSERT_INT(b->wake, i == 4 ? PT_TIME_NEVER : 50);
        notice(b, 1, 100, 150);
        AT(b, 2, "");
        ASSERT_INT(b->wake, i == 4 ? PT_TIME_NEVER : 150);
        bench_done(b, 0);
        AT(b, 50, "done 0");
        /* A later one replaces it. */
        notice(b, 1, 130, 131);
        AT(b, 50, "start 1.0x2");
        bench_free(b);
    }
}

static void test_a_window_for_ever(void **state)
{
    (void)state;
    for (int i = 0; i < POLICIES; i++) {
        struct bench *b = machine_of(policies[i], 2, 1, PT_TIES_INSTANT, NULL);
        notice(b, 0, 100, PT_TIME_NEVER);
        bench_gang(b, 1, PT_TIME_FAR);
        AT(b, 0, "start 0.0x1");
        bench_gang(b, 1, 101);
        AT(b, 0, "");
        bench_gang(b, 1, 100);
        AT(b, 0, i == 0 ? "" : "start 2.0x1");
        service(b, 0, false);
        bench_step(b, 100);
        bench_free(b);
    }
}

/* Serviced though it runs: killed, tried again when the node is back. */
static void test_what_reaches_into_the_window_is_killed(void **state)
{
    (void)state;
    for (int i = 0; i < POLICIES; i++) {
        struct bench *b = machine_of(policies[i], 2, 1, PT_TIES_INSTANT, NULL);
        bench_keep_books(b);
        bench_gang(b, 2, 120);
        AT(b, 0, "start 0.0x2");
        notice(b, 0, 100, 150);
        AT(b, 10, "");
        service(b, 0, false);
        AT(b, 100, "kill 0.0x2 node");
        ASSERT_INT(b->step->decisions[0].origin, PT_ORIGIN_MAINTENANCE);
        DOWN_AND_SERVICED(b, 0, 0);
        bench_ends(b, 0, 0, -1, PT_KILLED);
        bench_step(b, 100);
        ASSERT_INT(b->step->spent[0].origin, PT_ORIGIN_MAINTENANCE);
        DOWN_AND_SERVICED(b, 0, 1);
        up(b, 0);
        AT(b, 150, "start 0.0x2~1");
        bench_done(b, 0);
        AT(b, 260, "done 0");
        ASSERT_INT(bench_record(b, 0)->lost, 200);
        bench_settle_books(b);
        bench_free(b);
    }
}

static void test_what_runs_on_a_draining_node_goes_on(void **state)
{
    (void)state;
    for (int i = 0; i < POLICIES; i++) {
        struct bench *b = machine_of(policies[i], 2, 2, PT_TIES_INSTANT, NULL);
        bench_gang(b, 3, 120);
        AT(b, 0, "start 0.0x3");
        notice(b, 0, 100, 150);
        AT(b, 10, "");
        service(b, 0, true);
        AT(b, 100, "");
        DOWN_AND_SERVICED(b, 0, 0); /* both cores are in use yet */
        CENSUS(b, "run 3 hold 0 down 0 free 1 idle");
        bench_done(b, 0);
        AT(b, 110, "done 0");
        DOWN_AND_SERVICED(b, 0, 2);
        bench_gang(b, 3, 10);
        AT(b, 111, i == 2 ? "hold 1.0x2" : "");
        up(b, 0);
        AT(b, 150, "start 1.0x3");
        bench_free(b);
    }
}

/* It fails while it drains: what runs there is killed. */
static void test_a_draining_node_fails(void **state)
{
    struct bench *b = machine_of("gang", 1, 1, PT_TIES_INSTANT, NULL);

    (void)state;
    bench_keep_books(b);
    bench_gang(b, 1, 120);
    AT(b, 0, "start 0.0x1");
    service(b, 0, true);
    AT(b, 10, "");
    down(b, 0);
    AT(b, 20, "kill 0.0x1 node");
    bench_ends(b, 0, 0, -1, PT_KILLED);
    AT(b, 20, "");
    DOWN_AND_SERVICED(b, 1, 0);
    up(b, 0);
    AT(b, 30, "start 0.0x1~1");
    DOWN_AND_SERVICED(b, 0, 0);
    bench_done(b, 0);
    AT(b, 40, "done 0");
    bench_settle_books(b);
    bench_free(b);
}

/* A gang that holds slots task by task does not start into a window. */
static void test_a_hold_does_not_reach_into_the_window(void **state)
{
    struct bench *b = machine_of("fifo", 2, 1, PT_TIES_INSTANT, NULL);

    (void)state;
    bench_gang(b, 1, 80);
    AT(b, 0, "start 0.0x1"); /* node 0 */
    notice(b, 1, 100, 150);
    bench_gang(b, 2, 50);
    const char *text = bench_step(b, 10);
    assert_true(strcmp(text, "") == 0 || strcmp(text, "hold 1.0x1") == 0);
    bench_done(b, 0);
    text = bench_step(b, 80); /* 80 + 50 > 100 */
    assert_null(strstr(text, "start"));
    service(b, 1, false);
    text = bench_step(b, 100);
    assert_null(strstr(text, "kill"));
    up(b, 1);
    AT(b, 150, "start 1.0x2");
    bench_free(b);
}

/* Nor does one that was told of the window while it held. */
static void test_a_holder_hears_of_a_window(void **state)
{
    struct bench *b = machine_of("fifo", 2, 1, PT_TIES_INSTANT, NULL);

    (void)state;
    bench_gang(b, 1, 80);
    AT(b, 0, "start 0.0x1");
    bench_gang(b, 2, 50);
    AT(b, 1, "hold 1.0x1");
    notice(b, 1, 60, 150);
    bench_step(b, 10);
    bench_done(b, 0);
    const char *text = bench_step(b, 20);
    assert_null(strstr(text, "start"));
    bench_free(b);
}

/* Nor does one start on a node that drains. */
static void test_a_holder_on_a_draining_node(void **state)
{
    struct bench *b = machine_of("fifo", 2, 1, PT_TIES_INSTANT, NULL);

    (void)state;
    bench_gang(b, 1, 80);
    AT(b, 0, "start 0.0x1");
    bench_gang(b, 2, 50);
    AT(b, 1, "hold 1.0x1");
    service(b, 1, true);
    bench_step(b, 10);
    bench_done(b, 0);
    const char *text = bench_step(b, 20);
    assert_null(strstr(text, "start"));
    up(b, 1);
    AT(b, 30, "start 1.0x2");
    bench_free(b);
}

/* A gang that recovers does not take a slot into a window, nor start there. */
static void test_a_recovering_gang_minds_the_window(void **state)
{
    static const struct pt_rules rules = {.requeue = PT_REQUEUE_HOLD,
                                          .patience = PT_TIME_NEVER};

    (void)state;
    for (int i = 0; i < POLICIES; i++) {
        struct bench *b =
            machine_of(policies[i], 2, 1, PT_TIES_INSTANT, &rules);
        bench_gang(b, 2, 50);
        notice(b, 1, 100, 150);
        AT(b, 0, "start 0.0x2");
        down(b, 0);
        AT(b, 40, "kill 0.0x2 node");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        bench_step(b, 40); /* node 1 has room until 90 */
        up(b, 0);
        const char *text = bench_step(b, 70); /* 70 + 50 > 100 */
        assert_null(strstr(text, "start"));
        service(b, 1, false);
        text = bench_step(b, 100);
        assert_null(strstr(text, "kill"));
        up(b, 1);
        AT(b, 150, "start 0.0x2~1");
        bench_free(b);
    }
}

/* A parallel stage: task by task, each where it fits. */
static void test_tasks_of_a_parallel_stage(void **state)
{
    (void)state;
    for (int i = 0; i < POLICIES; i++) {
        struct bench *b = machine_of(policies[i], 2, 1, PT_TIES_INSTANT, NULL);
        b->with_ranges = true;
        notice(b, 0, 100, 150);
        bench_parallel(b, 3, 60);
        AT(b, 0, "start 0.0x1@0; start 0.0:1x1@1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 50, "");
        CENSUS(b, "run 1 hold 0 down 0 free 1 drain; 1 wait for 1");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 60, "start 0.0:2x1@1");
        bench_free(b);
    }
}

/* A node fails and is repaired before its window: the world tells the notice
 * again, at the same instant. */
static void test_a_notice_is_told_again_after_a_repair(void **state)
{
    (void)state;
    for (int i = 0; i < POLICIES; i++) {
        struct bench *b = machine_of(policies[i], 1, 1, PT_TIES_INSTANT, NULL);
        notice(b, 0, 100, 150);
        AT(b, 0, "");
        down(b, 0);
        AT(b, 10, "");
        bench_gang(b, 1, 90);
        bench_step(b, 15);
        notice(b, 0, 100, 150);
        up(b, 0);
        AT(b, 20, "");
        bench_gang(b, 1, 80);
        bench_step(b, 20);
        service(b, 0, false);
        bench_step(b, 100);
        bench_free(b);
    }
}

/* Failed before and through its window: it is no maintenance. */
static void test_a_failure_through_the_window(void **state)
{
    struct bench *b = machine_of("backfill", 2, 1, PT_TIES_INSTANT, NULL);

    (void)state;
    notice(b, 0, 100, 150);
    AT(b, 0, "");
    down(b, 0);
    AT(b, 90, "");
    DOWN_AND_SERVICED(b, 1, 0);
    bench_gang(b, 2, 10);
    AT(b, 91, ""); /* promised 150 */
    AT(b, 150, "");
    AT(b, 151, "");
    bench_gang(b, 1, 10);
    AT(b, 152, "start 1.0x1");
    up(b, 0);
    bench_done(b, 1);
    AT(b, 160, "start 0.0x2; done 1");
    bench_free(b);
}

/* It comes back later than was told. */
static void test_a_window_that_lasts_longer(void **state)
{
    (void)state;
    for (int i = 3; i < 6; i++) {
        struct bench *b = machine_of(policies[i], 2, 1, PT_TIES_INSTANT, NULL);
        notice(b, 0, 100, 150);
        bench_gang(b, 2, 200);
        AT(b, 0, "");
        service(b, 0, false);
        AT(b, 100, "");
        for (pt_time now = 149; now < 160; now++)
            AT(b, now, "");
        bench_gang(b, 1, 10);
        bench_step(b, 160);
        up(b, 0);
        bench_step(b, 165);
        while (b->nruns > 0 && b->runs[0].job != 0) {
            bench_done(b, b->runs[0].job);
            bench_step(b, 170);
        }
        ASSERT_INT(b->nruns, 1);
        ASSERT_INT(b->runs[0].job, 0);
        bench_free(b);
    }
}

/* The same on a machine of vectors, exclusive nodes, and in rounds. */
static void test_in_rounds(void **state)
{
    static const struct pt_rules rules = {.rounds = PT_ROUNDS_SPARK,
                                          .revive = 1000,
                                          .stage_attempts = 4,
                                          .task_failures = 4,
                                          .sync_timeout = PT_TIME_NEVER};

    (void)state;
    for (int i = 0; i < POLICIES; i++) {
        struct bench *b =
            machine_of(policies[i], 2, 1, PT_TIES_INSTANT, &rules);
        b->with_ranges = true;
        notice(b, 0, 100000, 150000);
        bench_gang(b, 1, 60000);
        bench_gang(b, 1, 62000);
        AT(b, 0, "start 0.0x1@0; start 1.0x1@1");
        bench_done(b, 0);
        AT(b, 60000, "done 0@0");
        bench_gang(b, 1, 50000);
        AT(b, 61000, "");
        bench_done(b, 1);
        AT(b, 62000, "start 2.0x1@1; done 1@1");
        bench_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_fits_before_the_window_starts),
        cmocka_unit_test(test_the_other_nodes_go_on),
        cmocka_unit_test(test_promises_come_after_the_window),
        cmocka_unit_test(test_a_notice_moves_promises),
        cmocka_unit_test(test_a_window_for_ever),
        cmocka_unit_test(test_what_reaches_into_the_window_is_killed),
        cmocka_unit_test(test_what_runs_on_a_draining_node_goes_on),
        cmocka_unit_test(test_a_draining_node_fails),
        cmocka_unit_test(test_a_hold_does_not_reach_into_the_window),
        cmocka_unit_test(test_a_holder_hears_of_a_window),
        cmocka_unit_test(test_a_holder_on_a_draining_node),
        cmocka_unit_test(test_a_recovering_gang_minds_the_window),
        cmocka_unit_test(test_tasks_of_a_parallel_stage),
        cmocka_unit_test(test_a_notice_is_told_again_after_a_repair),
        cmocka_unit_test(test_a_failure_through_the_window),
        cmocka_unit_test(test_a_window_that_lasts_longer),
        cmocka_unit_test(test_in_rounds),
    };

    return cmocka_run_group_tests_name("notices", tests, NULL, NULL);
}
