/* What becomes of a job when it is submitted: Spark's BarrierStageOnSubmitted
 * suite (rows A1 to A15 of the rules), and what its source says besides. */
#include "tests/conform/spark.h"

/* A gang that is the result, or the map stage before it. */
static int32_t gang(struct bench *b, int32_t ntasks, int32_t cores, bool result,
                    enum pt_flaw flaw)
{
    struct bench_stage stages[] = {
        {.mode = PT_GANG,
         .ntasks = ntasks,
         .limit = 1000 * SEC,
         .need = {{[PT_CORES] = cores * INT64_C(1000)}},
         .retries = true,
         .result = result,
         .flaw = flaw},
        {.mode = PT_PARALLEL,
         .ntasks = 1,
         .limit = 1000 * SEC,
         .parents = "0",
         .retries = true,
         .result = true}};

    return bench_job(b, stages, result ? 1 : 2);
}

static void check_rejected(const struct bench *b, int32_t job,
                           enum pt_cause cause)
{
    const struct pt_record *r = bench_record(b, job);

    ASSERT_INT(r->state, PT_REJECTED);
    ASSERT_INT(r->cause, cause);
    ASSERT_INT(r->tries, 0);
    ASSERT_INT(r->lost, 0);
    ASSERT_INT(r->waited, 0);
    assert_true(r->first_start == PT_TIME_NEVER);
}

/* --- chain: A1 to A8 --- */

/* A1, A2, A4 to A7; SPARK-24820, SPARK-24821 */
static void test_a_gang_with_a_broken_chain_is_rejected_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i % 2], 0, 1, 4);
        gang(b, 4, 1, i / 2 == 0, PT_FLAW_CHAIN);
        AT(b, 0, "reject 0 chain; rejected 0");
        check_rejected(b, 0, PT_CAUSE_CHAIN);
        ASSERT_INT(b->step->nstages, 0);
        assert_true(b->wake == PT_TIME_NEVER);
        spark_end(&s);
    }
}

/* A3, A8 */
static void test_a_gang_with_a_good_chain_runs(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 4);
        gang(b, 4, 1, true, PT_FLAW_NONE);
        AT(b, 0, "start 0.0x4");
        bench_done(b, 0);
        AT(b, 5, "done 0");
        STAGES(&s, "0.0~0 success");
        spark_end(&s);
    }
}

/* 1.2: the checks are of barrier stages alone. */
static void test_a_parallel_stage_has_no_chain_to_check(void **state)
{
    struct bench_stage stage = {.mode = PT_PARALLEL,
                                .ntasks = 1,
                                .limit = SEC,
                                .retries = true,
                                .flaw = PT_FLAW_CHAIN};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 4);
        bench_job(b, &stage, 1);
        AT(b, 0, "start 0.0x1");
        bench_done(b, 0);
        AT(b, 5, "done 0");
        spark_end(&s);
    }
}

/* --- dynamic allocation: A9, A10 --- */

/* SPARK-24942, SPARK-24954 */
static void test_dynamic_allocation_refuses_gangs_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct spark s = {.rules = spark_rules(both[i % 2], 0)};
        s.rules.dynamic = true;
        spark_init(&s, 1, 4);
        struct bench *b = spark_begin(&s, 1, "gang:head=skip");
        gang(b, 4, 1, i / 2 == 0, PT_FLAW_NONE);
        AT(b, 0, "reject 0 dynamic; rejected 0");
        check_rejected(b, 0, PT_CAUSE_DYNAMIC);
        spark_end(&s);
    }
}

static void test_dynamic_allocation_lets_parallel_stages_pass(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], 0)};
        s.rules.dynamic = true;
        spark_init(&s, 1, 1);
        struct bench *b = spark_begin(&s, 1, "gang:head=skip");
        spark_stage(b, PT_PARALLEL, 1, true);
        AT(b, 0, "start 0.0x1");
        bench_done(b, 0);
        AT(b, 1, "done 0");
        spark_end(&s);
    }
}

/* --- slots: A11 to A15 --- */

/* Looks EVERY, fails after FAILURES more than the first. */
static struct bench *looking(struct spark *s, enum pt_rounds rounds, int32_t n,
                             int32_t cores, pt_time every, int32_t failures)
{
    *s = (struct spark){.rules = spark_rules(rounds, 0)};
    s->rules.gate_interval = every;
    s->rules.gate_failures = failures;
    spark_init(s, n, cores);
    return spark_begin(s, n, "gang:head=skip");
}

/* A11, A12: 1 x 4 and 5 tasks, interval 1 s, 3 failures: 4 checks in 3 s */
static void
test_a_gang_wider_than_all_slots_is_rejected_in_the_end(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct spark s;
        struct bench *b = looking(&s, both[i % 2], 1, 4, SEC, 3);
        gang(b, 5, 1, i / 2 == 0, PT_FLAW_NONE);
        AT(b, 0, "");
        ASSERT_INT(b->wake, 1 * SEC);
        AT(b, 1 * SEC, "");
        ASSERT_INT(b->wake, 2 * SEC);
        AT(b, 2 * SEC, "");
        ASSERT_INT(b->wake, 3 * SEC);
        AT(b, 3 * SEC, "reject 0 slots; rejected 0");
        check_rejected(b, 0, PT_CAUSE_SLOTS);
        ASSERT_INT(b->step->nstages, 0);
        assert_true(b->wake == PT_TIME_NEVER);
        spark_end(&s);
    }
}

/* A13, A14: 4 x 3 and 2 cores a task are 4 slots, not 6 */
static void test_slots_are_counted_node_by_node(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct spark s;
        struct bench *b = looking(&s, both[i % 2], 4, 3, SEC, 3);
        gang(b, 5, 2, i / 2 == 0, PT_FLAW_NONE);
        gang(b, 4, 2, true, PT_FLAW_NONE);
        AT(b, 0, "start 1.0x4");
        AT(b, 1 * SEC, "");
        bench_done(b, 1);
        AT(b, 2 * SEC, "done 1");
        AT(b, 3 * SEC, "reject 0 slots; rejected 0");
        spark_end(&s);
    }
}

/* A15, SPARK-32518: 1 x 2 cores and 1 GPU, 2 tasks of a core and a GPU */
static void test_gpus_are_counted_where_they_are_scarcer(void **state)
{
    struct bench_stage stage = {.mode = PT_GANG,
                                .ntasks = 2,
                                .limit = SEC,
                                .need = {{[PT_CORES] = 1000, [PT_GPUS] = 1000}},
                                .retries = true,
                                .result = true};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], 0)};
        s.rules.gate_failures = 1;
        spark_init(&s, 1, 2);
        s.node[0].size.amount[PT_GPUS] = 1000;
        struct bench *b = spark_begin(&s, 1, "gang:head=skip");
        bench_job(b, &stage, 1);
        AT(b, 0, "");
        AT(b, 15 * SEC, "reject 0 slots; rejected 0");
        check_rejected(b, 0, PT_CAUSE_SLOTS);
        spark_end(&s);
    }
}

/* --- the gate: 1.2 --- */

/* maxFailures + 1 checks, at 0, 15, ..., 600 s */
static void test_by_default_it_looks_41_times_in_600_seconds(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 4);
        int looks = 1;

        gang(b, 5, 1, true, PT_FLAW_NONE);
        AT(b, 7 * SEC, "");
        while (b->jobs[0]->nrecords == 0) {
            ASSERT_INT(b->wake, (7 + 15 * looks) * SEC);
            looks++;
            bench_step(b, b->wake);
        }
        ASSERT_INT(looks, 41);
        ASSERT_INT(b->step->now, 607 * SEC);
        ASSERT_TEXT(b->text, "reject 0 slots; rejected 0");
        spark_end(&s);
    }
}

static void test_no_failure_allowed_means_one_look(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = looking(&s, both[i], 1, 4, 15 * SEC, 0);
        gang(b, 5, 1, true, PT_FLAW_NONE);
        AT(b, 0, "reject 0 slots; rejected 0");
        spark_end(&s);
    }
}

static void test_nodes_that_come_in_time_let_it_in_when_it_looks(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], 0)};
        spark_init(&s, 3, 2);
        s.node[1].absent = s.node[2].absent = true;
        struct bench *b = spark_begin(&s, 3, "gang:head=skip");
        gang(b, 5, 1, true, PT_FLAW_NONE);
        AT(b, 0, "");
        CENSUS(b, "run 0 hold 0 down 4 free 2 blocked; 1 wait for 0");
        bench_node(b, PT_FACT_NODE_UP, 1);
        AT(b, 3 * SEC, ""); /* 4 of 5 */
        AT(b, 15 * SEC, "");
        bench_node(b, PT_FACT_NODE_UP, 2);
        AT(b, 16 * SEC, ""); /* it does not look yet */
        AT(b, 30 * SEC, "start 0.0x5");
        bench_done(b, 0);
        AT(b, 40 * SEC, "done 0");
        STAGES(&s, "0.0~0 success");
        ASSERT_INT(bench_record(b, 0)->first_start, 30 * SEC);
        spark_end(&s);
    }
}

static void test_a_node_that_goes_before_it_looks_is_not_counted(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = looking(&s, both[i], 2, 2, 15 * SEC, 1);
        bench_node(b, PT_FACT_NODE_DOWN, 1);
        AT(b, 0, "");
        gang(b, 4, 1, true, PT_FLAW_NONE);
        AT(b, 1 * SEC, "");
        bench_node(b, PT_FACT_NODE_UP, 1);
        AT(b, 2 * SEC, "");
        bench_node(b, PT_FACT_NODE_DOWN, 0);
        AT(b, 3 * SEC, "");
        AT(b, 16 * SEC, "reject 0 slots; rejected 0");
        spark_end(&s);
    }
}

/* "even if some are in use" */
static void test_slots_in_use_count(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = looking(&s, both[i], 1, 4, 15 * SEC, 0);
        spark_stage(b, PT_PARALLEL, 3, true);
        gang(b, 4, 1, true, PT_FLAW_NONE);
        AT(b, 0, "start 0.0x1; start 0.0:1x1; start 0.0:2x1");
        CENSUS(b, "run 3 hold 0 down 0 free 1 short; 1 wait for 4");
        for (int k = 0; k < 3; k++)
            bench_ends(b, 0, 0, k, PT_SUCCESS);
        AT(b, 3 * SEC, "start 1.0x4; done 0");
        bench_done(b, 1);
        AT(b, 4 * SEC, "done 1");
        spark_end(&s);
    }
}

static void test_nodes_of_another_profile_do_not_count(void **state)
{
    struct bench_stage stage = {.mode = PT_GANG,
                                .ntasks = 3,
                                .limit = SEC,
                                .retries = true,
                                .profile = 2};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], 0)};
        s.rules.gate_failures = 0;
        spark_init(&s, 2, 2);
        s.node[0].profile = 1;
        s.node[1].profile = 2;
        struct bench *b = spark_begin(&s, 2, "gang:head=skip");
        bench_job(b, &stage, 1);
        AT(b, 0, "reject 0 slots; rejected 0");
        spark_end(&s);
    }
}

/* It is not in the queue: it neither waits there nor blocks it. */
static void test_who_waits_at_the_gate_blocks_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], 0)};
        spark_init(&s, 1, 4);
        struct bench *b = spark_begin(&s, 1, "gang:head=block");
        gang(b, 5, 1, true, PT_FLAW_NONE);
        gang(b, 4, 1, true, PT_FLAW_NONE);
        AT(b, 0, "start 1.0x4");
        CENSUS(b, "run 4 hold 0 down 0 free 0; 1 wait for 0");
        bench_done(b, 1);
        AT(b, 2 * SEC, "done 1");
        CENSUS(b, "run 0 hold 0 down 0 free 4 blocked; 1 wait for 0");
        ASSERT_TEXT(bench_close(b), "unfinished 0");
        ASSERT_INT(b->step->nstages, 0);
        spark_end(&s);
    }
}

/* The counter is the job's own. */
static void test_each_job_counts_its_own_looks(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = looking(&s, both[i], 1, 4, 10 * SEC, 2);
        gang(b, 5, 1, true, PT_FLAW_NONE);
        AT(b, 0, "");
        gang(b, 6, 1, true, PT_FLAW_NONE);
        AT(b, 4 * SEC, "");
        AT(b, 10 * SEC, "");
        AT(b, 14 * SEC, "");
        AT(b, 20 * SEC, "reject 0 slots; rejected 0");
        AT(b, 24 * SEC, "reject 1 slots; rejected 1");
        spark_end(&s);
    }
}

/* All stages are made when the job is submitted: none starts before. */
static void test_one_wide_stage_defers_the_whole_job(void **state)
{
    struct bench_stage stages[] = {
        {.mode = PT_PARALLEL, .ntasks = 2, .limit = SEC, .retries = true},
        {.mode = PT_GANG,
         .ntasks = 5,
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
        struct spark s = {.rules = spark_rules(both[i], 0)};
        spark_init(&s, 2, 4);
        s.node[1].absent = true;
        struct bench *b = spark_begin(&s, 2, "gang:head=skip");
        bench_job(b, stages, 3);
        AT(b, 0, "");
        bench_node(b, PT_FACT_NODE_UP, 1);
        AT(b, 1 * SEC, "");
        AT(b, 15 * SEC, "start 0.0x1; start 0.0:1x1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 16 * SEC, "start 0.1x5");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 17 * SEC, "start 0.2x1");
        bench_ends(b, 0, 2, -1, PT_SUCCESS);
        AT(b, 18 * SEC, "done 0");
        STAGES(&s, "0.2~0 success");
        spark_end(&s);
    }
}

static void test_parallel_stages_pass_however_wide_they_are(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 1);
        spark_stage(b, PT_PARALLEL, 3, true);
        AT(b, 0, "start 0.0x1");
        for (int k = 0; k < 3; k++) {
            bench_ends(b, 0, 0, k, PT_SUCCESS);
            bench_step(b, k + 1);
        }
        ASSERT_TEXT(b->text, "done 0");
        spark_end(&s);
    }
}

static void test_without_the_gate_only_the_machine_is_a_limit(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], 0)};
        s.rules.gate = false;
        spark_init(&s, 2, 2);
        s.node[1].absent = true;
        struct bench *b = spark_begin(&s, 2, "gang:head=skip");
        gang(b, 5, 1, true, PT_FLAW_NONE);
        gang(b, 4, 1, true, PT_FLAW_NONE);
        AT(b, 0, "reject 0 wide; rejected 0");
        CENSUS(b, "run 0 hold 0 down 2 free 2 short; 1 wait for 4");
        check_rejected(b, 0, PT_CAUSE_WIDE);
        bench_node(b, PT_FACT_NODE_UP, 1);
        bench_step(b, 1 * SEC);
        if (i == 1) /* a node that is new is offered alone, first */
            bench_step(b, 2 * SEC);
        ASSERT_TEXT(b->text, "start 1.0x4");
        bench_done(b, 1);
        AT(b, 3 * SEC, "done 1");
        spark_end(&s);
    }
}

/* --- the order of the checks: dynamic, slots, chain; stage by stage --- */

static void test_dynamic_is_looked_at_before_slots_and_chain(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], 0)};
        s.rules.dynamic = true;
        spark_init(&s, 1, 4);
        struct bench *b = spark_begin(&s, 1, "gang:head=skip");
        gang(b, 5, 1, true, PT_FLAW_CHAIN);
        AT(b, 0, "reject 0 dynamic; rejected 0");
        spark_end(&s);
    }
}

static void test_slots_are_looked_at_before_the_chain(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s = {.rules = spark_rules(both[i], 0)};
        spark_init(&s, 2, 4);
        s.node[1].absent = true;
        struct bench *b = spark_begin(&s, 2, "gang:head=skip");
        gang(b, 5, 1, true, PT_FLAW_CHAIN);
        AT(b, 0, "");
        bench_node(b, PT_FACT_NODE_UP, 1);
        AT(b, 5 * SEC, "");
        AT(b, 15 * SEC, "reject 0 chain; rejected 0");
        check_rejected(b, 0, PT_CAUSE_CHAIN);
        spark_end(&s);
    }
}

/* Two gangs and a result stage in a row; the one at WIDE is too wide, the one
 * at FLAWED is flawed. */
static void row(struct bench *b, int wide, int flawed)
{
    struct bench_stage stages[3];

    for (int i = 0; i < 3; i++)
        stages[i] = (struct bench_stage){.mode = PT_GANG,
                                         .ntasks = i == wide ? 5 : 2,
                                         .limit = SEC,
                                         .parents = i == 0   ? NULL
                                                    : i == 1 ? "0"
                                                             : "1",
                                         .retries = true,
                                         .result = i == 2,
                                         .flaw = i == flawed ? PT_FLAW_CHAIN
                                                             : PT_FLAW_NONE};
    bench_job(b, stages, 3);
}

/* "The final stage's own checks run before its parents are created" */
static void test_the_final_stage_is_looked_at_first(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 4);
        row(b, 0, 2);
        row(b, 1, 2);
        AT(b, 0, "reject 0 chain; reject 1 chain; rejected 0; rejected 1");
        row(b, 2, 0);
        AT(b, 1, "");
        ASSERT_TEXT(bench_close(b), "unfinished 2");
        spark_end(&s);
    }
}

/* "while creating a parent, the parent's missing ancestors come first" */
static void test_ancestors_are_looked_at_before_a_parent(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct spark s;
        struct bench *b = spark_new(&s, both[i], 0, 1, 4);
        row(b, 1, 0);
        AT(b, 0, "reject 0 chain; rejected 0");
        row(b, 0, 1);
        AT(b, 1, "");
        ASSERT_TEXT(bench_close(b), "unfinished 1");
        spark_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_gang_with_a_broken_chain_is_rejected_at_once),
        cmocka_unit_test(test_a_gang_with_a_good_chain_runs),
        cmocka_unit_test(test_a_parallel_stage_has_no_chain_to_check),
        cmocka_unit_test(test_dynamic_allocation_refuses_gangs_at_once),
        cmocka_unit_test(test_dynamic_allocation_lets_parallel_stages_pass),
        cmocka_unit_test(
            test_a_gang_wider_than_all_slots_is_rejected_in_the_end),
        cmocka_unit_test(test_slots_are_counted_node_by_node),
        cmocka_unit_test(test_gpus_are_counted_where_they_are_scarcer),
        cmocka_unit_test(test_by_default_it_looks_41_times_in_600_seconds),
        cmocka_unit_test(test_no_failure_allowed_means_one_look),
        cmocka_unit_test(test_nodes_that_come_in_time_let_it_in_when_it_looks),
        cmocka_unit_test(test_a_node_that_goes_before_it_looks_is_not_counted),
        cmocka_unit_test(test_slots_in_use_count),
        cmocka_unit_test(test_nodes_of_another_profile_do_not_count),
        cmocka_unit_test(test_who_waits_at_the_gate_blocks_nobody),
        cmocka_unit_test(test_each_job_counts_its_own_looks),
        cmocka_unit_test(test_one_wide_stage_defers_the_whole_job),
        cmocka_unit_test(test_parallel_stages_pass_however_wide_they_are),
        cmocka_unit_test(test_without_the_gate_only_the_machine_is_a_limit),
        cmocka_unit_test(test_dynamic_is_looked_at_before_slots_and_chain),
        cmocka_unit_test(test_slots_are_looked_at_before_the_chain),
        cmocka_unit_test(test_the_final_stage_is_looked_at_first),
        cmocka_unit_test(test_ancestors_are_looked_at_before_a_parent),
    };

    return cmocka_run_group_tests_name("spark_submission", tests, NULL, NULL) !=
           0;
}
