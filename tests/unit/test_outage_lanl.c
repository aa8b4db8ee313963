/* Failure traces as LA-UR-05-7318 has them. */
#include "tests/unit/outage_reading.h"

#define HEADER                                                                 \
    "System,machine type,nodes,procstot,procsinnode,nodenum,nodenumz,node "    \
    "install,node prod,node decom,fru type,mem,cputype,memtype,num "           \
    "intercon,purpose,Prob Started,Prob Fixed,Down Time,Facilities,Hardware,"  \
    "Human Error,Network,Undetermined,Software,Same Event\n"

/* A row of node NUMBER of SYSTEM, which has NODES. */
#define ROW(system, nodes, number, prod, decom, started, fixed, causes)        \
    system ",cluster," nodes ",8,4,1," number ",Jan-97," prod "," decom        \
           ",part,1,1,1,0,compute," started "," fixed ",9," causes ",No\n"

#define HARD "\"\",\"CPU, both\",,,,"

/* Seconds from 1970 to the beginning of a day (by `date -u`). */
#define MARCH_1997    857174400.0 /* the 1st */
#define MARCH_31_1998 891302400.0
#define APRIL_1998    891388800.0
#define FEBRUARY_2000 949363200.0
#define FEB_29_2000   951782400.0
#define MARCH_2000    951868800.0

static void test_outages_have_nodes_times_and_causes(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(
        &log,
        HEADER ROW("10", "2", "1", "Mar-97", "current", "3/31/1998 0:00",
                   "4/1/1998 00:00", ",,,,,DST")
            ROW("9", "3", "0", "Mar-97", "current", "2/29/2000 23:59",
                "3/1/2000 0:00", HARD)
                ROW("9", "3", "2", "Mar-97", "current", "04/01/1998 12:00",
                    "4/1/1998 12:01", "UPS,,,,,")
                    ROW("9", "3", "2", "Mar-97", "current", "4/2/1998 12:00",
                        "4/2/1998 12:01", ",,Human Error,,,")
                        ROW("9", "3", "2", "Mar-97", "current",
                            "4/3/1998 12:00", "4/3/1998 12:01", ",,,Network,,")
                            ROW("9", "3", "2", "Mar-97", "current",
                                "4/4/1998 12:00", "4/4/1998 12:01",
                                ",,,,Undetermined,"),
        &as_it_is);
    ASSERT_TEXT(log.format, "lanl");
    ASSERT_INT(log.nnodes, 5);
    check_node(&log, 0, "9.0", MARCH_1997, MARCH_2000);
    check_node(&log, 1, "9.1", MARCH_1997, MARCH_2000);
    check_node(&log, 2, "9.2", MARCH_1997, MARCH_2000);
    check_node(&log, 3, "10.0", MARCH_1997, MARCH_2000);
    check_node(&log, 4, "10.1", MARCH_1997, MARCH_2000);
    ASSERT_INT(touched(&log, "never-failed"), 2);
    ASSERT_INT(log.n, 6);
    check_outage(&log, 0, "9.0", FEB_29_2000 + 86340, MARCH_2000, false,
                 PT_ORIGIN_HARDWARE);
    check_outage(&log, 1, "9.2", APRIL_1998 + 43200, APRIL_1998 + 43260, false,
                 PT_ORIGIN_FACILITIES);
    ASSERT_INT(log.outage[2].origin, PT_ORIGIN_HUMAN);
    ASSERT_INT(log.outage[3].origin, PT_ORIGIN_NETWORK);
    ASSERT_INT(log.outage[4].origin, PT_ORIGIN_UNKNOWN);
    check_outage(&log, 5, "10.1", MARCH_31_1998, APRIL_1998, false,
                 PT_ORIGIN_SOFTWARE);
    ASSERT_INT(touched(&log, "cause-unknown"), 0);
    check_areas(&log, 5 * SECONDS(MARCH_2000 - MARCH_1997),
                SECONDS(60 + 4 * 60 + 86400));
    pt_outage_log_close(&log);
}

/* The node of the only row of a file whose last time is 2000-03-01. */
static void check_watched(const char *prod, const char *decom, double from,
                          double until, int64_t odd)
{
    struct pt_outage_log log;
    char text[2000];

    snprintf(text, sizeof text,
             HEADER ROW("3", "1", "0", "%s", "%s", "4/1/1998 0:00",
                        "4/1/1998 1:00", HARD)
                 ROW("4", "1", "0", "Mar-97", "current", "2/29/2000 0:00",
                     "3/1/2000 0:00", HARD),
             prod, decom);
    read_text(&log, text, &as_it_is);
    check_node(&log, 0, "3.0", from, until);
    ASSERT_INT(touched(&log, "months-missing"), odd);
    pt_outage_log_close(&log);
}

static void test_months_are_understood_however_they_were_mangled(void **state)
{
    (void)state;
    check_watched("Mar-97", "current", MARCH_1997, MARCH_2000, 0);
    check_watched("97-Mar", "Current", MARCH_1997, MARCH_2000, 0);
    check_watched("mar-1997", "5-Nov", MARCH_1997, MARCH_2000, 0);
    check_watched("Mar-97", "Jan-00", MARCH_1997, FEBRUARY_2000, 0);
    check_watched("Mar-97", "0-Jan", MARCH_1997, FEBRUARY_2000, 0);
    check_watched("Mar-97", "2000-Jan", MARCH_1997, FEBRUARY_2000, 0);
    /* To the end of December: the year ends with it. */
    check_watched("Mar-97", "Dec-99", MARCH_1997, 946684800, 0);
    check_watched("before tracking", "current", APRIL_1998, MARCH_2000, 1);
    check_watched("", "", APRIL_1998, MARCH_2000, 1);
    check_watched("Mar-97", "gone", MARCH_1997, MARCH_2000, 1);
    check_watched("Mar 97", "5-Nov-", APRIL_1998, MARCH_2000, 1);
    check_watched("March-97", "5-November", APRIL_1998, MARCH_2000, 1);
    check_watched("Mar-1965", "65-", APRIL_1998, MARCH_2000, 1);
}

static void test_outages_beyond_production_are_cut_or_dropped(void **state)
{
    struct pt_outage_log log;

    (void)state;
    /* In production in March 1998 alone. */
    read_text(&log,
              HEADER ROW("3", "1", "7", "Mar-98", "Mar-98", "3/31/1998 23:00",
                         "4/1/1998 1:00", HARD)
                  ROW("3", "1", "7", "Mar-98", "Mar-98", "2/28/1998 23:00",
                      "3/1/1998 1:00", HARD)
                      ROW("3", "1", "7", "Mar-98", "Mar-98", "4/1/1998 0:00",
                          "4/1/1998 1:00", HARD),
              &as_it_is);
    check_node(&log, 0, "3.7", 888710400, APRIL_1998);
    ASSERT_INT(log.nnodes, 1);
    ASSERT_INT(log.n, 2);
    check_outage(&log, 0, "3.7", 888710400, 888710400 + 3600, true,
                 PT_ORIGIN_HARDWARE);
    check_outage(&log, 1, "3.7", APRIL_1998 - 3600, APRIL_1998, true,
                 PT_ORIGIN_HARDWARE);
    ASSERT_INT(touched(&log, "outside"), 1);
    ASSERT_INT(touched(&log, "clipped"), 2);
    ASSERT_INT(touched(&log, "open"), 2);
    pt_outage_log_close(&log);
}

static const char dirty[] =
    HEADER ROW("3", "4", "1", "Mar-97", "current", "4/1/1998 0:00",
               "4/1/1998 2:00", ",CPU,,,,DST") /* two causes */
    ROW("3", "4", "1", "Mar-97", "current", "4/1/1998 1:00", "4/1/1998 3:00",
        ",,,,,") /* none; overlaps */
    ROW("3", "4", "2", "Mar-97", "current", "4/1/1998 1:00", "4/1/1998 1:00",
        HARD) /* of no time */
    ROW("3", "4", "2", "Mar-97", "current", "4/1/1998 1:00", "4/1/1998 0:59",
        HARD) /* backwards */
    ROW("3", "4", "2", "Mar-97", "current", "4/1/1998 1:00", "",
        HARD) /* no end */
    ROW("3", "4", "2", "Mar-97", "current", "", "4/1/1998 1:00",
        HARD) /* no beginning */
    ROW("3", "", "", "Mar-97", "current", "4/1/1998 1:00", "4/1/1998 2:00",
        HARD) /* no node */
    ROW("5", "", "0", "Mar-97", "Dec-99", "2/29/2000 0:00", "3/1/2000 0:00",
        HARD) /* outside */
    ROW("6", "", "", "", "", "2/29/2000 0:00", "3/1/2000 0:00", HARD);

static void test_dirt_is_counted_by_rule(void **state)
{
    struct pt_outage_log log;

    (void)state;
    read_text(&log, dirty, &as_it_is);
    ASSERT_INT(log.rows, 9);
    ASSERT_INT(log.n, 2);
    ASSERT_INT(touched(&log, "cause-unknown"), 2);
    ASSERT_INT(log.outage[0].origin, PT_ORIGIN_UNKNOWN);
    ASSERT_INT(touched(&log, "overlap"), 1);
    ASSERT_INT(touched(&log, "down-zero"), 1);
    ASSERT_INT(touched(&log, "backwards"), 1);
    ASSERT_INT(touched(&log, "time-missing"), 2);
    ASSERT_INT(touched(&log, "node-missing"), 2);
    ASSERT_INT(touched(&log, "outside"), 1);
    ASSERT_INT(touched(&log, "other-system"), 0);
    /* Two nodes of system 3 are in rows, one of which is never down. */
    ASSERT_INT(log.nnodes, 5);
    ASSERT_INT(touched(&log, "never-failed"), 2);
    check_areas(&log,
                4 * SECONDS(MARCH_2000 - MARCH_1997) +
                    SECONDS(946684800 - MARCH_1997),
                SECONDS(3 * 3600));
    pt_outage_log_close(&log);
}

static void test_one_system_can_be_picked(void **state)
{
    struct pt_log_reading reading = as_it_is;
    struct pt_outage_log log;

    (void)state;
    reading.system = 3;
    reading.nodes = 6;
    read_text(&log, dirty, &reading);
    ASSERT_INT(log.nnodes, 6);
    ASSERT_TEXT(log.node[0].name, "3.0");
    ASSERT_TEXT(log.node[3].name, "3.3");
    /* The last time of the file is another system's. */
    check_node(&log, 5, "+2", MARCH_1997, MARCH_2000);
    ASSERT_INT(touched(&log, "other-system"), 2);
    ASSERT_INT(touched(&log, "never-failed"), 4);
    check_areas(&log, 6 * SECONDS(MARCH_2000 - MARCH_1997), SECONDS(3 * 3600));
    pt_outage_log_close(&log);
    reading.system = 6;
    refuses_so(dirty, &reading,
               "t: no outage of system 6 tells its node and its times "
               "(expected one that does)");
    reading.system = 7;
    refuses_so(dirty, &reading,
               "t: no system 7 (expected one of the file's: 3, 5, 6)");
}

static void test_a_window_and_the_nodes_own_intersect(void **state)
{
    const struct pt_log_reading reading = {.windowed = true,
                                           .from = SECONDS(APRIL_1998 + 1800),
                                           .until = SECONDS(APRIL_1998 + 5400),
                                           .system = 3};
    struct pt_outage_log log;

    (void)state;
    read_text(&log, dirty, &reading);
    ASSERT_INT(log.n, 2);
    check_outage(&log, 0, "3.1", APRIL_1998 + 1800, APRIL_1998 + 5400, true,
                 PT_ORIGIN_UNKNOWN);
    check_outage(&log, 1, "3.1", APRIL_1998 + 3600, APRIL_1998 + 5400, true,
                 PT_ORIGIN_UNKNOWN);
    check_areas(&log, SECONDS(4 * 3600), SECONDS(3600));
    pt_outage_log_close(&log);
}

/* A file of one row with those fields is refused so. */
static void refuses_row(const char *system, const char *nodes,
                        const char *number, const char *started,
                        const char *fixed, const char *said)
{
    char text[1500];

    snprintf(
        text, sizeof text,
        HEADER ROW("%s", "%s", "%s", "Mar-97", "current", "%s", "%s", HARD),
        system, nodes, number, started, fixed);
    refuses(text, said);
}

static void test_bad_files_are_refused_at_their_place(void **state)
{
#define AS_TIME                                                                \
    "as an instant (expected MONTH/DAY/YEAR HOUR:MINUTE, from 1970 on)"
    static const char *const times[] = {
        "13/1/1998 0:00", "0/1/1998 0:00",  "2/29/1998 0:00",  "4/31/1998 0:00",
        "4/0/1998 0:00",  "4/1/98 0:00",    "4/1/1969 0:00",   "4/1/1998 24:00",
        "4/1/1998 0:60",  "4/1/1998",       "4/1/1998 0:00x",  "1998-04-01",
        "4/1/1998 0:00:", "4//1998 0:00",   "004/1/1998 0:00", "soon",
        "4/1/1998  0:00", "2/29/1900 0:00",
    };
    char said[200];

    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        snprintf(said, sizeof said, "t:2:64: \"%s\" " AS_TIME, times[i]);
        refuses_row("3", "1", "1", times[i], "4/1/1998 0:00", said);
    }
    refuses_row("3", "1", "1", "4/1/1998 0:00", "4/1/1998 25:00",
                "t:2:78: \"4/1/1998 25:00\" " AS_TIME);
    refuses_row("", "1", "1", "4/1/1998 0:00", "4/1/1998 0:00",
                "t:2:1: \"\" as System (expected its number)");
    refuses_row("x", "1", "1", "4/1/1998 0:00", "4/1/1998 0:00",
                "t:2:1: \"x\" as System (expected a whole number from 0 to "
                "2147483647)");
    refuses_row("3", "100001", "1", "4/1/1998 0:00", "4/1/1998 0:00",
                "t:2:11: \"100001\" as nodes (expected a whole number from 0 "
                "to 100000)");
    refuses_row("3", "1", "-1", "4/1/1998 0:00", "4/1/1998 0:00",
                "t:2:19: \"-1\" as nodenumz (expected a whole number from 0 to "
                "2147483647)");
    refuses(HEADER "3,cluster\n", "t:2:10: 2 fields (expected 26)");
    refuses("System,machine type,nodes,nodenumz,node prod,node decom,Prob "
            "Started,Facilities\n",
            "t:1:80: no column \"Prob Fixed\" (expected one)");
    refuses(HEADER, "t:1:1: no rows that tell of a node (expected outages)");
#undef AS_TIME
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outages_have_nodes_times_and_causes),
        cmocka_unit_test(test_months_are_understood_however_they_were_mangled),
        cmocka_unit_test(test_outages_beyond_production_are_cut_or_dropped),
        cmocka_unit_test(test_dirt_is_counted_by_rule),
        cmocka_unit_test(test_one_system_can_be_picked),
        cmocka_unit_test(test_a_window_and_the_nodes_own_intersect),
        cmocka_unit_test(test_bad_files_are_refused_at_their_place),
    };

    return cmocka_run_group_tests_name("outage lanl", tests, NULL, NULL) != 0;
}
