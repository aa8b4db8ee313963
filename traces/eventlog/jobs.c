#include "traces/eventlog/jobs.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/vec.h"
#include "traces/row.h"

/* Tasks without a launch that one job may have. */
#define UNLAUNCHED (4 * INT64_C(1000000))

static bool is_absurd(const struct pt_app_stage *stage)
{
    return pt_app_width(stage) - PT_EVENTLOG_UNLAUNCHED > stage->nlaunches;
}

/* Whether WORK's job is to run the stage, which is its own; what is left out is
 * counted.  LACK is how many tasks of the job have no launch. */
static bool is_run(struct pt_app *app, const struct pt_app_job *job, int32_t at,
                   int64_t *lack)
{
    const struct pt_app_stage *stage = &app->stages[at];
    const int32_t width = pt_app_width(stage);
    const bool there = stage->nattempts > 0 || stage->alias != PT_APP_UNKNOWN;

    if (!pt_app_ran(app, (int32_t)(job - app->jobs), at)) {
        if (there || (job->ended && !job->failed))
            app->rules[PT_APP_STAGE_SKIPPED].rows++;
        else
            app->rules[PT_APP_STAGE_UNREACHED].rows++;
        return false;
    }
    if (width == 0) {
        app->rules[PT_APP_STAGE_EMPTY].rows++;
        return false;
    }
    const int64_t more =
        width > stage->nlaunches ? width - stage->nlaunches : 0;
    if (is_absurd(stage) || *lack + more > UNLAUNCHED) {
        app->rules[PT_APP_STAGE_ABSURD].rows++;
        return false;
    }
    *lack += more;
    return true;
}

struct stage_key {
    int64_t id;
    int32_t stage;
};

static int compare_stages(const void *a, const void *b)
{
    const struct stage_key *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

/* The job's stages by id, each once, into KEYS; how many. */
static int32_t list_stages(const struct pt_app *app,
                           const struct pt_app_job *job, struct stage_key *keys)
{
    int32_t n = 0;

    for (int32_t i = 0; i < job->nstages; i++)
        keys[i] = (struct stage_key){.id = app->stages[job->stages[i]].id,
                                     .stage = job->stages[i]};
    if (job->nstages > 0)
        qsort(keys, (size_t)job->nstages, sizeof *keys, compare_stages);
    for (int32_t i = 0; i < job->nstages; i++)
        if (n == 0 || keys[n - 1].stage != keys[i].stage)
            keys[n++] = keys[i];
    return n;
}

static void add_work(struct pt_eventlog_jobs *jobs, int32_t job)
{
    struct pt_app *app = jobs->app;
    const struct pt_app_job *from = &app->jobs[job];
    struct stage_key *keys = pt_alloc((size_t)from->nstages, sizeof *keys);
    struct pt_eventlog_work work = {
        .job = job,
        .after = PT_APP_UNKNOWN,
        .stages = pt_alloc((size_t)from->nstages, sizeof *work.stages)};
    const int32_t n = list_stages(app, from, keys);
    int64_t lack = 0;

    for (int32_t i = 0; i < n; i++)
        if (is_run(app, from, keys[i].stage, &lack))
            work.stages[work.nstages++] = keys[i].stage;
    pt_free(keys);
    if (work.nstages > 0) {
        pt_vec_push(jobs->works, jobs->nworks, jobs->capacity, work);
        return;
    }
    app->rules[PT_APP_JOB_EMPTY].rows++;
    pt_free(work.stages);
}

/* What works are sorted by. */
struct work_key {
    int64_t at, id;
    struct pt_eventlog_work work;
};

static int compare_works(const void *a, const void *b)
{
    const struct work_key *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void sort_works(struct pt_eventlog_jobs *jobs)
{
    const size_t n = (size_t)jobs->nworks;
    struct work_key *keys = pt_alloc(n, sizeof *keys);

    for (size_t i = 0; i < n; i++) {
        const struct pt_app_job *job = &jobs->app->jobs[jobs->works[i].job];
        keys[i] = (struct work_key){
            .at = job->submitted, .id = job->id, .work = jobs->works[i]};
    }
    if (n > 0)
        qsort(keys, n, sizeof *keys, compare_works);
    for (size_t i = 0; i < n; i++)
        jobs->works[i] = keys[i].work;
    pt_free(keys);
}

static const struct pt_app_job *job_of(const struct pt_eventlog_jobs *jobs,
                                       int32_t work)
{
    return &jobs->app->jobs[jobs->works[work].job];
}

struct ending {
    int64_t at;
    int32_t work;
};

static int compare_endings(const void *a, const void *b)
{
    const struct ending *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->work > y->work) - (x->work < y->work);
}

/* Chains each work to the last ending before it; of two at once to the later
 * work, which is the more likely to have been waited for. */
static void chain_works(struct pt_eventlog_jobs *jobs)
{
    struct ending *endings = pt_alloc((size_t)jobs->nworks, sizeof *endings);
    int32_t n = 0, over = 0;

    for (int32_t i = 0; i < jobs->nworks; i++) {
        const struct pt_app_job *job = job_of(jobs, i);
        if (job->ended && job->completed >= job->submitted)
            endings[n++] = (struct ending){.at = job->completed, .work = i};
    }
    if (n > 0)
        qsort(endings, (size_t)n, sizeof *endings, compare_endings);
    for (int32_t i = 0; i < jobs->nworks; i++) {
        const int64_t at = job_of(jobs, i)->submitted;
        while (over < n && endings[over].at <= at)
            over++;
        for (int32_t k = over - 1; k >= 0; k--)
            if (endings[k].work < i) {
                jobs->works[i].after = endings[k].work;
                break;
            }
    }
    pt_free(endings);
}

static void see_profile(struct pt_eventlog_jobs *jobs, int64_t *seen,
                        int64_t profile)
{
    if (*seen == PT_APP_UNKNOWN)
        *seen = profile;
    else if (*seen != profile)
        jobs->profiles = true;
}

static void find_profiles(struct pt_eventlog_jobs *jobs)
{
    const struct pt_app *app = jobs->app;
    int64_t seen = PT_APP_UNKNOWN;

    for (int32_t i = 0; i < app->nnodes; i++)
        see_profile(jobs, &seen, app->nodes[i].profile);
    for (int32_t i = 0; i < app->nstages; i++)
        if (app->stages[i].nattempts > 0)
            see_profile(jobs, &seen, app->stages[i].profile);
}

void pt_eventlog_jobs_open(struct pt_eventlog_jobs *jobs, struct pt_app *app,
                           int64_t *gangs, int32_t ngangs, bool chained,
                           double scale)
{
    const char *mode = pt_app_property(app, "spark.scheduler.mode");
    const size_t n = (size_t)app->nstages;

    *jobs =
        (struct pt_eventlog_jobs){.app = app,
                                  .gangs = gangs,
                                  .ngangs = ngangs,
                                  .fair = mode && strcasecmp(mode, "FAIR") == 0,
                                  .scale = scale};
    for (int32_t i = 0; i < app->njobs; i++)
        add_work(jobs, i);
    sort_works(jobs);
    if (chained)
        chain_works(jobs);
    find_profiles(jobs);
    jobs->local = pt_alloc(n, sizeof *jobs->local);
    jobs->visited = pt_alloc(n, sizeof *jobs->visited);
    jobs->stack = pt_alloc(n, sizeof *jobs->stack);
    for (size_t i = 0; i < n; i++)
        jobs->local[i] = PT_APP_UNKNOWN;
}

void pt_eventlog_enter(struct pt_eventlog_jobs *jobs,
                       const struct pt_eventlog_work *work)
{
    for (int32_t i = 0; i < work->nstages; i++)
        jobs->local[work->stages[i]] = i;
    jobs->nparents = 0;
    jobs->elsewhere = 0;
}

void pt_eventlog_leave(struct pt_eventlog_jobs *jobs,
                       const struct pt_eventlog_work *work)
{
    for (int32_t i = 0; i < work->nstages; i++)
        jobs->local[work->stages[i]] = PT_APP_UNKNOWN;
}

/* Whether the job that ran STAGE is over when WORK begins: one that it is
 * chained to, by way of others. */
static bool is_before(const struct pt_eventlog_jobs *jobs,
                      const struct pt_eventlog_work *work, int32_t stage)
{
    const int32_t job = jobs->app->stages[stage].job;

    for (int32_t at = work->after; at != PT_APP_UNKNOWN;
         at = jobs->works[at].after)
        if (jobs->works[at].job == job)
            return true;
    return false;
}

/* Puts the stages that STAGE reads on the stack, from N on. */
static int32_t push_inputs(struct pt_eventlog_jobs *jobs, int32_t stage,
                           int32_t n)
{
    const struct pt_app_stage *reader = &jobs->app->stages[stage];

    for (int32_t i = 0; i < reader->nparents; i++) {
        const int32_t at =
            pt_app_map_find(&jobs->app->stage_of, reader->parents[i]);
        if (at == PT_APP_UNKNOWN || jobs->visited[at] == jobs->search)
            continue;
        jobs->visited[at] = jobs->search;
        jobs->stack[n++] = at;
    }
    return n;
}

int32_t pt_eventlog_parents(struct pt_eventlog_jobs *jobs,
                            const struct pt_eventlog_work *work, int32_t stage)
{
    const struct pt_app *app = jobs->app;
    const int64_t before = jobs->nparents;

    jobs->visited[stage] = ++jobs->search;
    for (int32_t n = push_inputs(jobs, stage, 0); n > 0;) {
        int32_t at = jobs->stack[--n];
        if (jobs->local[at] == PT_APP_UNKNOWN &&
            app->stages[at].alias != PT_APP_UNKNOWN) {
            at = app->stages[at].alias;
            if (jobs->visited[at] == jobs->search)
                continue;
            jobs->visited[at] = jobs->search;
        }
        if (jobs->local[at] != PT_APP_UNKNOWN) {
            /* By id, parents come first; what does not is no parent. */
            if (jobs->local[at] < jobs->local[stage])
                pt_vec_push(jobs->parents, jobs->nparents,
                            jobs->parent_capacity, jobs->local[at]);
        } else if (app->stages[at].nattempts > 0 &&
                   app->stages[at].job != work->job) {
            jobs->elsewhere += !is_before(jobs, work, at);
        } else {
            n = push_inputs(jobs, at, n);
        }
    }
    return (int32_t)(jobs->nparents - before);
}

static bool is_gang(const struct pt_eventlog_jobs *jobs,
                    const struct pt_app_stage *stage)
{
    for (int32_t i = 0; i < jobs->ngangs; i++)
        if (jobs->gangs[i] == stage->id)
            return true;
    return stage->barrier;
}

/* Whether no listed stage of the job reads what STAGE makes. */
static bool is_last(const struct pt_app *app, const struct pt_app_stage *stage)
{
    const struct pt_app_job *job = &app->jobs[stage->job];

    for (int32_t i = 0; i < job->nstages; i++) {
        const struct pt_app_stage *other = &app->stages[job->stages[i]];
        for (int32_t k = 0; k < other->nparents; k++)
            if (other->parents[k] == stage->id)
                return false;
    }
    return true;
}

static bool has_failed(const struct pt_app *app,
                       const struct pt_app_stage *stage)
{
    const struct pt_app_attempt *last = &stage->attempts[stage->nattempts - 1];

    return last->failed ||
           (app->jobs[stage->job].failed && last->completed == PT_APP_UNKNOWN);
}

/* A profile that asks nothing of executors runs on any of them, unless they
 * come and go on demand. */
static int32_t profile_of(const struct pt_eventlog_jobs *jobs,
                          const struct pt_app_profile *profile)
{
    const bool dynamic =
        pt_app_is_on(jobs->app, "spark.dynamicAllocation.enabled", false);

    if (!jobs->profiles || (profile->on_any && !dynamic))
        return 0;
    return profile->id < INT32_MAX - 1 ? (int32_t)profile->id + 1 : INT32_MAX;
}

static struct pt_stage stage_of(const struct pt_eventlog_jobs *jobs, int32_t at,
                                const struct pt_eventlog_added *added)
{
    const struct pt_app_stage *stage = &jobs->app->stages[at];
    const struct pt_app_profile *profile =
        pt_app_profile_of(jobs->app, stage->profile);

    return (struct pt_stage){
        .ntasks = pt_app_width(stage),
        .mode = is_gang(jobs, stage) ? PT_GANG : PT_PARALLEL,
        .need = profile->need,
        /* No user of Spark says how long a task may be: the longest launch is
         * an estimate that none is over. */
        .limit = added->longest > 1000 ? added->longest : 1000,
        .id = stage->id,
        .retries = true,
        .result =
            stage->has_result || (!stage->has_map && is_last(jobs->app, stage)),
        .profile = profile_of(jobs, profile)};
}

/* Which of the work's stages, and which of its tasks, made what could not be
 * read; false: nothing of this job is known to. */
static bool resolve_fetch(const struct pt_eventlog_jobs *jobs,
                          const struct pt_stage *reader, int64_t map_id,
                          int32_t map_index, int32_t *parent, int32_t *output)
{
    const struct pt_app *app = jobs->app;
    const struct pt_eventlog_work *work = &jobs->works[jobs->next];
    const bool by_launch = map_index != PT_APP_UNKNOWN;
    const int32_t launch =
        by_launch ? pt_app_map_find(&app->launch_of, map_id) : PT_APP_UNKNOWN;
    const int32_t maker = launch == PT_APP_UNKNOWN
                              ? PT_APP_UNKNOWN
                              : jobs->local[app->launches[launch].stage];
    const int64_t partition = by_launch || app->major >= 3 ? map_index : map_id;

    if (partition < 0 || partition > INT32_MAX ||
        (launch != PT_APP_UNKNOWN && maker == PT_APP_UNKNOWN))
        return false;
    for (int32_t i = 0; i < reader->nparents; i++) {
        if (reader->parents[i] != maker &&
            (maker != PT_APP_UNKNOWN || reader->nparents > 1))
            continue;
        *parent = reader->parents[i];
        *output = pt_eventlog_task_of(app, &app->stages[work->stages[*parent]],
                                      (int32_t)partition);
        return *output != PT_APP_UNKNOWN;
    }
    return false;
}

static void resolve_fetches(struct pt_eventlog_jobs *jobs, int32_t i)
{
    const struct pt_eventlog_added *added = &jobs->added[i];
    const struct pt_stage *stage = &jobs->stages[i];
    const int32_t *at = &jobs->takes.at[added->at];
    int32_t task = 0;

    for (int64_t k = added->takes; k < added->takes + at[stage->ntasks]; k++) {
        struct pt_take *take = &jobs->takes.takes[k];
        int32_t parent, output;
        while (k >= added->takes + at[task + 1])
            task++;
        if (take->fault != PT_FAULT_FETCH)
            continue;
        if (resolve_fetch(jobs, stage, jobs->takes.map_id[k],
                          jobs->takes.map_index[k], &parent, &output)) {
            take->parent = parent;
            take->output = output;
        } else {
            /* The last one stands for all further ones: it must count. */
            take->fault = k + 1 == added->takes + at[task + 1]
                              ? PT_FAULT_ERROR
                              : PT_FAULT_EXCUSED;
            jobs->app->rules[PT_APP_FETCH_UNRESOLVED].rows++;
        }
    }
}

static void make_room(struct pt_eventlog_jobs *jobs, int32_t n)
{
    if (n <= jobs->size)
        return;
    jobs->size = n;
    jobs->stages = pt_realloc(jobs->stages, (size_t)n, sizeof *jobs->stages);
    jobs->truths = pt_realloc(jobs->truths, (size_t)n, sizeof *jobs->truths);
    jobs->added = pt_realloc(jobs->added, (size_t)n, sizeof *jobs->added);
    jobs->parents_at =
        pt_realloc(jobs->parents_at, (size_t)n + 1, sizeof *jobs->parents_at);
}

/* The arrays stand still now, and may be pointed into. */
static void point(struct pt_eventlog_jobs *jobs,
                  const struct pt_eventlog_work *work)
{
    for (int32_t i = 0; i < work->nstages; i++) {
        struct pt_stage *stage = &jobs->stages[i];
        const struct pt_app_stage *from = &jobs->app->stages[work->stages[i]];
        stage->parents =
            jobs->parents ? jobs->parents + jobs->parents_at[i] : NULL;
        stage->nparents =
            (int32_t)(jobs->parents_at[i + 1] - jobs->parents_at[i]);
        jobs->truths[i] = (struct pt_truth){
            .length = jobs->added[i].longest,
            .outcome = has_failed(jobs->app, from) ? PT_FAILURE : PT_SUCCESS,
            .takes_at = &jobs->takes.at[jobs->added[i].at],
            .takes = &jobs->takes.takes[jobs->added[i].takes]};
        resolve_fetches(jobs, i);
    }
}

pt_time pt_eventlog_first(const struct pt_eventlog_jobs *jobs)
{
    return jobs->nworks > 0 ? pt_app_time(jobs->app, job_of(jobs, 0)->submitted)
                            : PT_TIME_NEVER;
}

static pt_time submit_of(const struct pt_eventlog_jobs *jobs, int32_t work)
{
    const pt_time first = pt_eventlog_first(jobs);
    const pt_time at = pt_app_time(jobs->app, job_of(jobs, work)->submitted);

    return pt_time_add(first, pt_row_scale(at - first, jobs->scale));
}

int pt_eventlog_jobs_next(struct pt_eventlog_jobs *jobs, struct pt_work *out)
{
    if (jobs->next == jobs->nworks)
        return 0;
    const struct pt_eventlog_work *work = &jobs->works[jobs->next];
    const struct pt_app_job *job = &jobs->app->jobs[work->job];
    make_room(jobs, work->nstages);
    pt_eventlog_enter(jobs, work);
    jobs->takes.nat = jobs->takes.ntakes = 0;
    for (int32_t i = 0; i < work->nstages; i++) {
        const int32_t at = work->stages[i];
        jobs->added[i] = pt_eventlog_takes_add(&jobs->takes, jobs->app, at);
        jobs->stages[i] = stage_of(jobs, at, &jobs->added[i]);
        jobs->parents_at[i] = jobs->nparents;
        pt_eventlog_parents(jobs, work, at);
    }
    jobs->parents_at[work->nstages] = jobs->nparents;
    jobs->app->rules[PT_APP_PARENT_ELSEWHERE].rows += jobs->elsewhere;
    point(jobs, work);
    pt_eventlog_leave(jobs, work);
    *out = (struct pt_work){.job = {.id = job->id,
                                    .user = jobs->app->user ? 0 : -1,
                                    .group = -1,
                                    .queue = -1,
                                    .pool = jobs->fair ? job->pool : 0,
                                    .nstages = work->nstages,
                                    .submit = submit_of(jobs, jobs->next),
                                    .stages = jobs->stages},
                            .truths = jobs->truths,
                            .after = work->after + 1};
    if (work->after != PT_APP_UNKNOWN)
        out->gap = pt_row_scale(
            1000 * (job->submitted - job_of(jobs, work->after)->completed),
            jobs->scale);
    jobs->next++;
    return 1;
}

void pt_eventlog_jobs_close(struct pt_eventlog_jobs *jobs)
{
    for (int32_t i = 0; i < jobs->nworks; i++)
        pt_free(jobs->works[i].stages);
    pt_eventlog_takes_fini(&jobs->takes);
    pt_free(jobs->works);
    pt_free(jobs->gangs);
    pt_free(jobs->stages);
    pt_free(jobs->truths);
    pt_free(jobs->added);
    pt_free(jobs->parents);
    pt_free(jobs->parents_at);
    pt_free(jobs->local);
    pt_free(jobs->visited);
    pt_free(jobs->stack);
    *jobs = (struct pt_eventlog_jobs){.nworks = 0};
}
