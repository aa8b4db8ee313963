/* What is wrong with an event log's bytes, and logs of several files. */
#include "tests/unit/eventlog_reading.h"
#include "tests/unit/eventlog_writing.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/random.h"
#include "sink/out.h"

#define SEED UINT64_C(20240229)

/* A log of one job: its first lines, and its last three. */
static void write_log(struct paper *paper)
{
    const struct spec *const stages[] = {&map};

    write_head(paper, "3.5.0", "");
    write_job(paper, 0, 1000, "", 1, stages);
    write_tasks(paper, &map, 0, 1010, 2010, true);
    write_job_end(paper, 0, 2020, true);
    write_tail(paper, 3000);
}

static struct log *read_bytes(const void *bytes, size_t n)
{
    return read_log("log", bytes, n, NULL, 1);
}

static void test_a_line_that_is_no_event_is_told_and_skipped(void **state)
{
    static const struct {
        const char *line, *note;
    } cases[] = {
        {"{\"Event\": oops}", "log:2:14: not an event: "},
        {"{\"Event\":\"SparkListenerTaskEnd\"", "log:2:"},
        {"[1, 2]", "log:2:1: not an event: it has no \"Event\" (expected"},
        {"{\"Event\":7}", "log:2:1: not an event: it has no"},
        {"\"text\"", "log:2:6: not an event"},
        {"{\"Event\":\"x\",\"a\":\"\xff\"}", "log:2:"},
    };
    char text[800];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(
            text, sizeof text,
            "{\"Event\":\"SparkListenerLogStart\"}\n%s\n"
            "{\"Event\":\"SparkListenerApplicationEnd\",\"Timestamp\":9}\n",
            cases[i].line);
        struct log *log = read_bytes(text, strlen(text));
        ASSERT_INT(log->status, 0);
        ASSERT_INT(rule(log, "line-malformed"), 1);
        ASSERT_INT(log->view->nnotes, 1);
        ASSERT_HAS(log->view->notes[0], cases[i].note);
        ASSERT_INT(log->view->events, 2);
        forget(log);
    }
}

static void test_an_event_about_nothing_is_told_and_skipped(void **state)
{
    static const char *const names[] = {"SparkListenerTaskStart",
                                        "SparkListenerTaskEnd",
                                        "SparkListenerJobStart",
                                        "SparkListenerJobEnd",
                                        "SparkListenerStageSubmitted",
                                        "SparkListenerStageCompleted",
                                        "SparkListenerExecutorAdded",
                                        "SparkListenerExecutorRemoved",
                                        "SparkListenerResourceProfileAdded"};
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        write_line(&paper, "{\"Event\":\"%s\",\"Stage ID\":0}", names[i]);
    write_line(&paper, "{\"Event\":\"SparkListenerNews\"}");
    write_line(&paper, "   ");
    write_tail(&paper, 1000);
    struct log *log = read_paper(&paper, NULL);
    ASSERT_INT(rule(log, "event-incomplete"), 9);
    ASSERT_INT(rule(log, "event-other"), 1);
    ASSERT_HAS(log->view->notes[0],
               "log:6:1: SparkListenerTaskStart does not say");
    forget(log);
}

static void test_only_the_first_notes_are_kept(void **state)
{
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    for (int i = 0; i < 30; i++)
        write_line(&paper, "%d", i);
    write_tail(&paper, 1000);
    struct log *log = read_paper(&paper, NULL);
    ASSERT_INT(rule(log, "line-malformed"), 30);
    ASSERT_INT(log->view->nnotes, 20);
    ASSERT_INT(log->view->more_notes, 10);
    forget(log);
}

/* Wherever it is cut, it is read; what is left out is told. */
static void test_a_log_may_be_cut_anywhere(void **state)
{
    struct paper paper;

    (void)state;
    write_log(&paper);
    const size_t first = (size_t)(strchr(paper.text, '\n') - paper.text) + 1;
    for (size_t n = first; n < paper.n; n++) {
        struct log *log = read_bytes(paper.text, n);
        const bool whole = paper.text[n - 1] == '\n' || paper.text[n] == '\n';
        ASSERT_INT(log->status, 0);
        ASSERT_INT(rule(log, "line-cut"), !whole);
        ASSERT_INT(rule(log, "line-malformed"), 0);
        ASSERT_INT(log->view->nnotes, !whole + !log->view->ended);
        forget(log);
    }
    pt_free(paper.text);
}

static void test_what_leaves_nothing_is_an_error(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "log: no events (expected a Spark event log)"},
        {"\n\n", "log: no events (expected a Spark event log)"},
        {"rubbish\n", "log:1:"},
        {"{\"Event\":\"SparkListenerLogSt", "log:1:28: the last line is cut"},
        {"LZ4Block\x25",
         "log: packed with Spark's lz4 (expected text, gzip, xz or "
         "zstd: unpack it with Spark"},
        {"\x82SNAPPY", "log: packed with Spark's snappy"},
        {"ZV\x01", "log: packed with Spark's lzf"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t n = strlen(cases[i].text);
        struct log *log = read_bytes(cases[i].text, n + (n == 7));
        ASSERT_INT(log->status, -1);
        ASSERT_HAS(log->message, cases[i].message);
        forget(log);
    }
}

static void test_a_compressed_log_that_breaks_off_is_of_use(void **state)
{
    struct paper paper;
    char zipped[8000];

    (void)state;
    write_log(&paper);
    const size_t half = paper.n / 2;
    size_t n = ZSTD_compress(zipped, sizeof zipped, paper.text, half, 3);
    assert_false(ZSTD_isError(n));
    const size_t m = ZSTD_compress(zipped + n, sizeof zipped - n,
                                   paper.text + half, paper.n - half, 3);
    assert_false(ZSTD_isError(m));
    struct log *log = read_bytes(zipped, n + m);
    ASSERT_INT(log->status, 0);
    ASSERT_INT(log->view->nnotes, 0);
    ASSERT_INT(log->n, 1);
    forget(log);
    log = read_bytes(zipped, n + m - 3);
    ASSERT_INT(log->status, 0);
    ASSERT_INT(rule(log, "file-cut"), 1);
    ASSERT_HAS(log->view->notes[0], "the zstd data end too early");
    ASSERT_INT(log->info.bytes, n + m - 3);
    ASSERT_INT(strlen(log->info.digest), 64);
    ASSERT_INT(log->view->jobs, 1);
    forget(log);
    zipped[n + 1] = 'x';
    log = read_bytes(zipped, n + m);
    ASSERT_HAS(log->view->notes[0], "the zstd data are corrupt");
    forget(log);
    pt_free(paper.text);
}

/* --- folders --- */

struct folder {
    char path[200];
};

static void make_folder(struct folder *folder)
{
    const char *root = getenv("TMPDIR");

    snprintf(folder->path, sizeof folder->path, "%s/eventlog-XXXXXX",
             root ? root : "/tmp");
    assert_non_null(mkdtemp(folder->path));
}

static void write_file(const struct folder *folder, const char *name,
                       const char *text, size_t n)
{
    char path[300];

    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    ASSERT_INT(fwrite(text, 1, n, file), n);
    fclose(file);
}

static void remove_file(const struct folder *folder, const char *name)
{
    char path[300];

    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    ASSERT_INT(remove(path), 0);
}

static struct log *read_folder(const struct folder *folder)
{
    assert_true(pt_source_eventlog.sniff(folder->path, "", 0));
    return read_log(folder->path, NULL, 0, NULL, 1);
}

/* Line I of the log goes to part I + 1: one comes after nine. */
static void test_parts_come_by_number(void **state)
{
    struct folder folder;
    struct paper paper;
    char name[40];
    int n = 0;

    (void)state;
    make_folder(&folder);
    write_log(&paper);
    for (const char *at = paper.text; *at != '\0'; n++) {
        const size_t length = strcspn(at, "\n") + 1;
        snprintf(name, sizeof name, "events_%d_app-1", n + 1);
        write_file(&folder, name, at, length);
        at += length;
    }
    write_file(&folder, "appstatus_app-1", "", 0);
    assert_true(n >= 12);
    struct log *log = read_folder(&folder);
    ASSERT_INT(log->status, 0);
    ASSERT_INT(log->view->files, n);
    ASSERT_INT(log->view->nnotes, 0);
    ASSERT_INT(log->n, 1);
    ASSERT_INT(log->info.bytes, paper.n);
    ASSERT_INT(rule(log, "part-missing"), 0);
    ASSERT_INT(rule(log, "start-missing"), 0);
    forget(log);
    for (int i = 1; i <= n; i++) {
        snprintf(name, sizeof name, "events_%d_app-1", i);
        remove_file(&folder, name);
    }
    remove_file(&folder, "appstatus_app-1");
    rmdir(folder.path);
    pt_free(paper.text);
}

#define START                                                                  \
    "{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"3.5.0\"}\n"
#define NEWS "{\"Event\":\"SparkListenerNews\"}\n"

/* Part 3 stands for 1 to 3; 5 is not there; 6 is no event. */
static void test_a_compact_part_stands_for_those_before(void **state)
{
    static const char *const names[] = {"events_1_app", "events_2_app.compact",
                                        "events_3_app", "events_3_app.compact",
                                        "events_4_app", "events_6_app"};
    struct folder folder;

    (void)state;
    make_folder(&folder);
    for (int i = 0; i < 6; i++)
        write_file(&folder, names[i],
                   i == 3   ? START
                   : i == 5 ? "{"
                            : NEWS,
                   i == 3   ? strlen(START)
                   : i == 5 ? 1
                            : strlen(NEWS));
    struct log *log = read_folder(&folder);
    ASSERT_INT(log->status, 0);
    ASSERT_INT(log->view->files, 3);
    ASSERT_INT(log->view->events, 2);
    ASSERT_INT(rule(log, "part-missing"), 1);
    ASSERT_INT(rule(log, "line-cut"), 1);
    ASSERT_HAS(log->view->notes[0], "/events_6_app:1:");
    forget(log);
    for (int i = 0; i < 6; i++)
        remove_file(&folder, names[i]);
    rmdir(folder.path);
}

/* As Databricks names them. */
static void test_parts_may_go_by_date(void **state)
{
    static const char *const names[] = {"eventlog", "eventlog-2024-01-02.gz",
                                        "eventlog-2024-01-01.gz"};
    struct folder folder;
    char digests[400];
    char hex[PT_DIGEST_TEXT];
    size_t used = 0;

    (void)state;
    make_folder(&folder);
    write_file(&folder, names[0], NEWS, strlen(NEWS));
    write_file(&folder, names[1], NEWS NEWS, strlen(NEWS NEWS));
    write_file(&folder, names[2], START, strlen(START));
    struct log *log = read_folder(&folder);
    ASSERT_INT(log->status, 0);
    ASSERT_INT(log->view->events, 4);
    ASSERT_HAS(log->view->notes[0], "/eventlog:1: the log ends here");
    const struct {
        const char *name, *text;
    } parts[] = {{names[2], START}, {names[1], NEWS NEWS}, {names[0], NEWS}};
    for (int i = 0; i < 3; i++) {
        pt_digest_of(parts[i].text, strlen(parts[i].text), hex);
        used += (size_t)snprintf(digests + used, sizeof digests - used,
                                 "%s  %s\n", hex, parts[i].name);
    }
    pt_digest_of(digests, used, hex);
    ASSERT_TEXT(log->info.digest, hex);
    forget(log);
    for (int i = 0; i < 3; i++)
        remove_file(&folder, names[i]);
    rmdir(folder.path);
}

static void test_a_folder_without_parts_is_none(void **state)
{
    struct folder folder;

    (void)state;
    make_folder(&folder);
    write_file(&folder, "events_x_app", START, strlen(START));
    assert_false(pt_source_eventlog.sniff(folder.path, "", 0));
    struct log *log = read_log(folder.path, NULL, 0, NULL, 1);
    ASSERT_INT(log->status, -1);
    ASSERT_HAS(log->message, "no parts of an event log (expected events_1_");
    forget(log);
    remove_file(&folder, "events_x_app");
    rmdir(folder.path);
}

static bool is_ours(const char *head)
{
    return pt_source_eventlog.sniff("log", head, strlen(head));
}

static void test_logs_are_known_by_their_first_line(void **state)
{
    (void)state;
    assert_true(is_ours(START));
    assert_true(is_ours(" { \"Event\" : \"SparkListenerJobStart\""));
    assert_true(is_ours("{\"Event\":\"DBCEventLoggingListenerMetadata\"}"));
    assert_true(is_ours("{\"Event\":\"org.apache.spark.sql.execution.ui."));
    assert_false(is_ours("{\"event\":\"submitted\"}"));
    assert_false(is_ours("{\"Event\":\"Other\"}"));
    assert_false(is_ours("; MaxProcs: 4"));
    assert_false(is_ours(""));
    assert_false(is_ours("{"));
}

/* --- many --- */

/* 20 000 launches, each failing once by chance, in a stage of 10 000 tasks. */
static void test_many_launches_are_all_there(void **state)
{
    enum { TASKS = 10000 };
    const struct spec wide = {.id = 0, .ntasks = TASKS, .rdds = "0"};
    const struct spec *const stages[] = {&wide};
    struct pt_random random;
    struct paper paper;
    int id = 0, failures = 0;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    pt_random_open(&random, SEED, 0, PT_PURPOSE_TEST, 1);
    write_head(&paper, "3.5.0", "");
    write_job(&paper, 0, 1000, "", 1, stages);
    write_begin(&paper, &wide, 0, TASKS, 1000);
    for (int i = 0; i < TASKS; i++) {
        const bool fails = pt_random_below(&random, 2) == 0;
        for (int k = fails ? 0 : 1; k < 2; k++)
            write_launch(&paper, &(struct launch){
                                     .id = id++,
                                     .index = i,
                                     .from = 1000 + i + k,
                                     .to = 1000 + i + 2 * k + 1,
                                     .reason = k == 0 ? REASON_ERROR : NULL});
        failures += fails;
    }
    write_end(&paper, &wide, 0, TASKS, 20000, true);
    write_job_end(&paper, 0, 20000, true);
    write_tail(&paper, 20000);
    struct log *log = read_paper(&paper, NULL);
    const struct kept_stage *stage = &log->works[0].stages[0];
    ASSERT_INT(log->view->launches, id);
    ASSERT_INT(log->view->errors, failures);
    ASSERT_INT(stage->takes_at[TASKS], id);
    for (int i = 0; i < TASKS; i++) {
        const struct pt_take *last = &stage->takes[stage->takes_at[i + 1] - 1];
        ASSERT_INT(last->outcome, PT_SUCCESS);
        ASSERT_INT(last->length, 2000);
    }
    forget(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_that_is_no_event_is_told_and_skipped),
        cmocka_unit_test(test_an_event_about_nothing_is_told_and_skipped),
        cmocka_unit_test(test_only_the_first_notes_are_kept),
        cmocka_unit_test(test_a_log_may_be_cut_anywhere),
        cmocka_unit_test(test_what_leaves_nothing_is_an_error),
        cmocka_unit_test(test_a_compressed_log_that_breaks_off_is_of_use),
        cmocka_unit_test(test_parts_come_by_number),
        cmocka_unit_test(test_a_compact_part_stands_for_those_before),
        cmocka_unit_test(test_parts_may_go_by_date),
        cmocka_unit_test(test_a_folder_without_parts_is_none),
        cmocka_unit_test(test_logs_are_known_by_their_first_line),
        cmocka_unit_test(test_many_launches_are_all_there),
    };

    return cmocka_run_group_tests_name("eventlog_files", tests, NULL, NULL) !=
           0;
}
