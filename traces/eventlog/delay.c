#include "traces/eventlog/delay.h"

#include <stdlib.h>

#include "base/alloc.h"

static int compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* What one attempt tells. */
struct sample {
    int64_t delay;
    double weight;
};

static int compare_samples(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;

    if (x->delay != y->delay)
        return x->delay < y->delay ? -1 : 1;
    return (x->weight > y->weight) - (x->weight < y->weight);
}

static int64_t median_of(struct sample *samples, size_t n)
{
    double all = 0, below = 0;

    qsort(samples, n, sizeof *samples, compare_samples);
    for (size_t i = 0; i < n; i++)
        all += samples[i].weight;
    for (size_t i = 0; i < n; i++) {
        below += samples[i].weight;
        if (2 * below >= all)
            return samples[i].delay;
    }
    return PT_APP_UNKNOWN;
}

/* When launches began and ended, both in order. */
struct traffic {
    int64_t *starts, *ends;
    size_t nstarts, nends;
};

static void open_traffic(struct traffic *traffic, const struct pt_app *app)
{
    const size_t n = (size_t)app->nlaunches;

    *traffic = (struct traffic){.starts = pt_alloc(n, sizeof(int64_t)),
                                .ends = pt_alloc(n, sizeof(int64_t))};
    for (size_t i = 0; i < n; i++) {
        const struct pt_app_launch *launch = &app->launches[i];
        if (launch->start == PT_APP_UNKNOWN)
            continue;
        traffic->starts[traffic->nstarts++] = launch->start;
        if (pt_app_length(launch) != PT_APP_UNKNOWN)
            traffic->ends[traffic->nends++] = launch->end;
    }
    qsort(traffic->starts, traffic->nstarts, sizeof(int64_t), compare);
    qsort(traffic->ends, traffic->nends, sizeof(int64_t), compare);
}

static void close_traffic(struct traffic *traffic)
{
    pt_free(traffic->starts);
    pt_free(traffic->ends);
}

/* How many of TIMES [N] are before AT. */
static size_t count_before(const int64_t *times, size_t n, int64_t at)
{
    size_t low = 0, high = n;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (times[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Slots at AT of executors that STAGE may run on. */
static int64_t count_slots(const struct pt_app *app,
                           const struct pt_app_stage *stage, int64_t at)
{
    const bool any = pt_app_profile_of(app, stage->profile)->on_any;
    int64_t slots = 0;

    for (int32_t i = 0; i < app->nnodes; i++) {
        const struct pt_app_node *node = &app->nodes[i];
        if (node->up <= at &&
            (node->down == PT_APP_UNKNOWN || node->down > at) &&
            (any || node->profile == stage->profile))
            slots += pt_app_slots(app, node);
    }
    return slots;
}

static bool has_room(const struct pt_app *app, const struct traffic *traffic,
                     const struct pt_app_stage *stage,
                     const struct pt_app_attempt *attempt)
{
    const int64_t at = attempt->submitted;
    const size_t running = count_before(traffic->starts, traffic->nstarts, at) -
                           count_before(traffic->ends, traffic->nends, at + 1);

    return (int64_t)running + (stage->barrier ? attempt->ntasks : 1) <=
           count_slots(app, stage, at);
}

/* What the attempt took beside its tasks; unknown. */
static int64_t find_overhead(const struct pt_app *app,
                             const struct pt_app_stage *stage,
                             const struct pt_app_attempt *attempt)
{
    int64_t first = PT_APP_UNKNOWN, last = PT_APP_UNKNOWN;

    for (int32_t i = 0; i < stage->nlaunches; i++) {
        const struct pt_app_launch *launch =
            &app->launches[app->order[stage->first_launch + i]];
        if (launch->attempt != attempt->number)
            continue;
        if (first == PT_APP_UNKNOWN)
            first = launch->start;
        if (launch->ending == PT_APP_SUCCESS && launch->end > last)
            last = launch->end;
    }
    if (first < attempt->submitted || attempt->completed < last || last < first)
        return PT_APP_UNKNOWN;
    return first - attempt->submitted + attempt->completed - last;
}

int64_t pt_eventlog_launch_delay(const struct pt_app *app)
{
    struct traffic traffic;
    struct sample *samples;
    size_t n = 0, size = 0;

    for (int32_t i = 0; i < app->nstages; i++)
        size += (size_t)app->stages[i].nattempts;
    samples = pt_alloc(size, sizeof *samples);
    open_traffic(&traffic, app);
    for (int32_t i = 0; i < app->nstages; i++)
        for (int32_t k = 0; k < app->stages[i].nattempts; k++) {
            const struct pt_app_stage *stage = &app->stages[i];
            const struct pt_app_attempt *attempt = &stage->attempts[k];
            if (attempt->failed || attempt->submitted == PT_APP_UNKNOWN ||
                attempt->completed == PT_APP_UNKNOWN ||
                !has_room(app, &traffic, stage, attempt))
                continue;
            const int64_t delay = find_overhead(app, stage, attempt);
            const int64_t length = attempt->completed - attempt->submitted;
            if (delay != PT_APP_UNKNOWN)
                samples[n++] = (struct sample){
                    .delay = delay, .weight = 1 / (double)(length + 1)};
        }
    const int64_t median = median_of(samples, n);
    close_traffic(&traffic);
    pt_free(samples);
    return median;
}
