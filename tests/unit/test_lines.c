/* Lines of compressed files, and long ones; what SWF makes of plain and gzipped
 * ones is in test_swf.c. */
#include "tests/unit/packed_lines.h"

#include <zlib.h>
#include <zstd.h>

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

static void test_frames_of_any_size_read_as_one_text(void **state)
{
    (void)state;
    check_any_size(pack);
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

static void test_a_truncated_frame_is_served_up_to_its_end(void **state)
{
    (void)state;
    check_truncated(pack, 50000, "the zstd data end too early");
}

static void test_a_corrupt_frame_is_an_error_with_its_line(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    char rubbish[60];

    (void)state;
    check_corrupt(pack, "\x28\xb5\x2f\xfd", "the zstd data are corrupt");
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

/* As it is. */
static char *leave(const char *text, size_t n, size_t step, size_t *packed)
{
    char *to = pt_alloc(n, 1);

    (void)step;
    memcpy(to, text, n);
    *packed = n;
    return to;
}

static void test_the_whole_text_is_the_same_however_it_is_packed(void **state)
{
    (void)state;
    check_whole(leave);
    check_whole(pack);
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
