/* ledger_steps.h - what the tests of the ledger share: steps made by hand. */
#ifndef PT_TESTS_UNIT_LEDGER_STEPS_H
#define PT_TESTS_UNIT_LEDGER_STEPS_H

#include "tests/unit/check.h"
#include "metrics/ledger.h"

#define S PT_SECOND

static const struct pt_fact submission = {.kind = PT_FACT_SUBMITTED};

/* One step at NOW, with a submission and SPENT [n], then CENSUS. */
static inline void step(struct pt_ledger *ledger, pt_time now, int nsubmitted,
                        const struct pt_spent *spent, int nspent,
                        struct pt_census census)
{
    struct pt_step instant = {
        .now = now,
        .facts = &submission,
        .nfacts = nsubmitted,
        .spent = spent,
        .nspent = nspent,
    };

    pt_ledger_step(ledger, &instant, &census);
}

static inline struct pt_census census_of(int64_t running, int64_t held,
                                         int64_t spare, enum pt_reason reason)
{
    return (struct pt_census){.slots = running + held + spare,
                              .running = running,
                              .held = held,
                              .free = spare,
                              .reason = reason};
}

static inline struct pt_bin sum_of_bins(const struct pt_ledger *ledger)
{
    struct pt_bin sum = {.queue = 0};

    for (int32_t i = 0; i < ledger->nbins; i++) {
        for (int c = 0; c < PT_CLASSES; c++)
            sum.area[c] += ledger->bins[i].area[c];
        sum.queue += ledger->bins[i].queue;
        sum.demand += ledger->bins[i].demand;
    }
    return sum;
}

/* The part of [FROM, TO) that is in [START, END). */
static inline pt_time overlap(pt_time from, pt_time to, pt_time start,
                              pt_time end)
{
    pt_time low = from > start ? from : start;
    pt_time high = to < end ? to : end;

    return high > low ? high - low : 0;
}

#endif
