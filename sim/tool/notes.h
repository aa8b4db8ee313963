/* notes.h - what a run did that a table does not show: on stderr. */
#ifndef PT_TOOL_NOTES_H
#define PT_TOOL_NOTES_H

#include "run.h"

/* What was read, and what each rule that touched a row did to it.  BEFORE (may
 * be NULL) is the report of the run before: what it said is not repeated. */
void pt_notes_input(const struct pt_report *report,
                    const struct pt_report *before);

/* Deadlocks, time-outs, unfinished jobs. */
void pt_notes_run(const struct pt_report *report);

#endif
