/* Where Spark is known to go wrong, H7 to H10, and gangs that are the result:
 * what it does, and what is done here by default. */
#include "tests/conform/spark.h"

/* --- H7: failures of gangs exclude no node --- */

/* Two members fail on node 0, then node 1 comes. */
static struct bench *fail_on_node(struct spark *s, uint32_t holes)
{
    *s = (struct spark){.rules = spark_rules(PT_ROUNDS_SPARK, holes)};
    s->rules.exclude = true;
    spark_init(s, 2, 2);
    s->node[1].absent = true;
    struct bench *b = spark_begin(s, 2, "gang:head=skip");
    b->with_ranges = true;
    spark_stage(b, PT_GANG, 2, false);
    AT(b, 0, "start 0.0x2@0");
    bench_node(b, PT_FACT_NODE_UP, 1);
    AT(b, 1 * SEC, "");
    bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
    bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
    AT(b, 2 * SEC, "");
    return b;
}

static void test_in_spark_a_gang_runs_again_where_it_failed(void **state)
{
    struct spark s;
    struct bench *b = fail_on_node(&s, PT_HOLE_BLIND);

    (void)state;
    bench_step(b, 2200 * MS);
    ASSERT_INT(b->step->ndecisions, 1);
    ASSERT_HAS(b->text, "start 0.0x2~1@");
    const struct pt_decision *d = &b->step->decisions[0];
    int32_t nodes = 0; /* one member on each: nothing is left out */
    for (int32_t i = 0; i < d->nranges; i++)
        nodes += b->step->ranges[d->range + i].count;
    ASSERT_INT(nodes, 2);
    bench_done(b, 0);
    spark_stage(b, PT_GANG, 4, false);
    bench_step(b, 3 * SEC);
    ASSERT_HAS(b->text, "start 1.0x4");
    bench_done(b, 1);
    bench_step(b, 4 * SEC);
    spark_end(&s);
}

static void test_clean_a_gang_avoids_the_node_where_it_failed(void **state)
{
    struct spark s;
    struct bench *b = fail_on_node(&s, 0);

    (void)state;
    AT(b, 2200 * MS, "start 0.0x2~1@1");
    bench_done(b, 0);
    /* it has succeeded: so does the application */
    spark_stage(b, PT_PARALLEL, 3, false);
    AT(b, 3 * SEC, "start 1.0x1@1; start 1.0:1x1@1; done 0@1");
    for (int k = 0; k < 3; k++) {
        bench_ends(b, 1, 0, k, PT_SUCCESS);
        bench_step(b, (4 + k) * SEC);
    }
    ASSERT_HAS(b->text, "done 1");
    spark_end(&s);
}

/* One failure is not two because the gang ran twice since. */
static void test_clean_a_failure_is_learned_once(void **state)
{
    struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 2, .limit = SEC, .retries = true},
        {.mode = PT_PARALLEL,
         .ntasks = 1,
         .limit = SEC,
         .parents = "0",
         .retries = true}};
    struct spark s = {.rules = spark_rules(PT_ROUNDS_SPARK, 0)};

    (void)state;
    s.rules.exclude = true;
    spark_init(&s, 2, 2);
    s.node[1].absent = true;
    struct bench *b = spark_begin(&s, 2, "gang:head=skip");
    bench_job(b, stages, 2);
    AT(b, 0, "start 0.0x2");
    bench_node(b, PT_FACT_NODE_UP, 1);
    AT(b, 1 * SEC, "");
    bench_fails(b, 0, 0, 0, PT_FAULT_ERROR); /* one, on node 0 */
    AT(b, 2 * SEC, "kill 0.0x2 member");
    bench_ends(b, 0, 0, -1, PT_KILLED);
    AT(b, 2 * SEC, "");
    AT(b, 2200 * MS, "start 0.0x2~1");
    bench_ends(b, 0, 0, -1, PT_SUCCESS);
    AT(b, 3 * SEC, "start 0.1x1");
    bench_fetch_fails(b, 0, 1, 0, 0, 0);
    AT(b, 4 * SEC, "");
    AT(b, 4200 * MS, "start 0.0x2~2");
    bench_ends(b, 0, 0, -1, PT_SUCCESS);
    AT(b, 5 * SEC, "start 0.1x1~1");
    bench_ends(b, 0, 1, -1, PT_SUCCESS);
    spark_stage(b, PT_GANG, 4, false);
    AT(b, 6 * SEC, "start 1.0x4; done 0");
    bench_done(b, 1);
    AT(b, 7 * SEC, "done 1");
    spark_end(&s);
}

/* --- H8: any sync cancels all gangs' time-outs --- */

/* Two gangs of 2, one of them waits for a member since 1 s. */
static struct bench *two_gangs(struct spark *s, enum pt_rounds rounds,
                               uint32_t holes)
{
    *s = (struct spark){.rules = spark_rules(rounds, holes)};
    s->rules.sync_timeout = 10 * SEC;
    spark_init(s, 1, 4);
    struct bench *b = spark_begin(s, 1, "gang:head=skip");
    spark_stage(b, PT_GANG, 2, false);
    spark_stage(b, PT_GANG, 2, false);
    AT(b, 0, "start 0.0x2; start 1.0x2");
    bench_enters(b, 0, 0, 0, PT_SYNC_BARRIER, 0, 0);
    AT(b, 1 * SEC, "");
    ASSERT_INT(b->wake, 11 * SEC);
    return b;
}

/* Nothing will wake the waiting one: its other member ends it at last. */
static void end_two_gangs(struct spark *s)
{
    struct bench *b = s->bench;

    bench_enters(b, 0, 0, 1, PT_SYNC_BARRIER, 0, 0);
    AT(b, 100 * SEC, "release 0.0 #0 [0 0]");
    bench_done(b, 0);
    bench_done(b, 1);
    bench_step(b, 101 * SEC);
    spark_end(s);
}

static void test_in_spark_a_sync_cancels_the_time_out_of_another(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = two_gangs(&s, both[i], PT_HOLE_TIMERS);
        bench_enters(b, 1, 0, 0, PT_SYNC_BARRIER, 0, 0);
        bench_enters(b, 1, 0, 1, PT_SYNC_BARRIER, 0, 0);
        AT(b, 2 * SEC, "release 1.0 #0 [0 0]");
        assert_true(b->wake == PT_TIME_NEVER);
        AT(b, 11 * SEC, "");
        end_two_gangs(&s);
    }
}

/* "completing or clearing any sync": StageCompleted clears it, too. */
static void test_in_spark_a_gang_that_fails_cancels_them_too(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = two_gangs(&s, both[i], PT_HOLE_TIMERS);
        bench_enters(b, 1, 0, 0, PT_SYNC_BARRIER, 0, 0);
        AT(b, 2 * SEC, "");
        bench_fails(b, 1, 0, 1, PT_FAULT_ERROR);
        AT(b, 3 * SEC, "kill 1.0x2 member");
        bench_ends(b, 1, 0, -1, PT_KILLED);
        AT(b, 3 * SEC, "");
        AT(b, 3200 * MS, "start 1.0x2~1");
        AT(b, 11 * SEC, "");
        assert_true(b->wake == PT_TIME_NEVER);
        end_two_gangs(&s);
    }
}

static void test_clean_each_gang_has_its_own_time_out(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = two_gangs(&s, both[i], 0);
        bench_enters(b, 1, 0, 0, PT_SYNC_BARRIER, 0, 0);
        bench_enters(b, 1, 0, 1, PT_SYNC_BARRIER, 0, 0);
        AT(b, 2 * SEC, "release 1.0 #0 [0 0]");
        ASSERT_INT(b->wake, 11 * SEC);
        AT(b, 11 * SEC, "refuse 0.0 #0 timeout");
        bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
        AT(b, 11 * SEC, "kill 0.0x2 member");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 11 * SEC, "");
        AT(b, 11200 * MS, "start 0.0x2~1");
        bench_done(b, 0);
        bench_done(b, 1);
        AT(b, 12 * SEC, "done 1; done 0");
        ASSERT_INT(bench_record(b, 0)->waited, 10 * SEC);
        ASSERT_INT(bench_record(b, 0)->lost, 12 * SEC);
        spark_end(&s);
    }
}

/* --- H9: a late success of an attempt that is given up --- */

/* Member 0 of 2 has failed; member 1 is to be killed. */
static struct bench *give_up(struct spark *s, enum pt_rounds rounds,
                             uint32_t holes, int32_t nodes)
{
    struct bench *b = spark_new(s, rounds, holes, nodes, 1);

    spark_map(b, PT_GANG, 2, 1);
    AT(b, 0, "start 0.0x2");
    bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
    AT(b, 1 * SEC, "kill 0.0x2 member");
    return b;
}

/* Before the next attempt is made: it is made of what is missing. */
static void test_in_spark_a_late_success_leaves_a_gang_in_part(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b =
            give_up(&s, both[i], PT_HOLE_LATE | PT_HOLE_PARTIAL, 2);
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 1100 * MS, "");
        AT(b, 1200 * MS, "start 0.0x1~1 partial");
        bench_enters(b, 0, 0, 0, PT_SYNC_BARRIER, 0, 0);
        AT(b, 2 * SEC, "");
        assert_true(b->wake == PT_TIME_NEVER); /* it waits 365 days */
        spark_hangs(&s, 0);
    }
}

/* While the next attempt waits: one member of it is missing.  (In Spark it is
 * not launched at all, or, if it was made after the success, launched in part:
 * "the gate can never be satisfied or barrier() waits for ever".) */
static void
test_in_spark_a_late_success_breaks_the_gang_that_waits(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = give_up(&s, both[i], PT_HOLE_LATE, 2);
        AT(b, 1200 * MS, "");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 1500 * MS, i == 0 ? "start 0.0x1~1 partial" : "");
        if (i == 1) /* one node is offered alone; then all are */
            AT(b, 2 * SEC, "start 0.0x1~1 partial");
        bench_enters(b, 0, 0, 0, PT_SYNC_BARRIER, 0, 0);
        AT(b, 3 * SEC, "");
        assert_true(b->wake == PT_TIME_NEVER); /* it waits 365 days */
        spark_hangs(&s, 0);
    }
}

/* When the next attempt runs: the task is done twice, and counts once. */
static void test_in_spark_a_late_success_counts_for_the_next(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = give_up(&s, both[i], PT_HOLE_LATE, 4);
        AT(b, 1200 * MS, "start 0.0x2~1");
        b->try = 0;
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 1500 * MS, "");
        b->try = 1;
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 2 * SEC, "start 0.1x1"); /* all is there */
        STAGES(&s, "0.0~1 success");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 2500 * MS, "");
        b->try = -1;
        bench_ends(b, 0, 1, 0, PT_SUCCESS);
        AT(b, 3 * SEC, "done 0");
        /* member 0 of the first, member 1 of the second */
        ASSERT_INT(bench_record(b, 0)->lost, 1000 * MS + 1300 * MS);
        spark_end(&s);
    }
}

/* SPARK-59094 */
static void test_clean_a_late_success_of_a_gang_is_ignored(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = give_up(&s, both[i], PT_HOLE_PARTIAL, 2);
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 1100 * MS, "");
        AT(b, 1200 * MS, "start 0.0x2~1");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 2 * SEC, "start 0.1x1");
        bench_ends(b, 0, 1, 0, PT_SUCCESS);
        AT(b, 3 * SEC, "done 0");
        ASSERT_INT(bench_record(b, 0)->lost, 2100 * MS);
        spark_end(&s);
    }
}

/* A gang is whole even where a late success is kept. */
static void test_clean_a_gang_is_made_whole_in_spite_of_late_ones(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = give_up(&s, both[i], PT_HOLE_LATE, 2);
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 1100 * MS, "");
        AT(b, 1200 * MS, "start 0.0x2~1");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 2 * SEC, "start 0.1x1");
        bench_ends(b, 0, 1, 0, PT_SUCCESS);
        AT(b, 3 * SEC, "done 0");
        ASSERT_INT(bench_record(b, 0)->lost, 2100 * MS);
        spark_end(&s);
    }
}

/* --- H10: a failed gang's end is told more than once --- */

/* Of three members one fails, then another; the third is killed. */
static struct bench *fail_twice(struct spark *s, enum pt_rounds rounds,
                                uint32_t holes, bool repeats)
{
    struct bench *b = spark_new(s, rounds, holes, 1, 3);

    spark_stage(b, PT_GANG, 3, false);
    AT(b, 0, "start 0.0x3");
    bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
    AT(b, 1000 * MS, "kill 0.0x3 member");
    STAGES(s, "0.0~0 failure member");
    bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
    AT(b, 1050 * MS, "");
    STAGES(s, repeats ? "0.0~0 failure member" : "");
    bench_ends(b, 0, 0, -1, PT_KILLED);
    AT(b, 1100 * MS, "");
    /* TaskKilled is a failure like any other */
    STAGES(s, repeats ? "0.0~0 failure member" : "");
    AT(b, 1200 * MS, "start 0.0x3~1");
    bench_done(b, 0);
    AT(b, 2 * SEC, "done 0");
    STAGES(s, "0.0~1 success");
    ASSERT_INT(bench_record(b, 0)->lost, 3150 * MS);
    return b;
}

static void test_in_spark_a_failed_gang_is_told_for_each_member(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        fail_twice(&s, both[i], PT_HOLE_REPEATS, true);
        spark_end(&s);
    }
}

static void test_clean_a_failed_gang_is_told_once(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        fail_twice(&s, both[i], 0, false);
        spark_end(&s);
    }
}

/* Who fails when the next attempt is there already is "older": ignored. */
static void test_in_spark_a_retry_ends_what_is_told_of_the_first(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], PT_HOLE_REPEATS, 1, 4);
        spark_stage(b, PT_GANG, 2, false);
        AT(b, 0, "start 0.0x2");
        bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
        AT(b, 1 * SEC, "kill 0.0x2 member");
        AT(b, 1200 * MS, "start 0.0x2~1");
        b->try = 0;
        bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
        AT(b, 1300 * MS, "");
        STAGES(&s, "");
        b->try = -1;
        bench_done(b, 0);
        AT(b, 2 * SEC, "done 0");
        STAGES(&s, "0.0~1 success");
        spark_end(&s);
    }
}

/* A job that is over has no stages any more. */
static void test_in_spark_nothing_is_told_after_the_job(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], PT_HOLE_REPEATS)};
        s.rules.stage_attempts = 1;
        spark_init(&s, 1, 3);
        struct bench *b = spark_begin(&s, 1, "gang:head=skip");
        spark_stage(b, PT_GANG, 3, false);
        AT(b, 0, "start 0.0x3");
        bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
        AT(b, 1 * SEC, "kill 0.0x3 job");
        STAGES(&s, "0.0~0 failure member");
        bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
        AT(b, 1100 * MS, "");
        STAGES(&s, "");
        bench_ends(b, 0, 0, -1, PT_KILLED);
        AT(b, 1200 * MS, "failed 0");
        STAGES(&s, "");
        spark_end(&s);
    }
}

/* --- a gang that is the result --- */

static struct bench *fail_result(struct spark *s, enum pt_rounds rounds,
                                 uint32_t holes)
{
    struct bench *b = spark_new(s, rounds, holes, 1, 2);

    spark_stage(b, PT_GANG, 2, true);
    AT(b, 0, "start 0.0x2");
    bench_ends(b, 0, 0, 0, PT_SUCCESS);
    AT(b, 1 * SEC, "");
    bench_fails(b, 0, 0, 1, PT_FAULT_EXCUSED);
    return b;
}

/* Its outputs may be committed: nobody can take them back. */
static void test_in_spark_a_result_gang_that_fails_ends_its_job(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = fail_result(&s, both[i], PT_HOLE_RESULT);
        AT(b, 2 * SEC, "failed 0");
        STAGES(&s, "0.0~0 failure member");
        ASSERT_INT(bench_record(b, 0)->cause, PT_CAUSE_RESULT);
        ASSERT_INT(bench_record(b, 0)->lost, 0); /* nothing is done again */
        spark_end(&s);
    }
}

static void test_clean_a_result_gang_that_fails_is_tried_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = fail_result(&s, both[i], 0);
        AT(b, 2 * SEC, "");
        STAGES(&s, "0.0~0 failure member");
        AT(b, 2200 * MS, "start 0.0x2~1");
        bench_done(b, 0);
        AT(b, 3 * SEC, "done 0");
        STAGES(&s, "0.0~1 success");
        ASSERT_INT(bench_record(b, 0)->cause, PT_CAUSE_NONE);
        ASSERT_INT(bench_record(b, 0)->lost, 3 * SEC);
        spark_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_spark_a_gang_runs_again_where_it_failed),
        cmocka_unit_test(test_clean_a_gang_avoids_the_node_where_it_failed),
        cmocka_unit_test(test_clean_a_failure_is_learned_once),
        cmocka_unit_test(test_in_spark_a_sync_cancels_the_time_out_of_another),
        cmocka_unit_test(test_in_spark_a_gang_that_fails_cancels_them_too),
        cmocka_unit_test(test_clean_each_gang_has_its_own_time_out),
        cmocka_unit_test(test_in_spark_a_late_success_leaves_a_gang_in_part),
        cmocka_unit_test(
            test_in_spark_a_late_success_breaks_the_gang_that_waits),
        cmocka_unit_test(test_in_spark_a_late_success_counts_for_the_next),
        cmocka_unit_test(test_clean_a_late_success_of_a_gang_is_ignored),
        cmocka_unit_test(test_clean_a_gang_is_made_whole_in_spite_of_late_ones),
        cmocka_unit_test(test_in_spark_a_failed_gang_is_told_for_each_member),
        cmocka_unit_test(test_clean_a_failed_gang_is_told_once),
        cmocka_unit_test(test_in_spark_a_retry_ends_what_is_told_of_the_first),
        cmocka_unit_test(test_in_spark_nothing_is_told_after_the_job),
        cmocka_unit_test(test_in_spark_a_result_gang_that_fails_ends_its_job),
        cmocka_unit_test(test_clean_a_result_gang_that_fails_is_tried_again),
    };
    return cmocka_run_group_tests_name("spark_holes_late", tests, NULL, NULL) !=
           0;
}
