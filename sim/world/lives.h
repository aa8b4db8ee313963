/* lives.h - the works of a source, from when they are read until the core has
 * given their records.
 *
 * A work that comes after another waits for that one's end, and is submitted so
 * long after it.  As those may be due before what the source yields in between,
 * a source of such works is read to its end at once, and so is one that knows
 * what was recorded: both have all of it in memory anyway.  All others
 * stream. */
#ifndef PT_WORLD_LIVES_H
#define PT_WORLD_LIVES_H

#include "base/agenda.h"
#include "base/slab.h"
#include "world/members.h"

/* A work that was read, and the truth about it. */
struct pt_life {
    struct pt_job job;
    struct pt_stage stage; /* of a job that has one */
    struct pt_truth truth;
    struct pt_stage *stages; /* [nstages], = &stage for one */
    struct pt_truth *truths;
    int32_t **launches;     /* [nstages] of each task, or of a gang, where it
                               matters; NULL: nowhere */
    char *copies;           /* what they point to, for more than that */
    struct pt_saved *saved; /* [nstages]; NULL: nothing was saved yet */
    int64_t number;         /* in the source */
    int64_t after;          /* as in struct pt_work */
    pt_time gap;
    int32_t followers; /* 1 + number of the first life that waits for it */
    int32_t sibling;   /* 1 + number of the next that waits for the same */
};

/* Where a work that others may come after is, or when it ended. */
struct pt_whereabouts {
    int32_t life; /* -1: it ended */
    pt_time end;
};

struct pt_lives {
    const struct pt_source *source;
    void *state;
    const struct pt_chances *chances;
    struct pt_slab slab;
    struct pt_work ahead; /* the next one, borrowed from the source */
    bool started, more, whole;
    bool elsewhere; /* on a machine that the source does not know of: where
                       tasks would rather run is left out */
    struct pt_agenda due;               /* by life: it is submitted then */
    struct pt_whereabouts *whereabouts; /* by number; staged sources alone */
    int32_t nwhereabouts, whereabouts_capacity;
    int32_t *batch; /* lives to be submitted now */
    int32_t nbatch, batch_capacity;
    int64_t read, submitted;
    pt_time now;
};

void pt_lives_init(struct pt_lives *lives, const struct pt_source *source,
                   void *state, const struct pt_chances *chances);
void pt_lives_fini(struct pt_lives *lives);

static inline struct pt_life *pt_lives_at(const struct pt_lives *lives,
                                          int32_t life)
{
    return pt_slab_at(&lives->slab, life);
}

/* Reads the first work, once: 0, or -1 with ERR filled. */
int pt_lives_start(struct pt_lives *lives, struct pt_err *err);

/* When the next is submitted, as far as is known; PT_TIME_NEVER. */
pt_time pt_lives_next(const struct pt_lives *lives);

/* Those that are submitted at NOW, in the order of the source, are in `batch`
 * until the next call, with rank and tag: 0.  -1: ERR is filled. */
int pt_lives_take(struct pt_lives *lives, pt_time now, struct pt_err *err);

/* What was saved of STAGE. */
struct pt_saved *pt_life_saved(struct pt_life *life, int32_t stage);

/* The job of LIFE ended at NOW, unless that was told before; its memory stays
 * until pt_lives_drop(). */
void pt_lives_end(struct pt_lives *lives, int32_t life, pt_time now);
void pt_lives_drop(struct pt_lives *lives, int32_t life);

#endif
