/* test_gang_retry.c - gangs that begin again from scratch when they lose a
 * node, by whole runs.
 *
 * A gang of n nodes, each with failures at rate lambda, has them at rate L = n
 * lambda.  Its work t, repeated until no node fails in it, takes
 *   E[T] = (e^(Lt) - 1) / L,
 *   Var[T] = (e^(2Lt) - 2 Lt e^(Lt) - 1) / L^2
 * over a geometric number of attempts of mean e^(Lt).  If each attempt but the
 * first begins with a restart of r, in which nodes fail too, E[T] is e^(Lr)
 * times that.  Repairs take no time.  All times are independent: their own
 * standard errors bound what chance may do. */
#include "tests/theory/breaking.h"

#include "tests/unit/results_folder.h"

#define MTBF 1000.0 /* of a gang, seconds */

struct gang {
    int32_t width, nodes;
    double t, r; /* in MTBFs */
    int jobs;
};

/* By the rows of jobs.csv. */
struct outcome {
    struct sample time, attempts, once; /* once: 1 if nothing failed */
    double fourth;                      /* central moment of the time */
};

/* ---- closed forms, in MTBFs ---- */

static double time_mean(const struct gang *gang)
{
    return exp(gang->r) * expm1(gang->t);
}

/* Without a restart. */
static double time_variance(double t)
{
    return exp(2 * t) - 2 * t * exp(t) - 1;
}

/* ---- runs ---- */

static void run_gang(const struct gang *gang, int64_t seed, const char *dir,
                     struct pt_report *report)
{
    char params[PT_PARAM_TEXT_SIZE], failures[PT_PARAM_TEXT_SIZE];
    char checkpoint[PT_PARAM_TEXT_SIZE];
    const struct breaking breaking = {.params = params,
                                      .failures = failures,
                                      .checkpoint = checkpoint,
                                      .nodes = gang->nodes,
                                      .seed = seed,
                                      .dir = dir};

    /* Nearly always there is one to run, and never a long queue. */
    double rate = 0.8 * (double)(gang->nodes / gang->width) / time_mean(gang);
    snprintf(params, sizeof params,
             "jobs=%d,widths=%d,law=deterministic,mean=%.17g,rate=%.17g",
             gang->jobs, (int)gang->width, gang->t * MTBF, rate / MTBF);
    snprintf(failures, sizeof failures, "nodes:mtbf=%.17g,mttr=1us",
             gang->width * MTBF);
    snprintf(checkpoint, sizeof checkpoint, "none:restart=%.17g",
             gang->r * MTBF);
    run_breaking(&breaking, report);
}

enum { START, FINISH, ATTEMPTS, COLUMNS };

/* One row: its time, and how many attempts it took. */
static int read_row(struct pt_csv *csv, double *time, int64_t *attempts,
                    struct pt_err *err)
{
    struct pt_csv_field fields[COLUMNS];
    pt_time start, finish;
    int status = pt_csv_next(csv, fields, err);

    if (status == 1 &&
        (pt_csv_time(csv, &fields[START], &start, err) ||
         pt_csv_time(csv, &fields[FINISH], &finish, err) ||
         pt_csv_int(csv, &fields[ATTEMPTS], 1, 1000000, attempts, err)))
        status = -1;
    if (status == 1)
        *time = pt_time_seconds(finish - start) / MTBF;
    return status;
}

/* The file is read twice: the central moment needs the mean. */
static void read_jobs(const char *dir, struct outcome *outcome)
{
    static const char *const columns[COLUMNS] = {"first_start_time",
                                                 "finish_time", "attempts"};
    char *path = pt_results_path(dir, "jobs.csv");

    *outcome = (struct outcome){.fourth = 0};
    for (int pass = 0; pass < 2; pass++) {
        struct pt_err err = {.code = PT_ERR_NONE};
        struct pt_csv csv;
        double time = 0, mean = pass > 0 ? sample_mean(&outcome->time) : 0;
        int64_t attempts = 0;
        int status = pt_csv_open(&csv, path, columns, COLUMNS, &err);
        while (status == 0 &&
               (status = read_row(&csv, &time, &attempts, &err)) == 1) {
            status = 0;
            if (pass > 0) {
                outcome->fourth += pow(time - mean, 4) / outcome->time.n;
                continue;
            }
            sample_add(&outcome->time, time);
            sample_add(&outcome->attempts, (double)attempts);
            sample_add(&outcome->once, attempts == 1 ? 1 : 0);
        }
        if (err.code != PT_ERR_NONE)
            fail_msg("%s", err.text);
        pt_csv_close(&csv);
    }
    pt_free(path);
}

/* ---- checks ---- */

static void name_of(const struct gang *gang, const char *what, char *text,
                    size_t size)
{
    snprintf(text, size, "n %d of %d, Lt %.1f, Lr %.1f: %s", (int)gang->width,
             (int)gang->nodes, gang->t, gang->r, what);
}

/* CLASS has EXPECTED MTBFs of a gang a job, within 2 %, or 5 times ERROR. */
static int area_is_off(const struct gang *gang, const struct pt_report *report,
                       enum pt_class class, double expected, double error)
{
    char name[96];
    double node_seconds = area_of(report, class);
    double measured = node_seconds / (MTBF * gang->width * gang->jobs);
    bool off = fabs(measured - expected) > fmax(0.02 * expected, 5 * error);

    name_of(gang, pt_class_name(class), name, sizeof name);
    print_message("%-36s measured %-10.7g expected %-10.7g%s\n", name, measured,
                  expected, off ? "  TOO FAR" : "");
    return off;
}

/* Every node-second of a failed attempt is either a restart or lost, to a node;
 * and all that is useful is the work, exactly. */
static int check_ledger(const struct gang *gang, const struct pt_report *report,
                        double error)
{
    const struct pt_ledger *ledger = &report->ledger;
    double restart = time_mean(gang) * -expm1(-gang->r);
    int bad = 0;

    assert_true(ledger->area[PT_CLASS_USEFUL] ==
                (pt_area)gang->jobs * gang->width *
                    pt_time_from_seconds(gang->t * MTBF));
    assert_true(ledger->lost_by[PT_ORIGIN_NODE] == ledger->area[PT_CLASS_LOST]);
    assert_true(ledger->area[PT_CLASS_CHECKPOINT] == 0);
    bad += area_is_off(gang, report, PT_CLASS_LOST,
                       time_mean(gang) - gang->t - restart, error);
    if (gang->r > 0)
        bad += area_is_off(gang, report, PT_CLASS_RESTART, restart, error);
    else
        assert_true(ledger->area[PT_CLASS_RESTART] == 0);
    return bad;
}

static int check_times(const struct gang *gang, const struct outcome *outcome)
{
    char name[96];
    int bad = 0;

    name_of(gang, "E[T]", name, sizeof name);
    bad += mean_is_off(name, &outcome->time, time_mean(gang), 0.01, 0.005);
    /* Failures come at rate 1 all the time, restarts included. */
    name_of(gang, "attempts", name, sizeof name);
    bad +=
        mean_is_off(name, &outcome->attempts, 1 + time_mean(gang), 0.01, 0.005);
    name_of(gang, "at once", name, sizeof name);
    bad += mean_is_off(name, &outcome->once, exp(-gang->t),
                       5 * sample_error(&outcome->once) / exp(-gang->t), 0.02);
    return bad;
}

/* Within five standard errors. */
static int check_variance(const struct gang *gang,
                          const struct outcome *outcome)
{
    double n = outcome->time.n, variance = sample_variance(&outcome->time);
    double expected = time_variance(gang->t);
    double error = sqrt((outcome->fourth - variance * variance) / n);
    bool off = fabs(variance - expected) > 5 * error || error > 0.03 * expected;
    char name[96];

    name_of(gang, "Var[T]", name, sizeof name);
    print_message("%-36s measured %-10.7g expected %-10.7g off %+.2f %% +- "
                  "%.2f %%%s\n",
                  name, variance, expected, 100 * (variance / expected - 1),
                  100 * error / expected, off ? "  TOO FAR" : "");
    return off;
}

static int check_gang(const struct gang *gang, int64_t seed)
{
    struct pt_report report;
    struct outcome outcome;
    struct place place;
    int bad = 0;

    make_place(&place);
    run_gang(gang, seed, place.dir, &report);
    read_jobs(place.dir, &outcome);
    remove_all(place.dir);
    ASSERT_NEAR(outcome.time.n, gang->jobs, 0, 0);
    ASSERT_NEAR(outcome.attempts.sum - outcome.time.n,
                (double)count_killed(&report), 0, 0);
    bad += check_times(gang, &outcome);
    if (gang->r <= 0)
        bad += check_variance(gang, &outcome);
    bad += check_ledger(gang, &report, sample_error(&outcome.time));
    pt_report_fini(&report);
    return bad;
}

/* ---- tests ---- */

static void test_a_gang_that_begins_again_takes_as_long_as_it_must(void **state)
{
    static const struct gang rows[] = {
        {8, 8, 0.1, 0, 60000},   {8, 8, 1, 0, 60000},   {8, 8, 2, 0, 80000},
        {16, 16, 0.1, 0, 60000}, {16, 16, 1, 0, 60000}, {16, 16, 2, 0, 80000},
    };
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        bad += check_gang(&rows[i], 400 + (int64_t)i);
    ASSERT_INT(bad, 0);
}

static void test_a_restart_may_fail_too(void **state)
{
    static const struct gang rows[] = {
        {8, 8, 1, 0.2, 60000}, {8, 8, 0.5, 1, 80000}, {16, 16, 2, 0.1, 80000}};
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        bad += check_gang(&rows[i], 410 + (int64_t)i);
    ASSERT_INT(bad, 0);
}

/* What fails elsewhere is nothing to it; nor are the other gangs. */
static void test_a_gang_has_the_failures_of_its_own_nodes(void **state)
{
    const struct gang gang = {8, 28, 1, 0, 60000};

    (void)state;
    ASSERT_INT(check_gang(&gang, 420), 0);
}

/* It runs and is killed at the rate of its nodes' failures, added up: within
 * five standard deviations. */
static void test_a_gang_has_the_nth_part_of_a_nodes_mtbf(void **state)
{
    const double mtbf = 64000;

    (void)state;
    for (int32_t n = 1; n <= 64; n *= 4) {
        char params[PT_PARAM_TEXT_SIZE];
        struct breaking breaking = {.params = params,
                                    .failures = "nodes:mtbf=64000,mttr=1us",
                                    .nodes = 64,
                                    .seed = 430};
        struct pt_report report;
        snprintf(params, sizeof params,
                 "jobs=30000,widths=%d,mean=%.17g,law=deterministic,nodes=64,"
                 "load=0.6",
                 (int)n, mtbf / (2 * n));
        run_breaking(&breaking, &report);
        double run = (area_of(&report, PT_CLASS_USEFUL) +
                      area_of(&report, PT_CLASS_LOST)) /
                     n;
        double killed = (double)count_killed(&report);
        print_message("n %2d: %.0f killed in %.3g s: MTBF %.1f, expected %.1f "
                      "+- %.2f %%\n",
                      (int)n, killed, run, run / killed, mtbf / n,
                      100 / sqrt(killed));
        ASSERT_NEAR(run / killed, mtbf / n, 5 / sqrt(killed), 0);
        pt_report_fini(&report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_a_gang_that_begins_again_takes_as_long_as_it_must),
        cmocka_unit_test(test_a_restart_may_fail_too),
        cmocka_unit_test(test_a_gang_has_the_failures_of_its_own_nodes),
        cmocka_unit_test(test_a_gang_has_the_nth_part_of_a_nodes_mtbf),
    };

    return cmocka_run_group_tests_name("gang retry", tests, NULL, NULL) != 0;
}
