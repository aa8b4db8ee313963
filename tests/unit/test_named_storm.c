/* A named machine with all its kinds of nodes and tasks, at random: every
 * promise is kept, and no GPU serves more than it can. */
#include "tests/unit/named_bench.h"

#include "base/random.h"

enum { NODES = 4, MOST = 64 };

struct gust {
    struct pt_stage spec;
    struct pt_attempt attempt;
    pt_time promise; /* PT_TIME_NEVER: none */
    bool runs;
};

struct storm {
    struct pt_random random;
    struct pt_space *space;
    struct gust gust[MOST];
    pt_time now;
    bool parts;
};

static int32_t draw(struct storm *s, uint32_t n)
{
    return (int32_t)pt_random_below(&s->random, n);
}

/* No GPU serves more than it can, and each task has what it needs. */
static void recount(const struct storm *s, const struct pt_node *nodes)
{
    int64_t used[NODES][8] = {{0}};
    int32_t list[8];

    for (int i = 0; i < MOST; i++) {
        const struct pt_attempt *a = &s->gust[i].attempt;
        if (!s->gust[i].runs)
            continue;
        int64_t gpus = a->spec->need.amount[PT_GPUS];
        for (int32_t k = 0, task = 0; k < a->alloc.n; k++)
            for (int32_t m = 0; m < a->alloc.ranges[k].count; m++, task++) {
                int32_t n = pt_named_devices(s->space, a, task, list, 8);
                if (pt_attempt_has_ended(a, task))
                    gpus = 0;
                ASSERT_INT(n, (gpus + 999) / 1000);
                for (int32_t d = 0; d < n; d++)
                    used[a->alloc.ranges[k].first][list[d]] +=
                        gpus < 1000 ? gpus : 1000;
                gpus = a->spec->need.amount[PT_GPUS];
            }
    }
    for (int32_t i = 0; i < NODES; i++)
        for (int32_t d = 0; d < 8; d++)
            assert_true(used[i][d] == 0 ||
                        used[i][d] + 1000 * d <= nodes[i].size.amount[PT_GPUS]);
}

static void gust_ends(struct storm *s, struct gust *g)
{
    s->space->ops->give(s->space, &g->attempt, -1);
    g->runs = false;
    attempt_free(&g->attempt);
}

static void gust_starts(struct storm *s, struct gust *g)
{
    if (g->promise != PT_TIME_NEVER)
        s->space->ops->unbook(s->space, &g->attempt, g->spec.ntasks);
    g->promise = PT_TIME_NEVER;
    g->attempt.until = s->now + g->spec.limit;
    s->space->ops->take(s->space, &g->attempt, g->spec.ntasks);
    g->attempt.placed = g->spec.ntasks;
    g->runs = true;
}

/* All that is predicted to end does, and whoever has a promise for now starts.
 */
static void pass_time(struct storm *s)
{
    s->space->ops->advance(s->space, ++s->now);
    for (int i = 0; i < MOST; i++)
        if (s->gust[i].runs && s->gust[i].attempt.until <= s->now)
            gust_ends(s, &s->gust[i]);
    for (int i = 0; i < MOST; i++) {
        struct gust *g = &s->gust[i];
        if (g->promise > s->now)
            continue;
        assert_true(s->space->ops->fits(s->space, &g->attempt, g->spec.ntasks));
        gust_starts(s, g);
        s->space->ops->check(s->space);
    }
}

static void blow(struct storm *s, struct gust *g)
{
    static const int64_t gpus[] = {0,   1000, 1000, 2000, 1000, 1000,
                                   300, 700,  500,  1500, 333,  90};
    uint32_t kinds = s->parts ? 12 : 6;
    const struct pt_space_ops *ops = s->space->ops;

    g->spec = stage(1 + draw(s, 5), draw(s, 3), gpus[draw(s, kinds)]);
    g->spec.limit = 1 + draw(s, 20);
    g->spec.profile = draw(s, 3);
    if (!ops->possible(s->space, &g->spec, g->spec.ntasks))
        return;
    g->attempt = attempt(&g->spec, g->spec.limit);
    g->attempt.until = s->now + g->spec.limit;
    if (draw(s, 3) == 0) {
        for (int32_t i = 0; i < g->spec.ntasks; i++)
            take_on(s->space, &g->attempt, draw(s, NODES));
        g->runs = g->attempt.placed > 0;
        return;
    }
    if (ops->fits(s->space, &g->attempt, g->spec.ntasks)) {
        gust_starts(s, g);
        return;
    }
    g->promise = ops->earliest(s->space, &g->attempt, g->spec.ntasks,
                               PT_TIME_NEVER, PT_TIME_NEVER);
    assert_true(g->promise > s->now);
    if (g->promise == PT_TIME_FAR) {
        g->promise = PT_TIME_NEVER;
        return;
    }
    ops->book(s->space, &g->attempt, g->spec.ntasks, g->promise);
}

static void rage(uint64_t seed)
{
    static const struct pt_node nodes[NODES] = {
        {.size = {{8000, 4000, 0}}},
        {.size = {{4000, 2000, 0}}, .profile = 1},
        {.size = {{6000, 2500, 0}}, .profile = 2},
        {.size = {{3000, 0, 0}}, .profile = 2}};
    struct storm s = {.space = machine(nodes, NODES, true)};

    print_message("seed %llu\n", (unsigned long long)seed);
    pt_random_open(&s.random, seed, 0, PT_PURPOSE_TEST, 0);
    for (int i = 0; i < MOST; i++)
        s.gust[i].promise = PT_TIME_NEVER;
    for (int step = 0; step < 1500; step++) {
        struct gust *g = &s.gust[draw(&s, MOST)];
        s.parts = step > 300;
        if (draw(&s, 4) == 0)
            pass_time(&s);
        else if (g->runs && draw(&s, 4) == 0)
            gust_ends(&s, g);
        else if (!g->runs && g->promise == PT_TIME_NEVER) {
            attempt_free(&g->attempt);
            g->attempt = (struct pt_attempt){0};
            blow(&s, g);
        }
        s.space->ops->check(s.space);
        assert_false(s.space->ops->overbooked(s.space));
        recount(&s, nodes);
    }
    s.space->ops->close(s.space);
    for (int i = 0; i < MOST; i++)
        if (s.gust[i].runs || s.gust[i].promise != PT_TIME_NEVER)
            attempt_free(&s.gust[i].attempt);
}

static void test_in_a_storm_every_promise_is_kept(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++)
        rage(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_a_storm_every_promise_is_kept)};

    return cmocka_run_group_tests_name("named_storm", tests, NULL, NULL) != 0;
}
