/* Nodes that fail again and again: whatever the policy, the placement and the
 * machine, what runs there is killed, nothing is started there, every book
 * sums, and all jobs end once the nodes stay. */
#include "tests/unit/check.h"

#include "tests/conform/breaking.h"

enum { PLACES = 6, ROUNDS = 24 };

static void check(bool named, bool exclusive)
{
    struct breaking_scene scene = {.named = named, .exclusive = exclusive};
    struct trial_check check = {.context = &scene,
                                .most = BREAKING_JOBS,
                                .draw = breaking_draw,
                                .fails = breaking_fails,
                                .print = breaking_print};

    scene.npolicies = trial_policies(scene.names);
    print_message("seed %d, %d policies\n", BREAKING_SEED,
                  (int)scene.npolicies);
    assert_true(trial_check_all(&check, ROUNDS * PLACES * scene.npolicies));
}

static void test_processors_of_nodes_that_fail(void **state)
{
    (void)state;
    check(false, false);
}

static void test_whole_nodes_that_fail(void **state)
{
    (void)state;
    check(false, true);
}

static void test_nodes_with_gpus_that_fail(void **state)
{
    (void)state;
    check(true, false);
}

static void test_whole_nodes_with_gpus_that_fail(void **state)
{
    (void)state;
    check(true, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_processors_of_nodes_that_fail),
        cmocka_unit_test(test_whole_nodes_that_fail),
        cmocka_unit_test(test_nodes_with_gpus_that_fail),
        cmocka_unit_test(test_whole_nodes_with_gpus_that_fail),
    };

    return cmocka_run_group_tests_name("breaking_nodes", tests, NULL, NULL) !=
           0;
}
