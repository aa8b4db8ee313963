/* delay.h - what the driver's own work takes.
 *
 * A stage whose tasks could be launched at once is launched some milliseconds
 * after it was submitted, and is told to be complete some milliseconds after
 * its last task: that is the driver's work, which no scheduling changes. */
#ifndef PT_TRACES_EVENTLOG_DELAY_H
#define PT_TRACES_EVENTLOG_DELAY_H

#include "traces/eventlog/app.h"

/* Its median over the stage attempts that succeeded and found a free slot (a
 * gang: enough of them) when they were submitted, each counting by one over how
 * long it took: so the stages' durations are told with the least sum of
 * relative errors.  In milliseconds; unknown if there was none.  APP is
 * finished. */
int64_t pt_eventlog_launch_delay(const struct pt_app *app);

#endif
