#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/text.h"
#include "core/policy.h"
#include "registry.h"
#include "tool/selftest_bench.h"
#include "tool/selftest_check.h"

/* Workloads a policy. */
enum { ROUNDS = 40, QUICK_ROUNDS = 5 };

/* What is counted beside the breaches of a run. */
enum {
    BOOKS = PT_BREACHES, /* after every step; the program stops if it fails */
    TAPE,
    TWICE,
    COUNTS
};

struct pt_conform {
    int64_t cases[COUNTS], wrong[COUNTS];
    char first[COUNTS][96]; /* the first that was wrong */
};

static const struct {
    const char *quantity, *source;
    int what;
} rules[] = {
    {"each job has one record", "recounted from facts and decisions alone",
     PT_BREACH_RECORD},
    {"no slot has two users", "recounted from facts and decisions alone",
     PT_BREACH_SLOT},
    {"gangs start whole, and once", "recounted from facts and decisions alone",
     PT_BREACH_GANG},
    {"work takes as long as it takes",
     "recounted from facts and decisions alone", PT_BREACH_LENGTH},
    {"promises are kept (where they are made)",
     "EASY and conservative, exact or generous limits: the first promise",
     PT_BREACH_PROMISE},
    {"the ledger sums to slots x window", "128-bit integers, metrics/ledger.h",
     PT_BREACH_LEDGER},
    {"the core's books agree, step by step",
     "pt_core_check(), core/core.h; the program stops if they do not", BOOKS},
    {"a tape is decided alike by a fresh core", "world/tape.h", TAPE},
    {"the same run twice: the same bytes", "SHA-256 of the tape", TWICE},
};

/* Beside all policies and presets of the registry. */
static const char *const variants[] = {
    "backfill:depth=0",
    "backfill:depth=2",
    "backfill:depth=5,order=ljf",
    "backfill:depth=all",
    "backfill:depth=all,order=wide",
    "backfill:depth=1,order=saf",
    "backfill:depth=1,promises=keep,order=narrow",
    "backfill:depth=2,promises=keep",
    "backfill:depth=4,promises=keep,order=sjf",
    "conservative:order=saf",
    "fifo:order=fair",
    "fifo:drivers=2",
    "fifo:drivers=5",
    "fifo:hold_timeout=3us,tries=20",
    "fifo:order=fair,hold_timeout=6us,backoff=2us,tries=20",
    "fifo:drivers=3,hold_timeout=5us,backoff=3us,tries=20",
};

/* ---- workloads ---- */

/* Small whole times, so that much happens at the same instants. */
static int32_t draw(struct pt_random *random, int32_t slots,
                    struct pt_bench_job *jobs)
{
    const int32_t n = 1 + (int32_t)pt_random_below(random, PT_BENCH_JOBS);
    const uint32_t gap = 1 + pt_random_below(random, 6);
    pt_time now = 0;

    for (int32_t i = 0; i < n; i++) {
        if (pt_random_below(random, 2) == 0)
            now += pt_random_below(random, gap + 1);
        const pt_time length = pt_random_below(random, 12);
        const pt_time over =
            pt_random_below(random, 2) == 0 ? 0 : pt_random_below(random, 12);
        jobs[i] = (struct pt_bench_job){
            .submit = now,
            .length = length,
            .limit = length + over > 0 ? length + over : 1,
            .width = 1 + (int32_t)pt_random_below(random, (uint32_t)slots),
            .user = pt_random_below(random, 4)};
    }
    return n;
}

/* ---- cases ---- */

static void tell(struct pt_conform *c, int what, bool wrong,
                 const struct pt_bench *bench, uint64_t number)
{
    c->cases[what]++;
    if (!wrong)
        return;
    if (c->wrong[what]++ == 0)
        snprintf(c->first[what], sizeof c->first[what],
                 "first: %s on %d slots, case %llu", bench->policy,
                 (int)bench->slots, (unsigned long long)number);
}

static int try_case(struct pt_conform *c, const struct pt_bench *bench,
                    uint64_t number, struct pt_err *err)
{
    struct pt_bench_result result, again;
    struct pt_bench twice = *bench;
    bool same = false;

    twice.tape = NULL;
    if (pt_bench_run(bench, &result, err) < 0 ||
        pt_bench_feed(bench, &result, &same, err) < 0 ||
        pt_bench_run(&twice, &again, err) < 0)
        return -1;
    for (int i = 0; i < PT_BREACHES; i++)
        if (i != PT_BREACH_PROMISE || result.promises)
            tell(c, i, result.breach[i], bench, number);
    c->cases[BOOKS] += result.steps;
    tell(c, TAPE, !same, bench, number);
    tell(c, TWICE, strcmp(result.digest, again.digest) != 0, bench, number);
    return 0;
}

/* POLICY on the same workloads as all others. */
static int try_policy(const struct pt_selftest *test, const char *policy,
                      const char *tape, struct pt_err *err)
{
    const uint64_t rounds = test->quick ? QUICK_ROUNDS : ROUNDS;
    struct pt_bench_job jobs[PT_BENCH_JOBS];
    struct pt_random random;

    for (uint64_t i = 0; i < rounds; i++) {
        pt_random_open(&random, (uint64_t)test->seed, 0, PT_PURPOSE_TEST, i);
        struct pt_bench bench = {
            .policy = policy,
            .slots = 1 + (int32_t)pt_random_below(&random, PT_BENCH_SLOTS),
            .ties = (enum pt_ties)pt_random_below(&random, 3),
            .jobs = jobs,
            .tape = tape,
            .interrupted = test->interrupted};
        bench.n = draw(&random, bench.slots, jobs);
        if (try_case(test->conform, &bench, i, err) < 0)
            return -1;
    }
    return 0;
}

static int try_all(const struct pt_selftest *test, const char *tape,
                   struct pt_err *err)
{
    int status = 0;

    for (int i = 0; pt_policies[i] && status == 0; i++)
        status = try_policy(test, pt_policies[i]->name, tape, err);
    for (int i = 0; pt_presets[i].name && status == 0; i++)
        status = try_policy(test, pt_presets[i].name, tape, err);
    for (size_t i = 0; i < sizeof variants / sizeof *variants && status == 0;
         i++)
        status = try_policy(test, variants[i], tape, err);
    return status;
}

/* The tapes are one file, written again and again. */
static int try_with_a_tape(const struct pt_selftest *test, struct pt_err *err)
{
    const char *dir = getenv("TMPDIR");
    char tape[512];

    if (!dir || !*dir)
        dir = "/tmp";
    snprintf(tape, sizeof tape, "%s/protium-selftest-XXXXXX", dir);
    int file = mkstemp(tape);
    if (file < 0)
        return pt_err_set(err, PT_ERR_INTERNAL, "%s: %s", tape,
                          strerror(errno));
    close(file);
    int status = try_all(test, tape, err);
    unlink(tape);
    return status;
}

int pt_selftest_conform(struct pt_selftest *test, int number,
                        struct pt_finding *finding, struct pt_err *err)
{
    if ((size_t)number == sizeof rules / sizeof *rules)
        return 0;
    if (!test->conform) {
        test->conform = pt_alloc(1, sizeof *test->conform);
        if (try_with_a_tape(test, err) < 0)
            return -1;
    }
    const struct pt_conform *c = test->conform;
    const int what = rules[number].what;
    pt_text_copy(finding->quantity, sizeof finding->quantity,
                 rules[number].quantity);
    finding->source = rules[number].source;
    pt_finding_number(finding, 0, 0, 0, (double)c->wrong[what]);
    snprintf(finding->ours, sizeof finding->ours, "%lld of %lld",
             (long long)c->wrong[what], (long long)c->cases[what]);
    pt_text_copy(finding->why, sizeof finding->why, c->first[what]);
    return 1;
}
