#include "traces/eventlog/view.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/time.h"

static void count_jobs(const struct pt_app *app, struct pt_eventlog_view *view)
{
    view->jobs = app->njobs;
    for (int32_t i = 0; i < app->njobs; i++) {
        view->jobs_failed += app->jobs[i].failed;
        view->jobs_unended += !app->jobs[i].ended;
    }
}

static void count_stages(const struct pt_app *app,
                         struct pt_eventlog_canvas *canvas)
{
    struct pt_eventlog_view *view = &canvas->view;

    view->stages = app->nstages;
    canvas->barriers = pt_alloc((size_t)app->nstages, sizeof *canvas->barriers);
    for (int32_t i = 0; i < app->nstages; i++) {
        const struct pt_app_stage *stage = &app->stages[i];
        if (stage->nattempts == 0)
            continue;
        view->stages_run++;
        view->stages_failed += stage->attempts[stage->nattempts - 1].failed;
        view->tasks += pt_app_width(stage);
        view->attempts += stage->nattempts;
        for (int32_t k = 0; k < stage->nattempts; k++) {
            view->attempts_failed += stage->attempts[k].failed;
            view->attempts_unended +=
                stage->attempts[k].completed == PT_APP_UNKNOWN;
        }
        if (stage->barrier)
            canvas->barriers[view->nbarriers++] = (struct pt_eventlog_barrier){
                .stage = stage->id, .ntasks = pt_app_width(stage)};
    }
    view->barriers = canvas->barriers;
}

static void count_launches(const struct pt_app *app,
                           struct pt_eventlog_view *view)
{
    int64_t by_end[PT_APP_ENDS] = {0};

    for (int32_t i = 0; i < app->nlaunches; i++) {
        by_end[app->launches[i].ending]++;
        view->copies += app->launches[i].copy;
        view->resubmitted += app->launches[i].resubmitted;
    }
    view->launches = app->nlaunches;
    view->succeeded = by_end[PT_APP_SUCCESS];
    view->errors = by_end[PT_APP_ERROR];
    view->fetch_failures = by_end[PT_APP_FETCH];
    view->lost = by_end[PT_APP_LOST];
    view->killed = by_end[PT_APP_KILLED];
    view->unended = by_end[PT_APP_RUNNING];
    view->late = app->rules[PT_APP_END_LATE].rows;
}

/* The launches of a stage are in order. */
static pt_time find_startup(const struct pt_app *app)
{
    pt_time *times = pt_alloc((size_t)app->nstages, sizeof *times);
    size_t n = 0;

    for (int32_t i = 0; i < app->nstages; i++) {
        const struct pt_app_stage *stage = &app->stages[i];
        if (stage->nlaunches == 0)
            continue;
        const int64_t first =
            app->launches[app->order[stage->first_launch]].start;
        const int64_t begin = stage->attempts[0].submitted;
        if (begin != PT_APP_UNKNOWN && first >= begin)
            times[n++] = 1000 * (first - begin);
    }
    qsort(times, n, sizeof *times, pt_time_compare);
    const pt_time median = n > 0 ? times[n / 2] : 0;
    pt_free(times);
    return median;
}

static int compare_slots(const void *a, const void *b)
{
    const struct pt_eventlog_slots *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->slots > y->slots) - (x->slots < y->slots);
}

/* Changes [N] in order become what is there after each, one an instant; how
 * many. */
static int32_t sum_up(struct pt_eventlog_slots *slots, int32_t n)
{
    struct pt_eventlog_slots now = {.at = 0};
    int32_t kept = 0;

    for (int32_t i = 0; i < n; i++) {
        now.at = slots[i].at;
        now.executors += slots[i].executors;
        now.slots += slots[i].slots;
        if (kept > 0 && slots[kept - 1].at == now.at)
            kept--;
        slots[kept++] = now;
    }
    return kept;
}

static void count_slots(const struct pt_app *app,
                        struct pt_eventlog_canvas *canvas)
{
    struct pt_eventlog_view *view = &canvas->view;
    struct pt_eventlog_slots *slots =
        pt_alloc(2 * (size_t)app->nnodes, sizeof *slots);
    int32_t n = 0;
    double area = 0;

    for (int32_t i = 0; i < app->nnodes; i++) {
        const struct pt_app_node *node = &app->nodes[i];
        const int64_t more = pt_app_slots(app, node);
        const int64_t up = node->up == PT_APP_UNKNOWN ? app->first : node->up;
        view->executors += !node->missing;
        view->removed += node->down != PT_APP_UNKNOWN;
        slots[n++] = (struct pt_eventlog_slots){
            .at = pt_app_time(app, up), .executors = 1, .slots = more};
        if (node->down >= up && node->down != PT_APP_UNKNOWN)
            slots[n++] =
                (struct pt_eventlog_slots){.at = pt_app_time(app, node->down),
                                           .executors = -1,
                                           .slots = -more};
    }
    qsort(slots, (size_t)n, sizeof *slots, compare_slots);
    n = sum_up(slots, n);
    for (int32_t i = 0; i < n; i++) {
        const pt_time from =
            slots[i].at > view->start ? slots[i].at : view->start;
        const pt_time next = i + 1 < n ? slots[i + 1].at : view->end;
        const pt_time to = next < view->end ? next : view->end;
        if (to > from)
            area += (double)slots[i].slots * pt_time_seconds(to - from);
        if (slots[i].executors > view->most_executors)
            view->most_executors = slots[i].executors;
        if (slots[i].slots > view->most_slots)
            view->most_slots = slots[i].slots;
    }
    if (view->end > view->start)
        view->mean_slots = area / pt_time_seconds(view->end - view->start);
    view->hosts = app->hosts.n;
    view->slots = canvas->slots = slots;
    view->nslots = n;
}

/* A chain of stages that ends with this one. */
struct chain {
    pt_time length, gaps;
    int32_t before; /* stage in the application; PT_APP_UNKNOWN: the first */
};

struct path {
    const struct pt_app *app;
    struct pt_eventlog_jobs *jobs;
    struct chain *chains; /* [nstages] that end with that stage */
    int32_t *last;        /* [nworks] the stage that the longest ends with */
};

/* From the stage's first submission to its last attempt's end. */
static pt_time length_of(const struct pt_app *app,
                         const struct pt_app_stage *stage)
{
    const int64_t begin = stage->attempts[0].submitted;
    const int64_t told = stage->attempts[stage->nattempts - 1].completed;
    const int64_t end = told == PT_APP_UNKNOWN ? app->last : told;

    return begin != PT_APP_UNKNOWN && end > begin ? 1000 * (end - begin) : 0;
}

/* The chain before all stages of the work. */
static struct chain begin_of(const struct path *path,
                             const struct pt_eventlog_work *work)
{
    const struct pt_app_job *jobs = path->app->jobs;

    if (work->after == PT_APP_UNKNOWN)
        return (struct chain){.before = PT_APP_UNKNOWN};
    const int32_t last = path->last[work->after];
    const pt_time gap =
        1000 * (jobs[work->job].submitted -
                jobs[path->jobs->works[work->after].job].completed);
    return (struct chain){.length = path->chains[last].length + gap,
                          .gaps = path->chains[last].gaps + gap,
                          .before = last};
}

static void follow_work(struct path *path, int32_t number)
{
    struct pt_eventlog_jobs *jobs = path->jobs;
    const struct pt_eventlog_work *work = &jobs->works[number];
    const struct chain begin = begin_of(path, work);
    int32_t last = work->stages[0];

    pt_eventlog_enter(jobs, work);
    for (int32_t i = 0; i < work->nstages; i++) {
        const int32_t at = work->stages[i];
        struct chain chain = begin;
        jobs->nparents = 0;
        const int32_t n = pt_eventlog_parents(jobs, work, at);
        for (int32_t k = 0; k < n; k++) {
            const int32_t parent = work->stages[jobs->parents[k]];
            if (k == 0 || path->chains[parent].length > chain.length) {
                chain = path->chains[parent];
                chain.before = parent;
            }
        }
        chain.length += length_of(path->app, &path->app->stages[at]);
        path->chains[at] = chain;
        if (chain.length > path->chains[last].length)
            last = at;
    }
    pt_eventlog_leave(jobs, work);
    path->last[number] = last;
}

static void trace_back(const struct path *path, int32_t last,
                       struct pt_eventlog_canvas *canvas)
{
    const struct pt_app *app = path->app;
    struct pt_eventlog_view *view = &canvas->view;
    int32_t n = 0;

    for (int32_t at = last; at != PT_APP_UNKNOWN; at = path->chains[at].before)
        n++;
    view->npath = n;
    view->critical = path->chains[last].length;
    view->critical_gaps = path->chains[last].gaps;
    canvas->path = pt_alloc((size_t)n, sizeof *canvas->path);
    view->path = canvas->path;
    for (int32_t at = last; at != PT_APP_UNKNOWN; at = path->chains[at].before)
        canvas->path[--n] = (struct pt_eventlog_link){
            .job = app->jobs[app->stages[at].job].id,
            .stage = app->stages[at].id,
            .length = length_of(app, &app->stages[at])};
}

static void find_path(const struct pt_app *app, struct pt_eventlog_jobs *jobs,
                      struct pt_eventlog_canvas *canvas)
{
    struct path path = {
        .app = app,
        .jobs = jobs,
        .chains = pt_alloc((size_t)app->nstages, sizeof *path.chains),
        .last = pt_alloc((size_t)jobs->nworks, sizeof *path.last)};
    int32_t last = PT_APP_UNKNOWN;

    for (int32_t i = 0; i < jobs->nworks; i++) {
        follow_work(&path, i);
        if (last == PT_APP_UNKNOWN ||
            path.chains[path.last[i]].length > path.chains[last].length)
            last = path.last[i];
    }
    if (last != PT_APP_UNKNOWN)
        trace_back(&path, last, canvas);
    pt_free(path.chains);
    pt_free(path.last);
}

void pt_eventlog_view_open(struct pt_eventlog_canvas *canvas,
                           const struct pt_app *app,
                           struct pt_eventlog_jobs *jobs)
{
    const int64_t first =
        app->start != PT_APP_UNKNOWN ? app->start : app->first;
    const int64_t last = app->end != PT_APP_UNKNOWN ? app->end : app->last;

    *canvas = (struct pt_eventlog_canvas){
        .view = {.name = app->name,
                 .id = app->id,
                 .user = app->user,
                 .version = app->version,
                 .start = first > 0 ? pt_app_time(app, first) : 0,
                 .end = last > 0 ? pt_app_time(app, last) : 0,
                 .ended = app->end != PT_APP_UNKNOWN,
                 .events = app->events,
                 .notes = (const char *const *)app->notes.texts,
                 .nnotes = app->notes.n,
                 .more_notes = app->nnotes - app->notes.n}};
    count_jobs(app, &canvas->view);
    count_stages(app, canvas);
    count_launches(app, &canvas->view);
    count_slots(app, canvas);
    canvas->view.startup = find_startup(app);
    find_path(app, jobs, canvas);
}

void pt_eventlog_view_close(struct pt_eventlog_canvas *canvas)
{
    pt_free(canvas->barriers);
    pt_free(canvas->slots);
    pt_free(canvas->path);
    *canvas = (struct pt_eventlog_canvas){.path = NULL};
}
