#include "models/straggler.h"

#include <gsl/gsl_randist.h>

/* ---- none ---- */

const struct pt_straggler_model pt_straggler_none = {
    .name = "none",
    .summary = "every part takes its time, no more and no less",
    .cite = "protium's README, \"Pipelines\"",
};

/* ---- lognormal ---- */

struct lognormal {
    double sigma;
};

static double lognormal_factor(const void *state, const gsl_rng *rng)
{
    const struct lognormal *law = state;

    /* Of mean 1: the logarithm's is -sigma^2 / 2. */
    return gsl_ran_lognormal(rng, -law->sigma * law->sigma / 2, law->sigma);
}

static const struct pt_param lognormal_params[] = {
    {.name = "sigma",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "0.25",
     .min = 0,
     .max = 5,
     .offset = offsetof(struct lognormal, sigma),
     .help = "Standard deviation of the factor's logarithm."},
    PT_PARAM_END};

const struct pt_straggler_model pt_straggler_lognormal = {
    .name = "lognormal",
    .summary = "lognormal factors of mean 1",
    .cite = "A. M. Law, Simulation Modeling and Analysis, 5th ed., "
            "McGraw-Hill, 2015, 6.2.2",
    .params = lognormal_params,
    .state_size = sizeof(struct lognormal),
    .factor = lognormal_factor,
};

/* ---- exponential ---- */

static double exponential_factor(const void *state, const gsl_rng *rng)
{
    (void)state;
    return gsl_ran_exponential(rng, 1);
}

const struct pt_straggler_model pt_straggler_exponential = {
    .name = "exponential",
    .summary = "each part's length is exponential, with that mean",
    .cite = "D. Wang, G. Joshi, G. Wornell, Using straggler replication to "
            "reduce latency in large-scale parallel computing, SIGMETRICS PER "
            "43(3), 2015",
    .factor = exponential_factor,
};

/* ---- slow ---- */

struct slow {
    double p, factor;
};

static double slow_factor(const void *state, const gsl_rng *rng)
{
    const struct slow *law = state;

    return gsl_rng_uniform(rng) < law->p ? law->factor : 1;
}

static const struct pt_param slow_params[] = {
    {.name = "p",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "0.05",
     .min = 0,
     .max = 1,
     .offset = offsetof(struct slow, p),
     .help = "Share of the parts that are slow."},
    {.name = "factor",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "4",
     .min = 0,
     .max = 1e6,
     .offset = offsetof(struct slow, factor),
     .help = "How many times as long a slow part takes."},
    PT_PARAM_END};

const struct pt_straggler_model pt_straggler_slow = {
    .name = "slow",
    .summary = "now and then, a part takes several times as long",
    .cite = "J. Dean, L. A. Barroso, The tail at scale, CACM 56(2), 2013",
    .params = slow_params,
    .state_size = sizeof(struct slow),
    .factor = slow_factor,
};

/* ---- pareto ---- */

struct pareto {
    double alpha;
};

static double pareto_factor(const void *state, const gsl_rng *rng)
{
    const struct pareto *law = state;

    return gsl_ran_pareto(rng, law->alpha, 1);
}

static const struct pt_param pareto_params[] = {
    {.name = "alpha",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "3",
     .min = 0.1,
     .max = 1000,
     .offset = offsetof(struct pareto, alpha),
     .help = "Exponent of the tail; the factor is at least 1 and its mean "
             "alpha / (alpha - 1), if alpha is above 1."},
    PT_PARAM_END};

const struct pt_straggler_model pt_straggler_pareto = {
    .name = "pareto",
    .summary = "factors of at least 1, with a heavy tail",
    .cite =
        "G. Ananthanarayanan et al., Effective straggler mitigation: attack "
        "of the clones, NSDI'13",
    .params = pareto_params,
    .state_size = sizeof(struct pareto),
    .factor = pareto_factor,
};
