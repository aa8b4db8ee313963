/* simulated_parts.h - what the two files of the simulated world share: starts.c
 * carries out what the core starts, simulated.c all else. */
#ifndef PT_WORLD_SIMULATED_PARTS_H
#define PT_WORLD_SIMULATED_PARTS_H

#include "world/lives.h"
#include "world/members.h"
#include "world/outages.h"
#include "world/simulated.h"
#include "world/solo.h"

/* What runs, by the core's handle: one event, or members. */
struct pt_running {
    struct pt_members *members;
    struct pt_solo *solo; /* of one event, if it loads or saves; NULL */
    int32_t tag, stage;
    int32_t first, n; /* its tasks; first -1: all of the stage's */
    int32_t task;     /* that the event ends; -1: all */
    enum pt_outcome outcome;
    enum pt_fault fault;
    int32_t parent, output;
    pt_time lingers; /* of one event: when its slot is free, if it is killed */
    bool lingering;  /* one event: it was killed, with `progress` */
    bool killed;     /* and tells nothing more ... */
    struct pt_progress progress; /* ... but this */
};

struct pt_simulated {
    struct pt_world world;
    struct pt_simulated_config config;
    struct pt_lives lives;
    pt_time now;
    int64_t steps;
    int64_t live; /* jobs that the core has */

    struct pt_agenda agenda;    /* by handle */
    struct pt_running *running; /* by handle */
    int32_t running_capacity;
    int32_t *killed; /* handles to be told as ended */
    int32_t nkilled, killed_capacity;
    int32_t *broken; /* handles whose members can meet no more */
    int32_t nbroken, broken_capacity;
    struct pt_outages outages;
    double mtbf;   /* of a node, as the models imply; HUGE_VAL */
    bool stalled;  /* nothing did for too long */
    pt_time moved; /* something started or ended last */
    struct pt_facts facts;
    struct pt_facts sums; /* waits of those that were killed */
    struct pt_facts told; /* answers to what was decided, for the next step */
    int32_t *leaving;     /* lives whose records were shown in the last step */
    int32_t nleaving, leaving_capacity;
};

/* What D starts begins. */
void pt_simulated_start(struct pt_simulated *s, const struct pt_step *step,
                        const struct pt_decision *d);

#endif
