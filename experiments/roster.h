/* roster.h - the runs of a study, and what has become of each.
 *
 * Runs of one key are one run: it is done once, and counts wherever it stands.
 */
#ifndef PT_EXPERIMENTS_ROSTER_H
#define PT_EXPERIMENTS_ROSTER_H

#include <stdbool.h>
#include <stdint.h>
#include "experiments/grid.h"
#include "experiments/inputs.h"

/* A run's number says which it is: point, choice, replication. */
#define PT_REPLICATIONS_MOST ((INT64_C(1) << 22) - 1)

struct pt_spot {
    int64_t point;
    int choice;
    int64_t replication; /* from 1 */
};

enum pt_run_state {
    PT_RUN_OPEN,
    PT_RUN_GIVEN, /* somebody is at it */
    PT_RUN_DONE,
    PT_RUN_FAILED
};

struct pt_known; /* a key, and what came of it */

struct pt_roster_point {
    int64_t replications;   /* of each policy, so far */
    int64_t settled;        /* of these, that the stop rule has looked at */
    struct pt_known **runs; /* [replications x choices], choices side by side */
    int64_t open;           /* runs that are neither done nor failed */
};

struct pt_roster {
    const struct pt_study *study;
    struct pt_inputs inputs;
    struct pt_known *known;         /* by key */
    struct pt_roster_point *points; /* [npoints] */
    int64_t npoints, nruns, ndone, nfailed;
    int nchoices;
};

/* A study with more runs than this is PT_ERR_INPUT: they would not fit into
 * memory, nor into a life. */
#define PT_RUNS_MOST (INT64_C(1) << 24)

/* Whether STUDY, with its least number of replications, has no more runs; how
 * many those are, into *RUNS. */
int pt_roster_count(const struct pt_study *study, int64_t *runs,
                    struct pt_err *err);

/* Begins with all runs of STUDY, which are as many as it wants at least, each
 * PT_RUN_OPEN.  Reads the traces, for their digests. */
int pt_roster_init(struct pt_roster *roster, const struct pt_study *study,
                   struct pt_err *err);
void pt_roster_fini(struct pt_roster *roster);

/* Gives POINT up to so many REPLICATIONS. */
int pt_roster_extend(struct pt_roster *roster, int64_t point,
                     int64_t replications, struct pt_err *err);

/* Numbers of runs: 0 ... 2^63 - 1. */
int64_t pt_spot_number(const struct pt_study *study,
                       const struct pt_spot *spot);
struct pt_spot pt_spot_of(const struct pt_study *study, int64_t number);

/* The folder of a run, below DIR: "runs/load=0.7/easy/rep-003"; the caller
 * frees. */
char *pt_spot_path(const struct pt_study *study, const struct pt_spot *spot);

enum pt_run_state pt_roster_state(const struct pt_roster *roster,
                                  const struct pt_spot *spot);

/* Sets the state of the run KEY, wherever it stands; false: it is not of this
 * study. */
bool pt_roster_set(struct pt_roster *roster, const char *key,
                   enum pt_run_state state);

/* The key of a run, 64 hexadecimal digits. */
void pt_roster_key(const struct pt_roster *roster, const struct pt_spot *spot,
                   char key[PT_DIGEST_TEXT]);

/* Where the run at SPOT stands first: there its files are. */
struct pt_spot pt_roster_first(const struct pt_roster *roster,
                               const struct pt_spot *spot);

/* Where the run KEY stands first; false: nowhere. */
bool pt_roster_find(const struct pt_roster *roster, const char *key,
                    struct pt_spot *spot);

#endif
