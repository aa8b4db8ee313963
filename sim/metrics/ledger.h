/* ledger.h - where every node-second of a run went.
 *
 * Each slot-microsecond of the window [first submit, last end] lands in exactly
 * one class; the classes sum to slots x window, in 128-bit integers.  Rules:
 * README "The ledger".  What runs is booked as useful at once; it is moved to
 * barrier when its members are told to have waited.  When its attempt ends, the
 * time of it that was neither work nor waiting is moved to restart and to
 * checkpoint; and of the work, if it has to be done again (or that is known
 * later: it is revised), all that was not saved, to lost.  What is moved is
 * exact in all; within the attempt's time it is spread evenly over the bins.
 * What accrues after the last end so far belongs to the window only if
 * something ends later; what waits does end. */
#ifndef PT_METRICS_LEDGER_H
#define PT_METRICS_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include "base/time.h"
#include "core/census.h"
#include "core/fact.h"

__extension__ typedef __int128 pt_area; /* slot-microseconds */

/* Longest text of the two functions below, with its final zero. */
#define PT_AREA_TEXT 48

/* Writes AREA >= 0 in decimal, or in slot-seconds (exactly, without trailing
 * zeros), into TEXT, with a final zero; returns the length. */
size_t pt_area_print(char text[PT_AREA_TEXT], pt_area area);
size_t pt_area_print_seconds(char text[PT_AREA_TEXT], pt_area area);

enum pt_class {
    PT_CLASS_USEFUL,
    PT_CLASS_LOST,
    PT_CLASS_CHECKPOINT,
    PT_CLASS_RESTART,
    PT_CLASS_HOLD,
    PT_CLASS_BARRIER,
    PT_CLASS_DRAIN,
    PT_CLASS_FRAG,
    PT_CLASS_BLOCKED,
    PT_CLASS_SHORT,
    PT_CLASS_IDLE,
    PT_CLASS_DOWN,
    PT_CLASS_MAINTENANCE,
    PT_CLASSES
};

/* Its name, and what it means in one line. */
const char *pt_class_name(enum pt_class class);
const char *pt_class_help(enum pt_class class);

#define PT_TIMELINE_BINS 1024

/* One bin of the timeline: [start, start + width).  Areas per class; what ran
 * is useful unless it was lost later; queue is the area of waiting stages
 * (stages x microseconds), demand that of the slots they ask for. */
struct pt_bin {
    pt_area area[PT_CLASSES];
    pt_area queue, demand;
};

/* The public members are good between pt_ledger_close() and _fini(). */
struct pt_ledger {
    pt_time first;    /* start of the window: the first submit */
    pt_time last;     /* its end: the last end of an attempt */
    bool thousandths; /* all areas, and `slots`, are in thousandths: see
                         census.h */
    int64_t slots;
    pt_area area[PT_CLASSES];
    pt_area lost_by[PT_ORIGINS]; /* area[PT_CLASS_LOST] by what took a node;
                                    UNKNOWN: nothing did, or nobody knows */

    struct pt_bin *bins; /* [nbins] of bin_width each, from `first`; adaptive:
                            when PT_TIMELINE_BINS are full, neighbours merge;
                            the last one is cut at `last` */
    int32_t nbins;
    pt_time bin_width;

    /* private */
    bool open; /* something was submitted */
    pt_time now;
    struct pt_census census;  /* holds since now */
    struct pt_bin total;      /* from `first` up to now */
    pt_area closed;           /* work that has ended, and was not lost: it was
                                 kept, or saved */
    int32_t bin;              /* the one that time is in */
    pt_time bin_end;          /* its end */
    int32_t last_bin;         /* the one that `last` is in */
    struct pt_bin at_last;    /* as it was then */
    struct pt_spent *revised; /* [nrevised] told since the last end */
    int32_t nrevised, revised_capacity;
};

void pt_ledger_init(struct pt_ledger *ledger);
void pt_ledger_fini(struct pt_ledger *ledger);

/* Whether something ended in STEP: the window reaches up to it then. */
bool pt_ledger_has_end(const struct pt_step *step);

/* After the last pass of the instant STEP.now: CENSUS holds from here on.  Must
 * be called for every step; the census of a step is replaced by that of a later
 * step at the same instant.  Amortised O(1). */
void pt_ledger_step(struct pt_ledger *ledger, const struct pt_step *step,
                    const struct pt_census *census);

/* Ends the run: cuts to the window.  Returns whether the classes sum exactly to
 * slots x window, useful is the work that ended and was kept, and what was lost
 * sums over what lost it; a difference is a bug. */
bool pt_ledger_close(struct pt_ledger *ledger);

/* AREA, counted as the ledger counts, in slot-seconds; as above. */
size_t pt_ledger_print_seconds(const struct pt_ledger *ledger,
                               char text[PT_AREA_TEXT], pt_area area);

/* CLASS / all; 0 for an empty window. */
double pt_ledger_share(const struct pt_ledger *ledger, enum pt_class class);
/* (short + frag + drain + blocked) / all; 0 for an empty window. */
double pt_ledger_loss_of_capacity(const struct pt_ledger *ledger);
/* (useful + lost + checkpoint + restart) / all. */
double pt_ledger_utilisation(const struct pt_ledger *ledger);
/* useful / all. */
double pt_ledger_goodput(const struct pt_ledger *ledger);
/* 1 - (down + maintenance) / all; 1 for an empty window. */
double pt_ledger_availability(const struct pt_ledger *ledger);

#endif
