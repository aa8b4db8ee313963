/* study_range.h - {"from": A, "to": B, "step": C}: values at equal steps, exact
 * decimals. */
#ifndef PT_EXPERIMENTS_STUDY_RANGE_H
#define PT_EXPERIMENTS_STUDY_RANGE_H

#include "experiments/study_parts.h"

/* How many values an axis may have. */
#define PT_RANGE_MOST 10000

/* Whether ITEM is an object with the key "from". */
bool pt_study_is_range(const struct pt_json *json, int32_t item);

/* Calls ADD with each value of the range ITEM as text, in order, until it
 * returns other than 0, which is returned.  The last one is `to` if steps lead
 * there. */
int pt_study_read_range(const struct pt_json *json, int32_t item,
                        int (*add)(void *context, const char *text,
                                   struct pt_err *err),
                        void *context, struct pt_err *err);

#endif
