/* test_queues.c - the single queues that have closed forms: M/M/1, M/M/c, M/D/c
 * and M/G/1, by whole runs under strict first come, first served.
 *
 * Service has mean 1 s.  How far a mean may be off by chance follows from the
 * queue's asymptotic variance: the numbers of jobs are such that 3 % are two to
 * six standard errors, and the seeds are fixed. */
#include "tests/theory/queueing.h"

#include <math.h>

#define TOLERANCE 0.03

/* ---- closed forms ---- */

/* The probability that one has to wait, with C servers loaded to RHO each. */
static double erlang_c(int c, double rho)
{
    double b = 1;

    for (int i = 1; i <= c; i++)
        b = c * rho * b / (i + c * rho * b);
    return b / (1 - rho * (1 - b));
}

static double wait_mmc(int c, double rho)
{
    return erlang_c(c, rho) / (c * (1 - rho));
}

/* Pollaczek and Khinchine; CV of the lengths. */
static double wait_mg1(double rho, double cv)
{
    return rho * (1 + cv * cv) / (2 * (1 - rho));
}

/* ---- runs ---- */

/* C servers, each loaded to RHO, JOBS jobs with lengths of LAW. */
static void queue(int c, double rho, int jobs, const char *law,
                  struct measured *measured)
{
    char params[PT_PARAM_TEXT_SIZE];
    const struct queueing queueing = {
        .params = params, .nodes = c, .seed = 30 + c};

    snprintf(params, sizeof params, "jobs=%d,rate=%.17g,%s", jobs, c * rho,
             law);
    simulate(&queueing, measured);
}

static void test_one_server_has_the_response_times_of_mm1(void **state)
{
    static const struct {
        double rho;
        int jobs;
    } rows[] = {{0.5, 500000}, {0.7, 500000}, {0.8, 2000000}};
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct measured m;
        char name[64];
        double mean = 1 / (1 - rows[i].rho);
        queue(1, rows[i].rho, rows[i].jobs, "law=exponential", &m);
        snprintf(name, sizeof name, "M/M/1 rho %.1f E[T]", rows[i].rho);
        bad += is_off(name, m.response, mean, TOLERANCE);
        /* The response time is exponential, too. */
        snprintf(name, sizeof name, "M/M/1 rho %.1f T median", rows[i].rho);
        bad +=
            is_off(name, m.summary.all.response.p50, mean * log(2), TOLERANCE);
        snprintf(name, sizeof name, "M/M/1 rho %.1f T 95 %%", rows[i].rho);
        bad +=
            is_off(name, m.summary.all.response.p95, mean * log(20), TOLERANCE);
        snprintf(name, sizeof name, "M/M/1 rho %.1f utilisation", rows[i].rho);
        bad += is_off(name, m.utilisation, rows[i].rho, 0.01);
    }
    ASSERT_INT(bad, 0);
}

static void test_many_servers_have_the_waits_of_mmc(void **state)
{
    static const struct {
        int c;
        double rho, wait; /* by another program */
        int jobs;
    } rows[] = {{2, 0.8, 1.77777778, 2000000},
                {4, 0.7, 0.35721193, 500000},
                {4, 0.8, 0.74554059, 2000000},
                {8, 0.8, 0.28602808, 3000000}};
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct measured m;
        char name[64];
        int c = rows[i].c;
        double rho = rows[i].rho;
        ASSERT_NEAR(wait_mmc(c, rho), rows[i].wait, 1e-7, 0);
        queue(c, rho, rows[i].jobs, "law=exponential", &m);
        snprintf(name, sizeof name, "M/M/%d rho %.1f Wq", c, rho);
        bad += is_off(name, m.wait, rows[i].wait, TOLERANCE);
        /* P(W > t) = C exp(-c (1 - rho) t) */
        snprintf(name, sizeof name, "M/M/%d rho %.1f W 95 %%", c, rho);
        bad +=
            is_off(name, m.summary.all.wait.p95,
                   log(erlang_c(c, rho) / 0.05) / (c * (1 - rho)), TOLERANCE);
    }
    ASSERT_INT(bad, 0);
}

static void test_equal_lengths_have_the_waits_of_mdc(void **state)
{
    static const struct {
        int c;
        double rho, wait; /* exact */
        int jobs;
    } rows[] = {{1, 0.5, 0.5, 250000},      {1, 0.8, 2.0, 500000},
                {2, 0.5, 0.176741, 500000}, {2, 0.8, 0.903284, 500000},
                {4, 0.5, 0.049652, 500000}, {4, 0.8, 0.386095, 500000},
                {8, 0.8, 0.151954, 2000000}};
    int bad = 0;

    (void)state;
    ASSERT_NEAR(wait_mg1(0.8, 0), 2.0, 1e-12, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct measured m;
        char name[64];
        queue(rows[i].c, rows[i].rho, rows[i].jobs, "law=deterministic", &m);
        snprintf(name, sizeof name, "M/D/%d rho %.1f Wq", rows[i].c,
                 rows[i].rho);
        bad += is_off(name, m.wait, rows[i].wait, TOLERANCE);
        /* Nobody's length is anything else. */
        ASSERT_NEAR(m.response - m.wait, 1, 1e-9, 0);
    }
    ASSERT_INT(bad, 0);
}

static void test_any_lengths_have_the_waits_of_mg1(void **state)
{
    /* cv: lognormal of sigma 1, and Weibulls of exponents 0.7 and 0.5; `wait8`
     * at rho = 0.8, by another program. */
    static const struct {
        const char *name, *law;
        double cv, wait8, rho;
        int jobs;
    } rows[] = {
        {"E4", "law=erlang,phases=4", 0.5, 2.5, 0.8, 500000},
        {"gamma cv 1.5", "law=gamma,cv=1.5", 1.5, 6.5, 0.7, 1000000},
        {"lognormal sigma 1", "law=lognormal,cv=1.3108324944", 1.3108324944,
         5.436564, 0.7, 2000000},
        {"Weibull .7", "law=weibull,cv=1.4624246", 1.4624246, 6.277371, 0.7,
         1000000},
        {"Weibull .5", "law=weibull,cv=2.2360679775", 2.2360679775, 12.0, 0.5,
         2000000},
        {"H2 cv 2", "law=hyperexp,cv=2", 2, 10.0, 0.5, 1000000},
    };
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct measured m;
        char name[64];
        double rho = rows[i].rho;
        ASSERT_NEAR(wait_mg1(0.8, rows[i].cv), rows[i].wait8, 1e-6, 0);
        queue(1, rho, rows[i].jobs, rows[i].law, &m);
        snprintf(name, sizeof name, "M/G/1 %s rho %.1f Wq", rows[i].name, rho);
        bad += is_off(name, m.wait, wait_mg1(rho, rows[i].cv), TOLERANCE);
    }
    ASSERT_INT(bad, 0);
}

static void test_jobs_one_wide_leave_no_policy_a_choice(void **state)
{
    static const char *const policies[] = {"spark",
                                           "easy",
                                           "conservative",
                                           "backfill:depth=3,promises=keep",
                                           "backfill:depth=all,promises=replan",
                                           "fifo"};
    struct queueing queueing = {
        .params = "jobs=5000,rate=3.6", .nodes = 4, .seed = 8};
    struct measured first, m;

    (void)state;
    simulate(&queueing, &first);
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        queueing.policy = policies[i];
        simulate(&queueing, &m);
        print_message("%-38s mean wait %.9g\n", policies[i], m.wait);
        ASSERT_NEAR(m.wait, first.wait, 0, 0);
        ASSERT_NEAR(m.summary.all.wait.p95, first.summary.all.wait.p95, 0, 0);
        ASSERT_NEAR(m.summary.all.wait.max, first.summary.all.wait.max, 0, 0);
        ASSERT_NEAR(m.response, first.response, 0, 0);
        ASSERT_INT(m.summary.makespan, first.summary.makespan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_server_has_the_response_times_of_mm1),
        cmocka_unit_test(test_many_servers_have_the_waits_of_mmc),
        cmocka_unit_test(test_equal_lengths_have_the_waits_of_mdc),
        cmocka_unit_test(test_any_lengths_have_the_waits_of_mg1),
        cmocka_unit_test(test_jobs_one_wide_leave_no_policy_a_choice),
    };

    return cmocka_run_group_tests_name("queues", tests, NULL, NULL) != 0;
}
