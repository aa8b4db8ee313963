/* folder.h - the folder of `--out`: study.json, summary.csv, runs/LABEL.
 *
 * study.json marks a folder as ours.  Onto an earlier result, runs are replaced
 * one by one; those that the new study does not have are removed. */
#ifndef PT_TOOL_FOLDER_H
#define PT_TOOL_FOLDER_H

#include "base/error.h"
#include "tool/study.h"

struct pt_report;

/* Makes DIR ready for STUDY and writes study.json.  A folder that holds
 * something else than results is PT_ERR_USAGE, and is left alone. */
int pt_folder_begin(const char *dir, const struct pt_study *study,
                    struct pt_err *err);

/* The folder of the run LABEL, made if need be, without what an earlier run
 * left there; the caller frees.  NULL with ERR filled. */
char *pt_folder_run(const char *dir, const char *label, struct pt_err *err);

/* Writes DIR/summary.csv: one row per run. */
int pt_folder_end(const char *dir, const struct pt_report *reports, int n,
                  struct pt_err *err);

#endif
