/* Work that is saved against failures: what saving and loading take, and what
 * is lost all the same. */
#include "tests/unit/check.h"
#include "base/random.h"
#include "tests/unit/ledger_steps.h"

/* A gang of 4 from 0 to 4 s that ends with PROGRESS. */
static struct pt_spent gang_with(struct pt_progress progress)
{
    return (struct pt_spent){
        .start = 0, .end = 4 * S, .slots = 4, .progress = progress};
}

/* LEDGER of a run of SPENT alone, on five slots. */
static void run_one(struct pt_ledger *ledger, const struct pt_spent *spent)
{
    pt_ledger_init(ledger);
    step(ledger, 0, 1, NULL, 0, census_of(4, 0, 1, PT_IDLE));
    step(ledger, 4 * S, 0, spent, 1, census_of(0, 0, 5, PT_IDLE));
    assert_true(pt_ledger_close(ledger));
}

static void test_saving_and_loading_are_not_useful(void **state)
{
    struct pt_ledger ledger;
    struct pt_spent kept = gang_with((struct pt_progress){
        .restart = 2 * S, .checkpoint = S + 2, .saved = 9 * S});

    (void)state;
    run_one(&ledger, &kept);
    ASSERT_INT(ledger.area[PT_CLASS_RESTART], 2 * S);
    ASSERT_INT(ledger.area[PT_CLASS_CHECKPOINT], S + 2);
    ASSERT_INT(ledger.area[PT_CLASS_USEFUL], 13 * S - 2);
    ASSERT_INT(ledger.area[PT_CLASS_LOST], 0);
    /* Evenly: what is odd goes to the later bins. */
    for (int i = 0; i < 4; i++) {
        ASSERT_INT(ledger.bins[i].area[PT_CLASS_RESTART], S / 2);
        ASSERT_INT(ledger.bins[i].area[PT_CLASS_CHECKPOINT], S / 4 + i % 2);
    }
    ASSERT_NEAR(pt_ledger_utilisation(&ledger), 0.8, 1e-15, 0);
    ASSERT_NEAR(pt_ledger_goodput(&ledger), 12.999998 / 20, 1e-15, 0);
    pt_ledger_fini(&ledger);
}

static void test_of_work_that_is_done_again_what_was_saved_stays(void **state)
{
    struct pt_ledger ledger;
    struct pt_spent lost = gang_with((struct pt_progress){
        .restart = S, .checkpoint = 2 * S, .saved = 10 * S});

    (void)state;
    lost.redone = true;
    lost.outcome = PT_KILLED;
    lost.origin = PT_ORIGIN_RACK;
    run_one(&ledger, &lost);
    ASSERT_INT(ledger.area[PT_CLASS_RESTART], S);
    ASSERT_INT(ledger.area[PT_CLASS_CHECKPOINT], 2 * S);
    ASSERT_INT(ledger.area[PT_CLASS_USEFUL], 10 * S);
    ASSERT_INT(ledger.area[PT_CLASS_LOST], 3 * S);
    ASSERT_INT(ledger.lost_by[PT_ORIGIN_RACK], 3 * S);
    ASSERT_INT(ledger.lost_by[PT_ORIGIN_UNKNOWN], 0);
    pt_ledger_fini(&ledger);
}

static void test_an_attempt_may_do_nothing_but_load_and_save(void **state)
{
    struct pt_ledger ledger;
    struct pt_spent lost = gang_with(
        (struct pt_progress){.restart = 7 * S + 1, .checkpoint = 6 * S - 1});

    (void)state;
    lost.waited = 3 * S;
    lost.redone = true;
    struct pt_waiting_area wait = {.since = 3 * S, .area = 3 * S};
    struct pt_step end = {
        .now = 4 * S, .spent = &lost, .nspent = 1, .waits = &wait, .nwaits = 1};
    struct pt_census census = census_of(0, 0, 4, PT_IDLE);
    pt_ledger_init(&ledger);
    step(&ledger, 0, 1, NULL, 0, census_of(4, 0, 0, PT_IDLE));
    pt_ledger_step(&ledger, &end, &census);
    assert_true(pt_ledger_close(&ledger));
    ASSERT_INT(ledger.area[PT_CLASS_BARRIER], 3 * S);
    ASSERT_INT(ledger.area[PT_CLASS_RESTART], 7 * S + 1);
    ASSERT_INT(ledger.area[PT_CLASS_CHECKPOINT], 6 * S - 1);
    ASSERT_INT(ledger.area[PT_CLASS_USEFUL], 0);
    ASSERT_INT(ledger.area[PT_CLASS_LOST], 0);
    /* Three quarters of the last bin's time is taken: the rest is earlier. */
    ASSERT_INT(ledger.bins[3].area[PT_CLASS_BARRIER], 3 * S);
    pt_ledger_fini(&ledger);
}

static void test_an_attempt_of_no_length_moves_nothing(void **state)
{
    struct pt_ledger ledger;
    struct pt_spent spent[] = {
        {.start = 0, .end = 0, .slots = 4, .redone = true},
        {.start = 2 * S, .end = 2 * S, .slots = 4, .redone = true},
        {.start = 0, .end = 2 * S, .slots = 4},
    };

    (void)state;
    pt_ledger_init(&ledger);
    step(&ledger, 0, 1, spent, 1, census_of(4, 0, 0, PT_IDLE));
    step(&ledger, 2 * S, 0, spent + 1, 2, census_of(0, 0, 4, PT_IDLE));
    assert_true(pt_ledger_close(&ledger));
    ASSERT_INT(ledger.area[PT_CLASS_LOST], 0);
    ASSERT_INT(ledger.area[PT_CLASS_USEFUL], 8 * S);
    pt_ledger_fini(&ledger);
}

static void test_of_kept_work_that_is_revised_what_was_saved_stays(void **state)
{
    struct pt_ledger ledger;
    struct pt_spent kept = gang_with((struct pt_progress){
        .restart = S, .checkpoint = 2 * S, .saved = 5 * S});
    struct pt_spent revised = kept;
    struct pt_spent again = {.start = 5 * S, .end = 6 * S, .slots = 4};

    (void)state;
    revised.redone = revised.revised = true;
    revised.origin = PT_ORIGIN_NODE;
    pt_ledger_init(&ledger);
    step(&ledger, 0, 1, NULL, 0, census_of(4, 0, 0, PT_IDLE));
    step(&ledger, 4 * S, 0, &kept, 1, census_of(0, 0, 4, PT_IDLE));
    step(&ledger, 5 * S, 0, &revised, 1, census_of(4, 0, 0, PT_IDLE));
    step(&ledger, 6 * S, 0, &again, 1, census_of(0, 0, 4, PT_IDLE));
    assert_true(pt_ledger_close(&ledger));
    ASSERT_INT(ledger.area[PT_CLASS_RESTART], S);
    ASSERT_INT(ledger.area[PT_CLASS_CHECKPOINT], 2 * S);
    ASSERT_INT(ledger.area[PT_CLASS_LOST], 8 * S);
    ASSERT_INT(ledger.lost_by[PT_ORIGIN_NODE], 8 * S);
    ASSERT_INT(ledger.area[PT_CLASS_USEFUL], 9 * S);
    pt_ledger_fini(&ledger);
}

static void test_an_availability_is_what_is_not_down_or_serviced(void **state)
{
    struct pt_ledger ledger;
    struct pt_census some = census_of(2, 0, 5, PT_IDLE);
    struct pt_spent spent = {.start = 0, .end = 4 * S, .slots = 2};

    (void)state;
    some.slots = 10;
    some.down = 1;
    some.maintenance = 2;
    pt_ledger_init(&ledger);
    ASSERT_NEAR(pt_ledger_availability(&ledger), 1, 0, 0);
    step(&ledger, 0, 1, NULL, 0, some);
    step(&ledger, 2 * S, 0, NULL, 0, census_of(2, 0, 8, PT_IDLE));
    step(&ledger, 4 * S, 0, &spent, 1, census_of(0, 0, 10, PT_IDLE));
    assert_true(pt_ledger_close(&ledger));
    ASSERT_NEAR(pt_ledger_availability(&ledger), 0.85, 1e-15, 0);
    pt_ledger_fini(&ledger);
}

/* --- random runs, added up one by one --- */

#define SLOTS    24
#define STEPS    400
#define ATTEMPTS 200

struct trial_attempt {
    struct pt_spent spent;
    bool runs, kept; /* kept: it may be revised */
};

struct trial {
    struct trial_attempt attempts[ATTEMPTS]; /* [n] */
    int n;
    pt_time now;
    bool thousandths;
    struct pt_spent spent[2 * ATTEMPTS]; /* of this step */
    struct pt_waiting_area waits[ATTEMPTS];
    int nspent, nwaits;
    pt_time last;
    pt_area area[PT_CLASSES]; /* as it has to be */
    pt_area lost_by[PT_ORIGINS];
};

/* At most ALL; often none, and often all of it. */
static pt_time some_of(struct pt_random *random, pt_time all)
{
    switch (pt_random_below(random, 5)) {
    case 0:
        return 0;
    case 1:
        return all;
    default:
        return (pt_time)((pt_area)all * pt_random_u32(random) >> 32);
    }
}

static void lose(struct trial *t, const struct pt_spent *spent, pt_area work)
{
    t->area[PT_CLASS_USEFUL] -= work - spent->progress.saved;
    t->area[PT_CLASS_LOST] += work - spent->progress.saved;
    t->lost_by[spent->origin] += work - spent->progress.saved;
}

static pt_area work_in(const struct pt_spent *spent)
{
    return (pt_area)spent->slots * (spent->end - spent->start) - spent->waited -
           spent->progress.restart - spent->progress.checkpoint;
}

/* What it did not spend on work is taken off its time bit by bit. */
static void end(struct trial *t, struct trial_attempt *it,
                struct pt_random *random)
{
    struct pt_spent *spent = &it->spent;
    pt_time left = spent->slots * (t->now - spent->start);

    spent->end = t->now;
    spent->waited = some_of(random, left);
    left -= spent->waited;
    spent->progress.restart = some_of(random, left);
    left -= spent->progress.restart;
    spent->progress.checkpoint = some_of(random, left);
    left -= spent->progress.checkpoint;
    spent->progress.saved = some_of(random, left);
    spent->redone = pt_random_below(random, 2) == 0;
    spent->origin = (enum pt_origin)pt_random_below(random, PT_ORIGINS);
    it->runs = false;
    it->kept = !spent->redone;
    if (spent->waited > 0)
        t->waits[t->nwaits++] = (struct pt_waiting_area){.since = spent->start,
                                                         .area = spent->waited};
    t->spent[t->nspent++] = *spent;
    t->area[PT_CLASS_BARRIER] += spent->waited;
    t->area[PT_CLASS_RESTART] += spent->progress.restart;
    t->area[PT_CLASS_CHECKPOINT] += spent->progress.checkpoint;
    t->area[PT_CLASS_USEFUL] += left;
    if (spent->redone)
        lose(t, spent, left);
    t->last = t->now;
}

static void act(struct trial *t, struct trial_attempt *it,
                struct pt_random *random, bool is_last)
{
    if (it->runs && (is_last || pt_random_below(random, 10) == 0)) {
        end(t, it, random);
    } else if (it->kept && !it->runs && pt_random_below(random, 50) == 0) {
        struct pt_spent revised = it->spent;

        revised.redone = revised.revised = true;
        revised.origin = (enum pt_origin)pt_random_below(random, PT_ORIGINS);
        it->kept = false;
        t->spent[t->nspent++] = revised;
        lose(t, &revised, work_in(&revised));
    }
}

/* A step of the ledger, after which the census holds until the next. */
static void tell(struct trial *t, struct pt_ledger *ledger, bool first)
{
    struct pt_census census = {
        .slots = SLOTS, .thousandths = t->thousandths, .reason = PT_IDLE};
    struct pt_step instant = {.now = t->now,
                              .facts = &submission,
                              .nfacts = first,
                              .spent = t->spent,
                              .nspent = t->nspent,
                              .waits = t->waits,
                              .nwaits = t->nwaits};

    for (int i = 0; i < t->n; i++)
        if (t->attempts[i].runs)
            census.running += t->attempts[i].spent.slots;
    census.free = census.slots - census.running;
    pt_ledger_step(ledger, &instant, &census);
}

static void start_some(struct trial *t, struct pt_random *random)
{
    int64_t left = SLOTS;

    for (int i = 0; i < t->n; i++)
        if (t->attempts[i].runs)
            left -= t->attempts[i].spent.slots;
    while (t->n < ATTEMPTS && left > 0 && pt_random_below(random, 3) > 0) {
        int64_t n = 1 + pt_random_below(random, (uint32_t)left);

        t->attempts[t->n++] = (struct trial_attempt){
            .runs = true, .spent = {.start = t->now, .slots = n}};
        left -= n;
    }
}

static void run_trial(struct trial *t, struct pt_ledger *ledger,
                      struct pt_random *random, uint32_t gap)
{
    for (int k = 0; k < STEPS; k++) {
        t->nspent = t->nwaits = 0;
        for (int i = 0; i < t->n; i++)
            act(t, &t->attempts[i], random, k == STEPS - 1);
        if (k < STEPS - 1)
            start_some(t, random);
        tell(t, ledger, k == 0);
        t->now += (pt_time)pt_random_below(random, gap);
    }
}

static void check_trial(struct trial *t, const struct pt_ledger *ledger)
{
    struct pt_bin sum = sum_of_bins(ledger);
    pt_area all = (pt_area)SLOTS * t->last;

    for (int c = 0; c < PT_CLASSES; c++)
        all -= t->area[c];
    t->area[PT_CLASS_IDLE] = all;
    ASSERT_INT(ledger->last, t->last);
    for (int c = 0; c < PT_CLASSES; c++) {
        assert_true(ledger->area[c] == t->area[c]);
        assert_true(ledger->area[c] == sum.area[c]);
    }
    for (int o = 0; o < PT_ORIGINS; o++)
        assert_true(ledger->lost_by[o] == t->lost_by[o]);
    for (int32_t i = 0; i < ledger->nbins; i++) {
        pt_time from = i * ledger->bin_width;
        pt_area whole = 0;

        for (int c = 0; c < PT_CLASSES; c++) {
            assert_true(ledger->bins[i].area[c] >= 0);
            whole += ledger->bins[i].area[c];
        }
        assert_true(whole == (pt_area)SLOTS * overlap(from,
                                                      from + ledger->bin_width,
                                                      0, ledger->last));
    }
}

static void test_random_runs_sum_as_their_attempts_do_one_by_one(void **state)
{
    const uint64_t seed = 20261101;
    struct trial *t = malloc(sizeof *t);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint32_t round = 0; round < 200; round++) {
        struct pt_random random;
        struct pt_ledger ledger;

        pt_random_open(&random, seed, round, PT_PURPOSE_TEST, 0);
        memset(t, 0, sizeof *t);
        t->thousandths = round % 2 == 1;
        pt_ledger_init(&ledger);
        run_trial(t, &ledger, &random, UINT32_C(2) << (round % 30));
        assert_true(pt_ledger_close(&ledger));
        check_trial(t, &ledger);
        pt_ledger_fini(&ledger);
    }
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saving_and_loading_are_not_useful),
        cmocka_unit_test(test_of_work_that_is_done_again_what_was_saved_stays),
        cmocka_unit_test(test_an_attempt_may_do_nothing_but_load_and_save),
        cmocka_unit_test(test_an_attempt_of_no_length_moves_nothing),
        cmocka_unit_test(
            test_of_kept_work_that_is_revised_what_was_saved_stays),
        cmocka_unit_test(test_an_availability_is_what_is_not_down_or_serviced),
        cmocka_unit_test(test_random_runs_sum_as_their_attempts_do_one_by_one),
    };

    return cmocka_run_group_tests_name("ledger progress", tests, NULL, NULL) !=
           0;
}
