/* NAME[:KEY=VALUE,...], and what is said when it is wrong. */
#include "tests/unit/check.h"

#include "base/alloc.h"
#include "base/plugin.h"

struct oven {
    int64_t heat;
    int mode;
};

static const char *const modes[] = {"grill", "fan", NULL};

static const struct pt_param oven_params[] = {
    {.name = "heat",
     .type = PT_PARAM_INT,
     .unit = "degrees",
     .fallback = "180",
     .min = 50,
     .max = 250,
     .offset = offsetof(struct oven, heat),
     .help = "how hot"},
    {.name = "mode",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "fan",
     .choices = modes,
     .offset = offsetof(struct oven, mode),
     .help = "how"},
    PT_PARAM_END};

static const struct pt_plugin oven = {.name = "oven",
                                      .summary = "bakes",
                                      .cite = "grandmother",
                                      .params = oven_params,
                                      .state_size = sizeof(struct oven)};
static const struct pt_plugin bowl = {
    .name = "bowl", .summary = "holds", .cite = "grandmother"};

static const struct pt_plugin *const kitchen[] = {&oven, &bowl, NULL};

static void test_a_new_state_has_every_default(void **state)
{
    struct oven *made = pt_plugin_state_new(&oven);
    void *nothing = pt_plugin_state_new(&bowl);

    (void)state;
    ASSERT_INT(made->heat, 180);
    ASSERT_INT(made->mode, 1);
    assert_non_null(nothing);
    pt_free(made);
    pt_free(nothing);
}

static void test_a_plugin_is_asked_for_by_name_and_parameters(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    void *made;

    (void)state;
    assert_ptr_equal(pt_plugin_open(kitchen, "tool", "oven:heat=200,mode=grill",
                                    &made, &err),
                     &oven);
    ASSERT_INT(((struct oven *)made)->heat, 200);
    ASSERT_INT(((struct oven *)made)->mode, 0);
    pt_free(made);
    assert_ptr_equal(pt_plugin_open(kitchen, "tool", "oven", &made, &err),
                     &oven);
    ASSERT_INT(((struct oven *)made)->heat, 180);
    pt_free(made);
    assert_ptr_equal(pt_plugin_open(kitchen, "tool", "bowl", &made, &err),
                     &bowl);
    pt_free(made);
    ASSERT_INT(err.code, PT_ERR_NONE);
}

static void test_the_text_of_a_state_opens_the_same_state(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct oven made = {.heat = 99, .mode = 0};
    void *again, *nothing = pt_plugin_state_new(&bowl);
    char *text = pt_plugin_text_new(&oven, &made);
    char *plain = pt_plugin_text_new(&bowl, nothing);

    (void)state;
    ASSERT_TEXT(text, "oven:heat=99,mode=grill");
    ASSERT_TEXT(plain, "bowl");
    assert_non_null(pt_plugin_open(kitchen, "tool", text, &again, &err));
    ASSERT_INT(((struct oven *)again)->heat, 99);
    ASSERT_INT(((struct oven *)again)->mode, 0);
    pt_free(text);
    pt_free(plain);
    pt_free(again);
    pt_free(nothing);
}

static void refuse(const char *text, const char *part)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    void *made = &err;

    assert_null(pt_plugin_open(kitchen, "tool", text, &made, &err));
    assert_null(made);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    ASSERT_HAS(err.text, part);
}

static void test_bad_text_is_a_usage_error_that_says_what_is_wrong(void **state)
{
    (void)state;
    refuse("ofen", "unknown tool 'ofen' (did you mean 'oven'?)");
    refuse("refrigerator", "unknown tool 'refrigerator'");
    refuse("", "unknown tool ''");
    refuse("oven:hot", "'hot' is not a parameter (expected KEY=VALUE)");
    refuse("oven:", "'' is not a parameter");
    refuse("oven:heat=200,", "'' is not a parameter");
    refuse("oven:heat=20", "heat");
    refuse("oven:heat=warm", "warm");
    refuse("oven:haet=200", "heat");
    refuse("oven:mode=steam", "steam");
    refuse("bowl:size=3", "bowl takes no parameters, and so no 'size'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_state_has_every_default),
        cmocka_unit_test(test_a_plugin_is_asked_for_by_name_and_parameters),
        cmocka_unit_test(test_the_text_of_a_state_opens_the_same_state),
        cmocka_unit_test(
            test_bad_text_is_a_usage_error_that_says_what_is_wrong)};

    return cmocka_run_group_tests_name("plugin", tests, NULL, NULL) != 0;
}
