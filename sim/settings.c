/* settings.c - the `--set` keys: what they are called, mean, and may be. */
#include <float.h>

#include "run.h"

static const char *const cleans[] = {"none", "strict", NULL};
static const char *const missing[] = {"run", "drop", "max", NULL};
static const char *const overruns[] = {"truncate", "kill", "extend", NULL};
static const char *const wides[] = {"reject", "drop", "error", NULL};
static const char *const tie_orders[] = {"instant", "event", "pyss", NULL};
static const char *const exclusives[] = {"none", "node", NULL};
static const char *const machines[] = {"auto", "named", NULL};

const struct pt_param pt_settings_params[] = {
    {.name = "clean",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "none",
     .choices = cleans,
     .offset = offsetof(struct pt_settings, clean),
     .help = "none keeps every row that can be simulated; strict is the filter "
             "of the published tables"},
    {.name = "missing_limit",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "run",
     .choices = missing,
     .offset = offsetof(struct pt_settings, missing_limit),
     .help =
         "a job without requested time: its run time serves, it is dropped, "
         "or it gets the trace's longest"},
    {.name = "overrun",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "truncate",
     .choices = overruns,
     .offset = offsetof(struct pt_settings, overrun),
     .help = "a job longer than its limit is cut to it at reading, killed at "
             "it, or runs on"},
    {.name = "wide",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "reject",
     .choices = wides,
     .offset = offsetof(struct pt_settings, wide),
     .help = "a job wider than the machine is rejected (and listed), dropped, "
             "or an error"},
    {.name = "ties",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "instant",
     .choices = tie_orders,
     .offset = offsetof(struct pt_settings, ties),
     .help = "within one instant: instant = all endings, all submissions, one "
             "pass; event = a pass after each ending, then after each "
             "submission; pyss = a pass after each submission, then after each "
             "ending"},
    {.name = "tau",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "10s",
     .min = 1e-6,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, tau),
     .help = "shorter runs count as so long in the bounded slowdown"},
    {.name = "place",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "first",
     .offset = offsetof(struct pt_settings, place),
     .help = "placement, NAME[:key=value,...] (protium list places)"},
    {.name = "exclusive",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "none",
     .choices = exclusives,
     .offset = offsetof(struct pt_settings, exclusive),
     .help = "node: a node serves one job at a time"},
    {.name = "machine",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "auto",
     .choices = machines,
     .offset = offsetof(struct pt_settings, machine),
     .help = "auto counts processors where nodes are alike; named keeps every "
             "node's resources, and promises name nodes"},
    {.name = "scale",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1",
     .min = 1e-6,
     .max = 1e6,
     .offset = offsetof(struct pt_settings, scale),
     .help = "factor on the gaps between submits: 0.5 doubles the load"},
    {.name = "seed",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "1",
     .min = 0,
     .max = 9007199254740992.0,
     .offset = offsetof(struct pt_settings, seed),
     .help = "of the workload model's streams"},
    PT_PARAM_END};
