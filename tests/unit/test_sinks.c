#include "tests/unit/check.h"
#include <jansson.h>
#include "base/random.h"
#include "tests/unit/reports.h"
#include "version.h"

extern const struct pt_sink pt_sink_jobs_csv;
extern const struct pt_sink pt_sink_ledger_csv;
extern const struct pt_sink pt_sink_timeline_csv;
extern const struct pt_sink pt_sink_run_json;
extern const struct pt_sink pt_sink_stages_csv;

static void test_jobs_csv_begins_with_the_columns_of_batsim(void **state)
{
    struct pt_report *report = calloc(1, sizeof *report);
    char *text = text_of(&pt_sink_jobs_csv, "w", NULL, 0, report);

    (void)state;
    ASSERT_TEXT(text,
                "job_id,workload_name,profile,submission_time,"
                "requested_number_of_resources,requested_time,success,"
                "final_state,starting_time,execution_time,finish_time,"
                "waiting_time,turnaround_time,stretch,allocated_resources,"
                "consumed_energy,metadata,user_id,group_id,queue,"
                "bounded_slowdown,first_start_time,attempts,hold_timeouts,"
                "held_time,lost_time,first_promise,checkpoint_time,"
                "restart_time,useful_time\n");
    free(text);
    free(report);
}

static void test_a_row_of_jobs_csv_says_all_about_its_job(void **state)
{
    struct pt_report *report = calloc(1, sizeof *report);
    const struct pt_stage stages[] = {
        {.ntasks = 2, .mode = PT_PARALLEL, .limit = 90 * S},
        {.ntasks = 9, .mode = PT_GANG, .limit = 60 * S},
    };
    const struct pt_job job = {.id = 4711,
                               .user = 7,
                               .group = -1,
                               .queue = 3,
                               .nstages = 2,
                               .submit = -S / 2,
                               .stages = stages};
    const struct pt_range ranges[] = {{99, 1}, {9, 7}, {0, 4}, {7, 1}, {4, 1}};
    const struct pt_record record = {
        .job = &job,
        .state = PT_LIMIT,
        .tries = 3,
        .timeouts = 1,
        .first_start = 2 * S,
        .last_start = 5 * S,
        .end = 12 * S,
        .promise = 3 * S,
        .held = 1250000,
        .lost = 2 * S,
        .checkpoint = S / 4,
        .restart = 5,
        .useful = 9 * S,
        .range = 1,
        .nranges = 4,
    };
    const struct pt_step step = {
        .now = 12 * S, .records = &record, .nrecords = 1, .ranges = ranges};
    char *text = text_of(&pt_sink_jobs_csv, "a,\"b\"", &step, 1, report);

    (void)state;
    ASSERT_TEXT(after_first_line(text),
                "4711,\"a,\"\"b\"\"\",gang,-0.5,9,90,0,"
                "COMPLETED_WALLTIME_REACHED,5,7,12,2.5,12.5,1.785714,"
                "0-4 7 9-15,-1,,7,-1,3,1.25,2,3,1,1.25,2,3,0.25,0.000005,9\n");
    free(text);
    free(report);
}

/* One record of JOB at END. */
static struct pt_record record_of(const struct pt_job *job, enum pt_state state,
                                  pt_time start, pt_time end)
{
    return (struct pt_record){.job = job,
                              .state = state,
                              .tries = 1,
                              .first_start = start,
                              .last_start = start,
                              .end = end,
                              .promise = PT_TIME_NEVER};
}

static void
test_rows_are_in_order_of_end_and_rank_and_the_rest_comes_last(void **state)
{
    struct pt_report *report = calloc(1, sizeof *report);
    const struct pt_stage stage = {.ntasks = 1, .limit = PT_TIME_NEVER};
    struct pt_job jobs[7];
    struct pt_record records[7];

    (void)state;
    for (int i = 0; i < 7; i++)
        jobs[i] = (struct pt_job){
            .rank = i, .id = 100 + i, .nstages = 1, .stages = &stage};
    records[0] = record_of(&jobs[4], PT_REJECTED, PT_TIME_NEVER, 0);
    records[1] = record_of(&jobs[6], PT_DONE, 0, 5 * S);
    records[2] = record_of(&jobs[2], PT_FAILED, 0, 5 * S);
    records[3] = record_of(&jobs[0], PT_CUT, PT_TIME_NEVER, 5 * S);
    records[4] = record_of(&jobs[1], PT_DONE, 6 * S, 6 * S);
    records[5] = record_of(&jobs[5], PT_UNFINISHED, 3 * S, 6 * S);
    records[6] = record_of(&jobs[3], PT_UNFINISHED, PT_TIME_NEVER, 6 * S);
    const struct pt_step steps[] = {
        {.now = 0, .records = &records[0], .nrecords = 1},
        {.now = 5 * S, .records = &records[1], .nrecords = 1},
        {.now = 5 * S, .records = &records[2], .nrecords = 2},
        {.now = 6 * S, .records = &records[4], .nrecords = 3},
    };
    char *text = text_of(&pt_sink_jobs_csv, "w", steps, 4, report);
    ASSERT_TEXT(
        after_first_line(text),
        "100,w,parallel,0,1,,0,COMPLETED_KILLED,,,,,,,,,,0,0,0,,,1,0,0,0,,0,0,"
        "0\n"
        "102,w,parallel,0,1,,0,COMPLETED_FAILED,0,5,5,0,5,1,,-1,,0,0,0,1,0,1,"
        "0,0,0,,0,0,0\n"
        "106,w,parallel,0,1,,1,COMPLETED_SUCCESSFULLY,0,5,5,0,5,1,,-1,,0,0,0,"
        "1,0,1,0,0,0,,0,0,0\n"
        "101,w,parallel,0,1,,1,COMPLETED_SUCCESSFULLY,6,0,6,6,6,,,-1,,0,0,0,"
        "1,6,1,0,0,0,,0,0,0\n"
        "103,w,parallel,0,1,,0,UNFINISHED,,,,,,,,,,0,0,0,,,1,0,0,0,,0,0,0\n"
        "104,w,parallel,0,1,,0,REJECTED,,,,,,,,,,0,0,0,,,1,0,0,0,,0,0,0\n"
        "105,w,parallel,0,1,,0,UNFINISHED,,,,,,,,,,0,0,0,,3,1,0,0,0,,0,0,0\n");
    free(text);
    free(report);
}

__extension__ typedef __int128 wide;

/* TEXT up to a comma, as exact millionths. */
static wide millionths(const char *text)
{
    wide value = 0;
    int decimals = -1;

    for (; *text != ',' && *text != '\n'; text++) {
        if (*text == '.') {
            decimals = 0;
            continue;
        }
        value = 10 * value + (*text - '0');
        if (decimals >= 0)
            decimals++;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 6; i++)
        value *= 10;
    return value;
}

static void test_times_are_exact_and_ratios_are_rounded_half_up(void **state)
{
    const uint64_t seed = 5;
    struct pt_report *report = calloc(1, sizeof *report);
    const struct pt_stage stage = {.ntasks = 1};

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint32_t round = 0; round < 3000; round++) {
        struct pt_random random;
        pt_random_open(&random, seed, round, PT_PURPOSE_TEST, 0);
        uint32_t shift = pt_random_below(&random, 31);
        pt_time wait = (pt_time)pt_random_u32(&random) << shift >> 8;
        shift = pt_random_below(&random, 31);
        pt_time run = 1 + ((pt_time)pt_random_u32(&random) << shift >> 8);
        struct pt_job job = {.nstages = 1, .stages = &stage, .submit = 1};
        struct pt_record record =
            record_of(&job, PT_DONE, 1 + wait, 1 + wait + run);
        struct pt_step step = {
            .now = record.end, .records = &record, .nrecords = 1};
        char *text = text_of(&pt_sink_jobs_csv, "w", &step, 1, report);
        const char *line = after_first_line(text);

        assert_true(millionths(field(line, 8)) == record.first_start);
        assert_true(millionths(field(line, 9)) == run);
        assert_true(millionths(field(line, 10)) == record.end);
        assert_true(millionths(field(line, 12)) == wait + run);
        wide twice = ((wide)(wait + run) * 2000000 + run) / run;
        assert_true(millionths(field(line, 13)) == twice / 2);
        pt_time floor = run > 10 * S ? run : 10 * S;
        twice = ((wide)(wait + run) * 2000000 + floor) / floor;
        if (twice < 2000000)
            twice = 2000000;
        assert_true(millionths(field(line, 20)) == twice / 2);
        free(text);
    }
    free(report);
}

static void test_a_wide_allocation_is_written_whole(void **state)
{
    enum { COUNT = 50000 };
    struct pt_report *report = calloc(1, sizeof *report);
    struct pt_range *ranges = calloc(COUNT, sizeof *ranges);
    const struct pt_stage stage = {.ntasks = 2 * COUNT};
    const struct pt_job job = {.nstages = 1, .stages = &stage};
    struct pt_record record = record_of(&job, PT_DONE, 0, S);

    (void)state;
    for (int32_t i = 0; i < COUNT; i++)
        ranges[i] = (struct pt_range){3 * (COUNT - 1 - i), 2};
    record.nranges = COUNT;
    struct pt_step step = {
        .now = S, .records = &record, .nrecords = 1, .ranges = ranges};
    char *text = text_of(&pt_sink_jobs_csv, "w", &step, 1, report);
    const char *at = field(after_first_line(text), 14);
    for (int32_t i = 0; i < COUNT; i++) {
        char part[32];
        int n = snprintf(part, sizeof part, "%d-%d%c", 3 * i, 3 * i + 1,
                         i + 1 < COUNT ? ' ' : ',');

        assert_true(strncmp(at, part, (size_t)n) == 0);
        at += n;
    }
    free(text);
    free(ranges);
    free(report);
}

static void test_a_failed_run_frees_its_sinks(void **state)
{
    const struct pt_stage stage = {.ntasks = 1};
    const struct pt_job job = {.nstages = 1, .stages = &stage};
    const struct pt_record record = record_of(&job, PT_DONE, 0, S);
    const struct pt_step step = {.now = S, .records = &record, .nrecords = 1};

    (void)state;
    free(text_of(&pt_sink_jobs_csv, "w", &step, 1, NULL));
    free(text_of(&pt_sink_ledger_csv, "w", NULL, 0, NULL));
    free(text_of(&pt_sink_timeline_csv, "w", NULL, 0, NULL));
    char *text = text_of(&pt_sink_run_json, "w", NULL, 0, NULL);
    ASSERT_TEXT(text, "");
    free(text);
}

static void test_ledger_csv_and_timeline_csv_are_exact(void **state)
{
    struct pt_report *report = calloc(1, sizeof *report);

    (void)state;
    fill_ledger(&report->ledger);
    char *text = text_of(&pt_sink_ledger_csv, "w", NULL, 0, report);
    ASSERT_TEXT(text, "class,slot_seconds,share\n"
                      "useful,5.5,0.7333333333333333\n"
                      "lost,0,0\ncheckpoint,0,0\nrestart,0,0\nhold,0,0\n"
                      "barrier,0,0\ndrain,2,0.26666666666666666\nfrag,0,0\n"
                      "blocked,0,0\nshort,0,0\nidle,0,0\ndown,0,0\n"
                      "maintenance,0,0\n");
    free(text);
    text = text_of(&pt_sink_timeline_csv, "w", NULL, 0, report);
    ASSERT_TEXT(text, "start,end,useful,lost,checkpoint,restart,hold,barrier,"
                      "drain,frag,blocked,short,idle,down,maintenance,"
                      "queue_mean,demand_mean\n"
                      "1,2,2,0,0,0,0,0,1,0,0,0,0,0,0,1,3\n"
                      "2,3,2,0,0,0,0,0,1,0,0,0,0,0,0,1,3\n"
                      "3,3.5,1.5,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n");
    free(text);
    pt_ledger_fini(&report->ledger);
    free(report);
}

static void
test_run_json_is_json_and_says_where_the_numbers_come_from(void **state)
{
    const char config[] = "{\"policy\":\"easy\",\"scale\":0.1}";
    const struct pt_run run = {.label = "easy",
                               .policy_text = "backfill:depth=1",
                               .path = "some/folder/trace.swf.gz",
                               .settings = {.seed = 7}};
    struct pt_report *report = calloc(1, sizeof *report);
    char digest[PT_DIGEST_TEXT];
    json_error_t where;

    (void)state;
    fill_report(report, &run);
    pt_digest_of(config, strlen(config), digest);
    char *text = text_of(&pt_sink_run_json, "w", NULL, 0, report);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        print_error("%s at line %d\n", where.text, where.line);
    assert_non_null(root);

    const char *schema, *version, *sha, *file, *steps, *area, *what, *date;
    double seed, mean, share, makespan, scale, checked;
    json_t *deadlock;
    ASSERT_INT(json_unpack_ex(
                   root, &where, 0,
                   "{s:s,s:s,s:s,s:F,s:[{s:s}],s:s,s:{s:{s:F},s:F},"
                   "s:{s:{s:{s:s,s:F}}},s:[{s:s}],s:{s:s},s:{s:F},s:{s:F},s:o}",
                   "schema", &schema, "version", &version, "config_sha256",
                   &sha, "seed", &seed, "inputs", "file", &file, "steps",
                   &steps, "metrics", "wait", "mean", &mean, "makespan",
                   &makespan, "ledger", "classes", "useful", "area", &area,
                   "share", &share, "rules", "what", &what, "volatile", "date",
                   &date, "config", "scale", &scale, "invariants", "checked",
                   &checked, "first_deadlock", &deadlock),
               0);
    ASSERT_TEXT(schema, "protium.run/1");
    ASSERT_TEXT(version, pt_version);
    ASSERT_TEXT(sha, digest);
    ASSERT_TEXT(file, "trace.swf.gz");
    ASSERT_TEXT(steps, "9223372036854775807");
    ASSERT_TEXT(area, "5500000");
    ASSERT_TEXT(what, "row \"dropped\"");
    ASSERT_INT(strlen(date), strlen("2026-01-31T12:00:00Z"));
    ASSERT_NEAR(seed, 7, 0, 0);
    ASSERT_NEAR(mean, 0.1, 0, 0);
    ASSERT_NEAR(makespan, 2.5, 0, 0);
    ASSERT_NEAR(share, 5.5 / 7.5, 1e-15, 0);
    ASSERT_NEAR(scale, 0.1, 0, 0);
    ASSERT_NEAR(checked, 42, 0, 0);
    assert_true(json_is_null(deadlock));
    json_decref(root);

    char *again = text_of(&pt_sink_run_json, "w", NULL, 0, report);
    const char *end = strstr(text, "\"volatile\"");
    assert_non_null(end);
    assert_true(strncmp(text, again, (size_t)(end - text)) == 0);
    free(again);
    free(text);
    pt_ledger_fini(&report->ledger);
    free(report);
}

static void test_a_row_of_stages_csv_says_all_about_its_attempt(void **state)
{
    struct pt_report *report = calloc(1, sizeof *report);
    const int32_t parents[] = {0, 1};
    const struct pt_stage stages[] = {
        {.ntasks = 5, .mode = PT_PARALLEL, .id = 70},
        {.ntasks = 2, .mode = PT_GANG},
        {.ntasks = 4,
         .mode = PT_GANG,
         .id = 72,
         .nparents = 2,
         .parents = parents},
    };
    const struct pt_job job = {.id = 9, .nstages = 3, .stages = stages};
    const struct pt_range ranges[] = {{50, 1}, {3, 1}, {0, 2}, {2, 1}, {9, 2}};
    const struct pt_stage_record records[] = {{.job = &job,
                                               .stage = 2,
                                               .try = 1,
                                               .ntasks = 4,
                                               .launches = 4,
                                               .failures = 1,
                                               .ready = -S / 2,
                                               .start = 2 * S,
                                               .end = 7 * S,
                                               .held = 3 * S,
                                               .waited = 1250000,
                                               .outcome = PT_FAILURE,
                                               .cause = PT_CAUSE_MEMBER,
                                               .range = 1,
                                               .nranges = 4},
                                              {.job = &job,
                                               .ntasks = 5,
                                               .launches = 6,
                                               .ready = 0,
                                               .start = 0,
                                               .end = S,
                                               .range = 1,
                                               .nranges = 1},
                                              {.job = &job,
                                               .stage = 1,
                                               .ntasks = 2,
                                               .ready = 4 * S,
                                               .start = PT_TIME_NEVER,
                                               .end = 7 * S,
                                               .outcome = PT_KILLED,
                                               .cause = PT_CAUSE_JOB}};
    const struct pt_step step = {
        .now = 7 * S, .stages = records, .nstages = 3, .ranges = ranges};
    char *text = text_of(&pt_sink_stages_csv, "w", &step, 1, report);

    (void)state;
    ASSERT_TEXT(text, "job_id,stage_id,stage,try,mode,tasks,launches,failures,"
                      "ready_time,start_time,end_time,wait,held,barrier,"
                      "outcome,cause,parents,allocated_resources\n"
                      "9,72,2,1,gang,4,4,1,-0.5,2,7,2.5,3,1.25,failure,member,"
                      "0 1,0-3 9-10\n"
                      "9,70,0,0,parallel,5,6,0,0,0,1,0,0,0,success,none,,\n"
                      "9,0,1,0,gang,2,0,0,4,,7,,0,0,killed,job,,\n");
    free(text);
    text = text_of(&pt_sink_stages_csv, "w", &step, 1, NULL);
    free(text);
    free(report);
}

static void test_run_json_of_pipelines_has_their_stages(void **state)
{
    const struct pt_source source = {.name = "pipeline", .staged = true};
    struct pt_run run = {.label = "easy", .policy_text = "backfill:depth=1"};
    struct pt_report *report = calloc(1, sizeof *report);
    struct pt_stage_summary *stages = &report->summary.stages;
    double mean, sum, member;
    json_error_t where;
    json_int_t attempts;

    (void)state;
    fill_report(report, &run);
    char *text = text_of(&pt_sink_run_json, "w", NULL, 0, report);
    assert_null(strstr(text, "\"stages\""));
    free(text);
    run.source = &source;
    stages->attempts = 7;
    stages->barrier = 5 * S / 2;
    stages->gang_wait = spread(12.5);
    stages->failed[PT_CAUSE_MEMBER] = 2;
    text = text_of(&pt_sink_run_json, "w", NULL, 0, report);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &where);
    assert_non_null(root);
    ASSERT_INT(json_unpack(root, "{s:{s:I,s:F,s:{s:F},s:{s:F}}}", "stages",
                           "stage_attempts", &attempts, "gang_barrier_sum",
                           &sum, "gang_wait", "mean", &mean,
                           "stage_failures_by_cause", "member", &member),
               0);
    ASSERT_INT(attempts, 7);
    ASSERT_NEAR(sum, 2.5, 0, 0);
    ASSERT_NEAR(mean, 12.5, 0, 0);
    ASSERT_NEAR(member, 2, 0, 0);
    json_decref(root);
    free(text);
    pt_ledger_fini(&report->ledger);
    free(report);
}

static void test_summaries_of_pipelines_end_with_their_stages(void **state)
{
    const struct pt_source source = {.name = "pipeline", .staged = true};
    struct pt_run run = {.label = "easy", .policy_text = "backfill:depth=1"};
    struct pt_report *report = calloc(1, sizeof *report);
    struct pt_stage_summary *stages = &report->summary.stages;

    (void)state;
    fill_report(report, &run);
    char *plain = summary_of(report, true);
    ASSERT_HAS(plain, ",share_maintenance\n");
    run.source = &source;
    stages->attempts = 7;
    stages->held = S / 4;
    stages->gang_tries = 1.5;
    stages->gang_wait = spread(12.5);
    stages->parallel_wait = spread(0.5);
    stages->gang_barrier = spread(1.25);
    stages->failed[PT_CAUSE_MEMBER] = 2;
    char *text = summary_of(report, true);
    size_t n = strcspn(plain, "\n");
    assert_true(strncmp(plain, text, n) == 0);
    ASSERT_HAS(text, ",stage_attempts,stage_failures,task_launches,"
                     "task_failures,gang_attempts,gang_tries,gang_held,"
                     "gang_barrier_sum,gang_wait_mean,gang_wait_p50,"
                     "gang_wait_p95,gang_wait_p99,gang_wait_max,"
                     "parallel_wait_mean,");
    ASSERT_HAS(text, ",gang_barrier_max,stage_failures_none,");
    ASSERT_HAS(text, ",7,0,0,0,0,1.5,0.25,0,12.5,0.3333333333333333,"
                     "95000.25,123456,1000000,0.5,");
    free(text);
    text = summary_of(report, false);
    ASSERT_HAS(text, "barrier  gang wait\n");
    ASSERT_HAS(text, "    12.50\n");
    for (const char *line = text; *line != '\0'; line = after_first_line(line))
        assert_true(strcspn(line, "\n") <= 120);
    free(text);
    free(plain);
    pt_ledger_fini(&report->ledger);
    free(report);
}

static void test_every_metric_of_stages_is_defined_in_the_list(void **state)
{
    struct page page;

    (void)state;
    open_page(&page);
    pt_summary_list_metrics(&page.out);
    char *text = close_page(&page);
    for (const struct pt_stage_metric *m = pt_stage_metrics; m->name; m++) {
        ASSERT_HAS(text, m->name);
        ASSERT_HAS(text, m->help);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jobs_csv_begins_with_the_columns_of_batsim),
        cmocka_unit_test(test_a_row_of_jobs_csv_says_all_about_its_job),
        cmocka_unit_test(
            test_rows_are_in_order_of_end_and_rank_and_the_rest_comes_last),
        cmocka_unit_test(test_times_are_exact_and_ratios_are_rounded_half_up),
        cmocka_unit_test(test_a_wide_allocation_is_written_whole),
        cmocka_unit_test(test_a_failed_run_frees_its_sinks),
        cmocka_unit_test(test_ledger_csv_and_timeline_csv_are_exact),
        cmocka_unit_test(
            test_run_json_is_json_and_says_where_the_numbers_come_from),
        cmocka_unit_test(test_a_row_of_stages_csv_says_all_about_its_attempt),
        cmocka_unit_test(test_run_json_of_pipelines_has_their_stages),
        cmocka_unit_test(test_summaries_of_pipelines_end_with_their_stages),
        cmocka_unit_test(test_every_metric_of_stages_is_defined_in_the_list),
    };

    return cmocka_run_group_tests_name("sinks", tests, NULL, NULL) != 0;
}
