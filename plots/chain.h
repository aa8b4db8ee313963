/* chain.h - a job's critical path: the chain of stage attempts that determined
 * its end.
 *
 * From the attempt that ended last back to what made it ready - the parent that
 * ended last, or the failure that had it tried again - and so on to the job's
 * submission.  The chain's time is split without a rest. */
#ifndef PT_PLOTS_CHAIN_H
#define PT_PLOTS_CHAIN_H

#include <stdbool.h>
#include <stdint.h>
#include "base/time.h"
#include "plots/stage_rows.h"

/* What a moment of the chain was used for.  A failed attempt's run is all
 * retry, as is the time from then until the next one is ready. */
enum pt_chain_use {
    PT_CHAIN_WAITING,
    PT_CHAIN_RUNNING,
    PT_CHAIN_BARRIER, /* the share of a run, drawn at its end */
    PT_CHAIN_RETRY,
    PT_CHAIN_USES
};

struct pt_chain_attempt {
    struct pt_stage_row row; /* but for its parents */
    int parents_at;          /* they are in the chain's */
    int next;      /* on the chain: the attempt that it let go; -1: none */
    bool critical; /* on the chain */
};

struct pt_chain_piece {
    enum pt_chain_use use;
    pt_time from, to;
};

/* All zero but SUBMIT before the first pt_chain_add(). */
struct pt_chain {
    pt_time submit, end;
    struct pt_chain_attempt *attempts; /* [n], in the order of their ends */
    int n, capacity;
    int32_t *parents; /* [nparents] of all attempts */
    int nparents, parents_capacity;
    struct pt_chain_piece *pieces; /* [npieces], the last first */
    int npieces, pieces_capacity;
    pt_time spent[PT_CHAIN_USES];
};

/* Adds the attempt that ended next; ROW is copied. */
void pt_chain_add(struct pt_chain *chain, const struct pt_stage_row *row);

/* Finds the chain, once all attempts are there; at least one. */
void pt_chain_walk(struct pt_chain *chain);

/* The attempt of STAGE whose output attempt TO could begin with, or -1. */
int pt_chain_parent(const struct pt_chain *chain, int32_t stage, int to);

void pt_chain_fini(struct pt_chain *chain);

#endif
