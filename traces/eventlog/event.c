/* event.c - one event of a log, and what it tells of the application.
 *
 * Spark 1.4 to 4.x: what later versions added is optional, and what is not
 * known is skipped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "base/text.h"
#include "base/vec.h"
#include "traces/eventlog/app.h"

/* Later than any date: what is beyond it is no time. */
#define MS_MAX INT64_C(100000000000000)

/* A whole number; PT_APP_UNKNOWN unless it is within 0 ... MAX. */
static int64_t count_of(const json_t *object, const char *key, int64_t max)
{
    const json_t *value = json_object_get(object, key);
    int64_t n = PT_APP_UNKNOWN;

    if (json_is_integer(value))
        n = (int64_t)json_integer_value(value);
    return n >= 0 && n <= max ? n : PT_APP_UNKNOWN;
}

static int64_t id_of(const json_t *object, const char *key)
{
    return count_of(object, key, INT64_C(1) << 53);
}

static int32_t small_of(const json_t *object, const char *key)
{
    return (int32_t)count_of(object, key, INT32_MAX - 1);
}

static bool flag_of(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* An instant; 0 stands for none. */
static int64_t instant_of(struct pt_app *app, const json_t *object,
                          const char *key)
{
    int64_t ms = count_of(object, key, MS_MAX);

    if (ms <= 0)
        return PT_APP_UNKNOWN;
    if (app->first == PT_APP_UNKNOWN || ms < app->first)
        app->first = ms;
    return ms;
}

/* The same, of what the application does: while it does that it goes on. */
static int64_t moment_of(struct pt_app *app, const json_t *object,
                         const char *key)
{
    const int64_t ms = instant_of(app, object, key);

    if (ms > app->last)
        app->last = ms;
    return ms;
}

/* TEXT, cut between characters and fit to print, into *to unless something is
 * there. */
static void keep(char **to, const char *text)
{
    size_t n;

    if (*to || !text)
        return;
    n = strlen(text);
    if (n >= PT_APP_TEXT)
        for (n = PT_APP_TEXT - 1;
             n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80;)
            n--;
    *to = pt_text_dup(text, n);
    for (char *at = *to; *at != '\0'; at++)
        if (((unsigned char)*at < ' ') || *at == 0x7f)
            *at = '?';
}

static void take_version(struct pt_app *app, const char *text)
{
    char *rest;

    if (!text || app->version)
        return;
    keep(&app->version, text);
    app->major = (int32_t)strtol(text, &rest, 10);
    if (*rest == '.')
        app->minor = (int32_t)strtol(rest + 1, NULL, 10);
}

static bool take_log_start(struct pt_app *app, const json_t *event)
{
    take_version(app, text_of(event, "Spark Version"));
    return true;
}

static bool take_app_start(struct pt_app *app, const json_t *event)
{
    keep(&app->name, text_of(event, "App Name"));
    keep(&app->id, text_of(event, "App ID"));
    keep(&app->user, text_of(event, "User"));
    app->start = moment_of(app, event, "Timestamp");
    return true;
}

static bool take_app_end(struct pt_app *app, const json_t *event)
{
    app->end = moment_of(app, event, "Timestamp");
    return true;
}

static bool take_environment(struct pt_app *app, const json_t *event)
{
    json_t *properties = json_object_get(event, "Spark Properties");
    json_t *value;
    const char *key;

    json_object_foreach(properties, key, value)
    {
        struct pt_app_property property = {.key = NULL};
        if (!json_is_string(value) || pt_app_property(app, key))
            continue;
        keep(&property.key, key);
        keep(&property.value, json_string_value(value));
        pt_vec_push(app->properties, app->nproperties, app->property_capacity,
                    property);
    }
    return true;
}

static bool take_profile(struct pt_app *app, const json_t *event)
{
    struct pt_app_profile profile = {.id = id_of(event, "Resource Profile Id"),
                                     .need.amount[PT_CORES] = 1000};
    json_t *tasks = json_object_get(event, "Task Resource Requests");
    json_t *value;
    const char *key;

    if (profile.id == PT_APP_UNKNOWN)
        return false;
    profile.on_any =
        profile.id > 0 &&
        json_object_size(json_object_get(event, "Executor Resource "
                                                "Requests")) == 0;
    json_object_foreach(tasks, key, value)
    {
        double amount = json_number_value(json_object_get(value, "Amount"));
        if (strcmp(key, "gpu") == 0)
            profile.need.amount[PT_GPUS] = pt_app_devices(amount);
        else if (strcmp(key, "cpus") != 0)
            app->rules[PT_APP_RESOURCE_OTHER].rows++;
        else if (amount >= 0.001 && amount <= 100000)
            profile.need.amount[PT_CORES] = (int64_t)(amount * 1000 + 0.5);
    }
    pt_vec_push(app->profiles, app->nprofiles, app->profile_capacity, profile);
    return true;
}

static bool take_executor(struct pt_app *app, const json_t *event)
{
    const char *name = text_of(event, "Executor ID");
    const json_t *info = json_object_get(event, "Executor Info");
    const char *host = text_of(info, "Host");
    const json_t *gpu =
        json_object_get(json_object_get(info, "Resources"), "gpu");
    int64_t cores = count_of(info, "Total Cores", 1000000);
    size_t gpus = json_array_size(json_object_get(gpu, "addresses"));

    if (!name || cores < 0)
        return false;
    struct pt_app_node *node = pt_app_node_new(app, name, host ? host : name);
    node->cores = (int32_t)cores;
    node->gpus = gpus < 1000000 ? (int32_t)gpus : 0;
    node->profile = id_of(info, "Resource Profile Id");
    node->up = instant_of(app, event, "Timestamp");
    if (node->profile == PT_APP_UNKNOWN)
        node->profile = 0;
    return true;
}

static bool take_removal(struct pt_app *app, const json_t *event)
{
    const char *name = text_of(event, "Executor ID");

    if (!name)
        return false;
    struct pt_app_node *node = pt_app_node_at(app, name, NULL);
    if (node->down == PT_APP_UNKNOWN)
        node->down = instant_of(app, event, "Timestamp");
    return true;
}

static int compare_ids(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* The numbers in LIST, those within each element under KEY if that is not NULL.
 * The caller frees. */
static int64_t *list_ids(const json_t *list, const char *key, int32_t *n)
{
    int64_t *ids = pt_alloc(json_array_size(list), sizeof *ids);
    size_t i;
    json_t *item;

    *n = 0;
    json_array_foreach(list, i, item)
    {
        int64_t id =
            key ? id_of(item, key)
                : (json_is_integer(item) ? (int64_t)json_integer_value(item)
                                         : PT_APP_UNKNOWN);
        if (id >= 0)
            ids[(*n)++] = id;
    }
    return ids;
}

static void take_rdds(struct pt_app_stage *stage, const json_t *rdds)
{
    size_t i;
    json_t *rdd;

    json_array_foreach(rdds, i, rdd)
    {
        stage->barrier |= flag_of(rdd, "Barrier");
        if (i == 0)
            stage->partitions = small_of(rdd, "Number of Partitions");
    }
    if (stage->rdds || json_array_size(rdds) == 0)
        return;
    stage->rdds = list_ids(rdds, "RDD ID", &stage->nrdds);
    qsort(stage->rdds, (size_t)stage->nrdds, sizeof *stage->rdds, compare_ids);
}

/* The stage that INFO is about, with what it tells; NULL: none. */
static struct pt_app_stage *take_stage(struct pt_app *app, const json_t *info)
{
    const int64_t id = id_of(info, "Stage ID");
    const json_t *parents = json_object_get(info, "Parent IDs");
    const int32_t ntasks = small_of(info, "Number of Tasks");
    const int64_t profile = id_of(info, "Resource Profile Id");

    if (id == PT_APP_UNKNOWN)
        return NULL;
    struct pt_app_stage *stage = pt_app_stage_at(app, id);
    keep(&stage->name, text_of(info, "Stage Name"));
    take_rdds(stage, json_object_get(info, "RDD Info"));
    if (stage->ntasks == 0 && ntasks > 0)
        stage->ntasks = ntasks;
    if (profile != PT_APP_UNKNOWN)
        stage->profile = profile;
    if (!stage->parents && json_is_array(parents))
        stage->parents = list_ids(parents, NULL, &stage->nparents);
    return stage;
}

/* JOB lists STAGE, and owns it unless an earlier one does and may run it. */
static void list_stage(struct pt_app *app, struct pt_app_job *job,
                       struct pt_app_stage *stage)
{
    if (stage->job == PT_APP_UNKNOWN ||
        (stage->nattempts == 0 && app->jobs[stage->job].ended))
        stage->job = (int32_t)(job - app->jobs);
    pt_vec_push(job->stages, job->nstages, job->stage_capacity,
                (int32_t)(stage - app->stages));
}

static bool take_job_start(struct pt_app *app, const json_t *event)
{
    const int64_t id = id_of(event, "Job ID");
    const json_t *properties = json_object_get(event, "Properties");
    const char *pool = text_of(properties, "spark.scheduler.pool");
    const json_t *infos = json_object_get(event, "Stage Infos");
    const json_t *ids = json_object_get(event, "Stage IDs");
    size_t i;
    json_t *item;
    bool fresh;

    if (id == PT_APP_UNKNOWN)
        return false;
    struct pt_app_job *job = pt_app_job_at(app, id, &fresh);
    if (job->started) {
        app->rules[PT_APP_COMPLETION_REPEATED].rows++;
        return true;
    }
    job->started = true;
    job->submitted = moment_of(app, event, "Submission Time");
    job->pool = pt_app_name_at(&app->pools, pool ? pool : "default");
    json_array_foreach(infos, i, item)
    {
        struct pt_app_stage *stage = take_stage(app, item);
        if (stage)
            list_stage(app, job, stage);
    }
    json_array_foreach(json_array_size(infos) == 0 ? ids : NULL, i,
                       item) if (json_is_integer(item) &&
                                 json_integer_value(item) >= 0)
        list_stage(app, job,
                   pt_app_stage_at(app, (int64_t)json_integer_value(item)));
    return true;
}

/* Stages that run and that no job listed are the job's whose beginning is not
 * in the log either. */
static void claim_stages(struct pt_app *app, struct pt_app_job *job)
{
    for (int32_t i = 0; i < app->nstages; i++)
        if (app->stages[i].job == PT_APP_UNKNOWN &&
            app->stages[i].nattempts > 0)
            list_stage(app, job, &app->stages[i]);
}

static bool take_job_end(struct pt_app *app, const json_t *event)
{
    const int64_t id = id_of(event, "Job ID");
    const char *result =
        text_of(json_object_get(event, "Job Result"), "Result");
    bool fresh;

    if (id == PT_APP_UNKNOWN)
        return false;
    struct pt_app_job *job = pt_app_job_at(app, id, &fresh);
    if (fresh) {
        app->rules[PT_APP_START_MISSING].rows++;
        claim_stages(app, job);
    }
    if (job->ended) {
        app->rules[PT_APP_COMPLETION_REPEATED].rows++;
        return true;
    }
    job->ended = true;
    job->failed = !result || strcmp(result, "JobSucceeded") != 0;
    job->completed = moment_of(app, event, "Completion Time");
    return true;
}

/* The attempt that INFO, of STAGE, is about; NULL: none. */
static struct pt_app_attempt *take_attempt(struct pt_app *app,
                                           struct pt_app_stage *stage,
                                           const json_t *info, bool *fresh)
{
    int32_t number = small_of(info, "Stage Attempt ID");
    int64_t submitted = moment_of(app, info, "Submission Time");
    int32_t ntasks = small_of(info, "Number of Tasks");

    struct pt_app_attempt *attempt =
        pt_app_attempt_at(stage, number < 0 ? 0 : number, fresh);
    if (attempt->submitted == PT_APP_UNKNOWN)
        attempt->submitted = submitted;
    if (attempt->ntasks == 0 && ntasks > 0)
        attempt->ntasks = ntasks;
    return attempt;
}

static bool take_submission(struct pt_app *app, const json_t *event)
{
    const json_t *info = json_object_get(event, "Stage Info");
    struct pt_app_stage *stage = take_stage(app, info);
    bool fresh;

    if (!stage)
        return false;
    take_attempt(app, stage, info, &fresh);
    return true;
}

static bool take_completion(struct pt_app *app, const json_t *event)
{
    const json_t *info = json_object_get(event, "Stage Info");
    struct pt_app_stage *stage = take_stage(app, info);
    bool fresh;

    if (!stage)
        return false;
    struct pt_app_attempt *attempt = take_attempt(app, stage, info, &fresh);
    if (fresh)
        app->rules[PT_APP_START_MISSING].rows++;
    if (attempt->completed != PT_APP_UNKNOWN) {
        app->rules[PT_APP_COMPLETION_REPEATED].rows++;
        return true;
    }
    attempt->completed = moment_of(app, info, "Completion Time");
    if (attempt->completed == PT_APP_UNKNOWN)
        attempt->completed = app->last;
    attempt->failed = json_is_string(json_object_get(info, "Failure Reason"));
    return true;
}

/* The launch that EVENT is about, with what its task's info tells; NULL: none.
 */
static struct pt_app_launch *take_launch(struct pt_app *app,
                                         const json_t *event, bool *fresh)
{
    const json_t *info = json_object_get(event, "Task Info");
    const int64_t id = id_of(info, "Task ID");
    const int64_t stage = id_of(event, "Stage ID");
    const int32_t index = small_of(info, "Index");
    const int32_t attempt = small_of(event, "Stage Attempt ID");
    const char *name = text_of(info, "Executor ID");
    bool fresh_attempt;

    if (id < 0 || stage < 0 || index < 0)
        return NULL;
    struct pt_app_launch *launch = pt_app_launch_at(app, id, fresh);
    if (!*fresh)
        return launch;
    struct pt_app_stage *of = pt_app_stage_at(app, stage);
    launch->stage = (int32_t)(of - app->stages);
    launch->attempt = attempt < 0 ? 0 : attempt;
    pt_app_attempt_at(of, launch->attempt, &fresh_attempt);
    launch->index = index;
    launch->partition = small_of(info, "Partition ID");
    launch->start = moment_of(app, info, "Launch Time");
    launch->copy = flag_of(info, "Speculative");
    launch->node = (int32_t)(pt_app_node_at(app, name ? name : "driver",
                                            text_of(info, "Host")) -
                             app->nodes);
    if (fresh_attempt)
        app->rules[PT_APP_START_MISSING].rows++;
    return launch;
}

static bool take_task_start(struct pt_app *app, const json_t *event)
{
    bool fresh;

    return take_launch(app, event, &fresh) != NULL;
}

static enum pt_app_end ending_of(const json_t *event, const char *reason)
{
    static const struct {
        const char *reason;
        enum pt_app_end ending;
    } endings[] = {
        {"Success", PT_APP_SUCCESS},       {"Resubmitted", PT_APP_SUCCESS},
        {"FetchFailed", PT_APP_FETCH},     {"ExecutorLostFailure", PT_APP_LOST},
        {"TaskKilled", PT_APP_KILLED},     {"TaskCommitDenied", PT_APP_KILLED},
        {"ExceptionFailure", PT_APP_ERROR}};
    const json_t *info = json_object_get(event, "Task Info");

    for (size_t i = 0; reason && i < sizeof endings / sizeof endings[0]; i++)
        if (strcmp(endings[i].reason, reason) == 0)
            return endings[i].ending;
    if (!reason && flag_of(info, "Killed"))
        return PT_APP_KILLED;
    return reason || flag_of(info, "Failed") ? PT_APP_ERROR : PT_APP_SUCCESS;
}

static void take_ending(struct pt_app *app, struct pt_app_launch *launch,
                        const json_t *event)
{
    const json_t *why = json_object_get(event, "Task End Reason");
    const char *type = text_of(event, "Task Type");
    struct pt_app_stage *stage = &app->stages[launch->stage];
    bool fresh;

    launch->ending = ending_of(event, text_of(why, "Reason"));
    launch->end =
        moment_of(app, json_object_get(event, "Task Info"), "Finish Time");
    if (launch->ending == PT_APP_FETCH) {
        launch->map_id = id_of(why, "Map ID");
        launch->map_index = small_of(why, "Map Index");
    }
    stage->has_result |= type && strcmp(type, "ResultTask") == 0;
    stage->has_map |= type && strcmp(type, "ShuffleMapTask") == 0;
    if (pt_app_attempt_at(stage, launch->attempt, &fresh)->completed !=
        PT_APP_UNKNOWN)
        app->rules[PT_APP_END_LATE].rows++;
}

static bool take_task_end(struct pt_app *app, const json_t *event)
{
    const char *reason =
        text_of(json_object_get(event, "Task End Reason"), "Reason");
    bool fresh;
    struct pt_app_launch *launch = take_launch(app, event, &fresh);

    if (!launch)
        return false;
    if (fresh)
        app->rules[PT_APP_START_MISSING].rows++;
    if (reason && strcmp(reason, "Resubmitted") == 0) {
        app->rules[PT_APP_END_RESUBMITTED].rows++;
        launch->resubmitted = true;
    } else if (launch->ending != PT_APP_RUNNING) {
        app->rules[PT_APP_COMPLETION_REPEATED].rows++;
    }
    if (launch->ending == PT_APP_RUNNING)
        take_ending(app, launch, event);
    return true;
}

static bool take_by_name(struct pt_app *app, const char *name,
                         const json_t *event)
{
    static const struct {
        const char *name;
        bool (*take)(struct pt_app *app, const json_t *event);
    } kinds[] = {
        {"SparkListenerTaskStart", take_task_start},
        {"SparkListenerTaskEnd", take_task_end},
        {"SparkListenerStageSubmitted", take_submission},
        {"SparkListenerStageCompleted", take_completion},
        {"SparkListenerJobStart", take_job_start},
        {"SparkListenerJobEnd", take_job_end},
        {"SparkListenerExecutorAdded", take_executor},
        {"SparkListenerExecutorRemoved", take_removal},
        {"SparkListenerResourceProfileAdded", take_profile},
        {"SparkListenerEnvironmentUpdate", take_environment},
        {"SparkListenerApplicationStart", take_app_start},
        {"SparkListenerApplicationEnd", take_app_end},
        {"SparkListenerLogStart", take_log_start},
        {"DBCEventLoggingListenerMetadata", take_log_start},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].take(app, event);
    app->rules[PT_APP_EVENT_OTHER].rows++;
    return true;
}

/* WHY without what would not print. */
static void make_printable(char *why)
{
    for (; *why != '\0'; why++)
        if (*why < ' ' || *why > '~')
            *why = '?';
}

enum pt_app_line pt_app_event(struct pt_app *app, const char *text, size_t n,
                              int *column, char why[PT_APP_TEXT])
{
    json_error_t error;
    json_t *event = json_loadb(text, n, JSON_ALLOW_NUL, &error);
    const char *name = text_of(event, "Event");
    enum pt_app_line line = PT_APP_LINE_BAD;

    *column = 1;
    if (!event) {
        pt_text_copy(why, PT_APP_TEXT, error.text);
        make_printable(why);
        *column = error.column > 0 ? error.column : 1;
    } else if (!name) {
        pt_text_copy(why, PT_APP_TEXT, "it has no \"Event\"");
    } else if (take_by_name(app, name, event)) {
        app->events++;
        line = PT_APP_LINE_GOOD;
    } else {
        snprintf(why, PT_APP_TEXT,
                 "%.80s does not say what it is about (expected its ids)",
                 name);
        make_printable(why);
        line = PT_APP_LINE_INCOMPLETE;
    }
    json_decref(event);
    return line;
}
