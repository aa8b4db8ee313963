/* outages.h - which nodes are down: the input's own, and what the run's failure
 * models say.
 *
 * Faults of a node are counted: it goes down with the first and comes back with
 * the last.  At one instant what begins counts before what ends, so that a node
 * that changes hands tells nothing. */
#ifndef PT_WORLD_OUTAGES_H
#define PT_WORLD_OUTAGES_H

#include "base/agenda.h"
#include "base/slab.h"
#include "models/failure.h"
#include "traces/source.h"
#include "world/members.h"

#define PT_FAILURE_MODELS 8

/* A failure model and its state; not open yet. */
struct pt_breaker {
    const struct pt_failure_model *model;
    void *state;
};

struct pt_outages {
    struct pt_breaker breakers[PT_FAILURE_MODELS]; /* [n], which are open */
    struct pt_outage ahead[PT_FAILURE_MODELS];
    bool more[PT_FAILURE_MODELS];
    int32_t n;
    int32_t nodes;
    struct pt_slab standing; /* struct outage: told, and not over */
    struct pt_agenda begins; /* by slot: planned ones */
    struct pt_agenda ends;   /* by slot */
    int32_t *faults;         /* [nodes] */
    bool *renews;     /* [nodes] a window ended: the next one is to be told */
    bool *struck;     /* [nodes] it was told that what runs there is killed */
    int32_t *before;  /* [nodes] faults before the instant, if touched */
    int32_t *touched; /* [ntouched] nodes */
    int32_t ntouched;
    int32_t down;       /* nodes with a fault */
    bool tells_ahead;   /* some model does */
    struct turn *turns; /* [nturns] of the input's nodes, in order of time */
    int32_t nturns, turned;
};

/* MACHINE may be NULL, or without nodes of its own: then they stay.  CLUSTER
 * must stay until the close.  Opens the N models: 0, or -1 with ERR filled;
 * _close() is to be called either way. */
int pt_outages_open(struct pt_outages *outages,
                    const struct pt_machine *machine,
                    const struct pt_cluster *cluster,
                    const struct pt_breaker *breakers, int32_t n,
                    struct pt_err *err);
void pt_outages_close(struct pt_outages *outages);

/* The models together, as if independent; NaN: one of them does not know. */
struct pt_implied pt_outages_implied(const struct pt_outages *outages);
/* Of the same, the MTBF of a node in seconds; HUGE_VAL: it never fails, or
 * nobody knows. */
double pt_outages_mtbf(const struct pt_outages *outages);

/* When anything happens next; PT_TIME_NEVER. */
pt_time pt_outages_next(const struct pt_outages *outages);
/* What happens at NOW. */
void pt_outages_act(struct pt_outages *outages, pt_time now,
                    struct pt_facts *facts);

/* Whether NODE is not there at FIRST. */
bool pt_outages_absent(const struct pt_machine_node *node, pt_time first);

#endif
