/* progress.h - one line on a terminal: how far it is, and for how long yet. */
#ifndef PT_TOOL_PROGRESS_H
#define PT_TOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct pt_meter {
    bool on;
    const char *label; /* of the run */
    int run, nruns;
    int64_t rows;        /* that a run will read; 0 = unknown */
    double began, shown; /* seconds of a steady clock */
};

void pt_progress_begin(struct pt_meter *progress, bool on, int nruns,
                       int64_t rows);
void pt_progress_run(struct pt_meter *progress, int run, const char *label);
/* ROWS of the run are read; CONTEXT is the struct pt_meter. */
void pt_progress_rows(void *context, int64_t rows);
/* Wipes the line. */
void pt_progress_end(const struct pt_meter *progress);

#endif
