/* nodes.c - each node fails and is repaired by itself: a renewal process, or,
 * where repair crews are few, the machine-repair model.
 *
 * With crews, as many nodes are down at the start as that model has in the long
 * run with exponential laws (which is exact for them alone): of N nodes, k are
 * down with p(k + 1) / p(k) = (N - k) mttr / (min(k + 1, crews) mtbf)
 * (L. Kleinrock, Queueing Systems, vol. 1, Wiley 1975, 3.8 to 3.10). */
#include "models/failure/renewal.h"

#include <math.h>
#include "models/stream.h"

struct nodes {
    pt_time mtbf, mttr;
    int up, down;
    double up_shape, down_shape;
    int64_t crews;

    struct pt_renewal renewal;
    struct pt_renewal_laws laws;
    double mean_down; /* of the nodes, by the machine-repair model */
    int32_t n;
};

/* ---- the machine-repair model ---- */

/* ln p(k + 1) / p(k). */
static double log_step(const struct nodes *nodes, int32_t k)
{
    double busy = k + 1 < nodes->crews ? (double)k + 1 : (double)nodes->crews;

    return log((nodes->n - k) / busy) +
           log(nodes->laws.down.mean / nodes->laws.up.mean);
}

/* The greatest ln p(k) / p(0): sums of p are taken relative to it. */
static double log_peak(const struct nodes *nodes)
{
    double log_p = 0, peak = 0;

    for (int32_t k = 0; k < nodes->n; k++) {
        log_p += log_step(nodes, k);
        peak = log_p > peak ? log_p : peak;
    }
    return peak;
}

/* Sum of p(k) over all k, in units of e^PEAK; and the mean of k. */
static double sum_chances(const struct nodes *nodes, double peak, double *mean)
{
    double log_p = -peak, sum = exp(log_p), weighted = 0;

    for (int32_t k = 0; k < nodes->n; k++) {
        log_p += log_step(nodes, k);
        sum += exp(log_p);
        weighted += (k + 1) * exp(log_p);
    }
    *mean = weighted / sum;
    return sum;
}

/* How many are down: the inverse of the distribution function at U. */
static int32_t find_down(const struct nodes *nodes, double peak, double sum,
                         double u)
{
    double log_p = -peak, left = u * sum - exp(log_p);
    int32_t k = 0;

    while (left >= 0 && k < nodes->n) {
        log_p += log_step(nodes, k++);
        left -= exp(log_p);
    }
    return k;
}

/* Any set of nodes is as likely to be down as another of its size; they have
 * their turn with the crews in order of number. */
static void add_with_crews(struct nodes *nodes,
                           const struct pt_cluster *cluster)
{
    struct pt_random random;
    double peak = log_peak(nodes);
    double sum = sum_chances(nodes, peak, &nodes->mean_down);

    pt_random_open(&random, cluster->seed, cluster->replication,
                   PT_PURPOSE_NODE_FAILURE,
                   pt_drawer_entity(PT_DRAWER_NODES_START, 0));
    int32_t left = find_down(nodes, peak, sum, pt_random_real(&random));
    for (int32_t node = 0; node < nodes->n; node++) {
        bool down = pt_random_real(&random) * (nodes->n - node) < left;
        left -= down;
        pt_renewal_add_as(&nodes->renewal, node, PT_DRAWER_NODES, node,
                          &nodes->laws, down);
    }
}

/* ---- the model ---- */

static int open_nodes(void *state, const struct pt_cluster *cluster,
                      struct pt_err *err)
{
    struct nodes *nodes = state;
    bool crewed = nodes->crews > 0 && nodes->mtbf < PT_TIME_NEVER;

    (void)err;
    nodes->n = cluster->nodes;
    nodes->laws = (struct pt_renewal_laws){
        .up = pt_renewal_law(nodes->up, pt_renewal_seconds(nodes->mtbf),
                             nodes->up_shape),
        .down = pt_renewal_law(nodes->down, pt_renewal_seconds(nodes->mttr),
                               nodes->down_shape),
    };
    pt_renewal_open(&nodes->renewal, cluster,
                    crewed ? (int32_t)nodes->crews : 0);
    if (crewed) {
        add_with_crews(nodes, cluster);
        return 0;
    }
    for (int32_t node = 0; node < cluster->nodes; node++)
        pt_renewal_add(&nodes->renewal, node, PT_DRAWER_NODES, node,
                       &nodes->laws);
    return 0;
}

static bool next_nodes(void *state, struct pt_outage *outage)
{
    struct nodes *nodes = state;

    return pt_renewal_next_outage(&nodes->renewal, PT_ORIGIN_NODE, outage);
}

static void implied_nodes(const void *state, struct pt_implied *implied)
{
    const struct nodes *nodes = state;
    double up = nodes->laws.up.mean;

    *implied = pt_renewal_implied(up, nodes->laws.down.mean);
    if (!nodes->renewal.crewed)
        return;
    implied->availability = (double)NAN;
    implied->mttr = (double)NAN;
    if (nodes->up == PT_FAMILY_EXPONENTIAL &&
        nodes->down == PT_FAMILY_EXPONENTIAL) {
        implied->availability = 1 - nodes->mean_down / nodes->n;
        implied->mttr = up / implied->availability - up;
    }
}

static void close_nodes(void *state)
{
    struct nodes *nodes = state;

    pt_renewal_close(&nodes->renewal);
}

static const struct pt_param params[] = {
    {.name = "mtbf",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "90d",
     .min = 1e-6,
     .max = 1e13,
     .offset = offsetof(struct nodes, mtbf),
     .help = "Mean time that a node is up between failures."},
    {.name = "up",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "exponential",
     .choices = pt_family_names,
     .offset = offsetof(struct nodes, up),
     .help = "Law of the times up."},
    {.name = "up_shape",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "0.7",
     .min = 0.1,
     .max = 20,
     .offset = offsetof(struct nodes, up_shape),
     .help = "Its shape: Weibull's exponent, the lognormal's sigma, the "
             "gamma's a; exponential and fixed have none."},
    {.name = "mttr",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "6h",
     .min = 1e-6,
     .max = 1e10,
     .offset = offsetof(struct nodes, mttr),
     .help = "Mean time that its repair takes."},
    {.name = "down",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "exponential",
     .choices = pt_family_names,
     .offset = offsetof(struct nodes, down),
     .help = "Law of the repairs."},
    {.name = "down_shape",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1",
     .min = 0.1,
     .max = 20,
     .offset = offsetof(struct nodes, down_shape),
     .help = "Its shape."},
    {.name = "crews",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "0",
     .min = 0,
     .max = 1e6,
     .offset = offsetof(struct nodes, crews),
     .help = "Repairs at a time, first come, first served: who waits for a "
             "crew is down; 0: as many as are needed."},
    PT_PARAM_END};

const struct pt_failure_model pt_failure_nodes = {
    .name = "nodes",
    .summary = "each node fails by itself, with times up and down of any law",
    .cite = "B. Schroeder, G. A. Gibson, A large-scale study of failures in "
            "high-performance computing systems, DSN 2006",
    .params = params,
    .state_size = sizeof(struct nodes),
    .open = open_nodes,
    .next = next_nodes,
    .implied = implied_nodes,
    .close = close_nodes,
};
