/* What happens to an attempt that reaches its limit. */
#include "tests/unit/core_bench.h"

static struct bench *machine(const char *policy, int32_t slots,
                             enum pt_limits limits, enum pt_ties ties)
{
    return bench_new(&(struct bench_setup){.policy = policy,
                                           .nodes = slots,
                                           .cores = 1,
                                           .limits = limits,
                                           .ties = ties});
}

static const enum pt_ties all_ties[] = {PT_TIES_INSTANT, PT_TIES_EVENT,
                                        PT_TIES_PYSS};

static void test_what_reaches_its_limit_is_killed_at_that_instant(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine("gang", 2, PT_LIMITS_KILL, all_ties[i]);
        bench_gang(b, 1, 10);
        bench_gang(b, 2, 5);
        AT(b, 3, "start 0.0x1");
        ASSERT_INT(b->wake, 13);
        AT(b, 12, "");
        ASSERT_INT(b->wake, 13);
        AT(b, 13, "kill 0.0x1 limit");
        ASSERT_INT(b->wake, PT_TIME_NEVER);
        CENSUS(b, "run 1 hold 0 down 0 free 1 short; 1 wait for 2");
        AT(b, 14, ""); /* the answer takes its time */
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 15, "start 1.0x2; limit 0");
        ASSERT_INT(bench_record(b, 0)->end, 15);
        ASSERT_INT(bench_record(b, 0)->tries, 1);
        ASSERT_INT(bench_record(b, 0)->lost, 0);
        bench_free(b);
    }
}

static void test_an_ending_at_the_very_limit_wins(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine("gang", 2, PT_LIMITS_KILL, all_ties[i]);
        bench_gang(b, 1, 10);
        bench_gang(b, 1, 10);
        AT(b, 0, "start 0.0x1; start 1.0x1");
        bench_done(b, 0);
        bench_ends(b, 1, 0, -1, PT_FAILURE);
        AT(b, 10, "done 0; failed 1");
        ASSERT_INT(b->wake, PT_TIME_NEVER);
        bench_free(b);
    }
}

static void test_a_success_that_crosses_the_kill_stands(void **state)
{
    struct bench *b = machine("gang", 2, PT_LIMITS_KILL, PT_TIES_INSTANT);

    (void)state;
    bench_gang(b, 1, 10);
    AT(b, 0, "start 0.0x1");
    AT(b, 10, "kill 0.0x1 limit");
    bench_done(b, 0);
    AT(b, 11, "done 0");
    bench_free(b);
}

static void test_kills_of_one_instant_go_by_rank_stage_and_task(void **state)
{
    const struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_PARALLEL, .ntasks = 2, .limit = 10}};
    struct bench *b = machine("gang", 8, PT_LIMITS_KILL, PT_TIES_INSTANT);

    (void)state;
    bench_parallel(b, 2, 10);
    bench_gang(b, 1, 10);
    bench_parallel(b, 2, 10);
    bench_job(b, stages, 2);
    AT(b, 0,
       "start 0.0x1; start 0.0:1x1; start 1.0x1; start 2.0x1; "
       "start 2.0:1x1; start 3.0x1; start 3.1x1; start 3.1:1x1");
    AT(b, 10,
       "kill 0.0x1 limit; kill 0.0:1x1 limit; kill 1.0x1 limit; "
       "kill 2.0x1 limit; kill 2.0:1x1 limit; kill 3.0x1 limit; "
       "kill 3.1x1 limit; kill 3.1:1x1 limit");
    bench_free(b);
}

static void test_a_task_at_its_limit_takes_its_job_along(void **state)
{
    struct bench *b = machine("gang", 2, PT_LIMITS_KILL, PT_TIES_INSTANT);

    (void)state;
    bench_parallel(b, 3, 10);
    AT(b, 0, "start 0.0x1; start 0.0:1x1");
    bench_ends(b, 0, 0, 1, PT_SUCCESS);
    AT(b, 4, "start 0.0:2x1");
    AT(b, 10, "kill 0.0x1 limit");
    bench_ends(b, 0, 0, 0, PT_KILLED);
    AT(b, 10, "kill 0.0:2x1 job");
    bench_ends(b, 0, 0, 2, PT_KILLED);
    AT(b, 10, "limit 0");
    bench_free(b);
}

static void
test_members_that_ended_before_the_limit_are_not_killed(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b =
            bench_new(&(struct bench_setup){.policy = "backfill",
                                            .nodes = 3,
                                            .cores = 1,
                                            .named = named == 1,
                                            .limits = PT_LIMITS_KILL});
        bench_gang(b, 3, 10);
        bench_gang(b, 3, 10);
        AT(b, 0, "start 0.0x3");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 6, "");
        CENSUS(b, "run 2 hold 0 down 0 free 1 short; 1 wait for 3");
        AT(b, 10, "kill 0.0x3 limit");
        AT(b, 13, "");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 14, "start 1.0x3; limit 0");
        ASSERT_INT(b->step->spent[0].slots, 2);
        bench_free(b);
    }
}

/* J0 wants 2 of 3 slots for 10 and takes 20; J1 has a promise for all 3. */
static struct bench *overdue(const char *policy, enum pt_ties ties, bool named)
{
    struct bench *b =
        bench_new(&(struct bench_setup){.policy = policy,
                                        .nodes = 3,
                                        .cores = 1,
                                        .limits = PT_LIMITS_EXTEND,
                                        .ties = ties,
                                        .named = named});

    bench_gang(b, 2, 10);
    bench_gang(b, 3, 5);
    AT(b, 0, "start 0.0x2");
    ASSERT_INT(b->wake, 10);
    AT(b, 10, "");
    ASSERT_INT(b->wake, PT_TIME_NEVER); /* only J0's end can help */
    return b;
}

static void test_what_overruns_keeps_its_place_and_its_slots(void **state)
{
    static const char *const policies[] = {"backfill", "backfill:depth=2",
                                           "backfill:depth=all,promises=keep"};

    (void)state;
    for (int i = 0; i < 18; i++) {
        struct bench *b = overdue(policies[i % 3], all_ties[i / 3 % 3], i >= 9);
        bench_gang(b, 1, 3);
        AT(b, 12, ""); /* it would end after J1's next chance, at 13 */
        ASSERT_INT(b->wake, PT_TIME_NEVER);
        CENSUS(b, "run 2 hold 0 down 0 free 1 drain; 2 wait for 4");
        bench_gang(b, 1, 1);
        AT(b, 15, "start 3.0x1"); /* this one ends by 16 */
        bench_done(b, 3);
        AT(b, 16, "done 3");
        bench_done(b, 0);
        AT(b, 20, "start 1.0x3; done 0");
        ASSERT_INT(bench_record(b, 0)->end, 20);
        bench_done(b, 1);
        AT(b, 25, "start 2.0x1; done 1");
        bench_free(b);
    }
}

static void test_promises_behind_an_overrun_move(void **state)
{
    struct bench *b =
        overdue("backfill:depth=all,promises=keep", PT_TIES_INSTANT, false);

    (void)state;
    bench_gang(b, 3, 5); /* J2, after J1 */
    AT(b, 11, "");
    AT(b, 14, ""); /* J1 is expected at 15 now, and J2 at 20 */
    bench_done(b, 0);
    AT(b, 18, "start 1.0x3; done 0");
    ASSERT_INT(b->wake, 23);
    bench_done(b, 1);
    AT(b, 20, "start 2.0x3; done 1");
    ASSERT_INT(bench_record(b, 1)->promise, 10);
    bench_done(b, 2);
    AT(b, 22, "done 2");
    ASSERT_INT(bench_record(b, 2)->promise, 17);
    bench_free(b);
}

/* At 14, J1 is expected at 15, J2 at 20, J3 at 25; at 18, J1 starts: J2 can no
 * longer have 20, and must not be put behind J3 for that. */
static void test_an_overrun_does_not_change_the_order_of_promises(void **state)
{
    struct bench *b =
        overdue("backfill:depth=all,promises=keep", PT_TIES_INSTANT, false);

    (void)state;
    bench_gang(b, 3, 5);
    bench_gang(b, 3, 5);
    AT(b, 14, "");
    bench_done(b, 0);
    AT(b, 18, "start 1.0x3; done 0");
    if (b->wake < 23)
        AT(b, b->wake, "");
    bench_done(b, 1);
    AT(b, 23, "start 2.0x3; done 1");
    bench_done(b, 2);
    AT(b, 28, "start 3.0x3; done 2");
    bench_free(b);
}

static void test_several_may_be_overdue_at_once(void **state)
{
    struct bench *b = machine("backfill", 4, PT_LIMITS_EXTEND, PT_TIES_INSTANT);

    (void)state;
    bench_gang(b, 1, 10);
    bench_gang(b, 1, 10);
    bench_gang(b, 1, 12);
    bench_gang(b, 4, 10);
    AT(b, 0, "start 0.0x1; start 1.0x1; start 2.0x1");
    AT(b, 10, "");
    ASSERT_INT(b->wake, 12);
    AT(b, 12, "");
    ASSERT_INT(b->wake, PT_TIME_NEVER);
    bench_done(b, 0);
    AT(b, 15, "done 0");
    bench_done(b, 2);
    AT(b, 16, "done 2");
    bench_gang(b, 1, 2);
    AT(b, 17, "");
    bench_done(b, 1);
    AT(b, 18, "start 3.0x4; done 1");
    bench_free(b);
}

/* Whatever the queue, an overdue attempt alone asks for no step again and
 * again: a hundred wakes would be a hundred microseconds. */
static void test_an_overrun_is_no_reason_to_wake_and_wake(void **state)
{
    static const char *const policies[] = {
        "backfill", "backfill:depth=3", "backfill:depth=all,promises=keep",
        "backfill:depth=2,promises=keep,order=sjf"};

    (void)state;
    for (int i = 0; i < 12; i++) {
        struct bench *b =
            machine(policies[i % 4], 4, PT_LIMITS_EXTEND, all_ties[i / 4]);
        bench_gang(b, 2, 10);
        bench_gang(b, 1, 10);
        for (int32_t k = 1; k <= 6; k++)
            bench_gang(b, 1 + k % 4, 4 * k);
        pt_time now = 0;
        int wakes = 0;
        for (; now < PT_TIME_NEVER; now = b->wake) {
            bench_step(b, now);
            assert_true(++wakes < 20);
        }
        bench_free(b);
    }
}

/* J0 should have ended at 10, and has not: J2 must not be put on its node by a
 * pass of that instant, before or after the limit is noticed. */
static void test_a_node_is_not_free_because_it_should_be(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        struct bench *b = bench_new(&(struct bench_setup){
            .policy = i % 2 ? "backfill" : "backfill:depth=all,promises=keep",
            .nodes = 2,
            .cores = 1,
            .named = true,
            .ties = all_ties[i / 2 % 3],
            .limits = i < 6 ? PT_LIMITS_KILL : PT_LIMITS_EXTEND});
        b->with_ranges = true;
        bench_gang(b, 1, 10);
        bench_gang(b, 1, 20);
        AT(b, 0, "start 0.0x1@0; start 1.0x1@1");
        bench_done(b, 1);
        bench_gang(b, 1, 5);
        const char *text = bench_step(b, 10);
        if (i < 6)
            text = bench_step(b, 10); /* the kill came first */
        ASSERT_HAS(text, "start 2.0x1@1");
        bench_free(b);
    }
}

/* The node is J0's until the kill is answered, however few of its cores J0
 * uses: J1's promise moves. */
static void test_a_promise_for_a_whole_node_moves_with_an_overrun(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        struct bench *b = bench_new(&(struct bench_setup){
            .policy =
                i / 2 % 2 ? "backfill" : "backfill:depth=all,promises=keep",
            .nodes = 1,
            .cores = 4,
            .named = i % 2 == 1,
            .exclusive = true,
            .ties = all_ties[i / 4],
            .limits = PT_LIMITS_KILL});
        bench_gang(b, 1, 4);
        bench_gang(b, 2, 1);
        AT(b, 0, "start 0.0x1");
        AT(b, 4, "kill 0.0x1 limit");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 6, "start 1.0x2; limit 0");
        bench_free(b);
    }
}

static void test_trust_leaves_the_limit_to_the_world(void **state)
{
    struct bench *b = machine("gang", 2, PT_LIMITS_TRUST, PT_TIES_INSTANT);

    (void)state;
    bench_gang(b, 1, 10);
    AT(b, 0, "start 0.0x1");
    ASSERT_INT(b->wake, PT_TIME_NEVER);
    bench_done(b, 0);
    AT(b, 10, "done 0");
    bench_free(b);
}

static void test_a_limit_may_be_for_ever(void **state)
{
    struct bench *b = machine("backfill:depth=all,promises=keep", 2,
                              PT_LIMITS_KILL, PT_TIES_INSTANT);

    (void)state;
    bench_gang(b, 1, PT_TIME_NEVER);
    bench_gang(b, 1, PT_TIME_NEVER - 5);
    bench_gang(b, 1, 3);
    AT(b, 100, "start 0.0x1; start 1.0x1");
    bench_done(b, 0);
    AT(b, 200, "start 2.0x1; done 0");
    ASSERT_INT(b->wake, 203);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_reaches_its_limit_is_killed_at_that_instant),
        cmocka_unit_test(test_an_ending_at_the_very_limit_wins),
        cmocka_unit_test(test_a_success_that_crosses_the_kill_stands),
        cmocka_unit_test(test_kills_of_one_instant_go_by_rank_stage_and_task),
        cmocka_unit_test(test_a_task_at_its_limit_takes_its_job_along),
        cmocka_unit_test(
            test_members_that_ended_before_the_limit_are_not_killed),
        cmocka_unit_test(test_what_overruns_keeps_its_place_and_its_slots),
        cmocka_unit_test(test_promises_behind_an_overrun_move),
        cmocka_unit_test(test_an_overrun_does_not_change_the_order_of_promises),
        cmocka_unit_test(test_several_may_be_overdue_at_once),
        cmocka_unit_test(test_an_overrun_is_no_reason_to_wake_and_wake),
        cmocka_unit_test(test_trust_leaves_the_limit_to_the_world),
        cmocka_unit_test(test_a_limit_may_be_for_ever),
        cmocka_unit_test(test_a_node_is_not_free_because_it_should_be),
        cmocka_unit_test(
            test_a_promise_for_a_whole_node_moves_with_an_overrun)};

    return cmocka_run_group_tests_name("core_limits", tests, NULL, NULL) != 0;
}
