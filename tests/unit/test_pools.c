/* The order of pools against Spark's (spec, 2.1 and 3.G). */
#include "check.h"

#include "base/random.h"
#include "core/pools.h"

enum { MOST = 40, POOLS = 8, ROUNDS = 3000 };

/* Stages that want WANTS tasks each, offered one slot at a time. */
struct queue {
    const struct pt_pool_spec *pools;
    int32_t npools;
    bool fair_root;
    struct pt_pooled items[MOST];
    int32_t wants[MOST]; /* by payload */
    int32_t n;
};

static void add(struct queue *q, int32_t pool, int32_t wants)
{
    q->items[q->n] = (struct pt_pooled){
        .pool = pool, .key = {q->n, q->n, 0}, .id = q->n, .payload = q->n};
    q->wants[q->n++] = wants;
}

static void sort(struct queue *q)
{
    int64_t running[POOLS] = {0};

    for (int32_t i = 0; i < q->n; i++)
        for (int32_t p = q->items[i].pool; p >= 0; p = q->pools[p].parent)
            running[p] += q->items[i].running;
    pt_pools_sort(q->pools, q->npools, q->fair_root, running, q->items, q->n);
}

/* The stage that gets the next slot. */
static int32_t offer(struct queue *q)
{
    sort(q);
    for (int32_t i = 0; i < q->n; i++)
        if (q->wants[q->items[i].payload] > 0) {
            q->wants[q->items[i].payload]--;
            q->items[i].running++;
            return q->items[i].payload;
        }
    return -1;
}

static void check_offers(struct queue *q, const int32_t *order, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        ASSERT_INT(offer(q), order[i]);
}

static void check_order(struct queue *q, const int32_t *order)
{
    sort(q);
    for (int32_t i = 0; i < q->n; i++)
        ASSERT_INT(q->items[i].payload, order[i]);
}

static const struct pt_pool_spec one_fifo[] = {
    {.name = "default", .parent = -1, .weight = 1}};
static const struct pt_pool_spec one_fair[] = {
    {.name = "default", .parent = -1, .weight = 1, .fair = true}};

/* G, first. */
static void test_fifo_serves_one_stage_after_the_other(void **state)
{
    struct queue q = {.pools = one_fifo, .npools = 1};
    static const int32_t order[] = {0, 0, 1, 1, 2, 2, -1};

    (void)state;
    for (int i = 0; i < 3; i++)
        add(&q, 0, 2);
    check_offers(&q, order, 7);
}

/* G, second. */
static void test_fair_serves_the_neediest_pool(void **state)
{
    static const struct pt_pool_spec pools[] = {
        {.name = "default", .parent = -1, .weight = 1},
        {.name = "1", .parent = -1, .weight = 1, .min_share = 2},
        {.name = "2", .parent = -1, .weight = 1, .min_share = 3}};
    struct queue q = {.pools = pools, .npools = 3, .fair_root = true};
    static const int32_t order[] = {0, 3, 3, 1, 4, 2, 2, 4, -1};

    (void)state;
    add(&q, 1, 1);
    add(&q, 1, 1);
    add(&q, 1, 2);
    add(&q, 2, 2);
    add(&q, 2, 2);
    check_offers(&q, order, 9);
}

/* G, third. */
static void test_nested_fair_pools_share_at_each_level(void **state)
{
    static const struct pt_pool_spec pools[] = {
        {"0", -1, 1, 3, true}, {"1", -1, 1, 4, true}, {"00", 0, 2, 2, true},
        {"01", 0, 1, 1, true}, {"10", 1, 2, 2, true}, {"11", 1, 1, 2, true}};
    struct queue q = {.pools = pools, .npools = 6, .fair_root = true};
    static const int32_t order[] = {0, 4, 6, 2};

    (void)state;
    for (int32_t i = 0; i < 8; i++)
        add(&q, 2 + i / 2, 5);
    check_offers(&q, order, 4);
}

/* 2.1, rule 4. */
static void test_ties_go_by_name_as_text(void **state)
{
    struct queue q = {.pools = one_fair, .npools = 1};
    static const int32_t order[] = {0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9};

    (void)state;
    for (int i = 0; i < 12; i++)
        add(&q, 0, 1);
    check_order(&q, order);
}

/* 2.1, rule 4: "TaskSet_1.10" < "TaskSet_1.9" < "TaskSet_10.0". */
static void test_a_try_is_a_part_of_the_name(void **state)
{
    struct queue q = {.pools = one_fair, .npools = 1};
    static const int32_t order[] = {2, 1, 0};

    (void)state;
    for (int i = 0; i < 3; i++)
        add(&q, 0, 1);
    q.items[0].id = 10;
    q.items[1].id = q.items[2].id = 1;
    q.items[1].try = 9;
    q.items[2].try = 10;
    check_order(&q, order);
}

static void test_the_same_name_goes_by_key(void **state)
{
    struct queue q = {.pools = one_fair, .npools = 1};
    static const int32_t order[] = {1, 0};

    (void)state;
    add(&q, 0, 1);
    add(&q, 0, 1);
    q.items[0].id = q.items[1].id = INT64_MIN;
    q.items[0].try = q.items[1].try = INT32_MIN;
    q.items[1].key.a = -1;
    check_order(&q, order);
}

/* 2.1, rule 3. */
static void test_running_counts_by_weight(void **state)
{
    static const struct pt_pool_spec pools[] = {{"a", -1, 1, 0, false},
                                                {"b", -1, 3, 0, false}};
    struct queue q = {.pools = pools, .npools = 2, .fair_root = true};
    /* 0/1, 0/3; 1/1, 0/3; 1/1, 1/3; 1/1, 2/3; 1/1, 3/3; ... */
    static const int32_t order[] = {0, 1, 1, 1, 0, 1, 1, 1, 0};

    (void)state;
    add(&q, 0, 100);
    add(&q, 1, 100);
    check_offers(&q, order, 9);
}

/* 2.1, rules 1 and 2: without a minimum share nobody is needy, not even with
 * nothing running; a minimum share goes before any weight. */
static void test_no_minimum_share_is_never_needy(void **state)
{
    static const struct pt_pool_spec pools[] = {{"a", -1, 1000, 0, false},
                                                {"b", -1, 1, 2, false},
                                                {"c", -1, 1, 0, false}};
    struct queue q = {.pools = pools, .npools = 3, .fair_root = true};
    static const int32_t order[] = {1, 1, 0, 2, 0};

    (void)state;
    for (int32_t i = 0; i < 3; i++)
        add(&q, i, 100);
    check_offers(&q, order, 5);
}

/* 2.1: a FIFO root knows no pools. */
static void test_fifo_pools_below_a_fifo_root_are_one_queue(void **state)
{
    static const struct pt_pool_spec pools[] = {
        {"a", -1, 1, 0, false}, {"b", -1, 1, 5, false}, {"c", 1, 9, 0, false}};
    struct queue q = {.pools = pools, .npools = 3};
    static const int32_t order[] = {0, 1, 2, 3, 4, 5, 6, 7};

    (void)state;
    for (int32_t i = 0; i < 8; i++)
        add(&q, (7 * i + 2) % 3, 1);
    q.items[3].running = 100;
    check_order(&q, order);
}

/* A FAIR pool in a FIFO one keeps its own order, and comes in as its next
 * stage does. */
static void test_a_fair_pool_below_a_fifo_root_keeps_its_order(void **state)
{
    static const struct pt_pool_spec pools[] = {{"a", -1, 1, 0, true},
                                                {"b", -1, 1, 0, false}};
    struct queue q = {.pools = pools, .npools = 2};
    static const int32_t order[] = {1, 2, 0, 3};

    (void)state;
    add(&q, 0, 1);
    add(&q, 1, 1);
    add(&q, 0, 1);
    add(&q, 1, 1);
    q.items[0].running = 1;
    check_order(&q, order);
}

/* What is naive: the least by Spark's rules of all that are left, level by
 * level, with text made by the C library and shares as real numbers. */
struct naive {
    const struct queue *q;
    int64_t running[POOLS];
    bool done[MOST];
};

static bool below(const struct naive *m, int32_t i, int32_t pool)
{
    for (int32_t p = m->q->items[i].pool; p >= 0; p = m->q->pools[p].parent)
        if (p == pool)
            return true;
    return pool < 0;
}

/* A child of a pool: a pool, or a stage (pool -1). */
struct child {
    int32_t pool, item;
};

static bool spark_less(const struct naive *m, struct child a, struct child b)
{
    struct child both[2] = {a, b};
    double running[2], share[2], weight[2];
    char name[2][64];

    for (int i = 0; i < 2; i++) {
        struct child c = both[i];
        const struct pt_pooled *item = &m->q->items[c.item];
        const struct pt_pool_spec *pool = &m->q->pools[c.pool < 0 ? 0 : c.pool];
        running[i] = (double)(c.pool < 0 ? item->running : m->running[c.pool]);
        share[i] = c.pool < 0 ? 0 : pool->min_share;
        weight[i] = c.pool < 0 ? 1 : pool->weight;
        if (c.pool < 0)
            snprintf(name[i], sizeof name[i], "TaskSet_%lld.%d",
                     (long long)item->id, (int)item->try);
        else
            snprintf(name[i], sizeof name[i], "%s", pool->name);
    }
    bool needy[2] = {running[0] < share[0], running[1] < share[1]};
    if (needy[0] != needy[1])
        return needy[0];
    for (int i = 0; i < 2; i++)
        running[i] /= needy[i] ? (share[i] > 1 ? share[i] : 1) : weight[i];
    if (running[0] < running[1] || running[1] < running[0])
        return running[0] < running[1];
    int order = strcmp(name[0], name[1]);
    if (order != 0)
        return order < 0;
    return a.pool >= 0 ? b.pool < 0 || a.pool < b.pool
                       : b.pool < 0 && pt_key_less(&m->q->items[a.item].key,
                                                   &m->q->items[b.item].key);
}

/* The next stage below POOL (-1: the root) that is not done, or -1. */
static int32_t naive_next(const struct naive *m, int32_t pool, bool fair)
{
    struct child best = {.item = -1};

    for (int32_t c = 0; c < m->q->npools + m->q->n; c++) {
        int32_t item = c - m->q->npools;
        struct child child = {.pool = item < 0 ? c : -1, .item = item};
        if (item < 0) {
            if (m->q->pools[c].parent != pool)
                continue;
            child.item = naive_next(m, c, m->q->pools[c].fair);
            if (child.item < 0)
                continue;
        } else if (m->done[item] || m->q->items[item].pool != pool) {
            continue;
        }
        if (best.item < 0 || (fair ? spark_less(m, child, best)
                                   : pt_key_less(&m->q->items[child.item].key,
                                                 &m->q->items[best.item].key)))
            best = child;
    }
    return best.item;
}

static void random_queue(struct pt_random *r, struct queue *q,
                         struct pt_pool_spec *pools)
{
    static const char *const names[] = {"a", "TaskSet_1.0", "b", "TaskSet_9"};

    *q = (struct queue){.pools = pools, .fair_root = pt_random_below(r, 2)};
    q->npools = 1 + (int32_t)pt_random_below(r, POOLS);
    for (int32_t p = 0; p < q->npools; p++)
        pools[p] = (struct pt_pool_spec){
            .name = names[pt_random_below(r, 4)],
            .parent = (int32_t)pt_random_below(r, (uint32_t)p + 1) - 1,
            .weight = 1 + (int32_t)pt_random_below(r, 3),
            .min_share = (int32_t)pt_random_below(r, 6),
            .fair = pt_random_below(r, 3) > 0};
    q->n = (int32_t)pt_random_below(r, MOST + 1);
    for (int32_t i = 0; i < q->n; i++) {
        q->items[i] = (struct pt_pooled){
            .pool = (int32_t)pt_random_below(r, (uint32_t)q->npools),
            .running = pt_random_below(r, 4),
            .key = {pt_random_below(r, 4), pt_random_below(r, 4), i},
            .id = pt_random_below(r, 12),
            .try = (int32_t)pt_random_below(r, 12),
            .payload = i};
    }
}

static void test_it_agrees_with_a_naive_sort(void **state)
{
    enum { SEED = 23 };
    struct pt_random r;
    struct pt_pool_spec pools[POOLS];
    struct queue q, before;

    (void)state;
    print_message("seed %d\n", SEED);
    pt_random_open(&r, SEED, 0, PT_PURPOSE_TEST, 0);
    for (int round = 0; round < ROUNDS; round++) {
        random_queue(&r, &q, pools);
        before = q;
        struct naive m = {.q = &before};
        for (int32_t p = 0; p < q.npools; p++)
            for (int32_t i = 0; i < q.n; i++)
                if (below(&m, i, p))
                    m.running[p] += q.items[i].running;
        sort(&q);
        for (int32_t i = 0; i < q.n; i++) {
            int32_t next = naive_next(&m, -1, q.fair_root);
            ASSERT_INT(q.items[i].payload, next);
            ASSERT_INT(q.items[i].key.c, next);
            m.done[next] = true;
        }
    }
}

/* Whatever order they come in. */
static void test_the_order_is_total(void **state)
{
    enum { SEED = 24 };
    struct pt_random r;
    struct pt_pool_spec pools[POOLS];
    struct queue q, other;

    (void)state;
    print_message("seed %d\n", SEED);
    pt_random_open(&r, SEED, 0, PT_PURPOSE_TEST, 0);
    for (int round = 0; round < ROUNDS; round++) {
        random_queue(&r, &q, pools);
        other = q;
        for (int32_t i = q.n - 1; i > 0; i--) {
            uint32_t k = pt_random_below(&r, (uint32_t)i + 1);
            struct pt_pooled t = other.items[i];
            other.items[i] = other.items[k];
            other.items[k] = t;
        }
        sort(&q);
        sort(&other);
        for (int32_t i = 0; i < q.n; i++)
            ASSERT_INT(q.items[i].payload, other.items[i].payload);
    }
}

static void test_a_long_queue_is_sorted(void **state)
{
    enum { N = 5000 };
    static struct pt_pooled items[N];
    const int64_t running[1] = {0};

    (void)state;
    for (int32_t i = 0; i < N; i++)
        items[i] = (struct pt_pooled){.key = {(7919 * (int64_t)i) % N, 0, 0}};
    pt_pools_sort(one_fifo, 1, true, running, items, N);
    for (int32_t i = 0; i < N; i++)
        ASSERT_INT(items[i].key.a, i);
    pt_pools_sort(one_fifo, 0, true, running, items, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fifo_serves_one_stage_after_the_other),
        cmocka_unit_test(test_fair_serves_the_neediest_pool),
        cmocka_unit_test(test_nested_fair_pools_share_at_each_level),
        cmocka_unit_test(test_ties_go_by_name_as_text),
        cmocka_unit_test(test_a_try_is_a_part_of_the_name),
        cmocka_unit_test(test_the_same_name_goes_by_key),
        cmocka_unit_test(test_running_counts_by_weight),
        cmocka_unit_test(test_no_minimum_share_is_never_needy),
        cmocka_unit_test(test_fifo_pools_below_a_fifo_root_are_one_queue),
        cmocka_unit_test(test_a_fair_pool_below_a_fifo_root_keeps_its_order),
        cmocka_unit_test(test_it_agrees_with_a_naive_sort),
        cmocka_unit_test(test_the_order_is_total),
        cmocka_unit_test(test_a_long_queue_is_sorted),
    };

    return cmocka_run_group_tests_name("pools", tests, NULL, NULL) != 0;
}
