/* renewal.h - what is up and down by turns, each by laws of its own, and the
 * failures of them all in order of time.
 *
 * A process has two streams, of failures and of repairs: what happens to it
 * depends neither on the others nor on how many they are, and another law of
 * repair leaves its times between failures as they were. */
#ifndef PT_MODELS_FAILURE_RENEWAL_H
#define PT_MODELS_FAILURE_RENEWAL_H

#include <stdbool.h>
#include <stdint.h>
#include "base/agenda.h"
#include "base/random.h"
#include "models/failure.h"
#include "models/law.h"

/* Who draws from a stream: the low byte of its entity.  Never renumber: results
 * change. */
enum pt_failure_drawer {
    PT_DRAWER_NODES = 1,
    PT_DRAWER_NODES_START = 2, /* who is down then, where crews are few */
    PT_DRAWER_FTA = 3,
    PT_DRAWER_GPUS = 4,
    PT_DRAWER_LEMONS = 5,
    PT_DRAWER_LEMON_CHOICE = 6,
    PT_DRAWER_BURST_GAPS = 7,
    PT_DRAWER_BURSTS = 8,
    PT_DRAWER_TREE = 9 /* and so on, by level */
};

static inline uint64_t pt_drawer_entity(enum pt_failure_drawer drawer,
                                        int64_t process)
{
    return (uint64_t)process << 8 | (uint64_t)drawer;
}

struct pt_renewal_laws {
    struct pt_law up; /* its mean may be HUGE_VAL: it never fails */
    struct pt_law down;
};

struct pt_renewal_process {
    struct pt_renewal_laws laws;
    struct pt_random failure, repair;
    int32_t who;
    bool rest; /* what comes next is under way at the start */
};

struct pt_renewal {
    struct pt_agenda agenda; /* the next failure, by process */
    struct pt_agenda crews;  /* when each is free; `crewed`: there are so few */
    bool crewed;
    struct pt_renewal_process *process; /* [n] */
    int32_t n, capacity;
    int32_t node; /* of the outage that was told last */
    pt_time start;
    uint64_t seed;
    uint32_t replication;
};

/* Process WHO is down in [down, up). */
struct pt_renewal_turn {
    int32_t who;
    pt_time down, up;
};

/* CREWS > 0: so many repairs at a time; who fails waits down for its crew,
 * first come, first served. */
void pt_renewal_open(struct pt_renewal *renewal,
                     const struct pt_cluster *cluster, int32_t crews);
void pt_renewal_close(struct pt_renewal *renewal);

/* Adds process WHO, which has the streams of (DRAWER, ENTITY).  It is down at
 * the start with the probability that it is at any time.  WHO must ascend, for
 * ties. */
void pt_renewal_add(struct pt_renewal *renewal, int32_t who,
                    enum pt_failure_drawer drawer, int64_t entity,
                    const struct pt_renewal_laws *laws);
/* The same, but it is said whether it is DOWN at the start. */
void pt_renewal_add_as(struct pt_renewal *renewal, int32_t who,
                       enum pt_failure_drawer drawer, int64_t entity,
                       const struct pt_renewal_laws *laws, bool down);

/* The next failure; ties in order of WHO.  False: there is none. */
bool pt_renewal_next(struct pt_renewal *renewal, struct pt_renewal_turn *turn);

/* The same where WHO is a node: as its outage, of ORIGIN. */
bool pt_renewal_next_outage(struct pt_renewal *renewal, enum pt_origin origin,
                            struct pt_outage *outage);

/* TURN of a process that takes NODES [N]. */
void pt_renewal_outage(const struct pt_renewal_turn *turn,
                       enum pt_origin origin, const int32_t *nodes, int32_t n,
                       struct pt_outage *outage);

/* The law of FAMILY with MEAN seconds; SHAPE is dropped where there is none. */
struct pt_law pt_renewal_law(int family, double mean, double shape);

/* SPAN in seconds, HUGE_VAL if it never ends. */
double pt_renewal_seconds(pt_time span);

/* What follows from the means of time up and down. */
struct pt_implied pt_renewal_implied(double up, double down);

#endif
