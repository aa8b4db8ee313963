/* Nodes that fail too often are left down a while; what counts as service. */
#include "tests/unit/notices_bench.h"

/* --- nodes that fail too often --- */

static const struct pt_rules tired = {
    .node_failures = 3, .node_window = 100, .node_rest = 50};

static void fail_once(struct bench *b, pt_time at)
{
    down(b, 0);
    bench_step(b, at);
    up(b, 0);
    bench_step(b, at + 1);
}

static void test_a_node_that_fails_too_often_rests(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * POLICIES; i++) {
        struct bench *b = machine_of(policies[i % POLICIES], 1, 1,
                                     all_ties[i / POLICIES], &tired);
        fail_once(b, 10);
        fail_once(b, 20);
        DOWN_AND_SERVICED(b, 0, 0);
        fail_once(b, 110); /* just within the window */
        DOWN_AND_SERVICED(b, 1, 0);
        ASSERT_INT(b->wake, 161);
        bench_gang(b, 1, 10);
        AT(b, 120, "");
        CENSUS(b, "run 0 hold 0 down 1 free 0; 1 wait for 1");
        AT(b, 161, "start 0.0x1");
        bench_done(b, 0);
        AT(b, 162, "done 0");
        /* The count begins anew. */
        fail_once(b, 170);
        fail_once(b, 180);
        DOWN_AND_SERVICED(b, 0, 0);
        fail_once(b, 190);
        DOWN_AND_SERVICED(b, 1, 0);
        bench_free(b);
    }
}

static void test_failures_far_apart_do_not_count(void **state)
{
    struct bench *b = machine_of("gang", 1, 1, PT_TIES_INSTANT, &tired);

    (void)state;
    fail_once(b, 0);
    fail_once(b, 10);
    fail_once(b, 101);
    DOWN_AND_SERVICED(b, 0, 0);
    fail_once(b, 109); /* 10, 101, 109 */
    DOWN_AND_SERVICED(b, 1, 0);
    bench_free(b);
}

static void test_maintenance_does_not_tire(void **state)
{
    struct bench *b = machine_of("gang", 1, 1, PT_TIES_INSTANT, &tired);

    (void)state;
    for (pt_time at = 0; at < 50; at += 10) {
        service(b, 0, at > 20);
        bench_step(b, at);
        DOWN_AND_SERVICED(b, 0, 1);
        up(b, 0);
        bench_step(b, at + 5);
        DOWN_AND_SERVICED(b, 0, 0);
    }
    bench_free(b);
}

static void test_a_resting_node_fails_again(void **state)
{
    (void)state;
    for (int late = 0; late < 3; late++) {
        struct bench *b = machine_of("gang", 1, 1, PT_TIES_INSTANT, &tired);
        fail_once(b, 10);
        fail_once(b, 20);
        fail_once(b, 30); /* rests until 81 */
        bench_gang(b, 1, 10);
        AT(b, 32, "");
        down(b, 0);
        AT(b, 70, "");
        if (late == 0) {
            up(b, 0);
            AT(b, 75, "");
            AT(b, 81, "start 0.0x1");
        } else if (late == 1) {
            AT(b, 81, "");
            DOWN_AND_SERVICED(b, 1, 0);
            up(b, 0);
            AT(b, 90, "start 0.0x1");
        } else {
            up(b, 0);
            AT(b, 81, "start 0.0x1");
        }
        DOWN_AND_SERVICED(b, 0, 0);
        bench_free(b);
    }
}

/* The rest's end and a failure at one instant: it is down. */
static void test_a_rest_ends_as_the_node_fails(void **state)
{
    struct bench *b = machine_of("gang", 1, 1, PT_TIES_INSTANT, &tired);

    (void)state;
    fail_once(b, 10);
    fail_once(b, 20);
    fail_once(b, 30);
    bench_gang(b, 1, 10);
    AT(b, 32, "");
    down(b, 0);
    AT(b, 81, "");
    DOWN_AND_SERVICED(b, 1, 0);
    up(b, 0);
    AT(b, 82, "start 0.0x1");
    bench_free(b);
}

/* A whole machine of tired nodes; each has its own rest. */
static void test_many_nodes_rest(void **state)
{
    struct bench *b =
        machine_of("gang:head=skip", 3, 2, PT_TIES_INSTANT,
                   &(struct pt_rules){
                       .node_failures = 1, .node_window = 0, .node_rest = 10});

    (void)state;
    for (int32_t i = 0; i < 3; i++) {
        down(b, i);
        bench_step(b, i);
        up(b, i);
        bench_step(b, i);
    }
    DOWN_AND_SERVICED(b, 6, 0);
    bench_gang(b, 4, 10);
    AT(b, 5, "");
    AT(b, 10, "");
    DOWN_AND_SERVICED(b, 4, 0);
    AT(b, 11, "start 0.0x4");
    AT(b, 12, "");
    DOWN_AND_SERVICED(b, 0, 0);
    bench_free(b);
}

/* --- the counted machine --- */

static void test_service_of_counted_nodes(void **state)
{
    struct bench *b = bench_new(
        &(struct bench_setup){.policy = "gang", .nodes = 2, .cores = 2});

    (void)state;
    bench_gang(b, 3, 10);
    AT(b, 0, "start 0.0x3");
    service(b, 1, true);
    AT(b, 1, "");
    DOWN_AND_SERVICED(b, 0, 1);
    service(b, 0, false);
    AT(b, 2, "kill 0.0x3 node");
    bench_ends(b, 0, 0, -1, PT_KILLED);
    AT(b, 2, "");
    DOWN_AND_SERVICED(b, 0, 4);
    up(b, 0);
    down(b, 1);
    AT(b, 3, "");
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_node_that_fails_too_often_rests),
        cmocka_unit_test(test_failures_far_apart_do_not_count),
        cmocka_unit_test(test_maintenance_does_not_tire),
        cmocka_unit_test(test_a_resting_node_fails_again),
        cmocka_unit_test(test_a_rest_ends_as_the_node_fails),
        cmocka_unit_test(test_many_nodes_rest),
        cmocka_unit_test(test_service_of_counted_nodes),
    };

    return cmocka_run_group_tests_name("nodes that rest", tests, NULL, NULL);
}
