/* world.h - where facts come from and decisions go to.
 *
 * Three worlds: simulated, tape (a recording), and live (real processes).  One
 * loop drives all of them: see drive.h. */
#ifndef PT_WORLD_WORLD_H
#define PT_WORLD_WORLD_H

#include "base/error.h"
#include "core/fact.h"

struct pt_world {
    /* The next instant at which anything happens, at the latest WAKE, and its
     * facts, borrowed until the next call.  1: there is one; 0: nothing will
     * happen any more; -1: ERR is filled. */
    int (*next)(struct pt_world *world, pt_time wake, pt_time *now,
                const struct pt_fact **facts, int32_t *n, struct pt_err *err);
    /* Carries out what was decided: 0, or -1 with ERR filled. */
    int (*carry_out)(struct pt_world *world, const struct pt_step *step,
                     struct pt_err *err);
    void (*close)(struct pt_world *world); /* frees it */
};

#endif
