/* Failure models: order and shape of what they yield, and each by hand where a
 * hand can follow.  Their laws are tests/theory/test_failure_models.c's. */
#include "tests/unit/failing.h"

#include <math.h>
#include "base/random.h"

/* Those that draw. */
static const char *const random_models[] = {
    "nodes",
    "nodes:up=weibull,up_shape=0.5,down=lognormal,mtbf=1d,mttr=12h",
    "nodes:up=gamma,down=fixed,mtbf=1h,mttr=1h",
    "nodes:mtbf=1d,mttr=12h,crews=2",
    "nodes:up=fixed,down=weibull,mtbf=1d,mttr=1d,crews=1",
    "fta",
    "fta:trace=pl05,law=gamma",
    "gpus",
    "lemons:share=0.5",
    "bursts",
    "bursts:neighbours=yes,interval=1h,size_mu=3",
    "tree",
    TREE_OF_ALL,
};
enum { NRANDOM = sizeof random_models / sizeof random_models[0] };

static const char *const all_models[] = {
    "none", "nodes", "fta", "gpus", "lemons", "bursts", "tree", "maintenance",
};

/* ---- what holds for all ---- */

static void test_parameters_read_back_as_they_print(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof all_models / sizeof all_models[0]; i++) {
        struct pt_err err = {.code = PT_ERR_NONE};
        void *state = NULL, *again = NULL;
        const struct pt_plugin *plugin =
            failing_plugin(all_models[i], &state, &err);
        assert_non_null(plugin);
        char *text = pt_plugin_text_new(plugin, state);
        assert_ptr_equal(failing_plugin(text, &again, &err), plugin);
        char *twice = pt_plugin_text_new(plugin, again);
        ASSERT_TEXT(text, twice);
        pt_free(text);
        pt_free(twice);
        pt_free(state);
        pt_free(again);
    }
}

static void check_order(const char *text)
{
    struct failing failing = failing_open(text, &twelve);
    struct pt_outage outage;
    pt_time told = 0;
    int32_t lowest = 0;

    for (int i = 0; i < 3000 && failing_next(&failing, &outage); i++) {
        check_outage(&outage, &twelve);
        assert_true(outage.told >= told);
        if (outage.told == told)
            assert_true(outage.nodes[0] >= lowest);
        told = outage.told;
        lowest = outage.nodes[0];
    }
    failing_close(&failing);
}

static void
test_outages_come_as_they_are_told_ties_by_lowest_node(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < NRANDOM; i++)
        check_order(random_models[i]);
    check_order("maintenance");
    check_order("maintenance:first=0,groups=5");
    check_order("maintenance:first=0,groups=12,every=4d,notice=20d");
}

/* Of the first 500 outages on CLUSTER. */
static uint64_t digest(const char *text, const struct pt_cluster *cluster)
{
    struct failing failing = failing_open(text, cluster);
    struct pt_outage outage;
    uint64_t sum = 0;

    for (int i = 0; i < 500 && failing_next(&failing, &outage); i++) {
        sum = pt_random_mix(sum ^ (uint64_t)outage.down);
        sum = pt_random_mix(sum ^ (uint64_t)outage.up);
        for (int32_t j = 0; j < outage.nnodes; j++)
            sum = pt_random_mix(sum ^ (uint64_t)outage.nodes[j]);
    }
    failing_close(&failing);
    return sum;
}

static void test_chance_is_the_seeds_and_the_replications(void **unused)
{
    struct pt_cluster seed = twelve, replication = twelve;

    (void)unused;
    seed.seed++;
    replication.replication++;
    for (size_t i = 0; i < NRANDOM; i++) {
        uint64_t sum = digest(random_models[i], &twelve);
        assert_true(sum == digest(random_models[i], &twelve));
        assert_true(sum != digest(random_models[i], &seed));
        assert_true(sum != digest(random_models[i], &replication));
    }
}

/* A process is known by its origin and its lowest node. */
static void test_a_process_is_up_before_it_fails_again(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < NRANDOM; i++) {
        pt_time up[PT_ORIGINS][12] = {{0}};
        struct failing failing = failing_open(random_models[i], &twelve);
        struct pt_outage outage;
        for (int n = 0; n < 3000 && failing_next(&failing, &outage); n++) {
            if (outage.origin == PT_ORIGIN_BURST)
                break;
            pt_time *last = &up[outage.origin][outage.nodes[0]];
            assert_true(*last < outage.down);
            *last = outage.up;
        }
        failing_close(&failing);
    }
}

static void test_a_node_fails_alike_in_a_larger_machine(void **unused)
{
    static const char *const texts[] = {"nodes:up=weibull,mtbf=1d", "fta",
                                        "gpus:rate=900", "lemons:share=0.6"};
    const struct pt_cluster small = {.nodes = 5, .seed = 3};
    const struct pt_cluster large = {.nodes = 80, .seed = 3};

    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct failing few = failing_open(texts[i], &small);
        struct failing many = failing_open(texts[i], &large);
        struct pt_outage a, b;
        for (int n = 0; n < 200; n++) {
            assert_true(failing_next(&few, &a));
            do
                assert_true(failing_next(&many, &b));
            while (b.nodes[0] >= 5);
            ASSERT_INT(b.nodes[0], a.nodes[0]);
            ASSERT_INT(b.down, a.down);
            ASSERT_INT(b.up, a.up);
        }
        failing_close(&few);
        failing_close(&many);
    }
}

/* ---- each by itself ---- */

static void test_none_never_fails(void **unused)
{
    struct failing failing = failing_open("none", &twelve);
    struct pt_implied implied = failing_implied(&failing);
    struct pt_outage outage;

    (void)unused;
    assert_false(failing_next(&failing, &outage));
    ASSERT_NEAR(implied.availability, 1, 0, 0);
    assert_true(implied.mtbf >= HUGE_VAL);
    failing_close(&failing);
}

static void test_an_mtbf_of_never_is_no_failure(void **unused)
{
    static const char *const texts[] = {"nodes:mtbf=never",
                                        "nodes:mtbf=never,crews=1",
                                        "gpus:rate=0",
                                        "lemons:mtbf=never",
                                        "lemons:share=0",
                                        "bursts:interval=never",
                                        "tree:mtbf=never,rack_mtbf=0"};

    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct failing failing = failing_open(texts[i], &twelve);
        struct pt_outage outage;
        assert_false(failing_next(&failing, &outage));
        ASSERT_NEAR(failing_implied(&failing).availability, 1, 0, 0);
        assert_true(failing_implied(&failing).mtbf >= HUGE_VAL);
        failing_close(&failing);
    }
}

static void test_times_out_of_range_end_the_list(void **unused)
{
    struct failing failing =
        failing_open("nodes:mtbf=9.1e12,up=fixed", &twelve);
    struct pt_outage outage;
    int n = 0;

    (void)unused;
    while (failing_next(&failing, &outage))
        n++;
    assert_in_range(n, 1, 24);
    failing_close(&failing);
}

static void test_shortest_times_are_a_microsecond(void **unused)
{
    struct failing failing =
        failing_open("nodes:mtbf=1us,mttr=1us,up=gamma,up_shape=0.1", &twelve);
    struct pt_outage outage;

    (void)unused;
    for (int i = 0; i < 5000; i++) {
        assert_true(failing_next(&failing, &outage));
        assert_true(outage.up > outage.down);
    }
    failing_close(&failing);
}

/* Mean hours up and down by family, worked out from the published fits. */
static const struct {
    const char *trace;
    double hours[8];
} fits[] = {
    {"lanl05",
     {1779.99, 5.92, 1766.1405, 3.4332521, 4519.018, 2.8811802, 1785.9485,
      5.8672}},
    {"g5k06",
     {32.41, 7.41, 31.079401, 2.363698, 84.622484, 1.5219616, 32.079, 7.5848}},
    {"ldns04",
     {141.06, 8.61, 153.00995, 7.9585292, 389.33883, 9.5333864, 141.3477,
      8.6037}},
    {"microsoft99",
     {67.01, 16.49, 60.095745, 14.052735, 74.649214, 13.542055, 66.4979,
      16.3392}},
    {"nd07cpu",
     {13.73, 4.25, 10.310951, 1.4278356, 15.180322, 0.80771177, 13.848,
      4.2196}},
    {"overnet03",
     {2.29, 12, 2.2194284, 7.775139, 1.9546282, 5.4739474, 2.3023, 12.0756}},
    {"pl05",
     {159.49, 49.61, 120.62011, 25.55315, 252.09349, 30.001579, 157.606,
      49.9065}},
    {"skype06",
     {16.27, 14.31, 15.099547, 13.424708, 16.987028, 18.109742, 16.3187,
      14.265}},
    {"websites02",
     {11.85, 1.18, 8.6918513, 0.83342756, 9.6813369, 0.61782502, 11.9877,
      1.185}},
};

static void test_presets_imply_what_was_published(void **unused)
{
    static const char *const laws[] = {"exponential", "weibull", "lognormal",
                                       "gamma"};

    (void)unused;
    for (size_t i = 0; i < 36; i++) {
        const double *hours = &fits[i / 4].hours[2 * (i % 4)];
        char text[64];
        snprintf(text, sizeof text, "fta:trace=%s,law=%s", fits[i / 4].trace,
                 laws[i % 4]);
        struct failing failing = failing_open(text, &twelve);
        struct pt_implied implied = failing_implied(&failing);
        ASSERT_NEAR(implied.mtbf / 3600, hours[0], 1e-7, 0);
        ASSERT_NEAR(implied.mttr / 3600, hours[1], 1e-7, 0);
        ASSERT_NEAR(implied.availability, hours[0] / (hours[0] + hours[1]),
                    1e-7, 0);
        if (i == 0)
            ASSERT_NEAR(implied.availability, 0.99669, 0, 5e-6);
        failing_close(&failing);
    }
}

/* Repairs of 6 h each, one at a time: each begins when its node fails or the
 * repair before is done. */
static void test_one_crew_repairs_one_node_at_a_time(void **unused)
{
    struct failing failing =
        failing_open("nodes:mtbf=1d,down=fixed,crews=1", &twelve);
    struct pt_outage outage;
    pt_time free = twelve.start;
    int waited = 0;

    (void)unused;
    for (int i = 0; i < 2000; i++) {
        assert_true(failing_next(&failing, &outage));
        pt_time from = outage.down > free ? outage.down : free;
        if (outage.down == twelve.start && from == outage.down)
            assert_true(outage.up - from <= 6 * HOUR);
        else
            ASSERT_INT(outage.up - from, 6 * HOUR);
        waited += free > outage.down;
        free = outage.up;
    }
    assert_true(waited > 500);
    failing_close(&failing);
}

/* Of nodes that are up and down for an hour each, by turns, about half are down
 * at the start, and each begins within an hour of its own. */
static void test_only_what_is_under_way_at_the_start_is_a_rest(void **unused)
{
    struct failing failing =
        failing_open("nodes:up=fixed,down=fixed,mtbf=1h,mttr=1h", &twelve);
    struct pt_outage outage;
    pt_time up[12] = {0};
    int rests = 0;

    (void)unused;
    for (int i = 0; i < 120; i++) {
        assert_true(failing_next(&failing, &outage));
        pt_time *last = &up[outage.nodes[0]];
        if (outage.down == twelve.start) {
            assert_true(outage.up - outage.down <= HOUR);
            rests++;
        } else {
            ASSERT_INT(outage.up - outage.down, HOUR);
            if (*last > 0)
                ASSERT_INT(outage.down - *last, HOUR);
            else
                assert_true(outage.down - twelve.start <= HOUR);
        }
        *last = outage.up;
    }
    assert_true(rests > 0 && rests < 12);
    failing_close(&failing);
}

static void test_crews_that_nobody_waits_for_imply_the_same(void **unused)
{
    struct failing few = failing_open("nodes:crews=12", &twelve);
    struct failing many = failing_open("nodes", &twelve);

    (void)unused;
    ASSERT_NEAR(failing_implied(&few).availability,
                failing_implied(&many).availability, 1e-12, 0);
    ASSERT_NEAR(failing_implied(&few).mttr, 6 * 3600, 1e-9, 0);
    failing_close(&few);
    failing_close(&many);
}

static void test_gpus_set_the_rate(void **unused)
{
    int64_t count[12] = {0};
    struct failing failing = failing_open("gpus:rate=1000,mttr=1s", &twelve);
    struct pt_outage outage;

    (void)unused;
    do {
        assert_true(failing_next(&failing, &outage));
        ASSERT_INT(outage.origin, PT_ORIGIN_GPU);
        count[outage.nodes[0]]++;
    } while (outage.down < 2000 * DAY);
    for (int node = 0; node < 12; node++) {
        double mean = 2000 * (double)failing_gpus[node] / 8000;
        ASSERT_NEAR((double)count[node], mean, 0, 5 * sqrt(mean));
    }
    failing_close(&failing);
}

static void test_nodes_without_gpus_count_as_full_if_all_are(void **unused)
{
    struct pt_cluster bare = twelve;
    static const int64_t zeros[12] = {0};

    (void)unused;
    bare.gpus = NULL;
    struct failing failing = failing_open("gpus", &bare);
    ASSERT_NEAR(failing_implied(&failing).mtbf / 86400, 1000 / 6.5, 1e-12, 0);
    failing_close(&failing);
    bare.gpus = zeros;
    failing = failing_open("gpus:rate=2.34", &bare);
    ASSERT_NEAR(failing_implied(&failing).mtbf / 86400, 1000 / 2.34, 1e-12, 0);
    failing_close(&failing);
}

/* Eight times in 1000 days for 4 GPUs: nodes with 8 fail twice as often. */
static void test_the_rate_is_of_a_node_with_as_many_gpus(void **unused)
{
    static const int64_t eight[3] = {8000, 8000, 8000};
    const struct pt_cluster full = {.nodes = 3, .gpus = eight};
    struct failing failing = failing_open("gpus:rate=8,per=4", &full);

    (void)unused;
    ASSERT_NEAR(failing_implied(&failing).mtbf / 86400, 62.5, 1e-12, 0);
    failing_close(&failing);
}

static void test_lemons_are_a_share_and_mostly_up(void **unused)
{
    const struct pt_cluster cluster = {.nodes = 100000, .seed = 11};
    struct failing failing = failing_open("lemons:mtbf=18h,mttr=6h", &cluster);
    bool *lemon = pt_alloc(100000, sizeof *lemon);
    struct pt_outage outage;
    int lemons = 0, down = 0;

    (void)unused;
    do {
        assert_true(failing_next(&failing, &outage));
        down += outage.down == 0;
        lemons += !lemon[outage.nodes[0]];
        lemon[outage.nodes[0]] = true;
    } while (outage.down < 30 * DAY);
    ASSERT_NEAR(lemons, 1200, 0, 5 * sqrt(1200));
    ASSERT_NEAR(down, lemons * 0.25, 0, 5 * sqrt(lemons * 0.25 * 0.75));
    ASSERT_NEAR(failing_implied(&failing).availability,
                1 - lemons / 100000.0 * 0.25, 1e-12, 0);
    pt_free(lemon);
    failing_close(&failing);
}

/* ---- what is refused ---- */

static void test_bad_parameters_are_refused(void **unused)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"nodes:mtbf=0", "expected a time"},
        {"nodes:mttr=never", "expected a time"},
        {"nodes:up=weibul", "did you mean weibull"},
        {"nodes:crews=-1", "whole number"},
        {"nodes:up_shape=0", "from 0.1 to 20"},
        {"fta:trace=lanl5", "did you mean lanl05"},
        {"fta:law=fixed", "gamma"},
        {"gpus:rate=-1", "a number"},
        {"lemons:share=1.5", "from 0 to 1"},
        {"bursts:neighbours=maybe", "yes or no"},
        {"bursts:size_sigma=-1", "a number"},
        {"tree:spine=0", "whole number"},
        {"maintenance:groups=0", "whole number"},
        {"none:x=1", "no parameters"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pt_err err = {.code = PT_ERR_NONE};
        void *state = NULL;
        assert_null(failing_plugin(rows[i].text, &state, &err));
        ASSERT_INT(err.code, PT_ERR_USAGE);
        ASSERT_HAS(err.text, rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_read_back_as_they_print),
        cmocka_unit_test(
            test_outages_come_as_they_are_told_ties_by_lowest_node),
        cmocka_unit_test(test_chance_is_the_seeds_and_the_replications),
        cmocka_unit_test(test_a_process_is_up_before_it_fails_again),
        cmocka_unit_test(test_a_node_fails_alike_in_a_larger_machine),
        cmocka_unit_test(test_none_never_fails),
        cmocka_unit_test(test_an_mtbf_of_never_is_no_failure),
        cmocka_unit_test(test_times_out_of_range_end_the_list),
        cmocka_unit_test(test_shortest_times_are_a_microsecond),
        cmocka_unit_test(test_presets_imply_what_was_published),
        cmocka_unit_test(test_one_crew_repairs_one_node_at_a_time),
        cmocka_unit_test(test_only_what_is_under_way_at_the_start_is_a_rest),
        cmocka_unit_test(test_crews_that_nobody_waits_for_imply_the_same),
        cmocka_unit_test(test_gpus_set_the_rate),
        cmocka_unit_test(test_nodes_without_gpus_count_as_full_if_all_are),
        cmocka_unit_test(test_the_rate_is_of_a_node_with_as_many_gpus),
        cmocka_unit_test(test_lemons_are_a_share_and_mostly_up),
        cmocka_unit_test(test_bad_parameters_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
