/* What becomes of dirty rows: each rule, by what it keeps and what it counts.
 */
#include "tests/unit/swf_reading.h"

#include "traces/row.h"

static const struct pt_reading strict = {.clean = PT_CLEAN_STRICT, .scale = 1};

/* Reads TEXT, which has no error. */
static struct seen *see_good(const char *text, const struct pt_reading *reading)
{
    struct seen *seen = see_text(text, reading);

    ASSERT_TEXT(seen->message, "");
    assert_sums(seen);
    return seen;
}

/* Of a clean row and the dirty ROW, N jobs are left, and RULE counts one. */
static void assert_rule(const char *row, const struct pt_reading *reading,
                        int n, const char *name)
{
    char text[1024];

    snprintf(text, sizeof text, "%s%s", MAX_PROCS PLAIN_ROW("1", "0"), row);
    struct seen *seen = see_good(text, reading);
    ASSERT_INT(seen->n, n);
    ASSERT_INT(rule(seen, name), 1);
    for (int i = 0; i < seen->nrules; i++)
        if (strcmp(seen->rules[i].name, name) != 0)
            ASSERT_INT(seen->rules[i].rows, 0);
    forget(seen);
}

static void test_every_rule_is_listed_even_if_it_touched_no_row(void **state)
{
    struct seen *seen = see_good(MAX_PROCS PLAIN_ROW("1", "0"), &as_it_is);

    (void)state;
    ASSERT_INT(seen->nrules, PT_ROW_RULES);
    for (int i = 0; i < seen->nrules; i++) {
        assert_non_null(seen->rules[i].name);
        assert_non_null(seen->rules[i].what);
        ASSERT_INT(seen->rules[i].rows, 0);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(seen->rules[i].name, seen->rules[j].name);
    }
    forget(seen);
}

static void test_a_burst_of_a_job_is_dropped(void **state)
{
    (void)state;
    assert_rule(ROW("2", "1", "60", "4", "4", "90", "2"), &as_it_is, 1,
                "partial-execution");
    assert_rule(ROW("2", "-1", "60", "4", "4", "90", "3"), &as_it_is, 1,
                "partial-execution");
    assert_rule(ROW("2", "-1", "60", "4", "4", "90", "4"), &strict, 1,
                "partial-execution");
}

static void test_a_row_that_cannot_be_simulated_is_dropped(void **state)
{
    (void)state;
    assert_rule(ROW("2", "-1", "60", "4", "4", "90", "1"), &as_it_is, 1,
                "submit-missing");
    assert_rule(ROW("2", "1", "60", "-1", "-1", "90", "1"), &as_it_is, 1,
                "size-missing");
    assert_rule(ROW("2", "1", "60", "0", "0", "90", "1"), &as_it_is, 1,
                "size-missing");
    assert_rule(ROW("2", "1", "-1", "4", "4", "90", "1"), &as_it_is, 1,
                "run-missing");
}

static void test_a_dropped_row_counts_once_under_the_first_rule(void **state)
{
    (void)state;
    assert_rule(ROW("0", "-1", "-1", "-1", "0", "-1", "9"), &as_it_is, 1,
                "submit-missing");
    assert_rule(ROW("0", "1", "0", "200", "4", "-1", "-1"), &strict, 1,
                "run-zero");
}

static void test_the_size_is_what_was_requested_or_else_allocated(void **state)
{
    struct seen *seen =
        see_good(MAX_PROCS ROW("1", "0", "60", "3", "4", "90", "1")
                     ROW("2", "0", "60", "3", "-1", "90", "1")
                         ROW("3", "0", "60", "-1", "5", "90", "1"),
                 &as_it_is);

    (void)state;
    ASSERT_INT(seen->n, 3);
    ASSERT_INT(seen->jobs[0].stage.ntasks, 4);
    ASSERT_INT(seen->jobs[1].stage.ntasks, 3);
    ASSERT_INT(seen->jobs[2].stage.ntasks, 5);
    ASSERT_INT(rule(seen, "size-differs"), 1);
    forget(seen);
}

static void test_a_run_of_zero_is_kept_unless_strict(void **state)
{
    struct seen *seen =
        see_good(MAX_PROCS ROW("1", "0", "0", "4", "4", "90", "1"), &as_it_is);

    (void)state;
    ASSERT_INT(seen->n, 1);
    ASSERT_INT(seen->jobs[0].truth.length, 0);
    ASSERT_INT(rule(seen, "run-zero"), 1);
    forget(seen);
    assert_rule(ROW("2", "0", "0", "4", "4", "90", "1"), &strict, 1,
                "run-zero");
}

static void test_a_missing_limit_is_the_run_time(void **state)
{
    struct seen *seen =
        see_good(MAX_PROCS ROW("1", "0", "60", "4", "4", "-1", "1")
                     ROW("2", "0", "60", "4", "4", "0", "1")
                         ROW("3", "0", "0", "4", "4", "-1", "1"),
                 &as_it_is);

    (void)state;
    ASSERT_INT(seen->jobs[0].stage.limit, 60 * PT_SECOND);
    ASSERT_INT(seen->jobs[1].stage.limit, 60 * PT_SECOND);
    ASSERT_INT(seen->jobs[2].stage.limit, 1);
    ASSERT_INT(seen->jobs[2].truth.length, 0);
    ASSERT_INT(rule(seen, "limit-missing"), 3);
    ASSERT_INT(rule(seen, "limit-zero"), 1);
    ASSERT_INT(rule(seen, "overrun"), 0);
    forget(seen);
}

static void test_a_missing_limit_may_drop_the_row(void **state)
{
    struct pt_reading reading = {.missing_limit = PT_MISSING_DROP, .scale = 1};

    (void)state;
    assert_rule(ROW("2", "0", "60", "4", "4", "-1", "1"), &reading, 1,
                "limit-missing");
    assert_rule(ROW("2", "0", "60", "4", "4", "0", "1"), &strict, 1,
                "limit-missing");
}

static void test_a_missing_limit_may_be_the_machines_longest(void **state)
{
    struct pt_reading reading = {.missing_limit = PT_MISSING_MAX, .scale = 1};
    const char *rows = ROW("1", "0", "60", "4", "4", "90", "1")
        ROW("2", "0", "9000", "4", "4", "-1", "1");
    char text[512];

    (void)state;
    snprintf(text, sizeof text, MAX_PROCS "; MaxRuntime: 3600 (1 h)\n%s", rows);
    struct seen *seen = see_good(text, &reading);
    ASSERT_INT(seen->jobs[0].stage.limit, 90 * PT_SECOND);
    ASSERT_INT(seen->jobs[1].stage.limit, 3600 * PT_SECOND);
    ASSERT_INT(seen->jobs[1].truth.length, 3600 * PT_SECOND);
    ASSERT_INT(rule(seen, "limit-missing"), 1);
    ASSERT_INT(rule(seen, "overrun"), 1);
    forget(seen);

    snprintf(text, sizeof text, MAX_PROCS "%s", rows);
    assert_error(text, strlen(text), &reading, PT_ERR_INPUT,
                 "t.swf:3:23: no requested time, and the trace does not tell "
                 "the machine's longest (expected a header MaxRuntime");
}

static void test_an_overrun_is_cut_or_only_counted(void **state)
{
    static const enum pt_overrun overruns[] = {
        PT_OVERRUN_TRUNCATE, PT_OVERRUN_KILL, PT_OVERRUN_EXTEND};
    static const int lengths[] = {90, 100, 100};

    (void)state;
    for (int i = 0; i < 3; i++) {
        for (int clean = 0; clean < 2; clean++) {
            struct pt_reading reading = {.overrun = overruns[i],
                                         .clean = (enum pt_clean)clean,
                                         .scale = 1};
            struct seen *seen =
                see_good(MAX_PROCS ROW("1", "0", "100", "4", "4", "90", "1")
                             ROW("2", "0", "90", "4", "4", "90", "1"),
                         &reading);
            ASSERT_INT(seen->n, 2);
            ASSERT_INT(seen->jobs[0].truth.length, lengths[i] * PT_SECOND);
            ASSERT_INT(seen->jobs[0].stage.limit, 90 * PT_SECOND);
            ASSERT_INT(rule(seen, "overrun"), 1);
            forget(seen);
        }
    }
}

static void test_a_wide_row_is_rejected_dropped_or_an_error(void **state)
{
    const char *wide = ROW("2", "1", "60", "4", "101", "90", "1");
    const char *text = MAX_PROCS PLAIN_ROW("1", "0")
        ROW("2", "1", "60", "-1", "101", "90", "1");
    struct pt_reading reading = {.wide = PT_WIDE_DROP, .scale = 1};
    struct seen *seen = see_good(text, &as_it_is);

    (void)state;
    ASSERT_INT(seen->n, 2);
    ASSERT_INT(seen->jobs[1].stage.ntasks, 101);
    ASSERT_INT(rule(seen, "wide"), 1);
    forget(seen);

    assert_rule(wide, &reading, 1, "wide");
    reading.wide = PT_WIDE_ERROR;
    assert_error(text, strlen(text), &reading, PT_ERR_INPUT,
                 "t.swf:3:20: 101 processors are more than the machine has "
                 "(expected at most 100, or wide=reject or wide=drop)");
    reading.processors = 101;
    seen = see_good(text, &reading);
    ASSERT_INT(seen->n, 2);
    ASSERT_INT(rule(seen, "wide"), 0);
    forget(seen);
}

static void test_strict_drops_what_is_wide_by_either_field(void **state)
{
    struct pt_reading reading = {
        .clean = PT_CLEAN_STRICT, .wide = PT_WIDE_ERROR, .scale = 1};

    (void)state;
    assert_rule(ROW("2", "1", "60", "101", "4", "90", "1"), &reading, 1,
                "wide");
    assert_rule(ROW("2", "1", "60", "4", "101", "90", "1"), &reading, 1,
                "wide");
    struct seen *seen = see_good(
        MAX_PROCS ROW("1", "0", "60", "101", "4", "90", "1"), &as_it_is);
    ASSERT_INT(seen->n, 1);
    ASSERT_INT(rule(seen, "wide"), 0);
    forget(seen);
}

static void test_the_status_is_the_outcome(void **state)
{
    struct seen *seen =
        see_good(MAX_PROCS ROW("1", "0", "60", "4", "4", "90", "1")
                     ROW("2", "0", "60", "4", "4", "90", "0")
                         ROW("3", "0", "60", "4", "4", "90", "5")
                             ROW("4", "0", "60", "4", "4", "90", "-1")
                                 ROW("5", "0", "60", "4", "4", "90", "77"),
                 &as_it_is);
    static const enum pt_outcome outcomes[] = {
        PT_SUCCESS, PT_FAILURE, PT_FAILURE, PT_SUCCESS, PT_SUCCESS};

    (void)state;
    ASSERT_INT(seen->n, 5);
    for (int i = 0; i < 5; i++)
        ASSERT_INT(seen->jobs[i].truth.outcome, outcomes[i]);
    ASSERT_INT(rule(seen, "status-missing"), 1);
    ASSERT_INT(rule(seen, "status-odd"), 1);
    forget(seen);
}

static void test_dependencies_and_odd_ids_are_only_counted(void **state)
{
    (void)state;
    assert_rule("2 1 -1 60 4 -1 -1 4 90 -1 1 5 6 -1 7 -1 1 10\n", &as_it_is, 2,
                "dependency-ignored");
    assert_rule(PLAIN_ROW("1", "1"), &as_it_is, 2, "id-not-ascending");
    assert_rule(PLAIN_ROW("-3", "1"), &as_it_is, 2, "id-not-ascending");
}

static void test_a_step_back_in_time_says_so_at_its_line(void **state)
{
    const char *text =
        MAX_PROCS PLAIN_ROW("1", "10.5") PLAIN_ROW("2", "9") "rubbish\n";

    (void)state;
    assert_error(text, strlen(text), &as_it_is, PT_ERR_UNSORTED,
                 "t.swf:3:3: the submit time 9 steps back (expected 10.5 or "
                 "later)");
}

static void test_a_dropped_row_is_no_step_back(void **state)
{
    struct seen *seen = see_good(
        MAX_PROCS PLAIN_ROW("1", "10") PLAIN_ROW("2", "-1")
            ROW("3", "2", "-1", "4", "4", "90", "1") PLAIN_ROW("4", "10"),
        &as_it_is);

    (void)state;
    ASSERT_INT(seen->n, 2);
    forget(seen);
}

static void test_sorted_reading_is_stable(void **state)
{
    struct pt_reading reading = {.sorted = true, .scale = 1};
    struct seen *seen = see_good(
        MAX_PROCS PLAIN_ROW("1", "10") PLAIN_ROW("2", "5") PLAIN_ROW("3", "10")
            PLAIN_ROW("4", "-1") PLAIN_ROW("5", "5") PLAIN_ROW("6", "0"),
        &reading);
    static const int ids[] = {6, 2, 5, 1, 3};

    (void)state;
    ASSERT_INT(seen->n, 5);
    for (int i = 0; i < 5; i++)
        ASSERT_INT(seen->jobs[i].job.id, ids[i]);
    ASSERT_INT(rule(seen, "submit-missing"), 1);
    forget(seen);
}

static void test_sorting_tells_errors_too(void **state)
{
    struct pt_reading reading = {.sorted = true, .scale = 1};
    const char *text = MAX_PROCS PLAIN_ROW("1", "10") "2 5 rubbish\n";

    (void)state;
    assert_error(text, strlen(text), &reading, PT_ERR_INPUT,
                 "t.swf:3:5: \"rubbish\" is not a number");
}

static void test_scaling_stretches_the_gaps_after_the_first(void **state)
{
    const char *text = MAX_PROCS PLAIN_ROW("1", "100") PLAIN_ROW("2", "101")
        PLAIN_ROW("3", "101.000001") PLAIN_ROW("4", "104");
    struct pt_reading reading = {.scale = 0.5};
    struct seen *seen = see_good(text, &reading);

    (void)state;
    ASSERT_INT(seen->jobs[0].job.submit, 100000000);
    ASSERT_INT(seen->jobs[1].job.submit, 100500000);
    ASSERT_INT(seen->jobs[2].job.submit, 100500001);
    ASSERT_INT(seen->jobs[3].job.submit, 102000000);
    ASSERT_INT(seen->jobs[3].truth.length, 60 * PT_SECOND);
    forget(seen);

    reading = (struct pt_reading){.scale = 2, .sorted = true};
    seen = see_good(MAX_PROCS PLAIN_ROW("1", "103") PLAIN_ROW("2", "101"),
                    &reading);
    ASSERT_INT(seen->jobs[0].job.submit, 101000000);
    ASSERT_INT(seen->jobs[1].job.submit, 105000000);
    forget(seen);

    reading = (struct pt_reading){.scale = 1e13};
    assert_error(text, strlen(text), &reading, PT_ERR_INPUT,
                 "t.swf: job 2: the submit time is out of range once");
}

static void test_scaling_is_exact(void **state)
{
    (void)state;
    ASSERT_INT(pt_row_scale(0, 1e300), 0);
    ASSERT_INT(pt_row_scale(1, 1e300), PT_TIME_NEVER);
    ASSERT_INT(pt_row_scale(PT_TIME_NEVER - 1, 1e-300), 0);
    ASSERT_INT(pt_row_scale(3, 0.5), 2);
    ASSERT_INT(pt_row_scale(10, 0.25), 3);
    ASSERT_INT(pt_row_scale(10, 0.1), 1);
    /* Doubles have 53 bits: these gaps have more. */
    ASSERT_INT(pt_row_scale(INT64_C(9007199254740993), 1),
               INT64_C(9007199254740993));
    ASSERT_INT(pt_row_scale(INT64_C(9007199254740993), 2),
               INT64_C(18014398509481986));
    ASSERT_INT(pt_row_scale(INT64_C(9100000000000000001), 1),
               INT64_C(9100000000000000001));
    ASSERT_INT(pt_row_scale(INT64_C(9100000000000000001), 1.5), PT_TIME_NEVER);
    ASSERT_INT(pt_row_scale(1, 0x1p62), INT64_C(1) << 62);
    ASSERT_INT(pt_row_scale(1, 0x1p63), PT_TIME_NEVER);
    ASSERT_INT(pt_row_scale(PT_TIME_NEVER, 0x1p-62), 2);
}

/* A log with jobs cancelled before they began, of both kinds. */
static void test_dropped_rows_of_a_real_log_are_no_step_back(void **state)
{
    char path[256];
    const char *found = shared_path_or_skip(
        path, sizeof path, "traces/LLNL-Thunder-2007-1.1-cln.swf.gz");
    struct seen *seen = see(found, NULL, 0, &as_it_is);

    (void)state;
    ASSERT_TEXT(seen->message, "");
    ASSERT_INT(rule(seen, "submit-missing"), 1190);
    ASSERT_INT(rule(seen, "size-missing"), 1058);
    ASSERT_INT(rule(seen, "wide"), 0);
    forget(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_is_listed_even_if_it_touched_no_row),
        cmocka_unit_test(test_a_burst_of_a_job_is_dropped),
        cmocka_unit_test(test_a_row_that_cannot_be_simulated_is_dropped),
        cmocka_unit_test(test_a_dropped_row_counts_once_under_the_first_rule),
        cmocka_unit_test(test_the_size_is_what_was_requested_or_else_allocated),
        cmocka_unit_test(test_a_run_of_zero_is_kept_unless_strict),
        cmocka_unit_test(test_a_missing_limit_is_the_run_time),
        cmocka_unit_test(test_a_missing_limit_may_drop_the_row),
        cmocka_unit_test(test_a_missing_limit_may_be_the_machines_longest),
        cmocka_unit_test(test_an_overrun_is_cut_or_only_counted),
        cmocka_unit_test(test_a_wide_row_is_rejected_dropped_or_an_error),
        cmocka_unit_test(test_strict_drops_what_is_wide_by_either_field),
        cmocka_unit_test(test_the_status_is_the_outcome),
        cmocka_unit_test(test_dependencies_and_odd_ids_are_only_counted),
        cmocka_unit_test(test_a_step_back_in_time_says_so_at_its_line),
        cmocka_unit_test(test_a_dropped_row_is_no_step_back),
        cmocka_unit_test(test_sorted_reading_is_stable),
        cmocka_unit_test(test_sorting_tells_errors_too),
        cmocka_unit_test(test_scaling_stretches_the_gaps_after_the_first),
        cmocka_unit_test(test_scaling_is_exact),
        cmocka_unit_test(test_dropped_rows_of_a_real_log_are_no_step_back),
    };

    return cmocka_run_group_tests_name("row", tests, NULL, NULL) != 0;
}
