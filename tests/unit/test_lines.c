/* Lines of compressed files, and long ones; what SWF makes of plain and gzipped
 * ones is in test_swf.c. */
#include "tests/unit/check.h"

#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/random.h"
#include "sink/out.h"
#include "traces/text.h"

#define SEED  UINT64_C(20240229)
#define LINES 20000

/* Lines of random digits, some of them long; they fill several buffers. */
static char *make_text(size_t *n)
{
    struct pt_random random;
    char *text = pt_alloc(LINES, 120);

    *n = 0;
    pt_random_open(&random, SEED, 0, PT_PURPOSE_TEST, 3);
    for (int i = 0; i < LINES; i++) {
        const uint32_t length = pt_random_below(&random, 100);
        for (uint32_t k = 0; k < length; k++)
            text[(*n)++] = (char)('0' + pt_random_below(&random, 10));
        text[(*n)++] = '\n';
    }
    return text;
}

/* TEXT [N] in frames of STEP bytes each; the caller frees. */
static char *pack(const char *text, size_t n, size_t step, size_t *packed)
{
    const size_t size = ZSTD_compressBound(n) + 200 * (n / step + 1);
    char *to = pt_alloc(size, 1);

    *packed = 0;
    for (size_t at = 0; at < n; at += step) {
        const size_t part = n - at < step ? n - at : step;
        const size_t got =
            ZSTD_compress(to + *packed, size - *packed, text + at, part, 1);
        assert_false(ZSTD_isError(got));
        *packed += got;
    }
    return to;
}

/* Reads PACKED [SIZE], whose lines are those of TEXT; returns how many, and
 * what went wrong, if anything. */
static int read_lines(const char *packed, size_t size, const char *text,
                      struct pt_err *err)
{
    struct pt_lines lines;
    char digest[PT_DIGEST_TEXT];
    int status;

    ASSERT_INT(pt_lines_open_bytes(&lines, "packed", packed, size, err), 0);
    while ((status = pt_lines_next(&lines, err)) > 0) {
        const size_t length = strcspn(text, "\n");
        ASSERT_INT(lines.length, length);
        assert_memory_equal(lines.text, text, length);
        text += length + 1;
    }
    const int n = status < 0 ? lines.line - 1 : lines.line;
    pt_lines_finish(&lines);
    pt_digest_of(packed, size, digest);
    ASSERT_TEXT(lines.digest, digest);
    ASSERT_INT(lines.bytes, size);
    pt_lines_close(&lines);
    return n;
}

static void test_frames_of_any_size_read_as_one_text(void **state)
{
    static const size_t steps[] = {1 << 30, 1 << 18, 65536, 10007};
    size_t n, packed;
    char *text = make_text(&n);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct pt_err err = {.code = PT_ERR_NONE};
        char *bytes = pack(text, n, steps[i], &packed);
        ASSERT_INT(read_lines(bytes, packed, text, &err), LINES);
        ASSERT_INT(err.code, PT_ERR_NONE);
        pt_free(bytes);
    }
    pt_free(text);
}

static void test_a_frame_to_be_skipped_is(void **state)
{
    static const char skip[] = "\x5a\x2a\x4d\x18\x03\x00\x00\x00"
                               "abc";
    struct pt_err err = {.code = PT_ERR_NONE};
    char bytes[100];
    size_t n = sizeof skip - 1;

    (void)state;
    memcpy(bytes, skip, n);
    const size_t got =
        ZSTD_compress(bytes + n, sizeof bytes - n, "a\nb\n", 4, 1);
    assert_false(ZSTD_isError(got));
    ASSERT_INT(read_lines(bytes, n + got, "a\nb\n", &err), 2);
}

/* Every line before the cut is served; the error is told where it is met. */
static void test_a_truncated_frame_is_served_up_to_its_end(void **state)
{
    size_t n, packed;
    char *text = make_text(&n);
    char *bytes = pack(text, n, 50000, &packed);
    int last = 0;

    (void)state;
    for (size_t cut = packed / 7; cut < packed; cut += packed / 7) {
        struct pt_err err = {.code = PT_ERR_NONE};
        const int lines = read_lines(bytes, cut, text, &err);
        ASSERT_INT(err.code, PT_ERR_INPUT);
        ASSERT_HAS(err.text, "the zstd data end too early");
        ASSERT_INT(err.line, lines + 1);
        assert_true(err.column >= 1);
        assert_true(lines > last);
        last = lines;
    }
    pt_free(bytes);
    pt_free(text);
}

static void test_a_corrupt_frame_is_an_error_with_its_line(void **state)
{
    size_t n, packed;
    char *text = make_text(&n);
    char *bytes = pack(text, n, 50000, &packed);
    struct pt_err err = {.code = PT_ERR_NONE};
    char rubbish[60];

    (void)state;
    size_t at = packed / 2;
    while (memcmp(bytes + at, "\x28\xb5\x2f\xfd", 4) != 0)
        at++;
    bytes[at] = 'x';
    const int lines = read_lines(bytes, packed, text, &err);
    ASSERT_HAS(err.text, "the zstd data are corrupt");
    assert_true(lines > LINES / 4 && lines < LINES * 3 / 4);
    pt_free(bytes);
    pt_free(text);
    err = (struct pt_err){.code = PT_ERR_NONE};
    const size_t got = ZSTD_compress(rubbish, 30, "a\nb\n", 4, 1);
    memcpy(rubbish + got, "rubbish", 8);
    ASSERT_INT(read_lines(rubbish, got + 8, "a\nb\n", &err), 2);
    ASSERT_HAS(err.text, "the zstd data are corrupt");
}

static void test_a_line_is_as_long_as_is_allowed(void **state)
{
    enum { LONGEST = 3000000 };
    char *text = pt_alloc(LONGEST + 20, 1);
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_lines lines;

    (void)state;
    memset(text, 'x', LONGEST + 10);
    memcpy(text, "first\n", 6);
    text[6 + LONGEST] = '\n';
    ASSERT_INT(pt_lines_open_bytes(&lines, "long", text, LONGEST + 10, &err),
               0);
    pt_lines_allow(&lines, LONGEST);
    ASSERT_INT(pt_lines_next(&lines, &err), 1);
    ASSERT_TEXT(lines.text, "first");
    ASSERT_INT(pt_lines_next(&lines, &err), 1);
    ASSERT_INT(lines.length, LONGEST);
    ASSERT_INT(pt_lines_next(&lines, &err), 1);
    ASSERT_TEXT(lines.text, "xxx");
    ASSERT_INT(pt_lines_next(&lines, &err), 0);
    pt_lines_close(&lines);

    ASSERT_INT(pt_lines_open_bytes(&lines, "long", text, LONGEST + 10, &err),
               0);
    pt_lines_allow(&lines, LONGEST - 1);
    ASSERT_INT(pt_lines_next(&lines, &err), 1);
    ASSERT_INT(pt_lines_next(&lines, &err), -1);
    ASSERT_INT(err.line, 2);
    ASSERT_INT(err.column, LONGEST);
    ASSERT_HAS(err.text, "(expected at most 2999999 bytes)");
    pt_lines_close(&lines);
    pt_free(text);
}

static void test_the_whole_text_is_the_same_however_it_is_packed(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_lines lines;
    char digest[PT_DIGEST_TEXT];
    size_t size, packed, n;
    char *text = make_text(&size), *frames = pack(text, size, 70000, &packed);
    char *whole;

    (void)state;
    ASSERT_INT(pt_lines_open_bytes(&lines, "plain", text, size, &err), 0);
    ASSERT_INT(pt_lines_whole(&lines, size, &whole, &n, &err), 0);
    ASSERT_INT(n, size);
    assert_memory_equal(whole, text, size);
    ASSERT_INT(whole[n], 0);
    pt_free(whole);
    pt_lines_close(&lines);

    ASSERT_INT(pt_lines_open_bytes(&lines, "packed", frames, packed, &err), 0);
    ASSERT_INT(pt_lines_whole(&lines, size, &whole, &n, &err), 0);
    ASSERT_INT(n, size);
    assert_memory_equal(whole, text, size);
    pt_digest_of(frames, packed, digest);
    ASSERT_TEXT(lines.digest, digest);
    ASSERT_INT(lines.bytes, packed);
    pt_free(whole);
    pt_lines_close(&lines);
    pt_free(frames);
    pt_free(text);
}

/* What reading BYTES [N], at most MAX of them, as one text is refused with. */
static void refuses(const char *bytes, size_t n, size_t max, const char *why)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_lines lines;
    char said[600];
    char *text;

    ASSERT_INT(pt_lines_open_bytes(&lines, "t", bytes, n, &err), 0);
    ASSERT_INT(pt_lines_whole(&lines, max, &text, &n, &err), -1);
    pt_lines_close(&lines);
    pt_err_print(&err, said, sizeof said);
    ASSERT_HAS(said, why);
}

static void
test_what_is_wrong_with_a_whole_text_is_told_at_its_place(void **state)
{
    size_t size, packed;
    char *text = make_text(&size), *frames = pack(text, size, size, &packed);

    (void)state;
    refuses("ab\nc\0d\n", 7, 100, "t:2:2: a zero byte (expected text)");
    refuses(text, size, size - 1, "too much text (expected at most");
    refuses(frames, packed, size - 1, "too much text (expected at most");
    refuses(frames, packed - 9, size, "the zstd data end too early");
    pt_free(frames);
    pt_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_of_any_size_read_as_one_text),
        cmocka_unit_test(test_a_frame_to_be_skipped_is),
        cmocka_unit_test(test_a_truncated_frame_is_served_up_to_its_end),
        cmocka_unit_test(test_a_corrupt_frame_is_an_error_with_its_line),
        cmocka_unit_test(test_a_line_is_as_long_as_is_allowed),
        cmocka_unit_test(test_the_whole_text_is_the_same_however_it_is_packed),
        cmocka_unit_test(
            test_what_is_wrong_with_a_whole_text_is_told_at_its_place),
    };

    return cmocka_run_group_tests_name("lines", tests, NULL, NULL) != 0;
}
