/* machine.h - the machine that an application ran on, and the rules it ran
 * under, as `--set` keys. */
#ifndef PT_TRACES_EVENTLOG_MACHINE_H
#define PT_TRACES_EVENTLOG_MACHINE_H

#include <stdbool.h>
#include "traces/eventlog/app.h"
#include "traces/source.h"

/* At most so many conditions, with values of so many characters. */
enum { PT_EVENTLOG_CONDITIONS = 24, PT_EVENTLOG_VALUE = 40 };

struct pt_eventlog_machine {
    struct pt_machine machine; /* points into the rest */
    struct pt_machine_node *nodes;
    struct pt_pool_spec *pools;
    struct pt_condition conditions[PT_EVENTLOG_CONDITIONS];
    char values[PT_EVENTLOG_CONDITIONS][PT_EVENTLOG_VALUE];
};

/* APP is finished, and borrowed.  FIRST is when the first job is submitted.
 * PROFILES: nodes serve those that name theirs.  FAIR: there are pools. */
void pt_eventlog_machine_open(struct pt_eventlog_machine *machine,
                              const struct pt_app *app, pt_time first,
                              bool profiles, bool fair);
void pt_eventlog_machine_close(struct pt_eventlog_machine *machine);

/* The conditions that APP ran under, and their values; how many. */
int32_t
pt_eventlog_conditions(const struct pt_app *app,
                       struct pt_condition conditions[PT_EVENTLOG_CONDITIONS],
                       char values[PT_EVENTLOG_CONDITIONS][PT_EVENTLOG_VALUE]);

/* Whether APP excluded nodes by other limits than Spark's defaults, which are
 * the only ones that `exclude` has: then that is no condition. */
bool pt_eventlog_excludes_oddly(const struct pt_app *app);

#endif
