#include "tests/unit/drawing.h"
#include "tests/unit/results_folder.h"
#include "base/alloc.h"
#include "plots/figure.h"
#include "plots/results.h"
#include "plots/stage_rows.h"

#define STAGES                                                                 \
    "job_id,stage_id,stage,try,mode,tasks,launches,failures,ready_time,"       \
    "start_time,end_time,wait,held,barrier,outcome,cause,parents,"             \
    "allocated_resources\n"
#define JOBS "job_id,submission_time,turnaround_time\n"

extern const struct pt_figure pt_figure_stages, pt_figure_gang_wait,
    pt_figure_critical_path;

static const struct pt_figure *const figures[] = {
    &pt_figure_stages, &pt_figure_gang_wait, &pt_figure_critical_path};

/* Of the run LABEL. */
static void put_run(const struct place *place, const char *label,
                    const char *stages, const char *jobs)
{
    char name[200];

    if (stages) {
        snprintf(name, sizeof name, "runs/%s/stages.csv", label);
        put(place, name, stages);
    }
    snprintf(name, sizeof name, "runs/%s/jobs.csv", label);
    put(place, name, jobs);
}

/* Draws FIGURE; what it notes goes into ERR. */
static void draw(const struct place *place, const struct pt_figure *figure,
                 struct pt_err *err)
{
    char text[1024];
    int missing = 0;

    *err = (struct pt_err){0};
    if (draw_types(place->dir, &figure, 1, &missing, err) != 0) {
        pt_err_print(err, text, sizeof text);
        fail_msg("%s", text);
    }
}

/* The data of FIGURE, without the comments, is DATA, and its script has each of
 * PARTS [N]. */
static void expect_drawn(const struct place *place,
                         const struct pt_figure *figure, const char *data,
                         const char *const *parts, int n)
{
    struct pt_err err;
    char name[80], *text, *from;

    draw(place, figure, &err);
    ASSERT_TEXT(err.text, "");
    snprintf(name, sizeof name, "figures/%s.dat", figure->name);
    text = get(place, name);
    for (from = text; *from == '#'; from++)
        from = strchr(from, '\n');
    ASSERT_TEXT(from, data);
    pt_free(text);
    snprintf(name, sizeof name, "figures/%s.gp", figure->name);
    text = get(place, name);
    for (int i = 0; i < n; i++)
        ASSERT_HAS(text, parts[i]);
    pt_free(text);
}

/* Job 7, from 100 s: two parents, of which stage 1 ends last; the gang that
 * they let go at 140 waits 10, fails at 160, is ready again at 170 and runs
 * from 175 to 215, of which its two members wait a quarter at barriers.  Job 8
 * comes first and never gets its gang; its parallel stage is killed. */
#define ROWS                                                                   \
    "7,70,0,0,parallel,2,2,0,100,100,120,0,0,0,success,none,,\n"               \
    "7,71,1,0,parallel,2,2,0,100,105,140,5,0,0,success,none,,\n"               \
    "7,72,2,0,gang,2,2,1,140,150,160,10,0,0,failure,member,0 1,0-1\n"          \
    "8,80,0,0,gang,4,0,0,90,,180,,0,0,failure,slots,,\n"                       \
    "8,81,1,0,parallel,1,1,0,90,95,180,5,0,0,killed,job,,\n"                   \
    "7,72,2,1,gang,2,2,0,170,175,215,5,0,20,success,none,0 1,0-1\n"

static void test_stages_go_by_job_then_stage_then_try(void **state)
{
    const char *const parts[] = {"title[1] = 'easy'", "unit = 's'", "lanes = 6",
                                 "key[6] = 'killed'"};
    struct place place;

    (void)state;
    make_place(&place);
    put_run(&place, "easy", STAGES ROWS, JOBS);
    expect_drawn(&place, &pt_figure_stages,
                 "0 0 90 90 90 6 1 0 \"job 8   80.0\"\n"
                 "1 0 5 90 90 7 0 0 \"81.0\"\n"
                 "2 10 10 30 30 2 0 1 \"job 7   70.0\"\n"
                 "3 10 15 50 50 2 0 0 \"71.0\"\n"
                 "4 50 60 70 70 6 1 0 \"72.0\"\n"
                 "5 80 85 125 115 3 0 0 \"72.1\"\n\n\n",
                 parts, 4);
    remove_all(place.dir);
}

static void test_what_has_no_room_is_told(void **state)
{
    char *text = pt_alloc(100000, 1), *data, *to;
    struct pt_err err;
    struct place place;

    (void)state;
    make_place(&place);
    to = text + sprintf(text, "%s", STAGES);
    /* Jobs 1 to 30 come in turn, two stages each, but end the other way round;
     * of job 25 one stage comes first of all. */
    for (int k = 30; k > 0; k--)
        for (int s = 0; s < 2; s++)
            to += sprintf(to,
                          "%d,%d,%d,0,parallel,1,1,0,%d,%d,100,0,0,0,success,"
                          "none,,\n",
                          k, s, s, k == 25 && s == 1 ? 0 : k, k);
    put_run(&place, "a", text, JOBS);
    put_run(&place, "b", text, JOBS);
    draw(&place, &pt_figure_stages, &err);
    pt_free(text);
    data = get(&place, "figures/stages.dat");
    ASSERT_HAS(data, "\n1 0 25 100 100 2 0 0 \"1.0\"\n");
    ASSERT_HAS(data, "\n34 17 17 100 100 2 0 1 \"job 17   0.0\"\n");
    assert_null(strstr(data, "job 18"));
    pt_free(data);
    data = get(&place, "figures/stages.gp");
    ASSERT_HAS(data, "title[1] = 'a: the first 18 jobs, 36 of 60 attempts'");
    pt_free(data);
    remove_all(place.dir);
}

static void test_the_critical_path_is_split_without_a_rest(void **state)
{
    const char *const parts[] = {
        ("title[1] = 'easy: job 7 took 120 s: 25 waiting, 65 running, 10 at "
         "barriers, 20 in failed tries'"),
        "span = 120.0", "lanes = 3"};
    struct place place;

    (void)state;
    make_place(&place);
    put_run(&place, "easy", STAGES ROWS, JOBS "9,0,500\n7,95,120\n8,90,\n");
    expect_drawn(&place, &pt_figure_critical_path,
                 "1 5 5 25 25 1 0 0 \"stage 70\"\n"
                 "2 5 10 45 45 3 1 0 \"stage 71\"\n"
                 "3 45 55 65 65 5 1 1 \"gang 72\"\n"
                 "3 75 80 120 110 3 1 0 \"gang 72\"\n\n\n"
                 "25 1 45 3 0\n45 2 45 3 1\n65 3 75 3 1\n\n\n"
                 "0 5 1\n5 10 1\n10 45 2\n45 55 1\n55 65 4\n65 75 4\n"
                 "75 80 1\n80 110 2\n110 120 3\n\n\n",
                 parts, 3);
    remove_all(place.dir);
}

/* A stage whose inputs were lost fails, and its parent runs again. */
static void test_the_critical_path_goes_back_through_failures(void **state)
{
    const char *const parts[] = {"took 32.2 s: 30 running, 2.2 in failed"};
    struct place place;

    (void)state;
    make_place(&place);
    put_run(&place, "easy",
            STAGES "1,0,0,0,parallel,4,4,0,0,0,10,0,0,0,success,none,,\n"
                   "1,1,1,0,parallel,2,2,1,10,10,12,0,0,0,failure,none,0,\n"
                   "1,0,0,1,parallel,1,1,0,12.2,12.2,22.2,0,0,0,success,none,,"
                   "\n"
                   "1,1,1,1,parallel,1,1,0,22.2,22.2,32.2,0,0,0,success,none,"
                   "0,\n",
            JOBS "1,0,32.2\n");
    put_run(&place, "fcfs",
            STAGES "2,0,0,0,parallel,4,4,0,0,0,1,0,0,0,success,none,,\n",
            JOBS "2,0,1\n");
    expect_drawn(&place, &pt_figure_critical_path,
                 "1 0 0 10 10 3 1 0 \"stage 0\"\n"
                 "2 10 10 12 12 5 1 1 \"stage 1\"\n"
                 "1 12.2 12.2 22.2 22.2 3 1 0 \"stage 0\"\n"
                 "2 22.2 22.2 32.2 32.2 3 1 0 \"stage 1\"\n\n\n"
                 "10 1 10 2 1\n12 2 12.2 1 1\n22.2 1 22.2 2 1\n\n\n"
                 "0 10 2\n10 12 4\n12 12.2 4\n12.2 22.2 2\n22.2 32.2 2\n\n\n"
                 "NaN NaN NaN NaN NaN 1 0 0 \"\"\n\n\n"
                 "NaN NaN NaN NaN 0\n\n\nNaN NaN 1\n\n\n",
                 parts, 1);
    remove_all(place.dir);
}

/* Stages of no length that fail in turn: the walk back must end. */
static void test_stages_of_no_length_make_no_circle(void **state)
{
    struct pt_err err;
    struct place place;

    (void)state;
    make_place(&place);
    put_run(&place, "easy",
            STAGES "1,0,0,1,parallel,1,1,1,5,5,5,0,0,0,failure,none,,\n"
                   "1,1,1,1,parallel,1,1,1,5,5,5,0,0,0,failure,none,0,\n"
                   "1,2,2,1,parallel,1,1,1,5,5,5,0,0,0,killed,none,0,\n",
            JOBS "1,5,0\n");
    for (int i = 0; i < 3; i++)
        draw(&place, figures[i], &err);
    remove_all(place.dir);
}

/* 20 gangs of 3 tasks that wait 1, 2, ... 20 s; COUNT more of 8 that wait 100;
 * one that is never launched. */
static void put_gangs(const struct place *place, const char *label, int count,
                      const char *share)
{
    char *text = pt_alloc(20000, 1), *to, name[100], ledger[200];

    to = text + sprintf(text, "%s", STAGES);
    for (int k = 1; k <= 20 + count; k++)
        to +=
            sprintf(to, "%d,0,0,0,gang,%d,3,0,0,%d,200,0,0,0,success,none,,0\n",
                    k, k <= 20 ? 3 : 8, k <= 20 ? 21 - k : 100);
    sprintf(to, "99,0,0,0,gang,3,0,0,0,,5,,0,0,failure,slots,,\n"
                "99,1,1,0,parallel,3,3,0,0,50,60,50,0,0,success,none,,\n");
    put_run(place, label, text, JOBS);
    pt_free(text);
    snprintf(name, sizeof name, "runs/%s/ledger.csv", label);
    snprintf(ledger, sizeof ledger,
             "class,slot_seconds,share\nuseful,1,%s\nlost,1,0.05\n"
             "barrier,1,0.2\nidle,1,0.5\n",
             share);
    put(place, name, ledger);
}

static void test_gang_waits_are_exact_in_each_class(void **state)
{
    const char *const parts[] = {"('3-4\\n(20)' 0, '5-8\\n(1-2)' 1)",
                                 "sweep = 0",
                                 "5-95 % (thin); 2 never launched, left out'\n",
                                 "key[2] = 'fcfs'", "edge_name = '1 s'"};
    struct place place;

    (void)state;
    make_place(&place);
    put_gangs(&place, "easy", 1, "0.5");
    put_gangs(&place, "fcfs", 2, "0.5");
    expect_drawn(&place, &pt_figure_gang_wait,
                 "-0.19 1 5 10 15 19 20\n0.81 100 100 100 100 100 1\n\n\n"
                 "0.19 1 5 10 15 19 20\n1.19 100 100 100 100 100 2\n\n\n",
                 parts, 5);
    remove_all(place.dir);
}

static void test_a_sweep_shows_gang_waits_by_load(void **state)
{
    const char *const parts[] = {"sweep = 1",      "note[2] = 'at load=0.8'",
                                 "nseries = 1",    "load_low = 20",
                                 "load_high = 70", "\\n(20)' 0)"};
    struct place place;

    (void)state;
    make_place(&place);
    put_gangs(&place, "load=0.5/easy", 5, "0.2");
    put_gangs(&place, "load=0.8/easy", 0, "0.6");
    put_gangs(&place, "load=0.7/easy", 0, "0.4");
    expect_drawn(&place, &pt_figure_gang_wait,
                 "0 1 5 10 15 19 20\n\n\n"
                 "25 2 7 13 19 100 25\n45 1 5 10 15 19 20\n"
                 "65 1 5 10 15 19 20\n\n\n",
                 parts, 6);
    remove_all(place.dir);
}

static void test_a_narrow_sweep_has_its_panels_below_each_other(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    const struct pt_drawing drawing = {.formats = PT_FIGURE_SVG,
                                       .paper = pt_paper_find("acm", &err),
                                       .columns = 1};
    struct place place;
    int missing = 0;
    char *text;

    (void)state;
    make_place(&place);
    put_gangs(&place, "load=0.5/easy", 5, "0.2");
    put_gangs(&place, "load=0.8/easy", 0, "0.6");
    ASSERT_INT(draw_text(place.dir, "gang-wait", &drawing, &missing, &err), 0);
    text = get(&place, "figures/gang-wait.gp");
    ASSERT_HAS(text, "W = 3.33\n");
    ASSERT_HAS(text, "columns = 1\n");
    pt_free(text);
    remove_all(place.dir);
}

static void test_rigid_runs_have_nothing_to_draw(void **state)
{
    const char *const words[] = {"stages: these runs are of rigid jobs",
                                 "gang-wait: no gang was launched",
                                 "critical-path: no job with stages"};
    struct pt_err err;
    struct place place;
    char *path;

    (void)state;
    make_place(&place);
    put_run(&place, "easy", NULL, JOBS "1,0,5\n");
    for (int i = 0; i < 3; i++) {
        draw(&place, figures[i], &err);
        ASSERT_INT(err.code, PT_ERR_NONE);
        ASSERT_HAS(err.text, words[i]);
    }
    path = pt_results_path(place.dir, "figures/stages.dat");
    assert_int_not_equal(access(path, F_OK), 0);
    pt_free(path);
    put_run(&place, "easy", STAGES, JOBS "1,0,5\n");
    for (int i = 0; i < 3; i++) {
        draw(&place, figures[i], &err);
        ASSERT_HAS(err.text, words[i]);
    }
    remove_all(place.dir);
}

/* What all figures say of a run whose stages.csv is TEXT. */
static void expect_error(const char *text, int line, const char *what)
{
    struct place place;
    int missing;

    make_place(&place);
    put_run(&place, "easy", text, JOBS "1,0,5\n");
    for (int i = 0; i < 3; i++) {
        struct pt_err err = {0};

        ASSERT_INT(draw_types(place.dir, &figures[i], 1, &missing, &err), -1);
        ASSERT_INT(err.code, PT_ERR_INPUT);
        ASSERT_INT(err.line, line);
        ASSERT_HAS(err.text, what);
        ASSERT_HAS(err.file, "runs/easy/stages.csv");
    }
    remove_all(place.dir);
}

static void test_a_bad_stages_csv_is_an_error_at_its_line(void **state)
{
    (void)state;
    expect_error("", 1, "is empty");
    expect_error("job_id,stage_id\n", 1, "no column \"stage\"");
    expect_error(STAGES "1,2\n", 2, "2 fields (expected 18");
    expect_error(STAGES ROWS "x,0,0,0,gang,4,4,0,0,0,1,0,0,0,success,none,,\n",
                 8, "\"x\" (expected a whole number");
    expect_error(STAGES "1,0,0,0,gang,0,4,0,0,0,1,0,0,0,success,none,,\n", 2,
                 "\"0\" (expected a whole number from 1");
    expect_error(STAGES "1,0,0,0,duo,4,4,0,0,0,1,0,0,0,success,none,,\n", 2,
                 "\"duo\" (expected parallel or gang");
    expect_error(STAGES "1,0,0,0,gang,4,4,0,0,0,1,0,0,0,perhaps,none,,\n", 2,
                 "\"perhaps\" (expected success, failure or killed");
    expect_error(STAGES "1,0,0,0,gang,4,4,0,,0,1,0,0,0,success,none,,\n", 2,
                 "expected a number of seconds");
    expect_error(STAGES "1,0,0,0,gang,4,4,0,5,6,4,0,0,0,success,none,,\n", 2,
                 "expected an end that is not before");
    expect_error(STAGES "1,0,0,0,gang,4,4,0,5,4,6,0,0,0,success,none,,\n", 2,
                 "expected a start that is not before");
    expect_error(STAGES "1,0,0,0,gang,4,4,0,0,0,1,0,0,-1,success,none,,\n", 2,
                 "\"-1\" (expected 0 or more");
    expect_error(STAGES "1,0,2,0,gang,4,4,0,0,0,1,0,0,0,success,none,0 b,\n", 2,
                 "\"b\" (expected a whole number");
    expect_error(STAGES "99999999999999999999999999,0,0,0,gang,4,4,0,0,0,1,0,0,"
                        "0,success,none,,\n",
                 2, "expected a whole number");
}

static void test_a_bad_ledger_is_an_error_at_its_line(void **state)
{
    const struct pt_figure *figure = &pt_figure_gang_wait;
    struct pt_err err = {0};
    struct place place;
    int missing;

    (void)state;
    make_place(&place);
    put_gangs(&place, "easy", 0, "much");
    ASSERT_INT(draw_types(place.dir, &figure, 1, &missing, &err), -1);
    ASSERT_INT(err.line, 2);
    ASSERT_HAS(err.file, "runs/easy/ledger.csv");
    remove_all(place.dir);
}

static void test_the_share_at_barriers_is_at_most_all(void **state)
{
    struct pt_stage_row row = {.tasks = 2, .start = 0, .end = 10};

    (void)state;
    row.barrier = 5;
    ASSERT_NEAR(pt_stage_row_barrier(&row), 0.25, 1e-12, 0);
    row.barrier = 500;
    ASSERT_NEAR(pt_stage_row_barrier(&row), 1, 1e-12, 0);
    row.start = PT_TIME_NEVER;
    ASSERT_NEAR(pt_stage_row_barrier(&row), 0, 0, 0);
    ASSERT_INT(pt_stage_row_run(&row), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stages_go_by_job_then_stage_then_try),
        cmocka_unit_test(test_what_has_no_room_is_told),
        cmocka_unit_test(test_the_critical_path_is_split_without_a_rest),
        cmocka_unit_test(test_the_critical_path_goes_back_through_failures),
        cmocka_unit_test(test_stages_of_no_length_make_no_circle),
        cmocka_unit_test(test_gang_waits_are_exact_in_each_class),
        cmocka_unit_test(test_a_sweep_shows_gang_waits_by_load),
        cmocka_unit_test(test_a_narrow_sweep_has_its_panels_below_each_other),
        cmocka_unit_test(test_rigid_runs_have_nothing_to_draw),
        cmocka_unit_test(test_a_bad_stages_csv_is_an_error_at_its_line),
        cmocka_unit_test(test_a_bad_ledger_is_an_error_at_its_line),
        cmocka_unit_test(test_the_share_at_barriers_is_at_most_all),
    };

    return cmocka_run_group_tests_name("figures of stages", tests, NULL,
                                       NULL) != 0;
}
