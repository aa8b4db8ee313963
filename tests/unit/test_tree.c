/* The tree against a sorted array that is searched from end to end. */
#include "tests/unit/check.h"

#include "base/random.h"
#include "base/tree.h"

enum { MOST = 4000 };

struct item {
    struct pt_key key;
    int64_t value;
    struct pt_sum sum;
};

struct twin {
    struct pt_tree tree;
    struct item item[MOST]; /* in order of key */
    int32_t n;
    struct pt_random random;
};

/* v[0]: sum, v[1]: least, v[2]: greatest, v[3]: least running sum. */
static struct pt_sum fold(const struct pt_sum *sums, int32_t n)
{
    struct pt_sum all = sums[0];

    assert_true(n >= 1 && n <= PT_TREE_FAN);
    for (int32_t i = 1; i < n; i++) {
        if (all.v[0] + sums[i].v[3] < all.v[3])
            all.v[3] = all.v[0] + sums[i].v[3];
        all.v[0] += sums[i].v[0];
        if (sums[i].v[1] < all.v[1])
            all.v[1] = sums[i].v[1];
        if (sums[i].v[2] > all.v[2])
            all.v[2] = sums[i].v[2];
    }
    return all;
}

static struct pt_sum sum_of(int64_t x)
{
    return (struct pt_sum){{x, x, x, x}};
}

static struct twin *twin_new(uint64_t seed)
{
    struct twin *t = calloc(1, sizeof *t);

    assert_non_null(t);
    pt_random_open(&t->random, seed, 0, PT_PURPOSE_TEST, 1);
    pt_tree_init(&t->tree, fold);
    return t;
}

static void twin_free(struct twin *t)
{
    pt_tree_fini(&t->tree);
    free(t);
}

static int64_t below(struct twin *t, int64_t n)
{
    return pt_random_below(&t->random, (uint32_t)n);
}

/* Few values of a and b, so that all three decide. */
static struct pt_key random_key(struct twin *t)
{
    return (struct pt_key){
        .a = below(t, 6) - 3, .b = below(t, 30) - 15, .c = below(t, 400) - 200};
}

/* The first item that is not below KEY. */
static int32_t lower(const struct twin *t, const struct pt_key *key)
{
    int32_t i = 0;

    while (i < t->n && pt_key_less(&t->item[i].key, key))
        i++;
    return i;
}

static bool at(const struct twin *t, int32_t i, const struct pt_key *key)
{
    return i < t->n && !pt_key_less(key, &t->item[i].key);
}

static void insert(struct twin *t, struct pt_key key)
{
    int32_t i = lower(t, &key);

    if (t->n == MOST || at(t, i, &key))
        return;
    struct item item = {key, below(t, 1000000), sum_of(below(t, 41) - 20)};
    memmove(&t->item[i + 1], &t->item[i], (size_t)(t->n++ - i) * sizeof item);
    t->item[i] = item;
    pt_tree_insert(&t->tree, item.key, item.value, item.sum);
}

static void remove_at(struct twin *t, int32_t i)
{
    pt_tree_remove(&t->tree, t->item[i].key);
    memmove(&t->item[i], &t->item[i + 1],
            (size_t)(--t->n - i) * sizeof t->item[0]);
}

static void change_at(struct twin *t, int32_t i)
{
    t->item[i].sum = sum_of(below(t, 41) - 20);
    pt_tree_change(&t->tree, t->item[i].key, t->item[i].sum);
}

static void check_total(const struct twin *t)
{
    struct pt_sum all = {{0}};

    ASSERT_INT(t->tree.size, t->n);
    if (t->n == 0) {
        assert_null(t->tree.root);
        return;
    }
    for (int32_t i = 0; i < t->n; i++) {
        int64_t x = t->item[i].sum.v[0], sum = all.v[0] + x;
        all.v[1] = i == 0 || x < all.v[1] ? x : all.v[1];
        all.v[2] = i == 0 || x > all.v[2] ? x : all.v[2];
        all.v[3] = i == 0 || sum < all.v[3] ? sum : all.v[3];
        all.v[0] = sum;
    }
    struct pt_sum total = pt_tree_total(&t->tree);
    assert_memory_equal(&total, &all, sizeof all);
}

static void check_find(struct twin *t)
{
    struct pt_key key = random_key(t);
    int32_t i = lower(t, &key);
    const struct pt_sum *found = pt_tree_find(&t->tree, key);

    if (!at(t, i, &key)) {
        assert_null(found);
        return;
    }
    assert_non_null(found);
    assert_memory_equal(found, &t->item[i].sum, sizeof *found);
}

static void check_answer(const struct twin *t, int32_t i, bool found,
                         const struct pt_key *key, int64_t value)
{
    ASSERT_INT(found, i < t->n);
    if (!found)
        return;
    ASSERT_INT(value, t->item[i].value);
    assert_memory_equal(key, &t->item[i].key, sizeof *key);
}

/* FROM, or the start in one case of four. */
static const struct pt_key *random_from(struct twin *t, struct pt_key *from)
{
    *from = random_key(t);
    return below(t, 4) == 0 ? NULL : from;
}

static void check_next(struct twin *t)
{
    struct pt_key from, key = {0};
    const struct pt_key *start = random_from(t, &from);
    int64_t value = 0;
    bool found = pt_tree_next(&t->tree, start, &key, &value);

    check_answer(t, start ? lower(t, start) : 0, found, &key, value);
    ASSERT_INT(pt_tree_next(&t->tree, start, NULL, NULL), found);
}

struct search {
    struct pt_tree_search search;
    int64_t want, sum;
};

static int32_t pick_least(struct pt_tree_search *s, const struct pt_sum *sums,
                          int32_t n, int32_t from)
{
    const struct search *search = (const struct search *)s;

    while (from < n && sums[from].v[1] > search->want)
        from++;
    return from;
}

static int32_t pick_greatest(struct pt_tree_search *s,
                             const struct pt_sum *sums, int32_t n, int32_t from)
{
    const struct search *search = (const struct search *)s;

    while (from < n && sums[from].v[2] < search->want)
        from++;
    return from;
}

/* What is <= want, or >= want: folds tell exactly. */
static void check_extremes(struct twin *t)
{
    bool least = below(t, 2) == 0;
    struct search s = {.search = {.pick = least ? pick_least : pick_greatest},
                       .want = below(t, 45) - 22};
    struct pt_key from, key = {0};
    const struct pt_key *start = random_from(t, &from);
    int32_t i = start ? lower(t, start) : 0;
    int64_t value = 0;

    while (i < t->n && (least ? t->item[i].sum.v[0] > s.want
                              : t->item[i].sum.v[0] < s.want))
        i++;
    bool found = pt_tree_first(&t->tree, start, &s.search, &key, &value);
    check_answer(t, i, found, &key, value);
}

static void pass_over(struct pt_tree_search *s, const struct pt_sum *sums,
                      int32_t n)
{
    struct search *search = (struct search *)s;

    for (int32_t i = 0; i < n; i++)
        search->sum += sums[i].v[0];
}

static int32_t pick_prefix(struct pt_tree_search *s, const struct pt_sum *sums,
                           int32_t n, int32_t from)
{
    struct search *search = (struct search *)s;

    for (; from < n; from++) {
        if (search->sum + sums[from].v[3] < search->want)
            break;
        search->sum += sums[from].v[0];
    }
    return from;
}

/* The first item from here on at which the sum of all up to it is < want. */
static void check_prefix(struct twin *t)
{
    struct search s = {.search = {.pick = pick_prefix, .skip = pass_over},
                       .want = below(t, 400) - 300};
    struct pt_key from, key = {0};
    const struct pt_key *start = random_from(t, &from);
    int32_t first = start ? lower(t, start) : 0, i = 0;
    int64_t value = 0, sum = 0;

    for (; i < t->n; i++) {
        sum += t->item[i].sum.v[0];
        if (i >= first && sum < s.want)
            break;
    }
    bool found = pt_tree_first(&t->tree, start, &s.search, &key, &value);
    check_answer(t, i, found, &key, value);
    if (!found)
        ASSERT_INT(s.sum, sum);
}

static void ask_all(struct twin *t)
{
    check_total(t);
    check_find(t);
    check_next(t);
    check_extremes(t);
    check_prefix(t);
}

/* STEPS of them, of which GROWTH in ten insert. */
static void live(struct twin *t, int steps, int64_t growth)
{
    for (int i = 0; i < steps; i++) {
        int64_t what = below(t, 12);
        if (what < growth)
            insert(t, random_key(t));
        else if (what < 10 && t->n > 0)
            remove_at(t, (int32_t)below(t, t->n));
        else if (t->n > 0)
            change_at(t, (int32_t)below(t, t->n));
        if (i % 16 == 0)
            ask_all(t);
    }
    ask_all(t);
}

static void test_a_random_history_is_that_of_a_sorted_array(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct twin *t = twin_new(seed);
        print_message("seed %d\n", (int)seed);
        live(t, 3000, 8);
        live(t, 1500, 5);
        live(t, 3000, 1);
        live(t, 600, 6);
        twin_free(t);
    }
}

static void test_small_histories_pass_through_empty_often(void **state)
{
    struct twin *t = twin_new(77);

    (void)state;
    for (int i = 0; i < 400; i++) {
        live(t, 1 + (int)below(t, 40), below(t, 10));
        while (t->n > 0 && below(t, 3) > 0)
            remove_at(t, (int32_t)below(t, t->n));
    }
    twin_free(t);
}

static void grow(struct twin *t, int64_t from, int64_t until, int64_t by)
{
    for (int64_t k = from; k != until; k += by)
        insert(t, (struct pt_key){.a = k});
}

static void test_keys_may_come_in_order_and_go_from_either_end(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        struct twin *t = twin_new(5);
        if (way % 2 == 0)
            grow(t, 0, 2500, 1);
        else
            grow(t, 2500, 0, -1);
        ask_all(t);
        while (t->n > 0) {
            remove_at(t, way < 2 ? 0 : t->n - 1);
            if (t->n % 97 == 0)
                ask_all(t);
        }
        check_total(t);
        twin_free(t);
    }
}

static void test_an_empty_tree_answers_nothing(void **state)
{
    struct twin *t = twin_new(1);
    struct search s = {.search = {.pick = pick_least}, .want = INT64_MAX};
    struct pt_key key = {1, 2, 3};

    (void)state;
    assert_null(pt_tree_find(&t->tree, key));
    assert_false(pt_tree_next(&t->tree, NULL, NULL, NULL));
    assert_false(pt_tree_next(&t->tree, &key, NULL, NULL));
    assert_false(pt_tree_first(&t->tree, NULL, &s.search, NULL, NULL));
    pt_tree_clear(&t->tree);
    ASSERT_INT(t->tree.size, 0);
    twin_free(t);
}

/* Sums are added in place; an item whose v[0] comes to nothing goes. */
static void test_adding_makes_and_unmakes_items(void **state)
{
    struct twin *t = twin_new(11);

    (void)state;
    for (int step = 0; step < 6000; step++) {
        struct pt_key key = {.a = below(t, step < 4000 ? 900 : 60)};
        struct pt_sum sum = sum_of(below(t, 2) ? 1 : -1);
        int32_t i = lower(t, &key);
        pt_tree_add(&t->tree, key, step, sum);
        if (!at(t, i, &key)) {
            memmove(&t->item[i + 1], &t->item[i],
                    (size_t)(t->n++ - i) * sizeof t->item[0]);
            t->item[i] = (struct item){key, step, sum};
        } else if (t->item[i].sum.v[0] + sum.v[0] == 0) {
            memmove(&t->item[i], &t->item[i + 1],
                    (size_t)(--t->n - i) * sizeof t->item[0]);
        } else {
            t->item[i].sum = sum_of(t->item[i].sum.v[0] + sum.v[0]);
        }
        if (step % 16 == 0)
            ask_all(t);
    }
    twin_free(t);
}

/* A walk meets all that pass, in order, even if what passes changes. */
static void test_a_walk_goes_on_where_it_was(void **state)
{
    struct twin *t = twin_new(12);

    (void)state;
    for (int round = 0; round < 300; round++) {
        struct search s = {.search = {.pick = pick_least}};
        struct pt_tree_walk walk;
        int32_t i = 0;
        live(t, 20, 7);
        pt_tree_walk_start(&t->tree, &walk);
        for (;; i++) {
            struct pt_key key;
            int64_t value = 0;
            s.want = below(t, 41) - 20;
            while (i < t->n && t->item[i].sum.v[0] > s.want)
                i++;
            bool found = pt_tree_walk(&t->tree, &walk, &s.search, &key, &value);
            check_answer(t, i, found, &key, value);
            if (!found)
                break;
            assert_memory_equal(s.search.found, &t->item[i].sum,
                                sizeof t->item[i].sum);
        }
    }
    twin_free(t);
}

static int64_t spare_nodes(const struct pt_tree *tree)
{
    int64_t n = 0;

    for (const struct pt_tree_node *node = tree->spare; node;
         node = node->link[0].child)
        n++;
    return n;
}

/* What a cleared tree has on its spare list is what it ever had at once. */
static void test_a_warm_tree_takes_its_nodes_from_the_spare_list(void **state)
{
    struct twin *t = twin_new(9);

    (void)state;
    grow(t, 0, 3000, 1);
    pt_tree_clear(&t->tree);
    t->n = 0;
    check_total(t);
    int64_t nodes = spare_nodes(&t->tree);
    assert_true(nodes >= 3000 / PT_TREE_FAN);
    for (int i = 0; i < 5; i++) {
        grow(t, 0, 3000, 1);
        assert_true(spare_nodes(&t->tree) < nodes);
        ask_all(t);
        while (t->n > 0)
            remove_at(t, (int32_t)below(t, t->n));
        ASSERT_INT(spare_nodes(&t->tree), nodes);
    }
    twin_free(t);
}

static void test_keys_are_ordered_by_a_then_b_then_c(void **state)
{
    static const struct pt_key keys[] = {{-1, 9, 9}, {0, -5, 9}, {0, 0, -1},
                                         {0, 0, 0},  {0, 0, 1},  {0, 1, -9},
                                         {1, -9, -9}};

    (void)state;
    for (int i = 0; i < 7; i++)
        for (int k = 0; k < 7; k++)
            ASSERT_INT(pt_key_less(&keys[i], &keys[k]), i < k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_random_history_is_that_of_a_sorted_array),
        cmocka_unit_test(test_small_histories_pass_through_empty_often),
        cmocka_unit_test(test_keys_may_come_in_order_and_go_from_either_end),
        cmocka_unit_test(test_an_empty_tree_answers_nothing),
        cmocka_unit_test(test_a_warm_tree_takes_its_nodes_from_the_spare_list),
        cmocka_unit_test(test_keys_are_ordered_by_a_then_b_then_c),
        cmocka_unit_test(test_adding_makes_and_unmakes_items),
        cmocka_unit_test(test_a_walk_goes_on_where_it_was)};

    return cmocka_run_group_tests_name("tree", tests, NULL, NULL) != 0;
}
