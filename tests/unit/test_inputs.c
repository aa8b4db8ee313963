/* The digests of what a study reads. */
#include "experiments/inputs.h"
#include "base/text.h"
#include "experiments/study.h"
#include "run.h"
#include "tests/unit/results_folder.h"

/* Of FIPS 180-4's example, "abc". */
#define ABC   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* The digest of DIR/NAME, by one who has not read it before. */
static void digest(const struct place *place, const char *name,
                   char text[PT_DIGEST_TEXT])
{
    struct pt_inputs inputs = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    char *path = pt_results_path(place->dir, name);

    ASSERT_INT(pt_inputs_digest(&inputs, path, text, &err), 0);
    ASSERT_INT(inputs.n, 1);
    pt_inputs_fini(&inputs);
    ASSERT_INT(inputs.n, 0);
    pt_free(path);
}

static void assert_changed(const struct place *place,
                           char before[PT_DIGEST_TEXT])
{
    char now[PT_DIGEST_TEXT];

    digest(place, "log", now);
    assert_string_not_equal(now, before);
    pt_text_copy(before, PT_DIGEST_TEXT, now);
}

static void test_a_files_digest_is_that_of_its_bytes(void **state)
{
    struct place place;
    char text[PT_DIGEST_TEXT];

    (void)state;
    make_place(&place);
    put(&place, "abc", "abc");
    digest(&place, "abc", text);
    ASSERT_TEXT(text, ABC);
    put(&place, "empty", "");
    digest(&place, "empty", text);
    ASSERT_TEXT(text, EMPTY);
    remove_all(place.dir);
}

/* A million letters "a", FIPS 180-4's third example: many buffers. */
static void test_long_files_are_read_whole(void **state)
{
    struct place place;
    char text[PT_DIGEST_TEXT];
    FILE *stream;

    (void)state;
    make_place(&place);
    stream = create(&place, "long");
    for (int i = 0; i < 1000000; i++)
        fputc('a', stream);
    fclose(stream);
    digest(&place, "long", text);
    ASSERT_TEXT(text, "cdc76e5c9914fb9281a1c7e284d73e67"
                      "f1809a48a497200e046d39ccc7112cd0");
    remove_all(place.dir);
}

static void test_a_file_is_read_once(void **state)
{
    struct pt_inputs inputs = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct place place;
    char text[PT_DIGEST_TEXT], *path;

    (void)state;
    make_place(&place);
    put(&place, "abc", "abc");
    path = pt_results_path(place.dir, "abc");
    for (int i = 0; i < 3; i++) {
        ASSERT_INT(pt_inputs_digest(&inputs, path, text, &err), 0);
        ASSERT_TEXT(text, ABC);
        ASSERT_INT(inputs.n, 1);
        put(&place, "abc", "something else");
    }
    pt_inputs_fini(&inputs);
    pt_free(path);
    remove_all(place.dir);
}

static void test_a_folders_digest_is_that_of_all_in_it(void **state)
{
    struct place place;
    char first[PT_DIGEST_TEXT], now[PT_DIGEST_TEXT];
    char *from, *to;

    (void)state;
    make_place(&place);
    put(&place, "log/b", "2");
    put(&place, "log/a", "1");
    put(&place, "twin/a", "1");
    put(&place, "twin/b", "2");
    digest(&place, "log", first);
    digest(&place, "twin", now);
    ASSERT_TEXT(now, first);
    put(&place, "log/b", "3");
    assert_changed(&place, first);
    put(&place, "log/c", "");
    assert_changed(&place, first);
    from = pt_results_path(place.dir, "log/c");
    to = pt_results_path(place.dir, "log/d");
    ASSERT_INT(rename(from, to), 0);
    assert_changed(&place, first);
    put(&place, "log/sub/a", "1");
    assert_changed(&place, first);
    put(&place, "log/sub/a", "2");
    assert_changed(&place, first);
    pt_free(from);
    pt_free(to);
    remove_all(place.dir);
}

static void test_what_cannot_be_read_is_told(void **state)
{
    struct pt_inputs inputs = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    char text[PT_DIGEST_TEXT];

    (void)state;
    ASSERT_INT(pt_inputs_digest(&inputs, "no/such.swf", text, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_TEXT(err.file, "no/such.swf");
    ASSERT_HAS(err.text, "cannot be read: No such file");
    ASSERT_INT(inputs.n, 0);
    pt_inputs_fini(&inputs);
}

/* What a run reads: the trace NAME unless that is NULL, and of FAILURES, which
 * end with f.csv if they are to read it. */
static void digest_run(const struct place *place, const char *name,
                       const char *failures, char text[PT_DIGEST_TEXT])
{
    static const char reads[] = "trace:file=";
    const size_t n = strlen(failures), m = strlen(reads);
    const bool file = n >= m && strcmp(failures + n - m, reads) == 0;
    struct pt_inputs inputs = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_study study;
    struct pt_run run;
    char pair[600];

    pt_study_init(&study);
    snprintf(pair, sizeof pair, "failures=%s%s%s", failures,
             file ? place->dir : "", file ? "/f.csv" : "");
    if (pt_study_set(&study, pair, &err) < 0)
        fail_msg("%s: %s", pair, err.text);
    run = (struct pt_run){.settings = study.settings};
    char *path = name ? pt_results_path(place->dir, name) : NULL;
    run.path = path;
    if (pt_inputs_of(&inputs, &run, text, &err) < 0)
        fail_msg("%s: %s", pair, err.text);
    pt_inputs_fini(&inputs);
    pt_free(path);
    pt_study_fini(&study);
}

static void test_all_that_a_run_reads_counts(void **state)
{
    struct place place;
    char trace[PT_DIGEST_TEXT], both[PT_DIGEST_TEXT], text[PT_DIGEST_TEXT];

    (void)state;
    make_place(&place);
    put(&place, "t.swf", "abc");
    put(&place, "f.csv", "node,down,up,cause\n0,1,2,x\n");
    digest_run(&place, NULL, "none", text);
    ASSERT_TEXT(text, "");
    digest_run(&place, NULL, "nodes:mtbf=5d", text);
    ASSERT_TEXT(text, "");
    digest_run(&place, "t.swf", "none", trace);
    ASSERT_TEXT(trace, ABC);
    digest_run(&place, "t.swf", "nodes:mtbf=5d", text);
    ASSERT_TEXT(text, ABC);
    digest_run(&place, "t.swf", "trace:file=", both);
    assert_string_not_equal(both, trace);
    digest_run(&place, NULL, "trace:file=", text);
    assert_string_not_equal(text, trace);
    assert_string_not_equal(text, both);
    digest_run(&place, "t.swf", "nodes:mtbf=5d+trace:file=", text);
    ASSERT_TEXT(text, both);
    put(&place, "f.csv", "node,down,up,cause\n0,1,3,x\n");
    digest_run(&place, "t.swf", "trace:file=", text);
    assert_string_not_equal(text, both);
    remove_all(place.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_files_digest_is_that_of_its_bytes),
        cmocka_unit_test(test_long_files_are_read_whole),
        cmocka_unit_test(test_a_file_is_read_once),
        cmocka_unit_test(test_a_folders_digest_is_that_of_all_in_it),
        cmocka_unit_test(test_what_cannot_be_read_is_told),
        cmocka_unit_test(test_all_that_a_run_reads_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
