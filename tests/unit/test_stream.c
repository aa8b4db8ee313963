/* test_stream.c - GSL draws from our streams. */
#include "tests/unit/check.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include "models/stream.h"

#define SEED UINT64_C(77)

static void test_gsl_draws_the_words_of_the_stream(void **state)
{
    struct pt_stream stream;
    struct pt_random random;

    (void)state;
    gsl_rng *rng = pt_stream_open(&stream, SEED, 1, PT_PURPOSE_TEST, 9);
    pt_random_open(&random, SEED, 1, PT_PURPOSE_TEST, 9);
    ASSERT_TEXT(gsl_rng_name(rng), "philox4x32-10");
    for (int i = 0; i < 10; i++) {
        ASSERT_INT(gsl_rng_get(rng), pt_random_u32(&random));
        ASSERT_NEAR(gsl_rng_uniform(rng), pt_random_real(&random), 0, 0);
    }
}

static void test_a_clone_goes_on_alike(void **state)
{
    struct pt_stream stream;

    (void)state;
    gsl_rng *rng = pt_stream_open(&stream, SEED, 0, PT_PURPOSE_TEST, 0);
    gsl_rng_get(rng);
    gsl_rng *clone = gsl_rng_clone(rng);
    for (int i = 0; i < 10; i++)
        ASSERT_INT(gsl_rng_get(rng), gsl_rng_get(clone));
    gsl_rng_free(clone);
}

static void test_gsl_can_allocate_and_seed_a_stream(void **state)
{
    struct pt_random random;

    (void)state;
    gsl_rng *rng = gsl_rng_alloc(&pt_stream_type);
    gsl_rng_set(rng, 123);
    pt_random_open(&random, 123, 0, PT_PURPOSE_TEST, 0);
    for (int i = 0; i < 10; i++)
        ASSERT_INT(gsl_rng_get(rng), pt_random_u32(&random));
    gsl_rng_free(rng);
}

static void test_normals_from_a_stream_are_normal(void **state)
{
    struct pt_stream stream;
    double sum = 0, squares = 0;
    int n = 100000;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    gsl_rng *rng = pt_stream_open(&stream, SEED, 0, PT_PURPOSE_TEST, 1);
    for (int i = 0; i < n; i++) {
        double x = gsl_ran_gaussian_ziggurat(rng, 1);
        sum += x;
        squares += x * x;
    }
    ASSERT_NEAR(sum / n, 0, 0, 5 / sqrt(n));
    ASSERT_NEAR(squares / n, 1, 0, 5 * sqrt(2.0 / n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gsl_draws_the_words_of_the_stream),
        cmocka_unit_test(test_a_clone_goes_on_alike),
        cmocka_unit_test(test_gsl_can_allocate_and_seed_a_stream),
        cmocka_unit_test(test_normals_from_a_stream_are_normal),
    };

    return cmocka_run_group_tests_name("stream", tests, NULL, NULL) != 0;
}
