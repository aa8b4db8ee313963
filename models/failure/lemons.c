/* lemons.c - a few nodes fail over and over, the others never by this model:
 * add it to one of those that take every node ("nodes+lemons").  How often a
 * lemon fails is not published: the MTBF is a choice. */
#include "models/failure/renewal.h"

#include <math.h>

struct lemons {
    double share;
    pt_time mtbf, mttr;

    struct pt_renewal renewal;
    struct pt_renewal_laws laws;
    int32_t n;
};

/* By a draw of the node's own: whoever else is there makes no difference. */
static bool is_lemon(const struct lemons *lemons,
                     const struct pt_cluster *cluster, int32_t node)
{
    struct pt_random random;

    pt_random_open(&random, cluster->seed, cluster->replication,
                   PT_PURPOSE_NODE_FAILURE,
                   pt_drawer_entity(PT_DRAWER_LEMON_CHOICE, node));
    return pt_random_real(&random) < lemons->share;
}

static int open_lemons(void *state, const struct pt_cluster *cluster,
                       struct pt_err *err)
{
    struct lemons *lemons = state;

    (void)err;
    lemons->n = cluster->nodes;
    lemons->laws = (struct pt_renewal_laws){
        .up = pt_renewal_law(PT_FAMILY_EXPONENTIAL,
                             pt_renewal_seconds(lemons->mtbf), 1),
        .down = pt_renewal_law(PT_FAMILY_EXPONENTIAL,
                               pt_renewal_seconds(lemons->mttr), 1),
    };
    pt_renewal_open(&lemons->renewal, cluster, 0);
    for (int32_t node = 0; node < cluster->nodes; node++)
        if (is_lemon(lemons, cluster, node))
            pt_renewal_add(&lemons->renewal, node, PT_DRAWER_LEMONS, node,
                           &lemons->laws);
    return 0;
}

static bool next_lemons(void *state, struct pt_outage *outage)
{
    struct lemons *lemons = state;

    return pt_renewal_next_outage(&lemons->renewal, PT_ORIGIN_LEMON, outage);
}

/* Of the lemons that there are, not of those that were to be expected. */
static void implied_lemons(const void *state, struct pt_implied *implied)
{
    const struct lemons *lemons = state;
    double share = (double)lemons->renewal.n / lemons->n;
    struct pt_implied one =
        pt_renewal_implied(lemons->laws.up.mean, lemons->laws.down.mean);

    *implied =
        pt_renewal_implied(share > 0 ? one.mtbf / share : HUGE_VAL, one.mttr);
    implied->availability = 1 - share * (1 - one.availability);
}

static void close_lemons(void *state)
{
    struct lemons *lemons = state;

    pt_renewal_close(&lemons->renewal);
}

static const struct pt_param params[] = {
    {.name = "share",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "0.012",
     .min = 0,
     .max = 1,
     .offset = offsetof(struct lemons, share),
     .help = "Share of the nodes that are lemons: 1.2 % at Meta."},
    {.name = "mtbf",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "10d",
     .min = 1e-6,
     .max = 1e13,
     .offset = offsetof(struct lemons, mtbf),
     .help = "Mean time that a lemon is up between failures, exponential."},
    {.name = "mttr",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "6h",
     .min = 1e-6,
     .max = 1e10,
     .offset = offsetof(struct lemons, mttr),
     .help = "Mean time that its repair takes, exponential."},
    PT_PARAM_END};

const struct pt_failure_model pt_failure_lemons = {
    .name = "lemons",
    .summary = "a few nodes fail over and over",
    .cite = "A. Kokolis et al., Revisiting reliability in large-scale machine "
            "learning research clusters, HPCA 2025",
    .params = params,
    .state_size = sizeof(struct lemons),
    .open = open_lemons,
    .next = next_lemons,
    .implied = implied_lemons,
    .close = close_lemons,
};
