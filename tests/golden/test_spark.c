/* What Spark did, by its own logs, and what our core does with the same stages,
 * lengths, executors and rules: the same attempts of the same stages with the
 * same outcomes, the same launches in the same order, and each within one
 * revive interval of Spark's.
 *
 * What is left aside, and why:
 *   - Which slot a task gets: Spark shuffles its offers.  Where it matters (an
 *     executor with output that is needed dies), a seed is looked for whose
 *     shuffles put the tasks where Spark's did.
 *   - The order of launches less than 25 ms apart: so far do slots become free
 *     before the log's Finish Time, and tasks of one round spread.
 *   - An executor's slots count up to 0.3 s after the log's ExecutorAdded, so
 *     the full round that sees them may be one later than ours.
 *
 * PROTIUM_VERBOSE=1 prints the table of the README. */
#include "tests/golden/spark_account.h"

#include <jansson.h>

#include "base/alloc.h"
#include "metrics/spread.h"
#include "tests/golden/spark_logs.h"
#include "tests/unit/check.h"

#define REVIVE    PT_SECOND
#define BLUR      (25 * PT_SECOND / 1000)
#define REGISTERS (300 * PT_SECOND / 1000)

enum { SEEDS = 4000 };

struct scenario {
    const char *name;
    pt_time slack;  /* beyond the revive interval */
    bool placed;    /* tasks must be where Spark's were until a node is lost */
    double stretch; /* most that the stages' durations may be off, in the
                       median */
};

/* One log, both accounts of it. */
struct trial {
    const struct scenario *scenario;
    const char *version;
    struct spark_account spark, ours;
    int wrong;
    pt_time farthest; /* of launches */
    double median;    /* of errors of durations; NaN: none */
    int32_t ndurations;
};

static double seconds(pt_time time)
{
    return pt_time_seconds(time);
}

static void blame(struct trial *trial, const char *what, int64_t stage,
                  int32_t try, int32_t task)
{
    print_error("%s %s: stage %d attempt %d task %d: %s\n", trial->version,
                trial->scenario->name, (int)stage, (int)try, (int)task, what);
    trial->wrong++;
}

/* --- attempts --- */

static void compare_attempts(struct trial *trial)
{
    const struct spark_account *spark = &trial->spark, *ours = &trial->ours;

    if (spark->nattempts != ours->nattempts)
        blame(trial, "the number of attempts differs", -1, -1, -1);
    for (int32_t i = 0; i < spark->nattempts && i < ours->nattempts; i++) {
        const struct spark_attempt *a = &spark->attempts[i];
        const struct spark_attempt *b = &ours->attempts[i];
        if (a->stage != b->stage || a->try != b->try)
            blame(trial, "another attempt comes here", a->stage, a->try, -1);
        else if (a->over != b->over || a->failed != b->failed)
            blame(trial, "another outcome", a->stage, a->try, -1);
        else if (a->ntasks != b->ntasks || a->gang != b->gang)
            blame(trial, "another width", a->stage, a->try, -1);
    }
}

static void compare_jobs(struct trial *trial)
{
    for (int32_t i = 0; i < trial->spark.njobs; i++) {
        const struct spark_job *a = &trial->spark.jobs[i], *b = NULL;
        for (int32_t k = 0; k < trial->ours.njobs; k++)
            if (trial->ours.jobs[k].id == a->id)
                b = &trial->ours.jobs[k];
        if (!b || (a->over && (!b->over || a->failed != b->failed)))
            blame(trial, "another outcome of the job", -1, (int32_t)a->id, -1);
    }
}

/* A failed gang's end is told again for each member that failed before the next
 * attempt; 4.x tells it once more when the job is given up, our core does not.
 */
static void compare_repeats(struct trial *trial)
{
    const struct spark_account *spark = &trial->spark;
    int32_t given_up = 0;

    for (int32_t i = 0; i < spark->nattempts; i++) {
        const struct spark_attempt *its = &spark->attempts[i];
        given_up += its->gang && its->failed &&
                    !spark_attempt_of(spark, its->stage, its->try + 1);
    }
    if (trial->version[0] == '3')
        given_up = 0;
    if (spark->repeats != trial->ours.repeats + given_up)
        blame(trial, "its end is told another number of times", -1, -1, -1);
}

/* --- launches --- */

static bool is_same(const struct spark_launch *a, const struct spark_launch *b)
{
    return a->stage == b->stage && a->try == b->try && a->task == b->task;
}

/* How often its task was launched before, in its attempt. */
static int32_t number_of(const struct spark_account *account, int32_t launch)
{
    int32_t n = 0;

    for (int32_t i = 0; i < launch; i++)
        n += is_same(&account->launches[i], &account->launches[launch]);
    return n;
}

/* The launch of OTHER that is the same as that of ACCOUNT; -1: none. */
static int32_t counterpart(const struct spark_account *account, int32_t launch,
                           const struct spark_account *other)
{
    int32_t number = number_of(account, launch);

    for (int32_t i = 0; i < other->nlaunches; i++)
        if (is_same(&other->launches[i], &account->launches[launch]) &&
            number-- == 0)
            return i;
    return -1;
}

/* Where the first launch of its task is. */
static int32_t host_before(const struct spark_account *account, int32_t launch)
{
    for (int32_t i = 0; i < launch; i++)
        if (is_same(&account->launches[i], &account->launches[launch]))
            return account->launches[i].host;
    return -1;
}

static void compare_launch(struct trial *trial, int32_t i, int32_t k)
{
    const struct spark_launch *a = &trial->spark.launches[i];
    const struct spark_launch *b = &trial->ours.launches[k];
    const struct spark_attempt *its =
        spark_attempt_of(&trial->ours, b->stage, b->try);
    pt_time off = a->at < b->at ? b->at - a->at : a->at - b->at;

    if (off > trial->farthest)
        trial->farthest = off;
    if (off > REVIVE + trial->scenario->slack)
        blame(trial, "launched at another time", a->stage, a->try, a->task);
    if (a->gang && b->at != its->start)
        blame(trial, "a gang is not launched at once", a->stage, a->try,
              a->task);
    if (a->copy != b->copy)
        blame(trial, "a copy, or not", a->stage, a->try, a->task);
    if (a->copy && (a->host == host_before(&trial->spark, i) ||
                    b->host == host_before(&trial->ours, k)))
        blame(trial, "a copy on the same host", a->stage, a->try, a->task);
}

static void compare_launches(struct trial *trial)
{
    const struct spark_account *spark = &trial->spark, *ours = &trial->ours;
    int32_t *at = pt_alloc((size_t)ours->nlaunches, sizeof *at);

    if (spark->nlaunches != ours->nlaunches)
        blame(trial, "the number of launches differs", -1, -1, -1);
    for (int32_t k = 0; k < ours->nlaunches; k++) {
        const struct spark_launch *b = &ours->launches[k];
        at[k] = counterpart(ours, k, spark);
        if (at[k] < 0)
            blame(trial, "Spark did not launch it", b->stage, b->try, b->task);
        else
            compare_launch(trial, at[k], k);
        for (int32_t i = 0; i < k && at[k] >= 0; i++)
            if (at[i] >= 0 &&
                spark->launches[at[i]].at > spark->launches[at[k]].at + BLUR)
                blame(trial, "launched too late", b->stage, b->try, b->task);
    }
    pt_free(at);
}

/* --- durations --- */

static void measure(struct trial *trial)
{
    pt_time *errors = pt_alloc((size_t)trial->spark.nattempts, sizeof *errors);

    for (int32_t i = 0; i < trial->spark.nattempts; i++) {
        const struct spark_attempt *a = &trial->spark.attempts[i];
        const struct spark_attempt *b =
            spark_attempt_of(&trial->ours, a->stage, a->try);
        if (!b || !a->over || !b->over || a->failed || a->end <= a->ready)
            continue;
        double then = seconds(a->end - a->ready);
        double now = seconds(b->end - b->ready);
        errors[trial->ndurations++] =
            pt_time_from_seconds((now > then ? now - then : then - now) / then);
    }
    trial->median = pt_spread_of_times(errors, (size_t)trial->ndurations).p50;
    pt_free(errors);
    if (trial->median > trial->scenario->stretch)
        blame(trial, "durations are off", -1, -1, -1);
}

/* --- all --- */

static int32_t read_pools(const json_t *expected, struct spark_pool *pools,
                          int32_t most)
{
    const char *name;
    json_t *pool;
    int32_t n = 0;

    json_object_foreach(json_object_get(expected, "pools"), name, pool)
    {
        assert_true(n < most);
        pools[n++] = (struct spark_pool){
            .name = name,
            .weight =
                (int32_t)json_integer_value(json_object_get(pool, "weight")),
            .min_share =
                (int32_t)json_integer_value(json_object_get(pool, "minShare")),
            .fair = strcmp(json_string_value(json_object_get(pool, "mode")),
                           "FAIR") == 0};
    }
    return n;
}

/* Whether OURS has put all tasks where Spark's were, after the first job, until
 * a node was lost: until a stage was tried again. */
static bool is_placed(const struct spark_account *spark,
                      const struct spark_account *ours)
{
    for (int32_t i = 0; i < spark->nlaunches && i < ours->nlaunches; i++) {
        const struct spark_launch *a = &spark->launches[i];
        if (a->at < spark->jobs[1].submit)
            continue;
        if (a->try > 0 || number_of(spark, i) > 0)
            return true;
        int32_t k = counterpart(spark, i, ours);
        if (k < 0 || ours->launches[k].node != a->node)
            return false;
    }
    return true;
}

static void replay(struct trial *trial, const char *path,
                   const struct spark_pool *pools, int32_t npools)
{
    int64_t seed = 1;

    trial->ours = spark_replayed(path, pools, npools, seed);
    while (trial->scenario->placed && !is_placed(&trial->spark, &trial->ours) &&
           seed < SEEDS) {
        spark_account_fini(&trial->ours);
        trial->ours = spark_replayed(path, pools, npools, ++seed);
    }
    if (seed == SEEDS)
        blame(trial, "no seed puts the tasks where Spark's were", -1, -1, -1);
}

static void print_row(const struct trial *trial)
{
    const char *verbose = getenv("PROTIUM_VERBOSE");

    if (!verbose || strcmp(verbose, "1") != 0)
        return;
    print_message("| `%s` | %s | %d | %d | %.2f s | %.2f %% | %s |\n",
                  trial->scenario->name, trial->version,
                  (int)trial->spark.nattempts, (int)trial->spark.nlaunches,
                  seconds(trial->farthest), 100 * trial->median,
                  trial->wrong ? "differs" : "the same");
}

static void test_scenario(void **state)
{
    const struct scenario *scenario = *state;
    struct spark_pool pools[8];
    int wrong = 0;

    for (int i = 0; spark_versions[i]; i++) {
        struct trial trial = {.scenario = scenario,
                              .version = spark_versions[i]};
        char *path = spark_log(spark_versions[i], scenario->name);
        json_t *expected = spark_expected(spark_versions[i], scenario->name);
        int32_t npools = read_pools(expected, pools, 8);
        trial.spark = spark_recorded(path);
        replay(&trial, path, pools, npools);
        compare_attempts(&trial);
        compare_launches(&trial);
        compare_jobs(&trial);
        compare_repeats(&trial);
        measure(&trial);
        print_row(&trial);
        wrong += trial.wrong;
        spark_account_fini(&trial.spark);
        spark_account_fini(&trial.ours);
        json_decref(expected);
        pt_free(path);
    }
    ASSERT_INT(wrong, 0);
}

static struct scenario scenarios[] = {
    {.name = "barrier_ok", .stretch = 0.02},
    {.name = "barrier_retry", .stretch = 0.02},
    {.name = "barrier_two_fail", .stretch = 0.02},
    {.name = "barrier_abort", .stretch = 0.025},
    {.name = "barrier_result_fails", .stretch = 0.02},
    {.name = "too_wide", .stretch = 0.02},
    {.name = "sync", .stretch = 0.02},
    {.name = "sync_timers", .stretch = 0.02},
    {.name = "two_gangs", .stretch = 0.02},
    {.name = "starve_fifo", .stretch = 0.02},
    {.name = "starve_fair", .stretch = 0.02},
    {.name = "starve_backlog", .stretch = 0.02},
    {.name = "task_retry", .stretch = 0.02},
    {.name = "speculation", .stretch = 0.02},
    {.name = "fair_pools", .stretch = 0.02},
    {.name = "exec_lost", .slack = REGISTERS, .stretch = 0.025},
    {.name = "lost_output",
     .slack = REGISTERS,
     .placed = true,
     .stretch = 0.02},
    {.name = "killed", .stretch = 0.02},
};

enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

int main(void)
{
    struct CMUnitTest tests[SCENARIOS];

    for (int i = 0; i < SCENARIOS; i++)
        tests[i] = (struct CMUnitTest){.name = scenarios[i].name,
                                       .test_func = test_scenario,
                                       .initial_state = &scenarios[i]};
    return cmocka_run_group_tests_name("against Spark", tests, NULL, NULL) != 0;
}
