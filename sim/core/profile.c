#include "core/profile.h"

#include "base/assert.h"

static struct pt_sum fold(const struct pt_sum *sums, int32_t n)
{
    struct pt_sum all = sums[0];

    for (int32_t i = 1; i < n; i++) {
        int64_t least = all.v[0] + sums[i].v[1];
        int64_t most = all.v[0] + sums[i].v[2];
        all.v[1] = least < all.v[1] ? least : all.v[1];
        all.v[2] = most > all.v[2] ? most : all.v[2];
        all.v[0] += sums[i].v[0];
    }
    return all;
}

void pt_profile_init(struct pt_profile *profile, int64_t units)
{
    *profile = (struct pt_profile){.now = INT64_MIN, .level = units};
    pt_tree_init(&profile->changes, fold);
}

void pt_profile_fini(struct pt_profile *profile)
{
    pt_tree_fini(&profile->changes);
}

void pt_profile_advance(struct pt_profile *profile, pt_time now)
{
    struct pt_key key;

    pt_assert(now >= profile->now);
    while (pt_tree_next(&profile->changes, NULL, &key, NULL) && key.a <= now) {
        profile->level += pt_tree_find(&profile->changes, key)->v[0];
        pt_tree_remove(&profile->changes, key);
    }
    profile->now = now;
}

static void change(struct pt_profile *profile, pt_time at, int64_t n)
{
    struct pt_key key = {.a = at};

    if (at <= profile->now) {
        profile->level += n;
        return;
    }
    if (at == PT_TIME_NEVER)
        return;
    const struct pt_sum *had = pt_tree_find(&profile->changes, key);
    int64_t sum = had ? had->v[0] + n : n;
    struct pt_sum all = {{sum, sum, sum}};
    if (!had)
        pt_tree_insert(&profile->changes, key, 0, all);
    else if (sum == 0)
        pt_tree_remove(&profile->changes, key);
    else
        pt_tree_change(&profile->changes, key, all);
}

void pt_profile_add(struct pt_profile *profile, pt_time from, pt_time until,
                    int64_t n)
{
    if (n == 0 || until <= from || until <= profile->now)
        return;
    change(profile, from, n);
    change(profile, until, -n);
}

struct seek {
    struct pt_tree_search search;
    int64_t level, want;
};

static void skip(struct pt_tree_search *search, const struct pt_sum *sums,
                 int32_t n)
{
    struct seek *seek = (struct seek *)search;

    for (int32_t i = 0; i < n; i++)
        seek->level += sums[i].v[0];
}

static int32_t pick_below(struct pt_tree_search *search,
                          const struct pt_sum *sums, int32_t n, int32_t from)
{
    struct seek *seek = (struct seek *)search;

    for (int32_t i = from; i < n; i++) {
        if (seek->level + sums[i].v[1] < seek->want)
            return i;
        seek->level += sums[i].v[0];
    }
    return n;
}

static int32_t pick_reaching(struct pt_tree_search *search,
                             const struct pt_sum *sums, int32_t n,
                             int32_t from)
{
    struct seek *seek = (struct seek *)search;

    for (int32_t i = from; i < n; i++) {
        if (seek->level + sums[i].v[2] >= seek->want)
            return i;
        seek->level += sums[i].v[0];
    }
    return n;
}

/* The first change after FROM that passes; the level holds from there on. */
static pt_time seek(const struct pt_profile *profile, pt_time from,
                    struct seek *s, int64_t *level)
{
    struct pt_key start = {.a = from + 1}, key;
    bool now = from <= profile->now;

    if (!pt_tree_first(&profile->changes, now ? NULL : &start, &s->search,
                       &key, NULL))
        return PT_TIME_NEVER;
    if (level)
        *level = s->level + pt_tree_find(&profile->changes, key)->v[0];
    return key.a;
}

/* How many are free at AT >= now. */
static int64_t level_at(const struct pt_profile *profile, pt_time at)
{
    struct seek s = {.search = {pick_below, skip},
                     .level = profile->level,
                     .want = INT64_MIN / 2};
    struct pt_key start = {.a = at + 1};

    if (at > profile->now)
        s.want = INT64_MAX / 2, (void)pt_tree_first(&profile->changes, &start,
                                                    &s.search, NULL, NULL);
    return s.level;
}

pt_time pt_profile_below(const struct pt_profile *profile, pt_time from,
                         int64_t n, int64_t *level)
{
    struct seek s = {.search = {pick_below, skip},
                     .level = profile->level,
                     .want = n};
    int64_t here = level_at(profile, from);

    if (here < n) {
        if (level)
            *level = here;
        return from > profile->now ? from : profile->now;
    }
    return seek(profile, from, &s, level);
}

pt_time pt_profile_reaches(const struct pt_profile *profile, pt_time from,
                           int64_t n, int64_t *level)
{
    struct seek s = {.search = {pick_reaching, skip},
                     .level = profile->level,
                     .want = n};
    int64_t here = level_at(profile, from);

    if (here >= n) {
        if (level)
            *level = here;
        return from > profile->now ? from : profile->now;
    }
    return seek(profile, from, &s, level);
}

int64_t pt_profile_least(const struct pt_profile *profile, pt_time until)
{
    int64_t least = profile->level, level;
    pt_time at = profile->now;

    while ((at = pt_profile_below(profile, at, least, &level)) < until)
        least = level;
    return least;
}

pt_time pt_profile_earliest(const struct pt_profile *profile, int64_t n,
                            pt_time length, pt_time bound)
{
    pt_time start = profile->now;

    for (;;) {
        start = pt_profile_reaches(profile, start, n, NULL);
        if (start >= bound)
            return bound;
        pt_time end = pt_profile_below(profile, start, n, NULL);
        if (end >= bound || end >= pt_time_add(start, length))
            return start;
        start = end;
    }
}
