/* The writer of pipeline documents: what it writes reads back as it was. */
#include "tests/unit/pipeline_reading.h"

#include <dirent.h>
#include <unistd.h>
#include "models/model.h"
#include "sink/out.h"
#include "traces/pipeline/write.h"

struct folder {
    char path[64];
    char file[80], again[80];
};

static int make_folder(void **state)
{
    struct folder *folder = pt_alloc(1, sizeof *folder);
    const char *base = getenv("TMPDIR");

    snprintf(folder->path, sizeof folder->path, "%.40s/pt-pipe-XXXXXX",
             base ? base : "/tmp");
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->file, sizeof folder->file, "%s/a.json", folder->path);
    snprintf(folder->again, sizeof folder->again, "%s/b.json", folder->path);
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;

    unlink(folder->file);
    unlink(folder->again);
    rmdir(folder->path);
    pt_free(folder);
    return 0;
}

/* Writes all of FROM, which is open, to PATH; the digest into HEX. */
static int64_t write_all(struct tap *from, const char *path,
                         char hex[PT_DIGEST_TEXT])
{
    struct pt_pipeline_writer writer;
    int64_t n = 0;

    ASSERT_INT(pt_pipeline_write_open(&writer, path, tap_info(from).machine,
                                      "a \"note\"", &from->err),
               0);
    while (tap_next(from) == 1) {
        ASSERT_INT(pt_pipeline_write_job(&writer, &from->work, &from->err), 0);
        n++;
    }
    ASSERT_TEXT(from->message, "");
    ASSERT_INT(pt_pipeline_write_close(&writer, hex, &from->err), 0);
    return n;
}

/* FROM was written to PATH, AGAIN is the same one opened afresh. */
static void reads_back(struct tap *again, const char *path, int64_t n,
                       const char *hex)
{
    struct tap back;

    if (tap_file(&back, path) < 0)
        fail_msg("%s", back.message);
    ASSERT_INT(same_works(&back, again), n);
    same_machine(tap_info(&back).machine, tap_info(again).machine);
    ASSERT_TEXT(tap_info(&back).digest, hex);
    tap_close(&back);
}

static void check_model(const struct folder *folder,
                        const struct pt_source *model, const char *params)
{
    char hex[PT_DIGEST_TEXT];
    struct tap from, again;

    ASSERT_INT(tap_model(&from, model, params, &plain), 0);
    ASSERT_INT(tap_model(&again, model, params, &plain), 0);
    int64_t n = write_all(&from, folder->file, hex);
    reads_back(&again, folder->file, n, hex);
    tap_close(&from);
    tap_close(&again);
}

static void test_what_models_yield_reads_back_as_it_was(void **state)
{
    check_model(*state, &pt_model_hydrogen, "jobs=200");
    check_model(*state, &pt_model_hydrogen,
                "jobs=100,gpus=4,train_gpus=0.5,train_cores=1.5,prepare=0.5,"
                "train=0.5,infer=0.3,factor=3,users=0,iterations=0,"
                "together=no,train_skew=0");
    check_model(*state, &pt_model_lublin, "jobs=300,estimate=factor");
    check_model(*state, &pt_model_poisson, "jobs=300,widths=1+4,users=3");
}

/* Every sample, hence every feature of the format. */
static void test_what_samples_yield_reads_back_as_it_was(void **state)
{
    const struct folder *folder = *state;
    DIR *samples = opendir("traces/samples");
    struct dirent *entry;
    char path[300], hex[PT_DIGEST_TEXT];
    int seen = 0;

    assert_non_null(samples);
    while ((entry = readdir(samples))) {
        struct tap from, again;
        if (!strstr(entry->d_name, ".json"))
            continue;
        snprintf(path, sizeof path, "traces/samples/%.200s", entry->d_name);
        print_message("%s\n", path);
        ASSERT_INT(tap_file(&from, path), 0);
        ASSERT_INT(tap_file(&again, path), 0);
        int64_t n = write_all(&from, folder->file, hex);
        reads_back(&again, folder->file, n, hex);
        tap_close(&from);
        tap_close(&again);
        seen++;
    }
    closedir(samples);
    assert_true(seen >= 15);
}

static void test_the_same_jobs_make_the_same_bytes(void **state)
{
    const struct folder *folder = *state;
    char one[PT_DIGEST_TEXT], two[PT_DIGEST_TEXT];

    for (int i = 0; i < 2; i++) {
        struct tap tap;
        ASSERT_INT(tap_model(&tap, &pt_model_hydrogen, "jobs=50", &plain), 0);
        write_all(&tap, i == 0 ? folder->file : folder->again,
                  i == 0 ? one : two);
        tap_close(&tap);
    }
    ASSERT_TEXT(one, two);
}

static void test_a_written_document_is_easy_to_read(void **state)
{
    const struct folder *folder = *state;
    char text[2048];
    struct tap tap;

    ASSERT_INT(tap_text(&tap,
                        DOC("\"machine\": {\"nodes\": [{\"count\": 2, "
                            "\"cores\": 4}]}, \"jobs\": [{\"user\": 3, "
                            "\"stages\": [{\"id\": \"a\", \"tasks\": 2, "
                            "\"length\": 1.5}, {\"after\": \"a\", \"mode\": "
                            "\"gang\", \"tasks\": 2, \"cores\": 0.5, "
                            "\"length\": [2, 3], \"limit\": \"1m\"}]}]"),
                        &plain),
               0);
    write_all(&tap, folder->file, NULL);
    tap_close(&tap);
    FILE *file = fopen(folder->file, "rb");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    ASSERT_TEXT(text,
                "{\n"
                "  \"schema\": \"protium.pipeline/1\",\n"
                "  \"note\": \"a \\\"note\\\"\",\n"
                "  \"machine\": {\"nodes\": [\n"
                "    {\"count\": 2, \"cores\": 4}\n"
                "  ]},\n"
                "  \"jobs\": [\n"
                "    {\"id\": 1, \"user\": 3, \"submit\": 0, \"stages\": "
                "[{\"id\": 0, \"tasks\": 2, \"length\": 1.5, \"limit\": 1.5}, "
                "{\"id\": 1, \"mode\": \"gang\", \"tasks\": 2, \"cores\": 0.5, "
                "\"after\": [0], \"length\": [2, 3], \"limit\": 60}]}\n"
                "  ]\n"
                "}\n");
}

static void test_a_file_that_is_given_up_is_not_there(void **state)
{
    const struct folder *folder = *state;
    static const struct pt_machine machine = {.processors = 3};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_pipeline_writer writer;

    unlink(folder->again);
    ASSERT_INT(
        pt_pipeline_write_open(&writer, folder->again, &machine, NULL, &err),
        0);
    pt_pipeline_write_abandon(&writer);
    assert_int_not_equal(access(folder->again, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_models_yield_reads_back_as_it_was),
        cmocka_unit_test(test_what_samples_yield_reads_back_as_it_was),
        cmocka_unit_test(test_the_same_jobs_make_the_same_bytes),
        cmocka_unit_test(test_a_written_document_is_easy_to_read),
        cmocka_unit_test(test_a_file_that_is_given_up_is_not_there),
    };
    return cmocka_run_group_tests_name("pipeline_write", tests, make_folder,
                                       remove_folder) != 0;
}
