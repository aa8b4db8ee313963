/* Tables for people: numbers with the digits that their intervals justify, and
 * three languages that text of a user cannot break. */
#include <math.h>

#include "base/alloc.h"
#include "experiments/column.h"
#include "experiments/table.h"
#include "tests/unit/check.h"

static void assert_number(double mean, double half, const char *expected_mean,
                          const char *expected_half)
{
    char mean_text[PT_NUMBER_TEXT], half_text[PT_NUMBER_TEXT];

    pt_number_print(mean, half, mean_text, half_text);
    ASSERT_TEXT(mean_text, expected_mean);
    ASSERT_TEXT(half_text, expected_half);
}

static void test_two_digits_of_an_interval_say_how_many_a_mean_has(void **state)
{
    (void)state;
    assert_number(1234.5678, 12.345, "1235", "12");
    assert_number(1234.5678, 1.2345, "1234.6", "1.2");
    assert_number(0.81234, 0.01234, "0.812", "0.012");
    assert_number(56789, 1234, "56800", "1200");
    assert_number(56789, 99999, "60000", "100000");
    assert_number(-3.14159, 0.5, "-3.14", "0.50");
    assert_number(0.5, 0.0996, "0.50", "0.10");
    assert_number(0.5, 0.0994, "0.500", "0.099");
    assert_number(1e-7, 2.5e-8, "0.000000100", "0.000000025");
}

static void test_a_zero_has_no_sign(void **state)
{
    (void)state;
    assert_number(-0.001, 0.5, "0.00", "0.50");
    assert_number(-0.0, (double)NAN, "0", "");
    assert_number(-4, 1300, "0", "1300");
}

static void test_without_an_interval_a_number_has_four_digits(void **state)
{
    const double none = (double)NAN;

    (void)state;
    assert_number(0.656799480, none, "0.6568", "");
    assert_number(177.974, none, "178.0", "");
    assert_number(11077.37, none, "11077", "");
    assert_number(5000, none, "5000", "");
    assert_number(2658697, none, "2658697", "");
    assert_number(5000, 0, "5000", "0");
    assert_number(0.25, 0, "0.2500", "0");
    assert_number(none, none, "-", "");
    assert_number(none, 3, "-", "");
    assert_number(HUGE_VAL, 3, "-", "");
}

static void test_the_rounding_of_sums_is_no_interval(void **state)
{
    (void)state;
    assert_number(12345.5, 1e-10, "12346", "0");
    assert_number(0.25, 1e-16, "0.2500", "0");
}

/* What WRITE writes of TABLE, on the heap. */
static char *text_of(const struct pt_table *table,
                     void (*write)(const struct pt_table *, struct pt_out *))
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_out out;
    char *text;

    ASSERT_INT(pt_out_open(&out, NULL, &err), 0);
    write(table, &out);
    pt_out_char(&out, '\0');
    assert_true(out.bytes == 0);
    text = pt_alloc(out.used, 1);
    memcpy(text, out.buffer, out.used);
    pt_out_abandon(&out);
    return text;
}

static void assert_written(const struct pt_table *table,
                           void (*write)(const struct pt_table *,
                                         struct pt_out *),
                           const char *expected)
{
    char *text = text_of(table, write);

    ASSERT_TEXT(text, expected);
    pt_free(text);
}

static void make_small(struct pt_table *table)
{
    pt_table_add_column(table, "load", "", false);
    pt_table_add_column(table, "policy", "", false);
    pt_table_add_column(table, "wait_mean", "s", true);
    pt_table_add_row(table, true);
    pt_table_add_text(table, "0.7", 0);
    pt_table_add_text(table, "easy", PT_MARK_DAGGER | PT_MARK_DDAGGER);
    pt_table_add_number(table, 1234.6, 12.3, PT_MARK_STAR);
    pt_table_add_row(table, false);
    pt_table_add_text(table, "0.7", 0);
    pt_table_add_text(table, "fcfs", PT_MARK_QUESTION);
    pt_table_add_number(table, (double)NAN, (double)NAN, 0);
    pt_table_add_row(table, true);
    pt_table_add_text(table, "0.8", 0);
    pt_table_add_text(table, "easy", 0);
    pt_table_add_number(table, 17, (double)NAN, 0);
    pt_table_add_note(table, "Mean ± 95 %%, †: %d of 9 runs.", 3);
}

static void test_markdown_reads_as_a_table_before_it_is_one(void **state)
{
    struct pt_table table = {.nrows = 0};

    (void)state;
    make_small(&table);
    assert_written(&table, pt_table_markdown,
                   "| load | policy | wait_mean (s) |\n"
                   "|:-----|:-------|--------------:|\n"
                   "| 0.7  | easy†‡ |   1235 ± 12\\* |\n"
                   "| 0.7  | fcfs?  |             - |\n"
                   "| 0.8  | easy   |            17 |\n"
                   "\n"
                   "Mean ± 95 %, †: 3 of 9 runs.\n");
    pt_table_fini(&table);
}

static void test_latex_is_a_tabular_with_the_rules_of_booktabs(void **state)
{
    struct pt_table table = {.nrows = 0};

    (void)state;
    make_small(&table);
    assert_written(
        &table, pt_table_latex,
        "% Needs \\usepackage{booktabs}, and a table environment around it;\n"
        "% where it is too wide, \\resizebox{\\linewidth}{!}{...} or table*.\n"
        "\\begin{tabular}{@{}llr@{}}\n"
        "\\toprule\n"
        "load & policy & \\shortstack[r]{wait\\\\mean (s)} \\\\\n"
        "\\midrule\n"
        "0.7 & easy$^{\\dagger\\ddagger}$ & $1235 \\pm 12$\\rlap{$^{*}$} \\\\\n"
        "0.7 & fcfs$^{?}$ & - \\\\\n"
        "\\addlinespace\n"
        "0.8 & easy & $17$ \\\\\n"
        "\\bottomrule\n"
        "\\end{tabular}\n"
        "\\par\\smallskip\n"
        "\\parbox{\\linewidth}{\\footnotesize\n"
        "Mean $\\pm$ 95 \\%, $\\dagger$: 3 of 9 runs.\n"
        "}\n");
    pt_table_fini(&table);
}

static void test_a_power_of_ten_is_mathematics_in_latex(void **state)
{
    struct pt_table table = {.nrows = 0};
    char *text;

    (void)state;
    pt_table_add_column(&table, "n", "", true);
    pt_table_add_row(&table, false);
    pt_table_add_number(&table, -1e-20, (double)NAN, 0);
    text = text_of(&table, pt_table_latex);
    ASSERT_HAS(text, "\n$-1.000\\mathrm{e}{-}20$ \\\\\n");
    pt_free(text);
    pt_table_fini(&table);
}

static void test_html_keeps_a_number_and_its_interval_apart(void **state)
{
    struct pt_table table = {.nrows = 0};

    (void)state;
    make_small(&table);
    assert_written(
        &table, pt_table_html,
        "<div class=\"wide\"><table class=\"numbers\">\n"
        "<thead><tr><th>load</th><th>policy</th><th class=\"number\">wait_<wbr>"
        "mean (s)</th></tr></thead>\n<tbody>\n"
        "<tr><td>0.7</td><td>easy<sup>†‡</sup></td>"
        "<td class=\"number\">1235 "
        "<span class=\"half\">± 12</span><sup>*</sup></td></tr>\n"
        "<tr><td>0.7</td><td>fcfs<sup>?</sup></td><td class=\"number\">-</td>"
        "</tr>\n"
        "<tr class=\"gap\"><td>0.8</td><td>easy</td><td class=\"number\">17"
        "</td></tr>\n</tbody></table></div>\n"
        "<p class=\"note\">Mean ± 95 %, †: 3 of 9 runs.</p>\n");
    pt_table_fini(&table);
}

/* Every character that means something somewhere. */
#define EVIL "a|b<script>&amp;\"'*_x_ $1 \\cmd{x} #^~`[l](u)%\n\x01z"

static void make_evil(struct pt_table *table)
{
    pt_table_add_column(table, EVIL, EVIL, false);
    pt_table_add_row(table, false);
    pt_table_add_text(table, EVIL, 0);
}

static void test_text_of_a_user_stays_text_in_markdown(void **state)
{
    const char *line = "a\\|b\\<script\\>\\&amp;\"'\\*\\_x\\_ \\$1 "
                       "\\\\cmd{x} \\#^\\~\\`\\[l\\](u)%  z";
    struct pt_table table = {.nrows = 0};
    char *text, *end;

    (void)state;
    make_evil(&table);
    text = text_of(&table, pt_table_markdown);
    ASSERT_HAS(text, line);
    end = strrchr(text, '\n');
    *end = '\0';
    ASSERT_HAS(strrchr(text, '\n'), line);
    pt_free(text);
    pt_table_fini(&table);
}

static void test_text_of_a_user_stays_text_in_latex(void **state)
{
    struct pt_table table = {.nrows = 0};
    char *text;

    (void)state;
    make_evil(&table);
    text = text_of(&table, pt_table_latex);
    ASSERT_HAS(text,
               "\n\\midrule\na\\textbar{}b\\textless{}script\\textgreater{}"
               "\\&amp;\"'*\\_x\\_ \\$1 \\textbackslash{}cmd\\{x"
               "\\} \\#\\textasciicircum{}\\textasciitilde{}`[l](u)\\%  z \\\\"
               "\n");
    pt_free(text);
    pt_table_fini(&table);
}

static void test_text_of_a_user_stays_text_in_html(void **state)
{
    struct pt_table table = {.nrows = 0};
    char *text;

    (void)state;
    make_evil(&table);
    text = text_of(&table, pt_table_html);
    ASSERT_HAS(text, "<td>a|b&lt;script&gt;&amp;amp;&quot;&#39;*_x_ $1 "
                     "\\cmd{x} #^~`[l](u)%\n z</td>");
    assert_null(strstr(text, "<script"));
    pt_free(text);
    pt_table_fini(&table);
}

static void test_a_table_ends_where_nobody_reads_on_and_says_so(void **state)
{
    struct pt_table table = {.nrows = 0};
    char *text;

    (void)state;
    pt_table_add_column(&table, "n", "", true);
    for (int i = 0; i < PT_TABLE_ROWS + 7; i++)
        if (pt_table_add_row(&table, false))
            pt_table_add_number(&table, i, (double)NAN, 0);
    ASSERT_INT(table.nrows, PT_TABLE_ROWS);
    ASSERT_INT(table.left_out, 7);
    text = text_of(&table, pt_table_markdown);
    ASSERT_HAS(text, "\nThese are the first 1000 rows; 7 more are in the CSV "
                     "files.\n");
    pt_free(text);
    text = text_of(&table, pt_table_latex);
    ASSERT_HAS(text, "7 more are in the CSV files.\n}\n");
    pt_free(text);
    pt_table_fini(&table);
}

static void assert_column(const char *name, const char *unit, const char *help)
{
    struct pt_column column;

    assert_true(pt_column_find(&column, name));
    ASSERT_TEXT(column.unit, unit);
    ASSERT_HAS(column.help, help);
}

static void test_every_kind_of_column_says_what_it_is(void **state)
{
    struct pt_column column;

    (void)state;
    assert_column("jobs", "jobs", "submitted");
    assert_column("wait_mean", "s", "mean over the jobs of: first start");
    assert_column("wait_p95", "s", "95 % of the jobs have at most this: ");
    assert_column("bounded_slowdown_max", "", "maximum over the jobs of: max(");
    assert_column("share_drain", "", "share of all slot-seconds: free, and");
    assert_column("gang_wait_p50", "s", "50 % of the stages");
    assert_column("task_failures", "tasks", "launches that failed");
    assert_column("gang_tries", "", "gang_attempts by");
    assert_false(pt_column_find(&column, "wait_mode"));
    assert_false(pt_column_find(&column, "wait"));
    assert_false(pt_column_find(&column, "share_"));
    ASSERT_TEXT(column.unit, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_two_digits_of_an_interval_say_how_many_a_mean_has),
        cmocka_unit_test(test_a_zero_has_no_sign),
        cmocka_unit_test(test_without_an_interval_a_number_has_four_digits),
        cmocka_unit_test(test_the_rounding_of_sums_is_no_interval),
        cmocka_unit_test(test_markdown_reads_as_a_table_before_it_is_one),
        cmocka_unit_test(test_latex_is_a_tabular_with_the_rules_of_booktabs),
        cmocka_unit_test(test_a_power_of_ten_is_mathematics_in_latex),
        cmocka_unit_test(test_html_keeps_a_number_and_its_interval_apart),
        cmocka_unit_test(test_text_of_a_user_stays_text_in_markdown),
        cmocka_unit_test(test_text_of_a_user_stays_text_in_latex),
        cmocka_unit_test(test_text_of_a_user_stays_text_in_html),
        cmocka_unit_test(test_a_table_ends_where_nobody_reads_on_and_says_so),
        cmocka_unit_test(test_every_kind_of_column_says_what_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
