#include <math.h>
#include "tests/unit/drawing.h"
#include "plots/cells.h"
#include "plots/means.h"

#define CELLS                                                                  \
    "point,label,replications,failed,saturated,warmup,metric,unit,n,mean,"     \
    "half,"                                                                    \
    "basis"
#define PAIRED "point,label,baseline,metric,unit,n,difference,half,p,p_holm"

/* Two policies, three loads, and for WIDTHS three widths too: the wait is
 * WAIT x load x (2 for fcfs), saturated at the highest load under fcfs. */
static void put_study(const struct place *place, double wait, bool widths)
{
    static const char *const loads[] = {"0.5", "0.7", "0.9"};
    static const char *const names[] = {"fcfs", "easy"};
    int nwidths = widths ? 3 : 1;
    FILE *axes = create(place, "axes.csv");
    FILE *cells = create(place, "cells.csv");
    FILE *paired = create(place, "paired.csv");

    fputs("axis,title,unit,label,x\n", axes);
    fprintf(cells, CELLS ",load%s\n", widths ? ",width" : "");
    fprintf(paired, PAIRED ",load%s\n", widths ? ",width" : "");
    for (int l = 0; l < 3; l++)
        fprintf(axes, "load,offered load,,%s,%s\n", loads[l], loads[l]);
    for (int w = 0; w < nwidths && widths; w++)
        fprintf(axes, "width,\"gang's width\",slots,%d,%d\n", 4 << w, 4 << w);
    for (int l = 0; l < 3; l++)
        for (int w = 0; w < nwidths; w++) {
            double x = atof(loads[l]);
            char tail[64];

            snprintf(tail, sizeof tail, widths ? "%s,%d" : "%s", loads[l],
                     4 << w);
            for (int p = 0; p < 2; p++) {
                double mean = wait * x * (p == 0 ? 2 : 1);

                fprintf(cells, "p,%s,4,0,%d,0.1,wait_mean,s,4,%g,%g,r,%s\n",
                        names[p], p == 0 && l == 2 ? 2 : 0, mean, mean / 10,
                        tail);
                fprintf(cells, "p,%s,4,0,0,0.1,utilisation,,4,%g,,none,%s\n",
                        names[p], x, tail);
            }
            fprintf(paired, "p,easy,fcfs,wait_mean,s,4,%g,%g,0.01,%g,%s\n",
                    -wait * x, wait / 20, l == 0 ? 0.04 : 0.05, tail);
            fprintf(paired, "p,easy,fcfs,utilisation,,4,0,0,,,%s\n", tail);
        }
    fclose(axes);
    fclose(cells);
    fclose(paired);
}

/* Draws TEXT, as svg, and expects that it is said why not: WHY, or "". */
static void draw(const struct place *place, const char *text, const char *why)
{
    const struct pt_drawing drawing = {.formats = PT_FIGURE_SVG};
    struct pt_err err = {.code = PT_ERR_NONE};
    char said[1024];
    int missing = 0;

    if (draw_text(place->dir, text, &drawing, &missing, &err) != 0) {
        pt_err_print(&err, said, sizeof said);
        fail_msg("%s", said);
    }
    if (why[0])
        ASSERT_HAS(err.text, why);
    else
        ASSERT_TEXT(err.text, "");
}

static void refuse(const struct place *place, const char *text,
                   enum pt_err_code code, const char *what)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    int missing = 0;

    ASSERT_INT(draw_text(place->dir, text, NULL, &missing, &err), -1);
    ASSERT_INT(err.code, code);
    ASSERT_HAS(err.text, what);
}

static void expect_has(const struct place *place, const char *file,
                       const char *part)
{
    char *text = get(place, file);

    ASSERT_HAS(text, part);
    pt_free(text);
}

static void expect_data(const struct place *place, const char *file,
                        const char *data)
{
    char *text = get(place, file);

    ASSERT_TEXT(strchr(text, '\n') + 1, data);
    pt_free(text);
}

static void test_cells_are_read_with_their_axes(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_cells cells;
    struct place place;

    (void)state;
    make_place(&place);
    put_study(&place, 100, true);
    ASSERT_INT(pt_cells_init(&cells, place.dir, false, &err), 0);
    ASSERT_INT(cells.naxes, 2);
    ASSERT_TEXT(cells.axes[1].title, "gang's width");
    ASSERT_TEXT(cells.axes[1].unit, "slots");
    ASSERT_INT(cells.axes[1].n, 3);
    ASSERT_NEAR(cells.axes[1].values[2].x, 16, 0, 1e-9);
    ASSERT_INT(cells.nlabels, 2);
    ASSERT_TEXT(cells.labels[1], "easy");
    ASSERT_INT(cells.nmetrics, 2);
    ASSERT_TEXT(cells.metrics[0], "wait_mean");
    ASSERT_TEXT(cells.units[0], "s");
    ASSERT_INT(cells.nrows, 36);
    ASSERT_INT(cells.rows[24].saturated, 2);
    ASSERT_INT(cells.values[2 * 35 + 1], 2);
    assert_true(isnan(cells.rows[1].half));
    assert_null(cells.baseline);
    pt_cells_fini(&cells);

    ASSERT_INT(pt_cells_init(&cells, place.dir, true, &err), 0);
    ASSERT_TEXT(cells.baseline, "fcfs");
    ASSERT_INT(cells.nlabels, 2);
    ASSERT_TEXT(cells.labels[cells.rows[0].label], "easy");
    ASSERT_NEAR(cells.rows[0].p, 0.04, 0, 1e-9);
    assert_true(isnan(cells.rows[1].p));
    pt_cells_fini(&cells);
    remove_all(place.dir);
}

/* What is wrong with a cells.csv whose rows are ROWS. */
static void expect_bad(const char *rows, int line, const char *what)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;
    int missing = 0;
    FILE *cells;

    make_place(&place);
    put(&place, "axes.csv", "axis,title,unit,label,x\nload,,,a,\n");
    cells = create(&place, "cells.csv");
    fprintf(cells, CELLS ",load\n%s", rows);
    fclose(cells);
    ASSERT_INT(draw_text(place.dir, "sweep", NULL, &missing, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_HAS(err.file, "cells.csv");
    ASSERT_INT(err.line, line);
    ASSERT_HAS(err.text, what);
    assert_false(is_there(&place, "figures/sweep.dat"));
    remove_all(place.dir);
}

static void test_bad_cells_are_told_at_their_place(void **state)
{
    (void)state;
    expect_bad("p,easy,4,0,0,0,wait_mean,s,4,x,1,r,a\n", 2,
               "\"x\" (expected a number, or nothing)");
    expect_bad("p,easy,4,0,0,0,wait_mean,s,4,1,1,r,a\n"
               "p,easy,4,0,0,0,wait_mean,s,4,1,1,r,b\n",
               3, "expected a value of the axis");
    expect_bad("p,easy,-4,0,0,0,wait_mean,s,4,1,1,r,a\n", 2,
               "expected a whole number");
    expect_bad("p,easy\n", 2, "2 fields");
}

static void test_a_sweep_has_means_intervals_and_hollow_points(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_study(&place, 100, false);
    /* Each policy a little beside the value, in the order of the study. */
    draw(&place, "sweep", "");
    expect_data(&place, "figures/sweep.dat",
                "0.4990595 100 90 110 0\n0.6990595 140 126 154 0\n"
                "0.8990595 180 162 198 1\n\n\n"
                "0.5009405 50 45 55 0\n0.7009405 70 63 77 0\n0.9009405 90 81 "
                "99 0\n\n\n");
    expect_has(&place, "figures/sweep.gp", "title1[1] = 'Mean wait (s)'\n");
    expect_has(&place, "figures/sweep.gp", "xtitle = 'Offered load'\n");
    expect_has(&place, "figures/sweep.gp", "'hollow: queue still growing'");
    expect_has(&place, "figures/sweep.gp", "logy[1] = 0\n");
    /* Shares are percent; there is no interval, and nobody is saturated. */
    draw(&place, "u=sweep:metric=utilisation,only=policy=easy", "");
    expect_data(&place, "figures/u.dat",
                "0.5 50 50 50 0\n0.7 70 70 70 0\n0.9 90 90 90 0\n\n\n");
    expect_has(&place, "figures/u.gp", "title1[1] = 'Utilisation (%)'\n");
    expect_has(&place, "figures/u.gp", "style[1] = 2\n");
    remove_all(place.dir);
}

static void test_times_are_in_the_unit_they_are_read_in(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_study(&place, 36000, false);
    draw(&place, "sweep:only=policy=fcfs", "");
    expect_data(&place, "figures/sweep.dat",
                "0.5 10 9 11 0\n0.7 14 12.6 15.4 0\n0.9 18 16.2 19.8 1\n\n\n");
    expect_has(&place, "figures/sweep.gp", "title1[1] = 'Mean wait (h)'\n");
    remove_all(place.dir);
}

static void test_two_decades_are_logarithmic(void **state)
{
    struct place place;
    FILE *cells;

    (void)state;
    make_place(&place);
    put(&place, "axes.csv",
        "axis,title,unit,label,x\n"
        "interval,,s,60,60\ninterval,,s,600,600\ninterval,,s,3600,3600\n");
    cells = create(&place, "cells.csv");
    fprintf(cells, CELLS ",interval\n"
                         "p,easy,4,0,0,0,slowdown_mean,,4,1,0,r,60\n"
                         "p,easy,4,0,0,0,slowdown_mean,,4,10,12,r,600\n"
                         "p,easy,4,0,0,0,slowdown_mean,,4,100,1,r,3600\n");
    fclose(cells);
    draw(&place, "sweep:metric=slowdown_mean", "");
    expect_has(&place, "figures/sweep.gp", "logy[1] = 1\n");
    expect_has(&place, "figures/sweep.gp", "logx = 1\n");
    expect_has(&place, "figures/sweep.gp", "tic[2] = '10 min'; tic_at[2] = 10");
    draw(&place, "sweep:metric=slowdown_mean,log=no,logx=no", "");
    expect_has(&place, "figures/sweep.gp", "logy[1] = 0\n");
    expect_has(&place, "figures/sweep.gp", "low[1] = 0\n");
    expect_has(&place, "figures/sweep.gp", "logx = 0\n");
    remove_all(place.dir);
}

static void test_what_is_left_over_is_panels_or_held(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_study(&place, 100, true);
    draw(&place, "sweep:x=load", "");
    expect_has(&place, "figures/sweep.gp", "npanels = 3\n");
    expect_has(&place, "figures/sweep.gp",
               "panel[2] = 'gang''s width = 8 slots'\n");
    draw(&place, "sweep:x=load,panel=none", "");
    expect_has(&place, "figures/sweep.gp", "npanels = 1\n");
    expect_has(&place, "figures/sweep.gp",
               "panel[1] = 'gang''s width = 8 slots'\n");
    draw(&place, "sweep:x=load,series=width,panel=policy,only=policy=easy", "");
    expect_has(&place, "figures/sweep.gp", "nseries = 3\n");
    expect_has(&place, "figures/sweep.gp",
               "key[1] = 'gang''s width = 4 slots'");
    expect_has(&place, "figures/sweep.gp", "panel[1] = ''\n");
    draw(&place, "sweep:x=load,only=width=4+width=16", "");
    expect_has(&place, "figures/sweep.gp", "npanels = 2\n");
    draw(&place, "sweep:x=policy,only=width=4", "");
    expect_has(&place, "figures/sweep.gp", "tic[2] = 'easy'; tic_at[2] = 2\n");
    draw(&place, "compare", "");
    expect_has(&place, "figures/compare.gp",
               "held = 'offered load = 0.7, gang''s width = 8 slots'\n");
    remove_all(place.dir);
}

static void test_a_label_with_a_unit_gets_no_other(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put(&place, "axes.csv",
        "axis,title,unit,label,x\nhold,hold timeout,s,1m,60\n"
        "hold,hold timeout,s,5m,300\nhold,hold timeout,s,600,600\n"
        "load,load,,0.5,0.5\nload,load,,0.6,0.6\n");
    put(&place, "cells.csv",
        CELLS ",hold,load\n,fifo,2,0,0,0,wait_mean,s,2,20,1,r,1m,0.5\n"
              ",fifo,2,0,0,0,wait_mean,s,2,25,1,r,1m,0.6\n"
              ",fifo,2,0,0,0,wait_mean,s,2,30,1,r,5m,0.5\n"
              ",50%d,2,0,0,0,wait_mean,s,2,10,1,r,600,0.5\n");
    draw(&place, "sweep:x=load,series=hold,only=fifo", "");
    expect_has(&place, "figures/sweep.gp", "key[1] = 'hold timeout = 1m'");
    expect_has(&place, "figures/sweep.gp", "key[3] = 'hold timeout = 600 s'");
    expect_has(&place, "figures/sweep.gp", "panel[1] = ''\n");
    draw(&place, "sweep:x=hold,only=load=0.5", "");
    expect_has(&place, "figures/sweep.gp", "xtitle = 'Hold timeout (min)'");
    draw(&place, "sweep:x=hold,only=hold=5m+load=0.5", "");
    expect_has(&place, "figures/sweep.gp", "xtitle = 'Hold timeout'\n");
    draw(&place, "sweep:x=hold,only=hold=600+load=0.5", "");
    expect_has(&place, "figures/sweep.gp", "xtitle = 'Hold timeout (s)'\n");
    draw(&place, "sweep:x=policy,only=load=0.5", "");
    expect_has(&place, "figures/sweep.gp", "tic[2] = '50%%d'");
    remove_all(place.dir);
}

static void test_points_stand_where_they_are(void **state)
{
    struct place place;
    double x = 0;
    char *text;

    (void)state;
    make_place(&place);
    put_study(&place, 100, false);
    draw(&place, "sweep", "");
    text = get(&place, "figures/sweep.dat");
    ASSERT_INT(sscanf(strchr(text, '\n') + 1, "%lf", &x), 1);
    pt_free(text);
    ASSERT_NEAR(x, 0.5, 0, 0.4 * 0.06 / 6);
    remove_all(place.dir);
}

static void test_a_single_policy_has_no_pairs(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put(&place, "axes.csv", "axis,title,unit,label,x\n");
    put(&place, "cells.csv", CELLS "\n,fcfs,2,0,0,0,wait_mean,s,2,1e300,1,r\n");
    put(&place, "paired.csv", PAIRED "\n");
    draw(&place, "paired", "paired: there are no means");
    assert_false(is_there(&place, "figures/paired.gp"));
    draw(&place, "compare:metric=wait_mean", "there is no number");
    remove_all(place.dir);
}

static void test_what_is_not_there_is_refused_with_a_guess(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_study(&place, 100, true);
    refuse(&place, "sweep:x=lod", PT_ERR_USAGE,
           "there is no axis 'lod' (did you mean 'load'?)");
    refuse(&place, "sweep:metric=wait_men", PT_ERR_USAGE,
           "(did you mean 'wait_mean'?)");
    refuse(&place, "sweep:metric=", PT_ERR_USAGE, "no metric");
    refuse(&place, "compare:metric=x", PT_ERR_USAGE,
           "there is no metric 'x' (there is wait_mean, utilisation)");
    refuse(&place, "sweep:only=load=7", PT_ERR_USAGE, "no value of load '7'");
    refuse(&place, "sweep:only=esy", PT_ERR_USAGE, "(did you mean 'easy'?)");
    refuse(&place, "sweep:only=with=4", PT_ERR_USAGE,
           "there is no axis 'with' (did you mean 'width'?)");
    refuse(&place, "sweep:x=load,series=load", PT_ERR_USAGE, "different ones");
    refuse(&place, "sweep:overlay=theory.csv", PT_ERR_INPUT, "cannot be read");
    put(&place, "theory.csv", "series,x,y\nM/M/4,0.5,no\n");
    refuse(&place, "sweep:overlay=theory.csv", PT_ERR_INPUT,
           "\"no\" (expected a number)");
    remove_all(place.dir);
}

static void test_a_theory_is_laid_over_the_first_metric(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_study(&place, 3600, false);
    put(&place, "theory.csv",
        "series,x,y\nM/M/4,0.5,60\nbound,0.5,0\nM/M/4,0.9,86400\n");
    draw(&place,
         "sweep:overlay=theory.csv,only=easy,metric=wait_mean+"
         "utilisation",
         "");
    /* In the unit of the means: minutes. */
    expect_data(&place, "figures/sweep.dat",
                "0.5 30 27 33 0\n0.7 42 37.8 46.2 0\n0.9 54 48.6 59.4 0\n\n\n"
                "0.5 50 50 50 0\n0.7 70 70 70 0\n0.9 90 90 90 0\n\n\n"
                "0.5 1\n0.9 1440\n\n\n0.5 0\n\n\n");
    expect_has(&place, "figures/sweep.gp", "key[2] = 'M/M/4'");
    expect_has(&place, "figures/sweep.gp", "key_kind[3] = 2\n");
    remove_all(place.dir);
}

static void test_policies_are_compared_with_the_baseline(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_study(&place, 100, false);
    draw(&place, "compare:only=load=0.5", "");
    expect_data(&place, "figures/compare.dat",
                "100 90 110 0 0 0\n50 45 55 1 0 1\n\n\n"
                "50 50 50 0 0 0\n50 50 50 1 0 0\n\n\n");
    expect_has(&place, "figures/compare.gp", "nmetrics = 2\n");
    expect_has(&place, "figures/compare.gp", "base[1] = 100\n");
    expect_has(&place, "figures/compare.gp",
               "key[1] = 'differs from fcfs (p < 0.05, Holm)'");
    /* 0.05 is not below 0.05. */
    draw(&place, "compare:only=load=0.7,metric=wait_mean", "");
    expect_data(&place, "figures/compare.dat",
                "140 126 154 0 0 0\n70 63 77 1 0 0\n\n\n");
    expect_has(&place, "figures/compare.gp", "nkeys = 0\n");
    remove_all(place.dir);
}

static void test_differences_are_drawn_about_nothing(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_study(&place, 100, false);
    draw(&place, "paired", "");
    expect_data(&place, "figures/paired.dat",
                "0.5 -50 -55 -45 0\n0.7 -70 -75 -65 1\n"
                "0.9 -90 -95 -85 1\n\n\n");
    expect_has(&place, "figures/paired.gp", "paired = 1\n");
    expect_has(&place, "figures/paired.gp", "style[1] = 2\n");
    expect_has(&place, "figures/paired.gp",
               "title1[1] = 'Mean wait: difference to fcfs (s)'\n");
    draw(&place, "paired:x=policy,only=load=0.5", "");
    expect_data(&place, "figures/paired.dat", "-50 -55 -45 0 0 1\n\n\n");
    expect_has(&place, "figures/paired.gp", "differences = 1\n");
    remove_all(place.dir);
}

static void test_a_study_without_axes_is_one_point(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put(&place, "axes.csv", "axis,title,unit,label,x\n");
    put(&place, "cells.csv",
        CELLS "\n,fcfs,2,0,0,0,wait_mean,s,2,20,1,r\n"
              ",it's `touch CANARY`,2,0,0,0,wait_mean,s,2,10,1,r\n"
              ",none,2,2,0,0,wait_mean,s,0,,,none\n");
    put(&place, "paired.csv",
        PAIRED "\n,it's `touch CANARY`,fcfs,wait_mean,s,2,-10,1,0.1,0.1\n");
    draw(&place, "sweep", "sweep: the study has no axis");
    assert_false(is_there(&place, "figures/sweep.gp"));
    draw(&place, "compare", "");
    expect_data(&place, "figures/compare.dat",
                "20 19 21 0 0 0\n10 9 11 1 0 0\nNaN NaN NaN 2 0 0\n\n\n");
    expect_has(&place, "figures/compare.gp", "held = ''\n");
    draw(&place, "paired", "");
    expect_data(&place, "figures/paired.dat", "-10 -11 -9 0 0 0\n\n\n");
    assert_false(is_there(&place, "figures/CANARY"));
    put(&place, "cells.csv", CELLS "\n");
    draw(&place, "compare", "compare: there are no means");
    remove_all(place.dir);
}

static void put_timeline(const struct place *place, const char *label, int n)
{
    char name[100];
    FILE *stream;

    snprintf(name, sizeof name, "runs/%s/timeline.csv", label);
    stream = create(place, name);
    fputs("start,end,queue_mean,demand_mean\n", stream);
    for (int i = 0; i < n; i++)
        fprintf(stream, "%d,%d,%d,%d\n", 10 * i, 10 * i + 10, i % 2, 8 * i);
    fclose(stream);
}

static void test_a_queue_is_its_mean_over_bins(void **state)
{
    struct place place;
    char *data;
    int lines = 0;

    (void)state;
    make_place(&place);
    put_timeline(&place, "load=1/easy", 2);
    put_timeline(&place, "load=1/fcfs", 0);
    draw(&place, "queue", "");
    expect_data(&place, "figures/queue.dat",
                "0 0 0\n10 0 0\n10 1 8\n20 1 8\n\n\nNaN NaN NaN\n\n\n");
    draw(&place, "queue:metric=both,panels=yes,only=policy=easy", "");
    expect_has(&place, "figures/queue.gp", "npanels = 2\n");
    put_timeline(&place, "load=1/easy", 100000);
    draw(&place, "queue", "");
    data = get(&place, "figures/queue.dat");
    for (const char *c = data; *c; c++)
        lines += *c == '\n';
    assert_true(lines < 1300);
    ASSERT_HAS(data, " 0.5 ");
    pt_free(data);
    remove_all(place.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_are_read_with_their_axes),
        cmocka_unit_test(test_bad_cells_are_told_at_their_place),
        cmocka_unit_test(test_a_sweep_has_means_intervals_and_hollow_points),
        cmocka_unit_test(test_times_are_in_the_unit_they_are_read_in),
        cmocka_unit_test(test_two_decades_are_logarithmic),
        cmocka_unit_test(test_what_is_left_over_is_panels_or_held),
        cmocka_unit_test(test_a_label_with_a_unit_gets_no_other),
        cmocka_unit_test(test_points_stand_where_they_are),
        cmocka_unit_test(test_a_single_policy_has_no_pairs),
        cmocka_unit_test(test_what_is_not_there_is_refused_with_a_guess),
        cmocka_unit_test(test_a_theory_is_laid_over_the_first_metric),
        cmocka_unit_test(test_policies_are_compared_with_the_baseline),
        cmocka_unit_test(test_differences_are_drawn_about_nothing),
        cmocka_unit_test(test_a_study_without_axes_is_one_point),
        cmocka_unit_test(test_a_queue_is_its_mean_over_bins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
