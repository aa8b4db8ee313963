/* What is done when nodes and what they keep are lost: 1.7 and 2.4. */
#include "tests/conform/spark.h"

/* What a task that failed has to do with its copy, the other launch does. */
static void
test_one_that_fails_beside_its_copy_is_not_launched_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], 0)};
        s.rules.speculation = true;
        spark_init(&s, 3, 4);
        struct bench *b = spark_begin(&s, 3, "gang:head=skip");
        spark_stage(b, PT_PARALLEL, 10, true);
        bench_step(b, 0);
        for (int k = 0; k < 9; k++)
            bench_ends(b, 0, 0, k, PT_SUCCESS);
        AT(b, 1 * SEC, "");
        while (b->text[0] == '\0')
            bench_step(b, b->wake);
        ASSERT_TEXT(b->text, "start 0.0:9x1 copy");
        bench_fails(b, 0, 0, 9, PT_FAULT_ERROR); /* the first launch */
        AT(b, 5 * SEC, "");
        bench_ends(b, 0, 0, 9, PT_SUCCESS);
        AT(b, 6 * SEC, "done 0");
        ASSERT_INT(bench_record(b, 0)->tries, 11);
        spark_end(&s);
    }
}

/* --- nodes --- */

/* A bench with outputs that are lost with their node. */
static struct bench *local(struct spark *s, enum pt_rounds rounds, int32_t n,
                           int32_t cores)
{
    *s = (struct spark){.rules = spark_rules(rounds, 0)};
    s->rules.local_outputs = true;
    spark_init(s, n, cores);
    return spark_begin(s, n, "gang:head=skip");
}

/* 1.7: "executor lost while the gang runs" */
static void test_a_gang_that_loses_a_node_is_tried_again_whole(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct spark s;
        struct bench *b = i < 2 ? local(&s, both[i % 2], 2, 2)
                                : spark_new(&s, both[i % 2], 0, 2, 2);
        spark_stage(b, PT_GANG, 4, false);
        AT(b, 0, "start 0.0x4");
        bench_node(b, PT_FACT_NODE_DOWN, 1);
        AT(b, 1 * SEC, "kill 0.0x4 node");
        bench_node(b, PT_FACT_NODE_UP, 1);
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 1 * SEC, "");
        STAGES(&s, "0.0~0 failure node");
        ASSERT_INT(b->wake, 1200 * MS);
        AT(b, 1200 * MS, "start 0.0x4~1");
        bench_done(b, 0);
        AT(b, 2 * SEC, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 2, 4 * SEC);
        spark_end(&s);
    }
}

/* "its finished members are reported Resubmitted; either triggers" a retry */
static void test_a_finished_member_on_a_lost_node_undoes_its_gang(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = local(&s, both[i], 3, 1);
        b->with_ranges = true;
        bench_node(b, PT_FACT_NODE_DOWN, 1);
        AT(b, 0, "");
        spark_stage(b, PT_GANG, 2, false);
        bench_step(b, 0);
        ASSERT_HAS(b->text, "start 0.0x2@");
        int32_t first = b->step->ranges[b->step->decisions[0].range].first;
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 1 * SEC, "");
        bench_node(b, PT_FACT_NODE_UP, 1);
        AT(b, 1 * SEC, "");
        bench_node(b, PT_FACT_NODE_DOWN, first);
        AT(b, 2 * SEC, "kill 0.0x2 node");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 2 * SEC, "");
        STAGES(&s, "0.0~0 failure node");
        bench_step(b, 2200 * MS);
        ASSERT_HAS(b->text, "start 0.0x2~1");
        bench_done(b, 0);
        bench_step(b, 3 * SEC);
        ASSERT_HAS(b->text, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 2, 3 * SEC);
        spark_end(&s);
    }
}

/* Resubmitted: what a task left is lost while its stage runs. */
static void test_a_finished_task_on_a_lost_node_runs_again(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool lost = i < 2;
        struct spark s;
        struct bench *b = lost ? local(&s, both[i % 2], 2, 2)
                               : spark_new(&s, both[i % 2], 0, 2, 2);
        b->with_ranges = true;
        bench_node(b, PT_FACT_NODE_DOWN, 1);
        AT(b, 0, "");
        spark_map(b, PT_PARALLEL, 3, 1);
        AT(b, 0, "start 0.0x1@0; start 0.0:1x1@0");
        bench_node(b, PT_FACT_NODE_UP, 1);
        AT(b, 1 * SEC, "start 0.0:2x1@1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 2 * SEC, "");
        bench_node(b, PT_FACT_NODE_DOWN, 0);
        AT(b, 3 * SEC,
           lost ? "kill 0.0:1x1 node; start 0.0x1@1" : "kill 0.0:1x1 node");
        bench_ends(b, 0, 0, 1, PT_KILLED);
        AT(b, 3 * SEC, lost ? "" : "start 0.0:1x1@1");
        bench_ends(b, 0, 0, 2, PT_SUCCESS);
        AT(b, 4 * SEC, lost ? "start 0.0:1x1@1" : "");
        if (lost)
            bench_ends(b, 0, 0, 0, PT_SUCCESS);
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 5 * SEC, "start 0.1x1@1");
        STAGES(&s, "0.0~0 success");
        ASSERT_INT(b->step->stages[0].failures, 0);
        bench_ends(b, 0, 1, 0, PT_SUCCESS);
        AT(b, 6 * SEC, "done 0@1");
        ASSERT_INT(bench_record(b, 0)->lost, lost ? 5 * SEC : 3 * SEC);
        spark_end(&s);
    }
}

/* 2.4: "Success resets the index" */
static void test_a_success_resets_a_task_s_failures(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = local(&s, both[i], 2, 2);
        bench_node(b, PT_FACT_NODE_DOWN, 1);
        AT(b, 0, "");
        spark_stage(b, PT_PARALLEL, 2, false);
        AT(b, 0, "start 0.0x1; start 0.0:1x1");
        for (int k = 1; k < 4; k++) {
            bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
            AT(b, k * SEC, "start 0.0x1");
        }
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 4 * SEC, "");
        bench_node(b, PT_FACT_NODE_UP, 1);
        AT(b, 5 * SEC, "");
        bench_node(b, PT_FACT_NODE_DOWN, 0);
        AT(b, 6 * SEC, "kill 0.0:1x1 node; start 0.0x1");
        bench_ends(b, 0, 0, 1, PT_KILLED);
        AT(b, 6 * SEC, "start 0.0:1x1");
        for (int k = 7; k < 10; k++) {
            bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
            AT(b, k * SEC, "start 0.0x1");
        }
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 10 * SEC, "done 0");
        /* six failures, a killed launch, a lost output: 6 + 6 + 1 */
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 10, 13 * SEC);
        spark_end(&s);
    }
}

/* What nobody reads any more need not be made again: its work is not lost. */
static void test_outputs_that_are_not_needed_are_not_lost(void **state)
{
    struct bench_stage stages[] = {
        {.mode = PT_PARALLEL, .ntasks = 1, .limit = SEC, .retries = true},
        {.mode = PT_PARALLEL,
         .ntasks = 1,
         .limit = SEC,
         .parents = "0",
         .retries = true},
        {.mode = PT_PARALLEL,
         .ntasks = 1,
         .limit = SEC,
         .parents = "1",
         .retries = true,
         .result = true}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = local(&s, both[i], 3, 1);
        bench_node(b, PT_FACT_NODE_DOWN, 1);
        bench_node(b, PT_FACT_NODE_DOWN, 2);
        AT(b, 0, "");
        bench_job(b, stages, 3);
        AT(b, 0, "start 0.0x1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 1 * SEC, "start 0.1x1");
        bench_node(b, PT_FACT_NODE_UP, 1);
        AT(b, 1 * SEC, "");
        bench_node(b, PT_FACT_NODE_DOWN, 0);
        AT(b, 2 * SEC, "kill 0.1x1 node");
        bench_ends(b, 0, 1, 0, PT_KILLED);
        bench_step(b, 2 * SEC);
        if (b->text[0] == '\0')
            bench_step(b, b->wake);
        ASSERT_TEXT(b->text, "start 0.1x1");
        pt_time now = b->step->now;
        bench_ends(b, 0, 1, 0, PT_SUCCESS);
        AT(b, now + SEC, "start 0.2x1");
        bench_ends(b, 0, 2, 0, PT_SUCCESS);
        AT(b, now + 2 * SEC, "done 0");
        /* the killed launch alone: what stage 0 did was used */
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 4, 1 * SEC);
        spark_end(&s);
    }
}

/* --- a job that is over --- */

/* Nothing that still comes of it touches another job. */
static void test_what_ends_after_its_job_touches_no_other(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_stage(b, PT_PARALLEL, 4, true);
        AT(b, 0, "start 0.0x1; start 0.0:1x1");
        bench_fails(b, 0, 0, 0, PT_FAULT_FATAL);
        /* in rounds the slot is offered before anybody hears why it is free */
        AT(b, 1 * SEC,
           i == 0 ? "kill 0.0:1x1 job"
                  : "start 0.0:2x1; kill 0.0:1x1 job; kill 0.0:2x1 job");
        spark_stage(b, PT_GANG, 2, true);
        AT(b, 1 * SEC, "");
        if (i == 1)
            bench_ends(b, 0, 0, 2, PT_KILLED);
        bench_ends(b, 0, 0, 1, PT_SUCCESS); /* quicker than its kill */
        AT(b, 2 * SEC, "start 1.0x2; failed 0");
        STAGES(&s, "");
        bench_done(b, 1);
        AT(b, 3 * SEC, "done 1");
        spark_end(&s);
    }
}

static void test_a_stage_that_was_given_up_is_told_once(void **state)
{
    struct bench_stage stages[] = {
        {.mode = PT_PARALLEL, .ntasks = 1, .limit = SEC, .retries = true},
        {.mode = PT_PARALLEL, .ntasks = 1, .limit = SEC, .retries = true},
        {.mode = PT_GANG, .ntasks = 2, .limit = SEC, .retries = true}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 4);
        bench_job(b, stages, 3);
        AT(b, 0, "start 0.0x1; start 0.1x1; start 0.2x2");
        bench_fails(b, 0, 0, 0, PT_FAULT_FATAL);
        AT(b, 1 * SEC, "kill 0.1x1 job; kill 0.2x2 job");
        STAGES(&s, "0.0~0 failure failures; 0.1~0 killed job; "
                   "0.2~0 killed job");
        bench_ends(b, 0, 1, 0, PT_SUCCESS);
        bench_ends(b, 0, 2, -1, PT_SUCCESS);
        AT(b, 2 * SEC, "failed 0");
        STAGES(&s, "");
        spark_record(b, 0, PT_FAILED, PT_CAUSE_FAILURES, 3, 0);
        spark_end(&s);
    }
}

/* --- limits --- */

/* A limit is the user's word, no fault of Spark's: it is the job's end. */
static void test_who_is_killed_at_its_limit_ends_its_job(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct pt_rules rules = spark_rules(PT_ROUNDS_NONE, 0);
        struct bench *b =
            bench_new(&(struct bench_setup){.policy = "gang",
                                            .nodes = 1,
                                            .cores = 2,
                                            .named = i / 2 == 1,
                                            .limits = PT_LIMITS_KILL,
                                            .rules = &rules});
        struct spark s = {.bench = b};
        struct bench_stage stage = {.mode = i % 2 ? PT_GANG : PT_PARALLEL,
                                    .ntasks = 2,
                                    .limit = 10 * SEC,
                                    .retries = true};

        bench_keep_books(b);
        bench_job(b, &stage, 1);
        bench_step(b, 0);
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 4 * SEC, "");
        AT(b, 10 * SEC, i % 2 ? "kill 0.0x2 limit" : "kill 0.0:1x1 limit");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 10 * SEC, "limit 0");
        STAGES(&s, "0.0~0 killed limit");
        spark_record(b, 0, PT_LIMIT, PT_CAUSE_NONE, i % 2 ? 1 : 2, 0);
        spark_end(&s);
    }
}

/* --- waiting, told in sum --- */

/* Each member's part of what its gang waited is no more than it ran. */
static void test_waits_in_sum_are_shared_by_those_that_waited(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 3);
        spark_map(b, PT_GANG, 3, 1);
        AT(b, 0, "start 0.0x3");
        bench_fact(b, (struct pt_fact){.kind = PT_FACT_SYNCED,
                                       .attempt = bench_handle(b, 0, 0, -1),
                                       .since = 1 * SEC,
                                       .waited = 18 * SEC});
        AT(b, 10 * SEC, "");
        bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
        bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
        AT(b, 11 * SEC, "kill 0.0x3 member");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 11 * SEC, "");
        ASSERT_INT(b->books.waited, 18 * SEC);
        AT(b, 11200 * MS, "start 0.0x3~1");
        bench_fact(b, (struct pt_fact){.kind = PT_FACT_SYNCED,
                                       .attempt = bench_handle(b, 0, 0, -1),
                                       .since = 12 * SEC,
                                       .waited = 6 * SEC});
        AT(b, 15 * SEC, "");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 15200 * MS, "start 0.1x1");
        STAGES(&s, "0.0~1 success");
        ASSERT_INT(b->step->stages[0].waited, 6 * SEC);
        bench_fetch_fails(b, 0, 1, 0, 0, 1); /* all of it is lost */
        AT(b, 16 * SEC, "");
        AT(b, 16200 * MS, "start 0.0x3~2");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 17 * SEC, "start 0.1x1~1");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 18 * SEC, "done 0");
        ASSERT_INT(bench_record(b, 0)->waited, 24 * SEC);
        /* 33 - 18 s, 12 - 6 s, 0.8 s */
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 5, 21800 * MS);
        spark_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_one_that_fails_beside_its_copy_is_not_launched_again),
        cmocka_unit_test(test_a_gang_that_loses_a_node_is_tried_again_whole),
        cmocka_unit_test(test_a_finished_member_on_a_lost_node_undoes_its_gang),
        cmocka_unit_test(test_a_finished_task_on_a_lost_node_runs_again),
        cmocka_unit_test(test_a_success_resets_a_task_s_failures),
        cmocka_unit_test(test_outputs_that_are_not_needed_are_not_lost),
        cmocka_unit_test(test_what_ends_after_its_job_touches_no_other),
        cmocka_unit_test(test_a_stage_that_was_given_up_is_told_once),
        cmocka_unit_test(test_who_is_killed_at_its_limit_ends_its_job),
        cmocka_unit_test(test_waits_in_sum_are_shared_by_those_that_waited),
    };
    return cmocka_run_group_tests_name("spark_losses", tests, NULL, NULL) != 0;
}
