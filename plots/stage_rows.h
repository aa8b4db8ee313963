/* stage_rows.h - a run's stages.csv, a stage attempt at a time. */
#ifndef PT_PLOTS_STAGE_ROWS_H
#define PT_PLOTS_STAGE_ROWS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/time.h"
#include "plots/results.h"

enum pt_stage_outcome { PT_STAGE_SUCCESS, PT_STAGE_FAILURE, PT_STAGE_KILLED };

/* A stage attempt. */
struct pt_stage_row {
    int64_t job, id; /* the trace's own numbers of the job and of the stage */
    int32_t stage;   /* index in the job */
    int32_t try;
    int32_t tasks; /* >= 1 */
    bool gang;
    enum pt_stage_outcome outcome;
    pt_time ready, start, end; /* ready <= start <= end; START is PT_TIME_NEVER
                                  if nothing of it was ever launched */
    pt_time barrier; /* task-microseconds that members waited for others */
    const int32_t *parents; /* [nparents] stages, until the next row */
    int32_t nparents;
};

struct pt_stage_rows {
    struct pt_csv csv;
    int32_t *parents; /* [capacity] of the current row */
    int32_t capacity;
};

/* Opens FOLDER/stages.csv.  Returns 0, or 1 if there is none (the run's jobs
 * are rigid), or -1.  pt_stage_rows_close() afterwards in any case. */
int pt_stage_rows_open(struct pt_stage_rows *rows, const char *folder,
                       struct pt_err *err);

/* The next attempt, in the order of their ends.  Returns 1, or 0 at the end, or
 * -1: what is no attempt is PT_ERR_INPUT at its place. */
int pt_stage_rows_next(struct pt_stage_rows *rows, struct pt_stage_row *row,
                       struct pt_err *err);
void pt_stage_rows_close(struct pt_stage_rows *rows);

/* From the first launch to the end, or 0. */
pt_time pt_stage_row_run(const struct pt_stage_row *row);

/* The share of its tasks' time that was waited at barriers: 0 to 1. */
double pt_stage_row_barrier(const struct pt_stage_row *row);

#endif
