/* law.h - how long things last: a law of five families, given by its mean.
 *
 * The shape says how it is spread, and has no unit: Weibull's exponent k, the
 * lognormal's sigma (of the logarithm), the gamma's a; the others have none
 * (shape 1).  Times are seconds.  Formulas: N. L. Johnson, S. Kotz,
 * N. Balakrishnan, Continuous Univariate Distributions, vol. 1, Wiley 1994. */
#ifndef PT_MODELS_LAW_H
#define PT_MODELS_LAW_H

#include <gsl/gsl_rng.h>

enum pt_family {
    PT_FAMILY_EXPONENTIAL,
    PT_FAMILY_WEIBULL,
    PT_FAMILY_LOGNORMAL,
    PT_FAMILY_GAMMA,
    PT_FAMILY_FIXED, /* always its mean */
    PT_FAMILIES
};

/* Their names, ended by NULL: choices of a parameter. */
extern const char *const pt_family_names[PT_FAMILIES + 1];

struct pt_law {
    enum pt_family family;
    double mean;  /* > 0 */
    double shape; /* > 0 */
};

/* The law with this scale instead of a mean: Weibull's and gamma's scale, the
 * lognormal's median (e^mu), else the mean.  And the other way round. */
struct pt_law pt_law_of_scale(enum pt_family family, double shape,
                              double scale);
double pt_law_scale(const struct pt_law *law);

double pt_law_variance(const struct pt_law *law); /* of X; may be HUGE_VAL */
double pt_law_cdf(const struct pt_law *law, double x);         /* P(X <= x) */
double pt_law_survival(const struct pt_law *law, double x);    /* P(X > x) */
double pt_law_quantile(const struct pt_law *law, double p);    /* 0 < p < 1 */
double pt_law_log_density(const struct pt_law *law, double x); /* x > 0 */

/* A draw of X. */
double pt_law_draw(const struct pt_law *law, const gsl_rng *rng);

/* What is left of the X that is under way at an instant taken at random: the
 * equilibrium law, with density survival / mean.  Exact, family by family: a
 * renewal process that starts with it is stationary. */
double pt_law_draw_rest(const struct pt_law *law, const gsl_rng *rng);
/* Its mean, E[X^2] / (2 E[X]). */
double pt_law_rest_mean(const struct pt_law *law);

#endif
