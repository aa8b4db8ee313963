/* Failure models against their closed forms: long-run availability, the first
 * hour, gangs, repair crews, bursts.
 *
 * Each replication is stationary from its start, so that means over
 * replications are without bias; they may be off by five standard errors, as
 * the replications themselves show.  Seeds are fixed. */
#include "tests/unit/failing.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define SEED 20

/* ---- samples ---- */

struct sample {
    double n, sum, squares;
};

static void sample_add(struct sample *sample, double x)
{
    sample->n++;
    sample->sum += x;
    sample->squares += x * x;
}

static double sample_mean(const struct sample *sample)
{
    return sample->sum / sample->n;
}

/* Of the mean. */
static double sample_error(const struct sample *sample)
{
    double mean = sample_mean(sample);
    double variance = sample->squares / sample->n - mean * mean;

    return sqrt(fmax(variance, 0) / (sample->n - 1));
}

static void check_mean(const struct sample *sample, double expected,
                       const char *what)
{
    double mean = sample_mean(sample), error = sample_error(sample);

    if (fabs(mean - expected) <= 5 * error)
        return;
    fail_msg("%s (seed %d): mean %.9g, expected %.9g; %.1f standard errors",
             what, SEED, mean, expected, fabs(mean - expected) / error);
}

/* ---- runs ---- */

struct observed {
    double down;   /* share of the node-time, faults counted once */
    double start;  /* nodes that are down at the start */
    double early;  /* failures in the first tenth, after the start */
    double late;   /* ... and in the last */
    pt_time first; /* failure after the start; PT_TIME_NEVER: none */
};

static struct observed observe(const char *text, struct pt_cluster *cluster,
                               uint32_t replication, pt_time span)
{
    struct observed observed = {.first = PT_TIME_NEVER};
    pt_time *until = pt_alloc((size_t)cluster->nodes, sizeof *until);
    pt_time down = 0;
    struct pt_outage outage;

    cluster->seed = SEED;
    cluster->replication = replication;
    struct failing failing = failing_open(text, cluster);
    while (failing_next(&failing, &outage) && outage.down < span) {
        for (int32_t i = 0; i < outage.nnodes; i++) {
            pt_time *seen = &until[outage.nodes[i]];
            pt_time from = outage.down > *seen ? outage.down : *seen;
            pt_time up = outage.up < span ? outage.up : span;
            down += up > from ? up - from : 0;
            *seen = up > *seen ? up : *seen;
        }
        observed.start += outage.down == 0 ? outage.nnodes : 0;
        observed.early += outage.down > 0 && outage.down <= span / 10;
        observed.late += outage.down > span - span / 10;
        if (outage.down > 0 && outage.down < observed.first)
            observed.first = outage.down;
    }
    failing_close(&failing);
    pt_free(until);
    observed.down = (double)down / ((double)span * cluster->nodes);
    return observed;
}

static struct pt_implied imply(const char *text, struct pt_cluster *cluster)
{
    cluster->seed = SEED;
    cluster->replication = 0;
    struct failing failing = failing_open(text, cluster);
    struct pt_implied implied = failing_implied(&failing);

    failing_close(&failing);
    return implied;
}

/* What TEXT implies is what is seen, in REPS runs of SPAN. */
static void check_availability(const char *text, struct pt_cluster *cluster,
                               uint32_t reps, pt_time span)
{
    struct sample up = {.n = 0};

    for (uint32_t i = 0; i < reps; i++)
        sample_add(&up, 1 - observe(text, cluster, i, span).down);
    check_mean(&up, imply(text, cluster).availability, text);
}

/* ---- nodes by themselves ---- */

static void test_each_family_has_its_availability(void **unused)
{
    static const char *const families[] = {"exponential", "weibull",
                                           "lognormal", "gamma", "fixed"};
    struct pt_cluster cluster = {.nodes = 20};

    (void)unused;
    for (int i = 0; i < 25; i++) {
        char text[128];
        snprintf(text, sizeof text,
                 "nodes:mtbf=10h,up=%s,up_shape=0.7,mttr=2h,down=%s,"
                 "down_shape=1.4",
                 families[i / 5], families[i % 5]);
        check_availability(text, &cluster, 100, 100 * HOUR);
    }
}

static void test_each_preset_has_its_availability(void **unused)
{
    static const char *const traces[] = {
        "lanl05",    "g5k06", "ldns04",  "microsoft99", "nd07cpu",
        "overnet03", "pl05",  "skype06", "websites02"};
    static const char *const laws[] = {"exponential", "weibull", "lognormal",
                                       "gamma"};
    struct pt_cluster cluster = {.nodes = 20};

    (void)unused;
    for (int i = 0; i < 36; i++) {
        char text[64];
        snprintf(text, sizeof text, "fta:trace=%s,law=%s", traces[i / 4],
                 laws[i % 4]);
        struct pt_implied implied = imply(text, &cluster);
        double cycle = implied.mtbf + implied.mttr;
        check_availability(text, &cluster, 150,
                           pt_time_from_seconds(5 * cycle));
    }
}

static void test_gpus_have_their_availability(void **unused)
{
    static const int64_t gpus[6] = {8000, 0, 4000, 2000, 8000, 500};
    struct pt_cluster cluster = {.nodes = 6, .gpus = gpus};

    (void)unused;
    check_availability("gpus:rate=2000,down=lognormal,down_shape=2", &cluster,
                       200, 50 * DAY);
}

static void test_lemons_have_their_availability(void **unused)
{
    struct pt_cluster cluster = {.nodes = 1000};
    struct sample up = {.n = 0};

    (void)unused;
    for (uint32_t i = 0; i < 100; i++)
        sample_add(&up,
                   1 - observe("lemons:mtbf=1d", &cluster, i, 9 * DAY).down);
    check_mean(&up, 1 - 0.012 * 0.2, "lemons");
}

/* No burst of failures at the start, and no lull: as many in the first hour as
 * in the tenth, and as many down as at any time. */
static void test_the_first_hour_is_like_any_other(void **unused)
{
    static const char *const texts[] = {
        "nodes:mtbf=20h,up=weibull,up_shape=0.48,mttr=4h,down=weibull,"
        "down_shape=0.58",
        "nodes:mtbf=20h,up=lognormal,up_shape=2,mttr=4h,down=lognormal,"
        "down_shape=1.42",
        "nodes:mtbf=20h,up=gamma,up_shape=0.35,mttr=4h,down=gamma,"
        "down_shape=0.38",
        "nodes:mtbf=20h,up=fixed,mttr=4h,down=fixed",
        "nodes:mtbf=20h,up=weibull,up_shape=3,mttr=4h",
    };
    struct pt_cluster cluster = {.nodes = 50};

    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sample early = {.n = 0}, late = early, start = early;
        for (uint32_t rep = 0; rep < 1000; rep++) {
            struct observed observed =
                observe(texts[i], &cluster, rep, 10 * HOUR);
            sample_add(&early, observed.early);
            sample_add(&late, observed.late);
            sample_add(&start, observed.start);
        }
        check_mean(&early, 50 / 24.0, texts[i]);
        check_mean(&late, 50 / 24.0, texts[i]);
        check_mean(&start, 50 * 4 / 24.0, texts[i]);
    }
}

static void test_a_gang_fails_n_times_as_often(void **unused)
{
    (void)unused;
    for (int32_t n = 1; n <= 512; n *= 8) {
        struct pt_cluster cluster = {.nodes = n};
        struct sample first = {.n = 0};
        for (uint32_t rep = 0; rep < 3000; rep++)
            sample_add(&first,
                       pt_time_seconds(observe("nodes:mttr=1us", &cluster, rep,
                                               4000 * DAY / n)
                                           .first));
        check_mean(&first, 90 * 86400.0 / n, "first failure of a gang");
        ASSERT_NEAR(sample_error(&first) * sqrt(3000), 90 * 86400.0 / n, 0.15,
                    0);
    }
}

/* ---- repair crews ---- */

/* Share of N nodes that is up in the queue M/M/CREWS//N, for failures at a rate
 * of LOAD repairs. */
static double machine_repair(int n, int crews, double load)
{
    double p = 1, sum = 1, down = 0;

    for (int k = 1; k <= n; k++) {
        p *= (n - k + 1) * load / (k < crews ? k : crews);
        sum += p;
        down += k * p;
    }
    return 1 - down / sum / n;
}

static void test_few_crews_are_the_machine_repair_model(void **unused)
{
    struct pt_cluster cluster = {.nodes = 20};

    (void)unused;
    for (int crews = 1; crews <= 4; crews++) {
        char text[64];
        double up = machine_repair(20, crews, 0.1);
        struct sample start = {.n = 0};
        snprintf(text, sizeof text, "nodes:mtbf=10h,mttr=1h,crews=%d", crews);
        ASSERT_NEAR(imply(text, &cluster).availability, up, 1e-12, 0);
        check_availability(text, &cluster, 300, 100 * HOUR);
        for (uint32_t rep = 0; rep < 3000; rep++)
            sample_add(&start, observe(text, &cluster, rep, 1 * HOUR).start);
        check_mean(&start, 20 * (1 - up), text);
    }
}

/* Of large machines too, whose sums of p(k) would overflow. */
static void test_crews_of_large_machines_are_implied(void **unused)
{
    struct pt_cluster cluster = {.nodes = 20000};

    (void)unused;
    ASSERT_NEAR(imply("nodes:crews=20000", &cluster).availability,
                90 * 24 / (90 * 24 + 6.0), 1e-9, 0);
    /* One crew, always at work: 4 repairs a day, shared by all. */
    ASSERT_NEAR(imply("nodes:crews=1", &cluster).availability, 90 * 4 / 20000.0,
                1e-9, 0);
}

/* ---- many nodes at once ---- */

static void test_bursts_have_the_sizes_of_grid5000(void **unused)
{
    const struct pt_cluster cluster = {.nodes = 100000, .seed = SEED};
    struct failing failing = failing_open("bursts", &cluster);
    struct sample size = {.n = 0}, small = size, hours = size, gap = size;
    double mean = 1, capped = 0;
    struct pt_outage outage;
    pt_time last = 0;

    (void)unused;
    for (int i = 0; i < 20000; i++) {
        assert_true(failing_next(&failing, &outage));
        sample_add(&size, outage.nnodes);
        sample_add(&small, outage.nnodes < 6.55);
        sample_add(&hours, outage.up - outage.down < 7259020000);
        capped += outage.up - outage.down == 7 * DAY;
        if (i > 0)
            sample_add(&gap, log(pt_time_seconds(outage.down - last) / 604800));
        last = outage.down;
    }
    failing_close(&failing);
    for (int k = 2; k < 100000; k++)
        mean += gsl_cdf_lognormal_Q(k - 0.5, 1.88, 1.25);
    ASSERT_NEAR(mean, 14.31, 0.01, 0);
    check_mean(&size, mean, "size of a burst");
    check_mean(&small, gsl_cdf_lognormal_P(6.5, 1.88, 1.25), "small bursts");
    check_mean(&hours, 0.5, "short bursts");
    check_mean(&gap, 0, "logarithm of the gap");
    ASSERT_NEAR(sample_error(&gap) * sqrt(20000), 1.03, 0.03, 0);
    ASSERT_NEAR(capped / 20000, gsl_cdf_lognormal_Q(604800, 8.89, 2.71), 0,
                5 * sqrt(0.05 * 0.95 / 20000));
}

static void test_bursts_are_stationary(void **unused)
{
    struct pt_cluster cluster = {.nodes = 1};
    struct sample early = {.n = 0};

    (void)unused;
    for (uint32_t rep = 0; rep < 20000; rep++)
        sample_add(&early,
                   observe("bursts:interval=1d", &cluster, rep, 5 * DAY).early);
    check_mean(&early, 0.5 / exp(1.03 * 1.03 / 2), "bursts in half a day");
}

/* Close to Poisson where bursts are small; the start has nobody down. */
static void test_bursts_imply_their_availability(void **unused)
{
    struct pt_cluster cluster = {.nodes = 500};
    struct sample up = {.n = 0};
    const char *text = "bursts:cap=2h,interval=1h";

    (void)unused;
    for (uint32_t rep = 0; rep < 20; rep++)
        sample_add(&up, 1 - observe(text, &cluster, rep, 200 * DAY).down);
    double implied = imply(text, &cluster).availability;
    ASSERT_NEAR(sample_mean(&up), implied, 0,
                5 * sample_error(&up) + 0.02 * (1 - implied));
}

static void test_trees_imply_their_availability(void **unused)
{
    static const int32_t racks[12] = {1, 0, 2, 0, 1, 2, 3, 3, 0, 1, 2, 3};
    struct pt_cluster cluster = {.nodes = 12, .rack = racks};

    (void)unused;
    check_availability(TREE_OF_ALL, &cluster, 300, 100 * DAY);
    check_availability("tree:mtbf=5d,rack_mtbf=9d,down=lognormal,down_shape=2",
                       &cluster, 300, 100 * DAY);
}

/* How often a node goes down, and for how long, with faults counted. */
static void test_trees_imply_their_mtbf(void **unused)
{
    static const int32_t racks[12] = {1, 0, 2, 0, 1, 2, 3, 3, 0, 1, 2, 3};
    struct pt_cluster cluster = {.nodes = 12, .rack = racks, .seed = SEED};
    struct failing failing = failing_open(TREE_OF_ALL, &cluster);
    struct pt_implied implied = failing_implied(&failing);
    struct pt_outage outage;
    pt_time until = 0, down = 0, span = 100000 * DAY;
    double times = 0;

    (void)unused;
    while (failing_next(&failing, &outage) && outage.down < span) {
        bool hit = false;
        for (int32_t i = 0; i < outage.nnodes; i++)
            hit = hit || outage.nodes[i] == 4;
        if (!hit)
            continue;
        pt_time from = outage.down > until ? outage.down : until;
        times += outage.down > until;
        down += outage.up > from ? outage.up - from : 0;
        until = outage.up > until ? outage.up : until;
    }
    failing_close(&failing);
    ASSERT_NEAR(pt_time_seconds(span - down) / times, implied.mtbf,
                5 / sqrt(times), 0);
    ASSERT_NEAR(pt_time_seconds(down) / times, implied.mttr,
                5 * 1.5 / sqrt(times), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_family_has_its_availability),
        cmocka_unit_test(test_each_preset_has_its_availability),
        cmocka_unit_test(test_gpus_have_their_availability),
        cmocka_unit_test(test_lemons_have_their_availability),
        cmocka_unit_test(test_the_first_hour_is_like_any_other),
        cmocka_unit_test(test_a_gang_fails_n_times_as_often),
        cmocka_unit_test(test_few_crews_are_the_machine_repair_model),
        cmocka_unit_test(test_crews_of_large_machines_are_implied),
        cmocka_unit_test(test_bursts_have_the_sizes_of_grid5000),
        cmocka_unit_test(test_bursts_are_stationary),
        cmocka_unit_test(test_bursts_imply_their_availability),
        cmocka_unit_test(test_trees_imply_their_availability),
        cmocka_unit_test(test_trees_imply_their_mtbf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
