/* The files of an analysis: CSV for programs, tables for people. */
#include "base/text.h"
#include "tests/unit/analysis_bench.h"
#include "tests/unit/results_folder.h"

static void assert_file(const struct place *place, const char *name,
                        const char *expected)
{
    char *text = get(place, name);

    ASSERT_TEXT(text, expected);
    pt_free(text);
}

static void assert_line(const struct place *place, const char *name,
                        const char *line)
{
    char *text = get(place, name);

    ASSERT_HAS(text, line);
    pt_free(text);
}

static void add_axis(struct bench *bench, int axis, const char *name,
                     const char *title, const char *unit, int n,
                     const char *const *labels)
{
    struct pt_axis *it = &bench->axes[axis];

    bench->study.naxes = axis + 1;
    *it = (struct pt_axis){.name = pt_text_dup(name, strlen(name)),
                           .title = pt_text_dup(title, strlen(title)),
                           .unit = pt_text_dup(unit, strlen(unit)),
                           .values = bench->values[axis],
                           .n = n};
    for (int i = 0; i < n; i++) {
        it->values[i].label = pt_text_dup(labels[i], strlen(labels[i]));
        if (!pt_text_read_real(&it->values[i].x, labels[i]))
            it->values[i].x = NONE;
    }
}

static void free_axes(struct bench *bench)
{
    for (int a = 0; a < bench->study.naxes; a++) {
        for (int i = 0; i < bench->axes[a].n; i++)
            pt_free(bench->axes[a].values[i].label);
        pt_free(bench->axes[a].name);
        pt_free(bench->axes[a].title);
        pt_free(bench->axes[a].unit);
    }
}

static int write_files(struct bench *bench, const char *dir, struct pt_err *err)
{
    const struct pt_runs runs = runs_of(bench);
    int status = pt_analysis_init(&bench->analysis, &bench->study, columns,
                                  COLUMNS, &runs, err);

    if (status == 0)
        status = pt_analysis_write(&bench->analysis, dir, err);
    pt_analysis_fini(&bench->analysis);
    return status;
}

/* Two policies at two loads and two codes, the waits as far apart as luck. */
static void make_grid(struct bench *bench)
{
    static const char *const loads[] = {"0.7", "0.95"};
    static const char *const codes[] = {"young"};

    make_bench(bench, 2, 2);
    add_axis(bench, 0, "load", "offered load, \"rho\"", "", 2, loads);
    add_axis(bench, 1, "save", "checkpoints", "s", 1, codes);
    for (int p = 0; p < 2; p++)
        for (int c = 0; c < 2; c++)
            for (int r = 0; r < 2; r++)
                bench->rows[p][c][r][WAIT] =
                    10 * (p + 1) + 4 * c + 2 * r + c * r;
    bench->rows[1][1][0][SATURATED] = 1;
    bench->failed[1][0][1] = true;
}

static void test_files_hold_a_row_a_cell_and_metric(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;
    struct bench bench;

    (void)state;
    make_place(&place);
    make_grid(&bench);
    ASSERT_INT(write_files(&bench, place.dir, &err), 0);
    assert_file(&place, "axes.csv",
                "axis,title,unit,label,x\n"
                "load,\"offered load, \"\"rho\"\"\",,0.7,0.7\n"
                "load,\"offered load, \"\"rho\"\"\",,0.95,0.95\n"
                "save,checkpoints,s,young,\n");
    assert_line(&place, "cells.csv",
                "point,label,replications,failed,saturated,warmup,metric,unit,"
                "n,mean,half,basis,load,save\n"
                "0,easy,2,0,0,0,jobs,jobs,2,100,0,replications,0.7,young\n"
                "0,easy,2,0,0,0,wait_mean,s,2,11,12.7062047361");
    assert_line(&place, "cells.csv",
                "\n1,easy,2,1,0,0,wait_mean,s,1,20,,,0.95,young\n");
    assert_line(&place, "cells.csv",
                "\n1,fcfs,2,0,1,0,wait_mean_half,s,0,,,,0.95,young\n");
    assert_line(&place, "paired.csv",
                "point,label,baseline,metric,unit,n,difference,half,p,p_holm,"
                "load,save\n"
                "0,fcfs,easy,jobs,jobs,2,0,0,1,1,0.7,young\n"
                "0,fcfs,easy,wait_mean,s,2,4.5,6.3531023680");
    assert_line(&place, "paired.csv",
                "\n1,fcfs,easy,wait_mean,s,1,4,,,,0.95,young\n");
    free_axes(&bench);
    remove_all(place.dir);
}

static void test_tables_hold_a_row_a_cell_and_say_what_is_wrong(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;
    struct bench bench;

    (void)state;
    make_place(&place);
    make_grid(&bench);
    ASSERT_INT(write_files(&bench, place.dir, &err), 0);
    assert_file(
        &place, "tables/means.md",
        "| offered load, \"rho\" | checkpoints | policy | wait_mean (s) | "
        "utilisation |\n"
        "|:--------------------|:------------|:-------|--------------:|"
        "------------:|\n"
        "| 0.7                 | young       | easy   |       11 ± 13 |  "
        "0.5000 ± 0 |\n"
        "| 0.7                 | young       | fcfs   |       16 ± 19 |  "
        "0.5000 ± 0 |\n"
        "| 0.95                | young       | easy‡  |            20 |  "
        "    0.5000 |\n"
        "| 0.95                | young       | fcfs†  |       "
        "26 ± 19 |  "
        "0.5000 ± 0 |\n"
        "\n"
        "Mean ± half the width of its 95 % confidence interval (Student's t), "
        "over 2 replications a cell.\n"
        "\n"
        "1 of 4 cells have one run, and no interval: what luck did is not "
        "known.\n"
        "\n"
        "\\*: differs from easy, p \\< 0.05: t test of differences paired by "
        "replication; 1 comparison a point and metric.\n"
        "\n"
        "†: saturated, the queue went on growing, and the means with it as "
        "long as one looks: 1 of 7 runs.\n"
        "\n"
        "‡: without the runs that failed, 1 of 8.\n");
    assert_line(&place, "tables/paired.md", "|     4.5 ± 6.4 |");
    assert_line(&place, "tables/paired.tex", "fcfs$^{\\dagger\\ddagger}$");
    assert_line(&place, "tables/means.tex", "$11 \\pm 13$");
    assert_line(&place, "tables/means.html", "<td>easy<sup>‡</sup></td>");
    free_axes(&bench);
    remove_all(place.dir);
}

static void test_a_difference_that_is_not_luck_has_a_star(void **state)
{
    const double a[] = {1, 2, 3, 4, 5}, b[] = {11, 12.5, 13, 14, 15};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;
    struct bench bench;

    (void)state;
    make_place(&place);
    make_bench(&bench, 2, 5);
    set(&bench, 0, WAIT, a);
    set(&bench, 1, WAIT, b);
    ASSERT_INT(write_files(&bench, place.dir, &err), 0);
    assert_line(&place, "tables/means.md", "|  13.1 ± 1.9\\* |");
    assert_line(&place, "tables/means.md", "|     3.0 ± 2.0 |");
    assert_line(&place, "tables/paired.md", "| 10.10 ± 0.28\\* |");
    remove_all(place.dir);
}

static void test_one_policy_has_no_differences(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;
    struct bench bench;

    (void)state;
    make_place(&place);
    put(&place, "paired.csv", "of an earlier study\n");
    put(&place, "tables/paired.md", "of an earlier study\n");
    make_bench(&bench, 1, 1);
    bench.rows[0][0][0][HALF] = 3;
    bench.rows[0][0][0][LAG1] = 0.45;
    ASSERT_INT(write_files(&bench, place.dir, &err), 0);
    assert_false(is_there(&place, "paired.csv"));
    assert_false(is_there(&place, "tables/paired.md"));
    assert_false(is_there(&place, "tables/paired.tex"));
    assert_file(&place, "axes.csv", "axis,title,unit,label,x\n");
    assert_line(&place, "tables/means.md", "| easy?  |    50.0 ± 3.0 |");
    assert_line(&place, "tables/means.md",
                "by 30 batch means. The largest correlation of neighbouring "
                "batches is 0.45.\n");
    assert_line(&place, "tables/means.md", "the interval is too narrow.\n");
    remove_all(place.dir);
}

static void test_a_trace_without_luck_says_that_it_has_none(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;
    struct bench bench;

    (void)state;
    make_place(&place);
    make_bench(&bench, 2, 3);
    ASSERT_INT(write_files(&bench, place.dir, &err), 0);
    assert_line(&place, "tables/means.md", "| easy   |            50 |");
    assert_line(&place, "tables/means.md",
                "In 2 of 2 cells all 3 replications are the same, since "
                "nothing in them is random: there is no interval.\n");
    assert_line(&place, "cells.csv", "wait_mean,s,3,50,,same\n");
    remove_all(place.dir);
}

static void test_a_folder_that_is_not_there_is_told(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;
    struct bench bench;

    (void)state;
    make_place(&place);
    make_bench(&bench, 2, 1);
    remove_all(place.dir);
    ASSERT_INT(write_files(&bench, place.dir, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INTERNAL);
    ASSERT_HAS(err.text, "cannot be written: ");
}

static void test_a_cell_tells_of_warm_up_and_steady_states(void **state)
{
    const double cut[] = {10, 30, 0, 40}, settled[] = {1, 0, 1, 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;
    struct bench bench;

    (void)state;
    make_place(&place);
    make_bench(&bench, 1, 4);
    set(&bench, 0, WARMUP, cut);
    set(&bench, 0, SETTLED, settled);
    look(&bench);
    ASSERT_NEAR(bench.analysis.cells[0].warmup, 0.2, 1e-15, 0);
    ASSERT_INT(bench.analysis.cells[0].unsettled, 2);
    ASSERT_INT(pt_analysis_write(&bench.analysis, place.dir, &err), 0);
    assert_line(&place, "tables/means.md",
                "Warm-up: the first 20 % of the jobs to end are left out, on "
                "average (MSER-5 of the waits: 0 %; it sees no steady state in "
                "2 of 4 runs).\n");
    pt_analysis_fini(&bench.analysis);
    remove_all(place.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cell_tells_of_warm_up_and_steady_states),
        cmocka_unit_test(test_files_hold_a_row_a_cell_and_metric),
        cmocka_unit_test(test_tables_hold_a_row_a_cell_and_say_what_is_wrong),
        cmocka_unit_test(test_a_difference_that_is_not_luck_has_a_star),
        cmocka_unit_test(test_one_policy_has_no_differences),
        cmocka_unit_test(test_a_trace_without_luck_says_that_it_has_none),
        cmocka_unit_test(test_a_folder_that_is_not_there_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
