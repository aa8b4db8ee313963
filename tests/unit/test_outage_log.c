/* What is the same for all formats of failure traces: telling them apart, files
 * on the disk, the order of names; and the public traces, against figures that
 * other programs got of them. */
#include "tests/unit/outage_reading.h"

#include <unistd.h>
#include <zlib.h>

#include "sink/out.h"

#define GRID5000 "traces/grid5k_event_trace.tab.xz"
#define LANL     "traces/LA-UR-05-7318-failure-data-1996-2005.csv.xz"

static bool sniffs(const char *text)
{
    return pt_outage_log_sniff(text, strlen(text));
}

static void test_a_format_is_known_by_its_beginning(void **state)
{
    (void)state;
    assert_true(sniffs("node,down,up\n"));
    assert_true(sniffs("\xef\xbb\xbfnode,down,up,cause\r\nn1,2,3,\n"));
    assert_true(sniffs("\"node\", \"down\", \"up\""));
    assert_true(sniffs("# event_id component_id node_id\n1\t2"));
    assert_true(sniffs("#event_id\tcomponent_id\n"));
    assert_true(sniffs("# Grid'5000\n#\n# event_id component_id\n"));
    assert_true(sniffs("System,machine type,nodes,procstot\n2,cluster"));
    assert_true(sniffs("\"System\",\"machine type\",\"nodes\"\n"));
    assert_false(sniffs(""));
    assert_false(sniffs("\n\nnode,down,up\n"));
    assert_false(sniffs("node,downs,up\n"));
    assert_false(sniffs("nodes,down,up\n"));
    assert_false(sniffs("node\n,down"));
    assert_false(sniffs("; MaxProcs: 100\n1 2 3 4\n"));
    assert_false(sniffs("# event_ids\n1 2 3\nevent_id"));
    assert_false(sniffs("# a comment\n1 2 3\n# event_id\n"));
    assert_false(sniffs("{\"schema\": \"protium.pipeline/1\"}"));
    refuses("job,submit\n1,2\n",
            "t:1:1: not a failure trace (expected a header node,down,up,cause, "
            "an event table of the Failure Trace Archive, or LA-UR-05-7318)");
    refuses("", "t:1:1: not a failure trace (expected a header "
                "node,down,up,cause, an event table of the Failure Trace "
                "Archive, or LA-UR-05-7318)");
}

static void test_names_are_in_their_natural_order(void **state)
{
    static const char *const names[] = {
        "",
        "+1",
        "0",
        "00",
        "01",
        "1",
        "2",
        "2.9",
        "2.10",
        "3",
        "10",
        "n",
        "n-1",
        "n1",
        "n1a",
        "n2",
        "n2b10",
        "n2b11",
        "n10",
        "n10b1",
        "na",
        "n\xc3",
        "x99999999999999999999",
        "x100000000000000000000",
    };
    const int n = sizeof names / sizeof names[0];

    (void)state;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            const int order = pt_log_names_compare(names[i], names[k]);
            if ((order > 0) - (order < 0) != (i > k) - (i < k))
                fail_msg("\"%s\" and \"%s\": %d", names[i], names[k], order);
        }
}

static void
test_a_file_may_be_compressed_and_its_digest_is_of_the_disk(void **state)
{
    static const char text[] = "node,down,up\na,0,5\nb,3,10\n";
    const char *root = getenv("TMPDIR");
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_outage_log log;
    char path[200], missing[220], digest[PT_DIGEST_TEXT], bytes[200];

    (void)state;
    snprintf(path, sizeof path, "%s/protium-XXXXXX", root ? root : "/tmp");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    gzFile file = gzdopen(fd, "wb");
    assert_non_null(file);
    ASSERT_INT(gzwrite(file, text, sizeof text - 1), sizeof text - 1);
    ASSERT_INT(gzclose(file), Z_OK);
    ASSERT_INT(pt_outage_log_read(&log, path, &as_it_is, &err), 0);
    check_areas(&log, SECONDS(20), SECONDS(12));
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    const size_t n = fread(bytes, 1, sizeof bytes, stream);
    fclose(stream);
    pt_digest_of(bytes, n, digest);
    ASSERT_TEXT(log.digest, digest);
    pt_outage_log_close(&log);

    /* Cut short, it is an error where the text ends. */
    ASSERT_INT(truncate(path, (off_t)n - 9), 0);
    ASSERT_INT(pt_outage_log_read(&log, path, &as_it_is, &err), -1);
    ASSERT_HAS(err.text, "the gzip data end too early");
    ASSERT_TEXT(err.file, path);
    err = (struct pt_err){.code = PT_ERR_NONE};
    ASSERT_INT(truncate(path, 12), 0);
    ASSERT_INT(pt_outage_log_read(&log, path, &as_it_is, &err), -1);
    ASSERT_HAS(err.text, "the gzip data end too early");
    ASSERT_INT(err.line, 1);
    unlink(path);

    err = (struct pt_err){.code = PT_ERR_NONE};
    snprintf(missing, sizeof missing, "%s.none", path);
    ASSERT_INT(pt_outage_log_read(&log, missing, &as_it_is, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_TEXT(err.file, missing);
}

/* Reads a file of the shared ones. */
static void read_shared(struct pt_outage_log *log, const char *name,
                        const struct pt_log_reading *reading)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    char path[400];

    shared_path_or_skip(path, sizeof path, name);
    if (pt_outage_log_read(log, path, reading, &err) < 0)
        fail_msg("%s", err.text);
}

/* The figures below are of a Python program that shares nothing with ours: it
 * groups the table's rows by (platform, node, component), and sums stop - start
 * of all of them, and of those whose event_type is 0. */
static void test_grid5000_is_read_to_the_second(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_shared(&log, GRID5000, &as_it_is);
    ASSERT_TEXT(log.format, "fta");
    ASSERT_INT(log.rows, 588463);
    ASSERT_INT(log.nnodes, 1288);
    ASSERT_INT(log.n, 294127);
    ASSERT_INT(log.from, SECONDS(1115811139));
    ASSERT_INT(log.until, SECONDS(1163165604)); /* 548 days later */
    ASSERT_INT(touched(&log, "available"), 294318);
    ASSERT_INT(touched(&log, "down-zero"), 18);
    ASSERT_INT(touched(&log, "open"), 1113);
    /* The rows of a node tile the time that it was watched. */
    ASSERT_INT(touched(&log, "gap"), 0);
    ASSERT_INT(touched(&log, "contradiction"), 0);
    ASSERT_INT(touched(&log, "overlap"), 0);
    ASSERT_INT(touched(&log, "clipped"), 0);
    ASSERT_INT(touched(&log, "outside"), 0);
    check_areas(&log, SECONDS(42186105958), SECONDS(7850417409));
    ASSERT_TEXT(log.node[0].name, "G1/site1/c1/node1");
    ASSERT_TEXT(log.node[1].name, "G1/site1/c1/node2");
    ASSERT_TEXT(log.node[9].name, "G1/site1/c1/node10");
    ASSERT_TEXT(log.node[1287].name, "G1/site9/c1/node74");
    pt_outage_log_close(&log);
}

/* By the same program, each interval cut to the window. */
static void test_grid5000_in_a_window_is_read_to_the_second(void **state)
{
    const struct pt_log_reading reading = {.windowed = true,
                                           .from = SECONDS(1130000000),
                                           .until = SECONDS(1150000000)};
    struct pt_outage_log log;

    (void)state;
    read_shared(&log, GRID5000, &reading);
    ASSERT_INT(log.n, 100551);
    ASSERT_INT(touched(&log, "outside"), 193576);
    ASSERT_INT(touched(&log, "clipped"), 292);
    check_areas(&log, SECONDS(17449266383), SECONDS(3168783204));
    pt_outage_log_close(&log);
}

/* Another Python program: the csv module, datetime, and for each node a sweep
 * over the beginnings (+1) and the ends (-1) of its outages, which adds up the
 * time at which the sum is above 0. */
static void test_lanl_is_read_to_the_second(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_shared(&log, LANL, &as_it_is);
    ASSERT_TEXT(log.format, "lanl");
    ASSERT_INT(log.rows, 23739);
    ASSERT_INT(log.n, 23491);
    ASSERT_INT(log.nnodes, 5006);
    ASSERT_INT(touched(&log, "never-failed"), 1430);
    ASSERT_INT(touched(&log, "node-missing"), 126); /* all of system 17 */
    ASSERT_INT(touched(&log, "down-zero"), 122);
    ASSERT_INT(touched(&log, "overlap"), 159);
    ASSERT_INT(touched(&log, "cause-unknown"), 453);
    ASSERT_INT(touched(&log, "months-missing"), 530);
    ASSERT_INT(touched(&log, "outside"), 0);
    ASSERT_INT(touched(&log, "clipped"), 0);
    check_areas(&log, SECONDS(435848823180), SECONDS(495896100));
    pt_outage_log_close(&log);
}

static void test_systems_of_lanl_are_read_to_the_second(void **state)
{
    static const struct {
        int64_t system, watched, down;
        int n, nodes, added, overlaps;
    } systems[] = {
        {2, 13170136980, 57692820, 7104, 49, 0, 31},
        {7, 145764300, 2057280, 129, 1, 0, 1},
        {8, 20307731280, 58402980, 475, 164, 45, 4},
        {14, 8179100160, 44338920, 124, 128, 70, 0},
        {20, 60983715840, 30609780, 2478, 512, 112, 14},
    };

    (void)state;
    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
        struct pt_log_reading reading = as_it_is;
        struct pt_outage_log log;
        reading.system = systems[i].system;
        read_shared(&log, LANL, &reading);
        ASSERT_INT(log.n, systems[i].n);
        ASSERT_INT(log.nnodes, systems[i].nodes);
        ASSERT_INT(touched(&log, "never-failed"), systems[i].added);
        ASSERT_INT(touched(&log, "overlap"), systems[i].overlaps);
        check_areas(&log, SECONDS(systems[i].watched),
                    SECONDS(systems[i].down));
        pt_outage_log_close(&log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_format_is_known_by_its_beginning),
        cmocka_unit_test(test_names_are_in_their_natural_order),
        cmocka_unit_test(
            test_a_file_may_be_compressed_and_its_digest_is_of_the_disk),
        cmocka_unit_test(test_grid5000_is_read_to_the_second),
        cmocka_unit_test(test_grid5000_in_a_window_is_read_to_the_second),
        cmocka_unit_test(test_lanl_is_read_to_the_second),
        cmocka_unit_test(test_systems_of_lanl_are_read_to_the_second),
    };

    return cmocka_run_group_tests_name("outage log", tests, NULL, NULL) != 0;
}
