/* What holds of every policy on every workload, recounted from the facts and
 * the decisions alone: nothing is lost and nothing runs twice, gangs start
 * whole, no processor serves two, everything takes exactly as long as it takes,
 * promises are kept where that is claimed, and the ledger sums. */
#include "tests/conform/trial.h"
#include "tests/unit/check.h"

#include "base/alloc.h"
#include "ask/policy_text.h"

#define SEED   UINT64_C(90210)
#define MOST   24
#define ROUNDS 400 /* for each policy */

/* Whether nobody starts later than he was first promised. */
static bool keeps(const char *policy)
{
    struct pt_choices choices = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};

    if (pt_choices_add(&choices, policy, &err) < 0)
        abort();
    const char *text = choices.items[0].text;
    bool yes = strncmp(text, "backfill:", 9) == 0 &&
               (strstr(text, "depth=1,") || strstr(text, "promises=keep"));
    pt_choices_fini(&choices);
    return yes;
}

/* --- the audit --- */

/* An attempt, by the core's number for it. */
struct go {
    bool running, killed;
    int32_t job, task, ntasks, left;
    pt_time start;
    int32_t range, nranges;
};

struct audit {
    const struct trial_setup *setup;
    const struct trial_job *jobs;
    const struct trial *trial;
    struct go *goes;  /* by attempt */
    int32_t *owner;   /* [units] the attempt, 0 = free */
    int32_t units;    /* processors, or nodes of a named machine */
    int64_t used;     /* tasks that have a slot */
    pt_time *began;   /* [njobs] first start */
    pt_time *ended;   /* [njobs] last end */
    int32_t *started; /* [njobs] tasks that were started */
    pt_area work;     /* slot-microseconds of it */
    const char *trouble;
    int32_t at; /* event */
};

static bool say(struct audit *a, const char *what)
{
    if (!a->trouble)
        a->trouble = what;
    return false;
}

static int32_t cores_of(const struct trial_setup *setup)
{
    return setup->cores > 0 ? setup->cores : 1;
}

/* Slots that NTASKS take. */
static int64_t slots_of(const struct audit *a, int32_t ntasks)
{
    int64_t cores = cores_of(a->setup);

    return a->setup->exclusive && !a->setup->named
               ? (ntasks + cores - 1) / cores * cores
               : ntasks;
}

static pt_time length_of(const struct audit *a, const struct trial_job *job,
                         int32_t task)
{
    pt_time length = job->length;

    if (a->setup->limits == PT_LIMITS_TRUST && length > job->limit)
        length = job->limit;
    if (job->ragged)
        length = length * (task + 1) / job->width;
    return length;
}

/* The units of ranges FROM .. FROM + N - 1 pass from WHOSE to WHO.  Nodes of a
 * named machine are shared, unless they are exclusive. */
static bool pass_on(struct audit *a, int32_t from, int32_t n, int32_t whose,
                    int32_t who)
{
    bool shared = a->setup->named && !a->setup->exclusive;

    for (int32_t i = from; i < from + n; i++) {
        const struct pt_range *range = &a->trial->ranges[i];
        if (range->first < 0 || range->first + range->count > a->units)
            return say(a, "a processor that is not there");
        for (int32_t k = range->first; k < range->first + range->count; k++) {
            if (!shared && a->owner[k] != whose)
                return say(a, "a processor is not whose it should be");
            a->owner[k] = who;
        }
    }
    return true;
}

static int64_t width_of(const struct audit *a, int32_t from, int32_t n)
{
    int64_t sum = 0;

    for (int32_t i = from; i < from + n; i++)
        sum += a->trial->ranges[i].count;
    return sum;
}

/* All that GO still has is free again. */
static void give(struct audit *a, struct go *go, int32_t attempt)
{
    a->used -= go->left;
    go->ntasks = go->left = 0;
    for (int32_t k = 0; k < a->units; k++)
        if (a->owner[k] == attempt)
            a->owner[k] = 0;
}

/* Slots of GO, as they are in EVENT. */
static bool take(struct audit *a, struct go *go, const struct trial_event *e)
{
    give(a, go, e->attempt);
    a->used += e->ntasks;
    if (a->used > (int64_t)a->setup->nodes * cores_of(a->setup))
        return say(a, "more tasks than processors");
    if (!a->setup->named &&
        width_of(a, e->range, e->nranges) < slots_of(a, e->ntasks))
        return say(a, "fewer processors than tasks");
    go->job = e->job;
    go->task = e->task;
    go->ntasks = go->left = e->ntasks;
    go->range = e->range;
    go->nranges = e->nranges;
    return pass_on(a, e->range, e->nranges, 0, e->attempt);
}

/* The slot of one TASK of GO is free again: processors are in order of task. */
static bool give_one(struct audit *a, const struct go *go, int32_t task,
                     int32_t attempt)
{
    const struct pt_range *range = &a->trial->ranges[go->range];

    a->used--;
    if (a->setup->named)
        return true;
    for (task -= go->task; task >= range->count; range++)
        task -= range->count;
    if (a->owner[range->first + task] != attempt)
        return say(a, "a processor is given back by another");
    a->owner[range->first + task] = 0;
    return true;
}

static bool audit_start(struct audit *a, const struct trial_event *e)
{
    struct go *go = &a->goes[e->attempt];
    const struct trial_job *job = &a->jobs[e->job];

    if (go->running)
        return say(a, "started while it runs");
    if (e->at < job->submit)
        return say(a, "started before it was submitted");
    if (!job->parallel && (e->ntasks != job->width || a->started[e->job] > 0))
        return say(a, "a gang that does not start whole, and once");
    if (job->parallel && (e->ntasks != 1 || e->task != a->started[e->job]))
        return say(a, "a parallel job's tasks out of order");
    if (!take(a, go, e))
        return false;
    if (a->started[e->job] == 0)
        a->began[e->job] = e->at;
    a->started[e->job] += e->ntasks;
    go->running = true;
    go->killed = false;
    go->start = e->at;
    return true;
}

/* Whether so wide a job can never run. */
static bool never_fits(const struct audit *a, const struct trial_job *job)
{
    int32_t ask = job->parallel ? 1 : job->width;

    return ask > (int64_t)a->setup->nodes * cores_of(a->setup);
}

static bool audit_decision(struct audit *a, const struct trial_event *e)
{
    struct go *go = e->attempt < 0 ? NULL : &a->goes[e->attempt];

    switch (e->decision) {
    case PT_REJECT:
        return never_fits(a, &a->jobs[e->job]) ||
               say(a, "rejected, though it fits");
    case PT_KILL:
        go->killed = true;
        return (a->setup->limits == PT_LIMITS_KILL && go->running &&
                e->at == go->start + a->jobs[go->job].limit) ||
               a->jobs[go->job].parallel || say(a, "killed out of time");
    case PT_START:
        return audit_start(a, e);
    case PT_HOLD:
        return (!go->running && e->ntasks < a->jobs[e->job].width &&
                take(a, go, e)) ||
               say(a, "a hold that is none");
    case PT_UNHOLD:
        if (go->running || go->ntasks == 0)
            return say(a, "nothing was held");
        give(a, go, e->attempt);
        return true;
    case PT_RELEASE:
    case PT_REFUSE:
        return say(a, "nobody waits at a barrier");
    }
    return false;
}

/* One task's work, from its start on; killed ones end at the limit. */
static bool audit_length(struct audit *a, const struct go *go, int32_t task,
                         pt_time at)
{
    const struct trial_job *job = &a->jobs[go->job];
    pt_time length = length_of(a, job, task);

    if (go->killed && job->parallel)
        return true;
    if (go->killed && length > job->limit)
        length = job->limit;
    return at == go->start + length || say(a, "too long, or too short");
}

static bool audit_end(struct audit *a, const struct trial_event *e)
{
    struct go *go = &a->goes[e->attempt];
    int32_t longest = go->task + go->ntasks - 1;

    if (!go->running)
        return say(a, "ended, though it does not run");
    a->ended[go->job] = e->at;
    if (e->task >= 0 && go->left > 1) {
        a->work += e->at - go->start;
        go->left--;
        return give_one(a, go, e->task, e->attempt) &&
               audit_length(a, go, e->task, e->at);
    }
    int32_t task = e->task >= 0 ? e->task : longest;
    a->work += (pt_area)(e->at - go->start) *
               (go->left == go->ntasks ? slots_of(a, go->ntasks) : go->left);
    go->running = false;
    give(a, go, e->attempt);
    return audit_length(a, go, task, e->at);
}

static bool audit_event(struct audit *a, const struct trial_event *e)
{
    switch (e->kind) {
    case TRIAL_SUBMITTED:
        return e->at == a->jobs[e->job].submit ||
               say(a, "submitted out of time");
    case TRIAL_ENDED:
        return audit_end(a, e);
    case TRIAL_DECIDED:
        return audit_decision(a, e);
    }
    return false;
}

static bool audit_record(struct audit *a, int32_t i, bool kept)
{
    const struct trial_job *job = &a->jobs[i];
    const struct trial_result *r = &a->trial->jobs[i];

    a->at = i;
    if (r->records != 1)
        return say(a, "not one record");
    if ((r->state == PT_REJECTED) != never_fits(a, job))
        return say(a, "rejected, or not");
    if (r->state == PT_DONE && a->started[i] != job->width)
        return say(a, "done, though not all of it ran");
    if (a->started[i] > 0 &&
        (r->start != a->began[i] ||
         (r->state != PT_UNFINISHED && r->end != a->ended[i])))
        return say(a, "the record's times are not the events'");
    if (r->state == PT_FAILED || r->state == PT_CUT)
        return say(a, "a state that nothing led to");
    if ((r->state == PT_LIMIT) !=
        (a->setup->limits == PT_LIMITS_KILL && job->length > job->limit &&
         a->started[i] > 0 && r->state != PT_DONE && r->state != PT_UNFINISHED))
        return say(a, "at its limit, or not");
    if (r->state == PT_UNFINISHED && a->trial->counts.deadlocks == 0)
        return say(a, "unfinished without a deadlock");
    if (kept && r->promise != PT_TIME_NEVER && r->start > r->promise)
        return say(a, "later than promised");
    return true;
}

static bool audit_books(struct audit *a)
{
    if (!a->trial->balanced)
        return say(a, "the ledger does not sum");
    if (a->used != 0 && a->trial->counts.deadlocks == 0)
        return say(a, "slots are left");
    if (a->trial->ledger.area[PT_CLASS_USEFUL] != a->work)
        return say(a, "the ledger's useful work is not what was done");
    return true;
}

static bool audit_all(struct audit *a)
{
    const struct trial *t = a->trial;
    bool kept = a->setup->limits == PT_LIMITS_TRUST && keeps(a->setup->policy);

    for (a->at = 0; a->at < t->nevents; a->at++)
        if (!audit_event(a, &t->events[a->at]))
            return false;
    if (t->endless)
        return true;
    for (int32_t i = 0; i < t->njobs; i++)
        if (!audit_record(a, i, kept))
            return false;
    return audit_books(a);
}

/* --- running --- */

struct scene {
    struct trial_setup setup;
    const char *names[TRIAL_POLICIES];
    size_t n;
    enum pt_limits limits;
    bool named;
    bool launched; /* fifo on exclusive nodes, and nothing else */
    bool ragged;   /* some gangs leave task by task */
    bool cut;      /* parallel jobs too, where limits kill */
    char what[200];
};

static bool scene_fails(void *context, const struct trial_job *jobs, int32_t n)
{
    struct scene *s = context;
    struct trial trial;
    int32_t most = 0;

    if (trial_run(&s->setup, jobs, n, &trial) < 0)
        abort();
    for (int32_t i = 0; i < trial.nevents; i++)
        if (trial.events[i].attempt > most)
            most = trial.events[i].attempt;
    size_t count = (size_t)n + 1;
    struct audit a = {
        .setup = &s->setup,
        .jobs = jobs,
        .trial = &trial,
        .units = s->setup.nodes * (s->setup.named ? 1 : cores_of(&s->setup)),
        .goes = pt_alloc((size_t)most + 1, sizeof *a.goes),
        .began = pt_alloc(count, sizeof *a.began),
        .ended = pt_alloc(count, sizeof *a.ended),
        .started = pt_alloc(count, sizeof *a.started),
    };
    a.owner = pt_alloc((size_t)a.units + 1, sizeof *a.owner);
    bool good = audit_all(&a);
    snprintf(s->what, sizeof s->what, "%s (%d)", a.trouble ? a.trouble : "",
             a.at);
    pt_free(a.goes);
    pt_free(a.began);
    pt_free(a.ended);
    pt_free(a.started);
    pt_free(a.owner);
    trial_fini(&trial);
    return !good;
}

static void scene_print(void *context, const struct trial_job *jobs, int32_t n)
{
    const struct scene *s = context;

    if (s->what[0] == '\0')
        trial_print(&s->setup, jobs, n);
    else
        fprintf(stderr, "%s\n\n", s->what);
}

static int32_t scene_draw(void *context, uint64_t number,
                          struct trial_job *jobs)
{
    static const char *const places[] = {"first", "best", "pack", "spread"};
    struct scene *s = context;
    uint64_t seed = SEED + number;
    const char *policy = s->names[number % s->n];

    s->what[0] = '\0';
    s->setup = (struct trial_setup){.policy = policy,
                                    .nodes = 1 + trial_below(&seed, 6),
                                    .cores = 1 + trial_below(&seed, 4),
                                    .ties = (enum pt_ties)trial_below(&seed, 3),
                                    .limits = s->limits,
                                    .place = places[trial_below(&seed, 4)],
                                    .named = s->named};
    s->setup.exclusive = s->launched || (trial_below(&seed, 5) == 0 &&
                                         strncmp(policy, "fifo", 4) != 0);
    struct trial_taste taste = {
        .most = MOST,
        .width = s->setup.nodes * s->setup.cores + (trial_below(&seed, 4) == 0),
        .users = 1 + trial_below(&seed, 4),
        .parallel = trial_below(&seed, 2) == 0 &&
                    (s->limits != PT_LIMITS_KILL || s->cut),
        .overrun = s->limits != PT_LIMITS_TRUST};
    int32_t n = trial_draw(&seed, &taste, jobs);
    /* A node that is exclusive serves its job to the end. */
    for (int32_t i = 0; i < n && (s->setup.exclusive || !s->ragged); i++)
        jobs[i].ragged = false;
    return n;
}

static void check(struct scene s, uint64_t rounds)
{
    struct trial_check check = {.context = &s,
                                .most = MOST,
                                .draw = scene_draw,
                                .fails = scene_fails,
                                .print = scene_print};

    if (s.n == 0)
        s.n = trial_policies(s.names);
    print_message("seed %llu, %d policies\n", (unsigned long long)SEED,
                  (int)s.n);
    assert_true(trial_check_all(&check, rounds * s.n));
}

static void test_every_policy_keeps_the_rules_on_a_counted_machine(void **state)
{
    (void)state;
    check((struct scene){.limits = PT_LIMITS_TRUST, .named = false}, ROUNDS);
}

static void test_every_policy_keeps_the_rules_on_named_nodes(void **state)
{
    (void)state;
    check((struct scene){.limits = PT_LIMITS_TRUST, .named = true}, ROUNDS / 2);
}

static void test_every_policy_keeps_the_rules_where_limits_kill(void **state)
{
    (void)state;
    check((struct scene){.limits = PT_LIMITS_KILL, .named = false}, ROUNDS / 4);
    check((struct scene){.limits = PT_LIMITS_KILL, .named = true}, ROUNDS / 8);
}

static void test_every_policy_keeps_the_rules_where_jobs_overrun(void **state)
{
    (void)state;
    check((struct scene){.limits = PT_LIMITS_EXTEND, .named = false},
          ROUNDS / 4);
    check((struct scene){.limits = PT_LIMITS_EXTEND, .named = true},
          ROUNDS / 8);
}

static void test_gangs_may_leave_task_by_task(void **state)
{
    (void)state;
    check((struct scene){.ragged = true}, ROUNDS);
    check((struct scene){.ragged = true, .named = true}, ROUNDS / 2);
}

/* The tasks of a gang that come one by one share the nodes that it has. */
static void test_tasks_one_by_one_fill_exclusive_nodes(void **state)
{
    struct scene s = {.launched = true};

    (void)state;
    const char *all[TRIAL_POLICIES];
    size_t n = trial_policies(all);
    for (size_t i = 0; i < n; i++)
        if (strncmp(all[i], "fifo", 4) == 0)
            s.names[s.n++] = all[i];
    check(s, ROUNDS / 4);
}

static void test_parallel_jobs_that_are_killed_are_told_why(void **state)
{
    (void)state;
    check((struct scene){.limits = PT_LIMITS_KILL, .cut = true}, ROUNDS / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_every_policy_keeps_the_rules_on_a_counted_machine),
        cmocka_unit_test(test_every_policy_keeps_the_rules_on_named_nodes),
        cmocka_unit_test(test_every_policy_keeps_the_rules_where_limits_kill),
        cmocka_unit_test(test_every_policy_keeps_the_rules_where_jobs_overrun),
        cmocka_unit_test(test_gangs_may_leave_task_by_task),
        cmocka_unit_test(test_tasks_one_by_one_fill_exclusive_nodes),
        cmocka_unit_test(test_parallel_jobs_that_are_killed_are_told_why),
    };

    return cmocka_run_group_tests_name("policies", tests, NULL, NULL) != 0;
}
