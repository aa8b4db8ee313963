#include "tests/unit/check.h"
#include <math.h>
#include "base/random.h"
#include "metrics/tally.h"

#define S PT_SECOND

/* No job is left out at the start. */
static const struct pt_warmup whole = {.kind = PT_WARMUP_NONE};

/* Gives TALLY one job of WIDTH with these times. */
static void give(struct pt_tally *tally, int32_t width, pt_time submit,
                 pt_time start, pt_time end, enum pt_state state)
{
    struct pt_stage stage = {.ntasks = width, .mode = PT_GANG};
    struct pt_job job = {.submit = submit, .nstages = 1, .stages = &stage};
    struct pt_record record = {
        .job = &job, .state = state, .first_start = start, .end = end};
    struct pt_step step = {.now = end, .records = &record, .nrecords = 1};

    pt_tally_step(tally, &step);
}

static void
test_a_small_run_has_the_metrics_of_a_pocket_calculator(void **state)
{
    struct pt_tally *tally = pt_tally_new(10 * S, whole);
    struct pt_summary summary;

    (void)state;
    give(tally, 1, 5 * S, 5 * S, 9 * S, PT_DONE);
    give(tally, 2, 6 * S, 9 * S, 11 * S, PT_FAILED);
    give(tally, 4, 7 * S, 17 * S, 37 * S, PT_LIMIT);
    give(tally, 5, 8 * S, 40 * S, 40 * S, PT_CUT);
    give(tally, 5, 3 * S, PT_TIME_NEVER, 3 * S, PT_REJECTED);
    give(tally, 5, 9 * S, PT_TIME_NEVER, 50 * S, PT_UNFINISHED);
    give(tally, 5, 9 * S, PT_TIME_NEVER, 50 * S, PT_CUT);
    pt_tally_close(tally, &summary);
    pt_tally_free(tally);

    ASSERT_INT(summary.jobs, 7);
    ASSERT_INT(summary.done, 4);
    ASSERT_INT(summary.succeeded, 1);
    ASSERT_INT(summary.failed, 1);
    ASSERT_INT(summary.at_limit, 1);
    ASSERT_INT(summary.cut, 2);
    ASSERT_INT(summary.rejected, 1);
    ASSERT_INT(summary.unfinished, 1);
    ASSERT_INT(summary.zero_run, 1);
    ASSERT_INT(summary.first_submit, 3 * S);
    ASSERT_INT(summary.last_end, 40 * S);
    ASSERT_INT(summary.makespan, 37 * S);

    /* Waits 0 3 10 32; slowdowns 1 2.5 1.5; bounded 1 1 1.5 3.2. */
    ASSERT_NEAR(summary.all.wait.mean, 11.25, 1e-15, 0);
    ASSERT_NEAR(summary.all.wait.p50, 6.5, 1e-15, 0);
    ASSERT_NEAR(summary.all.wait.p95, 28.7, 1e-15, 0);
    ASSERT_NEAR(summary.all.wait.max, 32, 0, 0);
    ASSERT_NEAR(summary.all.response.mean, 17.75, 1e-15, 0);
    ASSERT_INT(summary.all.slowdown.n, 3);
    ASSERT_NEAR(summary.all.slowdown.mean, 5.0 / 3, 1e-15, 0);
    ASSERT_NEAR(summary.all.bounded.mean, 1.675, 1e-15, 0);
    ASSERT_NEAR(summary.all.bounded.max, 3.2, 0, 0);

    ASSERT_INT(summary.nclasses, 3);
    ASSERT_INT(summary.classes[1].min_width, 2);
    ASSERT_INT(summary.classes[1].max_width, 4);
    ASSERT_INT(summary.classes[1].wait.n, 2);
    ASSERT_NEAR(summary.classes[1].wait.p50, 6.5, 1e-15, 0);
    ASSERT_INT(summary.classes[2].slowdown.n, 0);
    assert_true(isnan(summary.classes[2].slowdown.mean));
    ASSERT_NEAR(summary.classes[2].bounded.p99, 3.2, 0, 0);
}

static void test_a_run_without_jobs_has_no_means(void **state)
{
    struct pt_tally *tally = pt_tally_new(10 * S, whole);
    struct pt_summary summary;

    (void)state;
    give(tally, 9, 3 * S, PT_TIME_NEVER, 3 * S, PT_REJECTED);
    pt_tally_close(tally, &summary);
    pt_tally_free(tally);
    ASSERT_INT(summary.jobs, 1);
    ASSERT_INT(summary.nclasses, 0);
    ASSERT_INT(summary.makespan, 0);
    ASSERT_INT(summary.all.wait.n, 0);
    assert_true(isnan(summary.all.wait.mean));
    assert_true(isnan(summary.all.bounded.max));
}

static void test_width_classes_end_at_powers_of_four(void **state)
{
    static const int32_t widths[] = {1,  2,  4,         5,         16,
                                     17, 64, 268435456, 268435457, INT32_MAX};
    static const int32_t ends[][2] = {
        {1, 1},          {2, 4}, {5, 16}, {17, 64}, {67108865, 268435456},
        {268435457, -1},
    };
    struct pt_tally *tally = pt_tally_new(0, whole);
    struct pt_summary summary;

    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
        give(tally, widths[i], 0, 1, 2, PT_DONE);
    pt_tally_close(tally, &summary);
    pt_tally_free(tally);
    ASSERT_INT(summary.nclasses, 6);
    for (int32_t i = 0; i < summary.nclasses; i++) {
        ASSERT_INT(summary.classes[i].min_width, ends[i][0]);
        ASSERT_INT(summary.classes[i].max_width, ends[i][1]);
    }
}

static void test_the_width_of_a_job_is_that_of_its_widest_stage(void **state)
{
    struct pt_stage stages[] = {{.ntasks = 3}, {.ntasks = 8}, {.ntasks = 5}};
    struct pt_job job = {.nstages = 3, .stages = stages};

    (void)state;
    ASSERT_INT(pt_job_width(&job), 8);
}

/* Gives TALLY one job of WIDTH, submitted at 0, that ends so. */
static void give_work(struct pt_tally *tally, int32_t width, pt_time start,
                      pt_time end, pt_time useful, enum pt_state state)
{
    struct pt_stage stage = {.ntasks = width, .mode = PT_GANG};
    struct pt_job job = {.nstages = 1, .stages = &stage};
    struct pt_record record = {.job = &job,
                               .state = state,
                               .first_start = start,
                               .end = end,
                               .useful = useful};
    struct pt_step step = {.now = end, .records = &record, .nrecords = 1};

    pt_tally_step(tally, &step);
}

static void
test_the_training_time_ratio_is_of_work_kept_by_all_the_time(void **state)
{
    struct pt_tally *tally = pt_tally_new(10 * S, whole);
    struct pt_summary summary;

    (void)state;
    /* 4 tasks, 2 s in the queue and 8 s running, of which 5 s were kept. */
    give_work(tally, 4, 2 * S, 10 * S, 20 * S, PT_DONE);
    give_work(tally, 1, 0, 20 * S, 20 * S, PT_FAILED);
    give_work(tally, 9, PT_TIME_NEVER, 0, 0, PT_REJECTED);
    give_work(tally, 9, 5 * S, 30 * S, 90 * S, PT_UNFINISHED);
    pt_tally_close(tally, &summary);
    pt_tally_free(tally);
    ASSERT_NEAR(summary.ettr, 40.0 / 60.0, 1e-15, 0);

    tally = pt_tally_new(10 * S, whole);
    /* Sums beyond 64 bits. */
    for (int i = 0; i < 4; i++)
        give_work(tally, INT32_MAX, 0, INT64_MAX / 4, INT64_MAX / 2, PT_DONE);
    pt_tally_close(tally, &summary);
    pt_tally_free(tally);
    ASSERT_NEAR(summary.ettr, 2.0 / INT32_MAX, 1e-12, 0);

    tally = pt_tally_new(10 * S, whole);
    give_work(tally, 4, 0, 0, 0, PT_DONE);
    pt_tally_close(tally, &summary);
    pt_tally_free(tally);
    assert_true(isnan(summary.ettr));
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double naive_quantile(const double *sorted, size_t n, double p)
{
    double h = (double)(n - 1) * p;
    size_t k = (size_t)h;

    if (k + 1 >= n)
        return sorted[n - 1];
    return sorted[k] + (h - (double)k) * (sorted[k + 1] - sorted[k]);
}

static void assert_spread(const struct pt_spread *spread, double *values,
                          size_t n)
{
    long double sum = 0;

    ASSERT_INT(spread->n, n);
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        sum += (long double)values[i];
    qsort(values, n, sizeof *values, compare);
    ASSERT_NEAR(spread->mean, (double)(sum / (long double)n), 1e-14, 1e-12);
    ASSERT_NEAR(spread->p50, naive_quantile(values, n, 0.50), 1e-12, 1e-12);
    ASSERT_NEAR(spread->p95, naive_quantile(values, n, 0.95), 1e-12, 1e-12);
    ASSERT_NEAR(spread->p99, naive_quantile(values, n, 0.99), 1e-12, 1e-12);
    ASSERT_NEAR(spread->max, values[n - 1], 1e-15, 0);
}

#define JOBS 3000

struct naive {
    int32_t width[JOBS];
    double wait[JOBS], response[JOBS], slowdown[JOBS], bounded[JOBS];
};

/* Gives TALLY N random jobs, and NAIVE their metrics. */
static void give_random(struct pt_tally *tally, struct naive *naive, size_t n,
                        struct pt_random *random, double tau)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t reach = UINT32_C(2) << pt_random_below(random, 30);
        pt_time submit = pt_random_below(random, reach);
        pt_time wait = (pt_time)pt_random_below(random, reach) *
                       pt_random_below(random, 1000);
        pt_time run = pt_random_below(random, 20) == 0
                          ? 0
                          : (pt_time)pt_random_below(random, reach) + 1;
        double w = (double)wait / 1e6, r = (double)run / 1e6;

        naive->width[i] =
            (int32_t)(1 + pt_random_below(random, 1 + (reach & 0xffff)));
        naive->wait[i] = w;
        naive->response[i] = (double)(wait + run) / 1e6;
        naive->slowdown[i] =
            run > 0 ? (double)(wait + run) / (double)run : -1.0;
        naive->bounded[i] = (double)(wait + run) / 1e6 / fmax(tau, r);
        naive->bounded[i] = fmax(1.0, naive->bounded[i]);
        give(tally, naive->width[i], submit, submit + wait, submit + wait + run,
             PT_DONE);
    }
}

/* The values of [N] whose job is at most MAX and at least MIN wide, into TO. */
static size_t pick(double *to, const double *from, const int32_t *width,
                   size_t n, int32_t min, int32_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        if (width[i] >= min && (max < 0 || width[i] <= max) && from[i] >= 0)
            to[count++] = from[i];
    return count;
}

static void assert_class(const struct pt_tally_class *class,
                         const struct naive *naive, size_t n)
{
    int32_t low = class->min_width, high = class->max_width;
    double *picked = malloc((n + 1) * sizeof *picked);

    assert_spread(&class->wait, picked,
                  pick(picked, naive->wait, naive->width, n, low, high));
    assert_spread(&class->response, picked,
                  pick(picked, naive->response, naive->width, n, low, high));
    assert_spread(&class->slowdown, picked,
                  pick(picked, naive->slowdown, naive->width, n, low, high));
    assert_spread(&class->bounded, picked,
                  pick(picked, naive->bounded, naive->width, n, low, high));
    free(picked);
}

static void test_random_runs_agree_with_a_plain_sort(void **state)
{
    const uint64_t seed = 77;
    struct naive *naive = malloc(sizeof *naive);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint32_t round = 0; round < 60; round++) {
        struct pt_tally *tally = pt_tally_new(10 * S, whole);
        struct pt_summary summary;
        struct pt_random random;

        pt_random_open(&random, seed, round, PT_PURPOSE_TEST, 0);
        size_t n = round < 40 ? 1 + pt_random_below(&random, 130)
                              : 1 + pt_random_below(&random, JOBS);
        give_random(tally, naive, n, &random, 10.0);
        pt_tally_close(tally, &summary);
        pt_tally_free(tally);

        ASSERT_INT(summary.done, n);
        assert_class(&summary.all, naive, n);
        int64_t sum = 0;
        for (int32_t c = 0; c < summary.nclasses; c++) {
            assert_true(summary.classes[c].wait.n > 0);
            assert_class(&summary.classes[c], naive, n);
            sum += summary.classes[c].wait.n;
        }
        ASSERT_INT(sum, n);
    }
    free(naive);
}

static void test_sums_of_ratios_lose_nothing(void **state)
{
    struct pt_tally *tally = pt_tally_new(1, whole);
    struct pt_summary summary;
    const int64_t n = 1000000;

    (void)state;
    /* One slowdown of 2^52, then many of 1.125: plain addition drops a part of
     * each. */
    give(tally, 1, 0, (INT64_C(1) << 52) - 1, INT64_C(1) << 52, PT_DONE);
    for (int64_t i = 1; i < n; i++)
        give(tally, 1, 0, 1, 9, PT_DONE);
    pt_tally_close(tally, &summary);
    pt_tally_free(tally);
    double expected =
        ((double)(INT64_C(1) << 52) + 1.125 * (double)(n - 1)) / (double)n;
    ASSERT_NEAR(summary.all.slowdown.mean, expected, 1e-16, 0);
}

/* Gives TALLY N jobs one second apart, of which the first START wait for 50 s,
 * and the others 1 s and 2 s in turn. */
static void give_start(struct pt_tally *tally, int n, int start)
{
    for (int i = 0; i < n; i++) {
        pt_time submit = i * S;
        pt_time wait = i < start ? 50 * S : (1 + i / 5 % 2) * S;
        give(tally, 1 + i % 2, submit, submit + wait, submit + wait + 2 * S,
             PT_DONE);
    }
}

static void cut(const char *text, int n, int start, struct pt_summary *summary)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_warmup warmup;

    ASSERT_INT(pt_warmup_read(text, &warmup, &err), 0);
    struct pt_tally *tally = pt_tally_new(10 * S, warmup);
    give_start(tally, n, start);
    pt_tally_close(tally, summary);
    pt_tally_free(tally);
}

static void test_a_warm_up_is_cut_from_the_metrics_by_job(void **state)
{
    static const struct {
        const char *text;
        int64_t cut;
    } rows[] = {{"none", 0}, {"mser", 20}, {"20", 20}, {"10%", 20}};
    struct pt_summary summary;

    (void)state;
    for (int i = 0; i < 4; i++) {
        cut(rows[i].text, 200, 20, &summary);
        int64_t kept = 200 - rows[i].cut;
        ASSERT_INT(summary.warmup_jobs, rows[i].cut);
        ASSERT_INT(summary.settled, 1);
        ASSERT_INT(summary.saturated, 0);
        ASSERT_INT(summary.jobs, 200);
        ASSERT_INT(summary.done, 200);
        ASSERT_INT(summary.first_submit, 0);
        ASSERT_INT(summary.all.wait.n, kept);
        ASSERT_INT(summary.all.bounded.n, kept);
        ASSERT_INT(summary.nclasses, 2);
        ASSERT_INT(summary.classes[0].slowdown.n, kept / 2);
        ASSERT_INT(summary.classes[1].response.n, kept / 2);
        if (rows[i].cut == 0) {
            ASSERT_NEAR(summary.all.wait.mean, (1000 + 270) / 200.0, 1e-15, 0);
            ASSERT_NEAR(summary.all.wait.max, 50, 0, 0);
            continue;
        }
        /* Batches of six: 5 or 1, 4 or 2, 3 of each ... */
        ASSERT_NEAR(summary.all.wait.mean, 1.5, 1e-15, 0);
        ASSERT_NEAR(summary.all.wait.max, 2, 0, 0);
        ASSERT_NEAR(summary.all.slowdown.mean, 1.75, 1e-15, 0);
        ASSERT_NEAR(summary.classes[1].response.max, 4, 0, 0);
        assert_true(summary.wait_half > 0.05 && summary.wait_half < 0.2);
        ASSERT_NEAR(summary.response_half, summary.wait_half, 1e-12, 0);
        ASSERT_NEAR(summary.slowdown_half, summary.wait_half / 2, 1e-12, 0);
        ASSERT_NEAR(summary.bounded_half, 0, 0, 0);
        assert_true(summary.wait_lag1 > -1 && summary.wait_lag1 < 1);
    }
}

static void test_what_never_settles_is_said_and_kept(void **state)
{
    struct pt_summary summary;

    (void)state;
    cut("mser", 200, 150, &summary);
    ASSERT_INT(summary.settled, 0);
    ASSERT_INT(summary.warmup_jobs, 0);
    ASSERT_INT(summary.all.wait.n, 200);
    cut("1000", 200, 20, &summary);
    ASSERT_INT(summary.warmup_jobs, 200);
    ASSERT_INT(summary.done, 200);
    ASSERT_INT(summary.all.wait.n, 0);
    ASSERT_INT(summary.nclasses, 0);
    assert_true(isnan(summary.all.wait.mean));
    assert_true(isnan(summary.wait_half));
    cut("50%", 100, 20, &summary);
    assert_true(isnan(summary.wait_half)); /* fewer than two a batch */
    assert_true(isnan(summary.wait_lag1));
}

/* One more job each second than is done. */
static void test_a_growing_queue_is_said(void **state)
{
    struct pt_tally *tally = pt_tally_new(10 * S, whole);
    struct pt_summary summary;

    (void)state;
    for (int i = 0; i < 400; i++)
        give(tally, 3, i * S, 2 * i * S, 2 * (i + 1) * S, PT_DONE);
    pt_tally_close(tally, &summary);
    pt_tally_free(tally);
    ASSERT_INT(summary.saturated, 1);
    ASSERT_INT(summary.settled, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_a_small_run_has_the_metrics_of_a_pocket_calculator),
        cmocka_unit_test(test_a_run_without_jobs_has_no_means),
        cmocka_unit_test(test_width_classes_end_at_powers_of_four),
        cmocka_unit_test(test_the_width_of_a_job_is_that_of_its_widest_stage),
        cmocka_unit_test(
            test_the_training_time_ratio_is_of_work_kept_by_all_the_time),
        cmocka_unit_test(test_random_runs_agree_with_a_plain_sort),
        cmocka_unit_test(test_sums_of_ratios_lose_nothing),
        cmocka_unit_test(test_a_warm_up_is_cut_from_the_metrics_by_job),
        cmocka_unit_test(test_what_never_settles_is_said_and_kept),
        cmocka_unit_test(test_a_growing_queue_is_said),
    };

    return cmocka_run_group_tests_name("tally", tests, NULL, NULL) != 0;
}
