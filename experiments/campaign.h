/* campaign.h - a study under way: its runs, done by workers, into a folder.
 *
 * What is finished is in the store (store.h) and is never done again: a
 * campaign that was killed goes on where it was, and one whose study has
 * another value on an axis does the new runs alone.  Results do not depend on
 * the number of workers, nor on the order in which they end. */
#ifndef PT_EXPERIMENTS_CAMPAIGN_H
#define PT_EXPERIMENTS_CAMPAIGN_H

#include <stdbool.h>
#include <stdint.h>
#include "experiments/study.h"

/* How far it is.  Runs of one key count once. */
struct pt_campaign_state {
    int64_t runs, found, done, failed; /* found: were there before; done: they
                                          too */
    double seconds;                    /* since it began */
    double left; /* seconds, by what runs have taken so far; NaN: not known */
};

struct pt_campaign_options {
    int workers;
    bool force; /* go on where the disk seems too small */
    bool dry;   /* do a few runs, tell what all would take, and stop: DIR is
                   for them */
    const volatile int *interrupted;
    /* Either may be NULL.  NOTE gets one line. */
    void (*tell)(void *context, const struct pt_campaign_state *state);
    void (*note)(void *context, const char *line);
    void *context;
};

struct pt_campaign_result {
    struct pt_campaign_state state;
    double run_s; /* wall time of the runs that were done, in their workers */
    double parent_s; /* CPU time of this process */
    int64_t saturated, cells;
};

/* Carries STUDY out in DIR, which is made, is empty, or holds such results.  On
 * 0 everything is there that can be (state.failed runs are not); on -1 what was
 * done stays and the next campaign goes on from there: PT_ERR_INTERRUPTED; the
 * disk is full; another process is at work in DIR; and so on. */
int pt_campaign_go(const struct pt_study *study, const char *dir,
                   const struct pt_campaign_options *options,
                   struct pt_campaign_result *result, struct pt_err *err);

#endif
