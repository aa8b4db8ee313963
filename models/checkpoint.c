/* checkpoint.c - five rules for the interval, and the time that comes of it. */
#include "models/checkpoint.h"

#include <gsl/gsl_machine.h>
#include <gsl/gsl_sf_lambert.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>
#include "base/assert.h"

/* ---- closed forms ---- */

double pt_interval_young(double cost, double mtbf)
{
    if (!isfinite(mtbf))
        return HUGE_VAL;
    return sqrt(2 * cost) * sqrt(mtbf);
}

double pt_interval_daly(double cost, double mtbf)
{
    double half = cost / mtbf / 2;

    if (!isfinite(mtbf))
        return HUGE_VAL;
    if (half >= 1)
        return mtbf;
    return pt_interval_young(cost, mtbf) * (1 + sqrt(half) / 3 + half / 9) -
           cost;
}

/* 1 + W0(-e^(-1 - ratio)).  Close to the branch point W0 forgets the ratio;
 * there Newton's method solves -ln(1 - y) - y = ratio, the same equation. */
static double one_and_lambert(double ratio)
{
    double y = sqrt(2 * ratio);

    if (ratio > 0.1)
        return 1 + gsl_sf_lambert_W0(-exp(-1 - ratio));
    y -= y * y / 3;
    for (int i = 0; i < 4; i++)
        y += (ratio + gsl_sf_log_1plusx_mx(-y)) * (1 - y) / y;
    return y;
}

double pt_interval_optimum(double cost, double mtbf)
{
    double ratio = cost / mtbf;

    if (!isfinite(mtbf) || ratio < 1e-34)
        return pt_interval_young(cost, mtbf);
    return mtbf * one_and_lambert(ratio);
}

/* Segments of WORK, each an interval but the last; a quotient that is whole but
 * for rounding is whole. */
static double count_segments(double work, double interval)
{
    double n = work / interval;

    return n > 1 ? ceil(n * (1 - 4 * GSL_DBL_EPSILON)) : 1;
}

double pt_interval_time(double work, double interval, double cost,
                        double restart, double mtbf)
{
    pt_assert(interval > 0);
    double n = count_segments(work, interval) - 1;
    double last = n > 0 ? work - n * interval : work;

    if (!isfinite(mtbf))
        return work + n * cost;
    double full = n > 0 ? n * expm1((interval + cost) / mtbf) : 0;
    return mtbf * exp(restart / mtbf) * (full + expm1(last / mtbf));
}

/* ---- the plug-ins ---- */

struct saving {
    pt_time cost, restart;
    pt_time interval;       /* fixed alone */
    pt_time mtbf;           /* of a node; 0: as the gang's */
    double size, bandwidth; /* GiB a node, GiB/s for all */
};

/* What the members' share of the file system adds to a time. */
static pt_time with_transfer(const struct saving *saving, pt_time time,
                             const struct pt_gang_shape *gang)
{
    double moved = gang->nodes * saving->size;

    pt_assert(gang->nodes >= 1);
    if (!(moved > 0 && saving->bandwidth > 0))
        return time;
    return pt_time_add(time, pt_time_from_seconds(moved / saving->bandwidth));
}

static void set_costs(const struct saving *saving,
                      const struct pt_gang_shape *gang,
                      struct pt_checkpoint_terms *terms)
{
    terms->cost = with_transfer(saving, saving->cost, gang);
    terms->restart = saving->restart;
    terms->read = with_transfer(saving, 0, gang);
}

static double mtbf_of_gang(const struct saving *saving,
                           const struct pt_gang_shape *gang)
{
    double node = gang->mtbf;

    if (saving->mtbf == PT_TIME_NEVER)
        return HUGE_VAL;
    if (saving->mtbf > 0)
        node = pt_time_seconds(saving->mtbf);
    return node / gang->nodes;
}

static void set_rule(const struct saving *saving,
                     const struct pt_gang_shape *gang,
                     double (*rule)(double cost, double mtbf),
                     struct pt_checkpoint_terms *terms)
{
    set_costs(saving, gang, terms);
    terms->interval = pt_time_from_seconds(
        rule(pt_time_seconds(terms->cost), mtbf_of_gang(saving, gang)));
}

#define COST                                                                   \
    {                                                                          \
        .name = "cost", .type = PT_PARAM_TIME, .unit = "s", .fallback = "5m",  \
        .min = 0, .max = 1e9, .offset = offsetof(struct saving, cost),         \
        .help = "How long each node writes, all at once; the gang waits for "  \
                "it."                                                          \
    }

#define SIZE                                                                   \
    {                                                                          \
        .name = "size", .type = PT_PARAM_REAL, .unit = "GiB", .fallback = "0", \
        .min = 0, .max = 1e9, .offset = offsetof(struct saving, size),         \
        .help = "What each node writes besides, through the shared file "      \
                "system, and reads back at a restart."                         \
    }

#define BANDWIDTH                                                              \
    {                                                                          \
        .name = "bandwidth", .type = PT_PARAM_REAL, .unit = "GiB/s",           \
        .fallback = "0", .min = 0, .max = 1e9,                                 \
        .offset = offsetof(struct saving, bandwidth),                          \
        .help = "Of the shared file system, all of it for each gang; 0: no "   \
                "limit."                                                       \
    }

#define RESTART(DEFAULT, HELP)                                                 \
    {                                                                          \
        .name = "restart", .type = PT_PARAM_TIME, .unit = "s",                 \
        .fallback = (DEFAULT), .min = 0, .max = 1e9,                           \
        .offset = offsetof(struct saving, restart), .help = (HELP)             \
    }

#define RESTART_AND_READ                                                       \
    RESTART("5m", "How long an attempt takes to begin again, besides reading " \
                  "the checkpoint back.")

/* ---- none ---- */

static void none_terms(const void *state, const struct pt_gang_shape *gang,
                       struct pt_checkpoint_terms *terms)
{
    const struct saving *saving = state;

    (void)gang;
    *terms = (struct pt_checkpoint_terms){.interval = PT_TIME_NEVER,
                                          .restart = saving->restart};
}

static const struct pt_param none_params[] = {
    RESTART("0", "How long an attempt takes to begin again, from scratch."),
    PT_PARAM_END};

const struct pt_checkpoint_model pt_checkpoint_none = {
    .name = "none",
    .summary = "no checkpoints: what fails begins from scratch",
    .cite = "protium's README, \"Failures\"",
    .params = none_params,
    .state_size = sizeof(struct saving),
    .terms = none_terms,
};

/* ---- fixed ---- */

static void fixed_terms(const void *state, const struct pt_gang_shape *gang,
                        struct pt_checkpoint_terms *terms)
{
    const struct saving *saving = state;

    set_costs(saving, gang, terms);
    terms->interval = saving->interval;
}

static const struct pt_param fixed_params[] = {
    {.name = "interval",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "1h",
     .min = 1e-6,
     .max = 1e9,
     .offset = offsetof(struct saving, interval),
     .help = "Work between two checkpoints."},
    COST,
    SIZE,
    BANDWIDTH,
    RESTART_AND_READ,
    PT_PARAM_END};

const struct pt_checkpoint_model pt_checkpoint_fixed = {
    .name = "fixed",
    .summary = "a checkpoint after each `interval` of work, whatever the gang",
    .cite = "K. M. Chandy, C. V. Ramamoorthy, Rollback and recovery "
            "strategies for computer programs, IEEE Trans. Computers "
            "C-21(6), 1972",
    .params = fixed_params,
    .state_size = sizeof(struct saving),
    .saves = true,
    .terms = fixed_terms,
};

/* ---- young, daly, optimum ---- */

static const struct pt_param found_params[] = {
    {.name = "mtbf",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "0",
     .offset = offsetof(struct saving, mtbf),
     .help = "Mean time between failures of one node, of which a gang of k "
             "nodes has 1/k; 0: what the failure models imply.  If a "
             "checkpoint costs nothing, each microsecond is saved."},
    COST,
    SIZE,
    BANDWIDTH,
    RESTART_AND_READ,
    PT_PARAM_END};

static void young_terms(const void *state, const struct pt_gang_shape *gang,
                        struct pt_checkpoint_terms *terms)
{
    set_rule(state, gang, pt_interval_young, terms);
}

const struct pt_checkpoint_model pt_checkpoint_young = {
    .name = "young",
    .summary = "intervals by Young's rule, sqrt(2 cost mtbf)",
    .cite = "J. W. Young, A first order approximation to the optimum "
            "checkpoint interval, CACM 17(9), 1974",
    .params = found_params,
    .state_size = sizeof(struct saving),
    .saves = true,
    .terms = young_terms,
};

static void daly_terms(const void *state, const struct pt_gang_shape *gang,
                       struct pt_checkpoint_terms *terms)
{
    set_rule(state, gang, pt_interval_daly, terms);
}

const struct pt_checkpoint_model pt_checkpoint_daly = {
    .name = "daly",
    .summary = "intervals by Daly's rule of higher order",
    .cite = "J. T. Daly, A higher order estimate of the optimum checkpoint "
            "interval for restart dumps, FGCS 22(3), 2006, eq. 37",
    .params = found_params,
    .state_size = sizeof(struct saving),
    .saves = true,
    .terms = daly_terms,
};

static void optimum_terms(const void *state, const struct pt_gang_shape *gang,
                          struct pt_checkpoint_terms *terms)
{
    set_rule(state, gang, pt_interval_optimum, terms);
}

const struct pt_checkpoint_model pt_checkpoint_optimum = {
    .name = "optimum",
    .summary = "intervals that make the expected time of long work least, "
               "exactly",
    .cite = "R. M. Corless et al., On the Lambert W function, Adv. Comput. "
            "Math. 5, 1996, of Daly's (2006) expected time",
    .params = found_params,
    .state_size = sizeof(struct saving),
    .saves = true,
    .terms = optimum_terms,
};
