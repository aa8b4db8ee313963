/* space.h - the machine: what is free now and, promises included, later.
 *
 * Two kinds behind one face.  A *counted* machine has identical nodes and every
 * task takes one unit (a processor, or a whole node): a promise is a count, and
 * everything is O(log n).  A *named* machine has resource vectors: promises
 * name nodes, because a count cannot keep its word where room is fragmented.  A
 * task never spans nodes. */
#ifndef PT_CORE_SPACE_H
#define PT_CORE_SPACE_H

#include <stdbool.h>
#include <stdint.h>
#include "core/attempt.h"
#include "core/place.h"

struct pt_space_config {
    int32_t nodes;
    struct pt_need size;        /* of each node */
    const struct pt_node *node; /* [nodes] or NULL: see core.h; named only */
    bool named;                 /* vectors, even where counts would do */
    bool exclusive;             /* a node serves one stage at a time */
    bool promises;              /* keep future capacity too */
    const struct pt_place *place;
    const void *place_state;
};

struct pt_space;

/* Which slots of a node Spark's gate counts.  The resource that limits a stage
 * is the one of which an empty node has the fewest tasks' worth (a tie: cores);
 * by Spark's formula it alone is counted, and a whole GPU at a time. */
enum pt_slots {
    PT_SLOTS_TOTAL, /* as if nothing ran, of the limiting resource */
    PT_SLOTS_FREE,  /* what is free now, of the limiting resource */
    PT_SLOTS_BUSY   /* the same, but GPUs count whether or not they are in use
                       (Spark 4.x) */
};

struct pt_space_ops {
    struct pt_space *(*open)(const struct pt_space_config *config);
    void (*close)(struct pt_space *space);
    void (*advance)(struct pt_space *space, pt_time now);

    /* Units (see below) that one try of NTASKS tasks of SPEC takes, and whether
     * the machine, empty and whole, could run it. */
    int64_t (*units)(const struct pt_space *space, const struct pt_stage *spec,
                     int32_t ntasks);
    bool (*possible)(const struct pt_space *space, const struct pt_stage *spec,
                     int32_t ntasks);

    /* How many of ATTEMPT's tasks, at most MAX, could be placed right now,
     * promises left aside. */
    int64_t (*room)(const struct pt_space *space,
                    const struct pt_attempt *attempt, int64_t max);
    /* Whether NTASKS of them could start now, until now + limit, and break no
     * promise but its own. */
    bool (*fits)(struct pt_space *space, const struct pt_attempt *attempt,
                 int32_t ntasks);
    /* The earliest place for NTASKS in [now, BOUND), BOUND if there is none
     * (PT_TIME_FAR where BOUND is PT_TIME_NEVER: nodes that are down); a
     * promise of its own at BOUND is left aside.  A place at REACH or later
     * need not be found. */
    pt_time (*earliest)(struct pt_space *space, struct pt_attempt *attempt,
                        int32_t ntasks, pt_time bound, pt_time reach);
    /* Books NTASKS at AT, as earliest() found it last; takes the booking back.
     */
    void (*book)(struct pt_space *space, struct pt_attempt *attempt,
                 int32_t ntasks, pt_time at);
    void (*unbook)(struct pt_space *space, struct pt_attempt *attempt,
                   int32_t ntasks);

    /* Takes slots for NTASKS more tasks of ATTEMPT now, and predicts their end
     * at attempt->until.  There is room. */
    void (*take)(struct pt_space *space, struct pt_attempt *attempt,
                 int32_t ntasks);

    /* Node by node, on a named machine alone (NULL on a counted one): */
    /* Whether one task of ATTEMPT could start on NODE now, until now + limit,
     * and break no promise but its own. */
    bool (*fits_on)(struct pt_space *space, const struct pt_attempt *attempt,
                    int32_t node);
    /* As take(), for the task that is next in ATTEMPT's allocation. */
    void (*take_on)(struct pt_space *space, struct pt_attempt *attempt,
                    int32_t node);
    /* Slots of SPEC on NODE by Spark's formula (0 on a node that is down, or of
     * another profile). */
    int64_t (*slots)(const struct pt_space *space, const struct pt_stage *spec,
                     int32_t node, enum pt_slots which);

    /* Gives the slots of TASK back (index in the attempt), or of all that still
     * have theirs (-1); what was predicted beyond now is given back too. */
    void (*give)(struct pt_space *space, struct pt_attempt *attempt,
                 int32_t task);
    /* Its predicted end moves to UNTIL. */
    void (*extend)(struct pt_space *space, struct pt_attempt *attempt,
                   pt_time until);
    /* Promises reach into what is not free. */
    bool (*overbooked)(const struct pt_space *space);

    /* Whether any of ATTEMPT's slots is on NODE. */
    bool (*touches)(const struct pt_space *space,
                    const struct pt_attempt *attempt, int32_t node);
    void (*node_down)(struct pt_space *space, int32_t node);
    void (*node_up)(struct pt_space *space, int32_t node);
    /* Units of NODE that nobody has taken, be it up or down. */
    int64_t (*untaken)(const struct pt_space *space, int32_t node);
    /* NODE is to be down in [since, until), on a named machine alone.  When it
     * comes up after `since`, that is over. */
    void (*node_notice)(struct pt_space *space, int32_t node, pt_time since,
                        pt_time until);

    /* Whether ATTEMPT, started now, would reach into a notice (named only). */
    bool (*noticed)(const struct pt_space *space,
                    const struct pt_attempt *attempt);

    /* The allocation as ranges of processors (counted) or nodes (named),
     * appended to OUT. */
    void (*ranges)(const struct pt_space *space, const struct pt_alloc *alloc,
                   struct pt_alloc *out);
    /* Recounts everything; a difference is a bug. */
    void (*check)(const struct pt_space *space);
};

/* A unit is what capacity is counted in: a processor or an exclusive node on a
 * counted machine, a thousandth of the dominant resource on a named one.  A
 * slot is what the ledger counts: slots = units x grain / 1000. */
struct pt_space {
    const struct pt_space_ops *ops;
    struct pt_space_config config;
    pt_time now;
    int64_t units, free, down; /* down: of nodes that are down, and not taken */
    int64_t grain;             /* thousandths of a slot in a unit */
    bool gained;      /* something came free earlier than was predicted ... */
    pt_time gain_end; /* ... before this instant */
    pt_time hole_end; /* so do promises that moved leave holes, before this */
    int64_t promises; /* bookings that stand */
    int32_t notices;  /* nodes that are to be down */
    bool unaware;     /* room() leaves notices aside */
};

extern const struct pt_space_ops pt_space_counted, pt_space_named;

#endif
