/* census.h - what every slot of the machine is doing right now.
 *
 * Taken after the last pass of an instant; it holds until the next one.  Slots
 * are units of the dominant resource.  held + barrier + running + free + down +
 * maintenance = slots, always. */
#ifndef PT_CORE_CENSUS_H
#define PT_CORE_CENSUS_H

#include <stdbool.h>
#include <stdint.h>

/* Why free slots are free, in the order in which the reasons apply. */
enum pt_reason {
    PT_IDLE,   /* no stage is ready */
    PT_SHORT,  /* none of the ready ones fits the total that is free */
    PT_FRAG,   /* some fit the total, but none can be placed */
    PT_DRAIN,  /* some can be placed, and a promise forbids it */
    PT_BLOCKED /* the order forbids it */
};

struct pt_census {
    bool thousandths; /* all amounts but `waiting` are in thousandths of a slot
                       */
    int64_t slots;
    int64_t down, maintenance;
    int64_t held;    /* members of incomplete gangs */
    int64_t barrier; /* members waiting for the others */
    int64_t running;
    int64_t free;
    enum pt_reason reason; /* for `free` */
    int64_t waiting;       /* stage attempts in the queue */
    int64_t waiting_slots; /* what they ask for, in all */
};

#endif
