#include "models/fault.h"

#include <gsl/gsl_randist.h>

/* ---- none ---- */

const struct pt_fault_model pt_fault_none = {
    .name = "none",
    .summary = "no task fails but those of which the input says so",
    .cite = "protium's README, \"Pipelines\"",
};

/* ---- chance ---- */

struct chance {
    double p;
};

static pt_time chance_after(const void *state, const gsl_rng *rng,
                            pt_time length)
{
    const struct chance *law = state;

    if (!(gsl_rng_uniform(rng) < law->p))
        return PT_TIME_NEVER;
    return pt_time_from_seconds(gsl_rng_uniform(rng) * pt_time_seconds(length));
}

static const struct pt_param chance_params[] = {
    {.name = "p",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "0.01",
     .min = 0,
     .max = 1,
     .offset = offsetof(struct chance, p),
     .help = "Probability that a launch fails; when is uniform in its work."},
    PT_PARAM_END};

const struct pt_fault_model pt_fault_chance = {
    .name = "chance",
    .summary = "each launch fails with the same probability, long or short",
    .cite = "Apache Spark, Job Scheduling: spark.task.maxFailures counts "
            "launches",
    .params = chance_params,
    .state_size = sizeof(struct chance),
    .after = chance_after,
};

/* ---- exponential ---- */

struct exponential {
    pt_time mtbf;
};

static pt_time exponential_after(const void *state, const gsl_rng *rng,
                                 pt_time length)
{
    const struct exponential *law = state;

    (void)length;
    return pt_time_from_seconds(
        gsl_ran_exponential(rng, pt_time_seconds(law->mtbf)));
}

static const struct pt_param exponential_params[] = {
    {.name = "mtbf",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "1d",
     .min = 1e-6,
     .max = 1e9,
     .offset = offsetof(struct exponential, mtbf),
     .help = "Mean work of one task between failures: a gang of k members "
             "fails k times as often."},
    PT_PARAM_END};

const struct pt_fault_model pt_fault_exponential = {
    .name = "exponential",
    .summary = "memoryless failures: the longer the work, the likelier",
    .cite = "J. T. Daly, A higher order estimate of the optimum checkpoint "
            "interval, FGCS 22(3), 2006",
    .params = exponential_params,
    .state_size = sizeof(struct exponential),
    .after = exponential_after,
};
