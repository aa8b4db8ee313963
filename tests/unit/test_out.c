#include "tests/unit/check.h"
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sink/out.h"

/* An empty folder of the test's own, and a path in it. */
struct place {
    char folder[200];
    char path[256];
    char partial[264];
};

static void make_place(struct place *place)
{
    const char *root = getenv("TMPDIR");

    snprintf(place->folder, sizeof place->folder, "%s/protium-XXXXXX",
             root ? root : "/tmp");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof place->path, "%s/x.csv", place->folder);
    snprintf(place->partial, sizeof place->partial, "%s.tmp", place->path);
}

static bool is_there(const char *path)
{
    struct stat found;

    return lstat(path, &found) == 0;
}

/* Fails unless the folder is empty but for what was asked for. */
static void remove_place(const struct place *place)
{
    unlink(place->path);
    if (rmdir(place->folder) != 0)
        print_error("%s: %s\n", place->folder, strerror(errno));
    assert_false(is_there(place->folder));
}

static void read_back(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    size_t n = fread(text, 1, size - 1, file);
    text[n] = '\0';
    fclose(file);
}

static void test_a_committed_file_is_whole_and_has_its_digest(void **state)
{
    struct place place;
    struct pt_out out;
    struct pt_err err = {.line = 0};
    char hex[PT_DIGEST_TEXT], text[64];

    (void)state;
    make_place(&place);
    ASSERT_INT(pt_out_open(&out, place.path, &err), 0);
    pt_out_text(&out, "ab");
    assert_false(is_there(place.path));
    pt_out_char(&out, 'c');
    ASSERT_INT(pt_out_commit(&out, hex, &err), 0);
    ASSERT_INT(out.bytes, 3);
    ASSERT_TEXT(hex, "ba7816bf8f01cfea414140de5dae2223"
                     "b00361a396177a9cb410ff61f20015ad");
    read_back(place.path, text, sizeof text);
    ASSERT_TEXT(text, "abc");
    assert_false(is_there(place.partial));
    pt_digest_of("abc", 3, hex);
    assert_true(strncmp(hex, "ba7816bf", 8) == 0);
    remove_place(&place);
}

static void test_a_digest_needs_no_file(void **state)
{
    struct pt_out out;
    struct pt_err err = {.line = 0};
    char hex[PT_DIGEST_TEXT];

    (void)state;
    ASSERT_INT(pt_out_open(&out, NULL, &err), 0);
    for (int i = 0; i < 1000000; i++)
        pt_out_char(&out, 'a');
    ASSERT_INT(pt_out_commit(&out, hex, &err), 0);
    ASSERT_INT(out.bytes, 1000000);
    ASSERT_TEXT(hex, "cdc76e5c9914fb9281a1c7e284d73e67"
                     "f1809a48a497200e046d39ccc7112cd0");
}

static void test_bytes_longer_than_the_buffer_pass_unharmed(void **state)
{
    const size_t n = 3 * PT_OUT_BUFFER + 17;
    char *bytes = malloc(n);
    char whole[PT_DIGEST_TEXT], hex[PT_DIGEST_TEXT];
    struct place place;
    struct pt_out out;
    struct pt_err err = {.line = 0};
    struct stat found;

    (void)state;
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(i * i >> 7);
    pt_digest_of(bytes, n, whole);
    make_place(&place);
    ASSERT_INT(pt_out_open(&out, place.path, &err), 0);
    pt_out_bytes(&out, bytes, 5);
    pt_out_bytes(&out, bytes + 5, n - 5);
    ASSERT_INT(pt_out_commit(&out, hex, &err), 0);
    ASSERT_TEXT(hex, whole);
    ASSERT_INT(stat(place.path, &found), 0);
    ASSERT_INT(found.st_size, n);
    remove_place(&place);
    free(bytes);
}

static void test_an_abandoned_file_leaves_nothing(void **state)
{
    struct place place;
    struct pt_out out = {.fd = 0};
    struct pt_err err = {.line = 0};

    (void)state;
    pt_out_abandon(&out);
    make_place(&place);
    ASSERT_INT(pt_out_open(&out, place.path, &err), 0);
    pt_out_text(&out, "never seen");
    pt_out_flush(&out);
    assert_true(is_there(place.partial));
    pt_out_abandon(&out);
    pt_out_abandon(&out);
    assert_false(is_there(place.path));
    remove_place(&place);
}

static void test_a_full_disk_is_told_at_commit_and_leaves_nothing(void **state)
{
    struct place place;
    struct pt_out out;
    struct pt_err err = {.line = 0};

    (void)state;
    make_place(&place);
    if (!is_there("/dev/full")) {
        print_message("SKIPPED (no full device)\n");
        remove_place(&place);
        skip();
    }
    ASSERT_INT(symlink("/dev/full", place.partial), 0);
    ASSERT_INT(pt_out_open(&out, place.path, &err), 0);
    for (size_t i = 0; i < 2 * PT_OUT_BUFFER; i++)
        pt_out_char(&out, 'x');
    ASSERT_INT(pt_out_commit(&out, NULL, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INTERNAL);
    ASSERT_TEXT(err.file, place.path);
    ASSERT_HAS(err.text, strerror(ENOSPC));
    assert_false(is_there(place.partial));
    assert_false(is_there(place.path));
    remove_place(&place);
}

static void test_a_file_that_was_there_survives_a_failure(void **state)
{
    struct place place;
    struct pt_out out;
    struct pt_err err = {.line = 0};
    char text[16];

    (void)state;
    make_place(&place);
    for (int round = 0; round < 2; round++) {
        ASSERT_INT(pt_out_open(&out, place.path, &err), 0);
        pt_out_text(&out, round == 0 ? "old" : "new");
        if (round == 0)
            ASSERT_INT(pt_out_commit(&out, NULL, &err), 0);
        else
            pt_out_abandon(&out);
    }
    read_back(place.path, text, sizeof text);
    ASSERT_TEXT(text, "old");
    remove_place(&place);
}

static void test_a_missing_folder_is_told_at_once(void **state)
{
    struct pt_out out;
    struct pt_err err = {.line = 0};

    (void)state;
    ASSERT_INT(pt_out_open(&out, "no-such-folder/x.csv", &err), -1);
    ASSERT_INT(err.code, PT_ERR_INTERNAL);
    ASSERT_TEXT(err.file, "no-such-folder/x.csv");
    ASSERT_HAS(err.text, strerror(ENOENT));
    pt_out_abandon(&out);
}

static void test_a_device_stays_a_device(void **state)
{
    struct pt_out out;
    struct pt_err err = {.line = 0};
    struct stat found;

    (void)state;
    ASSERT_INT(pt_out_open(&out, "/dev/null", &err), 0);
    pt_out_text(&out, "gone");
    ASSERT_INT(pt_out_commit(&out, NULL, &err), 0);
    ASSERT_INT(stat("/dev/null", &found), 0);
    assert_true(S_ISCHR(found.st_mode));
}

static void test_an_attached_stream_stays_open(void **state)
{
    int ends[2];
    struct pt_out out;
    struct pt_err err = {.line = 0};
    char text[8] = "";

    (void)state;
    ASSERT_INT(pipe(ends), 0);
    pt_out_attach(&out, ends[1]);
    pt_out_text(&out, "hello");
    ASSERT_INT(pt_out_commit(&out, NULL, &err), 0);
    ASSERT_INT(write(ends[1], "!", 1), 1);
    ASSERT_INT(read(ends[0], text, 7), 6);
    ASSERT_TEXT(text, "hello!");
    close(ends[0]);
    close(ends[1]);
}

static void
test_values_and_texts_are_written_as_csv_and_json_want_them(void **state)
{
    struct place place;
    struct pt_out out;
    struct pt_err err = {.line = 0};
    char text[256];

    (void)state;
    make_place(&place);
    ASSERT_INT(pt_out_open(&out, place.path, &err), 0);
    pt_out_int(&out, INT64_MIN);
    pt_out_char(&out, ' ');
    pt_out_time(&out, -1500000);
    pt_out_char(&out, ' ');
    pt_out_real(&out, 0.1);
    pt_out_char(&out, ' ');
    pt_out_csv_text(&out, "plain text");
    pt_out_char(&out, ' ');
    pt_out_csv_text(&out, "a,\"b\"");
    pt_out_char(&out, ' ');
    pt_out_json_text(&out, "q\" b\\ n\n u\xc3\xa9 bad\xff\xe2\x82");
    ASSERT_INT(pt_out_commit(&out, NULL, &err), 0);
    read_back(place.path, text, sizeof text);
    ASSERT_TEXT(text, "-9223372036854775808 -1.5 0.1 plain text "
                      "\"a,\"\"b\"\"\" "
                      "\"q\\\" b\\\\ n\\u000a u\xc3\xa9 bad\\ufffd\\ufffd"
                      "\\ufffd\"");
    remove_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_committed_file_is_whole_and_has_its_digest),
        cmocka_unit_test(test_a_digest_needs_no_file),
        cmocka_unit_test(test_bytes_longer_than_the_buffer_pass_unharmed),
        cmocka_unit_test(test_an_abandoned_file_leaves_nothing),
        cmocka_unit_test(test_a_full_disk_is_told_at_commit_and_leaves_nothing),
        cmocka_unit_test(test_a_file_that_was_there_survives_a_failure),
        cmocka_unit_test(test_a_missing_folder_is_told_at_once),
        cmocka_unit_test(test_a_device_stays_a_device),
        cmocka_unit_test(test_an_attached_stream_stays_open),
        cmocka_unit_test(
            test_values_and_texts_are_written_as_csv_and_json_want_them),
    };

    return cmocka_run_group_tests_name("out", tests, NULL, NULL) != 0;
}
