/* Gangs that save their work, against a simulation that counts every
 * microsecond: killed at every instant, and gone on with. */
#include "tests/unit/members_ticks.h"

#include "world/solo.h"

static void copy_saved(struct pt_saved *to, const struct pt_saved *from)
{
    *to = *from;
    if (from->n == 0)
        return;
    to->done = pt_alloc((size_t)from->n, sizeof *to->done);
    memcpy(to->done, from->done, (size_t)from->n * sizeof *to->done);
}

/* One launch from what was SAVED (POINT, or NULL), killed at KILL; what is
 * saved then goes into SAVED and POINT.  Whether anything is. */
static bool kill_at(const struct gang *g, struct pt_saved *saved,
                    struct point *point, pt_time kill)
{
    bool any = saved->n > 0;
    struct account a = count(g, any ? point : NULL, kill);
    struct launch l;

    open_launch(&l, g, saved);
    run(&l, AT + kill);
    SAME(g, kill, l.ended, false);
    struct pt_progress p = pt_members_progress(&l.members, AT + kill);
    compare(&l, &a, &p, kill);
    pt_members_save(&l.members, AT + kill, g->n, saved);
    if (a.saved)
        *point = a.point;
    compare_saved(g, saved, any || a.saved ? point : NULL, kill);
    SAME(g, kill, pt_members_kill(&l.members, AT + kill), false);
    close_launch(&l);
    return any || a.saved;
}

/* To the end: its length. */
static pt_time run_to_the_end(const struct gang *g,
                              const struct pt_saved *saved,
                              const struct point *point)
{
    struct account a =
        count(g, saved->n > 0 ? point : NULL, PT_TIME_FAR - AT - 1);
    struct launch l;

    open_launch(&l, g, saved);
    run(&l, PT_TIME_FAR - 1);
    SAME(g, -1, l.ended, true);
    SAME(g, -1, l.now - AT, a.t);
    compare(&l, &a, &l.progress, -1);
    close_launch(&l);
    return a.t;
}

/* Several launches one after the other; each could be killed anywhere. */
static void torture(const struct gang *first, struct pt_random *random)
{
    struct gang g = *first;
    struct pt_saved saved = {.n = 0};
    struct point point = {.part = 0};

    g.restart = 0;
    for (int32_t launch = 0; launch < 3; launch++) {
        pt_time length = run_to_the_end(&g, &saved, &point);
        for (pt_time kill = 0; kill < length; kill++) {
            struct pt_saved other;
            struct point copy = point;
            copy_saved(&other, &saved);
            kill_at(&g, &other, &copy, kill);
            pt_saved_fini(&other);
        }
        if (length > 0)
            kill_at(&g, &saved, &point,
                    (pt_time)pt_random_below(random, (uint32_t)length));
        g.restart = first->restart;
    }
    pt_saved_fini(&saved);
}

static void test_killed_at_every_instant(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 1500; seed++) {
        struct pt_random random;
        pt_random_open(&random, seed, 0, 0, 0);
        struct gang g = {.n = 1 + (int32_t)below(&random, MOST),
                         .parts = 1 + (int32_t)below(&random, PARTS),
                         .delay = below(&random, 3),
                         .restart = below(&random, 5),
                         .interval = 1 + below(&random, 15),
                         .cost = below(&random, 5),
                         .each = below(&random, 2) == 0,
                         .common = below(&random, 4) == 0};
        for (int32_t i = 0; i < g.n; i++) {
            g.length[i] = below(&random, 25);
            g.slow[i] = g.common ? 0 : (int32_t)below(&random, 4);
            if (g.common)
                g.length[i] = g.length[0];
        }
        torture(&g, &random);
    }
}

static void test_plain_cases(void **state)
{
    static const struct gang gangs[] = {
        {.n = 1, .parts = 1, .length = {20}, .interval = 5, .cost = 2},
        {.n = 2, .parts = 1, .length = {20, 10}, .interval = 5, .cost = 2},
        {.n = 2, .parts = 4, .length = {20, 10}, .interval = 5, .cost = 2},
        {.n = 2, .parts = 4, .length = {20, 0}, .interval = 5, .cost = 0},
        {.n = 3, .parts = 5, .length = {0, 0, 0}, .interval = 1, .cost = 1},
        {.n = 3, .parts = 6, .length = {3, 2, 1}, .interval = 1, .cost = 3}};

    (void)state;
    for (size_t i = 0; i < sizeof gangs / sizeof *gangs; i++)
        for (int each = 0; each < 2; each++) {
            struct gang g = gangs[i];
            struct pt_random random;
            pt_random_open(&random, i, 0, 0, 0);
            g.each = each == 1;
            g.restart = 4;
            torture(&g, &random);
        }
}

/* --- one event --- */

/* Of a gang of three, one alone: the others keep what they have. */
static void save_one(const struct gang *g, const struct pt_solo *solo,
                     const struct account *a, pt_time kill)
{
    struct pt_saved saved = {.n = 3};

    saved.done = pt_alloc(3, sizeof *saved.done);
    saved.done[0] = 1000;
    pt_solo_save(solo, AT + kill, 1, 3, &saved);
    SAME(g, kill, saved.n, 3);
    SAME(g, kill, saved.done[0], 1000);
    SAME(g, kill, saved.done[1], a->saved ? a->point.done[0] : 0);
    SAME(g, kill, saved.done[2], 0);
    pt_saved_fini(&saved);
}

static void test_an_event_is_a_gang_of_one_part(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct pt_random random;
        pt_random_open(&random, seed, 0, 0, 0);
        struct gang g = {.n = 1,
                         .parts = 1,
                         .length = {1 + below(&random, 40)},
                         .slow = {(int32_t)below(&random, 4)},
                         .restart = below(&random, 5),
                         .interval = 1 + below(&random, 15),
                         .cost = below(&random, 5)};
        const struct pt_way way = {AT, g.restart, g.interval, g.cost};
        pt_time slow = g.slow[0] > 0 ? g.slow[0] : 1;
        struct pt_piece piece = {.size = g.length[0],
                                 .work = g.length[0] * slow};
        struct account whole = count(&g, NULL, PT_TIME_FAR);
        struct pt_solo *solo = pt_solo_new(&way, &piece);
        SAME(&g, -1, pt_way_at(&way, piece.work) - AT, whole.t);
        for (pt_time kill = 0; kill < whole.t; kill++) {
            struct account a = count(&g, NULL, kill);
            struct pt_progress p = pt_solo_progress(solo, AT + kill, 3);
            struct pt_saved saved = {.n = 0};
            SAME(&g, kill, p.restart, 3 * a.restart);
            SAME(&g, kill, p.checkpoint, 3 * a.checkpoint[0]);
            SAME(&g, kill, p.saved, 3 * a.kept[0]);
            pt_solo_save(solo, AT + kill, -1, 3, &saved);
            compare_saved(&g, &saved, a.saved ? &a.point : NULL, kill);
            pt_saved_fini(&saved);
            save_one(&g, solo, &a, kill);
        }
        struct pt_progress end = pt_solo_progress(solo, AT + whole.t, 1);
        SAME(&g, -1, end.checkpoint, whole.checkpoint[0]);
        if (g.cost > 0)
            SAME(&g, -1, end.saved, whole.kept[0]);
        pt_free(solo);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_at_every_instant),
        cmocka_unit_test(test_plain_cases),
        cmocka_unit_test(test_an_event_is_a_gang_of_one_part),
    };

    return cmocka_run_group_tests_name("members that save", tests, NULL, NULL);
}
