#include "tests/conform/breaking.h"

#include "base/vec.h"

void breaking_make_job(struct breaking_world *w, int32_t i)
{
    const struct breaking_scene *s = w->scene;
    const struct trial_job *like = &w->like[i];
    struct breaking_job *job = &w->jobs[i];
    int32_t n = breaking_pick(s, like->id, 1, 3) > 0
                    ? 1
                    : 1 + breaking_pick(s, like->id, 2, 3);

    job->job = (struct pt_job){.rank = i,
                               .id = like->id,
                               .user = like->user,
                               .group = -1,
                               .queue = -1,
                               .tag = i,
                               .nstages = n,
                               .submit = like->submit,
                               .stages = job->stage};
    for (int32_t k = 0; k < n; k++) {
        static const int64_t gpus[] = {0, 0, 250, 500, 1000, 2000};
        job->parents[k] = k - 1;
        job->stage[k] = (struct pt_stage){
            .ntasks = like->width,
            .mode = like->parallel == (k % 2 == 0) ? PT_PARALLEL : PT_GANG,
            .need = {{1000, 0, 0}},
            .limit = like->limit,
            .id = k,
            .nparents = k > 0,
            .parents = &job->parents[k],
            .retries = s->rules.stage_attempts > 0 &&
                       breaking_pick(s, like->id, 3, 2) == 0};
        if (!s->own)
            continue;
        job->stage[k].need =
            (struct pt_need){{500 * (1 + breaking_pick(s, like->id, 4 + k, 4)),
                              gpus[breaking_pick(s, like->id, 8 + k, 6)],
                              breaking_pick(s, like->id, 12 + k, 3)}};
    }
}

const struct pt_stage *breaking_stage(const struct breaking_world *w,
                                      const struct breaking_run *run)
{
    return &w->jobs[run->job].stage[run->stage];
}

/* A gang is told of as a whole. */
static bool is_whole(const struct breaking_world *w,
                     const struct breaking_run *run)
{
    return breaking_stage(w, run)->mode == PT_GANG &&
           (!w->like[run->job].ragged ||
            (w->scene->setup.exclusive && !w->scene->setup.named));
}

static pt_time end_of(const struct breaking_world *w,
                      const struct breaking_run *run, int32_t task)
{
    const struct trial_job *like = &w->like[run->job];
    pt_time length = like->length;

    if (like->ragged && !is_whole(w, run))
        length = length * (run->first + task + 1) / like->width;
    return run->start + length;
}

static pt_time next_of(const struct breaking_world *w,
                       const struct breaking_run *run)
{
    pt_time next = run->killed ? run->answer : PT_TIME_NEVER;

    for (int32_t i = 0; i < run->ntasks && !run->held; i++)
        if (!(run->gone >> i & 1) && end_of(w, run, i) < next)
            next = end_of(w, run, i);
    return next;
}

pt_time breaking_next(const struct breaking_world *w)
{
    const struct breaking_scene *s = w->scene;
    pt_time next = w->wake;

    if (w->at < w->njobs && w->like[w->at].submit < next)
        next = w->like[w->at].submit;
    if (w->turn < s->nturns && s->turns[w->turn].at < next)
        next = s->turns[w->turn].at;
    for (int32_t i = 0; i < w->nruns; i++)
        if (next_of(w, &w->runs[i]) < next)
            next = next_of(w, &w->runs[i]);
    return next > w->now ? next : w->now;
}

/* --- facts --- */

static void say(struct breaking_world *w, struct pt_fact fact)
{
    pt_vec_push(w->facts, w->nfacts, w->fact_capacity, fact);
}

void breaking_vacate(struct breaking_world *w, int32_t handle)
{
    for (int32_t i = 0; i < BREAKING_TASKS; i++)
        if (w->owner[i] == handle)
            w->owner[i] = 0;
}

/* TASK (-1: all that are left) ended. */
static void tell(struct breaking_world *w, struct breaking_run *run,
                 int32_t task, enum pt_outcome outcome)
{
    int32_t left = run->ntasks - breaking_bits(run->gone);
    pt_time spent = (w->now - run->start) * (task < 0 ? left : 1);
    struct pt_fact fact = {.kind = PT_FACT_ENDED,
                           .outcome = outcome,
                           .attempt = run->handle,
                           .task = task < 0 ? -1 : run->first + task};

    if (breaking_pick(w->scene, 1, 1, 2) == 0) {
        const struct breaking_scene *s = w->scene;
        fact.progress.restart =
            breaking_pick(s, w->now, run->handle, 3) * spent / 8;
        fact.progress.checkpoint =
            breaking_pick(s, w->now, run->job, 3) * spent / 8;
        if (outcome != PT_SUCCESS)
            fact.progress.saved = breaking_pick(s, run->job, 5, 4) * spent / 8;
    }
    say(w, fact);
    if (task >= 0 && !w->scene->setup.named)
        w->owner[run->unit[task]] = 0;
    run->gone |=
        task < 0 ? ~UINT32_C(0) >> (32 - run->ntasks) : UINT32_C(1) << task;
}

static enum pt_outcome outcome_of(const struct breaking_world *w,
                                  const struct breaking_run *run, int32_t task)
{
    return breaking_pick(w->scene, run->job * 64 + task, run->try, 40) == 0
               ? PT_FAILURE
               : PT_SUCCESS;
}

/* What has ended by now; what is killed, if nothing of it ends just now. */
static void tell_of(struct breaking_world *w, struct breaking_run *run)
{
    bool any = false;

    if (is_whole(w, run) && end_of(w, run, 0) <= w->now) {
        tell(w, run, -1, outcome_of(w, run, 0));
        return;
    }
    for (int32_t i = 0; i < run->ntasks && !is_whole(w, run); i++) {
        if (run->gone >> i & 1 || end_of(w, run, i) > w->now)
            continue;
        bool fails = breaking_stage(w, run)->retries || run->ntasks == 1;
        tell(w, run, i, fails ? outcome_of(w, run, i) : PT_SUCCESS);
        any = true;
    }
    if (!any && run->killed && run->answer <= w->now)
        tell(w, run, -1, PT_KILLED);
}

static void tell_endings(struct breaking_world *w)
{
    for (int32_t i = w->nruns - 1; i >= 0; i--) {
        struct breaking_run *run = &w->runs[i];
        if (next_of(w, run) > w->now)
            continue;
        tell_of(w, run);
        if (breaking_bits(run->gone) < run->ntasks)
            continue;
        breaking_vacate(w, run->handle);
        *run = w->runs[--w->nruns];
    }
}

bool breaking_rests(const struct breaking_world *w, int32_t node)
{
    return w->now < w->rest[node];
}

/* One that fails too often is to rest when it is repaired. */
static void count_failure(struct breaking_world *w, int32_t node)
{
    const struct pt_rules *rules = &w->scene->rules;
    int64_t most = rules->node_failures;
    pt_time *failed = w->failed[node];

    if (most == 0)
        return;
    for (int i = BREAKING_FAILURES - 1; i > 0; i--)
        failed[i] = failed[i - 1];
    failed[0] = w->now;
    if (++w->nfailed[node] >= most &&
        w->now - failed[most - 1] <= rules->node_window)
        w->tired[node] = true;
}

static void come_back(struct breaking_world *w, int32_t node)
{
    w->health[node] = BREAKING_UP;
    if (w->since[node] <= w->now)
        w->until[node] = 0; /* it was serviced */
    if (!w->tired[node])
        return;
    w->tired[node] = false;
    w->nfailed[node] = 0;
    w->rest[node] = w->now + w->scene->rules.node_rest;
}

static void take_turn(struct breaking_world *w, const struct pt_fact *fact)
{
    uint32_t bit = UINT32_C(1) << fact->node;

    say(w, *fact);
    w->settled &= ~bit;
    if (fact->kind == PT_FACT_NODE_NOTICE) {
        w->since[fact->node] = fact->since;
        w->until[fact->node] = fact->until;
        return;
    }
    w->planned &= ~bit;
    w->planned |= fact->planned ? bit : 0;
    if (fact->kind == PT_FACT_NODE_UP) {
        come_back(w, fact->node);
        return;
    }
    w->health[fact->node] = fact->drains ? BREAKING_DRAINED : BREAKING_DOWN;
    if (!fact->planned)
        count_failure(w, fact->node);
}

void breaking_gather(struct breaking_world *w)
{
    const struct breaking_scene *s = w->scene;

    tell_endings(w);
    if (w->nfacts > 0 && breaking_pick(s, w->now, 7, 2) == 0)
        return; /* the others in a step of their own */
    for (; w->turn < s->nturns && s->turns[w->turn].at <= w->now; w->turn++)
        take_turn(w, &s->turns[w->turn].fact);
    for (; w->at < w->njobs && w->like[w->at].submit <= w->now; w->at++)
        say(w, (struct pt_fact){.kind = PT_FACT_SUBMITTED,
                                .job = &w->jobs[w->at].job});
}
