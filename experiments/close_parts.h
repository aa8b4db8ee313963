/* close_parts.h - what the end of a campaign consists of; see close.h. */
#ifndef PT_EXPERIMENTS_CLOSE_PARTS_H
#define PT_EXPERIMENTS_CLOSE_PARTS_H

#include "experiments/close.h"

/* summary.csv; rules.csv, with a note on each rule; where the runs' folders
 * are.
 */
int pt_close_summary(const struct pt_closing *closing, struct pt_err *err);
int pt_close_rules(const struct pt_closing *closing, struct pt_err *err);
int pt_close_analysis(const struct pt_closing *closing, struct pt_err *err);
int pt_close_folders(const struct pt_closing *closing, struct pt_err *err);

/* Removes folders of runs that the store knows nothing of: they were finished
 * when the process was killed. */
int pt_close_strays(const struct pt_closing *closing, struct pt_err *err);

/* A run that stands in several places of the study has its files in the first:
 * links to them in the others. */
int pt_close_links(const struct pt_closing *closing, struct pt_err *err);

#endif
