/* Models of stragglers: their laws, and that luck belongs to a task. */
#include "tests/unit/check.h"

#include <math.h>

#include "base/alloc.h"
#include "models/stream.h"
#include "run.h"
#include "world/fate.h"

enum { DRAWS = 100000 };

/* The model that TEXT names, with *state the caller's to free. */
static const struct pt_straggler_model *open_model(const char *text,
                                                   void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    const struct pt_straggler_model *model =
        pt_run_straggler(text, state, &err);

    if (!model)
        fail_msg("%s", err.text);
    return model;
}

/* Mean of DRAWS factors, and the shares that are above 1 and above 3. */
struct law {
    double mean, least, above_1, above_3;
};

static struct law measure(const char *text)
{
    struct law law = {.least = 1e300};
    struct pt_stream stream;
    void *state = NULL;
    const struct pt_straggler_model *model = open_model(text, &state);

    for (int i = 0; i < DRAWS; i++) {
        const gsl_rng *rng =
            pt_stream_open(&stream, 1, 0, PT_PURPOSE_STRAGGLER, (uint64_t)i);
        double factor = model->factor(state, rng);
        law.mean += factor / DRAWS;
        law.above_1 += (factor > 1) / (double)DRAWS;
        law.above_3 += (factor > 3) / (double)DRAWS;
        law.least = factor < law.least ? factor : law.least;
    }
    pt_free(state);
    return law;
}

static void test_factors_have_the_laws_that_their_names_say(void **state)
{
    struct law law = measure("lognormal:sigma=0.5");

    (void)state;
    ASSERT_NEAR(law.mean, 1, 0.01, 0);
    /* P(Z > sigma / 2) */
    ASSERT_NEAR(law.above_1, erfc(0.25 / sqrt(2)) / 2, 0.02, 0);
    law = measure("exponential");
    ASSERT_NEAR(law.mean, 1, 0.02, 0);
    ASSERT_NEAR(law.above_1, exp(-1), 0.02, 0);
    ASSERT_NEAR(law.above_3, exp(-3), 0.05, 0);
    law = measure("slow:p=0.2,factor=5");
    ASSERT_NEAR(law.mean, 0.8 + 0.2 * 5, 0.02, 0);
    ASSERT_NEAR(law.above_3, 0.2, 0.03, 0);
    law = measure("pareto:alpha=3");
    ASSERT_NEAR(law.mean, 1.5, 0.02, 0);
    ASSERT_NEAR(law.above_3, pow(3, -3), 0.06, 0);
    assert_true(law.least >= 1);
}

static void test_none_stretches_nothing(void **state)
{
    void *none_state = NULL;
    const struct pt_straggler_model *none = open_model("none", &none_state);
    const struct pt_chances chances = {.straggler = none};
    const struct pt_truth truth = {.length = 10, .may_straggle = true};

    (void)state;
    assert_null(none->factor);
    assert_true(pt_fate_is_common(&chances, &truth));
    assert_false(pt_fate_counts(&chances, &truth));
    pt_free(none_state);
}

static pt_time part_of(const struct pt_chances *chances,
                       const struct pt_truth *truth,
                       const struct pt_launch *launch, int32_t parts,
                       int32_t part)
{
    struct pt_fate fate = pt_fate_find(chances, truth, parts, launch);
    struct pt_piece piece = pt_fate_piece(chances, &fate, parts, part);

    assert_false(piece.fails);
    return piece.work;
}

/* Each of the names of a draw makes it another one; nothing else does. */
static void test_luck_is_a_function_of_job_stage_task_launch_and_part(void **s)
{
    void *state = NULL;
    const struct pt_chances chances = {
        .seed = 5,
        .straggler = open_model("lognormal:sigma=1", &state),
        .straggler_state = state};
    struct pt_chances other = chances;
    const struct pt_truth truth = {.length = 1000000000, .may_straggle = true};
    const struct pt_launch launch = {
        .job = 4, .stage = 1, .task = 2, .number = 1};
    const struct pt_launch others[] = {
        {.job = 5, .stage = 1, .task = 2, .number = 1},
        {.job = 4, .stage = 2, .task = 2, .number = 1},
        {.job = 4, .stage = 1, .task = 1, .number = 1},
        {.job = 4, .stage = 1, .task = 2, .number = 2}};
    pt_time work = part_of(&chances, &truth, &launch, 3, 1);

    (void)s;
    assert_true(part_of(&chances, &truth, &launch, 3, 2) != work);
    assert_true(part_of(&chances, &truth, &launch, 3, 1) == work);
    for (int i = 0; i < 4; i++)
        assert_true(part_of(&chances, &truth, &others[i], 3, 1) != work);
    other.seed = 6;
    assert_true(part_of(&other, &truth, &launch, 3, 1) != work);
    pt_free(state);
}

static void test_stages_that_may_not_straggle_do_not(void **s)
{
    void *state = NULL;
    const struct pt_chances chances = {
        .straggler = open_model("slow:p=1", &state), .straggler_state = state};
    struct pt_truth truth = {.length = 40};
    const struct pt_launch launch = {.job = 0};

    (void)s;
    ASSERT_INT(part_of(&chances, &truth, &launch, 1, 0), 40);
    truth.may_straggle = true;
    ASSERT_INT(part_of(&chances, &truth, &launch, 1, 0), 160);
    truth.length = 0;
    ASSERT_INT(part_of(&chances, &truth, &launch, 1, 0), 0);
    pt_free(state);
}

static void test_equal_parts_sum_to_the_whole(void **s)
{
    const struct pt_chances chances = {.seed = 1};
    const struct pt_launch launch = {.job = 0};

    (void)s;
    for (pt_time length = 0; length < 40; length++) {
        const struct pt_truth truth = {.length = length};
        for (int32_t parts = 1; parts < 9; parts++) {
            pt_time sum = 0;
            for (int32_t i = 0; i < parts; i++) {
                pt_time part = part_of(&chances, &truth, &launch, parts, i);
                assert_true(part >= length / parts);
                assert_true(part <= length / parts + 1);
                sum += part;
            }
            ASSERT_INT(sum, length);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factors_have_the_laws_that_their_names_say),
        cmocka_unit_test(test_none_stretches_nothing),
        cmocka_unit_test(
            test_luck_is_a_function_of_job_stage_task_launch_and_part),
        cmocka_unit_test(test_stages_that_may_not_straggle_do_not),
        cmocka_unit_test(test_equal_parts_sum_to_the_whole),
    };
    return cmocka_run_group_tests_name("stragglers", tests, NULL, NULL) != 0;
}
