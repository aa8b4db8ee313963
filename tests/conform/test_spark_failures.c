/* What is done when tasks, gangs and nodes fail: rows C and D of Spark's
 * DAGScheduler suite, E12, and the rules of 1.7 and 2.4. */
#include "tests/conform/spark.h"

/* --- C: gangs --- */

/* C1: a consumer that cannot read costs the gang all its outputs. */
static void test_a_fetch_failure_makes_all_of_a_gang_run_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_map(b, PT_GANG, 2, 1);
        AT(b, 0, "start 0.0x2");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 1 * SEC, "start 0.1x1");
        STAGES(&s, "0.0~0 success");
        bench_fetch_fails(b, 0, 1, 0, 0, 0);
        AT(b, 2 * SEC, "");
        STAGES(&s, "0.1~0 failure");
        ASSERT_INT(b->wake, 2200 * MS);
        AT(b, 2200 * MS, "start 0.0x2~1");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 3 * SEC, "start 0.1x1~1");
        STAGES(&s, "0.0~1 success");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 4 * SEC, "done 0");
        STAGES(&s, "0.1~1 success");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 4, 3 * SEC);
        spark_end(&s);
    }
}

static void test_a_fetch_failure_makes_one_parallel_task_run_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_map(b, PT_PARALLEL, 2, 1);
        AT(b, 0, "start 0.0x1; start 0.0:1x1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 1 * SEC, "start 0.1x1");
        bench_fetch_fails(b, 0, 1, 0, 0, 1);
        AT(b, 2 * SEC, "");
        AT(b, 2200 * MS, "start 0.0:1x1~1");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 3 * SEC, "start 0.1x1~1");
        STAGES(&s, "0.0~1 success");
        ASSERT_INT(b->step->stages[0].ntasks, 1);
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 4 * SEC, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 5, 2 * SEC);
        spark_end(&s);
    }
}

/* C2: one member succeeded, the other is killed. */
static void test_a_member_that_fails_undoes_those_that_finished(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_map(b, PT_GANG, 2, 1);
        AT(b, 0, "start 0.0x2");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 1 * SEC, "");
        bench_fails(b, 0, 0, 1, PT_FAULT_EXCUSED);
        AT(b, 2 * SEC, "");
        STAGES(&s, "0.0~0 failure member");
        ASSERT_INT(b->step->stages[0].failures, 1);
        ASSERT_INT(b->step->stages[0].launches, 2);
        ASSERT_INT(b->wake, 2200 * MS);
        AT(b, 2200 * MS, "start 0.0x2~1");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 3 * SEC, "start 0.1x1");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 4 * SEC, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 3, 3 * SEC);
        spark_end(&s);
    }
}

/* C3: "Could not recover from a failed barrier ResultStage" */
static void test_a_gang_that_is_the_result_fails_its_job_in_spark(void **state)
{
    struct bench_stage stages[] = {
        {.mode = PT_PARALLEL, .ntasks = 1, .limit = SEC, .retries = true},
        {.mode = PT_GANG,
         .ntasks = 2,
         .limit = SEC,
         .parents = "0",
         .retries = true,
         .result = true}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], PT_HOLE_RESULT, 1, 2);
        bench_job(b, stages, 2);
        AT(b, 0, "start 0.0x1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 1 * SEC, "start 0.1x2");
        bench_fails(b, 0, 1, 0, PT_FAULT_EXCUSED);
        AT(b, 2 * SEC, "kill 0.1x2 job");
        STAGES(&s, "0.1~0 failure member");
        bench_ends(b, 0, 1, -1, PT_KILLED);
        AT(b, 3 * SEC, "failed 0");
        ASSERT_INT(b->step->nstages, 0);
        spark_record(b, 0, PT_FAILED, PT_CAUSE_RESULT, 2, 0);
        spark_end(&s);
    }
}

/* C4: both members fail, one after the other: two attempts in all. */
static void test_two_members_that_fail_are_one_failed_attempt(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_map(b, PT_GANG, 2, 1);
        AT(b, 0, "start 0.0x2");
        bench_fails(b, 0, 0, 0, PT_FAULT_EXCUSED);
        AT(b, 1 * SEC, "kill 0.0x2 member");
        STAGES(&s, "0.0~0 failure member");
        bench_fails(b, 0, 0, 1, PT_FAULT_EXCUSED);
        AT(b, 1100 * MS, "");
        STAGES(&s, "");
        ASSERT_INT(b->wake, 1200 * MS);
        AT(b, 1200 * MS, "start 0.0x2~1");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 2 * SEC, "start 0.1x1");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 3 * SEC, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 3, 2100 * MS);
        spark_end(&s);
    }
}

/* The same in one instant. */
static void test_members_that_fail_together_are_one_failed_attempt(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 3);
        spark_stage(b, PT_GANG, 3, false);
        AT(b, 0, "start 0.0x3");
        for (int k = 0; k < 3; k++)
            bench_fails(b, 0, 0, k, PT_FAULT_ERROR);
        AT(b, 1 * SEC, "");
        STAGES(&s, "0.0~0 failure member");
        AT(b, 1200 * MS, "start 0.0x3~1");
        bench_done(b, 0);
        AT(b, 2 * SEC, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 2, 3 * SEC);
        spark_end(&s);
    }
}

/* C5: the second member fails when the next attempt runs already. */
static void test_a_member_of_an_older_attempt_fails_alone(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 4);
        spark_map(b, PT_GANG, 2, 1);
        AT(b, 0, "start 0.0x2");
        bench_fails(b, 0, 0, 0, PT_FAULT_EXCUSED);
        AT(b, 1 * SEC, "kill 0.0x2 member");
        AT(b, 1200 * MS, "start 0.0x2~1");
        b->try = 0;
        bench_fails(b, 0, 0, 1, PT_FAULT_EXCUSED);
        AT(b, 1500 * MS, "");
        STAGES(&s, "");
        assert_true(b->wake == PT_TIME_NEVER);
        b->try = -1;
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 2 * SEC, "start 0.1x1");
        STAGES(&s, "0.0~1 success");
        ASSERT_INT(b->step->stages[0].failures, 0);
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 3 * SEC, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 3, 2500 * MS);
        spark_end(&s);
    }
}

/* C7, SPARK-59094: before the next attempt is made ... */
static void test_a_late_success_of_a_failed_gang_is_ignored_before(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_map(b, PT_GANG, 2, 1);
        AT(b, 0, "start 0.0x2");
        bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
        AT(b, 1 * SEC, "kill 0.0x2 member");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 1100 * MS, "");
        AT(b, 1200 * MS, "start 0.0x2~1");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 2 * SEC, "start 0.1x1");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 3 * SEC, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 3, 2100 * MS);
        spark_end(&s);
    }
}

/* ... while it waits ... */
static void test_a_late_success_of_a_failed_gang_is_ignored_then(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_map(b, PT_GANG, 2, 1);
        AT(b, 0, "start 0.0x2");
        bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
        AT(b, 1 * SEC, "kill 0.0x2 member");
        AT(b, 1200 * MS, "");
        CENSUS(b, "run 1 hold 0 down 0 free 1 short; 1 wait for 2");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 1500 * MS, "start 0.0x2~1");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 2 * SEC, "start 0.1x1");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 3 * SEC, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 3, 2500 * MS);
        spark_end(&s);
    }
}

/* ... and when it runs. */
static void test_a_late_success_of_a_failed_gang_is_ignored_after(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 4);
        spark_map(b, PT_GANG, 2, 1);
        AT(b, 0, "start 0.0x2");
        bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
        AT(b, 1 * SEC, "kill 0.0x2 member");
        AT(b, 1200 * MS, "start 0.0x2~1");
        b->try = 0;
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 1500 * MS, "");
        b->try = -1;
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 1800 * MS, "");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 2 * SEC, "start 0.1x1");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 3 * SEC, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 3, 2500 * MS);
        spark_end(&s);
    }
}

/* C7: the same after a consumer's fetch failure. */
static void
test_after_a_fetch_failure_late_gang_successes_are_lost(void **state)
{
    struct bench_stage stages[] = {
        {.mode = PT_PARALLEL, .ntasks = 1, .limit = SEC, .retries = true},
        {.mode = PT_GANG,
         .ntasks = 2,
         .limit = SEC,
         .parents = "0",
         .retries = true}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 4);
        bench_job(b, stages, 2);
        AT(b, 0, "start 0.0x1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 1 * SEC, "start 0.1x2");
        bench_fetch_fails(b, 0, 1, 0, 0, 0);
        AT(b, 2 * SEC, "kill 0.1x2 member");
        bench_ends(b, 0, 1, 1, PT_SUCCESS);
        AT(b, 2100 * MS, "");
        AT(b, 2200 * MS, "start 0.0x1~1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 3 * SEC, "start 0.1x2~1");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 4 * SEC, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 4, 3100 * MS);
        spark_end(&s);
    }
}

/* C7: ordinary stages keep what comes late. */
static void test_a_late_success_of_a_parallel_task_is_kept(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 3);
        struct bench_stage stages[] = {
            {.mode = PT_PARALLEL, .ntasks = 1, .limit = SEC, .retries = true},
            {.mode = PT_PARALLEL,
             .ntasks = 3,
             .limit = SEC,
             .parents = "0",
             .retries = true}};
        bench_job(b, stages, 2);
        AT(b, 0, "start 0.0x1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 1 * SEC, "start 0.1x1; start 0.1:1x1; start 0.1:2x1");
        bench_fetch_fails(b, 0, 1, 0, 0, 0);
        AT(b, 2 * SEC, ""); /* the others are not killed */
        bench_ends(b, 0, 1, 1, PT_SUCCESS);
        AT(b, 2100 * MS, "");
        AT(b, 2200 * MS, "start 0.0x1~1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 3 * SEC, "start 0.1x1~1; start 0.1:2x1~1");
        b->try = 0;
        bench_ends(b, 0, 1, 2, PT_SUCCESS);
        AT(b, 4 * SEC, "");
        b->try = 1;
        bench_ends(b, 0, 1, 0, PT_SUCCESS);
        AT(b, 5 * SEC, "kill 0.1:2x1~1 job");
        STAGES(&s, "0.1~1 success");
        bench_ends(b, 0, 1, 2, PT_KILLED);
        AT(b, 5 * SEC, "done 0");
        /* the first map, task 0, and the second launch of task 2 */
        ASSERT_INT(bench_record(b, 0)->state, PT_DONE);
        spark_end(&s);
    }
}

/* --- E12, SPARK-34069 --- */

static void test_the_others_are_killed_and_the_gang_is_tried_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_map(b, PT_GANG, 2, 1);
        AT(b, 0, "start 0.0x2");
        bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
        AT(b, 10 * MS, "kill 0.0x2 member");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 10 * MS, "");
        AT(b, 210 * MS, "start 0.0x2~1");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 1 * SEC, "start 0.1x1");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 2 * SEC, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 3, 20 * MS);
        spark_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fetch_failure_makes_all_of_a_gang_run_again),
        cmocka_unit_test(
            test_a_fetch_failure_makes_one_parallel_task_run_again),
        cmocka_unit_test(test_a_member_that_fails_undoes_those_that_finished),
        cmocka_unit_test(test_a_gang_that_is_the_result_fails_its_job_in_spark),
        cmocka_unit_test(test_two_members_that_fail_are_one_failed_attempt),
        cmocka_unit_test(
            test_members_that_fail_together_are_one_failed_attempt),
        cmocka_unit_test(test_a_member_of_an_older_attempt_fails_alone),
        cmocka_unit_test(
            test_a_late_success_of_a_failed_gang_is_ignored_before),
        cmocka_unit_test(test_a_late_success_of_a_failed_gang_is_ignored_then),
        cmocka_unit_test(test_a_late_success_of_a_failed_gang_is_ignored_after),
        cmocka_unit_test(
            test_after_a_fetch_failure_late_gang_successes_are_lost),
        cmocka_unit_test(test_a_late_success_of_a_parallel_task_is_kept),
        cmocka_unit_test(
            test_the_others_are_killed_and_the_gang_is_tried_again),
    };
    return cmocka_run_group_tests_name("spark_failures", tests, NULL, NULL) !=
           0;
}
