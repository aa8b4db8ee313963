#include "tests/unit/check.h"
#include <math.h>
#include "base/random.h"
#include "metrics/stages.h"

#define S PT_SECOND

static const struct pt_stage stages[] = {{.ntasks = 8, .mode = PT_PARALLEL},
                                         {.ntasks = 4, .mode = PT_GANG}};
static const struct pt_job job = {.nstages = 2, .stages = stages};

static struct pt_stage_record record_of(int32_t stage, pt_time ready,
                                        pt_time start, enum pt_outcome outcome)
{
    return (struct pt_stage_record){.job = &job,
                                    .stage = stage,
                                    .ntasks = stages[stage].ntasks,
                                    .ready = ready,
                                    .start = start,
                                    .end = PT_TIME_FAR,
                                    .outcome = outcome};
}

static struct pt_stage_summary summary_of(const struct pt_stage_record *records,
                                          int32_t n)
{
    struct pt_stages *tally = pt_stages_new();
    struct pt_stage_summary summary;

    for (int32_t i = 0; i < n; i++)
        pt_stages_step(tally,
                       &(struct pt_step){.stages = &records[i], .nstages = 1});
    pt_stages_close(tally, &summary);
    pt_stages_free(tally);
    return summary;
}

static void test_waits_run_from_ready_to_the_first_launch_by_mode(void **state)
{
    const struct pt_stage_record records[] = {
        record_of(0, 0, S, PT_SUCCESS),
        record_of(1, 10 * S, 12 * S, PT_SUCCESS),
        record_of(0, 5 * S, 5 * S, PT_FAILURE),
        record_of(1, -S, 3 * S, PT_FAILURE),
        record_of(1, 7 * S, PT_TIME_NEVER, PT_KILLED),
    };
    struct pt_stage_summary sum = summary_of(records, 5);

    (void)state;
    ASSERT_INT(sum.attempts, 5);
    ASSERT_INT(sum.gang_wait.n, 2);
    ASSERT_NEAR(sum.gang_wait.mean, 3, 0, 0);
    ASSERT_NEAR(sum.gang_wait.p50, 3, 0, 0);
    ASSERT_NEAR(sum.gang_wait.p95, 3.9, 1e-15, 0);
    ASSERT_NEAR(sum.gang_wait.max, 4, 0, 0);
    ASSERT_INT(sum.parallel_wait.n, 2);
    ASSERT_NEAR(sum.parallel_wait.mean, 0.5, 0, 0);
    ASSERT_NEAR(sum.parallel_wait.max, 1, 0, 0);
}

static void test_barriers_and_holds_are_summed_and_spread(void **state)
{
    struct pt_stage_record records[] = {
        record_of(1, 0, S, PT_SUCCESS),
        record_of(1, 0, S, PT_SUCCESS),
        record_of(0, 0, S, PT_SUCCESS),
    };

    (void)state;
    records[0].waited = 3 * S;
    records[0].held = S;
    records[1].held = 5 * S;
    struct pt_stage_summary sum = summary_of(records, 3);
    ASSERT_INT(sum.barrier, 3 * S);
    ASSERT_INT(sum.held, 6 * S);
    ASSERT_INT(sum.gang_barrier.n, 2);
    ASSERT_NEAR(sum.gang_barrier.mean, 1.5, 0, 0);
    ASSERT_NEAR(sum.gang_barrier.max, 3, 0, 0);
}

static void test_tries_and_failures_are_counted_by_cause(void **state)
{
    struct pt_stage_record records[] = {
        record_of(1, 0, S, PT_FAILURE), record_of(1, 0, S, PT_FAILURE),
        record_of(1, 0, S, PT_SUCCESS), record_of(0, 0, S, PT_FAILURE),
        record_of(0, 0, S, PT_KILLED),
    };

    (void)state;
    for (int i = 0; i < 5; i++) {
        records[i].launches = 10 + i;
        records[i].failures = i;
    }
    records[0].cause = records[1].cause = PT_CAUSE_MEMBER;
    records[3].cause = PT_CAUSE_FAILURES;
    records[4].cause = PT_CAUSE_JOB;
    struct pt_stage_summary sum = summary_of(records, 5);
    ASSERT_INT(sum.failures, 4);
    ASSERT_INT(sum.failed[PT_CAUSE_MEMBER], 2);
    ASSERT_INT(sum.failed[PT_CAUSE_FAILURES], 1);
    ASSERT_INT(sum.failed[PT_CAUSE_JOB], 1);
    ASSERT_INT(sum.failed[PT_CAUSE_NONE], 0);
    ASSERT_INT(sum.launches, 60);
    ASSERT_INT(sum.task_failures, 10);
    ASSERT_INT(sum.gangs, 3);
    ASSERT_INT(sum.gang_successes, 1);
    ASSERT_NEAR(sum.gang_tries, 3, 0, 0);
}

static void test_of_no_stages_nothing_is_defined(void **state)
{
    struct pt_stage_summary sum = summary_of(NULL, 0);

    (void)state;
    ASSERT_INT(sum.attempts, 0);
    ASSERT_INT(sum.gang_wait.n, 0);
    assert_true(isnan(sum.gang_wait.mean) && isnan(sum.gang_wait.p50));
    assert_true(isnan(sum.parallel_wait.max) && isnan(sum.gang_barrier.p99));
    assert_true(isnan(sum.gang_tries));
}

/* The K-th smallest of TIMES [N], by counting. */
static pt_time kth(const pt_time *times, size_t n, size_t k)
{
    for (size_t i = 0; i < n; i++) {
        size_t less = 0, same = 0;

        for (size_t j = 0; j < n; j++) {
            less += times[j] < times[i];
            same += times[j] == times[i];
        }
        if (less <= k && k < less + same)
            return times[i];
    }
    fail();
    return 0;
}

static void test_quantiles_are_of_type_7(void **state)
{
    const uint64_t seed = 77;
    pt_time times[150], sorted[150];

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint32_t round = 0; round < 60; round++) {
        struct pt_random random;
        size_t n = 1 + round * 5 / 2;
        double sum = 0;

        pt_random_open(&random, seed, round, PT_PURPOSE_TEST, 0);
        for (size_t i = 0; i < n; i++) {
            times[i] = sorted[i] = (pt_time)pt_random_below(&random, 100 * S);
            sum += (double)times[i];
        }
        struct pt_spread spread = pt_spread_of_times(sorted, n);
        double at = (double)(n - 1) * 0.95;
        size_t k = (n - 1) * 95 / 100;
        double low = (double)kth(times, n, k);
        double high = (double)kth(times, n, k + 1 < n ? k + 1 : k);
        ASSERT_INT(spread.n, n);
        ASSERT_NEAR(spread.p95, (low + (at - (double)k) * (high - low)) / 1e6,
                    1e-12, 1e-12);
        ASSERT_NEAR(spread.mean, sum / (double)n / 1e6, 1e-12, 0);
        ASSERT_NEAR(spread.max, (double)kth(times, n, n - 1) / 1e6, 0, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_run_from_ready_to_the_first_launch_by_mode),
        cmocka_unit_test(test_barriers_and_holds_are_summed_and_spread),
        cmocka_unit_test(test_tries_and_failures_are_counted_by_cause),
        cmocka_unit_test(test_of_no_stages_nothing_is_defined),
        cmocka_unit_test(test_quantiles_are_of_type_7),
    };

    return cmocka_run_group_tests_name("stages", tests, NULL, NULL) != 0;
}
