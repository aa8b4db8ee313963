#include "tests/unit/drawing.h"
#include "tests/unit/results_folder.h"
#include "base/alloc.h"
#include "plots/figure.h"
#include "plots/results.h"

#define LEDGER "class,slot_seconds,share\n"
#define LOSSES "origin,outages,down,killed,lost\n"

extern const struct pt_figure pt_figure_ledger_stack, pt_figure_losses;

/* FILE of the run LABEL, which has a jobs.csv as well. */
static void put_file(const struct place *place, const char *label,
                     const char *file, const char *text)
{
    char name[200];

    snprintf(name, sizeof name, "runs/%s/jobs.csv", label);
    put(place, name, "job_id\n");
    if (!file)
        return;
    snprintf(name, sizeof name, "runs/%s/%s", label, file);
    put(place, name, text);
}

/* Draws FIGURE; what it notes goes into ERR. */
static int draw(const struct place *place, const struct pt_figure *figure,
                struct pt_err *err)
{
    int missing = 0;

    *err = (struct pt_err){.code = PT_ERR_NONE};
    return draw_types(place->dir, &figure, 1, &missing, err);
}

/* FIGURE is drawn; its data, without the comments, is DATA, and its script has
 * PART. */
static void expect_drawn(const struct place *place,
                         const struct pt_figure *figure, const char *data,
                         const char *part)
{
    struct pt_err err;
    char name[80], *text, *from;

    ASSERT_INT(draw(place, figure, &err), 0);
    ASSERT_TEXT(err.text, "");
    snprintf(name, sizeof name, "figures/%s.dat", figure->name);
    text = get(place, name);
    for (from = text; *from == '#'; from++)
        from = strchr(from, '\n');
    ASSERT_TEXT(from, data);
    pt_free(text);
    snprintf(name, sizeof name, "figures/%s.gp", figure->name);
    text = get(place, name);
    ASSERT_HAS(text, part);
    pt_free(text);
    snprintf(name, sizeof name, "figures/%s.svg", figure->name);
    if (!is_there(place, name))
        print_message("SKIPPED (no gnuplot): %s\n", name);
}

static void test_shares_are_piled_up_in_the_order_of_the_ledger(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_file(&place, "a", "ledger.csv",
             LEDGER "useful,5,0.5\nlost,1,0.1\nidle,4,0.4\ndown,0,0\n");
    put_file(&place, "b", "ledger.csv",
             LEDGER "idle,1,0.25\nuseful,3,0.75\ncheckpoint,0,0\n");
    put_file(&place, "c", NULL, NULL);
    expect_drawn(&place, &pt_figure_ledger_stack,
                 "0 50 60 100\n1 75 75 100\n2 0 0 0\n",
                 "class[2] = 'lost'; colour[2] = '#CC79A7'");
    remove_all(place.dir);
}

static void test_losses_have_a_block_an_origin_that_lost_something(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put_file(&place, "a", "failures.csv",
             LOSSES "unknown,0,0,0,0\nrack,2,7200,5,36000\nnode,1,1,0,0\n");
    put_file(&place, "b", "failures.csv",
             LOSSES "node,3,60,2,1800\nrack,0,0,0,0\n");
    put_file(&place, "c", NULL, NULL);
    expect_drawn(&place, &pt_figure_losses,
                 "0 10\n1 0\n2 0\n\n\n0 0\n1 0.5\n2 0\n\n\n",
                 "key[1] = 'rack'");
    remove_all(place.dir);
}

static void test_without_losses_there_is_nothing_to_draw(void **state)
{
    struct place place;
    struct pt_err err;

    (void)state;
    make_place(&place);
    put_file(&place, "a", "failures.csv", LOSSES "rack,2,7200,5,0\n");
    ASSERT_INT(draw(&place, &pt_figure_losses, &err), 0);
    ASSERT_HAS(err.text, "no run has a failures.csv that tells of lost work");
    assert_false(is_there(&place, "figures/losses.dat"));
    ASSERT_INT(draw(&place, &pt_figure_ledger_stack, &err), 0);
    ASSERT_HAS(err.text, "no run has a ledger.csv that holds any time");
    remove_all(place.dir);
}

/* What drawing FIGURE of a FILE that is TEXT says. */
static void expect_error(const struct pt_figure *figure, const char *file,
                         const char *text, int line, const char *what)
{
    struct place place;
    struct pt_err err;

    make_place(&place);
    put_file(&place, "a", file, text);
    ASSERT_INT(draw(&place, figure, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_INT(err.line, line);
    ASSERT_HAS(err.text, what);
    ASSERT_HAS(err.file, file);
    remove_all(place.dir);
}

static void test_bad_files_are_errors_at_their_lines(void **state)
{
    char many[2000] = LOSSES;
    const struct pt_figure *stack = &pt_figure_ledger_stack;
    const struct pt_figure *losses = &pt_figure_losses;

    (void)state;
    expect_error(stack, "ledger.csv", "class,slot_seconds\n", 1,
                 "no column \"share\"");
    expect_error(stack, "ledger.csv", LEDGER "useful,1,1\nwasted,1,0\n", 3,
                 "\"wasted\" (expected a class of the ledger)");
    expect_error(stack, "ledger.csv", LEDGER "useful,1,x\n", 2,
                 "\"x\" (expected a number that is not negative)");
    expect_error(losses, "failures.csv", LOSSES "rack,1,1,1,-2\n", 2,
                 "\"-2\" (expected a number that is not negative)");
    expect_error(losses, "failures.csv", LOSSES ",1,1,1,2\n", 2,
                 "expected the name of an origin");
    for (int i = 0; i < 33; i++)
        sprintf(many + strlen(many), "o%d,0,0,0,1\n", i);
    expect_error(losses, "failures.csv", many, 34, "one origin too many");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_are_piled_up_in_the_order_of_the_ledger),
        cmocka_unit_test(
            test_losses_have_a_block_an_origin_that_lost_something),
        cmocka_unit_test(test_without_losses_there_is_nothing_to_draw),
        cmocka_unit_test(test_bad_files_are_errors_at_their_lines),
    };

    return cmocka_run_group_tests_name("figures of failures", tests, NULL,
                                       NULL) != 0;
}
