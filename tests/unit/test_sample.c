/* test_sample.c - reference values are scipy's (t, ttest_rel, binomtest). */
#include "tests/unit/check.h"
#include <math.h>
#include "metrics/sample.h"

static const double values[] = {12.5, 9.75, 14.0, 10.25, 11.0, 13.5, 8.0};

static void test_intervals_are_students(void **state)
{
    static const struct {
        double confidence, half;
    } rows[] = {{0.9, 1.5881171232953457},
                {0.95, 1.9998054987297136},
                {0.99, 3.02999674455812}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pt_sample sample = pt_sample_of(values, 7, rows[i].confidence);
        ASSERT_INT(sample.n, 7);
        ASSERT_NEAR(sample.mean, 11.285714285714286, 1e-15, 0);
        ASSERT_NEAR(sample.deviation, 2.1623124746657774, 1e-14, 0);
        ASSERT_NEAR(sample.half, rows[i].half, 1e-12, 0);
    }
}

static void test_two_values_have_an_interval_and_one_has_none(void **state)
{
    (void)state;
    struct pt_sample two = pt_sample_of(values, 2, 0.95);
    ASSERT_NEAR(two.mean, 11.125, 0, 0);
    ASSERT_NEAR(two.deviation, 2.75 / sqrt(2), 1e-15, 0);
    ASSERT_NEAR(two.half, 12.706204736174694 * 1.375, 1e-12, 0);

    struct pt_sample one = pt_sample_of(values, 1, 0.95);
    ASSERT_INT(one.n, 1);
    ASSERT_NEAR(one.mean, 12.5, 0, 0);
    assert_true(isnan(one.deviation));
    assert_true(isnan(one.half));

    struct pt_sample none = pt_sample_of(NULL, 0, 0.95);
    ASSERT_INT(none.n, 0);
    assert_true(isnan(none.mean));
    assert_true(isnan(none.half));
}

static void test_equal_values_have_their_own_mean_and_no_width(void **state)
{
    static const double sizes[] = {0,    0.1,    -0.3,        1.0 / 3,
                                   1e15, 1e-300, -123456.789, 2e100};
    double many[1000];

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t k = 0; k < 1000; k++)
            many[k] = sizes[i];
        for (size_t n = 2; n <= 1000; n += 7) {
            struct pt_sample sample = pt_sample_of(many, n, 0.95);
            ASSERT_NEAR(sample.mean, sizes[i], 0, 0);
            ASSERT_NEAR(sample.deviation, 0, 0, 0);
            ASSERT_NEAR(sample.half, 0, 0, 0);
        }
    }
}

static void test_a_large_mean_does_not_hide_the_spread(void **state)
{
    const double far[] = {1e12 + 1, 1e12 + 2, 1e12 + 3};

    (void)state;
    struct pt_sample sample = pt_sample_of(far, 3, 0.95);
    ASSERT_NEAR(sample.mean, 1e12 + 2, 0, 0);
    ASSERT_NEAR(sample.deviation, 1, 1e-15, 0);
    ASSERT_NEAR(sample.half, 4.302652729749462 / sqrt(3), 1e-12, 0);
}

static void test_pairs_are_compared_by_their_differences(void **state)
{
    static const double a[] = {3.1, 2.9, 4.4, 5.0, 3.3};
    static const double b[] = {2.7, 3.0, 3.9, 4.1, 3.2};

    (void)state;
    struct pt_paired paired = pt_paired_of(a, b, 5, 0.95);
    ASSERT_INT(paired.difference.n, 5);
    ASSERT_NEAR(paired.difference.mean, 0.36, 1e-14, 0);
    ASSERT_NEAR(paired.difference.deviation, 0.38470768123342713, 1e-13, 0);
    ASSERT_NEAR(paired.difference.half, 0.4776776776199963, 1e-12, 0);
    ASSERT_NEAR(paired.p, 0.10453999977837554, 1e-12, 0);

    struct pt_paired back = pt_paired_of(b, a, 5, 0.95);
    ASSERT_NEAR(back.difference.mean, -paired.difference.mean, 0, 0);
    ASSERT_NEAR(back.p, paired.p, 0, 0);
}

static void test_pairs_that_are_alike_leave_no_doubt(void **state)
{
    double shifted[7];

    (void)state;
    struct pt_paired same = pt_paired_of(values, values, 7, 0.95);
    ASSERT_NEAR(same.difference.mean, 0, 0, 0);
    ASSERT_NEAR(same.difference.half, 0, 0, 0);
    ASSERT_NEAR(same.p, 1, 0, 0);

    for (int i = 0; i < 7; i++)
        shifted[i] = values[i] + 0.25;
    struct pt_paired off = pt_paired_of(values, shifted, 7, 0.95);
    ASSERT_NEAR(off.difference.mean, -0.25, 0, 0);
    ASSERT_NEAR(off.difference.half, 0, 0, 0);
    ASSERT_NEAR(off.p, 0, 0, 0);

    assert_true(isnan(pt_paired_of(values, values, 1, 0.95).p));
    assert_true(isnan(pt_paired_of(NULL, NULL, 0, 0.95).p));
}

static void assert_all(const double *p, const double *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(expected[i]))
            assert_true(isnan(p[i]));
        else
            ASSERT_NEAR(p[i], expected[i], 1e-15, 0);
}

static void test_holm_adjusts_in_place_and_passes_over_nan(void **state)
{
    const double nan = (double)NAN;
    double textbook[] = {0.01, 0.04, 0.03, 0.005};
    const double adjusted[] = {0.03, 0.06, 0.06, 0.02};
    double holes[] = {nan, 0.02, nan, 0.5, 0.9, 0.5};
    const double filled[] = {nan, 0.08, nan, 1, 1, 1};
    double extremes[] = {0, 1, 0};
    const double same[] = {0, 1, 0};
    double one[] = {0.2}, none[] = {nan};

    (void)state;
    pt_holm(textbook, 4);
    assert_all(textbook, adjusted, 4);
    pt_holm(holes, 6);
    assert_all(holes, filled, 6);
    pt_holm(extremes, 3);
    assert_all(extremes, same, 3);
    pt_holm(one, 1);
    ASSERT_NEAR(one[0], 0.2, 0, 0);
    pt_holm(none, 1);
    assert_true(isnan(none[0]));
    pt_holm(NULL, 0);
}

static void test_shares_have_wilsons_interval(void **state)
{
    static const struct {
        int64_t hits, n;
        double confidence, low, high;
    } rows[] = {{0, 10, 0.95, 0, 0.27753279986288926},
                {3, 10, 0.95, 0.10779126740630102, 0.6032218525388546},
                {10, 10, 0.95, 0.7224672001371109, 1},
                {950, 1000, 0.99, 0.9290930273094663, 0.9649749242774676},
                {1, 1, 0.9, 0.2698659487840541, 1},
                {0, 0, 0.95, 0, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double low, high;
        pt_share_interval(rows[i].hits, rows[i].n, rows[i].confidence, &low,
                          &high);
        ASSERT_NEAR(low, rows[i].low, 1e-12, 0);
        ASSERT_NEAR(high, rows[i].high, 1e-12, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_are_students),
        cmocka_unit_test(test_two_values_have_an_interval_and_one_has_none),
        cmocka_unit_test(test_equal_values_have_their_own_mean_and_no_width),
        cmocka_unit_test(test_a_large_mean_does_not_hide_the_spread),
        cmocka_unit_test(test_pairs_are_compared_by_their_differences),
        cmocka_unit_test(test_pairs_that_are_alike_leave_no_doubt),
        cmocka_unit_test(test_holm_adjusts_in_place_and_passes_over_nan),
        cmocka_unit_test(test_shares_have_wilsons_interval),
    };

    return cmocka_run_group_tests_name("sample", tests, NULL, NULL) != 0;
}
