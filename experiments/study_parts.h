/* study_parts.h - a study's document being read, for those that read parts of
 * it.
 *
 * All that take a number of an item of the document: 0, or -1 with ERR filled;
 * an item of -1 is absent. */
#ifndef PT_EXPERIMENTS_STUDY_PARTS_H
#define PT_EXPERIMENTS_STUDY_PARTS_H

#include "experiments/study.h"
#include "traces/json.h"

#define PT_STUDY_SCHEMA "protium.study/1"

/* How many axes a grid may have. */
#define PT_STUDY_AXES 64

extern const char *const pt_study_files[]; /* by enum pt_files; ended by NULL */

struct pt_study_doc {
    struct pt_study *study;
    struct pt_json json;
    char *folder; /* of the document, from the root on */
};

/* ---- paths ---- */

/* NAME, as seen from FOLDER, from the root on; FOLDER "" is where the process
 * is.  A last link is left as it is.  The caller frees. */
char *pt_study_path_new(const char *folder, const char *name);

/* If PARAM, which AXIS sets, is a time, x is in the unit that ITEM tells, or in
 * one that suits; it was in seconds. */
int pt_study_read_times(const struct pt_study_doc *doc, struct pt_axis *axis,
                        const struct pt_param *param, int32_t item,
                        struct pt_err *err);

/* VALUE of the setting `failures` with the files that it names from the root
 * on; the caller frees.  If ERR is there, a file that is not, or a path that
 * cannot stand in a setting, is PT_ERR_USAGE, and NULL. */
char *pt_study_failures_new(const char *folder, const char *value,
                            struct pt_err *err);

/* ---- values ---- */

/* WHY, an error without a place, told at ITEM. */
int pt_study_doc_bad(const struct pt_study_doc *doc, int32_t item,
                     const struct pt_err *why, struct pt_err *err);

/* The next key after the one at KEY, or the first of OBJECT (KEY 0), that is no
 * remark; 0 after the last. */
int32_t pt_study_doc_key(const struct pt_study_doc *doc, int32_t object,
                         int32_t key);

/* OBJECT, called WHAT, is one, and no key stands there twice. */
int pt_study_doc_keys(const struct pt_study_doc *doc, int32_t object,
                      const char *what, struct pt_err *err);

/* ITEM as one would type it on a command line: a text, a number, yes or no.
 * WHAT is its name in messages. */
int pt_study_doc_value(const struct pt_study_doc *doc, int32_t item,
                       const char *what, const char **value,
                       struct pt_err *err);

/* PLUGIN's STATE as "NAME:KEY=VALUE,...", what is as always left out: so the
 * same has the same name, however it was asked for.  The caller frees. */
char *pt_study_short_new(const struct pt_plugin *plugin, const void *state);

/* ---- parts ---- */

/* Which "changes" the workload asks for, into *changes, an item or -1. */
int pt_study_read_workload(struct pt_study_doc *doc, int32_t item,
                           int32_t *changes, struct pt_err *err);

/* The workload that the value of an axis names: VALUE as the axis is to have it
 * is in *text, which the caller frees. */
int pt_study_read_found(struct pt_study_doc *doc, int32_t item,
                        const char *value, char **text, struct pt_err *err);

int pt_study_read_cluster(struct pt_study_doc *doc, int32_t item,
                          struct pt_err *err);

/* "set", "given", and what has a place of its own besides: "failures", and the
 * workload's "changes". */
int pt_study_read_settings(struct pt_study_doc *doc, int32_t set, int32_t given,
                           int32_t failures, int32_t changes,
                           struct pt_err *err);

int pt_study_read_policies(struct pt_study_doc *doc, int32_t item,
                           struct pt_err *err);

/* After all else. */
int pt_study_read_grid(struct pt_study_doc *doc, int32_t item,
                       struct pt_err *err);

#endif
