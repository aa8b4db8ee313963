/* Failures of many nodes at once: bursts, trees and maintenance, each by hand
 * where a hand can follow. */
#include "tests/unit/failing.h"

/* ---- bursts ---- */

static void test_bursts_take_at_most_the_machine(void **unused)
{
    struct failing failing = failing_open("bursts:size_mu=2.5,cap=1h", &twelve);
    struct pt_outage outage;
    int whole = 0, one = 0;

    (void)unused;
    for (int i = 0; i < 1000; i++) {
        assert_true(failing_next(&failing, &outage));
        check_outage(&outage, &twelve);
        assert_true(outage.up - outage.down <= HOUR);
        ASSERT_INT(outage.origin, PT_ORIGIN_BURST);
        whole += outage.nnodes == 12;
        one += outage.nnodes == 1;
    }
    assert_true(whole > 400);
    assert_true(one > 5);
    failing_close(&failing);
}

static void test_neighbours_are_in_a_row_that_wraps(void **unused)
{
    struct failing failing = failing_open("bursts:neighbours=yes", &twelve);
    struct pt_outage outage;
    int wrapped = 0;

    (void)unused;
    for (int i = 0; i < 1000; i++) {
        int holes = 0;
        assert_true(failing_next(&failing, &outage));
        check_outage(&outage, &twelve);
        for (int32_t j = 1; j < outage.nnodes; j++)
            holes += outage.nodes[j] != outage.nodes[j - 1] + 1;
        assert_in_range(holes, 0, 1);
        if (holes == 0)
            continue;
        ASSERT_INT(outage.nodes[0], 0);
        ASSERT_INT(outage.nodes[outage.nnodes - 1], 11);
        wrapped++;
    }
    assert_true(wrapped > 100);
    failing_close(&failing);
}

static void test_a_larger_machine_has_the_same_bursts(void **unused)
{
    const struct pt_cluster small = {.nodes = 10, .seed = 3};
    const struct pt_cluster large = {.nodes = 1000, .seed = 3};
    struct failing few = failing_open("bursts", &small);
    struct failing many = failing_open("bursts", &large);
    struct pt_outage a, b;

    (void)unused;
    for (int i = 0; i < 300; i++) {
        assert_true(failing_next(&few, &a));
        assert_true(failing_next(&many, &b));
        ASSERT_INT(a.down, b.down);
        ASSERT_INT(a.up, b.up);
        ASSERT_INT(a.nnodes, b.nnodes < 10 ? b.nnodes : 10);
    }
    failing_close(&few);
    failing_close(&many);
}

/* ---- the tree ---- */

/* Racks 0: nodes 1, 3, 8; 1: 0, 4, 9; 2: 2, 5, 10; 3: 6, 7, 11.  Spines of two
 * racks, feeds of three. */
static const struct {
    enum pt_origin origin;
    const char *nodes;
} subtrees[] = {
    {PT_ORIGIN_RACK, "1 3 8 "},
    {PT_ORIGIN_RACK, "0 4 9 "},
    {PT_ORIGIN_RACK, "2 5 10 "},
    {PT_ORIGIN_RACK, "6 7 11 "},
    {PT_ORIGIN_SWITCH, "1 3 8 "},
    {PT_ORIGIN_SWITCH, "0 4 9 "},
    {PT_ORIGIN_SWITCH, "2 5 10 "},
    {PT_ORIGIN_SWITCH, "6 7 11 "},
    {PT_ORIGIN_SPINE, "0 1 3 4 8 9 "},
    {PT_ORIGIN_SPINE, "2 5 6 7 10 11 "},
    {PT_ORIGIN_FEED, "0 1 2 3 4 5 8 9 10 "},
    {PT_ORIGIN_FEED, "6 7 11 "},
};
enum { NSUBTREES = sizeof subtrees / sizeof subtrees[0] };

static void print_nodes(const struct pt_outage *outage, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (int32_t i = 0; i < outage->nnodes; i++)
        used += (size_t)snprintf(text + used, size - used, "%d ",
                                 (int)outage->nodes[i]);
}

static void test_a_fault_takes_its_subtree(void **unused)
{
    struct failing failing = failing_open(TREE_OF_ALL, &twelve);
    int seen[NSUBTREES] = {0}, single = 0;
    struct pt_outage outage;

    (void)unused;
    for (int i = 0; i < 2000; i++) {
        char text[64];
        size_t which = 0;
        assert_true(failing_next(&failing, &outage));
        print_nodes(&outage, text, sizeof text);
        if (outage.origin == PT_ORIGIN_NODE) {
            ASSERT_INT(outage.nnodes, 1);
            single++;
            continue;
        }
        while (which < NSUBTREES && (subtrees[which].origin != outage.origin ||
                                     strcmp(subtrees[which].nodes, text) != 0))
            which++;
        assert_true(which < NSUBTREES);
        seen[which]++;
    }
    assert_true(single > 1000);
    for (size_t i = 0; i < NSUBTREES; i++)
        assert_true(seen[i] > 5);
    failing_close(&failing);
}

static void test_without_racks_all_nodes_are_in_one(void **unused)
{
    const struct pt_cluster flat = {.nodes = 3, .seed = 1};
    struct failing failing = failing_open("tree:mtbf=0,rack_mtbf=1d", &flat);
    struct pt_outage outage;
    char text[64];

    (void)unused;
    assert_true(failing_next(&failing, &outage));
    print_nodes(&outage, text, sizeof text);
    ASSERT_TEXT(text, "0 1 2 ");
    ASSERT_INT(outage.origin, PT_ORIGIN_RACK);
    ASSERT_NEAR(failing_implied(&failing).availability, 24 / 27.0, 1e-12, 0);
    failing_close(&failing);
}

/* Faults add up, and a node is up while all that it hangs on is. */
static void test_a_tree_implies_the_sum_of_its_levels(void **unused)
{
    struct failing failing = failing_open(
        "tree:mtbf=10d,mttr=1d,rack_mtbf=40d,rack_mttr=4d", &twelve);
    struct pt_implied implied = failing_implied(&failing);

    (void)unused;
    ASSERT_NEAR(implied.mtbf / 86400, 8, 1e-12, 0);
    ASSERT_NEAR(implied.availability, 10.0 / 11 * 10 / 11, 1e-12, 0);
    ASSERT_NEAR(implied.mttr / 86400, 8 * 1.21 - 8, 1e-12, 0);
    failing_close(&failing);
}

static void test_a_racks_faults_do_not_depend_on_its_nodes(void **unused)
{
    static const int32_t more[14] = {1, 0, 2, 0, 1, 2, 3, 3, 0, 1, 2, 3, 4, 4};
    struct pt_cluster larger = twelve;
    struct pt_outage a, b;

    (void)unused;
    larger.nodes = 14;
    larger.rack = more;
    struct failing few = failing_open("tree:mtbf=0,rack_mtbf=9d", &twelve);
    struct failing many =
        failing_open("tree:mtbf=7d,rack_mtbf=9d,spine_mtbf=9d", &larger);
    for (int i = 0; i < 200; i++) {
        assert_true(failing_next(&few, &a));
        do
            assert_true(failing_next(&many, &b));
        while (b.origin != PT_ORIGIN_RACK || b.nodes[0] >= 12);
        ASSERT_INT(a.down, b.down);
        ASSERT_INT(a.up, b.up);
        ASSERT_INT(a.nodes[0], b.nodes[0]);
    }
    failing_close(&few);
    failing_close(&many);
}

/* ---- maintenance ---- */

struct window {
    int64_t told, down, up; /* hours after the start */
    int32_t first, end;
};

static void check_windows(const char *text, const struct window *windows, int n,
                          bool drains)
{
    const struct pt_cluster cluster = {.nodes = 5, .start = 77 * PT_SECOND};
    struct failing failing = failing_open(text, &cluster);
    struct pt_outage outage;

    for (int i = 0; i < n; i++) {
        assert_true(failing_next(&failing, &outage));
        ASSERT_INT(outage.told, cluster.start + windows[i].told * HOUR);
        ASSERT_INT(outage.down, cluster.start + windows[i].down * HOUR);
        ASSERT_INT(outage.up, cluster.start + windows[i].up * HOUR);
        ASSERT_INT(outage.nodes[0], windows[i].first);
        ASSERT_INT(outage.nodes[outage.nnodes - 1], windows[i].end - 1);
        ASSERT_INT(outage.nnodes, windows[i].end - windows[i].first);
        ASSERT_INT(outage.origin, PT_ORIGIN_MAINTENANCE);
        ASSERT_INT(outage.drains, drains);
    }
    failing_close(&failing);
}

static void test_windows_come_as_planned(void **unused)
{
    static const struct window whole[] = {
        {0, 168, 176, 0, 5},
        {168, 888, 896, 0, 5}, /* known for 30 d, from 168 h on */
        {888, 1608, 1616, 0, 5},
    };
    static const struct window halves[] = {
        {0, 20, 24, 0, 2},    {0, 24, 28, 2, 5},     {70, 120, 124, 0, 2},
        {74, 124, 128, 2, 5}, {170, 220, 224, 0, 2},
    };
    static const struct window sudden[] = {
        {10, 10, 12, 0, 5},
        {20, 20, 22, 0, 5},
    };

    (void)unused;
    check_windows("maintenance", whole, 3, false);
    check_windows("maintenance:every=100h,length=4h,first=20h,groups=2,"
                  "notice=50h,kill=no",
                  halves, 5, true);
    check_windows("maintenance:every=10h,length=2h,first=10h,notice=0", sudden,
                  2, false);
}

/* A node knows of one window ahead, however long the notice is. */
static void test_a_window_is_not_told_before_the_last_has_begun(void **unused)
{
    static const struct window windows[] = {
        {0, 0, 1, 0, 2},   {0, 10, 11, 0, 2},  {0, 1, 2, 2, 5},
        {1, 11, 12, 2, 5}, {10, 20, 21, 0, 2}, {11, 21, 22, 2, 5},
    };

    (void)unused;
    check_windows("maintenance:every=10h,length=1h,first=0,groups=2,notice=99h",
                  windows, 6, false);
}

static void test_windows_imply_their_share(void **unused)
{
    struct failing failing = failing_open("maintenance", &twelve);
    struct pt_implied implied = failing_implied(&failing);

    (void)unused;
    ASSERT_NEAR(implied.availability, 1 - 8 / 720.0, 1e-12, 0);
    ASSERT_NEAR(implied.mttr, 8 * 3600, 1e-12, 0);
    assert_true(failing.model->ahead);
    failing_close(&failing);
}

static void test_windows_that_do_not_fit_are_refused(void **unused)
{
    static const char *const texts[][2] = {
        {"maintenance:every=1h,length=1h",
         "maintenance: length=3600s does not fit into every=3600s (expected "
         "less)"},
        {"maintenance:every=1h,length=2h", "length=7200s does not fit"},
        {"maintenance:every=10h,length=4h,groups=3",
         "length=14400s for each of 3 groups in turn does not fit"}};

    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct pt_err err = {.code = PT_ERR_NONE};
        void *state = NULL;
        const struct pt_plugin *plugin =
            failing_plugin(texts[i][0], &state, &err);
        assert_non_null(plugin);
        ASSERT_INT(pt_failure_maintenance.open(state, &twelve, &err), -1);
        ASSERT_INT(err.code, PT_ERR_USAGE);
        ASSERT_HAS(err.text, texts[i][1]);
        pt_free(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bursts_take_at_most_the_machine),
        cmocka_unit_test(test_neighbours_are_in_a_row_that_wraps),
        cmocka_unit_test(test_a_larger_machine_has_the_same_bursts),
        cmocka_unit_test(test_a_fault_takes_its_subtree),
        cmocka_unit_test(test_without_racks_all_nodes_are_in_one),
        cmocka_unit_test(test_a_tree_implies_the_sum_of_its_levels),
        cmocka_unit_test(test_a_racks_faults_do_not_depend_on_its_nodes),
        cmocka_unit_test(test_windows_come_as_planned),
        cmocka_unit_test(test_a_window_is_not_told_before_the_last_has_begun),
        cmocka_unit_test(test_windows_imply_their_share),
        cmocka_unit_test(test_windows_that_do_not_fit_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
