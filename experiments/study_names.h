/* study_names.h - of the grid of a study's document: what paths mean, and how
 * axes are called. */
#ifndef PT_EXPERIMENTS_STUDY_NAMES_H
#define PT_EXPERIMENTS_STUDY_NAMES_H

#include "experiments/grid.h"
#include "experiments/study_parts.h"

#define PT_STUDY_WORD                                                          \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/* With its final zero byte. */
#define PT_STUDY_LABEL 65

/* The grid being read: where each value of each axis stands in the document. */
struct pt_study_grid {
    struct pt_study_doc *doc;
    struct pt_cell bare; /* for what paths mean; nothing in it is owned */
    int32_t *items;      /* [nitems] */
    int nitems, capacity;
    int nvalues; /* room in the last axis */
};

/* The axis that is being read. */
struct pt_axis *pt_study_last_axis(const struct pt_study_grid *grid);

/* A copy of TEXT; the caller frees. */
char *pt_study_copy(const char *text);

/* PATH, which stands at ITEM, in full, from its room on: "set.seed" of "seed".
 * The caller frees it; on -1 there is nothing to free. */
int pt_study_read_path(const struct pt_study_grid *grid, int32_t item,
                       const char *path, char **full, struct pt_err *err);

/* The axis being read is called NAME, or as the full PATH's last word, or as
 * more of them if that is taken. */
int pt_study_name_axis(const struct pt_study_grid *grid, int32_t item,
                       const char *name, struct pt_err *err);
int pt_study_name_by_path(const struct pt_study_grid *grid, int32_t item,
                          const char *path, struct pt_err *err);

#endif
