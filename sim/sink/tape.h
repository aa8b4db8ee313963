/* tape.h - the words of a tape, for its writer and its reader. */
#ifndef PT_SINK_TAPE_H
#define PT_SINK_TAPE_H

#include "core/fact.h"
#include "sink/out.h"

/* By enum value. */
extern const char *const pt_tape_outcomes[];
extern const char *const pt_tape_decisions[];
extern const char *const pt_tape_causes[];

/* One decision as JSON, without the end of a line. */
void pt_tape_write_decision(struct pt_out *out,
                            const struct pt_decision *decision,
                            const struct pt_range *ranges);

#endif
