#include "tests/unit/drawing.h"
#include "tests/unit/results_folder.h"
#include "base/alloc.h"
#include "plots/figure.h"
#include "plots/jobs.h"

#define HEADER                                                                 \
    "job_id,submission_time,requested_number_of_resources,requested_time,"     \
    "starting_time,finish_time,waiting_time,turnaround_time,"                  \
    "allocated_resources,bounded_slowdown\n"

/* A job that was submitted at SUBMIT, waited for WAIT and ran for RUN seconds.
 */
struct job {
    int id, submit, width, wait, run;
};

static void put_jobs(const struct place *place, const char *label,
                     const struct job *jobs, int n)
{
    char name[200];
    FILE *stream;

    snprintf(name, sizeof name, "runs/%s/jobs.csv", label);
    stream = create(place, name);
    fputs(HEADER, stream);
    for (int i = 0; i < n; i++) {
        const struct job *job = &jobs[i];
        int start = job->submit + job->wait;
        double floor = job->run > 10 ? job->run : 10;
        double slowdown = (job->wait + job->run) / floor;

        fprintf(stream, "%d,%d,%d,%d,%d,%d,%d,%d,0-%d,%.6f\n", job->id,
                job->submit, job->width, 2 * job->run, start, start + job->run,
                job->wait, job->wait + job->run, job->width - 1,
                slowdown > 1 ? slowdown : 1);
    }
    fprintf(stream, "%d,50,1,100,,,,,,\n", 1000000);
    fclose(stream);
}

/* Draws TEXT as svg alone; what it notes goes into ERR. */
static int draw(const struct place *place, const char *text,
                const struct pt_paper *paper, struct pt_err *err)
{
    const struct pt_drawing drawing = {
        .paper = paper,
        .columns = paper ? 1 : 0,
        .formats = PT_FIGURE_SVG,
    };
    int missing = 0;

    *err = (struct pt_err){.code = PT_ERR_NONE};
    return draw_text(place->dir, text, &drawing, &missing, err);
}

/* Draws TEXT, which must go well, as x.dat and x.gp. */
static void draw_x(const struct place *place, const char *text)
{
    char all[300], said[1024];
    struct pt_err err;

    snprintf(all, sizeof all, "x=%s", text);
    if (draw(place, all, NULL, &err) != 0 || err.text[0] != '\0') {
        pt_err_print(&err, said, sizeof said);
        fail_msg("%s: %s", text, said);
    }
}

/* x.dat without its comment is DATA. */
static void expect_data(const struct place *place, const char *data)
{
    char *text = get(place, "figures/x.dat");

    ASSERT_INT(text[0], '#');
    ASSERT_TEXT(strchr(text, '\n') + 1, data);
    pt_free(text);
}

static void expect_part(const struct place *place, const char *file,
                        const char *part)
{
    char *text = get(place, file);

    ASSERT_HAS(text, part);
    pt_free(text);
}

static const struct job few[] = {{1, 0, 1, 0, 10},
                                 {2, 5, 2, 90, 10},
                                 {3, 5, 8, 0, 100},
                                 {4, 9, 8, 300, 100}};

static void test_distributions_count_all_jobs_that_ran(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_jobs(&place, "easy", few, 4);
    draw_x(&place, "wait-cdf");
    expect_data(&place, "1 50\n90 75\n300 100\n300 100\n\n\n");
    draw_x(&place, "response-cdf");
    expect_data(&place, "1 0\n10 25\n100 75\n400 100\n400 100\n\n\n");
    draw_x(&place, "slowdown-cdf");
    expect_data(&place, "1 0\n1 50\n4 75\n10 100\n10 100\n\n\n");
    remove_all(place.dir);
}

static void test_replications_are_pooled(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_jobs(&place, "load=0.5/easy/rep-001", few, 2);
    put_jobs(&place, "load=0.5/easy/rep-002", few + 2, 2);
    draw_x(&place, "wait-cdf");
    expect_data(&place, "1 50\n90 75\n300 100\n300 100\n\n\n");
    expect_part(&place, "figures/x.gp", "'load=0.5/easy'");
    remove_all(place.dir);
}

static void test_a_curve_has_few_points(void **state)
{
    static struct job many[20000];
    struct place place;
    char *text;
    int lines = 0;

    (void)state;
    for (int i = 0; i < 20000; i++)
        many[i] = (struct job){i, i, 1 + i % 600, i * 7 % 20011, 1 + i % 1009};
    make_place(&place);
    put_jobs(&place, "a", many, 20000);
    draw_x(&place, "wait-cdf");
    text = get(&place, "figures/x.dat");
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_true(lines < 2000);
    pt_free(text);
    remove_all(place.dir);
}

static void test_boxes_have_exact_quantiles_and_the_mean(void **state)
{
    static const struct job jobs[] = {{1, 0, 1, 10, 10},
                                      {2, 0, 1, 20, 10},
                                      {3, 0, 1, 60, 10},
                                      {4, 0, 16, 3600, 10}};
    struct place place;

    (void)state;
    make_place(&place);
    put_jobs(&place, "a", jobs, 4);
    put_jobs(&place, "b", jobs, 3);
    draw_x(&place, "width-box");
    expect_data(&place, "-0.2 11 15 20 40 56 30 3\n"
                        "0.8 3600 3600 3600 3600 3600 3600 1\n\n\n"
                        "0.2 11 15 20 40 56 30 3\n\n\n");
    expect_part(&place, "figures/x.gp", "width[2] = '5-16'; jobs[2] = '0-1'");
    draw_x(&place, "width-box:metric=bounded_slowdown");
    expect_part(&place, "figures/x.dat", "0.8 361 361 361 361 361 361 1\n");
    remove_all(place.dir);
}

static void
test_maps_of_slowdown_have_a_cell_for_width_and_run_time(void **state)
{
    static const struct job jobs[] = {{1, 0, 1, 0, 5},
                                      {2, 0, 1, 35, 5},
                                      {3, 0, 4, 200, 100},
                                      {4, 0, 3, 0, 100}};
    struct place place;

    (void)state;
    make_place(&place);
    put_jobs(&place, "a", jobs, 4);
    draw_x(&place, "slowdown-map:least=2");
    expect_data(&place, "0 0 2.5 2 \"2.5\"\n2 1 2 2 \"2.0\"\n\n\n");
    expect_part(&place, "figures/x.gp",
                "x_tics = \"set xtics (x_name('10 s') 0.5, x_name('1 min') "
                "1.5)\"");
    expect_part(&place, "figures/x.gp", "least = 2\n");
    remove_all(place.dir);
}

/* The machine of a timeline.csv: four processors. */
static void put_machine(const struct place *place, const char *label)
{
    char name[200];

    snprintf(name, sizeof name, "runs/%s/timeline.csv", label);
    put(place, name,
        "start,end,useful,lost,checkpoint,restart,hold,barrier,drain,frag,"
        "blocked,short,idle,down,maintenance,queue_mean,demand_mean\n"
        "0,100,400,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n");
}

static void test_a_job_meets_the_load_of_others(void **state)
{
    /* Job 2 meets job 1; job 3 both of them; job 4 comes as they end, job 5 at
     * once with it. */
    static const struct job jobs[] = {{1, 0, 2, 0, 50},
                                      {2, 10, 1, 0, 40},
                                      {3, 20, 3, 30, 10},
                                      {4, 50, 1, 10, 10},
                                      {5, 50, 1, 10, 10}};
    struct place place;

    (void)state;
    make_place(&place);
    put_jobs(&place, "a", jobs, 5);
    put_machine(&place, "a");
    draw_x(&place, "load-wait");
    /* Of 25 columns; rows: 0, then four a decade from 0.1 s. */
    expect_data(&place, "0 0 1\n12 0 1\n0 9 2\n18 10 1\n\n\n");
    expect_part(&place, "figures/x.gp", "told = 1\n");
    draw_x(&place, "load-wait:load=demand");
    expect_data(&place, "0 0 1\n12 0 1\n18 9 2\n18 10 1\n\n\n");
    remove_all(place.dir);
}

static void test_a_run_against_itself_differs_nowhere(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_jobs(&place, "a", few, 4);
    draw_x(&place, "paired-jobs:a=a,b=a");
    expect_part(&place, "figures/x.gp", "less = 0.0\nequal = 100.0\n");
    expect_part(&place, "figures/x.dat", "\n0 0 0 0 0 0\n1 0 0 0 0 0\n");
    remove_all(place.dir);
}

static void test_jobs_are_paired_by_their_ids(void **state)
{
    static const struct job other[] = {{4, 9, 8, 200, 100},
                                       {1, 0, 1, 10, 10},
                                       {9, 5, 2, 0, 10},
                                       {3, 5, 8, 0, 100},
                                       {2, 5, 2, 89, 10}};
    struct place place;

    (void)state;
    make_place(&place);
    put_jobs(&place, "a", few, 4);
    put_jobs(&place, "b", other, 5);
    draw_x(&place, "paired-jobs");
    expect_part(&place, "figures/x.gp", "less = 50.0\nequal = 25.0\n");
    expect_part(&place, "figures/x.gp",
                "alone = '1 ran under one alone, left out'");
    expect_part(&place, "figures/x.gp", "'Waiting time: b minus a'");
    draw_x(&place, "paired-jobs:a=b,b=a");
    expect_part(&place, "figures/x.gp", "less = 25.0\nequal = 25.0\n");
    remove_all(place.dir);
}

static void test_replications_are_paired_with_each_other(void **state)
{
    static const struct job later[] = {{1, 0, 1, 5, 10}};
    struct place place;

    (void)state;
    make_place(&place);
    put_jobs(&place, "p/a/rep-001", few, 1);
    put_jobs(&place, "p/a/rep-002", later, 1);
    put_jobs(&place, "p/b/rep-001", few, 1);
    put_jobs(&place, "p/b/rep-002", later, 1);
    draw_x(&place, "paired-jobs");
    expect_part(&place, "figures/x.gp", "less = 0.0\nequal = 100.0\n");
    remove_all(place.dir);
}

static void test_pairs_that_are_not_there_are_told(void **state)
{
    struct place place;
    struct pt_err err;

    (void)state;
    make_place(&place);
    put_jobs(&place, "easy", few, 4);
    ASSERT_INT(draw(&place, "paired-jobs", NULL, &err), 0);
    ASSERT_HAS(err.text, "there is one run alone");
    ASSERT_INT(draw(&place, "paired-jobs:a=esay,b=easy", NULL, &err), -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    ASSERT_HAS(err.text, "did you mean 'easy'?");
    ASSERT_INT(draw(&place, "workload:run=fcfs", NULL, &err), -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    remove_all(place.dir);
}

static void test_a_workload_has_its_hours_and_days(void **state)
{
    /* The epoch was a Thursday at midnight: day 3 of the week. */
    static const struct job jobs[] = {
        {1, 7200, 1, 0, 10}, {2, 90000, 4, 0, 20}, {3, 90060, 16, 0, 10}};
    struct place place;

    (void)state;
    make_place(&place);
    put_jobs(&place, "a", jobs, 3);
    draw_x(&place, "workload:start=0");
    expect_part(&place, "figures/x.dat", "\n0 25\n1 50\n2 25\n3 0\n");
    expect_part(&place, "figures/x.dat", "\n3 50\n4 50\n5 0\n");
    expect_part(&place, "figures/x.dat", "\n1 50 4\n4 75 36\n16 100 100\n");
    expect_part(&place, "figures/x.dat", "\n0 0\n50 100\n");
    expect_part(&place, "figures/x.dat", "\n0 50 4\n1 25 32\n2 25 64\n");
    expect_part(&place, "figures/x.gp", "told = 1\n");
    draw_x(&place, "workload");
    expect_part(&place, "figures/x.gp", "told = 0\n");
    expect_part(&place, "figures/x.dat", "\n0 50\n1 50\n2 0\n");
    remove_all(place.dir);
}

static void test_a_chart_of_nodes_says_so(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put(&place, "runs/a/jobs.csv",
        HEADER "1,0,8,10,0,10,0,10,2-3,1\n2,0,1,10,0,10,0,10,0,1\n");
    put_machine(&place, "a");
    draw_x(&place, "gantt");
    expect_part(&place, "figures/x.gp", "nodes = 1\n");
    expect_part(&place, "figures/x.gp", "slots = 4\n");
    put(&place, "runs/a/jobs.csv", HEADER "2,0,1,10,0,10,0,10,0,1\n");
    draw_x(&place, "gantt");
    expect_part(&place, "figures/x.gp", "nodes = 0\n");
    remove_all(place.dir);
}

static void test_what_is_not_in_a_file_is_told(void **state)
{
    const char *const names[] = {"slowdown-cdf", "width-box", "slowdown-map",
                                 "load-wait",    "workload",  "paired-jobs"};
    struct place place;
    struct pt_err err;

    (void)state;
    make_place(&place);
    put(&place, "runs/a/jobs.csv", "job_id,finish_time\n1,1\n");
    put_machine(&place, "b");
    for (int i = 0; i < 6; i++) {
        ASSERT_INT(draw(&place, names[i], NULL, &err), 0);
        ASSERT_INT(err.code, PT_ERR_NONE);
        ASSERT_HAS(err.text, "jobs.csv");
        assert_false(is_there(&place, "figures/workload.dat"));
    }
    remove_all(place.dir);
}

static void expect_error(const char *figure, const char *row, const char *what)
{
    char text[400];
    struct place place;
    struct pt_err err;

    make_place(&place);
    snprintf(text, sizeof text, "%s%s", HEADER, row);
    put(&place, "runs/a/jobs.csv", text);
    ASSERT_INT(draw(&place, figure, NULL, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_INT(err.line, 2);
    ASSERT_HAS(err.text, what);
    ASSERT_HAS(err.file, "runs/a/jobs.csv");
    remove_all(place.dir);
}

static void test_bad_values_are_errors_at_their_lines(void **state)
{
    (void)state;
    expect_error("wait-cdf", "1,0,1,1,0,1,x,1,0,1\n", "expected a number");
    expect_error("width-box", "1,0,0,1,0,1,0,1,0,1\n",
                 "\"0\" (expected a whole number from 1");
    expect_error("workload", "1,9e12,1,1,0,1,0,1,0,1\n",
                 "expected less than 3e12 seconds");
    expect_error("load-wait", "1,0,1,1,0,-9e12,0,1,0,1\n",
                 "expected less than 3e12 seconds");
    expect_error("slowdown-cdf", "1,0,1,1,0,1,0,1,0,?\n", "\"?\"");
}

static void test_classes_are_those_of_the_summary(void **state)
{
    const int32_t ends[] = {1, 4, 16, 64, 256, 1024};
    char text[48];

    (void)state;
    for (int c = 0; c < 6; c++) {
        ASSERT_INT(pt_jobs_class(ends[c]), c);
        ASSERT_INT(pt_jobs_class(ends[c] + 1), c + 1);
    }
    ASSERT_INT(pt_jobs_class(INT32_MAX), PT_JOBS_CLASSES - 1);
    pt_jobs_class_print(0, PT_JOBS_BOUND, text, sizeof text);
    ASSERT_TEXT(text, "1");
    pt_jobs_class_print(5, PT_JOBS_FULL, text, sizeof text);
    ASSERT_TEXT(text, "257-1024");
    pt_jobs_class_print(6, PT_JOBS_BRIEF, text, sizeof text);
    ASSERT_TEXT(text, "1k-4k");
    pt_jobs_class_print(4, PT_JOBS_BOUND, text, sizeof text);
    ASSERT_TEXT(text, "<=256");
    pt_jobs_count(447794, 5, text, sizeof text);
    ASSERT_TEXT(text, "448k");
    pt_jobs_count(447794, 6, text, sizeof text);
    ASSERT_TEXT(text, "447794");
    pt_jobs_count(999600, 4, text, sizeof text);
    ASSERT_TEXT(text, "1.0M");
}

static void test_all_are_drawn_on_every_paper(void **state)
{
    const char *const names[] = {"wait-cdf",     "slowdown-cdf", "width-box",
                                 "slowdown-map", "load-wait",    "paired-jobs",
                                 "workload"};
    struct place place;
    struct pt_err err;

    (void)state;
    make_place(&place);
    put_jobs(&place, "it's `touch CANARY` \"quotes' _ ^ {}", few, 4);
    put_jobs(&place, "b", few, 4);
    for (const struct pt_paper *paper = pt_papers; paper->name; paper++)
        for (int i = 0; i < 7; i++) {
            ASSERT_INT(draw(&place, names[i], paper, &err), 0);
            ASSERT_TEXT(err.text, "");
        }
    assert_false(is_there(&place, "figures/CANARY"));
    if (!is_there(&place, "figures/workload.svg"))
        print_message("SKIPPED (no gnuplot): figures of jobs as pictures\n");
    remove_all(place.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distributions_count_all_jobs_that_ran),
        cmocka_unit_test(test_replications_are_pooled),
        cmocka_unit_test(test_a_curve_has_few_points),
        cmocka_unit_test(test_boxes_have_exact_quantiles_and_the_mean),
        cmocka_unit_test(
            test_maps_of_slowdown_have_a_cell_for_width_and_run_time),
        cmocka_unit_test(test_a_job_meets_the_load_of_others),
        cmocka_unit_test(test_a_run_against_itself_differs_nowhere),
        cmocka_unit_test(test_jobs_are_paired_by_their_ids),
        cmocka_unit_test(test_replications_are_paired_with_each_other),
        cmocka_unit_test(test_pairs_that_are_not_there_are_told),
        cmocka_unit_test(test_a_workload_has_its_hours_and_days),
        cmocka_unit_test(test_a_chart_of_nodes_says_so),
        cmocka_unit_test(test_what_is_not_in_a_file_is_told),
        cmocka_unit_test(test_bad_values_are_errors_at_their_lines),
        cmocka_unit_test(test_classes_are_those_of_the_summary),
        cmocka_unit_test(test_all_are_drawn_on_every_paper),
    };

    return cmocka_run_group_tests_name("figures of jobs", tests, NULL, NULL) !=
           0;
}
