#include "twin.h"
#include "twin_case.h"

#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#define CASES  "tests/golden/cases"
#define SEED   UINT64_C(20160817)
#define ROUNDS 4000
#define MOST   14

struct log {
    struct twin_job *jobs;
    int n, slots;
};

static gzFile open_oracle(const char *name)
{
    const char *shared = getenv("PROTIUM_SHARED");
    char path[512];

    snprintf(path, sizeof path, "%s/oracles/%s", shared ? shared : "../shared",
             name);
    return gzopen(path, "rb");
}

/* The canonical logs are clean: the first twelve fields are integers. */
static void read_job(struct log *log, const char *line)
{
    int64_t f[12];
    int n;

    for (int i = 0; i < 12; i++) {
        assert_int_equal(sscanf(line, "%" SCNd64 "%n", &f[i], &n), 1);
        line += n;
    }
    if ((log->n & (log->n - 1)) == 0) {
        size_t room = 2 * (size_t)log->n + 1;

        log->jobs = realloc(log->jobs, room * sizeof *log->jobs);
        assert_non_null(log->jobs);
    }
    log->jobs[log->n++] = (struct twin_job){.submit = f[1],
                                            .length = f[3],
                                            .limit = f[8],
                                            .width = (int)f[7],
                                            .user = f[11]};
}

/* Returns false if there is no such log here. */
static bool read_log(struct log *log, const char *name)
{
    char line[512];
    gzFile file = open_oracle(name);

    *log = (struct log){.n = 0};
    if (!file)
        return false;
    while (gzgets(file, line, sizeof line)) {
        if (strncmp(line, "; MaxProcs:", 11) == 0)
            log->slots = atoi(line + 11);
        else if (line[0] != ';')
            read_job(log, line);
    }
    gzclose(file);
    assert_true(log->slots > 0 && log->n > 0);
    return true;
}

static int differing_rows(const struct log *log, const char *name,
                          const struct twin_result *got)
{
    char line[256];
    gzFile file = open_oracle(name);
    int differing = 0;

    assert_non_null(file);
    assert_non_null(gzgets(file, line, sizeof line));
    for (int i = 0; i < log->n; i++) {
        int64_t id, submit, start, end;

        assert_non_null(gzgets(file, line, sizeof line));
        assert_int_equal(sscanf(line,
                                "%" SCNd64 ",%" SCNd64 ",%" SCNd64 ",%" SCNd64,
                                &id, &submit, &start, &end),
                         4);
        assert_int_equal(id, i + 1);
        differing += got[i].start != start || got[i].end != end;
    }
    gzclose(file);
    return differing;
}

static void check_golden(const struct log *log, const char *name,
                         const char *policy, enum twin_ties ties)
{
    struct twin_config config = {.ties = ties};
    struct twin_result *got = malloc((size_t)log->n * sizeof *got);
    struct twin_totals totals;
    int differing;

    assert_non_null(got);
    assert_int_equal(twin_parse(policy, &config), 0);
    assert_int_equal(
        twin_run(log->jobs, log->n, log->slots, &config, got, &totals), 0);
    differing = differing_rows(log, name, got);
    print_message("%s: %d differing rows of %d\n", name, differing, log->n);
    assert_int_equal(differing, 0);
    free(got);
}

#define REPLAN "backfill:depth=all,promises=replan"

/* What each suffix of a golden file is called by us. */
static const struct {
    const char *suffix, *policy;
    enum twin_ties ties;
    bool tie_free; /* there is such a file for the log without ties */
} goldens[] = {
    {"fcfs", "fcfs", TWIN_INSTANT, true},
    {"easy", "easy", TWIN_EVENT, true},
    {"easy.batch", "easy", TWIN_INSTANT, false},
    {"easy.finishfirst", "easy", TWIN_EVENT, false},
    {"easy.pyss", "easy", TWIN_PYSS, false},
    {"cons_compress", "conservative", TWIN_INSTANT, true},
    {"cons_compress.batch", "conservative", TWIN_INSTANT, false},
    {"cons_compress.pyss", "conservative", TWIN_PYSS, false},
    {"cons_replan", REPLAN, TWIN_PYSS, true},
    {"cons_replan.batch", REPLAN, TWIN_INSTANT, false},
    {"cons_replan.finishfirst", REPLAN, TWIN_EVENT, false},
};

static void check_goldens(const char *log_name, bool tie_free)
{
    struct log log;
    char name[64];

    snprintf(name, sizeof name, "%s.swf.gz", log_name);
    if (!read_log(&log, name)) {
        print_message("SKIPPED (no ../shared): goldens of %s\n", log_name);
        skip();
    }
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        if (goldens[i].tie_free != tie_free &&
            strcmp(goldens[i].suffix, "fcfs") != 0)
            continue;
        snprintf(name, sizeof name, "%s.%s.csv.gz", log_name,
                 goldens[i].suffix);
        check_golden(&log, name, goldens[i].policy, goldens[i].ties);
    }
    free(log.jobs);
}

static void test_the_twin_makes_the_golden_schedules_of_sdsc(void **state)
{
    (void)state;
    check_goldens("sdsc5k", false);
}

static void test_the_twin_makes_the_golden_schedules_of_kth(void **state)
{
    (void)state;
    check_goldens("kth", false);
}

static void test_the_twin_makes_the_golden_schedules_without_ties(void **state)
{
    (void)state;
    check_goldens("kth_tf", true);
}

/* Returns how many lines of the case are wrong. */
static int check_case(const char *path)
{
    struct twin_case c;
    char trouble[256];
    int wrong = 0;

    if (twin_case_read(path, &c, trouble, sizeof trouble) != 0) {
        print_message("%s: %s\n", path, trouble);
        return 1;
    }
    for (int i = 0; i < c.nexpects; i++)
        if (twin_case_check(&c, &c.expects[i], trouble, sizeof trouble) != 0) {
            print_message("%s: %s\n", path, trouble);
            wrong++;
        }
    return wrong;
}

static void test_the_hand_cases_hold(void **state)
{
    DIR *dir = opendir(CASES);
    int ncases = 0, wrong = 0;

    (void)state;
    assert_non_null(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        char path[512];
        size_t length = strlen(e->d_name);

        if (length < 4 || strcmp(e->d_name + length - 4, ".txt") != 0)
            continue;
        snprintf(path, sizeof path, CASES "/%s", e->d_name);
        wrong += check_case(path);
        ncases++;
    }
    closedir(dir);
    print_message("%d cases\n", ncases);
    assert_true(ncases >= 12);
    assert_int_equal(wrong, 0);
}

/* Splitmix64: the twin has no use for more. */
static int below(uint64_t *seed, int n)
{
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (int)((z ^ (z >> 31)) % (uint64_t)n);
}

/* Small numbers, so that much happens at the same instants. */
static int draw_jobs(uint64_t *seed, int slots, struct twin_job *jobs)
{
    int n = 1 + below(seed, MOST);
    int span = 1 + below(seed, 20);

    for (int i = 0; i < n; i++) {
        jobs[i] = (struct twin_job){.submit = below(seed, span),
                                    .limit = 1 + below(seed, 9),
                                    .width = 1 + below(seed, slots),
                                    .user = below(seed, 3)};
        jobs[i].length = below(seed, (int)jobs[i].limit + 1);
    }
    return n;
}

static int64_t used_at(const struct twin_job *jobs,
                       const struct twin_result *got, int n, int64_t at)
{
    int64_t used = 0;

    for (int i = 0; i < n; i++)
        if (got[i].start <= at && at < got[i].end)
            used += jobs[i].width;
    return used;
}

static void check_schedule(const struct twin_job *jobs, int n, int slots,
                           const struct twin_result *got)
{
    for (int i = 0; i < n; i++) {
        assert_int_equal(got[i].state, TWIN_DONE);
        assert_true(got[i].start >= jobs[i].submit);
        assert_int_equal(got[i].end - got[i].start, jobs[i].length);
        assert_true(used_at(jobs, got, n, got[i].start) <= slots);
        if (got[i].promise != TWIN_NONE)
            assert_true(got[i].promise > jobs[i].submit);
    }
}

static void run(const struct twin_job *jobs, int n, int slots,
                const char *policy, enum twin_ties ties,
                struct twin_result *got)
{
    struct twin_config config = {.ties = ties};
    struct twin_totals totals;

    assert_int_equal(twin_parse(policy, &config), 0);
    assert_int_equal(twin_run(jobs, n, slots, &config, got, &totals), 0);
    check_schedule(jobs, n, slots, got);
    if (config.kind != TWIN_BACKFILL || (config.depth != 1 && !config.keep))
        return;
    for (int i = 0; i < n; i++)
        assert_true(got[i].promise == TWIN_NONE ||
                    got[i].start <= got[i].promise);
}

static void same_starts(const struct twin_result *a,
                        const struct twin_result *b, int n)
{
    for (int i = 0; i < n; i++)
        assert_int_equal(a[i].start, b[i].start);
}

static void test_ways_to_say_the_same_schedule_agree(void **state)
{
    uint64_t seed = SEED;

    (void)state;
    print_message("seed %" PRIu64 "\n", seed);
    for (int i = 0; i < ROUNDS; i++) {
        int slots = 1 + below(&seed, 8);
        enum twin_ties ties = (enum twin_ties)below(&seed, 3);
        struct twin_job jobs[MOST];
        struct twin_result a[MOST], b[MOST];
        struct twin_config config = {.kind = TWIN_BACKFILL,
                                     .ties = ties,
                                     .depth = 1,
                                     .sjf = below(&seed, 2) == 1,
                                     .by_profile = true};
        struct twin_totals totals;
        int n = draw_jobs(&seed, slots, jobs);

        run(jobs, n, slots, config.sjf ? "easy-sjbf" : "easy", ties, a);
        assert_int_equal(twin_run(jobs, n, slots, &config, b, &totals), 0);
        same_starts(a, b, n);
        run(jobs, n, slots, "fcfs", ties, a);
        run(jobs, n, slots, "fifo", ties, b);
        same_starts(a, b, n);
        run(jobs, n, slots, "spark", ties, a);
        run(jobs, n, slots, "backfill:depth=0", ties, b);
        same_starts(a, b, n);
        run(jobs, n, slots, "conservative", ties, a);
        run(jobs, n, slots, "backfill:depth=14,promises=keep", ties, b);
        same_starts(a, b, n);
        run(jobs, n, slots, REPLAN, ties, a);
        run(jobs, n, slots, "backfill:depth=14,order=sjf", ties, b);
        same_starts(a, b, n);
        run(jobs, n, slots, "backfill:depth=2,promises=keep,order=sjf", ties,
            a);
        run(jobs, n, slots, "backfill:depth=3", ties, a);
    }
}

/* Without a time-out, a deadlock is the only way not to finish.  With one, all
 * of these pools finish; drivers need not: two that give up together try again
 * together. */
static void test_a_run_of_fifo_ends_with_all_jobs_or_in_a_deadlock(void **state)
{
    uint64_t seed = SEED + 1;
    int ndeadlocks = 0, nfreed = 0;

    (void)state;
    print_message("seed %" PRIu64 "\n", seed);
    for (int i = 0; i < ROUNDS; i++) {
        int slots = 2 + below(&seed, 7);
        struct twin_job jobs[MOST];
        struct twin_result got[MOST];
        struct twin_config config = {.kind = TWIN_FIFO,
                                     .ties = (enum twin_ties)below(&seed, 3)};
        struct twin_totals totals;
        int n = draw_jobs(&seed, slots, jobs), unfinished = 0;

        config.fair = below(&seed, 2) == 1;
        config.drivers = config.fair ? 1 : 2 + below(&seed, 3);
        assert_int_equal(twin_run(jobs, n, slots, &config, got, &totals), 0);
        for (int j = 0; j < n; j++)
            unfinished += got[j].state == TWIN_UNFINISHED;
        assert_int_equal(unfinished > 0, totals.deadlocks > 0);
        ndeadlocks += totals.deadlocks;
        if (config.fair) {
            config.hold_timeout = 7;
            config.backoff = 3;
            assert_int_equal(twin_run(jobs, n, slots, &config, got, &totals),
                             0);
            check_schedule(jobs, n, slots, got);
            nfreed += totals.deadlocks > 0;
        }
    }
    print_message("%d deadlocks, %d runs that left theirs\n", ndeadlocks,
                  nfreed);
    assert_true(ndeadlocks > 0 && nfreed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_hand_cases_hold),
        cmocka_unit_test(test_ways_to_say_the_same_schedule_agree),
        cmocka_unit_test(
            test_a_run_of_fifo_ends_with_all_jobs_or_in_a_deadlock),
        cmocka_unit_test(test_the_twin_makes_the_golden_schedules_of_sdsc),
        cmocka_unit_test(test_the_twin_makes_the_golden_schedules_of_kth),
        cmocka_unit_test(test_the_twin_makes_the_golden_schedules_without_ties),
    };

    return cmocka_run_group_tests_name("twin", tests, NULL, NULL) != 0;
}
