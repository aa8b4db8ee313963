/* test_breakdowns.c - queues whose servers break down, and nodes that are
 * repaired, by whole runs.
 *
 * Servers fail at rate xi, whether they work or not, and are repaired at rate
 * eta.  A job that is saved all the time resumes: c = 1 has a closed form, c >
 * 1 was solved as a quasi-birth-death process by another program.  A job that
 * is never saved is repeated, identically, over repairs that take no time: an
 * M/G/1 queue (Pollaczek and Khinchine) of completion times with
 *   E[C] = E[e^(xi S) - 1] / xi,
 *   E[C^2] = 2 E[e^(2 xi S) - e^(xi S) - xi S e^(xi S)] / xi^2.
 * A mean service is one unit of time.  Means are over several seeds, which show
 * their own standard error. */
#include "tests/theory/breaking.h"

#define UNIT      1000.0 /* seconds, so that a microsecond is nothing */
#define TOLERANCE 0.03

/* ---- runs ---- */

struct queue {
    int c;
    double lambda, mu, xi, eta; /* eta 0: repairs take no time */
    double response;            /* expected */
    int runs, jobs;
};

static const char *const resume = "fixed:interval=1us,cost=0,restart=0";

static struct sample respond(const struct queue *queue, const char *law,
                             const char *checkpoint)
{
    char params[PT_PARAM_TEXT_SIZE], failures[PT_PARAM_TEXT_SIZE];
    struct sample responses = {.n = 0};

    snprintf(params, sizeof params, "jobs=%d,rate=%.17g,mean=%.17g,law=%s",
             queue->jobs, queue->lambda / UNIT, UNIT / queue->mu, law);
    if (queue->eta > 0)
        snprintf(failures, sizeof failures, "nodes:mtbf=%.17g,mttr=%.17g",
                 UNIT / queue->xi, UNIT / queue->eta);
    else
        snprintf(failures, sizeof failures, "nodes:mtbf=%.17g,mttr=1us",
                 UNIT / queue->xi);
    for (int i = 0; i < queue->runs; i++) {
        const struct breaking breaking = {.params = params,
                                          .failures = failures,
                                          .checkpoint = checkpoint,
                                          .nodes = queue->c,
                                          .seed = 100 + i};
        struct pt_report report;
        run_breaking(&breaking, &report);
        sample_add(&responses, report.summary.all.response.mean / UNIT);
        pt_report_fini(&report);
    }
    return responses;
}

/* ---- closed forms ---- */

/* One server, resumed. */
static double one_server(const struct queue *q)
{
    double both = q->xi + q->eta;

    return (1 + q->mu * q->xi / (both * both)) /
           (q->mu * q->eta / both - q->lambda);
}

static double pollaczek(double lambda, double mean, double square)
{
    return mean + lambda * square / (2 * (1 - lambda * mean));
}

/* Services of length 1, repeated. */
static double repeated_equal(const struct queue *q)
{
    double e = exp(q->xi);

    return pollaczek(q->lambda, (e - 1) / q->xi,
                     2 * (e * e - e - q->xi * e) / (q->xi * q->xi));
}

/* Exponential services of mean 1, repeated: their E[e^(a S)] is 1 / (1 - a),
 * and its derivative E[S e^(a S)]. */
static double repeated_exponential(const struct queue *q)
{
    double xi = q->xi, once = 1 / (1 - xi);

    return pollaczek(q->lambda, (once - 1) / xi,
                     2 * (1 / (1 - 2 * xi) - once - xi * once * once) /
                         (xi * xi));
}

/* ---- queues ---- */

static void test_servers_that_resume_have_the_known_responses(void **state)
{
    static const struct queue rows[] = {
        {1, 0.5, 1, 0.1, 0.9, 2.75, 8, 60000},
        {1, 0.5, 1, 0.01, 0.09, 5.0, 8, 250000},
        {2, 1, 1, 0.1, 0.9, 1.65383788, 8, 60000},
        {3, 1.5, 0.8, 0.1, 0.6, 2.53759076, 8, 120000},
        {4, 2.4, 1, 0.05, 0.45, 1.44403959, 8, 80000},
        {8, 5.6, 1, 0.01, 0.19, 1.21379772, 8, 100000},
    };
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct queue *row = &rows[i];
        struct sample responses = respond(row, "exponential", resume);
        char name[64];
        if (row->c == 1)
            ASSERT_NEAR(one_server(row), row->response, 1e-12, 0);
        snprintf(name, sizeof name, "M/M/%d xi %.2f eta %.2f E[T]", row->c,
                 row->xi, row->eta);
        bad += mean_is_off(name, &responses, row->response, TOLERANCE, 0.01);
    }
    ASSERT_INT(bad, 0);
}

static void test_equal_services_are_repeated_as_long(void **state)
{
    static const struct queue rows[] = {
        {1, 0.3, 1, 0.5, 0, 1.77919711, 8, 40000},
        {1, 0.5, 1, 0.25, 0, 1.94526169, 8, 40000},
    };
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct queue *row = &rows[i];
        struct sample responses = respond(row, "deterministic", NULL);
        char name[64];
        ASSERT_NEAR(repeated_equal(row), row->response, 0, 1e-8);
        snprintf(name, sizeof name, "M/D/1 repeated, xi %.2f E[T]", row->xi);
        bad += mean_is_off(name, &responses, row->response, TOLERANCE, 0.01);
    }
    ASSERT_INT(bad, 0);
}

/* Were the length drawn anew at each try, E[C] would be 1, and E[T] 1.43 and
 * 2.  Completion times have a tail of t^-5: the heavier load needs more room.
 */
static void test_any_services_are_repeated_as_long_as_they_were(void **state)
{
    static const struct queue rows[] = {
        {1, 0.3, 1, 0.2, 0, 2.5, 8, 150000},
        {1, 0.5, 1, 0.2, 0, 4.72222222, 8, 150000},
    };
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct queue *row = &rows[i];
        struct sample responses = respond(row, "exponential", NULL);
        char name[64];
        ASSERT_NEAR(repeated_exponential(row), row->response, 0, 1e-8);
        snprintf(name, sizeof name, "M/M/1 repeated, lambda %.1f E[T]",
                 row->lambda);
        bad += mean_is_off(name, &responses, row->response,
                           i == 0 ? TOLERANCE : 0.06, i == 0 ? 0.01 : 0.02);
    }
    ASSERT_INT(bad, 0);
}

/* ---- availability ---- */

struct site {
    const char *failures;
    int32_t nodes, crews; /* 0: as many as needed */
    double mtbf, mttr;    /* of exponential laws; 0: others */
    double work;          /* mean length of a job, which is saved all the time;
                             seconds */
};

/* Of the machine-repair model (M/M/c//N): k of N are down with p(k + 1) / p(k)
 * = (N - k) mttr / (min(k + 1, crews) mtbf). */
static double repaired_availability(const struct site *site)
{
    double p = 1, sum = 1, down = 0, n = site->nodes;

    for (int k = 0; k < site->nodes; k++) {
        int busy = k + 1 < site->crews ? k + 1 : site->crews;
        p *= (n - k) * site->mttr / (busy * site->mtbf);
        sum += p;
        down += (k + 1) * p;
    }
    return 1 - down / (sum * n);
}

/* The window is full of nodes: what was not down is counted to the last
 * node-microsecond, by the ledger and from the outages. */
static double check_window(const struct pt_report *report)
{
    const struct pt_ledger *ledger = &report->ledger;
    pt_area all = (pt_area)ledger->slots * (ledger->last - ledger->first);
    pt_area down = 0, others = 0;

    for (int i = 0; i < PT_ORIGINS; i++)
        down += report->summary.downtime.by[i].down;
    for (int i = 0; i < PT_CLASSES; i++)
        others += i == PT_CLASS_DOWN ? 0 : ledger->area[i];
    assert_true(ledger->area[PT_CLASS_DOWN] == down);
    assert_true(others == all - down);
    ASSERT_INT(ledger->area[PT_CLASS_MAINTENANCE], 0);
    double up = 1 - (double)down / (double)all;
    ASSERT_NEAR(pt_ledger_availability(ledger), up, 1e-14, 0);
    return up;
}

/* What is up, over RUNS seeds, and what the models said would be. */
static struct sample be_up(const struct site *site, int runs, double *implied)
{
    char params[PT_PARAM_TEXT_SIZE];
    struct sample up = {.n = 0};

    snprintf(params, sizeof params, "jobs=4000,load=0.3,nodes=%d,mean=%.17g",
             (int)site->nodes, site->work);
    for (int i = 0; i < runs; i++) {
        const struct breaking breaking = {.params = params,
                                          .failures = site->failures,
                                          .checkpoint = resume,
                                          .nodes = site->nodes,
                                          .seed = 300 + i};
        struct pt_report report;
        run_breaking(&breaking, &report);
        sample_add(&up, check_window(&report));
        *implied = report.implied.availability;
        pt_report_fini(&report);
    }
    return up;
}

/* Within five standard errors, which are less than MOST of it. */
static int up_is_off(const char *what, const struct sample *up, double expected,
                     double most)
{
    double errors = 5 * sample_error(up) / expected;

    return mean_is_off(what, up, expected, errors, most);
}

static void test_nodes_are_up_as_their_models_imply(void **state)
{
    static const struct site rows[] = {
        {"nodes:mtbf=20h,mttr=2h", 8, 0, 72000, 7200, 7200},
        {"nodes:mtbf=1d,mttr=1h", 32, 0, 86400, 3600, 7200},
        {"nodes:mtbf=2d,mttr=4h,up=weibull,up_shape=0.7,down=lognormal,"
         "down_shape=1",
         16, 0, 0, 0, 7200},
    };
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct site *site = &rows[i];
        double implied;
        struct sample up = be_up(site, 12, &implied);
        if (site->mtbf > 0)
            ASSERT_NEAR(implied, site->mtbf / (site->mtbf + site->mttr), 1e-12,
                        0);
        bad += up_is_off(site->failures, &up, implied, 0.004);
    }
    ASSERT_INT(bad, 0);
}

static void test_few_crews_leave_nodes_down_as_in_machine_repair(void **state)
{
    static const struct site rows[] = {
        {"nodes:mtbf=100h,mttr=6h,crews=1", 10, 1, 360000, 21600, 72000},
        {"nodes:mtbf=100h,mttr=12h,crews=1", 10, 1, 360000, 43200, 144000},
        {"nodes:mtbf=100h,mttr=20h,crews=3", 16, 3, 360000, 72000, 144000},
    };
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct site *site = &rows[i];
        double implied;
        struct sample up = be_up(site, 12, &implied);
        double expected = repaired_availability(site);
        ASSERT_NEAR(implied, expected, 1e-9, 0);
        bad += up_is_off(site->failures, &up, expected, 0.01);
    }
    ASSERT_INT(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_servers_that_resume_have_the_known_responses),
        cmocka_unit_test(test_equal_services_are_repeated_as_long),
        cmocka_unit_test(test_any_services_are_repeated_as_long_as_they_were),
        cmocka_unit_test(test_nodes_are_up_as_their_models_imply),
        cmocka_unit_test(test_few_crews_leave_nodes_down_as_in_machine_repair),
    };

    return cmocka_run_group_tests_name("breakdowns", tests, NULL, NULL) != 0;
}
