/* The grammar of --policy. */
#include "tests/unit/check.h"

#include "core/policy.h"
#include "ask/policy_text.h"

/* LIST is N policies, so labelled, each of whose resolved text holds TEXTS. */
static void expect(const char *list, int n, const char *const *labels,
                   const char *const *texts)
{
    struct pt_choices choices = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};

    if (pt_choices_add(&choices, list, &err) != 0) {
        print_error("%s: %s\n", list, err.text);
        fail();
    }
    assert_int_equal(choices.n, n);
    for (int i = 0; i < n; i++) {
        assert_string_equal(choices.items[i].label, labels[i]);
        if (!strstr(choices.items[i].text, texts[i]))
            print_error("%s: not %s\n", choices.items[i].text, texts[i]);
        assert_non_null(strstr(choices.items[i].text, texts[i]));
    }
    pt_choices_fini(&choices);
}

static void expect_one(const char *list, const char *label, const char *text)
{
    expect(list, 1, &label, &text);
}

/* LIST is a usage error that says TEXT. */
static void refuse(const char *list, const char *text)
{
    struct pt_choices choices = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};

    assert_int_equal(pt_choices_add(&choices, list, &err), -1);
    assert_int_equal(err.code, PT_ERR_USAGE);
    if (!strstr(err.text, text))
        print_error("%s: %s, not %s\n", list, err.text, text);
    assert_non_null(strstr(err.text, text));
    pt_choices_fini(&choices);
}

static void test_a_name_is_its_own_label(void **state)
{
    (void)state;
    expect_one("gang", "gang", "gang:head=block");
    expect_one("fcfs", "fcfs", "gang:head=block");
    expect_one("easy-sjbf", "easy-sjbf", "backfill:depth=1,");
}

static void test_odd_characters_become_dashes_in_a_label(void **state)
{
    (void)state;
    expect_one("gang:head=skip", "gang-head-skip", "gang:head=skip");
    expect_one("backfill:depth=4,order=sjf", "backfill-depth-4-order-sjf",
               "backfill:depth=4,");
}

static void test_a_label_may_be_given(void **state)
{
    (void)state;
    expect_one("mine=backfill:depth=4", "mine", "backfill:depth=4,");
    expect_one("a.B_c-9=fcfs", "a.B_c-9", "gang:head=block");
    expect_one("gang=fcfs", "gang", "gang:head=block");
}

static void test_a_parameter_continues_the_policy_before_it(void **state)
{
    const char *const labels[] = {"mine", "spark"};
    const char *const texts[] = {"order=sjf", "head=skip"};

    (void)state;
    expect("mine=backfill:depth=4,order=sjf,spark", 2, labels, texts);
}

static void test_anything_else_starts_a_new_policy(void **state)
{
    const char *const labels[] = {"fcfs", "mine", "easy", "b"};
    const char *const texts[] = {"gang:head=block", "gang:head=skip",
                                 "backfill:depth=1", "fifo:"};

    (void)state;
    expect("fcfs,mine=gang:head=skip,easy,b=fifo:order=fair", 4, labels, texts);
}

static void test_a_preset_may_be_refined(void **state)
{
    (void)state;
    expect_one("easy:order=sjf", "easy-order-sjf", "order=sjf");
    expect_one("easy,order=sjf", "easy-order-sjf", "order=sjf");
    expect_one("x=easy:depth=3", "x", "backfill:depth=3,");
    expect_one("x=easy,depth=all", "x", "backfill:depth=all,");
}

static void test_two_equal_labels_are_refused(void **state)
{
    (void)state;
    refuse("easy,easy", "two policies are labelled 'easy'");
    refuse("easy,easy=fcfs", "two policies are labelled 'easy'");
}

static void test_a_label_that_is_a_parameter_is_refused(void **state)
{
    (void)state;
    refuse("depth=easy", "'depth' cannot be a label");
    refuse("fcfs,drivers=easy", "'drivers' cannot be a label");
}

static void test_a_bad_label_is_refused(void **state)
{
    (void)state;
    refuse("=fcfs", "'' is not a label");
    refuse(".x=fcfs", "'.x' is not a label");
    refuse("../x=fcfs", "'../x' is not a label");
    refuse("a b=fcfs", "'a b' is not a label");
    refuse("a2345678901234567890123456789012345678901234567890123456789012345"
           "=fcfs",
           "is not a label");
}

static void test_a_slip_of_the_hand_is_understood(void **state)
{
    (void)state;
    refuse("esay", "did you mean 'easy'?");
    refuse("fcfs,mine=bakfill", "did you mean 'backfill'?");
    refuse("backfill:dpeth=4", "did you mean 'depth'?");
    refuse("backfill:depth=4,ordr=sjf", "did you mean 'order'?");
}

static void test_what_is_nothing_is_refused(void **state)
{
    (void)state;
    refuse("", "no policy is named");
    refuse(",", "a policy's name is missing");
    refuse("fcfs,", "a policy's name is missing");
    refuse("fcfs,,easy", "a policy's name is missing");
    refuse("x=", "a policy's name is missing");
    refuse("zzzzzzz", "expected one of fifo, gang, backfill");
    refuse("backfill:depth=2,zzzzzzz=9", "nor '9' a policy");
    refuse("gang:head", "expected KEY=VALUE");
    refuse("gang:head=sideways", "expected block or skip");
    refuse("backfill:depth=-1", "expected");
}

static void test_labels_are_checked_as_documented(void **state)
{
    (void)state;
    assert_true(pt_label_is_valid("a"));
    assert_true(pt_label_is_valid("9.x_y-z"));
    assert_false(pt_label_is_valid(""));
    assert_false(pt_label_is_valid("-a"));
    assert_false(pt_label_is_valid("a/b"));
    assert_false(pt_label_is_valid("\303\251"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_its_own_label),
        cmocka_unit_test(test_odd_characters_become_dashes_in_a_label),
        cmocka_unit_test(test_a_label_may_be_given),
        cmocka_unit_test(test_a_parameter_continues_the_policy_before_it),
        cmocka_unit_test(test_anything_else_starts_a_new_policy),
        cmocka_unit_test(test_a_preset_may_be_refined),
        cmocka_unit_test(test_two_equal_labels_are_refused),
        cmocka_unit_test(test_a_label_that_is_a_parameter_is_refused),
        cmocka_unit_test(test_a_bad_label_is_refused),
        cmocka_unit_test(test_a_slip_of_the_hand_is_understood),
        cmocka_unit_test(test_what_is_nothing_is_refused),
        cmocka_unit_test(test_labels_are_checked_as_documented),
    };
    return cmocka_run_group_tests_name("policy_text", tests, NULL, NULL) != 0;
}
