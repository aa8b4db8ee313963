/* members.h - the tasks of one attempt, where they do not all do the same.
 *
 * Members that meet do so after each part of their work.  In sum: one timer for
 * all of them, and one PT_FACT_SYNCED a meeting.  Each: every member tells that
 * it is there, and goes on when the core says so.  Both take the same time.
 * Members that do not meet end one by one.
 *
 * All times within are on the clock of work (way.h), which stands still while
 * they load and save. */
#ifndef PT_WORLD_MEMBERS_H
#define PT_WORLD_MEMBERS_H

#include "base/agenda.h"
#include "world/fate.h"
#include "world/way.h"

struct pt_facts {
    struct pt_fact *items;
    int32_t n, capacity;
};

void pt_facts_add(struct pt_facts *facts, struct pt_fact fact);

/* How far a stage's work was when it was saved last. */
struct pt_saved {
    int32_t part;  /* the one that was under way */
    int32_t n;     /* tasks of it, or 1: all alike; 0: nothing was saved */
    pt_time *done; /* [n] of that part, by task */
};

void pt_saved_fini(struct pt_saved *saved);
/* N entries at least: what was saved of all alike was saved of each. */
void pt_saved_open(struct pt_saved *saved, int32_t n);

/* At the last checkpoint before the part that is under way. */
struct pt_snapshot {
    int32_t part;
    pt_time *done; /* [n] of that part */
    pt_time *kept; /* [n] work in it and before */
};

struct pt_members {
    const struct pt_chances *chances; /* borrowed */
    int32_t attempt;                  /* the core's handle */
    int32_t n, left;                  /* left: that have not ended */
    int32_t first;                    /* task of member 0 */
    int32_t *tasks;                   /* [n] or NULL: consecutive */
    int32_t width;                    /* of the gang, as they know it */
    int32_t parts, part;
    bool meet, each;
    bool common;           /* all have the fate of the first */
    struct pt_fate *fates; /* [n], or one if common */
    struct pt_way way;
    pt_time begin;          /* of the part */
    struct pt_piece *piece; /* [n], or one if common: what each does of it */
    pt_time *worked;        /* the same: in the parts before */
    pt_time *told_waits;    /* [n] what of the waits that were told in sum was
                               each one's; NULL: it may still grow */
    pt_time *hidden; /* [n] checkpoints while it waited, where each tells that
                        it is there */
    struct pt_snapshot snapshot; /* if anything is saved */
    bool summed;                 /* it began in sum */
    char *state;                 /* [n] enum in members.c */
    pt_time next;                /* in sum: they meet, or one fails */
    bool failing;                /* in sum: one does, at `next` */
    bool broken;             /* in sum: one did; they can meet no more ... */
    pt_time broken_at;       /* ... since then */
    bool killed;             /* those that are left end by and by ... */
    pt_time killed_at;       /* ... and have done nothing since */
    pt_time launched;        /* all of them */
    int32_t told;            /* meetings that were told in sum */
    struct pt_agenda agenda; /* not in sum: each one's timer, by index */
};

/* Launched at NOW.  The first members of MEMBERS are filled in, up to `way`,
 * and `part` if they go on from what was saved; the rest is zero. */
void pt_members_begin(struct pt_members *members, pt_time now);
void pt_members_fini(struct pt_members *members);

/* When something happens to one of them; PT_TIME_NEVER: the core is asked. */
pt_time pt_members_next(const struct pt_members *members);

/* What those of them that are left have spent and saved, in all, if they end at
 * NOW. */
struct pt_progress pt_members_progress(const struct pt_members *members,
                                       pt_time now);
/* How far they were when they last saved goes into SAVED, of a stage of NTASKS
 * tasks, unless that is further. */
void pt_members_save(const struct pt_members *members, pt_time now,
                     int32_t ntasks, struct pt_saved *saved);

/* They are killed at NOW: those who wait have done so for nothing, which is
 * told if it would not be otherwise. */
void pt_members_tell_waits(struct pt_members *members, pt_time now,
                           struct pt_facts *facts);

/* They are killed.  Whether any lingers: then each of those that are left ends
 * for itself; else nothing happens any more. */
bool pt_members_kill(struct pt_members *members, pt_time now);

/* What happens at NOW.  They are over when none is left. */
void pt_members_act(struct pt_members *members, pt_time now,
                    struct pt_facts *facts);

/* A failure in sum was told and not answered by a kill: from NOW on, each of
 * those left acts for itself. */
void pt_members_scatter(struct pt_members *members, pt_time now,
                        struct pt_facts *facts);

/* The core's answers to those that wait: all go on; TASK (-1: all) fails. */
void pt_members_release(struct pt_members *members, pt_time now,
                        struct pt_facts *facts);
void pt_members_refuse(struct pt_members *members, int32_t task, pt_time now,
                       struct pt_facts *facts);

#endif
