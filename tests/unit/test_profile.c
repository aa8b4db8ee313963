/* The profile against an array with the level at every instant. */
#include "tests/unit/check.h"

#include "base/random.h"
#include "core/profile.h"

enum { END = 120 }; /* from here on nothing changes any more */

struct twin {
    struct pt_profile profile;
    int64_t level[END + 1]; /* the last one holds for ever */
    pt_time now;
    struct pt_random random;
};

static pt_time below(struct twin *t, int64_t n)
{
    return pt_random_below(&t->random, (uint32_t)n);
}

static int64_t level_at(const struct twin *t, pt_time at)
{
    return t->level[at < END ? at : END];
}

static void twin_init(struct twin *t, uint64_t seed)
{
    *t = (struct twin){.now = 0};
    pt_random_open(&t->random, seed, 0, PT_PURPOSE_TEST, 4);
    pt_profile_init(&t->profile, 20);
    pt_profile_advance(&t->profile, 0);
    for (int i = 0; i <= END; i++)
        t->level[i] = 20;
}

static void add(struct twin *t, pt_time from, pt_time until, int64_t n)
{
    pt_profile_add(&t->profile, from, until, n);
    for (pt_time at = from; at <= END && at < until; at++)
        t->level[at] += n;
}

static void check_levels(struct twin *t)
{
    for (pt_time at = t->now; at <= END; at++) {
        int64_t level = 0;
        ASSERT_INT(pt_profile_below(&t->profile, at, 1000, &level), at);
        ASSERT_INT(level, level_at(t, at));
    }
    ASSERT_INT(t->profile.level, level_at(t, t->now));
}

/* The past counts as the present. */
static pt_time first(const struct twin *t, pt_time from, int64_t n, bool least)
{
    for (pt_time at = from > t->now ? from : t->now; at <= END; at++)
        if (least ? level_at(t, at) >= n : level_at(t, at) < n)
            return at;
    return PT_TIME_NEVER;
}

static void check_seeks(struct twin *t)
{
    for (int least = 0; least < 2; least++) {
        pt_time from = below(t, END);
        int64_t n = below(t, 40) - 10, level = -999;
        pt_time at = first(t, from, n, least == 1);
        pt_time got = least ? pt_profile_reaches(&t->profile, from, n, &level)
                            : pt_profile_below(&t->profile, from, n, &level);
        ASSERT_INT(got, at);
        if (at < PT_TIME_NEVER)
            ASSERT_INT(level, level_at(t, at));
        got = least ? pt_profile_reaches(&t->profile, from, n, NULL)
                    : pt_profile_below(&t->profile, from, n, NULL);
        ASSERT_INT(got, at);
    }
}

static void check_least(struct twin *t)
{
    pt_time until = t->now + 1 + below(t, END);
    int64_t least = level_at(t, t->now);

    for (pt_time at = t->now; at < until; at++)
        least = level_at(t, at) < least ? level_at(t, at) : least;
    ASSERT_INT(pt_profile_least(&t->profile, until), least);
    for (pt_time at = until; at <= END; at++)
        least = level_at(t, at) < least ? level_at(t, at) : least;
    ASSERT_INT(pt_profile_least(&t->profile, PT_TIME_NEVER), least);
}

/* Whether N are free all through [s, min(s + LENGTH, BOUND)). */
static bool holds(const struct twin *t, pt_time s, int64_t n, pt_time length,
                  pt_time bound)
{
    pt_time end =
        pt_time_add(s, length) < bound ? pt_time_add(s, length) : bound;

    for (pt_time at = s; at < end; at++) {
        if (level_at(t, at) < n)
            return false;
        if (at >= END)
            return true;
    }
    return true;
}

static void check_earliest(struct twin *t)
{
    int64_t n = below(t, 25);
    pt_time length = below(t, 10) ? 1 + below(t, 40) : PT_TIME_NEVER;
    pt_time bound = below(t, 3) ? PT_TIME_NEVER : t->now + below(t, END);
    pt_time s = t->now;

    while (s < bound && s <= END && !holds(t, s, n, length, bound))
        s++;
    if (s > END || s > bound)
        s = bound;
    ASSERT_INT(pt_profile_earliest(&t->profile, n, length, bound), s);
}

static void change(struct twin *t)
{
    pt_time from = below(t, END), until = below(t, END + 1);
    int64_t n = below(t, 13) - 6;

    if (below(t, 6) == 0)
        until = PT_TIME_NEVER;
    add(t, from, until, n);
    if (until > from && below(t, 2) == 0)
        add(t, from, until, -n); /* steps vanish again */
}

static void test_a_random_history_is_that_of_an_array_of_levels(void **state)
{
    struct twin t;

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        twin_init(&t, seed);
        print_message("seed %d\n", (int)seed);
        while (t.now < END - 1) {
            for (int i = 0; i < 12; i++)
                change(&t);
            for (int i = 0; i < 12; i++) {
                check_seeks(&t);
                check_least(&t);
                check_earliest(&t);
            }
            check_levels(&t);
            t.now += below(&t, 9);
            t.now = t.now < END ? t.now : END - 1;
            pt_profile_advance(&t.profile, t.now);
        }
        pt_profile_fini(&t.profile);
    }
}

/* What runs and was promised, all different: the tree is many levels high. */
static void test_thousands_of_steps_are_told_apart(void **state)
{
    struct pt_profile profile;

    (void)state;
    pt_profile_init(&profile, 10000);
    pt_profile_advance(&profile, 0);
    for (int64_t i = 1; i <= 5000; i++)
        pt_profile_add(&profile, 0, 10 * i, -1);
    ASSERT_INT(profile.level, 5000);
    for (int64_t i = 1; i <= 5000; i += 7) {
        int64_t level = 0;
        ASSERT_INT(pt_profile_reaches(&profile, 0, 5000 + i, &level), 10 * i);
        ASSERT_INT(level, 5000 + i);
        ASSERT_INT(pt_profile_earliest(&profile, 5000 + i, 3, PT_TIME_NEVER),
                   10 * i);
    }
    pt_profile_advance(&profile, 25000);
    ASSERT_INT(profile.level, 7500);
    ASSERT_INT(profile.changes.size, 2500);
    pt_profile_fini(&profile);
}

static void test_a_stage_fits_in_a_hole_of_its_very_length(void **state)
{
    struct pt_profile profile;

    (void)state;
    pt_profile_init(&profile, 4);
    pt_profile_advance(&profile, 0);
    pt_profile_add(&profile, 0, 10, -3);
    pt_profile_add(&profile, 15, 30, -3); /* 1 until 10, 4 until 15, 1, 4 */
    ASSERT_INT(pt_profile_earliest(&profile, 2, 5, PT_TIME_NEVER), 10);
    ASSERT_INT(pt_profile_earliest(&profile, 2, 6, PT_TIME_NEVER), 30);
    ASSERT_INT(pt_profile_earliest(&profile, 2, 6, 15), 10);
    ASSERT_INT(pt_profile_earliest(&profile, 2, 6, 10), 10);
    ASSERT_INT(pt_profile_earliest(&profile, 1, 1000, PT_TIME_NEVER), 0);
    ASSERT_INT(pt_profile_earliest(&profile, 5, 1, PT_TIME_NEVER),
               PT_TIME_NEVER);
    pt_profile_fini(&profile);
}

static void test_what_lies_behind_is_cut_off(void **state)
{
    struct pt_profile profile;

    (void)state;
    pt_profile_init(&profile, 4);
    pt_profile_advance(&profile, 100);
    pt_profile_add(&profile, 20, 50, -3);   /* all behind */
    pt_profile_add(&profile, 20, 100, -3);  /* ends now */
    pt_profile_add(&profile, 130, 120, -3); /* empty */
    ASSERT_INT(profile.level, 4);
    pt_profile_add(&profile, 20, 101, -3);
    ASSERT_INT(profile.level, 1);
    pt_profile_advance(&profile, 101);
    ASSERT_INT(profile.level, 4);
    ASSERT_INT(profile.changes.size, 0);
    pt_profile_fini(&profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_random_history_is_that_of_an_array_of_levels),
        cmocka_unit_test(test_thousands_of_steps_are_told_apart),
        cmocka_unit_test(test_a_stage_fits_in_a_hole_of_its_very_length),
        cmocka_unit_test(test_what_lies_behind_is_cut_off)};

    return cmocka_run_group_tests_name("profile", tests, NULL, NULL) != 0;
}
