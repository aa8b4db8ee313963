#include "models/model.h"

#include <inttypes.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "models/stream.h"

static gsl_ran_discrete_t *open_users(int64_t nusers)
{
    if (nusers == 0)
        return NULL;
    double *shares = pt_alloc((size_t)nusers, sizeof *shares);
    for (int64_t i = 0; i < nusers; i++)
        shares[i] = 1.0 / (double)(i + 1);
    gsl_ran_discrete_t *users =
        gsl_ran_discrete_preproc((size_t)nusers, shares);
    bool out_of_memory = users == NULL;
    pt_assert(!out_of_memory);
    pt_free(shares);
    return users;
}

void pt_model_open(struct pt_model *model, const struct pt_reading *reading,
                   int64_t nodes, int64_t nusers)
{
    *model = (struct pt_model){
        .reading = *reading,
        .machine = {.processors = nodes, .nodes = nodes},
        .rule = {.name = "wide",
                 .what = "job dropped: wider than the machine",
                 .drops = true},
        .users = open_users(nusers),
    };
}

/* The user of job K. */
static int64_t draw_user(const struct pt_model *model, int64_t k)
{
    struct pt_stream stream;

    if (!model->users)
        return -1;
    gsl_rng *rng = pt_stream_open(&stream, model->reading.seed, 0,
                                  PT_PURPOSE_USER, (uint64_t)k);
    return 1 + (int64_t)gsl_ran_discrete(rng, model->users);
}

/* What the rule for jobs wider than the machine says of a job of WIDTH: as
 * pt_model_yield(). */
static int check_width(struct pt_model *model, int32_t width,
                       struct pt_err *err)
{
    int64_t processors = model->reading.processors;

    if (processors == 0 || width <= processors)
        return 1;
    switch (model->reading.wide) {
    case PT_WIDE_REJECT:
        return 1;
    case PT_WIDE_DROP:
        model->rule.rows++;
        return 0;
    case PT_WIDE_ERROR:
        return pt_err_set(err, PT_ERR_INPUT,
                          "job %" PRId64 " asks for %" PRId32
                          " processors (expected at most %" PRId64 ")",
                          model->rows, width, processors);
    }
    pt_assert(false);
    return -1;
}

int pt_model_yield(struct pt_model *model, const struct pt_model_job *job,
                   struct pt_work *work, struct pt_err *err)
{
    pt_assert(job->width >= 1);
    pt_assert(job->length <= job->limit);
    int64_t k = model->rows++;
    int fits = check_width(model, job->width, err);

    if (fits <= 0)
        return fits;
    model->jobs++;
    model->stage = (struct pt_stage){
        .ntasks = job->width,
        .mode = PT_GANG,
        .need = {.amount = {[PT_CORES] = 1000}},
        .limit = job->limit,
    };
    model->truth = (struct pt_truth){
        .length = job->length,
        .outcome = PT_SUCCESS,
    };
    *work = (struct pt_work){.truths = &model->truth};
    work->job = (struct pt_job){
        .id = k + 1,
        .user = draw_user(model, k),
        .group = -1,
        .queue = job->queue,
        .nstages = 1,
        .submit = job->submit,
        .stages = &model->stage,
    };
    return 1;
}

void pt_model_info(const struct pt_model *model, struct pt_source_info *info)
{
    *info = (struct pt_source_info){
        .machine = &model->machine,
        .rules = &model->rule,
        .nrules = 1,
        .rows = model->rows,
        .jobs = model->jobs,
    };
}

void pt_model_close(struct pt_model *model)
{
    if (model->users)
        gsl_ran_discrete_free(model->users);
    model->users = NULL;
}
