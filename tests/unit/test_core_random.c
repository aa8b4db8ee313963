/* Random facts for every policy on every kind of machine (core_storm.h), by
 * seed; tests/fuzz/fuzz_core.c looks for them with more patience. */
#include "tests/unit/check.h"

#include <unistd.h>

#include "base/random.h"
#include "tests/unit/core_storm.h"

enum { LENGTH = 160, POLICIES = 16, MACHINES = 72, SECONDS = 60 };

static uint64_t seed_of(int policy, int machine)
{
    return (uint64_t)(1000 * policy + machine);
}

/* A bug stops the program: the last seed that was printed is the one. */
static void rage(int policy, int machine, int rounds)
{
    struct pt_random random;
    uint8_t bytes[LENGTH];

    print_message("%s, machine %d, seed %llu\n", storm_policy((uint32_t)policy),
                  machine, (unsigned long long)seed_of(policy, machine));
    fflush(NULL);
    pt_random_open(&random, seed_of(policy, machine), 0, PT_PURPOSE_TEST, 7);
    for (int i = 0; i < rounds; i++) {
        size_t n = 8 + pt_random_below(&random, LENGTH - 8);
        for (size_t k = 0; k < n; k++)
            bytes[k] = (uint8_t)pt_random_below(&random, 256);
        bytes[0] = (uint8_t)policy;
        bytes[1] = (uint8_t)machine;
        storm_run(bytes, n);
    }
}

static void test_no_sequence_of_facts_breaks_a_book(void **state)
{
    (void)state;
    alarm(SECONDS); /* an endless loop is a bug, too */
    for (int policy = 0; policy < POLICIES; policy++)
        for (int machine = 0; machine < MACHINES; machine++)
            rage(policy, machine, 12);
    alarm(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_sequence_of_facts_breaks_a_book)};

    return cmocka_run_group_tests_name("core_random", tests, NULL, NULL) != 0;
}
