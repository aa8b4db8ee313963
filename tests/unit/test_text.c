/* test_text.c - small things about strings. */
#include "tests/unit/check.h"

#include <float.h>
#include "base/alloc.h"
#include "base/random.h"
#include "base/text.h"

#define SEED UINT64_C(20240229)

static void test_a_copy_ends_within_its_room(void **state)
{
    char to[4];

    (void)state;
    assert_true(pt_text_copy(to, sizeof to, "abc"));
    ASSERT_TEXT(to, "abc");
    assert_false(pt_text_copy(to, sizeof to, "abcd"));
    ASSERT_TEXT(to, "abc");
    assert_false(pt_text_copy(to, 1, "a"));
    ASSERT_TEXT(to, "");
    char *copy = pt_text_dup("hello", 4);
    ASSERT_TEXT(copy, "hell");
    pt_free(copy);
}

static void test_distance_counts_slips(void **state)
{
    (void)state;
    ASSERT_INT(pt_text_distance("easy", "easy", 9), 0);
    ASSERT_INT(pt_text_distance("easy", "esay", 9), 1);
    ASSERT_INT(pt_text_distance("easy", "eas", 9), 1);
    ASSERT_INT(pt_text_distance("easy", "eeasy", 9), 1);
    ASSERT_INT(pt_text_distance("easy", "eaky", 9), 1);
    ASSERT_INT(pt_text_distance("kitten", "sitting", 9), 3);
    ASSERT_INT(pt_text_distance("", "abc", 9), 3);
    ASSERT_INT(pt_text_distance("abc", "", 9), 3);
    ASSERT_INT(pt_text_distance("ca", "abc", 9), 3);
    ASSERT_INT(pt_text_distance("abcdef", "uvwxyz", 4), 4);
    ASSERT_INT(pt_text_distance("a", "abcdefgh", 3), 3);
    ASSERT_INT(pt_text_distance("a", "a", 0), 0);
}

static void test_a_slip_of_the_hand_finds_the_name(void **state)
{
    static const char *const names[] = {"fcfs", "easy", "easy-sjbf",
                                        "conservative", "fifo"};

    (void)state;
    ASSERT_TEXT(pt_text_nearest("esay", names, 5), "easy");
    ASSERT_TEXT(pt_text_nearest("fcf", names, 5), "fcfs");
    ASSERT_TEXT(pt_text_nearest("convervativ", names, 5), "conservative");
    ASSERT_TEXT(pt_text_nearest("conervatif", names, 5), "conservative");
    ASSERT_TEXT(pt_text_nearest("easy_sjbf", names, 5), "easy-sjbf");
    assert_null(pt_text_nearest("lottery", names, 5));
    assert_null(pt_text_nearest("q", names, 5));
    assert_null(pt_text_nearest("", names, 5));
    assert_null(pt_text_nearest("easy", names, 0));
}

static void test_of_equally_near_names_the_first_is_taken(void **state)
{
    static const char *const names[] = {"cat", "bat", "hat"};

    (void)state;
    ASSERT_TEXT(pt_text_nearest("rat", names, 3), "cat");
}

static void check_int_text(int64_t value, const char *expected)
{
    char text[21];
    size_t n = pt_text_int(text, value);

    assert_true(n <= 20);
    text[n] = '\0';
    ASSERT_TEXT(text, expected);
}

static void test_whole_numbers_are_printed(void **state)
{
    (void)state;
    check_int_text(0, "0");
    check_int_text(9, "9");
    check_int_text(10, "10");
    check_int_text(99, "99");
    check_int_text(100, "100");
    check_int_text(105, "105");
    check_int_text(1000, "1000");
    check_int_text(-1, "-1");
    check_int_text(-120, "-120");
    check_int_text(INT64_MAX, "9223372036854775807");
    check_int_text(INT64_MIN, "-9223372036854775808");
}

static void test_whole_numbers_are_read_whole(void **state)
{
    static const char *const bad[] = {
        "",
        "-",
        "+",
        "1 ",
        " 1",
        "1.0",
        "1e3",
        "x",
        "0x10",
        "--1",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999",
    };
    int64_t value = 0;

    (void)state;
    assert_true(pt_text_read_int(&value, "9223372036854775807"));
    ASSERT_INT(value, INT64_MAX);
    assert_true(pt_text_read_int(&value, "-9223372036854775808"));
    ASSERT_INT(value, INT64_MIN);
    assert_true(pt_text_read_int(&value, "+07"));
    ASSERT_INT(value, 7);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(pt_text_read_int(&value, bad[i]));
    ASSERT_INT(value, 7);
}

static void test_reals_are_read_whole_and_finite(void **state)
{
    static const char *const bad[] = {
        "",     ".",     "-",  "e5", "1e",    "1.2.3",  "nan", "inf",
        "-inf", "0x1p3", " 1", "1 ", "1e999", "-1e999", "1,5",
    };
    double value = 0;

    (void)state;
    assert_true(pt_text_read_real(&value, "-1.5e-3"));
    ASSERT_NEAR(value, -0.0015, 0, 0);
    assert_true(pt_text_read_real(&value, ".5"));
    ASSERT_NEAR(value, 0.5, 0, 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(pt_text_read_real(&value, bad[i]));
    ASSERT_NEAR(value, 0.5, 0, 0);
}

static void check_real_text(double value, const char *expected)
{
    char text[32];

    ASSERT_INT(pt_text_real(text, value), strlen(expected));
    ASSERT_TEXT(text, expected);
}

static void test_reals_are_printed_as_short_as_can_be(void **state)
{
    (void)state;
    check_real_text(0.0, "0");
    check_real_text(-0.0, "-0");
    check_real_text(1.0, "1");
    check_real_text(-1.5, "-1.5");
    check_real_text(0.1, "0.1");
    check_real_text(0.1 + 0.2, "0.30000000000000004");
    check_real_text(1.0 / 3.0, "0.3333333333333333");
    check_real_text(100.0 / 3.0, "33.333333333333336");
    check_real_text(1e15, "1e+15");
    check_real_text(999999999999999.0, "999999999999999");
    check_real_text(1e300, "1e+300");
    check_real_text(5e-324, "5e-324");
    check_real_text(0.0001, "0.0001");
    check_real_text(0.25, "0.25");
    check_real_text(1.0 + DBL_EPSILON, "1.0000000000000002");
    check_real_text(2.0 - DBL_EPSILON, "1.9999999999999998");
    check_real_text(9.999999999999998, "9.999999999999998");
}

/* No text of fewer digits reads back as VALUE. */
static void check_shortest(double value, const char *text)
{
    char other[400];
    int digits = 0;

    for (const char *c = text; *c != '\0' && *c != 'e'; c++)
        if ((*c >= '1' && *c <= '9') || (*c == '0' && digits > 0))
            digits++;
    ASSERT_NEAR(strtod(text, NULL), value, 0, 0);
    if (!strchr(text, '.') || digits < 2)
        return;
    snprintf(other, sizeof other, "%.*g", digits - 1, value);
    double read = strtod(other, NULL);
    assert_true(read < value || read > value);
}

static void test_every_printed_real_reads_back(void **state)
{
    struct pt_random random;
    char text[32];

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    pt_random_open(&random, SEED, 0, PT_PURPOSE_TEST, 2);
    for (int i = 0; i < 50000; i++) {
        double value;
        uint64_t image = (uint64_t)pt_random_u32(&random) << 32;
        image |= pt_random_u32(&random);
        memcpy(&value, &image, sizeof value);
        if (!(value >= -DBL_MAX && value <= DBL_MAX))
            continue;
        size_t n = pt_text_real(text, value);
        ASSERT_INT(n, strlen(text));
        check_shortest(value, text);
        value = 1 + pt_random_below(&random, 1000000);
        value /= 1 + pt_random_below(&random, 5000);
        pt_text_real(text, value);
        check_shortest(value, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_copy_ends_within_its_room),
        cmocka_unit_test(test_distance_counts_slips),
        cmocka_unit_test(test_a_slip_of_the_hand_finds_the_name),
        cmocka_unit_test(test_of_equally_near_names_the_first_is_taken),
        cmocka_unit_test(test_whole_numbers_are_printed),
        cmocka_unit_test(test_whole_numbers_are_read_whole),
        cmocka_unit_test(test_reals_are_read_whole_and_finite),
        cmocka_unit_test(test_reals_are_printed_as_short_as_can_be),
        cmocka_unit_test(test_every_printed_real_reads_back),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL) != 0;
}
