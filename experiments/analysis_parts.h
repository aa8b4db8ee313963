/* analysis_parts.h - the tables of an analysis, point by point. */
#ifndef PT_EXPERIMENTS_ANALYSIS_PARTS_H
#define PT_EXPERIMENTS_ANALYSIS_PARTS_H

#include "experiments/analysis.h"
#include "experiments/table.h"

/* What notes tell of a study. */
struct pt_facts {
    int64_t cells;
    int64_t runs, saturated, unsettled, failed; /* runs */
    int64_t empty, same, single;                /* cells */
    int64_t least, most;                        /* replications of a cell */
    int64_t batches, correlated;                /* cells */
    double lag1;                                /* the largest */
    double warmup, mser; /* sums over the cells that tell */
    int64_t warmed;      /* these cells */
};

struct pt_tables {
    struct pt_table means, paired; /* paired has no columns if there is one
                                      policy */
    struct pt_facts facts;
};

/* TABLES begins as all zeroes; _fini() afterwards. */
void pt_tables_begin(struct pt_tables *tables,
                     const struct pt_analysis *analysis);
/* POINT is what ANALYSIS has looked at last. */
void pt_tables_point(struct pt_tables *tables,
                     const struct pt_analysis *analysis, int64_t point);
void pt_tables_end(struct pt_tables *tables,
                   const struct pt_analysis *analysis);
void pt_tables_fini(struct pt_tables *tables);

#endif
