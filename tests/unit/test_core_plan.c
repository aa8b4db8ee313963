/* The plan as a policy sees it; and the order of candidates. */
#include "tests/unit/core_bench.h"

static struct bench *machine(const char *policy, int32_t slots)
{
    return bench_new(
        &(struct bench_setup){.policy = policy, .nodes = slots, .cores = 1});
}

/* J0 holds the machine until 10; then four slots and these: widths 1, 2, 4, 1,
 * limits 30, 10, 5, 31; areas 30, 20, 20, 31. */
static void
test_candidates_are_tried_in_the_order_that_was_asked_for(void **state)
{
    static const char *const cases[][2] = {
        {"backfill:depth=0", "start 1.0x1; start 2.0x2; start 4.0x1"},
        {"backfill:depth=0,order=sjf", "start 3.0x4"},
        {"backfill:depth=0,order=ljf", "start 4.0x1; start 1.0x1; start 2.0x2"},
        {"backfill:depth=0,order=narrow",
         "start 1.0x1; start 4.0x1; start 2.0x2"},
        {"backfill:depth=0,order=wide", "start 3.0x4"},
        {"backfill:depth=0,order=saf", "start 2.0x2; start 1.0x1; start 4.0x1"},
        {"gang", "start 1.0x1; start 2.0x2"},
        {"gang:head=skip", "start 1.0x1; start 2.0x2; start 4.0x1"},
        {"fifo", "start 1.0x1; start 2.0x2; hold 3.0x1"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench *b = machine(cases[i][0], 4);
        char expected[200];
        print_message("%s\n", cases[i][0]);
        bench_gang(b, 4, 10);
        AT(b, 0, "start 0.0x4");
        bench_gang(b, 1, 30);
        bench_gang(b, 2, 10);
        bench_gang(b, 4, 5);
        bench_gang(b, 1, 31);
        AT(b, 1, "");
        bench_done(b, 0);
        snprintf(expected, sizeof expected, "%s; done 0", cases[i][1]);
        AT(b, 10, expected);
        bench_free(b);
    }
}

static void test_an_area_out_of_range_comes_last(void **state)
{
    struct bench *b = machine("backfill:depth=0,order=saf", 4);

    (void)state;
    bench_gang(b, 4, 10);
    AT(b, 0, "start 0.0x4");
    bench_gang(b, 3, PT_TIME_NEVER / 2);
    bench_gang(b, 3, 1000);
    AT(b, 1, "");
    bench_done(b, 0);
    AT(b, 10, "start 2.0x3; done 0");
    bench_free(b);
}

/* More levels of free slots than the stairs have steps: nothing is overlooked,
 * and nothing is started that breaks a promise. */
static void test_stairs_with_too_many_steps_are_no_wall(void **state)
{
    struct bench *b = machine("backfill:depth=all,promises=keep", 100);

    (void)state;
    for (int32_t i = 0; i < 40; i++)
        bench_gang(b, 1, 10 + i);
    bench_step(b, 0);
    for (int32_t i = 0; i < 40; i++)
        bench_gang(b, 61 + i, 100); /* J40 runs; others wait for more */
    AT(b, 1, "");
    bench_gang(b, 60, 9);
    bench_gang(b, 60, 8);
    AT(b, 1, "start 80.0x60");
    for (int32_t i = 39; i >= 1; i--)
        bench_done(b, i);
    bench_done(b, 80);
    AT(b, 2,
       "start 40.0x61; done 1; done 2; done 3; done 4; done 5; done 6; "
       "done 7; done 8; done 9; done 10; done 11; done 12; done 13; done 14; "
       "done 15; done 16; done 17; done 18; done 19; done 20; done 21; "
       "done 22; done 23; done 24; done 25; done 26; done 27; done 28; "
       "done 29; done 30; done 31; done 32; done 33; done 34; done 35; "
       "done 36; done 37; done 38; done 39; done 80");
    bench_free(b);
}

/* Each early end moves those behind it forward, each in turn. */
static void test_promises_move_forward_together(void **state)
{
    static const int32_t counts[] = {3, 12, 40};

    (void)state;
    for (int k = 0; k < 3; k++) {
        struct bench *b = machine("backfill:depth=all,promises=keep", 4);
        int32_t n = counts[k];
        for (int32_t i = 0; i <= n; i++)
            bench_gang(b, 3, 10);
        AT(b, 0, "start 0.0x3");
        pt_time now = 0;
        for (int32_t i = 0; i < n; i++) {
            char expected[64];
            now += 7; /* of 10 */
            bench_done(b, i);
            snprintf(expected, sizeof expected, "start %d.0x3; done %d", i + 1,
                     i);
            ASSERT_TEXT(bench_step(b, now), expected);
            ASSERT_INT(bench_record(b, i)->promise,
                       i == 0 ? PT_TIME_NEVER : 10 * i);
            ASSERT_INT(b->wake, i + 1 < n ? now + 10 : PT_TIME_NEVER);
        }
        bench_free(b);
    }
}

static void own_upkeep(const void *state, struct pt_upkeep *upkeep)
{
    (void)state;
    *upkeep = (struct pt_upkeep){.order = PT_ORDER_FIFO, .promises = true};
}

/* Starts the second of the queue at most, every ten microseconds; then asks the
 * plan all that it can be asked. */
static void own_schedule(void *state, struct pt_plan *plan)
{
    pt_waiting head = pt_plan_head(plan);
    pt_time now = pt_plan_now(plan);

    (void)state;
    assert_false(pt_plan_has_promise(plan, -1));
    if (now % 10 != 0)
        return;
    pt_plan_wake(plan, now + 10);
    if (head < 0)
        return;
    pt_waiting second = pt_plan_next(plan, head);
    if (second < 0)
        return;
    int64_t free = pt_plan_free(plan);
    pt_time promise = pt_plan_promise(plan, second);
    assert_true(pt_plan_has_promise(plan, second));
    assert_false(pt_plan_has_promise(plan, head));
    ASSERT_INT(pt_plan_promise(plan, second), promise); /* it has one */
    ASSERT_INT(pt_plan_promised(plan), 1);
    ASSERT_INT(pt_plan_unpromised(plan), head);
    if (promise > now) {
        pt_plan_forget(plan);
    } else {
        assert_true(pt_plan_start(plan, second));
        assert_true(pt_plan_free(plan) < free);
    }
    ASSERT_INT(pt_plan_promised(plan), 0);
    pt_plan_wake(plan, now); /* not before the next instant */
    pt_plan_wake(plan, now + 10);
}

static void test_a_policy_may_ask_to_be_woken(void **state)
{
    const struct pt_policy own = {
        .name = "own", .upkeep = own_upkeep, .schedule = own_schedule};

    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b = bench_new(&(struct bench_setup){
            .own = &own, .nodes = 3, .cores = 1, .named = named == 1});
        AT(b, 0, "");
        ASSERT_INT(b->wake, 10);
        bench_gang(b, 3, 10);
        bench_gang(b, 2, 11);
        AT(b, 1, "");
        ASSERT_INT(b->wake, 10);
        AT(b, 10, "start 1.0x2");
        ASSERT_INT(b->wake, 20);
        bench_gang(b, 2, 10);
        AT(b, 11, "");
        AT(b, 20, "");
        bench_done(b, 1);
        AT(b, 21, "done 1");
        ASSERT_INT(b->wake, 30);
        AT(b, 30, "start 2.0x2");
        bench_free(b);
    }
}

static void test_the_core_counts_what_it_does(void **state)
{
    struct bench *b = machine("backfill", 2);
    const struct pt_counts *counts = pt_core_counts(b->core);

    (void)state;
    bench_gang(b, 2, 10);
    bench_gang(b, 2, 10);
    bench_gang(b, 3, 10);
    AT(b, 0, "reject 2 wide; start 0.0x2; rejected 2");
    ASSERT_INT(counts->steps, 1);
    ASSERT_INT(counts->passes, 1);
    ASSERT_INT(counts->decisions, 2);
    int64_t checks = counts->checks;
    bench_done(b, 0);
    AT(b, 10, "start 1.0x2; done 0");
    ASSERT_INT(counts->steps, 2);
    ASSERT_INT(counts->decisions, 3);
    assert_true(counts->checks > checks);
    for (int i = 0; pt_core_invariants[i]; i++)
        assert_true(strlen(pt_core_invariants[i]) > 10);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_candidates_are_tried_in_the_order_that_was_asked_for),
        cmocka_unit_test(test_an_area_out_of_range_comes_last),
        cmocka_unit_test(test_stairs_with_too_many_steps_are_no_wall),
        cmocka_unit_test(test_promises_move_forward_together),
        cmocka_unit_test(test_a_policy_may_ask_to_be_woken),
        cmocka_unit_test(test_the_core_counts_what_it_does)};

    return cmocka_run_group_tests_name("core_plan", tests, NULL, NULL) != 0;
}
