/* Models of task failures: how often, when, and against what the input says. */
#include "tests/unit/check.h"

#include <math.h>

#include "base/alloc.h"
#include "run.h"
#include "world/fate.h"

enum { LAUNCHES = 100000 };

static struct pt_chances chances_of(const char *text, void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    const struct pt_fault_model *model = pt_run_fault(text, state, &err);

    if (!model)
        fail_msg("%s", err.text);
    return (struct pt_chances){
        .seed = 1, .fault = model, .fault_state = *state};
}

/* Of LAUNCHES launches of a task of LENGTH: the share that fails, and when, on
 * the average, as a share of LENGTH. */
static void measure(const char *text, pt_time length, double *share,
                    double *when)
{
    void *state = NULL;
    const struct pt_chances chances = chances_of(text, &state);
    const struct pt_truth truth = {.length = length, .may_fail = true};
    int n = 0;

    *when = 0;
    for (int i = 0; i < LAUNCHES; i++) {
        const struct pt_launch launch = {.job = i};
        struct pt_fate fate = pt_fate_find(&chances, &truth, 1, &launch);
        if (fate.fails == PT_TIME_NEVER)
            continue;
        assert_true(fate.fails >= 0 && fate.fails <= length);
        n++;
        *when += (double)fate.fails / (double)length;
    }
    *share = n / (double)LAUNCHES;
    *when /= n > 0 ? n : 1;
    pt_free(state);
}

static void test_chance_is_blind_to_length_and_uniform_in_it(void **state)
{
    double share, when;

    (void)state;
    measure("chance:p=0.1", 1000000, &share, &when);
    ASSERT_NEAR(share, 0.1, 0.03, 0);
    ASSERT_NEAR(when, 0.5, 0.02, 0);
    measure("chance:p=0.1", 100000000, &share, &when);
    ASSERT_NEAR(share, 0.1, 0.03, 0);
    measure("chance:p=1", 1000000, &share, &when);
    ASSERT_NEAR(share, 1, 1e-12, 0);
    measure("chance:p=0", 1000000, &share, &when);
    ASSERT_NEAR(share, 0, 0, 1e-12);
}

static void test_exponential_failures_forget(void **state)
{
    double share, when;

    (void)state;
    measure("exponential:mtbf=10s", 5 * PT_SECOND, &share, &when);
    ASSERT_NEAR(share, 1 - exp(-0.5), 0.01, 0);
    measure("exponential:mtbf=10s", 20 * PT_SECOND, &share, &when);
    ASSERT_NEAR(share, 1 - exp(-2), 0.01, 0);
}

static void test_stages_that_may_not_fail_do_not(void **s)
{
    void *state = NULL;
    const struct pt_chances chances = chances_of("chance:p=1", &state);
    struct pt_truth truth = {.length = 10};

    (void)s;
    assert_true(pt_fate_is_common(&chances, &truth));
    assert_true(pt_fate_find(&chances, &truth, 1, &(struct pt_launch){.job = 0})
                    .fails == PT_TIME_NEVER);
    truth.may_fail = true;
    assert_false(pt_fate_is_common(&chances, &truth));
    assert_true(pt_fate_counts(&chances, &truth));
    pt_free(state);
}

/* A failure that the input knows of stands, unless the model's comes first. */
static void test_the_earlier_of_two_failures_counts(void **s)
{
    void *state = NULL;
    const struct pt_chances chances = chances_of("chance:p=1", &state);
    static const int32_t at[] = {0, 1};
    const struct pt_take take = {.length = 50,
                                 .outcome = PT_FAILURE,
                                 .fault = PT_FAULT_FETCH,
                                 .parent = 3};
    const struct pt_truth truth = {
        .takes_at = at, .takes = &take, .may_fail = true};
    int own = 0;

    (void)s;
    for (int i = 0; i < 1000; i++) {
        struct pt_fate fate =
            pt_fate_find(&chances, &truth, 1, &(struct pt_launch){.job = i});
        assert_true(fate.fails <= 50);
        assert_true(fate.fault == PT_FAULT_FETCH || fate.fails < 50);
        ASSERT_INT(fate.parent, fate.fault == PT_FAULT_FETCH ? 3 : 0);
        own += fate.fault == PT_FAULT_ERROR;
    }
    assert_true(own > 900);
    pt_free(state);
}

/* It fails in the part in which the work is done, and nowhere else. */
static void test_a_failure_is_in_one_part_of_the_work(void **s)
{
    const struct pt_chances chances = {.seed = 1};

    (void)s;
    for (pt_time fails = 0; fails <= 30; fails++) {
        const struct pt_fate fate = {.length = 30, .fails = fails};
        pt_time sum = 0;
        int32_t part = 0;
        bool failed = false;
        for (; part < 7 && !failed; part++) {
            struct pt_piece piece = pt_fate_piece(&chances, &fate, 7, part);
            sum += piece.work;
            failed = piece.fails;
        }
        assert_true(failed);
        ASSERT_INT(sum, fails);
    }
}

static void test_a_slip_in_the_name_is_told(void **s)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    void *state = NULL;

    (void)s;
    assert_null(pt_run_fault("chanse", &state, &err));
    ASSERT_HAS(err.text, "did you mean 'chance'");
    err = (struct pt_err){.code = PT_ERR_NONE};
    assert_null(pt_run_fault("chance:p=2", &state, &err));
    ASSERT_HAS(err.text, "from 0 to 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chance_is_blind_to_length_and_uniform_in_it),
        cmocka_unit_test(test_exponential_failures_forget),
        cmocka_unit_test(test_stages_that_may_not_fail_do_not),
        cmocka_unit_test(test_the_earlier_of_two_failures_counts),
        cmocka_unit_test(test_a_failure_is_in_one_part_of_the_work),
        cmocka_unit_test(test_a_slip_in_the_name_is_told),
    };
    return cmocka_run_group_tests_name("faults", tests, NULL, NULL) != 0;
}
