#include "traces/eventlog/takes.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/vec.h"

/* The work on one stage. */
struct shelf {
    struct pt_app *app;
    const struct pt_app_stage *stage;
    int32_t width;
    int32_t *task_of; /* [nlaunches] of the stage, in order; PT_APP_UNKNOWN */
    int32_t *won_by;  /* [width] 1 + attempt in which a copy succeeded; 0 */
};

static struct pt_app_launch *launch_at(const struct shelf *shelf, int32_t i)
{
    return &shelf->app
                ->launches[shelf->app->order[shelf->stage->first_launch + i]];
}

int32_t pt_eventlog_task_of(const struct pt_app *app,
                            const struct pt_app_stage *stage, int32_t partition)
{
    const int32_t width = pt_app_width(stage);

    if (stage->partitions != width)
        for (int32_t i = 0; i < stage->nlaunches; i++) {
            const struct pt_app_launch *launch =
                &app->launches[app->order[stage->first_launch + i]];
            if (launch->partition == partition &&
                launch->attempt == stage->attempts[0].number)
                return launch->index < width ? launch->index : PT_APP_UNKNOWN;
        }
    return partition < width ? partition : PT_APP_UNKNOWN;
}

/* Whether LAUNCH's output is of use at AT. */
static bool has_output(const struct shelf *shelf,
                       const struct pt_app_launch *launch, int64_t at)
{
    const struct pt_app_node *node = &shelf->app->nodes[launch->node];

    if (launch->ending != PT_APP_SUCCESS || launch->end > at)
        return false;
    if (shelf->stage->has_result)
        return true;
    return !launch->resubmitted &&
           (node->down == PT_APP_UNKNOWN || node->down > at);
}

/* Tasks without output when ATTEMPT began, into MISSING [width]; how many. */
static int32_t find_missing(const struct shelf *shelf,
                            const struct pt_app_attempt *attempt,
                            int32_t *missing)
{
    bool *done = pt_alloc((size_t)shelf->width, sizeof *done);
    int32_t n = 0;

    for (int32_t i = 0; i < shelf->stage->nlaunches; i++) {
        const struct pt_app_launch *launch = launch_at(shelf, i);
        const int32_t task = shelf->task_of[i];
        if (task != PT_APP_UNKNOWN && launch->attempt < attempt->number &&
            has_output(shelf, launch, attempt->submitted))
            done[task] = true;
    }
    for (int32_t task = 0; task < shelf->width; task++)
        if (!done[task])
            missing[n++] = task;
    pt_free(done);
    return n;
}

/* A later attempt that has fewer tasks. */
static void lead_back(struct shelf *shelf, const struct pt_app_attempt *attempt)
{
    int32_t *missing = NULL;
    int32_t n = 0;

    for (int32_t i = 0; i < shelf->stage->nlaunches; i++) {
        const struct pt_app_launch *launch = launch_at(shelf, i);
        if (launch->attempt != attempt->number)
            continue;
        if (launch->partition != PT_APP_UNKNOWN) {
            shelf->task_of[i] = pt_eventlog_task_of(shelf->app, shelf->stage,
                                                    launch->partition);
            continue;
        }
        if (!missing) {
            missing = pt_alloc((size_t)shelf->width, sizeof *missing);
            n = find_missing(shelf, attempt, missing);
        }
        if (launch->index < n) {
            shelf->app->rules[PT_APP_INDEX_GUESSED].rows++;
            shelf->task_of[i] = missing[launch->index];
        }
    }
    pt_free(missing);
}

/* Finds out which task each launch is of. */
static void find_tasks(struct shelf *shelf)
{
    const struct pt_app_stage *stage = shelf->stage;

    for (int32_t i = 0; i < stage->nlaunches; i++)
        shelf->task_of[i] = PT_APP_UNKNOWN;
    for (int32_t k = 0; k < stage->nattempts; k++) {
        const struct pt_app_attempt *attempt = &stage->attempts[k];
        if (k > 0 && attempt->ntasks > 0 && attempt->ntasks != shelf->width) {
            lead_back(shelf, attempt);
            continue;
        }
        for (int32_t i = 0; i < stage->nlaunches; i++) {
            const struct pt_app_launch *launch = launch_at(shelf, i);
            if (launch->attempt == attempt->number &&
                launch->index < shelf->width)
                shelf->task_of[i] = launch->index;
        }
    }
}

static bool is_killed_copy(const struct pt_app_launch *launch)
{
    return launch->copy &&
           (launch->ending == PT_APP_KILLED || launch->ending == PT_APP_LOST ||
            launch->ending == PT_APP_RUNNING);
}

/* Whether launch number I gets a take; what does not is counted. */
static bool has_take(struct shelf *shelf, int32_t i)
{
    const struct pt_app_launch *launch = launch_at(shelf, i);

    if (shelf->task_of[i] == PT_APP_UNKNOWN)
        shelf->app->rules[PT_APP_LAUNCH_FOREIGN].rows++;
    else if (is_killed_copy(launch))
        shelf->app->rules[PT_APP_COPY_KILLED].rows++;
    else
        return true;
    shelf->task_of[i] = PT_APP_UNKNOWN;
    return false;
}

/* How long LAUNCH ran, as far as the log tells. */
static pt_time time_run(const struct pt_app *app,
                        const struct pt_app_launch *launch)
{
    const int64_t length = pt_app_length(launch);

    if (length != PT_APP_UNKNOWN)
        return 1000 * length;
    if (launch->start == PT_APP_UNKNOWN || app->last < launch->start)
        return 0;
    return 1000 * (app->last - launch->start);
}

/* What a take's length is, marked in its `parent` while that is of no use. */
enum {
    OWN,
    STAND_IN, /* of one that is not known: at least so long */
    FILLED,   /* its task's next success's */
    MISSING   /* there was no launch at all */
};

static struct pt_take take_of(struct shelf *shelf, int32_t i)
{
    const struct pt_app_launch *launch = launch_at(shelf, i);
    struct pt_rule *rules = shelf->app->rules;
    struct pt_take take = {.length = time_run(shelf->app, launch),
                           .outcome = PT_SUCCESS,
                           .parent = STAND_IN};

    switch (launch->ending) {
    case PT_APP_ERROR:
    case PT_APP_FETCH:
        take.outcome = PT_FAILURE;
        take.fault =
            launch->ending == PT_APP_FETCH ? PT_FAULT_FETCH : PT_FAULT_ERROR;
        take.parent = OWN;
        break;
    case PT_APP_SUCCESS:
        if (pt_app_length(launch) != PT_APP_UNKNOWN)
            take.parent = OWN;
        else
            rules[PT_APP_LAUNCH_UNENDED].rows++;
        break;
    case PT_APP_LOST:
        rules[PT_APP_LAUNCH_LOST].rows++;
        break;
    case PT_APP_KILLED:
        rules[PT_APP_LAUNCH_KILLED].rows++;
        take.lingers = time_run(shelf->app, launch);
        if (shelf->won_by[shelf->task_of[i]] == launch->attempt + 1)
            take.parent = OWN;
        break;
    case PT_APP_RUNNING:
        rules[PT_APP_LAUNCH_UNENDED].rows++;
        take.lingers = time_run(shelf->app, launch);
        break;
    case PT_APP_ENDS:
        pt_unreachable();
    }
    return take;
}

/* The median length of the stage's successes; of none, a millisecond. */
static pt_time median_of(const struct pt_take *takes, int64_t n)
{
    pt_time *lengths = pt_alloc((size_t)n, sizeof *lengths);
    size_t count = 0;

    for (int64_t i = 0; i < n; i++)
        if (takes[i].outcome == PT_SUCCESS && takes[i].parent == OWN)
            lengths[count++] = takes[i].length;
    qsort(lengths, count, sizeof *lengths, pt_time_compare);
    const pt_time median = count > 0 ? lengths[count / 2] : 1000;
    pt_free(lengths);
    return median;
}

/* Gives the takes [N] of one task, that stand in, the length of its next
 * success. */
static void fill_in(struct pt_take *takes, int32_t n)
{
    pt_time next = PT_TIME_NEVER;

    for (int32_t i = n - 1; i >= 0; i--) {
        if (takes[i].parent == STAND_IN && next != PT_TIME_NEVER) {
            takes[i].length = next;
            takes[i].parent = FILLED;
        } else if (takes[i].parent == OWN && takes[i].outcome == PT_SUCCESS) {
            next = takes[i].length;
        }
    }
}

static void reserve(struct pt_eventlog_takes *takes, int64_t at, int64_t more)
{
    const int64_t n = takes->ntakes + more;

    pt_vec_reserve(takes->at, takes->at_capacity, takes->nat + at);
    pt_vec_reserve(takes->takes, takes->capacity, n);
    pt_vec_reserve(takes->map_id, takes->fetch_capacity, n);
    pt_vec_reserve(takes->map_index, takes->index_capacity, n);
}

/* Counts the takes of each task into AT [width + 1], as sums; those of tasks
 * without any launch, too. */
static void count_takes(struct shelf *shelf, int32_t *at)
{
    for (int32_t task = 0; task <= shelf->width; task++)
        at[task] = 0;
    for (int32_t i = 0; i < shelf->stage->nlaunches; i++) {
        const struct pt_app_launch *launch = launch_at(shelf, i);
        if (!has_take(shelf, i))
            continue;
        at[shelf->task_of[i] + 1]++;
        if (launch->copy && launch->ending == PT_APP_SUCCESS)
            shelf->won_by[shelf->task_of[i]] = launch->attempt + 1;
    }
    for (int32_t task = 0; task < shelf->width; task++) {
        if (at[task + 1] == 0)
            at[task + 1] = 1;
        at[task + 1] += at[task];
    }
}

/* Puts the launches' takes where AT says they go. */
static void place_takes(struct shelf *shelf, const int32_t *at,
                        struct pt_eventlog_takes *takes)
{
    const int64_t base = takes->ntakes;
    int32_t *filled = pt_alloc((size_t)shelf->width, sizeof *filled);

    for (int32_t i = 0; i < shelf->stage->nlaunches; i++) {
        const struct pt_app_launch *launch = launch_at(shelf, i);
        const int32_t task = shelf->task_of[i];
        if (task == PT_APP_UNKNOWN)
            continue;
        const int64_t to = base + at[task] + filled[task]++;
        takes->takes[to] = take_of(shelf, i);
        takes->map_id[to] = launch->map_id;
        takes->map_index[to] = launch->map_index;
    }
    for (int32_t task = 0; task < shelf->width; task++) {
        if (filled[task] > 0) {
            fill_in(&takes->takes[base + at[task]], filled[task]);
            continue;
        }
        shelf->app->rules[PT_APP_TASK_UNLAUNCHED].rows++;
        takes->takes[base + at[task]] =
            (struct pt_take){.outcome = PT_SUCCESS, .parent = MISSING};
    }
    pt_free(filled);
}

/* What is not known yet gets the median; marks are taken off. */
static pt_time settle(struct pt_take *takes, int64_t n)
{
    const pt_time median = median_of(takes, n);
    pt_time longest = 0;

    for (int64_t i = 0; i < n; i++) {
        if ((takes[i].parent == STAND_IN || takes[i].parent == MISSING) &&
            takes[i].length < median)
            takes[i].length = median;
        takes[i].parent = 0;
        longest = takes[i].length > longest ? takes[i].length : longest;
    }
    return longest;
}

struct pt_eventlog_added pt_eventlog_takes_add(struct pt_eventlog_takes *takes,
                                               struct pt_app *app,
                                               int32_t stage)
{
    struct shelf shelf = {.app = app, .stage = &app->stages[stage]};
    struct pt_eventlog_added added = {.at = takes->nat, .takes = takes->ntakes};

    shelf.width = pt_app_width(shelf.stage);
    pt_assert(shelf.width > 0);
    shelf.task_of =
        pt_alloc((size_t)shelf.stage->nlaunches, sizeof *shelf.task_of);
    shelf.won_by = pt_alloc((size_t)shelf.width, sizeof *shelf.won_by);
    find_tasks(&shelf);
    reserve(takes, (int64_t)shelf.width + 1,
            (int64_t)shelf.width + shelf.stage->nlaunches);
    int32_t *at = &takes->at[added.at];
    count_takes(&shelf, at);
    place_takes(&shelf, at, takes);
    added.longest = settle(&takes->takes[added.takes], at[shelf.width]);
    takes->nat += (int64_t)shelf.width + 1;
    takes->ntakes += at[shelf.width];
    pt_free(shelf.task_of);
    pt_free(shelf.won_by);
    return added;
}

void pt_eventlog_takes_fini(struct pt_eventlog_takes *takes)
{
    pt_free(takes->at);
    pt_free(takes->takes);
    pt_free(takes->map_id);
    pt_free(takes->map_index);
    *takes = (struct pt_eventlog_takes){.nat = 0};
}
