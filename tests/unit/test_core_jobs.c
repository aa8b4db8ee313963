/* The life of a job: stages, tasks, endings, failures. */
#include "tests/unit/core_bench.h"

static struct bench *machine(const char *policy, int32_t slots)
{
    return bench_new(
        &(struct bench_setup){.policy = policy, .nodes = slots, .cores = 1});
}

#define JOB(bench, stages)                                                     \
    bench_job((bench), (stages), (int32_t)(sizeof(stages) / sizeof *(stages)))

static void test_a_stage_waits_for_both_its_parents(void **state)
{
    const struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 2, .limit = 10, .parents = "01"}};
    struct bench *b = machine("gang", 4);

    (void)state;
    JOB(b, stages);
    AT(b, 0, "start 0.0x1; start 0.1x1");
    CENSUS(b, "run 2 hold 0 down 0 free 2 idle");
    bench_ends(b, 0, 0, -1, PT_SUCCESS);
    AT(b, 5, "");
    bench_ends(b, 0, 1, -1, PT_SUCCESS);
    AT(b, 8, "start 0.2x2");
    bench_ends(b, 0, 2, -1, PT_SUCCESS);
    AT(b, 12, "done 0");
    const struct pt_record *record = bench_record(b, 0);
    ASSERT_INT(record->first_start, 0);
    ASSERT_INT(record->last_start, 8);
    ASSERT_INT(record->end, 12);
    ASSERT_INT(record->tries, 3);
    ASSERT_INT(record->promise, PT_TIME_NEVER);
    bench_free(b);
}

static void test_a_diamond_runs_from_top_to_bottom(void **state)
{
    const struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 2, .limit = 10, .parents = "0"},
        {.mode = PT_PARALLEL, .ntasks = 2, .limit = 10, .parents = "0"},
        {.mode = PT_GANG, .ntasks = 4, .limit = 10, .parents = "12"}};
    struct bench *b = machine("gang", 4);

    (void)state;
    JOB(b, stages);
    AT(b, 0, "start 0.0x1");
    bench_done(b, 0);
    AT(b, 3, "start 0.1x2; start 0.2x1; start 0.2:1x1");
    bench_ends(b, 0, 2, 0, PT_SUCCESS);
    bench_ends(b, 0, 1, -1, PT_SUCCESS);
    AT(b, 5, "");
    bench_ends(b, 0, 2, 1, PT_SUCCESS);
    AT(b, 6, "start 0.3x4");
    bench_ends(b, 0, 3, -1, PT_SUCCESS);
    AT(b, 9, "done 0");
    ASSERT_INT(bench_record(b, 0)->tries, 5);
    bench_free(b);
}

static void test_an_earlier_job_s_later_stage_overtakes(void **state)
{
    const struct bench_stage chain[] = {
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 2, .limit = 10, .parents = "0"}};
    static const char *const policies[] = {"gang", "backfill",
                                           "backfill:depth=3"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine(policies[i], 2);
        JOB(b, chain);
        bench_gang(b, 2, 10);
        AT(b, 0, "start 0.0x1");
        bench_done(b, 0);
        AT(b, 5, "start 0.1x2");
        bench_ends(b, 0, 1, -1, PT_SUCCESS);
        AT(b, 9, "start 1.0x2; done 0");
        bench_free(b);
    }
}

static void
test_tasks_of_a_parallel_stage_start_as_slots_come_free(void **state)
{
    static const char *const policies[] = {"gang",     "gang:head=skip",
                                           "fifo",     "fifo:drivers=2",
                                           "backfill", "backfill:depth=0"};

    (void)state;
    for (int i = 0; i < 6; i++) {
        struct bench *b = machine(policies[i], 2);
        bench_parallel(b, 4, 10);
        AT(b, 0, "start 0.0x1; start 0.0:1x1");
        assert_true(b->runs[0].handle != b->runs[1].handle);
        CENSUS(b, "run 2 hold 0 down 0 free 0; 1 wait for 2");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 4, "start 0.0:2x1");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        bench_ends(b, 0, 0, 2, PT_SUCCESS);
        AT(b, 6, "start 0.0:3x1");
        bench_ends(b, 0, 0, 3, PT_SUCCESS);
        AT(b, 7, "done 0");
        ASSERT_INT(bench_record(b, 0)->tries, 4);
        ASSERT_INT(bench_record(b, 0)->last_start, 6);
        bench_free(b);
    }
}

/* J1's promise at 10 takes one slot; the other is J2's. */
static void test_a_promise_covers_the_first_task_not_yet_placed(void **state)
{
    struct bench *b = machine("backfill:depth=all,promises=keep", 2);

    (void)state;
    bench_gang(b, 2, 10);
    bench_parallel(b, 3, 5);
    bench_gang(b, 1, 5);
    AT(b, 0, "start 0.0x2");
    ASSERT_INT(b->wake, 10);
    bench_done(b, 0);
    AT(b, 10, "start 1.0x1; start 2.0x1; done 0");
    bench_ends(b, 1, 0, 0, PT_SUCCESS);
    bench_done(b, 2);
    AT(b, 15, "start 1.0:1x1; start 1.0:2x1; done 2");
    ASSERT_INT(bench_record(b, 2)->promise, 10);
    bench_ends(b, 1, 0, 1, PT_SUCCESS);
    bench_ends(b, 1, 0, 2, PT_SUCCESS);
    AT(b, 20, "done 1");
    ASSERT_INT(bench_record(b, 1)->promise, 10);
    bench_free(b);
}

static void test_a_gang_waits_for_all_its_slots_or_takes_none(void **state)
{
    struct bench *b = machine("gang", 4);

    (void)state;
    bench_gang(b, 3, 10);
    bench_gang(b, 2, 10);
    AT(b, 0, "start 0.0x3");
    CENSUS(b, "run 3 hold 0 down 0 free 1 short; 1 wait for 2");
    bench_done(b, 0);
    AT(b, 7, "start 1.0x2; done 0");
    bench_free(b);
}

static struct bench *gang_of_three(bool named, const char *policy)
{
    struct bench *b = bench_new(&(struct bench_setup){
        .policy = policy, .nodes = 3, .cores = 1, .named = named});

    b->with_ranges = true;
    bench_gang(b, 3, 10);
    bench_gang(b, 1, 5);
    bench_gang(b, 1, 5);
    AT(b, 0, "start 0.0x3@0-2");
    return b;
}

static void test_slots_of_a_gang_come_back_task_by_task(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b =
            gang_of_three(i % 2 == 1, i < 2 ? "gang" : "backfill");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 2, "start 1.0x1@1");
        CENSUS(b, "run 3 hold 0 down 0 free 0; 1 wait for 1");
        ASSERT_INT(b->step->nspent, 1);
        ASSERT_INT(b->step->spent[0].slots, 1);
        ASSERT_INT(b->step->spent[0].end, 2);
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 4, "start 2.0x1@0");
        bench_ends(b, 0, 0, 2, PT_SUCCESS);
        AT(b, 6, "done 0@0-2");
        ASSERT_INT(b->step->spent[0].slots, 1);
        ASSERT_INT(bench_record(b, 0)->end, 6);
        CENSUS(b, "run 2 hold 0 down 0 free 1 idle");
        bench_free(b);
    }
}

static void test_the_rest_of_a_gang_may_end_together(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b =
            gang_of_three(i % 2 == 1, i < 2 ? "gang" : "backfill");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 2, "start 1.0x1@0");
        bench_done(b, 0);
        AT(b, 3, "start 2.0x1@1; done 0@0-2");
        ASSERT_INT(b->step->nspent, 1);
        ASSERT_INT(b->step->spent[0].slots, 2);
        bench_free(b);
    }
}

static void
test_tasks_of_one_gang_that_end_together_end_in_their_order(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench *b = gang_of_three(i == 1, "gang");
        bench_ends(b, 0, 0, 2, PT_SUCCESS);
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 10, "start 1.0x1@0; start 2.0x1@1; done 0@0-2");
        ASSERT_INT(b->step->nspent, 3);
        bench_free(b);
    }
}

static void test_a_job_ends_as_its_only_stage_does(void **state)
{
    struct bench *b = machine("gang", 2);

    (void)state;
    bench_gang(b, 1, 10);
    bench_gang(b, 1, 10);
    AT(b, 0, "start 0.0x1; start 1.0x1");
    bench_ends(b, 0, 0, -1, PT_FAILURE);
    AT(b, 3, "failed 0");
    bench_ends(b, 1, 0, -1, PT_SUCCESS);
    AT(b, 4, "done 1");
    ASSERT_INT(b->wake, PT_TIME_NEVER);
    bench_free(b);
}

static void test_a_failing_stage_takes_its_job_along(void **state)
{
    const struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 3, .limit = 10},
        {.mode = PT_GANG, .ntasks = 1, .limit = 10, .parents = "01"}};
    static const char *const policies[] = {"gang", "backfill",
                                           "backfill:depth=all,promises=keep"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = machine(policies[i], 3);
        JOB(b, stages);
        bench_gang(b, 2, 20);
        AT(b, 0, "start 0.0x1; start 0.1x1");
        bench_ends(b, 0, 0, -1, PT_FAILURE);
        AT(b, 5, "kill 0.1x1 job; start 1.0x2");
        CENSUS(b, "run 3 hold 0 down 0 free 0");
        bench_ends(b, 0, 1, -1, PT_KILLED);
        AT(b, 6, "failed 0");
        ASSERT_INT(bench_record(b, 0)->end, 6);
        CENSUS(b, "run 2 hold 0 down 0 free 1 idle");
        bench_free(b);
    }
}

static void test_what_ends_well_while_it_is_killed_mends_nothing(void **state)
{
    const struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 1, .limit = 10, .parents = "1"}};
    struct bench *b = machine("gang", 3);

    (void)state;
    JOB(b, stages);
    AT(b, 0, "start 0.0x1; start 0.1x1");
    bench_ends(b, 0, 0, -1, PT_FAILURE);
    AT(b, 5, "kill 0.1x1 job");
    bench_ends(b, 0, 1, -1, PT_SUCCESS);
    AT(b, 6, "failed 0");
    bench_free(b);
}

/* Its slots are free already, and its number is somebody else's soon. */
static void test_what_ends_in_the_same_step_is_not_killed(void **state)
{
    const struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 2, .limit = 10}};

    (void)state;
    for (int i = 0; i < 6; i++) {
        struct bench *b =
            bench_new(&(struct bench_setup){.policy = "gang",
                                            .nodes = 3,
                                            .cores = 1,
                                            .ties = (enum pt_ties)(i / 2)});
        JOB(b, stages);
        AT(b, 0, "start 0.0x1; start 0.1x2");
        bench_ends(b, 0, 0, -1, PT_FAILURE);
        if (i % 2 == 0) {
            bench_ends(b, 0, 1, -1, PT_SUCCESS);
        } else {
            bench_ends(b, 0, 1, 0, PT_SUCCESS);
            bench_ends(b, 0, 1, 1, PT_SUCCESS);
        }
        AT(b, 5, "failed 0");
        bench_free(b);
    }
}

static void test_a_failing_task_takes_its_parallel_stage_along(void **state)
{
    struct bench *b = machine("gang", 2);

    (void)state;
    bench_parallel(b, 5, 10);
    AT(b, 0, "start 0.0x1; start 0.0:1x1");
    bench_ends(b, 0, 0, 1, PT_FAILURE);
    AT(b, 5, "kill 0.0x1 job");
    CENSUS(b, "run 1 hold 0 down 0 free 1 idle");
    bench_ends(b, 0, 0, 0, PT_KILLED);
    AT(b, 5, "failed 0");
    bench_free(b);
}

static void test_a_job_that_fails_gives_its_held_slots_back(void **state)
{
    const struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 1, .limit = 50},
        {.mode = PT_GANG, .ntasks = 3, .limit = 50}};
    struct bench *b = machine("fifo:hold_timeout=6us,backoff=9us", 3);

    (void)state;
    JOB(b, stages);
    AT(b, 0, "start 0.0x1; hold 0.1x2");
    bench_ends(b, 0, 0, -1, PT_FAILURE);
    AT(b, 5, "unhold 0.1x2; failed 0");
    ASSERT_INT(bench_record(b, 0)->held, 10);
    CENSUS(b, "run 0 hold 0 down 0 free 3 idle");
    ASSERT_INT(b->wake, PT_TIME_NEVER);

    JOB(b, stages);
    AT(b, 10, "start 1.0x1; hold 1.1x2");
    AT(b, 16, "unhold 1.1x2 timeout"); /* asleep until 25 */
    bench_ends(b, 1, 0, -1, PT_FAILURE);
    AT(b, 20, "failed 1");
    CENSUS(b, "run 0 hold 0 down 0 free 3 idle");
    ASSERT_INT(b->wake, PT_TIME_NEVER);
    bench_free(b);
}

static void test_what_is_wider_than_the_machine_is_rejected(void **state)
{
    const struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 5, .limit = 10, .parents = "0"}};

    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b = bench_new(&(struct bench_setup){
            .policy = "gang", .nodes = 4, .cores = 1, .named = named == 1});
        bench_gang(b, 5, 10);
        JOB(b, stages);
        bench_parallel(b, 5, 10);
        AT(b, 0,
           "reject 0 wide; reject 1 wide; start 2.0x1; start 2.0:1x1; "
           "start 2.0:2x1; start 2.0:3x1; rejected 0; rejected 1");
        ASSERT_INT(bench_record(b, 1)->first_start, PT_TIME_NEVER);
        ASSERT_INT(bench_record(b, 1)->end, PT_TIME_NEVER);
        ASSERT_INT(bench_record(b, 1)->tries, 0);
        bench_free(b);
    }
}

static void test_a_closed_core_records_the_unfinished_by_rank(void **state)
{
    const struct bench_stage stages[] = {
        {.mode = PT_GANG, .ntasks = 1, .limit = 10},
        {.mode = PT_GANG, .ntasks = 1, .limit = 10, .parents = "0"}};

    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b = bench_new(
            &(struct bench_setup){.policy = "backfill:depth=all,promises=keep",
                                  .nodes = 2,
                                  .cores = 1,
                                  .named = named == 1});
        bench_gang(b, 2, 10);
        JOB(b, stages);
        bench_gang(b, 2, 10);
        AT(b, 0, "start 0.0x2");
        bench_done(b, 0);
        bench_gang(b, 2, 10); /* its book is in J0's place */
        bench_gang(b, 2, 10);
        AT(b, 9, "start 1.0x1; done 0");
        ASSERT_TEXT(bench_close(b), "unfinished 1; unfinished 2; unfinished 3; "
                                    "unfinished 4");
        ASSERT_INT(bench_record(b, 1)->first_start, 9);
        ASSERT_INT(bench_record(b, 2)->promise, 20);
        bench_free(b);
    }
}

static void test_an_empty_core_closes_with_nothing(void **state)
{
    struct bench *b = machine("gang", 2);

    (void)state;
    ASSERT_TEXT(bench_close(b), "");
    bench_free(b);
    b = machine("backfill", 2);
    AT(b, -50, "");
    ASSERT_INT(b->wake, PT_TIME_NEVER);
    ASSERT_TEXT(bench_close(b), "");
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stage_waits_for_both_its_parents),
        cmocka_unit_test(test_a_diamond_runs_from_top_to_bottom),
        cmocka_unit_test(test_an_earlier_job_s_later_stage_overtakes),
        cmocka_unit_test(
            test_tasks_of_a_parallel_stage_start_as_slots_come_free),
        cmocka_unit_test(test_a_promise_covers_the_first_task_not_yet_placed),
        cmocka_unit_test(test_a_gang_waits_for_all_its_slots_or_takes_none),
        cmocka_unit_test(test_slots_of_a_gang_come_back_task_by_task),
        cmocka_unit_test(test_the_rest_of_a_gang_may_end_together),
        cmocka_unit_test(
            test_tasks_of_one_gang_that_end_together_end_in_their_order),
        cmocka_unit_test(test_a_job_ends_as_its_only_stage_does),
        cmocka_unit_test(test_a_failing_stage_takes_its_job_along),
        cmocka_unit_test(test_what_ends_well_while_it_is_killed_mends_nothing),
        cmocka_unit_test(test_a_failing_task_takes_its_parallel_stage_along),
        cmocka_unit_test(test_a_job_that_fails_gives_its_held_slots_back),
        cmocka_unit_test(test_what_is_wider_than_the_machine_is_rejected),
        cmocka_unit_test(test_a_closed_core_records_the_unfinished_by_rank),
        cmocka_unit_test(test_an_empty_core_closes_with_nothing),
        cmocka_unit_test(test_what_ends_in_the_same_step_is_not_killed)};

    return cmocka_run_group_tests_name("core_jobs", tests, NULL, NULL) != 0;
}
