#include "tests/unit/check.h"
#include "base/alloc.h"
#include "base/random.h"
#include "plots/decimate.h"

#define SEED 20260107

static void test_merged_rows_keep_every_sum(void **state)
{
    struct pt_random random;

    (void)state;
    print_message("seed %d\n", SEED);
    pt_random_open(&random, SEED, 0, PT_PURPOSE_TEST, 0);
    for (int round = 0; round < 200; round++) {
        double rows[1100 * 3], before[3] = {0}, after[3] = {0};
        int n = (int)pt_random_below(&random, 1101);
        int most = 1 + (int)pt_random_below(&random, 600);
        int left;

        for (int i = 0; i < 3 * n; i++) {
            rows[i] = pt_random_below(&random, 1u << 30);
            before[i % 3] += rows[i];
        }
        left = pt_decimate_rows(rows, n, 3, most);
        assert_true(left <= most);
        assert_true(n <= most ? left == n : left > most / 2);
        for (int i = 0; i < 3 * left; i++)
            after[i % 3] += rows[i];
        for (int c = 0; c < 3; c++)
            ASSERT_NEAR(after[c], before[c], 0, 0);
    }
}

/* Every point is true; the ends and every 500th part are there. */
static void check_cdf(const pt_time *sorted, int64_t n)
{
    struct pt_cdf_point points[PT_CDF_POINTS];
    int npoints = pt_decimate_cdf(sorted, n, points);
    int64_t count = 0;

    assert_true(npoints <= PT_CDF_POINTS);
    for (int i = 0; i < npoints; i++) {
        while (count < n && sorted[count] <= points[i].value)
            count++;
        ASSERT_INT(points[i].count, count);
        assert_true(i == 0 || points[i].value > points[i - 1].value);
    }
    ASSERT_INT(count, n);
    ASSERT_INT(points[0].value, sorted[0]);
    for (int64_t k = 1; k <= 500; k++) {
        pt_time value = sorted[(n * k + 499) / 500 - 1];
        int i = 0;

        while (i < npoints && points[i].value != value)
            i++;
        assert_true(i < npoints);
    }
}

static void test_every_point_of_a_cdf_is_exact(void **state)
{
    struct pt_random random;
    pt_time *sorted = pt_alloc(200000, sizeof *sorted);

    (void)state;
    print_message("seed %d\n", SEED);
    pt_random_open(&random, SEED, 1, PT_PURPOSE_TEST, 0);
    for (int round = 0; round < 60; round++) {
        int64_t n = 1 + pt_random_below(&random, round == 0 ? 200000 : 3000);
        uint32_t values = round % 2 == 0 ? 50 : 1u << 30;

        for (int64_t i = 0; i < n; i++)
            sorted[i] = pt_random_below(&random, values);
        qsort(sorted, (size_t)n, sizeof *sorted, pt_time_compare);
        check_cdf(sorted, n);
    }
    pt_free(sorted);
}

static void test_a_short_cdf_keeps_all_values(void **state)
{
    const pt_time sorted[] = {0, 0, 3, 7, 7, 9};
    struct pt_cdf_point points[PT_CDF_POINTS];

    (void)state;
    ASSERT_INT(pt_decimate_cdf(sorted, 6, points), 4);
    ASSERT_INT(points[0].count, 2);
    ASSERT_INT(points[1].count, 3);
    ASSERT_INT(points[2].count, 5);
    ASSERT_INT(points[3].count, 6);
    ASSERT_INT(pt_decimate_below(sorted, 6, 7), 3);
    ASSERT_INT(pt_decimate_below(sorted, 6, 10), 6);
    ASSERT_INT(pt_decimate_cdf(sorted, 0, points), 0);
}

static int64_t raster_sum(const struct pt_raster *raster)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < raster->rows * raster->columns; i++)
        sum += raster->area[i];
    return sum;
}

static void test_a_raster_keeps_every_area(void **state)
{
    struct pt_random random;

    (void)state;
    print_message("seed %d\n", SEED);
    pt_random_open(&random, SEED, 2, PT_PURPOSE_TEST, 0);
    for (int round = 0; round < 300; round++) {
        int32_t slots = 1 + (int32_t)pt_random_below(&random, 300);
        pt_time span = 1 + pt_random_below(&random, 2000);
        struct pt_raster raster;
        int64_t sum = 0;

        pt_raster_init(&raster, 1000, span, slots, 40, 20);
        for (int k = 0; k < 50; k++) {
            pt_time start = 1000 + pt_random_below(&random, (uint32_t)span);
            pt_time length =
                pt_random_below(&random, (uint32_t)(1000 + span - start) + 1);
            int32_t low = (int32_t)pt_random_below(&random, (uint32_t)slots);
            int32_t high = low + (int32_t)pt_random_below(
                                     &random, (uint32_t)(slots - low));

            pt_raster_add(&raster, start, start + length, low, high);
            sum += length * (high - low + 1);
        }
        ASSERT_INT(raster_sum(&raster), sum);
        pt_raster_fini(&raster);
    }
}

static void test_a_full_raster_is_full_and_cuts_what_is_outside(void **state)
{
    struct pt_raster raster;

    (void)state;
    pt_raster_init(&raster, 5, 1003, 77, 40, 20);
    pt_raster_add(&raster, -100, 5000, 0, 999);
    for (int32_t row = 0; row < 20; row++)
        for (int32_t column = 0; column < 40; column++)
            ASSERT_NEAR(pt_raster_share(&raster, row, column), 1, 0, 0);
    ASSERT_INT(raster_sum(&raster), 1003 * 77);
    pt_raster_fini(&raster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merged_rows_keep_every_sum),
        cmocka_unit_test(test_every_point_of_a_cdf_is_exact),
        cmocka_unit_test(test_a_short_cdf_keeps_all_values),
        cmocka_unit_test(test_a_raster_keeps_every_area),
        cmocka_unit_test(test_a_full_raster_is_full_and_cuts_what_is_outside),
    };

    return cmocka_run_group_tests_name("decimate", tests, NULL, NULL) != 0;
}
