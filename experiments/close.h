/* close.h - the end of a campaign: its files, when all its runs are over. */
#ifndef PT_EXPERIMENTS_CLOSE_H
#define PT_EXPERIMENTS_CLOSE_H

#include "experiments/roster.h"
#include "experiments/store.h"

struct pt_closing {
    const struct pt_study *study;
    const char *dir;
    const struct pt_roster *roster;
    struct pt_store **store;    /* NULL afterwards: it is closed */
    const char *const *columns; /* [ncolumns] of a row */
    int ncolumns;
    void (*note)(void *context, const char *line); /* may be NULL */
    void *context;
};

/* Writes summary.csv (a row a run: label, policy, point, replication, a column
 * an axis, then the metrics; failed runs are not in it), rules.csv (a row a
 * rule that touched rows of an input: in how many runs, and how many rows, at
 * least and at most), cells.csv and what else analysis.h says, and the store.
 * Folders of runs that are not of the study go to DIR/other, those that are
 * come back. */
int pt_campaign_close(const struct pt_closing *closing, struct pt_err *err);

#endif
