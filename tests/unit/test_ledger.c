#include "tests/unit/check.h"
#include "base/random.h"
#include "tests/unit/ledger_steps.h"

static void
test_every_slot_second_of_a_small_run_is_where_it_belongs(void **state)
{
    struct pt_ledger ledger;
    struct pt_spent first = {.start = 10 * S, .end = 14 * S, .slots = 3};
    struct pt_spent second = {.start = 14 * S, .end = 20 * S, .slots = 4};

    (void)state;
    pt_ledger_init(&ledger);
    step(&ledger, 2 * S, 0, NULL, 0, census_of(0, 0, 4, PT_IDLE));
    step(&ledger, 10 * S, 1, NULL, 0, census_of(3, 0, 1, PT_IDLE));
    step(&ledger, 11 * S, 1, NULL, 0, census_of(3, 0, 1, PT_SHORT));
    step(&ledger, 12 * S, 1, NULL, 0, census_of(3, 1, 0, PT_IDLE));
    step(&ledger, 14 * S, 0, &first, 1, census_of(4, 0, 0, PT_IDLE));
    step(&ledger, 20 * S, 0, &second, 1, census_of(0, 0, 4, PT_IDLE));
    assert_true(pt_ledger_close(&ledger));
    ASSERT_INT(ledger.first, 10 * S);
    ASSERT_INT(ledger.last, 20 * S);
    ASSERT_INT(ledger.area[PT_CLASS_USEFUL], 36 * S);
    ASSERT_INT(ledger.area[PT_CLASS_IDLE], 1 * S);
    ASSERT_INT(ledger.area[PT_CLASS_SHORT], 1 * S);
    ASSERT_INT(ledger.area[PT_CLASS_HOLD], 2 * S);
    ASSERT_INT(ledger.nbins, 10);
    ASSERT_INT(ledger.bins[3].area[PT_CLASS_HOLD], 1 * S);
    ASSERT_NEAR(pt_ledger_utilisation(&ledger), 0.9, 1e-15, 0);
    ASSERT_NEAR(pt_ledger_loss_of_capacity(&ledger), 0.025, 1e-15, 0);
    ASSERT_NEAR(pt_ledger_share(&ledger, PT_CLASS_HOLD), 0.05, 1e-15, 0);
    pt_ledger_fini(&ledger);
}

static void
test_what_comes_after_the_last_end_is_not_in_the_window(void **state)
{
    struct pt_ledger ledger;
    struct pt_spent spent = {.start = 0, .end = 4 * S, .slots = 2};
    struct pt_spent later = {.start = 9 * S, .end = 10 * S, .slots = 2};

    (void)state;
    for (int round = 0; round < 2; round++) {
        pt_ledger_init(&ledger);
        step(&ledger, 0, 1, NULL, 0, census_of(2, 0, 0, PT_IDLE));
        step(&ledger, 4 * S, 0, &spent, 1, census_of(0, 1, 1, PT_DRAIN));
        step(&ledger, 9 * S, 0, NULL, 0, census_of(2, 0, 0, PT_IDLE));
        if (round == 1)
            step(&ledger, 10 * S, 0, &later, 1, census_of(0, 0, 2, PT_IDLE));
        assert_true(pt_ledger_close(&ledger));
        ASSERT_INT(ledger.last, round == 0 ? 4 * S : 10 * S);
        ASSERT_INT(ledger.area[PT_CLASS_DRAIN], round == 0 ? 0 : 5 * S);
        ASSERT_INT(ledger.area[PT_CLASS_HOLD], round == 0 ? 0 : 5 * S);
        ASSERT_INT(ledger.nbins, round == 0 ? 4 : 10);
        pt_ledger_fini(&ledger);
    }
}

static void test_lost_work_moves_from_useful_to_lost_where_it_ran(void **state)
{
    struct pt_ledger ledger;
    struct pt_spent lost = {
        .start = S / 2, .end = 5 * S / 2, .slots = 3, .redone = 1};
    struct pt_spent kept = {.start = 5 * S / 2, .end = 4 * S, .slots = 3};

    (void)state;
    pt_ledger_init(&ledger);
    step(&ledger, 0, 1, NULL, 0, census_of(0, 0, 3, PT_IDLE));
    step(&ledger, S / 2, 0, NULL, 0, census_of(3, 0, 0, PT_IDLE));
    step(&ledger, 5 * S / 2, 0, &lost, 1, census_of(3, 0, 0, PT_IDLE));
    step(&ledger, 4 * S, 0, &kept, 1, census_of(0, 0, 3, PT_IDLE));
    assert_true(pt_ledger_close(&ledger));
    ASSERT_INT(ledger.area[PT_CLASS_LOST], 6 * S);
    ASSERT_INT(ledger.area[PT_CLASS_USEFUL], 9 * S / 2);
    ASSERT_INT(ledger.bins[0].area[PT_CLASS_LOST], 3 * S / 2);
    ASSERT_INT(ledger.bins[1].area[PT_CLASS_LOST], 3 * S);
    ASSERT_INT(ledger.bins[2].area[PT_CLASS_LOST], 3 * S / 2);
    ASSERT_INT(ledger.bins[2].area[PT_CLASS_USEFUL], 3 * S / 2);
    ASSERT_INT(ledger.bins[3].area[PT_CLASS_USEFUL], 3 * S);
    pt_ledger_fini(&ledger);
}

static void test_work_that_is_not_accounted_for_fails_the_close(void **state)
{
    struct pt_ledger ledger;
    struct pt_spent spent = {.start = 0, .end = 4 * S, .slots = 1};

    (void)state;
    pt_ledger_init(&ledger);
    step(&ledger, 0, 1, NULL, 0, census_of(2, 0, 0, PT_IDLE));
    step(&ledger, 4 * S, 0, &spent, 1, census_of(0, 0, 2, PT_IDLE));
    assert_false(pt_ledger_close(&ledger));
    pt_ledger_fini(&ledger);
}

static void test_the_last_census_of_an_instant_counts(void **state)
{
    struct pt_ledger ledger;
    struct pt_record record = {.state = PT_DONE, .end = 3 * S};

    (void)state;
    pt_ledger_init(&ledger);
    step(&ledger, 0, 1, NULL, 0, census_of(0, 0, 2, PT_BLOCKED));
    step(&ledger, 0, 0, NULL, 0, census_of(0, 0, 2, PT_FRAG));
    struct pt_step end = {.now = 3 * S, .records = &record, .nrecords = 1};
    struct pt_census census = census_of(0, 0, 2, PT_IDLE);
    pt_ledger_step(&ledger, &end, &census);
    assert_true(pt_ledger_close(&ledger));
    ASSERT_INT(ledger.area[PT_CLASS_BLOCKED], 0);
    ASSERT_INT(ledger.area[PT_CLASS_FRAG], 6 * S);
    pt_ledger_fini(&ledger);
}

static void test_a_run_without_an_end_has_an_empty_window(void **state)
{
    struct pt_ledger ledger;

    (void)state;
    pt_ledger_init(&ledger);
    step(&ledger, 7, 1, NULL, 0, census_of(0, 1, 1, PT_SHORT));
    step(&ledger, 9, 1, NULL, 0, census_of(0, 2, 0, PT_IDLE));
    assert_true(pt_ledger_close(&ledger));
    ASSERT_INT(ledger.last, ledger.first);
    ASSERT_INT(ledger.nbins, 0);
    ASSERT_NEAR(pt_ledger_utilisation(&ledger), 0, 0, 0);
    pt_ledger_fini(&ledger);
}

static void test_areas_beyond_64_bits_are_exact(void **state)
{
    struct pt_ledger ledger;
    char text[PT_AREA_TEXT];
    const pt_time end = INT64_C(9000000000000000000);
    const int64_t slots = 2000000000;
    struct pt_spent spent = {.start = 1, .end = end, .slots = slots};

    (void)state;
    pt_ledger_init(&ledger);
    step(&ledger, 1, 1, NULL, 0, census_of(slots, 0, 0, PT_IDLE));
    step(&ledger, end, 0, &spent, 1, census_of(0, 0, slots, PT_IDLE));
    assert_true(pt_ledger_close(&ledger));
    pt_area_print(text, ledger.area[PT_CLASS_USEFUL]);
    ASSERT_TEXT(text, "17999999999999999998000000000");
    pt_area_print_seconds(text, ledger.area[PT_CLASS_USEFUL]);
    ASSERT_TEXT(text, "17999999999999999998000");
    assert_true(sum_of_bins(&ledger).area[PT_CLASS_USEFUL] ==
                ledger.area[PT_CLASS_USEFUL]);
    pt_ledger_fini(&ledger);
}

static void test_areas_are_printed_in_exact_seconds(void **state)
{
    char text[PT_AREA_TEXT];

    (void)state;
    pt_area_print_seconds(text, 0);
    ASSERT_TEXT(text, "0");
    pt_area_print_seconds(text, 1);
    ASSERT_TEXT(text, "0.000001");
    pt_area_print_seconds(text, 12500000);
    ASSERT_TEXT(text, "12.5");
    ASSERT_INT(pt_area_print(text, 90), 2);
    ASSERT_TEXT(text, "90");
}

#define RANDOM_SLOTS 50
#define RANDOM_STEPS 400

/* Everything that happened, to be added up naively. */
struct history {
    pt_time at[RANDOM_STEPS];
    struct pt_census census[RANDOM_STEPS];
    struct pt_spent spent[RANDOM_STEPS];
    int nspent;
    int last_end; /* the last step with an end */
};

/* A random run: all that runs ends together, sometimes to be redone. */
static void run_randomly(struct pt_ledger *ledger, struct history *history,
                         struct pt_random *random, uint32_t max_gap)
{
    pt_time now = (pt_time)pt_random_below(random, 1000000) - 500000;
    pt_time started = 0;
    int64_t running = 0;

    *history = (struct history){.last_end = -1};
    for (int i = 0; i < RANDOM_STEPS; i++) {
        struct pt_spent *spent = &history->spent[history->nspent];
        bool ends = running > 0 && pt_random_below(random, 3) == 0;

        if (ends) {
            *spent = (struct pt_spent){
                .start = started,
                .end = now,
                .slots = running,
                .redone = pt_random_below(random, 3) == 0,
            };
            history->nspent++;
            history->last_end = i;
            running = 0;
        } else if (running == 0 && pt_random_below(random, 2) == 0) {
            running = 1 + pt_random_below(random, RANDOM_SLOTS - 10);
            started = now;
        }
        struct pt_census census = {
            .slots = RANDOM_SLOTS,
            .running = running,
            .held = pt_random_below(random, 3),
            .barrier = pt_random_below(random, 3),
            .down = pt_random_below(random, 3),
            .maintenance = pt_random_below(random, 3),
            .reason = (enum pt_reason)pt_random_below(random, 5),
            .waiting = pt_random_below(random, 9),
            .waiting_slots = pt_random_below(random, 99),
        };
        census.free = census.slots - census.running - census.held -
                      census.barrier - census.down - census.maintenance;
        history->at[i] = now;
        history->census[i] = census;
        step(ledger, now, i == 0, spent, ends, census);
        now += (pt_time)pt_random_below(random, max_gap);
    }
}

static enum pt_class class_of_reason(enum pt_reason reason)
{
    static const enum pt_class classes[] = {PT_CLASS_IDLE, PT_CLASS_SHORT,
                                            PT_CLASS_FRAG, PT_CLASS_DRAIN,
                                            PT_CLASS_BLOCKED};

    return classes[reason];
}

/* The sums of [START, END), from scratch. */
static struct pt_bin naive_bin(const struct history *history, pt_time start,
                               pt_time end)
{
    struct pt_bin bin = {.queue = 0};

    for (int i = 0; i < history->last_end; i++) {
        const struct pt_census *census = &history->census[i];
        pt_time dt = overlap(history->at[i], history->at[i + 1], start, end);

        bin.area[PT_CLASS_HOLD] += census->held * dt;
        bin.area[PT_CLASS_BARRIER] += census->barrier * dt;
        bin.area[PT_CLASS_DOWN] += census->down * dt;
        bin.area[PT_CLASS_MAINTENANCE] += census->maintenance * dt;
        bin.area[class_of_reason(census->reason)] += census->free * dt;
        bin.queue += census->waiting * dt;
        bin.demand += census->waiting_slots * dt;
    }
    for (int i = 0; i < history->nspent; i++) {
        const struct pt_spent *spent = &history->spent[i];
        enum pt_class class = spent->redone ? PT_CLASS_LOST : PT_CLASS_USEFUL;

        bin.area[class] +=
            spent->slots * overlap(spent->start, spent->end, start, end);
    }
    return bin;
}

static void assert_same_bin(const struct pt_bin *a, const struct pt_bin *b)
{
    for (int c = 0; c < PT_CLASSES; c++)
        assert_true(a->area[c] == b->area[c]);
    assert_true(a->queue == b->queue);
    assert_true(a->demand == b->demand);
}

static void test_random_runs_sum_as_naive_code_says_bin_by_bin(void **state)
{
    const uint64_t seed = 20240611;
    struct history *history = malloc(sizeof *history);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint32_t round = 0; round < 60; round++) {
        struct pt_random random;
        struct pt_ledger ledger;

        pt_random_open(&random, seed, round, PT_PURPOSE_TEST, 0);
        pt_ledger_init(&ledger);
        run_randomly(&ledger, history, &random, UINT32_C(3000) << (round % 20));
        assert_true(pt_ledger_close(&ledger));
        if (history->last_end < 0)
            continue;

        pt_time last = history->at[history->last_end];
        ASSERT_INT(ledger.last, last);
        pt_area all = 0;
        for (int c = 0; c < PT_CLASSES; c++)
            all += ledger.area[c];
        assert_true(all == (pt_area)RANDOM_SLOTS * (last - ledger.first));

        struct pt_bin sum = sum_of_bins(&ledger);
        struct pt_bin naive = naive_bin(history, ledger.first, last);
        assert_same_bin(&sum, &naive);
        for (int c = 0; c < PT_CLASSES; c++)
            assert_true(sum.area[c] == ledger.area[c]);

        assert_true(ledger.nbins <= PT_TIMELINE_BINS);
        assert_true(ledger.nbins * ledger.bin_width >= last - ledger.first);
        for (int32_t i = 0; i < ledger.nbins; i++) {
            pt_time start = ledger.first + i * ledger.bin_width;

            naive = naive_bin(history, start, start + ledger.bin_width);
            assert_same_bin(&ledger.bins[i], &naive);
        }
        pt_ledger_fini(&ledger);
    }
    free(history);
}

static void test_every_class_has_a_name_and_a_meaning(void **state)
{
    (void)state;
    for (int c = 0; c < PT_CLASSES; c++) {
        assert_true(strlen(pt_class_name((enum pt_class)c)) > 0);
        assert_true(strlen(pt_class_help((enum pt_class)c)) > 0);
    }
    ASSERT_TEXT(pt_class_name(PT_CLASS_MAINTENANCE), "maintenance");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_every_slot_second_of_a_small_run_is_where_it_belongs),
        cmocka_unit_test(
            test_what_comes_after_the_last_end_is_not_in_the_window),
        cmocka_unit_test(test_lost_work_moves_from_useful_to_lost_where_it_ran),
        cmocka_unit_test(test_work_that_is_not_accounted_for_fails_the_close),
        cmocka_unit_test(test_the_last_census_of_an_instant_counts),
        cmocka_unit_test(test_a_run_without_an_end_has_an_empty_window),
        cmocka_unit_test(test_areas_beyond_64_bits_are_exact),
        cmocka_unit_test(test_areas_are_printed_in_exact_seconds),
        cmocka_unit_test(test_random_runs_sum_as_naive_code_says_bin_by_bin),
        cmocka_unit_test(test_every_class_has_a_name_and_a_meaning),
    };

    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL) != 0;
}
