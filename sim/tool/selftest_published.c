#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "run.h"
#include "tool/selftest_check.h"
#include "tool/selftest_run.h"

/* A replay that somebody else has made, too. */
struct replay {
    const char *log; /* DIR/LOG.swf.gz */
    int64_t nodes;   /* 0: the header's */
    const char *policy, *set;
};

enum measure { JOBS, FLOW, MAX_FLOW, BOUNDED, MAX_BOUNDED, WAIT_MINUTES };

struct published {
    const struct replay *replay;
    const char *quantity, *source;
    enum measure measure;
    double value;
    int decimals; /* that were printed */
    double part;  /* of the value: how far we may be off, beside the rounding */
};

#define KTH   "KTH-SP2-1996-2"
#define CTC   "CTC-SP2-1996-3.1-cln"
#define LANL  "LANL-CM5-1994-4.1-cln"
#define THETA "ALCF-theta_2022"
#define RICC  "RICC-2010-2"

#define STRICT  "clean=strict ties=pyss"
#define DROPPED STRICT " warmup=1%"

static const struct replay kth_easy = {KTH, 0, "easy", STRICT};
static const struct replay kth_sjbf = {KTH, 0, "easy-sjbf", STRICT};
static const struct replay kth_fcfs = {KTH, 0, "fcfs", STRICT};
static const struct replay kth_instant = {KTH, 0, "easy", "clean=strict"};
static const struct replay kth_easy_99 = {KTH, 0, "easy", DROPPED};
static const struct replay kth_sjbf_99 = {KTH, 0, "easy-sjbf", DROPPED};
static const struct replay ctc_easy = {CTC, 0, "easy", STRICT};
static const struct replay ctc_sjbf = {CTC, 0, "easy-sjbf", STRICT};
static const struct replay ctc_fcfs = {CTC, 0, "fcfs", STRICT};
static const struct replay ctc_instant = {CTC, 0, "easy", "clean=strict"};
static const struct replay ctc_easy_99 = {CTC, 512, "easy", DROPPED};
static const struct replay ctc_sjbf_99 = {CTC, 512, "easy-sjbf", DROPPED};
static const struct replay lanl_fcfs = {LANL, 0, "fcfs", STRICT};
static const struct replay lanl_easy = {LANL, 0, "easy", STRICT};
static const struct replay theta_fcfs = {THETA, 4360, "fcfs", STRICT};
static const struct replay theta_easy = {THETA, 4360, "easy", STRICT};
static const struct replay ricc_fcfs = {RICC, 8192, "fcfs", STRICT};

static const char predictsim[] =
    "E. Gaussier et al., SC'15: predictsim, metrics_complete; " STRICT;
static const char second[] =
    "a second program of the same rules, not published; " STRICT;
static const char instant[] =
    "a second program, one pass an instant; clean=strict ties=instant";
static const char tsafrir[] =
    "D. Tsafrir et al., TPDS 18(6), 2007, tables 2, 3; within 5 %; " DROPPED;

static const struct published rows[] = {
    {&kth_easy, "KTH, EASY: jobs", predictsim, JOBS, 28481, 0, 0},
    {&kth_easy, "KTH, EASY: mean flow (s)", predictsim, FLOW, 15696.7982, 4, 0},
    {&kth_easy, "KTH, EASY: max flow (s)", predictsim, MAX_FLOW, 309231, 0, 0},
    {&kth_easy, "KTH, EASY: bounded slowdown", predictsim, BOUNDED, 92.5765, 4,
     0},
    {&kth_easy, "KTH, EASY: max bounded slowdown", predictsim, MAX_BOUNDED,
     14805.2, 1, 0},
    {&kth_sjbf, "KTH, EASY-SJBF: mean flow (s)", predictsim, FLOW, 14764.0027,
     4, 0},
    {&kth_sjbf, "KTH, EASY-SJBF: max flow (s)", predictsim, MAX_FLOW, 372238, 0,
     0},
    {&kth_sjbf, "KTH, EASY-SJBF: bounded slowdown", predictsim, BOUNDED,
     69.4054, 4, 0},
    {&ctc_easy, "CTC, EASY: jobs", predictsim, JOBS, 77199, 0, 0},
    {&ctc_easy, "CTC, EASY: mean flow (s)", predictsim, FLOW, 25526.8022, 4, 0},
    {&ctc_easy, "CTC, EASY: max flow (s)", predictsim, MAX_FLOW, 337283, 0, 0},
    {&ctc_easy, "CTC, EASY: bounded slowdown", predictsim, BOUNDED, 49.5713, 4,
     0},
    {&ctc_sjbf, "CTC, EASY-SJBF: mean flow (s)", predictsim, FLOW, 23023.1738,
     4, 0},
    {&ctc_sjbf, "CTC, EASY-SJBF: max flow (s)", predictsim, MAX_FLOW, 394322, 0,
     0},
    {&ctc_sjbf, "CTC, EASY-SJBF: bounded slowdown", predictsim, BOUNDED,
     30.0411, 4, 0},
    {&kth_fcfs, "KTH, FCFS: mean flow (s)", second, FLOW, 362636.3352, 4, 0},
    {&kth_fcfs, "KTH, FCFS: bounded slowdown", second, BOUNDED, 6814.9733, 4,
     0},
    {&ctc_fcfs, "CTC, FCFS: mean flow (s)", second, FLOW, 666811.3269, 4, 0},
    {&ctc_fcfs, "CTC, FCFS: bounded slowdown", second, BOUNDED, 3651.5662, 4,
     0},
    {&lanl_fcfs, "LANL-CM5, FCFS: mean flow (s)", second, FLOW, 4834.4394, 4,
     0},
    {&lanl_fcfs, "LANL-CM5, FCFS: bounded slowdown", second, BOUNDED, 44.3931,
     4, 0},
    {&lanl_easy, "LANL-CM5, EASY: mean flow (s)", second, FLOW, 2916.7483, 4,
     0},
    {&lanl_easy, "LANL-CM5, EASY: bounded slowdown", second, BOUNDED, 13.2559,
     4, 0},
    {&theta_fcfs, "Theta, FCFS: mean flow (s)", second, FLOW, 167575.7228, 4,
     0},
    {&theta_fcfs, "Theta, FCFS: bounded slowdown", second, BOUNDED, 385.1836, 4,
     0},
    {&theta_easy, "Theta, EASY: mean flow (s)", second, FLOW, 51608.0451, 4, 0},
    {&theta_easy, "Theta, EASY: bounded slowdown", second, BOUNDED, 114.7019, 4,
     0},
    {&ricc_fcfs, "RICC, FCFS: mean flow (s)", second, FLOW, 186203.3441, 4, 0},
    {&ricc_fcfs, "RICC, FCFS: bounded slowdown", second, BOUNDED, 2680.3273, 4,
     0},
    {&kth_instant, "KTH, EASY: mean flow (s)", instant, FLOW, 15694.5134, 4, 0},
    {&kth_instant, "KTH, EASY: bounded slowdown", instant, BOUNDED, 92.6877, 4,
     0},
    {&ctc_instant, "CTC, EASY: mean flow (s)", instant, FLOW, 25197.2147, 4, 0},
    {&ctc_instant, "CTC, EASY: bounded slowdown", instant, BOUNDED, 48.8370, 4,
     0},
    {&kth_easy_99, "KTH, EASY: mean wait (min)", tsafrir, WAIT_MINUTES, 114.2,
     1, 0.05},
    {&kth_easy_99, "KTH, EASY: bounded slowdown", tsafrir, BOUNDED, 89.9, 1,
     0.05},
    {&kth_sjbf_99, "KTH, SJBF: mean wait (min)", tsafrir, WAIT_MINUTES, 102, 0,
     0.05},
    {&kth_sjbf_99, "KTH, SJBF: bounded slowdown", tsafrir, BOUNDED, 73, 0,
     0.05},
    {&ctc_easy_99, "CTC (512 CPUs), EASY: mean wait (min)", tsafrir,
     WAIT_MINUTES, 21.3, 1, 0.05},
    {&ctc_easy_99, "CTC (512 CPUs), EASY: bounded slowdown", tsafrir, BOUNDED,
     4.6, 1, 0.05},
    {&ctc_sjbf_99, "CTC (512 CPUs), SJBF: mean wait (min)", tsafrir,
     WAIT_MINUTES, 19, 0, 0.05},
    {&ctc_sjbf_99, "CTC (512 CPUs), SJBF: bounded slowdown", tsafrir, BOUNDED,
     4, 0, 0.05},
};

static double measured(const struct pt_report *report, enum measure measure)
{
    const struct pt_tally_class *all = &report->summary.all;

    switch (measure) {
    case JOBS:
        return (double)report->summary.done;
    case FLOW:
        return all->response.mean;
    case MAX_FLOW:
        return all->response.max;
    case BOUNDED:
        return all->bounded.mean;
    case MAX_BOUNDED:
        return all->bounded.max;
    case WAIT_MINUTES:
        return all->wait.mean / 60;
    }
    return 0;
}

/* The log, compressed or not; false: it is not there. */
static bool find_log(const struct pt_selftest *test,
                     const struct replay *replay, char *path, size_t size)
{
    static const char *const endings[] = {".swf.gz", ".swf"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        int n = snprintf(path, size, "%s/%s%s", test->traces, replay->log,
                         endings[i]);
        if (n > 0 && (size_t)n < size && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

static void forget(struct pt_selftest *test)
{
    if (test->replayed)
        pt_report_fini(test->replayed);
    pt_free(test->replayed);
    test->replayed = NULL;
}

/* The report of REPLAY, kept for the next row; NULL: test->missing says why
 * there is none. */
static int find_report(struct pt_selftest *test, const struct replay *replay,
                       struct pt_err *err)
{
    char path[1024];
    const struct pt_selftest_run asked = {.workload = path,
                                          .policy = replay->policy,
                                          .set = replay->set,
                                          .nodes = replay->nodes,
                                          .seed = test->seed,
                                          .replication = 1,
                                          .interrupted = test->interrupted};

    if (test->replay == replay)
        return 0;
    forget(test);
    test->replay = replay;
    test->missing[0] = '\0';
    if (!test->traces || !find_log(test, replay, path, sizeof path)) {
        snprintf(test->missing, sizeof test->missing, "no %s.swf.gz",
                 replay->log);
        return 0;
    }
    test->replayed = pt_alloc(1, sizeof *test->replayed);
    return pt_selftest_go(&asked, test->replayed, err);
}

int pt_selftest_published(struct pt_selftest *test, int number,
                          struct pt_finding *finding, struct pt_err *err)
{
    const struct published *row = &rows[number];

    if ((size_t)number == sizeof rows / sizeof *rows)
        return 0;
    pt_text_copy(finding->quantity, sizeof finding->quantity, row->quantity);
    finding->source = row->source;
    if (find_report(test, row->replay, err) < 0)
        return -1;
    if (!test->replayed) {
        pt_finding_skip(finding, row->value, 10, test->missing);
        return 1;
    }
    pt_finding_number(finding, row->value, row->decimals,
                      row->part * row->value,
                      measured(test->replayed, row->measure));
    return 1;
}

void pt_selftest_forget(struct pt_selftest *test)
{
    forget(test);
    pt_selftest_theory_forget(test->theory);
    test->theory = NULL;
    pt_free(test->conform);
    test->conform = NULL;
}
