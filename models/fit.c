/* fit.c - maximum likelihood, family by family.
 *
 * The Weibull's exponent and the gamma's shape are each the root of one
 * monotone equation (N. L. Johnson, S. Kotz, N. Balakrishnan, Continuous
 * Univariate Distributions, vol. 1, Wiley 1994, 21.4 and 17.7), found by
 * Newton's method on the logarithm of the shape, kept inside a bracket. */
#include "models/fit.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_log.h>
#include <gsl/gsl_sf_psi.h>
#include <math.h>
#include "base/alloc.h"
#include "base/assert.h"

/* What the equations are about. */
struct sample {
    const double *x;   /* [n] ascending */
    const double *log; /* [n] ln(x) */
    size_t n;
    double count;     /* n */
    double mean;      /* of x */
    double log_mean;  /* mean of ln(x) */
    double log_below; /* the greatest ln(x), less that */
    double log_var;   /* variance of ln(x), over n */
    double gap;       /* ln(mean) - log_mean, > 0 unless all are equal */
};

/* ---- sums ---- */

/* r - ln(1 + r), where x = mean (1 + r): their mean is the gap, and where x is
 * close to the mean no digits are lost. */
static double part_of_gap(const struct sample *sample, size_t i)
{
    double r = (sample->x[i] - sample->mean) / sample->mean;

    if (fabs(r) < 0.5)
        return -gsl_sf_log_1plusx_mx(r);
    return r - (sample->log[i] - log(sample->mean));
}

static void measure(struct sample *sample)
{
    double n = sample->count;

    for (size_t i = 0; i < sample->n; i++) {
        sample->mean += sample->x[i] / n;
        sample->log_mean += sample->log[i] / n;
        sample->log_below += (sample->log[sample->n - 1] - sample->log[i]) / n;
    }
    for (size_t i = 0; i < sample->n; i++) {
        double off = sample->log[i] - sample->log_mean;
        sample->log_var += off * off / n;
        sample->gap += part_of_gap(sample, i) / n;
    }
}

/* ---- one monotone equation ---- */

struct equation {
    /* What rises with t, and its slope. */
    void (*at)(const struct sample *sample, double t, double *value,
               double *slope);
    const struct sample *sample;
    double low, high; /* the root is between them */
};

/* Newton's steps from T; one that leaves the bracket halves it instead.  A step
 * of 1e-9 leaves an error of about its square. */
static double solve(struct equation *equation, double t)
{
    for (int i = 0; i < 100; i++) {
        double value, slope;
        equation->at(equation->sample, t, &value, &slope);
        if (value > 0)
            equation->high = t;
        else
            equation->low = t;
        double next = t - value / slope;
        if (!(next >= equation->low && next <= equation->high))
            next = equation->low + (equation->high - equation->low) / 2;
        if (fabs(next - t) <= 1e-9)
            return next;
        t = next;
    }
    return t;
}

/* ---- Weibull ---- */

/* Sums of w, w d and w d^2, where d = ln(x / greatest) and w = e^(k d). */
static void weigh(const struct sample *sample, double k, double sums[3])
{
    double last = sample->log[sample->n - 1];

    sums[0] = sums[1] = sums[2] = 0;
    for (size_t i = 0; i < sample->n; i++) {
        double d = sample->log[i] - last;
        double w = exp(k * d);
        sums[0] += w;
        sums[1] += w * d;
        sums[2] += w * d * d;
    }
}

/* At k = e^t: the mean of the logarithms weighted by x^k, less 1 / k, less
 * their plain mean. */
static void weibull_at(const struct sample *sample, double t, double *value,
                       double *slope)
{
    double k = exp(t), sums[3];

    weigh(sample, k, sums);
    double mean = sums[1] / sums[0];
    double variance = sums[2] / sums[0] - mean * mean;
    *value = mean + sample->log_below - 1 / k;
    *slope = k * variance + 1 / k;
}

static void fit_weibull(const struct sample *sample, struct pt_fit *fit)
{
    double sums[3], value, slope;
    double last = sample->log[sample->n - 1];
    /* Of ln(X), the standard deviation is pi / (k sqrt(6)). */
    double start = log(M_PI / sqrt(6 * sample->log_var));
    struct equation equation = {weibull_at, sample, start, start};

    for (double step = 1;; step *= 2) {
        equation.high = start + step;
        weibull_at(sample, equation.high, &value, &slope);
        if (value > 0)
            break;
    }
    for (double step = 1;; step *= 2) {
        equation.low = start - step;
        weibull_at(sample, equation.low, &value, &slope);
        if (value < 0)
            break;
    }
    double k = exp(solve(&equation, start));
    weigh(sample, k, sums);
    double above = log(sums[0] / sample->count) / k; /* ln(scale) - last */
    fit->law.shape = k;
    fit->law.mean = exp(last + above + gsl_sf_lngamma(1 + 1 / k));
    fit->log_likelihood = sample->count * (log(k) - sample->log_mean -
                                           k * (sample->log_below + above) - 1);
}

/* ---- gamma ---- */

/* ln(a) - digamma(a), which falls from infinity to 0, and its slope. */
static double digamma_gap(double a, double *slope)
{
    double q = 1 / (a * a);

    if (a < 100) {
        *slope = 1 / a - gsl_sf_psi_1(a);
        return log(a) - gsl_sf_psi(a);
    }
    *slope = -q * (0.5 + (1.0 / 6 - q * (1.0 / 30 - q / 42)) / a);
    return (0.5 + (1.0 / 12 - q * (1.0 / 120 - q / 252)) / a) / a;
}

static void gamma_at(const struct sample *sample, double t, double *value,
                     double *slope)
{
    double a = exp(t), rate;

    *value = sample->gap - digamma_gap(a, &rate);
    *slope = -rate * a;
}

static void fit_gamma(const struct sample *sample, struct pt_fit *fit)
{
    double s = sample->gap;
    /* 1 / (2 a) < ln(a) - digamma(a) < 1 / a */
    struct equation equation = {gamma_at, sample, log(0.5 / s), log(1 / s)};
    double start = log((3 - s + sqrt((s - 3) * (s - 3) + 24 * s)) / (12 * s));
    double a = exp(solve(&equation, start));

    fit->law.shape = a;
    fit->law.mean = sample->mean;
    /* Stirling's formula and what it is off by: the great terms would cancel.
     */
    fit->log_likelihood =
        sample->count * ((log(a) - M_LN2 - M_LNPI) / 2 - a * s -
                         log(gsl_sf_gammastar(a)) - sample->log_mean);
}

/* ---- the other two ---- */

static void fit_exponential(const struct sample *sample, struct pt_fit *fit)
{
    fit->law.mean = sample->mean;
    fit->log_likelihood = -sample->count * (log(sample->mean) + 1);
}

static void fit_lognormal(const struct sample *sample, struct pt_fit *fit)
{
    fit->law.shape = sqrt(sample->log_var);
    fit->law.mean = exp(sample->log_mean + sample->log_var / 2);
    fit->log_likelihood =
        -sample->count *
        (sample->log_mean + log(fit->law.shape) + (M_LN2 + M_LNPI + 1) / 2);
}

/* ---- all ---- */

static double distance(const struct sample *sample, const struct pt_law *law)
{
    double most = 0;

    for (size_t i = 0, end; i < sample->n; i = end) {
        double p = pt_law_cdf(law, sample->x[i]);
        for (end = i + 1; end < sample->n; end++)
            if (sample->x[end] > sample->x[i])
                break;
        most = fmax(most, p - (double)i / sample->count);
        most = fmax(most, (double)end / sample->count - p);
    }
    return most;
}

typedef void fit_family(const struct sample *sample, struct pt_fit *fit);

static fit_family *const fit_families[PT_FITS] = {
    [PT_FAMILY_EXPONENTIAL] = fit_exponential,
    [PT_FAMILY_WEIBULL] = fit_weibull,
    [PT_FAMILY_LOGNORMAL] = fit_lognormal,
    [PT_FAMILY_GAMMA] = fit_gamma,
};

static struct pt_fit fit_one(const struct sample *sample, enum pt_family family)
{
    int parameters = family == PT_FAMILY_EXPONENTIAL ? 1 : 2;
    bool spread = sample->n > 0 && sample->gap > 0 &&
                  sample->log[0] < sample->log[sample->n - 1];
    struct pt_fit none = {.law = {.family = family, .shape = 1},
                          .log_likelihood = -HUGE_VAL,
                          .aic = HUGE_VAL,
                          .ks = 1};
    struct pt_fit fit = none;

    if (sample->n == 0 || (parameters == 2 && !spread))
        return none;
    fit_families[family](sample, &fit);
    if (!(fit.law.mean > 0 && isfinite(fit.law.mean)))
        return none;
    fit.found = true;
    fit.aic = 2 * (parameters - fit.log_likelihood);
    fit.ks = distance(sample, &fit.law);
    return fit;
}

int pt_fit_all(const double *x, size_t n, struct pt_fit fits[PT_FITS])
{
    double *logs = pt_alloc(n ? n : 1, sizeof *logs);
    struct sample sample = {.x = x, .log = logs, .n = n, .count = (double)n};
    int best = -1;

    for (size_t i = 0; i < n; i++) {
        pt_assert(x[i] > 0);
        pt_assert(i == 0 || x[i] >= x[i - 1]);
        logs[i] = log(x[i]);
    }
    measure(&sample);
    for (int i = 0; i < PT_FITS; i++) {
        fits[i] = fit_one(&sample, (enum pt_family)i);
        if (fits[i].found && (best < 0 || fits[i].aic < fits[best].aic))
            best = i;
    }
    pt_free(logs);
    return best;
}
