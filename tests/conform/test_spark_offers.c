/* Offers of slots, as Spark's TaskSchedulerImplSuite and PoolSuite have them:
 * rows B, G and E11 of the table of Spark's own tests, through the core. */
#include "tests/conform/spark_world.h"

/* --- B: the gate of a gang --- */

/* How many of a gang's WIDTH tasks start at once on so many nodes.  More nodes
 * are known, and absent, so that the gang is not too wide for ever. */
static int32_t gang_starts(struct world w, int32_t nodes, int32_t width,
                           int64_t cores, int64_t gpus)
{
    for (int32_t i = nodes; i < w.nodes; i++)
        w.node[i].absent = true;
    struct bench *bench = open_world(&w);

    submit(bench, PT_GANG, width, cores, gpus);
    bench_step(bench, 0);
    int32_t n = starts(bench, 0);
    bench_free(bench);
    return n;
}

/* B1, B2. */
static void test_a_gang_starts_where_its_cores_are_free(void **state)
{
    (void)state;
    ASSERT_INT(gang_starts(world_of(4, 3, 0), 2, 3, 2000, 0), 0);
    ASSERT_INT(gang_starts(world_of(4, 3, 0), 3, 3, 2000, 0), 3);
}

/* B3, B4. */
static void test_a_gang_starts_where_its_gpus_are_free(void **state)
{
    (void)state;
    ASSERT_INT(gang_starts(world_of(4, 3, 1), 2, 3, 1000, 1000), 0);
    ASSERT_INT(gang_starts(world_of(4, 3, 1), 3, 3, 1000, 1000), 3);
}

static int32_t profiled_starts(int32_t gpus)
{
    struct world w = world_of(5, 2, gpus);
    struct bench_stage stage = stage_of(PT_GANG, 3, 1000, 1000);

    for (int32_t i = 0; i < 5; i++) {
        w.node[i].profile = 1 + (i > 3); /* the last is of another */
        w.node[i].absent = i == 2 || i == 3;
    }
    stage.profile = 1;
    struct bench *bench = open_world(&w);
    bench_job(bench, &stage, 1);
    bench_step(bench, 0);
    int32_t n = starts(bench, 0);
    bench_free(bench);
    return n;
}

/* B5, B6. */
static void test_a_gang_with_a_profile_counts_its_own_nodes(void **state)
{
    (void)state;
    ASSERT_INT(profiled_starts(2), 3);
    ASSERT_INT(profiled_starts(1), 0);
}

/* B7. */
static void test_what_was_given_before_in_a_round_is_not_counted(void **state)
{
    struct world w = world_of(3, 3, 0);
    struct bench *bench = open_world(&w);

    (void)state;
    submit(bench, PT_PARALLEL, 1, 2000, 0);
    submit(bench, PT_GANG, 3, 2000, 0);
    AT(bench, 0, "start 0.0x1");
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    AT(bench, 500 * MS, "done 0");
    ASSERT_INT(bench->wake, PT_SECOND);
    AT(bench, PT_SECOND, "start 1.0x3");
    bench_free(bench);
}

/* B8. */
static void test_a_gang_with_a_killed_member_launches_nothing_more(void **state)
{
    struct world w = world_of(4, 1, 0);
    struct bench *bench = open_world(&w);

    (void)state;
    submit(bench, PT_GANG, 3, 1000, 0);
    AT(bench, 0, "start 0.0x3");
    bench_fails(bench, 0, 0, 1, PT_FAULT_EXCUSED);
    AT(bench, 10 * MS, "kill 0.0x3 member");
    AT(bench, 100 * MS, "");
    CENSUS(bench, "run 2 hold 0 down 0 free 2 blocked; 1 wait for 0");
    AT(bench, 210 * MS, ""); /* two of four slots are still taken */
    CENSUS(bench, "run 2 hold 0 down 0 free 2 short; 1 wait for 3");
    bench_ends(bench, 0, 0, -1, PT_KILLED);
    AT(bench, 300 * MS, "");
    AT(bench, PT_SECOND, "start 0.0x3~1");
    bench_free(bench);
}

/* B9. */
static void test_nothing_more_of_a_killed_job_is_launched(void **state)
{
    struct world w = world_of(2, 1, 0);
    struct bench *bench = open_world(&w);

    (void)state;
    submit(bench, PT_PARALLEL, 10, 1000, 0);
    AT(bench, 0, "start 0.0x1; start 0.0:1x1");
    bench_fails(bench, 0, 0, 0, PT_FAULT_FATAL);
    ASSERT_HAS(bench_step(bench, 10 * MS), "kill 0.0:1x1 job");
    for (int32_t i = 0; i < bench->nruns; i++)
        bench_fact(bench, (struct pt_fact){.kind = PT_FACT_ENDED,
                                           .attempt = bench->runs[i].handle,
                                           .task = -1,
                                           .outcome = PT_KILLED});
    AT(bench, 20 * MS, "failed 0");
    CENSUS(bench, "run 0 hold 0 down 0 free 2 idle");
    ASSERT_INT(bench->wake, PT_TIME_NEVER);
    bench_free(bench);
}

/* --- B10 to B12: a gang and its data --- */

/* Three nodes of one core on one host: the first or the second is taken, the
 * third is not there yet. */
static struct bench *open_host(struct world *w, bool second_is_taken)
{
    *w = world_of(3, 1, 0);
    for (int32_t i = 0; i < 3; i++)
        w->node[i].host = 1;
    w->node[2].absent = true;
    struct bench *bench = open_world(w);
    submit_near(bench, PT_PARALLEL, 1, second_is_taken ? 1 : 0);
    AT(bench, 0, "start 0.0x1");
    ASSERT_INT(node_of(bench, 0, 0), second_is_taken);
    return bench;
}

/* B10. */
static void test_a_gang_waits_for_its_node_then_takes_its_host(void **state)
{
    struct world w;
    struct bench *bench = open_host(&w, false);

    (void)state;
    submit_near(bench, PT_GANG, 1, 0);
    AT(bench, 0, "");
    AT(bench, PT_SECOND, "");
    AT(bench, 2 * PT_SECOND, "");
    AT(bench, 3 * PT_SECOND, "start 1.0x1");
    ASSERT_INT(node_of(bench, 1, 0), 1);
    bench_free(bench);
}

static const int32_t one_each[] = {0, 1, 2};
static const struct pt_site both_first[] = {{.number = 0}, {.number = 1}};

static void submit_both(struct bench *bench)
{
    struct bench_stage stage = stage_of(PT_GANG, 2, 1000, 0);

    stage.sites_at = one_each;
    stage.sites = both_first;
    bench_job(bench, &stage, 1);
}

/* B11: what one member was given goes to others within the round. */
static void
test_a_gang_that_is_not_whole_gives_back_within_the_round(void **state)
{
    struct world w;
    struct bench *bench = open_host(&w, true);

    (void)state;
    bench_node(bench, PT_FACT_NODE_UP, 2);
    submit_both(bench);
    submit(bench, PT_PARALLEL, 2, 1000, 0);
    AT(bench, 0, "start 2.0x1; start 2.0:1x1");
    bench_free(bench);
}

/* B12. */
static void test_a_gang_starts_whole_at_its_next_level(void **state)
{
    struct world w;
    struct bench *bench = open_host(&w, true);

    (void)state;
    bench_node(bench, PT_FACT_NODE_UP, 2);
    submit_both(bench);
    AT(bench, 0, "");
    AT(bench, PT_SECOND, "");
    AT(bench, 2 * PT_SECOND, "");
    AT(bench, 3 * PT_SECOND, "start 1.0x2");
    CENSUS(bench, "run 3 hold 0 down 0 free 0");
    bench_free(bench);
}

/* --- B13 to B16: parts of GPUs --- */

/* B13: the first N members are all that is on a GPU. */
static void test_members_fill_one_gpu_after_the_other(void **state)
{
    (void)state;
    for (int32_t n = 1; n <= 12; n++) {
        struct world w = world_of(1, 50, 4);
        struct bench *bench = open_world(&w);
        submit(bench, PT_GANG, 4 * n, 1000, 1000 / n);
        bench_step(bench, 0);
        ASSERT_INT(starts(bench, 0), 4 * n);
        submit(bench, PT_PARALLEL, 1, 1000, 1000);
        AT(bench, 0, "");
        for (int32_t task = 0; task < n; task++) {
            ASSERT_INT(starts(bench, 1), 0);
            bench_ends(bench, 0, 0, n + task, PT_SUCCESS);
            bench_step(bench, (1 + task) * MS);
        }
        ASSERT_INT(starts(bench, 1), 1);
        bench_free(bench);
    }
}

/* B14. */
static void test_members_share_gpus_on_all_nodes(void **state)
{
    (void)state;
    for (int32_t n = 1; n <= 12; n++) {
        struct world w = world_of(4, 50, 1);
        struct bench *bench = open_world(&w);
        submit(bench, PT_GANG, 4 * n, 1000, 1000 / n);
        bench_step(bench, 0);
        ASSERT_INT(starts(bench, 0), 4 * n);
        submit(bench, PT_PARALLEL, 1, 1000, 1000 / n);
        AT(bench, 0, ""); /* none has room left */
        bench_free(bench);
    }
}

/* B15. */
static void test_members_take_whole_gpus(void **state)
{
    (void)state;
    for (int32_t each = 1; each <= 4; each++) {
        struct world w = world_of(1, 10, 4);
        struct bench *bench = open_world(&w);
        submit(bench, PT_GANG, 4 / each, 1000, 1000 * each);
        bench_step(bench, 0);
        ASSERT_INT(starts(bench, 0), 4 / each);
        submit(bench, PT_PARALLEL, 5, 1000, 1000);
        bench_step(bench, 0);
        ASSERT_INT(starts(bench, 1), 4 % each);
        bench_free(bench);
    }
}

/* B16. */
static void test_small_parts_go_where_large_ones_leave_room(void **state)
{
    struct world w = world_of(1, 50, 4);
    struct bench *bench = open_world(&w);

    (void)state;
    submit(bench, PT_PARALLEL, 10, 1000, 700);
    submit(bench, PT_PARALLEL, 10, 1000, 300);
    bench_step(bench, 0);
    ASSERT_INT(starts(bench, 0), 4);
    ASSERT_INT(starts(bench, 1), 4);
    bench_free(bench);
}

/* E11, with no waits at all, and as it is with waits. */
static void test_a_gang_without_waits_starts_anywhere_at_once(void **state)
{
    struct world w = world_of(2, 1, 0);

    (void)state;
    struct bench *bench = open_world(&w);
    submit_near(bench, PT_PARALLEL, 2, 0);
    AT(bench, 0, "start 0.0x1");
    ASSERT_INT(node_of(bench, 0, 0), 0);
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    AT(bench, 500 * MS, "start 0.0:1x1");
    ASSERT_INT(node_of(bench, 0, 1), 0);
    bench_free(bench);
    memset(w.rules.locality, 0, sizeof w.rules.locality);
    bench = open_world(&w);
    submit_near(bench, PT_GANG, 2, 0);
    AT(bench, 0, "start 0.0x2");
    CENSUS(bench, "run 2 hold 0 down 0 free 0");
    bench_free(bench);
}

/* --- G: pools --- */

/* Nodes of one core come up one by one; which job gets each. */
static void launches(struct bench *bench, const int32_t *jobs, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        bench_node(bench, PT_FACT_NODE_UP, i);
        bench_step(bench, (1 + i) * MS);
        ASSERT_INT(bench->step->ndecisions, 1);
        ASSERT_INT(bench->step->decisions[0].rank, jobs[i]);
    }
}

static struct world growing_world(const struct pt_pool_spec *pools, int32_t n)
{
    struct world w = world_of(NODES, 1, 0);

    w.pools = pools;
    w.npools = n;
    for (int32_t i = 0; i < NODES; i++)
        w.node[i].absent = true;
    return w;
}

static void submit_to(struct bench *bench, int32_t pool, int32_t ntasks)
{
    bench->pool = pool;
    submit(bench, PT_PARALLEL, ntasks, 1000, 0);
}

static void test_a_fifo_pool_is_served_in_order(void **state)
{
    static const struct pt_pool_spec pools[] = {
        {.name = "default", .parent = -1, .weight = 1}};
    static const int32_t order[] = {0, 0, 1, 1, 2, 2};
    struct world w = growing_world(pools, 1);
    struct bench *bench = open_world(&w);

    (void)state;
    for (int i = 0; i < 3; i++)
        submit_to(bench, 0, 2);
    AT(bench, 0, "");
    launches(bench, order, 6);
    bench_free(bench);
}

static void test_fair_pools_are_served_by_minimum_share(void **state)
{
    static const struct pt_pool_spec pools[] = {
        {.name = "default", .parent = -1, .weight = 1},
        {.name = "1", .parent = -1, .weight = 1, .min_share = 2},
        {.name = "2", .parent = -1, .weight = 1, .min_share = 3}};
    static const int32_t order[] = {0, 3, 3, 1, 4, 2, 2, 4};
    struct world w = growing_world(pools, 3);
    struct bench *bench = open_world(&w);

    (void)state;
    submit_to(bench, 1, 1);
    submit_to(bench, 1, 1);
    submit_to(bench, 1, 2);
    submit_to(bench, 2, 2);
    submit_to(bench, 2, 2);
    AT(bench, 0, "");
    launches(bench, order, 8);
    bench_free(bench);
}

static void test_pools_in_pools_are_served_level_by_level(void **state)
{
    static const struct pt_pool_spec pools[] = {
        {.name = "0", .parent = -1, .weight = 1, .min_share = 3, .fair = true},
        {.name = "1", .parent = -1, .weight = 1, .min_share = 4, .fair = true},
        {.name = "00", .parent = 0, .weight = 2, .min_share = 2, .fair = true},
        {.name = "01", .parent = 0, .weight = 1, .min_share = 1, .fair = true},
        {.name = "10", .parent = 1, .weight = 2, .min_share = 2, .fair = true},
        {.name = "11", .parent = 1, .weight = 1, .min_share = 2, .fair = true}};
    static const int32_t order[] = {0, 4, 6, 2};
    struct world w = growing_world(pools, 6);
    struct bench *bench = open_world(&w);

    (void)state;
    for (int32_t pool = 2; pool < 6; pool++) {
        submit_to(bench, pool, 5);
        submit_to(bench, pool, 5);
    }
    AT(bench, 0, "");
    launches(bench, order, 4);
    bench_free(bench);
}

/* 2.1: shares are those of the round's beginning. */
static void test_the_order_stands_for_the_whole_round(void **state)
{
    static const struct pt_pool_spec pools[] = {
        {.name = "default", .parent = -1, .weight = 1},
        {.name = "a", .parent = -1, .weight = 1},
        {.name = "b", .parent = -1, .weight = 1}};
    struct world w = world_of(2, 2, 0);

    (void)state;
    w.pools = pools;
    w.npools = 3;
    struct bench *bench = open_world(&w);
    submit_to(bench, 2, 4);
    submit_to(bench, 1, 3);
    bench_step(bench, 0);
    ASSERT_INT(starts(bench, 1), 3);
    ASSERT_INT(starts(bench, 0), 1);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_gang_starts_where_its_cores_are_free),
        cmocka_unit_test(test_a_gang_starts_where_its_gpus_are_free),
        cmocka_unit_test(test_a_gang_with_a_profile_counts_its_own_nodes),
        cmocka_unit_test(test_what_was_given_before_in_a_round_is_not_counted),
        cmocka_unit_test(
            test_a_gang_with_a_killed_member_launches_nothing_more),
        cmocka_unit_test(test_nothing_more_of_a_killed_job_is_launched),
        cmocka_unit_test(test_a_gang_waits_for_its_node_then_takes_its_host),
        cmocka_unit_test(
            test_a_gang_that_is_not_whole_gives_back_within_the_round),
        cmocka_unit_test(test_a_gang_starts_whole_at_its_next_level),
        cmocka_unit_test(test_members_fill_one_gpu_after_the_other),
        cmocka_unit_test(test_members_share_gpus_on_all_nodes),
        cmocka_unit_test(test_members_take_whole_gpus),
        cmocka_unit_test(test_small_parts_go_where_large_ones_leave_room),
        cmocka_unit_test(test_a_gang_without_waits_starts_anywhere_at_once),
        cmocka_unit_test(test_a_fifo_pool_is_served_in_order),
        cmocka_unit_test(test_fair_pools_are_served_by_minimum_share),
        cmocka_unit_test(test_pools_in_pools_are_served_level_by_level),
        cmocka_unit_test(test_the_order_stands_for_the_whole_round)};

    return cmocka_run_group_tests_name("spark_offers", tests, NULL, NULL) != 0;
}
