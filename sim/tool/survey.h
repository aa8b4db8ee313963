/* survey.h - a workload read from end to end, and what is in it. */
#ifndef PT_TOOL_SURVEY_H
#define PT_TOOL_SURVEY_H

#include "base/time.h"
#include "run.h"
#include "experiments/study.h"
#include "traces/source.h"

struct pt_survey {
    int64_t rows, jobs, failures; /* failures: of the jobs */
    int64_t users;                /* how many; 0 = nobody is known */
    pt_time first, last;          /* submits */
    pt_time longest;              /* length */
    int64_t narrowest, widest;    /* tasks */
    int64_t exact;                /* jobs whose limit is their length */
    double area_s;                /* processor-seconds, by all launches */
    double load; /* area / (machine x time of submitting); NaN = unknown */
    bool sorted; /* the trace stepped back and was sorted */
    struct pt_machine machine; /* what it points to goes with the source */
    struct pt_rule rules[PT_REPORT_RULES];
    int32_t nrules;
};

/* Who watches the reading; any may be NULL.  -1 stops it, with ERR filled. */
struct pt_survey_eyes {
    int (*yield)(void *context, const struct pt_work *work, struct pt_err *err);
    /* At the end, while the STATE of the study's own source is open and what
     * SURVEY's machine points to is there. */
    int (*look)(void *context, const struct pt_survey *survey, void *state,
                struct pt_err *err);
    void *context;
};

/* The run that STUDY's workload is opened for, whatever the policy. */
struct pt_run pt_survey_run(const struct pt_study *study);

/* Reads STUDY's workload; YIELD (may be NULL) gets every job, and stops all
 * with -1.  A trace that steps back in time is read again, sorted: then YIELD
 * may have seen jobs already. */
int pt_survey_read(const struct pt_study *study, const volatile int *stop,
                   struct pt_survey *survey,
                   int (*yield)(void *context, const struct pt_work *work,
                                struct pt_err *err),
                   void *context, struct pt_err *err);

/* The same, for more eyes. */
int pt_survey_look(const struct pt_study *study, const volatile int *stop,
                   struct pt_survey *survey, const struct pt_survey_eyes *eyes,
                   struct pt_err *err);

#endif
