/* gpus.c - the more GPUs a node has, the more often it fails: the rate of
 * failures that operators of large fleets quote, per 1000 node-days. */
#include "models/failure/renewal.h"

#include <math.h>

#define THOUSAND_DAYS 86400e3

struct gpus {
    double rate;
    int64_t per;
    pt_time mttr;
    int down;
    double down_shape;

    struct pt_renewal renewal;
    struct pt_implied implied;
};

static bool has_gpus(const struct pt_cluster *cluster)
{
    for (int32_t node = 0; cluster->gpus && node < cluster->nodes; node++)
        if (cluster->gpus[node] > 0)
            return true;
    return false;
}

/* How many of the nodes that the rate is quoted for this one is worth. */
static double worth(const struct gpus *gpus, const struct pt_cluster *cluster,
                    bool known, int32_t node)
{
    if (!known)
        return 1;
    return (double)cluster->gpus[node] / (1000.0 * (double)gpus->per);
}

static int open_gpus(void *state, const struct pt_cluster *cluster,
                     struct pt_err *err)
{
    struct gpus *gpus = state;
    bool known = has_gpus(cluster);
    double availability = 0, failures = 0, n = cluster->nodes;
    struct pt_law down = pt_renewal_law(
        gpus->down, pt_renewal_seconds(gpus->mttr), gpus->down_shape);

    (void)err;
    pt_renewal_open(&gpus->renewal, cluster, 0);
    for (int32_t node = 0; node < cluster->nodes; node++) {
        double each = gpus->rate * worth(gpus, cluster, known, node);
        double mtbf = each > 0 ? THOUSAND_DAYS / each : HUGE_VAL;
        const struct pt_renewal_laws laws = {
            .up = pt_renewal_law(PT_FAMILY_EXPONENTIAL, mtbf, 1), .down = down};
        pt_renewal_add(&gpus->renewal, node, PT_DRAWER_GPUS, node, &laws);
        availability += pt_renewal_implied(mtbf, down.mean).availability / n;
        failures += each / THOUSAND_DAYS / n;
    }
    gpus->implied =
        pt_renewal_implied(failures > 0 ? 1 / failures : HUGE_VAL, down.mean);
    gpus->implied.availability = availability;
    return 0;
}

static bool next_gpus(void *state, struct pt_outage *outage)
{
    struct gpus *gpus = state;

    return pt_renewal_next_outage(&gpus->renewal, PT_ORIGIN_GPU, outage);
}

static void implied_gpus(const void *state, struct pt_implied *implied)
{
    const struct gpus *gpus = state;

    *implied = gpus->implied;
}

static void close_gpus(void *state)
{
    struct gpus *gpus = state;

    pt_renewal_close(&gpus->renewal);
}

static const struct pt_param params[] = {
    {.name = "rate",
     .type = PT_PARAM_REAL,
     .unit = "1/1000 node-days",
     .fallback = "6.5",
     .min = 0,
     .max = 1e9,
     .offset = offsetof(struct gpus, rate),
     .help = "Failures per 1000 node-days of a node with `per` GPUs: 6.5 in "
             "Meta's RSC-1, 2.34 in RSC-2; others in proportion.  "
             "Where no node has GPUs, each counts as one with `per`."},
    {.name = "per",
     .type = PT_PARAM_INT,
     .unit = "GPUs",
     .fallback = "8",
     .min = 1,
     .max = 1e6,
     .offset = offsetof(struct gpus, per),
     .help = "GPUs of the node that the rate is for."},
    {.name = "mttr",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "6h",
     .min = 1e-6,
     .max = 1e10,
     .offset = offsetof(struct gpus, mttr),
     .help = "Mean time that a repair takes."},
    {.name = "down",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "exponential",
     .choices = pt_family_names,
     .offset = offsetof(struct gpus, down),
     .help = "Law of the repairs; times up are exponential."},
    {.name = "down_shape",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1",
     .min = 0.1,
     .max = 20,
     .offset = offsetof(struct gpus, down_shape),
     .help = "Its shape."},
    PT_PARAM_END};

const struct pt_failure_model pt_failure_gpus = {
    .name = "gpus",
    .summary = "nodes fail at a rate proportional to their GPUs",
    .cite = "A. Kokolis et al., Revisiting reliability in large-scale machine "
            "learning research clusters, HPCA 2025",
    .params = params,
    .state_size = sizeof(struct gpus),
    .open = open_gpus,
    .next = next_gpus,
    .implied = implied_gpus,
    .close = close_gpus,
};
