/* test_base.c - instants and durations, memory, errors, and what a bug does. */
#include "tests/unit/check.h"

#include <float.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/error.h"
#include "base/param.h"
#include "base/random.h"
#include "base/text.h"
#include "base/time.h"
#include "base/vec.h"

#define SEED UINT64_C(20240229)

static void check_prints(pt_time time, const char *expected)
{
    char text[PT_TIME_TEXT];
    size_t n = pt_time_print(text, time);

    assert_true(n < sizeof text);
    text[n] = '\0';
    ASSERT_TEXT(text, expected);
}

static void test_times_are_printed_exactly(void **state)
{
    (void)state;
    check_prints(0, "0");
    check_prints(1, "0.000001");
    check_prints(500000, "0.5");
    check_prints(12 * PT_SECOND, "12");
    check_prints(100 * PT_SECOND, "100");
    check_prints(-3000001, "-3.000001");
    check_prints(-1, "-0.000001");
    check_prints(1020300, "1.0203");
    check_prints(PT_TIME_NEVER, "9223372036854.775807");
    check_prints(INT64_MIN, "-9223372036854.775808");
}

/* TEXT reads as TIME, and N characters of it are the number. */
static void check_reads(const char *text, pt_time expected, size_t n)
{
    pt_time time = -77;

    ASSERT_INT(pt_time_read(&time, text, strlen(text)), n);
    ASSERT_INT(time, expected);
}

static void test_times_are_read_exactly(void **state)
{
    (void)state;
    check_reads("0", 0, 1);
    check_reads("7", 7 * PT_SECOND, 1);
    check_reads("-1", -PT_SECOND, 2);
    check_reads("+5", 5 * PT_SECOND, 2);
    check_reads("007", 7 * PT_SECOND, 3);
    check_reads("999999999999", INT64_C(999999999999000000), 12);
    check_reads("9000000000000", INT64_C(9000000000000000000), 13);
    check_reads("0000000000000000000012", 12 * PT_SECOND, 22);
    check_reads("0.5", 500000, 3);
    check_reads(".5", 500000, 2);
    check_reads("5.", 5 * PT_SECOND, 2);
    check_reads("-3.000001", -3000001, 9);
    check_reads("0.1", 100000, 3);
    check_reads("1e3", 1000 * PT_SECOND, 3);
    check_reads("1.5E+2", 150 * PT_SECOND, 6);
    check_reads("25e-1", 2500000, 5);
    check_reads("0e999999999999999999999", 0, 23);
    check_reads("0.000000000001e12", PT_SECOND, 17);
    check_reads("9200000000000", INT64_C(9200000000000000000), 13);
}

static void test_digits_past_the_sixth_are_rounded_to_nearest(void **state)
{
    (void)state;
    check_reads("0.0000004", 0, 9);
    check_reads("0.0000005", 1, 9);
    check_reads("0.00000049999999999999999999", 0, 28);
    check_reads("-0.0000005", -1, 10);
    check_reads("0.9999995", PT_SECOND, 9);
    check_reads("1.2345674999", 1234567, 12);
    check_reads("5e-7", 1, 4);
    check_reads("5e-8", 0, 4);
}

static void test_a_time_ends_where_the_number_ends(void **state)
{
    pt_time time = 0;

    (void)state;
    check_reads("12 34", 12 * PT_SECOND, 2);
    check_reads("12x", 12 * PT_SECOND, 2);
    check_reads("1.5.2", 1500000, 3);
    check_reads("1e", PT_SECOND, 1);
    check_reads("1e+", PT_SECOND, 1);
    check_reads("1-2", PT_SECOND, 1);
    ASSERT_INT(pt_time_read(&time, "123456", 3), 3);
    ASSERT_INT(time, 123 * PT_SECOND);
    ASSERT_INT(pt_time_read(&time, "1e55", 3), 0 + 3);
    ASSERT_INT(time, 100000 * PT_SECOND);
}

static void test_what_is_no_time_reads_as_nothing(void **state)
{
    static const char *const bad[] = {
        "",
        "-",
        "+",
        ".",
        "-.",
        "x",
        " 1",
        "nan",
        "inf",
        "e5",
        ".e5",
        "--1",
        "1e13",
        "1e300",
        "-1e13",
        "9300000000000",
        "9200000000000.000001",
        "99999999999999999999999999",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        pt_time time = 42;
        ASSERT_INT(pt_time_read(&time, bad[i], strlen(bad[i])), 0);
        ASSERT_INT(time, 42);
    }
}

static void test_a_printed_time_reads_back(void **state)
{
    struct pt_random random;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    pt_random_open(&random, SEED, 0, PT_PURPOSE_TEST, 1);
    for (int i = 0; i < 20000; i++) {
        char text[PT_TIME_TEXT];
        uint64_t bits = (uint64_t)pt_random_u32(&random) << 32;
        bits |= pt_random_u32(&random);
        pt_time time = (pt_time)(bits >> 1 >> pt_random_below(&random, 60));
        pt_time back = 0;
        if (time > INT64_C(9200000000000000000))
            continue;
        time = i % 2 ? -time : time;
        size_t n = pt_time_print(text, time);
        ASSERT_INT(pt_time_read(&back, text, n), n);
        ASSERT_INT(back, time);
    }
}

static void test_seconds_round_to_the_nearest_microsecond(void **state)
{
    (void)state;
    ASSERT_INT(pt_time_from_seconds(1.0), PT_SECOND);
    ASSERT_INT(pt_time_from_seconds(0.1), 100000);
    ASSERT_INT(pt_time_from_seconds(1.4e-6), 1);
    ASSERT_INT(pt_time_from_seconds(1.6e-6), 2);
    ASSERT_INT(pt_time_from_seconds(2.5e-6), 3);
    ASSERT_INT(pt_time_from_seconds(86400.000001), INT64_C(86400000001));
    ASSERT_INT(pt_time_from_seconds(9e12), INT64_C(9000000000000000000));
}

static void test_no_duration_is_shorter_than_one_microsecond(void **state)
{
    (void)state;
    ASSERT_INT(pt_time_from_seconds(0.0), 1);
    ASSERT_INT(pt_time_from_seconds(-0.0), 1);
    ASSERT_INT(pt_time_from_seconds(1e-9), 1);
    ASSERT_INT(pt_time_from_seconds(DBL_TRUE_MIN), 1);
    ASSERT_INT(pt_time_from_seconds(-5.0), 1);
    ASSERT_INT(pt_time_from_seconds(-DBL_MAX), 1);
}

static void test_too_many_seconds_are_never(void **state)
{
    (void)state;
    ASSERT_INT(pt_time_from_seconds(9.3e12), PT_TIME_NEVER);
    ASSERT_INT(pt_time_from_seconds(9223372036854.775807), PT_TIME_NEVER);
    ASSERT_INT(pt_time_from_seconds(DBL_MAX), PT_TIME_NEVER);
    ASSERT_INT(pt_time_from_seconds(1.0 / 0.0), PT_TIME_NEVER);
}

static void test_sums_of_times_saturate(void **state)
{
    (void)state;
    ASSERT_INT(pt_time_add(1, 2), 3);
    ASSERT_INT(pt_time_add(-5, 2), -3);
    ASSERT_INT(pt_time_add(PT_TIME_NEVER, 0), PT_TIME_NEVER);
    ASSERT_INT(pt_time_add(PT_TIME_NEVER, 1), PT_TIME_NEVER);
    ASSERT_INT(pt_time_add(PT_TIME_NEVER - 1, 1), PT_TIME_NEVER);
    ASSERT_INT(pt_time_add(PT_TIME_NEVER - 1, 2), PT_TIME_NEVER);
    ASSERT_INT(pt_time_add(1, PT_TIME_NEVER), PT_TIME_NEVER);
    ASSERT_INT(pt_time_add(-1, PT_TIME_NEVER), PT_TIME_NEVER - 1);
    ASSERT_NEAR(pt_time_seconds(1500000), 1.5, 0, 0);
    ASSERT_NEAR(pt_time_seconds(-1), -1e-6, 1e-15, 0);
}

/* Whether ACT in a child process ends by abort(). */
static bool stops(void (*act)(void))
{
    int status = 0;

    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(3);
        act();
        _exit(0);
    }
    assert_true(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void convert_nan(void)
{
    pt_time_from_seconds(0.0 / 0.0);
}

static void print_infinity(void)
{
    char text[32];

    pt_text_real(text, 1.0 / 0.0);
}

static void grow_too_far(void)
{
    pt_realloc(NULL, SIZE_MAX / 2, 3);
}

static void open_entity_too_large(void)
{
    struct pt_random random;

    pt_random_open(&random, 0, 0, PT_PURPOSE_TEST, UINT64_C(1) << 56);
}

static void parse_bad_default(void)
{
    static const struct pt_param params[] = {
        {.name = "n", .type = PT_PARAM_INT, .fallback = "many"}, PT_PARAM_END};
    int64_t n;

    pt_param_defaults(params, &n);
}

static void test_a_bug_stops_the_program(void **state)
{
    (void)state;
    assert_true(stops(convert_nan));
    assert_true(stops(print_infinity));
    assert_true(stops(grow_too_far));
    assert_true(stops(open_entity_too_large));
    assert_true(stops(parse_bad_default));
}

static void test_memory_is_zeroed_and_never_null(void **state)
{
    (void)state;
    unsigned char *memory = pt_alloc(1000, 3);
    for (int i = 0; i < 3000; i++)
        ASSERT_INT(memory[i], 0);
    memory[2999] = 7;
    memory = pt_realloc(memory, 6000, 1);
    ASSERT_INT(memory[2999], 7);
    pt_free(memory);
    memory = pt_alloc(0, 8);
    assert_non_null(memory);
    memory = pt_realloc(memory, 0, 8);
    assert_non_null(memory);
    pt_free(memory);
    pt_free(NULL);
}

static void test_a_growing_array_keeps_its_elements(void **state)
{
    int *items = NULL;
    int n = 0, capacity = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        pt_vec_push(items, n, capacity, i * i);
    ASSERT_INT(n, 1000);
    for (int i = 0; i < 1000; i++)
        ASSERT_INT(items[i], i * i);
    pt_free(items);
}

static void test_the_first_error_wins(void **state)
{
    struct pt_err err = {0};
    char text[64];

    (void)state;
    ASSERT_INT(pt_err_at(&err, PT_ERR_INPUT, "a.swf", 7, 3, "%d fields", 17),
               -1);
    ASSERT_INT(pt_err_set(&err, PT_ERR_USAGE, "later"), -1);
    ASSERT_INT(pt_err_at(&err, PT_ERR_USAGE, "b", 1, 1, "later"), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    pt_err_print(&err, text, sizeof text);
    ASSERT_TEXT(text, "a.swf:7:3: 17 fields");
}

static void test_an_error_shows_the_place_that_it_knows(void **state)
{
    struct pt_err err = {0};
    char text[64], small[6];

    (void)state;
    pt_err_set(&err, PT_ERR_USAGE, "no policy");
    pt_err_print(&err, text, sizeof text);
    ASSERT_TEXT(text, "no policy");
    err.code = PT_ERR_NONE;
    pt_err_at(&err, PT_ERR_INPUT, "t", 0, 0, "is empty");
    pt_err_print(&err, text, sizeof text);
    ASSERT_TEXT(text, "t: is empty");
    err.code = PT_ERR_NONE;
    pt_err_at(&err, PT_ERR_INPUT, "t", 9, 0, "is cut");
    pt_err_print(&err, text, sizeof text);
    ASSERT_TEXT(text, "t:9: is cut");
    pt_err_print(&err, small, sizeof small);
    ASSERT_TEXT(small, "t:9: ");
}

static void test_a_long_error_is_cut_not_overrun(void **state)
{
    struct pt_err err = {0};
    char text[2048];

    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    pt_err_at(&err, PT_ERR_INPUT, text, 1, 1, "%s", text);
    ASSERT_INT(strlen(err.file), sizeof err.file - 1);
    ASSERT_INT(strlen(err.text), sizeof err.text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_printed_exactly),
        cmocka_unit_test(test_times_are_read_exactly),
        cmocka_unit_test(test_digits_past_the_sixth_are_rounded_to_nearest),
        cmocka_unit_test(test_a_time_ends_where_the_number_ends),
        cmocka_unit_test(test_what_is_no_time_reads_as_nothing),
        cmocka_unit_test(test_a_printed_time_reads_back),
        cmocka_unit_test(test_seconds_round_to_the_nearest_microsecond),
        cmocka_unit_test(test_no_duration_is_shorter_than_one_microsecond),
        cmocka_unit_test(test_too_many_seconds_are_never),
        cmocka_unit_test(test_sums_of_times_saturate),
        cmocka_unit_test(test_a_bug_stops_the_program),
        cmocka_unit_test(test_memory_is_zeroed_and_never_null),
        cmocka_unit_test(test_a_growing_array_keeps_its_elements),
        cmocka_unit_test(test_the_first_error_wins),
        cmocka_unit_test(test_an_error_shows_the_place_that_it_knows),
        cmocka_unit_test(test_a_long_error_is_cut_not_overrun),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL) != 0;
}
