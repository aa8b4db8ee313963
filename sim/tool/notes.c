#include "tool/notes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tool/say.h"

static bool is_same_input(const struct pt_report *a, const struct pt_report *b)
{
    if (a->rows != b->rows || a->nrules != b->nrules || a->sorted != b->sorted)
        return false;
    for (int i = 0; i < a->nrules; i++)
        if (a->rules[i].rows != b->rules[i].rows ||
            strcmp(a->rules[i].name, b->rules[i].name) != 0)
            return false;
    return true;
}

/* The rules that touched rows of WHAT. */
static void say_rules(const struct pt_rule *rules, int32_t n, const char *what)
{
    int64_t dropped = 0;
    int touched = 0, width = 0;

    for (int32_t i = 0; i < n; i++) {
        if (rules[i].rows == 0)
            continue;
        touched++;
        dropped += rules[i].drops ? rules[i].rows : 0;
        if ((int)strlen(rules[i].name) > width)
            width = (int)strlen(rules[i].name);
    }
    if (touched == 0)
        return;
    pt_say("%s, %" PRId64 " rows dropped; rules that touched rows:", what,
           dropped);
    for (int32_t i = 0; i < n; i++)
        if (rules[i].rows > 0)
            pt_say("  %-*s %9" PRId64 "  %s", width, rules[i].name,
                   rules[i].rows, rules[i].what);
}

void pt_notes_input(const struct pt_report *report,
                    const struct pt_report *before)
{
    char what[96];

    if (before && is_same_input(report, before))
        return;
    if (report->sorted)
        pt_say("%s steps back in time: read again, and sorted",
               report->run->path ? report->run->path : "the workload");
    snprintf(what, sizeof what, "%" PRId64 " rows, %" PRId64 " jobs",
             report->rows, report->summary.jobs);
    say_rules(report->rules, report->nrules, what);
    snprintf(what, sizeof what, "failure trace: %" PRId64 " rows",
             report->failed.rows);
    say_rules(report->failed.rules, report->failed.nrules, what);
}

void pt_notes_run(const struct pt_report *report)
{
    const char *label = report->run->label;

    if (report->counts.deadlocks > 0) {
        char at[PT_TIME_TEXT];
        const struct pt_deadlock *first = &report->counts.deadlock;
        at[pt_time_print(at, first->at)] = '\0';
        pt_say("%s: %" PRId64 " deadlock%s; the first at %s s among %d gangs: "
               "%s",
               label, report->counts.deadlocks,
               report->counts.deadlocks == 1 ? "" : "s", at, (int)first->gangs,
               first->who);
    }
    if (report->counts.timeouts > 0)
        pt_say("%s: %" PRId64 " times, an incomplete gang gave its slots back",
               label, report->counts.timeouts);
    if (report->counts.gave_up > 0)
        pt_say("%s: %" PRId64 " gangs gave up after too many time-outs (fifo's "
               "tries)",
               label, report->counts.gave_up);
    if (report->summary.given_up > 0)
        pt_say("%s: %" PRId64 " jobs were given up: they lost nodes too often "
               "in a row (--set losses=)",
               label, report->summary.given_up);
    if (report->summary.unfinished > 0)
        pt_say("%s: %" PRId64 " jobs are unfinished: %s%s", label,
               report->summary.unfinished,
               report->stalled ? "nothing started or ended for too long "
                                 "(--set stall=)"
                               : "the run ended first",
               report->counts.deadlocks > 0
                   ? " (a way out: fifo:hold_timeout=5m,backoff=1m)"
                   : "");
}
