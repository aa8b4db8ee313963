/* way.h - an attempt's time: loading, work, and checkpoints in between.
 *
 * All its tasks load and save at once, so one clock of work serves all: it
 * stands still meanwhile.  What happens at the very instant at which a
 * checkpoint begins happens before it; so none is written at the very end (one
 * that costs nothing is there at once).
 * Pure. */
#ifndef PT_WORLD_WAY_H
#define PT_WORLD_WAY_H

#include "base/time.h"
#include "core/fact.h"

struct pt_way {
    pt_time begin;    /* from here on it loads, or works */
    pt_time restart;  /* so long it loads */
    pt_time interval; /* work between checkpoints; PT_TIME_NEVER: none */
    pt_time cost;     /* of one */
};

/* When WORK is done; saturates. */
pt_time pt_way_at(const struct pt_way *way, pt_time work);

/* How much work is done at AT. */
pt_time pt_way_work(const struct pt_way *way, pt_time at);

/* What one task has spent and saved at AT; `saved` is on the clock of work. */
struct pt_progress pt_way_progress(const struct pt_way *way, pt_time at);

#endif
