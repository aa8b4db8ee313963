/* tape.h - the world that is a recording: it tells what happened, and compares.
 *
 * The facts come off a tape (sink/tape.c); what the core decides is held
 * against what was decided then.  With the recorded policy every decision must
 * be the same, in order, on the same ranges.  With another one the tape answers
 * when it would first have decided differently: the decisions of a step are
 * then compared as a set, and where they run is left aside.  The world stops at
 * the first difference: what follows on the tape would not have happened. */
#ifndef PT_WORLD_TAPE_H
#define PT_WORLD_TAPE_H

#include <stdbool.h>
#include <stdint.h>
#include "core/core.h"
#include "world/world.h"

enum { PT_TAPE_TEXT = 1024 };

struct pt_tape_result {
    int64_t steps, facts, decisions; /* that were fed, and compared */
    bool differs;
    int64_t line; /* of the step that differs */
    pt_time at;
    char recorded[PT_TAPE_TEXT]; /* that step's decisions then, as text ... */
    char decided[PT_TAPE_TEXT];  /* ... and now */
};

/* The configuration on the first line of PATH, as one line of JSON, and the
 * label; the caller frees both. */
int pt_tape_config(const char *path, char **config, char **label,
                   struct pt_err *err);

/* For a core of CONFIG; OTHER: the policy is not the recorded one.  Facts that
 * no world could tell (an ending of what does not run, a rank that is not new)
 * are PT_ERR_INPUT at their line.  RESULT is filled as it goes. */
struct pt_world *pt_tape_new(const char *path,
                             const struct pt_core_config *config, bool other,
                             struct pt_tape_result *result, struct pt_err *err);

#endif
