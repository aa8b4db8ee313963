/* app.h - a Spark application, as its event log tells it.
 *
 * What the reader of events (event.c) fills in and the makers of jobs,
 * machines and views read.  Everything has a small number, its place in the
 * array here; Spark's own numbers are `id`.  Times are milliseconds since the
 * epoch, as in the log; what the log does not tell is PT_APP_UNKNOWN. */
#ifndef PT_TRACES_EVENTLOG_APP_H
#define PT_TRACES_EVENTLOG_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/time.h"
#include "traces/source.h"

#define PT_APP_UNKNOWN (-1)

/* Properties, names and the like are cut to this. */
#define PT_APP_TEXT 256

enum pt_app_rule {
    PT_APP_LINE_MALFORMED,
    PT_APP_LINE_CUT,
    PT_APP_FILE_CUT,
    PT_APP_PART_MISSING,
    PT_APP_LOG_UNFINISHED,
    PT_APP_EVENT_OTHER,
    PT_APP_EVENT_INCOMPLETE,
    PT_APP_START_MISSING,
    PT_APP_COMPLETION_REPEATED,
    PT_APP_END_LATE,
    PT_APP_END_RESUBMITTED,
    PT_APP_EXECUTOR_MISSING,
    PT_APP_RESOURCE_OTHER,
    PT_APP_EXCLUSION_OTHER,
    PT_APP_JOB_EMPTY,
    PT_APP_STAGE_SKIPPED,
    PT_APP_STAGE_UNREACHED,
    PT_APP_STAGE_EMPTY,
    PT_APP_STAGE_ABSURD,
    PT_APP_PARENT_ELSEWHERE,
    PT_APP_COPY_KILLED,
    PT_APP_LAUNCH_LOST,
    PT_APP_LAUNCH_KILLED,
    PT_APP_LAUNCH_UNENDED,
    PT_APP_LAUNCH_FOREIGN,
    PT_APP_INDEX_GUESSED,
    PT_APP_FETCH_UNRESOLVED,
    PT_APP_TASK_UNLAUNCHED,
    PT_APP_RULES
};

/* How a launch ended. */
enum pt_app_end {
    PT_APP_RUNNING, /* it had not when the log did */
    PT_APP_SUCCESS,
    PT_APP_ERROR,
    PT_APP_FETCH,  /* could not read its input */
    PT_APP_LOST,   /* with its executor */
    PT_APP_KILLED, /* by the driver; or was not allowed to commit */
    PT_APP_ENDS
};

struct pt_app_launch {
    int64_t id; /* Spark's task id */
    int64_t start, end;
    int64_t map_id; /* PT_APP_FETCH: what it could not read: a launch's id since
                       3.0, a partition before */
    int32_t map_index; /* the partition, since 3.0 */
    int32_t stage;     /* here */
    int32_t attempt;   /* of the stage, Spark's number */
    int32_t index;     /* of the task in the attempt */
    int32_t partition; /* since 3.3 */
    int32_t node;
    enum pt_app_end ending;
    bool copy;        /* a speculative one */
    bool resubmitted; /* its success was taken back: the output was lost */
};

struct pt_app_attempt {
    int32_t number; /* Spark's */
    int32_t ntasks;
    int64_t submitted, completed;
    bool failed;
};

struct pt_app_stage {
    int64_t id;
    char *name;
    int32_t job;        /* that ran it, or listed it first; unknown */
    int32_t ntasks;     /* as listed */
    int32_t partitions; /* of its last RDD */
    int64_t profile;    /* Spark's id */
    bool barrier;
    bool has_result, has_map;        /* tasks of that kind ended */
    struct pt_app_attempt *attempts; /* [nattempts], by number */
    int32_t nattempts, attempt_capacity;
    int64_t *parents; /* [nparents] Spark's ids */
    int32_t nparents;
    int64_t *rdds; /* [nrdds] ascending: what stages with several ids share */
    int32_t nrdds;
    int32_t alias;                   /* stage that ran in its place; unknown */
    int32_t first_launch, nlaunches; /* in `order` */
};

struct pt_app_job {
    int64_t id; /* PT_APP_UNKNOWN: of stages that no job is known to own */
    int64_t submitted, completed;
    bool started, ended, failed; /* what the log tells */
    int32_t pool;
    int32_t *stages; /* [nstages] that it listed, here */
    int32_t nstages, stage_capacity;
};

/* An executor, from when it is added until it is removed. */
struct pt_app_node {
    char *name;
    int32_t host;
    int32_t cores, gpus;
    int64_t profile;
    int64_t up, down;
    bool missing; /* the log does not say that it was added */
};

/* What a task of a resource profile needs. */
struct pt_app_profile {
    int64_t id;
    struct pt_need need;
    bool on_any; /* asks nothing of executors */
};

/* Numbers by key, and places by name. */
struct pt_app_map {
    int64_t *keys;
    int32_t *values; /* [size], PT_APP_UNKNOWN: free */
    size_t size, n;
};

struct pt_app_names {
    char **texts;
    int32_t n, capacity;
};

struct pt_app_property {
    char *key, *value;
};

struct pt_app {
    char *name, *id, *user, *version;
    int32_t major, minor; /* of the version; 0 = unknown */
    int64_t start, end;   /* the application's */
    int64_t first;        /* instant in the log; unknown if none is there */
    int64_t last;         /* of what the application did; unknown */
    int64_t events;

    struct pt_app_stage *stages;
    int32_t nstages, stage_capacity;
    struct pt_app_job *jobs;
    int32_t njobs, job_capacity;
    struct pt_app_launch *launches;
    int32_t nlaunches, launch_capacity;
    struct pt_app_node *nodes;
    int32_t nnodes, node_capacity;
    struct pt_app_profile *profiles;
    int32_t nprofiles, profile_capacity;
    struct pt_app_property *properties;
    int32_t nproperties, property_capacity;
    struct pt_app_names hosts, pools; /* the first pool is "default" */
    int32_t *order; /* [nlaunches] by stage, start, id; pt_app_finish() */

    struct pt_app_map stage_of, job_of, launch_of; /* by Spark's ids */
    struct pt_app_map node_of;                     /* by a digest of its name */
    struct pt_app_names notes; /* what was wrong, and where: the first ones */
    int64_t nnotes;            /* how many there were */
    struct pt_rule rules[PT_APP_RULES];
};

void pt_app_init(struct pt_app *app);
void pt_app_fini(struct pt_app *app);

/* Takes one line in, TEXT [N]: an event.  Unless it is a good one, WHY says
 * what is wrong, and COLUMN where. */
enum pt_app_line {
    PT_APP_LINE_BAD, /* not an event */
    PT_APP_LINE_INCOMPLETE,
    PT_APP_LINE_GOOD
};
enum pt_app_line pt_app_event(struct pt_app *app, const char *text, size_t n,
                              int *column, char why[PT_APP_TEXT]);

/* After the last event: puts together what came in pieces. */
void pt_app_finish(struct pt_app *app);

/* Remembers what was wrong in FILE at LINE and COLUMN (0 = none). */
void pt_app_note(struct pt_app *app, const char *file, int line, int column,
                 const char *text);

/* The one with that id of Spark's, made if there is none; `fresh` (may be NULL)
 * tells. */
struct pt_app_stage *pt_app_stage_at(struct pt_app *app, int64_t id);
struct pt_app_job *pt_app_job_at(struct pt_app *app, int64_t id, bool *fresh);
struct pt_app_launch *pt_app_launch_at(struct pt_app *app, int64_t id,
                                       bool *fresh);
struct pt_app_attempt *pt_app_attempt_at(struct pt_app_stage *stage,
                                         int32_t number, bool *fresh);

/* The executor that had that name last; made, on HOST (may be NULL), as one
 * that is missing, if there is none. */
struct pt_app_node *pt_app_node_at(struct pt_app *app, const char *name,
                                   const char *host);
struct pt_app_node *pt_app_node_new(struct pt_app *app, const char *name,
                                    const char *host);

/* Of numbers [N], and of a text: FNV-1a. */
int64_t pt_app_digest(const int64_t *numbers, int32_t n);
int64_t pt_app_text_digest(const char *text);

int32_t pt_app_name_at(struct pt_app_names *names, const char *text);

/* PT_APP_UNKNOWN if there is none. */
int32_t pt_app_map_find(const struct pt_app_map *map, int64_t key);
void pt_app_map_set(struct pt_app_map *map, int64_t key, int32_t value);
void pt_app_map_fini(struct pt_app_map *map);

/* A Spark property's text, or NULL. */
const char *pt_app_property(const struct pt_app *app, const char *key);

/* Whether the property says so; FALLBACK where it is not set. */
bool pt_app_is_on(const struct pt_app *app, const char *key, bool fallback);

/* The profile of that id, or else the default one, which is there once
 * pt_app_profile_default() has made it of the properties, if need be. */
const struct pt_app_profile *pt_app_profile_of(const struct pt_app *app,
                                               int64_t id);
void pt_app_profile_default(struct pt_app *app);

/* AMOUNT of GPUs for a task, in thousandths. */
int64_t pt_app_devices(double amount);

/* MS on the run's clock, whose zero is the last full second before all that is
 * in the log. */
pt_time pt_app_time(const struct pt_app *app, int64_t ms);
int64_t pt_app_zero(const struct pt_app *app);

/* What a launch took, in milliseconds; unknown unless it ended. */
int64_t pt_app_length(const struct pt_app_launch *launch);

/* Tasks of the stage's first attempt. */
int32_t pt_app_width(const struct pt_app_stage *stage);

/* How many tasks of its own profile the node can run at once. */
int64_t pt_app_slots(const struct pt_app *app, const struct pt_app_node *node);

/* At an instant, something is there that was not, or is no more. */
struct pt_app_change {
    int64_t at;
    int64_t amount; /* more, or less */
};

/* The most that is there at a time; what goes and comes at one instant is not
 * there twice.  Sorts CHANGES [N]. */
int64_t pt_app_most(struct pt_app_change *changes, size_t n);

/* Whether JOB is who ran STAGE. */
bool pt_app_ran(const struct pt_app *app, int32_t job, int32_t stage);

#endif
