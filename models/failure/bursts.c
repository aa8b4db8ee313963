/* bursts.c - many nodes go down at once, whatever connects them: sizes, gaps
 * and times down are lognormal.
 *
 * The constants are those of Grid'5000 by Iosup's thesis, as OpenDC has them
 * (atlarge-research/opendc, FailureModels.kt): sizes, times down and the spread
 * of the gaps.  Their median is none: there it is for the user to say, and a
 * week if nothing is said.
 *
 * The times of the bursts have a stream of their own, and so has each burst: a
 * larger machine has the same bursts, with more victims in those that were cut
 * to its size.  The first comes after a rest of a gap; none is under way at the
 * start. */
#include "models/failure/renewal.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include "base/alloc.h"
#include "models/stream.h"

struct bursts {
    pt_time interval, down, cap;
    double interval_sigma, size_mu, size_sigma, down_sigma;
    bool neighbours;

    struct pt_stream gaps;
    struct pt_law gap;
    uint64_t seed;
    uint32_t replication;
    int64_t burst; /* so many there were */
    pt_time next;  /* PT_TIME_NEVER: none */
    int32_t n;
    int32_t *victims; /* [n] */
    bool *hit;        /* [n] all false between calls */
};

static void set_next(struct bursts *bursts, pt_time from, double gap)
{
    pt_time next = pt_time_add(from, pt_time_from_seconds(gap));

    bursts->next = next < PT_TIME_FAR ? next : PT_TIME_NEVER;
}

static int open_bursts(void *state, const struct pt_cluster *cluster,
                       struct pt_err *err)
{
    struct bursts *bursts = state;

    (void)err;
    bursts->n = cluster->nodes;
    bursts->seed = cluster->seed;
    bursts->replication = cluster->replication;
    bursts->burst = 0;
    bursts->next = PT_TIME_NEVER;
    bursts->victims = pt_alloc((size_t)bursts->n, sizeof *bursts->victims);
    bursts->hit = pt_alloc((size_t)bursts->n, sizeof *bursts->hit);
    if (bursts->interval == PT_TIME_NEVER)
        return 0;
    bursts->gap = pt_law_of_scale(PT_FAMILY_LOGNORMAL, bursts->interval_sigma,
                                  pt_time_seconds(bursts->interval));
    const gsl_rng *rng = pt_stream_open(
        &bursts->gaps, cluster->seed, cluster->replication,
        PT_PURPOSE_NODE_FAILURE, pt_drawer_entity(PT_DRAWER_BURST_GAPS, 0));
    set_next(bursts, cluster->start, pt_law_draw_rest(&bursts->gap, rng));
    return 0;
}

static int32_t draw_size(const struct bursts *bursts, const gsl_rng *rng)
{
    double size = floor(
        gsl_ran_lognormal(rng, bursts->size_mu, bursts->size_sigma) + 0.5);

    if (size >= bursts->n)
        return bursts->n;
    return size < 1 ? 1 : (int32_t)size;
}

static int compare(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Any SIZE of the nodes, by Floyd's algorithm (Bentley, Programming pearls,
 * CACM 30(9), 1987). */
static void draw_victims(struct bursts *bursts, int32_t size,
                         struct pt_random *random)
{
    int32_t n = 0;

    for (int32_t last = bursts->n - size; last < bursts->n; last++) {
        int32_t node = (int32_t)pt_random_below(random, (uint32_t)last + 1);
        if (bursts->hit[node])
            node = last;
        bursts->hit[node] = true;
        bursts->victims[n++] = node;
    }
    for (int32_t i = 0; i < n; i++)
        bursts->hit[bursts->victims[i]] = false;
    qsort(bursts->victims, (size_t)n, sizeof *bursts->victims, compare);
}

/* SIZE nodes in a row, from any of them; after the last comes the first. */
static void draw_neighbours(struct bursts *bursts, int32_t size,
                            struct pt_random *random)
{
    int32_t first = (int32_t)pt_random_below(random, (uint32_t)bursts->n);
    int32_t wrapped = first > bursts->n - size ? first - (bursts->n - size) : 0;

    for (int32_t i = 0; i < wrapped; i++)
        bursts->victims[i] = i;
    for (int32_t i = wrapped; i < size; i++)
        bursts->victims[i] = first + i - wrapped;
}

static pt_time draw_up(const struct bursts *bursts, const gsl_rng *rng)
{
    double down = gsl_ran_lognormal(rng, log(pt_time_seconds(bursts->down)),
                                    bursts->down_sigma);
    pt_time span = pt_time_from_seconds(down);
    pt_time up =
        pt_time_add(bursts->next, span < bursts->cap ? span : bursts->cap);

    return up < PT_TIME_FAR ? up : PT_TIME_NEVER;
}

static bool next_burst(void *state, struct pt_outage *outage)
{
    struct bursts *bursts = state;
    uint64_t entity = pt_drawer_entity(PT_DRAWER_BURSTS, bursts->burst);
    struct pt_stream failure, repair;

    if (bursts->next == PT_TIME_NEVER)
        return false;
    pt_stream_open(&failure, bursts->seed, bursts->replication,
                   PT_PURPOSE_NODE_FAILURE, entity);
    pt_stream_open(&repair, bursts->seed, bursts->replication,
                   PT_PURPOSE_NODE_REPAIR, entity);
    const struct pt_renewal_turn turn = {.down = bursts->next,
                                         .up = draw_up(bursts, &repair.rng)};
    int32_t size = draw_size(bursts, &failure.rng);
    if (bursts->neighbours)
        draw_neighbours(bursts, size, &failure.random);
    else
        draw_victims(bursts, size, &failure.random);
    pt_renewal_outage(&turn, PT_ORIGIN_BURST, bursts->victims, size, outage);
    bursts->burst++;
    set_next(bursts, bursts->next,
             pt_law_draw(&bursts->gap, &bursts->gaps.rng));
    return true;
}

/* P(lognormal(MU, SIGMA) > X); SIGMA may be 0. */
static double tail(double mu, double sigma, double x)
{
    if (sigma > 0)
        return gsl_cdf_ugaussian_Q((log(x) - mu) / sigma);
    return log(x) < mu;
}

/* Of the size, rounded and cut. */
static double mean_size(const struct bursts *bursts)
{
    double sum = 1;

    for (int32_t size = 2; size <= bursts->n; size++)
        sum += tail(bursts->size_mu, bursts->size_sigma, size - 0.5);
    return sum;
}

/* E[min(X, cap)] of the time down, X lognormal. */
static double mean_down(const struct bursts *bursts)
{
    double mu = log(pt_time_seconds(bursts->down)), sigma = bursts->down_sigma;
    double cap = pt_renewal_seconds(bursts->cap);
    double mean = exp(mu + sigma * sigma / 2);

    if (cap >= HUGE_VAL)
        return mean;
    return mean * (1 - tail(mu + sigma * sigma, sigma, cap)) +
           cap * tail(mu, sigma, cap);
}

/* As if the bursts that hit a node were a Poisson process, which they come
 * close to where a burst takes few of the nodes; a node is then down for the
 * busy periods of a queue M/G/infinity. */
static void implied_bursts(const void *state, struct pt_implied *implied)
{
    const struct bursts *bursts = state;

    if (bursts->interval == PT_TIME_NEVER) {
        *implied = pt_renewal_implied(HUGE_VAL, 1);
        return;
    }
    double between = bursts->gap.mean * bursts->n / mean_size(bursts);
    double load = mean_down(bursts) / between;
    *implied = pt_renewal_implied(between, between * expm1(load));
}

static void close_bursts(void *state)
{
    struct bursts *bursts = state;

    pt_free(bursts->victims);
    pt_free(bursts->hit);
    bursts->victims = NULL;
    bursts->hit = NULL;
}

static const struct pt_param params[] = {
    {.name = "interval",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "7d",
     .min = 1e-3,
     .max = 1e13,
     .offset = offsetof(struct bursts, interval),
     .help = "Median of the times between bursts, which are lognormal: a "
             "choice, not a measurement."},
    {.name = "interval_sigma",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1.03",
     .min = 0.01,
     .max = 10,
     .offset = offsetof(struct bursts, interval_sigma),
     .help = "Standard deviation of their logarithm."},
    {.name = "size_mu",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1.88",
     .min = -10,
     .max = 20,
     .offset = offsetof(struct bursts, size_mu),
     .help = "Mean of the logarithm of a burst's size, lognormal nodes: 1.88 "
             "is a median of 6.55; at least one node, at most all."},
    {.name = "size_sigma",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1.25",
     .min = 0,
     .max = 10,
     .offset = offsetof(struct bursts, size_sigma),
     .help = "Standard deviation of that logarithm."},
    {.name = "down",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "7259.02s",
     .min = 1e-6,
     .max = 1e10,
     .offset = offsetof(struct bursts, down),
     .help = "Median of the times down, which are lognormal: e^8.89 s."},
    {.name = "down_sigma",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "2.71",
     .min = 0,
     .max = 10,
     .offset = offsetof(struct bursts, down_sigma),
     .help = "Standard deviation of their logarithm."},
    {.name = "cap",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "7d",
     .min = 1e-6,
     .max = 1e13,
     .offset = offsetof(struct bursts, cap),
     .help = "Longest time down: longer ones are cut to it.  The mean without "
             "is 79 h, forty times the median."},
    {.name = "neighbours",
     .type = PT_PARAM_BOOL,
     .unit = "",
     .fallback = "no",
     .offset = offsetof(struct bursts, neighbours),
     .help = "Victims are nodes in a row, by number; else any."},
    PT_PARAM_END};

const struct pt_failure_model pt_failure_bursts = {
    .name = "bursts",
    .summary = "many nodes go down at once: Grid'5000's sizes and times down",
    .cite = "A. Iosup, A framework for the study of grid inter-operation "
            "mechanisms, PhD thesis, TU Delft, 2009; M. Gallet et al., A model "
            "for space-correlated failures in large-scale distributed systems, "
            "Euro-Par 2010",
    .params = params,
    .state_size = sizeof(struct bursts),
    .open = open_bursts,
    .next = next_burst,
    .implied = implied_bursts,
    .close = close_bursts,
};
