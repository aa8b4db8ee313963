/* workload.h - the TRACE of a command line: a file, or a model's text. */
#ifndef PT_ASK_WORKLOAD_H
#define PT_ASK_WORKLOAD_H

#include <stdint.h>
#include "base/error.h"

struct pt_source;

struct pt_workload {
    const char *text; /* as given; borrowed */
    const struct pt_source *source;
    const char *path; /* of the trace; NULL for a model */
    char *params;     /* of the model, all of them; owned */
    int64_t rows;     /* how many it will have; 0 = unknown */
};

/* Finds out what TEXT is: the name of a file that is there, else
 * MODEL[:KEY=VALUE,...].  pt_workload_fini() afterwards, also on failure. */
int pt_workload_find(struct pt_workload *workload, const char *text,
                     struct pt_err *err);
void pt_workload_fini(struct pt_workload *workload);

/* The model that TEXT, NAME[:KEY=VALUE,...], names, with PARAMS to be freed by
 * the caller; -1 with ERR filled. */
int pt_workload_model(const char *text, const struct pt_source **model,
                      char **params, struct pt_err *err);

/* Sets workload->rows of a trace: counts its lines, for a forecast. */
void pt_workload_count(struct pt_workload *workload);

#endif
