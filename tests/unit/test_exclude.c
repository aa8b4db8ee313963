/* Nodes that are left after failures, by Spark's defaults (spec, 2.4). */
#include "check.h"

#include "core/exclude.h"

#define HOUR (3600 * PT_SECOND)

enum { NODES = 7 };

/* Hosts 0: nodes 0, 1, 2; 1: nodes 3, 4; 2: node 5; 3: node 6. */
static const struct pt_node nodes[NODES] = {
    {.host = 0}, {.host = 0}, {.host = 0}, {.host = 1},
    {.host = 1}, {.host = 2}, {.host = 3}};

/* EXPECTED: 'x' for each node on which TASK may not run. */
static void check_task(const struct pt_failures *f, int32_t task,
                       const char *expected)
{
    char seen[NODES + 1] = "";

    for (int32_t i = 0; i < NODES; i++)
        seen[i] = pt_failures_exclude(f, nodes, task, i) ? 'x' : '.';
    ASSERT_TEXT(seen, expected);
}

static void check_all(const struct pt_excluded *x, pt_time now,
                      const char *expected)
{
    char seen[NODES + 1] = "";

    for (int32_t i = 0; i < NODES; i++)
        seen[i] = pt_excluded_has(x, nodes, i, now) ? 'x' : '.';
    ASSERT_TEXT(seen, expected);
}

/* A stage attempt that succeeded at NOW after N tasks had failed on NODE. */
static void learn(struct pt_excluded *x, int32_t node, int32_t n, pt_time now)
{
    struct pt_failures f = {0};

    for (int32_t i = 0; i < n; i++)
        pt_failures_add(&f, i, node);
    pt_excluded_learn(x, &f, now);
    pt_failures_fini(&f);
}

/* task: 1 attempt per executor. */
static void test_a_task_is_tried_once_per_node(void **state)
{
    struct pt_failures f = {0};

    (void)state;
    check_task(&f, 0, ".......");
    pt_failures_add(&f, 0, 5);
    pt_failures_add(&f, 0, 5);
    ASSERT_INT(f.n, 1);
    check_task(&f, 0, ".....x.");
    check_task(&f, 1, ".......");
    check_task(&f, -1, ".......");
    pt_failures_fini(&f);
}

/* task: 2 attempts per node. */
static void test_a_task_is_tried_twice_per_host(void **state)
{
    struct pt_failures f = {0};

    (void)state;
    pt_failures_add(&f, 7, 0);
    check_task(&f, 7, "x......");
    pt_failures_add(&f, 7, 2);
    check_task(&f, 7, "xxx....");
    check_task(&f, 8, ".......");
    pt_failures_fini(&f);
}

/* stage: 2 failed tasks per executor. */
static void test_a_stage_leaves_a_node_after_two_of_its_tasks(void **state)
{
    struct pt_failures f = {0};

    (void)state;
    pt_failures_add(&f, 1, 3);
    pt_failures_add(&f, 2, 3);
    check_task(&f, 9, "...x...");
    check_task(&f, -1, "...x...");
    check_task(&f, 1, "...x...");
    pt_failures_fini(&f);
}

/* stage: 2 failed executors per node. */
static void test_a_stage_leaves_a_host_with_two_of_its_nodes(void **state)
{
    struct pt_failures f = {0};

    (void)state;
    pt_failures_add(&f, 1, 0);
    pt_failures_add(&f, 2, 1);
    pt_failures_add(&f, 3, 0);
    check_task(&f, -1, "x......");
    pt_failures_add(&f, 4, 0);
    check_task(&f, -1, "x......");
    pt_failures_add(&f, 4, 1);
    check_task(&f, -1, "xxx....");
    check_task(&f, 99, "xxx....");
    pt_failures_fini(&f);
}

/* application: 2 failed tasks per executor. */
static void test_the_application_counts_over_stages(void **state)
{
    struct pt_excluded x = {0};

    (void)state;
    check_all(&x, 0, ".......");
    ASSERT_INT(pt_excluded_next(&x, 0), PT_TIME_NEVER);
    learn(&x, 5, 1, 10);
    learn(&x, 6, 2, 15);
    check_all(&x, 15, "......x");
    learn(&x, 5, 1, 20);
    check_all(&x, 20, ".....xx");
    ASSERT_INT(pt_excluded_next(&x, 20), 15 + HOUR);
    pt_excluded_fini(&x);
}

/* application: timeout 1 h, from when it was left. */
static void test_a_node_is_back_after_an_hour(void **state)
{
    struct pt_excluded x = {0};

    (void)state;
    learn(&x, 5, 1, 10);
    learn(&x, 5, 1, HOUR);
    check_all(&x, 2 * HOUR - 1, ".....x.");
    check_all(&x, 2 * HOUR, ".......");
    ASSERT_INT(pt_excluded_next(&x, 2 * HOUR - 1), 2 * HOUR);
    ASSERT_INT(pt_excluded_next(&x, 2 * HOUR), PT_TIME_NEVER);
    /* It begins anew. */
    learn(&x, 5, 1, 2 * HOUR);
    check_all(&x, 2 * HOUR, ".......");
    learn(&x, 5, 1, 2 * HOUR + 1);
    check_all(&x, 2 * HOUR + 1, ".....x.");
    pt_excluded_fini(&x);
}

static void test_a_failure_counts_for_an_hour(void **state)
{
    struct pt_excluded x = {0};

    (void)state;
    learn(&x, 5, 1, 0);
    learn(&x, 5, 1, HOUR);
    check_all(&x, HOUR, ".......");
    ASSERT_INT(x.n, 1);
    learn(&x, 5, 1, 2 * HOUR - 1);
    check_all(&x, 2 * HOUR - 1, ".....x.");
    pt_excluded_fini(&x);
}

static void test_a_node_that_is_left_is_not_left_for_longer(void **state)
{
    struct pt_excluded x = {0};

    (void)state;
    learn(&x, 5, 2, 0);
    learn(&x, 5, 3, 10);
    ASSERT_INT(pt_excluded_next(&x, 10), HOUR);
    check_all(&x, HOUR, ".......");
    /* What it learned meanwhile counts at the next failure. */
    learn(&x, 5, 1, HOUR + 1);
    check_all(&x, HOUR + 1, ".....x.");
    pt_excluded_fini(&x);
}

/* application: 2 executors per node; for an hour from the second. */
static void test_the_application_leaves_a_host_with_two_nodes(void **state)
{
    struct pt_excluded x = {0};

    (void)state;
    learn(&x, 0, 2, 0);
    check_all(&x, 0, "x......");
    learn(&x, 2, 2, 100);
    check_all(&x, 100, "xxx....");
    check_all(&x, HOUR + 99, "xxx....");
    ASSERT_INT(pt_excluded_next(&x, HOUR), HOUR + 100);
    /* Nothing is forgotten too early. */
    learn(&x, 5, 1, HOUR + 50);
    check_all(&x, HOUR + 99, "xxx....");
    check_all(&x, HOUR + 100, ".......");
    pt_excluded_fini(&x);
}

static void test_nodes_left_one_after_the_other_do_not_take_the_host(void **s)
{
    struct pt_excluded x = {0};

    (void)s;
    learn(&x, 3, 2, 0);
    learn(&x, 4, 2, HOUR);
    check_all(&x, HOUR, "....x..");
    learn(&x, 3, 2, HOUR);
    check_all(&x, HOUR, "...xx..");
    ASSERT_INT(pt_excluded_next(&x, HOUR), 2 * HOUR);
    pt_excluded_fini(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_task_is_tried_once_per_node),
        cmocka_unit_test(test_a_task_is_tried_twice_per_host),
        cmocka_unit_test(test_a_stage_leaves_a_node_after_two_of_its_tasks),
        cmocka_unit_test(test_a_stage_leaves_a_host_with_two_of_its_nodes),
        cmocka_unit_test(test_the_application_counts_over_stages),
        cmocka_unit_test(test_a_node_is_back_after_an_hour),
        cmocka_unit_test(test_a_failure_counts_for_an_hour),
        cmocka_unit_test(test_a_node_that_is_left_is_not_left_for_longer),
        cmocka_unit_test(test_the_application_leaves_a_host_with_two_nodes),
        cmocka_unit_test(
            test_nodes_left_one_after_the_other_do_not_take_the_host),
    };

    return cmocka_run_group_tests_name("exclude", tests, NULL, NULL) != 0;
}
