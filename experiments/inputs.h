/* inputs.h - the digests of the files that a study reads. */
#ifndef PT_EXPERIMENTS_INPUTS_H
#define PT_EXPERIMENTS_INPUTS_H

#include "base/error.h"
#include "sink/out.h"

struct pt_run;

/* Each file is read once. */
struct pt_inputs {
    struct pt_input {
        char *path;
        char digest[PT_DIGEST_TEXT];
    } * items; /* [n] */
    int n, capacity;
};

/* The SHA-256 of the file at PATH; of a folder, that of the digests of what is
 * in it, in the order of the names. */
int pt_inputs_digest(struct pt_inputs *inputs, const char *path,
                     char digest[PT_DIGEST_TEXT], struct pt_err *err);

/* The same of all that RUN reads: its trace, its failure trace; "" if it reads
 * nothing. */
int pt_inputs_of(struct pt_inputs *inputs, const struct pt_run *run,
                 char digest[PT_DIGEST_TEXT], struct pt_err *err);

void pt_inputs_fini(struct pt_inputs *inputs);

#endif
