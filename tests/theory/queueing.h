/* queueing.h - a queue of the textbooks, simulated by a whole run: the model
 * `poisson`, a machine, a policy; and what it measured, beside what it should.
 */
#ifndef PT_TESTS_THEORY_QUEUEING_H
#define PT_TESTS_THEORY_QUEUEING_H

#include "tests/unit/check.h"

#include "models/model.h"
#include "run.h"
#include "ask/policy_text.h"

struct queueing {
    const char *policy; /* NULL: fcfs */
    const char *params; /* of the model */
    int64_t nodes, seed;
};

struct measured {
    struct pt_summary summary;
    double wait, response, makespan; /* means, in seconds */
    double throughput;               /* jobs / makespan */
    double work;                     /* processor-seconds that were of use */
    double utilisation;              /* of the window */
};

/* The area under the length of the queue, in seconds. */
static inline double queue_area(const struct pt_ledger *ledger)
{
    pt_area area = 0;

    for (int32_t i = 0; i < ledger->nbins; i++)
        area += ledger->bins[i].queue;
    return (double)area / (double)PT_SECOND;
}

static inline void take_measures(const struct pt_report *report,
                                 struct measured *measured)
{
    const struct pt_summary *summary = &report->summary;
    double makespan = pt_time_seconds(summary->makespan);
    double work = (double)report->ledger.area[PT_CLASS_USEFUL];
    double jobs = (double)summary->done;

    *measured = (struct measured){.summary = *summary,
                                  .wait = summary->all.wait.mean,
                                  .response = summary->all.response.mean,
                                  .makespan = makespan,
                                  .throughput = jobs / makespan,
                                  .work = work / (double)PT_SECOND,
                                  .utilisation =
                                      pt_ledger_utilisation(&report->ledger)};
    ASSERT_INT(summary->done, summary->jobs);
    /* Little's law is an identity here: who waits is who is in the queue. */
    ASSERT_NEAR(queue_area(&report->ledger), jobs * measured->wait, 1e-9, 1e-6);
}

static inline void simulate(const struct queueing *queueing,
                            struct measured *measured)
{
    struct pt_choices choices = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_report report;
    struct pt_run run = {.source = &pt_model_poisson,
                         .source_params = queueing->params,
                         .nodes = queueing->nodes,
                         .cores = 1};
    const char *policy = queueing->policy ? queueing->policy : "fcfs";

    if (pt_choices_add(&choices, policy, &err))
        fail_msg("%s", err.text);
    pt_param_defaults(pt_settings_params, &run.settings);
    run.settings.seed = queueing->seed;
    run.policy = choices.items[0].policy;
    run.policy_state = choices.items[0].state;
    run.policy_text = choices.items[0].text;
    run.label = choices.items[0].label;
    if (pt_run_go(&run, &report, &err))
        fail_msg("%s", err.text);
    take_measures(&report, measured);
    pt_report_fini(&report);
    pt_choices_fini(&choices);
}

/* Prints how far MEASURED is from EXPECTED; whether it is too far, more than
 * TOLERANCE of it. */
static inline int is_off(const char *what, double measured, double expected,
                         double tolerance)
{
    double off = measured / expected - 1;
    int bad = !(off <= tolerance && off >= -tolerance);

    print_message("%-44s measured %-10.7g expected %-10.7g off %+.2f %%%s\n",
                  what, measured, expected, 100 * off, bad ? "  TOO FAR" : "");
    return bad;
}

#endif
