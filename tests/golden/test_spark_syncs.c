/* What members of Spark's gangs saw of barrier() and allGather(), of their
 * time-outs and of the check for slots, and what our core does when the same
 * members arrive at the same times: arrivals come from what the applications
 * know of themselves, since logs do not tell them.
 *
 * A member of Spark's asks once a second whether it may go on, counted from its
 * own arrival, so it leaves at the first such time after the core's release;
 * what is allowed beyond that is what Python takes, LATE.  Where the last
 * arrival is less than EDGE before such a time, it may take the next one. */
#include <jansson.h>

#include "base/alloc.h"
#include "core/core.h"
#include "registry.h"
#include "run.h"
#include "tests/golden/spark_account.h"
#include "tests/golden/spark_logs.h"
#include "tests/unit/check.h"

#define MS    (PT_SECOND / 1000)
#define POLL  PT_SECOND
#define LATE  (60 * MS)
#define EDGE  (5 * MS)
#define CHECK (100 * MS)
/* From a task's launch to its first line, and from its last to its end: the
 * README's p90s. */
#define STARTS (500 * MS)

enum { GANGS = 8, EPOCHS = 8, WIDTH = 8 };

/* One member at one sync; times after the application's t0. */
struct visit {
    pt_time enter, leave; /* PT_TIME_NEVER: it did not */
    enum pt_sync kind;
    bool told; /* the core was */
};

struct gang {
    const char *name;
    int32_t width, epochs;
    struct visit visits[EPOCHS][WIDTH];
    bool failed;       /* in Spark */
    pt_time failed_at; /* the task that failed ended */
    struct pt_stage stage;
    struct pt_job job;
    /* what the core does */
    int32_t attempt;
    pt_time released[EPOCHS], refused;
    enum pt_cause cause;
    bool ordered; /* messages came by task */
};

struct meeting {
    struct gang gangs[GANGS];
    int32_t n;
};

static pt_time ms_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key)) * MS;
}

/* --- what Spark's members saw --- */

static enum pt_sync kind_of(const json_t *sync)
{
    const char *kind = json_string_value(json_object_get(sync, "kind"));

    return strcmp(kind, "barrier") == 0 ? PT_SYNC_BARRIER : PT_SYNC_GATHER;
}

/* The times of each member's visits, as it saw them. */
static void read_visits(struct gang *gang, const json_t *observed)
{
    char what[100];
    size_t i, k;
    json_t *task, *sync;

    json_array_foreach(json_object_get(observed, "tasks"), i, task)
    {
        int64_t index = json_integer_value(json_object_get(task, "index"));
        const json_t *syncs = json_object_get(task, "syncs");
        snprintf(what, sizeof what, "%s",
                 json_string_value(json_object_get(task, "what")));
        if (strcmp(what, gang->name) != 0)
            continue;
        ASSERT_INT(json_array_size(syncs), gang->epochs);
        json_array_foreach(syncs, k, sync)
        {
            struct visit *visit = &gang->visits[k][index];
            visit->enter = ms_of(sync, "enter_ms");
            visit->leave = ms_of(sync, "leave_ms");
        }
    }
}

/* Of a gang that failed nothing came back: its members arrived so long after
 * its launch as they slept.  LAUNCH is on the clock of the visits. */
static void guess_visits(struct gang *gang, const json_t *stage, pt_time launch)
{
    const json_t *syncs = json_object_get(stage, "syncs");

    ASSERT_INT(gang->epochs, 1);
    for (int32_t i = 0; i < gang->width; i++) {
        const json_t *sleep =
            json_object_get(json_array_get(syncs, 0), "sleep_ms");
        gang->visits[0][i].enter =
            launch + json_integer_value(json_array_get(sleep, (size_t)i)) * MS;
    }
}

/* The N-th attempt of a gang that Spark launched. */
static const struct spark_attempt *
gang_attempt(const struct spark_account *spark, int32_t n)
{
    for (int32_t i = 0; i < spark->nattempts; i++)
        if (spark->attempts[i].gang && n-- == 0)
            return &spark->attempts[i];
    fail_msg("no such gang in the log");
    return NULL;
}

static void add_gang(struct meeting *meeting, const json_t *stage,
                     const char *name, const json_t *observed,
                     const struct spark_account *spark, int64_t t0)
{
    struct gang *gang = &meeting->gangs[meeting->n];
    const json_t *syncs = json_object_get(stage, "syncs");
    const char *outcome =
        json_string_value(json_object_get(observed, "outcome"));

    *gang = (struct gang){
        .name = name,
        .width = (int32_t)json_integer_value(json_object_get(stage, "tasks")),
        .epochs = (int32_t)json_array_size(syncs),
        .failed = strcmp(outcome, "succeeded") != 0,
        .refused = PT_TIME_NEVER,
        .ordered = true};
    assert_true(gang->width <= WIDTH && gang->epochs <= EPOCHS);
    for (int32_t e = 0; e < gang->epochs; e++) {
        gang->released[e] = PT_TIME_NEVER;
        for (int32_t i = 0; i < gang->width; i++)
            gang->visits[e][i] = (struct visit){
                .enter = PT_TIME_NEVER,
                .leave = PT_TIME_NEVER,
                .kind = kind_of(json_array_get(syncs, (size_t)e))};
    }
    if (gang->failed) {
        const struct spark_attempt *its = gang_attempt(spark, meeting->n);
        pt_time zero = (t0 - spark->zero) * MS;
        guess_visits(gang, stage, its->start - zero);
        gang->failed_at = its->end - zero;
    } else {
        read_visits(gang, observed);
    }
    meeting->n++;
}

/* Every gang of the application that has syncs. */
static void read_meeting(struct meeting *meeting, const json_t *expected,
                         const struct spark_account *spark, char names[][100])
{
    const json_t *observed = json_object_get(expected, "observed");
    int64_t t0 = json_integer_value(json_object_get(expected, "t0_ms"));
    size_t i, k;
    json_t *job, *stage;

    meeting->n = 0;
    json_array_foreach(json_object_get(expected, "jobs"), i, job)
        json_array_foreach(json_object_get(job, "stages"), k, stage)
    {
        if (!json_object_get(stage, "syncs"))
            continue;
        assert_true(meeting->n < GANGS);
        char *name = names[meeting->n];
        snprintf(name, 100, "%s.%d",
                 json_string_value(json_object_get(job, "name")), (int)k);
        add_gang(meeting, stage, name, json_array_get(observed, i), spark, t0);
    }
}

/* --- the core --- */

struct bench {
    struct pt_core *core;
    void *place, *policy;
    const struct pt_step *step;
};

static void open_core(struct bench *bench, const struct pt_rules *rules,
                      int32_t nodes)
{
    static const struct pt_pool_spec pool = {
        .name = "default", .parent = -1, .weight = 1};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_core_config config = {.nodes = nodes,
                                    .size = {.amount = {[PT_CORES] = 1000}},
                                    .rules = rules,
                                    .pools = &pool,
                                    .npools = 1,
                                    .thousandths = true,
                                    .named = true,
                                    .ties = PT_TIES_INSTANT,
                                    .limits = PT_LIMITS_TRUST};

    *bench = (struct bench){.core = NULL};
    config.place = pt_run_place("first", &bench->place, &err);
    config.place_state = bench->place;
    config.policy = (const struct pt_policy *)pt_plugin_open(
        (const struct pt_plugin *const *)pt_policies, "policy",
        "gang:head=skip", &bench->policy, &err);
    assert_non_null(config.policy);
    config.policy_state = bench->policy;
    bench->core = pt_core_new(&config);
}

static void close_core(struct bench *bench)
{
    pt_core_free(bench->core);
    pt_free(bench->place);
    pt_free(bench->policy);
}

static void fill_stage(struct pt_stage *stage, int32_t width, bool gang)
{
    *stage = (struct pt_stage){.ntasks = width,
                               .mode = gang ? PT_GANG : PT_PARALLEL,
                               .need = {.amount = {[PT_CORES] = 1000}},
                               .limit = 3600 * PT_SECOND,
                               .retries = true,
                               .result = true};
}

/* The next visit that the core was not told of, in order of time, at most LAST.
 */
static bool next_visit(struct meeting *meeting, pt_time last,
                       struct gang **whose, int32_t *epoch, int32_t *member)
{
    struct visit *best = NULL;

    for (int32_t g = 0; g < meeting->n; g++)
        for (int32_t e = 0; e < meeting->gangs[g].epochs; e++)
            for (int32_t i = 0; i < meeting->gangs[g].width; i++) {
                struct visit *visit = &meeting->gangs[g].visits[e][i];
                if (visit->told || visit->enter > last ||
                    (best && best->enter <= visit->enter))
                    continue;
                best = visit;
                *whose = &meeting->gangs[g];
                *epoch = e;
                *member = i;
            }
    if (best)
        best->told = true;
    return best;
}

static struct gang *gang_of(struct meeting *meeting, int32_t attempt)
{
    for (int32_t g = 0; g < meeting->n; g++)
        if (meeting->gangs[g].attempt == attempt)
            return &meeting->gangs[g];
    return NULL;
}

/* What the step decided about syncs. */
static void see(struct meeting *meeting, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->ndecisions; i++) {
        const struct pt_decision *d = &step->decisions[i];
        struct gang *gang = gang_of(meeting, d->attempt);
        if (gang && d->kind == PT_RELEASE) {
            gang->released[d->epoch] = step->now;
            for (int32_t k = 0; k < d->ntasks; k++)
                gang->ordered &= step->messages[d->message + k] == k;
        } else if (gang && d->kind == PT_REFUSE &&
                   gang->refused == PT_TIME_NEVER) {
            gang->refused = step->now;
            gang->cause = d->cause;
        }
    }
}

/* All gangs start, one by one, before anybody arrives. */
static void start_gangs(struct bench *bench, struct meeting *meeting)
{
    pt_time at = -100 * PT_SECOND;

    for (int32_t g = 0; g < meeting->n; g++) {
        struct gang *gang = &meeting->gangs[g];
        fill_stage(&gang->stage, gang->width, true);
        gang->job = (struct pt_job){.rank = g,
                                    .id = g,
                                    .nstages = 1,
                                    .submit = at,
                                    .tag = g,
                                    .stages = &gang->stage};
        const struct pt_fact fact = {
            .kind = PT_FACT_SUBMITTED, .task = -1, .job = &gang->job};
        bench->step = pt_core_step(bench->core, at, &fact, 1);
        ASSERT_INT(bench->step->ndecisions, 1);
        ASSERT_INT(bench->step->decisions[0].kind, PT_START);
        gang->attempt = bench->step->decisions[0].attempt;
    }
}

static void play(struct meeting *meeting, const struct pt_rules *rules)
{
    struct bench bench;
    struct gang *gang = NULL;
    int32_t epoch = 0, member = 0, width = 0;

    for (int32_t g = 0; g < meeting->n; g++)
        width += meeting->gangs[g].width;
    open_core(&bench, rules, width);
    start_gangs(&bench, meeting);
    while (next_visit(meeting, PT_TIME_FAR, &gang, &epoch, &member)) {
        pt_time at = gang->visits[epoch][member].enter;
        while (bench.step->wake < at) {
            bench.step = pt_core_step(bench.core, bench.step->wake, NULL, 0);
            see(meeting, bench.step);
        }
        if (gang->refused != PT_TIME_NEVER)
            continue; /* it fails, and its gang with it */
        const struct pt_fact fact = {.kind = PT_FACT_ENTERED,
                                     .attempt = gang->attempt,
                                     .task = member,
                                     .sync = gang->visits[epoch][member].kind,
                                     .epoch = epoch,
                                     .width = gang->width,
                                     .message = member};
        bench.step = pt_core_step(bench.core, at, &fact, 1);
        see(meeting, bench.step);
    }
    pt_core_check(bench.core);
    close_core(&bench);
}

/* --- comparison --- */

/* A member of GANG leaves when it first looks after the release. */
static int compare_visit(const struct gang *gang, int32_t epoch, int32_t i)
{
    const struct visit *visit = &gang->visits[epoch][i];
    pt_time release = gang->released[epoch], leave = visit->enter + POLL;

    while (leave < release)
        leave += POLL;
    pt_time off = visit->leave - leave;
    if (off >= 0 && off <= LATE)
        return 0;
    if (leave - release <= EDGE && off >= POLL && off <= POLL + LATE)
        return 0;
    print_error("%s: member %d leaves sync %d %.3f s after our core lets it\n",
                gang->name, (int)i, (int)epoch, pt_time_seconds(off));
    return 1;
}

static int compare_gang(const struct gang *gang)
{
    int wrong = !gang->ordered;

    if (gang->failed) {
        /* It failed at the first look after the time-out. */
        pt_time off = gang->failed_at - (gang->refused + POLL);
        if (gang->refused != PT_TIME_NEVER && off >= 0 && off <= STARTS)
            return gang->cause != PT_CAUSE_TIMEOUT;
        print_error("%s: timed out %.3f s after our core's time-out\n",
                    gang->name, pt_time_seconds(off));
        return 1;
    }
    for (int32_t e = 0; e < gang->epochs; e++)
        for (int32_t i = 0; i < gang->width; i++)
            wrong += compare_visit(gang, e, i);
    if (gang->refused != PT_TIME_NEVER) {
        print_error("%s: refused by our core, not in Spark\n", gang->name);
        wrong++;
    }
    return wrong;
}

static void meet(const char *version, const char *name,
                 struct pt_rules *changed)
{
    struct meeting meeting;
    char names[GANGS][100];
    struct pt_rules rules;
    char *path = spark_log(version, name);
    json_t *expected = spark_expected(version, name);
    struct spark_account spark = spark_recorded(path);
    int wrong = 0;

    spark_rules(path, &rules);
    read_meeting(&meeting, expected, &spark, names);
    assert_true(meeting.n > 0);
    play(&meeting, changed ? changed : &rules);
    for (int32_t g = 0; g < meeting.n && !changed; g++)
        wrong += compare_gang(&meeting.gangs[g]);
    if (changed)
        assert_true(meeting.gangs[0].refused != PT_TIME_NEVER);
    spark_account_fini(&spark);
    json_decref(expected);
    pt_free(path);
    if (wrong > 0)
        fail_msg("%s %s: %d syncs differ", version, name, wrong);
}

static void test_members_leave_when_spark_let_them(void **state)
{
    static const char *const names[] = {"barrier_ok", "sync", "lost_output"};

    (void)state;
    for (int i = 0; spark_versions[i]; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            meet(spark_versions[i], names[k], NULL);
}

/* In 4.x `late` outlives its time-out, as `busy` meets all the time; before, it
 * does not. */
static void test_timeouts_are_cancelled_where_spark_did_so(void **state)
{
    (void)state;
    for (int i = 0; spark_versions[i]; i++)
        meet(spark_versions[i], "sync_timers", NULL);
}

static void test_without_the_hole_the_late_gang_times_out(void **state)
{
    struct pt_rules rules;
    char *path = spark_log("4.3.0", "sync_timers");

    (void)state;
    spark_rules(path, &rules);
    assert_true(rules.holes & PT_HOLE_TIMERS);
    rules.holes &= ~(uint32_t)PT_HOLE_TIMERS;
    meet("4.3.0", "sync_timers", &rules);
    pt_free(path);
}

/* --- the check for slots --- */

enum { JOBS = 4, STAGES = 2 };

/* An application's jobs, to be submitted as it did. */
struct wave {
    struct pt_stage stages[JOBS][STAGES];
    struct pt_job jobs[JOBS];
    int32_t n;
};

static void read_wave(struct wave *wave, const json_t *expected)
{
    static const int32_t parents[] = {0};
    size_t i, k;
    json_t *job, *stage;

    wave->n = 0;
    json_array_foreach(json_object_get(expected, "jobs"), i, job)
    {
        const json_t *stages = json_object_get(job, "stages");
        if (strcmp(json_string_value(json_object_get(job, "name")),
                   "warm-up") == 0)
            continue;
        assert_true(wave->n < JOBS && json_array_size(stages) <= STAGES);
        json_array_foreach(stages, k, stage)
        {
            struct pt_stage *its = &wave->stages[wave->n][k];
            fill_stage(
                its,
                (int32_t)json_integer_value(json_object_get(stage, "tasks")),
                json_is_true(json_object_get(stage, "gang")));
            its->parents = parents;
            its->nparents = k > 0;
            its->result = k + 1 == json_array_size(stages);
        }
        wave->jobs[wave->n] =
            (struct pt_job){.rank = wave->n,
                            .id = (int64_t)i,
                            .tag = wave->n,
                            .nstages = (int32_t)json_array_size(stages),
                            .submit = ms_of(job, "submit_ms"),
                            .stages = wave->stages[wave->n]};
        wave->n++;
    }
}

/* Submits JOB, and waits for its end; how often it was looked at.  One that
 * starts has passed. */
static int submit(struct bench *bench, const struct pt_job *job, pt_time *end,
                  enum pt_cause *cause)
{
    const struct pt_fact fact = {
        .kind = PT_FACT_SUBMITTED, .task = -1, .job = job};
    int looks = 1;

    *cause = PT_CAUSE_NONE;
    bench->step = pt_core_step(bench->core, job->submit, &fact, 1);
    while (bench->step->nrecords == 0 && bench->step->ndecisions == 0) {
        assert_true(bench->step->wake < PT_TIME_FAR);
        bench->step = pt_core_step(bench->core, bench->step->wake, NULL, 0);
        looks++;
    }
    *end = bench->step->now;
    if (bench->step->nrecords > 0)
        *cause = bench->step->records[0].cause;
    return looks;
}

static void test_a_gang_too_wide_fails_when_it_did_in_spark(void **state)
{
    (void)state;
    for (int v = 0; spark_versions[v]; v++) {
        char *path = spark_log(spark_versions[v], "too_wide");
        json_t *expected = spark_expected(spark_versions[v], "too_wide");
        const json_t *observed = json_object_get(expected, "observed");
        struct pt_rules rules;
        struct bench bench;
        struct wave wave;
        pt_time end;
        enum pt_cause cause;

        spark_rules(path, &rules);
        ASSERT_INT(rules.gate_interval, PT_SECOND);
        ASSERT_INT(rules.gate_failures, 3);
        read_wave(&wave, expected);
        open_core(&bench, &rules, 4);
        for (int32_t i = 0; i < 2; i++) {
            const json_t *seen = json_array_get(observed, (size_t)i + 1);
            ASSERT_INT(submit(&bench, &wave.jobs[i], &end, &cause), 4);
            ASSERT_INT(cause, PT_CAUSE_SLOTS);
            ASSERT_INT(end - wave.jobs[i].submit, 3 * PT_SECOND);
            pt_time off = ms_of(seen, "end_ms") - end;
            assert_true(off >= 0 && off <= CHECK);
        }
        ASSERT_INT(submit(&bench, &wave.jobs[2], &end, &cause), 1);
        ASSERT_INT(end, wave.jobs[2].submit);
        ASSERT_INT(cause, PT_CAUSE_NONE);
        close_core(&bench);
        json_decref(expected);
        pt_free(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_leave_when_spark_let_them),
        cmocka_unit_test(test_timeouts_are_cancelled_where_spark_did_so),
        cmocka_unit_test(test_without_the_hole_the_late_gang_times_out),
        cmocka_unit_test(test_a_gang_too_wide_fails_when_it_did_in_spark),
    };

    return cmocka_run_group_tests_name("syncs against Spark", tests, NULL,
                                       NULL) != 0;
}
