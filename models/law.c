/* law.c - five families.  Scales are kept as logarithms, so that shapes far
 * below 1, whose scales and means are many powers of ten apart, neither
 * overflow nor lose digits. */
#include "models/law.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>
#include <stdbool.h>
#include "base/assert.h"

const char *const pt_family_names[PT_FAMILIES + 1] = {
    [PT_FAMILY_EXPONENTIAL] = "exponential",
    [PT_FAMILY_WEIBULL] = "weibull",
    [PT_FAMILY_LOGNORMAL] = "lognormal",
    [PT_FAMILY_GAMMA] = "gamma",
    [PT_FAMILY_FIXED] = "fixed",
};

/* ln(mean / scale), with the scale that pt_law_of_scale() speaks of. */
static double log_mean_of_unit(enum pt_family family, double shape)
{
    switch (family) {
    case PT_FAMILY_WEIBULL:
        return gsl_sf_lngamma(1 + 1 / shape);
    case PT_FAMILY_LOGNORMAL:
        return shape * shape / 2;
    case PT_FAMILY_GAMMA:
        return log(shape);
    case PT_FAMILY_EXPONENTIAL:
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return 0;
}

static double log_scale(const struct pt_law *law)
{
    pt_assert(law->mean > 0);
    pt_assert(law->shape > 0);
    return log(law->mean) - log_mean_of_unit(law->family, law->shape);
}

struct pt_law pt_law_of_scale(enum pt_family family, double shape, double scale)
{
    pt_assert(shape > 0);
    pt_assert(scale > 0);
    switch (family) {
    case PT_FAMILY_WEIBULL:
    case PT_FAMILY_LOGNORMAL:
        return (struct pt_law){
            family, exp(log(scale) + log_mean_of_unit(family, shape)), shape};
    case PT_FAMILY_GAMMA:
        return (struct pt_law){family, shape * scale, shape};
    case PT_FAMILY_EXPONENTIAL:
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return (struct pt_law){family, scale, 1};
}

double pt_law_scale(const struct pt_law *law)
{
    switch (law->family) {
    case PT_FAMILY_WEIBULL:
    case PT_FAMILY_LOGNORMAL:
        return exp(log_scale(law));
    case PT_FAMILY_GAMMA:
        return law->mean / law->shape;
    case PT_FAMILY_EXPONENTIAL:
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return law->mean;
}

/* The square of the coefficient of variation. */
static double square_of_cv(const struct pt_law *law)
{
    double k = law->shape;

    switch (law->family) {
    case PT_FAMILY_EXPONENTIAL:
        return 1;
    case PT_FAMILY_WEIBULL:
        return expm1(gsl_sf_lngamma(1 + 2 / k) - 2 * gsl_sf_lngamma(1 + 1 / k));
    case PT_FAMILY_LOGNORMAL:
        return expm1(k * k);
    case PT_FAMILY_GAMMA:
        return 1 / k;
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return 0;
}

double pt_law_variance(const struct pt_law *law)
{
    return law->mean * law->mean * square_of_cv(law);
}

double pt_law_rest_mean(const struct pt_law *law)
{
    return law->mean / 2 * (1 + square_of_cv(law));
}

/* ---- the distribution ---- */

/* The gamma law's P(X <= x), or P(X > x), for x of unit scale. */
static double gamma_below(double a, double x)
{
    return isfinite(x) ? gsl_sf_gamma_inc_P(a, x) : 1;
}

static double gamma_above(double a, double x)
{
    return isfinite(x) ? gsl_sf_gamma_inc_Q(a, x) : 0;
}

/* Standard deviations that the lognormal law's x is above its median. */
static double score(const struct pt_law *law, double x)
{
    return (log(x) - log_scale(law)) / law->shape;
}

/* -ln P(X > x) of the Weibull law. */
static double hazard(const struct pt_law *law, double x)
{
    return exp(law->shape * (log(x) - log_scale(law)));
}

double pt_law_cdf(const struct pt_law *law, double x)
{
    if (!(x > 0))
        return 0;
    switch (law->family) {
    case PT_FAMILY_EXPONENTIAL:
        return -expm1(-x / law->mean);
    case PT_FAMILY_WEIBULL:
        return -expm1(-hazard(law, x));
    case PT_FAMILY_LOGNORMAL:
        return erfc(-score(law, x) / M_SQRT2) / 2;
    case PT_FAMILY_GAMMA:
        return gamma_below(law->shape, x / pt_law_scale(law));
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return x >= law->mean ? 1 : 0;
}

double pt_law_survival(const struct pt_law *law, double x)
{
    if (!(x > 0))
        return 1;
    switch (law->family) {
    case PT_FAMILY_EXPONENTIAL:
        return exp(-x / law->mean);
    case PT_FAMILY_WEIBULL:
        return exp(-hazard(law, x));
    case PT_FAMILY_LOGNORMAL:
        return erfc(score(law, x) / M_SQRT2) / 2;
    case PT_FAMILY_GAMMA:
        return gamma_above(law->shape, x / pt_law_scale(law));
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return x >= law->mean ? 0 : 1;
}

/* Whether the quantile P of the gamma law lies above e^t. */
static bool lies_above(double a, double p, double t)
{
    return p < 0.5 ? gamma_below(a, exp(t)) < p
                   : gamma_above(a, exp(t)) > 1 - p;
}

/* Logarithm of the quantile P of the gamma law of unit scale.  Bisection: GSL's
 * own inverse gives up on small shapes. */
static double log_gamma_quantile(double a, double p)
{
    /* P(X <= x) is below x^a / Gamma(a + 1), and as good as that for tiny x. */
    double low = (log(p) + gsl_sf_lngamma(a + 1)) / a;
    double high = low, step = 1;

    if (low < -40)
        return low;
    do {
        high += step;
        step *= 2;
    } while (lies_above(a, p, high));
    for (;;) {
        double middle = low + (high - low) / 2;
        if (!(low < middle && middle < high))
            return middle;
        if (lies_above(a, p, middle))
            low = middle;
        else
            high = middle;
    }
}

double pt_law_quantile(const struct pt_law *law, double p)
{
    pt_assert(p > 0);
    pt_assert(p < 1);
    switch (law->family) {
    case PT_FAMILY_EXPONENTIAL:
        return -law->mean * log1p(-p);
    case PT_FAMILY_WEIBULL:
        return exp(log_scale(law) + log(-log1p(-p)) / law->shape);
    case PT_FAMILY_LOGNORMAL:
        return exp(log_scale(law) + law->shape * gsl_cdf_ugaussian_Pinv(p));
    case PT_FAMILY_GAMMA:
        return exp(log_scale(law) + log_gamma_quantile(law->shape, p));
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return law->mean;
}

/* u - 1 - ln(u), to all digits where u is close to 1. */
static double excess(double u)
{
    return fabs(u - 1) < 0.5 ? -gsl_sf_log_1plusx_mx(u - 1) : u - 1 - log(u);
}

double pt_law_log_density(const struct pt_law *law, double x)
{
    double k = law->shape, z;

    pt_assert(x > 0);
    switch (law->family) {
    case PT_FAMILY_EXPONENTIAL:
        return -log(law->mean) - x / law->mean;
    case PT_FAMILY_WEIBULL:
        z = k * (log(x) - log_scale(law));
        return log(k) - log(x) + z - exp(z);
    case PT_FAMILY_LOGNORMAL:
        z = score(law, x);
        return -log(x) - log(k) - (M_LN2 + M_LNPI + z * z) / 2;
    case PT_FAMILY_GAMMA:
        /* Stirling's formula and what it is off by: its great terms would
         * cancel. */
        return (log(k) - M_LN2 - M_LNPI) / 2 - log(gsl_sf_gammastar(k)) -
               log(x) - k * excess(x / law->mean);
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return x < law->mean || x > law->mean ? -HUGE_VAL : HUGE_VAL;
}

/* ---- draws ---- */

double pt_law_draw(const struct pt_law *law, const gsl_rng *rng)
{
    double k = law->shape;

    switch (law->family) {
    case PT_FAMILY_EXPONENTIAL:
        return gsl_ran_exponential(rng, law->mean);
    case PT_FAMILY_WEIBULL:
        return exp(log_scale(law) + log(gsl_ran_exponential(rng, 1)) / k);
    case PT_FAMILY_LOGNORMAL:
        return gsl_ran_lognormal(rng, log_scale(law), k);
    case PT_FAMILY_GAMMA:
        return gsl_ran_gamma(rng, k, pt_law_scale(law));
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return law->mean;
}

/* An X found under way is drawn in proportion to its length, and is at a place
 * of it that is uniform.  Where the lengths so weighted are of the same family,
 * that is how it is done; of the Weibull law, substitute u = (x / scale)^k in
 * the density survival / mean. */
double pt_law_draw_rest(const struct pt_law *law, const gsl_rng *rng)
{
    double k = law->shape, u;

    switch (law->family) {
    case PT_FAMILY_EXPONENTIAL:
        return gsl_ran_exponential(rng, law->mean);
    case PT_FAMILY_WEIBULL:
        return exp(log_scale(law) + log(gsl_ran_gamma(rng, 1 / k, 1)) / k);
    case PT_FAMILY_LOGNORMAL:
        u = gsl_rng_uniform(rng);
        return u * gsl_ran_lognormal(rng, log_scale(law) + k * k, k);
    case PT_FAMILY_GAMMA:
        u = gsl_rng_uniform(rng);
        return u * gsl_ran_gamma(rng, k + 1, pt_law_scale(law));
    case PT_FAMILY_FIXED:
    case PT_FAMILIES:
        break;
    }
    return gsl_rng_uniform(rng) * law->mean;
}
