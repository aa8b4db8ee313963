/* test_random.c - streams of random numbers. */
#include "tests/unit/check.h"

#include "base/random.h"

#define SEED UINT64_C(20240229)

static void check_block(uint32_t key, uint32_t counter,
                        const uint32_t *expected)
{
    struct pt_random random = {
        .key = {key, key},
        .counter = {counter, counter, counter, counter},
        .left = 0,
    };

    for (int i = 0; i < 4; i++)
        ASSERT_INT(pt_random_u32(&random), expected[i]);
}

static void test_philox_gives_the_known_answers(void **state)
{
    static const uint32_t zeros[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c,
                                     0x9b00dbd8};
    static const uint32_t ones[] = {0x408f276d, 0x41c83b0e, 0xa20bc7c6,
                                    0x6d5451fd};

    (void)state;
    check_block(0, 0, zeros);
    check_block(UINT32_MAX, UINT32_MAX, ones);
}

static void test_seed_0_of_replication_0_has_key_0(void **state)
{
    struct pt_random random;

    (void)state;
    pt_random_open(&random, UINT64_C(0x0123456789abcdef), 0, PT_PURPOSE_WIDTH,
                   UINT64_C(0xfedcba98765432));
    ASSERT_INT(random.key[0], 0x89abcdef);
    ASSERT_INT(random.key[1], 0x01234567);
    ASSERT_INT(random.counter[0], 0);
    ASSERT_INT(random.counter[1], 0);
    ASSERT_INT(random.counter[2], 0x98765432);
    ASSERT_INT(random.counter[3], 0x02fedcba);
}

static void test_a_stream_repeats_itself(void **state)
{
    struct pt_random a, b;

    (void)state;
    pt_random_open(&a, SEED, 3, PT_PURPOSE_LENGTH, 4711);
    pt_random_open(&b, SEED, 3, PT_PURPOSE_LENGTH, 4711);
    for (int i = 0; i < 1000; i++)
        ASSERT_INT(pt_random_u32(&a), pt_random_u32(&b));
}

/* How many of the first 64 words of A and B are the same. */
static int count_equal(struct pt_random a, struct pt_random b)
{
    int equal = 0;

    for (int i = 0; i < 64; i++)
        equal += pt_random_u32(&a) == pt_random_u32(&b);
    return equal;
}

static void test_each_of_the_four_names_makes_another_stream(void **state)
{
    struct pt_random streams[8];

    (void)state;
    pt_random_open(&streams[0], 1, 0, PT_PURPOSE_WIDTH, 5);
    pt_random_open(&streams[1], 2, 0, PT_PURPOSE_WIDTH, 5);
    pt_random_open(&streams[2], 1, 1, PT_PURPOSE_WIDTH, 5);
    pt_random_open(&streams[3], 1, 2, PT_PURPOSE_WIDTH, 5);
    pt_random_open(&streams[4], 1, 0, PT_PURPOSE_LENGTH, 5);
    pt_random_open(&streams[5], 1, 0, PT_PURPOSE_WIDTH, 6);
    pt_random_open(&streams[6], 1, 0, PT_PURPOSE_WIDTH, UINT64_C(5) << 32);
    pt_random_open(&streams[7], UINT64_C(1) << 32, 0, PT_PURPOSE_WIDTH, 5);
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < i; j++)
            assert_true(count_equal(streams[i], streams[j]) <= 1);
}

static void test_the_block_counter_carries(void **state)
{
    struct pt_random random = {
        .counter = {UINT32_MAX, 0, 7, 8},
        .left = 0,
    };

    (void)state;
    pt_random_u32(&random);
    ASSERT_INT(random.counter[0], 0);
    ASSERT_INT(random.counter[1], 1);
    ASSERT_INT(random.counter[2], 7);
    ASSERT_INT(random.counter[3], 8);
}

static void test_reals_are_uniform_on_the_unit_interval(void **state)
{
    struct pt_random random;
    double sum = 0, squares = 0;
    int n = 200000;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    pt_random_open(&random, SEED, 0, PT_PURPOSE_TEST, 3);
    for (int i = 0; i < n; i++) {
        double u = pt_random_real(&random);
        assert_true(u >= 0 && u < 1);
        sum += u;
        squares += u * u;
    }
    /* Five standard errors: sqrt(1/12 / n), sqrt(4/45 / n). */
    ASSERT_NEAR(sum / n, 0.5, 0, 0.0033);
    ASSERT_NEAR(squares / n, 1.0 / 3.0, 0, 0.0034);
}

static void test_a_real_is_53_bits_of_two_words(void **state)
{
    struct pt_random a, b;

    (void)state;
    pt_random_open(&a, SEED, 0, PT_PURPOSE_TEST, 4);
    pt_random_open(&b, SEED, 0, PT_PURPOSE_TEST, 4);
    for (int i = 0; i < 100; i++) {
        uint64_t bits = (uint64_t)pt_random_u32(&b) << 21;
        bits |= pt_random_u32(&b) >> 11;
        ASSERT_NEAR(pt_random_real(&a), (double)bits / 9007199254740992.0, 0,
                    0);
    }
}

static void test_below_n_is_fair_and_within(void **state)
{
    struct pt_random random;
    int counts[6] = {0};

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    pt_random_open(&random, SEED, 0, PT_PURPOSE_TEST, 5);
    for (int i = 0; i < 60000; i++)
        counts[pt_random_below(&random, 6)]++;
    for (int i = 0; i < 6; i++)
        ASSERT_NEAR(counts[i], 10000, 0, 5 * 91.3);
    for (int i = 0; i < 1000; i++) {
        ASSERT_INT(pt_random_below(&random, 1), 0);
        assert_true(pt_random_below(&random, 3000000000u) < 3000000000u);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox_gives_the_known_answers),
        cmocka_unit_test(test_seed_0_of_replication_0_has_key_0),
        cmocka_unit_test(test_a_stream_repeats_itself),
        cmocka_unit_test(test_each_of_the_four_names_makes_another_stream),
        cmocka_unit_test(test_the_block_counter_carries),
        cmocka_unit_test(test_reals_are_uniform_on_the_unit_interval),
        cmocka_unit_test(test_a_real_is_53_bits_of_two_words),
        cmocka_unit_test(test_below_n_is_fair_and_within),
    };

    return cmocka_run_group_tests_name("random", tests, NULL, NULL) != 0;
}
