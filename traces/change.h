/* change.h - what is made of a workload before it is run: a part of it, other
 * gaps, other widths, other limits, small shakes.
 *
 * A change is a source that reads another one: `--set changes=A+B` gives B what
 * A yields.  Jobs keep their ids; what a change left out, or touched, is
 * counted by rules, beside those of the source below. */
#ifndef PT_TRACES_CHANGE_H
#define PT_TRACES_CHANGE_H

#include "traces/source.h"

#define PT_CHANGES_MOST 8
/* Of the rules of a workload and its changes together. */
#define PT_CHANGE_RULES 32

/* The source below a change, and how it is read. */
struct pt_below {
    const struct pt_source *source;
    void *state; /* opened */
    /* Reads it again from its first job on, for a change that has to know all
     * jobs before it yields one; when it opens, and no later.  Returns 0, or
     * -1 with ERR filled. */
    int (*rewind)(struct pt_below *below, struct pt_err *err);
    void *owner;        /* of rewind() */
    int64_t processors; /* of the machine that its jobs are for; 0 = unknown */
    int64_t becomes;    /* of the one that the changed jobs are for; likewise */
    uint64_t seed;
};

/* Jobs come out of next() in order of (submit, input order), as a source's do.
 * Works are borrowed until the next call, as there.  `rules` is static or in
 * the state; the texts in it are static. */
struct pt_change {
    PT_PLUGIN;
    bool staged; /* it knows what to do with pipelines: jobs of many stages,
                    takes, jobs that come after others.  If not, a source that
                    is staged is PT_ERR_USAGE */
    /* Whether the parameters go together; nothing is open yet.  Errors are
     * PT_ERR_USAGE.  NULL: any do. */
    int (*check)(const void *state, struct pt_err *err);
    int (*open)(void *state, struct pt_below *below, struct pt_err *err);
    int (*next)(void *state, struct pt_below *below, struct pt_work *work,
                struct pt_err *err);
    /* How often each of its rules touched a job, so far.  NULL: it has none. */
    int32_t (*rules)(const void *state, const struct pt_rule **rules);
    /* What the machine becomes: its processors times this.  Parameters are
     * enough.  NULL: 1. */
    double (*machine)(const void *state);
    void (*close)(void *state);
};

/* A change and its parameters. */
struct pt_changing {
    const struct pt_change *change;
    void *state;
};

/* What the processors of a machine are multiplied by. */
double pt_changes_machine(const struct pt_changing *changes, int32_t n);

/* Whether SOURCE can be changed so: not every change knows pipelines. */
int pt_changes_check(const struct pt_changing *changes, int32_t n,
                     const struct pt_source *source, struct pt_err *err);

/* A source, and changes on top of it. */
struct pt_chain;

struct pt_chain_config {
    const struct pt_source *source;
    const struct pt_changing *changes; /* [n], 1 <= n <= PT_CHANGES_MOST */
    int32_t n;
    int64_t processors; /* of the machine that is simulated; 0: the source's,
                           changed */
    uint64_t seed;
    /* Opens the source as it was opened first; NULL with ERR filled. */
    void *(*open)(void *context, struct pt_err *err);
    void *context; /* of open(); not used once the chain is open */
};

/* Opens the source and its changes.  NULL with ERR filled; PT_ERR_UNSORTED is
 * the source's. */
struct pt_chain *pt_chain_open(const struct pt_chain_config *config,
                               struct pt_err *err);

/* What is read, with pt_chain_state() as its state: it is open, and has all
 * members but sniff(), open() and close(). */
const struct pt_source *pt_chain_source(const struct pt_chain *chain);
void *pt_chain_state(struct pt_chain *chain);

/* The state of the source at the bottom. */
void *pt_chain_bottom(const struct pt_chain *chain);

void pt_chain_close(struct pt_chain *chain);

#endif
