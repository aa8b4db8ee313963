#include "tool/survey.h"

#include <math.h>

#include "base/alloc.h"
#include "base/assert.h"

/* Users seen: a set that doubles. */
struct users {
    int64_t *slots; /* [size], -1 = free */
    size_t size, n;
};

static size_t slot_of(const struct users *users, int64_t user)
{
    size_t slot = (size_t)((uint64_t)user * UINT64_C(0x9e3779b97f4a7c15) >> 20);

    slot &= users->size - 1;
    while (users->slots[slot] >= 0 && users->slots[slot] != user)
        slot = (slot + 1) & (users->size - 1);
    return slot;
}

static void grow(struct users *users)
{
    const struct users old = *users;

    users->size = old.size > 0 ? 2 * old.size : 64;
    users->slots = pt_alloc(users->size, sizeof *users->slots);
    for (size_t i = 0; i < users->size; i++)
        users->slots[i] = -1;
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i] >= 0)
            users->slots[slot_of(users, old.slots[i])] = old.slots[i];
    pt_free(old.slots);
}

static void add_user(struct users *users, int64_t user)
{
    if (user < 0)
        return;
    if (2 * users->n >= users->size)
        grow(users);
    const size_t slot = slot_of(users, user);
    users->n += users->slots[slot] < 0;
    users->slots[slot] = user;
}

/* Core-seconds of the stage, all launches of its tasks included. */
static double area_of(const struct pt_stage *stage,
                      const struct pt_truth *truth)
{
    const int64_t cores = stage->need.amount[PT_CORES];
    double sum_s = 0;

    if (truth->takes_at)
        for (int32_t i = 0; i < truth->takes_at[stage->ntasks]; i++)
            sum_s += pt_time_seconds(truth->takes[i].length);
    else if (truth->task)
        for (int32_t i = 0; i < stage->ntasks; i++)
            sum_s += pt_time_seconds(truth->task[i]);
    else
        sum_s = (double)stage->ntasks * pt_time_seconds(truth->length);
    return cores > 0 ? sum_s * ((double)cores / 1000) : sum_s;
}

static void take_in(struct pt_survey *survey, struct users *users,
                    const struct pt_work *work)
{
    const struct pt_job *job = &work->job;
    bool failed = false, exact = true;
    int64_t width = 0;

    for (int32_t i = 0; i < job->nstages; i++) {
        const struct pt_truth *truth = &work->truths[i];
        const struct pt_stage *stage = &job->stages[i];
        width = stage->ntasks > width ? stage->ntasks : width;
        failed |= truth->outcome != PT_SUCCESS;
        exact &= truth->length == stage->limit;
        if (truth->length > survey->longest)
            survey->longest = truth->length;
        survey->area_s += area_of(stage, truth);
    }
    if (survey->jobs++ == 0) {
        survey->first = job->submit;
        survey->narrowest = width;
    }
    survey->last = job->submit;
    survey->failures += failed;
    survey->exact += exact;
    survey->widest = width > survey->widest ? width : survey->widest;
    survey->narrowest = width < survey->narrowest ? width : survey->narrowest;
    add_user(users, job->user);
}

static void finish(struct pt_survey *survey, const struct pt_study *study,
                   const struct pt_source_info *info)
{
    double span_s;

    survey->rows = info->rows;
    survey->machine = *info->machine;
    survey->nrules = info->nrules;
    pt_assert(info->nrules <= PT_REPORT_RULES);
    for (int32_t i = 0; i < info->nrules; i++)
        survey->rules[i] = info->rules[i];
    if (study->nodes > 0)
        survey->machine.processors = study->nodes * study->cores;
    span_s = pt_time_seconds(survey->last - survey->first);
    survey->load =
        survey->machine.processors > 0 && span_s > 0
            ? survey->area_s / span_s / (double)survey->machine.processors
            : (double)NAN;
}

struct pt_run pt_survey_run(const struct pt_study *study)
{
    const struct pt_workload *workload = &study->workload;

    return (struct pt_run){.source = workload->source,
                           .source_params = workload->params,
                           .path = workload->path,
                           .nodes = study->nodes,
                           .cores = study->cores,
                           .settings = study->settings};
}

/* One reading, SORTED or not. */
static int read_once(const struct pt_study *study, bool sorted,
                     const volatile int *stop, struct pt_survey *survey,
                     const struct pt_survey_eyes *eyes, struct pt_err *err)
{
    struct pt_run run = pt_survey_run(study);
    struct pt_opened opened;
    struct users users = {.n = 0};
    struct pt_source_info info;
    struct pt_work work = {.after = 0};
    int status;

    *survey = (struct pt_survey){.sorted = sorted};
    if (pt_run_open(&run, &run.settings, sorted, &opened, err) < 0)
        return -1;
    while ((status = opened.source->next(opened.state, &work, err)) == 1) {
        take_in(survey, &users, &work);
        if (eyes->yield && eyes->yield(eyes->context, &work, err) < 0)
            status = -1;
        else if (stop && *stop)
            status = pt_err_set(err, PT_ERR_INTERRUPTED, "interrupted");
        if (status < 0)
            break;
    }
    opened.source->info(opened.state, &info);
    survey->users = (int64_t)users.n;
    finish(survey, study, &info);
    if (eyes->look && status == 0)
        status = eyes->look(eyes->context, survey, opened.bottom, err);
    pt_run_close(&opened);
    pt_free(users.slots);
    return status;
}

int pt_survey_look(const struct pt_study *study, const volatile int *stop,
                   struct pt_survey *survey, const struct pt_survey_eyes *eyes,
                   struct pt_err *err)
{
    const int status = read_once(study, false, stop, survey, eyes, err);

    if (status == 0 || err->code != PT_ERR_UNSORTED)
        return status;
    *err = (struct pt_err){.code = PT_ERR_NONE};
    return read_once(study, true, stop, survey, eyes, err);
}

int pt_survey_read(const struct pt_study *study, const volatile int *stop,
                   struct pt_survey *survey,
                   int (*yield)(void *context, const struct pt_work *work,
                                struct pt_err *err),
                   void *context, struct pt_err *err)
{
    const struct pt_survey_eyes eyes = {.yield = yield, .context = context};

    return pt_survey_look(study, stop, survey, &eyes, err);
}
