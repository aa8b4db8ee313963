#include "plots/survival.h"
#include "tests/unit/drawing.h"
#include "tests/unit/results_folder.h"
#include "tool/findings.h"

#define HEADER "kind,x,data,exponential,weibull,lognormal,gamma\n"

extern const struct pt_figure pt_figure_gantt;

static const struct pt_figure *const figures[] = {&pt_figure_survival,
                                                  &pt_figure_gantt};

/* The first N figures; 0, or the code of the error. */
static int draw(const struct place *place, int n, struct pt_err *err)
{
    int missing;

    *err = (struct pt_err){0};
    if (draw_types(place->dir, figures, n, &missing, err) == 0)
        return 0;
    ASSERT_INT(err->code != PT_ERR_NONE, 1);
    return (int)err->code;
}

static void test_a_folder_without_runs_is_drawn(void **state)
{
    struct place place;
    struct pt_err err;
    char *data;

    (void)state;
    make_place(&place);
    put(&place, "survival.csv",
        HEADER "down,1,1,.9,1,,0.5\n"
               "down,10,0.25,0.5,1,,0.4\n"
               "down,100,0,0.1,0,,0.3\n"
               "down,1000,0,0,0,,0.2\n");
    ASSERT_INT(draw(&place, 1, &err), 0);
    ASSERT_TEXT(err.text, "");
    data = get(&place, "figures/survival.dat");
    /* Nothing goes up; what is over ends on the foot, once. */
    ASSERT_HAS(data, "\nNaN NaN NaN NaN NaN NaN\n\n\n"
                     "1 100 90 100 NaN 50\n"
                     "10 25 50 100 NaN 40\n"
                     "100 10 10 1e-97 NaN 30\n"
                     "1000 NaN 1e-97 1e-97 NaN 20\n");
    pt_free(data);
    remove_all(place.dir);
}

static void test_what_is_not_there_is_told(void **state)
{
    struct place place;
    struct pt_err err;

    (void)state;
    make_place(&place);
    ASSERT_INT(draw(&place, 1, &err), PT_ERR_INPUT);
    put(&place, "survival.csv", HEADER "up,1,0,0,0,0,0\n");
    ASSERT_INT(draw(&place, 2, &err), 0);
    ASSERT_TEXT(err.text, "gantt: there is no run");
    put(&place, "survival.csv", HEADER);
    ASSERT_INT(draw(&place, 1, &err), 0);
    ASSERT_HAS(err.text, "no time up or down has both its ends");
    remove_all(place.dir);

    make_place(&place);
    put(&place, "runs/x/timeline.csv", "");
    ASSERT_INT(draw(&place, 1, &err), 0);
    ASSERT_TEXT(err.text, "survival: there is no survival.csv");
    remove_all(place.dir);
}

static void expect_error(const char *rows, int line, int column,
                         const char *what)
{
    struct place place;
    struct pt_err err;
    char text[400];

    make_place(&place);
    snprintf(text, sizeof text, HEADER "%s", rows);
    put(&place, "survival.csv", text);
    ASSERT_INT(draw(&place, 1, &err), PT_ERR_INPUT);
    ASSERT_INT(err.line, line);
    ASSERT_INT(err.column, column);
    ASSERT_HAS(err.text, what);
    assert_false(is_there(&place, "figures/survival.dat"));
    remove_all(place.dir);
}

static void test_bad_rows_are_errors_at_their_place(void **state)
{
    (void)state;
    expect_error("aloft,1,1,1,1,1,1\n", 2, 1, "(expected up or down)");
    expect_error("up,1,1,1,1,1,1\nup,x,1,1,1,1,1\n", 3, 4, "seconds");
    expect_error("up,0,1,1,1,1,1\n", 2, 4, "seconds > 0");
    expect_error("up,1,1.5,1,1,1,1\n", 2, 6, "a number from 0 to 1");
    expect_error("up,1,1,1,1,1,nan\n", 2, 14, "a number from 0 to 1");
    expect_error("up,1,1,-1,1,1,1\n", 2, 8, "a number from 0 to 1");
    expect_error("up,1,1\n", 2, 0, "3 fields");
}

/* Three nodes watched in [0, 100) s, in microseconds for short. */
static void test_faults_that_overlap_or_meet_are_one_outage(void **state)
{
    struct pt_logged_node nodes[] = {{.until = 100 * PT_SECOND},
                                     {.until = 100 * PT_SECOND},
                                     {.until = 100 * PT_SECOND}};
    struct pt_logged_outage faults[] = {
        {.node = 0, .origin = PT_ORIGIN_GPU, .up = 10, .open = true},
        {.node = 0, .origin = PT_ORIGIN_RACK, .down = 40, .up = 60},
        {.node = 0, .origin = PT_ORIGIN_GPU, .down = 50, .up = 55},
        {.node = 0, .origin = PT_ORIGIN_GPU, .down = 60, .up = 65},
        {.node = 0, .origin = PT_ORIGIN_GPU, .down = 70, .up = 71},
        {.node = 2,
         .origin = PT_ORIGIN_RACK,
         .down = 80,
         .up = 100,
         .open = true},
        {.node = 2, .origin = PT_ORIGIN_GPU, .down = 90, .up = 95},
    };
    struct pt_outage_log log = {.node = nodes,
                                .nnodes = 3,
                                .outage = faults,
                                .n = 7,
                                .until = 100 * PT_SECOND};
    struct pt_findings findings;
    const struct pt_spells *up = &findings.spells[PT_SPELL_UP];
    const struct pt_spells *down = &findings.spells[PT_SPELL_DOWN];

    (void)state;
    for (int i = 0; i < 7; i++) {
        faults[i].down *= PT_SECOND;
        faults[i].up *= PT_SECOND;
    }
    pt_findings_make(&findings, &log);
    ASSERT_INT(findings.outages, 4);
    ASSERT_INT(findings.watched, 300 * PT_SECOND);
    ASSERT_INT(findings.down, 56 * PT_SECOND);
    ASSERT_INT(findings.causes[PT_ORIGIN_GPU].faults, 5);
    ASSERT_INT(findings.causes[PT_ORIGIN_GPU].down, 16 * PT_SECOND);
    ASSERT_INT(findings.causes[PT_ORIGIN_RACK].faults, 2);
    ASSERT_INT(findings.causes[PT_ORIGIN_RACK].down, 40 * PT_SECOND);
    ASSERT_INT(down->n, 2);
    ASSERT_INT(down->open, 2);
    ASSERT_INT(down->items[0], PT_SECOND);
    ASSERT_INT(down->items[1], 25 * PT_SECOND);
    ASSERT_INT(up->n, 2);
    ASSERT_INT(up->open, 3);
    ASSERT_INT(up->items[0], 5 * PT_SECOND);
    ASSERT_INT(up->items[1], 30 * PT_SECOND);
    ASSERT_NEAR(up->mean, 17.5, 0, 1e-12);
    pt_findings_fini(&findings);
}

static void test_availability_is_rounded_exactly(void **state)
{
    const pt_node_time huge = (pt_node_time)1 << 90;
    const struct {
        pt_node_time watched, down;
        int64_t millionths;
    } cases[] = {
        {0, 0, -1},
        {1, 0, 1000000},
        {1, 1, 0},
        {3, 1, 666667},
        {3, 2, 333333},
        {2000000, 1, 1000000},
        {2000000, 3, 999999},
        {2000000, 1999999, 1},
        {2000001, 2000000, 0},
        {8 * huge, huge, 875000},
        {2000000 * huge, 1999999 * huge + 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pt_findings findings = {.watched = cases[i].watched,
                                             .down = cases[i].down};

        ASSERT_INT(pt_findings_availability(&findings), cases[i].millionths);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_folder_without_runs_is_drawn),
        cmocka_unit_test(test_what_is_not_there_is_told),
        cmocka_unit_test(test_bad_rows_are_errors_at_their_place),
        cmocka_unit_test(test_faults_that_overlap_or_meet_are_one_outage),
        cmocka_unit_test(test_availability_is_rounded_exactly),
    };

    return cmocka_run_group_tests_name("survival", tests, NULL, NULL) != 0;
}
