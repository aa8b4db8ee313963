/* test_checkpoint_runs.c - gangs that save their work, by whole runs.
 *
 * A gang with failures at rate 1 / M has segments of an interval of work and a
 * checkpoint of C; each is tried, after a restart of R, until nothing fails in
 * it.  With x = (interval + C) / M, a full one takes
 *   all          M e^(R/M) (e^x - 1),
 * of which are
 *   checkpoints  M (e^(C/M) - 1): e^(C/M) of them are begun,
 *   work         M (e^x - e^(C/M)): e^x times it is begun,
 *   restarts     M (1 - e^(-R/M)) times the failures, all / M;
 * the last one of a job has no checkpoint, C = 0.  Repairs take no time. */
#include "tests/theory/breaking.h"

#include <gsl/gsl_multifit.h>
#include "models/checkpoint.h"

#define WIDTH 8
#define MTBF  10000.0 /* of a gang, seconds */

/* In MTBFs of the gang. */
struct plan {
    double work, cost, restart;
    int jobs;
};

/* Means a job, in MTBFs of a gang's time, over seeds. */
struct costs {
    struct sample all, failures, lost, checkpoint, restart;
};

/* ---- runs ---- */

/* Its jobs are submitted, and its nodes fail, when they do under any other
 * CHECKPOINT with the same SEED; each job starts at once, mostly. */
static void run_plan(const struct plan *plan, const char *checkpoint,
                     int64_t seed, struct pt_report *report)
{
    char params[PT_PARAM_TEXT_SIZE], failures[PT_PARAM_TEXT_SIZE];
    const struct breaking breaking = {.params = params,
                                      .failures = failures,
                                      .checkpoint = checkpoint,
                                      .nodes = WIDTH,
                                      .seed = seed};

    snprintf(params, sizeof params,
             "jobs=%d,widths=%d,law=deterministic,mean=%.17g,load=0.3",
             plan->jobs, WIDTH, plan->work * MTBF);
    snprintf(failures, sizeof failures, "nodes:mtbf=%.17g,mttr=1us",
             WIDTH * MTBF);
    run_breaking(&breaking, report);
    /* The work was done once, to the last microsecond. */
    assert_true(report->ledger.area[PT_CLASS_USEFUL] ==
                (pt_area)plan->jobs * WIDTH *
                    pt_time_from_seconds(plan->work * MTBF));
    assert_true(report->ledger.lost_by[PT_ORIGIN_NODE] ==
                report->ledger.area[PT_CLASS_LOST]);
}

/* A job's part of AREA, which is in node-seconds. */
static double each(const struct plan *plan, double area)
{
    return area / (MTBF * WIDTH * plan->jobs);
}

static void add_run(const struct plan *plan, const char *checkpoint,
                    int64_t seed, struct costs *costs)
{
    struct pt_report report;

    run_plan(plan, checkpoint, seed, &report);
    double lost = each(plan, area_of(&report, PT_CLASS_LOST));
    double saving = each(plan, area_of(&report, PT_CLASS_CHECKPOINT));
    double restart = each(plan, area_of(&report, PT_CLASS_RESTART));
    double run =
        report.summary.all.response.mean - report.summary.all.wait.mean;
    /* From the first start to the end there is nothing else, but for repairs.
     */
    ASSERT_NEAR(run / MTBF, plan->work + lost + saving + restart, 1e-8, 0);
    sample_add(&costs->all, run / MTBF);
    sample_add(&costs->failures, (double)count_killed(&report) / plan->jobs);
    sample_add(&costs->lost, lost);
    sample_add(&costs->checkpoint, saving);
    sample_add(&costs->restart, restart);
    pt_report_fini(&report);
}

static struct costs run_seeds(const struct plan *plan, const char *checkpoint,
                              int64_t seed, int runs)
{
    struct costs costs = {.all = {.n = 0}};

    for (int i = 0; i < runs; i++)
        add_run(plan, checkpoint, seed + i, &costs);
    return costs;
}

/* ---- closed forms ---- */

static double expected_time(const struct plan *plan, double interval)
{
    return pt_interval_time(plan->work, interval, plan->cost, plan->restart, 1);
}

/* The parts of that, but for the work that is kept. */
struct parts {
    double lost, checkpoint, restart;
};

static void add_segments(const struct plan *plan, double n, double work,
                         double cost, struct parts *parts)
{
    double failures = exp(plan->restart) * expm1(work + cost);

    parts->checkpoint += n * expm1(cost);
    parts->lost += n * (exp(work + cost) - exp(cost) - work);
    parts->restart += n * failures * -expm1(-plan->restart);
}

static struct parts expected_parts(const struct plan *plan, double interval)
{
    struct parts parts = {0};
    double full = ceil(plan->work / interval) - 1;

    add_segments(plan, full, interval, plan->cost, &parts);
    add_segments(plan, 1, plan->work - full * interval, 0, &parts);
    return parts;
}

/* ---- the rules ---- */

static int check_costs(const char *what, const struct plan *plan,
                       const struct costs *costs, double interval)
{
    struct parts parts = expected_parts(plan, interval);
    double time = expected_time(plan, interval);
    int bad = 0;

    ASSERT_NEAR(plan->work + parts.lost + parts.checkpoint + parts.restart,
                time, 1e-12, 0);
    print_message("-- %s, C/M %g, R/M %g: interval %.5g M\n", what, plan->cost,
                  plan->restart, interval);
    bad += mean_is_off("time", &costs->all, time, 0.005, 0.002);
    bad += mean_is_off("failures", &costs->failures, time, 0.02, 0.005);
    bad += mean_is_off("lost", &costs->lost, parts.lost, 0.02, 0.006);
    bad += mean_is_off("checkpoints", &costs->checkpoint, parts.checkpoint,
                       0.02, 0.005);
    if (plan->restart > 0)
        bad += mean_is_off("restarts", &costs->restart, parts.restart, 0.02,
                           0.005);
    return bad;
}

static void test_what_is_saved_by_rule_costs_what_it_must(void **state)
{
    static const struct {
        const char *name;
        double (*rule)(double cost, double mtbf);
    } rules[] = {{"young", pt_interval_young},
                 {"daly", pt_interval_daly},
                 {"optimum", pt_interval_optimum}};
    static const struct plan plans[] = {
        {14, 0.01, 0.02, 300}, {40, 0.1, 0, 400}, {70, 0.5, 0.2, 350}};
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        const struct plan *plan = &plans[i];
        for (size_t k = 0; k < sizeof rules / sizeof rules[0]; k++) {
            char checkpoint[PT_PARAM_TEXT_SIZE];
            /* They find the MTBF of the gang by themselves. */
            snprintf(checkpoint, sizeof checkpoint, "%s:cost=%g,restart=%g",
                     rules[k].name, plan->cost * MTBF, plan->restart * MTBF);
            struct costs costs =
                run_seeds(plan, checkpoint, 500 + 20 * (int64_t)i, 12);
            bad += check_costs(rules[k].name, plan, &costs,
                               rules[k].rule(plan->cost, 1));
        }
    }
    ASSERT_INT(bad, 0);
}

/* ---- the curve ---- */

enum { POINTS = 13, RUNS = 12, TERMS = 6 };

/* Where the polynomial of TERMS terms that fits Y best over X [POINTS] is
 * least, near 0. */
static double find_least(const double *x, const double *y)
{
    gsl_multifit_linear_workspace *space =
        gsl_multifit_linear_alloc(POINTS, TERMS);
    gsl_matrix *powers = gsl_matrix_alloc(POINTS, TERMS);
    gsl_matrix *cov = gsl_matrix_alloc(TERMS, TERMS);
    gsl_vector *values = gsl_vector_alloc(POINTS);
    gsl_vector *c = gsl_vector_alloc(TERMS);
    double square, at = 0;

    for (int i = 0; i < POINTS; i++) {
        gsl_vector_set(values, (size_t)i, y[i]);
        for (int k = 0; k < TERMS; k++)
            gsl_matrix_set(powers, (size_t)i, (size_t)k, pow(x[i], k));
    }
    gsl_multifit_linear(powers, values, c, cov, &square, space);
    for (int step = 0; step < 20; step++) { /* Newton's */
        double slope = 0, bend = 0;
        for (int k = 1; k < TERMS; k++)
            slope += k * gsl_vector_get(c, (size_t)k) * pow(at, k - 1);
        for (int k = 2; k < TERMS; k++)
            bend += k * (k - 1) * gsl_vector_get(c, (size_t)k) * pow(at, k - 2);
        at -= slope / bend;
    }
    gsl_multifit_linear_free(space);
    gsl_matrix_free(powers);
    gsl_matrix_free(cov);
    gsl_vector_free(values);
    gsl_vector_free(c);
    return at;
}

/* Over RUNS seeds, at POINTS intervals and those of the two rules. */
struct curve {
    double interval[POINTS + 2];
    double log[POINTS]; /* of the interval, over the optimum's */
    double cost[RUNS][POINTS + 2];
};

/* The work is whole segments at each of POINTS intervals, so that the curve has
 * no teeth. */
static void draw_curve(const struct plan *plan, struct curve *curve)
{
    double optimum = pt_interval_optimum(plan->cost, 1);

    for (int i = 0; i < POINTS; i++) {
        double ratio = 0.3 * pow(10, (double)i / (POINTS - 1));
        curve->interval[i] = plan->work / round(plan->work / (optimum * ratio));
        curve->log[i] = log(curve->interval[i] / optimum);
    }
    curve->interval[POINTS] = pt_interval_daly(plan->cost, 1);
    curve->interval[POINTS + 1] = optimum;
    for (int i = 0; i < POINTS + 2; i++) {
        char checkpoint[PT_PARAM_TEXT_SIZE];
        /* Rounded up, for as many segments. */
        snprintf(checkpoint, sizeof checkpoint,
                 "fixed:interval=%.6f,cost=%.17g,restart=%.17g",
                 curve->interval[i] * MTBF + 1e-6, plan->cost * MTBF,
                 plan->restart * MTBF);
        for (int run = 0; run < RUNS; run++) {
            struct costs costs = {.all = {.n = 0}};
            add_run(plan, checkpoint, 600 + run, &costs);
            curve->cost[run][i] = costs.all.sum;
        }
    }
}

static int check_points(const struct plan *plan, const struct curve *curve)
{
    int bad = 0;

    for (int i = 0; i < POINTS + 2; i++) {
        struct sample cost = {.n = 0};
        char name[64];
        for (int run = 0; run < RUNS; run++)
            sample_add(&cost, curve->cost[run][i]);
        snprintf(name, sizeof name, "time at interval %.5g M",
                 curve->interval[i]);
        bad += mean_is_off(name, &cost, expected_time(plan, curve->interval[i]),
                           i < POINTS ? 0.01 : 0.005, 0.0025);
    }
    return bad;
}

/* Its least, of each run, and of the closed form by the same fit. */
static int check_least(const struct plan *plan, const struct curve *curve)
{
    double exact[POINTS], optimum = pt_interval_optimum(plan->cost, 1);
    double daly = log(pt_interval_daly(plan->cost, 1) / optimum);
    double young = log(pt_interval_young(plan->cost, 1) / optimum);
    struct sample least = {.n = 0};

    for (int i = 0; i < POINTS; i++)
        exact[i] = expected_time(plan, curve->interval[i]);
    for (int run = 0; run < RUNS; run++)
        sample_add(&least, find_least(curve->log, curve->cost[run]));
    double bias = find_least(curve->log, exact), mean = sample_mean(&least);
    double error = sample_error(&least);
    print_message("ln(least / optimum): simulated %+.4f +- %.4f; the same fit "
                  "to the closed form %+.4f; Daly %+.4f, Young %+.4f\n",
                  mean, error, bias, daly, young);
    /* It is where both say, and can tell Young's rule from them. */
    return !(error < 0.02 && fabs(bias) < 0.01 &&
             fabs(mean - bias) < 4 * error &&
             fabs(mean - bias - daly) < 4 * error &&
             fabs(mean - bias - young) > 4 * error);
}

/* No point is better than the rules' by more than its noise, seed by seed. */
static int check_rules(const struct curve *curve)
{
    int bad = 0;

    for (int rule = POINTS; rule < POINTS + 2; rule++) {
        for (int i = 0; i < POINTS; i++) {
            struct sample more = {.n = 0};
            for (int run = 0; run < RUNS; run++)
                sample_add(&more, curve->cost[run][i] - curve->cost[run][rule]);
            double best = sample_mean(&more) + 4 * sample_error(&more);
            print_message("%s: interval x %.3f costs %+.4f M +- %.4f%s\n",
                          rule == POINTS ? "Daly" : "optimum",
                          exp(curve->log[i]), sample_mean(&more),
                          sample_error(&more), best < 0 ? "  TOO FAR" : "");
            bad += best < 0;
        }
    }
    return bad;
}

static void test_the_least_of_the_curve_is_where_the_rules_say(void **state)
{
    const double cost = 0.05;
    /* A hundred segments by both rules, as Daly's interval is less. */
    const struct plan plan = {
        .work = 100 * pt_interval_daly(cost, 1),
        .cost = cost,
        .restart = 0.03,
        .jobs = 250,
    };
    struct curve *curve = calloc(1, sizeof *curve);

    (void)state;
    assert_non_null(curve);
    draw_curve(&plan, curve);
    int bad = check_points(&plan, curve);
    bad += check_least(&plan, curve);
    bad += check_rules(curve);
    free(curve);
    ASSERT_INT(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_saved_by_rule_costs_what_it_must),
        cmocka_unit_test(test_the_least_of_the_curve_is_where_the_rules_say),
    };

    return cmocka_run_group_tests_name("checkpoint runs", tests, NULL, NULL) !=
           0;
}
