/* Machines whose nodes have names: vectors of resources, promises for nodes. */
#include "tests/unit/core_bench.h"

/* Two nodes with four GPUs each. */
static struct bench *gpus(const char *policy, const char *place, int32_t nodes)
{
    struct bench *b = bench_new(
        &(struct bench_setup){.policy = policy,
                              .place = place,
                              .nodes = nodes,
                              .size = {{[PT_GPUS] = 4000, [PT_MEMORY] = 1000}},
                              .named = true});

    b->with_ranges = true;
    return b;
}

static int32_t gang(struct bench *b, int32_t ntasks, int64_t ngpus,
                    pt_time limit)
{
    const struct bench_stage stage = {.mode = PT_GANG,
                                      .ntasks = ntasks,
                                      .limit = limit,
                                      .need = {{[PT_GPUS] = ngpus * 1000}}};

    return bench_job(b, &stage, 1);
}

static void test_a_task_never_spans_nodes(void **state)
{
    struct bench *b = gpus("gang", NULL, 2);

    (void)state;
    gang(b, 1, 5, 10); /* wider than a node */
    gang(b, 3, 3, 10); /* two nodes have room for one each */
    gang(b, 2, 3, 10);
    gang(b, 2, 1, 10);
    AT(b, 0,
       "reject 0 wide; reject 1 wide; start 2.0x2@0-1; start 3.0x2@0-1; "
       "rejected 0; rejected 1");
    bench_done(b, 2);
    AT(b, 5, "done 2@0-1");
    ASSERT_INT(b->step->spent[0].slots, 6);
    CENSUS(b, "run 2 hold 0 down 0 free 6 idle");
    bench_free(b);
}

static void test_every_resource_counts(void **state)
{
    const struct bench_stage fat = {
        .mode = PT_GANG,
        .ntasks = 1,
        .limit = 10,
        .need = {{[PT_GPUS] = 1000, [PT_MEMORY] = 600}}};
    struct bench *b = gpus("gang:head=skip", NULL, 2);

    (void)state;
    bench_job(b, &fat, 1);
    bench_job(b, &fat, 1);
    bench_job(b, &fat, 1); /* GPUs there are, memory there is not */
    gang(b, 2, 3, 10);
    AT(b, 0, "start 0.0x1@0; start 1.0x1@1; start 3.0x2@0-1");
    CENSUS(b, "run 8 hold 0 down 0 free 0; 1 wait for 1");
    bench_done(b, 1);
    AT(b, 3, "start 2.0x1@1; done 1@1");
    bench_free(b);
}

/* J2's two tasks can be together on node 0 at 10; J3 may use it until then, and
 * node 1 from 20 on. */
static void test_a_promise_names_its_nodes(void **state)
{
    static const char *const policies[] = {"backfill:depth=all,promises=keep",
                                           "backfill:depth=all"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench *b = gpus(policies[i], NULL, 2);
        gang(b, 1, 3, 10);
        gang(b, 1, 3, 20);
        gang(b, 2, 2, 30);
        gang(b, 1, 4, 5);
        AT(b, 0, "start 0.0x1@0; start 1.0x1@1");
        ASSERT_INT(b->wake, i == 0 ? 10 : PT_TIME_NEVER);
        gang(b, 1, 1, 10);
        AT(b, 0, "start 4.0x1@0"); /* it ends by 10 */
        gang(b, 1, 1, 11);
        AT(b, 0, "start 5.0x1@1"); /* it ends by 20 */
        bench_done(b, 0);
        bench_done(b, 4);
        AT(b, 10, "start 2.0x2@0; done 0@0; done 4@0");
        bench_done(b, 5);
        bench_done(b, 1);
        AT(b, 20, "start 3.0x1@1; done 1@1; done 5@1");
        bench_done(b, 3);
        AT(b, 25, "done 3@1");
        ASSERT_INT(bench_record(b, 3)->promise, 20);
        bench_free(b);
    }
}

static void
test_a_promise_moves_to_another_node_when_that_ends_early(void **state)
{
    struct bench *b = gpus("backfill:depth=all,promises=keep", NULL, 2);

    (void)state;
    gang(b, 1, 3, 10);
    gang(b, 1, 3, 20);
    gang(b, 2, 2, 10);
    gang(b, 1, 4, 5);
    AT(b, 0, "start 0.0x1@0; start 1.0x1@1");
    bench_done(b, 1);
    AT(b, 4, "start 2.0x2@1; done 1@1");
    ASSERT_INT(b->wake, 10); /* J3 has node 0 at 10 now */
    bench_done(b, 0);
    AT(b, 10, "start 3.0x1@0; done 0@0");
    bench_done(b, 3);
    AT(b, 12, "done 3@0");
    ASSERT_INT(bench_record(b, 3)->promise, 20);
    bench_done(b, 2);
    AT(b, 13, "done 2@1");
    ASSERT_INT(bench_record(b, 2)->promise, 10);
    bench_free(b);
}

/* The head, J3, has a promise at 20: one task on node 0, one on node 1.  Two
 * more GPUs will be free then in all, and yet J4 finds them on no node. */
static void test_easy_keeps_its_head_among_fragments(void **state)
{
    struct bench *b = gpus("backfill", NULL, 2);

    (void)state;
    gang(b, 1, 3, 10);
    gang(b, 1, 4, 20);
    gang(b, 1, 1, 30);
    gang(b, 2, 2, 30);
    AT(b, 0, "start 0.0x1@0; start 1.0x1@1; start 2.0x1@0");
    gang(b, 1, 2, 40);
    gang(b, 1, 1, 40);
    AT(b, 1, "");
    bench_done(b, 0);
    AT(b, 10, "start 5.0x1@0; done 0@0");
    CENSUS(b, "run 6 hold 0 down 0 free 2 drain; 2 wait for 6");
    bench_done(b, 1);
    AT(b, 20, "start 3.0x2@0-1; start 4.0x1@1; done 1@1");
    bench_free(b);
}

static void test_parallel_tasks_go_where_there_is_room(void **state)
{
    const struct bench_stage tasks = {.mode = PT_PARALLEL,
                                      .ntasks = 4,
                                      .limit = 10,
                                      .need = {{[PT_GPUS] = 3000}}};
    static const char *const policies[] = {"gang", "fifo", "backfill",
                                           "backfill:depth=all,promises=keep"};

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b = gpus(policies[i], NULL, 2);
        bench_job(b, &tasks, 1);
        AT(b, 0, "start 0.0x1@0; start 0.0:1x1@1");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 4, "start 0.0:2x1@1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 6, "start 0.0:3x1@0");
        bench_ends(b, 0, 0, 3, PT_SUCCESS);
        bench_ends(b, 0, 0, 2, PT_SUCCESS);
        AT(b, 7, "done 0@0");
        bench_free(b);
    }
}

static void test_a_place_decides_on_both_machines(void **state)
{
    static const struct {
        const char *place, *named, *counted;
    } cases[] = {{"first", "start 3.0x2@0", "start 3.0x2@0-1"},
                 {"best", "start 3.0x2@2", "start 3.0x2@8-9"},
                 {"pack", "start 3.0x2@2", "start 3.0x2@8-9"},
                 {"spread", "start 3.0x2@0,2", "start 3.0x2@0,8"}};

    (void)state;
    for (int i = 0; i < 8; i++) {
        struct bench *b =
            bench_new(&(struct bench_setup){.policy = "gang",
                                            .place = cases[i / 2].place,
                                            .nodes = 3,
                                            .cores = 4,
                                            .named = i % 2 == 1});
        /* Node 1 gets full, node 2 half full, node 0 stays empty. */
        bench_node(b, PT_FACT_NODE_DOWN, 0);
        bench_node(b, PT_FACT_NODE_DOWN, 2);
        bench_gang(b, 4, 10);
        AT(b, 0, "start 0.0x4");
        bench_node(b, PT_FACT_NODE_UP, 2);
        bench_gang(b, 2, 10);
        bench_gang(b, 2, 10);
        AT(b, 0, "start 1.0x2; start 2.0x2");
        bench_node(b, PT_FACT_NODE_UP, 0);
        bench_done(b, 1);
        AT(b, 1, "done 1");
        b->with_ranges = true;
        bench_gang(b, 2, 10);
        AT(b, 2, i % 2 ? cases[i / 2].named : cases[i / 2].counted);
        bench_free(b);
    }
}

static void test_an_exclusive_node_serves_one_stage(void **state)
{
    static const char *const policies[] = {"gang:head=skip", "backfill"};

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b =
            bench_new(&(struct bench_setup){.policy = policies[i / 2],
                                            .nodes = 3,
                                            .cores = 4,
                                            .exclusive = true,
                                            .named = i % 2 == 1});
        b->with_ranges = true;
        bench_gang(b, 1, 10);
        bench_gang(b, 5, 10);
        bench_gang(b, 1, 10);
        bench_gang(b, 13, 10);
        AT(b, 0,
           i % 2 ? "reject 3 wide; start 0.0x1@0; start 1.0x5@1-2; rejected 3"
                 : "reject 3 wide; start 0.0x1@0-3; start 1.0x5@4-11; "
                   "rejected 3");
        bench_done(b, 0);
        AT(b, 4,
           i % 2 ? "start 2.0x1@0; done 0@0" : "start 2.0x1@0-3; done 0@0-3");
        bench_free(b);
    }
}

/* Its drivers ask for one task at a time. */
static void test_a_gang_gets_the_rest_of_its_exclusive_node(void **state)
{
    struct bench *b =
        bench_new(&(struct bench_setup){.policy = "fifo:drivers=2",
                                        .nodes = 1,
                                        .cores = 4,
                                        .exclusive = true,
                                        .named = true});

    (void)state;
    bench_gang(b, 3, 10);
    bench_gang(b, 1, 10);
    AT(b, 0, "hold 0.0x1; hold 0.0x2; start 0.0x3");
    bench_done(b, 0);
    AT(b, 10, "start 1.0x1; done 0");
    bench_free(b);
}

static int32_t parts(struct bench *b, int32_t ntasks, int64_t gpus,
                     pt_time limit)
{
    const struct bench_stage stage = {.mode = PT_GANG,
                                      .ntasks = ntasks,
                                      .limit = limit,
                                      .need = {{[PT_GPUS] = gpus}}};

    return bench_job(b, &stage, 1);
}

/* 2.4 GPUs are free beside eight tasks of 0.7, and none for one more. */
static void test_a_gpu_is_shared_as_far_as_it_goes(void **state)
{
    struct bench *b = gpus("gang:head=skip", NULL, 2);

    (void)state;
    parts(b, 9, 700, 10);
    parts(b, 8, 700, 10);
    parts(b, 1, 700, 10);
    parts(b, 8, 300, 10);
    parts(b, 1, 1500, 10);
    AT(b, 0, "reject 0 wide; start 1.0x8@0-1; start 3.0x8@0-1; rejected 0");
    bench_done(b, 3);
    AT(b, 4, "done 3@0-1");
    CENSUS(b, "run 5 hold 0 down 0 free 3 frag; 2 wait for 2");
    bench_done(b, 1);
    AT(b, 10, "start 2.0x1@0; start 4.0x1@0; done 1@0-1");
    bench_free(b);
}

/* The head, J2, has a GPU of its own from 10 on: J0's.  A half is free beside
 * J0 until then, and 0.3 beside J1 for longer. */
static void test_a_promise_of_a_gpu_keeps_others_off_it(void **state)
{
    static const char *const policies[] = {"backfill",
                                           "backfill:depth=all,promises=keep"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench *b =
            bench_new(&(struct bench_setup){.policy = policies[i],
                                            .nodes = 1,
                                            .size = {{[PT_GPUS] = 2000}},
                                            .named = true});
        parts(b, 1, 500, 10);
        parts(b, 1, 700, 20);
        parts(b, 1, 1000, 10);
        parts(b, 1, 500, 15);
        parts(b, 1, 500, 10);
        parts(b, 1, 300, 15);
        AT(b, 0, "start 0.0x1; start 1.0x1; start 4.0x1; start 5.0x1");
        bench_done(b, 0);
        bench_done(b, 4);
        AT(b, 10, "start 2.0x1; done 0; done 4");
        ASSERT_INT(b->jobs[2]->nrecords, 0);
        bench_done(b, 5);
        AT(b, 15, "done 5");
        bench_done(b, 2);
        bench_done(b, 1);
        AT(b, 20, "start 3.0x1; done 1; done 2");
        bench_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_task_never_spans_nodes),
        cmocka_unit_test(test_every_resource_counts),
        cmocka_unit_test(test_a_promise_names_its_nodes),
        cmocka_unit_test(
            test_a_promise_moves_to_another_node_when_that_ends_early),
        cmocka_unit_test(test_easy_keeps_its_head_among_fragments),
        cmocka_unit_test(test_parallel_tasks_go_where_there_is_room),
        cmocka_unit_test(test_a_place_decides_on_both_machines),
        cmocka_unit_test(test_an_exclusive_node_serves_one_stage),
        cmocka_unit_test(test_a_gang_gets_the_rest_of_its_exclusive_node),
        cmocka_unit_test(test_a_gpu_is_shared_as_far_as_it_goes),
        cmocka_unit_test(test_a_promise_of_a_gpu_keeps_others_off_it)};

    return cmocka_run_group_tests_name("core_named", tests, NULL, NULL) != 0;
}
