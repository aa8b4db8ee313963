#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "run.h"
#include "tool/selftest_check.h"
#include "tool/selftest_forms.h"
#include "tool/selftest_run.h"

/* Independent replications of each. */
#define RUNS 10

/* A run and its closed form. */
struct theory {
    const char *quantity, *source;
    const char *workload;
    int64_t nodes;
    const char *set;
    bool slow; /* left out by --quick */
    double (*measure)(const struct pt_report *report);
    double unit; /* of `measure`: by how much to divide it; 0: 1 */
    double (*form)(const double *x);
    double x[12];
};

/* ---- what is measured ---- */

static double wait_mean(const struct pt_report *report)
{
    return report->summary.all.wait.mean;
}

static double response_mean(const struct pt_report *report)
{
    return report->summary.all.response.mean;
}

static double response_p95(const struct pt_report *report)
{
    return report->summary.all.response.p95;
}

static double run_mean(const struct pt_report *report)
{
    return response_mean(report) - wait_mean(report);
}

static double throughput(const struct pt_report *report)
{
    return (double)report->summary.done /
           pt_time_seconds(report->summary.makespan);
}

static double barrier_share(const struct pt_report *report)
{
    const pt_area *area = report->ledger.area;

    return (double)area[PT_CLASS_BARRIER] /
           (double)(area[PT_CLASS_BARRIER] + area[PT_CLASS_USEFUL]);
}

/* Attempts that lost a node. */
static double killed(const struct pt_report *report)
{
    int64_t sum = 0;

    for (int i = 0; i < PT_ORIGINS; i++)
        sum += report->summary.downtime.by[i].killed;
    return (double)sum;
}

static double attempts(const struct pt_report *report)
{
    return 1 + killed(report) / (double)report->summary.done;
}

/* All jobs are as wide as the machine. */
static double gang_mtbf(const struct pt_report *report)
{
    const struct pt_ledger *ledger = &report->ledger;
    const pt_area ran =
        ledger->area[PT_CLASS_USEFUL] + ledger->area[PT_CLASS_LOST];

    return (double)ran / (double)ledger->slots / (double)PT_SECOND /
           killed(report);
}

static double availability(const struct pt_report *report)
{
    return pt_ledger_availability(&report->ledger);
}

/* ---- the checks ---- */

static const char erlang[] =
    "Erlang's C: L. Kleinrock, Queueing Systems, Vol. 1, Wiley 1975, ch. 3";
static const char pollaczek[] =
    "Pollaczek and Khinchine: L. Kleinrock, Queueing Systems, Vol. 1, ch. 5";
static const char mm1[] =
    "the response is exponential: L. Kleinrock, Queueing Systems, Vol. 1, "
    "ch. 3";
static const char rumyantsev[] =
    "the edge of stability: A. Rumyantsev, E. Morozov, Ann. Oper. Res. 252, "
    "2017";
static const char one_or_all[] =
    "the same for gangs of 1 and of k: 1/X = p_k + p_k sum(p_1^j / j) + p_1^k "
    "/ k";
static const char birth_death[] =
    "a quasi-birth-death process, solved numerically by another program";
static const char longest[] =
    "E[max of k exponentials] = H_k: A. Renyi, Acta Math. Hung. 4, 1953";
static const char begins_again[] =
    "memoryless failures at rate L, geometric tries: E[N] = e^(Lt), E[T] = "
    "(e^(Lt) - 1) / L";
static const char superposed[] =
    "n independent Poisson processes: the n-th part of a node's MTBF";
static const char daly[] =
    "J. Young, CACM 17(9), 1974; J. Daly, FGCS 22(3), 2006, eq. 37";
static const char breakdowns[] =
    "M/M/1 with breakdowns: B. Avi-Itzhak, P. Naor, Oper. Res. 11(3), 1963";
static const char renewal[] =
    "an alternating renewal process: MTBF / (MTBF + MTTR)";

#define SAVED_ALWAYS "checkpoint=fixed:interval=1us,cost=0,restart=0 "

static const struct theory theories[] = {
    {.quantity = "M/M/1, load 0.5: mean wait",
     .source = erlang,
     .workload = "poisson:jobs=200000,rate=0.5",
     .nodes = 1,
     .slow = true,
     .measure = wait_mean,
     .form = pt_form_mmc_wait,
     .x = {1, 0.5}},
    {.quantity = "M/M/1, load 0.5: 95 % of responses",
     .source = mm1,
     .workload = "poisson:jobs=200000,rate=0.5",
     .nodes = 1,
     .slow = true,
     .measure = response_p95,
     .form = pt_form_mm1_p95,
     .x = {0.5}},
    {.quantity = "M/M/2, load 0.5: mean wait",
     .source = erlang,
     .workload = "poisson:jobs=300000,rate=1",
     .nodes = 2,
     .slow = true,
     .measure = wait_mean,
     .form = pt_form_mmc_wait,
     .x = {2, 0.5}},
    {.quantity = "M/M/4, load 0.7: mean wait",
     .source = erlang,
     .workload = "poisson:jobs=600000,rate=2.8",
     .nodes = 4,
     .slow = true,
     .measure = wait_mean,
     .form = pt_form_mmc_wait,
     .x = {4, 0.7}},
    {.quantity = "M/M/8, load 0.7: mean wait",
     .source = erlang,
     .workload = "poisson:jobs=800000,rate=5.6",
     .nodes = 8,
     .slow = true,
     .measure = wait_mean,
     .form = pt_form_mmc_wait,
     .x = {8, 0.7}},
    {.quantity = "M/D/1, load 0.5: mean wait",
     .source = pollaczek,
     .workload = "poisson:jobs=60000,rate=0.5,law=deterministic",
     .nodes = 1,
     .measure = wait_mean,
     .form = pt_form_mg1_wait,
     .x = {0.5, 0}},
    {.quantity = "M/E4/1, load 0.7: mean wait",
     .source = pollaczek,
     .workload = "poisson:jobs=200000,rate=0.7,law=erlang,phases=4",
     .nodes = 1,
     .slow = true,
     .measure = wait_mean,
     .form = pt_form_mg1_wait,
     .x = {0.7, 0.5}},
    {.quantity = "M/H2/1 (cv 2), load 0.5: mean wait",
     .source = pollaczek,
     .workload = "poisson:jobs=400000,rate=0.5,law=hyperexp,cv=2",
     .nodes = 1,
     .slow = true,
     .measure = wait_mean,
     .form = pt_form_mg1_wait,
     .x = {0.5, 2}},
    {.quantity = "k=4 {1:.25 2:.25 4:.5}: jobs/s, full",
     .source = rumyantsev,
     .workload = "poisson:jobs=20000,saturated=yes,widths=1:1+2:1+4:2",
     .nodes = 4,
     .measure = throughput,
     .form = pt_form_gang_throughput,
     .x = {4, 1, 0.25, 2, 0.25, 4, 0.5}},
    {.quantity = "k=5 {1:.3 2:.3 3:.4}: jobs/s, full",
     .source = rumyantsev,
     .workload = "poisson:jobs=20000,saturated=yes,widths=1:3+2:3+3:4",
     .nodes = 5,
     .measure = throughput,
     .form = pt_form_gang_throughput,
     .x = {5, 1, 0.3, 2, 0.3, 3, 0.4}},
    {.quantity = "k=8 {1 2 4 8}: jobs/s, full",
     .source = rumyantsev,
     .workload = "poisson:jobs=20000,saturated=yes,widths=1:1+2:1+4:1+8:1",
     .nodes = 8,
     .measure = throughput,
     .form = pt_form_gang_throughput,
     .x = {8, 1, 0.25, 2, 0.25, 4, 0.25, 8, 0.25}},
    {.quantity = "k=8 {3 5}: jobs/s, full",
     .source = rumyantsev,
     .workload = "poisson:jobs=20000,saturated=yes,widths=3:1+5:1",
     .nodes = 8,
     .measure = throughput,
     .form = pt_form_gang_throughput,
     .x = {8, 3, 0.5, 5, 0.5}},
    {.quantity = "k=10 {1:.1 2:.2 3:.3 7:.4}: jobs/s",
     .source = rumyantsev,
     .workload = "poisson:jobs=20000,saturated=yes,widths=1:1+2:2+3:3+7:4",
     .nodes = 10,
     .measure = throughput,
     .form = pt_form_gang_throughput,
     .x = {10, 1, 0.1, 2, 0.2, 3, 0.3, 7, 0.4}},
    {.quantity = "k=64 {1 64}: jobs/s, full",
     .source = one_or_all,
     .workload = "poisson:jobs=20000,saturated=yes,widths=1:1+64:1",
     .nodes = 64,
     .measure = throughput,
     .form = pt_form_one_or_all,
     .x = {64, 0.5}},
    {.quantity = "k=2 {1 2}, half the edge: response",
     .source = birth_death,
     .workload = "poisson:jobs=150000,rate=0.57142857142857,widths=1:1+2:1",
     .nodes = 2,
     .slow = true,
     .measure = response_mean,
     .form = pt_form_value,
     .x = {1.90625379}},
    {.quantity = "k=8 {1:8 8:1}, half the edge: response",
     .source = birth_death,
     .workload = "poisson:jobs=150000,rate=1.335933,widths=1:8+8:1",
     .nodes = 8,
     .slow = true,
     .measure = response_mean,
     .form = pt_form_value,
     .x = {1.83080560}},
    {.quantity = "gangs of 4: share lost at barriers",
     .source = longest,
     .workload = "hydrogen:jobs=2000,nodes=1,cores=4,prepare=0,infer=0,"
                 "widths=4,train_cv=0.1,train_skew=0,iterations=10",
     .nodes = 4,
     .set = "straggler=exponential",
     .measure = barrier_share,
     .form = pt_form_barrier_share,
     .x = {4}},
    {.quantity = "gangs of 16: share lost at barriers",
     .source = longest,
     .workload = "hydrogen:jobs=2000,nodes=1,cores=16,prepare=0,infer=0,"
                 "widths=16,train_cv=0.1,train_skew=0,iterations=10",
     .nodes = 16,
     .set = "straggler=exponential",
     .measure = barrier_share,
     .form = pt_form_barrier_share,
     .x = {16}},
    {.quantity = "gang of 8, work = its MTBF: attempts",
     .source = begins_again,
     .workload = "poisson:jobs=20000,widths=8,law=deterministic,mean=1000,"
                 "rate=0.0004",
     .nodes = 8,
     .set = "failures=nodes:mtbf=8000,mttr=1us",
     .measure = attempts,
     .form = pt_form_attempts,
     .x = {1}},
    {.quantity = "gang of 8, work = its MTBF: time",
     .source = begins_again,
     .workload = "poisson:jobs=20000,widths=8,law=deterministic,mean=1000,"
                 "rate=0.0004",
     .nodes = 8,
     .set = "failures=nodes:mtbf=8000,mttr=1us",
     .measure = run_mean,
     .unit = 1000,
     .form = pt_form_retry_time,
     .x = {1}},
    {.quantity = "gang of 16, nodes' MTBF 64 000 s: MTBF",
     .source = superposed,
     .workload = "poisson:jobs=20000,widths=16,law=deterministic,mean=2000,"
                 "rate=0.0003",
     .nodes = 16,
     .set = "failures=nodes:mtbf=64000,mttr=1us",
     .measure = gang_mtbf,
     .form = pt_form_gang_mtbf,
     .x = {16, 64000}},
    {.quantity = "work 14 M, cost 0.01 M, Young: time / M",
     .source = daly,
     .workload = "poisson:jobs=300,widths=8,law=deterministic,mean=140000,"
                 "rate=0.000002",
     .nodes = 8,
     .set = "failures=nodes:mtbf=80000,mttr=1us "
            "checkpoint=young:cost=100,restart=200",
     .measure = run_mean,
     .unit = 10000,
     .form = pt_form_young_time,
     .x = {14, 0.01, 0.02}},
    {.quantity = "work 40 M, cost 0.1 M, Daly: time / M",
     .source = daly,
     .workload = "poisson:jobs=300,widths=8,law=deterministic,mean=400000,"
                 "rate=0.0000005",
     .nodes = 8,
     .set = "failures=nodes:mtbf=80000,mttr=1us "
            "checkpoint=daly:cost=1000,restart=0",
     .measure = run_mean,
     .unit = 10000,
     .form = pt_form_daly_time,
     .x = {40, 0.1, 0}},
    {.quantity = "M/M/1 that breaks down: response",
     .source = breakdowns,
     .workload = "poisson:jobs=150000,rate=0.0005,mean=1000",
     .nodes = 1,
     .set = SAVED_ALWAYS "failures=nodes:mtbf=10000,mttr=1111.1111111111",
     .slow = true,
     .measure = response_mean,
     .unit = 1000,
     .form = pt_form_breakdown,
     .x = {0.5, 1, 0.1, 0.9}},
    {.quantity = "8 nodes, MTBF 20 h, MTTR 2 h: up",
     .source = renewal,
     .workload = "poisson:jobs=4000,nodes=8,load=0.3,mean=7200",
     .nodes = 8,
     .set = SAVED_ALWAYS "failures=nodes:mtbf=20h,mttr=2h",
     .measure = availability,
     .form = pt_form_up,
     .x = {20, 2}},
};

/* ---- runs ---- */

/* The replications of one row, which the next may have in common with it. */
struct pt_theory_runs {
    const struct theory *of;
    int n; /* that were begun */
    struct pt_report reports[RUNS];
};

void pt_selftest_theory_forget(struct pt_theory_runs *runs)
{
    if (!runs)
        return;
    for (int i = 0; i < runs->n; i++)
        pt_report_fini(&runs->reports[i]);
    pt_free(runs);
}

static bool are_alike(const struct theory *a, const struct theory *b)
{
    return strcmp(a->workload, b->workload) == 0 && a->nodes == b->nodes &&
           strcmp(a->set ? a->set : "", b->set ? b->set : "") == 0;
}

static int run_all(struct pt_selftest *test, const struct theory *theory,
                   struct pt_err *err)
{
    int status = 0;

    if (test->theory && are_alike(test->theory->of, theory))
        return 0;
    pt_selftest_theory_forget(test->theory);
    test->theory = pt_alloc(1, sizeof *test->theory);
    test->theory->of = theory;
    for (int i = 0; i < RUNS && status == 0; i++) {
        const struct pt_selftest_run asked = {.workload = theory->workload,
                                              .policy = "fcfs",
                                              .set = theory->set,
                                              .nodes = theory->nodes,
                                              .seed = test->seed,
                                              .replication = i + 1,
                                              .interrupted = test->interrupted};
        status = pt_selftest_go(&asked, &test->theory->reports[i], err);
        test->theory->n++;
    }
    return status;
}

int pt_selftest_theory(struct pt_selftest *test, int number,
                       struct pt_finding *finding, struct pt_err *err)
{
    const struct theory *theory = &theories[number];
    double values[RUNS];

    if ((size_t)number == sizeof theories / sizeof *theories)
        return 0;
    pt_text_copy(finding->quantity, sizeof finding->quantity, theory->quantity);
    finding->source = theory->source;
    if (theory->slow && test->quick) {
        pt_finding_skip(finding, theory->form(theory->x), 6, "--quick");
        return 1;
    }
    if (run_all(test, theory, err) < 0)
        return -1;
    for (int i = 0; i < RUNS; i++)
        values[i] = theory->measure(&test->theory->reports[i]) /
                    (theory->unit > 0 ? theory->unit : 1);
    pt_finding_sample(finding, theory->form(theory->x), values, RUNS);
    return 1;
}
