/* core.h - the scheduling core: facts in, decisions out.
 *
 * A pure function of the sequence of (instant, facts): no clock, no input or
 * output, no globals, no randomness.  It keeps every book: capacity, queue,
 * promises, attempts, limits, pools; a policy only writes plans.  The same core
 * runs in every world. */
#ifndef PT_CORE_CORE_H
#define PT_CORE_CORE_H

#include <stdbool.h>
#include <stdint.h>
#include "core/census.h"
#include "core/fact.h"
#include "core/place.h"
#include "core/policy.h"
#include "core/rules.h"

/* Order of facts and passes within one instant. */
enum pt_ties {
    PT_TIES_INSTANT, /* all endings, all submissions, then one pass */
    PT_TIES_EVENT,   /* a pass after each ending, then after each submission */
    PT_TIES_PYSS     /* a pass after each submission, then after each ending */
};

/* What an attempt that reaches its limit does. */
enum pt_limits {
    PT_LIMITS_TRUST, /* nothing is done: the world keeps lengths within limits
                      */
    PT_LIMITS_KILL,  /* it is killed; an ending at the very limit wins */
    PT_LIMITS_EXTEND /* it runs on, and keeps its place in the profile */
};

struct pt_core_config {
    int32_t nodes;
    struct pt_need size;        /* of each node */
    const struct pt_node *node; /* [nodes] each one's own, instead of `size`, if
                                   named; NULL: alike, one a host */
    const struct pt_rules *rules;     /* NULL: all zero */
    const struct pt_pool_spec *pools; /* [npools]; the first is the default */
    int32_t npools;
    bool thousandths; /* the census, and what was spent and waited, count in
                         thousandths of a slot: needs may be parts of one */
    bool named;       /* see space.h */
    bool exclusive;
    enum pt_ties ties;
    enum pt_limits limits;
    const struct pt_policy *policy;
    void *policy_state; /* parameters filled in; the caller's */
    const struct pt_place *place;
    const void *place_state;
};

/* A cycle of gangs that hold slots and wait for each other's. */
struct pt_deadlock {
    pt_time at;
    int32_t gangs; /* incomplete ones */
    char who[512]; /* "job 12 holds 3 of 8, job 14 holds 5 of 8" */
};

struct pt_counts {
    int64_t steps, passes, decisions;
    int64_t deadlocks;           /* passes that created one */
    struct pt_deadlock deadlock; /* the first */
    int64_t timeouts;            /* holds given back */
    int64_t gave_up;             /* gangs that had too many of them */
    int64_t checks;              /* invariants checked and found to hold */
};

struct pt_core;

struct pt_core *pt_core_new(const struct pt_core_config *config);
void pt_core_free(struct pt_core *core);

/* One instant: NOW is not before the last one.  FACTS [n] in any order; those
 * of submissions in input order.  A submitted job is borrowed until the step
 * after the one that has its record.  Kills are answered by PT_FACT_ENDED, in a
 * later step of the same instant or later. */
const struct pt_step *pt_core_step(struct pt_core *core, pt_time now,
                                   const struct pt_fact *facts, int32_t n);

/* The run is over: a step with the records of the jobs that have not finished,
 * in order of rank. */
const struct pt_step *pt_core_close(struct pt_core *core);

void pt_core_census(const struct pt_core *core, struct pt_census *census);
const struct pt_counts *pt_core_counts(const struct pt_core *core);

/* Recounts every book against the others; what differs is a bug.  O(all). */
void pt_core_check(const struct pt_core *core);

/* Names of the invariants that every run checks, ended by NULL. */
extern const char *const pt_core_invariants[];

#endif
