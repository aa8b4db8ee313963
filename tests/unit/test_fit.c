/* test_fit.c - fits find what was drawn, and no other law is likelier. */
#include "tests/unit/check.h"

#include <gsl/gsl_sf_psi.h>
#include <math.h>
#include "models/fit.h"
#include "models/stream.h"

#define SEED UINT64_C(2010)

enum { DRAWS = 50000 };

/* Of the families that are fitted; means of machines, in seconds. */
static const struct pt_law laws[] = {
    {PT_FAMILY_EXPONENTIAL, 6.4e6, 1}, {PT_FAMILY_WEIBULL, 6.4e6, 0.33},
    {PT_FAMILY_WEIBULL, 1e5, 0.7},     {PT_FAMILY_WEIBULL, 1e5, 2.42},
    {PT_FAMILY_LOGNORMAL, 1e7, 2.42},  {PT_FAMILY_LOGNORMAL, 3600, 0.35},
    {PT_FAMILY_GAMMA, 6.4e6, 0.2},     {PT_FAMILY_GAMMA, 1e5, 0.7},
    {PT_FAMILY_GAMMA, 1e3, 40},
};
enum { LAWS = sizeof laws / sizeof laws[0] };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* N draws of LAW, sorted. */
static double *sample_new(const struct pt_law *law, size_t n, uint64_t entity)
{
    struct pt_stream stream;
    const gsl_rng *rng =
        pt_stream_open(&stream, SEED, 0, PT_PURPOSE_TEST, entity);
    double *x = calloc(n, sizeof *x);

    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = fmax(pt_law_draw(law, rng), 1e-300);
    qsort(x, n, sizeof *x, by_value);
    return x;
}

static double likelihood(const struct pt_law *law, const double *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += pt_law_log_density(law, x[i]);
    return sum;
}

/* Asymptotic sigmas of the shape and of the logarithm of what is fitted with
 * it (the Weibull's scale, else the mean; the lognormal's median), from the
 * inverse of Fisher's information. */
struct sigmas {
    double shape, log_scale;
};

static struct sigmas sigmas_of(const struct pt_law *law, double n)
{
    double k = law->shape;

    switch (law->family) {
    case PT_FAMILY_WEIBULL:
        return (struct sigmas){k * sqrt(0.607927 / n), sqrt(1.108665 / n) / k};
    case PT_FAMILY_LOGNORMAL:
        return (struct sigmas){k / sqrt(2 * n), k / sqrt(n)};
    case PT_FAMILY_GAMMA:
        return (struct sigmas){sqrt(k / (k * gsl_sf_psi_1(k) - 1) / n),
                               sqrt(1 / k / n)};
    case PT_FAMILY_EXPONENTIAL:
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return (struct sigmas){0, 1 / sqrt(n)};
}

static double size_of(const struct pt_law *law)
{
    return law->family == PT_FAMILY_GAMMA ? law->mean : pt_law_scale(law);
}

static void test_what_was_drawn_is_found(void **state)
{
    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (int i = 0; i < LAWS; i++) {
        const struct pt_law *law = &laws[i];
        double *x = sample_new(law, DRAWS, (uint64_t)i);
        struct pt_fit fits[PT_FITS];
        int best = pt_fit_all(x, DRAWS, fits);
        struct sigmas sigmas = sigmas_of(law, DRAWS);
        const struct pt_fit *fit = &fits[law->family];
        if (law->family == PT_FAMILY_EXPONENTIAL)
            assert_true(fits[best].aic > fit->aic - 10);
        else
            ASSERT_INT(best, law->family);
        ASSERT_NEAR(fit->law.shape, law->shape, 0, 5 * sigmas.shape);
        ASSERT_NEAR(log(size_of(&fit->law)), log(size_of(law)), 0,
                    5 * sigmas.log_scale);
        /* Kolmogorov's quantile 1 - 1e-6 of data and their own law. */
        assert_true(fit->ks < 2.7 / sqrt(DRAWS));
        free(x);
    }
}

/* No neighbour is likelier: in neither parameter, nor in both. */
static void check_peak(const struct pt_fit *fit, const double *x, size_t n)
{
    const double by = 0.002;

    ASSERT_NEAR(likelihood(&fit->law, x, n), fit->log_likelihood, 1e-9, 1e-6);
    for (int i = 0; i < 9; i++) {
        double shape = fit->law.shape * (1 + by * (i % 3 - 1));
        double scale = pt_law_scale(&fit->law) * (1 + by * (i / 3 - 1));
        struct pt_law other = pt_law_of_scale(fit->law.family, shape, scale);
        assert_true(i == 4 ||
                    (fit->law.family == PT_FAMILY_EXPONENTIAL && i / 3 == 1) ||
                    likelihood(&other, x, n) < fit->log_likelihood);
    }
}

static void test_every_fit_is_a_peak_of_the_likelihood(void **state)
{
    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (int i = 0; i < LAWS; i++) {
        double *x = sample_new(&laws[i], 5000, (uint64_t)(100 + i));
        struct pt_fit fits[PT_FITS];
        pt_fit_all(x, 5000, fits);
        for (int j = 0; j < PT_FITS; j++) {
            assert_true(fits[j].found);
            ASSERT_INT(fits[j].law.family, j);
            ASSERT_NEAR(fits[j].aic,
                        2 * (j == PT_FAMILY_EXPONENTIAL ? 1 : 2) -
                            2 * fits[j].log_likelihood,
                        1e-14, 0);
            check_peak(&fits[j], x, 5000);
        }
        free(x);
    }
}

/* Eight values, fitted with 30 digits. */
static void test_a_small_sample_has_the_known_fits(void **state)
{
    static const double x[] = {1, 2, 2, 3, 4, 5, 10, 40};
    static const double known[PT_FITS][3] = {
        {1, 8.375, -25.0020086216890410},
        {0.839186589055590060, 7.45180569859726616, -24.7312029725396427},
        {1.06879268459647765, 4.19550172635739335, -23.3558491702875305},
        {0.851649938241630818, 9.83385264759314541, -24.9304025195710911}};
    struct pt_fit fits[PT_FITS];

    (void)state;
    ASSERT_INT(pt_fit_all(x, 8, fits), PT_FAMILY_LOGNORMAL);
    for (int i = 0; i < PT_FITS; i++) {
        ASSERT_NEAR(fits[i].law.shape, known[i][0], 1e-12, 0);
        ASSERT_NEAR(pt_law_scale(&fits[i].law), known[i][1], 1e-12, 0);
        ASSERT_NEAR(fits[i].log_likelihood, known[i][2], 1e-13, 0);
    }
}

/* ---- the distance ---- */

static double share_of(const double *x, size_t n, double at, bool or_at)
{
    size_t below = 0;

    for (size_t i = 0; i < n; i++)
        below += x[i] < at || (or_at && x[i] <= at);
    return (double)below / (double)n;
}

/* The greatest distance just before and at each value. */
static double brute_distance(const struct pt_law *law, const double *x,
                             size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++) {
        double p = pt_law_cdf(law, x[i]);
        most = fmax(most, fabs(p - share_of(x, n, x[i], false)));
        most = fmax(most, fabs(p - share_of(x, n, x[i], true)));
    }
    return most;
}

static void test_the_distance_is_the_greatest_of_all(void **state)
{
    static const double coarse[] = {1e-9, 0.05, 0.5, 2};

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (int i = 0; i < 40; i++) {
        struct pt_law law = laws[i % LAWS];
        size_t n = (size_t)(2 + 5 * i);
        double unit = coarse[i % 4];
        struct pt_fit fits[PT_FITS];
        law.mean = 1;
        double *x = sample_new(&law, n, (uint64_t)(200 + i));
        for (size_t j = 0; j < n; j++)
            x[j] = unit * ceil(x[j] / unit);
        pt_fit_all(x, n, fits);
        for (int j = 0; j < PT_FITS; j++)
            if (fits[j].found)
                ASSERT_NEAR(fits[j].ks, brute_distance(&fits[j].law, x, n),
                            1e-13, 0);
        free(x);
    }
}

/* ---- odd data ---- */

static void test_data_without_spread_have_an_exponential_alone(void **state)
{
    double x[1000];
    struct pt_fit fits[PT_FITS];

    (void)state;
    for (int i = 0; i < 1000; i++)
        x[i] = 86400.1;
    for (size_t n = 1; n <= 1000; n += n) {
        ASSERT_INT(pt_fit_all(x, n, fits), PT_FAMILY_EXPONENTIAL);
        ASSERT_NEAR(fits[PT_FAMILY_EXPONENTIAL].law.mean, 86400.1, 1e-13, 0);
        ASSERT_NEAR(fits[PT_FAMILY_EXPONENTIAL].ks, 1 - exp(-1), 1e-12, 0);
        assert_true(fits[PT_FAMILY_EXPONENTIAL].found);
        assert_false(fits[PT_FAMILY_WEIBULL].found);
        assert_false(fits[PT_FAMILY_LOGNORMAL].found);
        assert_false(fits[PT_FAMILY_GAMMA].found);
    }
}

static void test_no_data_have_no_fit(void **state)
{
    struct pt_fit fits[PT_FITS];

    (void)state;
    ASSERT_INT(pt_fit_all(NULL, 0, fits), -1);
    for (int i = 0; i < PT_FITS; i++)
        assert_false(fits[i].found);
}

static void test_two_values_are_enough(void **state)
{
    static const double x[][2] = {
        {1, 2}, {1, 1e8}, {1e-6, 9e12}, {86400, 86401}, {1e8, 1e8 + 1}};
    struct pt_fit fits[PT_FITS];

    (void)state;
    for (size_t i = 0; i < sizeof x / sizeof x[0]; i++) {
        assert_true(pt_fit_all(x[i], 2, fits) >= 0);
        for (int j = 0; j < PT_FITS; j++) {
            assert_true(fits[j].found);
            assert_true(fits[j].ks >= 0.25 && fits[j].ks <= 1);
            check_peak(&fits[j], x[i], 2);
        }
    }
}

/* One odd value among many equal ones, far off or as near as can be. */
static void test_one_odd_value_among_equals_is_enough(void **state)
{
    static const double odd[] = {1, 99.99999, 100.00001, 1e8};
    double x[1000];
    struct pt_fit fits[PT_FITS];

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        for (int j = 0; j < 1000; j++)
            x[j] = 100;
        x[odd[i] < 100 ? 0 : 999] = odd[i];
        assert_true(pt_fit_all(x, 1000, fits) >= 0);
        for (int j = 0; j < PT_FITS; j++) {
            assert_true(fits[j].found);
            ASSERT_NEAR(likelihood(&fits[j].law, x, 1000),
                        fits[j].log_likelihood, 1e-6, 1e-3);
        }
    }
    /* Nextafter's neighbours may have one logarithm: found or not, it ends. */
    for (int j = 0; j < 1000; j++)
        x[j] = j < 999 ? 1e8 : nextafter(1e8, 2e8);
    assert_true(pt_fit_all(x, 1000, fits) >= 0);
}

/* As long a span as logs of failures have: 1 s to 1e8 s, whole seconds. */
static void test_wide_data_are_fitted(void **state)
{
    enum { N = 100000 };
    struct pt_fit fits[PT_FITS], hours[PT_FITS];
    double *x = calloc(N, sizeof *x);

    (void)state;
    assert_non_null(x);
    for (int i = 0; i < N; i++)
        x[i] = ceil(pow(10, 8.0 * (i + 0.5) / N));
    int best = pt_fit_all(x, N, fits);
    for (int j = 0; j < PT_FITS; j++)
        check_peak(&fits[j], x, N);
    /* Another unit, the same shapes. */
    for (int i = 0; i < N; i++)
        x[i] /= 3600;
    ASSERT_INT(pt_fit_all(x, N, hours), best);
    for (int j = 0; j < PT_FITS; j++) {
        ASSERT_NEAR(hours[j].law.shape, fits[j].law.shape, 1e-10, 0);
        ASSERT_NEAR(hours[j].law.mean, fits[j].law.mean / 3600, 1e-10, 0);
        ASSERT_NEAR(hours[j].ks, fits[j].ks, 1e-9, 0);
        ASSERT_NEAR(hours[j].log_likelihood,
                    fits[j].log_likelihood + N * log(3600), 1e-10, 0);
    }
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_drawn_is_found),
        cmocka_unit_test(test_every_fit_is_a_peak_of_the_likelihood),
        cmocka_unit_test(test_a_small_sample_has_the_known_fits),
        cmocka_unit_test(test_the_distance_is_the_greatest_of_all),
        cmocka_unit_test(test_data_without_spread_have_an_exponential_alone),
        cmocka_unit_test(test_no_data_have_no_fit),
        cmocka_unit_test(test_two_values_are_enough),
        cmocka_unit_test(test_one_odd_value_among_equals_is_enough),
        cmocka_unit_test(test_wide_data_are_fitted),
    };
    return cmocka_run_group_tests_name("fit", tests, NULL, NULL) != 0;
}
