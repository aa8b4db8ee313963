/* The cases that are small enough to check by hand, through the core. */
#include "tests/conform/trial.h"
#include "tests/differ/twin_case.h"
#include "tests/unit/check.h"

#include <dirent.h>

#define CASES "tests/golden/cases"

static void take_jobs(const struct twin_case *c, struct trial_job *jobs)
{
    for (int i = 0; i < c->njobs; i++) {
        const struct twin_job *from = &c->jobs[i];
        jobs[i] = (struct trial_job){
            .submit = from->submit * PT_SECOND,
            .length = from->length * PT_SECOND,
            .limit = from->limit > 0 ? from->limit * PT_SECOND : 1,
            .width = from->width,
            .id = i + 1,
            .user = from->user};
    }
}

/* Returns how many jobs are not as expected. */
static int check_job(const char *path, const struct twin_expect *e, int job,
                     const struct trial_result *got)
{
    bool rejected = got->state == PT_REJECTED;
    bool unfinished = got->state == PT_UNFINISHED;
    pt_time start =
        e->start[job] == TWIN_NONE ? PT_TIME_NEVER : e->start[job] * PT_SECOND;

    if (got->records == 1 && got->start == start &&
        rejected == (e->state[job] == TWIN_REJECTED) &&
        unfinished == (e->state[job] == TWIN_UNFINISHED))
        return 0;
    print_error("%s:%d: %s: job %d starts at %lld us, state %d\n", path,
                e->line, e->policy, job + 1, (long long)got->start,
                (int)got->state);
    return 1;
}

static int check_count(const char *path, const struct twin_expect *e,
                       const char *what, int expected, int64_t got)
{
    if (expected < 0 || expected == got)
        return 0;
    print_error("%s:%d: %s: %lld %s, expected %d\n", path, e->line, e->policy,
                (long long)got, what, expected);
    return 1;
}

static int check_expect(const char *path, const struct twin_case *c,
                        const struct twin_expect *e)
{
    const enum pt_limits limits[] = {
        [TWIN_TRUNCATE] = PT_LIMITS_TRUST,
        [TWIN_KILL] = PT_LIMITS_KILL,
        [TWIN_EXTEND] = PT_LIMITS_EXTEND,
    };
    struct trial_job jobs[TWIN_CASE_JOBS];
    struct trial_setup setup = {.policy = e->policy,
                                .nodes = c->slots,
                                .ties = (enum pt_ties)e->config.ties,
                                .limits = limits[e->config.overrun]};
    struct trial trial;
    int wrong = 0;

    take_jobs(c, jobs);
    ASSERT_INT(trial_run(&setup, jobs, c->njobs, &trial), 0);
    for (int i = 0; i < c->njobs; i++)
        wrong += check_job(path, e, i, &trial.jobs[i]);
    wrong +=
        check_count(path, e, "deadlocks", e->deadlocks, trial.counts.deadlocks);
    wrong +=
        check_count(path, e, "time-outs", e->timeouts, trial.counts.timeouts);
    trial_fini(&trial);
    return wrong;
}

static int check_case(const char *name, int *nexpects)
{
    struct twin_case c;
    char path[512], trouble[256];
    int wrong = 0;

    snprintf(path, sizeof path, CASES "/%s", name);
    if (twin_case_read(path, &c, trouble, sizeof trouble) != 0) {
        print_error("%s: %s\n", path, trouble);
        return 1;
    }
    for (int i = 0; i < c.nexpects; i++)
        wrong += check_expect(path, &c, &c.expects[i]);
    *nexpects += c.nexpects;
    return wrong;
}

static void test_the_core_makes_the_schedules_made_by_hand(void **state)
{
    DIR *dir = opendir(CASES);
    int ncases = 0, nexpects = 0, wrong = 0;

    (void)state;
    assert_non_null(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        size_t length = strlen(e->d_name);
        if (length < 4 || strcmp(e->d_name + length - 4, ".txt") != 0)
            continue;
        wrong += check_case(e->d_name, &nexpects);
        ncases++;
    }
    closedir(dir);
    print_message("%d cases, %d schedules\n", ncases, nexpects);
    assert_true(ncases >= 12);
    ASSERT_INT(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_core_makes_the_schedules_made_by_hand),
    };

    return cmocka_run_group_tests_name("cases", tests, NULL, NULL) != 0;
}
