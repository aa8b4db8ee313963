/* test_steady.c - the warm-up's text, MSER-5, batch means (reference values are
 * numpy's and scipy's), and the saturation rule against a count of every
 * microsecond. */
#include "tests/unit/check.h"
#include <math.h>
#include "base/random.h"
#include "metrics/sample.h"
#include "metrics/sort.h"
#include "metrics/steady.h"

/* ---- what is cut ---- */

static void test_a_warm_up_is_none_mser_jobs_or_a_share(void **state)
{
    static const struct {
        const char *text;
        enum pt_warmup_kind kind;
        double amount;
        int64_t cut; /* of 1000 jobs, where MSER-5 says 135 */
    } rows[] = {{"none", PT_WARMUP_NONE, 0, 0},
                {"mser", PT_WARMUP_MSER, 0, 135},
                {"0", PT_WARMUP_JOBS, 0, 0},
                {"250", PT_WARMUP_JOBS, 250, 250},
                {"123456789", PT_WARMUP_JOBS, 123456789, 1000},
                {"0%", PT_WARMUP_SHARE, 0, 0},
                {"1%", PT_WARMUP_SHARE, 0.01, 10},
                {"12.55%", PT_WARMUP_SHARE, 0.1255, 125},
                {"2.9%", PT_WARMUP_SHARE, 0.029, 29},
                {"57%", PT_WARMUP_SHARE, 0.57, 570},
                {"100%", PT_WARMUP_SHARE, 1, 1000}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pt_err err = {.code = PT_ERR_NONE};
        struct pt_warmup warmup;
        ASSERT_INT(pt_warmup_read(rows[i].text, &warmup, &err), 0);
        ASSERT_INT(err.code, PT_ERR_NONE);
        ASSERT_INT(warmup.kind, rows[i].kind);
        ASSERT_NEAR(warmup.amount, rows[i].amount, 1e-15, 0);
        ASSERT_INT(pt_warmup_cut(&warmup, 1000, 135), rows[i].cut);
        ASSERT_INT(pt_warmup_cut(&warmup, 0, 0), 0);
    }
    const struct pt_warmup mser = {.kind = PT_WARMUP_MSER};
    ASSERT_INT(pt_warmup_cut(&mser, 1000, -1), 0);
}

static void test_another_warm_up_is_refused(void **state)
{
    static const char *const texts[] = {"",    "%",     "-1",  "-1%", "101%",
                                        "1.5", "5 %",   "e9%", "1e3", "x%",
                                        "5%%", "MSERS", "0x10"};
    struct pt_warmup warmup;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct pt_err err = {.code = PT_ERR_NONE};
        ASSERT_INT(pt_warmup_read(texts[i], &warmup, &err), -1);
        ASSERT_INT(err.code, PT_ERR_USAGE);
        ASSERT_HAS(err.text, "warmup: bad value '");
        ASSERT_HAS(err.text, "expected none, mser, a number of jobs, or a");
    }
    struct pt_err err = {.code = PT_ERR_NONE};
    ASSERT_INT(pt_warmup_read("mesr", &warmup, &err), -1);
    ASSERT_HAS(err.text, "'mesr' is not known (did you mean 'mser'?)");
}

/* ---- MSER-5 ---- */

/* By its definition, in O(k^2). */
static int64_t naive_mser5(const double *values, size_t n)
{
    size_t k = n / 5, best = 0;
    double least = HUGE_VAL;

    for (size_t d = 0; d < k && (d == 0 || k - d >= 5); d++) {
        double sum = 0, squares = 0;
        for (size_t i = 5 * d; i < 5 * k; i++)
            sum += values[i];
        double mean = sum / (double)(5 * (k - d));
        for (size_t j = d; j < k; j++) {
            const double *v = values + 5 * j;
            double off = (v[0] + v[1] + v[2] + v[3] + v[4]) / 5 - mean;
            squares += off * off;
        }
        squares /= (double)((k - d) * (k - d));
        if (squares < least) {
            least = squares;
            best = d;
        }
    }
    return 2 * best > k ? -1 : (int64_t)(5 * best);
}

static void test_mser_cuts_what_is_unlike_the_rest(void **state)
{
    double values[100];

    (void)state;
    /* Two means of 100, then 18 that swing about 10. */
    for (int i = 0; i < 100; i++)
        values[i] = i < 10 ? 100 : i % 10 < 5 ? 9 : 11;
    ASSERT_INT(pt_mser5(values, 100), 10);
    /* Left over values are not looked at. */
    values[99] = 1e9;
    ASSERT_INT(pt_mser5(values, 99), 10);
}

static void test_mser_sees_no_steady_state_in_what_changes_late(void **state)
{
    double values[100];

    (void)state;
    for (int i = 0; i < 100; i++)
        values[i] = i < 60 ? i % 7 : 500 + i % 3;
    ASSERT_INT(pt_mser5(values, 100), -1);
    for (int i = 0; i < 100; i++)
        values[i] = i;
    ASSERT_INT(pt_mser5(values, 100), -1);
}

static void test_mser_cuts_nothing_where_nothing_is_to_be_seen(void **state)
{
    static const double equal[50] = {0};
    static const double rises[50] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

    (void)state;
    for (size_t n = 0; n <= 50; n++)
        ASSERT_INT(pt_mser5(equal, n), 0);
    for (size_t n = 0; n < 10; n++)
        ASSERT_INT(pt_mser5(rises, n), 0);
}

static void test_mser_is_its_definition(void **state)
{
    const uint64_t seed = 20;
    double values[600];

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint32_t round = 0; round < 300; round++) {
        struct pt_random random;
        pt_random_open(&random, seed, round, PT_PURPOSE_TEST, 0);
        size_t n = pt_random_below(&random, 600);
        double start = pt_random_below(&random, 100);
        for (size_t i = 0; i < n; i++)
            values[i] = start * exp(-0.03 * (double)i) +
                        pt_random_below(&random, 40) / 8.0;
        ASSERT_INT(pt_mser5(values, n), naive_mser5(values, n));
    }
}

/* ---- batch means ---- */

static void test_batches_are_thirty_means_from_the_end(void **state)
{
    double values[6000];

    (void)state;
    for (int i = 0; i < 95; i++)
        values[i] = i * 7919 % 1009;
    struct pt_batches few = pt_batches_of(values, 95);
    ASSERT_NEAR(few.half, 74.12182525205417, 1e-12, 0);
    ASSERT_NEAR(few.lag1, -0.8277182638791939, 1e-12, 0);
    for (int i = 0; i < 6000; i++)
        values[i] = i * 7919 % 1009 + 3 * i;
    struct pt_batches many = pt_batches_of(values, 6000);
    ASSERT_NEAR(many.half, 1972.3416333755326, 1e-12, 0);
    ASSERT_NEAR(many.lag1, 0.8999949083577458, 1e-12, 0);
}

static void test_batches_want_two_values_each(void **state)
{
    double values[60];

    (void)state;
    for (int i = 0; i < 60; i++)
        values[i] = 0.1;
    for (size_t n = 0; n < 60; n++) {
        assert_true(isnan(pt_batches_of(values, n).half));
        assert_true(isnan(pt_batches_of(values, n).lag1));
    }
    ASSERT_NEAR(pt_batches_of(values, 60).half, 0, 0, 0);
    ASSERT_NEAR(pt_batches_of(values, 60).lag1, 0, 0, 0);
}

/* ---- sorting ---- */

static void test_keys_are_sorted_as_by_comparison(void **state)
{
    static const uint64_t masks[] = {1, 255, 65536, UINT64_C(0xff00ff0000),
                                     UINT64_MAX};
    uint64_t keys[3000], other[3000];

    (void)state;
    for (uint32_t round = 0; round < 100; round++) {
        struct pt_random random;
        uint64_t sum = 0;
        pt_random_open(&random, 4, round, PT_PURPOSE_TEST, 0);
        size_t n = pt_random_below(&random, round < 50 ? 100 : 3000);
        for (size_t i = 0; i < n; i++) {
            keys[i] = (uint64_t)pt_random_below(&random, UINT32_MAX) << 32 |
                      pt_random_below(&random, UINT32_MAX);
            keys[i] &= masks[round % 5];
            sum += keys[i];
        }
        const uint64_t *sorted = pt_keys_sort(keys, other, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(i == 0 || sorted[i - 1] <= sorted[i]);
            sum -= sorted[i];
        }
        ASSERT_INT(sum, 0);
    }
}

/* ---- saturation ---- */

enum { MOST = 400, END = 20000 };

struct line {
    pt_time submits[MOST], waits[MOST], responses[MOST];
    int32_t widths[MOST];
    size_t n;
};

static bool is_saturated(const struct line *line)
{
    return pt_is_saturated(line->submits, line->waits, line->responses,
                           line->widths, line->n);
}

/* N jobs GAP apart, of LENGTH each, before one server, in the order of their
 * submits. */
static void queue(struct line *line, size_t n, pt_time gap, pt_time length)
{
    pt_time free = 0;

    line->n = n;
    for (size_t i = 0; i < n; i++) {
        pt_time submit = gap * (pt_time)i;
        pt_time start = submit > free ? submit : free;
        free = start + length;
        line->submits[i] = submit;
        line->waits[i] = start - submit;
        line->responses[i] = free - submit;
        line->widths[i] = 1;
    }
}

static void test_more_than_can_be_done_is_growth(void **state)
{
    struct line line;

    (void)state;
    queue(&line, MOST, 100, 101);
    assert_true(is_saturated(&line));
    queue(&line, MOST, 100, 400);
    assert_true(is_saturated(&line));
    queue(&line, MOST, 100, 99);
    assert_false(is_saturated(&line));
    queue(&line, MOST, 100, 100);
    assert_false(is_saturated(&line));
}

static void test_of_little_nothing_is_known(void **state)
{
    struct line line;

    (void)state;
    for (size_t n = 0; n < 300; n++) {
        queue(&line, n, 100, 300);
        assert_false(is_saturated(&line));
    }
    queue(&line, 300, 100, 300);
    assert_true(is_saturated(&line));
    /* All at once: while jobs came, there was no time. */
    queue(&line, MOST, 0, 300);
    assert_false(is_saturated(&line));
}

static void test_a_queue_that_comes_to_its_end_has_not_grown(void **state)
{
    struct line line;

    (void)state;
    queue(&line, MOST, 100, 120);
    assert_true(is_saturated(&line));
    /* The last one comes when all is done. */
    line.submits[MOST - 1] = 120 * MOST;
    line.waits[MOST - 1] = 0;
    line.responses[MOST - 1] = 120;
    assert_false(is_saturated(&line));
}

/* Jobs of width 1 are never in each other's way; those of width 4 wait for a
 * moment when nothing runs, which does not come. */
static void test_starving_jobs_are_a_growing_queue(void **state)
{
    struct line line = {.n = MOST};

    (void)state;
    for (size_t i = 0; i < MOST; i++) {
        bool wide = i % 4 == 3;
        line.submits[i] = 100 * (pt_time)i;
        line.widths[i] = wide ? 4 : 1;
        line.waits[i] = wide ? 100 * MOST - line.submits[i] + (pt_time)i : 0;
        line.responses[i] = line.waits[i] + (wide ? 90 : 150);
    }
    assert_true(is_saturated(&line));
}

/* The rule, by counting at each instant of a clock of END ticks. */
static bool naive_saturated(const struct line *line)
{
    static int waiting[END + 1], busy[END + 1];
    double parts[30] = {0}, done = 0, waited = 0, came = 0;
    pt_time first = END, last = 0;
    bool any = false;

    memset(waiting, 0, sizeof waiting);
    memset(busy, 0, sizeof busy);
    for (size_t i = 0; i < line->n; i++) {
        pt_time submit = line->submits[i];
        first = submit < first ? submit : first;
        last = submit > last ? submit : last;
        for (pt_time t = submit; t < submit + line->waits[i] && t < END; t++)
            waiting[t]++;
        for (pt_time t = submit + line->waits[i];
             t < submit + line->responses[i] && t < END; t++)
            busy[t] += line->widths[i];
    }
    for (size_t i = 0; i < line->n; i++) {
        pt_time at = line->submits[i] - first;
        double work = (double)(line->responses[i] - line->waits[i]);
        work *= line->widths[i];
        any = any || (at < last - first && at + line->waits[i] > last - first);
        if (at < last - first) {
            came += work;
            parts[30 * at / (last - first)] += work;
        }
    }
    for (pt_time t = first; t < last; t++) {
        waited += waiting[t] > 0;
        done += waiting[t] > 0 ? busy[t] : 0;
    }
    double growth = came - done / waited * (double)(last - first);
    return any &&
           growth > 0.5 * sqrt(30) * pt_sample_of(parts, 30, 0.95).deviation;
}

static void swap(struct line *line, size_t i, size_t k)
{
    struct line old = *line;

    line->submits[i] = old.submits[k];
    line->submits[k] = old.submits[i];
    line->waits[i] = old.waits[k];
    line->waits[k] = old.waits[i];
    line->responses[i] = old.responses[k];
    line->responses[k] = old.responses[i];
    line->widths[i] = old.widths[k];
    line->widths[k] = old.widths[i];
}

static void test_the_rule_is_a_count_of_all_instants(void **state)
{
    const uint64_t seed = 31;
    int yes = 0, rounds = 400;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < rounds; round++) {
        struct pt_random random;
        struct line line = {.n = MOST};
        pt_time submit = 50, free = 0;

        pt_random_open(&random, seed, (uint32_t)round, PT_PURPOSE_TEST, 0);
        uint32_t length = 20 + pt_random_below(&random, 20);
        bool served = pt_random_below(&random, 3) > 0;
        for (size_t i = 0; i < line.n; i++) {
            submit += pt_random_below(&random, 60);
            pt_time start = submit > free ? submit : free;
            if (!served)
                start = submit + pt_random_below(&random, 3) *
                                     pt_random_below(&random, 200);
            free = start + pt_random_below(&random, 2 * length);
            line.submits[i] = submit;
            line.waits[i] = start - submit;
            line.responses[i] = free - submit;
            line.widths[i] = 1 + (int32_t)pt_random_below(&random, 3);
        }
        bool expected = naive_saturated(&line);
        /* Their order is of no account. */
        for (size_t i = 0; i < line.n; i++)
            swap(&line, i, pt_random_below(&random, MOST));
        ASSERT_INT(is_saturated(&line), expected);
        yes += expected;
    }
    print_message("%d of %d grow\n", yes, rounds);
    assert_true(yes > rounds / 10 && yes < rounds * 9 / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_warm_up_is_none_mser_jobs_or_a_share),
        cmocka_unit_test(test_another_warm_up_is_refused),
        cmocka_unit_test(test_mser_cuts_what_is_unlike_the_rest),
        cmocka_unit_test(test_mser_sees_no_steady_state_in_what_changes_late),
        cmocka_unit_test(test_mser_cuts_nothing_where_nothing_is_to_be_seen),
        cmocka_unit_test(test_mser_is_its_definition),
        cmocka_unit_test(test_batches_are_thirty_means_from_the_end),
        cmocka_unit_test(test_batches_want_two_values_each),
        cmocka_unit_test(test_keys_are_sorted_as_by_comparison),
        cmocka_unit_test(test_more_than_can_be_done_is_growth),
        cmocka_unit_test(test_of_little_nothing_is_known),
        cmocka_unit_test(test_a_queue_that_comes_to_its_end_has_not_grown),
        cmocka_unit_test(test_starving_jobs_are_a_growing_queue),
        cmocka_unit_test(test_the_rule_is_a_count_of_all_instants),
    };

    return cmocka_run_group_tests_name("steady", tests, NULL, NULL) != 0;
}
