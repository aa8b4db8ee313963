/* finish.c - what can be said of an application only when all of its
 * events are known. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "traces/eventlog/app.h"

struct launch_key {
    int64_t start, id;
    int32_t stage, launch;
};

static int compare_launches(const void *a, const void *b)
{
    const struct launch_key *x = a, *y = b;

    if (x->stage != y->stage)
        return x->stage < y->stage ? -1 : 1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void order_launches(struct pt_app *app)
{
    const size_t n = (size_t)app->nlaunches;
    struct launch_key *keys = pt_alloc(n, sizeof *keys);

    app->order = pt_alloc(n, sizeof *app->order);
    for (int32_t i = 0; i < app->nlaunches; i++)
        keys[i] = (struct launch_key){.start = app->launches[i].start,
                                      .id = app->launches[i].id,
                                      .stage = app->launches[i].stage,
                                      .launch = i};
    qsort(keys, n, sizeof *keys, compare_launches);
    for (int32_t i = 0; i < app->nlaunches; i++) {
        struct pt_app_stage *stage = &app->stages[keys[i].stage];
        if (stage->nlaunches++ == 0)
            stage->first_launch = i;
        app->order[i] = keys[i].launch;
    }
    pt_free(keys);
}

/* The first launch's start, where no event told that the attempt began. */
static void date_attempts(struct pt_app *app)
{
    for (int32_t i = 0; i < app->nlaunches; i++) {
        const struct pt_app_launch *launch = &app->launches[app->order[i]];
        bool fresh;
        struct pt_app_attempt *attempt = pt_app_attempt_at(
            &app->stages[launch->stage], launch->attempt, &fresh);
        if (attempt->submitted == PT_APP_UNKNOWN)
            attempt->submitted = launch->start;
    }
}

/* Stages that ran, and that no job listed, are a job's of their own. */
static void adopt_stages(struct pt_app *app)
{
    bool fresh;

    for (int32_t i = 0; i < app->nstages; i++) {
        struct pt_app_stage *stage = &app->stages[i];
        if (stage->job != PT_APP_UNKNOWN || stage->nattempts == 0)
            continue;
        struct pt_app_job *job = pt_app_job_at(app, PT_APP_UNKNOWN, &fresh);
        if (fresh)
            app->rules[PT_APP_START_MISSING].rows++;
        stage->job = (int32_t)(job - app->jobs);
        pt_vec_push(job->stages, job->nstages, job->stage_capacity, i);
    }
}

static void date_job(struct pt_app *app, struct pt_app_job *job)
{
    int64_t first = PT_APP_UNKNOWN, last = PT_APP_UNKNOWN;

    for (int32_t i = 0; i < job->nstages; i++) {
        const struct pt_app_stage *stage = &app->stages[job->stages[i]];
        for (int32_t k = 0; k < stage->nattempts; k++) {
            const struct pt_app_attempt *attempt = &stage->attempts[k];
            if (attempt->submitted != PT_APP_UNKNOWN &&
                (first == PT_APP_UNKNOWN || attempt->submitted < first))
                first = attempt->submitted;
            if (attempt->completed > last)
                last = attempt->completed;
        }
    }
    if (job->submitted == PT_APP_UNKNOWN)
        job->submitted = first;
    if (job->submitted == PT_APP_UNKNOWN)
        job->submitted = app->first > 0 ? app->first : 0;
    if (job->ended && job->completed == PT_APP_UNKNOWN)
        job->completed = last;
}

static bool has_same_rdds(const struct pt_app_stage *a,
                          const struct pt_app_stage *b)
{
    return a->nrdds == b->nrdds &&
           memcmp(a->rdds, b->rdds, (size_t)a->nrdds * sizeof *a->rdds) == 0;
}

/* Every job lists the stages that its input comes from, and adaptive execution
 * gives them a new number each time: they are known by their RDDs. */
static void resolve_aliases(struct pt_app *app)
{
    struct pt_app_map by_rdds = {.n = 0};

    for (int32_t i = 0; i < app->nstages; i++) {
        const struct pt_app_stage *stage = &app->stages[i];
        const int64_t key = pt_app_digest(stage->rdds, stage->nrdds);
        if (stage->nattempts > 0 && stage->nrdds > 0 &&
            (stage->has_map || !stage->has_result) &&
            pt_app_map_find(&by_rdds, key) == PT_APP_UNKNOWN)
            pt_app_map_set(&by_rdds, key, i);
    }
    for (int32_t i = 0; i < app->nstages; i++) {
        struct pt_app_stage *stage = &app->stages[i];
        if (stage->nattempts > 0 || stage->nrdds == 0)
            continue;
        const int32_t ran =
            pt_app_map_find(&by_rdds, pt_app_digest(stage->rdds, stage->nrdds));
        if (ran != PT_APP_UNKNOWN && has_same_rdds(stage, &app->stages[ran]))
            stage->alias = ran;
    }
    pt_app_map_fini(&by_rdds);
}

/* Milli-cores of a node that nobody described. */
#define CORES_MAX INT64_C(1000000000)

/* Milli-cores that the tasks on NODE used at most at a time, and when the first
 * began. */
static int64_t most_cores(const struct pt_app *app, int32_t node,
                          struct pt_app_change *changes, int64_t *first)
{
    size_t n = 0;

    *first = PT_APP_UNKNOWN;
    for (int32_t i = 0; i < app->nlaunches; i++) {
        const struct pt_app_launch *launch = &app->launches[i];
        if (launch->node != node || launch->start == PT_APP_UNKNOWN)
            continue;
        const int64_t cores =
            pt_app_profile_of(app, app->stages[launch->stage].profile)
                ->need.amount[PT_CORES];
        if (*first == PT_APP_UNKNOWN || launch->start < *first)
            *first = launch->start;
        changes[n++] =
            (struct pt_app_change){.at = launch->start, .amount = cores};
        if (launch->end > launch->start)
            changes[n++] =
                (struct pt_app_change){.at = launch->end, .amount = -cores};
    }
    const int64_t most = pt_app_most(changes, n);
    return most < CORES_MAX ? most : CORES_MAX;
}

static void size_missing_nodes(struct pt_app *app)
{
    struct pt_app_change *changes =
        pt_alloc(2 * (size_t)app->nlaunches, sizeof *changes);

    for (int32_t i = 0; i < app->nnodes; i++) {
        struct pt_app_node *node = &app->nodes[i];
        int64_t first;
        if (!node->missing)
            continue;
        const int64_t cores = most_cores(app, i, changes, &first);
        node->cores = cores > 0 ? (int32_t)((cores + 999) / 1000) : 1;
        node->up = first;
    }
    pt_free(changes);
}

void pt_app_finish(struct pt_app *app)
{
    pt_app_profile_default(app);
    order_launches(app);
    date_attempts(app);
    adopt_stages(app);
    for (int32_t i = 0; i < app->njobs; i++)
        date_job(app, &app->jobs[i]);
    resolve_aliases(app);
    size_missing_nodes(app);
}
