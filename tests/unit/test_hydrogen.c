/* What the model of pipelines yields. */
#include "tests/unit/pipeline_reading.h"

#include <math.h>
#include "models/model.h"

#define SEED UINT64_C(77)

static const struct pt_reading seeded = {.scale = 1, .seed = SEED};

static void open_tap(struct tap *tap, const char *params)
{
    if (tap_model(tap, &pt_model_hydrogen, params, &seeded) < 0)
        fail_msg("%s", tap->message);
}

/* ---- jobs ---- */

static void test_a_job_prepares_trains_and_infers(void **state)
{
    struct tap tap;
    pt_time last = 0;
    int n = 0;

    (void)state;
    open_tap(&tap, "jobs=50,gpus=4,train_gpus=0.5,train_cores=2");
    while (tap_next(&tap) == 1) {
        const struct pt_job *job = &tap.work.job;
        const struct pt_stage *stages = job->stages;
        ASSERT_INT(job->id, ++n);
        ASSERT_INT(job->nstages, 3);
        assert_true(job->submit >= last);
        last = job->submit;
        assert_in_range(job->user, 1, 8);
        for (int i = 0; i < 3; i++) {
            bool gang = i == 1;
            ASSERT_INT(stages[i].mode, gang ? PT_GANG : PT_PARALLEL);
            ASSERT_INT(stages[i].nparents, i > 0);
            if (i > 0)
                ASSERT_INT(stages[i].parents[0], i - 1);
            ASSERT_INT(stages[i].need.amount[PT_CORES], gang ? 2000 : 1000);
            ASSERT_INT(stages[i].need.amount[PT_GPUS], gang ? 500 : 0);
            ASSERT_INT(stages[i].result, i == 2);
            ASSERT_INT(stages[i].limit, tap.work.truths[i].length);
            assert_true(stages[i].retries);
            assert_true(tap.work.truths[i].may_fail);
        }
        ASSERT_INT(tap.work.truths[1].iterations, 20);
        assert_true(tap.work.truths[1].together);
        assert_in_range(stages[0].ntasks, 16, 64);
        assert_in_range(stages[1].ntasks, 4, 32);
    }
    ASSERT_INT(n, 50);
    const struct pt_machine *machine = tap_info(&tap).machine;
    ASSERT_INT(machine->processors, 128);
    ASSERT_INT(machine->node[15].node.size.amount[PT_GPUS], 4000);
    tap_close(&tap);
}

static void test_shares_are_those_asked_for(void **state)
{
    double prepare = 0, train = 0, infer = 0, n = 20000;
    struct tap tap;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    open_tap(&tap, "jobs=20000,prepare=0.5,train=0.3,infer=0.2");
    while (tap_next(&tap) == 1) {
        const struct pt_job *job = &tap.work.job;
        assert_in_range(job->nstages, 1, 3);
        assert_true(job->stages[job->nstages - 1].result);
        for (int32_t i = 0; i < job->nstages; i++) {
            int64_t kind = job->stages[i].id % 3;
            ASSERT_INT(job->stages[i].mode == PT_GANG, kind == 1);
            prepare += kind == 0;
            train += kind == 1;
            infer += kind == 2;
        }
    }
    tap_close(&tap);
    /* 0.5 and those that would have nothing: 0.5 * 0.7 * 0.8. */
    ASSERT_NEAR(prepare / n, 0.78, 0, 0.015);
    ASSERT_NEAR(train / n, 0.3, 0, 0.017);
    ASSERT_NEAR(infer / n, 0.2, 0, 0.015);
}

static void check_load(const char *params, double processors, double load)
{
    double work = 0, span = 0;
    struct tap tap;

    print_message("seed %llu: %s\n", (unsigned long long)SEED, params);
    open_tap(&tap, params);
    while (tap_next(&tap) == 1) {
        const struct pt_job *job = &tap.work.job;
        for (int32_t i = 0; i < job->nstages; i++)
            for (int32_t k = 0; k < job->stages[i].ntasks; k++)
                work += (double)job->stages[i].need.amount[PT_CORES] / 1000 *
                        pt_time_seconds(tap.work.truths[i].task[k]);
        span = pt_time_seconds(job->submit);
    }
    tap_close(&tap);
    ASSERT_NEAR(work / (span * processors), load, 0.04, 0);
}

static void test_the_offered_load_is_what_was_asked_for(void **state)
{
    (void)state;
    check_load("jobs=10000", 128, 0.7);
    check_load("jobs=10000,nodes=10,cores=4,load=1.2,prepare=0.4,train=0.6,"
               "infer=0.2,train_cores=1.5,widths=2+4:3,prepare_max=16",
               40, 1.2);
}

/* ---- common random numbers ---- */

static void same_lengths(const struct pt_truth *a, const struct pt_truth *b,
                         int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        ASSERT_INT(a->task[i], b->task[i]);
}

static void test_one_parameter_changes_nothing_else(void **state)
{
    struct tap a, b;

    (void)state;
    open_tap(&a, "jobs=100,rate=0.1,load=0");
    open_tap(&b, "jobs=100,rate=0.1,load=0,prepare_max=200,train_mean=600");
    while (tap_next(&a) == 1) {
        ASSERT_INT(tap_next(&b), 1);
        const struct pt_stage *p = a.work.job.stages, *q = b.work.job.stages;
        ASSERT_INT(a.work.job.submit, b.work.job.submit);
        ASSERT_INT(a.work.job.user, b.work.job.user);
        ASSERT_INT(p[1].ntasks, q[1].ntasks);
        ASSERT_INT(p[2].ntasks, q[2].ntasks);
        assert_true(q[0].ntasks >= p[0].ntasks);
        same_lengths(&a.work.truths[0], &b.work.truths[0], p[0].ntasks);
        same_lengths(&a.work.truths[2], &b.work.truths[2], p[2].ntasks);
        ASSERT_NEAR((double)b.work.truths[1].length,
                    2.0 * (double)a.work.truths[1].length, 0, 2.01);
    }
    tap_close(&a);
    tap_close(&b);
}

static void test_stages_that_are_left_out_change_no_others(void **state)
{
    struct tap a, b;

    (void)state;
    open_tap(&a, "jobs=100,rate=0.1,load=0");
    open_tap(&b, "jobs=100,rate=0.1,load=0,prepare=0,infer=0");
    while (tap_next(&a) == 1) {
        ASSERT_INT(tap_next(&b), 1);
        ASSERT_INT(b.work.job.nstages, 1);
        ASSERT_INT(b.work.job.stages[0].id, a.work.job.stages[1].id);
        ASSERT_INT(b.work.job.stages[0].ntasks, a.work.job.stages[1].ntasks);
        same_lengths(&a.work.truths[1], &b.work.truths[0],
                     b.work.job.stages[0].ntasks);
    }
    tap_close(&a);
    tap_close(&b);
}

static void test_limits_are_within_the_factor(void **state)
{
    struct tap tap;
    double sum = 0;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    open_tap(&tap, "jobs=2000,factor=4");
    while (tap_next(&tap) == 1) {
        for (int i = 0; i < 3; i++) {
            double ratio = (double)tap.work.job.stages[i].limit /
                           (double)tap.work.truths[i].length;
            assert_true(ratio >= 1 && ratio <= 5.000001);
            sum += ratio;
        }
    }
    tap_close(&tap);
    ASSERT_NEAR(sum / 6000, 3, 0, 0.1);
}

/* ---- one cluster or two ---- */

static void check_cluster(const char *cluster, int32_t data, int32_t gang)
{
    char params[200];
    struct tap a, b;

    snprintf(params, sizeof params,
             "jobs=50,nodes=8,data_nodes=3,cluster=%s,train=0.7", cluster);
    open_tap(&a, "jobs=50,nodes=8,train=0.7");
    open_tap(&b, params);
    while (tap_next(&a) == 1) {
        ASSERT_INT(tap_next(&b), 1);
        ASSERT_INT(a.work.job.submit, b.work.job.submit);
        ASSERT_INT(a.work.job.nstages, b.work.job.nstages);
        for (int32_t i = 0; i < a.work.job.nstages; i++) {
            const struct pt_stage *p = &a.work.job.stages[i];
            const struct pt_stage *q = &b.work.job.stages[i];
            ASSERT_INT(p->profile, 0);
            ASSERT_INT(q->profile, q->mode == PT_GANG ? gang : data);
            ASSERT_INT(p->ntasks, q->ntasks);
            ASSERT_INT(p->limit, q->limit);
            same_lengths(&a.work.truths[i], &b.work.truths[i], p->ntasks);
        }
    }
    ASSERT_INT(tap_next(&b), 0);
    assert_null(tap_info(&a).machine->node);
    const struct pt_machine *machine = tap_info(&b).machine;
    ASSERT_INT(machine->processors, 64);
    for (int i = 0; i < 8; i++) {
        const struct pt_node *node = &machine->node[i].node;
        ASSERT_INT(node->profile, i < 3 ? 1 : 2);
        ASSERT_INT(node->size.amount[PT_CORES], 8000);
        ASSERT_INT(node->size.amount[PT_GPUS], 0);
    }
    tap_close(&a);
    tap_close(&b);
}

static void test_stages_keep_to_their_cluster(void **state)
{
    (void)state;
    check_cluster("unified", 0, 0);
    check_cluster("oneway", 0, 2);
    check_cluster("two", 1, 2);
}

/* ---- settings and parameters ---- */

static void test_gangs_too_wide_go_by_the_rule(void **state)
{
    struct pt_reading reading = {.scale = 1, .seed = SEED, .processors = 8};
    const char *params = "jobs=500,widths=8+16,train_cores=0.75";
    struct tap tap;
    int n = 0;

    (void)state;
    reading.wide = PT_WIDE_DROP;
    ASSERT_INT(tap_model(&tap, &pt_model_hydrogen, params, &reading), 0);
    while (tap_next(&tap) == 1) {
        ASSERT_INT(tap.work.job.stages[1].ntasks, 8);
        n++;
    }
    assert_in_range(n, 200, 300);
    ASSERT_INT(tap_info(&tap).rows, 500);
    ASSERT_INT(tap_info(&tap).jobs, n);
    ASSERT_INT(tap_info(&tap).rules[0].rows, 500 - n);
    tap_close(&tap);

    reading.wide = PT_WIDE_ERROR;
    ASSERT_INT(tap_model(&tap, &pt_model_hydrogen, params, &reading), 0);
    int status = 1;
    while (status == 1)
        status = tap_next(&tap);
    ASSERT_INT(status, -1);
    ASSERT_HAS(tap.message, "needs 12 processors at once (expected at most 8)");
    tap_close(&tap);
}

static void check_bad(const char *params, const char *part)
{
    struct tap tap;

    ASSERT_INT(tap_model(&tap, &pt_model_hydrogen, params, &seeded), -1);
    ASSERT_INT(tap.err.code, PT_ERR_USAGE);
    ASSERT_HAS(tap.err.text, part);
    pt_free(tap.state);
}

static void test_bad_parameters_are_usage_errors(void **state)
{
    (void)state;
    check_bad("widths=0", "widths=0");
    check_bad("widths=4:x", "WIDTH[:SHARE]");
    check_bad("widths=4++8", "WIDTH[:SHARE]");
    check_bad("prepare_min=100", "prepare_min is above prepare_max");
    check_bad("infer_max=2", "infer_min is above infer_max");
    check_bad("train_gpus=1", "train_gpus=1 on nodes with gpus=0");
    check_bad("train_gpus=1.5,gpus=4", "a share of one, or whole ones");
    check_bad("data_nodes=17", "data_nodes=17 of nodes=16");
    check_bad("cluster=two", "data_nodes=0 (expected 1 to 15, so that");
    check_bad("cluster=oneway,data_nodes=16", "data_nodes=16 (expected 1");
    check_bad("train_cores=9", "train_cores=9 on nodes with cores=8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_prepares_trains_and_infers),
        cmocka_unit_test(test_shares_are_those_asked_for),
        cmocka_unit_test(test_the_offered_load_is_what_was_asked_for),
        cmocka_unit_test(test_one_parameter_changes_nothing_else),
        cmocka_unit_test(test_stages_that_are_left_out_change_no_others),
        cmocka_unit_test(test_limits_are_within_the_factor),
        cmocka_unit_test(test_stages_keep_to_their_cluster),
        cmocka_unit_test(test_gangs_too_wide_go_by_the_rule),
        cmocka_unit_test(test_bad_parameters_are_usage_errors),
    };
    return cmocka_run_group_tests_name("hydrogen", tests, NULL, NULL) != 0;
}
