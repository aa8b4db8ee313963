/* drive.h - the loop: facts, core, decisions. */
#ifndef PT_WORLD_DRIVE_H
#define PT_WORLD_DRIVE_H

#include "core/core.h"
#include "world/world.h"

/* Somebody who looks on.  STEP and CENSUS (as of after the step) are borrowed
 * for the call; -1 ends the run with ERR filled. */
struct pt_watcher {
    void *context;
    int (*watch)(void *context, const struct pt_step *step,
                 const struct pt_census *census, struct pt_err *err);
};

/* Runs until the world has nothing more, and shows WATCHER the end of what is
 * left (pt_core_close()), too: 0.  -1: ERR says why it could not; or that it
 * was interrupted, since *STOP (may be NULL) is not 0. */
int pt_drive(struct pt_world *world, struct pt_core *core,
             const struct pt_watcher *watcher, const volatile int *stop,
             struct pt_err *err);

#endif
