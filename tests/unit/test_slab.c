/* Numbers are reused, the last one given back first; addresses stay. */
#include "tests/unit/check.h"

#include "base/random.h"
#include "base/slab.h"

enum { MOST = 3 * PT_SLAB_CHUNK };

struct thing {
    int64_t mark;
    char rest[20];
};

static void test_numbers_go_up_from_zero_and_structs_are_zero(void **state)
{
    struct pt_slab slab;

    (void)state;
    pt_slab_init(&slab, sizeof(struct thing));
    for (int32_t i = 0; i < MOST; i++) {
        ASSERT_INT(pt_slab_take(&slab), i);
        const struct thing *thing = pt_slab_at(&slab, i);
        ASSERT_INT(thing->mark, 0);
        ASSERT_INT(thing->rest[19], 0);
    }
    ASSERT_INT(slab.top, MOST);
    ASSERT_INT(slab.nchunks, 3);
    pt_slab_fini(&slab);
    ASSERT_INT(slab.top, 0);
}

static void test_the_last_number_given_back_is_taken_first(void **state)
{
    struct pt_slab slab;

    (void)state;
    pt_slab_init(&slab, sizeof(struct thing));
    for (int32_t i = 0; i < 5; i++)
        pt_slab_take(&slab);
    ((struct thing *)pt_slab_at(&slab, 1))->mark = 41;
    pt_slab_give(&slab, 3);
    pt_slab_give(&slab, 1);
    ASSERT_INT(pt_slab_take(&slab), 1);
    ASSERT_INT(((struct thing *)pt_slab_at(&slab, 1))->mark, 41);
    ASSERT_INT(pt_slab_take(&slab), 3);
    ASSERT_INT(pt_slab_take(&slab), 5);
    pt_slab_fini(&slab);
}

static void test_addresses_stay_and_nothing_is_handed_out_twice(void **state)
{
    struct pt_slab slab;
    struct pt_random random;
    struct thing *at[MOST] = {NULL};
    bool taken[MOST] = {false};
    int32_t n = 0, most = 0;

    (void)state;
    print_message("seed 3\n");
    pt_random_open(&random, 3, 0, PT_PURPOSE_TEST, 3);
    pt_slab_init(&slab, sizeof(struct thing));
    for (int i = 0; i < 20000; i++) {
        int32_t k = (int32_t)pt_random_below(&random, MOST);
        if (taken[k] && i % 3 == 0) {
            ASSERT_INT(at[k]->mark, k + 1);
            pt_slab_give(&slab, k);
            taken[k] = false;
            n--;
        } else if (n < MOST) {
            k = pt_slab_take(&slab);
            assert_false(taken[k]);
            struct thing *thing = pt_slab_at(&slab, k);
            assert_true(!at[k] || at[k] == thing);
            at[k] = thing;
            thing->mark = k + 1;
            taken[k] = true;
            n++;
        }
        most = n > most ? n : most;
        assert_true(slab.top <= MOST);
    }
    ASSERT_INT(slab.top, most); /* memory is bounded by the most in use */
    pt_slab_fini(&slab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_go_up_from_zero_and_structs_are_zero),
        cmocka_unit_test(test_the_last_number_given_back_is_taken_first),
        cmocka_unit_test(test_addresses_stay_and_nothing_is_handed_out_twice)};

    return cmocka_run_group_tests_name("slab", tests, NULL, NULL) != 0;
}
