/* test_param.c - what a plug-in can be told. */
#include "tests/unit/check.h"

#include "base/param.h"
#include "base/time.h"

struct knobs {
    int64_t depth, jobs;
    pt_time timeout, tau;
    double load;
    bool keep;
    int order;
    char widths[PT_PARAM_TEXT_SIZE];
};

static const char *const all[] = {"all", NULL};
static const char *const orders[] = {"fifo", "sjf", "fair", NULL};

static const struct pt_param knobs[] = {
    {.name = "depth",
     .type = PT_PARAM_INT,
     .fallback = "all",
     .min = 1,
     .max = 1e6,
     .choices = all,
     .offset = offsetof(struct knobs, depth)},
    {.name = "jobs",
     .type = PT_PARAM_INT,
     .fallback = "-3",
     .offset = offsetof(struct knobs, jobs)},
    {.name = "timeout",
     .type = PT_PARAM_TIME,
     .fallback = "never",
     .offset = offsetof(struct knobs, timeout)},
    {.name = "tau",
     .type = PT_PARAM_TIME,
     .fallback = "10s",
     .min = 0.5,
     .max = 86400,
     .offset = offsetof(struct knobs, tau)},
    {.name = "load",
     .type = PT_PARAM_REAL,
     .fallback = "0.7",
     .min = 0,
     .max = 2,
     .offset = offsetof(struct knobs, load)},
    {.name = "keep",
     .type = PT_PARAM_BOOL,
     .fallback = "yes",
     .offset = offsetof(struct knobs, keep)},
    {.name = "order",
     .type = PT_PARAM_CHOICE,
     .fallback = "sjf",
     .choices = orders,
     .offset = offsetof(struct knobs, order)},
    {.name = "widths",
     .type = PT_PARAM_TEXT,
     .fallback = "1:0.5+2:0.5",
     .offset = offsetof(struct knobs, widths)},
    PT_PARAM_END};

static void check_knob(const struct knobs *state, const char *key,
                       const char *expected)
{
    char text[PT_PARAM_TEXT_SIZE];

    pt_param_print(pt_param_find(knobs, key), state, text, sizeof text);
    ASSERT_TEXT(text, expected);
}

static void test_defaults_fill_every_parameter(void **test)
{
    struct knobs state;

    (void)test;
    memset(&state, 0x55, sizeof state);
    pt_param_defaults(knobs, &state);
    ASSERT_INT(state.depth, INT64_MAX);
    ASSERT_INT(state.jobs, -3);
    ASSERT_INT(state.timeout, PT_TIME_NEVER);
    ASSERT_INT(state.tau, 10 * PT_SECOND);
    ASSERT_NEAR(state.load, 0.7, 0, 0);
    assert_true(state.keep);
    ASSERT_INT(state.order, 1);
    ASSERT_TEXT(state.widths, "1:0.5+2:0.5");
    check_knob(&state, "depth", "all");
    check_knob(&state, "jobs", "-3");
    check_knob(&state, "timeout", "never");
    check_knob(&state, "tau", "10s");
    check_knob(&state, "load", "0.7");
    check_knob(&state, "keep", "yes");
    check_knob(&state, "order", "sjf");
    check_knob(&state, "widths", "1:0.5+2:0.5");
    pt_param_defaults(NULL, &state);
}

static void test_a_printed_parameter_can_be_typed_again(void **test)
{
    struct knobs state, again;
    struct pt_err err = {0};

    (void)test;
    pt_param_defaults(knobs, &state);
    pt_param_set(knobs, &state, "p", "depth", "4", &err);
    pt_param_set(knobs, &state, "p", "timeout", "1500us", &err);
    pt_param_set(knobs, &state, "p", "load", "1e-7", &err);
    pt_param_set(knobs, &state, "p", "keep", "no", &err);
    ASSERT_INT(err.code, PT_ERR_NONE);
    pt_param_defaults(knobs, &again);
    for (const struct pt_param *param = knobs; param->name; param++) {
        char text[PT_PARAM_TEXT_SIZE];
        pt_param_print(param, &state, text, sizeof text);
        ASSERT_INT(pt_param_set(knobs, &again, "p", param->name, text, &err),
                   0);
        check_knob(&again, param->name, text);
    }
    ASSERT_INT(again.timeout, 1500);
    ASSERT_INT(again.depth, 4);
}

static void test_times_have_units(void **test)
{
    static const struct {
        const char *text;
        pt_time time;
    } good[] = {
        {"12", 12 * PT_SECOND},
        {"12s", 12 * PT_SECOND},
        {"5m", 300 * PT_SECOND},
        {"2h", 7200 * PT_SECOND},
        {"1d", 86400 * PT_SECOND},
        {"500ms", PT_SECOND / 2},
        {"20us", 20},
        {"1.5h", 5400 * PT_SECOND},
        {"0.5us", 1},
        {"1e3ms", PT_SECOND},
        {"0", 0},
        {"never", PT_TIME_NEVER},
    };
    static const char *const bad[] = {"",    "s",     "-1",    "5 s",
                                      "5x",  "5mm",   "Never", "1e12d",
                                      "nan", "10sec", "1,5"};
    struct knobs state = {0};

    (void)test;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct pt_err err = {0};
        ASSERT_INT(
            pt_param_set(knobs, &state, "p", "timeout", good[i].text, &err), 0);
        ASSERT_INT(state.timeout, good[i].time);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct pt_err err = {0};
        ASSERT_INT(pt_param_set(knobs, &state, "p", "timeout", bad[i], &err),
                   -1);
        ASSERT_INT(err.code, PT_ERR_USAGE);
    }
    ASSERT_INT(state.timeout, PT_TIME_NEVER);
}

/* Setting KEY to VALUE is an error whose text has PART in it, and changes
 * nothing. */
static void check_refused(const char *key, const char *value, const char *part)
{
    struct knobs state, before;
    struct pt_err err = {0};

    memset(&state, 0, sizeof state);
    pt_param_defaults(knobs, &state);
    before = state;
    ASSERT_INT(pt_param_set(knobs, &state, "toy", key, value, &err), -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    ASSERT_HAS(err.text, "toy");
    ASSERT_HAS(err.text, part);
    assert_memory_equal(&state, &before, sizeof state);
}

static void test_a_bad_value_is_told_with_what_was_expected(void **test)
{
    char text[PT_PARAM_TEXT_SIZE + 1];

    (void)test;
    check_refused("depth", "0", "from 1 to 1000000, or all");
    check_refused("depth", "1000001", "from 1 to 1000000");
    check_refused("depth", "some", "from 1 to 1000000");
    check_refused("jobs", "all", "a whole number");
    check_refused("jobs", "1e3", "a whole number");
    check_refused("jobs", "", "a whole number");
    check_refused("tau", "never", "from 0.5 to 86400");
    check_refused("tau", "499ms", "from 0.5 to 86400");
    check_refused("load", "2.0001", "from 0 to 2");
    check_refused("load", "-0.1", "from 0 to 2");
    check_refused("load", "nan", "from 0 to 2");
    check_refused("keep", "true", "yes or no");
    check_refused("order", "fiar", "did you mean fair?");
    check_refused("order", "lottery", "fifo, sjf or fair");
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    check_refused("widths", text, "at most 1023 characters");
}

static void test_the_ends_of_a_range_belong_to_it(void **test)
{
    struct knobs state = {0};
    struct pt_err err = {0};

    (void)test;
    ASSERT_INT(pt_param_set(knobs, &state, "p", "depth", "1", &err), 0);
    ASSERT_INT(pt_param_set(knobs, &state, "p", "depth", "1000000", &err), 0);
    ASSERT_INT(pt_param_set(knobs, &state, "p", "load", "0", &err), 0);
    ASSERT_INT(pt_param_set(knobs, &state, "p", "load", "2", &err), 0);
    ASSERT_INT(pt_param_set(knobs, &state, "p", "tau", "500ms", &err), 0);
    ASSERT_INT(pt_param_set(knobs, &state, "p", "tau", "1d", &err), 0);
    ASSERT_INT(err.code, PT_ERR_NONE);
}

static void test_a_bad_key_is_told_with_what_was_meant(void **test)
{
    struct pt_err err = {0};
    int state = 0;

    (void)test;
    check_refused("dept", "3", "did you mean 'depth'?");
    check_refused("zzzzzz", "3", "depth, jobs, timeout, tau, load, keep");
    check_refused("", "3", "expected depth");
    assert_null(pt_param_find(knobs, "dept"));
    assert_null(pt_param_find(NULL, "depth"));
    ASSERT_INT(pt_param_set(NULL, &state, "first", "a", "b", &err), -1);
    ASSERT_HAS(err.text, "first has no parameter 'a' (expected none)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_fill_every_parameter),
        cmocka_unit_test(test_a_printed_parameter_can_be_typed_again),
        cmocka_unit_test(test_times_have_units),
        cmocka_unit_test(test_a_bad_value_is_told_with_what_was_expected),
        cmocka_unit_test(test_the_ends_of_a_range_belong_to_it),
        cmocka_unit_test(test_a_bad_key_is_told_with_what_was_meant),
    };

    return cmocka_run_group_tests_name("param", tests, NULL, NULL) != 0;
}
