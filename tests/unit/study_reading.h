/* study_reading.h - studies as documents, for tests: a folder of their own, and
 * what reading makes of them. */
#ifndef PT_TESTS_UNIT_STUDY_READING_H
#define PT_TESTS_UNIT_STUDY_READING_H

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "experiments/grid.h"
#include "tests/unit/check.h"

#define FOLDER_SIZE 64
#define PATH_SIZE   160

/* Enters a new folder below the one for temporary files. */
static inline int study_folder(void **state)
{
    char *folder = pt_alloc(FOLDER_SIZE, 1);

    pt_text_copy(folder, FOLDER_SIZE, "/tmp/test_study.XXXXXX");
    *state = folder;
    return mkdtemp(folder) ? 0 : -1;
}

static inline int study_folder_gone(void **state)
{
    static const char *const names[] = {"study.json",     "resolved.json",
                                        "sub/study.json", "sub/t.swf",
                                        "t.swf",          "f.csv"};
    char path[PATH_SIZE];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", (char *)*state, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/sub", (char *)*state);
    rmdir(path);
    rmdir(*state);
    pt_free(*state);
    return 0;
}

/* Writes TEXT into the file NAME of the test's folder; PATH is where. */
static inline void put_file(void **state, const char *name, const char *text,
                            char path[PATH_SIZE])
{
    snprintf(path, PATH_SIZE, "%s/%s", (char *)*state, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
}

/* Reads TEXT as study.json. */
static inline int read_study(void **state, const char *text,
                             struct pt_study *study, struct pt_err *err)
{
    char path[PATH_SIZE];

    put_file(state, "study.json", text, path);
    pt_study_init(study);
    *err = (struct pt_err){.code = PT_ERR_NONE};
    return pt_study_read(study, path, err);
}

static inline void read_good(void **state, const char *text,
                             struct pt_study *study)
{
    struct pt_err err;

    if (read_study(state, text, study, &err) == 0)
        return;
    print_error("%s\n%d:%d: %s\n", text, err.line, err.column, err.text);
    fail();
}

/* STUDY as it is resolved; the caller frees. */
static inline char *resolved(const struct pt_study *study)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_out out;
    struct pt_doc doc;

    assert_int_equal(pt_out_open(&out, NULL, &err), 0);
    pt_doc_init(&doc, &out);
    pt_study_write(study, &doc);
    assert_int_equal(out.bytes, 0);
    char *text = pt_text_dup(out.buffer, out.used);
    pt_out_abandon(&out);
    return text;
}

#endif
