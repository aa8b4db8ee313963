/* One schedule, said in several ways: a machine that is counted, and the same
 * with its nodes by name; one placement, and another; exclusive nodes, and jobs
 * that ask for whole ones.
 *
 * Where promises are made the two kinds of machine are compared on one node
 * only.  A counted promise is so many processors, wherever they are; a named
 * one is processors on nodes that it names.  Both keep their word, but on
 * several nodes a named promise may forbid what a counted one allows: a job
 * that would leave enough room, though not on the nodes that were named. */
#include "tests/conform/trial.h"
#include "tests/unit/check.h"

#define SEED   UINT64_C(8081)
#define ROUNDS 9000
#define MOST   24

static const char *const places[] = {"first", "best", "pack", "spread"};

static const char *const unpromising[] = {
    "fcfs",
    "spark",
    "fifo",
    "fifo:order=fair",
    "fifo:drivers=2",
    "fifo:drivers=3,hold_timeout=6us,backoff=2us",
    "fifo:order=fair,hold_timeout=5us,backoff=3us",
    "fifo:hold_timeout=4us",
};

static const char *const promising[] = {
    "easy",
    "easy-sjbf",
    "conservative",
    "conservative:order=saf",
    "backfill:depth=0",
    "backfill:depth=2",
    "backfill:depth=3,promises=keep",
    "backfill:depth=3,promises=keep,order=narrow",
    "backfill:depth=all",
    "backfill:depth=all,order=ljf",
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool same_result(const struct trial_result *a,
                        const struct trial_result *b)
{
    return a->records == 1 && b->records == 1 && a->state == b->state &&
           a->start == b->start && a->end == b->end &&
           a->promise == b->promise && a->timeouts == b->timeouts;
}

/* Two runs that must agree. */
struct match {
    struct trial_setup a, b;
    bool whole; /* B's jobs ask for whole nodes of A's */
    bool may_overrun;
    enum pt_limits limits; /* then, half of the time */
    char what[200];
};

/* Widths in whole nodes; a parallel job's tasks have a node each. */
static void count_nodes(int32_t cores, const struct trial_job *jobs, int32_t n,
                        struct trial_job *out)
{
    for (int32_t i = 0; i < n; i++) {
        out[i] = jobs[i];
        if (!jobs[i].parallel)
            out[i].width = (jobs[i].width + cores - 1) / cores;
    }
}

static bool trials_differ(struct match *m, const struct trial *a,
                          const struct trial *b)
{
    if (a->endless || b->endless)
        return a->endless != b->endless;
    for (int32_t i = 0; i < a->njobs; i++) {
        const struct trial_result *x = &a->jobs[i], *y = &b->jobs[i];
        if (same_result(x, y))
            continue;
        snprintf(m->what, sizeof m->what,
                 "job %d: state %d start %lld promise %lld; and state %d start "
                 "%lld promise %lld",
                 i + 1, (int)x->state, (long long)x->start,
                 (long long)x->promise, (int)y->state, (long long)y->start,
                 (long long)y->promise);
        return true;
    }
    if (a->counts.deadlocks == b->counts.deadlocks)
        return false;
    snprintf(m->what, sizeof m->what, "deadlocks");
    return true;
}

static bool disagree(void *context, const struct trial_job *jobs, int32_t n)
{
    struct match *m = context;
    struct trial_job whole[MOST] = {{.submit = 0}};
    struct trial a, b;

    if (m->whole)
        count_nodes(m->a.cores, jobs, n, whole);
    if (trial_run(&m->a, jobs, n, &a) < 0 ||
        trial_run(&m->b, m->whole ? whole : jobs, n, &b) < 0)
        abort();
    bool differ = trials_differ(m, &a, &b);
    trial_fini(&a);
    trial_fini(&b);
    return differ;
}

static void match_print(void *context, const struct trial_job *jobs, int32_t n)
{
    const struct match *m = context;

    if (m->what[0] == '\0') {
        trial_print(&m->a, jobs, n);
        trial_print(&m->b, jobs, 0);
    } else {
        fprintf(stderr, "%s\n\n", m->what);
    }
}

/* A machine of up to 5 x 4, and jobs that fit it, most of them. */
static int32_t draw(struct match *m, uint64_t *seed, struct trial_job *jobs)
{
    struct trial_setup *a = &m->a;

    m->what[0] = '\0';
    *a = (struct trial_setup){.nodes = 1 + trial_below(seed, 5),
                              .cores = 1 + trial_below(seed, 4),
                              .ties = (enum pt_ties)trial_below(seed, 3)};
    if (m->may_overrun && trial_below(seed, 2) == 0)
        a->limits = m->limits;
    struct trial_taste taste = {.most = MOST,
                                .width = a->nodes * a->cores +
                                         (trial_below(seed, 4) == 0),
                                .users = 1 + trial_below(seed, 4),
                                .parallel = trial_below(seed, 2) == 0,
                                .overrun = a->limits != PT_LIMITS_TRUST};
    return trial_draw(seed, &taste, jobs);
}

static void check(struct match *m,
                  int32_t (*draw_case)(void *context, uint64_t number,
                                       struct trial_job *jobs))
{
    struct trial_check check = {.context = m,
                                .most = MOST,
                                .draw = draw_case,
                                .fails = disagree,
                                .print = match_print};

    print_message("seed %llu\n", (unsigned long long)SEED);
    assert_true(trial_check_all(&check, ROUNDS));
}

#define POLICIES (COUNT(promising) + COUNT(unpromising))

static const char *policy_of(uint64_t number)
{
    size_t p = number % POLICIES;

    return p < COUNT(promising) ? promising[p]
                                : unpromising[p - COUNT(promising)];
}

static const char *place_of(uint64_t number)
{
    return places[number / POLICIES % COUNT(places)];
}

/* --- by name --- */

static int32_t draw_named(void *context, uint64_t number,
                          struct trial_job *jobs)
{
    struct match *m = context;
    uint64_t seed = SEED + number;

    m->limits = number % 2 ? PT_LIMITS_KILL : PT_LIMITS_EXTEND;
    int32_t n = draw(m, &seed, jobs);
    m->a.policy = unpromising[number / 2 % COUNT(unpromising)];
    m->b = m->a;
    m->b.named = true;
    m->b.place = place_of(number);
    return n;
}

static void test_named_nodes_start_what_counted_ones_do(void **state)
{
    (void)state;
    check(&(struct match){.may_overrun = true}, draw_named);
}

static int32_t draw_one_node(void *context, uint64_t number,
                             struct trial_job *jobs)
{
    struct match *m = context;
    uint64_t seed = SEED + number;
    int32_t n = draw(m, &seed, jobs);

    m->a.policy = policy_of(number);
    m->a.cores *= m->a.nodes;
    m->a.nodes = 1;
    m->b = m->a;
    m->b.named = true;
    m->b.place = place_of(number);
    return n;
}

static void test_one_named_node_starts_what_a_counted_one_does(void **state)
{
    (void)state;
    check(&(struct match){.may_overrun = false}, draw_one_node);
}

static void test_kills_do_not_tell_the_machines_apart(void **state)
{
    (void)state;
    check(&(struct match){.may_overrun = true, .limits = PT_LIMITS_KILL},
          draw_one_node);
}

/* What overruns breaks promises, on both kinds of machine in the same way. */
static void test_overruns_do_not_tell_the_machines_apart(void **state)
{
    (void)state;
    check(&(struct match){.may_overrun = true, .limits = PT_LIMITS_EXTEND},
          draw_one_node);
}

/* --- placements --- */

static int32_t draw_places(void *context, uint64_t number,
                           struct trial_job *jobs)
{
    struct match *m = context;
    uint64_t seed = SEED + number;
    int32_t n = draw(m, &seed, jobs);

    m->a.policy = policy_of(number);
    m->b = m->a;
    m->b.place = places[1 + number / POLICIES % (COUNT(places) - 1)];
    return n;
}

static void test_where_tasks_go_does_not_say_when_they_start(void **state)
{
    (void)state;
    check(&(struct match){.may_overrun = true, .limits = PT_LIMITS_KILL},
          draw_places);
}

/* --- exclusive nodes --- */

/* Not so under fifo, which takes slots task by task, and so a node at a time
 * that it need not fill, nor where candidates are ordered by their width. */
static bool minds_nodes(const char *policy)
{
    return strncmp(policy, "fifo", 4) == 0 || strstr(policy, "order=");
}

static void unrag(struct trial_job *jobs, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        jobs[i].ragged = false;
}

static int32_t draw_exclusive(void *context, uint64_t number,
                              struct trial_job *jobs)
{
    struct match *m = context;
    uint64_t seed = SEED + number;
    int32_t n = draw(m, &seed, jobs);

    m->a.policy = policy_of(number);
    if (minds_nodes(m->a.policy))
        m->a.policy = "conservative";
    unrag(jobs, n);
    m->whole = true;
    m->b = m->a;
    m->a.exclusive = true;
    m->b.cores = 1;
    return n;
}

static void
test_an_exclusive_node_is_a_job_that_asks_for_all_of_it(void **state)
{
    (void)state;
    check(&(struct match){.may_overrun = true, .limits = PT_LIMITS_KILL},
          draw_exclusive);
}

static int32_t draw_exclusive_named(void *context, uint64_t number,
                                    struct trial_job *jobs)
{
    struct match *m = context;
    uint64_t seed = SEED + number;
    int32_t n = draw(m, &seed, jobs);

    m->a.policy = unpromising[number % 2];
    unrag(jobs, n);
    m->a.exclusive = true;
    m->b = m->a;
    m->b.named = true;
    m->b.place = number / 2 % 2 == 0 ? "first" : "pack";
    return n;
}

static void test_exclusive_named_nodes_start_what_counted_ones_do(void **state)
{
    (void)state;
    check(&(struct match){.may_overrun = true, .limits = PT_LIMITS_KILL},
          draw_exclusive_named);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_named_nodes_start_what_counted_ones_do),
        cmocka_unit_test(test_one_named_node_starts_what_a_counted_one_does),
        cmocka_unit_test(test_kills_do_not_tell_the_machines_apart),
        cmocka_unit_test(test_overruns_do_not_tell_the_machines_apart),
        cmocka_unit_test(test_where_tasks_go_does_not_say_when_they_start),
        cmocka_unit_test(
            test_an_exclusive_node_is_a_job_that_asks_for_all_of_it),
        cmocka_unit_test(test_exclusive_named_nodes_start_what_counted_ones_do),
    };

    return cmocka_run_group_tests_name("machines", tests, NULL, NULL) != 0;
}
