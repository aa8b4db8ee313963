/* jobs.h - an application's jobs, as works to be done again.
 *
 * A Spark job is one work: the stages that it ran, parents before children.  A
 * stage that was skipped is not in it; where it stands for one that ran, under
 * another number, children wait for that one if it is of the same job.
 *
 * The driver is a program: it submits a job some time after another has ended.
 * So a job is chained to the one, of those that had ended when it was
 * submitted, that ended last; the gap is kept.  A job that was submitted before
 * any had ended comes when it came.  Two jobs that ran side by side thus hang
 * on the same earlier one, and stay side by side. */
#ifndef PT_TRACES_EVENTLOG_JOBS_H
#define PT_TRACES_EVENTLOG_JOBS_H

#include <stdbool.h>
#include <stdint.h>
#include "traces/eventlog/app.h"
#include "traces/eventlog/takes.h"
#include "traces/source.h"

struct pt_eventlog_work {
    int32_t job;     /* in the application */
    int32_t after;   /* an earlier work; PT_APP_UNKNOWN: none */
    int32_t *stages; /* [nstages] in the application, by id */
    int32_t nstages;
};

struct pt_eventlog_jobs {
    struct pt_app *app;             /* borrowed */
    struct pt_eventlog_work *works; /* [nworks] by time of submission */
    int32_t nworks, capacity, next;
    int64_t *gangs; /* [ngangs] stages to be treated as gangs, by id */
    int32_t ngangs;
    bool fair;     /* pools count */
    bool profiles; /* several are in use */
    double scale;

    /* The work at hand: */
    struct pt_eventlog_takes takes;
    struct pt_stage *stages;
    struct pt_truth *truths;
    struct pt_eventlog_added *added;
    int32_t *parents;
    int64_t nparents, parent_capacity;
    int64_t *parents_at; /* [nstages + 1] */
    int64_t elsewhere; /* inputs that a job made that the work may not wait for
                        */
    int32_t size;      /* of the arrays by stage */
    int32_t *local;    /* [app->nstages] a stage's place in the work */
    int32_t *visited;  /* [app->nstages] for which search */
    int32_t search;
    int32_t *stack; /* [app->nstages] */
};

/* APP is finished, and borrowed.  GANGS [NGANGS], ids of stages, become JOBS'.
 * CHAINED: jobs come after others, as above; else each when it came.  SCALE is
 * the factor on gaps. */
void pt_eventlog_jobs_open(struct pt_eventlog_jobs *jobs, struct pt_app *app,
                           int64_t *gangs, int32_t ngangs, bool chained,
                           double scale);

/* When the first work is submitted; PT_TIME_NEVER if there is none. */
pt_time pt_eventlog_first(const struct pt_eventlog_jobs *jobs);

/* The next work: 1, or 0 at the end. */
int pt_eventlog_jobs_next(struct pt_eventlog_jobs *jobs, struct pt_work *work);

/* The parents of STAGE, of the work whose stages' places are in `local`, into
 * `parents` from where it ends; how many. */
int32_t pt_eventlog_parents(struct pt_eventlog_jobs *jobs,
                            const struct pt_eventlog_work *work, int32_t stage);

/* Fills in `local` for the work, and clears it. */
void pt_eventlog_enter(struct pt_eventlog_jobs *jobs,
                       const struct pt_eventlog_work *work);
void pt_eventlog_leave(struct pt_eventlog_jobs *jobs,
                       const struct pt_eventlog_work *work);

void pt_eventlog_jobs_close(struct pt_eventlog_jobs *jobs);

#endif
