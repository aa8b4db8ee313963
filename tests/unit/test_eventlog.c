/* Event logs written for the purpose: what becomes of jobs, stages, launches.
 * Executors and rules are in test_eventlog_machine.c, files in
 * test_eventlog_files.c, logs of Spark's own in test_eventlog_logs.c. */
#include "tests/unit/eventlog_reading.h"
#include "tests/unit/eventlog_writing.h"

/* One job of one stage with LAUNCHES [N], in ATTEMPTS of NTASKS tasks each. */
static struct log *read_launches(const char *version, const struct spec *spec,
                                 int attempts, const int *ntasks,
                                 const struct launch *launches, int n)
{
    const struct spec *const stages[] = {spec};
    struct paper paper;

    write_head(&paper, version, "");
    write_job(&paper, 0, 1000, "", 1, stages);
    for (int a = 0; a < attempts; a++) {
        int last = 1000;
        write_begin(&paper, spec, a, ntasks[a], 1000 + 10000 * a);
        for (int i = 0; i < n; i++) {
            if (launches[i].attempt != a)
                continue;
            write_launch(&paper, &launches[i]);
            last = launches[i].to > last ? launches[i].to : last;
        }
        write_end(&paper, spec, a, ntasks[a], last, a == attempts - 1);
    }
    write_job_end(&paper, 0, 100000, true);
    write_tail(&paper, 100001);
    return read_paper(&paper, NULL);
}

#define READ_LAUNCHES(version, spec, ntasks, launches)                         \
    read_launches(version, spec, (int)(sizeof(ntasks) / sizeof *(ntasks)),     \
                  ntasks, launches,                                            \
                  (int)(sizeof(launches) / sizeof *(launches)))

static void test_a_job_is_the_stages_that_it_ran(void **state)
{
    static const struct spec again = {.id = 2, .ntasks = 2, .rdds = "0,1"};
    static const struct spec last = {
        .id = 3, .ntasks = 1, .parents = "2", .rdds = "3"};
    const struct spec *const first[] = {&reduce, &map};
    const struct spec *const second[] = {&last, &again};
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    write_job(&paper, 0, 1000, "", 2, first);
    write_tasks(&paper, &map, 0, 1010, 2010, false);
    write_tasks(&paper, &reduce, 2, 2020, 2520, true);
    write_job_end(&paper, 0, 2530, true);
    write_job(&paper, 1, 3000, "", 2, second);
    write_tasks(&paper, &last, 4, 3010, 3110, true);
    write_job_end(&paper, 1, 3120, true);
    write_tail(&paper, 4000);
    struct log *log = read_paper(&paper, NULL);
    ASSERT_INT(log->n, 2);
    ASSERT_INT(log->works[0].work.job.nstages, 2);
    ASSERT_INT(log->works[0].stages[0].stage.id, 0);
    ASSERT_INT(log->works[0].stages[1].stage.nparents, 1);
    ASSERT_INT(log->works[0].stages[1].parents[0], 0);
    assert_true(log->works[0].stages[1].stage.result);
    assert_true(log->works[0].stages[1].stage.retries);
    ASSERT_INT(log->works[0].stages[1].stage.limit, 500000);
    ASSERT_INT(log->works[1].work.job.nstages, 1);
    ASSERT_INT(log->works[1].stages[0].stage.nparents, 0);
    ASSERT_INT(log->works[1].work.after, 1);
    ASSERT_INT(log->works[1].work.gap, 470000);
    ASSERT_INT(log->works[1].work.job.submit, 3 * PT_SECOND);
    ASSERT_INT(rule(log, "stage-skipped"), 1);
    ASSERT_INT(rule(log, "parent-elsewhere"), 0);
    ASSERT_INT(log->info.machine->unix_start, T0 / 1000);
    forget(log);
}

static void test_a_stage_waits_for_all_that_it_reads(void **state)
{
    static const struct spec other = {.id = 1, .ntasks = 1, .rdds = "5"};
    static const struct spec empty = {
        .id = 2, .ntasks = 0, .parents = "1", .rdds = "6"};
    static const struct spec join = {
        .id = 3, .ntasks = 1, .parents = "0,2", .rdds = "7"};
    const struct spec *const stages[] = {&join, &empty, &other, &map};
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    write_job(&paper, 0, 1000, "", 4, stages);
    write_tasks(&paper, &map, 0, 1010, 2010, false);
    write_tasks(&paper, &other, 2, 1010, 4010, false);
    write_tasks(&paper, &empty, 3, 4010, 4010, false);
    write_tasks(&paper, &join, 4, 4020, 4520, true);
    write_job_end(&paper, 0, 4530, true);
    write_tail(&paper, 5000);
    struct log *log = read_paper(&paper, NULL);
    const struct kept_stage *last = &log->works[0].stages[2];
    ASSERT_INT(log->works[0].work.job.nstages, 3);
    ASSERT_INT(last->stage.nparents, 2);
    ASSERT_INT(last->parents[0] + last->parents[1], 1);
    ASSERT_INT(rule(log, "stage-empty"), 1);
    ASSERT_INT(log->view->critical, 3500000);
    ASSERT_INT(log->view->npath, 2);
    ASSERT_INT(log->view->path[0].stage, 1);
    ASSERT_INT(log->view->path[1].stage, 3);
    assert_true(last->recorded);
    ASSERT_INT(last->ready, 4020000);
    ASSERT_INT(last->end, 4520000);
    forget(log);
}

static void test_takes_are_by_launch(void **state)
{
    static const int ntasks[] = {3};
    static const struct spec spec = {.id = 0, .ntasks = 3, .rdds = "0"};
    static const struct launch launches[] = {
        {.id = 0, .index = 0, .from = 1000, .to = 1500, .reason = REASON_ERROR},
        {.id = 1, .index = 1, .from = 1000, .to = 1400, .reason = REASON_LOST},
        {.id = 2, .index = 2, .from = 1000, .to = 1700},
        {.id = 3, .index = 0, .from = 1600, .to = 1650, .reason = REASON_ERROR},
        {.id = 4, .index = 1, .from = 1500, .to = 2500},
        {.id = 5, .index = 0, .from = 1700, .to = 2300},
    };
    struct log *log = READ_LAUNCHES("3.5.0", &spec, ntasks, launches);
    const struct kept_stage *stage = &log->works[0].stages[0];

    (void)state;
    ASSERT_TAKES(stage, 0, "E500 E50 S600");
    ASSERT_TAKES(stage, 1, "S1000 S1000");
    ASSERT_TAKES(stage, 2, "S700");
    ASSERT_INT(rule(log, "launch-lost"), 1);
    ASSERT_INT(log->view->errors, 2);
    ASSERT_INT(stage->stage.limit, 1000000);
    forget(log);
}

static void test_of_two_copies_both_may_count(void **state)
{
    static const int ntasks[] = {2};
    static const struct launch launches[] = {
        {.id = 0, .index = 0, .from = 1000, .to = 1500},
        {.id = 1,
         .index = 1,
         .from = 1000,
         .to = 3100,
         .reason = REASON_KILLED},
        {.id = 2, .index = 1, .from = 2000, .to = 2600, .copy = true},
        {.id = 3,
         .index = 0,
         .from = 1400,
         .to = 1510,
         .copy = true,
         .reason = REASON_KILLED},
    };
    struct log *log = READ_LAUNCHES("3.5.0", &map, ntasks, launches);

    (void)state;
    ASSERT_TAKES(&log->works[0].stages[0], 0, "S500");
    ASSERT_TAKES(&log->works[0].stages[0], 1, "S2100 S600");
    ASSERT_INT(rule(log, "copy-killed"), 1);
    ASSERT_INT(rule(log, "launch-killed"), 1);
    ASSERT_INT(log->view->copies, 2);
    forget(log);
}

static void test_what_is_not_known_is_the_median(void **state)
{
    static const int ntasks[] = {5};
    static const struct spec spec = {.id = 0, .ntasks = 5, .rdds = "0"};
    static const struct launch launches[] = {
        {.id = 0, .index = 0, .from = 1000, .to = 1500},
        {.id = 1, .index = 1, .from = 1000, .to = 1700},
        {.id = 2, .index = 2, .from = 1000, .to = 1800},
        {.id = 3,
         .index = 3,
         .from = 1000,
         .to = 1100,
         .reason = REASON_KILLED},
    };
    struct log *log = READ_LAUNCHES("3.5.0", &spec, ntasks, launches);

    (void)state;
    ASSERT_TAKES(&log->works[0].stages[0], 3, "S700");
    ASSERT_TAKES(&log->works[0].stages[0], 4, "S700");
    ASSERT_INT(rule(log, "task-unlaunched"), 1);
    ASSERT_INT(rule(log, "launch-killed"), 1);
    forget(log);
}

/* Attempt 1 has tasks 1 and 2 of the stage as its 0 and 1. */
static void check_partial(const char *version, bool told)
{
    const int ntasks[] = {3, 2};
    const struct spec spec = {.id = 0, .ntasks = 3, .rdds = "0"};
    const struct launch launches[] = {
        {.id = 0, .index = 0, .from = 1000, .to = 1500, .partition = told},
        {.id = 1,
         .index = 1,
         .from = 1000,
         .to = 1600,
         .partition = told ? 2 : 0,
         .executor = 2},
        {.id = 2,
         .index = 2,
         .from = 1000,
         .to = 1700,
         .partition = told ? 3 : 0,
         .reason = REASON_ERROR},
        {.id = 1,
         .index = 1,
         .from = 1000,
         .to = 1600,
         .reason = "\"Reason\":\"Resubmitted\""},
        {.id = 3,
         .attempt = 1,
         .index = 0,
         .from = 11000,
         .to = 11010,
         .partition = told ? 2 : 0},
        {.id = 4,
         .attempt = 1,
         .index = 1,
         .from = 11000,
         .to = 11020,
         .partition = told ? 3 : 0},
    };
    struct log *log = READ_LAUNCHES(version, &spec, ntasks, launches);
    const struct kept_stage *stage = &log->works[0].stages[0];

    ASSERT_INT(stage->stage.ntasks, 3);
    ASSERT_TAKES(stage, 0, "S500");
    ASSERT_TAKES(stage, 1, "S600 S10");
    ASSERT_TAKES(stage, 2, "E700 S20");
    ASSERT_INT(rule(log, "index-guessed"), told ? 0 : 2);
    ASSERT_INT(rule(log, "end-resubmitted"), 1);
    ASSERT_INT(log->view->resubmitted, 1);
    forget(log);
}

static void test_a_later_attempt_is_led_back_to_the_first(void **state)
{
    (void)state;
    check_partial("3.1.0", false);
    check_partial("3.5.0", true);
}

/* A launch that fails to fetch, and maybe another one that does not. */
static struct log *read_fetch(const char *version, const char *reason,
                              bool again)
{
    const struct spec *const stages[] = {&map, &reduce};
    struct paper paper;

    write_head(&paper, version, "");
    write_job(&paper, 0, 1000, "", 2, stages);
    write_tasks(&paper, &map, 10, 1010, 2010, false);
    write_begin(&paper, &reduce, 0, 2, 2020);
    write_launch(
        &paper,
        &(struct launch){
            .stage = 1, .id = 20, .from = 2020, .to = 2030, .reason = reason});
    if (again)
        write_launch(
            &paper,
            &(struct launch){.stage = 1, .id = 21, .from = 2030, .to = 2040});
    write_end(&paper, &reduce, 0, 2, 2041, false);
    write_tail(&paper, 3000);
    return read_paper(&paper, NULL);
}

static void test_a_fetch_failure_names_what_it_could_not_read(void **state)
{
    static const struct {
        const char *version, *reason, *expected;
    } cases[] = {
        {"4.0.0", "\"Reason\":\"FetchFailed\",\"Map ID\":11,\"Map Index\":1",
         "F10(0.1) S10"},
        {"4.0.0", "\"Reason\":\"FetchFailed\",\"Map ID\":-1,\"Map Index\":-1",
         "X10 S10"},
        {"4.0.0", "\"Reason\":\"FetchFailed\",\"Map ID\":20,\"Map Index\":0",
         "X10 S10"},
        {"4.0.0", "\"Reason\":\"FetchFailed\",\"Map ID\":11,\"Map Index\":2",
         "X10 S10"},
        {"2.4.0", "\"Reason\":\"FetchFailed\",\"Map ID\":1", "F10(0.1) S10"},
        {"2.4.0", "\"Reason\":\"FetchFailed\",\"Map ID\":9", "X10 S10"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct log *log = read_fetch(cases[i].version, cases[i].reason, true);
        ASSERT_TAKES(&log->works[0].stages[1], 0, cases[i].expected);
        ASSERT_INT(rule(log, "fetch-unresolved"), cases[i].expected[0] == 'X');
        ASSERT_INT(log->view->fetch_failures, 1);
        forget(log);
    }
}

/* It stands for all further ones: what is excused for ever never ends. */
static void test_the_last_failure_to_fetch_counts(void **state)
{
    struct log *log =
        read_fetch("4.0.0", "\"Reason\":\"FetchFailed\",\"Map ID\":-1", false);

    (void)state;
    ASSERT_TAKES(&log->works[0].stages[1], 0, "E10");
    ASSERT_INT(rule(log, "fetch-unresolved"), 1);
    forget(log);
}

static void test_a_barrier_stage_is_a_gang(void **state)
{
    static const int ntasks[] = {2, 2};
    static const struct spec spec = {
        .id = 0, .ntasks = 2, .rdds = "1,0", .barrier = true};
    static const struct launch launches[] = {
        {.id = 0, .index = 0, .from = 1000, .to = 1500, .reason = REASON_ERROR},
        {.id = 1,
         .index = 1,
         .from = 1000,
         .to = 1600,
         .reason = REASON_KILLED},
        {.id = 2, .attempt = 1, .index = 0, .from = 11000, .to = 12000},
        {.id = 3, .attempt = 1, .index = 1, .from = 11000, .to = 12500},
    };
    struct log *log = READ_LAUNCHES("4.0.0", &spec, ntasks, launches);
    const struct kept_stage *stage = &log->works[0].stages[0];

    (void)state;
    ASSERT_INT(stage->stage.mode, PT_GANG);
    ASSERT_TAKES(stage, 0, "E500 S1000");
    ASSERT_TAKES(stage, 1, "S1500 S1500");
    ASSERT_INT(log->view->nbarriers, 1);
    ASSERT_INT(log->view->barriers[0].ntasks, 2);
    ASSERT_INT(stage->ready, PT_SECOND);
    ASSERT_INT(stage->end, 12500000);
    forget(log);
}

static void test_a_completion_told_twice_counts_once(void **state)
{
    const struct spec *const stages[] = {&map};
    struct paper paper;

    (void)state;
    write_head(&paper, "4.0.0", "");
    write_job(&paper, 0, 1000, "", 1, stages);
    write_tasks(&paper, &map, 0, 1010, 2010, true);
    write_end(&paper, &map, 0, 2, 2999, false);
    write_job_end(&paper, 0, 3000, true);
    write_tail(&paper, 4000);
    struct log *log = read_paper(&paper, NULL);
    ASSERT_INT(rule(log, "completion-repeated"), 1);
    ASSERT_INT(log->works[0].stages[0].end, 2010000);
    ASSERT_INT(log->view->attempts_failed, 0);
    forget(log);
}

/* Jobs 1 and 2 come after 0, side by side; 3 after 2, which ended later. */
static struct log *read_chain(const char *params, double scale)
{
    static const int times[][2] = {
        {1000, 2000}, {2100, 2500}, {2200, 3000}, {3500, 3600}};
    struct paper paper;

    write_head(&paper, "3.5.0", "");
    for (int i = 0; i < 4; i++) {
        const struct spec spec = {.id = i, .ntasks = 1};
        const struct spec *const stages[] = {&spec};
        write_job(&paper, i, times[i][0], "", 1, stages);
        write_tasks(&paper, &spec, i, times[i][0], times[i][1] - 10, true);
        write_job_end(&paper, i, times[i][1], true);
    }
    write_tail(&paper, 4000);
    struct log *log = read_log("log", paper.text, paper.n, params, scale);
    pt_free(paper.text);
    return log;
}

static void test_a_job_comes_after_the_one_that_ended_last(void **state)
{
    static const int64_t after[] = {0, 1, 1, 3};
    static const pt_time gap[] = {0, 100000, 200000, 500000};
    struct log *log = read_chain(NULL, 1);

    (void)state;
    for (int i = 0; i < 4; i++) {
        ASSERT_INT(log->works[i].work.after, after[i]);
        ASSERT_INT(log->works[i].work.gap, gap[i]);
    }
    ASSERT_INT(log->view->critical, 990000 + 200000 + 790000 + 500000 + 90000);
    ASSERT_INT(log->view->critical_gaps, 700000);
    forget(log);
    log = read_chain(NULL, 0.5);
    ASSERT_INT(log->works[3].work.gap, 250000);
    ASSERT_INT(log->works[3].work.job.submit, 1000000 + 1250000);
    forget(log);
    log = read_chain("chain=none", 1);
    ASSERT_INT(log->works[3].work.after, 0);
    ASSERT_INT(log->works[3].work.gap, 0);
    ASSERT_INT(log->works[3].work.job.submit, 3500000);
    forget(log);
}

/* The first of the log is lost. */
static void test_what_no_job_lists_is_the_next_ends(void **state)
{
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    write_tasks(&paper, &map, 0, 1010, 2010, false);
    write_tasks(&paper, &reduce, 2, 2020, 2520, true);
    write_job_end(&paper, 7, 2530, true);
    write_tasks(&paper, &(struct spec){.id = 5, .ntasks = 1}, 4, 3000, 3100,
                true);
    write_tail(&paper, 4000);
    struct log *log = read_paper(&paper, NULL);
    ASSERT_INT(log->n, 2);
    ASSERT_INT(log->works[0].work.job.id, 7);
    ASSERT_INT(log->works[0].work.job.nstages, 2);
    ASSERT_INT(log->works[0].work.job.submit, 1010000);
    ASSERT_INT(log->works[1].work.job.id, -1);
    ASSERT_INT(log->works[1].work.after, 1);
    ASSERT_INT(rule(log, "start-missing"), 2);
    forget(log);
}

static void test_a_job_without_stages_is_dropped(void **state)
{
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    write_job(&paper, 0, 1000, "", 0, NULL);
    write_job_end(&paper, 0, 1001, true);
    write_tail(&paper, 4000);
    struct log *log = read_paper(&paper, NULL);
    ASSERT_INT(log->n, 0);
    ASSERT_INT(log->info.rows, 1);
    ASSERT_INT(rule(log, "job-empty"), 1);
    forget(log);
}

/* A gang by number, by name, by the number of one that was skipped, by none. */
static void test_stages_become_gangs_when_asked_for(void **state)
{
    static const struct {
        const char *params, *message;
    } bad[] = {
        {"gang=8", "gang: no stage '8' ran (expected"},
        {"gang=0+stage", "gang: no stage 'stage' ran (expected"},
        {"gang=2", "gang: stage 2 was skipped (did you mean the one that ran, "
                   "0?)"},
    };
    static const struct spec again = {.id = 2, .ntasks = 2, .rdds = "0,1"};
    const struct spec *const stages[] = {&reduce, &map, &again};
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    write_job(&paper, 0, 1000, "", 3, stages);
    write_tasks(&paper, &map, 0, 1010, 2010, false);
    write_tasks(&paper, &reduce, 2, 2020, 2520, true);
    write_job_end(&paper, 0, 2530, true);
    write_tail(&paper, 4000);
    struct log *log = read_log("log", paper.text, paper.n, "gang=0+stage 1", 1);
    ASSERT_INT(log->works[0].stages[0].stage.mode, PT_GANG);
    ASSERT_INT(log->works[0].stages[1].stage.mode, PT_GANG);
    forget(log);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        log = read_log("log", paper.text, paper.n, bad[i].params, 1);
        ASSERT_INT(log->status, -1);
        ASSERT_HAS(log->message, bad[i].message);
        forget(log);
    }
    pt_free(paper.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_is_the_stages_that_it_ran),
        cmocka_unit_test(test_a_stage_waits_for_all_that_it_reads),
        cmocka_unit_test(test_takes_are_by_launch),
        cmocka_unit_test(test_of_two_copies_both_may_count),
        cmocka_unit_test(test_what_is_not_known_is_the_median),
        cmocka_unit_test(test_a_later_attempt_is_led_back_to_the_first),
        cmocka_unit_test(test_a_fetch_failure_names_what_it_could_not_read),
        cmocka_unit_test(test_the_last_failure_to_fetch_counts),
        cmocka_unit_test(test_a_barrier_stage_is_a_gang),
        cmocka_unit_test(test_a_completion_told_twice_counts_once),
        cmocka_unit_test(test_a_job_comes_after_the_one_that_ended_last),
        cmocka_unit_test(test_what_no_job_lists_is_the_next_ends),
        cmocka_unit_test(test_a_job_without_stages_is_dropped),
        cmocka_unit_test(test_stages_become_gangs_when_asked_for),
    };

    return cmocka_run_group_tests_name("eventlog", tests, NULL, NULL) != 0;
}
