/* Gangs that hold slots while others of their members wait. */
#include "tests/unit/core_bench.h"

static struct bench *machine(const char *policy, int32_t slots, bool named)
{
    return bench_new(&(struct bench_setup){
        .policy = policy, .nodes = slots, .cores = 1, .named = named});
}

static void test_early_members_hold_and_the_last_one_starts_all(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b = machine("fifo", 3, named == 1);
        bench_gang(b, 2, 10);
        AT(b, 0, "start 0.0x2"); /* whole at once: no hold */
        bench_gang(b, 3, 10);
        AT(b, 1, "hold 1.0x1");
        CENSUS(b, "run 2 hold 1 down 0 free 0; 1 wait for 2");
        bench_ends(b, 0, 0, 0, PT_SUCCESS);
        AT(b, 5, "hold 1.0x2");
        CENSUS(b, "run 1 hold 2 down 0 free 0; 1 wait for 1");
        bench_ends(b, 0, 0, 1, PT_SUCCESS);
        AT(b, 8, "start 1.0x3; done 0");
        CENSUS(b, "run 3 hold 0 down 0 free 0");
        bench_done(b, 1);
        AT(b, 10, "done 1");
        ASSERT_INT(bench_record(b, 1)->held, 7 + 3);
        ASSERT_INT(bench_record(b, 1)->first_start, 8);
        ASSERT_INT(bench_record(b, 1)->tries, 1);
        ASSERT_INT(bench_record(b, 0)->held, 0);
        ASSERT_INT(pt_core_counts(b->core)->deadlocks, 0);
        bench_free(b);
    }
}

static void test_a_hold_names_all_slots_so_far(void **state)
{
    struct bench *b = machine("fifo", 3, false);

    (void)state;
    b->with_ranges = true;
    bench_gang(b, 1, 10);
    bench_gang(b, 1, 10);
    bench_gang(b, 3, 10);
    AT(b, 0, "start 0.0x1@0; start 1.0x1@1; hold 2.0x1@2");
    bench_done(b, 0);
    AT(b, 2, "hold 2.0x2@2,0; done 0@0");
    bench_done(b, 1);
    AT(b, 4, "start 2.0x3@2,0-1; done 1@1");
    bench_free(b);
}

static void test_two_drivers_deadlock(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b = machine("fifo:drivers=2", 4, named == 1);
        const struct pt_counts *counts = pt_core_counts(b->core);
        bench_gang(b, 3, 10);
        bench_gang(b, 3, 10);
        AT(b, 5, "hold 0.0x1; hold 1.0x1; hold 0.0x2; hold 1.0x2");
        ASSERT_INT(counts->deadlocks, 1);
        ASSERT_INT(counts->deadlock.at, 5);
        ASSERT_INT(counts->deadlock.gangs, 2);
        ASSERT_TEXT(counts->deadlock.who,
                    "job 0 holds 2 of 3, job 1 holds 2 of 3");
        ASSERT_INT(b->wake, PT_TIME_NEVER);
        bench_gang(b, 1, 10);
        AT(b, 6, ""); /* the same one is counted once */
        ASSERT_INT(counts->deadlocks, 1);
        CENSUS(b, "run 0 hold 4 down 0 free 0; 3 wait for 3");
        ASSERT_TEXT(bench_close(b), "unfinished 0; unfinished 1; unfinished 2");
        bench_free(b);
    }
}

/* The four slots come back one by one, to the pool with fewest tasks. */
static void test_fair_pools_deadlock(void **state)
{
    struct bench *b = machine("fifo:order=fair", 4, false);

    (void)state;
    bench_gang(b, 4, 10);
    AT(b, 0, "start 0.0x4");
    b->user = 2;
    bench_gang(b, 3, 10);
    b->user = 10; /* "10" comes before "2" */
    bench_gang(b, 3, 10);
    AT(b, 1, "");
    bench_ends(b, 0, 0, 0, PT_SUCCESS);
    AT(b, 2, "hold 2.0x1");
    bench_ends(b, 0, 0, 1, PT_SUCCESS);
    AT(b, 3, "hold 1.0x1");
    bench_ends(b, 0, 0, 2, PT_SUCCESS);
    AT(b, 4, "hold 2.0x2");
    ASSERT_INT(pt_core_counts(b->core)->deadlocks, 0);
    bench_ends(b, 0, 0, 3, PT_SUCCESS);
    AT(b, 5, "hold 1.0x2; done 0");
    ASSERT_INT(pt_core_counts(b->core)->deadlocks, 1);
    ASSERT_TEXT(pt_core_counts(b->core)->deadlock.who,
                "job 2 holds 2 of 3, job 1 holds 2 of 3");
    bench_free(b);
}

static void test_fair_pools_share_by_running_tasks(void **state)
{
    struct bench *b = machine("fifo:order=fair", 4, false);

    (void)state;
    b->user = 1;
    bench_parallel(b, 6, 10);
    AT(b, 0, "start 0.0x1; start 0.0:1x1; start 0.0:2x1; start 0.0:3x1");
    b->user = 2;
    bench_parallel(b, 2, 10);
    AT(b, 1, "");
    bench_ends(b, 0, 0, 0, PT_SUCCESS);
    AT(b, 2, "start 1.0x1");
    bench_ends(b, 0, 0, 1, PT_SUCCESS);
    AT(b, 3, "start 1.0:1x1");
    bench_ends(b, 0, 0, 2, PT_SUCCESS);
    AT(b, 4, "start 0.0:4x1");
    bench_free(b);
}

static void test_one_that_can_still_complete_is_no_deadlock(void **state)
{
    struct bench *b = machine("fifo:drivers=2", 5, false);

    (void)state;
    bench_gang(b, 3, 10);
    bench_gang(b, 3, 10);
    AT(b, 0, "hold 0.0x1; hold 1.0x1; hold 0.0x2; hold 1.0x2; start 0.0x3");
    ASSERT_INT(pt_core_counts(b->core)->deadlocks, 0);
    bench_done(b, 0);
    AT(b, 10, "start 1.0x3; done 0");
    ASSERT_INT(bench_record(b, 0)->held, 0);
    bench_done(b, 1);
    AT(b, 12, "done 1");
    ASSERT_INT(bench_record(b, 1)->held, 20);
    bench_free(b);
}

/* Eleven gangs hold one slot each: the text names the first eight. */
static void test_a_deadlock_of_many_is_told_in_part(void **state)
{
    struct bench *b = machine("fifo:drivers=11", 11, false);

    (void)state;
    for (int i = 0; i < 11; i++)
        bench_gang(b, 2, 10);
    bench_step(b, 0);
    ASSERT_INT(pt_core_counts(b->core)->deadlock.gangs, 11);
    ASSERT_HAS(pt_core_counts(b->core)->deadlock.who,
               "job 0 holds 1 of 2, job 1 holds 1 of 2, ");
    ASSERT_HAS(pt_core_counts(b->core)->deadlock.who, "job 7 holds 1 of 2");
    assert_null(strstr(pt_core_counts(b->core)->deadlock.who, "job 8"));
    bench_free(b);
}

static void
test_time_outs_give_slots_back_and_back_off_twice_as_long(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b =
            machine("fifo:hold_timeout=5us,backoff=3us", 2, named == 1);
        bench_gang(b, 1, 100);
        bench_gang(b, 2, 100);
        AT(b, 0, "start 0.0x1; hold 1.0x1");
        ASSERT_INT(b->wake, 5);
        AT(b, 5, "unhold 1.0x1 timeout");
        CENSUS(b, "run 1 hold 0 down 0 free 1 blocked; 1 wait for 0");
        ASSERT_INT(b->wake, 8);
        AT(b, 8, "hold 1.0x1");
        ASSERT_INT(b->wake, 13);
        AT(b, 13, "unhold 1.0x1 timeout");
        ASSERT_INT(b->wake, 19);
        bench_gang(b, 1, 5);
        AT(b, 15, "start 2.0x1"); /* it sleeps: others may pass */
        bench_done(b, 2);
        AT(b, 18, "done 2");
        AT(b, 19, "hold 1.0x1");
        AT(b, 24, "unhold 1.0x1 timeout");
        ASSERT_INT(b->wake, 36);
        bench_done(b, 0);
        AT(b, 30, "done 0");
        AT(b, 36, "start 1.0x2");
        ASSERT_INT(b->wake, PT_TIME_NEVER);
        bench_done(b, 1);
        AT(b, 40, "done 1");
        ASSERT_INT(bench_record(b, 1)->timeouts, 3);
        ASSERT_INT(bench_record(b, 1)->held, 15);
        ASSERT_INT(pt_core_counts(b->core)->timeouts, 3);
        bench_free(b);
    }
}

static void test_without_a_backoff_it_asks_again_at_once(void **state)
{
    struct bench *b = machine("fifo:hold_timeout=5us", 2, false);

    (void)state;
    bench_gang(b, 1, 100);
    bench_gang(b, 2, 100);
    bench_gang(b, 1, 100);
    AT(b, 0, "start 0.0x1; hold 1.0x1");
    AT(b, 5, "unhold 1.0x1 timeout; hold 1.0x1"); /* before J2 */
    ASSERT_INT(b->wake, 10);
    bench_done(b, 0);
    AT(b, 7, "start 1.0x2; done 0");
    ASSERT_INT(b->wake, PT_TIME_NEVER);
    bench_free(b);
}

static void test_a_time_out_ends_a_deadlock_and_a_new_one_counts(void **state)
{
    struct bench *b =
        machine("fifo:drivers=2,hold_timeout=10us,backoff=4us", 4, false);
    const struct pt_counts *counts = pt_core_counts(b->core);

    (void)state;
    bench_gang(b, 3, 10);
    bench_gang(b, 3, 10);
    AT(b, 0, "hold 0.0x1; hold 1.0x1; hold 0.0x2; hold 1.0x2");
    AT(b, 10, "unhold 0.0x2 timeout; unhold 1.0x2 timeout");
    CENSUS(b, "run 0 hold 0 down 0 free 4 blocked; 2 wait for 0");
    AT(b, 14, "hold 0.0x1; hold 1.0x1; hold 0.0x2; hold 1.0x2");
    ASSERT_INT(counts->deadlocks, 2);
    ASSERT_INT(counts->deadlock.at, 0);
    ASSERT_INT(counts->timeouts, 2);
    AT(b, 24, "unhold 0.0x2 timeout; unhold 1.0x2 timeout");
    ASSERT_INT(b->wake, 32);
    ASSERT_TEXT(bench_close(b), "unfinished 0; unfinished 1");
    ASSERT_INT(bench_record(b, 0)->held, 40);
    ASSERT_INT(bench_record(b, 0)->timeouts, 2);
    bench_free(b);
}

static void test_after_so_many_time_outs_it_gives_up(void **state)
{
    struct bench *b =
        machine("fifo:hold_timeout=5us,backoff=1us,tries=2", 2, false);

    (void)state;
    bench_gang(b, 1, 100);
    bench_gang(b, 2, 100);
    AT(b, 0, "start 0.0x1; hold 1.0x1");
    AT(b, 5, "unhold 1.0x1 timeout");
    AT(b, 6, "hold 1.0x1");
    AT(b, 11, "unhold 1.0x1 timeout");
    ASSERT_INT(b->wake, PT_TIME_NEVER);
    ASSERT_INT(pt_core_counts(b->core)->gave_up, 1);
    bench_done(b, 0);
    AT(b, 50, "done 0");
    ASSERT_INT(b->wake, PT_TIME_NEVER);
    ASSERT_TEXT(bench_close(b), "unfinished 1");
    ASSERT_INT(bench_record(b, 1)->timeouts, 2);
    bench_free(b);
}

static void test_a_closed_core_counts_what_is_held_until_then(void **state)
{
    struct bench *b = machine("fifo:drivers=2", 4, false);

    (void)state;
    bench_gang(b, 3, 10);
    bench_gang(b, 3, 10);
    bench_step(b, 0);
    AT(b, 7, "");
    ASSERT_TEXT(bench_close(b), "unfinished 0; unfinished 1");
    ASSERT_INT(bench_record(b, 0)->held, 14);
    ASSERT_INT(bench_record(b, 1)->held, 14);
    bench_free(b);
}

/* Four nodes of 4 cores, tasks of 3: two gangs of three hold two each, and the
 * four cores that are left over are no slot for anybody. */
static void test_a_deadlock_is_seen_among_fragments(void **state)
{
    const struct bench_stage gang = {.mode = PT_GANG,
                                     .ntasks = 3,
                                     .limit = 10,
                                     .need = {{[PT_CORES] = 3000}}};
    struct bench *b = bench_new(&(struct bench_setup){
        .policy = "fifo:drivers=2", .nodes = 4, .cores = 4, .named = true});

    (void)state;
    bench_job(b, &gang, 1);
    bench_job(b, &gang, 1);
    AT(b, 0, "hold 0.0x1; hold 1.0x1; hold 0.0x2; hold 1.0x2");
    CENSUS(b, "run 0 hold 12 down 0 free 4 frag; 2 wait for 6");
    ASSERT_INT(pt_core_counts(b->core)->deadlocks, 1);
    bench_free(b);
}

/* Whole nodes of 4 cores, asked for task by task. */
static void test_drivers_hold_whole_nodes(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b =
            bench_new(&(struct bench_setup){.policy = "fifo:drivers=2",
                                            .nodes = 3,
                                            .cores = 4,
                                            .exclusive = true,
                                            .named = named == 1});
        bench_gang(b, 8, 10);
        bench_gang(b, 8, 10);
        for (pt_time now = 0; now < 10; now++)
            bench_step(b, now);
        bench_free(b);
    }
}

static void test_parallel_tasks_share_the_machine_node_by_node(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct bench *b = bench_new(&(struct bench_setup){.policy = "fifo",
                                                          .nodes = 2,
                                                          .cores = 4,
                                                          .exclusive = true,
                                                          .named = named == 1});
        bench_parallel(b, 9, 10);
        for (pt_time now = 0; now < 50 && b->njobs == 1; now++) {
            bench_step(b, now);
            if (b->jobs[0]->nrecords > 0)
                break;
            bench_ends(b, 0, 0, -1, PT_SUCCESS);
        }
        ASSERT_INT(bench_record(b, 0)->state, PT_DONE);
        bench_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_early_members_hold_and_the_last_one_starts_all),
        cmocka_unit_test(test_a_hold_names_all_slots_so_far),
        cmocka_unit_test(test_two_drivers_deadlock),
        cmocka_unit_test(test_fair_pools_deadlock),
        cmocka_unit_test(test_fair_pools_share_by_running_tasks),
        cmocka_unit_test(test_one_that_can_still_complete_is_no_deadlock),
        cmocka_unit_test(test_a_deadlock_of_many_is_told_in_part),
        cmocka_unit_test(
            test_time_outs_give_slots_back_and_back_off_twice_as_long),
        cmocka_unit_test(test_without_a_backoff_it_asks_again_at_once),
        cmocka_unit_test(test_a_time_out_ends_a_deadlock_and_a_new_one_counts),
        cmocka_unit_test(test_a_closed_core_counts_what_is_held_until_then),
        cmocka_unit_test(test_a_deadlock_is_seen_among_fragments),
        cmocka_unit_test(test_drivers_hold_whole_nodes),
        cmocka_unit_test(test_parallel_tasks_share_the_machine_node_by_node),
        cmocka_unit_test(test_after_so_many_time_outs_it_gives_up)};

    return cmocka_run_group_tests_name("core_holds", tests, NULL, NULL) != 0;
}
