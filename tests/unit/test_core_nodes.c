/* Nodes go down and come back, on both kinds of machine. */
#include "tests/unit/core_bench.h"

static struct bench *machine(const char *policy, int32_t nodes, int32_t cores,
                             bool named)
{
    return bench_new(&(struct bench_setup){
        .policy = policy, .nodes = nodes, .cores = cores, .named = named});
}

static void down(struct bench *b, int32_t node)
{
    bench_node(b, PT_FACT_NODE_DOWN, node);
}

static void up(struct bench *b, int32_t node)
{
    bench_node(b, PT_FACT_NODE_UP, node);
}

static void test_what_loses_a_node_is_killed_and_tried_again(void **state)
{
    static const char *const policies[] = {"gang", "backfill", "fifo"};

    (void)state;
    for (int i = 0; i < 6; i++) {
        struct bench *b = machine(policies[i / 2], 2, 2, i % 2 == 1);
        bench_gang(b, 3, 10);
        AT(b, 0, "start 0.0x3");
        down(b, 1);
        AT(b, 3, "kill 0.0x3 node");
        CENSUS(b, "run 3 hold 0 down 1 free 0");
        AT(b, 4, "");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        up(b, 1);
        AT(b, 5, "start 0.0x3~1");
        ASSERT_INT(b->step->nspent, 1);
        ASSERT_INT(b->step->spent[0].redone, 1);
        ASSERT_INT(b->step->spent[0].slots, 3);
        bench_done(b, 0);
        AT(b, 15, "done 0");
        ASSERT_INT(bench_record(b, 0)->tries, 2);
        ASSERT_INT(bench_record(b, 0)->lost, 15);
        ASSERT_INT(bench_record(b, 0)->first_start, 0);
        ASSERT_INT(bench_record(b, 0)->last_start, 5);
        bench_free(b);
    }
}

static void test_a_second_try_stands_where_the_first_did(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b = machine("gang", 2, 2, named == 1);
        bench_gang(b, 3, 10);
        bench_gang(b, 2, 10);
        AT(b, 0, "start 0.0x3");
        down(b, 1);
        AT(b, 3, "kill 0.0x3 node");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 3, "");
        CENSUS(b, "run 0 hold 0 down 2 free 2 blocked; 2 wait for 5");
        up(b, 1);
        AT(b, 8, "start 0.0x3~1");
        down(b, 0);
        AT(b, 9, "kill 0.0x3~1 node");
        up(b, 0);
        AT(b, 9, "");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 9, "start 0.0x3~2");
        bench_done(b, 0);
        AT(b, 19, "start 1.0x2; done 0");
        bench_free(b);
    }
}

static void test_only_what_is_on_the_node_is_killed(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b = machine("gang", 3, 2, named == 1);
        bench_gang(b, 2, 10);
        bench_parallel(b, 4, 10);
        AT(b, 0,
           "start 0.0x2; start 1.0x1; start 1.0:1x1; start 1.0:2x1; "
           "start 1.0:3x1");
        down(b, 1);
        AT(b, 2, "kill 1.0x1 node; kill 1.0:1x1 node");
        bench_ends(b, 1, 0, 0, PT_KILLED);
        bench_ends(b, 1, 0, 1, PT_SUCCESS); /* it was quicker */
        AT(b, 2, "");
        CENSUS(b, "run 4 hold 0 down 2 free 0; 1 wait for 1");
        bench_ends(b, 1, 0, 3, PT_SUCCESS);
        AT(b, 6, "start 1.0x1~1");
        bench_ends(b, 1, 0, 2, PT_SUCCESS);
        AT(b, 7, "");
        bench_ends(b, 1, 0, 0, PT_SUCCESS);
        AT(b, 8, "done 1");
        ASSERT_INT(bench_record(b, 1)->tries, 5);
        ASSERT_INT(bench_record(b, 1)->lost, 2);
        bench_free(b);
    }
}

static void test_a_node_that_is_down_is_not_used(void **state)
{
    static const char *const places[] = {"first", "best", "pack", "spread"};

    (void)state;
    for (int i = 0; i < 8; i++) {
        struct bench *b =
            bench_new(&(struct bench_setup){.policy = "gang:head=skip",
                                            .place = places[i / 2],
                                            .nodes = 3,
                                            .cores = 2,
                                            .named = i % 2 == 1});
        b->with_ranges = true;
        down(b, 1);
        bench_gang(b, 6, 10);
        bench_gang(b, 4, 10);
        AT(b, 0, i % 2 ? "start 1.0x4@0,2" : "start 1.0x4@0-1,4-5");
        CENSUS(b, "run 4 hold 0 down 2 free 0; 1 wait for 6");
        bench_done(b, 1);
        up(b, 1);
        AT(b, 4,
           i % 2 ? "start 0.0x6@0-2; done 1@0,2"
                 : "start 0.0x6@0-5; done 1@0-1,4-5");
        bench_free(b);
    }
}

static void test_down_twice_and_up_twice_does_no_harm(void **state)
{
    static const char *const policies[] = {"gang", "backfill", "fifo"};

    (void)state;
    for (int i = 0; i < 6; i++) {
        struct bench *b = machine(policies[i / 2], 2, 2, i % 2 == 1);
        up(b, 0);
        AT(b, 0, "");
        CENSUS(b, "run 0 hold 0 down 0 free 4 idle");
        down(b, 0);
        down(b, 0);
        AT(b, 1, "");
        down(b, 0);
        AT(b, 2, "");
        CENSUS(b, "run 0 hold 0 down 2 free 2 idle");
        bench_gang(b, 2, 10);
        AT(b, 3, "start 0.0x2");
        down(b, 1);
        AT(b, 4, "kill 0.0x2 node");
        down(b, 1);
        AT(b, 5, ""); /* told once */
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 6, "");
        CENSUS(b, "run 0 hold 0 down 4 free 0; 1 wait for 2");
        up(b, 1);
        up(b, 1);
        AT(b, 7, "start 0.0x2~1");
        up(b, 1);
        up(b, 0);
        AT(b, 8, "");
        CENSUS(b, "run 2 hold 0 down 0 free 2 idle");
        bench_free(b);
    }
}

/* In the order of their kinds: up, then down. */
static void test_facts_of_one_instant_may_come_in_any_order(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        struct bench *b =
            bench_new(&(struct bench_setup){.policy = "gang",
                                            .nodes = 2,
                                            .cores = 2,
                                            .named = i % 2 == 1,
                                            .ties = (enum pt_ties)(i / 4)});
        if (i % 4 < 2) {
            down(b, 1);
            up(b, 1);
        } else {
            up(b, 1);
            down(b, 1);
        }
        AT(b, 0, "");
        CENSUS(b, "run 0 hold 0 down 2 free 2 idle");
        bench_free(b);
    }
}

static void test_a_node_may_be_back_before_the_kill_is_answered(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b = machine(i < 2 ? "backfill" : "gang", 2, 2, i % 2);
        bench_gang(b, 4, 10);
        AT(b, 0, "start 0.0x4");
        down(b, 1);
        AT(b, 1, "kill 0.0x4 node");
        up(b, 1);
        AT(b, 2, "");
        CENSUS(b, "run 4 hold 0 down 0 free 0");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 3, "start 0.0x4~1");
        bench_free(b);
    }
}

static void test_members_that_ended_are_done_again_with_the_others(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b = machine(i < 2 ? "backfill" : "gang", 2, 2, i % 2);
        bench_gang(b, 4, 10);
        AT(b, 0, "start 0.0x4");
        bench_ends(b, 0, 0, 3, PT_SUCCESS);
        AT(b, 2, "");
        down(b, 1);
        AT(b, 4, "kill 0.0x4 node");
        CENSUS(b, "run 3 hold 0 down 1 free 0");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 4, "");
        up(b, 1);
        AT(b, 6, "start 0.0x4~1");
        bench_done(b, 0);
        AT(b, 9, "done 0");
        bench_free(b);
    }
}

static void test_the_reason_that_was_told_stands(void **state)
{
    struct bench *b = bench_new(&(struct bench_setup){
        .policy = "gang", .nodes = 2, .cores = 1, .limits = PT_LIMITS_KILL});

    (void)state;
    bench_gang(b, 1, 10);
    bench_gang(b, 1, 10);
    AT(b, 0, "start 0.0x1; start 1.0x1");
    down(b, 0);
    AT(b, 9, "kill 0.0x1 node");
    AT(b, 10, "kill 1.0x1 limit");
    down(b, 1);
    AT(b, 11, "");
    bench_ends(b, 0, 0, -1, PT_KILLED);
    bench_ends(b, 1, 0, -1, PT_KILLED);
    AT(b, 12, "limit 1");
    up(b, 0);
    AT(b, 13, "start 0.0x1~1");
    bench_done(b, 0);
    AT(b, 14, "done 0");
    bench_free(b);
}

static void test_a_job_that_is_over_is_not_tried_again(void **state)
{
    const struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 1, .limit = 10}};
    struct bench *b = machine("gang", 2, 1, false);

    (void)state;
    bench_job(b, stages, 2);
    AT(b, 0, "start 0.0x1; start 0.1x1");
    down(b, 1);
    AT(b, 3, "kill 0.1x1 node");
    bench_ends(b, 0, 0, -1, PT_FAILURE);
    AT(b, 4, "");
    bench_ends(b, 0, 1, -1, PT_KILLED);
    AT(b, 5, "failed 0");
    ASSERT_INT(b->step->spent[0].redone, 0);
    ASSERT_INT(bench_record(b, 0)->lost, 0);
    bench_free(b);
}

static void test_held_slots_on_the_node_are_given_back(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b = machine("fifo", 2, 2, named == 1);
        bench_gang(b, 2, 10);
        bench_gang(b, 3, 10);
        AT(b, 0, "start 0.0x2; hold 1.0x2");
        CENSUS(b, "run 2 hold 2 down 0 free 0; 1 wait for 1");
        down(b, 1);
        AT(b, 4, "unhold 1.0x2 node");
        CENSUS(b, "run 2 hold 0 down 2 free 0; 1 wait for 3");
        up(b, 1);
        AT(b, 6, "hold 1.0x2");
        bench_done(b, 0);
        AT(b, 10, "start 1.0x3; done 0");
        bench_done(b, 1);
        AT(b, 12, "done 1");
        ASSERT_INT(bench_record(b, 1)->held, 16);
        ASSERT_INT(bench_record(b, 1)->timeouts, 0);
        bench_free(b);
    }
}

static void test_the_time_out_of_a_lost_hold_does_not_fire(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b =
            machine("fifo:hold_timeout=10us,backoff=3us", 2, 2, named == 1);
        bench_gang(b, 2, 50);
        bench_gang(b, 3, 50);
        AT(b, 0, "start 0.0x2; hold 1.0x2");
        ASSERT_INT(b->wake, 10);
        down(b, 1);
        AT(b, 4, "unhold 1.0x2 node");
        ASSERT_INT(b->wake, PT_TIME_NEVER);
        AT(b, 10, "");
        up(b, 1);
        AT(b, 12, "hold 1.0x2");
        ASSERT_INT(b->wake, 22);
        AT(b, 22, "unhold 1.0x2 timeout");
        bench_free(b);
    }
}

static void
test_promises_are_made_again_when_a_node_goes_and_comes(void **state)
{
    static const char *const policies[] = {
        "backfill:depth=all,promises=keep", "backfill", "backfill:depth=2",
        "backfill:depth=2,promises=keep", "backfill:depth=all"};

    (void)state;
    for (int i = 0; i < 10; i++) {
        struct bench *b = machine(policies[i / 2], 3, 2, i % 2 == 1);
        bench_gang(b, 2, 10);
        bench_gang(b, 4, 5);
        AT(b, 0, "start 0.0x2; start 1.0x4");
        bench_gang(b, 4, 20);
        AT(b, 1, ""); /* J2 at 5 */
        down(b, 2);
        AT(b, 2, "kill 1.0x4 node");
        bench_ends(b, 1, 0, -1, PT_KILLED);
        bench_gang(b, 2, 9); /* J3 would be over at 11: J1 has 10 */
        AT(b, 2, "");
        bench_gang(b, 2, 7);
        AT(b, 3, "start 4.0x2");
        bench_done(b, 4);
        AT(b, 8, "done 4");
        bench_done(b, 0);
        AT(b, 10, "start 1.0x4~1; done 0");
        bench_done(b, 1);
        up(b, 2);
        AT(b, 14, "start 2.0x4; start 3.0x2; done 1");
        bench_free(b);
    }
}

/* J1 needs the whole machine, and half of it is down: there is no instant to
 * promise.  When the node is back J1 has its place, and J2 must not delay it.
 */
static void test_who_cannot_be_promised_anything_is_promised_later(void **state)
{
    static const char *const policies[] = {
        "backfill:depth=all,promises=keep", "backfill", "backfill:depth=2",
        "backfill:depth=2,promises=keep", "backfill:depth=all"};

    (void)state;
    for (int i = 0; i < 10; i++) {
        struct bench *b = machine(policies[i / 2], 2, 2, i % 2 == 1);
        bench_gang(b, 2, 10);
        bench_gang(b, 4, 5);
        AT(b, 0, "start 0.0x2");
        down(b, 1);
        AT(b, 2, "");
        ASSERT_INT(b->wake, PT_TIME_NEVER);
        AT(b, 4, "");
        CENSUS(b, "run 2 hold 0 down 2 free 0; 1 wait for 4");
        up(b, 1);
        AT(b, 6, "");
        bench_gang(b, 2, 10);
        AT(b, 7, "");
        bench_gang(b, 2, 3);
        AT(b, 7, "start 3.0x2");
        bench_done(b, 3);
        AT(b, 9, "done 3");
        bench_done(b, 0);
        AT(b, 10, "start 1.0x4; done 0");
        bench_free(b);
    }
}

static void test_nobody_waits_for_a_node_for_ever_in_vain(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b =
            machine(i < 2 ? "backfill:depth=all,promises=keep" : "backfill", 2,
                    2, i % 2);
        down(b, 0);
        bench_gang(b, 3, 10);
        bench_gang(b, 2, 10);
        bench_gang(b, 4, 10);
        AT(b, 0, "start 1.0x2");
        bench_done(b, 1);
        AT(b, 10, "done 1");
        ASSERT_INT(b->wake, PT_TIME_NEVER);
        ASSERT_TEXT(bench_close(b), "unfinished 0; unfinished 2");
        ASSERT_INT(bench_record(b, 0)->promise, PT_TIME_NEVER);
        bench_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_loses_a_node_is_killed_and_tried_again),
        cmocka_unit_test(test_a_second_try_stands_where_the_first_did),
        cmocka_unit_test(test_only_what_is_on_the_node_is_killed),
        cmocka_unit_test(test_a_node_that_is_down_is_not_used),
        cmocka_unit_test(test_down_twice_and_up_twice_does_no_harm),
        cmocka_unit_test(test_facts_of_one_instant_may_come_in_any_order),
        cmocka_unit_test(test_a_node_may_be_back_before_the_kill_is_answered),
        cmocka_unit_test(
            test_members_that_ended_are_done_again_with_the_others),
        cmocka_unit_test(test_the_reason_that_was_told_stands),
        cmocka_unit_test(test_a_job_that_is_over_is_not_tried_again),
        cmocka_unit_test(test_held_slots_on_the_node_are_given_back),
        cmocka_unit_test(test_the_time_out_of_a_lost_hold_does_not_fire),
        cmocka_unit_test(
            test_promises_are_made_again_when_a_node_goes_and_comes),
        cmocka_unit_test(
            test_who_cannot_be_promised_anything_is_promised_later),
        cmocka_unit_test(test_nobody_waits_for_a_node_for_ever_in_vain)};

    return cmocka_run_group_tests_name("core_nodes", tests, NULL, NULL) != 0;
}
