/* Lines of files that are packed with xz. */
#include "tests/unit/check.h"

#include <lzma.h>

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

/* TEXT [N] in streams of STEP bytes each; the caller frees. */
static char *pack(const char *text, size_t n, size_t step, size_t *packed)
{
    const size_t size = lzma_stream_buffer_bound(n) + 500 * (n / step + 1);
    char *to = pt_alloc(size, 1);

    *packed = 0;
    for (size_t at = 0; at < n; at += step) {
        const size_t part = n - at < step ? n - at : step;
        ASSERT_INT(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL,
                                           (const uint8_t *)text + at, part,
                                           (uint8_t *)to, packed, size),
                   LZMA_OK);
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

static void test_streams_of_any_size_read_as_one_text(void **state)
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

static void test_zeros_that_fill_up_a_block_are_skipped(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    size_t packed;
    char *bytes = pack("a\nb\n", 4, 4, &packed);

    (void)state;
    /* As many as a multiple of 4, says the format; `pack` left room. */
    ASSERT_INT(read_lines(bytes, packed + 8, "a\nb\n", &err), 2);
    ASSERT_INT(err.code, PT_ERR_NONE);
    ASSERT_INT(read_lines(bytes, packed + 7, "a\nb\n", &err), 2);
    ASSERT_HAS(err.text, "the xz data are corrupt");
    pt_free(bytes);
}

/* Every line before the cut is served; the error is told where it is met. */
static void test_a_truncated_stream_is_served_up_to_its_end(void **state)
{
    static const size_t steps[] = {1 << 30, 50000};
    size_t n, packed;
    char *text = make_text(&n);

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char *bytes = pack(text, n, steps[i], &packed);
        int last = 0;
        for (size_t cut = packed / 7; cut < packed; cut += packed / 7) {
            struct pt_err err = {.code = PT_ERR_NONE};
            const int lines = read_lines(bytes, cut, text, &err);
            ASSERT_INT(err.code, PT_ERR_INPUT);
            ASSERT_HAS(err.text, "the xz data end too early (expected a whole "
                                 "file)");
            ASSERT_INT(err.line, lines + 1);
            assert_true(err.column >= 1);
            assert_true(lines > last);
            last = lines;
        }
        pt_free(bytes);
    }
    pt_free(text);
}

static void test_only_the_whole_file_is_whole(void **state)
{
    size_t packed;
    char *bytes = pack("a\nb\n", 4, 4, &packed);

    (void)state;
    for (size_t cut = 6; cut < packed; cut++) {
        struct pt_err err = {.code = PT_ERR_NONE};
        const int lines = read_lines(bytes, cut, "a\nb\n", &err);
        ASSERT_HAS(err.text, "the xz data end too early");
        ASSERT_INT(err.line, lines + 1);
        assert_true(lines <= 2 && err.column <= 2);
    }
    pt_free(bytes);
}

static void test_corrupt_data_are_an_error_with_its_line(void **state)
{
    size_t n, packed, small;
    char *text = make_text(&n);
    char *bytes = pack(text, n, 50000, &packed);
    struct pt_err err = {.code = PT_ERR_NONE};

    (void)state;
    size_t at = packed / 2;
    while (memcmp(bytes + at, "7zXZ", 4) != 0)
        at++;
    bytes[at] = 'x';
    const int lines = read_lines(bytes, packed, text, &err);
    ASSERT_HAS(err.text, "the xz data are corrupt (expected a whole file)");
    ASSERT_INT(err.line, lines + 1);
    assert_true(lines > LINES / 4 && lines < LINES * 3 / 4);
    pt_free(bytes);
    pt_free(text);

    err = (struct pt_err){.code = PT_ERR_NONE};
    bytes = pack("a\nb\n", 4, 4, &small);
    memcpy(bytes + small, "this is rubbish", 16);
    ASSERT_INT(read_lines(bytes, small + 16, "a\nb\n", &err), 2);
    ASSERT_HAS(err.text, "the xz data are corrupt");
    ASSERT_INT(err.line, 3);
    pt_free(bytes);
}

static void test_data_that_need_too_much_memory_are_refused(void **state)
{
    lzma_options_lzma options;
    const lzma_filter filters[] = {
        {.id = LZMA_FILTER_LZMA2, .options = &options},
        {.id = LZMA_VLI_UNKNOWN}};
    struct pt_err err = {.code = PT_ERR_NONE};
    const size_t size = 1000;
    uint8_t *bytes = pt_alloc(size, 1);
    size_t n = 0;

    (void)state;
    lzma_lzma_preset(&options, 0);
    options.dict_size = 1u << 20;
    ASSERT_INT(lzma_stream_buffer_encode(
                   (lzma_filter *)filters, LZMA_CHECK_CRC32, NULL,
                   (const uint8_t *)"a\nb\n", 4, bytes, &n, size),
               LZMA_OK);
    ASSERT_INT(read_lines((const char *)bytes, n, "a\nb\n", &err), 2);
    ASSERT_INT(err.code, PT_ERR_NONE);
    /* The block's header: its size, flags, both sizes, the filter, the size of
     * its properties, the properties (the dictionary's size, coded), padding,
     * and a checksum. */
    const size_t length = 4 * (bytes[12] + (size_t)1) - 4;
    ASSERT_INT(bytes[16], LZMA_FILTER_LZMA2);
    bytes[18] = 38; /* 2 GiB */
    const uint32_t sum = lzma_crc32(bytes + 12, length, 0);
    for (size_t i = 0; i < 4; i++)
        bytes[12 + length + i] = (uint8_t)(sum >> (8 * i));
    ASSERT_INT(read_lines((const char *)bytes, n, "", &err), 0);
    ASSERT_TEXT(err.text, "the xz data need too much memory (expected at most "
                          "256 MiB)");
    pt_free(bytes);
}

static void test_the_whole_text_is_had_at_once(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_lines lines;
    char digest[PT_DIGEST_TEXT];
    size_t size, packed, n;
    char *text = make_text(&size), *bytes = pack(text, size, 70000, &packed);
    char *whole;

    (void)state;
    ASSERT_INT(pt_lines_open_bytes(&lines, "packed", bytes, packed, &err), 0);
    ASSERT_INT(pt_lines_whole(&lines, size, &whole, &n, &err), 0);
    ASSERT_INT(n, size);
    assert_memory_equal(whole, text, size);
    pt_digest_of(bytes, packed, digest);
    ASSERT_TEXT(lines.digest, digest);
    ASSERT_INT(lines.bytes, packed);
    pt_free(whole);
    pt_lines_close(&lines);

    ASSERT_INT(pt_lines_open_bytes(&lines, "packed", bytes, packed, &err), 0);
    ASSERT_INT(pt_lines_whole(&lines, size - 1, &whole, &n, &err), -1);
    ASSERT_HAS(err.text, "too much text (expected at most");
    pt_lines_close(&lines);
    pt_free(bytes);
    pt_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams_of_any_size_read_as_one_text),
        cmocka_unit_test(test_zeros_that_fill_up_a_block_are_skipped),
        cmocka_unit_test(test_a_truncated_stream_is_served_up_to_its_end),
        cmocka_unit_test(test_only_the_whole_file_is_whole),
        cmocka_unit_test(test_corrupt_data_are_an_error_with_its_line),
        cmocka_unit_test(test_data_that_need_too_much_memory_are_refused),
        cmocka_unit_test(test_the_whole_text_is_had_at_once),
    };

    return cmocka_run_group_tests_name("text xz", tests, NULL, NULL) != 0;
}
