/* Delay scheduling against Spark's (spec, 2.2, 3.B and 3.H). */
#include "check.h"

#include "core/delay.h"

enum {
    NODE = 1 << PT_LOCAL_NODE,
    HOST = 1 << PT_LOCAL_HOST,
    NOBODY = 1 << PT_LOCAL_NONE,
    RACK = 1 << PT_LOCAL_RACK,
    ALL = NODE | HOST | NOBODY | RACK
};

static const pt_time waits[3] = {3 * PT_SECOND, 3 * PT_SECOND, 3 * PT_SECOND};

static pt_time s(int64_t seconds)
{
    return seconds * PT_SECOND;
}

static struct pt_delay begin(uint32_t levels)
{
    struct pt_delay d;

    pt_delay_init(&d, levels, 0);
    return d;
}

/* B10, B12: levels node, host, any; waits 3 s. */
static void test_a_level_is_left_when_its_wait_is_over(void **state)
{
    struct pt_delay d = begin(NODE | HOST);

    (void)state;
    ASSERT_INT(d.nlevels, 3);
    ASSERT_INT(pt_delay_allowed(&d, NODE | HOST, waits, 0), PT_LOCAL_NODE);
    ASSERT_INT(pt_delay_next(&d, waits), s(3));
    ASSERT_INT(pt_delay_allowed(&d, NODE | HOST, waits, s(3) - 1),
               PT_LOCAL_NODE);
    ASSERT_INT(pt_delay_allowed(&d, NODE | HOST, waits, s(4)), PT_LOCAL_HOST);
    /* The wait at the next level began when the last one's was over. */
    ASSERT_INT(d.since, s(3));
    ASSERT_INT(pt_delay_next(&d, waits), s(6));
    ASSERT_INT(pt_delay_allowed(&d, NODE | HOST, waits, s(6)), PT_LOCAL_ANY);
    ASSERT_INT(pt_delay_next(&d, waits), PT_TIME_NEVER);
}

/* 2.2: timer += wait, more than once if so much time has gone. */
static void test_waits_add_up(void **state)
{
    static const pt_time own[3] = {1, 10, 100};
    struct pt_delay d = begin(NODE | HOST | RACK);

    (void)state;
    ASSERT_INT(pt_delay_allowed(&d, ALL, own, 10), PT_LOCAL_HOST);
    ASSERT_INT(pt_delay_allowed(&d, ALL, own, 11), PT_LOCAL_RACK);
    ASSERT_INT(d.since, 11);
    ASSERT_INT(pt_delay_next(&d, own), 111);
    d = begin(NODE | HOST | RACK);
    ASSERT_INT(pt_delay_allowed(&d, ALL, own, 111), PT_LOCAL_ANY);
}

/* 2.2: no task left for that level -> the next at once, timer := now. */
static void test_a_level_without_tasks_is_left_at_once(void **state)
{
    struct pt_delay d = begin(NODE | HOST | RACK);

    (void)state;
    ASSERT_INT(pt_delay_allowed(&d, RACK, waits, s(2)), PT_LOCAL_RACK);
    ASSERT_INT(d.since, s(2));
    ASSERT_INT(pt_delay_next(&d, waits), s(5));
    ASSERT_INT(pt_delay_allowed(&d, 0, waits, s(2)), PT_LOCAL_ANY);
}

/* 2.2: NO_PREF and ANY wait 0. */
static void test_no_preference_waits_for_nothing(void **state)
{
    struct pt_delay d = begin(NOBODY);

    (void)state;
    ASSERT_INT(d.nlevels, 2);
    ASSERT_INT(pt_delay_next(&d, waits), PT_TIME_NEVER);
    ASSERT_INT(pt_delay_allowed(&d, NOBODY, waits, 0), PT_LOCAL_ANY);
    d = begin(HOST | NOBODY | RACK);
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, s(3)), PT_LOCAL_RACK);
    ASSERT_INT(pt_delay_next(&d, waits), s(6));
    d = begin(NOBODY | RACK);
    ASSERT_INT(pt_delay_next(&d, waits), s(3));
    d = begin(0);
    ASSERT_INT(pt_delay_allowed(&d, 0, waits, 0), PT_LOCAL_ANY);
}

static void test_without_waits_anything_goes(void **state)
{
    static const pt_time none[3] = {0, 0, 0};
    struct pt_delay d = begin(ALL);

    (void)state;
    ASSERT_INT(pt_delay_next(&d, none), PT_TIME_NEVER);
    ASSERT_INT(pt_delay_allowed(&d, ALL, none, 0), PT_LOCAL_ANY);
}

static void test_a_wait_may_have_no_end(void **state)
{
    static const pt_time never[3] = {PT_TIME_NEVER, PT_TIME_NEVER,
                                     PT_TIME_NEVER};
    struct pt_delay d;

    (void)state;
    pt_delay_init(&d, NODE, 5);
    ASSERT_INT(pt_delay_allowed(&d, NODE, never, PT_TIME_FAR), PT_LOCAL_NODE);
    ASSERT_INT(pt_delay_next(&d, never), PT_TIME_NEVER);
}

/* H, first: an accepted partial offer before any reject resets the timer. */
static void test_a_partial_round_without_rejects_resets(void **state)
{
    struct pt_delay d = begin(NODE | HOST);

    (void)state;
    pt_delay_turn(&d, false, true, PT_LOCAL_NODE, false, s(2));
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, s(4)), PT_LOCAL_NODE);
    ASSERT_INT(pt_delay_next(&d, waits), s(5));
    pt_delay_turn(&d, false, true, PT_LOCAL_NODE, false, s(4));
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, s(6)), PT_LOCAL_NODE);
}

/* H, second: a full offer with no reject resets, also after a reject. */
static void test_a_full_round_without_rejects_resets(void **state)
{
    struct pt_delay d = begin(NODE | HOST);

    (void)state;
    pt_delay_turn(&d, true, false, PT_LOCAL_ANY, true, 0);
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, s(4)), PT_LOCAL_HOST);
    pt_delay_turn(&d, true, true, PT_LOCAL_NODE, false, s(4));
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, s(5)), PT_LOCAL_NODE);
    /* From then on a partial round will do again. */
    pt_delay_turn(&d, false, true, PT_LOCAL_NODE, false, s(6));
    ASSERT_INT(pt_delay_next(&d, waits), s(9));
}

/* H, third: a full offer with 0 cores does not count as launch. */
static void test_a_round_without_launch_does_not_reset(void **state)
{
    struct pt_delay d = begin(NODE | HOST);

    (void)state;
    pt_delay_turn(&d, true, false, PT_LOCAL_ANY, true, 0);
    pt_delay_turn(&d, true, false, PT_LOCAL_ANY, false, s(2));
    ASSERT_INT(pt_delay_next(&d, waits), s(3));
    pt_delay_turn(&d, false, true, PT_LOCAL_NODE, false, s(2));
    ASSERT_INT(pt_delay_next(&d, waits), s(3));
}

/* H, fourth: after a rejected full offer accepted partial ones do not reset. */
static void test_after_a_reject_partial_rounds_do_not_reset(void **state)
{
    struct pt_delay d = begin(NODE | HOST);

    (void)state;
    pt_delay_turn(&d, true, true, PT_LOCAL_NODE, true, 0);
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, s(4)), PT_LOCAL_HOST);
    pt_delay_turn(&d, false, true, PT_LOCAL_NODE, false, s(4));
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, s(5)), PT_LOCAL_HOST);
    ASSERT_INT(d.since, s(3));
    pt_delay_turn(&d, false, true, PT_LOCAL_NODE, false, s(5));
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, s(6)), PT_LOCAL_ANY);
}

/* 2.2: level := best locality launched. */
static void test_a_reset_goes_to_the_best_that_was_launched(void **state)
{
    struct pt_delay d = begin(NODE | HOST | RACK);

    (void)state;
    pt_delay_turn(&d, true, true, PT_LOCAL_RACK, false, 0);
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, 0), PT_LOCAL_RACK);
    pt_delay_turn(&d, true, true, PT_LOCAL_HOST, false, 0);
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, 0), PT_LOCAL_HOST);
    /* Without preference: as on the very node. */
    pt_delay_turn(&d, true, true, PT_LOCAL_NONE, false, 0);
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, 0), PT_LOCAL_NODE);
    /* A level that is not valid: the next one. */
    d = begin(RACK);
    pt_delay_turn(&d, true, true, PT_LOCAL_HOST, false, 0);
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, 0), PT_LOCAL_RACK);
}

/* 2.2: recomputed on executor add, loss, decommission. */
static void test_a_change_of_levels_keeps_the_level(void **state)
{
    struct pt_delay d = begin(NODE | HOST);

    (void)state;
    ASSERT_INT(pt_delay_allowed(&d, ALL, waits, s(4)), PT_LOCAL_HOST);
    pt_delay_change(&d, NODE | HOST | RACK);
    ASSERT_INT(d.nlevels, 4);
    ASSERT_INT(d.level[d.index], PT_LOCAL_HOST);
    pt_delay_change(&d, HOST);
    ASSERT_INT(d.level[d.index], PT_LOCAL_HOST);
    ASSERT_INT(d.since, s(3));
    pt_delay_change(&d, RACK);
    ASSERT_INT(d.level[d.index], PT_LOCAL_RACK);
    pt_delay_change(&d, 0);
    ASSERT_INT(d.level[d.index], PT_LOCAL_ANY);
    ASSERT_INT(d.nlevels, 1);
}

/* SPARK-31837. */
static void test_a_more_local_level_that_is_new_is_taken(void **state)
{
    struct pt_delay d = begin(NODE | HOST);

    (void)state;
    ASSERT_INT(pt_delay_allowed(&d, 0, waits, s(1)), PT_LOCAL_ANY);
    pt_delay_change(&d, NODE | HOST | RACK);
    ASSERT_INT(d.level[d.index], PT_LOCAL_RACK);
    ASSERT_INT(d.since, s(1));
    d = begin(0);
    pt_delay_change(&d, NODE | HOST);
    ASSERT_INT(d.level[d.index], PT_LOCAL_NODE);
    /* One came, one went: not further than before. */
    d = begin(HOST);
    ASSERT_INT(pt_delay_allowed(&d, 0, waits, 0), PT_LOCAL_ANY);
    pt_delay_change(&d, NODE);
    ASSERT_INT(d.level[d.index], PT_LOCAL_ANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_level_is_left_when_its_wait_is_over),
        cmocka_unit_test(test_waits_add_up),
        cmocka_unit_test(test_a_level_without_tasks_is_left_at_once),
        cmocka_unit_test(test_no_preference_waits_for_nothing),
        cmocka_unit_test(test_without_waits_anything_goes),
        cmocka_unit_test(test_a_wait_may_have_no_end),
        cmocka_unit_test(test_a_partial_round_without_rejects_resets),
        cmocka_unit_test(test_a_full_round_without_rejects_resets),
        cmocka_unit_test(test_a_round_without_launch_does_not_reset),
        cmocka_unit_test(test_after_a_reject_partial_rounds_do_not_reset),
        cmocka_unit_test(test_a_reset_goes_to_the_best_that_was_launched),
        cmocka_unit_test(test_a_change_of_levels_keeps_the_level),
        cmocka_unit_test(test_a_more_local_level_that_is_new_is_taken),
    };

    return cmocka_run_group_tests_name("delay", tests, NULL, NULL) != 0;
}
