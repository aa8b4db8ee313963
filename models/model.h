/* model.h - what all workload models do alike: rigid gangs of one stage, one
 * core a task, submitted by users of unequal zeal.
 *
 * Attributes of job k come from streams of entity k, so they are the same
 * whatever else is drawn.  Of a reading, a model heeds processors, wide, scale
 * and seed; clean, missing_limit and overrun have nothing to do. */
#ifndef PT_MODELS_MODEL_H
#define PT_MODELS_MODEL_H

#include <gsl/gsl_randist.h>
#include "traces/source.h"

/* In a model's state, after its parameters. */
struct pt_model {
    struct pt_reading reading;
    struct pt_machine machine;
    struct pt_rule rule;       /* the only one: too wide */
    gsl_ran_discrete_t *users; /* NULL: nobody is known */
    struct pt_stage stage;
    struct pt_truth truth;
    int64_t rows, jobs;
};

struct pt_model_job {
    pt_time submit, length, limit;
    int32_t width;
    int64_t queue; /* -1 = unknown */
};

/* Opens MODEL for a machine of NODES processors and NUSERS users; user i of
 * 1 ... NUSERS submits a job with a probability proportional to 1/i (Zipf). */
void pt_model_open(struct pt_model *model, const struct pt_reading *reading,
                   int64_t nodes, int64_t nusers);

/* Makes WORK of JOB, the model's next.  1: done; 0: the rule for wide jobs
 * drops it; -1: the rule is to stop, ERR is filled. */
int pt_model_yield(struct pt_model *model, const struct pt_model_job *job,
                   struct pt_work *work, struct pt_err *err);

void pt_model_info(const struct pt_model *model, struct pt_source_info *info);
void pt_model_close(struct pt_model *model);

extern const struct pt_source pt_model_hydrogen;
extern const struct pt_source pt_model_lublin;
extern const struct pt_source pt_model_poisson;

#endif
