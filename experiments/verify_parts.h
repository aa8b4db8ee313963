/* verify_parts.h - one run that is done again, in a worker; and what stands
 * beside the runs.  See verify.h. */
#ifndef PT_EXPERIMENTS_VERIFY_PARTS_H
#define PT_EXPERIMENTS_VERIFY_PARTS_H

#include "experiments/roster.h"
#include "experiments/store.h"

/* What a worker knows. */
struct pt_verifying {
    const struct pt_study *study;
    const char *dir, *scratch;
};

/* What was found of a run; its bytes are the worker's answer. */
struct pt_finding {
    char digest[PT_DIGEST_TEXT]; /* of the row; "": it could not be done */
    int64_t checks;
    char text[1024]; /* "": nothing is wrong */
};

/* Adds WHAT and NAME to what is wrong. */
void pt_finding_add(struct pt_finding *finding, const char *what,
                    const char *name);

/* The `work` of workers: CONTEXT is a struct pt_verifying, ITEM the number of a
 * run. */
void pt_verify_run(void *context, int64_t item, char **answer, size_t *n);

/* Makes summary.csv, the tables and what else is made of the rows in STORE anew
 * in SCRATCH, and tells of each file that is not the one in DIR. */
int pt_verify_tables(const struct pt_roster *roster, struct pt_store **store,
                     const char *const *columns, int ncolumns, const char *dir,
                     const char *scratch,
                     void (*tell)(void *context, const char *what,
                                  const char *why),
                     void *context, struct pt_err *err);

#endif
