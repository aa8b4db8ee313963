/* Event logs that Spark itself wrote: public ones, and those of the scenarios
 * in tests/golden/spark. */
#include "tests/unit/eventlog_reading.h"

#include <dirent.h>
#include <sys/stat.h>

enum {
    EVENTS,
    JOBS,
    JOBS_FAILED,
    STAGES,
    STAGES_RUN,
    ATTEMPTS,
    ATTEMPTS_FAILED,
    TASKS,
    LAUNCHES,
    SUCCEEDED,
    RESUBMITTED,
    ERRORS,
    FETCH_FAILURES,
    LOST,
    KILLED,
    UNENDED,
    COPIES,
    LATE,
    EXECUTORS,
    REMOVED,
    BARRIERS,
    MALFORMED,
    REPEATED,
    COUNTS
};

static const char *const count_names[COUNTS] = {
    "events",   "jobs",      "failed jobs",     "stages",
    "run",      "attempts",  "failed attempts", "tasks",
    "launches", "succeeded", "resubmitted",     "errors",
    "fetch",    "lost",      "killed",          "unended",
    "copies",   "late",      "executors",       "removed",
    "barriers", "malformed", "repeated"};

/* Counted by another reader, line by line. */
static const struct public_log {
    const char *name;
    int64_t counts[COUNTS];
} public_logs[] = {
    {"apache-spark/app-20161116163331-0000",
     {68, 1, 0, 1, 1, 1, 0, 16, 24, 16, 0, 8, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0}},
    {"apache-spark/app-20200706201101-0003",
     {124, 3, 0, 3, 3, 3, 0, 48, 48, 48, 0, 0,
      0,   0, 0, 0, 0, 0, 1, 0,  0,  0,  0}},
    {"apache-spark/application_1516285256255_0012",
     {71, 1, 0, 2, 2, 2, 0, 20, 24, 20, 0, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0}},
    {"apache-spark/application_1553914137147_0018",
     {44, 3, 0, 3, 3, 3, 0, 6, 6, 6, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0}},
    {"apache-spark/application_1578436911597_0052",
     {27, 1, 0, 1, 1, 1, 0, 6, 6, 6, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}},
    {"apache-spark/application_1628109047826_1317105",
     {52, 1, 0, 1, 1, 1, 0, 4, 5, 4, 0, 0, 0, 0, 1, 0, 1, 1, 10, 6, 0, 0, 0}},
    {"apache-spark/local-1430917381535_1",
     {5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"apache-spark/local-1642039451826",
     {115, 6, 0, 12, 6, 6, 0, 35, 35, 35, 0, 0,
      0,   0, 0, 0,  0, 0, 1, 0,  0,  0,  0}},
    {"spark-rapids-tools/eventlog_3nodes_12cores_exec_removed",
     {69, 2, 0, 5, 3, 3, 0, 24, 24, 21, 0, 0, 0, 0, 0, 3, 0, 0, 3, 1, 0, 0, 0}},
    {"spark-rapids-tools/eventlog_4nodes_8cores_dynamic_alloc.zstd",
     {665, 20, 0, 45, 20, 20, 0,  235, 235, 235, 0, 0,
      0,   0,  0, 0,  0,  0,  15, 14,  0,   0,   0}},
    {"spark-rapids-tools/eventlog_v2_local-1623876083964",
     {5621, 1, 0, 4, 4, 4, 0, 2801, 2801, 2801, 0, 0,
      0,    0, 0, 0, 0, 0, 1, 0,    0,    0,    0}},
    {"spark-rapids-tools/join_agg_on_yarn_eventlog.zstd",
     {277, 5, 0, 6, 5, 5, 0,  107, 107, 107, 0, 0,
      0,   0, 0, 0, 0, 0, 10, 0,   0,   0,   0}},
    {"spark-rapids-tools/malformed_json_eventlog.zstd",
     {476, 2, 0, 5, 5, 5, 0, 217, 217, 217, 0, 0,
      0,   0, 0, 0, 0, 0, 9, 1,   0,   1,   0}},
    {"spark-rapids-tools/rdd_only_eventlog",
     {13, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}},
    {"spark-rapids-tools/rp_nosql_eventlog",
     {25, 1, 0, 1, 1, 1, 0, 4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0}},
    {"spark-rapids-tools/rp_sql_eventlog.zstd",
     {477, 2, 0, 5, 5, 5, 0, 217, 217, 217, 0, 0,
      0,   0, 0, 0, 0, 0, 9, 1,   0,   0,   0}},
    {"spark-rapids-tools/spark2-eventlog.zstd",
     {58, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}},
    {"spark-rapids-tools/tasks_executors_fail_compressed_eventlog.zstd",
     {17717, 80, 1, 230, 135, 135, 1, 8550, 8580, 8577, 50, 0,
      2,     1,  0, 0,   0,   8,   8, 2,    0,    0,    0}},
    {"spark-rapids-tools/truncated_eventlog",
     {62, 2, 0, 5, 3, 3, 0, 24, 24, 21, 0, 0, 0, 0, 0, 3, 0, 0, 1, 0, 0, 0, 0}},
    {"spark-rapids-tools/xgboost_eventlog.zstd",
     {379, 9, 0, 19, 12, 12, 0, 155, 155, 155, 0, 0,
      0,   0, 0, 0,  0,  0,  2, 0,   0,   0,   0}},
    {"synthetic/SYNTHETIC_barrier_retry",
     {59, 1, 0, 3, 3, 4, 1, 14, 18, 14, 0, 1, 0, 0, 3, 0, 0, 3, 4, 1, 1, 0, 3}},
};

static void count(const struct log *log, int64_t counts[COUNTS])
{
    const struct pt_eventlog_view *view = log->view;
    const int64_t all[COUNTS] = {view->events,
                                 view->jobs,
                                 view->jobs_failed,
                                 view->stages,
                                 view->stages_run,
                                 view->attempts,
                                 view->attempts_failed,
                                 view->tasks,
                                 view->launches,
                                 view->succeeded,
                                 view->resubmitted,
                                 view->errors,
                                 view->fetch_failures,
                                 view->lost,
                                 view->killed,
                                 view->unended,
                                 view->copies,
                                 view->late,
                                 view->executors,
                                 view->removed,
                                 view->nbarriers,
                                 rule(log, "line-malformed"),
                                 rule(log, "completion-repeated")};

    memcpy(counts, all, sizeof all);
}

/* No launch is lost on the way: each has a take, or is counted as left out. */
static void check_launches(const struct log *log)
{
    int64_t stages = 0, tasks = 0, ntakes = 0;

    for (int i = 0; i < log->n; i++)
        for (int k = 0; k < log->works[i].work.job.nstages; k++) {
            const struct kept_stage *stage = &log->works[i].stages[k];
            stages++;
            tasks += stage->stage.ntasks;
            ntakes += stage->takes_at[stage->stage.ntasks];
        }
    ASSERT_INT(stages, log->view->stages_run);
    ASSERT_INT(tasks, log->view->tasks);
    ASSERT_INT(ntakes - rule(log, "task-unlaunched"),
               log->view->launches - rule(log, "copy-killed") -
                   rule(log, "launch-foreign"));
    ASSERT_INT(log->info.rows, log->n + rule(log, "job-empty"));
    ASSERT_INT(log->view->jobs, log->info.rows);
}

/* Works come in order, and after earlier ones; nodes are up before they are
 * down. */
static void check_order(const struct log *log)
{
    for (int i = 0; i < log->n; i++) {
        const struct pt_work *work = &log->works[i].work;
        assert_true(work->gap >= 0 && work->after >= 0 && work->after <= i);
        if (i > 0)
            assert_true(work->job.submit >= log->works[i - 1].work.job.submit);
    }
    for (int64_t i = 0; i < log->info.machine->nodes; i++) {
        const struct pt_machine_node *node = &log->info.machine->node[i];
        assert_true(node->up >= 0 && node->down >= node->up);
        assert_true(node->node.size.amount[PT_CORES] >= 1000);
    }
}

static bool check_public_log(const struct public_log *expected)
{
    char name[300], path[600];
    int64_t counts[COUNTS];

    snprintf(name, sizeof name, "spark-eventlogs/%s", expected->name);
    if (!shared_path(path, sizeof path, name))
        return false;
    struct log *log = read_log(path, NULL, 0, NULL, 1);
    if (log->status < 0)
        print_error("%s\n", log->message);
    ASSERT_INT(log->status, 0);
    count(log, counts);
    for (int i = 0; i < COUNTS; i++) {
        if (counts[i] != expected->counts[i])
            print_error("%s: %s\n", expected->name, count_names[i]);
        ASSERT_INT(counts[i], expected->counts[i]);
    }
    check_launches(log);
    check_order(log);
    ASSERT_INT(strlen(log->info.digest), 64);
    forget(log);
    return true;
}

static void test_every_public_log_is_read_without_loss(void **state)
{
    int found = 0;

    (void)state;
    for (size_t i = 0; i < sizeof public_logs / sizeof public_logs[0]; i++)
        found += check_public_log(&public_logs[i]);
    if (found == 0)
        skip();
}

static struct log *read_public(const char *name, const char *params)
{
    char shared[300], path[600];

    snprintf(shared, sizeof shared, "spark-eventlogs/%s", name);
    shared_path_or_skip(path, sizeof path, shared);
    struct log *log = read_log(path, NULL, 0, params, 1);
    ASSERT_INT(log->status, 0);
    return log;
}

static void test_the_malformed_log_is_told_by_line_and_useful(void **state)
{
    struct log *log =
        read_public("spark-rapids-tools/malformed_json_eventlog.zstd", NULL);

    (void)state;
    ASSERT_INT(log->view->nnotes, 1);
    ASSERT_HAS(log->view->notes[0], "malformed_json_eventlog.zstd:4:43: not an "
                                    "event");
    ASSERT_INT(log->n, 2);
    ASSERT_INT(log->works[1].work.job.nstages, 4);
    forget(log);
}

static void test_the_truncated_log_is_told_by_line_and_useful(void **state)
{
    struct log *log =
        read_public("spark-rapids-tools/truncated_eventlog", NULL);

    (void)state;
    ASSERT_INT(log->view->nnotes, 1);
    ASSERT_HAS(log->view->notes[0], "truncated_eventlog:62: the log ends here");
    ASSERT_INT(rule(log, "log-unfinished"), 1);
    ASSERT_INT(rule(log, "launch-unended"), 3);
    ASSERT_INT(log->n, 2);
    ASSERT_INT(log->works[1].work.after, 1);
    assert_false(log->works[1].stages[0].recorded);
    forget(log);
}

/* Jobs 1 and 2 read what job 0 made, under other numbers. */
static void test_adaptive_queries_resolve_to_what_ran(void **state)
{
    static const int64_t ran[] = {0, 2, 5, 6, 8, 11};
    struct log *log = read_public("apache-spark/local-1642039451826", NULL);

    (void)state;
    ASSERT_INT(log->n, 6);
    for (int i = 0; i < 6; i++) {
        ASSERT_INT(log->works[i].work.job.nstages, 1);
        ASSERT_INT(log->works[i].stages[0].stage.id, ran[i]);
        ASSERT_INT(log->works[i].work.after, i);
    }
    ASSERT_INT(rule(log, "stage-skipped"), 6);
    ASSERT_INT(rule(log, "parent-elsewhere"), 0);
    assert_true(log->works[2].stages[0].stage.result);
    assert_false(log->works[0].stages[0].stage.result);
    forget(log);
}

static void test_fetch_failures_name_the_task_that_made_it(void **state)
{
    struct log *log = read_public(
        "spark-rapids-tools/tasks_executors_fail_compressed_eventlog.zstd",
        NULL);
    const struct kept_work *last = &log->works[log->n - 1];

    (void)state;
    ASSERT_INT(last->work.job.id, 79);
    ASSERT_INT(last->work.job.nstages, 2);
    ASSERT_INT(last->stages[1].stage.id, 238);
    ASSERT_INT(last->stages[1].outcome, PT_FAILURE);
    ASSERT_TAKES(&last->stages[1], 72, "S16 F27(0.9)");
    ASSERT_TAKES(&last->stages[1], 138, "S11 F7(0.1)");
    ASSERT_INT(rule(log, "fetch-unresolved"), 0);
    ASSERT_TEXT(condition(log, "outputs"), "local");
    forget(log);
}

static void test_profiles_say_where_stages_run_and_what_they_need(void **state)
{
    struct log *log = read_public("spark-rapids-tools/rp_nosql_eventlog", NULL);
    const struct pt_stage *stage = &log->works[0].stages[0].stage;
    const struct pt_machine *machine = log->info.machine;

    (void)state;
    ASSERT_INT(stage->profile, 2);
    ASSERT_INT(stage->need.amount[PT_CORES], 2000);
    ASSERT_INT(stage->need.amount[PT_GPUS], 2000);
    ASSERT_INT(machine->nodes, 3);
    ASSERT_INT(machine->node[0].node.profile, 1);
    ASSERT_INT(machine->node[0].node.size.amount[PT_GPUS], 1000);
    ASSERT_INT(machine->node[1].node.profile, 2);
    ASSERT_INT(machine->node[1].node.size.amount[PT_GPUS], 2000);
    ASSERT_TEXT(condition(log, "dynamic"), "on");
    forget(log);
}

/* XGBoost before it used barriers: a gang in all but name. */
static void test_a_stage_is_a_gang_when_asked_for(void **state)
{
    struct log *log =
        read_public("spark-rapids-tools/xgboost_eventlog.zstd", "gang=5");
    const struct kept_work *work = &log->works[3];

    (void)state;
    ASSERT_INT(work->work.job.nstages, 2);
    ASSERT_INT(work->stages[1].stage.id, 5);
    ASSERT_INT(work->stages[1].stage.ntasks, 16);
    ASSERT_INT(work->stages[1].stage.mode, PT_GANG);
    ASSERT_INT(work->stages[0].stage.mode, PT_PARALLEL);
    ASSERT_INT(log->info.machine->npools, 2);
    ASSERT_INT(work->work.job.pool, 1);
    ASSERT_TEXT(log->info.machine->pools[0].name, "default");
    forget(log);
}

/* --- logs of our own scenarios --- */

static const char *const versions[] = {"3.5.3", "4.0.1", "4.3.0"};

/* The same in all versions. */
static const struct scenario {
    const char *name;
    int64_t jobs, failed_jobs, stages, attempts, failed_attempts, tasks;
    int64_t launches, succeeded, errors, lost, killed, unended;
    int64_t barriers, executors, removed;
} scenarios[] = {
    {"barrier_ok", 2, 0, 5, 5, 0, 22, 22, 22, 0, 0, 0, 0, 1, 4, 0},
    {"barrier_retry", 3, 0, 6, 8, 2, 18, 24, 18, 2, 0, 4, 0, 2, 4, 0},
    {"barrier_two_fail", 2, 0, 4, 5, 1, 12, 15, 12, 2, 0, 1, 0, 1, 4, 0},
    {"barrier_abort", 3, 1, 4, 7, 4, 12, 18, 10, 4, 0, 4, 0, 1, 4, 0},
    {"barrier_result_fails", 3, 1, 5, 5, 1, 17, 17, 14, 1, 0, 0, 2, 1, 4, 0},
    {"too_wide", 2, 0, 3, 3, 0, 10, 10, 10, 0, 0, 0, 0, 0, 4, 0},
    {"sync", 2, 0, 3, 3, 0, 12, 12, 12, 0, 0, 0, 0, 1, 4, 0},
    {"two_gangs", 4, 0, 7, 7, 0, 22, 22, 22, 0, 0, 0, 0, 4, 2, 0},
    {"starve_fifo", 22, 0, 23, 23, 0, 32, 32, 32, 0, 0, 0, 0, 1, 2, 0},
    {"starve_fair", 22, 0, 23, 23, 0, 32, 32, 32, 0, 0, 0, 0, 1, 2, 0},
    {"starve_backlog", 4, 0, 5, 5, 0, 35, 35, 35, 0, 0, 0, 0, 1, 2, 0},
    {"task_retry", 4, 1, 6, 6, 1, 21, 26, 19, 6, 0, 0, 1, 0, 4, 0},
    {"speculation", 3, 0, 5, 5, 0, 24, 25, 24, 0, 0, 1, 0, 1, 3, 0},
    {"exec_lost", 2, 0, 4, 5, 1, 14, 18, 14, 0, 1, 3, 0, 1, 5, 1},
    {"lost_output", 2, 0, 5, 7, 1, 16, 20, 18, 1, 1, 0, 0, 1, 5, 1},
    {"killed", 3, 0, 4, 4, 0, 14, 14, 14, 0, 0, 0, 0, 1, 4, 0},
};

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The entry of FOLDER whose name begins with NAME, and ends there or at a
 * point, but for what is expected of it; any, if NAME is "". */
static bool find_entry(const char *folder, const char *name, char path[600])
{
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    const size_t n = strlen(name);
    bool found = false;

    while (entries && !found && (entry = readdir(entries))) {
        const char *rest = entry->d_name + n;
        found = entry->d_name[0] != '.' && !strstr(entry->d_name, ".json") &&
                strncmp(entry->d_name, name, n) == 0 &&
                (n == 0 || *rest == '\0' || *rest == '.');
        if (found)
            snprintf(path, 600, "%s/%s", folder, entry->d_name);
    }
    if (entries)
        closedir(entries);
    return found;
}

/* A rolling log is a folder in a folder. */
static struct log *read_scenario(const char *version, const char *name,
                                 const char *params)
{
    char folder[100], path[600], inner[600];

    snprintf(folder, sizeof folder, "tests/golden/spark/logs/%s", version);
    if (!find_entry(folder, name, path)) {
        print_message("SKIPPED (no %s/%s)\n", folder, name);
        return NULL;
    }
    if (is_folder(path) && find_entry(path, "", inner))
        snprintf(path, sizeof path, "%s", inner);
    struct log *log = read_log(path, NULL, 0, params, 1);
    if (log->status < 0)
        print_error("%s\n", log->message);
    ASSERT_INT(log->status, 0);
    return log;
}

static void check_scenario(const struct log *log,
                           const struct scenario *expected)
{
    const struct pt_eventlog_view *view = log->view;

    ASSERT_INT(view->jobs, expected->jobs);
    ASSERT_INT(view->jobs_failed, expected->failed_jobs);
    ASSERT_INT(view->stages_run, expected->stages);
    ASSERT_INT(view->attempts, expected->attempts);
    ASSERT_INT(view->attempts_failed, expected->failed_attempts);
    ASSERT_INT(view->tasks, expected->tasks);
    ASSERT_INT(view->launches, expected->launches);
    ASSERT_INT(view->succeeded, expected->succeeded);
    ASSERT_INT(view->errors, expected->errors);
    ASSERT_INT(view->lost, expected->lost);
    ASSERT_INT(view->killed, expected->killed);
    ASSERT_INT(view->unended, expected->unended);
    ASSERT_INT(view->nbarriers, expected->barriers);
    ASSERT_INT(view->executors, expected->executors);
    ASSERT_INT(view->removed, expected->removed);
    ASSERT_INT(rule(log, "line-malformed"), 0);
    ASSERT_INT(rule(log, "event-incomplete"), 0);
}

static void test_every_scenario_is_read_alike_in_all_versions(void **state)
{
    int found = 0;

    (void)state;
    for (size_t v = 0; v < sizeof versions / sizeof versions[0]; v++)
        for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
            struct log *log =
                read_scenario(versions[v], scenarios[i].name, NULL);
            if (!log)
                continue;
            found++;
            check_scenario(log, &scenarios[i]);
            check_launches(log);
            check_order(log);
            forget(log);
        }
    if (found == 0)
        skip();
}

/* Member 1 of the gang `room` fails at first; the others are killed for it. */
static void test_a_gang_that_is_retried_fails_once_here_too(void **state)
{
    (void)state;
    for (size_t v = 0; v < sizeof versions / sizeof versions[0]; v++) {
        struct log *log = read_scenario(versions[v], "barrier_retry", NULL);
        if (!log)
            continue;
        const struct kept_stage *gang = &log->works[1].stages[0];
        ASSERT_INT(gang->stage.mode, PT_GANG);
        ASSERT_INT(gang->stage.ntasks, 2);
        assert_false(gang->stage.result);
        ASSERT_INT(gang->takes_at[1], 2);
        ASSERT_INT(gang->takes_at[2], 4);
        ASSERT_INT(gang->takes[0].outcome, PT_SUCCESS);
        ASSERT_INT(gang->takes[0].length, gang->takes[1].length);
        ASSERT_INT(gang->takes[2].outcome, PT_FAILURE);
        ASSERT_INT(gang->takes[2].fault, PT_FAULT_ERROR);
        ASSERT_INT(gang->takes[3].outcome, PT_SUCCESS);
        assert_true(gang->recorded);
        ASSERT_TEXT(condition(log, "gate"), "on");
        forget(log);
    }
}

/* Of the gang's two tasks one runs in attempt 1, as number 0 of it. */
static void test_a_partial_attempt_is_led_back_to_its_task(void **state)
{
    (void)state;
    for (size_t v = 0; v < sizeof versions / sizeof versions[0]; v++) {
        struct log *log = read_scenario(versions[v], "lost_output", NULL);
        int failures = 0, long_ones = 0;
        if (!log)
            continue;
        const struct kept_stage *gang = &log->works[1].stages[0];
        ASSERT_INT(gang->stage.ntasks, 2);
        ASSERT_INT(gang->takes_at[2], 5);
        for (int task = 0; task < 2; task++) {
            const int n = gang->takes_at[task + 1] - gang->takes_at[task];
            const struct pt_take *takes_of = &gang->takes[gang->takes_at[task]];
            long_ones += n == 3;
            if (n == 3)
                failures += takes_of[1].outcome == PT_FAILURE;
        }
        ASSERT_INT(long_ones, 1);
        ASSERT_INT(failures, 1);
        ASSERT_INT(rule(log, "index-guessed"), 0);
        forget(log);
    }
}

/* The slow task's original ran on until it was killed; the copy's length is the
 * second launch's. */
static void test_a_copy_that_won_is_the_second_launch(void **state)
{
    (void)state;
    for (size_t v = 0; v < sizeof versions / sizeof versions[0]; v++) {
        struct log *log = read_scenario(versions[v], "speculation", NULL);
        if (!log)
            continue;
        const struct kept_stage *stage = &log->works[1].stages[0];
        const struct pt_take *slow = &stage->takes[stage->takes_at[3]];
        ASSERT_INT(stage->takes_at[4] - stage->takes_at[3], 2);
        ASSERT_INT(slow[0].outcome, PT_SUCCESS);
        assert_true(slow[0].length > slow[1].length);
        ASSERT_TEXT(condition(log, "speculation"), "on");
        forget(log);
    }
}

static void test_the_defaults_are_the_versions(void **state)
{
    struct log *old = read_scenario("3.5.3", "barrier_ok", NULL);
    struct log *new = read_scenario("4.0.1", "barrier_ok", NULL);

    (void)state;
    if (!old || !new)
        skip();
    ASSERT_TEXT(condition(old, "holes"), "h2+h3+h5+h6+h7+h9+h10+result");
    ASSERT_TEXT(condition(new, "holes"), "as-spark");
    ASSERT_TEXT(condition(old, "task_failures"), "4");
    forget(old);
    forget(new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_public_log_is_read_without_loss),
        cmocka_unit_test(test_the_malformed_log_is_told_by_line_and_useful),
        cmocka_unit_test(test_the_truncated_log_is_told_by_line_and_useful),
        cmocka_unit_test(test_adaptive_queries_resolve_to_what_ran),
        cmocka_unit_test(test_fetch_failures_name_the_task_that_made_it),
        cmocka_unit_test(test_profiles_say_where_stages_run_and_what_they_need),
        cmocka_unit_test(test_a_stage_is_a_gang_when_asked_for),
        cmocka_unit_test(test_every_scenario_is_read_alike_in_all_versions),
        cmocka_unit_test(test_a_gang_that_is_retried_fails_once_here_too),
        cmocka_unit_test(test_a_partial_attempt_is_led_back_to_its_task),
        cmocka_unit_test(test_a_copy_that_won_is_the_second_launch),
        cmocka_unit_test(test_the_defaults_are_the_versions),
    };

    return cmocka_run_group_tests_name("eventlog_logs", tests, NULL, NULL) != 0;
}
