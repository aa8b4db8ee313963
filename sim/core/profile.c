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
    if (at <= profile->now)
        profile->level += n;
    else if (at < PT_TIME_NEVER)
        pt_tree_add(&profile->changes, (struct pt_key){.a = at}, 0,
                    (struct pt_sum){{n, n, n}});
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

static int32_t pick_none(struct pt_tree_search *search,
                         const struct pt_sum *sums, int32_t n, int32_t from)
{
    (void)search, (void)sums, (void)from;
    return n;
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
                             const struct pt_sum *sums, int32_t n, int32_t from)
{
    struct seek *seek = (struct seek *)search;

    for (int32_t i = from; i < n; i++) {
        if (seek->level + sums[i].v[2] >= seek->want)
            return i;
        seek->level += sums[i].v[0];
    }
    return n;
}

void pt_profile_here(const struct pt_profile *profile, struct pt_cursor *cursor)
{
    cursor->at = profile->now;
    cursor->level = profile->level;
    pt_tree_walk_start(&profile->changes, &cursor->walk);
}

/* On to the first change after CURSOR that passes. */
static void seek(const struct pt_profile *profile, struct pt_cursor *cursor,
                 struct seek *s)
{
    struct pt_key key;

    if (cursor->at == PT_TIME_NEVER ||
        !pt_tree_walk(&profile->changes, &cursor->walk, &s->search, &key,
                      NULL)) {
        cursor->at = PT_TIME_NEVER;
        return;
    }
    cursor->at = key.a;
    cursor->level = s->level + s->search.found->v[0];
}

void pt_profile_fall(const struct pt_profile *profile, struct pt_cursor *cursor,
                     int64_t n)
{
    struct seek s = {
        .search = {.pick = pick_below}, .level = cursor->level, .want = n};

    if (cursor->level >= n)
        seek(profile, cursor, &s);
}

void pt_profile_rise(const struct pt_profile *profile, struct pt_cursor *cursor,
                     int64_t n)
{
    struct seek s = {
        .search = {.pick = pick_reaching}, .level = cursor->level, .want = n};

    if (cursor->level < n)
        seek(profile, cursor, &s);
}

/* The first change after FROM that passes PICK, where the level at FROM does
 * not pass already. */
static pt_time find(const struct pt_profile *profile, pt_time from,
                    struct seek *s, bool (*passes)(int64_t, int64_t),
                    int64_t *level)
{
    struct pt_key start = {.a = from + 1}, key = {.a = PT_TIME_NEVER};
    struct seek here = {.search = {.pick = pick_none, .skip = skip},
                        .level = profile->level};
    bool now = from <= profile->now;

    if (!now)
        pt_tree_first(&profile->changes, &start, &here.search, NULL, NULL);
    if (passes(here.level, s->want)) {
        if (level)
            *level = here.level;
        return now ? profile->now : from;
    }
    if (pt_tree_first(&profile->changes, now ? NULL : &start, &s->search, &key,
                      NULL) &&
        level)
        *level = s->level + s->search.found->v[0];
    return key.a;
}

static bool is_below(int64_t level, int64_t want)
{
    return level < want;
}

static bool has_reached(int64_t level, int64_t want)
{
    return level >= want;
}

pt_time pt_profile_below(const struct pt_profile *profile, pt_time from,
                         int64_t n, int64_t *level)
{
    struct seek s = {.search = {.pick = pick_below, .skip = skip},
                     .level = profile->level,
                     .want = n};

    return find(profile, from, &s, is_below, level);
}

pt_time pt_profile_reaches(const struct pt_profile *profile, pt_time from,
                           int64_t n, int64_t *level)
{
    struct seek s = {.search = {.pick = pick_reaching, .skip = skip},
                     .level = profile->level,
                     .want = n};

    return find(profile, from, &s, has_reached, level);
}

int64_t pt_profile_least(const struct pt_profile *profile, pt_time until)
{
    struct pt_cursor cursor;
    int64_t least = profile->level;

    pt_profile_here(profile, &cursor);
    for (;;) {
        pt_profile_fall(profile, &cursor, least);
        if (cursor.at >= until)
            return least;
        least = cursor.level;
    }
}

/* The last change in (FROM, UNTIL) after which fewer than WANT are free. */
struct last {
    pt_time from, until;
    int64_t want;
    struct pt_cursor *cursor;
};

/* Entries of NODE that may hold changes before UNTIL. */
static int32_t entries_before(const struct pt_tree_node *node, pt_time until)
{
    int32_t n = 0;

    while (n < node->n && node->key[n].a < until)
        n++;
    return n;
}

/* Looks below NODE, at whose start LEVEL are free, from the right; CURSOR gets
 * the place. */
static bool last_below(const struct last *last, const struct pt_tree_node *node,
                       int32_t height, int64_t level)
{
    int32_t n = entries_before(node, last->until);
    int64_t before[PT_TREE_FAN + 1];

    before[0] = level;
    for (int32_t i = 0; i < n; i++)
        before[i + 1] = before[i] + node->sum[i].v[0];
    for (int32_t i = n - 1; i >= 0; i--) {
        if (height > 0 && i + 1 < node->n && node->key[i + 1].a <= last->from)
            return false;
        if (height == 0 && node->key[i].a <= last->from)
            return false;
        if (before[i] + node->sum[i].v[1] >= last->want)
            continue;
        if (height > 0 &&
            !last_below(last, node->link[i].child, height - 1, before[i]))
            continue;
        last->cursor->walk.node[height] = node;
        last->cursor->walk.at[height] = i;
        if (height == 0) {
            last->cursor->walk.height = 0;
            last->cursor->at = node->key[i].a;
            last->cursor->level = before[i + 1];
        }
        return true;
    }
    return false;
}

pt_time pt_profile_earlier(const struct pt_profile *profile, int64_t n,
                           pt_time length, pt_time bound, pt_time reach,
                           struct pt_cursor *cursor)
{
    const struct pt_tree *changes = &profile->changes;
    pt_time latest = reach < bound ? reach : bound;

    for (;;) {
        pt_profile_rise(profile, cursor, n);
        pt_time start = cursor->at, end = pt_time_add(start, length);
        if (start >= latest)
            return bound;
        end = end < bound ? end : bound;
        pt_profile_fall(profile, cursor, n);
        if (cursor->at >= end)
            return start;
        /* Whoever starts before the last gap in [start, end) ends runs into
         * it. */
        struct last last = {
            .from = cursor->at, .until = end, .want = n, .cursor = cursor};
        last_below(&last, changes->root, changes->height, profile->level);
    }
}

pt_time pt_profile_earliest(const struct pt_profile *profile, int64_t n,
                            pt_time length, pt_time bound)
{
    struct pt_cursor cursor;

    pt_profile_here(profile, &cursor);
    return pt_profile_earlier(profile, n, length, bound, PT_TIME_NEVER,
                              &cursor);
}
