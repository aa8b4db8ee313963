/* The three orders of facts and passes within one instant. */
#include "tests/unit/core_bench.h"

static const struct tie {
    enum pt_ties ties;
    const char *name;
} ties[] = {{PT_TIES_INSTANT, "instant"},
            {PT_TIES_EVENT, "event"},
            {PT_TIES_PYSS, "pyss"}};

static struct bench *machine(const char *policy, int32_t slots,
                             const struct tie *tie)
{
    print_message("%s, ties=%s\n", policy, tie->name);
    return bench_new(&(struct bench_setup){
        .policy = policy, .nodes = slots, .cores = 1, .ties = tie->ties});
}

/* Two endings before their limits, and a gang of two that waits in front: only
 * together they make room for it. */
static void test_early_endings_count_together_or_one_by_one(void **state)
{
    static const char *const expected[] = {"start 2.0x2; done 0; done 1",
                                           "start 3.0x1; done 0; done 1",
                                           "start 3.0x1; done 0; done 1"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine("gang:head=skip", 2, &ties[i]);
        bench_gang(b, 1, 20);
        bench_gang(b, 1, 20);
        AT(b, 0, "start 0.0x1; start 1.0x1");
        bench_gang(b, 2, 20);
        bench_gang(b, 1, 20);
        AT(b, 5, "");
        bench_done(b, 1);
        bench_done(b, 0);
        AT(b, 10, expected[i]);
        bench_free(b);
    }
}

/* At their limits both are released before the first pass. */
static void test_what_ends_at_its_limit_is_released_first(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine("gang:head=skip", 2, &ties[i]);
        bench_gang(b, 1, 10);
        bench_gang(b, 1, 10);
        AT(b, 0, "start 0.0x1; start 1.0x1");
        bench_gang(b, 2, 20);
        bench_gang(b, 1, 20);
        AT(b, 5, "");
        bench_done(b, 1);
        bench_done(b, 0);
        AT(b, 10, "start 2.0x2; done 0; done 1");
        ASSERT_INT(b->step->nspent, 2);
        bench_free(b);
    }
}

/* One slot is free, the other is given back early.  Submissions: a gang of two,
 * then one of one. */
static void test_submissions_come_after_endings_or_before(void **state)
{
    static const char *const expected[] = {
        "start 1.0x2; done 0", "start 1.0x2; done 0", "start 2.0x1; done 0"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine("gang:head=skip", 2, &ties[i]);
        bench_gang(b, 1, 20);
        AT(b, 0, "start 0.0x1");
        bench_gang(b, 2, 20);
        bench_gang(b, 1, 20);
        bench_done(b, 0);
        AT(b, 10, expected[i]);
        bench_free(b);
    }
}

static void
test_under_pyss_a_punctual_ending_precedes_the_submissions(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine("gang:head=skip", 2, &ties[i]);
        bench_gang(b, 1, 10);
        AT(b, 0, "start 0.0x1");
        bench_gang(b, 2, 20);
        bench_gang(b, 1, 20);
        bench_done(b, 0);
        AT(b, 10, "start 1.0x2; done 0");
        bench_free(b);
    }
}

/* Endings act in order of start, whatever the order of the facts. */
static void test_endings_act_in_the_order_in_which_they_started(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct bench *b = machine("gang", 3, &ties[i / 2]);
        bench_gang(b, 1, 20);
        bench_gang(b, 1, 20);
        bench_gang(b, 1, 20);
        AT(b, 0, "start 0.0x1; start 1.0x1; start 2.0x1");
        for (int32_t k = 0; k < 3; k++)
            bench_done(b, i % 2 ? 2 - k : k);
        AT(b, 9, "done 0; done 1; done 2");
        bench_free(b);
    }
}

/* One pass for all submissions, or one after each. */
static void test_submissions_of_one_instant_share_a_pass_or_not(void **state)
{
    static const char *const expected[] = {"start 1.0x1", "start 0.0x2",
                                           "start 0.0x2"};
    static const int64_t passes[] = {1, 2, 2};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine("backfill:depth=0,order=sjf", 2, &ties[i]);
        bench_gang(b, 2, 20);
        bench_gang(b, 1, 5);
        AT(b, 0, expected[i]);
        ASSERT_INT(pt_core_counts(b->core)->passes, passes[i]);
        bench_free(b);
    }
}

/* Conservative: J0's early end moves J2 before J3 is there, or J3 is promised
 * its place first. */
static void
test_early_rests_are_given_back_before_submissions_but_in_pyss(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b =
            machine("backfill:depth=all,promises=keep", 2, &ties[i]);
        bench_gang(b, 2, 10);
        bench_gang(b, 2, 10);
        AT(b, 0, "start 0.0x2");
        ASSERT_INT(b->wake, 10);
        bench_gang(b, 1, 5);
        bench_done(b, 0);
        AT(b, 5, "start 1.0x2; done 0");
        ASSERT_INT(b->wake, 15);
        bench_done(b, 1);
        AT(b, 15, "start 2.0x1; done 1");
        ASSERT_INT(bench_record(b, 1)->promise, 10);
        bench_done(b, 2);
        AT(b, 16, "done 2");
        ASSERT_INT(bench_record(b, 2)->promise, i < 2 ? 15 : 20);
        bench_free(b);
    }
}

/* A stage of no length ends at its start, in a second step of the instant. */
static void test_an_instant_may_have_many_steps(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine("gang", 1, &ties[i]);
        for (int32_t k = 0; k < 4; k++)
            bench_gang(b, 1, 10);
        AT(b, 7, "start 0.0x1");
        bench_done(b, 0);
        AT(b, 7, "start 1.0x1; done 0");
        bench_done(b, 1);
        AT(b, 7, "start 2.0x1; done 1");
        bench_done(b, 2);
        bench_gang(b, 1, 10);
        AT(b, 7, "start 3.0x1; done 2");
        bench_free(b);
    }
}

/* A node that goes down, and a limit that runs out, at the instant of a
 * submission: no order lets a promise stand on what is not there. */
static void test_nodes_and_limits_of_an_instant_go_with_the_rest(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct bench *b = bench_new(
            &(struct bench_setup){.policy = "backfill:depth=all,promises=keep",
                                  .nodes = 3,
                                  .cores = 1,
                                  .ties = ties[i / 2].ties,
                                  .limits = PT_LIMITS_KILL,
                                  .named = i % 2 == 1});
        bench_gang(b, 2, 10);
        AT(b, 0, "start 0.0x2");
        bench_gang(b, 2, 10);
        bench_node(b, PT_FACT_NODE_DOWN, 2);
        AT(b, 10, "kill 0.0x2 limit"); /* the rest waits for the answer ... */
        AT(b, 10, "");                 /* ... and does not get it */
        CENSUS(b, "run 2 hold 0 down 1 free 0; 1 wait for 2");
        bench_node(b, PT_FACT_NODE_UP, 2);
        AT(b, 11, "");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 12, "start 1.0x2; limit 0");
        bench_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_early_endings_count_together_or_one_by_one),
        cmocka_unit_test(test_what_ends_at_its_limit_is_released_first),
        cmocka_unit_test(test_submissions_come_after_endings_or_before),
        cmocka_unit_test(
            test_under_pyss_a_punctual_ending_precedes_the_submissions),
        cmocka_unit_test(test_endings_act_in_the_order_in_which_they_started),
        cmocka_unit_test(test_submissions_of_one_instant_share_a_pass_or_not),
        cmocka_unit_test(
            test_early_rests_are_given_back_before_submissions_but_in_pyss),
        cmocka_unit_test(test_an_instant_may_have_many_steps),
        cmocka_unit_test(test_nodes_and_limits_of_an_instant_go_with_the_rest)};

    return cmocka_run_group_tests_name("core_ties", tests, NULL, NULL) != 0;
}
