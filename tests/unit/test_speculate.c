/* Which tasks are slow, against Spark's rule (spec, 2.3). */
#include "check.h"

#include "base/random.h"
#include "core/speculate.h"

/* Spark 4's defaults. */
static const struct pt_rules rules = {.speculation = true,
                                      .speculation_min = PT_SECOND / 10,
                                      .speculation_quantile = 0.9,
                                      .speculation_multiplier = 3};

static void add(struct pt_median *m, int32_t n, pt_time length)
{
    for (int32_t i = 0; i < n; i++)
        pt_median_add(m, length);
}

static int by_length(const void *a, const void *b)
{
    const pt_time *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void test_the_median_agrees_with_a_sort(void **state)
{
    enum { SEED = 29, N = 400, ROUNDS = 12 };
    struct pt_random r;
    pt_time all[N];

    (void)state;
    print_message("seed %d\n", SEED);
    pt_random_open(&r, SEED, 0, PT_PURPOSE_TEST, 0);
    for (int round = 0; round < ROUNDS; round++) {
        struct pt_median m = {0};
        uint32_t range = round % 3 == 0 ? 5 : UINT32_MAX;
        ASSERT_INT(pt_median_get(&m), PT_TIME_NEVER);
        for (int i = 0; i < N; i++) {
            all[i] = pt_random_below(&r, range);
            if (round == 1 || round == 2) /* in order, and the other way */
                all[i] = round == 1 ? i : N - i;
            pt_median_add(&m, all[i]);
            pt_time sorted[N];
            memcpy(sorted, all, sizeof all);
            qsort(sorted, (size_t)i + 1, sizeof *sorted, by_length);
            ASSERT_INT(pt_median_get(&m), sorted[(i + 1) / 2]);
            ASSERT_INT(m.nlow + m.nhigh, i + 1);
        }
        pt_median_fini(&m);
    }
}

static void test_a_slow_task_runs_longer_than_the_multiple(void **state)
{
    struct pt_median m = {0};

    (void)state;
    add(&m, 4, 2 * PT_SECOND);
    add(&m, 5, 4 * PT_SECOND);
    ASSERT_INT(pt_speculate_threshold(&rules, &m, 10), 12 * PT_SECOND);
    pt_median_fini(&m);
}

/* 2.3: max(multiplier * median, minTaskRuntime). */
static void test_short_tasks_have_a_minimum(void **state)
{
    struct pt_median m = {0};

    (void)state;
    add(&m, 9, PT_SECOND / 100);
    ASSERT_INT(pt_speculate_threshold(&rules, &m, 10), PT_SECOND / 10);
    pt_median_fini(&m);
}

/* 2.3: finished >= max(floor(q * n), 1). */
static void test_enough_must_have_ended(void **state)
{
    struct pt_rules own = rules;
    struct pt_median m = {0};

    (void)state;
    ASSERT_INT(pt_speculate_threshold(&rules, &m, 2), PT_TIME_NEVER);
    add(&m, 1, PT_SECOND);
    /* 0.9 * 2 = 1.8, 0.9 * 3 = 2.7. */
    ASSERT_INT(pt_speculate_threshold(&rules, &m, 2), 3 * PT_SECOND);
    ASSERT_INT(pt_speculate_threshold(&rules, &m, 3), PT_TIME_NEVER);
    add(&m, 7, PT_SECOND);
    ASSERT_INT(pt_speculate_threshold(&rules, &m, 9), 3 * PT_SECOND);
    ASSERT_INT(pt_speculate_threshold(&rules, &m, 10), PT_TIME_NEVER);
    own.speculation_quantile = 0.75;
    ASSERT_INT(pt_speculate_threshold(&own, &m, 11), 3 * PT_SECOND);
    ASSERT_INT(pt_speculate_threshold(&own, &m, 12), PT_TIME_NEVER);
    pt_median_fini(&m);
}

static void test_a_quantile_of_zero_wants_one(void **state)
{
    struct pt_rules own = rules;
    struct pt_median m = {0};

    (void)state;
    own.speculation_quantile = 0;
    ASSERT_INT(pt_speculate_threshold(&own, &m, 1000), PT_TIME_NEVER);
    add(&m, 1, PT_SECOND);
    ASSERT_INT(pt_speculate_threshold(&own, &m, 1000), 3 * PT_SECOND);
    pt_median_fini(&m);
}

/* 2.3: not for single-task sets. */
static void test_a_stage_of_one_task_has_no_copies(void **state)
{
    struct pt_median m = {0};

    (void)state;
    add(&m, 1, PT_SECOND);
    ASSERT_INT(pt_speculate_threshold(&rules, &m, 1), PT_TIME_NEVER);
    pt_median_fini(&m);
}

static void test_part_of_a_microsecond_does_not_count(void **state)
{
    struct pt_rules own = rules;
    struct pt_median m = {0};

    (void)state;
    own.speculation_min = 0;
    own.speculation_multiplier = 1.5;
    add(&m, 2, 7);
    ASSERT_INT(pt_speculate_threshold(&own, &m, 2), 10);
    pt_median_fini(&m);
    add(&m, 2, PT_TIME_FAR);
    ASSERT_INT(pt_speculate_threshold(&own, &m, 2), PT_TIME_NEVER);
    pt_median_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_median_agrees_with_a_sort),
        cmocka_unit_test(test_a_slow_task_runs_longer_than_the_multiple),
        cmocka_unit_test(test_short_tasks_have_a_minimum),
        cmocka_unit_test(test_enough_must_have_ended),
        cmocka_unit_test(test_a_quantile_of_zero_wants_one),
        cmocka_unit_test(test_a_stage_of_one_task_has_no_copies),
        cmocka_unit_test(test_part_of_a_microsecond_does_not_count),
    };

    return cmocka_run_group_tests_name("speculate", tests, NULL, NULL) != 0;
}
