/* The validation page: its verdicts, its closed forms, its audit, its looks. */
#include "tests/unit/check.h"

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "tool/selftest_bench.h"
#include "tool/selftest_check.h"
#include "tool/selftest_forms.h"

/* ---- verdicts ---- */

static struct pt_finding sampled(double expected, double spread)
{
    const double values[] = {10 - spread, 10, 10 + spread, 10,
                             10 - spread, 10, 10 + spread, 10};
    struct pt_finding finding = {.source = ""};

    pt_finding_sample(&finding, expected, values, 8);
    return finding;
}

static void test_a_reference_within_the_interval_is_ok(void **state)
{
    struct pt_finding finding = sampled(10.05, 0.1);

    (void)state;
    ASSERT_INT(finding.verdict, PT_VERDICT_OK);
    ASSERT_NEAR(finding.found, 10, 1e-12, 0);
    ASSERT_NEAR(finding.deviation, 10 / 10.05 - 1, 1e-9, 0);
    ASSERT_INT(finding.runs, 8);
    /* The deviation is 0.1 sqrt(4 / 7), t(7, 0.975) is 2.36462. */
    ASSERT_NEAR(finding.half, 2.364624 * 0.1 * sqrt(4 / 7.) / sqrt(8), 1e-6, 0);
}

/* t(7, 0.9995) is 5.40788: +- 0.1445. */
static void test_a_reference_beyond_999_in_1000_differs(void **state)
{
    (void)state;
    ASSERT_INT(sampled(10.144, 0.1).verdict, PT_VERDICT_OK);
    struct pt_finding finding = sampled(10.146, 0.1);
    ASSERT_INT(finding.verdict, PT_VERDICT_DIFFERS);
    ASSERT_HAS(finding.why, "interval");
}

static void test_a_wide_interval_is_no_excuse(void **state)
{
    (void)state;
    ASSERT_INT(sampled(10.19, 3).verdict, PT_VERDICT_OK);
    struct pt_finding finding = sampled(10.21, 3);
    ASSERT_INT(finding.verdict, PT_VERDICT_DIFFERS);
    ASSERT_HAS(finding.why, "2 %");
}

static void test_printed_numbers_are_met_to_their_last_digit(void **state)
{
    static const struct {
        double expected;
        int decimals;
        double limit, found;
        enum pt_verdict verdict;
    } rows[] = {
        {92.5765, 4, 0, 92.57653973, PT_VERDICT_OK},
        {92.5765, 4, 0, 92.57656, PT_VERDICT_DIFFERS},
        {28481, 0, 0, 28481, PT_VERDICT_OK},
        {28481, 0, 0, 28482, PT_VERDICT_DIFFERS},
        {89.9, 1, 4.495, 92.9, PT_VERDICT_OK},
        {89.9, 1, 4.495, 94.5, PT_VERDICT_DIFFERS},
        {0, 0, 0, 0, PT_VERDICT_OK},
        {0, 0, 0, 1, PT_VERDICT_DIFFERS},
        {1, 0, 0, (double)NAN, PT_VERDICT_DIFFERS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pt_finding finding = {.source = ""};
        pt_finding_number(&finding, rows[i].expected, rows[i].decimals,
                          rows[i].limit, rows[i].found);
        ASSERT_INT(finding.verdict, rows[i].verdict);
    }
}

/* ---- closed forms ---- */

static void test_the_forms_have_the_tabled_values(void **state)
{
    static const struct {
        double (*form)(const double *x);
        double x[12], value;
    } rows[] = {
        {pt_form_mmc_wait, {1, 0.5}, 1},
        {pt_form_mmc_wait, {2, 0.8}, 1.77777778},
        {pt_form_mmc_wait, {4, 0.7}, 0.35721193},
        {pt_form_mmc_wait, {8, 0.8}, 0.28602808},
        {pt_form_mg1_wait, {0.8, 0}, 2},
        {pt_form_mg1_wait, {0.8, 2}, 10},
        {pt_form_gang_throughput, {2, 1, 0.5, 2, 0.5}, 1.1428571429},
        {pt_form_gang_throughput, {3, 1, 0.5, 2, 0.5}, 1.6551724138},
        {pt_form_gang_throughput, {8, 3, 0.5, 5, 0.5}, 1.6},
        {pt_form_gang_throughput,
         {10, 1, 0.1, 2, 0.2, 3, 0.3, 7, 0.4},
         1.9063406452},
        {pt_form_one_or_all, {16, 0.5}, 0.627530 * 16 / 8.5},
        {pt_form_one_or_all, {1024, 0.5}, 0.591193 * 1024 / 512.5},
        {pt_form_barrier_share, {1}, 0},
        {pt_form_barrier_share, {4}, 0.52},
        {pt_form_retry_time, {2}, 2 * 3.19452805},
        {pt_form_breakdown, {0.5, 1, 0.1, 0.9}, 2.75},
        {pt_form_breakdown, {0.5, 1, 0.01, 0.09}, 5},
        {pt_form_up, {20, 2}, 10 / 11.},
        {pt_form_gang_mtbf, {16, 64000}, 4000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ASSERT_NEAR(rows[i].form(rows[i].x), rows[i].value, 2e-6, 0);
}

/* Nine segments and a half of the interval that is Daly's by the table of
 * tau / M; one and a half of Young's. */
static void test_saved_work_takes_what_its_segments_take(void **state)
{
    const double daly = 0.38303145, cost = 0.1;
    const double x[] = {9.5 * daly, cost, 0.2};
    double time = exp(0.2) * (9 * expm1(daly + cost) + expm1(0.5 * daly));

    (void)state;
    ASSERT_NEAR(pt_form_daly_time(x), time, 1e-6, 0);
    const double young = sqrt(0.2);
    const double y[] = {1.5 * young, cost, 0};
    time = expm1(young + cost) + expm1(0.5 * young);
    ASSERT_NEAR(pt_form_young_time(y), time, 1e-9, 0);
}

/* ---- the audit ---- */

static void test_the_bench_sees_a_schedule_and_finds_no_fault(void **state)
{
    const struct pt_bench_job jobs[] = {
        {.submit = 0, .length = 10, .limit = 10, .width = 4},
        {.submit = 1, .length = 12, .limit = 10, .width = 3}, /* cut */
        {.submit = 2, .length = 10, .limit = 10, .width = 5},
        {.submit = 3, .length = 30, .limit = 30, .width = 1},
        {.submit = 4, .length = 1, .limit = 1, .width = 6},
    };
    const struct pt_bench bench = {
        .policy = "easy", .slots = 5, .jobs = jobs, .n = 5};
    struct pt_bench_result result;
    struct pt_err err = {.code = PT_ERR_NONE};

    (void)state;
    ASSERT_INT(pt_bench_run(&bench, &result, &err), 0);
    for (int i = 0; i < PT_BREACHES; i++)
        ASSERT_INT(result.breach[i], false);
    ASSERT_INT(result.start[0], 0);
    ASSERT_INT(result.start[1], 10);
    ASSERT_INT(result.start[2], 33);
    ASSERT_INT(result.start[3], 3);
    ASSERT_INT(result.state[4], PT_REJECTED);
    assert_true(result.promises && result.steps > 4);
    ASSERT_INT(strlen(result.digest), 64);
}

static void test_a_bad_policy_is_told(void **state)
{
    const struct pt_bench_job job = {.length = 1, .limit = 1, .width = 1};
    const struct pt_bench bench = {
        .policy = "nonsense", .slots = 1, .jobs = &job, .n = 1};
    struct pt_bench_result result;
    struct pt_err err = {.code = PT_ERR_NONE};

    (void)state;
    ASSERT_INT(pt_bench_run(&bench, &result, &err), -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
}

/* What is decided otherwise than on the tape is seen. */
static void test_a_tape_of_another_policy_is_not_the_same(void **state)
{
    const struct pt_bench_job jobs[] = {
        {.submit = 0, .length = 10, .limit = 10, .width = 1},
        {.submit = 1, .length = 10, .limit = 10, .width = 2},
        {.submit = 2, .length = 5, .limit = 5, .width = 1},
    };
    char tape[] = "/tmp/protium-test-XXXXXX";
    int file = mkstemp(tape);
    struct pt_bench bench = {
        .policy = "easy", .slots = 2, .jobs = jobs, .n = 3, .tape = tape};
    struct pt_bench_result result;
    struct pt_err err = {.code = PT_ERR_NONE};
    bool same = false;

    (void)state;
    assert_true(file >= 0);
    close(file);
    ASSERT_INT(pt_bench_run(&bench, &result, &err), 0);
    ASSERT_INT(pt_bench_feed(&bench, &result, &same, &err), 0);
    ASSERT_INT(same, true);
    bench.policy = "fcfs";
    ASSERT_INT(pt_bench_feed(&bench, &result, &same, &err), 0);
    ASSERT_INT(same, false);
    unlink(tape);
}

/* ---- golden and conformance, as on the page ---- */

static int count(pt_selftest_find *find, struct pt_selftest *test, int *n)
{
    int ok = 0;

    for (*n = 0;; ++*n) {
        struct pt_finding finding = {.source = ""};
        struct pt_err err = {.code = PT_ERR_NONE};
        int status = find(test, *n, &finding, &err);
        if (status < 0)
            fail_msg("%s", err.text);
        if (status == 0)
            return ok;
        assert_true(finding.quantity[0] && finding.source[0]);
        assert_true(finding.reference[0]);
        if (finding.verdict == PT_VERDICT_DIFFERS)
            print_error("%s: %s (expected %s) %s\n", finding.quantity,
                        finding.ours, finding.reference, finding.why);
        ok += finding.verdict == PT_VERDICT_OK;
    }
}

static void test_schedules_and_conformance_are_ok(void **state)
{
    struct pt_selftest test = {.quick = true, .seed = 7};
    int n;

    (void)state;
    print_message("seed %d\n", (int)test.seed);
    int ok = count(pt_selftest_golden, &test, &n);
    assert_true(n > 10);
    ASSERT_INT(ok, n);
    ok = count(pt_selftest_conform, &test, &n);
    assert_true(n >= 8);
    ASSERT_INT(ok, n);
    pt_selftest_forget(&test);
}

static void test_without_logs_what_is_published_is_skipped(void **state)
{
    struct pt_selftest test = {.seed = 1};
    int n;

    (void)state;
    ASSERT_INT(count(pt_selftest_published, &test, &n), 0);
    assert_true(n > 20);
    assert_null(test.replayed);
    test.traces = "tests/nowhere";
    ASSERT_INT(count(pt_selftest_published, &test, &n), 0);
    pt_selftest_forget(&test);
}

/* ---- the page ---- */

/* What is written of two rows, in FORM. */
static void write_rows(enum pt_page_form form, char *text, size_t size)
{
    struct pt_finding rows[2] = {{.quantity = "a*b_c", .source = "one | two"},
                                 {.quantity = "second", .source = "one | two"}};
    const struct pt_chapter chapter = {.name = "theory",
                                       .title = "Theory",
                                       .rule = "As it is.",
                                       .findings = rows,
                                       .n = 2};
    char path[] = "/tmp/protium-test-XXXXXX";
    int file = mkstemp(path);
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_out out;

    assert_true(file >= 0);
    pt_finding_number(&rows[0], 2, 0, 0, 3);
    pt_finding_skip(&rows[1], 4.5, 6, "why not");
    ASSERT_INT(pt_out_open(&out, path, &err), 0);
    pt_page_write(&out, form, &chapter, 1, 5);
    ASSERT_INT(pt_out_commit(&out, NULL, &err), 0);
    close(file);
    file = open(path, O_RDONLY);
    ssize_t n = read(file, text, size - 1);
    assert_true(n > 0 && (size_t)n < size - 1);
    text[n] = '\0';
    close(file);
    unlink(path);
}

static void test_each_form_of_the_page_says_it_all(void **state)
{
    char text[8192];

    (void)state;
    write_rows(PT_PAGE_TEXT, text, sizeof text);
    ASSERT_HAS(text, "2 checks: 0 ok, 1 differ, 1 skipped");
    ASSERT_HAS(text, "  [one | two]\n");
    ASSERT_HAS(text, "differs\n      1 away (expected at most 0.5)\n");
    ASSERT_HAS(text, "4.5  skipped: why not\n");
    ASSERT_HAS(text, "seed 5");
    write_rows(PT_PAGE_MARKDOWN, text, sizeof text);
    ASSERT_HAS(text, "| a\\*b\\_c | 2 |");
    ASSERT_HAS(text, "| **differs**: 1 away");
    ASSERT_HAS(text, "| skipped: why not | one \\| two |\n");
    write_rows(PT_PAGE_JSON, text, sizeof text);
    ASSERT_HAS(text, "\"schema\": \"protium.selftest/1\"");
    ASSERT_HAS(text, "\"verdict\": \"differs\"");
    ASSERT_HAS(text, "\"deviation\": 0.5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reference_within_the_interval_is_ok),
        cmocka_unit_test(test_a_reference_beyond_999_in_1000_differs),
        cmocka_unit_test(test_a_wide_interval_is_no_excuse),
        cmocka_unit_test(test_printed_numbers_are_met_to_their_last_digit),
        cmocka_unit_test(test_the_forms_have_the_tabled_values),
        cmocka_unit_test(test_saved_work_takes_what_its_segments_take),
        cmocka_unit_test(test_the_bench_sees_a_schedule_and_finds_no_fault),
        cmocka_unit_test(test_a_bad_policy_is_told),
        cmocka_unit_test(test_a_tape_of_another_policy_is_not_the_same),
        cmocka_unit_test(test_schedules_and_conformance_are_ok),
        cmocka_unit_test(test_without_logs_what_is_published_is_skipped),
        cmocka_unit_test(test_each_form_of_the_page_says_it_all),
    };

    return cmocka_run_group_tests_name("selftest", tests, NULL, NULL) != 0;
}
