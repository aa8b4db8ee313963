/* test_msj.c - the multiserver-job queue: gangs of given widths, served
 * strictly first come, first served, so that a wide head leaves servers idle.
 *
 * The throughput of a full queue is that of Rumyantsev and Morozov (Ann. Oper.
 * Res. 252, 2017), where all lengths have one mean; mean response times are
 * exact, of a quasi-birth-death process solved by another program. */
#include "tests/theory/queueing.h"

#include <math.h>
#include "base/alloc.h"

#define MAX_WIDTH 16

/* ---- closed forms ---- */

/* P [MAX + 1] = the I-fold convolution of P1 [MAX + 1]. */
static void convolve(double *p, const double *p1, int max, int times)
{
    double sum[MAX_WIDTH + 1];

    for (int j = 0; j <= max; j++)
        p[j] = p1[j];
    for (int i = 1; i < times; i++) {
        for (int j = 0; j <= max; j++) {
            sum[j] = 0;
            for (int a = 1; a < j; a++)
                sum[j] += p[j - a] * p1[a];
        }
        memcpy(p, sum, (size_t)(max + 1) * sizeof *p);
    }
}

/* Jobs per mean length that K servers do if they never want for jobs; job
 * widths have the probabilities P1 [K + 1]. */
static double full_throughput(int k, const double *p1)
{
    double p[MAX_WIDTH + 1], c = 0;

    for (int i = 1; i <= k; i++) {
        convolve(p, p1, k, i);
        for (int j = i; j <= k; j++)
            for (int t = k - j + 1; t <= k; t++)
                c += p[j] * p1[t] / i;
    }
    return 1 / c;
}

/* ---- runs ---- */

#define NCASES 6

struct gangs {
    const char *name, *widths; /* of the model */
    int k;                     /* servers */
    int runs;                  /* to measure the next */
    double full;               /* throughput if they never want for jobs */
};

static const struct gangs cases[NCASES] = {
    {"A", "1:1+2:1", 2, 3, 1.1428571429},
    {"B", "1:1+2:1+4:1", 4, 3, 1.3296853625},
    {"C", "1:1:2+4:1:1.5", 4, 3, 0.6906474820},
    {"D", "1:8+8:1", 8, 10, 2.671866},
    {"E", "1:1+2:1", 3, 3, 1.6551724138},
    {"F", "1:1:0.2+2:1:0.5+4:1:2", 4, 10, 1.2184655236},
};

static void test_the_formula_has_the_tabled_throughputs(void **state)
{
    static const struct {
        int k;
        double full, p1[17];
    } rows[] = {
        {2, 1.1428571429, {[1] = 0.5, [2] = 0.5}},
        {3, 1.6551724138, {[1] = 0.5, [2] = 0.5}},
        {4, 1.1570621469, {[1] = 0.25, [2] = 0.25, [4] = 0.5}},
        {4, 1.3296853625, {[1] = 1 / 3., [2] = 1 / 3., [4] = 1 / 3.}},
        {5, 1.8975206047, {[1] = 0.3, [2] = 0.3, [3] = 0.4}},
        {8, 1.5277779204, {[1] = 0.25, [2] = 0.25, [4] = 0.25, [8] = 0.25}},
        {8, 1.6, {[3] = 0.5, [5] = 0.5}},
        {8, 2.671866, {[1] = 8 / 9., [8] = 1 / 9.}},
        {10, 1.9063406452, {[1] = 0.1, [2] = 0.2, [3] = 0.3, [7] = 0.4}},
        {16, 0.627530 * 16 / 8.5, {[1] = 0.5, [16] = 0.5}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ASSERT_NEAR(full_throughput(rows[i].k, rows[i].p1), rows[i].full, 1e-6,
                    0);
}

/* Of ROW, in runs of 250,000 jobs, all submitted at time 0: how the last of
 * them run out counts for nothing. */
static double measure_throughput(const struct gangs *row, int64_t seed)
{
    double jobs = 0, time = 0;

    for (int i = 0; i < row->runs; i++) {
        struct measured m;
        char params[PT_PARAM_TEXT_SIZE];
        snprintf(params, sizeof params, "jobs=250000,saturated=yes,widths=%s",
                 row->widths);
        simulate(&(struct queueing){.params = params,
                                    .nodes = row->k,
                                    .seed = 100 * seed + i},
                 &m);
        jobs += (double)m.summary.done;
        time += m.makespan;
    }
    return jobs / time;
}

static void test_a_full_queue_has_the_throughput_of_the_theory(void **state)
{
    static const struct gangs rows[] = {
        {"4 {1:.25,2:.25,4:.5}", "1:1+2:1+4:2", 4, 3, 1.1570621469},
        {"5 {1:.3,2:.3,3:.4}", "1:3+2:3+3:4", 5, 3, 1.8975206047},
        {"8 {1,2,4,8}", "1:1+2:1+4:1+8:1", 8, 3, 1.5277779204},
        {"8 {3,5}", "3:1+5:1", 8, 3, 1.6},
        {"10 {1:.1,2:.2,3:.3,7:.4}", "1:1+2:2+3:3+7:4", 10, 3, 1.9063406452},
        {"16 {1,16}", "1:1+16:1", 16, 3, 0.627530 * 16 / 8.5},
    };
    const size_t nrows = sizeof rows / sizeof rows[0];
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < nrows + NCASES; i++) {
        const struct gangs *row = i < nrows ? &rows[i] : &cases[i - nrows];
        char name[64];
        snprintf(name, sizeof name, "full: %s X", row->name);
        bad += is_off(name, measure_throughput(row, 52 + (int64_t)i), row->full,
                      0.005);
    }
    ASSERT_INT(bad, 0);
}

/* At fractions .5 and .7 of the full throughput. */
static void test_gangs_have_the_exact_mean_response_times(void **state)
{
    static const double exact[NCASES][2] = {
        {1.90625379, 3.15337732}, {1.83268602, 3.01779691},
        {3.30823272, 5.44658401}, {1.83080560, 3.13658311},
        {1.62913333, 2.61687858}, {2.58366067, 4.88541965},
    };
    int bad = 0;

    (void)state;
    for (int i = 0; i < 2 * NCASES; i++) {
        const struct gangs *row = &cases[i / 2];
        double f = i % 2 ? 0.7 : 0.5;
        struct measured m;
        char params[PT_PARAM_TEXT_SIZE], name[64];
        snprintf(params, sizeof params, "jobs=%d,rate=%.17g,widths=%s",
                 i % 2 ? 1000000 : 400000, f * row->full, row->widths);
        simulate(&(struct queueing){.params = params,
                                    .nodes = row->k,
                                    .seed = 71 + i},
                 &m);
        snprintf(name, sizeof name, "case %s f %.1f E[T]", row->name, f);
        bad += is_off(name, m.response, exact[i / 2][i % 2], 0.03);
    }
    ASSERT_INT(bad, 0);
}

static void test_gangs_of_one_width_wait_as_in_mmc(void **state)
{
    struct measured m;

    (void)state;
    /* 9 servers have room for 4 gangs of 2: M/M/4 at 0.7. */
    simulate(&(struct queueing){.params = "jobs=1000000,rate=2.8,widths=2",
                                .nodes = 9,
                                .seed = 95},
             &m);
    ASSERT_INT(is_off("9 servers, 2 wide: Wq", m.wait, 0.35721193, 0.03), 0);
}

/* ---- bounds ---- */

/* What no schedule of the model's jobs can be faster than. */
struct bounds {
    double work;    /* processor-seconds */
    double longest; /* seconds */
    double last;    /* first submit to the latest submit + length */
};

static void find_bounds(const struct queueing *queueing, struct bounds *bounds)
{
    const struct pt_source *source = &pt_model_poisson;
    const struct pt_plugin *plugin = (const struct pt_plugin *)source;
    const struct pt_reading reading = {.scale = 1,
                                       .processors = queueing->nodes,
                                       .seed = (uint64_t)queueing->seed};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_work work = {.truths = NULL};
    void *state = pt_plugin_state_new(plugin);
    pt_time first = -1;

    *bounds = (struct bounds){.work = 0};
    ASSERT_INT(pt_plugin_set_text(plugin, state, queueing->params, &err), 0);
    ASSERT_INT(source->open(state, NULL, &reading, &err), 0);
    while (source->next(state, &work, &err) == 1) {
        double length = pt_time_seconds(work.truths[0].length);
        first = first < 0 ? work.job.submit : first;
        bounds->work += work.job.stages[0].ntasks * length;
        bounds->longest = fmax(bounds->longest, length);
        bounds->last = fmax(bounds->last,
                            pt_time_seconds(work.job.submit - first) + length);
    }
    source->close(state);
    pt_free(state);
}

static void test_no_schedule_is_faster_than_work_and_the_longest(void **state)
{
    static const char *const policies[] = {"fcfs",      "spark",        "easy",
                                           "easy-sjbf", "conservative", "fifo"};
    static const char *const loads[] = {"saturated=yes", "load=1.1",
                                        "load=0.3"};
    char params[PT_PARAM_TEXT_SIZE];
    struct queueing queueing = {.params = params, .nodes = 8, .seed = 11};
    struct bounds bounds;
    struct measured m;

    (void)state;
    for (int i = 0; i < 18; i++) {
        snprintf(params, sizeof params, "jobs=3000,nodes=8,%s,widths=%s",
                 loads[i / 6], "1:4+2:2+5:1+8:1:3");
        queueing.policy = policies[i % 6];
        find_bounds(&queueing, &bounds);
        simulate(&queueing, &m);
        double least = fmax(bounds.work / 8, bounds.last);
        print_message("%-13s %-12s makespan %.3f at least %.3f\n", loads[i / 6],
                      policies[i % 6], m.makespan, least);
        ASSERT_NEAR(m.work, bounds.work, 1e-12, 0);
        assert_true(m.makespan >= least * (1 - 1e-12));
        /* Whoever never idles what fits needs at most twice the bound (Garey
         * and Graham, SIAM J. Comput. 4, 1975). */
        if (i == 1)
            assert_true(m.makespan <=
                        2 * fmax(bounds.work / 8, bounds.longest));
    }
}

static void test_one_wide_jobs_are_within_grahams_bound(void **state)
{
    struct queueing queueing = {.nodes = 16, .seed = 3};
    struct bounds bounds;
    struct measured m;

    (void)state;
    for (int jobs = 17; jobs < 200; jobs += 13) {
        char params[PT_PARAM_TEXT_SIZE];
        snprintf(params, sizeof params,
                 "jobs=%d,saturated=yes,law=hyperexp,cv=5", jobs);
        queueing.params = params;
        find_bounds(&queueing, &bounds);
        simulate(&queueing, &m);
        double most = bounds.work / 16 + bounds.longest * 15 / 16;
        assert_true(m.makespan <= most * (1 + 1e-12));
        assert_true(m.makespan >= bounds.longest * (1 - 1e-12));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_formula_has_the_tabled_throughputs),
        cmocka_unit_test(test_a_full_queue_has_the_throughput_of_the_theory),
        cmocka_unit_test(test_gangs_have_the_exact_mean_response_times),
        cmocka_unit_test(test_gangs_of_one_width_wait_as_in_mmc),
        cmocka_unit_test(test_no_schedule_is_faster_than_work_and_the_longest),
        cmocka_unit_test(test_one_wide_jobs_are_within_grahams_bound),
    };

    return cmocka_run_group_tests_name("msj", tests, NULL, NULL) != 0;
}
