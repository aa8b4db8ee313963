/* When slots are offered, to whom and how near to their data: sections 1.3,
 * 1.5, 2.2 and 2.3 of Spark's rules, and rows H of its tests. */
#include "tests/conform/spark_world.h"

/* --- full rounds, and those of one node --- */

/* 1.3: a gang that is wider than a node waits for the next full round. */
static void test_a_wide_gang_starts_in_a_full_round_alone(void **state)
{
    struct world w = world_of(2, 1, 0);
    struct bench *bench = open_world(&w);

    (void)state;
    submit(bench, PT_PARALLEL, 2, 1000, 0);
    submit(bench, PT_GANG, 2, 1000, 0);
    AT(bench, 0, "start 0.0x1; start 0.0:1x1");
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    AT(bench, 300 * MS, "");
    bench_ends(bench, 0, 0, 1, PT_SUCCESS);
    AT(bench, 600 * MS, "done 0");
    ASSERT_INT(bench->wake, PT_SECOND);
    AT(bench, PT_SECOND, "start 1.0x2");
    bench_free(bench);
}

static void test_two_endings_at_once_are_two_rounds(void **state)
{
    struct world w = world_of(2, 1, 0);
    struct bench *bench = open_world(&w);

    (void)state;
    submit(bench, PT_PARALLEL, 2, 1000, 0);
    submit(bench, PT_GANG, 2, 1000, 0);
    AT(bench, 0, "start 0.0x1; start 0.0:1x1");
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    bench_ends(bench, 0, 0, 1, PT_SUCCESS);
    AT(bench, 300 * MS, "done 0");
    AT(bench, PT_SECOND, "start 1.0x2");
    bench_free(bench);
}

static void test_a_narrow_gang_starts_on_the_node_that_is_offered(void **state)
{
    struct world w = world_of(2, 2, 0);
    struct bench *bench = open_world(&w);

    (void)state;
    submit(bench, PT_GANG, 2, 2000, 0);
    AT(bench, 0, "start 0.0x2");
    submit(bench, PT_GANG, 2, 1000, 0);
    AT(bench, 100 * MS, "");
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    AT(bench, 300 * MS, "start 1.0x2");
    bench_free(bench);
}

/* 1.3: nothing is kept for the gang. */
static void test_what_a_task_leaves_is_offered_to_the_rest_first(void **state)
{
    struct world w = world_of(2, 1, 0);
    struct bench *bench = open_world(&w);

    (void)state;
    submit(bench, PT_PARALLEL, 2, 1000, 0);
    submit(bench, PT_GANG, 2, 1000, 0);
    submit(bench, PT_PARALLEL, 2, 1000, 0);
    AT(bench, 0, "start 0.0x1; start 0.0:1x1");
    bench_ends(bench, 0, 0, 1, PT_SUCCESS);
    AT(bench, 300 * MS, "start 2.0x1");
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    AT(bench, 400 * MS, "start 2.0:1x1; done 0");
    bench_ends(bench, 2, 0, 0, PT_SUCCESS);
    AT(bench, 500 * MS, "");
    AT(bench, PT_SECOND, "");
    bench_ends(bench, 2, 0, 1, PT_SUCCESS);
    AT(bench, 1900 * MS, "done 2");
    AT(bench, 2000 * MS, "start 1.0x2");
    bench_free(bench);
}

static void test_rounds_keep_time_from_the_first_step(void **state)
{
    struct world w = world_of(2, 1, 0);
    struct bench *bench = open_world(&w);

    (void)state;
    submit(bench, PT_PARALLEL, 2, 1000, 0);
    AT(bench, 400 * MS, "start 0.0x1; start 0.0:1x1");
    ASSERT_INT(bench->wake, PT_TIME_NEVER); /* nobody waits */
    submit(bench, PT_GANG, 2, 1000, 0);
    AT(bench, 900 * MS, "");
    bench_ends(bench, 0, 0, -1, PT_SUCCESS);
    bench_ends(bench, 0, 0, -1, PT_SUCCESS);
    AT(bench, 2 * PT_SECOND, "done 0");
    ASSERT_INT(bench->wake, 2400 * MS);
    AT(bench, 2400 * MS, "start 1.0x2");
    bench_free(bench);
}

static void test_what_is_submitted_is_offered_all_at_once(void **state)
{
    struct world w = world_of(2, 1, 0);
    struct bench *bench = open_world(&w);

    (void)state;
    submit(bench, PT_GANG, 1, 1000, 0);
    AT(bench, 0, "start 0.0x1");
    submit(bench, PT_GANG, 2, 1000, 0);
    AT(bench, 100 * MS, "");
    bench_done(bench, 0);
    AT(bench, 200 * MS, "done 0");
    submit(bench, PT_PARALLEL, 1, 1000, 0); /* a full round for all */
    AT(bench, 300 * MS, "start 1.0x2");
    bench_free(bench);
}

/* 1.3: so does a task that failed and is tried again, and a node that is lost:
 * the gang of two, behind it, finds what came free one by one. */
static void test_a_failure_or_a_lost_node_makes_a_full_round(void **state)
{
    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        struct world w = world_of(4, 1, 0);
        struct bench *bench = open_world(&w);
        bench->with_ranges = true;
        submit(bench, PT_PARALLEL, 4, 1000, 0);
        bench_step(bench, 0);
        int32_t node = node_of(bench, 0, 3);
        submit(bench, PT_GANG, 2, 1000, 0);
        AT(bench, 100 * MS, "");
        bench_ends(bench, 0, 0, 0, PT_SUCCESS);
        AT(bench, 200 * MS, "");
        bench_ends(bench, 0, 0, 1, PT_SUCCESS);
        AT(bench, 300 * MS, "");
        if (lost)
            bench_node(bench, PT_FACT_NODE_DOWN, node);
        else
            bench_fails(bench, 0, 0, 3, PT_FAULT_ERROR);
        bench_step(bench, 400 * MS);
        ASSERT_INT(starts(bench, 1), 2);
        bench_free(bench);
    }
}

/* --- where --- */

/* 1.5: at most one task a node in each pass. */
static void test_tasks_are_spread_over_the_nodes(void **state)
{
    struct world w = world_of(3, 3, 0);

    (void)state;
    for (int64_t seed = 0; seed < 8; seed++) {
        struct bench *bench = open_world(&w);
        int32_t on[3] = {0, 0, 0};
        bench_fact(bench,
                   (struct pt_fact){.kind = PT_FACT_SHUFFLE, .seed = seed});
        submit(bench, PT_PARALLEL, 5, 1000, 0);
        bench_step(bench, 0);
        for (int32_t task = 0; task < 5; task++)
            on[node_of(bench, 0, task)]++;
        ASSERT_INT(on[0] + on[1] + on[2], 5);
        for (int32_t i = 0; i < 3; i++)
            assert_true(on[i] == 1 || on[i] == 2);
        bench_free(bench);
    }
}

/* The node of the only task of each of three jobs. */
static int32_t order_of(const struct world *w, int64_t seed)
{
    struct bench *bench = open_world(w);
    int32_t order = 0;

    bench_fact(bench, (struct pt_fact){.kind = PT_FACT_SHUFFLE, .seed = seed});
    for (int i = 0; i < 3; i++)
        submit(bench, PT_PARALLEL, 1, 1000, 0);
    AT(bench, 0, "start 0.0x1; start 1.0x1; start 2.0x1");
    for (int32_t job = 0; job < 3; job++)
        order = 10 * order + node_of(bench, job, 0);
    bench_free(bench);
    return order;
}

static void test_the_seed_changes_the_order_of_nodes_alone(void **state)
{
    struct world w = world_of(3, 1, 0);
    bool seen[211] = {false};
    int32_t kinds = 0;

    (void)state;
    for (int64_t seed = 0; seed < 64; seed++) {
        int32_t order = order_of(&w, seed);
        ASSERT_INT(order_of(&w, seed), order);
        assert_true(order <= 210);
        kinds += !seen[order];
        seen[order] = true;
    }
    ASSERT_INT(kinds, 6);
}

/* --- delay scheduling --- */

/* When a task that prefers node 0, which is busy, starts on node 1. */
static pt_time starts_beside(int32_t host, int32_t rack, int32_t racks)
{
    struct world w = world_of(2, 1, 0);
    pt_time now = 0;

    w.node[0].rack = racks;
    w.node[1].host = host;
    w.node[1].rack = rack;
    struct bench *bench = open_world(&w);
    submit_near(bench, PT_PARALLEL, 1, 0);
    AT(bench, 0, "start 0.0x1");
    submit_near(bench, PT_PARALLEL, 1, 0);
    bench_step(bench, 0);
    while (starts(bench, 1) == 0 && now < DAY * PT_SECOND) {
        assert_true(bench->wake > now && bench->wake < PT_TIME_NEVER);
        now = bench->wake;
        bench_step(bench, now);
    }
    ASSERT_INT(node_of(bench, 1, 0), 1);
    bench_free(bench);
    return now;
}

static void test_each_level_is_waited_for(void **state)
{
    (void)state;
    ASSERT_INT(starts_beside(0, 0, 0), 3 * PT_SECOND);
    ASSERT_INT(starts_beside(0, 1, 1), 3 * PT_SECOND);
    ASSERT_INT(starts_beside(1, 1, 1), 6 * PT_SECOND);
    ASSERT_INT(starts_beside(1, 0, 0), 6 * PT_SECOND); /* no racks at all */
    ASSERT_INT(starts_beside(1, 2, 1), 9 * PT_SECOND);
}

static void test_a_task_that_prefers_nothing_does_not_wait(void **state)
{
    static const int32_t at[] = {0, 1, 1};
    static const struct pt_site site[] = {{.number = 0}};
    struct world w = world_of(2, 1, 0);
    struct bench_stage stage = stage_of(PT_PARALLEL, 2, 1000, 0);

    (void)state;
    w.node[0].absent = true;
    stage.sites_at = at;
    stage.sites = site;
    struct bench *bench = open_world(&w);
    bench_job(bench, &stage, 1);
    AT(bench, 0, "start 0.0:1x1");
    bench_free(bench);
}

/* A stage of one job that is never tried again waits as others do. */
static void test_a_stage_without_retries_waits_as_well(void **state)
{
    static const int32_t at[] = {0, 1};
    static const struct pt_site site[] = {{.number = 0}};
    struct world w = world_of(2, 1, 0);
    struct bench_stage stage = stage_of(PT_GANG, 1, 1000, 0);

    (void)state;
    stage.sites_at = at;
    stage.sites = site;
    stage.retries = false;
    struct bench *bench = open_world(&w);
    bench_job(bench, &stage, 1);
    bench_job(bench, &stage, 1);
    AT(bench, 0, "start 0.0x1");
    for (int i = 1; i < 6; i++)
        AT(bench, i * PT_SECOND, "");
    AT(bench, 6 * PT_SECOND, "start 1.0x1");
    bench_free(bench);
}

/* H: node 0 is for job 0 (other data), node 1 for the tasks that prefer it. */
static struct bench *open_two(struct world *w)
{
    *w = world_of(2, 1, 0);
    struct bench *bench = open_world(w);
    submit_near(bench, PT_PARALLEL, 1, 0);
    AT(bench, 0, "start 0.0x1");
    ASSERT_INT(node_of(bench, 0, 0), 0);
    return bench;
}

/* H1: so node 0 is refused at 5 s, though 0 + 3 + ... is over. */
static void
test_what_is_accepted_before_any_refusal_starts_the_wait_anew(void **state)
{
    struct world w;
    struct bench *bench = open_two(&w);

    (void)state;
    submit_near(bench, PT_PARALLEL, 4, 1);
    AT(bench, 0, "start 1.0x1");
    bench_ends(bench, 1, 0, 0, PT_SUCCESS);
    AT(bench, 4500 * MS, "start 1.0:1x1"); /* of one node */
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    AT(bench, 7 * PT_SECOND, "done 0");
    AT(bench, 8 * PT_SECOND, "");
    AT(bench, 9 * PT_SECOND, "");
    AT(bench, 10 * PT_SECOND, "");
    AT(bench, 11 * PT_SECOND, "start 1.0:2x1"); /* 4.5 + 3 + 3 */
    ASSERT_INT(node_of(bench, 1, 2), 0);
    bench_free(bench);
}

/* H3: rounds without a free slot are no launches. */
static void test_a_round_without_room_does_not_start_the_wait_anew(void **state)
{
    struct world w;
    struct bench *bench = open_two(&w);

    (void)state;
    submit_near(bench, PT_PARALLEL, 4, 1);
    AT(bench, 0, "start 1.0x1");
    for (int i = 1; i < 7; i++)
        AT(bench, i * PT_SECOND, "");
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    AT(bench, 6500 * MS, "start 1.0:1x1; done 0");
    ASSERT_INT(node_of(bench, 1, 1), 0);
    bench_free(bench);
}

/* H4. */
static void
test_after_a_refusal_what_is_accepted_does_not_start_it_anew(void **state)
{
    struct world w = world_of(2, 1, 0);
    struct bench *bench = open_world(&w);

    (void)state;
    submit_near(bench, PT_PARALLEL, 4, 1);
    AT(bench, 0, "start 0.0x1"); /* and node 0 is refused */
    ASSERT_INT(node_of(bench, 0, 0), 1);
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    AT(bench, 2500 * MS, "start 0.0:1x1");
    ASSERT_INT(node_of(bench, 0, 1), 1);
    for (int i = 3; i < 6; i++)
        AT(bench, i * PT_SECOND, "");
    AT(bench, 6 * PT_SECOND, "start 0.0:2x1");
    ASSERT_INT(node_of(bench, 0, 2), 0);
    bench_free(bench);
}

/* --- speculation --- */

static struct bench *open_hosts(struct world *w)
{
    *w = world_of(3, 1, 0);
    w->node[0].host = w->node[1].host = 7; /* node 2 is on another */
    w->rules.speculation = true;
    w->rules.speculation_interval = 100 * MS;
    w->rules.speculation_min = 100 * MS;
    w->rules.speculation_quantile = 0.5;
    w->rules.speculation_multiplier = 1.5;
    return open_world(w);
}

/* 2.3: the median is 1 s, so a task is slow after 1.5 s. */
static void test_a_slow_task_is_copied_to_another_host(void **state)
{
    (void)state;
    for (int64_t seed = 0; seed < 6; seed++) {
        struct world w;
        struct bench *bench = open_hosts(&w);
        bench_fact(bench,
                   (struct pt_fact){.kind = PT_FACT_SHUFFLE, .seed = seed});
        submit(bench, PT_PARALLEL, 2, 1000, 0);
        AT(bench, 0, "start 0.0x1; start 0.0:1x1");
        int32_t slow = node_of(bench, 0, 1);
        bench_ends(bench, 0, 0, 0, PT_SUCCESS);
        AT(bench, PT_SECOND, "");
        ASSERT_INT(bench->wake, 1600 * MS);
        AT(bench, 1600 * MS, "start 0.0:1x1 copy");
        int32_t copy = node_of(bench, 0, 1);
        assert_true(w.node[copy].host != w.node[slow].host);
        bench_free(bench);
    }
}

static void test_the_first_launch_that_succeeds_kills_the_other(void **state)
{
    struct world w;
    struct bench *bench = open_hosts(&w);

    (void)state;
    submit(bench, PT_PARALLEL, 2, 1000, 0);
    AT(bench, 0, "start 0.0x1; start 0.0:1x1");
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    AT(bench, PT_SECOND, "");
    AT(bench, 1600 * MS, "start 0.0:1x1 copy");
    int32_t first = bench->runs[0].copy ? 1 : 0;
    bench_fact(bench, (struct pt_fact){.kind = PT_FACT_ENDED,
                                       .attempt = bench->runs[1 - first].handle,
                                       .task = 1,
                                       .outcome = PT_SUCCESS});
    AT(bench, 2000 * MS, "kill 0.0:1x1 copy");
    ASSERT_INT(bench->step->decisions[0].attempt, bench->runs[first].handle);
    bench_fact(bench, (struct pt_fact){.kind = PT_FACT_ENDED,
                                       .attempt = bench->runs[first].handle,
                                       .task = 1,
                                       .outcome = PT_KILLED});
    AT(bench, 2100 * MS, "done 0");
    bench_free(bench);
}

static void test_no_gang_and_no_single_task_is_copied(void **state)
{
    struct world w;
    struct bench *bench = open_hosts(&w);

    (void)state;
    submit(bench, PT_GANG, 2, 1000, 0);
    submit(bench, PT_PARALLEL, 1, 1000, 0);
    AT(bench, 0, "start 0.0x2; start 1.0x1");
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    AT(bench, PT_SECOND, "");
    ASSERT_INT(bench->wake, PT_TIME_NEVER);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_wide_gang_starts_in_a_full_round_alone),
        cmocka_unit_test(test_two_endings_at_once_are_two_rounds),
        cmocka_unit_test(test_a_narrow_gang_starts_on_the_node_that_is_offered),
        cmocka_unit_test(test_what_a_task_leaves_is_offered_to_the_rest_first),
        cmocka_unit_test(test_rounds_keep_time_from_the_first_step),
        cmocka_unit_test(test_what_is_submitted_is_offered_all_at_once),
        cmocka_unit_test(test_a_failure_or_a_lost_node_makes_a_full_round),
        cmocka_unit_test(test_tasks_are_spread_over_the_nodes),
        cmocka_unit_test(test_the_seed_changes_the_order_of_nodes_alone),
        cmocka_unit_test(test_each_level_is_waited_for),
        cmocka_unit_test(test_a_task_that_prefers_nothing_does_not_wait),
        cmocka_unit_test(test_a_stage_without_retries_waits_as_well),
        cmocka_unit_test(
            test_what_is_accepted_before_any_refusal_starts_the_wait_anew),
        cmocka_unit_test(
            test_a_round_without_room_does_not_start_the_wait_anew),
        cmocka_unit_test(
            test_after_a_refusal_what_is_accepted_does_not_start_it_anew),
        cmocka_unit_test(test_a_slow_task_is_copied_to_another_host),
        cmocka_unit_test(test_the_first_launch_that_succeeds_kills_the_other),
        cmocka_unit_test(test_no_gang_and_no_single_task_is_copied)};

    return cmocka_run_group_tests_name("spark_rounds", tests, NULL, NULL) != 0;
}
