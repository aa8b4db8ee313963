/* perform.h - one run of a study, in a worker: from its number to its outcome,
 * and how that travels to the parent. */
#ifndef PT_EXPERIMENTS_PERFORM_H
#define PT_EXPERIMENTS_PERFORM_H

#include <stdbool.h>
#include <stddef.h>
#include "experiments/roster.h"
#include "experiments/store.h"

struct pt_performer {
    const struct pt_study *study;
    const char *dir; /* of the campaign */
};

/* The `work` of workers: CONTEXT is a struct pt_performer, ITEM the number of a
 * run. */
void pt_perform(void *context, int64_t item, char **answer, size_t *n);

/* Whether the run at SPOT is to leave files. */
bool pt_perform_has_files(const struct pt_study *study,
                          const struct pt_spot *spot);

/* Fills OUTCOME from ANSWER [N], to which its texts point; key and path are the
 * caller's to fill. */
void pt_outcome_read(struct pt_store_outcome *outcome, const char *answer,
                     size_t n);

#endif
