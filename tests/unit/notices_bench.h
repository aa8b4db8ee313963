/* notices_bench.h - nodes that are to be down, under every policy. */
#ifndef PT_TESTS_UNIT_NOTICES_BENCH_H
#define PT_TESTS_UNIT_NOTICES_BENCH_H

#include "tests/unit/losses_bench.h"

static inline void notice(struct bench *b, int32_t node, pt_time since,
                          pt_time until)
{
    bench_fact(b, (struct pt_fact){.kind = PT_FACT_NODE_NOTICE,
                                   .task = -1,
                                   .node = node,
                                   .since = since,
                                   .until = until});
}

static const char *const policies[] = {"gang",
                                       "gang:head=skip",
                                       "fifo",
                                       "backfill",
                                       "backfill:depth=all",
                                       "backfill:depth=all,promises=keep",
                                       "backfill:depth=0"};
enum { POLICIES = sizeof policies / sizeof *policies };

static const enum pt_ties all_ties[] = {PT_TIES_INSTANT, PT_TIES_EVENT,
                                        PT_TIES_PYSS};

#endif
