/* test_way.c - loading, work, and checkpoints in between. */
#include "tests/unit/check.h"

#include "base/random.h"
#include "world/way.h"

#define SEED UINT64_C(37)

static struct pt_way make_way(pt_time begin, pt_time restart, pt_time interval,
                              pt_time cost)
{
    return (struct pt_way){
        .begin = begin, .restart = restart, .interval = interval, .cost = cost};
}

static struct pt_progress at(const struct pt_way *way, pt_time when)
{
    return pt_way_progress(way, when);
}

/* Loads in [100, 107), works, saves in [117, 120), [130, 133), ... */
static const struct pt_way usual = {100, 7, 10, 3};

/* ---- by hand ---- */

static void test_it_loads_works_and_saves_by_turns(void **state)
{
    static const struct {
        pt_time at, restart, work, checkpoint, saved;
    } rows[] = {
        {0, 0, 0, 0, 0},     {100, 0, 0, 0, 0},   {101, 1, 0, 0, 0},
        {107, 7, 0, 0, 0},   {108, 7, 1, 0, 0},   {116, 7, 9, 0, 0},
        {117, 7, 10, 0, 0},  {118, 7, 10, 1, 0},  {119, 7, 10, 2, 0},
        {120, 7, 10, 3, 10}, {121, 7, 11, 3, 10}, {130, 7, 20, 3, 10},
        {132, 7, 20, 5, 10}, {133, 7, 20, 6, 20}, {134, 7, 21, 6, 20},
        {146, 7, 30, 9, 30},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pt_progress progress = at(&usual, rows[i].at);
        ASSERT_INT(pt_way_work(&usual, rows[i].at), rows[i].work);
        ASSERT_INT(progress.restart, rows[i].restart);
        ASSERT_INT(progress.checkpoint, rows[i].checkpoint);
        ASSERT_INT(progress.saved, rows[i].saved);
    }
}

static void test_a_checkpoint_is_due_after_what_ends_with_it(void **state)
{
    (void)state;
    ASSERT_INT(pt_way_at(&usual, 0), 107);
    ASSERT_INT(pt_way_at(&usual, 1), 108);
    ASSERT_INT(pt_way_at(&usual, 10), 117); /* the first begins here */
    ASSERT_INT(pt_way_at(&usual, 11), 121);
    ASSERT_INT(pt_way_at(&usual, 20), 130);
    ASSERT_INT(pt_way_at(&usual, 21), 134);
    for (pt_time k = 1; k < 100; k++) {
        pt_time end = pt_way_at(&usual, 10 * k);
        ASSERT_INT(end, 107 + 10 * k + 3 * (k - 1));
        ASSERT_INT(at(&usual, end).checkpoint, 3 * (k - 1));
        ASSERT_INT(at(&usual, end).saved, 10 * (k - 1));
        ASSERT_INT(at(&usual, end + 2).saved, 10 * (k - 1));
        ASSERT_INT(at(&usual, end + 3).saved, 10 * k);
    }
}

static void test_without_checkpoints_nothing_is_saved(void **state)
{
    const struct pt_way plain = make_way(50, 5, PT_TIME_NEVER, 9);

    (void)state;
    for (pt_time work = 0; work < 1000; work += 37) {
        ASSERT_INT(pt_way_at(&plain, work), 55 + work);
        ASSERT_INT(pt_way_work(&plain, 55 + work), work);
        ASSERT_INT(at(&plain, 55 + work).restart, 5);
        ASSERT_INT(at(&plain, 55 + work).checkpoint, 0);
        ASSERT_INT(at(&plain, 55 + work).saved, 0);
    }
}

static void test_saving_for_nothing_saves_all(void **state)
{
    const struct pt_way each = make_way(3, 0, 1, 0);
    const struct pt_way some = make_way(3, 2, 10, 0);

    (void)state;
    for (pt_time work = 0; work < 100; work++) {
        ASSERT_INT(pt_way_at(&each, work), 3 + work);
        ASSERT_INT(pt_way_work(&each, 3 + work), work);
        ASSERT_INT(at(&each, 3 + work).saved, work);
        ASSERT_INT(at(&each, 3 + work).checkpoint, 0);
        ASSERT_INT(pt_way_at(&some, work), 5 + work);
        ASSERT_INT(at(&some, 5 + work).checkpoint, 0);
        ASSERT_INT(at(&some, 5 + work).saved / 10, work / 10);
    }
}

static void test_a_checkpoint_each_microsecond_takes_its_time(void **state)
{
    const struct pt_way way = make_way(0, 0, 1, 4);

    (void)state;
    for (pt_time work = 1; work < 100; work++) {
        pt_time end = pt_way_at(&way, work);
        ASSERT_INT(end, work + 4 * (work - 1));
        ASSERT_INT(pt_way_work(&way, end), work);
        ASSERT_INT(at(&way, end).saved, work - 1);
        ASSERT_INT(at(&way, end + 4).saved, work);
    }
}

/* ---- far away ---- */

static void test_what_never_ends_saturates(void **state)
{
    const pt_time huge = PT_TIME_NEVER / 2;
    const struct pt_way rows[] = {
        make_way(huge, huge, 10, 3),
        make_way(huge, PT_TIME_NEVER, 10, 3),
        make_way(0, 0, 1, huge),
        make_way(0, 0, 1, PT_TIME_NEVER),
        make_way(0, 5, PT_TIME_NEVER, PT_TIME_NEVER),
        make_way(PT_TIME_NEVER, 0, 10, 0),
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct pt_way *way = &rows[i];
        ASSERT_INT(pt_way_at(way, PT_TIME_NEVER), PT_TIME_NEVER);
        pt_time then = pt_way_at(way, huge);
        struct pt_progress progress = at(way, PT_TIME_FAR);
        assert_true(then >= huge);
        assert_true(progress.restart >= 0 && progress.checkpoint >= 0 &&
                    progress.saved >= 0);
        assert_true(pt_way_work(way, PT_TIME_FAR) >= progress.saved);
    }
    ASSERT_INT(pt_way_at(&rows[2], 4), PT_TIME_NEVER);
    ASSERT_INT(pt_way_at(&rows[3], 1), 1);
    ASSERT_INT(pt_way_at(&rows[3], 2), PT_TIME_NEVER);
    ASSERT_INT(pt_way_work(&rows[3], 1000), 1);
    ASSERT_INT(at(&rows[3], 1000).checkpoint, 999);
    ASSERT_INT(at(&rows[3], 1000).saved, 0);
}

/* ---- any ---- */

static pt_time draw(struct pt_random *random, uint32_t most)
{
    return (pt_time)pt_random_below(random, most + 1);
}

static struct pt_way draw_way(struct pt_random *random)
{
    static const uint32_t sizes[] = {0, 1, 10, 1000, 1000000000};
    struct pt_way way;

    way.begin = draw(random, sizes[pt_random_below(random, 5)]) -
                draw(random, sizes[pt_random_below(random, 5)]);
    way.restart = draw(random, sizes[pt_random_below(random, 5)]);
    way.interval = 1 + draw(random, sizes[pt_random_below(random, 5)]);
    way.cost = draw(random, sizes[pt_random_below(random, 5)]);
    return way;
}

/* WORK is done at the first instant at which it is said to be. */
static void check_round_trip(const struct pt_way *way, pt_time work)
{
    pt_time then = pt_way_at(way, work);

    ASSERT_INT(pt_way_work(way, then), work);
    if (work > 0)
        ASSERT_INT(pt_way_work(way, then - 1), work - 1);
}

/* All time until WHEN is one thing or another; what is saved was done by the
 * end of a checkpoint. */
static void check_sum(const struct pt_way *way, pt_time when)
{
    struct pt_progress progress = at(way, when);
    pt_time work = pt_way_work(way, when);
    pt_time elapsed = when > way->begin ? when - way->begin : 0;
    pt_time full = progress.saved / way->interval;

    ASSERT_INT(progress.restart + progress.checkpoint + work, elapsed);
    assert_true(progress.restart <= way->restart);
    assert_true(work == 0 || progress.restart == way->restart);
    ASSERT_INT(progress.saved % way->interval, 0);
    assert_true(progress.saved <= work);
    assert_true(work - progress.saved <= way->interval);
    assert_true(progress.checkpoint >= full * way->cost);
    assert_true(progress.checkpoint <= (full + 1) * way->cost);
}

/* Between two instants nothing is undone. */
static void check_order(const struct pt_way *way, pt_time early, pt_time late)
{
    struct pt_progress first = at(way, early), second = at(way, late);

    assert_true(first.restart <= second.restart);
    assert_true(first.checkpoint <= second.checkpoint);
    assert_true(first.saved <= second.saved);
    assert_true(pt_way_work(way, early) <= pt_way_work(way, late));
}

static void test_work_and_the_clock_on_the_wall_agree(void **state)
{
    struct pt_random random;

    (void)state;
    print_message("seed %d\n", (int)SEED);
    pt_random_open(&random, SEED, 0, PT_PURPOSE_TEST, 0);
    for (int i = 0; i < 50000; i++) {
        struct pt_way way = draw_way(&random);
        pt_time cycle = way.interval + way.cost;
        pt_time k = draw(&random, 1000);
        pt_time work = k * way.interval + draw(&random, 2) - 1;
        pt_time when =
            way.begin + way.restart + k * cycle + draw(&random, 1000) - 500;
        check_round_trip(&way, work > 0 ? work : 0);
        check_round_trip(&way, draw(&random, 1000000000));
        check_sum(&way, when);
        check_sum(&way, way.begin + way.restart + k * cycle);
        check_sum(&way, way.begin + way.restart + k * cycle + way.interval);
        check_order(&way, when, when + draw(&random, 1000));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_loads_works_and_saves_by_turns),
        cmocka_unit_test(test_a_checkpoint_is_due_after_what_ends_with_it),
        cmocka_unit_test(test_without_checkpoints_nothing_is_saved),
        cmocka_unit_test(test_saving_for_nothing_saves_all),
        cmocka_unit_test(test_a_checkpoint_each_microsecond_takes_its_time),
        cmocka_unit_test(test_what_never_ends_saturates),
        cmocka_unit_test(test_work_and_the_clock_on_the_wall_agree),
    };

    return cmocka_run_group_tests_name("way", tests, NULL, NULL) != 0;
}
