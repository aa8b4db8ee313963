/* folder.h - the folder of `--out`: study.json, summary.csv, runs/LABEL.
 *
 * study.json marks a folder as ours.  Onto an earlier result, each run is
 * replaced when the new one is whole, and what the new study does not have goes
 * at its end: a failure costs nothing that was there before. */
#ifndef PT_EXPERIMENTS_FOLDER_H
#define PT_EXPERIMENTS_FOLDER_H

#include <stdbool.h>
#include "base/error.h"
#include "experiments/study.h"

struct pt_report;

/* "DIR/NAME"; the caller frees. */
char *pt_folder_path(const char *dir, const char *name);

/* Makes the folder PATH and all above it. */
int pt_folders_make(const char *path, struct pt_err *err);

/* Makes the folder DIR, and all above it.  One that is there must be empty or
 * hold MARK, a file's name; else it is PT_ERR_USAGE, and is left alone. */
int pt_folder_make(const char *dir, const char *mark, struct pt_err *err);

/* Whether there is a DIR/PATH/NAME. */
bool pt_folder_holds(const char *dir, const char *path, const char *name);

/* All that is in DIR/NAME, a text; the caller frees.  NULL with ERR filled. */
char *pt_folder_read(const char *dir, const char *name, struct pt_err *err);

/* Removes PATH's folder, and those above it, below DIR, as far as they are
 * empty or gone. */
void pt_folder_trim(const char *dir, const char *path);

/* Removes DIR/PATH and all that is in it, and the folders above it, below DIR,
 * that are empty then. */
void pt_folder_prune(const char *dir, const char *path);

/* Removes what runs that were killed left half-written below DIR/runs, links,
 * and folders with nothing in them. */
void pt_folder_sweep(const char *dir);

/* Removes DIR and all that is in it. */
void pt_folder_remove(const char *dir);

/* Writes DIR/study.json. */
int pt_folder_write_study(const char *dir, const struct pt_study *study,
                          struct pt_err *err);

/* Makes DIR ready for STUDY; *fresh tells whether it was no result before.  A
 * folder that holds something else is PT_ERR_USAGE, and is left alone. */
int pt_folder_begin(const char *dir, const struct pt_study *study, bool *fresh,
                    struct pt_err *err);

/* After a failure in a fresh DIR: removes it, unless a run is in it. */
void pt_folder_undo(const char *dir);

/* The folder of the run LABEL, made if need be; the caller frees.  NULL with
 * ERR filled. */
char *pt_folder_run(const char *dir, const char *label, struct pt_err *err);

/* Writes DIR/summary.csv, one row per run, and study.json, and removes what is
 * left of an earlier study. */
int pt_folder_end(const char *dir, const struct pt_study *study,
                  const struct pt_report *reports, int n, struct pt_err *err);

#endif
