/* Gangs that lose a node: where they go, and what they keep. */
#include "tests/unit/losses_bench.h"

static const enum pt_ties all_ties[] = {PT_TIES_INSTANT, PT_TIES_EVENT,
                                        PT_TIES_PYSS};

/* --- head and tail --- */

static void test_head_and_tail(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        bool tail = i % 2 == 1, retries = i / 2 % 2 == 1;
        struct bench *b = machine(
            &(struct how){.requeue = tail ? PT_REQUEUE_TAIL : PT_REQUEUE_HEAD,
                          .ties = all_ties[i / 4]},
            2);
        bench_keep_books(b);
        gang_of(b, retries, 2, 10);
        AT(b, 0, "start 0.0x2");
        bench_gang(b, 2, 10);
        AT(b, 1, "");
        down(b, 0);
        AT(b, 2, "kill 0.0x2 node");
        killed(b, 0);
        AT(b, 2, "");
        if (retries)
            AT(b, b->wake, ""); /* the stage is submitted again */
        CENSUS(b, "run 0 hold 0 down 1 free 1 short; 2 wait for 4");
        up(b, 0);
        AT(b, 5, tail ? "start 1.0x2" : "start 0.0x2~1");
        bench_gang(b, 2, 10); /* it comes after what was sent to the end */
        AT(b, 6, "");
        bench_done(b, tail ? 1 : 0);
        AT(b, 10, tail ? "start 0.0x2~1; done 1" : "start 1.0x2; done 0");
        bench_done(b, tail ? 0 : 1);
        AT(b, 12, tail ? "start 2.0x2; done 0" : "start 2.0x2; done 1");
        bench_done(b, 2);
        AT(b, 13, "done 2");
        ASSERT_INT(bench_record(b, 0)->tries, 2);
        ASSERT_INT(bench_record(b, 0)->lost, 4);
        ASSERT_INT(bench_record(b, 0)->useful, tail ? 4 : 10);
        bench_settle_books(b);
        bench_free(b);
    }
}

/* Those who were sent to the end stay in the order in which they were. */
static void test_the_tail_keeps_its_order(void **state)
{
    struct bench *b = machine(&(struct how){.requeue = PT_REQUEUE_TAIL}, 2);

    (void)state;
    bench_gang(b, 1, 10);
    bench_gang(b, 1, 10);
    AT(b, 0, "start 0.0x1; start 1.0x1");
    bench_gang(b, 1, 10);
    down(b, 1);
    AT(b, 1, "kill 1.0x1 node");
    killed(b, 1);
    AT(b, 1, "");
    down(b, 0);
    AT(b, 2, "kill 0.0x1 node");
    killed(b, 0);
    AT(b, 2, "");
    bench_gang(b, 1, 10);
    AT(b, 3, "");
    up(b, 0);
    AT(b, 4, "start 2.0x1");
    bench_done(b, 2);
    AT(b, 5, "start 1.0x1~1; done 2");
    down(b, 0);
    AT(b, 6, "kill 1.0x1~1 node");
    killed(b, 1);
    AT(b, 6, "");
    up(b, 0);
    AT(b, 7, "start 0.0x1~1"); /* job 1 is behind job 3 now */
    bench_done(b, 0);
    AT(b, 8, "start 3.0x1; done 0");
    bench_done(b, 3);
    AT(b, 9, "start 1.0x1~2; done 3");
    bench_done(b, 1);
    AT(b, 10, "done 1");
    bench_free(b);
}

/* --- hold and spare --- */

static void test_a_gang_keeps_what_is_left_and_waits_for_the_rest(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct bench *b = machine(
            &(struct how){.requeue = PT_REQUEUE_HOLD, .ties = all_ties[i / 2]},
            3);
        bench_keep_books(b);
        b->with_ranges = true;
        gang_of(b, i % 2 == 1, 3, 10);
        AT(b, 0, "start 0.0x3@0-2");
        bench_gang(b, 1, 5);
        AT(b, 1, "");
        down(b, 1);
        AT(b, 2, "kill 0.0x3 node");
        killed(b, 0);
        AT(b, 2, "hold 0.0x2~1@0,2");
        CENSUS(b, "run 0 hold 2 down 1 free 0; 2 wait for 2");
        bench_gang(b, 1, 5);
        AT(b, 3, "");
        up(b, 1);
        AT(b, 7, "start 0.0x3~1@0,2,1");
        bench_done(b, 0);
        AT(b, 12, "start 1.0x1@0; start 2.0x1@1; done 0@0,2,1");
        bench_done(b, 1);
        bench_done(b, 2);
        bench_step(b, 14);
        ASSERT_INT(bench_record(b, 0)->held, 10);
        ASSERT_INT(bench_record(b, 0)->lost, 6);
        ASSERT_INT(bench_record(b, 0)->useful, 15);
        bench_settle_books(b);
        bench_free(b);
    }
}

/* A spare that is free at once; ahead of whoever waits. */
static void test_a_spare_takes_the_place(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        bool spare = i % 2 == 1;
        struct bench *b = machine(
            &(struct how){.policy = "gang",
                          .requeue = spare ? PT_REQUEUE_SPARE : PT_REQUEUE_HOLD,
                          .ties = all_ties[i / 4]},
            4);
        b->with_ranges = true;
        gang_of(b, i / 2 % 2 == 1, 3, 10);
        AT(b, 0, "start 0.0x3@0-2");
        bench_gang(b, 2, 5);
        AT(b, 1, "");
        down(b, 0);
        AT(b, 2, "kill 0.0x3 node");
        killed(b, 0);
        AT(b, 2, "start 0.0x3~1@1-3");
        ASSERT_INT(b->step->ndecisions, 1); /* nothing was held */
        bench_done(b, 0);
        AT(b, 4, "start 1.0x2@1-2; done 0@1-3");
        ASSERT_INT(bench_record(b, 0)->held, 0);
        ASSERT_INT(bench_record(b, 0)->timeouts, 0);
        bench_free(b);
    }
}

/* No spare: it waits at its place, and its slots are for others. */
static void test_without_a_spare_it_waits_at_its_place(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct bench *b = machine(&(struct how){.policy = "gang:head=skip",
                                                .requeue = PT_REQUEUE_SPARE,
                                                .ties = all_ties[i / 2]},
                                  3);
        bench_keep_books(b);
        gang_of(b, i % 2 == 1, 3, 10);
        AT(b, 0, "start 0.0x3");
        bench_gang(b, 2, 5);
        AT(b, 1, "");
        down(b, 0);
        AT(b, 2, "kill 0.0x3 node");
        killed(b, 0);
        AT(b, 2, "start 1.0x2");
        CENSUS(b, "run 2 hold 0 down 1 free 0; 1 wait for 3");
        bench_gang(b, 3, 5);
        AT(b, 3, "");
        up(b, 0);
        AT(b, 4, "");
        bench_done(b, 1);
        AT(b, 5, "start 0.0x3~1; done 1");
        bench_done(b, 0);
        AT(b, 6, "start 2.0x3; done 0");
        bench_done(b, 2);
        AT(b, 7, "done 2");
        ASSERT_INT(bench_record(b, 0)->held, 0);
        bench_settle_books(b);
        bench_free(b);
    }
}

static void test_a_holder_that_is_hit_again_keeps_the_others(void **state)
{
    struct bench *b = machine(&(struct how){.requeue = PT_REQUEUE_HOLD}, 3);

    (void)state;
    bench_keep_books(b);
    b->with_ranges = true;
    bench_gang(b, 3, 10);
    AT(b, 0, "start 0.0x3@0-2");
    down(b, 1);
    AT(b, 1, "kill 0.0x3 node");
    killed(b, 0);
    AT(b, 1, "hold 0.0x2~1@0,2");
    bench_gang(b, 1, 10);
    AT(b, 2, "");
    down(b, 0);
    AT(b, 3, "unhold 0.0x2~1 node; hold 0.0x1~1@2");
    CENSUS(b, "run 0 hold 1 down 2 free 0; 2 wait for 3");
    up(b, 1);
    AT(b, 4, "hold 0.0x2~1@2,1");
    down(b, 2);
    down(b, 1);
    AT(b, 5, "unhold 0.0x2~1 node");
    CENSUS(b, "run 0 hold 0 down 3 free 0; 2 wait for 4");
    up(b, 0);
    up(b, 1);
    up(b, 2);
    AT(b, 6, "start 0.0x3~1@0-2");
    bench_done(b, 0);
    AT(b, 7, "start 1.0x1@0; done 0@0-2");
    bench_done(b, 1);
    AT(b, 8, "done 1@0");
    ASSERT_INT(bench_record(b, 0)->held, 2 * 2 + 1 * 1 + 2 * 1);
    ASSERT_INT(bench_record(b, 0)->tries, 2);
    bench_settle_books(b);
    bench_free(b);
}

static void test_a_gang_of_one_node_has_nothing_to_keep(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        enum pt_requeue how = i % 2 ? PT_REQUEUE_HOLD : PT_REQUEUE_SPARE;
        struct bench *b = machine(&(struct how){.requeue = how}, 2);
        b->with_ranges = true;
        gang_of(b, i >= 2, 1, 10);
        AT(b, 0, "start 0.0x1@0");
        bench_gang(b, 1, 10);
        AT(b, 0, "start 1.0x1@1");
        bench_gang(b, 1, 10);
        down(b, 0);
        AT(b, 1, "kill 0.0x1 node");
        killed(b, 0);
        AT(b, 1, "");
        CENSUS(b, "run 1 hold 0 down 1 free 0; 2 wait for 2");
        bench_done(b, 1);
        AT(b, 2, "start 0.0x1~1@1; done 1@1");
        bench_free(b);
    }
}

static void test_who_was_first_recovers_first(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine(
            &(struct how){.requeue = PT_REQUEUE_HOLD, .ties = all_ties[i]}, 6);
        b->with_ranges = true;
        bench_gang(b, 3, 10);
        bench_gang(b, 3, 10);
        AT(b, 0, "start 0.0x3@0-2; start 1.0x3@3-5");
        bench_gang(b, 1, 10);
        AT(b, 0, "");
        down(b, 3);
        AT(b, 1, "kill 1.0x3 node");
        killed(b, 1);
        AT(b, 1, "hold 1.0x2~1@4-5");
        down(b, 0);
        AT(b, 2, "kill 0.0x3 node");
        killed(b, 0);
        AT(b, 2, "hold 0.0x2~1@1-2");
        up(b, 3);
        AT(b, 3, "start 0.0x3~1@1-3");
        up(b, 0);
        AT(b, 4, "start 1.0x3~1@4-5,0");
        CENSUS(b, "run 6 hold 0 down 0 free 0; 1 wait for 1");
        bench_free(b);
    }
}

/* Two gangs on nodes that fail together. */
static void test_two_gangs_lose_nodes_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct bench *b = machine(
            &(struct how){.requeue = i % 2 ? PT_REQUEUE_SPARE : PT_REQUEUE_HOLD,
                          .ties = all_ties[i / 2]},
            7);
        bench_gang(b, 3, 10);
        bench_gang(b, 3, 10);
        AT(b, 0, "start 0.0x3; start 1.0x3");
        down(b, 0);
        down(b, 5);
        AT(b, 1, "kill 0.0x3 node; kill 1.0x3 node");
        killed(b, 1);
        killed(b, 0);
        /* One spare: it is the first one's. */
        AT(b, 1, i % 2 ? "start 0.0x3~1" : "start 0.0x3~1; hold 1.0x2~1");
        up(b, 5);
        AT(b, 2, "start 1.0x3~1");
        bench_free(b);
    }
}

static void test_patience_ends(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct bench *b = machine(&(struct how){.policy = "gang:head=skip",
                                                .requeue = PT_REQUEUE_HOLD,
                                                .ties = all_ties[i / 2],
                                                .patience = 7},
                                  3);
        bench_keep_books(b);
        gang_of(b, i % 2 == 1, 3, 10);
        AT(b, 0, "start 0.0x3");
        bench_gang(b, 2, 10);
        AT(b, 1, "");
        down(b, 1);
        AT(b, 2, "kill 0.0x3 node");
        killed(b, 0);
        AT(b, 3, "hold 0.0x2~1");
        ASSERT_INT(b->wake, 10);
        AT(b, 10, "unhold 0.0x2~1 timeout; start 1.0x2");
        up(b, 1);
        AT(b, 11, "");
        CENSUS(b, "run 2 hold 0 down 0 free 1 short; 1 wait for 3");
        bench_done(b, 1);
        AT(b, 12, "start 0.0x3~1; done 1");
        bench_done(b, 0);
        AT(b, 13, "done 0");
        ASSERT_INT(bench_record(b, 0)->held, 14);
        ASSERT_INT(bench_record(b, 0)->timeouts, 1);
        bench_settle_books(b);
        bench_free(b);
    }
}

/* What comes back at the very instant at which patience ends is in time. */
static void test_patience_and_repair_at_one_instant(void **state)
{
    struct bench *b =
        machine(&(struct how){.requeue = PT_REQUEUE_HOLD, .patience = 7}, 2);

    (void)state;
    bench_gang(b, 2, 10);
    AT(b, 0, "start 0.0x2");
    down(b, 1);
    AT(b, 1, "kill 0.0x2 node");
    killed(b, 0);
    AT(b, 1, "hold 0.0x1~1");
    up(b, 1);
    const char *text = bench_step(b, 8);
    /* Either way it starts. */
    ASSERT_HAS(text, "start 0.0x2~1");
    bench_done(b, 0);
    AT(b, 9, "done 0");
    ASSERT_INT(bench_record(b, 0)->held, 7);
    bench_free(b);
}

/* Nobody else is in the queue: a round is made all the same. */
static void test_it_recovers_in_rounds(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        bool spare = i % 2 == 1, others = i >= 4;
        struct bench *b = machine(
            &(struct how){.requeue = spare ? PT_REQUEUE_SPARE : PT_REQUEUE_HOLD,
                          .rounds = PT_ROUNDS_SPARK},
            spare ? 4 : 3);
        gang_of(b, i / 2 % 2 == 1, 3, 10000);
        AT(b, 0, "start 0.0x3");
        if (others)
            bench_gang(b, 3, 10000);
        AT(b, 1, "");
        down(b, 1);
        AT(b, 2, "kill 0.0x3 node");
        killed(b, 0);
        if (spare) {
            AT(b, 2, "start 0.0x3~1");
        } else {
            AT(b, 2, "hold 0.0x2~1");
            up(b, 1);
            AT(b, 7, "start 0.0x3~1");
        }
        bench_done(b, 0);
        AT(b, 9, "done 0"); /* its slots are offered one by one */
        if (others)
            AT(b, b->wake, "start 1.0x3");
        bench_free(b);
    }
}

/* Told member by member.  (A pass may follow each of them where facts count one
 * by one: then a job that knows no other rule has ended with the last.) */
static void test_it_recovers_member_by_member(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        bool rounds = i >= 6, retries = i % 2 == 1;
        struct bench *b = machine(
            &(struct how){.requeue = PT_REQUEUE_HOLD,
                          .ties = all_ties[retries ? i / 2 % 3 : 0],
                          .rounds = rounds ? PT_ROUNDS_SPARK : PT_ROUNDS_NONE},
            3);
        gang_of(b, retries, 3, 10000);
        AT(b, 0, "start 0.0x3");
        bench_gang(b, 1, 10000);
        AT(b, 1, "");
        down(b, 1);
        AT(b, 2, "kill 0.0x3 node");
        for (int32_t k = 0; k < 3; k++)
            bench_ends(b, 0, 0, k, PT_KILLED);
        bench_step(b, 2);
        CENSUS(b, "run 0 hold 2 down 1 free 0; 2 wait for 2");
        up(b, 1);
        AT(b, 7, "start 0.0x3~1");
        bench_done(b, 0);
        AT(b, 12, "start 1.0x1; done 0");
        bench_done(b, 1);
        AT(b, 13, "done 1");
        bench_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head_and_tail),
        cmocka_unit_test(test_the_tail_keeps_its_order),
        cmocka_unit_test(test_a_gang_keeps_what_is_left_and_waits_for_the_rest),
        cmocka_unit_test(test_a_spare_takes_the_place),
        cmocka_unit_test(test_without_a_spare_it_waits_at_its_place),
        cmocka_unit_test(test_a_holder_that_is_hit_again_keeps_the_others),
        cmocka_unit_test(test_a_gang_of_one_node_has_nothing_to_keep),
        cmocka_unit_test(test_who_was_first_recovers_first),
        cmocka_unit_test(test_two_gangs_lose_nodes_at_once),
        cmocka_unit_test(test_patience_ends),
        cmocka_unit_test(test_patience_and_repair_at_one_instant),
        cmocka_unit_test(test_it_recovers_in_rounds),
        cmocka_unit_test(test_it_recovers_member_by_member),
    };

    return cmocka_run_group_tests_name("losses", tests, NULL, NULL);
}
