/* test_saturation.c - whether a run's queue goes on growing: said of those that
 * are offered more than their policy can do, and not of the others.
 *
 * A policy's own saturation point is what it makes of the machine while
 * something always waits: the utilisation, up to the last start, of a run of
 * the very same jobs that are all there (all but) at once.  Loads are those of
 * the very same jobs, too: the work of all / (processors x the time from the
 * first submit to the last), which the factor on the gaps brings about. */
#include "tests/unit/check.h"

#include <math.h>
#include "ask/policy_text.h"
#include "models/model.h"
#include "run.h"

enum { SEEDS = 20 };

/* All come within seconds. */
#define AT_ONCE 1e-6

struct saturation {
    const struct pt_source *model;
    const char *params, *policy;
    int64_t nodes;
};

static void report_of(const struct saturation *it, int64_t seed, double scale,
                      struct pt_report *report)
{
    struct pt_choices choices = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_run run = {.source = it->model,
                         .source_params = it->params,
                         .nodes = it->nodes,
                         .cores = 1};

    if (pt_choices_add(&choices, it->policy, &err))
        fail_msg("%s", err.text);
    pt_param_defaults(pt_settings_params, &run.settings);
    run.settings.seed = seed;
    run.settings.scale = scale;
    run.policy = choices.items[0].policy;
    run.policy_state = choices.items[0].state;
    run.policy_text = choices.items[0].text;
    run.label = choices.items[0].label;
    if (pt_run_go(&run, report, &err))
        fail_msg("%s", err.text);
    pt_choices_fini(&choices);
    report->run = NULL;
}

static bool is_saturated(const struct saturation *it, int64_t seed,
                         double scale)
{
    struct pt_report report;

    report_of(it, seed, scale, &report);
    bool saturated = report.summary.saturated != 0;
    pt_report_fini(&report);
    return saturated;
}

/* What is busy up to the last start, of all that is there.  After the last
 * start nothing waits, so what is free is `idle` then, and at no other time. */
static double saturation_point(const struct saturation *it, int64_t seed)
{
    struct pt_report report;

    report_of(it, seed, AT_ONCE, &report);
    const struct pt_ledger *ledger = &report.ledger;
    double slots = (double)ledger->slots;
    double busy = (double)ledger->area[PT_CLASS_USEFUL];
    double all = slots * (double)(ledger->last - ledger->first);
    double first = slots * report.summary.all.wait.max * (double)PT_SECOND;
    double after = all - first - (double)ledger->area[PT_CLASS_IDLE];
    pt_report_fini(&report);
    return (busy - after) / first;
}

/* The load of the model's jobs as they are. */
static double load_of(const struct saturation *it, int64_t seed)
{
    const struct pt_reading reading = {
        .scale = 1, .processors = it->nodes, .seed = (uint64_t)seed};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_work work = {.truths = NULL};
    void *state = calloc(1, it->model->state_size);
    pt_time first = PT_TIME_NEVER, last = 0;
    double area = 0;

    pt_param_defaults(it->model->params, state);
    ASSERT_INT(pt_plugin_set_text((const struct pt_plugin *)it->model, state,
                                  it->params, &err),
               0);
    ASSERT_INT(it->model->open(state, NULL, &reading, &err), 0);
    while (it->model->next(state, &work, &err) == 1) {
        first = first == PT_TIME_NEVER ? work.job.submit : first;
        last = work.job.submit;
        area += work.job.stages[0].ntasks * (double)work.truths[0].length;
    }
    it->model->close(state);
    free(state);
    return area / ((double)it->nodes * (double)(last - first));
}

/* Of SEEDS runs with LOADS [n] of the policy's own saturation point each, how
 * many are said to be saturated, into COUNTS. */
static void count(const struct saturation *it, const double *loads, int n,
                  int *counts)
{
    double least = 1, most = 0;

    memset(counts, 0, (size_t)n * sizeof *counts);
    for (int seed = 1; seed <= SEEDS; seed++) {
        double point = saturation_point(it, seed);
        double load = load_of(it, seed);
        least = point < least ? point : least;
        most = point > most ? point : most;
        for (int i = 0; i < n; i++)
            counts[i] += is_saturated(it, seed, load / (loads[i] * point));
    }
    print_message("%s, point %.3f to %.3f:", it->policy, least, most);
    for (int i = 0; i < n; i++)
        print_message("  %.2f: %d of %d", loads[i], counts[i], SEEDS);
    print_message("\n");
}

static void test_the_point_is_where_one_server_has_no_rest(void **state)
{
    const struct saturation narrow = {.model = &pt_model_poisson,
                                      .params = "jobs=2000,rate=3",
                                      .policy = "fcfs",
                                      .nodes = 4};
    /* Each of the two has the machine to itself: what 1 leaves, 2 waits for. */
    const struct saturation turns = {
        .model = &pt_model_poisson,
        .params = "jobs=20000,rate=3,law=deterministic,widths=2:0.5+3:0.5",
        .policy = "fcfs",
        .nodes = 4};

    (void)state;
    ASSERT_NEAR(saturation_point(&narrow, 1), 1, 1e-4, 0);
    /* Neighbours of width 2 go in pairs. */
    ASSERT_NEAR(saturation_point(&turns, 1), 0.75, 0.02, 0);
}

static void test_fcfs_is_told_at_either_side_of_its_point(void **state)
{
    const struct saturation it = {.model = &pt_model_lublin,
                                  .params = "jobs=20000",
                                  .policy = "fcfs",
                                  .nodes = 128};
    const double loads[] = {0.7, 0.85, 1.05, 1.2};
    int counts[4];

    (void)state;
    count(&it, loads, 4, counts);
    assert_true(counts[0] == 0);
    assert_true(counts[1] <= 1);
    assert_true(counts[2] >= SEEDS - 1);
    assert_true(counts[3] == SEEDS);
}

static void test_easy_is_told_at_either_side_of_its_own(void **state)
{
    const struct saturation it = {.model = &pt_model_lublin,
                                  .params = "jobs=10000",
                                  .policy = "easy",
                                  .nodes = 128};
    const double loads[] = {0.7, 0.85, 1.05};
    int counts[3];

    (void)state;
    count(&it, loads, 3, counts);
    assert_true(counts[0] == 0);
    assert_true(counts[1] <= 1);
    assert_true(counts[2] >= SEEDS - 1);
}

/* ---- queues of the textbooks ---- */

/* How many of SEEDS runs at RHO are saturated. */
static int count_rho(const struct saturation *it, double rho, double rate)
{
    int yes = 0;

    for (int seed = 1; seed <= SEEDS; seed++)
        yes += is_saturated(it, seed, rate / rho);
    return yes;
}

static void test_queues_are_told_at_either_side_of_one(void **state)
{
    /* `params` have rho = 1.  What is known of heavy tails comes late. */
    static const struct {
        struct saturation it;
        int most95, least105;
    } rows[] = {
        {{&pt_model_poisson, "jobs=20000,rate=1", "fcfs", 1}, 0, SEEDS},
        {{&pt_model_poisson, "jobs=20000,rate=4", "fcfs", 4}, 0, SEEDS},
        {{&pt_model_poisson, "jobs=20000,rate=16", "fcfs", 16}, 0, SEEDS},
        {{&pt_model_poisson, "jobs=20000,rate=1,law=deterministic", "fcfs", 1},
         0,
         SEEDS},
        {{&pt_model_poisson, "jobs=20000,rate=1,law=lognormal,cv=2", "fcfs", 1},
         1,
         SEEDS - 1},
        {{&pt_model_poisson, "jobs=20000,rate=1,law=hyperexp,cv=3", "fcfs", 1},
         1,
         SEEDS - 2},
    };
    static const double rhos[] = {0.5, 0.7, 0.9, 0.95, 1.05, 1.2};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int yes[6];
        print_message("%lld of %-38s", (long long)rows[i].it.nodes,
                      rows[i].it.params);
        for (int k = 0; k < 6; k++) {
            yes[k] = count_rho(&rows[i].it, rhos[k], 1);
            print_message(" %.2f: %-2d", rhos[k], yes[k]);
        }
        print_message("\n");
        ASSERT_INT(yes[0] + yes[1] + yes[2], 0);
        assert_true(yes[3] <= rows[i].most95);
        assert_true(yes[4] >= rows[i].least105);
        ASSERT_INT(yes[5], SEEDS);
    }
}

static void test_short_runs_are_rarely_called_saturated(void **state)
{
    static const char *const params[] = {"jobs=20,rate=1", "jobs=299,rate=1",
                                         "jobs=300,rate=1", "jobs=1000,rate=1"};

    (void)state;
    for (int i = 0; i < 4; i++) {
        const struct saturation it = {.model = &pt_model_poisson,
                                      .params = params[i],
                                      .policy = "fcfs",
                                      .nodes = 1};
        int at7 = count_rho(&it, 0.7, 1), at9 = count_rho(&it, 0.9, 1);
        int at15 = count_rho(&it, 1.5, 1);
        print_message("%s: 0.70: %d 0.90: %d 1.50: %d\n", params[i], at7, at9,
                      at15);
        ASSERT_INT(at7, 0);
        assert_true(at9 <= 3);
        /* Of less than 300 nothing is known. */
        ASSERT_INT(at15, i < 2 ? 0 : SEEDS);
    }
}

static void test_starving_gangs_are_a_growing_queue(void **state)
{
    /* At a load of 0.4, gangs of 16 find the machine empty often enough; at 0.9
     * they hardly ever do, though all others start at once. */
    const struct saturation it = {
        .model = &pt_model_poisson,
        .params = "jobs=20000,nodes=16,load=1,widths=1:0.94+16:0.06",
        .policy = "spark",
        .nodes = 16};
    struct saturation cured = it;

    (void)state;
    cured.policy = "easy";
    int low = count_rho(&it, 0.4, 1), high = count_rho(&it, 0.9, 1);
    int without = count_rho(&cured, 0.8, 1);
    print_message("spark 0.40: %d 0.90: %d; easy 0.80: %d\n", low, high,
                  without);
    ASSERT_INT(low, 0);
    ASSERT_INT(high, SEEDS);
    ASSERT_INT(without, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_point_is_where_one_server_has_no_rest),
        cmocka_unit_test(test_fcfs_is_told_at_either_side_of_its_point),
        cmocka_unit_test(test_easy_is_told_at_either_side_of_its_own),
        cmocka_unit_test(test_queues_are_told_at_either_side_of_one),
        cmocka_unit_test(test_short_runs_are_rarely_called_saturated),
        cmocka_unit_test(test_starving_gangs_are_a_growing_queue),
    };

    return cmocka_run_group_tests_name("saturation", tests, NULL, NULL) != 0;
}
