#include "tests/unit/drawing.h"
#include "plots/letters.h"
#include "plots/only.h"

/* Two runs with a timeline, at two loads. */
static void put_runs(const struct place *place)
{
    static const char *const labels[] = {"load=0.5/easy", "load=0.5/fcfs",
                                         "load=0.75/easy", "load=0.75/fcfs"};
    char name[100];

    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "runs/%s/rep-001/timeline.csv", labels[i]);
        put(place, name,
            "start,end,queue_mean,demand_mean\n0,10,1,2\n10,20,3,4\n");
    }
    put(place, "summary.csv",
        "point,label,policy\n\"load=0.5\",fcfs,gang\nload=0.5,easy,backfill\n"
        "load=0.75,fcfs,gang\n");
}

static void draw(const struct place *place, const char *text,
                 const struct pt_drawing *drawing)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    int missing = 0;

    if (draw_text(place->dir, text, drawing, &missing, &err) != 0)
        fail_msg("%s", err.text);
    ASSERT_TEXT(err.text, "");
    if (missing) {
        print_message("SKIPPED (no gnuplot)\n");
        remove_all(place->dir);
        skip();
    }
}

static void expect_has(const struct place *place, const char *file,
                       const char *part)
{
    char *text = get(place, file);

    ASSERT_HAS(text, part);
    pt_free(text);
}

static void refuse(const char *text, const char *what)
{
    struct pt_figure_request request;
    struct pt_err err = {.code = PT_ERR_NONE};

    ASSERT_INT(pt_figure_request_read(&request, text, &err), -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    ASSERT_HAS(err.text, what);
    pt_figure_request_fini(&request);
}

static void expect_name(const char *text, const char *name)
{
    struct pt_figure_request request;
    struct pt_err err = {.code = PT_ERR_NONE};

    ASSERT_INT(pt_figure_request_read(&request, text, &err), 0);
    ASSERT_TEXT(request.name, name);
    ASSERT_TEXT(request.figure->name, "wait-cdf");
    pt_figure_request_fini(&request);
}

static void test_a_figure_is_asked_for_by_a_text(void **state)
{
    (void)state;
    expect_name("wait-cdf", "wait-cdf");
    expect_name("wait-cdf:only=easy", "wait-cdf");
    expect_name("Fig.2a_b=wait-cdf:only=load=0.5", "Fig.2a_b");
    refuse("wait-cfd", "unknown figure 'wait-cfd' (did you mean 'wait-cdf'?)");
    refuse("nonsense", "unknown figure 'nonsense'");
    refuse("", "unknown figure ''");
    refuse("x=", "unknown figure ''");
    refuse("queue:metrik=both", "(did you mean 'metric'?)");
    refuse("queue:metric=all", "queue");
    refuse("=queue", "no name");
    refuse("../x=queue", "no name");
    refuse(".x=queue", "no name");
    refuse("style=queue", "not 'style'");
    refuse("it's=queue", "no name");
}

static void test_two_figures_of_one_name_are_refused(void **state)
{
    const struct pt_drawing drawing = {.columns = 0};
    struct pt_figure_request requests[2];
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;
    int missing;

    (void)state;
    make_place(&place);
    put_runs(&place);
    ASSERT_INT(pt_figure_request_read(&requests[0], "queue", &err), 0);
    ASSERT_INT(pt_figure_request_read(&requests[1], "queue=gantt", &err), 0);
    ASSERT_INT(
        pt_figures_draw(place.dir, requests, 2, &drawing, &missing, &err), -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    ASSERT_HAS(err.text, "two figures are called 'queue'");
    assert_false(is_there(&place, "figures"));
    pt_figure_request_fini(&requests[0]);
    pt_figure_request_fini(&requests[1]);
    remove_all(place.dir);
}

static void test_papers_and_formats_have_names(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    unsigned formats;

    (void)state;
    ASSERT_NEAR(pt_paper_find("acm", &err)->column, 3.33, 0, 1e-9);
    ASSERT_NEAR(pt_paper_find("ieee", &err)->full, 7.16, 0, 1e-9);
    ASSERT_NEAR(pt_paper_find("lncs", &err)->full, 4.8, 0, 1e-9);
    ASSERT_NEAR(pt_paper_find("usenix", &err)->full, 7, 0, 1e-9);
    for (int i = 0; pt_papers[i].name; i++)
        ASSERT_NEAR(pt_papers[i].points, 8, 0, 1e-9);
    assert_null(pt_paper_find("iee", &err));
    ASSERT_HAS(err.text, "unknown paper 'iee' (did you mean 'ieee'?)");
    err = (struct pt_err){.code = PT_ERR_NONE};
    ASSERT_INT(pt_figure_formats_read(&formats, "png,svg", &err), 0);
    ASSERT_INT(formats, PT_FIGURE_SVG | PT_FIGURE_PNG);
    ASSERT_INT(pt_figure_formats_read(&formats, "svg,", &err), -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    ASSERT_HAS(err.text, "(expected svg, pdf or png)");
}

static void test_figures_are_as_wide_as_the_paper(void **state)
{
    struct pt_drawing drawing = {.formats = PT_FIGURE_SVG};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;

    (void)state;
    make_place(&place);
    put_runs(&place);
    draw(&place, "queue", &drawing);
    expect_has(&place, "figures/queue.gp", "\nW = 7.0\n");
    drawing.paper = pt_paper_find("ieee", &err);
    draw(&place, "queue", &drawing);
    expect_has(&place, "figures/queue.gp", "\nW = 3.5\n");
    expect_has(&place, "figures/queue.gp", "\npoints = 8.0\n");
    expect_has(&place, "figures/queue.svg", "width=\"336\"");
    drawing.columns = 2;
    draw(&place, "queue", &drawing);
    expect_has(&place, "figures/queue.gp", "\nW = 7.16\n");
    remove_all(place.dir);
}

static void test_only_the_formats_asked_for_are_drawn(void **state)
{
    const struct pt_drawing drawing = {.formats = PT_FIGURE_PDF};
    struct place place;

    (void)state;
    make_place(&place);
    put_runs(&place);
    draw(&place, "q=queue", &drawing);
    assert_true(is_there(&place, "figures/q.pdf"));
    assert_false(is_there(&place, "figures/q.svg"));
    assert_false(is_there(&place, "figures/q.png"));
    remove_all(place.dir);
}

static void test_only_chooses_runs_by_their_point(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_results results;
    struct place place;

    (void)state;
    assert_true(pt_only_run("", "load=0.5/easy"));
    assert_true(pt_only_run("load=0.5", "load=0.5,width=4/easy"));
    assert_true(pt_only_run("width=4", "load=0.5,width=4/easy"));
    assert_false(pt_only_run("load=0.7", "load=0.75/easy"));
    assert_false(pt_only_run("load=0.5", "easy"));
    assert_true(pt_only_run("easy", "easy"));
    assert_true(pt_only_run("policy=easy+policy=fcfs", "load=1/fcfs"));
    assert_false(pt_only_run("policy=easy+load=2", "load=1/easy"));
    assert_true(pt_only_run("load=1+load=2+easy", "load=2/easy"));

    make_place(&place);
    put_runs(&place);
    ASSERT_INT(pt_results_find(&results, place.dir, "", &err), 0);
    ASSERT_INT(results.n, 4);
    /* In the order of summary.csv; what it does not name follows. */
    ASSERT_TEXT(results.runs[0].label, "load=0.5/fcfs");
    ASSERT_TEXT(results.runs[3].label, "load=0.75/easy");
    ASSERT_INT(results.runs[3].style, 4);
    pt_results_fini(&results);
    /* A policy looks the same, whatever is drawn beside it. */
    ASSERT_INT(pt_results_find(&results, place.dir, "load=0.75+easy", &err), 0);
    ASSERT_INT(results.n, 1);
    ASSERT_INT(results.runs[0].style, 2);
    pt_results_fini(&results);
    ASSERT_INT(pt_results_find(&results, place.dir, "load=0.7", &err), 0);
    ASSERT_INT(results.n, 0);
    pt_results_fini(&results);
    remove_all(place.dir);
}

static void test_latex_writes_the_letters(void **state)
{
    struct pt_drawing drawing = {.formats = PT_FIGURE_SVG, .latex = true};
    struct place place;

    (void)state;
    make_place(&place);
    put(&place, "runs/50 % & a_b $ {x}\\/timeline.csv",
        "start,end,queue_mean,demand_mean\n0,10,1,2\n10,20,3,4\n");
    draw(&place, "q=queue", &drawing);
    expect_has(&place, "figures/q.tex",
               "\\strut{}50 \\% \\& a\\_b \\$ \\{x\\}\\textbackslash{}}}%\n");
    expect_has(&place, "figures/q.tex",
               "\\strut{}Time since the first submission (s)}}%\n");
    expect_has(&place, "figures/q.tex", "bp}]{q}}%\n");
    assert_true(is_there(&place, "figures/q.pdf"));
    assert_true(is_there(&place, "figures/q.svg"));
    assert_false(is_there(&place, "figures/q.tmp.tex"));
    assert_false(is_there(&place, "figures/q.tmp.pdf"));
    remove_all(place.dir);
}

static void test_figures_are_drawn_again_as_they_were_edited(void **state)
{
    struct pt_drawing drawing = {.formats = PT_FIGURE_SVG};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;
    char *script, *edited;
    int missing = 0;

    (void)state;
    make_place(&place);
    put_runs(&place);
    draw(&place, "queue", &drawing);
    script = get(&place, "figures/queue.gp");
    edited = pt_alloc(strlen(script) + 100, 1);
    snprintf(edited, strlen(script) + 100, "%s\nprint 'edited'\n", script);
    put(&place, "figures/queue.gp", edited);
    drawing.again = true;
    /* The results may be gone. */
    put(&place, "runs/load=0.5/easy/rep-001/timeline.csv", "nonsense\n");
    draw(&place, "queue", &drawing);
    expect_has(&place, "figures/queue.gp", "print 'edited'");
    ASSERT_INT(draw_text(place.dir, "gantt", &drawing, &missing, &err), 0);
    ASSERT_TEXT(err.text, "gantt: there is no figures/gantt.gp");
    pt_free(edited);
    pt_free(script);
    remove_all(place.dir);
}

static void test_letters_are_measured_cut_and_broken(void **state)
{
    char a[64], b[64];

    (void)state;
    /* Ten digits of 8 points, 0.56 of that wide each. */
    ASSERT_NEAR(pt_letters_width("0123456789", 8), 1.02 * 5.6 * 8 / 72, 0,
                1e-9);
    pt_letters_cut(a, sizeof a, "short", 8, 1);
    ASSERT_TEXT(a, "short");
    pt_letters_cut(a, sizeof a, "a label that is long", 8, 0.5);
    ASSERT_HAS(a, "...");
    assert_true(pt_letters_width(a, 8) <= 0.52);
    pt_letters_break(a, b, sizeof a, "Bounded slowdown, 95th percentile", 8,
                     1.4);
    ASSERT_TEXT(a, "Bounded slowdown,");
    ASSERT_TEXT(b, "95th percentile");
    pt_letters_break(a, b, sizeof a, "Mean wait (h)", 8, 1.4);
    ASSERT_TEXT(b, "");
    pt_letters_break(a, b, sizeof a, "Unbreakable_however_long_it_is", 8, 0.5);
    ASSERT_HAS(a, "...");
    ASSERT_TEXT(b, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_figure_is_asked_for_by_a_text),
        cmocka_unit_test(test_two_figures_of_one_name_are_refused),
        cmocka_unit_test(test_papers_and_formats_have_names),
        cmocka_unit_test(test_figures_are_as_wide_as_the_paper),
        cmocka_unit_test(test_only_the_formats_asked_for_are_drawn),
        cmocka_unit_test(test_only_chooses_runs_by_their_point),
        cmocka_unit_test(test_latex_writes_the_letters),
        cmocka_unit_test(test_figures_are_drawn_again_as_they_were_edited),
        cmocka_unit_test(test_letters_are_measured_cut_and_broken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
