/* The failure model that does again what a failure trace tells. */
#include "tests/unit/outage_reading.h"

#include <math.h>
#include <unistd.h>

#include "base/alloc.h"
#include "models/failure.h"

/* A failure trace on the disk, and the model that replays it. */
struct replay {
    char path[200];
    void *state;
};

static const char small[] = "node,down,up,cause\n"
                            "n10,1000,1100,hardware\n"
                            "n1,1010,1020,\n"
                            "n1,1015,1030,network\n" /* overlaps */
                            "n2,1010,,human\n"
                            "n1,1500,1550,\n";

static void make(struct replay *replay, const char *text)
{
    const char *root = getenv("TMPDIR");

    snprintf(replay->path, sizeof replay->path, "%s/protium-XXXXXX",
             root ? root : "/tmp");
    const int fd = mkstemp(replay->path);
    assert_true(fd >= 0);
    const size_t n = strlen(text);
    ASSERT_INT(write(fd, text, n), n);
    close(fd);
    replay->state = NULL;
}

static void drop(struct replay *replay)
{
    unlink(replay->path);
}

/* Opens the model with file=PATH and MORE; 0, or -1 with ERR filled. */
static int open_with(struct replay *replay, const char *path, const char *more,
                     const struct pt_cluster *cluster, struct pt_err *err)
{
    const struct pt_plugin *plugin =
        (const struct pt_plugin *)&pt_failure_trace;
    char text[300];

    snprintf(text, sizeof text, "file=%s,clock=begin%s", path, more);
    replay->state = pt_plugin_state_new(plugin);
    ASSERT_INT(pt_plugin_set_text(plugin, replay->state, text, err), 0);
    const int status = pt_failure_trace.open(replay->state, cluster, err);
    if (status < 0)
        pt_free(replay->state);
    return status;
}

static void begin(struct replay *replay, const char *more,
                  const struct pt_cluster *cluster)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    if (open_with(replay, replay->path, more, cluster, &err) < 0)
        fail_msg("%s", err.text);
}

static void end(struct replay *replay)
{
    struct pt_outage outage;

    assert_false(pt_failure_trace.next(replay->state, &outage));
    assert_false(pt_failure_trace.next(replay->state, &outage));
    pt_failure_trace.close(replay->state);
    pt_free(replay->state);
}

/* The next outage is of NODE, in [DOWN, UP) seconds. */
static void expect(struct replay *replay, int32_t node, double down, double up,
                   enum pt_origin origin)
{
    struct pt_outage outage;

    assert_true(pt_failure_trace.next(replay->state, &outage));
    ASSERT_INT(outage.nnodes, 1);
    ASSERT_INT(outage.nodes[0], node);
    ASSERT_NEAR(pt_time_seconds(outage.down), down, 0, 0);
    ASSERT_NEAR(pt_time_seconds(outage.up), up, 0, 0);
    ASSERT_INT(outage.told, outage.down);
    ASSERT_INT(outage.origin, origin);
    assert_false(outage.drains);
}

static void test_the_logs_beginning_is_the_runs(void **state)
{
    const struct pt_cluster cluster = {.nodes = 3, .start = SECONDS(50)};
    struct pt_implied implied;
    struct replay replay;

    (void)state;
    make(&replay, small);
    begin(&replay, "", &cluster);
    expect(&replay, 2, 50, 150, PT_ORIGIN_HARDWARE);
    expect(&replay, 0, 60, 70, PT_ORIGIN_UNKNOWN);
    expect(&replay, 1, 60, 600, PT_ORIGIN_HUMAN);
    expect(&replay, 0, 65, 80, PT_ORIGIN_NETWORK);
    expect(&replay, 0, 550, 600, PT_ORIGIN_UNKNOWN);
    /* 3 nodes for 550 s; down for 20 + 50, 540, 100; in 4 times. */
    pt_failure_trace.implied(replay.state, &implied);
    ASSERT_NEAR(implied.availability, 940. / 1650, 1e-12, 0);
    ASSERT_NEAR(implied.mtbf, 940. / 4, 1e-12, 0);
    ASSERT_NEAR(implied.mttr, 710. / 4, 1e-12, 0);
    end(&replay);
    drop(&replay);
}

static void test_a_run_may_start_later_in_the_log(void **state)
{
    const struct pt_cluster cluster = {.nodes = 3, .start = SECONDS(7)};
    struct pt_implied implied;
    struct replay replay;

    (void)state;
    make(&replay, small);
    begin(&replay, ",from=25", &cluster);
    /* What was under way begins with the run; ties by node. */
    expect(&replay, 0, 7, 12, PT_ORIGIN_NETWORK);
    expect(&replay, 1, 7, 532, PT_ORIGIN_HUMAN);
    expect(&replay, 2, 7, 82, PT_ORIGIN_HARDWARE);
    expect(&replay, 0, 482, 532, PT_ORIGIN_UNKNOWN);
    pt_failure_trace.implied(replay.state, &implied);
    ASSERT_NEAR(implied.availability, 1 - (55. + 525 + 75) / 1575, 1e-12, 0);
    end(&replay);
    drop(&replay);
}

static void test_nodes_that_one_of_them_lacks_do_no_harm(void **state)
{
    const struct pt_cluster narrow = {.nodes = 2}, wide = {.nodes = 1000};
    struct pt_implied implied;
    struct replay replay;

    (void)state;
    make(&replay, small);
    begin(&replay, "", &narrow);
    expect(&replay, 0, 10, 20, PT_ORIGIN_UNKNOWN);
    expect(&replay, 1, 10, 550, PT_ORIGIN_HUMAN);
    expect(&replay, 0, 15, 30, PT_ORIGIN_NETWORK);
    expect(&replay, 0, 500, 550, PT_ORIGIN_UNKNOWN);
    pt_failure_trace.implied(replay.state, &implied);
    ASSERT_NEAR(implied.availability, 1 - 610. / 1100, 1e-12, 0);
    end(&replay);

    begin(&replay, ",from=549.5", &wide);
    expect(&replay, 0, 0, 0.5, PT_ORIGIN_UNKNOWN);
    expect(&replay, 1, 0, 0.5, PT_ORIGIN_HUMAN);
    end(&replay);
    drop(&replay);
}

static void test_nodes_may_be_matched_by_name(void **state)
{
    static const char *const names[] = {"x", "n10", NULL, "n1", "n10"};
    const struct pt_cluster cluster = {.nodes = 5, .names = names};
    struct replay replay;

    (void)state;
    make(&replay, small);
    begin(&replay, ",by=name", &cluster);
    expect(&replay, 1, 0, 100, PT_ORIGIN_HARDWARE);
    expect(&replay, 3, 10, 20, PT_ORIGIN_UNKNOWN);
    expect(&replay, 3, 15, 30, PT_ORIGIN_NETWORK);
    expect(&replay, 3, 500, 550, PT_ORIGIN_UNKNOWN);
    end(&replay);
    drop(&replay);
}

static void test_a_log_without_faults_implies_no_more_than_that(void **state)
{
    const struct pt_cluster cluster = {.nodes = 1};
    struct pt_implied implied;
    struct replay replay;

    (void)state;
    make(&replay, "node,down,up\na,0,0\nb,5,10\n");
    begin(&replay, "", &cluster);
    pt_failure_trace.implied(replay.state, &implied);
    ASSERT_NEAR(implied.availability, 1, 0, 0);
    assert_true(isnan(implied.mtbf));
    assert_true(isnan(implied.mttr));
    end(&replay);
    drop(&replay);
}

/* What opening the model with file=PATH and MORE is refused with; PATH NULL:
 * a small one. */
static void refused(const char *path, const char *more,
                    const struct pt_cluster *cluster, enum pt_err_code code,
                    const char *said)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct replay replay;

    make(&replay, small);
    ASSERT_INT(
        open_with(&replay, path ? path : replay.path, more, cluster, &err), -1);
    ASSERT_INT(err.code, code);
    ASSERT_TEXT(err.text, said);
    drop(&replay);
}

static void test_what_cannot_be_replayed_is_refused(void **state)
{
    static const char *const names[] = {"x", "y"};
    const struct pt_cluster cluster = {.nodes = 2};
    const struct pt_cluster named = {.nodes = 2, .names = names};

    (void)state;
    refused("", "", &cluster, PT_ERR_USAGE,
            "trace: no file (expected file=FILE)");
    refused(NULL, ",from=550", &cluster, PT_ERR_USAGE,
            "trace: from=550 is not within the log (expected less than 550)");
    refused(NULL, ",from=never", &cluster, PT_ERR_USAGE,
            "trace: from=never is not within the log (expected less than 550)");
    refused(NULL, ",by=name", &cluster, PT_ERR_USAGE,
            "trace: by=name, and the machine's nodes have no names (expected "
            "by=index)");
    refused(NULL, ",by=name", &named, PT_ERR_USAGE,
            "trace: by=name, and no node of the machine has a name of the "
            "log's, such as \"n1\" (expected by=index)");
}

static void test_a_bad_file_is_told_at_its_place(void **state)
{
    const struct pt_cluster cluster = {.nodes = 2};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct replay replay;

    (void)state;
    make(&replay, "node,down,up\na,5,4\n");
    ASSERT_INT(open_with(&replay, replay.path, "", &cluster, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_TEXT(err.file, replay.path);
    ASSERT_INT(err.line, 2);
    ASSERT_INT(err.column, 5);
    drop(&replay);
}

/* Every outage of the log is told once, at its time. */
static void check_all(const char *name)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_outage_log log;
    struct pt_outage outage;
    struct replay replay;
    char path[400];
    pt_time last = 0;
    int64_t n = 0;

    shared_path_or_skip(path, sizeof path, name);
    ASSERT_INT(pt_outage_log_read(&log, path, &as_it_is, &err), 0);
    const struct pt_cluster cluster = {.nodes = log.nnodes,
                                       .start = SECONDS(1000)};
    ASSERT_INT(open_with(&replay, path, "", &cluster, &err), 0);
    /* Sums over all outages of what tells one from another. */
    pt_node_time told = 0, logged = 0;
    for (; pt_failure_trace.next(replay.state, &outage); n++) {
        assert_true(outage.down >= last);
        last = outage.down;
        const pt_time down = outage.down - cluster.start + log.from;
        told += (pt_node_time)(outage.nodes[0] + 1) * down +
                (outage.up - outage.down);
    }
    for (int64_t i = 0; i < log.n; i++)
        logged += (pt_node_time)(log.outage[i].node + 1) * log.outage[i].down +
                  (log.outage[i].up - log.outage[i].down);
    ASSERT_INT(n, log.n);
    assert_true(told == logged);
    struct pt_implied implied;
    pt_node_time watched, down;
    pt_failure_trace.implied(replay.state, &implied);
    pt_outage_log_areas(&log, &watched, &down);
    ASSERT_NEAR(implied.availability, 1 - (double)down / (double)watched, 1e-12,
                0);
    pt_outage_log_close(&log);
    pt_failure_trace.close(replay.state);
    pt_free(replay.state);
}

static void test_all_of_grid5000_is_told(void **state)
{
    (void)state;
    check_all("traces/grid5k_event_trace.tab.xz");
}

static void test_all_of_lanl_is_told(void **state)
{
    (void)state;
    check_all("traces/LA-UR-05-7318-failure-data-1996-2005.csv.xz");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_logs_beginning_is_the_runs),
        cmocka_unit_test(test_a_run_may_start_later_in_the_log),
        cmocka_unit_test(test_nodes_that_one_of_them_lacks_do_no_harm),
        cmocka_unit_test(test_nodes_may_be_matched_by_name),
        cmocka_unit_test(test_a_log_without_faults_implies_no_more_than_that),
        cmocka_unit_test(test_what_cannot_be_replayed_is_refused),
        cmocka_unit_test(test_a_bad_file_is_told_at_its_place),
        cmocka_unit_test(test_all_of_grid5000_is_told),
        cmocka_unit_test(test_all_of_lanl_is_told),
    };

    return cmocka_run_group_tests_name("outage replay", tests, NULL, NULL) != 0;
}
