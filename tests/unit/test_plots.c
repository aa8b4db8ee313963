#include "tests/unit/drawing.h"
#include "tests/unit/results_folder.h"
#include "base/alloc.h"
#include "plots/figure.h"
#include "plots/results.h"
#include "plots/timeline.h"

#define HEADER                                                                 \
    "job_id,workload_name,profile,submission_time,"                            \
    "requested_number_of_resources,requested_time,success,final_state,"        \
    "starting_time,execution_time,finish_time,waiting_time,turnaround_time,"   \
    "stretch,allocated_resources,consumed_energy,metadata\n"

extern const struct pt_figure pt_figure_gantt, pt_figure_utilisation,
    pt_figure_wait_cdf;

static const struct pt_figure *const figures[] = {
    &pt_figure_gantt, &pt_figure_utilisation, &pt_figure_wait_cdf};

/* A run of N jobs, one after the other on processors 0 and 2 to 3 of four; the
 * k-th waits k seconds and runs 10. */
static void put_run(const struct place *place, const char *label, int n)
{
    char name[200];
    FILE *stream;

    snprintf(name, sizeof name, "runs/%s/jobs.csv", label);
    stream = create(place, name);
    fputs(HEADER, stream);
    for (int k = 0; k < n; k++)
        fprintf(stream,
                "%d,w,10,%d,3,20,1,COMPLETED_SUCCESSFULLY,%d,10,%d,%d,%d,1,"
                "0 2-3,-1,\n",
                k + 1, 9 * k, 10 * k, 10 * k + 10, k, k + 10);
    fprintf(stream, "%d,w,10,0,99,20,0,REJECTED,,,,,,,,,\n", n + 1);
    fclose(stream);

    snprintf(name, sizeof name, "runs/%s/timeline.csv", label);
    stream = create(place, name);
    fputs("start,end,useful,lost,checkpoint,restart,hold,barrier,drain,frag,"
          "blocked,short,idle,down,maintenance,queue_mean,demand_mean\n",
          stream);
    for (int k = 0; k < n; k++)
        fprintf(stream, "%d,%d,30,0,0,0,0,0,0,0,0,10,0,0,0,%d,1.5\n", 10 * k,
                10 * k + 10, k);
    fclose(stream);
}

/* Draws and expects no error; skips the test if there is no gnuplot. */
static void draw(const struct place *place, int n)
{
    struct pt_err err = {0};
    char text[1024];
    int missing = 0;

    if (draw_types(place->dir, n < 0 ? NULL : figures, n, &missing, &err) !=
        0) {
        pt_err_print(&err, text, sizeof text);
        fail_msg("%s", text);
    }
    if (missing) {
        print_message("SKIPPED (no gnuplot)\n");
        remove_all(place->dir);
        skip();
    }
}

static void test_csv_fields_are_found_by_name(void **state)
{
    const char *const columns[] = {"b", "a,x"};
    struct place place;
    struct pt_csv csv;
    struct pt_csv_field fields[2];
    struct pt_err err = {0};
    char *path;
    FILE *stream;

    (void)state;
    make_place(&place);
    stream = create(&place, "x.csv");
    fputs("\"a,x\",c,b\r\n\"one \"\"1\"\"\",\"2\n3\",4\r\n,,\n", stream);
    for (int i = 0; i < 100000; i++)
        fprintf(stream, "%d,0,%d\n", i, -i);
    fclose(stream);
    path = pt_results_path(place.dir, "x.csv");
    ASSERT_INT(pt_csv_open(&csv, path, columns, 2, &err), 0);
    ASSERT_INT(pt_csv_next(&csv, fields, &err), 1);
    ASSERT_INT(fields[0].length, 1);
    ASSERT_INT(fields[1].length, 7);
    assert_memory_equal(fields[1].text, "one \"1\"", 7);
    ASSERT_INT(pt_csv_next(&csv, fields, &err), 1);
    ASSERT_INT(fields[0].length + fields[1].length, 0);
    ASSERT_INT(csv.line, 4);
    for (int i = 0; i < 100000; i++) {
        pt_time time;

        ASSERT_INT(pt_csv_next(&csv, fields, &err), 1);
        ASSERT_INT(pt_csv_time(&csv, &fields[0], &time, &err), 0);
        ASSERT_INT(time, -i * PT_SECOND);
    }
    ASSERT_INT(pt_csv_next(&csv, fields, &err), 0);
    pt_csv_close(&csv);
    pt_free(path);
    remove_all(place.dir);
}

/* What drawing a run whose jobs.csv is TEXT says. */
static void expect_error(const char *text, int line, const char *what)
{
    struct pt_err err = {0};
    struct place place;
    int missing;

    make_place(&place);
    put(&place, "runs/easy/jobs.csv", text);
    ASSERT_INT(draw_types(place.dir, figures, 1, &missing, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_INT(err.line, line);
    ASSERT_HAS(err.text, what);
    ASSERT_HAS(err.file, "runs/easy/jobs.csv");
    assert_false(is_there(&place, "figures/gantt.dat"));
    assert_false(is_there(&place, "figures/gantt.dat.tmp"));
    remove_all(place.dir);
}

static void test_bad_csv_is_an_error_at_its_line(void **state)
{
    (void)state;
    expect_error("", 1, "is empty");
    expect_error("job_id,finish_time\n", 1, "no column \"starting_time\"");
    expect_error("job_id,starting_time,finish_time,allocated_resources\n"
                 "1,0,5\n",
                 2, "3 fields (expected 4");
    expect_error("job_id,starting_time,finish_time,allocated_resources\n"
                 "1,0,5,0-3\n2,1,x,0\n",
                 3, "\"x\" (expected a number");
    expect_error("job_id,starting_time,finish_time,allocated_resources\n"
                 "1,0,5,3-0\n",
                 2, "expected processors");
    expect_error("job_id,starting_time,finish_time,allocated_resources\n"
                 "1,0,5,0-99999999999\n",
                 2, "expected processors");
}

static void test_runs_come_in_the_order_of_the_summary(void **state)
{
    struct pt_results results;
    struct pt_err err = {0};
    struct place place;

    (void)state;
    make_place(&place);
    put(&place, "runs/b/jobs.csv", HEADER);
    put(&place, "runs/c/rep-002/jobs.csv", HEADER);
    put(&place, "runs/c/rep-001/jobs.csv", HEADER);
    put(&place, "runs/a/jobs.csv", HEADER);
    put(&place, "runs/d/jobs.csv", HEADER);
    put(&place, "runs/.e/jobs.csv", HEADER);
    put(&place, "summary.csv", "policy,label\nx,\"c\"\nx,gone\nx,c\nx,b\n");
    ASSERT_INT(pt_results_init(&results, place.dir, &err), 0);
    ASSERT_INT(results.n, 4);
    ASSERT_TEXT(results.runs[0].label, "c");
    ASSERT_HAS(results.runs[0].path, "runs/c/rep-001");
    ASSERT_TEXT(results.runs[1].label, "b");
    ASSERT_TEXT(results.runs[2].label, "a");
    ASSERT_TEXT(results.runs[3].label, "d");
    pt_results_fini(&results);
    remove_all(place.dir);
}

static void test_a_folder_without_runs_is_bad_input(void **state)
{
    struct pt_err err = {0};
    struct place place;
    int missing;

    (void)state;
    make_place(&place);
    ASSERT_INT(draw_types(place.dir, NULL, 0, &missing, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    err = (struct pt_err){0};
    put(&place, "runs/x", "");
    ASSERT_INT(draw_types(place.dir, NULL, 0, &missing, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_HAS(err.text, "holds no run");
    assert_false(is_there(&place, "figures"));
    remove_all(place.dir);
}

static void expect_quoted(const char *text, const char *quoted)
{
    char *got = pt_figure_quote(text);

    ASSERT_TEXT(got, quoted);
    pt_free(got);
}

static void test_users_text_cannot_leave_its_quotes(void **state)
{
    (void)state;
    expect_quoted("it's `rm -rf`", "'it''s `rm -rf`'");
    expect_quoted("\"quotes'", "'\"quotes'''");
    expect_quoted("_ ^ {} \\n", "'_ ^ {} \\n'");
    expect_quoted("a\nb\t\x7f", "'a?b?\?'");
    expect_quoted("caf\xc3\xa9 \xc3", "'caf\xc3\xa9 ?'");
    expect_quoted("\xff\xed\xa0\x80", "'?\?\?\?'");
    expect_quoted("", "''");
}

static void test_evil_labels_are_drawn_and_not_run(void **state)
{
    const char *const evil[] = {"it's `touch CANARY` \"quotes' _ ^ {}",
                                "$(touch CANARY) <&> %s @x", "~'.'"};
    struct place place;
    char *text;

    (void)state;
    make_place(&place);
    for (int i = 0; i < 3; i++)
        put_run(&place, evil[i], 5);
    draw(&place, 3);
    assert_false(is_there(&place, "figures/CANARY"));
    assert_int_not_equal(access("CANARY", F_OK), 0);
    text = get(&place, "figures/wait-cdf.svg");
    ASSERT_HAS(text, ">it's `touch CANARY` \"quotes' _ ^ {}<");
    ASSERT_HAS(text, ">$(touch CANARY) &lt;&amp;> %s @x<");
    ASSERT_HAS(text, ">~'.'<");
    pt_free(text);
    text = get(&place, "figures/gantt.svg");
    ASSERT_HAS(text, ">it's `touch CANARY` \"quotes' _ ^ {}<");
    pt_free(text);
    remove_all(place.dir);
}

static void test_an_evil_folder_is_only_a_folder(void **state)
{
    struct place place, outer;

    (void)state;
    make_place(&outer);
    snprintf(place.dir, sizeof place.dir, "%s", outer.dir);
    strncat(place.dir, "/it's `touch CANARY` ~",
            sizeof place.dir - strlen(place.dir) - 1);
    ASSERT_INT(mkdir(place.dir, 0777), 0);
    put_run(&place, "easy", 3);
    draw(&place, 1);
    assert_true(is_there(&place, "figures/gantt.pdf"));
    assert_false(is_there(&place, "figures/CANARY"));
    remove_all(outer.dir);
}

static void test_all_formats_appear_and_are_the_same_again(void **state)
{
    const char *const names[] = {"gantt", "utilisation", "wait-cdf"};
    const char *const endings[] = {"gp", "dat", "svg", "png", "pdf"};
    char *before[9], name[64];
    struct place place;

    (void)state;
    make_place(&place);
    put_run(&place, "fcfs", 10);
    put_run(&place, "easy", 1);
    draw(&place, -1);
    for (int i = 0; i < 15; i++) {
        snprintf(name, sizeof name, "figures/%s.%s", names[i / 5],
                 endings[i % 5]);
        assert_true(is_there(&place, name));
        if (i % 5 < 3)
            before[i / 5 * 3 + i % 5] = get(&place, name);
        strncat(name, ".tmp", sizeof name - strlen(name) - 1);
        assert_false(is_there(&place, name));
    }
    draw(&place, -1);
    for (int i = 0; i < 9; i++) {
        char *after;

        snprintf(name, sizeof name, "figures/%s.%s", names[i / 3],
                 endings[i % 3]);
        after = get(&place, name);
        ASSERT_TEXT(after, before[i]);
        pt_free(after);
        pt_free(before[i]);
    }
    remove_all(place.dir);
}

static void test_an_edited_style_stays(void **state)
{
    struct place place;
    char *style, *edited;

    (void)state;
    make_place(&place);
    put_run(&place, "easy", 3);
    draw(&place, 1);
    assert_false(is_there(&place, "figures/style.gp.new"));
    draw(&place, 1);
    assert_false(is_there(&place, "figures/style.gp.new"));
    style = get(&place, "figures/style.gp");
    edited = pt_results_path(style, "\n");
    edited[strlen(style)] = '#';
    put(&place, "figures/style.gp", edited);
    draw(&place, 1);
    pt_free(edited);
    edited = get(&place, "figures/style.gp.new");
    ASSERT_TEXT(edited, style);
    pt_free(edited);
    edited = get(&place, "figures/style.gp");
    ASSERT_INT(strlen(edited), strlen(style) + 2);
    pt_free(edited);
    pt_free(style);
    remove_all(place.dir);
}

static void test_an_error_in_a_script_names_its_line(void **state)
{
    struct pt_err err = {0};
    struct place place;
    int missing = 0;

    (void)state;
    make_place(&place);
    put_run(&place, "easy", 3);
    put(&place, "figures/style.gp", "x = 1\nset nonsense\n");
    if (draw_types(place.dir, figures, 1, &missing, &err) == 0) {
        assert_int_not_equal(missing, 0);
        print_message("SKIPPED (no gnuplot)\n");
        remove_all(place.dir);
        skip();
    }
    ASSERT_INT(err.code, PT_ERR_INTERNAL);
    ASSERT_INT(err.line, 2);
    ASSERT_HAS(err.file, "figures/style.gp");
    ASSERT_HAS(err.text, "gnuplot: ");
    assert_false(is_there(&place, "figures/gantt.svg"));
    assert_false(is_there(&place, "figures/gantt.svg.tmp"));
    remove_all(place.dir);
}

static void test_without_gnuplot_scripts_and_data_are_left(void **state)
{
    const char *path = getenv("PATH");
    struct pt_err err = {0};
    struct place place;
    int missing = 0, result;
    char *old = pt_alloc(strlen(path) + 1, 1);

    (void)state;
    memcpy(old, path, strlen(path));
    make_place(&place);
    put_run(&place, "easy", 3);
    ASSERT_INT(setenv("PATH", place.dir, 1), 0);
    result = draw_types(place.dir, NULL, 0, &missing, &err);
    ASSERT_INT(setenv("PATH", old, 1), 0);
    pt_free(old);
    ASSERT_INT(result, 0);
    ASSERT_INT(missing, 1);
    assert_true(is_there(&place, "figures/gantt.gp"));
    assert_true(is_there(&place, "figures/gantt.dat"));
    assert_true(is_there(&place, "figures/wait-cdf.gp"));
    assert_true(is_there(&place, "figures/utilisation.dat"));
    assert_true(is_there(&place, "figures/style.gp"));
    assert_false(is_there(&place, "figures/gantt.svg"));
    remove_all(place.dir);
}

static void test_a_run_without_jobs_is_not_an_error(void **state)
{
    struct pt_err err = {0};
    struct place place;
    int missing = 0;

    (void)state;
    make_place(&place);
    put_run(&place, "easy", 0);
    ASSERT_INT(draw_types(place.dir, NULL, 0, &missing, &err), 0);
    ASSERT_INT(err.code, PT_ERR_NONE);
    ASSERT_HAS(err.text, "gantt: no job was ever started");
    ASSERT_HAS(err.text, "utilisation: no run has a timeline.csv");
    ASSERT_HAS(err.text, "wait-cdf: no job");
    assert_false(is_there(&place, "figures/gantt.gp"));
    put_run(&place, "fcfs", 4);
    draw(&place, -1);
    assert_true(is_there(&place, "figures/gantt.svg"));
    remove_all(place.dir);
}

static void test_a_long_run_is_binned(void **state)
{
    struct place place;
    char *text;

    (void)state;
    make_place(&place);
    put_run(&place, "easy", 20000);
    draw(&place, -1);
    text = get(&place, "figures/gantt.gp");
    ASSERT_HAS(text, "binned = 1\n");
    pt_free(text);
    /* Processor 1 is never busy, the others always. */
    text = get(&place, "figures/gantt.dat");
    ASSERT_INT(strncmp(strchr(text, '\n') + 1, "100 100 ", 8), 0);
    ASSERT_HAS(text, "\n0 0 0 ");
    pt_free(text);
    text = get(&place, "figures/gantt.svg");
    assert_true(strlen(text) < 5000000);
    pt_free(text);
    text = get(&place, "figures/utilisation.dat");
    ASSERT_HAS(text, " 75 100\n");
    pt_free(text);
    remove_all(place.dir);
}

static void test_the_timeline_tells_the_machine(void **state)
{
    struct pt_timeline timeline;
    struct pt_err err = {0};
    struct place place;
    char *path;

    (void)state;
    make_place(&place);
    put_run(&place, "easy", 7);
    path = pt_results_path(place.dir, "runs/easy");
    ASSERT_INT(pt_timeline_init(&timeline, path, &err), 0);
    ASSERT_INT(timeline.n, 7);
    ASSERT_INT(timeline.slots, 4);
    ASSERT_INT(timeline.first, 0);
    pt_timeline_fini(&timeline);
    ASSERT_INT(pt_timeline_init(&timeline, place.dir, &err), 1);
    pt_timeline_fini(&timeline);
    pt_free(path);
    remove_all(place.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_fields_are_found_by_name),
        cmocka_unit_test(test_bad_csv_is_an_error_at_its_line),
        cmocka_unit_test(test_runs_come_in_the_order_of_the_summary),
        cmocka_unit_test(test_a_folder_without_runs_is_bad_input),
        cmocka_unit_test(test_users_text_cannot_leave_its_quotes),
        cmocka_unit_test(test_evil_labels_are_drawn_and_not_run),
        cmocka_unit_test(test_an_evil_folder_is_only_a_folder),
        cmocka_unit_test(test_all_formats_appear_and_are_the_same_again),
        cmocka_unit_test(test_an_edited_style_stays),
        cmocka_unit_test(test_an_error_in_a_script_names_its_line),
        cmocka_unit_test(test_without_gnuplot_scripts_and_data_are_left),
        cmocka_unit_test(test_a_run_without_jobs_is_not_an_error),
        cmocka_unit_test(test_a_long_run_is_binned),
        cmocka_unit_test(test_the_timeline_tells_the_machine),
    };

    return cmocka_run_group_tests_name("plots", tests, NULL, NULL) != 0;
}
