/* store_filling.h - outcomes of runs that never were, for tests of the store.
 */
#ifndef PT_TESTS_UNIT_STORE_FILLING_H
#define PT_TESTS_UNIT_STORE_FILLING_H

#include <math.h>
#include <sqlite3.h>
#include "experiments/store.h"
#include "tests/unit/results_folder.h"

static const char *const store_columns[] = {"jobs", "tau", "wait_mean", "util",
                                            "gang_wait"};
#define STORE_COLUMNS 5

/* What run NUMBER has found.  Every seventh has failed, and every fifth has no
 * last column. */
struct filling {
    struct pt_store_outcome outcome;
    char row[256], path[256], text[64];
};

static inline void fill_key(int64_t number, char key[PT_DIGEST_TEXT])
{
    pt_digest_of(&number, sizeof number, key);
}

static inline void fill(struct filling *filling, int64_t number)
{
    struct pt_store_outcome *outcome = &filling->outcome;
    int n = snprintf(filling->row, sizeof filling->row,
                     "%lld,10,%lld.25,0.%lld", (long long)(100 + number),
                     (long long)number, (long long)(number % 9 + 1));

    if (number % 5 != 0)
        snprintf(filling->row + n, sizeof filling->row - (size_t)n, ",%s",
                 number % 5 == 1 ? "" : "1e-07");
    snprintf(filling->path, sizeof filling->path, "runs/%lld",
             (long long)number);
    snprintf(filling->text, sizeof filling->text, "it's \"%lld\"",
             (long long)number);
    *outcome = (struct pt_store_outcome){
        .failed = number % 7 == 3,
        .text = filling->text,
        .row = filling->row,
        .path = number % 3 == 2 ? NULL : filling->path,
        .rules = number % 2 ? "zero\t3\t0\tno run time\n" : "",
        .bytes = 1000 + number,
        .wall_s = 0.5,
        .cpu_s = 0.25,
        .peak_kib = 4096,
    };
    fill_key(number, outcome->key);
    pt_digest_of(filling->row, strlen(filling->row), outcome->digest);
    if (number % 4 == 0)
        pt_digest_of("trace", 5, outcome->input);
}

static inline struct pt_store *open_store(const struct place *place)
{
    struct pt_err err = {.line = 0};
    struct pt_store *store =
        pt_store_open(place->dir, store_columns, STORE_COLUMNS, &err);

    if (!store)
        fail_msg("%s: %s", err.file, err.text);
    return store;
}

static inline void put_outcome(struct pt_store *store, int64_t number)
{
    struct filling filling;
    struct pt_err err = {.line = 0};

    fill(&filling, number);
    if (pt_store_put(store, &filling.outcome, &err) < 0)
        fail_msg("%s: %s", err.file, err.text);
}

/* A study of N runs: two policies at points of two axes, one of which is no
 * number.  With SAME, both policies are one. */
struct filled_study {
    int64_t n;
    bool same, jobs;
    const char *labels[2];
    char name[64];
};

static const char *const filled_axes[] = {"load", "tau"};

static inline const char *filled_value(void *context, int64_t point, int axis,
                                       double *x)
{
    (void)context;
    *x = axis == 0 ? (double)point / 10 : (double)NAN;
    return axis == 0 ? "x" : point % 2 ? "daly's" : "young";
}

static inline void filled_run(void *context, int64_t i,
                              struct pt_store_run *run)
{
    struct filled_study *study = context;

    snprintf(study->name, sizeof study->name, "load=0.%lld",
             (long long)(i / 4));
    *run = (struct pt_store_run){
        .point = i / 4,
        .name = study->name,
        .label = study->labels[i / 2 % 2],
        .policy = "gang:head=block",
        .replication = i % 2 + 1,
        .counted = i % 11 != 10,
    };
    fill_key(study->same ? i - i / 2 % 2 * 2 : i, run->key);
}

static inline void finish_store(struct pt_store *store,
                                struct filled_study *study)
{
    struct pt_store_study wanted = {
        .study = "{\"question\": \"why?\"}",
        .naxes = 2,
        .axes = filled_axes,
        .value = filled_value,
        .context = study,
        .n = study->n,
        .run = filled_run,
        .jobs = study->jobs,
    };
    struct pt_err err = {.line = 0};

    if (!study->labels[0]) {
        study->labels[0] = "fcfs";
        study->labels[1] = "x'); DROP TABLE run; --\"";
    }
    if (pt_store_finish(store, &wanted, &err) < 0)
        fail_msg("%s: %s", err.file, err.text);
}

static inline int add_cells(void *context, int n, char **values, char **names)
{
    FILE *stream = context;

    (void)names;
    for (int i = 0; i < n; i++)
        fprintf(stream, "%s%s", i ? "|" : "", values[i] ? values[i] : "");
    fputc('\n', stream);
    return 0;
}

/* What SQLite itself says to QUERY, on the heap: free(). */
static inline char *ask(const struct place *place, const char *query)
{
    char path[256], *text = NULL, *trouble = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    sqlite3 *db;

    snprintf(path, sizeof path, "%s/results.db", place->dir);
    assert_non_null(stream);
    ASSERT_INT(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, query, add_cells, stream, &trouble) != SQLITE_OK)
        fail_msg("%s: %s", query, trouble);
    sqlite3_close(db);
    fclose(stream);
    return text;
}

static inline void check_answer(const struct place *place, const char *query,
                                const char *wanted)
{
    char *text = ask(place, query);

    ASSERT_TEXT(text, wanted);
    free(text);
}

/* All of a file's bytes in one number. */
static inline void digest_file(const struct place *place, const char *name,
                               char hex[PT_DIGEST_TEXT])
{
    char path[256];
    FILE *file;
    char *bytes;
    long size;

    snprintf(path, sizeof path, "%s/%s", place->dir, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    bytes = malloc((size_t)size + 1);
    ASSERT_INT(fread(bytes, 1, (size_t)size, file), size);
    fclose(file);
    pt_digest_of(bytes, (size_t)size, hex);
    free(bytes);
}

static inline void check_whole(const struct place *place)
{
    check_answer(place, "PRAGMA integrity_check", "ok\n");
}

#endif
