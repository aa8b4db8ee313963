/* view.h - puts together what eventlog.h shows of an application. */
#ifndef PT_TRACES_EVENTLOG_VIEW_H
#define PT_TRACES_EVENTLOG_VIEW_H

#include "traces/eventlog/eventlog.h"
#include "traces/eventlog/app.h"
#include "traces/eventlog/jobs.h"

struct pt_eventlog_canvas {
    struct pt_eventlog_view view; /* points into the rest */
    struct pt_eventlog_barrier *barriers;
    struct pt_eventlog_slots *slots;
    struct pt_eventlog_link *path;
};

/* JOBS are the same application's; the work that they yielded last is gone. */
void pt_eventlog_view_open(struct pt_eventlog_canvas *canvas,
                           const struct pt_app *app,
                           struct pt_eventlog_jobs *jobs);
void pt_eventlog_view_close(struct pt_eventlog_canvas *canvas);

#endif
