/* Means, intervals and differences of a study whose runs are made up here. */
#include "tests/unit/analysis_bench.h"

static void test_a_mean_has_students_interval(void **state)
{
    const double waits[] = {1, 2, 3, 4, 5};
    struct bench bench;

    (void)state;
    make_bench(&bench, 1, 5);
    set(&bench, 0, WAIT, waits);
    look(&bench);
    const struct pt_cell_means *cell = &bench.analysis.cells[0];
    ASSERT_INT(cell->runs, 5);
    ASSERT_INT(cell->means[WAIT].n, 5);
    ASSERT_NEAR(cell->means[WAIT].mean, 3, 0, 0);
    ASSERT_NEAR(cell->means[WAIT].half, 1.9632431614775385, 1e-12, 0);
    ASSERT_INT(cell->basis[WAIT], PT_BASIS_REPLICATIONS);
    assert_true(isnan(cell->lag1));
    pt_analysis_fini(&bench.analysis);
}

static void test_a_constant_among_random_values_is_known_exactly(void **state)
{
    const double waits[] = {1, 2, 3};
    struct bench bench;

    (void)state;
    make_bench(&bench, 1, 3);
    set(&bench, 0, WAIT, waits);
    look(&bench);
    const struct pt_cell_means *cell = &bench.analysis.cells[0];
    ASSERT_NEAR(cell->means[JOBS].mean, 100, 0, 0);
    ASSERT_NEAR(cell->means[JOBS].half, 0, 0, 0);
    ASSERT_INT(cell->basis[JOBS], PT_BASIS_REPLICATIONS);
    pt_analysis_fini(&bench.analysis);
}

static void test_where_nothing_is_random_there_is_no_interval(void **state)
{
    struct bench bench;

    (void)state;
    make_bench(&bench, 2, 5);
    for (int r = 0; r < 5; r++)
        bench.rows[0][1][r][WAIT] = 70;
    look(&bench);
    const struct pt_cell_means *cell = &bench.analysis.cells[0];
    const struct pt_paired *paired = &bench.analysis.paired[1].paired[WAIT];
    ASSERT_INT(cell->means[WAIT].n, 5);
    ASSERT_NEAR(cell->means[WAIT].mean, 50, 0, 0);
    assert_true(isnan(cell->means[WAIT].half));
    ASSERT_INT(cell->basis[WAIT], PT_BASIS_SAME);
    ASSERT_INT(cell->basis[HALF], PT_BASIS_NONE);
    ASSERT_NEAR(paired->difference.mean, 20, 0, 0);
    assert_true(isnan(paired->difference.half));
    assert_true(isnan(paired->p));
    pt_analysis_fini(&bench.analysis);
}

static void test_one_run_has_the_interval_of_its_batch_means(void **state)
{
    struct bench bench;

    (void)state;
    make_bench(&bench, 1, 1);
    bench.rows[0][0][0][HALF] = 7;
    bench.rows[0][0][0][LAG1] = 0.3;
    look(&bench);
    const struct pt_cell_means *cell = &bench.analysis.cells[0];
    ASSERT_INT(cell->means[WAIT].n, 1);
    ASSERT_NEAR(cell->means[WAIT].mean, 50, 0, 0);
    ASSERT_NEAR(cell->means[WAIT].half, 7, 1e-12, 0);
    ASSERT_INT(cell->basis[WAIT], PT_BASIS_BATCHES);
    ASSERT_NEAR(cell->lag1, 0.3, 0, 0);
    assert_true(isnan(cell->means[UTILISATION].half));
    ASSERT_INT(cell->basis[UTILISATION], PT_BASIS_NONE);
    pt_analysis_fini(&bench.analysis);
}

static void test_batch_means_have_the_studys_confidence(void **state)
{
    struct bench bench;

    (void)state;
    make_bench(&bench, 1, 1);
    bench.study.confidence = 0.99;
    bench.rows[0][0][0][HALF] = 2.045229642132703;
    look(&bench);
    /* Quantiles of t with 29 degrees of freedom. */
    ASSERT_NEAR(bench.analysis.cells[0].means[WAIT].half, 2.7563859036706049,
                1e-9, 0);
    pt_analysis_fini(&bench.analysis);
}

static void test_what_is_missing_is_left_out(void **state)
{
    const double a[] = {1, NONE, 3, 8}, b[] = {NONE, 5, 4, 10};
    struct bench bench;

    (void)state;
    make_bench(&bench, 2, 4);
    set(&bench, 0, WAIT, a);
    set(&bench, 1, WAIT, b);
    look(&bench);
    const struct pt_analysis *analysis = &bench.analysis;
    ASSERT_INT(analysis->cells[0].means[WAIT].n, 3);
    ASSERT_NEAR(analysis->cells[0].means[WAIT].mean, 4, 1e-15, 0);
    ASSERT_INT(analysis->cells[0].means[HALF].n, 0);
    assert_true(isnan(analysis->cells[0].means[HALF].mean));
    ASSERT_INT(analysis->paired[1].paired[WAIT].difference.n, 2);
    ASSERT_NEAR(analysis->paired[1].paired[WAIT].difference.mean, 1.5, 1e-15,
                0);
    ASSERT_INT(analysis->paired[1].paired[HALF].difference.n, 0);
    pt_analysis_fini(&bench.analysis);
}

static void test_runs_that_failed_are_counted_and_left_out(void **state)
{
    const double waits[] = {1, 1000, 3}, others[] = {2, 4, 6};
    struct bench bench;

    (void)state;
    make_bench(&bench, 2, 3);
    set(&bench, 0, WAIT, waits);
    set(&bench, 1, WAIT, others);
    bench.failed[0][0][1] = true;
    bench.rows[0][0][1][SATURATED] = 1;
    bench.rows[0][0][2][SATURATED] = 1;
    look(&bench);
    const struct pt_cell_means *cell = &bench.analysis.cells[0];
    ASSERT_INT(cell->runs, 3);
    ASSERT_INT(cell->failed, 1);
    ASSERT_INT(cell->saturated, 1);
    ASSERT_INT(cell->means[WAIT].n, 2);
    ASSERT_NEAR(cell->means[WAIT].mean, 2, 1e-15, 0);
    ASSERT_INT(bench.analysis.paired[1].paired[WAIT].difference.n, 2);
    ASSERT_NEAR(bench.analysis.paired[1].paired[WAIT].difference.mean, 2, 1e-15,
                0);
    pt_analysis_fini(&bench.analysis);
}

static void test_a_cell_whose_runs_all_failed_has_no_numbers(void **state)
{
    struct bench bench;

    (void)state;
    make_bench(&bench, 2, 3);
    for (int r = 0; r < 3; r++)
        bench.failed[0][0][r] = true;
    look(&bench);
    ASSERT_INT(bench.analysis.cells[0].failed, 3);
    ASSERT_INT(bench.analysis.cells[0].means[JOBS].n, 0);
    assert_true(isnan(bench.analysis.cells[0].means[JOBS].mean));
    ASSERT_INT(bench.analysis.cells[0].basis[JOBS], PT_BASIS_NONE);
    assert_true(isnan(bench.analysis.paired[1].adjusted[WAIT]));
    pt_analysis_fini(&bench.analysis);
}

static void test_a_policy_paired_with_itself_differs_by_exactly_0(void **state)
{
    const double waits[] = {0.1, 1e9 / 7, 3.3, 12345.678, 1e-9};
    struct bench bench;

    (void)state;
    make_bench(&bench, 2, 5);
    set(&bench, 0, WAIT, waits);
    set(&bench, 1, WAIT, waits);
    look(&bench);
    const struct pt_paired *paired = &bench.analysis.paired[1].paired[WAIT];
    assert_true(paired->difference.mean >= 0 && paired->difference.mean <= 0);
    assert_true(paired->difference.half >= 0 && paired->difference.half <= 0);
    ASSERT_NEAR(paired->p, 1, 0, 0);
    ASSERT_NEAR(bench.analysis.paired[1].adjusted[WAIT], 1, 0, 0);
    pt_analysis_fini(&bench.analysis);
}

static void test_p_values_of_one_metric_and_point_are_adjusted(void **state)
{
    const double a[] = {1, 2, 3, 4, 5}, b[] = {3, 3, 5, 5, 9},
                 c[] = {1, 3, 3, 5, 5};
    struct bench bench;

    (void)state;
    make_bench(&bench, 3, 5);
    static char second[] = "fcfs";
    bench.study.baseline = second;
    set(&bench, 1, WAIT, a);
    set(&bench, 0, WAIT, b);
    set(&bench, 2, WAIT, c);
    look(&bench);
    const struct pt_analysis *analysis = &bench.analysis;
    ASSERT_INT(analysis->baseline, 1);
    const double p = analysis->paired[0].paired[WAIT].p;
    const double q = analysis->paired[2].paired[WAIT].p;
    assert_true(p < q);
    ASSERT_NEAR(analysis->paired[0].adjusted[WAIT], 2 * p, 1e-15, 0);
    ASSERT_NEAR(analysis->paired[2].adjusted[WAIT], q > 2 * p ? q : 2 * p,
                1e-15, 0);
    assert_true(isnan(analysis->paired[1].adjusted[WAIT]));
    ASSERT_INT(analysis->paired[1].paired[WAIT].difference.n, 0);
    pt_analysis_fini(&bench.analysis);
}

static void test_a_metric_that_is_no_column_is_refused(void **state)
{
    static char wrong[] = "wait_maen";
    struct pt_err err = {.code = PT_ERR_NONE};
    struct bench bench;

    (void)state;
    make_bench(&bench, 1, 1);
    bench.metrics[1] = wrong;
    const struct pt_runs runs = runs_of(&bench);
    ASSERT_INT(pt_analysis_init(&bench.analysis, &bench.study, columns, COLUMNS,
                                &runs, &err),
               -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    ASSERT_TEXT(err.text,
                "unknown metric 'wait_maen' (did you mean 'wait_mean'?)");
    pt_analysis_fini(&bench.analysis);
}

static int synthetic(void *context, int64_t point, int choice,
                     int64_t replication, double *row, struct pt_err *err)
{
    (void)context;
    (void)err;
    for (int k = 0; k < COLUMNS; k++)
        row[k] = (double)((point * 7 + choice * 3 + replication * 5 + k) % 97);
    return 1;
}

static int64_t two(void *context, int64_t point)
{
    (void)context;
    (void)point;
    return 2;
}

static void test_a_large_study_keeps_to_its_metrics(void **state)
{
    const struct pt_runs runs = {.values = synthetic, .replications = two};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_axis_value value = {.label = NULL};
    struct bench bench;

    (void)state;
    make_bench(&bench, 2, 2);
    bench.study.naxes = 1;
    for (int large = 0; large < 2; large++) {
        /* Never read: points are looked at by their number alone. */
        bench.axes[0] = (struct pt_axis){
            .values = &value,
            .n = (int)(PT_ANALYSIS_ROWS / COLUMNS / 2) + large};
        ASSERT_INT(pt_analysis_init(&bench.analysis, &bench.study, columns,
                                    COLUMNS, &runs, &err),
                   0);
        assert_true(bench.analysis.chosen[WAIT]);
        assert_true(bench.analysis.chosen[UTILISATION]);
        assert_int_equal(bench.analysis.chosen[JOBS], !large);
        ASSERT_INT(pt_analysis_point(&bench.analysis,
                                     bench.analysis.npoints - 1, &err),
                   0);
        assert_true(!isnan(bench.analysis.cells[1].means[WAIT].half));
        pt_analysis_fini(&bench.analysis);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_mean_has_students_interval),
        cmocka_unit_test(test_a_constant_among_random_values_is_known_exactly),
        cmocka_unit_test(test_where_nothing_is_random_there_is_no_interval),
        cmocka_unit_test(test_one_run_has_the_interval_of_its_batch_means),
        cmocka_unit_test(test_batch_means_have_the_studys_confidence),
        cmocka_unit_test(test_what_is_missing_is_left_out),
        cmocka_unit_test(test_runs_that_failed_are_counted_and_left_out),
        cmocka_unit_test(test_a_cell_whose_runs_all_failed_has_no_numbers),
        cmocka_unit_test(test_a_policy_paired_with_itself_differs_by_exactly_0),
        cmocka_unit_test(test_p_values_of_one_metric_and_point_are_adjusted),
        cmocka_unit_test(test_a_metric_that_is_no_column_is_refused),
        cmocka_unit_test(test_a_large_study_keeps_to_its_metrics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
