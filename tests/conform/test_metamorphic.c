/* What must not matter does not: the unit of time, the numbers that people give
 * to jobs, the names of users, what comes later, and who can never run. */
#include "tests/conform/trial.h"
#include "tests/unit/check.h"

#define SEED   UINT64_C(777)
#define ROUNDS 200 /* for each policy */
#define MOST   20
#define FACTOR 1000003

struct pair {
    const char *names[TRIAL_POLICIES];
    size_t n;
    struct trial_setup setup, other;
    char policy[128];   /* the other's, if it is another */
    uint64_t seed;      /* of the change */
    pt_time factor;     /* of the other's times */
    bool scales, kills; /* the change, and what limits may do */
    /* Makes the other's jobs of JOBS [N], in the same order first; returns how
     * many.  WHICH [N] says where each has gone; filled in with 0, 1, ... */
    int32_t (*change)(struct pair *p, const struct trial_job *jobs, int32_t n,
                      struct trial_job *other, int32_t *which);
    char what[200];
};

static pt_time scaled(pt_time time, pt_time factor)
{
    return time == PT_TIME_NEVER ? time : time * factor;
}

static bool same_result(struct pair *p, int32_t job,
                        const struct trial_result *a,
                        const struct trial_result *b)
{
    if (a->records == 1 && b->records == 1 && a->state == b->state &&
        scaled(a->start, p->factor) == b->start &&
        scaled(a->end, p->factor) == b->end &&
        scaled(a->promise, p->factor) == b->promise &&
        a->timeouts == b->timeouts && a->held * p->factor == b->held)
        return true;
    snprintf(
        p->what, sizeof p->what,
        "job %d: start %lld end %lld promise %lld; and start %lld end %lld "
        "promise %lld",
        job + 1, (long long)a->start, (long long)a->end, (long long)a->promise,
        (long long)b->start, (long long)b->end, (long long)b->promise);
    return false;
}

static bool all_done(const struct trial *trial)
{
    for (int32_t i = 0; i < trial->njobs; i++)
        if (trial->jobs[i].state == PT_UNFINISHED)
            return false;
    return true;
}

/* Back-offs doubled until time itself came to its end. */
static bool is_hopeless(const struct trial *trial)
{
    for (int32_t i = 0; i < trial->njobs; i++)
        if (trial->jobs[i].timeouts > 30)
            return true;
    return trial->endless;
}

static bool pair_fails(void *context, const struct trial_job *jobs, int32_t n)
{
    struct pair *p = context;
    struct trial_job other_jobs[2 * MOST];
    int32_t which[MOST];
    struct trial a, b;
    bool same = true;

    for (int32_t i = 0; i < n; i++)
        which[i] = i;
    int32_t m = p->change(p, jobs, n, other_jobs, which);
    if (trial_run(&p->setup, jobs, n, &a) < 0 ||
        trial_run(&p->other, other_jobs, m, &b) < 0)
        abort();
    bool comparable =
        !is_hopeless(&a) && !is_hopeless(&b) && (m == n || all_done(&a));
    for (int32_t i = 0; i < n && same && comparable; i++)
        same = same_result(p, i, &a.jobs[i], &b.jobs[which[i]]);
    trial_fini(&a);
    trial_fini(&b);
    return !same;
}

static void pair_print(void *context, const struct trial_job *jobs, int32_t n)
{
    const struct pair *p = context;

    if (p->what[0] == '\0')
        trial_print(&p->setup, jobs, n);
    else
        fprintf(stderr, "%s\n\n", p->what);
}

/* TEXT with its times, "3us", times FACTOR. */
static void scale_policy(char *out, size_t size, const char *text,
                         pt_time factor)
{
    size_t used = 0;

    while (*text && used + 24 < size) {
        size_t digits = strspn(text, "0123456789");
        if (digits > 0 && strncmp(text + digits, "us", 2) == 0) {
            long long time = strtoll(text, NULL, 10) * factor;
            used += (size_t)snprintf(out + used, size - used, "%lld", time);
            text += digits;
        } else {
            out[used++] = *text++;
        }
    }
    out[used] = '\0';
}

static int32_t pair_draw(void *context, uint64_t number, struct trial_job *jobs)
{
    static const char *const places[] = {"first", "best", "pack", "spread"};
    struct pair *p = context;
    uint64_t seed = SEED + number;

    p->what[0] = '\0';
    p->setup = (struct trial_setup){.policy = p->names[number % p->n],
                                    .nodes = 1 + trial_below(&seed, 6),
                                    .cores = 1 + trial_below(&seed, 3),
                                    .ties = (enum pt_ties)trial_below(&seed, 3),
                                    .place = places[trial_below(&seed, 4)],
                                    .named = trial_below(&seed, 4) == 0};
    struct trial_taste taste = {.most = MOST,
                                .width = p->setup.nodes * p->setup.cores,
                                .users = 1 + trial_below(&seed, 4),
                                .parallel = trial_below(&seed, 3) == 0};
    if (p->kills && trial_below(&seed, 3) == 0) {
        p->setup.limits = PT_LIMITS_KILL;
        taste.overrun = true;
    }
    p->other = p->setup;
    if (p->scales) {
        scale_policy(p->policy, sizeof p->policy, p->setup.policy, p->factor);
        p->other.policy = p->policy;
    }
    p->seed = seed;
    int32_t n = trial_draw(&seed, &taste, jobs);
    for (int32_t i = 0; i < n; i++)
        jobs[i].ragged = false; /* a share of a length may be cut off */
    return n;
}

static void check(struct pair p)
{
    struct trial_check check = {.context = &p,
                                .most = MOST,
                                .draw = pair_draw,
                                .fails = pair_fails,
                                .print = pair_print};

    if (p.n == 0)
        p.n = trial_policies(p.names);
    if (p.factor == 0)
        p.factor = 1;
    print_message("seed %llu, %d policies\n", (unsigned long long)SEED,
                  (int)p.n);
    assert_true(trial_check_all(&check, ROUNDS * p.n));
}

/* --- the changes --- */

static int32_t stretch(struct pair *p, const struct trial_job *jobs, int32_t n,
                       struct trial_job *other, int32_t *which)
{
    (void)which;
    for (int32_t i = 0; i < n; i++) {
        other[i] = jobs[i];
        other[i].submit *= p->factor;
        other[i].length *= p->factor;
        other[i].limit *= p->factor;
    }
    return n;
}

static void test_stretching_time_stretches_the_schedule(void **state)
{
    (void)state;
    check((struct pair){.change = stretch, .factor = FACTOR, .scales = true});
}

/* Ids in another order, with gaps, some negative. */
static int32_t rename_jobs(struct pair *p, const struct trial_job *jobs,
                           int32_t n, struct trial_job *other, int32_t *which)
{
    uint64_t seed = p->seed;

    (void)which;
    for (int32_t i = 0; i < n; i++) {
        other[i] = jobs[i];
        other[i].id = 5000 - 37 * i - trial_below(&seed, 30);
    }
    return n;
}

static void test_renaming_jobs_changes_no_schedule(void **state)
{
    (void)state;
    check((struct pair){.change = rename_jobs});
}

/* Pools are ordered by their names as text: "101" is to "102" as "1" to "2". */
static int32_t rename_users(struct pair *p, const struct trial_job *jobs,
                            int32_t n, struct trial_job *other, int32_t *which)
{
    (void)p, (void)which;
    for (int32_t i = 0; i < n; i++) {
        other[i] = jobs[i];
        other[i].user = 100 + jobs[i].user;
    }
    return n;
}

static void test_renaming_users_in_order_changes_no_schedule(void **state)
{
    (void)state;
    check((struct pair){.change = rename_users});
}

static int32_t append(struct pair *p, const struct trial_job *jobs, int32_t n,
                      struct trial_job *other, int32_t *which)
{
    uint64_t seed = p->seed;
    struct trial_taste taste = {
        .most = MOST, .width = p->setup.nodes * p->setup.cores + 1, .users = 4};
    struct trial trial;
    pt_time last = 0;

    (void)which;
    memcpy(other, jobs, (size_t)n * sizeof *jobs);
    if (trial_run(&p->setup, jobs, n, &trial) < 0)
        abort();
    for (int32_t i = 0; i < n; i++) {
        pt_time limit = trial.jobs[i].start == PT_TIME_NEVER
                            ? jobs[i].submit
                            : trial.jobs[i].start + jobs[i].limit;
        last = limit > last ? limit : last;
        if (trial.jobs[i].end != PT_TIME_NEVER && trial.jobs[i].end > last)
            last = trial.jobs[i].end;
    }
    trial_fini(&trial);
    int32_t m = trial_draw(&seed, &taste, other + n);
    for (int32_t i = n; i < n + m; i++)
        other[i].submit += last + 1;
    return n + m;
}

static void test_jobs_after_the_end_change_nothing_before_it(void **state)
{
    (void)state;
    check((struct pair){.change = append});
}

/* Some that are wider than the machine, anywhere among them. */
static int32_t add_giants(struct pair *p, const struct trial_job *jobs,
                          int32_t n, struct trial_job *other, int32_t *which)
{
    uint64_t seed = p->seed;
    int32_t m = 0;

    for (int32_t i = 0; i < n; i++) {
        if (m - i < MOST && trial_below(&seed, 3) == 0) {
            other[m] = jobs[i];
            other[m].parallel = false;
            other[m].width =
                p->setup.nodes * p->setup.cores + 1 + trial_below(&seed, 3);
            m++;
        }
        which[i] = m;
        other[m++] = jobs[i];
    }
    return m;
}

/* drivers=N is left out: which queue a job goes to is its rank modulo N, and a
 * job that is rejected has a rank. */
static void test_a_job_that_never_fits_changes_nothing(void **state)
{
    struct pair p = {.change = add_giants};
    const char *all[TRIAL_POLICIES];
    size_t n = trial_policies(all);

    (void)state;
    for (size_t i = 0; i < n; i++)
        if (!strstr(all[i], "drivers"))
            p.names[p.n++] = all[i];
    check(p);
}

static void test_none_of_this_matters_where_limits_kill(void **state)
{
    (void)state;
    check((struct pair){
        .change = stretch, .factor = FACTOR, .scales = true, .kills = true});
    check((struct pair){.change = rename_jobs, .kills = true});
    check((struct pair){.change = rename_users, .kills = true});
    check((struct pair){.change = append, .kills = true});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stretching_time_stretches_the_schedule),
        cmocka_unit_test(test_renaming_jobs_changes_no_schedule),
        cmocka_unit_test(test_renaming_users_in_order_changes_no_schedule),
        cmocka_unit_test(test_jobs_after_the_end_change_nothing_before_it),
        cmocka_unit_test(test_a_job_that_never_fits_changes_nothing),
        cmocka_unit_test(test_none_of_this_matters_where_limits_kill),
    };

    return cmocka_run_group_tests_name("metamorphic", tests, NULL, NULL) != 0;
}
