#include "traces/eventlog/eventlog.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "traces/eventlog/app.h"
#include "traces/eventlog/files.h"
#include "traces/eventlog/jobs.h"
#include "traces/eventlog/machine.h"
#include "traces/eventlog/view.h"

enum chain { CHAIN_ENDS, CHAIN_NONE };

struct eventlog {
    char gang[PT_PARAM_TEXT_SIZE];
    int chain;

    struct pt_eventlog_files files;
    struct pt_app app;
    struct pt_eventlog_jobs jobs;
    struct pt_eventlog_machine machine;
    struct pt_eventlog_canvas canvas;
    bool seen;                   /* the canvas is painted */
    char last_file[PT_APP_TEXT]; /* where the last line was */
    int last_line;
    char *name; /* of the file or folder, for messages */
    int32_t nfiles;
};

/* A line that is no event is one cut short, if it is its file's last. */
struct doubt {
    char file[PT_APP_TEXT];
    int line, column;
    char why[PT_APP_TEXT];
    bool open;
};

static void settle(struct pt_app *app, struct doubt *doubt, bool last)
{
    char text[PT_APP_TEXT + 64];

    if (!doubt->open)
        return;
    doubt->open = false;
    app->rules[last ? PT_APP_LINE_CUT : PT_APP_LINE_MALFORMED].rows++;
    snprintf(text, sizeof text,
             last ? "the last line is cut short: %s (expected an event)"
                  : "not an event: %s (expected one a line)",
             doubt->why);
    pt_app_note(app, doubt->file, doubt->line, doubt->column, text);
}

static void read_line(struct eventlog *log, struct doubt *doubt)
{
    const struct pt_lines *lines = &log->files.lines;
    struct pt_app *app = &log->app;
    char why[PT_APP_TEXT];
    int column;

    if (strspn(lines->text, " \t") == lines->length)
        return;
    pt_text_copy(log->last_file, sizeof log->last_file, lines->file);
    log->last_line = lines->line;
    switch (pt_app_event(app, lines->text, lines->length, &column, why)) {
    case PT_APP_LINE_GOOD:
        break;
    case PT_APP_LINE_INCOMPLETE:
        app->rules[PT_APP_EVENT_INCOMPLETE].rows++;
        pt_app_note(app, lines->file, lines->line, column, why);
        break;
    case PT_APP_LINE_BAD:
        *doubt =
            (struct doubt){.line = lines->line, .column = column, .open = true};
        pt_text_copy(doubt->file, sizeof doubt->file, lines->file);
        pt_text_copy(doubt->why, sizeof doubt->why, why);
        break;
    }
}

/* Reads all events that can be read; what cannot is noted. */
static void read_events(struct eventlog *log)
{
    struct doubt doubt = {.open = false};
    struct pt_app *app = &log->app;
    int status;

    do {
        struct pt_err trouble = {.code = PT_ERR_NONE};
        bool ended;
        status = pt_eventlog_files_next(&log->files, &ended, &trouble);
        settle(app, &doubt, ended);
        if (status > 0)
            read_line(log, &doubt);
        if (status < 0) {
            app->rules[PT_APP_FILE_CUT].rows++;
            pt_app_note(app, trouble.file, trouble.line, trouble.column,
                        trouble.text);
        }
    } while (status != 0);
    app->rules[PT_APP_PART_MISSING].rows = log->files.missing;
    if (app->events > 0 && app->end == PT_APP_UNKNOWN) {
        app->rules[PT_APP_LOG_UNFINISHED].rows = 1;
        pt_app_note(app, log->last_file, log->last_line, 0,
                    "the log ends here, and its application does not");
    }
}

/* Reading has left nothing to work with. */
static int refuse(const struct eventlog *log, struct pt_err *err)
{
    if (log->app.notes.n == 0)
        return pt_err_at(err, PT_ERR_INPUT, log->name, 0, 0,
                         "no events (expected a Spark event log)");
    return pt_err_set(err, PT_ERR_INPUT, "%s", log->app.notes.texts[0]);
}

/* The stage that WORD names, by its number or its name, and that ran: its id,
 * or PT_APP_UNKNOWN with ERR filled. */
static int64_t find_stage(const struct pt_app *app, const char *word,
                          struct pt_err *err)
{
    int64_t id;
    int32_t at = PT_APP_UNKNOWN;

    if (pt_text_read_int(&id, word))
        at = pt_app_map_find(&app->stage_of, id);
    for (int32_t i = 0; i < app->nstages && at == PT_APP_UNKNOWN; i++)
        if (app->stages[i].nattempts > 0 && app->stages[i].name &&
            strcmp(app->stages[i].name, word) == 0)
            at = i;
    if (at != PT_APP_UNKNOWN && app->stages[at].nattempts > 0)
        return app->stages[at].id;
    if (at != PT_APP_UNKNOWN && app->stages[at].alias != PT_APP_UNKNOWN)
        pt_err_set(err, PT_ERR_USAGE,
                   "gang: stage %.60s was skipped (did you mean the one that "
                   "ran, %lld?)",
                   word, (long long)app->stages[app->stages[at].alias].id);
    else
        pt_err_set(err, PT_ERR_USAGE,
                   "gang: no stage '%.60s' ran (expected STAGE[+STAGE...], "
                   "each a number or a name in the log)",
                   word);
    return PT_APP_UNKNOWN;
}

/* The stages of `gang`, to be freed by the caller. */
static int find_gangs(const struct eventlog *log, int64_t **gangs, int32_t *n,
                      struct pt_err *err)
{
    const char *at = log->gang;
    int32_t capacity = 0;

    *gangs = NULL;
    *n = 0;
    while (*at != '\0') {
        const size_t length = strcspn(at, "+");
        char *word = pt_text_dup(at, length);
        const int64_t id = find_stage(&log->app, word, err);
        pt_free(word);
        if (id == PT_APP_UNKNOWN) {
            pt_free(*gangs);
            return -1;
        }
        pt_vec_push(*gangs, *n, capacity, id);
        at += length + (at[length] == '+');
    }
    return 0;
}

static int begin(struct eventlog *log, const char *name,
                 const struct pt_reading *reading, struct pt_err *err)
{
    int64_t *gangs;
    int32_t ngangs;

    log->name = pt_text_dup(name, strlen(name));
    log->nfiles = log->files.nparts;
    log->seen = false;
    pt_app_init(&log->app);
    read_events(log);
    if (log->app.events == 0) {
        refuse(log, err);
        goto fail;
    }
    pt_app_finish(&log->app);
    log->app.rules[PT_APP_EXCLUSION_OTHER].rows =
        pt_eventlog_excludes_oddly(&log->app);
    if (find_gangs(log, &gangs, &ngangs, err) < 0)
        goto fail;
    pt_eventlog_jobs_open(&log->jobs, &log->app, gangs, ngangs,
                          log->chain == CHAIN_ENDS, reading->scale);
    pt_eventlog_machine_open(&log->machine, &log->app,
                             pt_eventlog_first(&log->jobs), log->jobs.profiles,
                             log->jobs.fair);
    return 0;
fail:
    pt_app_fini(&log->app);
    pt_eventlog_files_close(&log->files);
    pt_free(log->name);
    return -1;
}

static int eventlog_open(void *state, const char *path,
                         const struct pt_reading *reading, struct pt_err *err)
{
    struct eventlog *log = state;

    if (pt_eventlog_files_open(&log->files, path, err) < 0)
        return -1;
    return begin(log, path, reading, err);
}

int pt_eventlog_open_bytes(void *state, const char *name, const void *bytes,
                           size_t n, const struct pt_reading *reading,
                           struct pt_err *err)
{
    struct eventlog *log = state;

    if (pt_eventlog_files_open_bytes(&log->files, name, bytes, n, err) < 0)
        return -1;
    return begin(log, name, reading, err);
}

static int eventlog_next(void *state, struct pt_work *work, struct pt_err *err)
{
    struct eventlog *log = state;

    (void)err;
    return pt_eventlog_jobs_next(&log->jobs, work);
}

static void eventlog_info(const void *state, struct pt_source_info *info)
{
    const struct eventlog *log = state;

    *info = (struct pt_source_info){
        .machine = &log->machine.machine,
        .rules = log->app.rules,
        .nrules = PT_APP_RULES,
        .rows = log->app.rules[PT_APP_JOB_EMPTY].rows + log->jobs.next,
        .jobs = log->jobs.next,
        .digest = log->files.digest[0] ? log->files.digest : NULL,
        .bytes = pt_eventlog_files_bytes(&log->files)};
}

static bool eventlog_recorded(const void *state, int64_t job, int64_t stage,
                              pt_time *ready, pt_time *end)
{
    const struct eventlog *log = state;
    const struct pt_app *app = &log->app;
    const int32_t at = pt_app_map_find(&app->stage_of, stage);

    if (at == PT_APP_UNKNOWN || app->stages[at].nattempts == 0)
        return false;
    const struct pt_app_stage *ran = &app->stages[at];
    const int64_t begin = ran->attempts[0].submitted;
    const int64_t told = ran->attempts[ran->nattempts - 1].completed;
    if (app->jobs[ran->job].id != job || begin == PT_APP_UNKNOWN ||
        told < begin)
        return false;
    *ready = pt_app_time(app, begin);
    *end = pt_app_time(app, told);
    return true;
}

const struct pt_eventlog_view *pt_eventlog_view(void *state)
{
    struct eventlog *log = state;

    if (!log->seen) {
        pt_eventlog_view_open(&log->canvas, &log->app, &log->jobs);
        log->canvas.view.files = log->nfiles;
        log->seen = true;
    }
    return &log->canvas.view;
}

static void eventlog_close(void *state)
{
    struct eventlog *log = state;

    if (log->seen)
        pt_eventlog_view_close(&log->canvas);
    pt_eventlog_machine_close(&log->machine);
    pt_eventlog_jobs_close(&log->jobs);
    pt_app_fini(&log->app);
    pt_eventlog_files_close(&log->files);
    pt_free(log->name);
}

/* Whether HEAD's first line is an event, as Spark or Databricks write it; of a
 * folder, whether it has parts of a log. */
static bool eventlog_sniff(const char *path, const char *head, size_t n)
{
    static const char key[] = "{\"Event\":\"";
    static const char *const names[] = {"SparkListener", "org.apache.spark.",
                                        "DBCEventLogging"};
    char begin[64];
    size_t used = 0;

    for (size_t i = 0; i < n && used + 1 < sizeof begin; i++)
        if (head[i] != ' ' && head[i] != '\t' && head[i] != '\r' &&
            head[i] != '\n')
            begin[used++] = head[i];
    begin[used] = '\0';
    if (used == 0)
        return pt_eventlog_files_sniff(path);
    if (strncmp(begin, key, sizeof key - 1) != 0)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(begin + sizeof key - 1, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static const char *const chains[] = {"ends", "none", NULL};

static const struct pt_param eventlog_params[] = {
    {.name = "gang",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct eventlog, gang),
     .help = "stages to be treated as gangs, STAGE[+STAGE...], each a number "
             "or a name in the log"},
    {.name = "chain",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "ends",
     .choices = chains,
     .offset = offsetof(struct eventlog, chain),
     .help = "ends: a job comes its recorded gap after the job that had ended "
             "last when it was submitted; none: at its recorded time"},
    PT_PARAM_END};

const struct pt_source pt_source_eventlog = {
    .name = "eventlog",
    .summary = "event logs of Apache Spark, plain, gzip or zstd, one file or "
               "rolling",
    .cite = "https://spark.apache.org/docs/latest/monitoring.html",
    .params = eventlog_params,
    .state_size = sizeof(struct eventlog),
    .staged = true,
    .sniff = eventlog_sniff,
    .open = eventlog_open,
    .next = eventlog_next,
    .info = eventlog_info,
    .recorded = eventlog_recorded,
    .close = eventlog_close,
};
