/* column.h - what the columns of summary.csv are. */
#ifndef PT_EXPERIMENTS_COLUMN_H
#define PT_EXPERIMENTS_COLUMN_H

#include <stdbool.h>
#include <stddef.h>

struct pt_column {
    const char *unit; /* "" : it has none */
    char help[512];
};

/* Fills COLUMN for the column NAME; false, and it is empty, where NAME is
 * none. */
bool pt_column_find(struct pt_column *column, const char *name);

#endif
