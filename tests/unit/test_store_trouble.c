#include "tests/unit/store_filling.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include "base/random.h"

static void run_sql(const struct place *place, const char *text)
{
    free(ask(place, text));
}

/* results.db is refused with CODE and words that hold PART, and is left as it
 * was. */
static void check_refused(const struct place *place, enum pt_err_code code,
                          const char *part)
{
    struct pt_err err = {.line = 0};
    char before[PT_DIGEST_TEXT], after[PT_DIGEST_TEXT];

    digest_file(place, "results.db", before);
    assert_null(pt_store_open(place->dir, store_columns, STORE_COLUMNS, &err));
    ASSERT_INT(err.code, code);
    ASSERT_HAS(err.file, "/results.db");
    ASSERT_HAS(err.text, part);
    digest_file(place, "results.db", after);
    ASSERT_TEXT(after, before);
    assert_false(is_there(place, "results.db-wal"));
    assert_false(is_there(place, "costs.csv"));
}

static void test_a_foreign_file_is_refused_and_left_alone(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put(&place, "results.db",
        "label,policy\nThis was never a database, and is to stay as it is.\n"
        "It is long enough to be looked at: a header has a hundred bytes.\n");
    check_refused(&place, PT_ERR_INPUT, "is no store of results");
    remove_all(place.dir);
    make_place(&place);
    run_sql(&place, "CREATE TABLE mine(x)");
    check_refused(&place, PT_ERR_INPUT, "is another program's");
    run_sql(&place, "PRAGMA application_id = 77");
    check_refused(&place, PT_ERR_INPUT, "is another program's");
    remove_all(place.dir);
}

static void test_a_later_format_is_refused(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    struct pt_store *store = open_store(&place);
    finish_store(store, &(struct filled_study){.n = 0});
    run_sql(&place, "PRAGMA user_version = 2");
    check_refused(&place, PT_ERR_INPUT, "is of format 2 (expected 1");
    remove_all(place.dir);
}

static void test_an_empty_file_is_a_new_one(void **state)
{
    struct place place;

    (void)state;
    make_place(&place);
    put(&place, "results.db", "");
    struct pt_store *store = open_store(&place);
    put_outcome(store, 1);
    pt_store_close(store);
    check_answer(&place, "SELECT count(*) FROM other", "1\n");
    remove_all(place.dir);
}

static void test_a_damaged_file_is_told(void **state)
{
    struct place place;
    struct pt_err err = {.line = 0};
    char path[256];

    (void)state;
    make_place(&place);
    struct pt_store *store = open_store(&place);
    for (int64_t i = 0; i < 200; i++)
        put_outcome(store, i);
    pt_store_close(store);
    snprintf(path, sizeof path, "%s/results.db", place.dir);
    ASSERT_INT(truncate(path, 4096 * 20), 0);
    store = pt_store_open(place.dir, store_columns, STORE_COLUMNS, &err);
    for (int64_t i = 0; i < 200 && err.code == PT_ERR_NONE; i++) {
        struct filling filling;

        fill(&filling, i);
        pt_store_row(store, filling.outcome.key, NULL, NULL, &err);
    }
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_HAS(err.text, "is damaged: ");
    pt_store_close(store);
    remove_all(place.dir);
}

static void test_a_folder_that_is_not_there_is_told(void **state)
{
    struct place place;
    struct pt_err err = {.line = 0};

    (void)state;
    make_place(&place);
    remove_all(place.dir);
    assert_null(pt_store_open(place.dir, store_columns, STORE_COLUMNS, &err));
    ASSERT_INT(err.code, PT_ERR_INTERNAL);
    ASSERT_HAS(err.text, "cannot be opened: No such file");
}

static void nap(long us)
{
    struct timespec pause = {.tv_nsec = us * 1000};

    nanosleep(&pause, NULL);
}

/* Puts from FIRST on, and says so of each that is in; now and then it finishes
 * the file, too. */
static _Noreturn void put_for_ever(const struct place *place, int64_t first,
                                   int told)
{
    struct pt_store *store = open_store(place);

    for (int64_t i = first;; i++) {
        put_outcome(store, i);
        if (write(told, &i, sizeof i) != sizeof i)
            _exit(1);
        if (i % 50 == 49) {
            finish_store(store, &(struct filled_study){.n = i / 2});
            store = open_store(place);
        }
    }
}

/* Of which as many as COUNTED are there. */
static int count(void *context, const struct pt_store_outcome *outcome)
{
    int64_t *counted = context;

    (void)outcome;
    ++*counted;
    return 0;
}

static void test_all_that_was_put_outlives_a_kill(void **state)
{
    const char *text = getenv("PROTIUM_SEED");
    uint64_t seed =
        text ? (uint64_t)strtoull(text, NULL, 10) : (uint64_t)getpid();
    struct pt_random random;
    struct place place, fresh;
    int64_t next = 0, number, found = 0;
    struct pt_err err = {.line = 0};
    char hex[2][PT_DIGEST_TEXT];

    (void)state;
    print_message("PROTIUM_SEED=%llu\n", (unsigned long long)seed);
    pt_random_open(&random, seed, 0, PT_PURPOSE_TEST, 2);
    make_place(&place);
    make_place(&fresh);
    for (int kills = 0; kills < 10; kills++) {
        int ends[2];

        ASSERT_INT(pipe(ends), 0);
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            put_for_ever(&place, next, ends[1]);
        close(ends[1]);
        uint32_t most = 1 + pt_random_below(&random, 120);
        for (uint32_t i = 0; i < most; i++) {
            ASSERT_INT(read(ends[0], &number, sizeof number), sizeof number);
            ASSERT_INT(number, next);
            next++;
        }
        nap((long)pt_random_below(&random, 3000));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(ends[0], &number, sizeof number) == sizeof number)
            next++;
        close(ends[0]);
        check_whole(&place);
        struct pt_store *store = open_store(&place);
        for (int64_t i = 0; i < next; i++) {
            struct filling filling;

            fill(&filling, i);
            ASSERT_INT(
                pt_store_row(store, filling.outcome.key, NULL, NULL, &err),
                !filling.outcome.failed);
        }
        pt_store_close(store);
    }
    /* One more may have been put than was told; it is put again. */
    struct pt_store *store = open_store(&place);
    put_outcome(store, next);
    ASSERT_INT(pt_store_each(store, count, &found, &err), 0);
    ASSERT_INT(found, next + 1);
    finish_store(store, &(struct filled_study){.n = next / 2});
    store = open_store(&fresh);
    for (int64_t i = 0; i <= next; i++)
        put_outcome(store, i);
    finish_store(store, &(struct filled_study){.n = next / 2});
    digest_file(&place, "results.db", hex[0]);
    digest_file(&fresh, "results.db", hex[1]);
    ASSERT_TEXT(hex[0], hex[1]);
    remove_all(place.dir);
    remove_all(fresh.dir);
}

/* No file may grow beyond SIZE bytes in this process. */
static void limit_files(rlim_t size)
{
    struct rlimit limit = {.rlim_cur = size, .rlim_max = size};

    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* In a child: puts until that fails, and tries to finish; its exit status tells
 * what was not as it should be, and *PUT how many are in. */
static _Noreturn void fill_disk(const struct place *place, int told)
{
    struct pt_store *store = open_store(place);
    struct pt_err err = {.line = 0};
    struct filled_study study = {.labels = {"a", "b"}, .n = 40};
    struct pt_store_study wanted = {.study = "{}",
                                    .naxes = 2,
                                    .axes = filled_axes,
                                    .value = filled_value,
                                    .context = &study,
                                    .n = study.n,
                                    .run = filled_run};
    struct filling filling;
    int64_t n = 0;

    limit_files(1500000);
    for (;; n++) {
        fill(&filling, n);
        if (pt_store_put(store, &filling.outcome, &err) < 0)
            break;
    }
    if (write(told, &n, sizeof n) != sizeof n || n < 40)
        _exit(2);
    if (err.code != PT_ERR_INTERNAL || !strstr(err.file, "/results.db") ||
        !strstr(err.text, "cannot be read or written: "))
        _exit(3);
    err = (struct pt_err){.line = 0};
    if (pt_store_row(store, filling.outcome.key, NULL, NULL, &err) != 0)
        _exit(4);
    limit_files(20000);
    if (pt_store_finish(store, &wanted, &err) == 0)
        _exit(5);
    _exit(err.code == PT_ERR_INTERNAL && strstr(err.text, "cannot be") ? 0 : 6);
}

static void test_a_full_disk_costs_nothing_that_was_put(void **state)
{
    struct place place;
    int ends[2], status;
    int64_t n;

    (void)state;
    make_place(&place);
    ASSERT_INT(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        fill_disk(&place, ends[1]);
    close(ends[1]);
    ASSERT_INT(read(ends[0], &n, sizeof n), sizeof n);
    close(ends[0]);
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    ASSERT_INT(WEXITSTATUS(status), 0);
    assert_false(is_there(&place, "results.db.tmp"));
    check_whole(&place);
    struct pt_store *store = open_store(&place);
    for (int64_t i = 0; i < n; i++) {
        struct filling filling;
        struct pt_err err = {.line = 0};

        fill(&filling, i);
        ASSERT_INT(pt_store_row(store, filling.outcome.key, NULL, NULL, &err),
                   !filling.outcome.failed);
    }
    put_outcome(store, n);
    finish_store(store, &(struct filled_study){.n = 40});
    check_whole(&place);
    check_answer(&place, "SELECT count(*) FROM run", "40\n");
    remove_all(place.dir);
}

static void test_one_that_has_the_file_open_is_not_in_the_way(void **state)
{
    struct place place;
    char path[256];
    sqlite3 *other;

    (void)state;
    make_place(&place);
    struct pt_store *store = open_store(&place);
    for (int64_t i = 0; i < 8; i++)
        put_outcome(store, i);
    snprintf(path, sizeof path, "%s/results.db", place.dir);
    ASSERT_INT(sqlite3_open(path, &other), SQLITE_OK);
    ASSERT_INT(sqlite3_exec(other, "SELECT * FROM other", NULL, NULL, NULL),
               SQLITE_OK);
    finish_store(store, &(struct filled_study){.n = 8});
    sqlite3_close(other);
    check_whole(&place);
    check_answer(&place, "SELECT count(*) FROM run", "8\n");
    remove_all(place.dir);
}

static void test_bad_jobs_are_told_at_their_line(void **state)
{
    static const struct {
        const char *text, *part;
        int line;
    } rows[] = {
        {"job_id,submission_time\n1,2\n3,soon\n",
         "'soon' is no submission_time", 3},
        {"job_id,submission_time\n1\n", "has 1 columns (expected 2)", 2},
        {"job_id\n1\nx\n", "'x' is no job_id", 3},
        {"job_id\n1\n\"x\n", "'x\n' is no job_id", 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct place place;
        struct pt_err err = {.line = 0};
        struct filled_study study = {.labels = {"a", "b"}};
        struct pt_store_study wanted = {.study = "{}",
                                        .value = filled_value,
                                        .context = &study,
                                        .n = 1,
                                        .run = filled_run,
                                        .jobs = true};

        make_place(&place);
        struct pt_store *store = open_store(&place);
        put_outcome(store, 0);
        put(&place, "runs/0/jobs.csv", rows[i].text);
        ASSERT_INT(pt_store_finish(store, &wanted, &err), -1);
        ASSERT_INT(err.code, PT_ERR_INPUT);
        ASSERT_INT(err.line, rows[i].line);
        ASSERT_HAS(err.file, "runs/0/jobs.csv");
        if (i < 3)
            ASSERT_HAS(err.text, rows[i].part);
        check_answer(&place, "SELECT count(*) FROM other", "1\n");
        assert_false(is_there(&place, "results.db.tmp"));
        remove_all(place.dir);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_foreign_file_is_refused_and_left_alone),
        cmocka_unit_test(test_a_later_format_is_refused),
        cmocka_unit_test(test_an_empty_file_is_a_new_one),
        cmocka_unit_test(test_a_damaged_file_is_told),
        cmocka_unit_test(test_a_folder_that_is_not_there_is_told),
        cmocka_unit_test(test_all_that_was_put_outlives_a_kill),
        cmocka_unit_test(test_a_full_disk_costs_nothing_that_was_put),
        cmocka_unit_test(test_one_that_has_the_file_open_is_not_in_the_way),
        cmocka_unit_test(test_bad_jobs_are_told_at_their_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
