/* Where Spark is known to go wrong, H2 to H6 (1.12 of the rules): what it does,
 * and what is done here by default.  The others: test_spark_holes_late.c. */
#include "tests/conform/spark.h"

/* Steps on its own timers until something is decided, at most N times. */
static const char *step_on(struct bench *b, int n)
{
    for (int i = 0; i < n && b->wake < PT_TIME_NEVER; i++)
        if (bench_step(b, b->wake)[0] != '\0')
            break;
    return b->text;
}

/* --- H2: a finished gang whose outputs are lost in part --- */

/* A gang, something else, and what reads both: the gang has ended, and one of
 * its outputs is lost, before the reader is submitted. */
static struct bench *lose_output(struct spark *s, enum pt_rounds rounds,
                                 uint32_t holes)
{
    struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 2, .limit = 1000 * SEC, .retries = true},
        {.mode = PT_PARALLEL,
         .ntasks = 1,
         .limit = 1000 * SEC,
         .retries = true},
        {.mode = PT_PARALLEL,
         .ntasks = 1,
         .limit = 1000 * SEC,
         .parents = "01",
         .retries = true,
         .result = true}};

    *s = (struct spark){.rules = spark_rules(rounds, holes)};
    s->rules.local_outputs = true;
    s->rules.sync_timeout = 100 * SEC;
    spark_init(s, 4, 1);
    s->node[2].absent = s->node[3].absent = true;
    struct bench *b = spark_begin(s, 4, "gang:head=skip");
    bench_job(b, stages, 3);
    AT(b, 0, "start 0.0x2");
    bench_node(b, PT_FACT_NODE_UP, 2);
    AT(b, 0, "start 0.1x1");
    bench_ends(b, 0, 0, -1, PT_SUCCESS);
    AT(b, 1 * SEC, "");
    STAGES(s, "0.0~0 success");
    bench_node(b, PT_FACT_NODE_DOWN, 1);
    AT(b, 2 * SEC, "");
    ASSERT_INT(b->step->nspent, 0);
    bench_node(b, PT_FACT_NODE_UP, 3);
    AT(b, 3 * SEC, "");
    bench_ends(b, 0, 1, 0, PT_SUCCESS);
    return b;
}

static void test_in_spark_the_missing_members_alone_run_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = lose_output(&s, both[i], PT_HOLE_PARTIAL);
        bench_step(b, 4 * SEC);
        ASSERT_HAS(b->text, "x1~1 partial");
        int32_t task = b->step->decisions[0].task;
        /* barrier() still expects all: it waits for the time-out */
        bench_enters(b, 0, 0, task, PT_SYNC_BARRIER, 0, 0);
        AT(b, 5 * SEC, "");
        ASSERT_INT(b->wake, 105 * SEC);
        AT(b, 105 * SEC, "refuse 0.0 #0 timeout");
        bench_fails(b, 0, 0, task, PT_FAULT_ERROR);
        AT(b, 105 * SEC, "");
        STAGES(&s, "0.0~1 failure member");
        ASSERT_INT(b->step->stages[0].ntasks, 1);
        /* a failed gang loses all its outputs: the next attempt is whole */
        AT(b, 105200 * MS, "start 0.0x2~2");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 106 * SEC, "start 0.2x1");
        bench_ends(b, 0, 2, 0, PT_SUCCESS);
        AT(b, 107 * SEC, "done 0");
        ASSERT_INT(bench_record(b, 0)->waited, 100 * SEC);
        ASSERT_INT(bench_record(b, 0)->lost, 2 * SEC + 1 * SEC);
        spark_end(&s);
    }
}

static void test_clean_all_members_of_a_holed_gang_run_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = lose_output(&s, both[i], 0);
        AT(b, 4 * SEC, "start 0.0x2~1");
        bench_enters(b, 0, 0, 0, PT_SYNC_BARRIER, 0, 7);
        AT(b, 5 * SEC, "");
        bench_enters(b, 0, 0, 1, PT_SYNC_BARRIER, 0, 8);
        AT(b, 6 * SEC, "release 0.0 #0 [7 8]");
        bench_ends(b, 0, 0, -1, PT_SUCCESS);
        AT(b, 7 * SEC, "start 0.2x1");
        STAGES(&s, "0.0~1 success");
        ASSERT_INT(b->step->stages[0].ntasks, 2);
        bench_ends(b, 0, 2, 0, PT_SUCCESS);
        AT(b, 8 * SEC, "done 0");
        ASSERT_INT(bench_record(b, 0)->waited, 1 * SEC);
        ASSERT_INT(bench_record(b, 0)->lost, 2 * SEC);
        spark_end(&s);
    }
}

/* Three members, two of them lost: the two are run, wherever they stand. */
static void test_in_spark_missing_members_need_not_be_neighbours(void **state)
{
    struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 3, .limit = 1000 * SEC, .retries = true},
        {.mode = PT_PARALLEL,
         .ntasks = 1,
         .limit = 1000 * SEC,
         .retries = true},
        {.mode = PT_PARALLEL,
         .ntasks = 1,
         .limit = 1000 * SEC,
         .parents = "01",
         .retries = true}};

    (void)state;
    struct spark s = {.rules = spark_rules(PT_ROUNDS_NONE, PT_HOLE_PARTIAL)};
    s.rules.local_outputs = true;
    spark_init(&s, 6, 1);
    s.node[1].size.amount[PT_CORES] = 1000;
    struct bench *b = spark_begin(&s, 6, "gang:head=skip");
    b->with_ranges = true;
    bench_job(b, stages, 3);
    AT(b, 0, "start 0.0x3@0-2; start 0.1x1@3");
    bench_ends(b, 0, 0, -1, PT_SUCCESS);
    AT(b, 1 * SEC, "");
    bench_node(b, PT_FACT_NODE_DOWN, 0);
    bench_node(b, PT_FACT_NODE_DOWN, 2);
    AT(b, 2 * SEC, "");
    bench_ends(b, 0, 1, 0, PT_SUCCESS);
    AT(b, 3 * SEC, "start 0.0x2~1 partial@1,3");
    ASSERT_INT(b->step->messages[0], 0);
    ASSERT_INT(b->step->messages[1], 2);
    bench_ends(b, 0, 0, 2, PT_SUCCESS);
    AT(b, 4 * SEC, "");
    bench_ends(b, 0, 0, 0, PT_SUCCESS);
    bench_step(b, 5 * SEC);
    ASSERT_HAS(b->text, "start 0.2x1");
    bench_ends(b, 0, 2, 0, PT_SUCCESS);
    bench_step(b, 6 * SEC);
    ASSERT_HAS(b->text, "done 0");
    ASSERT_INT(bench_record(b, 0)->lost, 2 * SEC);
    spark_end(&s);
}

/* --- H3: a gang member that cannot read its input --- */

/* On 1 x 2 a member fails to read while the other waits for it. */
static struct bench *fail_to_read(struct spark *s, enum pt_rounds rounds,
                                  uint32_t holes, bool result)
{
    struct bench_stage stages[] = {
        {.mode = PT_PARALLEL, .ntasks = 1, .limit = SEC, .retries = true},
        {.mode = PT_GANG,
         .ntasks = 2,
         .limit = 1000 * SEC,
         .parents = "0",
         .retries = true,
         .result = result}};

    struct bench *b = spark_new(s, rounds, holes, 1, 2);
    bench_job(b, stages, 2);
    AT(b, 0, "start 0.0x1");
    bench_ends(b, 0, 0, 0, PT_SUCCESS);
    AT(b, 1 * SEC, "start 0.1x2");
    bench_enters(b, 0, 1, 1, PT_SYNC_BARRIER, 0, 0);
    AT(b, 2 * SEC, "");
    bench_fetch_fails(b, 0, 1, 0, 0, 0);
    return b;
}

static void
test_in_spark_who_cannot_read_leaves_the_others_waiting(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = fail_to_read(&s, both[i], PT_HOLE_FETCH, false);
        AT(b, 3 * SEC, "");
        STAGES(&s, "0.1~0 failure member");
        AT(b, 3200 * MS, "start 0.0x1~1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 4 * SEC, "");
        /* the retry needs 2 slots: it has one, and waits for ever */
        CENSUS(b, "run 0 hold 0 down 0 free 1 barrier 1 short; 1 wait for 2");
        step_on(b, 10);
        ASSERT_TEXT(b->text, "run 0 hold 0 down 0 free 1 barrier 1 short; "
                             "1 wait for 2");
        assert_true(b->wake == PT_TIME_NEVER);
        spark_hangs(&s, 0);
    }
}

/* Those left that do not wait for each other end, and what they did is lost. */
static void test_in_spark_who_does_not_wait_runs_to_its_end(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = fail_to_read(&s, both[i], PT_HOLE_FETCH, false);
        AT(b, 3 * SEC, "");
        AT(b, 3200 * MS, "start 0.0x1~1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 4 * SEC, "");
        bench_ends(b, 0, 1, 1, PT_SUCCESS);
        AT(b, 5 * SEC, "start 0.1x2~1");
        STAGES(&s, "");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 6 * SEC, "done 0");
        /* the parent 1, member 0 2, member 1 4 less 3 at the barrier */
        ASSERT_INT(bench_record(b, 0)->lost, 4 * SEC);
        ASSERT_INT(bench_record(b, 0)->waited, 3 * SEC);
        spark_end(&s);
    }
}

static void test_clean_who_cannot_read_ends_its_whole_gang(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = fail_to_read(&s, both[i], 0, false);
        AT(b, 3 * SEC, "kill 0.1x2 member");
        STAGES(&s, "0.1~0 failure member");
        bench_ends(b, 0, 1, -1, PT_KILLED);
        AT(b, 3 * SEC, "");
        AT(b, 3200 * MS, "start 0.0x1~1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 4 * SEC, "start 0.1x2~1");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 5 * SEC, "done 0");
        ASSERT_INT(bench_record(b, 0)->lost, 4 * SEC);
        ASSERT_INT(bench_record(b, 0)->waited, 1 * SEC);
        spark_end(&s);
    }
}

/* "A barrier result stage aborts the job, which does kill them" */
static void test_in_spark_a_result_that_cannot_read_ends_its_job(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b =
            fail_to_read(&s, both[i], PT_HOLE_FETCH | PT_HOLE_RESULT, true);
        AT(b, 3 * SEC, "kill 0.1x2 job");
        bench_ends(b, 0, 1, -1, PT_KILLED);
        AT(b, 3 * SEC, "failed 0");
        ASSERT_INT(bench_record(b, 0)->cause, PT_CAUSE_RESULT);
        spark_end(&s);
    }
}

/* --- H4: the gate counts GPUs that are in use --- */

/* 2 x 2 GPUs, three of them busy; a gang of 3 that would like node 0. */
static struct bench *busy_gpus(struct spark *s, uint32_t holes)
{
    static const struct pt_site sites[] = {
        {PT_SITE_NODE, 0}, {PT_SITE_NODE, 0}, {PT_SITE_NODE, 0}};
    static const int32_t at[] = {0, 1, 2, 3};
    struct bench_stage one = {.mode = PT_PARALLEL,
                              .ntasks = 1,
                              .limit = 1000 * SEC,
                              .need = {{[PT_CORES] = 1000, [PT_GPUS] = 1000}},
                              .retries = true};
    struct bench_stage gang = {.mode = PT_GANG,
                               .ntasks = 3,
                               .limit = 1000 * SEC,
                               .need = one.need,
                               .retries = true,
                               .sites_at = at,
                               .sites = sites};

    *s = (struct spark){.rules = spark_rules(PT_ROUNDS_SPARK, holes)};
    spark_init(s, 2, 4);
    for (int k = 0; k < 2; k++)
        s->node[k].size.amount[PT_GPUS] = 2000;
    s->node[1].absent = true;
    struct bench *b = spark_begin(s, 2, "gang:head=skip");
    bench_job(b, &one, 1);
    AT(b, 0, "start 0.0x1"); /* on node 0 */
    one.ntasks = 3;
    bench_job(b, &one, 1);
    bench_node(b, PT_FACT_NODE_UP, 1);
    bench_step(b, 0);
    ASSERT_INT(b->step->ndecisions, 3); /* 2 on node 1, 1 on node 0 */
    bench_ends(b, 0, 0, -1, PT_SUCCESS);
    bench_job(b, &gang, 1);
    AT(b, 0, "done 0");
    return b;
}

/* What the gate lets through is given places and loses them: each time that
 * counts as a launch, and the wait for locality begins anew. */
static void test_in_spark_the_gate_counts_busy_gpus(void **state)
{
    struct spark s;
    struct bench *b = busy_gpus(&s, PT_HOLE_BUSY);

    (void)state;
    for (int k = 1; k <= 10; k++)
        AT(b, k * SEC, "");
    bench_ends(b, 1, 0, 0, PT_SUCCESS);
    bench_ends(b, 1, 0, 1, PT_SUCCESS);
    bench_step(b, 10500 * MS);
    step_on(b, 20);
    ASSERT_TEXT(b->text, "start 2.0x3");
    /* 3 s at the node, 3 s at the host, since the last round that gave back */
    assert_true(b->step->now >= 16 * SEC);
    bench_ends(b, 1, 0, 2, PT_SUCCESS);
    bench_done(b, 2);
    bench_step(b, 30 * SEC);
    spark_end(&s);
}

static void test_clean_the_gate_counts_free_gpus(void **state)
{
    struct spark s;
    struct bench *b = busy_gpus(&s, 0);

    (void)state;
    for (int k = 1; k <= 10; k++)
        AT(b, k * SEC, "");
    bench_ends(b, 1, 0, 0, PT_SUCCESS);
    bench_ends(b, 1, 0, 1, PT_SUCCESS);
    bench_step(b, 10500 * MS);
    step_on(b, 20);
    ASSERT_TEXT(b->text, "start 2.0x3");
    /* it has waited long enough: the next full round */
    ASSERT_INT(b->step->now, 11 * SEC);
    bench_ends(b, 1, 0, 2, PT_SUCCESS);
    bench_done(b, 2);
    bench_step(b, 30 * SEC);
    spark_end(&s);
}

/* --- H5: at submission the gate counts excluded nodes --- */

/* Two tasks fail on node 1 and succeed on node 0: the application leaves node 1
 * for an hour. */
static struct bench *exclude(struct spark *s, uint32_t holes)
{
    *s = (struct spark){.rules = spark_rules(PT_ROUNDS_SPARK, holes)};
    s->rules.exclude = true;
    spark_init(s, 2, 2);
    s->node[0].absent = true;
    struct bench *b = spark_begin(s, 2, "gang:head=skip");
    spark_stage(b, PT_PARALLEL, 2, true);
    AT(b, 0, "start 0.0x1; start 0.0:1x1");
    bench_fails(b, 0, 0, 0, PT_FAULT_ERROR);
    bench_fails(b, 0, 0, 1, PT_FAULT_ERROR);
    bench_node(b, PT_FACT_NODE_UP, 0);
    AT(b, 1 * SEC, "start 0.0x1; start 0.0:1x1");
    bench_ends(b, 0, 0, 0, PT_SUCCESS);
    bench_ends(b, 0, 0, 1, PT_SUCCESS);
    spark_stage(b, PT_GANG, 4, true);
    return b;
}

static void test_in_spark_a_job_passes_the_gate_and_cannot_launch(void **state)
{
    struct spark s;
    struct bench *b = exclude(&s, PT_HOLE_EXCLUDED);

    (void)state;
    AT(b, 10 * SEC, "done 0");
    CENSUS(b, "run 0 hold 0 down 0 free 4 blocked; 1 wait for 4");
    step_on(b, 5000);
    ASSERT_TEXT(b->text, "start 1.0x4");
    assert_true(b->step->now >= 3610 * SEC && b->step->now <= 3611 * SEC);
    bench_done(b, 1);
    AT(b, 4000 * SEC, "done 1");
    spark_end(&s);
}

static void test_clean_the_gate_leaves_excluded_nodes_out(void **state)
{
    struct spark s;
    struct bench *b = exclude(&s, 0);

    (void)state;
    AT(b, 10 * SEC, "done 0");
    step_on(b, 5000);
    ASSERT_TEXT(b->text, "reject 1 slots; rejected 1");
    ASSERT_INT(b->step->now, 610 * SEC);
    spark_end(&s);
}

/* Both stages of a job look again at once; the first ends it. */
static void test_clean_a_job_that_ends_at_the_gate_ends_there(void **state)
{
    struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 2, .limit = SEC, .retries = true},
        {.mode = PT_GANG, .ntasks = 2, .limit = SEC, .retries = true}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], 0)};
        s.rules.gate_failures = 0;
        spark_init(&s, 2, 2);
        struct bench *b = spark_begin(&s, 2, "gang:head=skip");
        bench_job(b, stages, 2);
        AT(b, 0, "start 0.0x2; start 0.1x2");
        for (int k = 0; k < 2; k++)
            for (int t = 0; t < 2; t++)
                bench_fails(b, 0, k, t, PT_FAULT_ERROR);
        bench_node(b, PT_FACT_NODE_DOWN, 0);
        bench_node(b, PT_FACT_NODE_DOWN, 1);
        AT(b, 1 * SEC, "");
        STAGES(&s, "0.0~0 failure member; 0.1~0 failure member");
        AT(b, 1200 * MS, "failed 0");
        ASSERT_INT(bench_record(b, 0)->cause, PT_CAUSE_SLOTS);
        spark_end(&s);
    }
}

/* --- H6: a stage that is tried again does not pass the gate again --- */

static struct bench *lose_slots(struct spark *s, enum pt_rounds rounds,
                                uint32_t holes)
{
    *s = (struct spark){.rules = spark_rules(rounds, holes)};
    s->rules.gate_failures = 2;
    spark_init(s, 2, 1);
    struct bench *b = spark_begin(s, 2, "gang:head=skip");
    spark_stage(b, PT_GANG, 2, false);
    AT(b, 0, "start 0.0x2");
    bench_node(b, PT_FACT_NODE_DOWN, 1);
    AT(b, 1 * SEC, "kill 0.0x2 node");
    bench_ends(b, 0, 0, -1, PT_KILLED);
    AT(b, 1 * SEC, "");
    return b;
}

static void test_in_spark_a_retry_waits_for_lost_slots_for_ever(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = lose_slots(&s, both[i], PT_HOLE_UNCHECKED);
        AT(b, 1200 * MS, "");
        CENSUS(b, "run 0 hold 0 down 1 free 1 short; 1 wait for 2");
        for (int k = 2; k < 100; k++)
            AT(b, k * SEC, "");
        assert_true(b->wake == PT_TIME_NEVER);
        spark_hangs(&s, 0);
    }
}

static void test_clean_a_retry_looks_again_and_fails_in_the_end(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = lose_slots(&s, both[i], 0);
        AT(b, 1200 * MS, "");
        ASSERT_INT(b->wake, 16200 * MS);
        AT(b, 16200 * MS, "");
        ASSERT_INT(b->wake, 31200 * MS);
        AT(b, 31200 * MS, "failed 0");
        STAGES(&s, "");
        ASSERT_INT(bench_record(b, 0)->cause, PT_CAUSE_SLOTS);
        ASSERT_INT(bench_record(b, 0)->tries, 1);
        spark_end(&s);
    }
}

static void test_clean_a_retry_goes_on_when_slots_are_back(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = lose_slots(&s, both[i], 0);
        AT(b, 1200 * MS, "");
        bench_node(b, PT_FACT_NODE_UP, 1);
        AT(b, 5 * SEC, "");
        AT(b, 16200 * MS, "start 0.0x2~1");
        bench_done(b, 0);
        AT(b, 17 * SEC, "done 0");
        ASSERT_INT(bench_record(b, 0)->lost, 2 * SEC);
        spark_end(&s);
    }
}

/* Each time that it is tried again it may look as often. */
static void test_clean_looks_are_counted_anew_for_each_retry(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = lose_slots(&s, both[i], 0);
        pt_time now = 1 * SEC;
        for (int k = 1; k < 3; k++) {
            AT(b, now += 200 * MS, "");
            AT(b, now += 15 * SEC, "");
            bench_node(b, PT_FACT_NODE_UP, 1);
            AT(b, now + SEC, "");
            AT(b, now += 15 * SEC, k == 1 ? "start 0.0x2~1" : "start 0.0x2~2");
            bench_node(b, PT_FACT_NODE_DOWN, 1);
            bench_step(b, now += SEC);
            bench_ends(b, 0, 0, -1, PT_KILLED);
            AT(b, now, "");
        }
        bench_node(b, PT_FACT_NODE_UP, 1);
        AT(b, now, "");
        AT(b, now += 200 * MS, "start 0.0x2~3");
        bench_done(b, 0);
        AT(b, now += SEC, "done 0");
        ASSERT_INT(bench_record(b, 0)->tries, 4);
        spark_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_spark_the_missing_members_alone_run_again),
        cmocka_unit_test(test_clean_all_members_of_a_holed_gang_run_again),
        cmocka_unit_test(test_in_spark_missing_members_need_not_be_neighbours),
        cmocka_unit_test(
            test_in_spark_who_cannot_read_leaves_the_others_waiting),
        cmocka_unit_test(test_in_spark_who_does_not_wait_runs_to_its_end),
        cmocka_unit_test(test_clean_who_cannot_read_ends_its_whole_gang),
        cmocka_unit_test(test_in_spark_a_result_that_cannot_read_ends_its_job),
        cmocka_unit_test(test_in_spark_the_gate_counts_busy_gpus),
        cmocka_unit_test(test_clean_the_gate_counts_free_gpus),
        cmocka_unit_test(test_in_spark_a_job_passes_the_gate_and_cannot_launch),
        cmocka_unit_test(test_clean_the_gate_leaves_excluded_nodes_out),
        cmocka_unit_test(test_clean_a_job_that_ends_at_the_gate_ends_there),
        cmocka_unit_test(test_in_spark_a_retry_waits_for_lost_slots_for_ever),
        cmocka_unit_test(test_clean_a_retry_looks_again_and_fails_in_the_end),
        cmocka_unit_test(test_clean_a_retry_goes_on_when_slots_are_back),
        cmocka_unit_test(test_clean_looks_are_counted_anew_for_each_retry),
    };
    return cmocka_run_group_tests_name("spark_holes", tests, NULL, NULL) != 0;
}
