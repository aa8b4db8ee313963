/* The core against the twin: two programs by two readers of the definitions, on
 * thousands of small random workloads in which much happens at once. */
#include "tests/conform/trial.h"
#include "tests/differ/twin_case.h"
#include "tests/unit/check.h"

#include <inttypes.h>

#define SEED   UINT64_C(24371)
#define ROUNDS 800
#define MOST   18
/* Back-offs that doubled so often end where time does: not compared. */
#define MOST_TIMEOUTS 40

/* A policy as the core reads it, and as the twin does: its times are plain
 * integers. */
struct pair {
    const char *core, *twin;
    bool promises;    /* compare first promises */
    bool may_overrun; /* the twin knows overrun=extend of it */
    bool timeouts;    /* its holds time out */
};

static const struct pair pairs[] = {
    {"fcfs", "fcfs", false, true, false},
    {"spark", "spark", false, true, false},
    {"easy", "easy", true, true, false},
    {"easy-sjbf", "easy-sjbf", true, true, false},
    {"conservative", "conservative", true, false, false},
    {"conservative:order=sjf", "conservative:order=sjf", true, false, false},
    {"backfill:depth=0", "backfill:depth=0", true, true, false},
    {"backfill:depth=1,promises=keep", "backfill:depth=1,promises=keep", true,
     false, false},
    {"backfill:depth=2", "backfill:depth=2", true, true, false},
    {"backfill:depth=3", "backfill:depth=3", true, true, false},
    {"backfill:depth=3,order=sjf", "backfill:depth=3,order=sjf", true, true,
     false},
    {"backfill:depth=2,promises=keep", "backfill:depth=2,promises=keep", true,
     false, false},
    {"backfill:depth=3,promises=keep", "backfill:depth=3,promises=keep", true,
     false, false},
    {"backfill:depth=3,promises=keep,order=sjf",
     "backfill:depth=3,promises=keep,order=sjf", true, false, false},
    {"backfill:depth=all", "backfill:depth=all", true, true, false},
    {"fifo", "fifo", false, true, false},
    {"fifo:order=fair", "fifo:order=fair", false, true, false},
    {"fifo:drivers=2", "fifo:drivers=2", false, true, false},
    {"fifo:drivers=3", "fifo:drivers=3", false, true, false},
    {"fifo:hold_timeout=5us", "fifo:hold_timeout=5", false, true, true},
    {"fifo:hold_timeout=4us,backoff=3us", "fifo:hold_timeout=4,backoff=3",
     false, true, true},
    {"fifo:order=fair,hold_timeout=7us,backoff=3us",
     "fifo:order=fair,hold_timeout=7,backoff=3", false, true, true},
    {"fifo:order=fair,hold_timeout=1us,backoff=1us",
     "fifo:order=fair,hold_timeout=1,backoff=1", false, true, true},
    {"fifo:drivers=2,hold_timeout=6us,backoff=2us",
     "fifo:drivers=2,hold_timeout=6,backoff=2", false, true, true},
    {"fifo:drivers=3,hold_timeout=9us,backoff=5us",
     "fifo:drivers=3,hold_timeout=9,backoff=5", false, true, true},
};

/* What is compared. */
struct kind {
    const struct pair *pair;
    enum pt_ties ties;
    enum pt_limits limits;
};

struct bout {
    const struct pair *pair;
    struct trial_setup setup;
    struct twin_config config;
    uint64_t seed;
    char what[200]; /* the first difference */
};

static void set_up(struct bout *b, const struct kind *kind, int32_t slots)
{
    const enum twin_overrun overruns[] = {
        [PT_LIMITS_TRUST] = TWIN_TRUNCATE,
        [PT_LIMITS_KILL] = TWIN_KILL,
        [PT_LIMITS_EXTEND] = TWIN_EXTEND,
    };

    *b = (struct bout){.pair = kind->pair,
                       .setup = {.policy = kind->pair->core,
                                 .nodes = slots,
                                 .ties = kind->ties,
                                 .limits = kind->limits},
                       .config = {.ties = (enum twin_ties)kind->ties,
                                  .overrun = overruns[kind->limits]}};
    if (twin_parse(kind->pair->twin, &b->config) != 0)
        abort();
}

static enum twin_state state_of(enum pt_state state)
{
    switch (state) {
    case PT_DONE:
    case PT_FAILED:
    case PT_CUT:
        return TWIN_DONE;
    case PT_LIMIT:
        return TWIN_KILLED;
    case PT_REJECTED:
        return TWIN_REJECTED;
    case PT_UNFINISHED:
        return TWIN_UNFINISHED;
    }
    return TWIN_DONE;
}

static int64_t time_of(pt_time time)
{
    return time == PT_TIME_NEVER ? TWIN_NONE : time;
}

static bool differ(struct bout *b, int32_t job, const char *what, int64_t core,
                   int64_t twin)
{
    if (core == twin)
        return false;
    snprintf(b->what, sizeof b->what,
             "job %d: %s is %" PRId64 " by the core, %" PRId64 " by the twin",
             job + 1, what, core, twin);
    return true;
}

static bool results_differ(struct bout *b, int32_t job,
                           const struct trial_result *core,
                           const struct twin_result *twin)
{
    return differ(b, job, "records", core->records, 1) ||
           differ(b, job, "start", time_of(core->start), twin->start) ||
           differ(b, job, "end", time_of(core->end), twin->end) ||
           differ(b, job, "state", state_of(core->state), twin->state) ||
           differ(b, job, "time-outs", core->timeouts, twin->timeouts) ||
           (b->pair->promises &&
            differ(b, job, "promise", time_of(core->promise), twin->promise));
}

static bool runs_differ(struct bout *b, const struct trial_job *jobs, int32_t n)
{
    struct twin_job twin_jobs[MOST] = {{.submit = 0}};
    struct twin_result results[MOST];
    struct twin_totals totals;
    struct trial trial;
    bool different = false;

    for (int32_t i = 0; i < n; i++)
        twin_jobs[i] = (struct twin_job){.submit = jobs[i].submit,
                                         .length = jobs[i].length,
                                         .limit = jobs[i].limit,
                                         .width = jobs[i].width,
                                         .user = jobs[i].user};
    b->what[0] = '\0';
    bool endless = twin_run(twin_jobs, n, b->setup.nodes, &b->config, results,
                            &totals) != 0;
    for (int32_t i = 0; i < n; i++)
        endless = endless || results[i].timeouts > MOST_TIMEOUTS;
    if (endless)
        return false;
    different = trial_run(&b->setup, jobs, n, &trial) != 0;
    for (int32_t i = 0; i < n && !different; i++)
        different = results_differ(b, i, &trial.jobs[i], &results[i]);
    different =
        different || differ(b, -1, "endless", trial.endless, 0) ||
        differ(b, -1, "deadlocks", trial.counts.deadlocks, totals.deadlocks) ||
        differ(b, -1, "time-outs", trial.counts.timeouts, totals.timeouts);
    trial_fini(&trial);
    return different;
}

static bool bout_fails(void *context, const struct trial_job *jobs, int32_t n)
{
    return runs_differ(context, jobs, n);
}

static int32_t bout_draw(void *context, uint64_t number, struct trial_job *jobs)
{
    struct bout *b = context;
    uint64_t seed = b->seed + number;
    int32_t slots = 1 + trial_below(&seed, 12);
    bool some_too_wide = trial_below(&seed, 4) == 0;
    struct trial_taste taste = {.most = MOST,
                                .width = slots + some_too_wide,
                                .users = 1 + trial_below(&seed, 4),
                                .overrun = b->setup.limits != PT_LIMITS_TRUST ||
                                           trial_below(&seed, 3) == 0};

    b->setup.nodes = slots;
    return trial_draw(&seed, &taste, jobs);
}

static void bout_print(void *context, const struct trial_job *jobs, int32_t n)
{
    const struct bout *b = context;

    if (b->what[0] == '\0')
        trial_print(&b->setup, jobs, n);
    else
        fprintf(stderr, "%s\n\n", b->what);
}

/* Whether the two agree on ROUNDS random workloads; else prints the first on
 * which they do not. */
static bool agree(const struct kind *kind, uint64_t seed, uint64_t rounds)
{
    struct bout b;
    struct trial_check check = {.context = &b,
                                .most = MOST,
                                .draw = bout_draw,
                                .fails = bout_fails,
                                .print = bout_print};

    set_up(&b, kind, 1);
    b.seed = seed;
    return trial_check_all(&check, rounds);
}

static void check_limits(enum pt_limits limits, bool timeouts, uint64_t rounds)
{
    int32_t wrong = 0, compared = 0;

    print_message("seed %" PRIu64 "\n", SEED);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if ((limits == PT_LIMITS_EXTEND && !pairs[i].may_overrun) ||
            timeouts != pairs[i].timeouts)
            continue;
        for (int ties = 0; ties < 3; ties++, compared++) {
            struct kind kind = {.pair = &pairs[i],
                                .ties = (enum pt_ties)ties,
                                .limits = limits};
            wrong += !agree(&kind, SEED + UINT64_C(1000003) * i, rounds);
        }
    }
    print_message("%d policies and tie orders, %" PRIu64
                  " workloads each, %d differ\n",
                  compared, rounds, wrong);
    ASSERT_INT(wrong, 0);
}

static void test_the_core_and_the_twin_make_the_same_schedule(void **state)
{
    (void)state;
    check_limits(PT_LIMITS_TRUST, false, ROUNDS);
}

static void
test_the_core_and_the_twin_agree_on_holds_that_time_out(void **state)
{
    (void)state;
    check_limits(PT_LIMITS_TRUST, true, ROUNDS);
}

static void test_the_core_and_the_twin_agree_on_jobs_that_overrun(void **state)
{
    (void)state;
    check_limits(PT_LIMITS_EXTEND, false, ROUNDS / 2);
}

static void test_the_core_and_the_twin_agree_on_kills_at_the_limit(void **state)
{
    (void)state;
    check_limits(PT_LIMITS_KILL, false, ROUNDS / 4);
    check_limits(PT_LIMITS_KILL, true, ROUNDS / 4);
}

/* How many of ROUNDS workloads tell the policy CORE from the policy TWIN. */
static int32_t count_told_apart(const struct pair *pair, enum pt_ties ties,
                                enum twin_ties twin_ties)
{
    int32_t found = 0;

    for (uint64_t k = 0; k < ROUNDS / 4; k++) {
        struct trial_job jobs[MOST];
        struct bout b;
        uint64_t seed = SEED + k;
        int32_t slots = 2 + trial_below(&seed, 6);
        struct trial_taste taste = {.most = MOST, .width = slots, .users = 3};
        int32_t n = trial_draw(&seed, &taste, jobs);

        set_up(&b, &(struct kind){.pair = pair, .ties = ties}, slots);
        b.config.ties = twin_ties;
        found += runs_differ(&b, jobs, n);
    }
    return found;
}

/* The canary: were these equal, the tests above could not fail. */
static void test_a_twin_of_other_rules_is_told_apart(void **state)
{
    static const struct pair wrong[] = {
        {"spark", "fcfs", false, false, false},
        {"easy", "easy-sjbf", false, false, false},
        {"easy", "backfill:depth=2", false, false, false},
        {"conservative", "backfill:depth=all", false, false, false},
        {"fifo:order=fair", "fifo", false, false, false},
        {"fifo:drivers=2", "fifo:drivers=3", false, false, false},
        {"fifo:hold_timeout=5us,backoff=3us", "fifo:hold_timeout=6,backoff=3",
         false, false, true},
    };
    const struct pair easy = pairs[2];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int32_t found =
            count_told_apart(&wrong[i], PT_TIES_INSTANT, TWIN_INSTANT);
        print_message("%s is not %s: %d of %d\n", wrong[i].core, wrong[i].twin,
                      found, ROUNDS / 4);
        assert_true(found > 0);
    }
    assert_true(count_told_apart(&easy, PT_TIES_PYSS, TWIN_EVENT) > 0);
    assert_true(count_told_apart(&easy, PT_TIES_INSTANT, TWIN_PYSS) > 0);
    assert_true(count_told_apart(&easy, PT_TIES_EVENT, TWIN_INSTANT) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_core_and_the_twin_make_the_same_schedule),
        cmocka_unit_test(
            test_the_core_and_the_twin_agree_on_holds_that_time_out),
        cmocka_unit_test(test_the_core_and_the_twin_agree_on_jobs_that_overrun),
        cmocka_unit_test(
            test_the_core_and_the_twin_agree_on_kills_at_the_limit),
        cmocka_unit_test(test_a_twin_of_other_rules_is_told_apart),
    };

    return cmocka_run_group_tests_name("twin", tests, NULL, NULL) != 0;
}
