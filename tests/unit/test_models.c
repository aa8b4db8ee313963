/* test_models.c - what the workload models yield. */
#include "tests/unit/check.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include "base/alloc.h"
#include "models/model.h"

#define SEED UINT64_C(77)

/* An open source. */
struct tap {
    const struct pt_source *source;
    void *state;
    struct pt_work work;
    struct pt_err err;
};

static const struct pt_reading plain = {.scale = 1, .seed = SEED};

/* Opens MODEL with PARAMS, "key=value key=value"; returns what its open did,
 * with the tap's error filled. */
static int open_tap(struct tap *tap, const struct pt_source *model,
                    const char *params, const struct pt_reading *reading)
{
    char text[512];
    char *rest = text;

    *tap = (struct tap){
        .source = model,
        .state = pt_alloc(1, model->state_size),
    };
    pt_param_defaults(model->params, tap->state);
    snprintf(text, sizeof text, "%s", params);
    for (char *key; (key = strtok_r(rest, " ", &rest)) != NULL;) {
        char *value = strchr(key, '=');
        assert_non_null(value);
        *value++ = '\0';
        if (pt_param_set(model->params, tap->state, model->name, key, value,
                         &tap->err))
            fail_msg("%s", tap->err.text);
    }
    return model->open(tap->state, NULL, reading, &tap->err);
}

static int next_job(struct tap *tap)
{
    return tap->source->next(tap->state, &tap->work, &tap->err);
}

static int32_t width_of(const struct tap *tap)
{
    return tap->work.job.stages[0].ntasks;
}

static pt_time length_of(const struct tap *tap)
{
    return tap->work.truths[0].length;
}

static void close_tap(struct tap *tap)
{
    tap->source->close(tap->state);
    pt_free(tap->state);
}

/* ---- poisson ---- */

/* The first moments of what was added to it. */
struct moments {
    double n, sum, sum2, sum4; /* powers about `middle` */
    double middle, below;      /* how many are at most that */
};

static void add(struct moments *moments, double x)
{
    double d = x - moments->middle;

    moments->n += 1;
    moments->sum += d;
    moments->sum2 += d * d;
    moments->sum4 += d * d * d * d;
    moments->below += x <= moments->middle ? 1 : 0;
}

/* Mean (known to be the middle), cv and P(X <= mean) are right, within five
 * standard errors. */
static void check_moments(const struct moments *moments, double cv,
                          double below)
{
    double n = moments->n, mean = moments->middle;
    double var = moments->sum2 / n;
    double se_var = sqrt((moments->sum4 / n - var * var) / n);
    double sd = cv * mean;

    ASSERT_NEAR(moments->sum / n, 0, 0, 5 * sd / sqrt(n) + 1e-6);
    ASSERT_NEAR(var, sd * sd, 0, 5 * se_var + 1e-6);
    ASSERT_NEAR(moments->below / n, below, 0,
                5 * sqrt(below * (1 - below) / n));
}

/* Lengths of mean 3 s under PARAMS are as said. */
static void check_law(const char *params, double cv, double below)
{
    struct moments lengths = {.middle = 3}, gaps = {.middle = 2};
    struct tap tap;
    pt_time last = 0;

    print_message("%s: seed %llu\n", params, (unsigned long long)SEED);
    ASSERT_INT(open_tap(&tap, &pt_model_poisson, params, &plain), 0);
    while (next_job(&tap) == 1) {
        add(&lengths, pt_time_seconds(length_of(&tap)));
        add(&gaps, pt_time_seconds(tap.work.job.submit - last));
        last = tap.work.job.submit;
    }
    close_tap(&tap);
    ASSERT_NEAR(lengths.n, 100000, 0, 0);
    check_moments(&lengths, cv, below);
    check_moments(&gaps, 1, 1 - exp(-1));
}

static void test_each_law_has_its_mean_cv_and_median_side(void **state)
{
    double sigma = sqrt(log(5));
    double p = 0.5 * (1 + sqrt(3.0 / 5.0));

    (void)state;
    check_law("jobs=100000 mean=3 law=exponential", 1, 1 - exp(-1));
    check_law("jobs=100000 mean=3 law=deterministic", 0, 1);
    check_law("jobs=100000 mean=3 law=erlang phases=2", sqrt(0.5),
              1 - 3 * exp(-2));
    check_law("jobs=100000 mean=3 law=gamma cv=2", 2,
              gsl_cdf_gamma_P(1, 0.25, 4));
    check_law("jobs=100000 mean=3 law=lognormal cv=2", 2,
              gsl_cdf_ugaussian_P(sigma / 2));
    /* cv^2 = 5 is the Weibull with exponent 1/2. */
    check_law("jobs=100000 mean=3 law=weibull cv=2.23606797749979", sqrt(5),
              1 - exp(-sqrt(2)));
    check_law("jobs=100000 mean=3 law=hyperexp cv=2", 2,
              1 - p * exp(-2 * p) - (1 - p) * exp(-2 * (1 - p)));
}

static void test_widths_have_their_shares_and_their_means(void **state)
{
    struct moments lengths[3] = {{.middle = 2}, {.middle = 1}, {.middle = 1.5}};
    double shares[3] = {0.5, 0.125, 0.375};
    struct tap tap;
    double n = 100000;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    ASSERT_INT(open_tap(&tap, &pt_model_poisson,
                        "jobs=100000 widths=1:4:2+2+4:3:1.5", &plain),
               0);
    while (next_job(&tap) == 1) {
        int class = width_of(&tap) / 2;
        assert_in_range(class, 0, 2);
        add(&lengths[class], pt_time_seconds(length_of(&tap)));
    }
    close_tap(&tap);
    for (int i = 0; i < 3; i++) {
        double p = shares[i];
        ASSERT_NEAR(lengths[i].n / n, p, 0, 5 * sqrt(p * (1 - p) / n));
        check_moments(&lengths[i], 1, 1 - exp(-1));
    }
}

static void test_a_jobs_width_does_not_depend_on_other_draws(void **state)
{
    struct tap a, b;

    (void)state;
    open_tap(&a, &pt_model_poisson, "jobs=1000 widths=1+2+4+8 rate=9", &plain);
    open_tap(&b, &pt_model_poisson,
             "jobs=1000 widths=1+2+4+8 law=gamma cv=3 users=5 saturated=yes",
             &plain);
    while (next_job(&a) == 1) {
        ASSERT_INT(next_job(&b), 1);
        ASSERT_INT(width_of(&a), width_of(&b));
    }
    close_tap(&a);
    close_tap(&b);
}

static void test_a_job_is_a_gang_of_one_stage(void **state)
{
    struct pt_source_info info;
    struct tap tap;

    (void)state;
    open_tap(&tap, &pt_model_poisson, "jobs=3 nodes=16 widths=5", &plain);
    ASSERT_INT(next_job(&tap), 1);
    ASSERT_INT(next_job(&tap), 1);
    const struct pt_job *job = &tap.work.job;
    const struct pt_stage *stage = &job->stages[0];
    ASSERT_INT(job->id, 2);
    ASSERT_INT(job->user, -1);
    ASSERT_INT(job->group, -1);
    ASSERT_INT(job->queue, -1);
    ASSERT_INT(job->nstages, 1);
    ASSERT_INT(stage->ntasks, 5);
    ASSERT_INT(stage->mode, PT_GANG);
    ASSERT_INT(stage->need.amount[PT_CORES], 1000);
    ASSERT_INT(stage->need.amount[PT_MEMORY], 0);
    ASSERT_INT(stage->limit, length_of(&tap));
    ASSERT_INT(tap.work.truths[0].outcome, PT_SUCCESS);
    assert_null(tap.work.truths[0].task);
    tap.source->info(tap.state, &info);
    ASSERT_INT(info.machine->processors, 16);
    ASSERT_INT(info.rows, 2);
    ASSERT_INT(info.jobs, 2);
    ASSERT_INT(next_job(&tap), 1);
    ASSERT_INT(next_job(&tap), 0);
    ASSERT_INT(next_job(&tap), 0);
    close_tap(&tap);
}

static void test_saturated_jobs_all_come_at_0(void **state)
{
    struct tap tap;

    (void)state;
    open_tap(&tap, &pt_model_poisson, "jobs=100 saturated=yes", &plain);
    while (next_job(&tap) == 1)
        ASSERT_INT(tap.work.job.submit, 0);
    close_tap(&tap);
}

static void test_load_sets_the_rate(void **state)
{
    struct tap tap;
    double work = 0, span = 0;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    open_tap(&tap, &pt_model_poisson,
             "jobs=100000 nodes=10 load=0.8 widths=1:0.5:6+4:0.5:2", &plain);
    while (next_job(&tap) == 1) {
        work += width_of(&tap) * pt_time_seconds(length_of(&tap));
        span = pt_time_seconds(tap.work.job.submit);
    }
    close_tap(&tap);
    ASSERT_NEAR(work / (10 * span), 0.8, 0.02, 0);
}

static void test_scale_stretches_the_time_between_submits(void **state)
{
    const struct pt_source *models[] = {&pt_model_poisson, &pt_model_lublin};
    struct pt_reading half = plain;

    (void)state;
    half.scale = 0.5;
    for (int i = 0; i < 2; i++) {
        struct tap a, b;
        open_tap(&a, models[i], "jobs=1000", &plain);
        open_tap(&b, models[i], "jobs=1000", &half);
        while (next_job(&a) == 1) {
            ASSERT_INT(next_job(&b), 1);
            ASSERT_NEAR(pt_time_seconds(b.work.job.submit),
                        pt_time_seconds(a.work.job.submit) / 2, 0,
                        i == 0 ? 2e-6 : 1.0);
            ASSERT_INT(length_of(&a), length_of(&b));
        }
        close_tap(&a);
        close_tap(&b);
    }
}

/* Opening poisson with PARAMS fails, and the error has PART in it. */
static void check_bad(const char *params, const char *part)
{
    struct tap tap;

    ASSERT_INT(open_tap(&tap, &pt_model_poisson, params, &plain), -1);
    ASSERT_INT(tap.err.code, PT_ERR_USAGE);
    ASSERT_HAS(tap.err.text, part);
    pt_free(tap.state);
}

static void test_a_bad_width_law_is_a_usage_error(void **state)
{
    char many[PT_PARAM_TEXT_SIZE] = "widths=1";

    (void)state;
    check_bad("widths=", "WIDTH[:SHARE[:MEAN]]");
    check_bad("widths=0", "widths=0");
    check_bad("widths=-2", "expected up to 32");
    check_bad("widths=1.5", "widths=1.5");
    check_bad("widths=1:", "widths=1:");
    check_bad("widths=1:0", "widths=1:0");
    check_bad("widths=1:-1", "widths=1:-1");
    check_bad("widths=1:x", "widths=1:x");
    check_bad("widths=1:1:0", "widths=1:1:0");
    check_bad("widths=1:1:1:1", "widths=1:1:1:1");
    check_bad("widths=1+", "widths=1+");
    check_bad("widths=1++2", "widths=1++2");
    check_bad("widths=1:nan", "widths=1:nan");
    check_bad("widths=9999999", "widths=9999999");
    for (int i = 0; i < 32; i++)
        strcat(many, "+1");
    check_bad(many, "expected up to 32");
}

static void test_what_gsl_would_not_check_is_checked(void **state)
{
    (void)state;
    check_bad("law=hyperexp cv=0.9", "at least 1 with law=hyperexp");
    check_bad("nodes=4 widths=1+8", "nodes=4");
}

/* ---- users, and the rule for wide jobs ---- */

static void test_users_submit_by_zipfs_law(void **state)
{
    double counts[4] = {0};
    double harmonic = 1 + 1.0 / 2 + 1.0 / 3;
    double n = 50000;
    struct tap tap;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    open_tap(&tap, &pt_model_poisson, "jobs=50000 users=3", &plain);
    while (next_job(&tap) == 1) {
        assert_in_range(tap.work.job.user, 1, 3);
        counts[tap.work.job.user]++;
    }
    close_tap(&tap);
    for (int i = 1; i <= 3; i++) {
        double p = 1 / (i * harmonic);
        ASSERT_NEAR(counts[i] / n, p, 0, 5 * sqrt(p * (1 - p) / n));
    }
}

static void test_wide_jobs_are_dropped_and_counted_if_so_ruled(void **state)
{
    struct pt_reading drop = plain;
    struct pt_source_info info;
    struct tap all, tap;

    (void)state;
    drop.processors = 4;
    drop.wide = PT_WIDE_DROP;
    open_tap(&all, &pt_model_poisson, "jobs=1000 widths=1+8", &plain);
    open_tap(&tap, &pt_model_poisson, "jobs=1000 widths=1+8", &drop);
    int64_t jobs = 0;
    while (next_job(&all) == 1) {
        if (width_of(&all) == 8)
            continue;
        ASSERT_INT(next_job(&tap), 1);
        ASSERT_INT(tap.work.job.id, all.work.job.id);
        ASSERT_INT(tap.work.job.submit, all.work.job.submit);
        jobs++;
    }
    ASSERT_INT(next_job(&tap), 0);
    tap.source->info(tap.state, &info);
    ASSERT_INT(info.rows, 1000);
    ASSERT_INT(info.jobs, jobs);
    ASSERT_INT(info.nrules, 1);
    ASSERT_INT(info.rules[0].rows, 1000 - jobs);
    assert_true(info.rules[0].drops);
    close_tap(&all);
    close_tap(&tap);
}

static void test_wide_jobs_are_an_error_or_yielded_if_so_ruled(void **state)
{
    struct pt_reading rule = plain;
    struct tap tap;

    (void)state;
    rule.processors = 4;
    rule.wide = PT_WIDE_ERROR;
    open_tap(&tap, &pt_model_poisson, "jobs=10 widths=8", &rule);
    ASSERT_INT(next_job(&tap), -1);
    ASSERT_INT(tap.err.code, PT_ERR_INPUT);
    ASSERT_HAS(tap.err.text, "asks for 8 processors (expected at most 4)");
    close_tap(&tap);
    rule.wide = PT_WIDE_REJECT;
    open_tap(&tap, &pt_model_poisson, "jobs=10 widths=8", &rule);
    ASSERT_INT(next_job(&tap), 1);
    close_tap(&tap);
}

/* ---- lublin ---- */

static void test_lublin_jobs_are_in_whole_seconds_and_in_order(void **state)
{
    struct tap tap;
    pt_time last = 0;

    (void)state;
    open_tap(&tap, &pt_model_lublin, "jobs=5000 type=mixed", &plain);
    while (next_job(&tap) == 1) {
        ASSERT_INT(tap.work.job.submit % PT_SECOND, 0);
        ASSERT_INT(length_of(&tap) % PT_SECOND, 0);
        assert_true(length_of(&tap) >= PT_SECOND);
        assert_true(length_of(&tap) <= 162754 * PT_SECOND);
        assert_true(tap.work.job.submit >= last);
        assert_in_range(tap.work.job.queue, 0, 1);
        assert_in_range(tap.work.job.user, 1, 32);
        last = tap.work.job.submit;
    }
    close_tap(&tap);
}

static void test_lublin_jobs_fit_any_machine(void **state)
{
    static const char *const sizes[] = {"1", "2", "7", "100", "5000"};
    static const char *const types[] = {"typeless", "batch", "interactive",
                                        "mixed"};

    (void)state;
    for (int i = 0; i < 20; i++) {
        char params[80];
        struct tap tap;
        int32_t widest = 0;
        snprintf(params, sizeof params, "jobs=3000 load=0.5 nodes=%s type=%s",
                 sizes[i / 4], types[i % 4]);
        ASSERT_INT(open_tap(&tap, &pt_model_lublin, params, &plain), 0);
        while (next_job(&tap) == 1)
            if (width_of(&tap) > widest)
                widest = width_of(&tap);
        close_tap(&tap);
        int32_t nodes = (int32_t)strtol(sizes[i / 4], NULL, 10);
        assert_true(widest <= nodes && widest >= nodes / 4);
    }
}

static void test_estimates_are_within_their_factor(void **state)
{
    struct tap exact, factor;
    double sum = 0;

    (void)state;
    open_tap(&exact, &pt_model_lublin, "jobs=20000", &plain);
    open_tap(&factor, &pt_model_lublin, "jobs=20000 estimate=factor factor=4",
             &plain);
    while (next_job(&exact) == 1) {
        ASSERT_INT(next_job(&factor), 1);
        pt_time run = length_of(&factor);
        pt_time limit = factor.work.job.stages[0].limit;
        ASSERT_INT(exact.work.job.stages[0].limit, run);
        ASSERT_INT(length_of(&exact), run);
        ASSERT_INT(width_of(&exact), width_of(&factor));
        ASSERT_INT(exact.work.job.user, factor.work.job.user);
        ASSERT_INT(limit % PT_SECOND, 0);
        assert_true(limit >= run && limit <= 5 * run);
        sum += run < 1000 * PT_SECOND ? 3 : (double)limit / (double)run;
    }
    ASSERT_NEAR(sum / 20000, 3, 0.01, 0);
    close_tap(&exact);
    close_tap(&factor);
}

static void test_a_model_repeats_itself_and_seeds_differ(void **state)
{
    struct pt_reading other = plain;
    int same = 0;

    (void)state;
    other.seed = SEED + 1;
    struct tap a, b, c;
    open_tap(&a, &pt_model_lublin, "jobs=1000", &plain);
    open_tap(&b, &pt_model_lublin, "jobs=1000", &plain);
    open_tap(&c, &pt_model_lublin, "jobs=1000", &other);
    while (next_job(&a) == 1) {
        ASSERT_INT(next_job(&b), 1);
        ASSERT_INT(next_job(&c), 1);
        ASSERT_INT(a.work.job.submit, b.work.job.submit);
        ASSERT_INT(width_of(&a), width_of(&b));
        ASSERT_INT(length_of(&a), length_of(&b));
        same += length_of(&a) == length_of(&c);
    }
    assert_true(same < 100);
    close_tap(&a);
    close_tap(&b);
    close_tap(&c);
}

static void test_jobs_only_append_when_more_are_asked_for(void **state)
{
    struct tap few, many;

    (void)state;
    open_tap(&few, &pt_model_lublin, "jobs=100 type=mixed", &plain);
    open_tap(&many, &pt_model_lublin, "jobs=200 type=mixed", &plain);
    while (next_job(&few) == 1) {
        ASSERT_INT(next_job(&many), 1);
        ASSERT_INT(few.work.job.submit, many.work.job.submit);
        ASSERT_INT(length_of(&few), length_of(&many));
    }
    ASSERT_INT(next_job(&many), 1);
    close_tap(&few);
    close_tap(&many);
}

static void test_submitting_begins_at_start(void **state)
{
    struct tap tap;

    (void)state;
    open_tap(&tap, &pt_model_lublin, "jobs=100 start=8.25h", &plain);
    ASSERT_INT(next_job(&tap), 1);
    assert_true(tap.work.job.submit >= 8 * 3600 * PT_SECOND + 900 * PT_SECOND);
    assert_true(tap.work.job.submit < 24 * 3600 * PT_SECOND);
    close_tap(&tap);
}

static void test_no_jobs_are_no_jobs(void **state)
{
    struct tap tap;

    (void)state;
    open_tap(&tap, &pt_model_lublin, "jobs=0", &plain);
    ASSERT_INT(next_job(&tap), 0);
    close_tap(&tap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_law_has_its_mean_cv_and_median_side),
        cmocka_unit_test(test_widths_have_their_shares_and_their_means),
        cmocka_unit_test(test_a_jobs_width_does_not_depend_on_other_draws),
        cmocka_unit_test(test_a_job_is_a_gang_of_one_stage),
        cmocka_unit_test(test_saturated_jobs_all_come_at_0),
        cmocka_unit_test(test_load_sets_the_rate),
        cmocka_unit_test(test_scale_stretches_the_time_between_submits),
        cmocka_unit_test(test_a_bad_width_law_is_a_usage_error),
        cmocka_unit_test(test_what_gsl_would_not_check_is_checked),
        cmocka_unit_test(test_users_submit_by_zipfs_law),
        cmocka_unit_test(test_wide_jobs_are_dropped_and_counted_if_so_ruled),
        cmocka_unit_test(test_wide_jobs_are_an_error_or_yielded_if_so_ruled),
        cmocka_unit_test(test_lublin_jobs_are_in_whole_seconds_and_in_order),
        cmocka_unit_test(test_lublin_jobs_fit_any_machine),
        cmocka_unit_test(test_estimates_are_within_their_factor),
        cmocka_unit_test(test_a_model_repeats_itself_and_seeds_differ),
        cmocka_unit_test(test_jobs_only_append_when_more_are_asked_for),
        cmocka_unit_test(test_submitting_begins_at_start),
        cmocka_unit_test(test_no_jobs_are_no_jobs),
    };

    return cmocka_run_group_tests_name("models", tests, NULL, NULL) != 0;
}
