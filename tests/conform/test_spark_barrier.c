/* Members that meet, as Spark's BarrierTaskContextSuite has it: rows E of the
 * table of Spark's own tests, through the core. */
#include "tests/unit/core_bench.h"

#define MS INT64_C(1000)

enum { DAY = 86400 };

static struct pt_rules rules_of(pt_time timeout, int32_t attempts)
{
    return (struct pt_rules){
        .rounds = PT_ROUNDS_SPARK,
        .revive = PT_SECOND,
        .locality = {3 * PT_SECOND, 3 * PT_SECOND, 3 * PT_SECOND},
        .task_failures = 4,
        .stage_attempts = attempts,
        .resubmit = 200 * MS,
        .sync_timeout = timeout};
}

static const pt_time year = 365 * DAY * PT_SECOND;

/* A gang of as many tasks as there are nodes of one core, started at 0. */
static struct bench *gang_of(int32_t ntasks, const struct pt_rules *rules)
{
    struct bench *bench =
        bench_new(&(struct bench_setup){.policy = "gang:head=skip",
                                        .nodes = ntasks,
                                        .cores = 1,
                                        .named = true,
                                        .rules = rules});
    struct bench_stage stage = {.mode = PT_GANG,
                                .ntasks = ntasks,
                                .limit = DAY * PT_SECOND,
                                .retries = true};

    bench_job(bench, &stage, 1);
    ASSERT_HAS(bench_step(bench, 0), "start 0.0x");
    return bench;
}

static void meets(struct bench *bench, int32_t task, int32_t epoch)
{
    bench_enters(bench, 0, 0, task, PT_SYNC_BARRIER, epoch, 0);
}

static void gathers(struct bench *bench, int32_t task, int32_t epoch,
                    int64_t message)
{
    bench_enters(bench, 0, 0, task, PT_SYNC_GATHER, epoch, message);
}

/* E1. */
static void test_all_leave_a_barrier_when_the_last_one_comes(void **state)
{
    struct pt_rules rules = rules_of(year, 1);
    struct bench *bench = gang_of(4, &rules);

    (void)state;
    meets(bench, 2, 0);
    AT(bench, 100 * MS, "");
    meets(bench, 0, 0);
    AT(bench, 300 * MS, "");
    meets(bench, 3, 0);
    AT(bench, 700 * MS, "");
    meets(bench, 1, 0);
    AT(bench, 900 * MS, "release 0.0 #0 [0 0 0 0]");
    bench_free(bench);
}

/* E2. */
static void test_gathered_messages_come_in_order_of_task(void **state)
{
    struct pt_rules rules = rules_of(year, 1);
    struct bench *bench = gang_of(4, &rules);

    (void)state;
    gathers(bench, 3, 0, 3);
    gathers(bench, 1, 0, 1);
    AT(bench, 10 * MS, "");
    gathers(bench, 2, 0, 2);
    gathers(bench, 0, 0, 0);
    AT(bench, 20 * MS, "release 0.0 #0 [0 1 2 3]");
    bench_free(bench);
}

/* E3: and whoever comes later errs too; the job fails. */
static void test_different_kinds_of_sync_in_one_epoch_fail(void **state)
{
    struct pt_rules rules = rules_of(year, 1);
    struct bench *bench = gang_of(4, &rules);

    (void)state;
    gathers(bench, 1, 0, 1);
    gathers(bench, 2, 0, 2);
    AT(bench, 10 * MS, "");
    meets(bench, 0, 0);
    AT(bench, 20 * MS, "refuse 0.0 #0 mismatch; refuse 0.0:0 #0 mismatch");
    CENSUS(bench, "run 4 hold 0 down 0 free 0");
    gathers(bench, 3, 0, 3);
    AT(bench, 30 * MS, "refuse 0.0:3 #0 mismatch");
    bench_fails(bench, 0, 0, 0, PT_FAULT_ERROR);
    AT(bench, 40 * MS, "kill 0.0x4 job");
    bench_ends(bench, 0, 0, -1, PT_KILLED);
    AT(bench, 50 * MS, "failed 0");
    ASSERT_INT(bench_record(bench, 0)->cause, PT_CAUSE_ATTEMPTS);
    bench_free(bench);
}

static void all_meet(struct bench *bench, enum pt_sync sync, int32_t epoch)
{
    for (int32_t task = 0; task < 4; task++)
        bench_enters(bench, 0, 0, task, sync, epoch, 10 * epoch + task);
}

/* E4, E5. */
static void test_one_sync_after_the_other_is_an_epoch_each(void **state)
{
    struct pt_rules rules = rules_of(year, 1);
    struct bench *bench = gang_of(4, &rules);

    (void)state;
    all_meet(bench, PT_SYNC_BARRIER, 0);
    AT(bench, 10 * MS, "release 0.0 #0 [0 1 2 3]");
    all_meet(bench, PT_SYNC_GATHER, 1);
    AT(bench, 20 * MS, "release 0.0 #1 [10 11 12 13]");
    all_meet(bench, PT_SYNC_BARRIER, 2);
    AT(bench, 30 * MS, "release 0.0 #2 [20 21 22 23]");
    all_meet(bench, PT_SYNC_BARRIER, 3);
    AT(bench, 40 * MS, "release 0.0 #3 [30 31 32 33]");
    bench_free(bench);
}

/* E6: measured from the first arrival. */
static void
test_a_member_that_is_too_late_finds_the_others_refused(void **state)
{
    struct pt_rules rules = rules_of(PT_SECOND, 1);
    struct bench *bench = gang_of(4, &rules);

    (void)state;
    meets(bench, 0, 0);
    AT(bench, 100 * MS, "");
    ASSERT_INT(bench->wake, 1100 * MS);
    meets(bench, 1, 0);
    meets(bench, 2, 0);
    AT(bench, 1000 * MS, "");
    ASSERT_INT(bench->wake, 1100 * MS);
    AT(bench, 1100 * MS, "refuse 0.0 #0 timeout");
    CENSUS(bench, "run 4 hold 0 down 0 free 0");
    bench_fails(bench, 0, 0, 1, PT_FAULT_ERROR);
    AT(bench, 1100 * MS, "kill 0.0x4 job");
    meets(bench, 3, 0); /* it has not heard of it */
    AT(bench, 2000 * MS, "");
    bench_ends(bench, 0, 0, -1, PT_KILLED);
    AT(bench, 2100 * MS, "failed 0");
    ASSERT_INT(bench_record(bench, 0)->waited, (1000 + 100 + 100 + 100) * MS);
    bench_free(bench);
}

/* E7. */
static void test_a_member_that_never_calls_times_the_others_out(void **state)
{
    struct pt_rules rules = rules_of(PT_SECOND, 1);
    struct bench *bench = gang_of(4, &rules);

    (void)state;
    meets(bench, 0, 0);
    meets(bench, 1, 0);
    bench_ends(bench, 0, 0, 3, PT_SUCCESS);
    AT(bench, 0, "");
    meets(bench, 2, 0);
    AT(bench, 500 * MS, "");
    AT(bench, PT_SECOND, "refuse 0.0 #0 timeout");
    bench_free(bench);
}

/* E8: its second call meets the others' first, which are one short then. */
static void
test_a_member_that_skips_a_call_leaves_the_others_waiting(void **state)
{
    struct pt_rules rules = rules_of(5 * PT_SECOND, 1);
    struct bench *bench = gang_of(4, &rules);

    (void)state;
    all_meet(bench, PT_SYNC_BARRIER, 0);
    AT(bench, PT_SECOND, "release 0.0 #0 [0 1 2 3]");
    bench_ends(bench, 0, 0, 2, PT_SUCCESS);
    meets(bench, 0, 1);
    AT(bench, 2 * PT_SECOND, "");
    meets(bench, 1, 1);
    meets(bench, 3, 1);
    AT(bench, 3 * PT_SECOND, "");
    ASSERT_INT(bench->wake, 7 * PT_SECOND);
    AT(bench, 7 * PT_SECOND, "refuse 0.0 #1 timeout");
    bench_free(bench);
}

/* E9, E10: without interrupts it sees the kill at its next look, a second
 * later; the core tells both alike. */
static void test_a_member_that_is_blocked_sees_the_kill(void **state)
{
    struct pt_rules rules = rules_of(year, 1);

    (void)state;
    for (int late = 0; late < 2; late++) {
        struct bench *bench = gang_of(2, &rules);
        meets(bench, 0, 0);
        AT(bench, 100 * MS, "");
        CENSUS(bench, "run 1 hold 0 down 0 free 0 barrier 1");
        bench_fails(bench, 0, 0, 1, PT_FAULT_EXCUSED);
        AT(bench, 200 * MS, "kill 0.0x2 job");
        CENSUS(bench, "run 0 hold 0 down 0 free 1 barrier 1 idle");
        bench_ends(bench, 0, 0, 0, PT_KILLED);
        AT(bench, (200 + 1000 * late) * MS, "failed 0");
        CENSUS(bench, "run 0 hold 0 down 0 free 2 idle");
        ASSERT_INT(bench_record(bench, 0)->waited, (100 + 1000 * late) * MS);
        ASSERT_INT(bench->wake, PT_TIME_NEVER);
        bench_free(bench);
    }
}

/* E12. */
static void test_a_gang_whose_member_throws_is_whole_again_at_once(void **state)
{
    struct pt_rules rules = rules_of(year, 4);
    struct bench *bench = gang_of(2, &rules);

    (void)state;
    bench_fails(bench, 0, 0, 0, PT_FAULT_ERROR);
    AT(bench, 10 * MS, "kill 0.0x2 member");
    ASSERT_INT(bench->wake, 210 * MS);
    bench_ends(bench, 0, 0, 1, PT_KILLED);
    AT(bench, 20 * MS, "");
    AT(bench, 210 * MS, "start 0.0x2~1");
    meets(bench, 0, 0);
    meets(bench, 1, 0);
    AT(bench, 300 * MS, "release 0.0 #0 [0 0]");
    bench_ends(bench, 0, 0, -1, PT_SUCCESS);
    AT(bench, 400 * MS, "done 0");
    ASSERT_INT(bench_record(bench, 0)->tries, 2);
    bench_free(bench);
}

/* E13. */
static void
test_the_next_sync_does_not_overwrite_what_was_gathered(void **state)
{
    struct pt_rules rules = rules_of(year, 1);
    struct bench *bench = gang_of(2, &rules);

    (void)state;
    gathers(bench, 0, 0, 5);
    gathers(bench, 1, 0, 6);
    meets(bench, 0, 1);
    meets(bench, 1, 1);
    AT(bench, 10 * MS, "release 0.0 #0 [5 6]; release 0.0 #1 [0 0]");
    bench_free(bench);
}

/* --- beyond the table: section 1.9 --- */

static void ask(struct bench *bench, int32_t task, int32_t epoch, int32_t width)
{
    bench_fact(bench, (struct pt_fact){.kind = PT_FACT_ENTERED,
                                       .attempt = bench_handle(bench, 0, 0, 0),
                                       .task = task,
                                       .epoch = epoch,
                                       .width = width});
}

static void test_who_names_another_epoch_or_width_is_refused_alone(void **state)
{
    struct pt_rules rules = rules_of(year, 1);
    struct bench *bench = gang_of(3, &rules);

    (void)state;
    meets(bench, 0, 0);
    ask(bench, 1, 1, 3);
    ask(bench, 2, 0, 4);
    AT(bench, 10 * MS, "refuse 0.0:1 #1 late; refuse 0.0:2 #0 width");
    CENSUS(bench, "run 2 hold 0 down 0 free 0 barrier 1");
    meets(bench, 1, 0);
    meets(bench, 2, 0);
    AT(bench, 20 * MS, "release 0.0 #0 [0 0 0]");
    meets(bench, 0, 0);
    AT(bench, 30 * MS, "refuse 0.0:0 #0 late");
    bench_free(bench);
}

static void test_a_sync_that_timed_out_is_forgotten(void **state)
{
    struct pt_rules rules = rules_of(PT_SECOND, 1);
    struct bench *bench = gang_of(2, &rules);

    (void)state;
    meets(bench, 0, 0);
    meets(bench, 1, 0);
    AT(bench, 0, "release 0.0 #0 [0 0]");
    gathers(bench, 0, 1, 7);
    AT(bench, 0, "");
    AT(bench, PT_SECOND, "refuse 0.0 #1 timeout");
    meets(bench, 1, 0); /* a fresh one, of any kind, at epoch 0 */
    AT(bench, 2 * PT_SECOND, "");
    ASSERT_INT(bench->wake, 3 * PT_SECOND);
    meets(bench, 0, 0);
    AT(bench, 3 * PT_SECOND, "release 0.0 #0 [0 0]");
    ASSERT_INT(bench->wake, PT_TIME_NEVER);
    bench_free(bench);
}

static void test_the_clock_stops_with_the_last_who_waits(void **state)
{
    struct pt_rules rules = rules_of(PT_SECOND, 4);
    struct bench *bench = gang_of(2, &rules);

    (void)state;
    meets(bench, 0, 0);
    AT(bench, 100 * MS, "");
    bench_fails(bench, 0, 0, 0, PT_FAULT_ERROR);
    AT(bench, 200 * MS, "kill 0.0x2 member");
    ASSERT_INT(bench->wake, 400 * MS); /* the next try */
    CENSUS(bench, "run 1 hold 0 down 0 free 1 blocked; 1 wait for 0");
    bench_free(bench);
}

static void test_a_new_try_meets_at_epoch_0_again(void **state)
{
    struct pt_rules rules = rules_of(year, 4);
    struct bench *bench = gang_of(2, &rules);

    (void)state;
    meets(bench, 0, 0);
    gathers(bench, 1, 0, 1);
    AT(bench, 0, "refuse 0.0 #0 mismatch; refuse 0.0:1 #0 mismatch");
    bench_fails(bench, 0, 0, 0, PT_FAULT_ERROR);
    bench_fails(bench, 0, 0, 1, PT_FAULT_ERROR);
    AT(bench, 0, "");
    AT(bench, 200 * MS, "start 0.0x2~1");
    gathers(bench, 1, 0, 8);
    gathers(bench, 0, 0, 9);
    AT(bench, 300 * MS, "release 0.0 #0 [9 8]");
    bench_free(bench);
}

static void test_the_last_arrival_beats_the_clock(void **state)
{
    struct pt_rules rules = rules_of(PT_SECOND, 1);
    struct bench *bench = gang_of(2, &rules);

    (void)state;
    meets(bench, 1, 0);
    AT(bench, 0, "");
    meets(bench, 0, 0);
    AT(bench, PT_SECOND, "release 0.0 #0 [0 0]");
    bench_free(bench);
}

/* Two gangs of two, both with a member that waits, from 1 s and 2 s on; the
 * second meets at 3 s. */
static struct bench *two_gangs(uint32_t holes)
{
    struct pt_rules rules = rules_of(5 * PT_SECOND, 1);
    struct bench_stage stage = {.mode = PT_GANG,
                                .ntasks = 2,
                                .limit = DAY * PT_SECOND,
                                .retries = true};

    rules.holes = holes;
    struct bench *bench =
        bench_new(&(struct bench_setup){.policy = "gang:head=skip",
                                        .nodes = 4,
                                        .cores = 1,
                                        .named = true,
                                        .rules = &rules});
    bench_job(bench, &stage, 1);
    bench_job(bench, &stage, 1);
    AT(bench, 0, "start 0.0x2; start 1.0x2");
    meets(bench, 0, 0);
    AT(bench, PT_SECOND, "");
    bench_enters(bench, 1, 0, 0, PT_SYNC_BARRIER, 0, 0);
    AT(bench, 2 * PT_SECOND, "");
    bench_enters(bench, 1, 0, 1, PT_SYNC_BARRIER, 0, 0);
    AT(bench, 3 * PT_SECOND, "release 1.0 #0 [0 0]");
    return bench;
}

/* H8 of section 1.12. */
static void test_one_gangs_sync_leaves_anothers_clock_alone(void **state)
{
    struct bench *bench = two_gangs(0);

    (void)state;
    ASSERT_INT(bench->wake, 6 * PT_SECOND);
    AT(bench, 6 * PT_SECOND, "refuse 0.0 #0 timeout");
    bench_free(bench);
}

static void test_as_spark_any_sync_stops_all_clocks(void **state)
{
    struct bench *bench = two_gangs(PT_HOLE_TIMERS);

    (void)state;
    ASSERT_INT(bench->wake, PT_TIME_NEVER);
    meets(bench, 1, 0);
    AT(bench, 60 * PT_SECOND, "release 0.0 #0 [0 0]");
    bench_free(bench);
}

/* --- the books --- */

static void test_members_that_wait_count_as_such(void **state)
{
    struct pt_rules rules = rules_of(year, 1);
    struct bench *bench = gang_of(4, &rules);

    (void)state;
    meets(bench, 0, 0);
    meets(bench, 1, 0);
    AT(bench, PT_SECOND, "");
    CENSUS(bench, "run 2 hold 0 down 0 free 0 barrier 2");
    meets(bench, 2, 0);
    AT(bench, 2 * PT_SECOND, "");
    CENSUS(bench, "run 1 hold 0 down 0 free 0 barrier 3");
    meets(bench, 3, 0);
    AT(bench, 4 * PT_SECOND, "release 0.0 #0 [0 0 0 0]");
    CENSUS(bench, "run 4 hold 0 down 0 free 0");
    bench_ends(bench, 0, 0, -1, PT_SUCCESS);
    AT(bench, 5 * PT_SECOND, "done 0");
    ASSERT_INT(bench_record(bench, 0)->waited, (3 + 3 + 2) * PT_SECOND);
    ASSERT_INT(bench->step->nstages, 1);
    ASSERT_INT(bench->step->stages[0].waited, (3 + 3 + 2) * PT_SECOND);
    ASSERT_INT(bench->step->nspent, 1);
    ASSERT_INT(bench->step->spent[0].waited, (3 + 3 + 2) * PT_SECOND);
    ASSERT_INT(bench->step->spent[0].slots, 4);
    bench_free(bench);
}

static void test_a_member_that_leaves_is_told_with_what_it_waited(void **state)
{
    struct pt_rules rules = rules_of(year, 1);
    struct bench *bench = gang_of(2, &rules);

    (void)state;
    meets(bench, 0, 0);
    AT(bench, PT_SECOND, "");
    meets(bench, 1, 0);
    AT(bench, 3 * PT_SECOND, "release 0.0 #0 [0 0]");
    bench_ends(bench, 0, 0, 0, PT_SUCCESS);
    AT(bench, 4 * PT_SECOND, "");
    CENSUS(bench, "run 1 hold 0 down 0 free 1 idle");
    ASSERT_INT(bench->step->spent[0].waited, 2 * PT_SECOND);
    bench_ends(bench, 0, 0, 1, PT_SUCCESS);
    AT(bench, 6 * PT_SECOND, "done 0");
    ASSERT_INT(bench->step->spent[0].waited, 0);
    ASSERT_INT(bench_record(bench, 0)->waited, 2 * PT_SECOND);
    bench_free(bench);
}

static void test_waits_can_be_told_in_sum(void **state)
{
    struct pt_rules rules = rules_of(year, 1);
    struct bench *bench = gang_of(4, &rules);

    (void)state;
    bench_fact(bench, (struct pt_fact){.kind = PT_FACT_SYNCED,
                                       .attempt = bench_handle(bench, 0, 0, 0),
                                       .since = PT_SECOND,
                                       .waited = 5 * PT_SECOND});
    AT(bench, 3 * PT_SECOND, "");
    CENSUS(bench, "run 4 hold 0 down 0 free 0");
    ASSERT_INT(bench->step->nwaits, 1);
    ASSERT_INT(bench->step->waits[0].since, PT_SECOND);
    ASSERT_INT(bench->step->waits[0].area, 5 * PT_SECOND);
    bench_ends(bench, 0, 0, -1, PT_SUCCESS);
    AT(bench, 10 * PT_SECOND, "done 0");
    ASSERT_INT(bench_record(bench, 0)->waited, 5 * PT_SECOND);
    ASSERT_INT(bench->step->spent[0].waited, 5 * PT_SECOND);
    ASSERT_INT(bench->step->stages[0].waited, 5 * PT_SECOND);
    bench_free(bench);
}

/* What was told in sum is shared out, so that nobody waited longer than he
 * lived. */
static void test_a_sum_is_shared_by_members_that_leave_alone(void **state)
{
    for (int retries = 0; retries < 2; retries++) {
        struct bench *bench = bench_new(&(struct bench_setup){
            .policy = "gang", .nodes = 4, .cores = 1, .named = true});
        struct bench_stage stage = {.mode = PT_GANG,
                                    .ntasks = 4,
                                    .limit = DAY * PT_SECOND,
                                    .retries = retries};
        int64_t waited = 0;
        bench_job(bench, &stage, 1);
        AT(bench, 0, "start 0.0x4");
        bench_fact(bench,
                   (struct pt_fact){.kind = PT_FACT_SYNCED,
                                    .attempt = bench_handle(bench, 0, 0, 0),
                                    .waited = 12 * PT_SECOND});
        AT(bench, 4 * PT_SECOND, "");
        for (int32_t task = 0; task < 4; task++) {
            bench_ends(bench, 0, 0, task, PT_SUCCESS);
            bench_step(bench, 4 * PT_SECOND);
            ASSERT_INT(bench->step->nspent, 1);
            waited += bench->step->spent[0].waited;
            assert_true(bench->step->spent[0].waited <= 4 * PT_SECOND);
        }
        ASSERT_INT(waited, 12 * PT_SECOND);
        bench_free(bench);
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_leave_a_barrier_when_the_last_one_comes),
        cmocka_unit_test(test_gathered_messages_come_in_order_of_task),
        cmocka_unit_test(test_different_kinds_of_sync_in_one_epoch_fail),
        cmocka_unit_test(test_one_sync_after_the_other_is_an_epoch_each),
        cmocka_unit_test(
            test_a_member_that_is_too_late_finds_the_others_refused),
        cmocka_unit_test(test_a_member_that_never_calls_times_the_others_out),
        cmocka_unit_test(
            test_a_member_that_skips_a_call_leaves_the_others_waiting),
        cmocka_unit_test(test_a_member_that_is_blocked_sees_the_kill),
        cmocka_unit_test(
            test_a_gang_whose_member_throws_is_whole_again_at_once),
        cmocka_unit_test(
            test_the_next_sync_does_not_overwrite_what_was_gathered),
        cmocka_unit_test(
            test_who_names_another_epoch_or_width_is_refused_alone),
        cmocka_unit_test(test_a_sync_that_timed_out_is_forgotten),
        cmocka_unit_test(test_the_clock_stops_with_the_last_who_waits),
        cmocka_unit_test(test_a_new_try_meets_at_epoch_0_again),
        cmocka_unit_test(test_the_last_arrival_beats_the_clock),
        cmocka_unit_test(test_one_gangs_sync_leaves_anothers_clock_alone),
        cmocka_unit_test(test_as_spark_any_sync_stops_all_clocks),
        cmocka_unit_test(test_members_that_wait_count_as_such),
        cmocka_unit_test(test_a_member_that_leaves_is_told_with_what_it_waited),
        cmocka_unit_test(test_waits_can_be_told_in_sum),
        cmocka_unit_test(test_a_sum_is_shared_by_members_that_leave_alone)};

    return cmocka_run_group_tests_name("spark_barrier", tests, NULL, NULL) != 0;
}
