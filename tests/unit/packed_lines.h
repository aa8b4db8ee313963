/* packed_lines.h - lines of files that are packed, by whatever packs. */
#ifndef PT_TESTS_UNIT_PACKED_LINES_H
#define PT_TESTS_UNIT_PACKED_LINES_H

#include "base/alloc.h"
#include "base/random.h"
#include "sink/out.h"
#include "tests/unit/check.h"
#include "traces/text.h"

#define SEED  UINT64_C(20240229)
#define LINES 20000

/* TEXT [N] in parts of STEP bytes, each packed by itself; the caller frees. */
typedef char *packer(const char *text, size_t n, size_t step, size_t *packed);

/* Lines of random digits, some of them long; they fill several buffers. */
static inline char *make_text(size_t *n)
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

/* Reads PACKED [SIZE], whose lines are those of TEXT; returns how many, and
 * what went wrong, if anything. */
static inline int read_lines(const char *packed, size_t size, const char *text,
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

static inline void check_any_size(packer *pack)
{
    static const size_t steps[] = {1 << 30, 1 << 18, 65536, 10007};
    size_t n, packed;
    char *text = make_text(&n);

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

/* Every line before the cut is served; the error is told where it is met. */
static inline void check_truncated(packer *pack, size_t step, const char *why)
{
    size_t n, packed;
    char *text = make_text(&n);
    char *bytes = pack(text, n, step, &packed);
    int last = 0;

    for (size_t cut = packed / 7; cut < packed; cut += packed / 7) {
        struct pt_err err = {.code = PT_ERR_NONE};
        const int lines = read_lines(bytes, cut, text, &err);
        ASSERT_INT(err.code, PT_ERR_INPUT);
        ASSERT_HAS(err.text, why);
        ASSERT_INT(err.line, lines + 1);
        assert_true(err.column >= 1);
        assert_true(lines > last);
        last = lines;
    }
    pt_free(bytes);
    pt_free(text);
}

/* The part in the middle, which begins with MAGIC, is broken. */
static inline void check_corrupt(packer *pack, const char *magic,
                                 const char *why)
{
    size_t n, packed;
    char *text = make_text(&n);
    char *bytes = pack(text, n, 50000, &packed);
    struct pt_err err = {.code = PT_ERR_NONE};
    size_t at = packed / 2;

    while (memcmp(bytes + at, magic, strlen(magic)) != 0)
        at++;
    bytes[at] = 'x';
    const int lines = read_lines(bytes, packed, text, &err);
    ASSERT_HAS(err.text, why);
    ASSERT_INT(err.line, lines + 1);
    assert_true(lines > LINES / 4 && lines < LINES * 3 / 4);
    pt_free(bytes);
    pt_free(text);
}

static inline void check_whole(packer *pack)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_lines lines;
    char digest[PT_DIGEST_TEXT];
    size_t size, packed, n;
    char *text = make_text(&size), *bytes = pack(text, size, 70000, &packed);
    char *whole;

    ASSERT_INT(pt_lines_open_bytes(&lines, "packed", bytes, packed, &err), 0);
    ASSERT_INT(pt_lines_whole(&lines, size, &whole, &n, &err), 0);
    ASSERT_INT(n, size);
    assert_memory_equal(whole, text, size);
    ASSERT_INT(whole[n], 0);
    pt_digest_of(bytes, packed, digest);
    ASSERT_TEXT(lines.digest, digest);
    ASSERT_INT(lines.bytes, packed);
    pt_free(whole);
    pt_lines_close(&lines);
    pt_free(bytes);
    pt_free(text);
}

/* What reading BYTES [N], at most MAX of them, as one text is refused with. */
static inline void refuses(const char *bytes, size_t n, size_t max,
                           const char *why)
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

#endif
