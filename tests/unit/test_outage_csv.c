/* Failure traces as plain tables: node,down,up,cause. */
#include "tests/unit/outage_reading.h"

static void test_a_table_is_read_exactly_and_put_in_order(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(&log,
              "node,down,up,cause\n"
              "n10,100,160.5,hardware\r\n"
              "n2,50,70,Software\n"
              "\n"
              "n2,10.000001,20.0000004,\n"
              " n1 , 0 ,1e1, network \n"
              "n10,20,30,switch",
              &as_it_is);
    ASSERT_TEXT(log.format, "csv");
    ASSERT_INT(log.rows, 5);
    ASSERT_INT(log.nnodes, 3);
    check_node(&log, 0, "n1", 0, 160.5);
    check_node(&log, 1, "n2", 0, 160.5);
    check_node(&log, 2, "n10", 0, 160.5);
    ASSERT_INT(log.from, 0);
    ASSERT_INT(log.until, 160500000);
    ASSERT_INT(log.n, 5);
    check_outage(&log, 0, "n1", 0, 10, false, PT_ORIGIN_NETWORK);
    check_outage(&log, 1, "n2", 10.000001, 20, false, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 2, "n2", 50, 70, false, PT_ORIGIN_SOFTWARE);
    check_outage(&log, 3, "n10", 20, 30, false, PT_ORIGIN_SWITCH);
    check_outage(&log, 4, "n10", 100, 160.5, false, PT_ORIGIN_HARDWARE);
    check_areas(&log, 3 * 160500000, 10000000 + 9999999 + 20000000 + 70500000);
    for (int32_t i = 0; i < log.nrules; i++)
        ASSERT_INT(log.rules[i].rows, 0);
    ASSERT_INT(strlen(log.digest), 64);
    pt_outage_log_close(&log);
}

static void
test_overlapping_faults_are_kept_and_their_time_counts_once(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(&log,
              "node,down,up\n"
              "a,0,10\n"   /* 0 .. 10 */
              "a,5,15\n"   /* 5 more */
              "a,6,7\n"    /* within */
              "a,15,20\n"  /* touches: no overlap */
              "a,30,40\n"  /* twice the same */
              "a,30,40\n"  /* */
              "b,5,15\n"   /* of another node */
              "b,0,100\n", /* */
              &as_it_is);
    ASSERT_INT(log.n, 8);
    ASSERT_INT(touched(&log, "overlap"), 4);
    check_areas(&log, SECONDS(200), SECONDS(30 + 100));
    check_outage(&log, 1, "a", 5, 15, false, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 6, "b", 0, 100, false, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 7, "b", 5, 15, false, PT_ORIGIN_UNKNOWN);
    pt_outage_log_close(&log);
}

static void test_rows_of_one_instant_stay_in_order(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(&log, "node,down,up\na,1,9\na,1,3\na,1,7\na,1,5\n", &as_it_is);
    check_outage(&log, 0, "a", 1, 9, false, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 1, "a", 1, 3, false, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 2, "a", 1, 7, false, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 3, "a", 1, 5, false, PT_ORIGIN_UNKNOWN);
    pt_outage_log_close(&log);
}

static void test_a_node_that_does_not_come_back_is_down_to_the_end(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(&log,
              "node,down,up,cause\na,10,,human\nb,0,40,\nc,40,,\nb,50,60,\n",
              &as_it_is);
    ASSERT_INT(log.n, 4);
    check_outage(&log, 0, "a", 10, 60, true, PT_ORIGIN_HUMAN);
    check_outage(&log, 3, "c", 40, 60, true, PT_ORIGIN_UNKNOWN);
    ASSERT_INT(touched(&log, "open"), 2);
    ASSERT_INT(touched(&log, "clipped"), 0);
    check_areas(&log, SECONDS(180), SECONDS(50 + 50 + 20));
    pt_outage_log_close(&log);

    /* The latest time that is told is a `down`. */
    read_text(&log, "node,down,up\na,10,\nb,30,\n", &as_it_is);
    ASSERT_INT(log.until, SECONDS(30));
    ASSERT_INT(log.n, 1);
    ASSERT_INT(touched(&log, "outside"), 1);
    check_areas(&log, SECONDS(40), SECONDS(20));
    pt_outage_log_close(&log);
}

static void test_dirt_is_counted_by_rule(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(&log,
              "\xef\xbb\xbfnode,down,up,cause\n"
              "a,5,5,hardware\n"
              "a,1,2,gremlins\n"
              "a,3,4,unknown\n"
              "a,6,7,HARDWARE\n",
              &as_it_is);
    ASSERT_INT(log.rows, 4);
    ASSERT_INT(log.n, 3);
    ASSERT_INT(touched(&log, "down-zero"), 1);
    ASSERT_INT(touched(&log, "cause-unknown"), 1);
    ASSERT_INT(touched(&log, "byte-order-mark"), 1);
    check_outage(&log, 2, "a", 6, 7, false, PT_ORIGIN_HARDWARE);
    check_areas(&log, SECONDS(6), SECONDS(3));
    pt_outage_log_close(&log);
}

static void test_fields_may_be_quoted(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(&log,
              "\"node\",\"down\",\"up\",\"cause\"\n"
              "\"rack 1, \"\"top\"\"\",\"1\",\"2.5\" ,\"human\"\n"
              "x,0,\"\",\n",
              &as_it_is);
    ASSERT_INT(log.n, 2);
    check_outage(&log, 0, "rack 1, \"top\"", 1, 2.5, false, PT_ORIGIN_HUMAN);
    check_outage(&log, 1, "x", 0, 2.5, true, PT_ORIGIN_UNKNOWN);
    pt_outage_log_close(&log);
}

static void test_a_window_replaces_the_rows_own(void **state)
{
    static const char text[] = "node,down,up\na,10,20\na,30,40\na,45,\nb,0,12\n"
                               "b,90,95\na,5,50\n";
    const struct pt_log_reading reading = {
        .windowed = true, .from = SECONDS(15), .until = SECONDS(60)};
    const struct pt_log_reading wide = {
        .windowed = true, .from = 0, .until = SECONDS(1000)};
    const struct pt_log_reading tail = {
        .windowed = true, .from = SECONDS(35), .until = PT_TIME_NEVER};
    struct pt_outage_log log;

    (void)state;
    read_text(&log, text, &reading);
    check_node(&log, 0, "a", 15, 60);
    check_node(&log, 1, "b", 15, 60);
    ASSERT_INT(log.n, 4);
    /* Cut to the same beginning: in the order of the rows. */
    check_outage(&log, 0, "a", 15, 20, true, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 1, "a", 15, 50, true, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 2, "a", 30, 40, false, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 3, "a", 45, 60, true, PT_ORIGIN_UNKNOWN);
    ASSERT_INT(touched(&log, "outside"), 2);
    ASSERT_INT(touched(&log, "clipped"), 2);
    ASSERT_INT(touched(&log, "open"), 3);
    ASSERT_INT(touched(&log, "overlap"), 3);
    check_areas(&log, SECONDS(90), SECONDS(45));
    pt_outage_log_close(&log);

    read_text(&log, text, &wide);
    ASSERT_INT(log.n, 6);
    check_areas(&log, SECONDS(2000), SECONDS(995 + 12 + 5));
    pt_outage_log_close(&log);

    read_text(&log, text, &tail);
    ASSERT_INT(log.from, SECONDS(35));
    ASSERT_INT(log.until, SECONDS(95));
    check_areas(&log, SECONDS(120), SECONDS(60 + 5));
    pt_outage_log_close(&log);
}

static void test_nodes_that_never_fail_are_added(void **state)
{
    static const char text[] = "node,down,up\n+2,0,1\nz,0,10\n";
    struct pt_log_reading reading = as_it_is;
    struct pt_outage_log log;

    (void)state;
    reading.nodes = 5;
    read_text(&log, text, &reading);
    ASSERT_INT(log.nnodes, 5);
    ASSERT_TEXT(log.node[0].name, "+2");
    ASSERT_TEXT(log.node[1].name, "z");
    check_node(&log, 2, "+1", 0, 10);
    check_node(&log, 3, "+3", 0, 10);
    check_node(&log, 4, "+4", 0, 10);
    ASSERT_INT(touched(&log, "never-failed"), 3);
    check_areas(&log, SECONDS(50), SECONDS(11));
    pt_outage_log_close(&log);

    reading.nodes = 1;
    read_text(&log, text, &reading);
    ASSERT_INT(log.nnodes, 2);
    pt_outage_log_close(&log);

    /* Nothing failed, in a window that is told. */
    reading = (struct pt_log_reading){
        .nodes = 3, .windowed = true, .from = 0, .until = SECONDS(10)};
    read_text(&log, "node,down,up\n", &reading);
    ASSERT_INT(log.n, 0);
    check_areas(&log, SECONDS(30), 0);
    pt_outage_log_close(&log);
}

static void test_areas_are_exact_beyond_64_bits(void **state)
{
    struct pt_log_reading reading = {.nodes = 1000,
                                     .windowed = true,
                                     .from = 0,
                                     .until = INT64_C(9200000000000000000)};
    struct pt_outage_log log;
    pt_node_time watched, down;

    (void)state;
    read_text(&log, "node,down,up\na,0.000001,9.2e12\nb,0,9.2e12\nc,3,9.2e12\n",
              &reading);
    pt_outage_log_areas(&log, &watched, &down);
    assert_true(watched == (pt_node_time)reading.until * 1000);
    assert_true(down == (pt_node_time)reading.until * 3 - 3000001);
    pt_outage_log_close(&log);
}

static void test_bad_tables_are_refused_at_their_place(void **state)
{
    (void)state;
#define SECONDS_FROM "(expected seconds, from 0 to 9.2e12)"
#define HEADER       "node,down,up,cause\n"
    refuses("node,down,up\na,7,5\n", "t:2:5: \"5\" as up is before down "
                                     "(expected it not to be)");
    refuses(HEADER "a,7,8,\na,-1,5,\n", "t:3:3: \"-1\" as down " SECONDS_FROM);
    refuses(HEADER "a,1, 2s,\n", "t:2:6: \"2s\" as up " SECONDS_FROM);
    refuses(HEADER "a,1,9.3e12,\n", "t:2:5: \"9.3e12\" as up " SECONDS_FROM);
    refuses(HEADER "a,,2,\n", "t:2:3: \"\" as down " SECONDS_FROM);
    refuses(HEADER ",1,2,\n", "t:2:1: \"\" as a node (expected its name)");
    refuses(HEADER "a,1,2\n", "t:2:6: 3 fields (expected 4)");
    refuses(HEADER "a,1,2,x,y\n", "t:2:9: 5 fields (expected 4)");
    refuses("node,down,up\na,1,2,hardware\n", "t:2:7: 4 fields (expected 3)");
    refuses("node,down\na,1\n", "t:1:10: 2 fields (expected 4)");
    refuses("node,down,until\n",
            "t:1:11: \"until\" in the header (expected node,down,up or "
            "node,down,up,cause)");
    refuses("node,down,up,cause,who\n",
            "t:1:20: \"who\" in the header (expected node,down,up or "
            "node,down,up,cause)");
    refuses(HEADER "\"a,1,2,\n", "t:2:1: a quoted field that does not end "
                                 "(expected a quote on the same line)");
    refuses(HEADER "\"a\"b,1,2,\n",
            "t:2:4: text after a quoted field (expected a comma)");
    refuses("node,down,up\n",
            "t:1:1: no rows that tell of a node (expected outages)");
    refuses("node,down,up\na,5,\n",
            "t: no time between its first row and its last (expected outages "
            "that end, or --span)");
    refuses("node,down,up\na\x01\xff,5,x123456789012345678901234567890\n",
            "t:2:7: \"x12345678901234567890123...\" as up " SECONDS_FROM);
#undef SECONDS_FROM
#undef HEADER
}

static void test_a_window_of_no_time_is_refused(void **state)
{
    const struct pt_log_reading reading = {
        .windowed = true, .from = SECONDS(5), .until = SECONDS(5)};

    (void)state;
    refuses_so("node,down,up\na,1,2\n", &reading,
               "a window of no length (expected it to end after it begins)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_table_is_read_exactly_and_put_in_order),
        cmocka_unit_test(
            test_overlapping_faults_are_kept_and_their_time_counts_once),
        cmocka_unit_test(test_rows_of_one_instant_stay_in_order),
        cmocka_unit_test(
            test_a_node_that_does_not_come_back_is_down_to_the_end),
        cmocka_unit_test(test_dirt_is_counted_by_rule),
        cmocka_unit_test(test_fields_may_be_quoted),
        cmocka_unit_test(test_a_window_replaces_the_rows_own),
        cmocka_unit_test(test_nodes_that_never_fail_are_added),
        cmocka_unit_test(test_areas_are_exact_beyond_64_bits),
        cmocka_unit_test(test_bad_tables_are_refused_at_their_place),
        cmocka_unit_test(test_a_window_of_no_time_is_refused),
    };

    return cmocka_run_group_tests_name("outage csv", tests, NULL, NULL) != 0;
}
