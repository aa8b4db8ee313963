/* What is done when gangs and stages fail: more of rows C and D. */
#include "tests/conform/spark.h"

/* 1.8: nothing waits for the kills, but slots are free when they are told. */
static void
test_the_next_attempt_waits_for_the_slots_of_the_killed(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_stage(b, PT_GANG, 2, false);
        AT(b, 0, "start 0.0x2");
        bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
        AT(b, 1 * SEC, "kill 0.0x2 member");
        AT(b, 1200 * MS, "");
        CENSUS(b, "run 1 hold 0 down 0 free 1 short; 1 wait for 2");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 5 * SEC, "start 0.0x2~1");
        bench_done(b, 0);
        AT(b, 6 * SEC, "done 0");
        STAGES(&s, "0.0~1 success");
        ASSERT_INT(b->step->stages[0].ready, 1200 * MS);
        ASSERT_INT(b->step->stages[0].start, 5 * SEC);
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 2, 6 * SEC);
        spark_end(&s);
    }
}

/* The same job and stage: the same place in the queue. */
static void test_the_next_attempt_stands_where_the_first_did(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_stage(b, PT_GANG, 2, false);
        spark_stage(b, PT_GANG, 2, false);
        AT(b, 0, "start 0.0x2");
        bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
        AT(b, 1 * SEC, "kill 0.0x2 member");
        AT(b, 1200 * MS, "");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 2 * SEC, "start 0.0x2~1");
        bench_done(b, 0);
        AT(b, 3 * SEC, "start 1.0x2; done 0");
        bench_done(b, 1);
        AT(b, 4 * SEC, "done 1");
        spark_end(&s);
    }
}

/* --- the limit of attempts: 1.7 and D --- */

static void test_the_fourth_attempt_that_fails_is_the_last(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        pt_time now = 0;
        char text[64];

        spark_map(b, PT_GANG, 2, 1);
        for (int k = 0; k < 4; k++) {
            snprintf(text, sizeof text,
                     k == 0 ? "start 0.0x2" : "start 0.0x2~%d", k);
            AT(b, now, text);
            bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
            bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
            bench_step(b, now + SEC);
            now += 1200 * MS;
        }
        ASSERT_TEXT(b->text, "failed 0");
        STAGES(&s, "0.0~3 failure member");
        spark_record(b, 0, PT_FAILED, PT_CAUSE_ATTEMPTS, 4, 6 * SEC);
        assert_true(b->wake == PT_TIME_NEVER);
        spark_end(&s);
    }
}

/* D: one attempt with many fetch failures is one failure. */
static void test_many_fetch_failures_of_one_attempt_are_one(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 6);
        spark_map(b, PT_PARALLEL, 2, 6);
        AT(b, 0, "start 0.0x1; start 0.0:1x1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        bench_step(b, 1 * SEC);
        for (int k = 0; k < 6; k++)
            bench_fetch_fails(b, 0, 1, k, 0, k % 2);
        AT(b, 2 * SEC, "");
        STAGES(&s, "0.1~0 failure");
        ASSERT_INT(b->wake, 2200 * MS);
        AT(b, 2200 * MS, "start 0.0x1~1; start 0.0:1x1~1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        bench_step(b, 3 * SEC);
        for (int k = 0; k < 6; k++)
            bench_ends(b, 0, 1, k, PT_SUCCESS);
        AT(b, 4 * SEC, "done 0");
        spark_end(&s);
    }
}

/* D: four attempts in a row with a fetch failure. */
static void test_four_attempts_with_fetch_failures_fail_the_job(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 1);
        pt_time now = 0;

        spark_map(b, PT_PARALLEL, 1, 1);
        for (int k = 0; k < 4; k++) {
            bench_step(b, now);
            bench_ends(b, 0, 0, 0, PT_SUCCESS);
            bench_step(b, now + 1 * SEC);
            bench_fetch_fails(b, 0, 1, 0, 0, 0);
            bench_step(b, now + 2 * SEC);
            now += 2200 * MS;
        }
        ASSERT_TEXT(b->text, "failed 0");
        ASSERT_INT(bench_record(b, 0)->state, PT_FAILED);
        ASSERT_INT(bench_record(b, 0)->cause, PT_CAUSE_ATTEMPTS);
        ASSERT_INT(bench_record(b, 0)->tries, 8);
        spark_end(&s);
    }
}

/* D: failures split over different stages do not sum. */
static void test_attempts_are_counted_for_each_stage(void **state)
{
    struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 2, .limit = SEC, .retries = true},
        {.mode = PT_GANG,
         .ntasks = 2,
         .limit = SEC,
         .parents = "0",
         .retries = true}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        pt_time now = 0;

        bench_job(b, stages, 2);
        for (int stage = 0; stage < 2; stage++) {
            for (int k = 0; k < 3; k++) {
                bench_step(b, now);
                for (int t = 0; t < 2; t++)
                    bench_fails(b, 0, stage, t, PT_FAULT_ERROR);
                AT(b, now + SEC, "");
                now += 1200 * MS;
            }
            bench_step(b, now);
            now += SEC;
            bench_ends(b, 0, stage, -1, PT_SUCCESS);
        }
        AT(b, now, "done 0");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 8, 12 * SEC);
        spark_end(&s);
    }
}

/* D: a success between clears the count. */
static void test_a_success_clears_the_count_of_attempts(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        pt_time now = 0;

        spark_map(b, PT_GANG, 2, 1);
        bench_step(b, now);
        for (int round = 0; round < 3; round++) {
            for (int k = 0; k < 3; k++) {
                for (int t = 0; t < 2; t++)
                    bench_fails(b, 0, 0, t, PT_FAULT_ERROR);
                AT(b, now += SEC, "");
                bench_step(b, now += 200 * MS);
                ASSERT_HAS(b->text, "start 0.0x2~");
            }
            bench_ends(b, 0, 0, -1, PT_SUCCESS);
            bench_step(b, now += SEC);
            ASSERT_HAS(b->text, "start 0.1x1");
            if (round == 2)
                break;
            bench_fetch_fails(b, 0, 1, 0, 0, 0);
            AT(b, now += SEC, "");
            bench_step(b, now += 200 * MS);
        }
        bench_ends(b, 0, 1, 0, PT_SUCCESS);
        AT(b, now + SEC, "done 0");
        ASSERT_INT(bench_record(b, 0)->tries, 15);
        spark_end(&s);
    }
}

/* 1.7: with a limit of one attempt there is no retry. */
static void test_a_limit_of_one_attempt_is_no_retry(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct spark s = {
            .rules = spark_rules(both[i % 2], i < 2 ? 0 : PT_HOLES_ALL)};
        s.rules.stage_attempts = 1;
        spark_init(&s, 1, 2);
        struct bench *b = spark_begin(&s, 1, "gang:head=skip");
        spark_stage(b, PT_GANG, 2, true);
        AT(b, 0, "start 0.0x2");
        bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
        AT(b, 1 * SEC, "kill 0.0x2 job");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 1 * SEC, "failed 0");
        /* step 4 of the first row comes before step 5 */
        spark_record(b, 0, PT_FAILED, PT_CAUSE_ATTEMPTS, 1, 0);
        spark_end(&s);
    }
}

/* --- tasks: 2.4 --- */

static void test_the_fourth_failure_of_a_task_is_the_last(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_stage(b, PT_PARALLEL, 2, true);
        AT(b, 0, "start 0.0x1; start 0.0:1x1");
        for (int k = 1; k < 4; k++) {
            bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
            AT(b, k * SEC, "start 0.0:1x1");
            ASSERT_INT(b->step->decisions[0].launch, k);
        }
        bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
        AT(b, 4 * SEC, "kill 0.0x1 job");
        STAGES(&s, "0.0~0 failure failures");
        ASSERT_INT(b->step->stages[0].failures, 4);
        ASSERT_INT(b->step->stages[0].launches, 5);
        ASSERT_INT(b->step->stages[0].ntasks, 2);
        bench_ends(b, 0, 0, 0, PT_KILLED);
        AT(b, 4 * SEC, "failed 0");
        STAGES(&s, "");
        spark_record(b, 0, PT_FAILED, PT_CAUSE_FAILURES, 5, 3 * SEC);
        spark_end(&s);
    }
}

static void test_failures_of_different_tasks_do_not_sum(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 2);
        spark_stage(b, PT_PARALLEL, 2, true);
        AT(b, 0, "start 0.0x1; start 0.0:1x1");
        for (int k = 1; k < 4; k++) {
            bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
            bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
            bench_step(b, k * SEC);
            ASSERT_INT(b->step->ndecisions, 2);
        }
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 4 * SEC, "done 0");
        STAGES(&s, "0.0~0 success");
        spark_record(b, 0, PT_DONE, PT_CAUSE_NONE, 8, 6 * SEC);
        spark_end(&s);
    }
}

static void test_excused_failures_do_not_count(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 1);
        spark_stage(b, PT_PARALLEL, 1, true);
        AT(b, 0, "start 0.0x1");
        for (int k = 1; k < 10; k++) {
            bench_fails(b, 0, 0, 0,
                        k % 3 == 0 ? PT_FAULT_ERROR : PT_FAULT_EXCUSED);
            AT(b, k * SEC, "start 0.0x1");
        }
        bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
        AT(b, 10 * SEC, "failed 0");
        spark_record(b, 0, PT_FAILED, PT_CAUSE_FAILURES, 10, 9 * SEC);
        spark_end(&s);
    }
}

static void test_a_fatal_failure_is_the_job_s(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i % 2], 0, 1, 2);
        enum pt_mode mode = i < 2 ? PT_PARALLEL : PT_GANG;
        spark_map(b, mode, 2, 1);
        bench_step(b, 0);
        bench_fails(b, 0, 0, 0, PT_FAULT_FATAL);
        AT(b, 1 * SEC, mode == PT_GANG ? "kill 0.0x2 job" : "kill 0.0:1x1 job");
        STAGES(&s, mode == PT_GANG ? "0.0~0 failure member"
                                   : "0.0~0 failure failures");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 2 * SEC, "failed 0");
        STAGES(&s, "");
        ASSERT_INT(bench_record(b, 0)->cause, PT_CAUSE_FAILURES);
        ASSERT_INT(bench_record(b, 0)->lost, 0);
        spark_end(&s);
    }
}

/* "task failures of a gang never count against spark.task.maxFailures" */
static void test_failures_of_members_do_not_count_as_tasks_do(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], 0)};
        s.rules.task_failures = 1;
        spark_init(&s, 1, 2);
        struct bench *b = spark_begin(&s, 1, "gang:head=skip");
        spark_stage(b, PT_GANG, 2, false);
        AT(b, 0, "start 0.0x2");
        for (int k = 0; k < 2; k++)
            bench_fails(b, 0, 0, k, PT_FAULT_ERROR);
        AT(b, 1 * SEC, "");
        AT(b, 1200 * MS, "start 0.0x2~1");
        bench_done(b, 0);
        AT(b, 2 * SEC, "done 0");
        spark_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_the_next_attempt_waits_for_the_slots_of_the_killed),
        cmocka_unit_test(test_the_next_attempt_stands_where_the_first_did),
        cmocka_unit_test(test_the_fourth_attempt_that_fails_is_the_last),
        cmocka_unit_test(test_many_fetch_failures_of_one_attempt_are_one),
        cmocka_unit_test(test_four_attempts_with_fetch_failures_fail_the_job),
        cmocka_unit_test(test_attempts_are_counted_for_each_stage),
        cmocka_unit_test(test_a_success_clears_the_count_of_attempts),
        cmocka_unit_test(test_a_limit_of_one_attempt_is_no_retry),
        cmocka_unit_test(test_the_fourth_failure_of_a_task_is_the_last),
        cmocka_unit_test(test_failures_of_different_tasks_do_not_sum),
        cmocka_unit_test(test_excused_failures_do_not_count),
        cmocka_unit_test(test_a_fatal_failure_is_the_job_s),
        cmocka_unit_test(test_failures_of_members_do_not_count_as_tasks_do),
    };
    return cmocka_run_group_tests_name("spark_retries", tests, NULL, NULL) != 0;
}
