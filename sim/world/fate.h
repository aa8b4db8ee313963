/* fate.h - what becomes of one launch of a task.
 *
 * Its work is as long as the input says; the run's models say which parts of it
 * straggle, and whether it fails.  All draws are functions of the seed, the
 * job's number in its source, the stage, the task, the launch and the part, so
 * that a task meets the same luck under every policy. */
#ifndef PT_WORLD_FATE_H
#define PT_WORLD_FATE_H

#include <stdbool.h>
#include <stdint.h>
#include "models/fault.h"
#include "models/straggler.h"
#include "traces/source.h"

/* The run's models, with their states; NULL: none. */
struct pt_chances {
    uint64_t seed;
    const struct pt_straggler_model *straggler;
    const void *straggler_state;
    const struct pt_fault_model *fault;
    const void *fault_state;
};

/* Which launch. */
struct pt_launch {
    int64_t job; /* number in the source */
    int32_t stage, task;
    int32_t number; /* over all tries, retries and copies */
    int32_t part;   /* a gang's that was saved: the part that it goes on in */
    pt_time done;   /* of that part, as it was saved */
    double slow;    /* all of it takes so many times as long; 0: once */
};

struct pt_fate {
    pt_time length; /* of the work; what its parts are cut from */
    pt_time begins; /* after so much of it, which was saved */
    pt_time fails;  /* after so much more; PT_TIME_NEVER: not early */
    double slow;
    enum pt_outcome outcome; /* once all of it is done */
    enum pt_fault fault;
    int32_t parent, output;
    pt_time lingers; /* as in its take */
    bool straggles;
    uint64_t entity; /* of its streams */
};

/* Whether all tasks of a stage have the same fate, at each launch. */
bool pt_fate_is_common(const struct pt_chances *chances,
                       const struct pt_truth *truth);

/* Whether it matters how often a task was launched before. */
bool pt_fate_counts(const struct pt_chances *chances,
                    const struct pt_truth *truth);

/* The work has PARTS equal parts.  Of a take that fails before the last one of
 * its task: its parts are those of the last one, if that is longer. */
struct pt_fate pt_fate_find(const struct pt_chances *chances,
                            const struct pt_truth *truth, int32_t parts,
                            const struct pt_launch *launch);

/* What a launch does of one part of its work. */
struct pt_piece {
    pt_time done; /* of the part, before the launch */
    pt_time size; /* what it does of it ... */
    pt_time work; /* ... and how long that takes */
    bool fails;   /* then it fails */
};

/* Of number PART of the PARTS of its work, which are equal to a microsecond. */
struct pt_piece pt_fate_piece(const struct pt_chances *chances,
                              const struct pt_fate *fate, int32_t parts,
                              int32_t part);

/* How much of the part is done after WORK on PIECE; monotonous. */
pt_time pt_piece_done(const struct pt_piece *piece, pt_time work);

#endif
