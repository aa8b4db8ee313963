/* test_slow_nodes.c - what slow nodes and noise cost a gang, and what a second
 * launch of a slow task saves, by whole runs.
 *
 * Where each of n members takes X_i times as long as it should, all X_i alike
 * and independent, a gang of them takes E[max X_i] times as long:
 *   exponential  H_n = 1 + 1/2 + ... + 1/n
 *   pareto       G(n + 1) G(1 - 1/a) / G(n + 1 - 1/a), G = Gamma
 *   slow         1 + (f - 1) (1 - (1 - p)^n)
 * (Dean and Barroso, The tail at scale, CACM 56(2), 2013: 63 % of the gangs of
 * 100 see what 1 % of the nodes are), and the integral of 1 - F(x)^n for any
 * law. */
#include "tests/theory/breaking.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include "base/assert.h"
#include "tests/unit/results_folder.h"
#include "traces/pipeline/pipeline.h"
#include "traces/swf.h"

#define LENGTH 100 /* seconds that a task should take */

/* ---- runs ---- */

struct options {
    const struct pt_source *source;
    const char *path, *dir; /* dir: as of a run */
    const char *policy;
    int64_t nodes, cores, seed; /* nodes 0: the input's */
    const char *set[6][2];      /* settings; NULL: no more */
};

static void go(const struct options *options, struct pt_report *report)
{
    struct pt_choices choices = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_run run = {.source = options->source,
                         .path = options->path,
                         .dir = options->dir,
                         .nodes = options->nodes,
                         .cores = options->cores};

    if (pt_choices_add(&choices, options->policy, &err))
        fail_msg("%s", err.text);
    pt_param_defaults(pt_settings_params, &run.settings);
    run.settings.seed = options->seed;
    for (int i = 0; i < 6 && options->set[i][0]; i++)
        set(&run.settings, options->set[i][0], options->set[i][1]);
    run.policy = choices.items[0].policy;
    run.policy_state = choices.items[0].state;
    run.policy_text = choices.items[0].text;
    run.label = choices.items[0].label;
    if (pt_run_go(&run, report, &err))
        fail_msg("seed %d: %s", (int)options->seed, err.text);
    report->run = NULL;
    ASSERT_INT(report->summary.succeeded, report->summary.jobs);
    pt_choices_fini(&choices);
}

/* How long each job of jobs.csv in DIR ran, in LENGTHs. */
static struct sample read_times(const char *dir)
{
    static const char *const columns[] = {"first_start_time", "finish_time"};
    char *path = pt_results_path(dir, "jobs.csv");
    struct pt_err err = {.code = PT_ERR_NONE};
    struct sample times = {.n = 0};
    struct pt_csv_field fields[2];
    struct pt_csv csv;
    pt_time start = 0, end = 0;

    int status = pt_csv_open(&csv, path, columns, 2, &err);
    while (status == 0 && pt_csv_next(&csv, fields, &err) == 1) {
        status = pt_csv_time(&csv, &fields[0], &start, &err) ||
                 pt_csv_time(&csv, &fields[1], &end, &err);
        if (status == 0)
            sample_add(&times, pt_time_seconds(end - start) / LENGTH);
    }
    if (err.code != PT_ERR_NONE)
        fail_msg("%s", err.text);
    pt_csv_close(&csv);
    pt_free(path);
    return times;
}

/* ---- the longest of n ---- */

enum law { EXPONENTIAL, LOGNORMAL, PARETO, SLOW };

struct most {
    enum law law;
    double a, b; /* sigma; alpha; p and factor */
    int n;
};

static void write_law(const struct most *most, char *text, size_t size)
{
    switch (most->law) {
    case EXPONENTIAL:
        snprintf(text, size, "exponential");
        break;
    case LOGNORMAL:
        snprintf(text, size, "lognormal:sigma=%g", most->a);
        break;
    case PARETO:
        snprintf(text, size, "pareto:alpha=%g", most->a);
        break;
    case SLOW:
        snprintf(text, size, "slow:p=%g,factor=%g", most->a, most->b);
        break;
    }
}

/* P(X <= x). */
static double at_most(const struct most *most, double x)
{
    double tail = most->a * most->a / 2; /* of mean 1 */

    switch (most->law) {
    case EXPONENTIAL:
        return gsl_cdf_exponential_P(x, 1);
    case LOGNORMAL:
        return gsl_cdf_lognormal_P(x, -tail, most->a);
    case PARETO:
        return gsl_cdf_pareto_P(x, most->a, 1);
    case SLOW:
        return x < 1 ? 0 : x < most->b ? 1 - most->a : 1;
    }
    pt_assert(false);
    return 0;
}

static double survival(double x, void *context)
{
    const struct most *most = context;

    return -expm1(most->n * log(at_most(most, x)));
}

/* By the integral, or where that has a step, in closed form. */
static double mean_of_most(struct most *most)
{
    double sum, error;
    double never = pow(1 - most->a, most->n);

    if (most->law == SLOW)
        return 1 + (most->b - 1) * (1 - never);
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(1000);
    gsl_function f = {survival, most};
    gsl_integration_qagiu(&f, 1, 0, 1e-8, 1000, w, &sum, &error);
    double rest = 1;
    if (most->law != PARETO)
        gsl_integration_qag(&f, 0, 1, 0, 1e-8, 1000, 6, w, &rest, &error);
    gsl_integration_workspace_free(w);
    return sum + rest;
}

static void test_the_integral_agrees_with_closed_forms(void **state)
{
    (void)state;
    for (int n = 1; n <= 64; n *= 4) {
        struct most exponential = {EXPONENTIAL, 0, 0, n};
        double harmonic = 0;
        for (int i = 1; i <= n; i++)
            harmonic += 1.0 / i;
        ASSERT_NEAR(mean_of_most(&exponential), harmonic, 1e-6, 0);
        for (double a = 2.5; a < 6; a++) {
            struct most pareto = {PARETO, a, 0, n};
            double gamma =
                exp(lgamma(n + 1) + lgamma(1 - 1 / a) - lgamma(n + 1 - 1 / a));
            ASSERT_NEAR(mean_of_most(&pareto), gamma, 1e-6, 0);
        }
    }
    for (double sigma = 0.25; sigma < 2; sigma *= 2) {
        struct most alone = {LOGNORMAL, sigma, 0, 1};
        ASSERT_NEAR(mean_of_most(&alone), 1, 1e-6, 0);
    }
    struct most tail = {SLOW, 0.01, 2, 100};
    ASSERT_NEAR(mean_of_most(&tail), 1.634, 0, 0.0005);
}

/* ---- noise by task and part ---- */

enum shape { APART, TOGETHER, IN_FOUR, PARALLEL };

struct noise {
    struct most most;
    enum shape shape;
    int jobs;
};

/* One after the other, each on all slots. */
static void write_gangs(const struct place *place, const struct noise *noise)
{
    static const char *const stages[] = {
        [APART] = "\"mode\": \"gang\"",
        [TOGETHER] = "\"mode\": \"gang\", \"together\": true",
        [IN_FOUR] = "\"mode\": \"gang\", \"iterations\": 4",
        [PARALLEL] = "\"mode\": \"parallel\"",
    };
    char text[400];

    snprintf(text, sizeof text,
             "{\"schema\": \"protium.pipeline/1\",\n"
             "\"machine\": {\"nodes\": [{\"count\": %d}]},\n"
             "\"jobs\": [{\"submit\": 0, \"count\": %d, \"gap\": 0,"
             "\"stages\": [{%s, \"tasks\": %d, \"length\": %d, \"limit\": "
             "\"10d\"}]}]}\n",
             noise->most.n, noise->jobs, stages[noise->shape], noise->most.n,
             LENGTH);
    put(place, "jobs.json", text);
}

/* A mean of factors of 1: the members wait for the rest of the time. */
static int check_waits(const struct noise *noise,
                       const struct pt_report *report, double time)
{
    double barrier = area_of(report, PT_CLASS_BARRIER);
    double measured = barrier / (barrier + area_of(report, PT_CLASS_USEFUL));
    bool meet = noise->shape == TOGETHER || noise->shape == IN_FOUR;
    double expected = meet ? 1 - 1 / time : 0;

    print_message("%-36s measured %-10.7g expected %-10.7g\n", "    barrier",
                  measured, expected);
    return !(fabs(measured - expected) <= 0.02 * expected);
}

static int check_noise(const struct noise *noise, int64_t seed)
{
    static const char *const shapes[] = {"apart", "together", "in four",
                                         "parallel"};
    char law[64], name[96], *path;
    struct most most = noise->most;
    struct pt_report report;
    struct place place;

    make_place(&place);
    write_gangs(&place, noise);
    write_law(&most, law, sizeof law);
    path = pt_results_path(place.dir, "jobs.json");
    go(&(struct options){.source = &pt_source_pipeline,
                         .path = path,
                         .dir = place.dir,
                         .policy = "fcfs",
                         .seed = seed,
                         .set = {{"straggler", law}}},
       &report);
    struct sample times = read_times(place.dir);
    pt_free(path);
    remove_all(place.dir);
    snprintf(name, sizeof name, "%d, %s, %s", most.n, shapes[noise->shape],
             law);
    ASSERT_NEAR(times.n, noise->jobs, 0, 0);
    double expected = mean_of_most(&most);
    int bad = mean_is_off(name, &times, expected, 0.01, 0.005);
    if (most.law == EXPONENTIAL || most.law == LOGNORMAL)
        bad += check_waits(noise, &report, expected);
    pt_report_fini(&report);
    return bad;
}

static void test_a_gang_takes_as_long_as_its_slowest_member(void **state)
{
    static const struct noise rows[] = {
        {{EXPONENTIAL, 0, 0, 8}, APART, 20000},
        {{EXPONENTIAL, 0, 0, 32}, TOGETHER, 6000},
        {{EXPONENTIAL, 0, 0, 8}, IN_FOUR, 8000},
        {{EXPONENTIAL, 0, 0, 8}, PARALLEL, 20000},
        {{LOGNORMAL, 0.5, 0, 16}, TOGETHER, 8000},
        {{LOGNORMAL, 1, 0, 8}, IN_FOUR, 8000},
        {{PARETO, 4, 0, 16}, APART, 14000},
        {{PARETO, 4, 0, 16}, PARALLEL, 16000},
        {{SLOW, 0.01, 4, 100}, TOGETHER, 10000},
    };
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        bad += check_noise(&rows[i], 500 + (int64_t)i);
    ASSERT_INT(bad, 0);
}

/* ---- slow nodes ---- */

struct slow {
    struct most most; /* of n nodes ... */
    int cores, jobs;  /* ... of so many processors */
};

/* All at once, each on nodes of its own, with a limit that none reaches. */
static void write_jobs(const struct place *place, const struct slow *slow)
{
    FILE *stream = create(place, "jobs.swf");
    int width = slow->most.n * slow->cores;

    for (int i = 0; i < slow->jobs; i++)
        fprintf(stream, "%d 0 -1 %d %d -1 -1 %d %d -1 1 1 1 1 1 1 -1 -1\n",
                i + 1, LENGTH, width, width, 1000 * LENGTH);
    fclose(stream);
}

static int check_slow(const struct slow *slow, int64_t seed)
{
    char law[64], name[96], *path;
    struct most most = slow->most;
    struct pt_report report;
    struct place place;

    make_place(&place);
    write_jobs(&place, slow);
    write_law(&most, law, sizeof law);
    path = pt_results_path(place.dir, "jobs.swf");
    go(&(struct options){.source = &pt_source_swf,
                         .path = path,
                         .dir = place.dir,
                         .policy = "easy",
                         .nodes = (int64_t)most.n * slow->jobs,
                         .cores = slow->cores,
                         .seed = seed,
                         .set = {{"slowness", law}}},
       &report);
    struct sample times = read_times(place.dir);
    pt_free(path);
    remove_all(place.dir);
    snprintf(name, sizeof name, "%dx%d, %s", most.n, slow->cores, law);
    ASSERT_NEAR(times.n, slow->jobs, 0, 0);
    ASSERT_NEAR(report.summary.all.wait.max, 0, 0, 0);
    int bad = mean_is_off(name, &times, mean_of_most(&most), 0.01, 0.005);
    pt_report_fini(&report);
    return bad;
}

static void test_a_job_goes_at_the_pace_of_its_slowest_node(void **state)
{
    static const struct slow rows[] = {
        {{EXPONENTIAL, 0, 0, 8}, 1, 20000}, {{EXPONENTIAL, 0, 0, 8}, 3, 20000},
        {{LOGNORMAL, 0.5, 0, 8}, 2, 20000}, {{PARETO, 4, 0, 8}, 1, 20000},
        {{PARETO, 3, 0, 4}, 4, 32000},      {{SLOW, 0.04, 4, 32}, 2, 12000},
    };
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        bad += check_slow(&rows[i], 520 + (int64_t)i);
    ASSERT_INT(bad, 0);
}

/* ---- second launches ---- */

#define SEEDS 24

/* Sums over the stages of a run: seconds, launches. */
struct stages {
    double parallel, gang;
    int64_t launches[2], tasks[2]; /* of parallel stages, of gangs */
};

static bool is_text(const struct pt_csv_field *field, const char *text)
{
    return field->length == strlen(text) &&
           memcmp(field->text, text, field->length) == 0;
}

static void add_stage(const struct pt_csv *csv,
                      const struct pt_csv_field *fields, struct stages *sum)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    bool gang = is_text(&fields[0], "gang");
    int64_t tasks = 0, launches = 0;
    pt_time start = 0, end = 0;

    assert_true(gang || is_text(&fields[0], "parallel"));
    if (pt_csv_int(csv, &fields[1], 1, 1000, &tasks, &err) ||
        pt_csv_int(csv, &fields[2], 1, 1000, &launches, &err) ||
        pt_csv_time(csv, &fields[3], &start, &err) ||
        pt_csv_time(csv, &fields[4], &end, &err))
        fail_msg("%s", err.text);
    *(gang ? &sum->gang : &sum->parallel) += pt_time_seconds(end - start);
    sum->tasks[gang] += tasks;
    sum->launches[gang] += launches;
}

static struct stages read_stages(const char *dir)
{
    static const char *const columns[] = {"mode", "tasks", "launches",
                                          "start_time", "end_time"};
    char *path = pt_results_path(dir, "stages.csv");
    struct pt_err err = {.code = PT_ERR_NONE};
    struct stages sum = {.parallel = 0};
    struct pt_csv_field fields[5];
    struct pt_csv csv;

    if (pt_csv_open(&csv, path, columns, 5, &err) == 0)
        while (pt_csv_next(&csv, fields, &err) == 1)
            add_stage(&csv, fields, &sum);
    if (err.code != PT_ERR_NONE)
        fail_msg("%s", err.text);
    pt_csv_close(&csv);
    pt_free(path);
    return sum;
}

/* Jobs one after the other, of a gang and a parallel stage of as many tasks, on
 * more nodes than they need.  In between all slots come free: whatever was
 * killed before, a gang gets the same nodes. */
static const char pairs[] =
    "{\"schema\": \"protium.pipeline/1\",\n"
    "\"machine\": {\"nodes\": [{\"count\": 24}]},\n"
    "\"jobs\": [{\"submit\": 0, \"count\": 20, \"gap\": 1, \"stages\": ["
    "{\"id\": \"a\", \"mode\": \"gang\", \"tasks\": 20, \"length\": 100,"
    " \"iterations\": 2},"
    "{\"id\": \"b\", \"tasks\": 20, \"length\": 100, \"after\": \"a\"}]}]}\n";

static struct stages run_pairs(const struct place *place, const char *key,
                               const char *law, const char *speculation,
                               int64_t seed)
{
    char *path = pt_results_path(place->dir, "jobs.json");
    struct pt_report report;

    go(&(struct options){.source = &pt_source_pipeline,
                         .path = path,
                         .dir = place->dir,
                         .policy = "spark",
                         .seed = seed,
                         .set = {{key, law},
                                 {"speculation", speculation},
                                 {"speculation_quantile", "0.75"},
                                 {"speculation_multiplier", "1.5"}}},
       &report);
    pt_report_fini(&report);
    pt_free(path);
    return read_stages(place->dir);
}

/* Paired by seed: more than five standard errors, and than LEAST of the time.
 * No gang has a copy, and each takes as long as without them. */
static int check_copies(const char *key, const char *law, double least)
{
    struct sample without = {.n = 0}, saved = {.n = 0};
    struct place place;
    int64_t copies = 0;

    make_place(&place);
    put(&place, "jobs.json", pairs);
    for (int64_t seed = 1; seed <= SEEDS; seed++) {
        struct stages off = run_pairs(&place, key, law, "off", seed);
        struct stages on = run_pairs(&place, key, law, "on", seed);
        sample_add(&without, off.parallel / 20);
        sample_add(&saved, (off.parallel - on.parallel) / 20);
        ASSERT_INT(off.launches[false], off.tasks[false]);
        ASSERT_INT(off.launches[true], off.tasks[true]);
        ASSERT_INT(on.launches[true], on.tasks[true]);
        ASSERT_NEAR(on.gang, off.gang, 0, 1e-6);
        copies += on.launches[false] - on.tasks[false];
    }
    remove_all(place.dir);
    double mean = sample_mean(&saved), error = sample_error(&saved);
    print_message("%s=%s: a parallel stage takes %.1f s, %.1f +- %.1f less "
                  "with %.1f copies\n",
                  key, law, sample_mean(&without), mean, error,
                  (double)copies / (20 * SEEDS));
    return !(mean > 5 * error && mean > least * sample_mean(&without) &&
             copies > 0);
}

static void test_copies_help_parallel_stages_and_no_gang(void **state)
{
    int bad = 0;

    (void)state;
    bad += check_copies("straggler", "pareto:alpha=1.5", 0.2);
    bad += check_copies("straggler", "slow:p=0.05,factor=8", 0.2);
    bad += check_copies("slowness", "slow:p=0.08,factor=8", 0.2);
    ASSERT_INT(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_integral_agrees_with_closed_forms),
        cmocka_unit_test(test_a_gang_takes_as_long_as_its_slowest_member),
        cmocka_unit_test(test_a_job_goes_at_the_pace_of_its_slowest_node),
        cmocka_unit_test(test_copies_help_parallel_stages_and_no_gang),
    };

    return cmocka_run_group_tests_name("slow nodes", tests, NULL, NULL) != 0;
}
