/* The SWF reader: syntax, files, and the real traces' numbers. */
#include "tests/unit/swf_reading.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Folder for files; made and removed by the group. */
struct folder {
    char path[64];
    char file[80]; /* the only one in it */
};

static int make_folder(void **state)
{
    struct folder *folder = pt_alloc(1, sizeof *folder);
    const char *base = getenv("TMPDIR");

    snprintf(folder->path, sizeof folder->path, "%.40s/pt-swf-XXXXXX",
             base ? base : "/tmp");
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->file, sizeof folder->file, "%s/t", folder->path);
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;

    unlink(folder->file);
    rmdir(folder->path);
    pt_free(folder);
    return 0;
}

/* Writes BYTES [N] to the folder's only file, and gives its path. */
static const char *put(void **state, const void *bytes, size_t n)
{
    const struct folder *folder = *state;
    FILE *file = fopen(folder->file, "wb");

    assert_non_null(file);
    assert_true(fwrite(bytes, 1, n, file) == n);
    assert_int_equal(fclose(file), 0);
    return folder->file;
}

/* TEXT [N], gzipped, into ZIPPED [SIZE]; its length. */
static size_t zip(const char *text, size_t n, unsigned char *zipped,
                  size_t size)
{
    z_stream z = {.next_in = (z_const Bytef *)text, .avail_in = (uInt)n};

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, 0), Z_OK);
    z.next_out = zipped;
    z.avail_out = (uInt)size;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return size - z.avail_out;
}

/* N rows of uneven length, submitted at 1, 2, ...; on the heap. */
static char *many_rows(int n, size_t *length)
{
    char *text = pt_alloc((size_t)n + 1, 160);
    size_t at = (size_t)sprintf(text, MAX_PROCS);

    for (int i = 1; i <= n; i++)
        at += (size_t)sprintf(text + at,
                              "%d %d -1 %d.25 4 -1 -1 4 %*d -1 1 5 6 -1 7 -1 "
                              "-1 -1%s\n",
                              i, i, i % 977, i % 53 + 4, 1000,
                              i % 3 == 0 ? "\r" : "");
    *length = at;
    return text;
}

static void assert_many_rows(const struct seen *seen, int n)
{
    ASSERT_INT(seen->status, 0);
    ASSERT_INT(seen->n, n);
    for (int i = 0; i < n; i++) {
        ASSERT_INT(seen->jobs[i].job.id, i + 1);
        ASSERT_INT(seen->jobs[i].job.submit, (i + 1) * PT_SECOND);
        ASSERT_INT(seen->jobs[i].truth.length,
                   (i + 1) % 977 * PT_SECOND + 250000);
    }
}

static void test_a_row_becomes_a_gang_of_single_cores(void **state)
{
    struct seen *seen = see_text(
        MAX_PROCS ROW("17", "12.5", "60", "4", "8", "90", "1"), &as_it_is);
    const struct seen_job *job = &seen->jobs[0];

    (void)state;
    ASSERT_INT(seen->status, 0);
    ASSERT_INT(seen->n, 1);
    ASSERT_INT(job->job.id, 17);
    ASSERT_INT(job->job.submit, 12500000);
    ASSERT_INT(job->job.user, 5);
    ASSERT_INT(job->job.group, 6);
    ASSERT_INT(job->job.queue, 7);
    ASSERT_INT(job->stage.ntasks, 8);
    ASSERT_INT(job->stage.mode, PT_GANG);
    ASSERT_INT(job->stage.need.amount[PT_CORES], 1000);
    ASSERT_INT(job->stage.need.amount[PT_GPUS], 0);
    ASSERT_INT(job->stage.need.amount[PT_MEMORY], 0);
    ASSERT_INT(job->stage.limit, 90 * PT_SECOND);
    ASSERT_INT(job->truth.length, 60 * PT_SECOND);
    assert_null(job->truth.task);
    ASSERT_INT(job->truth.outcome, PT_SUCCESS);
    forget(seen);
}

static void test_numbers_may_be_written_in_many_ways(void **state)
{
    struct seen *seen = see_text(
        MAX_PROCS "\t1  0.000001 -1.00 6e1\t3.0 12.5 1e3 +4 90.0000 -1.0 1 05 "
                  "1234567890123456789 -1 -1 -1 -1 -1  \t\n",
        &as_it_is);

    (void)state;
    ASSERT_TEXT(seen->message, "");
    ASSERT_INT(seen->n, 1);
    ASSERT_INT(seen->jobs[0].job.submit, 1);
    ASSERT_INT(seen->jobs[0].truth.length, 60 * PT_SECOND);
    ASSERT_INT(seen->jobs[0].stage.ntasks, 4);
    ASSERT_INT(seen->jobs[0].job.user, 5);
    ASSERT_INT(seen->jobs[0].job.group, 1234567890123456789);
    ASSERT_INT(seen->jobs[0].job.queue, -1);
    forget(seen);
}

static void test_the_header_is_read_with_all_its_looseness(void **state)
{
    struct seen *seen =
        see_text(";Version: 2.2\n  ;   computer :  A machine  \n"
                 "; Computer: another\n;MaxProcs:338 (batch partition; 512)\n"
                 "; MaxProcs: 100\n; MaxNodes: N/A\n; MaxNodes: 70  (dual)\n"
                 ";  UnixStartTime :  843480031\n; MaxRuntime: 3600\n"
                 "; Note: MaxProcs: 9\n;\n; no label\n;:\n"
                 "; Information: http://one/\n;              http://two/\n"
                 "; Acknowledge: Somebody\n" PLAIN_ROW("1", "0"),
                 &as_it_is);

    (void)state;
    ASSERT_INT(seen->status, 0);
    ASSERT_INT(seen->machine.processors, 338);
    ASSERT_INT(seen->machine.nodes, 70);
    ASSERT_INT(seen->machine.unix_start, 843480031);
    ASSERT_INT(seen->header.max_runtime, 3600 * PT_SECOND);
    ASSERT_TEXT(seen->header.version, "2.2");
    ASSERT_TEXT(seen->header.computer, "A machine");
    ASSERT_TEXT(seen->header.acknowledge, "Somebody");
    forget(seen);
}

static void test_comments_and_empty_lines_may_stand_anywhere(void **state)
{
    struct seen *seen = see_text(
        "\n" MAX_PROCS "\n" PLAIN_ROW("1", "0") "; MaxProcs: 7\n\t \n;\n" //
        PLAIN_ROW("2", "1") " ; the end",
        &as_it_is);

    (void)state;
    ASSERT_INT(seen->status, 0);
    ASSERT_INT(seen->n, 2);
    ASSERT_INT(seen->rows, 2);
    ASSERT_INT(seen->machine.processors, 100);
    forget(seen);
}

static void test_line_ends_of_all_kinds_are_fine(void **state)
{
    const char *text = "; MaxProcs: 100\r\n"
                       "1 0 -1 60 4 -1 -1 4 90 -1 1 5 6 -1 7 -1 -1 -1\r\n"
                       "\r\n"
                       "2 0 -1 60 4 -1 -1 4 90 -1 1 5 6 -1 7 -1 -1 -1";
    struct seen *seen = see_text(text, &as_it_is);

    (void)state;
    ASSERT_TEXT(seen->message, "");
    ASSERT_INT(seen->n, 2);
    ASSERT_INT(seen->machine.processors, 100);
    forget(seen);
}

static void test_a_byte_order_mark_is_skipped_and_counted(void **state)
{
    struct seen *seen =
        see_text("\xef\xbb\xbf" MAX_PROCS PLAIN_ROW("1", "0"), &as_it_is);

    (void)state;
    ASSERT_INT(seen->n, 1);
    ASSERT_INT(rule(seen, "byte-order-mark"), 1);
    assert_sums(seen);
    forget(seen);

    struct pt_reading given = {.scale = 1, .processors = 8};
    seen = see_text("\xef\xbb\xbf" PLAIN_ROW("1", "0"), &given);
    ASSERT_INT(seen->n, 1);
    ASSERT_INT(rule(seen, "byte-order-mark"), 1);
    forget(seen);
}

static void test_columns_beyond_the_18th_are_ignored_and_counted(void **state)
{
    struct seen *seen = see_text(
        MAX_PROCS PLAIN_ROW(
            "1",
            "0") "2 0 -1 60 4 -1 -1 4 90 -1 1 5 6 -1 7 -1 -1 -1 19 twenty\n",
        &as_it_is);

    (void)state;
    ASSERT_INT(seen->n, 2);
    ASSERT_INT(rule(seen, "extra-columns"), 1);
    assert_sums(seen);
    forget(seen);
}

static void test_lines_reach_across_buffers(void **state)
{
    size_t length;
    char *text = many_rows(12000, &length);
    struct seen *seen = see("t.swf", text, length, &as_it_is);

    (void)state;
    assert_true(length > 3 * (1 << 18));
    assert_many_rows(seen, 12000);
    forget(seen);
    pt_free(text);
}

static void test_plain_and_gzipped_files_read_the_same(void **state)
{
    size_t length;
    char *text = many_rows(12000, &length);
    unsigned char *zipped = pt_alloc(length, 2);
    size_t half = length / 2 + 5;
    size_t n = zip(text, half, zipped, length);

    /* Two members and a filling of zeros, as tapes and appends leave them. */
    n += zip(text + half, length - half, zipped + n, length);
    struct seen *seen = see(put(state, zipped, n + 512), NULL, 0, &as_it_is);
    assert_many_rows(seen, 12000);
    ASSERT_INT(seen->bytes, n + 512);
    forget(seen);

    seen = see(put(state, text, length), NULL, 0, &as_it_is);
    assert_many_rows(seen, 12000);
    ASSERT_INT(seen->bytes, length);
    forget(seen);
    pt_free(zipped);
    pt_free(text);
}

static void sha256_of(const void *bytes, size_t n, char hex[65])
{
    struct sha256_ctx sha;
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_init(&sha);
    sha256_update(&sha, n, bytes);
    sha256_digest(&sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static void test_the_digest_is_of_the_bytes_on_the_disk(void **state)
{
    const char *text = MAX_PROCS PLAIN_ROW("1", "0");
    unsigned char zipped[512];
    size_t n = zip(text, strlen(text), zipped, sizeof zipped);
    char hex[65];

    struct seen *seen = see(put(state, zipped, n), NULL, 0, &as_it_is);
    sha256_of(zipped, n, hex);
    ASSERT_TEXT(seen->digest, hex);
    ASSERT_INT(seen->bytes, n);
    forget(seen);
    seen = see(put(state, text, strlen(text)), NULL, 0, &as_it_is);
    sha256_of(text, strlen(text), hex);
    ASSERT_TEXT(seen->digest, hex);
    forget(seen);
}

static void test_a_truncated_gzip_is_an_error_with_its_line(void **state)
{
    size_t length;
    char *text = many_rows(12000, &length);
    unsigned char *zipped = pt_alloc(length, 2);
    size_t n = zip(text, length, zipped, length);
    struct seen *seen = see(put(state, zipped, n - 9), NULL, 0, &as_it_is);

    ASSERT_INT(seen->status, -1);
    ASSERT_INT(seen->err.code, PT_ERR_INPUT);
    ASSERT_HAS(seen->message, "the gzip data end too early");
    /* Every whole line before it was served. */
    ASSERT_INT(seen->err.line, seen->n + 2);
    assert_true(seen->err.column >= 1);
    assert_true(seen->n > 11000);
    ASSERT_TEXT(seen->digest, "");
    forget(seen);

    seen = see(put(state, zipped, 6), NULL, 0, &as_it_is);
    ASSERT_HAS(seen->message, ":1:1: the gzip data end too early");
    forget(seen);
    pt_free(zipped);
    pt_free(text);
}

static void test_a_corrupt_gzip_is_an_error_with_its_line(void **state)
{
    size_t length;
    char *text = many_rows(12000, &length);
    unsigned char *zipped = pt_alloc(length, 2);
    size_t n = zip(text, length, zipped, length);

    zipped[n - 6] ^= 1; /* the checksum */
    struct seen *seen = see(put(state, zipped, n), NULL, 0, &as_it_is);
    ASSERT_INT(seen->err.code, PT_ERR_INPUT);
    ASSERT_HAS(seen->message, ":12002:1: the gzip data are corrupt");
    ASSERT_INT(seen->n, 12000);
    forget(seen);

    zipped[n - 6] ^= 1;
    memset(zipped + n / 2, 0x55, 64);
    seen = see(put(state, zipped, n), NULL, 0, &as_it_is);
    ASSERT_INT(seen->err.code, PT_ERR_INPUT);
    assert_true(seen->err.line > 1);
    forget(seen);

    n = zip(text, length, zipped, length);
    memcpy(zipped + n, "rubbish", 7);
    seen = see(put(state, zipped, n + 7), NULL, 0, &as_it_is);
    ASSERT_HAS(seen->message, ":12002:1: rubbish after the gzip data");
    forget(seen);
    pt_free(zipped);
    pt_free(text);
}

static void test_other_packings_are_told_by_name(void **state)
{
    (void)state;
    assert_bad("BZh91AY&SY", "t.swf: packed with bzip2 (expected text, gzip");
    assert_bad("\xfd"
               "7zXZ",
               "t.swf:1:1: the xz data end too early (expected a whole file)");
}

static void test_too_few_fields_are_told_at_the_lines_end(void **state)
{
    (void)state;
    assert_bad(MAX_PROCS PLAIN_ROW(
                   "1", "0") "2 0 -1 60 4 -1 -1 4 90 -1 1 5 6 -1 7 -1 -1\n",
               "t.swf:3:43: 17 fields (expected 18)");
    assert_bad(MAX_PROCS "1", "t.swf:2:2: 1 fields (expected 18)");
}

static void test_what_is_not_a_number_is_told_at_its_place(void **state)
{
    static const char *const bad[][2] = {
        {"abc", "t.swf:2:8: \"abc\" is not a number (expected one, or -1 for "
                "unknown) as field 4, run time"},
        {"6O", "t.swf:2:9: \"6O\" is not a number"},
        {"nan", "t.swf:2:8: \"nan\" is not a number"},
        {"NaN", "t.swf:2:8: \"NaN\" is not a number"},
        {"inf", "t.swf:2:8: \"inf\" is not a number"},
        {"-inf", "t.swf:2:8: \"-inf\" is not a number"},
        {"-", "t.swf:2:8: \"-\" is not a number"},
        {"0x10", "t.swf:2:9: \"0x10\" is not a number"},
        {"1;2", "t.swf:2:9: \"1;2\" is not a number"},
        {"1,5", "t.swf:2:9: \"1,5\" is not a number"},
        {"1e300", "t.swf:2:8: \"1e300\" is out of range (expected at most "
                  "9.2e12) as field 4, run time"},
        {"99999999999999", "t.swf:2:8: \"99999999999999\" is out of range"},
        {"\x1b[1m", "t.swf:2:8: \"?[1m\" is not a number"},
    };
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(text, sizeof text,
                 MAX_PROCS "1 0 -1 %s 4 -1 -1 4 90 -1 1 5 6 -1 7 -1 -1 -1\n",
                 bad[i][0]);
        assert_bad(text, bad[i][1]);
    }
}

static void test_counts_are_whole_and_in_range(void **state)
{
    (void)state;
    assert_bad(MAX_PROCS ROW("1", "0", "60", "3.5", "4", "90", "1"),
               "t.swf:2:11: \"3.5\" is not whole (expected a whole number) as "
               "field 5, allocated processors");
    assert_bad(MAX_PROCS ROW("1.5", "0", "60", "3", "4", "90", "1"),
               "t.swf:2:1: \"1.5\" is not whole");
    assert_bad(MAX_PROCS ROW("1", "0", "60", "-4", "4", "90", "1"),
               "t.swf:2:11: -4 processors (expected -1 to 2147483647)");
    assert_bad(MAX_PROCS ROW("1", "0", "60", "4", "-2", "90", "1"),
               "t.swf:2:19: -2 processors (expected -1 to 2147483647)");
    assert_bad(MAX_PROCS ROW("1", "0", "60", "4", "2147483648", "90", "1"),
               "t.swf:2:19: 2147483648 processors");
    assert_bad(
        MAX_PROCS ROW("99999999999999999999", "0", "60", "4", "4", "90", "1"),
        "t.swf:2:1: \"99999999999999999999\" is out of range");
}

static void test_a_zero_byte_is_told_at_its_place(void **state)
{
    static const char text[] = MAX_PROCS PLAIN_ROW("1", "0") "2 0\0 -1 60\n";

    (void)state;
    assert_error(text, sizeof text - 1, &as_it_is, PT_ERR_INPUT,
                 "t.swf:3:4: a zero byte (expected text)");

    size_t length;
    char *rows = many_rows(12000, &length);
    rows[length - 1] = '\0'; /* far behind the first buffer */
    struct seen *seen = see("t.swf", rows, length, &as_it_is);
    ASSERT_INT(seen->n, 11999);
    ASSERT_HAS(seen->message, "a zero byte (expected text)");
    ASSERT_INT(seen->err.line, 12001);
    forget(seen);
    pt_free(rows);
}

static void test_a_line_may_have_64_kib_and_no_more(void **state)
{
    const char *row = PLAIN_ROW("1", "0");
    size_t head = strlen(MAX_PROCS), n = head + 65537 + strlen(row);
    char *text = pt_alloc(n + 1, 1);

    (void)state;
    memcpy(text, MAX_PROCS, head);
    memset(text + head, ';', 65536);
    text[head + 65536] = '\n';
    memcpy(text + head + 65537, row, strlen(row));
    struct seen *seen = see("t.swf", text, n, &as_it_is);
    ASSERT_INT(seen->status, 0);
    ASSERT_INT(seen->n, 1);
    forget(seen);

    memcpy(text + head + 65536, ";\n", 2);
    assert_error(text, n, &as_it_is, PT_ERR_INPUT,
                 "t.swf:2:65537: the line is too long (expected at most 65536");
    pt_free(text);

    text = pt_alloc(1 << 20, 1);
    memset(text, '1', 1 << 20);
    assert_error(text, 1 << 20, &as_it_is, PT_ERR_INPUT,
                 "t.swf:1:65537: the line is too long");
    pt_free(text);
}

static void test_a_file_without_jobs_is_an_error(void **state)
{
    (void)state;
    assert_bad("", "t.swf: no jobs (expected lines of 18 numbers)");
    assert_bad(MAX_PROCS "\n;\n", "t.swf:3: no jobs");
}

static void test_a_missing_size_of_the_machine_asks_for_nodes(void **state)
{
    struct pt_reading given = {.scale = 1, .processors = 8};
    struct seen *seen = see_text(PLAIN_ROW("1", "0"), &given);

    (void)state;
    ASSERT_INT(seen->n, 1);
    ASSERT_INT(seen->machine.processors, 0);
    forget(seen);
    assert_bad("; Version: 2.2\n" PLAIN_ROW("1", "0"),
               "t.swf:2:1: the jobs begin and no header said MaxProcs "
               "(expected one, or --nodes N)");
    assert_bad("; MaxProcs: N/A\n" PLAIN_ROW("1", "0") MAX_PROCS,
               "t.swf:2:1: the jobs begin and no header said MaxProcs");
}

static void assert_bad_file(const char *path, const char *message)
{
    struct seen *seen = see(path, NULL, 0, &as_it_is);

    ASSERT_INT(seen->status, -1);
    ASSERT_INT(seen->err.code, PT_ERR_INPUT);
    ASSERT_TEXT(seen->err.file, path);
    ASSERT_HAS(seen->message, message);
    forget(seen);
}

static void test_what_cannot_be_opened_or_read_is_an_error(void **state)
{
    const struct folder *folder = *state;

    assert_bad_file(folder->path, "a directory (expected a file)");
    assert_bad_file("no/such/file.swf", "No such file or directory");
    if (access("/proc/self/mem", R_OK) == 0)
        assert_bad_file("/proc/self/mem", strerror(EIO));

    const char *path = put(state, MAX_PROCS, strlen(MAX_PROCS));
    assert_int_equal(chmod(path, 0), 0);
    if (access(path, R_OK) != 0)
        assert_bad_file(path, "Permission denied");
    else
        print_message("SKIPPED (root reads all): an unreadable file\n");
    assert_int_equal(chmod(path, 0600), 0);
}

static bool sniff(const char *path, const char *head)
{
    return pt_source_swf.sniff(path, head, strlen(head));
}

static void test_a_swf_file_is_known_by_its_name_or_its_looks(void **state)
{
    (void)state;
    assert_true(sniff("a.swf", ""));
    assert_true(sniff("a.SWF.gz", "{"));
    assert_true(sniff("a.txt", "; Version: 2.2\n"));
    assert_true(sniff("a.txt", "\xef\xbb\xbf\r\n  ;x"));
    assert_true(sniff("a", "  " PLAIN_ROW("1", "0")));
    assert_false(sniff("a", ""));
    assert_false(sniff("a.csv", "1,2,3,4,5,6,7,8,9,10,11,12\n"));
    assert_false(sniff("a.json", "[{\"status\": \"Pass\"}]"));
    assert_false(sniff("a.txt", "job submit run\n1 2 3\n"));
}

/* The numbers of the published tables' own filter. */
static void test_strict_keeps_what_the_published_tables_keep(void **state)
{
    static const struct {
        const char *file;
        int64_t processors;
        int rows, strict, none;
    } traces[] = {
        {"traces/KTH-SP2-1996-2.swf.gz", 100, 28489, 28481, 28489},
        {"traces/CTC-SP2-1996-3.1-cln.swf.gz", 338, 77222, 77199, 77222},
        {"traces/LLNL-Thunder-2007-1.1-cln.swf.gz", 0, 121039, 33416, 118791},
        {"traces/LANL-CM5-1994-4.1-cln.swf.gz", 0, 122060, 110769, 122057},
        {"traces/RICC-2010-2.swf.gz", 8192, 447794, 447782, 447794},
        {"traces/ALCF-theta_2022.swf.gz", 0, 23911, 23911, 23911},
    };

    (void)state;
    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        char path[256];
        if (!shared_path(path, sizeof path, traces[i].file))
            continue;
        struct pt_reading reading = {.processors = traces[i].processors,
                                     .scale = 1};
        struct seen *seen = see(path, NULL, 0, &reading);
        ASSERT_TEXT(seen->message, "");
        ASSERT_INT(seen->rows, traces[i].rows);
        ASSERT_INT(seen->n, traces[i].none);
        assert_sums(seen);
        forget(seen);

        reading.clean = PT_CLEAN_STRICT;
        seen = see(path, NULL, 0, &reading);
        ASSERT_INT(seen->n, traces[i].strict);
        assert_sums(seen);
        forget(seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_becomes_a_gang_of_single_cores),
        cmocka_unit_test(test_numbers_may_be_written_in_many_ways),
        cmocka_unit_test(test_the_header_is_read_with_all_its_looseness),
        cmocka_unit_test(test_comments_and_empty_lines_may_stand_anywhere),
        cmocka_unit_test(test_line_ends_of_all_kinds_are_fine),
        cmocka_unit_test(test_a_byte_order_mark_is_skipped_and_counted),
        cmocka_unit_test(test_columns_beyond_the_18th_are_ignored_and_counted),
        cmocka_unit_test(test_lines_reach_across_buffers),
        cmocka_unit_test(test_plain_and_gzipped_files_read_the_same),
        cmocka_unit_test(test_the_digest_is_of_the_bytes_on_the_disk),
        cmocka_unit_test(test_a_truncated_gzip_is_an_error_with_its_line),
        cmocka_unit_test(test_a_corrupt_gzip_is_an_error_with_its_line),
        cmocka_unit_test(test_other_packings_are_told_by_name),
        cmocka_unit_test(test_too_few_fields_are_told_at_the_lines_end),
        cmocka_unit_test(test_what_is_not_a_number_is_told_at_its_place),
        cmocka_unit_test(test_counts_are_whole_and_in_range),
        cmocka_unit_test(test_a_zero_byte_is_told_at_its_place),
        cmocka_unit_test(test_a_line_may_have_64_kib_and_no_more),
        cmocka_unit_test(test_a_file_without_jobs_is_an_error),
        cmocka_unit_test(test_a_missing_size_of_the_machine_asks_for_nodes),
        cmocka_unit_test(test_what_cannot_be_opened_or_read_is_an_error),
        cmocka_unit_test(test_a_swf_file_is_known_by_its_name_or_its_looks),
        cmocka_unit_test(test_strict_keeps_what_the_published_tables_keep),
    };

    return cmocka_run_group_tests_name("swf", tests, make_folder,
                                       remove_folder) != 0;
}
