/* The queue against an array of entries that is searched from end to end. */
#include "tests/unit/check.h"

#include "base/random.h"
#include "core/pending.h"

enum { MOST = 700 };

struct twin {
    struct pt_pending pending;
    struct pt_entry entry[MOST];
    bool in[MOST];
    int32_t lanes, n;
    struct pt_random random;
};

static int64_t below(struct twin *t, int64_t n)
{
    return pt_random_below(&t->random, (uint32_t)n);
}

static void twin_init(struct twin *t, uint64_t seed)
{
    memset(t, 0, sizeof *t);
    pt_random_open(&t->random, seed, 0, PT_PURPOSE_TEST, 5);
    t->lanes = 1 + (int32_t)(seed % 2);
    pt_pending_init(&t->pending, t->lanes);
}

/* The promise comes and goes; keys are unique by the handle. */
static void draw(struct twin *t, struct pt_entry *entry)
{
    entry->width = 1 + below(t, 30);
    entry->limit = 1 + below(t, 50);
    entry->promise = below(t, 3) ? PT_TIME_NEVER : below(t, 100);
}

static void toggle(struct twin *t, int32_t handle)
{
    struct pt_entry *entry = &t->entry[handle];

    if (t->in[handle]) {
        pt_pending_remove(&t->pending, entry);
        t->n--;
    } else {
        draw(t, entry);
        entry->key[PT_LANE_QUEUE] =
            (struct pt_key){below(t, 4), below(t, 60), handle};
        entry->key[PT_LANE_CANDIDATES] =
            (struct pt_key){below(t, 20), below(t, 60), handle};
        pt_pending_add(&t->pending, entry, handle);
        t->n++;
    }
    t->in[handle] = !t->in[handle];
}

typedef bool passes(const struct pt_entry *entry, const void *what);

/* The first in LANE, after AFTER (NULL: of all), that passes; -1: none. */
static int32_t scan(const struct twin *t, int32_t lane,
                    const struct pt_key *after, passes *pass, const void *what)
{
    int32_t best = -1;

    for (int32_t i = 0; i < MOST; i++)
        if (t->in[i] &&
            (!after || pt_key_less(after, &t->entry[i].key[lane])) &&
            pass(&t->entry[i], what) &&
            (best < 0 ||
             pt_key_less(&t->entry[i].key[lane], &t->entry[best].key[lane])))
            best = i;
    return best;
}

static bool any(const struct pt_entry *entry, const void *what)
{
    (void)entry, (void)what;
    return true;
}

static bool in_pool(const struct pt_entry *entry, const void *what)
{
    return entry->key[PT_LANE_QUEUE].a == *(const int64_t *)what;
}

static bool without_promise(const struct pt_entry *entry, const void *what)
{
    (void)what;
    return entry->promise == PT_TIME_NEVER;
}

static bool fitting(const struct pt_entry *entry, const void *what)
{
    const struct pt_stairs *stairs = what;
    int32_t i = 0;

    while (entry->limit > stairs->within[i])
        i++;
    return entry->promise == PT_TIME_NEVER && entry->width <= stairs->level[i];
}

static bool movable(const struct pt_entry *entry, const void *what)
{
    const struct pt_stairs *free = what;

    for (int32_t i = 0; i < free->n; i++)
        if (entry->width <= free->level[i])
            return entry->promise != PT_TIME_NEVER &&
                   free->within[i] < entry->promise;
    return false;
}

/* The key of some entry, or nobody's, or NULL. */
static const struct pt_key *random_after(struct twin *t, int32_t lane,
                                         struct pt_key *key)
{
    int32_t handle = (int32_t)below(t, MOST);

    *key = (struct pt_key){below(t, 20), below(t, 60), below(t, MOST)};
    if (below(t, 4) == 0)
        return NULL;
    return t->in[handle] ? &t->entry[handle].key[lane] : key;
}

static void check_order(struct twin *t)
{
    struct pt_key key;
    const struct pt_key *after = random_after(t, PT_LANE_QUEUE, &key);
    int64_t pool = below(t, 5), least = INT64_MAX;

    for (int32_t i = 0; i < MOST; i++)
        if (t->in[i] && t->entry[i].width < least)
            least = t->entry[i].width;
    ASSERT_INT(pt_pending_count(&t->pending), t->n);
    ASSERT_INT(pt_pending_least_width(&t->pending), least);
    ASSERT_INT(pt_pending_first(&t->pending, after),
               scan(t, PT_LANE_QUEUE, after, any, NULL));
    ASSERT_INT(pt_pending_first_in(&t->pending, pool, NULL),
               scan(t, PT_LANE_QUEUE, NULL, in_pool, &pool));
    if (after)
        ASSERT_INT(pt_pending_first_in(&t->pending, after->a, after),
                   scan(t, PT_LANE_QUEUE, after, in_pool, &after->a));
    ASSERT_INT(pt_pending_unpromised(&t->pending),
               scan(t, PT_LANE_QUEUE, NULL, without_promise, NULL));
}

static void check_fit(struct twin *t)
{
    int32_t lane = t->lanes - 1;
    struct pt_stairs stairs = {.n = 1 + (int32_t)below(t, 5)};
    struct pt_key key;
    const struct pt_key *after = random_after(t, lane, &key);
    pt_time within = 0;
    int64_t level = 35;

    for (int32_t i = 0; i < stairs.n; i++) {
        stairs.within[i] = within += 1 + below(t, 20);
        stairs.level[i] = level -= below(t, 18);
    }
    stairs.within[stairs.n - 1] = PT_TIME_NEVER;
    ASSERT_INT(pt_pending_fit(&t->pending, after, &stairs),
               scan(t, lane, after, fitting, &stairs));
}

/* A walk along all that can move. */
static void check_movable(struct twin *t)
{
    struct pt_stairs free = {.n = (int32_t)below(t, 6)};
    const struct pt_key *after = NULL;
    struct pt_tree_walk walk;
    pt_time within = below(t, 30);
    int64_t level = 0;
    int32_t handle;

    for (int32_t i = 0; i < free.n; i++) {
        free.within[i] = within += below(t, 25);
        free.level[i] = level += below(t, 9);
    }
    pt_pending_walk_start(&t->pending, &walk);
    do {
        handle = pt_pending_movable(&t->pending, &walk, &free);
        ASSERT_INT(handle, scan(t, PT_LANE_QUEUE, after, movable, &free));
        after = handle < 0 ? NULL : &t->entry[handle].key[PT_LANE_QUEUE];
    } while (handle >= 0);
}

static void test_every_search_finds_what_a_scan_finds(void **state)
{
    struct twin *t = calloc(1, sizeof *t);

    (void)state;
    assert_non_null(t);
    for (uint64_t seed = 1; seed <= 12; seed++) {
        print_message("seed %d\n", (int)seed);
        twin_init(t, seed);
        for (int i = 0; i < 2500; i++) {
            int32_t handle = (int32_t)below(t, i < 1600 ? MOST : MOST / 20);
            if (t->in[handle] && below(t, 4) > 0) {
                draw(t, &t->entry[handle]);
                pt_pending_change(&t->pending, &t->entry[handle]);
            } else {
                toggle(t, handle);
            }
            if (i % 3)
                continue;
            check_order(t);
            check_fit(t);
            check_movable(t);
        }
        for (int32_t i = 0; i < MOST; i++)
            if (t->in[i])
                toggle(t, i);
        check_order(t);
        pt_pending_fini(&t->pending);
    }
    free(t);
}

static struct pt_entry entry_of(int64_t rank, int64_t width, pt_time limit)
{
    return (struct pt_entry){.key = {{0, rank, 0}, {limit, rank, 0}},
                             .width = width,
                             .limit = limit,
                             .promise = PT_TIME_NEVER};
}

static void test_candidates_have_an_order_of_their_own(void **state)
{
    struct pt_pending pending;
    struct pt_entry entry[] = {entry_of(0, 4, 30), entry_of(1, 2, 20),
                               entry_of(2, 1, 10), entry_of(3, 2, 10)};
    struct pt_stairs two = {.n = 1, .within = {PT_TIME_NEVER}, .level = {2}};

    (void)state;
    pt_pending_init(&pending, 2);
    for (int32_t i = 0; i < 4; i++)
        pt_pending_add(&pending, &entry[i], i);
    ASSERT_INT(pt_pending_first(&pending, NULL), 0);
    ASSERT_INT(pt_pending_fit(&pending, NULL, &two), 2);
    ASSERT_INT(pt_pending_fit(&pending, &entry[2].key[1], &two), 3);
    ASSERT_INT(pt_pending_fit(&pending, &entry[3].key[1], &two), 1);
    ASSERT_INT(pt_pending_fit(&pending, &entry[1].key[1], &two), -1);
    pt_pending_fini(&pending);
}

static void test_the_stairs_allow_width_by_limit(void **state)
{
    struct pt_stairs stairs = {
        .n = 3, .within = {10, 20, PT_TIME_NEVER}, .level = {8, 5, 0}};

    (void)state;
    ASSERT_INT(pt_stairs_level(&stairs, 1), 8);
    ASSERT_INT(pt_stairs_level(&stairs, 10), 8);
    ASSERT_INT(pt_stairs_level(&stairs, 11), 5);
    ASSERT_INT(pt_stairs_level(&stairs, 20), 5);
    ASSERT_INT(pt_stairs_level(&stairs, 21), 0);
    ASSERT_INT(pt_stairs_level(&stairs, PT_TIME_NEVER), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_search_finds_what_a_scan_finds),
        cmocka_unit_test(test_candidates_have_an_order_of_their_own),
        cmocka_unit_test(test_the_stairs_allow_width_by_limit)};

    return cmocka_run_group_tests_name("pending", tests, NULL, NULL) != 0;
}
