/* Timers against an array of them that is searched from end to end. */
#include "tests/unit/check.h"

#include "base/agenda.h"
#include "base/random.h"

enum { OWNERS = 300 };

struct twin {
    struct pt_agenda agenda;
    pt_time at[OWNERS]; /* PT_TIME_NEVER: no timer */
    struct pt_random random;
};

static void twin_init(struct twin *t, uint64_t seed)
{
    pt_agenda_init(&t->agenda);
    for (int i = 0; i < OWNERS; i++)
        t->at[i] = PT_TIME_NEVER;
    pt_random_open(&t->random, seed, 0, PT_PURPOSE_TEST, 2);
}

static int32_t first(const struct twin *t)
{
    int32_t best = -1;

    for (int32_t i = 0; i < OWNERS; i++)
        if (t->at[i] < PT_TIME_NEVER && (best < 0 || t->at[i] < t->at[best]))
            best = i;
    return best;
}

static void check_first(const struct twin *t)
{
    int32_t best = first(t), n = 0;

    for (int32_t i = 0; i < OWNERS; i++)
        n += t->at[i] < PT_TIME_NEVER;
    ASSERT_INT(t->agenda.n, n);
    ASSERT_INT(pt_agenda_next(&t->agenda),
               best < 0 ? PT_TIME_NEVER : t->at[best]);
}

static void set(struct twin *t, int32_t owner, pt_time at)
{
    pt_agenda_set(&t->agenda, owner, at);
    t->at[owner] = at;
    check_first(t);
}

static void pop(struct twin *t)
{
    int32_t best = first(t);

    ASSERT_INT(pt_agenda_pop(&t->agenda), best);
    t->at[best] = PT_TIME_NEVER;
    check_first(t);
}

/* Few instants, so that ties are many. */
static void test_a_random_history_is_that_of_an_array(void **state)
{
    struct twin t;

    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        print_message("seed %d\n", (int)seed);
        twin_init(&t, seed);
        for (int i = 0; i < 4000; i++) {
            uint32_t what = pt_random_below(&t.random, 10);
            int32_t owner = (int32_t)pt_random_below(&t.random, OWNERS);
            if (what < 6)
                set(&t, owner, pt_random_below(&t.random, 40));
            else if (what < 8)
                set(&t, owner, PT_TIME_NEVER);
            else if (t.agenda.n > 0)
                pop(&t);
        }
        while (t.agenda.n > 0)
            pop(&t);
        pt_agenda_fini(&t.agenda);
    }
}

static void test_ties_fire_in_order_of_owner_whatever_the_history(void **state)
{
    static const int32_t orders[3][5] = {
        {4, 2, 0, 3, 1}, {0, 1, 2, 3, 4}, {1, 4, 3, 2, 0}};

    (void)state;
    for (int k = 0; k < 3; k++) {
        struct pt_agenda agenda;
        pt_agenda_init(&agenda);
        for (int i = 0; i < 5; i++)
            pt_agenda_set(&agenda, orders[k][i], 100 - i);
        for (int i = 4; i >= 0; i--)
            pt_agenda_set(&agenda, orders[k][i], 7);
        for (int32_t i = 0; i < 5; i++)
            ASSERT_INT(pt_agenda_pop(&agenda), i);
        ASSERT_INT(pt_agenda_next(&agenda), PT_TIME_NEVER);
        pt_agenda_fini(&agenda);
    }
}

static void
test_an_owner_has_one_timer_and_may_move_or_take_it_off(void **state)
{
    struct pt_agenda agenda;

    (void)state;
    pt_agenda_init(&agenda);
    ASSERT_INT(pt_agenda_next(&agenda), PT_TIME_NEVER);
    pt_agenda_set(&agenda, 9, PT_TIME_NEVER); /* there was none */
    pt_agenda_set(&agenda, 3, 50);
    pt_agenda_set(&agenda, 3, 20);
    pt_agenda_set(&agenda, 3, 60);
    ASSERT_INT(agenda.n, 1);
    ASSERT_INT(pt_agenda_next(&agenda), 60);
    pt_agenda_set(&agenda, 3, PT_TIME_NEVER);
    ASSERT_INT(agenda.n, 0);
    pt_agenda_set(&agenda, 3, -5);
    ASSERT_INT(pt_agenda_next(&agenda), -5);
    ASSERT_INT(pt_agenda_pop(&agenda), 3);
    pt_agenda_fini(&agenda);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_random_history_is_that_of_an_array),
        cmocka_unit_test(test_ties_fire_in_order_of_owner_whatever_the_history),
        cmocka_unit_test(
            test_an_owner_has_one_timer_and_may_move_or_take_it_off)};

    return cmocka_run_group_tests_name("agenda", tests, NULL, NULL) != 0;
}
