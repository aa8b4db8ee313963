/* verify.h - are the results of a folder what their study gives? */
#ifndef PT_EXPERIMENTS_VERIFY_H
#define PT_EXPERIMENTS_VERIFY_H

#include <stdint.h>
#include "experiments/study.h"

struct pt_verify_options {
    int workers;
    int64_t sample; /* so many runs, here and there; 0: all */
    const volatile int *interrupted;
    /* A run that is not what it should be, and why; or one that is (NULL). */
    void (*tell)(void *context, const char *run, const char *what);
    void *context;
};

struct pt_verify_result {
    int64_t runs, same, different;
    int64_t missing; /* of the study, and not there: never run, or failed */
    int64_t failed;  /* of these, that the store has as failed */
    int64_t files;   /* beside the runs (summary.csv, tables, ...), that are not
                        what the runs say */
    int64_t checks;  /* of invariants, in the runs that were done again */
};

/* Does runs of STUDY, whose results DIR has (made by `run` or `replay`), again,
 * elsewhere: compares the files of each run with the digests that its run.json
 * has of them, these and the row of the store with what comes out now, and the
 * inputs with what they were; and, where no run is missing, what is made of the
 * rows.  Changes nothing in DIR.  -1 with ERR filled only
 * if that cannot be done. */
int pt_verify_go(const struct pt_study *study, const char *dir,
                 const struct pt_verify_options *options,
                 struct pt_verify_result *result, struct pt_err *err);

#endif
