/* Lines of files that are packed with xz. */
#include "tests/unit/packed_lines.h"

#include <lzma.h>

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

static void test_streams_of_any_size_read_as_one_text(void **state)
{
    (void)state;
    check_any_size(pack);
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

static void test_a_truncated_stream_is_served_up_to_its_end(void **state)
{
    const char why[] = "the xz data end too early (expected a whole file)";

    (void)state;
    check_truncated(pack, 1 << 30, why);
    check_truncated(pack, 50000, why);
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
    struct pt_err err = {.code = PT_ERR_NONE};
    size_t small;

    (void)state;
    check_corrupt(pack, "7zXZ",
                  "the xz data are corrupt (expected a whole file)");
    char *bytes = pack("a\nb\n", 4, 4, &small);
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
    size_t size, packed;
    char *text = make_text(&size), *bytes = pack(text, size, 70000, &packed);

    (void)state;
    check_whole(pack);
    refuses(bytes, packed, size - 1, "too much text (expected at most");
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

    return cmocka_run_group_tests_name("lines xz", tests, NULL, NULL) != 0;
}
