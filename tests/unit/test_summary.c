#include "tests/unit/check.h"
#include <jansson.h>
#include <math.h>
#include "sink/summary.h"
#include "tests/unit/reports.h"

static char *table_of(const struct pt_report *reports, int n, bool by_width)
{
    struct page page;

    open_page(&page);
    pt_summary_table(&page.out, reports, n, by_width);
    return close_page(&page);
}

static void test_the_table_is_aligned_and_fits_a_terminal(void **state)
{
    const struct pt_run runs[] = {{.label = "fcfs"}, {.label = "conservative"}};
    struct pt_report *reports = calloc(2, sizeof *reports);

    (void)state;
    for (int i = 0; i < 2; i++)
        fill_report(&reports[i], &runs[i]);
    reports[1].counts.deadlocks = 12;
    reports[1].summary.jobs = 447794;
    reports[1].summary.makespan = 29363626 * S;
    reports[1].summary.all.wait.max = 3092310.5;
    reports[1].summary.all.slowdown.mean = (double)NAN;
    char *text = table_of(reports, 2, false);
    ASSERT_TEXT(
        text,
        "                      makespan  util  loss  "
        "------------ wait (s) ------------  response  slowdown  bounded\n"
        "policy          jobs       (s)   (%)   (%)  "
        "mean   p50    p95     p99      max  mean (s)      mean     mean"
        "  deadlocks\n"
        "fcfs               3      2.50  73.3  26.7  "
        "0.10  0.33  95000  123456  1000000     99.99         2     1.50"
        "          0\n"
        "conservative  447794  29363626  73.3  26.7  "
        "0.10  0.33  95000  123456  3092310     99.99         -     1.50"
        "         12\n"
        "bounded: slowdown with tau = 10 s; util, loss: of the capacity from "
        "the first submit to the last end\n");
    for (const char *line = text; *line != '\0'; line = after_first_line(line))
        assert_true(strcspn(line, "\n") <= 120);
    free(text);
    for (int i = 0; i < 2; i++)
        pt_ledger_fini(&reports[i].ledger);
    free(reports);
}

static void test_by_width_the_table_has_a_block_a_class(void **state)
{
    const struct pt_run runs[] = {{.label = "fcfs"}, {.label = "easy"}};
    struct pt_report *reports = calloc(2, sizeof *reports);

    (void)state;
    for (int i = 0; i < 2; i++)
        fill_report(&reports[i], &runs[i]);
    reports[0].summary.nclasses = 1;
    char *text = table_of(reports, 2, true);
    ASSERT_TEXT(
        text,
        "width 1\n"
        "              ------------ wait (s) ------------  response  slowdown"
        "  bounded\n"
        "policy  jobs  mean   p50    p95     p99      max  mean (s)      mean"
        "     mean\n"
        "fcfs       3  0.10  0.33  95000  123456  1000000     99.99         2"
        "     1.50\n"
        "easy       3  0.10  0.33  95000  123456  1000000     99.99         2"
        "     1.50\n"
        "\n"
        "width 2-4\n"
        "              ------------ wait (s) ------------  response  slowdown"
        "  bounded\n"
        "policy  jobs  mean   p50    p95     p99      max  mean (s)      mean"
        "     mean\n"
        "fcfs       0     -     -      -       -        -         -         -"
        "        -\n"
        "easy       3  0.10  0.33  95000  123456  1000000     99.99         2"
        "     1.50\n"
        "\n"
        "bounded: slowdown with tau = 10 s\n");
    free(text);
    for (int i = 0; i < 2; i++)
        pt_ledger_fini(&reports[i].ledger);
    free(reports);
}

/* The text of column NAME in the row at LINE of the CSV text ALL, into TEXT;
 * nothing in ALL is quoted. */
static void find_field(char text[64], const char *all, const char *line,
                       const char *name)
{
    size_t length = strlen(name);
    int n = 0;

    for (const char *at = all; strncmp(at, name, length) != 0 ||
                               (at[length] != ',' && at[length] != '\n');
         at = field(at, 1))
        n++;
    line = field(line, n);
    size_t size = strcspn(line, ",\n");
    assert_true(size < 64);
    memcpy(text, line, size);
    text[size] = '\0';
}

static void test_summary_csv_has_every_metric_in_full(void **state)
{
    const struct pt_run run = {.label = "easy",
                               .policy_text = "backfill:depth=1"};
    struct pt_report *report = calloc(1, sizeof *report);
    struct page page;
    char cell[64];

    (void)state;
    fill_report(report, &run);
    report->summary.all.slowdown.mean = (double)NAN;
    report->summary.warmup_jobs = 17;
    report->summary.saturated = 1;
    report->summary.wait_half = 0.25;
    report->summary.slowdown_half = (double)NAN;
    report->summary.wait_lag1 = -0.5;
    open_page(&page);
    pt_summary_csv(&page.out, report, 1);
    char *text = close_page(&page);
    const char *row = after_first_line(text);

    find_field(cell, text, row, "label");
    ASSERT_TEXT(cell, "easy");
    find_field(cell, text, row, "policy");
    ASSERT_TEXT(cell, "backfill:depth=1");
    find_field(cell, text, row, "makespan");
    ASSERT_TEXT(cell, "2.5");
    find_field(cell, text, row, "utilisation");
    ASSERT_TEXT(cell, "0.7333333333333333");
    find_field(cell, text, row, "wait_p50");
    ASSERT_TEXT(cell, "0.3333333333333333");
    find_field(cell, text, row, "response_mean");
    ASSERT_TEXT(cell, "99.99");
    find_field(cell, text, row, "slowdown_mean");
    ASSERT_TEXT(cell, "");
    find_field(cell, text, row, "bounded_slowdown_max");
    ASSERT_TEXT(cell, "1000000");
    find_field(cell, text, row, "share_maintenance");
    ASSERT_TEXT(cell, "0");
    find_field(cell, text, row, "warmup_jobs");
    ASSERT_TEXT(cell, "17");
    find_field(cell, text, row, "settled");
    ASSERT_TEXT(cell, "0");
    find_field(cell, text, row, "saturated");
    ASSERT_TEXT(cell, "1");
    find_field(cell, text, row, "wait_mean_half");
    ASSERT_TEXT(cell, "0.25");
    find_field(cell, text, row, "slowdown_mean_half");
    ASSERT_TEXT(cell, "");
    find_field(cell, text, row, "wait_lag1");
    ASSERT_TEXT(cell, "-0.5");
    free(text);
    pt_ledger_fini(&report->ledger);
    free(report);
}

static void test_summary_json_is_json_in_full_precision(void **state)
{
    const struct pt_run run = {.label = "easy",
                               .policy_text = "backfill:depth=1"};
    struct pt_report *report = calloc(1, sizeof *report);
    struct page page;
    const char *schema, *label;
    double p50, high;

    (void)state;
    fill_report(report, &run);
    open_page(&page);
    pt_summary_json(&page.out, report, 1);
    char *text = close_page(&page);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    ASSERT_INT(json_unpack(root, "{s:s,s:[{s:s,s:{s:{s:F}},s:[{s:F},{}]}]}",
                           "schema", &schema, "runs", "label", &label,
                           "metrics", "wait", "p50", &p50, "by_width",
                           "max_width", &high),
               0);
    ASSERT_TEXT(schema, "protium.summary/1");
    ASSERT_TEXT(label, "easy");
    ASSERT_NEAR(p50, 1.0 / 3, 0, 0);
    ASSERT_NEAR(high, 1, 0, 0);
    json_decref(root);
    free(text);
    pt_ledger_fini(&report->ledger);
    free(report);
}

static void test_every_metric_and_class_is_defined_in_the_list(void **state)
{
    struct page page;

    (void)state;
    open_page(&page);
    pt_summary_list_metrics(&page.out);
    char *text = close_page(&page);
    for (const struct pt_metric *m = pt_metrics; m->name; m++)
        ASSERT_HAS(text, m->help);
    for (const struct pt_job_metric *m = pt_job_metrics; m->name; m++)
        ASSERT_HAS(text, m->help);
    for (int c = 0; c < PT_CLASSES; c++)
        ASSERT_HAS(text, pt_class_help((enum pt_class)c));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_is_aligned_and_fits_a_terminal),
        cmocka_unit_test(test_by_width_the_table_has_a_block_a_class),
        cmocka_unit_test(test_summary_csv_has_every_metric_in_full),
        cmocka_unit_test(test_summary_json_is_json_in_full_precision),
        cmocka_unit_test(test_every_metric_and_class_is_defined_in_the_list),
    };

    return cmocka_run_group_tests_name("summary", tests, NULL, NULL) != 0;
}
