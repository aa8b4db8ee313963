/* test_lublin.c - the Lublin-Feitelson sampler against reference statistics (of
 * the authors' program, 400,000 jobs, and of an independent twin) and against
 * exact values, by quadrature of the model's densities.
 *
 * Tails are heavy: at 400,000 jobs the mean gap has a standard error of 1 to
 * 1.6 %, and the references are samples, too. */
#include "tests/unit/check.h"

#include "base/alloc.h"
#include "models/model.h"

#define NJOBS   400000
#define SEED    UINT64_C(1999)
#define BUCKETS 48

struct sample {
    double nodes, run, work, gap; /* means */
    double serial, pow2;          /* shares */
    double median, p90;           /* of the run times */
    double load;                  /* of 128 nodes */
    double buckets[BUCKETS];      /* submits in each half hour; mean 1 */
};

static int compare(const void *a, const void *b)
{
    const pt_time *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void set(void *state, const char *key, const char *value)
{
    struct pt_err err = {0};

    if (pt_param_set(pt_model_lublin.params, state, "lublin", key, value, &err))
        fail_msg("%s", err.text);
}

static void take_job(struct sample *sample, const struct pt_work *work)
{
    double width = work->job.stages[0].ntasks;
    double run = pt_time_seconds(work->truths[0].length);
    int32_t n = work->job.stages[0].ntasks;
    int64_t bucket = work->job.submit / (1800 * PT_SECOND) % BUCKETS;

    sample->nodes += width / NJOBS;
    sample->run += run / NJOBS;
    sample->work += width * run / NJOBS;
    sample->serial += n == 1 ? 1.0 / NJOBS : 0;
    sample->pow2 += (n & (n - 1)) == 0 ? 1.0 / NJOBS : 0;
    sample->buckets[bucket] += (double)BUCKETS / NJOBS;
}

/* The statistics of jobs of TYPE, under LOAD. */
static void draw(struct sample *sample, const char *type, const char *load)
{
    const struct pt_reading reading = {.scale = 1, .seed = SEED};
    const struct pt_source *source = &pt_model_lublin;
    struct pt_err err = {0};
    struct pt_work work = {.truths = NULL};
    pt_time *runs = pt_alloc(NJOBS, sizeof *runs);
    void *state = pt_alloc(1, source->state_size);
    pt_time last = 0;

    print_message("seed %llu\n", (unsigned long long)SEED);
    *sample = (struct sample){.nodes = 0};
    pt_param_defaults(source->params, state);
    set(state, "jobs", "400000");
    set(state, "type", type);
    set(state, "load", load);
    ASSERT_INT(source->open(state, NULL, &reading, &err), 0);
    for (int i = 0; i < NJOBS; i++) {
        ASSERT_INT(source->next(state, &work, &err), 1);
        assert_true(work.job.submit >= last);
        last = work.job.submit;
        runs[i] = work.truths[0].length;
        take_job(sample, &work);
    }
    ASSERT_INT(source->next(state, &work, &err), 0);
    source->close(state);
    qsort(runs, NJOBS, sizeof *runs, compare);
    sample->gap = pt_time_seconds(last) / NJOBS;
    sample->median = pt_time_seconds(runs[NJOBS / 2]);
    sample->p90 = pt_time_seconds(runs[NJOBS / 10 * 9]);
    sample->load = sample->work / (128 * sample->gap);
    pt_free(runs);
    pt_free(state);
    print_message("%s: nodes %.3f run %.1f work %.0f gap %.1f serial %.4f "
                  "pow2 %.4f median %.0f p90 %.0f load %.4f\n",
                  type, sample->nodes, sample->run, sample->work, sample->gap,
                  sample->serial, sample->pow2, sample->median, sample->p90,
                  sample->load);
}

static void test_typeless_jobs_have_the_reference_statistics(void **state)
{
    struct sample sample;

    (void)state;
    draw(&sample, "typeless", "0");
    ASSERT_NEAR(sample.nodes, 12.12, 0.01, 0);
    ASSERT_NEAR(sample.run, 4352.8, 0.02, 0);
    ASSERT_NEAR(sample.gap, 926, 0.02, 0);
    ASSERT_NEAR(sample.gap, 911.29, 0.02, 0); /* exact */
    ASSERT_NEAR(sample.work, 83800, 0.02, 0);
    ASSERT_NEAR(sample.work, 84235, 0.02, 0); /* exact */
    ASSERT_NEAR(sample.serial, 0.244, 0.01, 0);
    ASSERT_NEAR(sample.pow2, 0.8694, 0.005, 0);
    ASSERT_NEAR(sample.median, 107, 0.02, 0);
    ASSERT_NEAR(sample.p90, 14627, 0.02, 0);
    ASSERT_NEAR(sample.load, 0.707, 0.02, 0);
}

static void test_typeless_jobs_come_in_a_daily_cycle(void **state)
{
    struct sample sample;
    int peak = 0;
    double min = 9;

    (void)state;
    draw(&sample, "typeless", "0");
    for (int i = 0; i < BUCKETS; i++) {
        if (sample.buckets[i] > sample.buckets[peak])
            peak = i;
        if (sample.buckets[i] < min)
            min = sample.buckets[i];
    }
    /* The reference has its peak at 13:30; the neighbours are close to it. */
    assert_true(peak >= 26 && peak <= 28);
    ASSERT_NEAR(sample.buckets[27], 1.833, 0.05, 0);
    ASSERT_NEAR(min, 0.165, 0.1, 0);
}

static void test_batch_jobs_have_the_reference_statistics(void **state)
{
    struct sample sample;

    (void)state;
    draw(&sample, "batch", "0");
    ASSERT_NEAR(sample.nodes, 13.97, 0.015, 0);
    ASSERT_NEAR(sample.run, 9463, 0.02, 0);
    ASSERT_NEAR(sample.gap, 3556, 0.03, 0);
    ASSERT_NEAR(sample.gap, 3516.9, 0.02, 0); /* exact */
    ASSERT_NEAR(sample.work, 163400, 0.02, 0);
    ASSERT_NEAR(sample.work, 163473, 0.02, 0); /* exact */
    ASSERT_NEAR(sample.serial, 0.2927, 0.01, 0);
    ASSERT_NEAR(sample.pow2, 0.968, 0.005, 0);
    ASSERT_NEAR(sample.median, 812, 0.03, 0);
    ASSERT_NEAR(sample.p90, 27600, 0.03, 0);
}

static void test_interactive_jobs_have_the_reference_statistics(void **state)
{
    struct sample sample;

    (void)state;
    draw(&sample, "interactive", "0");
    ASSERT_NEAR(sample.nodes, 8.065, 0.01, 0);
    ASSERT_NEAR(sample.run, 234, 0.03, 0);
    ASSERT_NEAR(sample.gap, 613, 0.02, 0);
    ASSERT_NEAR(sample.gap, 619.3, 0.02, 0); /* exact */
    ASSERT_NEAR(sample.work, 2864, 0.05, 0);
    ASSERT_NEAR(sample.work, 2960, 0.03, 0); /* exact */
    ASSERT_NEAR(sample.serial, 0.1541, 0.01, 0);
    ASSERT_NEAR(sample.pow2, 0.845, 0.005, 0);
    ASSERT_NEAR(sample.median, 13, 0, 0);
    ASSERT_NEAR(sample.p90, 179, 0.03, 0);
}

static void test_the_offered_load_is_what_was_asked_for(void **state)
{
    static const char *const types[] = {"typeless", "batch", "interactive",
                                        "mixed"};
    struct sample sample;

    (void)state;
    for (int i = 0; i < 4; i++) {
        draw(&sample, types[i], "0.9");
        ASSERT_NEAR(sample.load, 0.9, 0.02, 0);
    }
}

static void test_mixed_jobs_are_the_merger_of_both_clocks(void **state)
{
    struct sample mixed;

    (void)state;
    draw(&mixed, "mixed", "0");
    /* Rates add: 1/3556 + 1/613; so do shares of serial jobs, by rate. */
    ASSERT_NEAR(mixed.gap, 522.9, 0.02, 0);
    ASSERT_NEAR(mixed.serial, 0.1744, 0.015, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typeless_jobs_have_the_reference_statistics),
        cmocka_unit_test(test_typeless_jobs_come_in_a_daily_cycle),
        cmocka_unit_test(test_batch_jobs_have_the_reference_statistics),
        cmocka_unit_test(test_interactive_jobs_have_the_reference_statistics),
        cmocka_unit_test(test_the_offered_load_is_what_was_asked_for),
        cmocka_unit_test(test_mixed_jobs_are_the_merger_of_both_clocks),
    };

    return cmocka_run_group_tests_name("lublin", tests, NULL, NULL) != 0;
}
