/* Members that wait for each other, work that is lost, and what is known of
 * both in sum alone. */
#include "tests/unit/check.h"
#include "base/random.h"
#include "tests/unit/ledger_steps.h"

/* As step(), with WAIT told, of nothing if its area is 0. */
static void step_with_wait(struct pt_ledger *ledger, pt_time now,
                           struct pt_waiting_area wait,
                           const struct pt_spent *spent, int nspent,
                           struct pt_census census)
{
    struct pt_step instant = {.now = now,
                              .spent = spent,
                              .nspent = nspent,
                              .waits = &wait,
                              .nwaits = wait.area > 0};

    pt_ledger_step(ledger, &instant, &census);
}

static void test_what_waited_moves_to_barrier_evenly_and_whole(void **state)
{
    struct pt_ledger ledger;
    struct pt_spent kept = {.start = 0, .end = 4 * S, .slots = 4, .waited = 10};

    (void)state;
    pt_ledger_init(&ledger);
    step(&ledger, 0, 1, NULL, 0, census_of(4, 0, 0, PT_IDLE));
    step_with_wait(&ledger, 7 * S / 2,
                   (struct pt_waiting_area){.since = S / 2, .area = 10}, NULL,
                   0, census_of(4, 0, 0, PT_IDLE));
    step(&ledger, 4 * S, 0, &kept, 1, census_of(0, 0, 4, PT_IDLE));
    assert_true(pt_ledger_close(&ledger));
    ASSERT_INT(ledger.area[PT_CLASS_BARRIER], 10);
    ASSERT_INT(ledger.area[PT_CLASS_USEFUL], 16 * S - 10);
    ASSERT_INT(ledger.bins[0].area[PT_CLASS_BARRIER], 1); /* 10/6 */
    ASSERT_INT(ledger.bins[1].area[PT_CLASS_BARRIER], 4); /* 30/6 */
    ASSERT_INT(ledger.bins[2].area[PT_CLASS_BARRIER], 3); /* 50/6 */
    ASSERT_INT(ledger.bins[3].area[PT_CLASS_BARRIER], 2); /* 60/6 */
    pt_ledger_fini(&ledger);
}

static void test_lost_work_leaves_out_what_waited(void **state)
{
    struct pt_ledger ledger;
    struct pt_spent lost = {
        .start = 0, .end = 2 * S, .slots = 3, .waited = 2 * S, .redone = true};

    (void)state;
    pt_ledger_init(&ledger);
    step(&ledger, 0, 1, NULL, 0, census_of(3, 0, 0, PT_IDLE));
    step_with_wait(&ledger, 2 * S,
                   (struct pt_waiting_area){.since = S, .area = 2 * S}, &lost,
                   1, census_of(0, 0, 3, PT_IDLE));
    assert_true(pt_ledger_close(&ledger));
    ASSERT_INT(ledger.area[PT_CLASS_BARRIER], 2 * S);
    ASSERT_INT(ledger.area[PT_CLASS_LOST], 4 * S);
    ASSERT_INT(ledger.area[PT_CLASS_USEFUL], 0);
    /* It waited in the second bin alone: an even share does not fit there. */
    ASSERT_INT(ledger.bins[0].area[PT_CLASS_LOST], 3 * S);
    ASSERT_INT(ledger.bins[1].area[PT_CLASS_LOST], S);
    ASSERT_INT(ledger.bins[1].area[PT_CLASS_BARRIER], 2 * S);
    pt_ledger_fini(&ledger);
}

static void test_members_that_are_seen_to_wait_are_not_lost_either(void **state)
{
    struct pt_ledger ledger;
    struct pt_census some = census_of(1, 0, 0, PT_IDLE);
    struct pt_spent lost = {
        .start = 0, .end = 3 * S, .slots = 3, .waited = 4 * S, .redone = true};

    (void)state;
    some.slots = 3;
    some.barrier = 2;
    pt_ledger_init(&ledger);
    step(&ledger, 0, 1, NULL, 0, census_of(3, 0, 0, PT_IDLE));
    step(&ledger, S, 0, NULL, 0, some);
    step(&ledger, 3 * S, 0, &lost, 1, census_of(0, 0, 3, PT_IDLE));
    assert_true(pt_ledger_close(&ledger));
    ASSERT_INT(ledger.area[PT_CLASS_BARRIER], 4 * S);
    ASSERT_INT(ledger.area[PT_CLASS_LOST], 5 * S);
    ASSERT_INT(ledger.bins[2].area[PT_CLASS_LOST], S);
    pt_ledger_fini(&ledger);
}

static void test_kept_work_that_is_revised_becomes_lost(void **state)
{
    struct pt_spent kept = {.start = 0, .end = 2 * S, .slots = 2, .waited = S};
    struct pt_spent again = {.start = 4 * S, .end = 6 * S, .slots = 2};
    struct pt_spent revised = kept;

    (void)state;
    revised.redone = revised.revised = true;
    /* The second time nothing ends after it is known. */
    for (int round = 0; round < 2; round++) {
        struct pt_ledger ledger;

        pt_ledger_init(&ledger);
        step(&ledger, 0, 1, NULL, 0, census_of(2, 0, 0, PT_IDLE));
        step_with_wait(&ledger, 2 * S,
                       (struct pt_waiting_area){.since = S, .area = S}, &kept,
                       1, census_of(0, 0, 2, PT_IDLE));
        step(&ledger, 3 * S, 0, &revised, 1, census_of(0, 0, 2, PT_BLOCKED));
        step(&ledger, 4 * S, 0, NULL, 0, census_of(2, 0, 0, PT_IDLE));
        if (round == 0)
            step(&ledger, 6 * S, 0, &again, 1, census_of(0, 0, 2, PT_IDLE));
        assert_true(pt_ledger_close(&ledger));
        ASSERT_INT(ledger.last, round == 0 ? 6 * S : 2 * S);
        ASSERT_INT(ledger.area[PT_CLASS_LOST], 3 * S);
        ASSERT_INT(ledger.area[PT_CLASS_BARRIER], S);
        ASSERT_INT(ledger.area[PT_CLASS_USEFUL], round == 0 ? 4 * S : 0);
        ASSERT_INT(ledger.area[PT_CLASS_BLOCKED], round == 0 ? 2 * S : 0);
        struct pt_bin sum = sum_of_bins(&ledger);
        for (int c = 0; c < PT_CLASSES; c++)
            assert_true(sum.area[c] == ledger.area[c]);
        pt_ledger_fini(&ledger);
    }
}

/* What each slot did at each tick, and who is at it: the naive model. */
#define GRID_SLOTS 24
#define GRID_TICKS 500
#define GRID_GANGS 64

struct grid_gang {
    int slot, n, start;      /* n 0: none */
    int end;                 /* -1: it runs */
    int arrived[GRID_SLOTS]; /* -1: it works */
    int waited;              /* slot-ticks, until its last sync */
    bool seen;               /* its waiting shows in the census; else told */
    bool kept;
};

struct grid {
    enum pt_class class[GRID_SLOTS][GRID_TICKS];
    struct grid_gang gangs[GRID_GANGS];
    int ngangs, last;
    pt_time tick; /* its length */
    struct pt_waiting_area waits[GRID_GANGS];
    struct pt_spent spent[2 * GRID_GANGS];
    int nwaits, nspent;
};

/* The cells of GANG that work become CLASS. */
static void grid_paint(struct grid *g, const struct grid_gang *gang, int end,
                       enum pt_class from, enum pt_class to)
{
    for (int s = gang->slot; s < gang->slot + gang->n; s++)
        for (int t = gang->start; t < end; t++)
            if (g->class[s][t] == from)
                g->class[s][t] = to;
}

/* Its members meet, or are torn apart. */
static void grid_sync(struct grid *g, struct grid_gang *gang, int now)
{
    int since = now, area = 0;

    for (int i = 0; i < gang->n; i++) {
        if (gang->arrived[i] < 0)
            continue;
        if (gang->arrived[i] < since)
            since = gang->arrived[i];
        area += now - gang->arrived[i];
        gang->arrived[i] = -1;
    }
    gang->waited += area;
    if (!gang->seen && area > 0)
        g->waits[g->nwaits++] = (struct pt_waiting_area){
            .since = since * g->tick, .area = area * g->tick};
}

static void grid_spend(struct grid *g, const struct grid_gang *gang,
                       bool redone, bool revised)
{
    if (redone)
        grid_paint(g, gang, gang->end, PT_CLASS_USEFUL, PT_CLASS_LOST);
    g->spent[g->nspent++] = (struct pt_spent){.start = gang->start * g->tick,
                                              .end = gang->end * g->tick,
                                              .slots = gang->n,
                                              .waited = gang->waited * g->tick,
                                              .redone = redone,
                                              .revised = revised};
}

/* A gang on N neighbours that are free from NOW on, if there are any. */
static void grid_start(struct grid *g, struct pt_random *random, int now)
{
    int n = 1 + (int)pt_random_below(random, 8), free_here = 0;

    for (int s = 0; s < GRID_SLOTS && g->ngangs < GRID_GANGS; s++) {
        bool taken = false;

        for (int i = 0; i < g->ngangs; i++)
            taken |= g->gangs[i].end < 0 && s >= g->gangs[i].slot &&
                     s < g->gangs[i].slot + g->gangs[i].n;
        free_here = taken ? 0 : free_here + 1;
        if (free_here < n)
            continue;
        struct grid_gang *gang = &g->gangs[g->ngangs++];
        *gang = (struct grid_gang){.slot = s - n + 1,
                                   .n = n,
                                   .start = now,
                                   .end = -1,
                                   .seen = pt_random_below(random, 3) == 0};
        memset(gang->arrived, -1, sizeof gang->arrived);
        return;
    }
}

/* Something may happen to GANG at NOW. */
static void grid_act(struct grid *g, struct grid_gang *gang,
                     struct pt_random *random, int now)
{
    if (gang->end >= 0) {
        if (gang->kept && pt_random_below(random, 60) == 0) {
            gang->kept = false;
            grid_spend(g, gang, true, true);
        }
        return;
    }
    for (int i = 0; i < gang->n; i++)
        if (gang->arrived[i] < 0 && pt_random_below(random, 12) == 0)
            gang->arrived[i] = now;
    if (pt_random_below(random, 8) == 0)
        grid_sync(g, gang, now);
    if (now < GRID_TICKS - 1 && pt_random_below(random, 20) > 0)
        return;
    grid_sync(g, gang, now);
    gang->end = now;
    gang->kept = pt_random_below(random, 3) > 0;
    grid_spend(g, gang, !gang->kept, false);
    g->last = now;
}

/* The cells at NOW, and the census of it. */
static struct pt_census grid_census(struct grid *g, int now)
{
    struct pt_census census = {.slots = GRID_SLOTS, .reason = PT_IDLE};

    for (int s = 0; s < GRID_SLOTS; s++)
        g->class[s][now] = PT_CLASS_IDLE;
    for (int i = 0; i < g->ngangs; i++) {
        const struct grid_gang *gang = &g->gangs[i];

        for (int m = 0; m < gang->n && gang->end < 0; m++) {
            bool waits = gang->arrived[m] >= 0;

            g->class[gang->slot + m][now] =
                waits ? PT_CLASS_BARRIER : PT_CLASS_USEFUL;
            census.barrier += waits && gang->seen;
            census.running += !waits || !gang->seen;
        }
    }
    census.free = GRID_SLOTS - census.running - census.barrier;
    return census;
}

static void grid_run(struct grid *g, struct pt_ledger *ledger,
                     struct pt_random *random)
{
    for (int now = 0; now < GRID_TICKS; now++) {
        g->nwaits = g->nspent = 0;
        for (int i = 0; i < g->ngangs; i++)
            grid_act(g, &g->gangs[i], random, now);
        if (now < GRID_TICKS - 1 && pt_random_below(random, 4) == 0)
            grid_start(g, random, now);
        struct pt_census census = grid_census(g, now);
        struct pt_step instant = {.now = now * g->tick,
                                  .facts = &submission,
                                  .nfacts = now == 0,
                                  .waits = g->waits,
                                  .nwaits = g->nwaits,
                                  .spent = g->spent,
                                  .nspent = g->nspent};
        pt_ledger_step(ledger, &instant, &census);
    }
}

/* Slot-microseconds in CLASS of [FROM, TO), cell by cell. */
static pt_area grid_area(const struct grid *g, enum pt_class class,
                         pt_time from, pt_time to)
{
    pt_area sum = 0;

    for (int s = 0; s < GRID_SLOTS; s++)
        for (int t = 0; t < g->last; t++)
            if (g->class[s][t] == class)
                sum += overlap(t * g->tick, (t + 1) * g->tick, from, to);
    return sum;
}

/* What nobody moves is exact in each bin; what is moved, in sum. */
static void check_grid_bins(const struct grid *g,
                            const struct pt_ledger *ledger)
{
    for (int32_t i = 0; i < ledger->nbins; i++) {
        const pt_area *area = ledger->bins[i].area;
        pt_time from = ledger->first + i * ledger->bin_width;
        pt_time to = from + ledger->bin_width;
        pt_area all = 0;

        for (int c = 0; c < PT_CLASSES; c++) {
            assert_true(area[c] >= 0);
            all += area[c];
        }
        assert_true(area[PT_CLASS_IDLE] ==
                    grid_area(g, PT_CLASS_IDLE, from, to));
        assert_true(all == GRID_SLOTS *
                               overlap(from, to, ledger->first, ledger->last));
    }
}

static void
test_random_gangs_with_barriers_sum_as_a_grid_of_slots_says(void **state)
{
    const uint64_t seed = 20260704;
    struct grid *g = malloc(sizeof *g);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint32_t round = 0; round < 120; round++) {
        struct pt_random random;
        struct pt_ledger ledger;

        pt_random_open(&random, seed, round, PT_PURPOSE_TEST, 0);
        memset(g, 0, sizeof *g);
        g->tick = 1 + pt_random_below(&random, UINT32_C(1) << (round % 26));
        pt_ledger_init(&ledger);
        grid_run(g, &ledger, &random);
        assert_true(pt_ledger_close(&ledger));
        ASSERT_INT(ledger.last, g->last * g->tick);
        struct pt_bin sum = sum_of_bins(&ledger);
        for (int c = 0; c < PT_CLASSES; c++) {
            assert_true(ledger.area[c] ==
                        grid_area(g, (enum pt_class)c, 0, g->last * g->tick));
            assert_true(ledger.area[c] == sum.area[c]);
        }
        if (round % 8 == 0)
            check_grid_bins(g, &ledger);
        pt_ledger_fini(&ledger);
    }
    free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_waited_moves_to_barrier_evenly_and_whole),
        cmocka_unit_test(test_lost_work_leaves_out_what_waited),
        cmocka_unit_test(
            test_members_that_are_seen_to_wait_are_not_lost_either),
        cmocka_unit_test(test_kept_work_that_is_revised_becomes_lost),
        cmocka_unit_test(
            test_random_gangs_with_barriers_sum_as_a_grid_of_slots_says),
    };

    return cmocka_run_group_tests_name("ledger waits", tests, NULL, NULL) != 0;
}
