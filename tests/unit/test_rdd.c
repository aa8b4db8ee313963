/* Which chains of datasets a gang can be made of.  The numbers are those of
 * Spark's own tests, as the conformance table has them. */
#include "tests/unit/check.h"

#include "traces/pipeline/rdd.h"

#define NARROW(n)                                                              \
    {                                                                          \
        .rdd = (n)                                                             \
    }
#define SHUFFLE(n)                                                             \
    {                                                                          \
        .rdd = (n), .shuffle = true                                            \
    }
#define FROM(...)                                                              \
    .parents = (const struct pt_rdd_parent[]){__VA_ARGS__},                    \
    .nparents = sizeof((const struct pt_rdd_parent[]){__VA_ARGS__}) /          \
                sizeof(struct pt_rdd_parent)

/* What is said of RDDS [N] of a stage with NTASKS tasks, flags spread. */
static enum pt_flaw judge(struct pt_rdd *rdds, int32_t n, int32_t ntasks)
{
    pt_rdd_spread(rdds, n);
    assert_true(rdds[0].barrier); /* it is a gang at all */
    return pt_rdd_check(rdds, n, ntasks);
}

#define JUDGE(rdds, ntasks) judge(rdds, sizeof(rdds) / sizeof *(rdds), ntasks)

/* A1. */
static void test_pruned_partitions_before_the_barrier_spoil_a_gang(void **state)
{
    struct pt_rdd rdds[] = {
        {.partitions = 2, .barrier = true, FROM(NARROW(1))},
        {.partitions = 2, FROM(NARROW(2))}, /* pruned */
        {.partitions = 10},
    };

    (void)state;
    ASSERT_INT(JUDGE(rdds, 2), PT_FLAW_CHAIN);
}

/* A2: the gang is a map stage, and its last dataset deals its output out for a
 * repartition(2). */
static void
test_pruned_partitions_spoil_a_gang_that_is_not_the_last(void **state)
{
    struct pt_rdd rdds[] = {
        {.partitions = 2, FROM(NARROW(1))},
        {.partitions = 2, .barrier = true, FROM(NARROW(2))},
        {.partitions = 2, FROM(NARROW(3))}, /* pruned */
        {.partitions = 10},
    };

    (void)state;
    ASSERT_INT(JUDGE(rdds, 2), PT_FLAW_CHAIN);
}

/* A3: a shuffle between the pruned dataset and the barrier. */
static void test_a_shuffle_parts_what_was_pruned_from_the_gang(void **state)
{
    struct pt_rdd rdds[] = {
        {.partitions = 2, .barrier = true, FROM(NARROW(1))},
        {.partitions = 2, FROM(SHUFFLE(2))}, /* repartition(2) */
        {.partitions = 1, FROM(NARROW(3))},
        {.partitions = 2},
    };

    (void)state;
    ASSERT_INT(JUDGE(rdds, 2), PT_FLAW_NONE);
}

/* A4: a job that wants two of four partitions. */
static void test_a_gang_cannot_leave_members_out(void **state)
{
    struct pt_rdd rdds[] = {
        {.partitions = 4, .barrier = true, FROM(NARROW(1))},
        {.partitions = 4},
    };

    (void)state;
    ASSERT_INT(JUDGE(rdds, 2), PT_FLAW_CHAIN);
    ASSERT_INT(JUDGE(rdds, 4), PT_FLAW_NONE);
}

/* A5: a union has the partitions of both. */
static void test_a_union_spoils_a_gang(void **state)
{
    struct pt_rdd rdds[] = {
        {.partitions = 4, FROM(NARROW(1))},            /* map */
        {.partitions = 4, FROM(NARROW(2), NARROW(4))}, /* union */
        {.partitions = 2, .barrier = true, FROM(NARROW(3))},
        {.partitions = 2},
        {.partitions = 2},
    };

    (void)state;
    ASSERT_INT(JUDGE(rdds, 4), PT_FLAW_CHAIN);
}

/* A6: coalesce(1) of four. */
static void test_fewer_partitions_after_the_barrier_spoil_a_gang(void **state)
{
    struct pt_rdd rdds[] = {
        {.partitions = 1, FROM(NARROW(1))},
        {.partitions = 4, .barrier = true, FROM(NARROW(2))},
        {.partitions = 4},
    };

    (void)state;
    ASSERT_INT(JUDGE(rdds, 1), PT_FLAW_CHAIN);
}

/* A7: zip of two barriers. */
static void test_two_barriers_cannot_be_zipped(void **state)
{
    struct pt_rdd rdds[] = {
        {.partitions = 4, FROM(NARROW(1), NARROW(2))},
        {.partitions = 4, .barrier = true, FROM(NARROW(3))},
        {.partitions = 4, .barrier = true, FROM(NARROW(4))},
        {.partitions = 4},
        {.partitions = 4},
    };

    (void)state;
    ASSERT_INT(JUDGE(rdds, 4), PT_FLAW_CHAIN);
}

/* A8: zip of a barrier with a dataset that has as many partitions. */
static void test_a_barrier_can_be_zipped_with_what_has_none(void **state)
{
    struct pt_rdd rdds[] = {
        {.partitions = 4, FROM(NARROW(1), NARROW(2))},
        {.partitions = 4, .barrier = true, FROM(NARROW(3))},
        {.partitions = 4},
        {.partitions = 4},
    };

    (void)state;
    ASSERT_INT(JUDGE(rdds, 4), PT_FLAW_NONE);
}

/* Both sides of a join, each over its shuffle. */
static void test_barriers_beyond_shuffles_are_counted_too(void **state)
{
    struct pt_rdd rdds[] = {
        {.partitions = 4, .barrier = true, FROM(NARROW(1))},
        {.partitions = 4, FROM(SHUFFLE(2), SHUFFLE(3))},
        {.partitions = 7, .barrier = true},
        {.partitions = 9, .barrier = true},
    };

    (void)state;
    ASSERT_INT(JUDGE(rdds, 4), PT_FLAW_CHAIN);
    rdds[3].barrier = false;
    ASSERT_INT(JUDGE(rdds, 4), PT_FLAW_NONE);
}

/* F, and SPARK-31764: parallelize, barrier and mapPartitions, filter, and
 * beyond a shuffle reduceByKey. */
static void test_the_flag_spreads_downstream_until_a_shuffle(void **state)
{
    struct pt_rdd rdds[] = {
        {.partitions = 2, FROM(NARROW(1))},  /* map */
        {.partitions = 2, FROM(SHUFFLE(2))}, /* reduceByKey */
        {.partitions = 2, FROM(NARROW(3))},  /* filter */
        {.partitions = 2, .barrier = true, FROM(NARROW(4))},
        {.partitions = 2},
    };
    const bool flags[] = {false, false, true, true, false};

    (void)state;
    pt_rdd_spread(rdds, 5);
    for (int i = 0; i < 5; i++)
        ASSERT_INT(rdds[i].barrier, flags[i]);
}

static void test_the_order_of_the_list_does_not_matter(void **state)
{
    struct pt_rdd rdds[] = {
        {.partitions = 3, FROM(NARROW(3))},
        {.partitions = 3, .barrier = true},
        {.partitions = 3, FROM(NARROW(1))},
        {.partitions = 3, FROM(NARROW(2))},
    };

    (void)state;
    ASSERT_INT(JUDGE(rdds, 3), PT_FLAW_NONE);
    rdds[1].partitions = 4;
    ASSERT_INT(JUDGE(rdds, 3), PT_FLAW_CHAIN);
}

/* Two ways to the same dataset: it is looked at once. */
static void test_a_diamond_of_datasets_is_no_trouble(void **state)
{
    struct pt_rdd rdds[41];
    struct pt_rdd_parent parents[40][2] = {{{.rdd = 0}}};

    (void)state;
    for (int i = 0; i < 41; i++) {
        rdds[i] = (struct pt_rdd){.partitions = 5, .barrier = i == 40};
        if (i == 40)
            continue;
        parents[i][0].rdd = parents[i][1].rdd = i + 1;
        parents[i][1].shuffle = true;
        rdds[i].parents = parents[i];
        rdds[i].nparents = 2;
    }
    /* Each depends on the same one twice, and that has the flag. */
    ASSERT_INT(JUDGE(rdds, 5), PT_FLAW_CHAIN);
    for (int i = 0; i < 40; i++)
        rdds[i].nparents = 1;
    ASSERT_INT(JUDGE(rdds, 5), PT_FLAW_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_pruned_partitions_before_the_barrier_spoil_a_gang),
        cmocka_unit_test(
            test_pruned_partitions_spoil_a_gang_that_is_not_the_last),
        cmocka_unit_test(test_a_shuffle_parts_what_was_pruned_from_the_gang),
        cmocka_unit_test(test_a_gang_cannot_leave_members_out),
        cmocka_unit_test(test_a_union_spoils_a_gang),
        cmocka_unit_test(test_fewer_partitions_after_the_barrier_spoil_a_gang),
        cmocka_unit_test(test_two_barriers_cannot_be_zipped),
        cmocka_unit_test(test_a_barrier_can_be_zipped_with_what_has_none),
        cmocka_unit_test(test_barriers_beyond_shuffles_are_counted_too),
        cmocka_unit_test(test_the_flag_spreads_downstream_until_a_shuffle),
        cmocka_unit_test(test_the_order_of_the_list_does_not_matter),
        cmocka_unit_test(test_a_diamond_of_datasets_is_no_trouble),
    };
    return cmocka_run_group_tests_name("rdd", tests, NULL, NULL) != 0;
}
