/* twin_state.h - the inside of the twin: its jobs, lists and clock. */
#ifndef PT_TESTS_TWIN_STATE_H
#define PT_TESTS_TWIN_STATE_H

#include "twin.h"

#include <stddef.h>

enum phase { FUTURE, WAITING, RUNNING, ENDED, REJECTED };

/* A job and all that happened to it; known by its arrival rank. */
struct item {
    struct twin_job job;
    int input; /* where it stood in the caller's array */
    enum phase phase;
    int64_t start, end;
    int64_t promise; /* the one in force */
    int64_t first;   /* the first one */
    int64_t serial;  /* counts starts */
    bool released;   /* its slots are free already, though it has not ended */
    int held;
    int64_t held_since;
    int64_t asks_from; /* may not ask for slots before */
    int timeouts;
};

/* units[i] are free from at[i] until at[i + 1], the last ones for ever. */
struct profile {
    int64_t *at;
    int *units;
    int n;
};

struct twin {
    const struct twin_config *config;
    struct item *items; /* [njobs] by arrival rank */
    int njobs;
    int arrived;  /* the ranks below it have been submitted */
    int *waiting; /* [nwaiting] ranks, in arrival order */
    int nwaiting;
    int *running; /* [nrunning] ranks, in start order */
    int nrunning;
    int *order; /* scratch: the candidates, as the policy orders them */
    struct profile profile;
    int64_t now;
    int64_t nstarts;
    int slots, free;
    bool early;      /* something ended before its predicted end since the last
                        pass */
    bool deadlocked; /* after the last pass, or what time-outs left of it */
    bool endless;
    struct twin_totals totals;
};

/* N zeroed things of SIZE, and one to spare. */
void *twin_zeroed(int n, size_t size);

/* How long a stage is in the profile: a limit of zero still takes a place. */
int64_t twin_span(const struct item *item);

/* The future of what has not ended reaches past now. */
int64_t twin_predicted_end(const struct twin *w, const struct item *item);

/* The waiting stage RANK begins its work; the slots that it does not hold yet
 * are free. */
void twin_start(struct twin *w, int rank);

/* Nothing runs, some gang holds slots, and none that does can complete. */
bool twin_is_deadlocked(const struct twin *w);

/* One scheduling pass. */
void twin_pass(struct twin *w);

#endif
