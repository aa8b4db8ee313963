/* Windows, failures and gangs at random: nothing starts where it must not, and
 * everything ends. */
#include "tests/unit/core_bench.h"

#include "base/random.h"

enum { NODES = 4, CORES = 2, JOBS = 14, WINDOWS = 6 };

/* Of one node: it is serviced in [since, until), which is told before. */
struct window {
    pt_time told, since, until;
    int32_t node;
    bool drains;
};

struct storm {
    struct bench *b;
    struct pt_random random;
    uint64_t seed;
    pt_time now, unit;
    pt_time submit[JOBS];
    pt_time length[JOBS]; /* <= the limit */
    int32_t submitted;
    struct window windows[WINDOWS];        /* in order, one a node at a time */
    pt_time fails[NODES], repaired[NODES]; /* the next time */
    bool failed[NODES], serviced[NODES], down[NODES];
    bool drained[NODES];   /* and what ran there runs on */
    pt_time turned[NODES]; /* it was last told of */
    bool fifo;
    bool at_once; /* all facts of an instant count before any start */
    struct window noticed[NODES]; /* until = 0: none */
    uint32_t on[64];              /* of b->runs, by handle: nodes, a bit each */
    pt_time ends[64];             /* of b->runs, by handle */
};

static pt_time below(struct storm *s, pt_time n)
{
    return (pt_time)pt_random_below(&s->random, (uint32_t)n);
}

static void plan_storm(struct storm *s)
{
    for (int32_t i = 0; i < JOBS; i++)
        s->submit[i] = (i > 0 ? s->submit[i - 1] : 0) + below(s, 30) * s->unit;
    for (int32_t i = 0; i < WINDOWS; i++) {
        struct window *w = &s->windows[i];
        w->node = (int32_t)below(s, NODES);
        w->since = (30 + 60 * i + below(s, 30)) * s->unit;
        w->until = w->since + (1 + below(s, 30)) * s->unit;
        w->told = w->since - below(s, 30) * s->unit;
        w->drains = below(s, 2) == 0;
    }
    for (int32_t i = 0; i < NODES; i++)
        s->fails[i] = below(s, 200) * s->unit;
}

static int32_t handle_limit(const struct storm *s, int32_t job)
{
    return (int32_t)s->b->jobs[job]->stage[0].limit;
}

/* --- what is told --- */

static void turn(struct storm *s, int32_t node, bool planned, bool drains)
{
    bool is = s->failed[node] || s->serviced[node];

    /* What drains may fail. */
    if (is && (!s->down[node] || (s->drained[node] && !planned))) {
        s->drained[node] = drains;
        bench_fact(s->b, (struct pt_fact){.kind = PT_FACT_NODE_DOWN,
                                          .task = -1,
                                          .node = node,
                                          .planned = planned,
                                          .drains = drains});
    } else if (!is && s->down[node]) {
        bench_node(s->b, PT_FACT_NODE_UP, node);
        struct window *w = &s->noticed[node];
        if (w->until > 0 && w->since >= s->now)
            bench_fact(s->b, (struct pt_fact){.kind = PT_FACT_NODE_NOTICE,
                                              .task = -1,
                                              .node = node,
                                              .since = w->since,
                                              .until = w->until});
    }
    if (s->down[node] != is)
        s->turned[node] = s->now;
    s->down[node] = is;
}

static void tell_windows(struct storm *s)
{
    for (int32_t i = 0; i < WINDOWS; i++) {
        const struct window *w = &s->windows[i];
        if (w->told == s->now && w->told < w->since) {
            bench_fact(s->b, (struct pt_fact){.kind = PT_FACT_NODE_NOTICE,
                                              .task = -1,
                                              .node = w->node,
                                              .since = w->since,
                                              .until = w->until});
            s->noticed[w->node] = *w;
            s->turned[w->node] = s->now;
        }
        if (w->since == s->now) {
            s->serviced[w->node] = true;
            turn(s, w->node, true, w->drains);
        }
        if (w->until == s->now) {
            s->serviced[w->node] = false;
            if (s->noticed[w->node].since < s->now)
                s->noticed[w->node].until = 0;
            turn(s, w->node, true, w->drains);
        }
    }
}

static void tell_failures(struct storm *s)
{
    for (int32_t i = 0; i < NODES; i++) {
        if (s->failed[i] && s->repaired[i] == s->now) {
            s->failed[i] = false;
            s->fails[i] = s->now + (1 + below(s, 150)) * s->unit;
            turn(s, i, false, false);
        } else if (!s->failed[i] && s->fails[i] == s->now) {
            s->failed[i] = true;
            s->repaired[i] = s->now + (1 + below(s, 40)) * s->unit;
            turn(s, i, false, false);
        }
    }
}

static void tell_jobs(struct storm *s)
{
    for (; s->submitted < JOBS && s->submit[s->submitted] == s->now;
         s->submitted++) {
        pt_time limit = (1 + below(s, 25)) * s->unit;
        s->length[s->submitted] =
            below(s, 2) == 0 ? limit
                             : (1 + below(s, limit / s->unit)) * s->unit;
        bench_job(s->b,
                  &(struct bench_stage){
                      .mode = below(s, 5) > 0 ? PT_GANG : PT_PARALLEL,
                      .ntasks = 1 + (int32_t)below(s, NODES * CORES),
                      .limit = limit,
                      .retries = s->seed % 3 == 0},
                  1);
    }
}

static void end_run(struct storm *s, int32_t i, enum pt_outcome outcome)
{
    const struct bench_run run = s->b->runs[i];

    s->b->try = run.try;
    bench_ends(s->b, run.job, run.stage, run.ntasks == 1 ? run.task : -1,
               outcome);
    s->b->try = -1;
}

static void tell_ends(struct storm *s)
{
    for (int32_t i = 0; i < s->b->nruns;) {
        if (s->ends[s->b->runs[i].handle] == s->now)
            end_run(s, i, PT_SUCCESS);
        else
            i++;
    }
}

/* --- what is decided --- */

static void check_start(struct storm *s, const struct pt_decision *d)
{
    const struct pt_range *shares = &s->b->step->ranges[d->share];
    int32_t job = (int32_t)d->rank, tasks = 0;
    pt_time end = s->now + handle_limit(s, job);

    assert_true(d->attempt < 64);
    s->ends[d->attempt] = s->now + s->length[job];
    s->on[d->attempt] = 0;
    for (int32_t i = 0; i < d->nshares; i++) {
        int32_t node = shares[i].first;
        const struct window *w = &s->noticed[node];
        tasks += shares[i].count;
        s->on[d->attempt] |= 1U << node;
        if (!s->at_once && s->turned[node] == s->now)
            continue;
        if (s->down[node])
            fail_msg("seed %d: job %d starts at %lld on node %d, which is down",
                     (int)s->seed, (int)job, (long long)s->now, (int)node);
        if (w->until > 0 && s->now < w->until && end > w->since)
            fail_msg("seed %d: job %d starts at %lld on node %d until %lld, "
                     "which is to be down from %lld on",
                     (int)s->seed, (int)job, (long long)s->now, (int)node,
                     (long long)end, (long long)w->since);
    }
    ASSERT_INT(tasks, d->ntasks);
}

/* Nothing runs on a node that has failed. */
static void check_runs(const struct storm *s)
{
    for (int32_t i = 0; i < s->b->nruns; i++)
        for (int32_t node = 0; node < NODES; node++)
            if (s->down[node] && !s->drained[node] &&
                (s->on[s->b->runs[i].handle] >> node & 1))
                fail_msg("seed %d: job %d runs at %lld on node %d",
                         (int)s->seed, (int)s->b->runs[i].job,
                         (long long)s->now, (int)node);
}

/* Steps until there is nothing more to tell of the instant. */
static void step_all(struct storm *s)
{
    bool any = true;

    while (any) {
        int32_t killed[64], n = 0;
        bench_step(s->b, s->now);
        for (int32_t i = 0; i < s->b->step->ndecisions; i++) {
            const struct pt_decision *d = &s->b->step->decisions[i];
            if (d->kind == PT_START)
                check_start(s, d);
            if (d->kind == PT_KILL)
                killed[n++] = d->attempt;
        }
        for (int32_t k = 0; k < n; k++)
            for (int32_t i = 0; i < s->b->nruns; i++)
                if (s->b->runs[i].handle == killed[k]) {
                    end_run(s, i, PT_KILLED);
                    break;
                }
        any = n > 0 || s->b->wake <= s->now;
    }
    check_runs(s);
}

static bool all_ended(const struct storm *s)
{
    for (int32_t job = 0; job < JOBS; job++)
        if (job >= s->submitted || s->b->jobs[job]->nrecords == 0)
            return false;
    return true;
}

static void sooner(pt_time *best, pt_time at, pt_time now)
{
    if (at > now && at < *best)
        *best = at;
}

static pt_time next_instant(const struct storm *s)
{
    pt_time best = PT_TIME_NEVER;

    for (int32_t i = 0; i < WINDOWS; i++) {
        sooner(&best, s->windows[i].told, s->now);
        sooner(&best, s->windows[i].since, s->now);
        sooner(&best, s->windows[i].until, s->now);
    }
    for (int32_t i = 0; i < NODES; i++)
        sooner(&best, s->failed[i] ? s->repaired[i] : s->fails[i], s->now);
    for (int32_t i = 0; i < s->b->nruns; i++)
        sooner(&best, s->ends[s->b->runs[i].handle], s->now);
    if (s->submitted < JOBS)
        sooner(&best, s->submit[s->submitted], s->now);
    sooner(&best, s->b->wake, s->now);
    return best;
}

static void rage(struct storm *s)
{
    int32_t steps = 0;

    plan_storm(s);
    for (s->now = 0; !all_ended(s); s->now = next_instant(s)) {
        if (s->now == PT_TIME_NEVER && s->fifo &&
            pt_core_counts(s->b->core)->deadlocks > 0)
            return; /* its gangs wait for each other's slots */
        if (steps++ > 20000 || s->now == PT_TIME_NEVER)
            fail_msg("seed %d: it does not end", (int)s->seed);
        tell_ends(s);
        tell_windows(s);
        if (s->now < 500 * s->unit) /* then it is quiet */
            tell_failures(s);
        else
            for (int32_t i = 0; i < NODES; i++) {
                s->failed[i] = false;
                s->fails[i] = 0;
                turn(s, i, false, false);
            }
        tell_jobs(s);
        step_all(s);
    }
    ASSERT_INT(s->b->nruns, 0);
    struct pt_census c;
    pt_core_census(s->b->core, &c);
    ASSERT_INT(c.held, 0);
    ASSERT_INT(c.waiting, 0);
    ASSERT_INT(c.waiting_slots, 0);
    bench_settle_books(s->b);
}

static void test_windows_and_failures_at_random(void **state)
{
    static const char *const policies[] = {"gang",
                                           "gang:head=skip",
                                           "fifo",
                                           "backfill",
                                           "backfill:depth=all",
                                           "backfill:depth=all,promises=keep",
                                           "backfill:depth=2,order=sjf"};
    const int32_t npolicies = sizeof policies / sizeof *policies;

    (void)state;
    for (uint64_t seed = 0; seed < 1200; seed++) {
        bool rounds = seed % 5 == 4;
        struct pt_rules rules = {.rounds =
                                     rounds ? PT_ROUNDS_SPARK : PT_ROUNDS_NONE,
                                 .revive = rounds ? 1000 : 0,
                                 .stage_attempts = 1000,
                                 .task_failures = 1000,
                                 .requeue = (enum pt_requeue)(seed % 4),
                                 .patience = seed / 4 % 2 == 0 ? PT_TIME_NEVER
                                             : rounds          ? 40000
                                                               : 40,
                                 .node_failures = (int64_t)(seed / 8 % 3),
                                 .node_window = rounds ? 100000 : 100,
                                 .node_rest = rounds ? 20000 : 20,
                                 .sync_timeout = PT_TIME_NEVER};
        struct storm s = {.seed = seed,
                          .fifo = seed % (uint64_t)npolicies == 2,
                          .unit = rounds ? 1000 : 1,
                          .at_once =
                              !rounds && seed / 3 % 3 == PT_TIES_INSTANT};
        pt_random_open(&s.random, seed, 0, 0, 0);
        s.b = bench_new(&(struct bench_setup){
            .policy = policies[seed % (uint64_t)npolicies],
            .nodes = NODES,
            .cores = CORES,
            .named = true,
            .exclusive = seed % 11 == 0,
            .ties = (enum pt_ties)(seed / 3 % 3),
            .rules = &rules});
        bench_keep_books(s.b);
        rage(&s);
        bench_free(s.b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_and_failures_at_random),
    };

    return cmocka_run_group_tests_name("notices at random", tests, NULL, NULL);
}
