/* survey.h - a workload read from end to end, and what is in it. */
#ifndef PT_TOOL_SURVEY_H
#define PT_TOOL_SURVEY_H

#include "base/time.h"
#include "run.h"
#include "tool/study.h"
#include "traces/source.h"

struct pt_survey {
    int64_t rows, jobs, failures; /* failures: of the jobs */
    int64_t users;                /* how many; 0 = nobody is known */
    pt_time first, last;          /* submits */
    pt_time longest;              /* length */
    int64_t narrowest, widest;    /* tasks */
    int64_t exact;                /* jobs whose limit is their length */
    double area_s;                /* processor-seconds */
    double load; /* area / (machine x time of submitting); NaN = unknown */
    bool sorted; /* the trace stepped back and was sorted */
    struct pt_machine machine;
    struct pt_rule rules[PT_REPORT_RULES];
    int32_t nrules;
};

/* How the settings and the machine of STUDY say that rows become jobs. */
struct pt_reading pt_survey_reading(const struct pt_study *study);

/* Reads STUDY's workload; YIELD (may be NULL) gets every job, and stops all
 * with -1.  A trace that steps back in time is read again, sorted: then YIELD
 * may have seen jobs already. */
int pt_survey_read(const struct pt_study *study, const volatile int *stop,
                   struct pt_survey *survey,
                   int (*yield)(void *context, const struct pt_work *work,
                                struct pt_err *err),
                   void *context, struct pt_err *err);

#endif
