/* Failure traces as event tables of the Failure Trace Archive. */
#include "tests/unit/outage_reading.h"

#define HEADER                                                                 \
    "# event_id component_id node_id platform_id node_name event_type "        \
    "event_start_time event_stop_time event_end_reason\n"

/* A row of component 0 of node ID, on platform 5. */
#define ROW(id, name, type, start, stop)                                       \
    "  7\t    0\t  " id "\t    5\t" name "        \t  " type "\t " start       \
    "\t" stop "\t     NULL\n"

static void test_unavailable_intervals_are_outages(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(
        &log,
        HEADER ROW("1", "s/n10", "1", "100", "200")
        /* begins in either state */
        ROW("1", "s/n10", "0", "200", "250.5")
            ROW("1", "s/n10", "1", "250.5",
                "300") "# a comment, and an empty line\n\n" ROW("0", "s/n9",
                                                                "0", "50", "60")
                ROW("0", "s/n9", "1", "60", "80")
                    ROW("0", "s/n9", "0", "80", "120"),
        &as_it_is);
    ASSERT_TEXT(log.format, "fta");
    ASSERT_INT(log.rows, 6);
    ASSERT_INT(log.nnodes, 2);
    check_node(&log, 0, "s/n9", 50, 120);
    check_node(&log, 1, "s/n10", 100, 300);
    ASSERT_INT(log.from, SECONDS(50));
    ASSERT_INT(log.until, SECONDS(300));
    ASSERT_INT(log.n, 3);
    check_outage(&log, 0, "s/n9", 50, 60, true, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 1, "s/n9", 80, 120, true, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 2, "s/n10", 200, 250.5, false, PT_ORIGIN_UNKNOWN);
    ASSERT_INT(touched(&log, "available"), 3);
    ASSERT_INT(touched(&log, "open"), 2);
    check_areas(&log, SECONDS(70 + 200), SECONDS(10 + 40) + 50500000);
    pt_outage_log_close(&log);
}

static void test_rows_may_be_in_any_order(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(
        &log,
        HEADER ROW("3", "c", "0", "80", "120") ROW("4", "d", "1", "0", "10")
            ROW("3", "c", "1", "60", "80") ROW("4", "d", "0", "10", "15")
                ROW("3", "c", "0", "50", "60") ROW("4", "d", "1", "15", "30"),
        &as_it_is);
    ASSERT_INT(log.n, 3);
    check_outage(&log, 0, "c", 50, 60, true, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 1, "c", 80, 120, true, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 2, "d", 10, 15, false, PT_ORIGIN_UNKNOWN);
    ASSERT_INT(touched(&log, "gap"), 0);
    ASSERT_INT(touched(&log, "contradiction"), 0);
    pt_outage_log_close(&log);
}

static void test_a_node_is_known_by_its_numbers(void **state)
{
    struct pt_outage_log log;

    (void)state;
    /* Component, node, platform: each makes another node; the name does not. */
    read_text(&log,
              HEADER "1\t0\t1\t5\tx\t0\t0\t10\tNULL\n"
                     "2\t1\t1\t5\tx\t0\t0\t10\tNULL\n"
                     "3\t0\t2\t5\tx\t0\t0\t10\tNULL\n"
                     "4\t0\t1\t6\tx\t0\t0\t10\tNULL\n"
                     "5\t0\t1\t5\ty\t1\t10\t20\tNULL\n"
                     "6\t0\t77\t5\tNULL\t1\t10\t20\tNULL\n",
              &as_it_is);
    ASSERT_INT(log.nnodes, 5);
    check_node(&log, 0, "77", 10, 20);
    check_node(&log, 1, "x", 0, 20); /* platform 5, node 1, component 0 */
    check_node(&log, 2, "x", 0, 10);
    ASSERT_INT(log.n, 4);
    check_areas(&log, SECONDS(20 + 10 + 3 * 10), SECONDS(40));
    pt_outage_log_close(&log);
}

static void test_dirt_is_counted_by_rule(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(&log,
              HEADER ROW("1", "a", "1", "0", "100")
                  ROW("1", "a", "0", "110", "120") /* after a gap: up */
              ROW("1", "a", "1", "115", "130")     /* contradicts: down */
              ROW("1", "a", "0", "130", "130")     /* of no time */
              ROW("1", "a", "0", "140", "150")     /* after a gap */
              ROW("1", "a", "0", "145", "155")     /* overlaps */
              "1\t0\t1\t5\ta\t1\t155\t200\tpower\n"
              "1\t0\t1\t5\ta\t0\t160\t165\tpower\n", /* contradicts */
              &as_it_is);
    ASSERT_INT(log.rows, 8);
    ASSERT_INT(log.n, 4);
    ASSERT_INT(touched(&log, "gap"), 2);
    ASSERT_INT(touched(&log, "contradiction"), 2);
    ASSERT_INT(touched(&log, "down-zero"), 1);
    ASSERT_INT(touched(&log, "overlap"), 1);
    ASSERT_INT(touched(&log, "available"), 3);
    ASSERT_INT(touched(&log, "open"), 0);
    ASSERT_INT(touched(&log, "cause-unknown"), 1);
    check_areas(&log, SECONDS(200), SECONDS(10 + 15 + 5));
    pt_outage_log_close(&log);
}

static void test_a_window_and_the_nodes_own_intersect(void **state)
{
    struct pt_log_reading reading = {.nodes = 4,
                                     .windowed = true,
                                     .from = SECONDS(55),
                                     .until = SECONDS(100)};
    struct pt_outage_log log;

    (void)state;
    read_text(&log,
              HEADER ROW("1", "a", "0", "50", "60")
                  ROW("1", "a", "1", "60", "90") ROW("2", "b", "0", "80", "110")
                      ROW("3", "c", "0", "0", "20"),
              &reading);
    check_node(&log, 0, "a", 55, 90);
    check_node(&log, 1, "b", 80, 100);
    ASSERT_INT(log.node[2].from, log.node[2].until);
    check_node(&log, 3, "+1", 55, 100);
    ASSERT_INT(log.n, 2);
    check_outage(&log, 0, "a", 55, 60, true, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 1, "b", 80, 100, true, PT_ORIGIN_UNKNOWN);
    ASSERT_INT(touched(&log, "outside"), 1);
    ASSERT_INT(touched(&log, "clipped"), 2);
    ASSERT_INT(touched(&log, "never-failed"), 1);
    check_areas(&log, SECONDS(35 + 20 + 45), SECONDS(5 + 20));
    pt_outage_log_close(&log);
}

static void test_blanks_may_stand_for_tabs(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(&log,
              "#event_id component_id\n"
              " 1  0  3  5  x  0   5  10  NULL\n"
              "2 0 3 5 x 1 10 20 NULL \n",
              &as_it_is);
    ASSERT_INT(log.n, 1);
    check_outage(&log, 0, "x", 5, 10, true, PT_ORIGIN_UNKNOWN);
    check_areas(&log, SECONDS(15), SECONDS(5));
    pt_outage_log_close(&log);
}

static void test_bad_tables_are_refused_at_their_place(void **state)
{
    (void)state;
    refuses(HEADER "1\t0\t1\t5\tx\t2\t0\t10\tNULL\n",
            "t:2:11: \"2\" as event_type (expected a whole number from 0 to "
            "1)");
    refuses(HEADER "1\t0\t1\t5\tx\t0\t 10\t 9\tNULL\n",
            "t:2:18: \"9\" as event_stop_time is before the start (expected it "
            "not to be)");
    refuses(HEADER "1\t0\tn1\t5\tx\t0\t10\t19\tNULL\n",
            "t:2:5: \"n1\" as node_id (expected a whole number from 0 to "
            "999999999999999999)");
    refuses(HEADER "1\t-1\t1\t5\tx\t0\t10\t19\tNULL\n",
            "t:2:3: \"-1\" as component_id (expected a whole number from 0 to "
            "999999999999999999)");
    refuses(HEADER "1\t0\t1\t\tx\t0\t10\t19\tNULL\n",
            "t:2:7: \"\" as platform_id (expected a whole number from 0 to "
            "999999999999999999)");
    refuses(HEADER "1\t0\t1\t5\tx\t0\tNULL\t19\tNULL\n",
            "t:2:13: \"NULL\" as event_start_time (expected seconds, from 0 to "
            "9.2e12)");
    refuses(HEADER "1\t0\t1\t5\tx\t0\t1\t-19\tNULL\n",
            "t:2:15: \"-19\" as event_stop_time (expected seconds, from 0 to "
            "9.2e12)");
    refuses(HEADER "1\t0\t1\t5\tx\t0\t1\t19\n", "t:2:17: 8 fields (expected "
                                                "9)");
    refuses(HEADER "1\t0\t1\t5\tx\t0\t1\t19\tNULL\tNULL\n",
            "t:2:23: 10 fields (expected 9)");
    refuses(HEADER "\n# none\n",
            "t:3:1: no rows that tell of a node (expected outages)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unavailable_intervals_are_outages),
        cmocka_unit_test(test_rows_may_be_in_any_order),
        cmocka_unit_test(test_a_node_is_known_by_its_numbers),
        cmocka_unit_test(test_dirt_is_counted_by_rule),
        cmocka_unit_test(test_a_window_and_the_nodes_own_intersect),
        cmocka_unit_test(test_blanks_may_stand_for_tabs),
        cmocka_unit_test(test_bad_tables_are_refused_at_their_place),
    };

    return cmocka_run_group_tests_name("outage fta", tests, NULL, NULL) != 0;
}
