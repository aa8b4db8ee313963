/* test_checkpoint.c - intervals between checkpoints, and what they cost. */
#include "tests/unit/check.h"

#include <math.h>
#include "base/alloc.h"
#include "models/checkpoint.h"

#define HOUR (3600 * PT_SECOND)

/* ---- closed forms ---- */

/* The shared table of exact values, to all its digits. */
static void test_intervals_are_the_tables(void **state)
{
    static const struct {
        double ratio, exact, daly, young;
    } table[] = {
        {0.001, 0.04405719, 0.04405718, 0.04472136},
        {0.01, 0.13483475, 0.13483326, 0.14142136},
        {0.1, 0.38318317, 0.38303145, 0.44721360},
        {0.5, 0.69829044, 0.69444444, 1.0},
        {1, 0.84140566, 0.82611432, 1.41421356},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        for (double mtbf = 1; mtbf < 1e9; mtbf *= 1000) {
            double cost = table[i].ratio * mtbf;
            ASSERT_NEAR(pt_interval_optimum(cost, mtbf) / mtbf, table[i].exact,
                        0, 5.1e-9);
            ASSERT_NEAR(pt_interval_daly(cost, mtbf) / mtbf, table[i].daly, 0,
                        5.1e-9);
            ASSERT_NEAR(pt_interval_young(cost, mtbf) / mtbf, table[i].young, 0,
                        5.1e-9);
        }
    }
}

/* Computed with 40 digits, on both sides of where the method changes. */
static void test_the_optimum_is_exact_down_to_tiny_costs(void **state)
{
    static const double table[][2] = {
        {1e-15, 4.472135888332913e-8},  {1e-12, 1.4142128957065069e-6},
        {1e-9, 4.4720692885813662e-5},  {1e-6, 0.0014135469742886646},
        {1e-4, 0.014075547672763036},   {0.001, 0.044057192259048082},
        {0.01, 0.13483475106683469},    {0.05, 0.2838105448306558},
        {0.0999, 0.38302214156749808},  {0.1, 0.38318316820829483},
        {0.1001, 0.38334408521715581},  {1, 0.84140566043696064},
        {10, 0.99998329802025596},      {1000, 1},
        {1e-40, 1.4142135623730951e-20}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        ASSERT_NEAR(pt_interval_optimum(table[i][0], 1), table[i][1], 4e-15, 0);
}

static void test_the_edges_are_defined(void **state)
{
    double (*const rules[])(double cost, double mtbf) = {
        pt_interval_young, pt_interval_daly, pt_interval_optimum};

    (void)state;
    for (int i = 0; i < 3; i++) {
        ASSERT_NEAR(rules[i](0, 3600), 0, 0, 0);
        assert_true(rules[i](60, HUGE_VAL) > 1e300);
        assert_true(rules[i](0, HUGE_VAL) > 1e300);
    }
    ASSERT_NEAR(pt_interval_daly(20, 10), 10, 0, 0);
    ASSERT_NEAR(pt_interval_daly(25, 10), 10, 0, 0);
}

/* ---- the expected time ---- */

static double segment(double s, double restart, double mtbf)
{
    return mtbf * exp(restart / mtbf) * expm1(s / mtbf);
}

static void test_the_time_is_the_sum_over_the_segments(void **state)
{
    (void)state;
    for (double work = 1; work < 40; work += 1.7) {
        for (double interval = 0.7; interval < 50; interval *= 1.6) {
            double left = work, sum = 0;
            for (; left > interval * (1 + 1e-9); left -= interval)
                sum += segment(interval + 0.5, 2, 9);
            sum += segment(left, 2, 9);
            ASSERT_NEAR(pt_interval_time(work, interval, 0.5, 2, 9), sum, 1e-12,
                        0);
        }
    }
    /* None at the very end, and none at all. */
    ASSERT_NEAR(pt_interval_time(30, 10, 1, 2, 9),
                2 * segment(11, 2, 9) + segment(10, 2, 9), 1e-14, 0);
    ASSERT_NEAR(pt_interval_time(30, HUGE_VAL, 1, 2, 9), segment(30, 2, 9),
                1e-14, 0);
    ASSERT_NEAR(pt_interval_time(0.1 + 0.2, 0.1, 1, 2, 9),
                2 * segment(1.1, 2, 9) + segment(0.1, 2, 9), 1e-12, 0);
    ASSERT_NEAR(pt_interval_time(0, 10, 1, 2, 9), 0, 0, 0);
    /* What never fails takes its time. */
    ASSERT_NEAR(pt_interval_time(35, 10, 1, 2, HUGE_VAL), 38, 0, 0);
    ASSERT_NEAR(pt_interval_time(35, HUGE_VAL, 1, 2, HUGE_VAL), 35, 0, 0);
}

/* E[T] of a whole-gang retry, x = failures expected in the work. */
static void test_without_checkpoints_it_is_whole_retry(void **state)
{
    (void)state;
    ASSERT_NEAR(pt_interval_time(1, HUGE_VAL, 0, 0, 10), 1.05170918, 1e-8, 0);
    ASSERT_NEAR(pt_interval_time(1, HUGE_VAL, 0, 0, 1), 1.71828183, 1e-8, 0);
    ASSERT_NEAR(pt_interval_time(2, HUGE_VAL, 0, 0, 1) / 2, 3.19452805, 1e-8,
                0);
    /* A restart that may fail and is redone. */
    ASSERT_NEAR(pt_interval_time(1, HUGE_VAL, 0, log(4.7676 / 1.71828183), 1),
                4.7676, 1e-8, 0);
}

/* Of long work, so that the last segment, which is not saved, has no say. */
static void test_the_optimum_makes_long_work_shortest(void **state)
{
    static const double ratios[] = {1e-4, 0.001, 0.01, 0.1, 0.5, 1, 2};
    const double mtbf = 3600, work = 1e6 * mtbf;

    (void)state;
    for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
        double cost = ratios[i] * mtbf;
        double best = pt_interval_optimum(cost, mtbf);
        double least = pt_interval_time(work, best, cost, 60, mtbf);
        for (double by = 0.02; by < 50; by *= 1.01) {
            double off = fabs(log(by));
            double time = pt_interval_time(work, best * by, cost, 60, mtbf);
            assert_true(time > least * (1 - 1e-5));
            assert_true(off < 0.1 || time > least * (1 + 1e-6));
        }
        /* Daly's rule is good wherever a cost is bearable. */
        double daly = pt_interval_daly(cost, mtbf);
        ASSERT_NEAR(pt_interval_time(work, daly, cost, 60, mtbf), least, 4e-3,
                    0);
    }
}

/* ---- the plug-ins ---- */

static const struct pt_checkpoint_model *const models[] = {
    &pt_checkpoint_none, &pt_checkpoint_fixed, &pt_checkpoint_young,
    &pt_checkpoint_daly, &pt_checkpoint_optimum};

static const struct pt_plugin *const plugins[] = {
    (const struct pt_plugin *)&pt_checkpoint_none,
    (const struct pt_plugin *)&pt_checkpoint_fixed,
    (const struct pt_plugin *)&pt_checkpoint_young,
    (const struct pt_plugin *)&pt_checkpoint_daly,
    (const struct pt_plugin *)&pt_checkpoint_optimum,
    NULL};

static struct pt_checkpoint_terms ask(const char *text, int32_t nodes,
                                      double mtbf)
{
    const struct pt_gang_shape gang = {
        .tasks = 8 * nodes, .nodes = nodes, .mtbf = mtbf};
    struct pt_checkpoint_terms terms = {.interval = -1, .cost = -1};
    struct pt_err err = {.code = PT_ERR_NONE};
    void *state = NULL;
    const struct pt_plugin *plugin =
        pt_plugin_open(plugins, "checkpoint model", text, &state, &err);

    if (!plugin)
        fail_msg("%s", err.text);
    for (int i = 0; i < 5; i++)
        if (plugins[i] == plugin)
            models[i]->terms(state, &gang, &terms);
    pt_free(state);
    return terms;
}

static void check_terms(const char *text, int32_t nodes, double mtbf,
                        struct pt_checkpoint_terms terms)
{
    struct pt_checkpoint_terms seen = ask(text, nodes, mtbf);

    ASSERT_INT(seen.interval, terms.interval);
    ASSERT_INT(seen.cost, terms.cost);
    ASSERT_INT(seen.restart, terms.restart);
    ASSERT_INT(seen.read, terms.read);
}

static void test_none_and_fixed_know_no_failures(void **state)
{
    const double mtbfs[] = {1, 1e9, HUGE_VAL};
    const pt_time s = PT_SECOND;

    (void)state;
    for (int i = 0; i < 5; i++)
        ASSERT_INT(models[i]->saves, i > 0);
    for (int i = 0; i < 3; i++) {
        check_terms("none", 4, mtbfs[i],
                    (struct pt_checkpoint_terms){PT_TIME_NEVER, 0, 0, 0});
        check_terms("none:restart=2m", 4, mtbfs[i],
                    (struct pt_checkpoint_terms){PT_TIME_NEVER, 0, 120 * s, 0});
        check_terms("fixed", 4, mtbfs[i],
                    (struct pt_checkpoint_terms){HOUR, 300 * s, 300 * s, 0});
        check_terms("fixed:interval=1us,cost=0,restart=0", 4, mtbfs[i],
                    (struct pt_checkpoint_terms){1, 0, 0, 0});
    }
}

/* Gangs share the file system: the wider, the longer they write. */
static void test_writing_and_reading_take_size_over_bandwidth(void **state)
{
    const pt_time s = PT_SECOND;

    (void)state;
    check_terms("fixed:cost=10s,restart=20s,size=64,bandwidth=100", 1, 1,
                (struct pt_checkpoint_terms){HOUR, 10640000, 20 * s, 640000});
    check_terms("fixed:cost=10s,restart=20s,size=64,bandwidth=100", 1000, 1,
                (struct pt_checkpoint_terms){HOUR, 650 * s, 20 * s, 640 * s});
    check_terms("fixed:cost=10s,restart=20s,size=64", 1000, 1,
                (struct pt_checkpoint_terms){HOUR, 10 * s, 20 * s, 0});
    check_terms("fixed:cost=0,restart=0,bandwidth=5", 1000, 1,
                (struct pt_checkpoint_terms){HOUR, 0, 0, 0});
    check_terms("fixed:cost=1,size=1e9,bandwidth=1e-300", 1000, 1,
                (struct pt_checkpoint_terms){HOUR, PT_TIME_NEVER, 300 * s,
                                             PT_TIME_NEVER});
}

static void test_rules_see_the_mtbf_of_the_gang(void **state)
{
    const char *names[] = {"young", "daly", "optimum"};
    double (*const rules[])(double cost, double mtbf) = {
        pt_interval_young, pt_interval_daly, pt_interval_optimum};
    char text[80];

    (void)state;
    for (int i = 0; i < 3; i++) {
        pt_time expected = pt_time_from_seconds(rules[i](300, 864e4 / 16));
        ASSERT_INT(ask(names[i], 16, 864e4).interval, expected);
        snprintf(text, sizeof text, "%s:mtbf=100d", names[i]);
        ASSERT_INT(ask(text, 16, 5).interval, expected);
        ASSERT_INT(ask(text, 16, HUGE_VAL).interval, expected);
        snprintf(text, sizeof text, "%s:cost=200,size=100,bandwidth=16",
                 names[i]);
        ASSERT_INT(ask(text, 16, 864e4).interval, expected);
    }
}

static void test_what_never_fails_saves_never_and_what_is_free_always(void **s)
{
    const char *names[] = {"young", "daly", "optimum"};
    char text[80];

    (void)s;
    for (int i = 0; i < 3; i++) {
        ASSERT_INT(ask(names[i], 16, HUGE_VAL).interval, PT_TIME_NEVER);
        snprintf(text, sizeof text, "%s:mtbf=never", names[i]);
        ASSERT_INT(ask(text, 16, 100).interval, PT_TIME_NEVER);
        snprintf(text, sizeof text, "%s:cost=0", names[i]);
        ASSERT_INT(ask(text, 16, 100).interval, 1);
        ASSERT_INT(ask(text, 16, 100).cost, 0);
        ASSERT_INT(ask(text, 16, HUGE_VAL).interval, PT_TIME_NEVER);
        snprintf(text, sizeof text, "%s:cost=1us,mtbf=1us", names[i]);
        assert_true(ask(text, 1000000, 100).interval >= 1);
    }
}

static void test_bad_parameters_are_told(void **state)
{
    static const char *const bad[][2] = {
        {"none:cost=1", "none has no parameter 'cost'"},
        {"none:interval=1", "none has no parameter 'interval'"},
        {"fixed:interval=0", "fixed: bad value interval=0"},
        {"fixed:interval=never", "fixed: bad value interval=never"},
        {"fixed:mtbf=1d", "fixed has no parameter 'mtbf'"},
        {"fixed:cost=-1", "fixed: bad value cost=-1"},
        {"daly:bandwith=1", "did you mean 'bandwidth'?"},
        {"young:size=-1", "young: bad value size=-1"},
        {"young:bandwidth=inf", "young: bad value bandwidth=inf"},
        {"optimum:restart=1w", "optimum: bad value restart=1w"},
        {"dalli", "did you mean 'daly'?"}};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct pt_err err = {.code = PT_ERR_NONE};
        void *opened = NULL;
        assert_null(pt_plugin_open(plugins, "checkpoint model", bad[i][0],
                                   &opened, &err));
        ASSERT_INT(err.code, PT_ERR_USAGE);
        ASSERT_HAS(err.text, bad[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_are_the_tables),
        cmocka_unit_test(test_the_optimum_is_exact_down_to_tiny_costs),
        cmocka_unit_test(test_the_edges_are_defined),
        cmocka_unit_test(test_the_time_is_the_sum_over_the_segments),
        cmocka_unit_test(test_without_checkpoints_it_is_whole_retry),
        cmocka_unit_test(test_the_optimum_makes_long_work_shortest),
        cmocka_unit_test(test_none_and_fixed_know_no_failures),
        cmocka_unit_test(test_writing_and_reading_take_size_over_bandwidth),
        cmocka_unit_test(test_rules_see_the_mtbf_of_the_gang),
        cmocka_unit_test(
            test_what_never_fails_saves_never_and_what_is_free_always),
        cmocka_unit_test(test_bad_parameters_are_told),
    };
    return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL) != 0;
}
