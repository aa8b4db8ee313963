/* load.c - another offered load: the gaps between submits, all multiplied by
 * one factor.
 *
 * The offered load is processor-seconds of all jobs over processors times the
 * time from the first submit to the last.  What a job asks for is what it takes
 * if nobody stops it: where limits cut it down at reading (overrun=truncate),
 * so much less; where they kill in the run, all of it.  It is the figure that
 * `protium trace info` prints.
 *
 * Multiplying gaps stretches the daily cycle too, and what users do next no
 * longer depends on when the last job ended: mind that. */
#include "traces/change.h"
#include "traces/row.h"

struct load {
    double to, by;

    double factor; /* of all gaps */
    pt_time first;
    bool started;
};

__extension__ typedef __int128 area;

static int check(const void *state, struct pt_err *err)
{
    const struct load *load = state;

    if (load->to > 0 && (load->by < 1 || load->by > 1))
        return pt_err_set(err, PT_ERR_USAGE,
                          "load: to= and by= (expected one of the two)");
    return 0;
}

/* Of all its launches. */
static pt_time task_time(const struct pt_truth *truth, int32_t task)
{
    pt_time sum = 0;

    if (!truth->takes_at)
        return truth->task ? truth->task[task] : truth->length;
    for (int32_t i = truth->takes_at[task]; i < truth->takes_at[task + 1]; i++)
        sum += truth->takes[i].length;
    return sum;
}

/* In milli-cores times microseconds. */
static area area_of(const struct pt_stage *stage, const struct pt_truth *truth)
{
    const int64_t cores = stage->need.amount[PT_CORES];
    area sum = 0;

    if (!truth->takes_at && !truth->task)
        sum = (area)stage->ntasks * truth->length;
    else
        for (int32_t i = 0; i < stage->ntasks; i++)
            sum += task_time(truth, i);
    return sum * (cores > 0 ? cores : 1000);
}

static int refuse(const char *why, struct pt_err *err)
{
    return pt_err_set(err, PT_ERR_USAGE, "load: to=, and %s", why);
}

/* All jobs: from FIRST to LAST, SUM. */
static int survey(struct pt_below *below, pt_time *first, pt_time *last,
                  area *sum, struct pt_err *err)
{
    struct pt_work work = {.after = 0};
    bool any = false;
    int got;

    while ((got = below->source->next(below->state, &work, err)) > 0) {
        if (work.after > 0)
            return refuse("jobs come after others have ended (expected by=)",
                          err);
        if (!any)
            *first = work.job.submit;
        any = true;
        *last = work.job.submit;
        for (int32_t i = 0; i < work.job.nstages; i++)
            *sum += area_of(&work.job.stages[i], &work.truths[i]);
    }
    return got;
}

/* The factor that makes the load what it is to be. */
static int find_factor(struct load *load, struct pt_below *below,
                       struct pt_err *err)
{
    pt_time first = 0, last = 0;
    area sum = 0;

    if (below->processors == 0)
        return refuse("nobody says how large the machine is (expected --nodes "
                      "N or NxC)",
                      err);
    if (survey(below, &first, &last, &sum, err) < 0)
        return -1;
    if (last == first)
        return refuse("all jobs are submitted at once (expected more time)",
                      err);
    if (sum == 0)
        return refuse("no job has a length (expected one that does)", err);
    load->factor = (double)sum / 1000 / (double)below->processors / load->to /
                   (double)(last - first);
    if (!(load->factor > 1e-12 && load->factor < 1e12))
        return refuse("gaps would be out of range (expected about the load "
                      "that there is)",
                      err);
    return below->rewind(below, err);
}

static int open_load(void *state, struct pt_below *below, struct pt_err *err)
{
    struct load *load = state;

    load->factor = 1 / load->by;
    return load->to > 0 ? find_factor(load, below, err) : 0;
}

static int next_load(void *state, struct pt_below *below, struct pt_work *work,
                     struct pt_err *err)
{
    struct load *load = state;
    int got = below->source->next(below->state, work, err);

    if (got <= 0)
        return got;
    if (!load->started)
        load->first = work->job.submit;
    load->started = true;
    pt_time gap = pt_row_scale(work->job.submit - load->first, load->factor);
    work->job.submit = pt_time_add(load->first, gap);
    if (work->after > 0)
        work->gap = pt_row_scale(work->gap, load->factor);
    if (work->job.submit < PT_TIME_NEVER / 4 && work->gap < PT_TIME_NEVER / 4)
        return 1;
    return pt_err_set(err, PT_ERR_USAGE,
                      "load: job %lld would come too late (expected more load)",
                      (long long)work->job.id);
}

static const struct pt_param params[] = {
    {.name = "to",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "0",
     .min = 0,
     .max = 1000,
     .offset = offsetof(struct load, to),
     .help = "The offered load that comes of it, exactly (all jobs are read "
             "beforehand); 0: by= instead."},
    {.name = "by",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1",
     .min = 1e-6,
     .max = 1e6,
     .offset = offsetof(struct load, by),
     .help = "What the load is multiplied by, which is what gaps are divided "
             "by."},
    PT_PARAM_END};

const struct pt_change pt_change_load = {
    .name = "load",
    .summary = "another offered load: gaps between submits, all multiplied",
    .cite = "E. Frachtenberg and D. G. Feitelson, Pitfalls in parallel job "
            "scheduling evaluation, JSSPP 2005",
    .params = params,
    .state_size = sizeof(struct load),
    .staged = true,
    .check = check,
    .open = open_load,
    .next = next_load,
};
