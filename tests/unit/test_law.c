/* test_law.c - five laws: draws against closed forms, at five sigma. */
#include "tests/unit/check.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include "models/law.h"
#include "models/stream.h"

#define SEED UINT64_C(2009)

enum { DRAWS = 200000, PARTS = 4000 };

static const struct pt_law laws[] = {
    {PT_FAMILY_EXPONENTIAL, 3600, 1}, {PT_FAMILY_WEIBULL, 1, 0.35},
    {PT_FAMILY_WEIBULL, 6.4e6, 0.48}, {PT_FAMILY_WEIBULL, 1.26582, 0.7},
    {PT_FAMILY_WEIBULL, 10, 1},       {PT_FAMILY_WEIBULL, 1e5, 2.42},
    {PT_FAMILY_LOGNORMAL, 1, 0.35},   {PT_FAMILY_LOGNORMAL, 1e3, 0.7},
    {PT_FAMILY_LOGNORMAL, 1e7, 1},    {PT_FAMILY_LOGNORMAL, 60, 1.42},
    {PT_FAMILY_LOGNORMAL, 1e6, 2.42}, {PT_FAMILY_GAMMA, 6.4e6, 0.2},
    {PT_FAMILY_GAMMA, 1, 0.35},       {PT_FAMILY_GAMMA, 10, 0.48},
    {PT_FAMILY_GAMMA, 1e5, 0.7},      {PT_FAMILY_GAMMA, 5, 1},
    {PT_FAMILY_GAMMA, 1e3, 2.42},     {PT_FAMILY_FIXED, 300, 1},
};
enum { LAWS = sizeof laws / sizeof laws[0] };

typedef double draw(const struct pt_law *law, const gsl_rng *rng);

/* DRAWS draws of LAW, from a stream of its own. */
static double *draws_new(draw *drawn, const struct pt_law *law, uint64_t entity)
{
    struct pt_stream stream;
    const gsl_rng *rng =
        pt_stream_open(&stream, SEED, 0, PT_PURPOSE_TEST, entity);
    double *x = calloc(DRAWS, sizeof *x);

    assert_non_null(x);
    for (int i = 0; i < DRAWS; i++)
        x[i] = drawn(law, rng);
    return x;
}

/* E[X^r], from the textbook. */
static double moment(const struct pt_law *law, int r)
{
    double k = law->shape, scale = pt_law_scale(law), rising = 1;

    switch (law->family) {
    case PT_FAMILY_EXPONENTIAL:
        return gsl_sf_fact((unsigned)r) * pow(scale, r);
    case PT_FAMILY_WEIBULL:
        return gsl_sf_gamma(1 + r / k) * pow(scale, r);
    case PT_FAMILY_LOGNORMAL:
        return exp(r * log(scale) + r * r * k * k / 2);
    case PT_FAMILY_GAMMA:
        for (int i = 0; i < r; i++)
            rising *= k + i;
        return rising * pow(scale, r);
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return pow(scale, r);
}

static double mean_of(const double *x)
{
    double sum = 0;

    for (int i = 0; i < DRAWS; i++)
        sum += x[i];
    return sum / DRAWS;
}

static double variance_of(const double *x)
{
    double mean = mean_of(x), sum = 0;

    for (int i = 0; i < DRAWS; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sum / DRAWS;
}

/* As many of X are at or below AT as a share of P would have it. */
static void check_share(const double *x, double at, double p)
{
    int n = 0;

    for (int i = 0; i < DRAWS; i++)
        n += x[i] <= at;
    ASSERT_NEAR((double)n / DRAWS, p, 0, 5 * sqrt(p * (1 - p) / DRAWS) + 1e-9);
}

static void test_moments_are_the_textbooks(void **state)
{
    (void)state;
    for (int i = 0; i < LAWS; i++) {
        double mean = moment(&laws[i], 1);
        double variance = moment(&laws[i], 2) - mean * mean;
        ASSERT_NEAR(laws[i].mean, mean, 1e-12, 0);
        ASSERT_NEAR(pt_law_variance(&laws[i]), variance, 1e-11, 0);
        ASSERT_NEAR(pt_law_rest_mean(&laws[i]), moment(&laws[i], 2) / 2 / mean,
                    1e-12, 0);
    }
}

/* Where the tail is so heavy that the mean of this many draws says little, the
 * quantiles do. */
static void test_draws_have_the_mean_and_the_variance(void **state)
{
    int means = 0, variances = 0;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (int i = 0; i < LAWS; i++) {
        const struct pt_law *law = &laws[i];
        double *x = draws_new(pt_law_draw, law, (uint64_t)i);
        double m = law->mean, v = pt_law_variance(law);
        double fourth = moment(law, 4) - 4 * m * moment(law, 3) +
                        6 * m * m * moment(law, 2) - 3 * m * m * m * m;
        double sigma_m = sqrt(v / DRAWS);
        double sigma_v = sqrt(fmax(fourth - v * v, 0) / DRAWS);
        if (sigma_m < 0.02 * m && ++means)
            ASSERT_NEAR(mean_of(x), m, 1e-9, 5 * sigma_m);
        if (sigma_v < 0.05 * v && ++variances)
            ASSERT_NEAR(variance_of(x), v, 0, 5 * sigma_v);
        free(x);
    }
    ASSERT_INT(means, LAWS - 1);
    assert_true(variances >= 12);
}

static void test_draws_have_the_quantiles(void **state)
{
    static const double p[] = {0.001, 0.01, 0.1,  0.25, 0.5,
                               0.75,  0.9,  0.99, 0.999};

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (int i = 0; i < LAWS; i++) {
        if (laws[i].family == PT_FAMILY_FIXED)
            continue;
        double *x = draws_new(pt_law_draw, &laws[i], (uint64_t)i);
        for (size_t j = 0; j < sizeof p / sizeof p[0]; j++)
            check_share(x, pt_law_quantile(&laws[i], p[j]), p[j]);
        free(x);
    }
}

/* The integral of survival / mean up to AT, by Simpson's rule in ln(x). */
static double equilibrium(const struct pt_law *law, double at)
{
    double low = log(at) - 40, step = 40.0 / PARTS, sum = 0;

    if (law->family == PT_FAMILY_FIXED)
        return at < law->mean ? at / law->mean : 1;
    for (int i = 0; i <= PARTS; i++) {
        double x = exp(low + i * step);
        double weight = i == 0 || i == PARTS ? 1 : i % 2 ? 4 : 2;
        sum += weight * x * pt_law_survival(law, x);
    }
    return sum * step / 3 / law->mean;
}

static void test_rests_follow_the_equilibrium_law(void **state)
{
    static const double at[] = {1e-6, 1e-4, 0.01, 0.1, 0.3, 0.9, 2, 5, 20};

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (int i = 0; i < LAWS; i++) {
        const struct pt_law *law = &laws[i];
        double *x = draws_new(pt_law_draw_rest, law, (uint64_t)(1000 + i));
        double m = pt_law_rest_mean(law);
        /* Of a rest, E[R^2] = E[X^3] / (3 E[X]). */
        double v = moment(law, 3) / (3 * law->mean) - m * m;
        double sigma = sqrt(v / DRAWS);
        if (sigma < 0.02 * m)
            ASSERT_NEAR(mean_of(x), m, 0, 5 * sigma);
        for (size_t j = 0; j < sizeof at / sizeof at[0]; j++)
            check_share(x, at[j] * law->mean,
                        fmin(1, equilibrium(law, at[j] * law->mean)));
        free(x);
    }
}

static void test_the_rest_of_a_weibull_is_the_papers(void **state)
{
    struct pt_law law = pt_law_of_scale(PT_FAMILY_WEIBULL, 0.7, 1);

    (void)state;
    ASSERT_NEAR(law.mean, 1.26582, 0, 5e-6);
    ASSERT_NEAR(pt_law_rest_mean(&law), 1.98651, 0, 5e-6);
    ASSERT_NEAR(pt_law_variance(&law) / law.mean / law.mean, 2.13869, 0, 5e-6);
    law = pt_law_of_scale(PT_FAMILY_WEIBULL, 0.48, 816.60);
    ASSERT_NEAR(law.mean, 1766, 0, 1);
    law = pt_law_of_scale(PT_FAMILY_LOGNORMAL, 1.42, exp(0.05));
    ASSERT_NEAR(law.mean, 2.88, 0, 0.005);
}

/* From a rest on, a process renews as often in its first moments as ever; from
 * a fresh start, a Weibull law with a falling hazard does so far more often. */
static void test_a_process_begun_with_a_rest_is_stationary(void **state)
{
    const struct pt_law law = {PT_FAMILY_WEIBULL, 1, 0.48};
    double rests[2] = {0, 0}, squares = 0, fresh = 0, span = 0.01;
    struct pt_stream stream;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    const gsl_rng *rng =
        pt_stream_open(&stream, SEED, 0, PT_PURPOSE_TEST, 2000);
    for (int i = 0; i < DRAWS; i++) {
        double n[2] = {0, 0}; /* in the first and in the second span */
        double t = pt_law_draw_rest(&law, rng);
        for (; t < 2 * span; t += pt_law_draw(&law, rng))
            n[t >= span]++;
        rests[0] += n[0];
        rests[1] += n[1];
        squares += n[0] * n[0];
        for (t = pt_law_draw(&law, rng); t < span; t += pt_law_draw(&law, rng))
            fresh++;
    }
    double sigma = sqrt(squares) / DRAWS;
    ASSERT_NEAR(rests[0] / DRAWS, span, 0, 5 * sigma);
    ASSERT_NEAR(rests[1] / DRAWS, span, 0, 5 * sigma);
    assert_true(fresh / DRAWS > 10 * span);
}

static void test_scales_come_back(void **state)
{
    static const double shapes[] = {0.01, 0.1, 0.35, 1, 2.42, 30};
    static const double scales[] = {1e-6, 1, 816.6, 1e9};

    (void)state;
    for (int family = 0; family < PT_FAMILIES; family++) {
        for (int i = 0; i < 24; i++) {
            double scale = scales[i % 4];
            struct pt_law law =
                pt_law_of_scale((enum pt_family)family, shapes[i / 4], scale);
            ASSERT_INT(law.family, family);
            ASSERT_NEAR(pt_law_scale(&law), scale, 1e-12, 0);
        }
    }
    struct pt_law law = pt_law_of_scale(PT_FAMILY_EXPONENTIAL, 7, 5);
    ASSERT_NEAR(law.shape, 1, 0, 0);
    ASSERT_NEAR(law.mean, 5, 0, 0);
    assert_null(pt_family_names[PT_FAMILIES]);
}

static void test_quantile_cdf_and_density_agree(void **state)
{
    (void)state;
    for (int i = 0; i < LAWS; i++) {
        const struct pt_law *law = &laws[i];
        if (law->family == PT_FAMILY_FIXED)
            continue;
        for (double p = 0.001; p < 1; p += 0.0499) {
            double x = pt_law_quantile(law, p), h = 1e-4 * x;
            double slope =
                (pt_law_cdf(law, x + h) - pt_law_cdf(law, x - h)) / (2 * h);
            ASSERT_NEAR(pt_law_cdf(law, x), p, 1e-11, 0);
            ASSERT_NEAR(pt_law_survival(law, x), 1 - p, 1e-11, 0);
            ASSERT_NEAR(exp(pt_law_log_density(law, x)), slope, 1e-6, 0);
        }
    }
}

/* Computed with 40 digits. */
static void test_quantiles_of_the_gamma_are_exact(void **state)
{
    static const struct {
        double shape, p, x;
    } known[] = {
        {0.2, 1e-6, 6.52548084345723e-31}, {0.2, 0.5, 0.0207463391928248},
        {0.2, 0.999999, 10.3527819183329}, {0.35, 0.01, 1.38905377419819e-6},
        {0.35, 0.99, 2.82658410930449},    {2.42, 1e-6, 0.00526271974913552},
        {2.42, 0.5, 2.09606851972247},     {2.42, 0.999999, 17.7485043573273},
        {1e4, 1e-6, 9531.83511718981},     {1e4, 0.99, 10234.1043791581},
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct pt_law law =
            pt_law_of_scale(PT_FAMILY_GAMMA, known[i].shape, 1000);
        ASSERT_NEAR(pt_law_quantile(&law, known[i].p), 1000 * known[i].x, 1e-10,
                    0);
    }
}

/* GSL stops the program where it traps. */
static void test_extreme_shapes_trap_nowhere(void **state)
{
    static const double shapes[] = {1e-3, 0.01, 0.05, 0.3, 50, 1e4};
    static const double means[] = {1e-6, 1, 1e12};
    struct pt_stream stream;

    (void)state;
    const gsl_rng *rng =
        pt_stream_open(&stream, SEED, 0, PT_PURPOSE_TEST, 3000);
    for (int i = 0; i < PT_FAMILIES * 6 * 3; i++) {
        struct pt_law law = {(enum pt_family)(i % PT_FAMILIES),
                             means[i / PT_FAMILIES % 3],
                             shapes[i / PT_FAMILIES / 3]};
        for (int j = 0; j < 200; j++) {
            assert_true(pt_law_draw(&law, rng) >= 0);
            assert_true(pt_law_draw_rest(&law, rng) >= 0);
        }
        for (double x = 1e-300; x < 1e300; x *= 1e5) {
            ASSERT_NEAR(pt_law_cdf(&law, x) + pt_law_survival(&law, x), 1, 0,
                        1e-12);
            double density = pt_law_log_density(&law, x);
            assert_true(density < 0 || density >= 0);
        }
        assert_true(pt_law_variance(&law) >= 0);
        assert_true(pt_law_rest_mean(&law) >= law.mean / 2);
        assert_true(pt_law_quantile(&law, 1e-9) >= 0);
        assert_true(pt_law_quantile(&law, 1 - 1e-9) >= 0);
    }
}

static void test_what_is_fixed_is_its_mean(void **state)
{
    const struct pt_law law = {PT_FAMILY_FIXED, 300, 1};
    struct pt_stream stream;
    const gsl_rng *rng =
        pt_stream_open(&stream, SEED, 0, PT_PURPOSE_TEST, 3001);

    (void)state;
    ASSERT_NEAR(pt_law_draw(&law, rng), 300, 0, 0);
    ASSERT_NEAR(pt_law_quantile(&law, 0.1), 300, 0, 0);
    ASSERT_NEAR(pt_law_cdf(&law, 299), 0, 0, 0);
    ASSERT_NEAR(pt_law_cdf(&law, 300), 1, 0, 0);
    ASSERT_NEAR(pt_law_survival(&law, 300), 0, 0, 0);
    ASSERT_NEAR(pt_law_variance(&law), 0, 0, 0);
    ASSERT_NEAR(pt_law_rest_mean(&law), 150, 0, 0);
    assert_true(pt_law_log_density(&law, 299) < -1e300);
    assert_true(pt_law_log_density(&law, 300) > 1e300);
    for (int family = 0; family < PT_FAMILIES; family++) {
        struct pt_law any = {(enum pt_family)family, 300, 2};
        ASSERT_NEAR(pt_law_cdf(&any, 0), 0, 0, 0);
        ASSERT_NEAR(pt_law_survival(&any, -1), 1, 0, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_are_the_textbooks),
        cmocka_unit_test(test_draws_have_the_mean_and_the_variance),
        cmocka_unit_test(test_draws_have_the_quantiles),
        cmocka_unit_test(test_rests_follow_the_equilibrium_law),
        cmocka_unit_test(test_the_rest_of_a_weibull_is_the_papers),
        cmocka_unit_test(test_a_process_begun_with_a_rest_is_stationary),
        cmocka_unit_test(test_scales_come_back),
        cmocka_unit_test(test_quantile_cdf_and_density_agree),
        cmocka_unit_test(test_quantiles_of_the_gamma_are_exact),
        cmocka_unit_test(test_extreme_shapes_trap_nowhere),
        cmocka_unit_test(test_what_is_fixed_is_its_mean),
    };
    return cmocka_run_group_tests_name("law", tests, NULL, NULL) != 0;
}
