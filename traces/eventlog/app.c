#include "traces/eventlog/app.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"

/* Of what was wrong, so many are remembered word for word. */
enum { NOTES = 20 };

static const struct pt_rule rules[PT_APP_RULES] = {
    [PT_APP_LINE_MALFORMED] = {"line-malformed",
                               "line skipped: it is not an event (trace info "
                               "tells where)",
                               0, false},
    [PT_APP_LINE_CUT] = {"line-cut",
                         "last line skipped: it is cut short (trace info "
                         "tells where)",
                         0, false},
    [PT_APP_FILE_CUT] = {"file-cut",
                         "file read up to where it breaks off (trace info "
                         "tells where)",
                         0, false},
    [PT_APP_PART_MISSING] = {"part-missing",
                             "part of a rolling log that is not there", 0,
                             false},
    [PT_APP_LOG_UNFINISHED] = {"log-unfinished",
                               "log that ends before its application does", 0,
                               false},
    [PT_APP_EVENT_OTHER] = {"event-other",
                            "event that has no say in scheduling: skipped", 0,
                            false},
    [PT_APP_EVENT_INCOMPLETE] = {"event-incomplete",
                                 "event skipped: it does not say what it is "
                                 "about (trace info tells where)",
                                 0, false},
    [PT_APP_START_MISSING] = {"start-missing",
                              "job, stage or launch whose beginning is not in "
                              "the log: known by its end",
                              0, false},
    [PT_APP_COMPLETION_REPEATED] = {"completion-repeated",
                                    "end that is told again: the first counts",
                                    0, false},
    [PT_APP_END_LATE] = {"end-late",
                         "launch that ended after its stage attempt: kept", 0,
                         false},
    [PT_APP_END_RESUBMITTED] = {"end-resubmitted",
                                "success taken back, its output lost with an "
                                "executor: the launch counts as a success",
                                0, false},
    [PT_APP_EXECUTOR_MISSING] = {"executor-missing",
                                 "executor that was never added: known by its "
                                 "tasks",
                                 0, false},
    [PT_APP_RESOURCE_OTHER] = {"resource-other",
                               "a profile's need of neither cores nor GPUs: "
                               "left out",
                               0, false},
    [PT_APP_EXCLUSION_OTHER] = {"exclusion-other",
                                "log of an application that excluded nodes by "
                                "limits of its own: exclude stays off",
                                0, false},
    [PT_APP_JOB_EMPTY] = {"job-empty", "job dropped: no stage of it ran", 0,
                          true},
    [PT_APP_STAGE_SKIPPED] = {"stage-skipped",
                              "stage left out: its output was there already", 0,
                              false},
    [PT_APP_STAGE_UNREACHED] = {"stage-unreached",
                                "stage left out: its job did not come to it", 0,
                                false},
    [PT_APP_STAGE_EMPTY] = {"stage-empty", "stage left out: it has no tasks", 0,
                            false},
    [PT_APP_STAGE_ABSURD] = {"stage-absurd",
                             "stage left out: over a million tasks that never "
                             "ran",
                             0, false},
    [PT_APP_PARENT_ELSEWHERE] = {"parent-elsewhere",
                                 "input that another job made: the job waits "
                                 "for the one before it only",
                                 0, false},
    [PT_APP_COPY_KILLED] = {"copy-killed",
                            "launch left out: a speculative copy that did not "
                            "come first",
                            0, false},
    [PT_APP_LAUNCH_LOST] = {"launch-lost",
                            "launch lost with its executor: as long as its "
                            "task's next success, or its stage's median",
                            0, false},
    [PT_APP_LAUNCH_KILLED] = {"launch-killed",
                              "launch killed before its end: as long as its "
                              "task's next success, or its stage's median",
                              0, false},
    [PT_APP_LAUNCH_UNENDED] = {"launch-unended",
                               "launch that had not ended when the log did: "
                               "as long as its task's next success, or its "
                               "stage's median",
                               0, false},
    [PT_APP_LAUNCH_FOREIGN] = {"launch-foreign",
                               "launch left out: no task of its stage's first "
                               "attempt",
                               0, false},
    [PT_APP_INDEX_GUESSED] = {"index-guessed",
                              "launch of a later attempt that does not say "
                              "which task it is: by what was missing then",
                              0, false},
    [PT_APP_FETCH_UNRESOLVED] = {"fetch-unresolved",
                                 "fetch failure that names no task of the same "
                                 "job: a failure that does not count",
                                 0, false},
    [PT_APP_TASK_UNLAUNCHED] = {"task-unlaunched",
                                "task that was never launched: as long as its "
                                "stage's median",
                                0, false},
};

void pt_app_init(struct pt_app *app)
{
    *app = (struct pt_app){.start = PT_APP_UNKNOWN,
                           .end = PT_APP_UNKNOWN,
                           .first = PT_APP_UNKNOWN,
                           .last = PT_APP_UNKNOWN};
    memcpy(app->rules, rules, sizeof rules);
    pt_app_name_at(&app->pools, "default");
}

static void free_names(struct pt_app_names *names)
{
    for (int32_t i = 0; i < names->n; i++)
        pt_free(names->texts[i]);
    pt_free(names->texts);
}

static void free_stage(struct pt_app_stage *stage)
{
    pt_free(stage->name);
    pt_free(stage->attempts);
    pt_free(stage->parents);
    pt_free(stage->rdds);
}

void pt_app_fini(struct pt_app *app)
{
    for (int32_t i = 0; i < app->nstages; i++)
        free_stage(&app->stages[i]);
    for (int32_t i = 0; i < app->njobs; i++)
        pt_free(app->jobs[i].stages);
    for (int32_t i = 0; i < app->nnodes; i++)
        pt_free(app->nodes[i].name);
    for (int32_t i = 0; i < app->nproperties; i++) {
        pt_free(app->properties[i].key);
        pt_free(app->properties[i].value);
    }
    free_names(&app->hosts);
    free_names(&app->pools);
    free_names(&app->notes);
    pt_app_map_fini(&app->stage_of);
    pt_app_map_fini(&app->job_of);
    pt_app_map_fini(&app->launch_of);
    pt_app_map_fini(&app->node_of);
    pt_free(app->stages);
    pt_free(app->jobs);
    pt_free(app->launches);
    pt_free(app->nodes);
    pt_free(app->profiles);
    pt_free(app->properties);
    pt_free(app->order);
    pt_free(app->name);
    pt_free(app->id);
    pt_free(app->user);
    pt_free(app->version);
}

static size_t slot_of(const struct pt_app_map *map, int64_t key)
{
    uint64_t mixed = (uint64_t)key * UINT64_C(0x9e3779b97f4a7c15);
    size_t slot = (size_t)(mixed >> 20) & (map->size - 1);

    while (map->values[slot] != PT_APP_UNKNOWN && map->keys[slot] != key)
        slot = (slot + 1) & (map->size - 1);
    return slot;
}

int32_t pt_app_map_find(const struct pt_app_map *map, int64_t key)
{
    return map->size > 0 ? map->values[slot_of(map, key)] : PT_APP_UNKNOWN;
}

static void grow(struct pt_app_map *map)
{
    const struct pt_app_map old = *map;

    map->size = old.size > 0 ? 2 * old.size : 64;
    map->keys = pt_alloc(map->size, sizeof *map->keys);
    map->values = pt_alloc(map->size, sizeof *map->values);
    for (size_t i = 0; i < map->size; i++)
        map->values[i] = PT_APP_UNKNOWN;
    for (size_t i = 0; i < old.size; i++)
        if (old.values[i] != PT_APP_UNKNOWN) {
            size_t slot = slot_of(map, old.keys[i]);
            map->keys[slot] = old.keys[i];
            map->values[slot] = old.values[i];
        }
    pt_free(old.keys);
    pt_free(old.values);
}

void pt_app_map_set(struct pt_app_map *map, int64_t key, int32_t value)
{
    pt_assert(value != PT_APP_UNKNOWN);
    if (2 * map->n >= map->size)
        grow(map);
    const size_t slot = slot_of(map, key);
    map->n += map->values[slot] == PT_APP_UNKNOWN;
    map->keys[slot] = key;
    map->values[slot] = value;
}

void pt_app_map_fini(struct pt_app_map *map)
{
    pt_free(map->keys);
    pt_free(map->values);
    *map = (struct pt_app_map){.n = 0};
}

static uint64_t digest_byte(uint64_t digest, uint64_t byte)
{
    return (digest ^ byte) * UINT64_C(0x100000001b3);
}

#define DIGEST UINT64_C(0xcbf29ce484222325)

int64_t pt_app_digest(const int64_t *numbers, int32_t n)
{
    uint64_t digest = DIGEST;

    for (int32_t i = 0; i < n; i++)
        for (int shift = 0; shift < 64; shift += 8)
            digest = digest_byte(digest, (uint64_t)numbers[i] >> shift & 255);
    return (int64_t)digest;
}

int64_t pt_app_text_digest(const char *text)
{
    uint64_t digest = DIGEST;

    for (; *text != '\0'; text++)
        digest = digest_byte(digest, (unsigned char)*text);
    return (int64_t)digest;
}

int32_t pt_app_name_at(struct pt_app_names *names, const char *text)
{
    for (int32_t i = 0; i < names->n; i++)
        if (strcmp(names->texts[i], text) == 0)
            return i;
    pt_vec_push(names->texts, names->n, names->capacity,
                pt_text_dup(text, strlen(text)));
    return names->n - 1;
}

void pt_app_note(struct pt_app *app, const char *file, int line, int column,
                 const char *text)
{
    struct pt_err where = {.code = PT_ERR_NONE};
    char note[sizeof where.text + sizeof where.file + 32];
    struct pt_app_names *notes = &app->notes;

    app->nnotes++;
    if (notes->n == NOTES)
        return;
    pt_err_at(&where, PT_ERR_INPUT, file, line, column, "%s", text);
    pt_err_print(&where, note, sizeof note);
    pt_vec_push(notes->texts, notes->n, notes->capacity,
                pt_text_dup(note, strlen(note)));
}

struct pt_app_stage *pt_app_stage_at(struct pt_app *app, int64_t id)
{
    int32_t i = pt_app_map_find(&app->stage_of, id);

    if (i != PT_APP_UNKNOWN)
        return &app->stages[i];
    const struct pt_app_stage stage = {
        .id = id, .job = PT_APP_UNKNOWN, .alias = PT_APP_UNKNOWN};
    pt_vec_push(app->stages, app->nstages, app->stage_capacity, stage);
    pt_app_map_set(&app->stage_of, id, app->nstages - 1);
    return &app->stages[app->nstages - 1];
}

struct pt_app_job *pt_app_job_at(struct pt_app *app, int64_t id, bool *fresh)
{
    int32_t i = pt_app_map_find(&app->job_of, id);

    *fresh = i == PT_APP_UNKNOWN;
    if (!*fresh)
        return &app->jobs[i];
    const struct pt_app_job job = {
        .id = id, .submitted = PT_APP_UNKNOWN, .completed = PT_APP_UNKNOWN};
    pt_vec_push(app->jobs, app->njobs, app->job_capacity, job);
    pt_app_map_set(&app->job_of, id, app->njobs - 1);
    return &app->jobs[app->njobs - 1];
}

struct pt_app_launch *pt_app_launch_at(struct pt_app *app, int64_t id,
                                       bool *fresh)
{
    int32_t i = pt_app_map_find(&app->launch_of, id);

    *fresh = i == PT_APP_UNKNOWN;
    if (!*fresh)
        return &app->launches[i];
    const struct pt_app_launch launch = {.id = id,
                                         .start = PT_APP_UNKNOWN,
                                         .end = PT_APP_UNKNOWN,
                                         .map_id = PT_APP_UNKNOWN,
                                         .map_index = PT_APP_UNKNOWN,
                                         .partition = PT_APP_UNKNOWN};
    pt_vec_push(app->launches, app->nlaunches, app->launch_capacity, launch);
    pt_app_map_set(&app->launch_of, id, app->nlaunches - 1);
    return &app->launches[app->nlaunches - 1];
}

struct pt_app_attempt *pt_app_attempt_at(struct pt_app_stage *stage,
                                         int32_t number, bool *fresh)
{
    int32_t at = stage->nattempts;

    while (at > 0 && stage->attempts[at - 1].number > number)
        at--;
    *fresh = at == 0 || stage->attempts[at - 1].number != number;
    if (!*fresh)
        return &stage->attempts[at - 1];
    const struct pt_app_attempt attempt = {.number = number,
                                           .submitted = PT_APP_UNKNOWN,
                                           .completed = PT_APP_UNKNOWN};
    pt_vec_push(stage->attempts, stage->nattempts, stage->attempt_capacity,
                attempt);
    memmove(&stage->attempts[at + 1], &stage->attempts[at],
            (size_t)(stage->nattempts - 1 - at) * sizeof attempt);
    stage->attempts[at] = attempt;
    return &stage->attempts[at];
}

struct pt_app_node *pt_app_node_new(struct pt_app *app, const char *name,
                                    const char *host)
{
    const struct pt_app_node node = {.name = pt_text_dup(name, strlen(name)),
                                     .host = pt_app_name_at(&app->hosts, host),
                                     .up = PT_APP_UNKNOWN,
                                     .down = PT_APP_UNKNOWN};

    pt_vec_push(app->nodes, app->nnodes, app->node_capacity, node);
    pt_app_map_set(&app->node_of, pt_app_text_digest(name), app->nnodes - 1);
    return &app->nodes[app->nnodes - 1];
}

struct pt_app_node *pt_app_node_at(struct pt_app *app, const char *name,
                                   const char *host)
{
    int32_t at = pt_app_map_find(&app->node_of, pt_app_text_digest(name));

    if (at != PT_APP_UNKNOWN && strcmp(app->nodes[at].name, name) == 0)
        return &app->nodes[at];
    for (at = app->nnodes - 1; at >= 0; at--)
        if (strcmp(app->nodes[at].name, name) == 0)
            return &app->nodes[at];
    app->rules[PT_APP_EXECUTOR_MISSING].rows++;
    struct pt_app_node *node = pt_app_node_new(app, name, host ? host : name);
    node->missing = true;
    return node;
}

const char *pt_app_property(const struct pt_app *app, const char *key)
{
    for (int32_t i = 0; i < app->nproperties; i++)
        if (strcmp(app->properties[i].key, key) == 0)
            return app->properties[i].value;
    return NULL;
}

bool pt_app_is_on(const struct pt_app *app, const char *key, bool fallback)
{
    const char *value = pt_app_property(app, key);

    return value ? strcasecmp(value, "true") == 0 : fallback;
}

/* As many tasks must share one device as Spark lets: floor(1 / AMOUNT). */
int64_t pt_app_devices(double amount)
{
    if (!(amount > 0) || amount > 100000)
        return 0;
    if (amount >= 1)
        return 1000 * (int64_t)ceil(amount);
    double sharing = floor(1 / amount + 1e-9);
    return sharing < 1000 ? (int64_t)floor(1000 / sharing) : 1;
}

static const struct pt_app_profile *find_profile(const struct pt_app *app,
                                                 int64_t id)
{
    for (int32_t i = 0; i < app->nprofiles; i++)
        if (app->profiles[i].id == id)
            return &app->profiles[i];
    return NULL;
}

void pt_app_profile_default(struct pt_app *app)
{
    const char *cpus = pt_app_property(app, "spark.task.cpus");
    const char *gpus = pt_app_property(app, "spark.task.resource.gpu.amount");
    struct pt_app_profile profile = {.need.amount[PT_CORES] = 1000};
    int64_t n;
    double amount;

    if (find_profile(app, 0))
        return;
    if (cpus && pt_text_read_int(&n, cpus) && n >= 1 && n <= 100000)
        profile.need.amount[PT_CORES] = 1000 * n;
    if (gpus && pt_text_read_real(&amount, gpus))
        profile.need.amount[PT_GPUS] = pt_app_devices(amount);
    pt_vec_push(app->profiles, app->nprofiles, app->profile_capacity, profile);
}

const struct pt_app_profile *pt_app_profile_of(const struct pt_app *app,
                                               int64_t id)
{
    const struct pt_app_profile *profile = find_profile(app, id);

    return profile ? profile : find_profile(app, 0);
}

int64_t pt_app_zero(const struct pt_app *app)
{
    return app->first > 0 ? app->first / 1000 * 1000 : 0;
}

pt_time pt_app_time(const struct pt_app *app, int64_t ms)
{
    return (ms - pt_app_zero(app)) * 1000;
}

int64_t pt_app_length(const struct pt_app_launch *launch)
{
    if (launch->start == PT_APP_UNKNOWN || launch->end < launch->start)
        return PT_APP_UNKNOWN;
    return launch->end - launch->start;
}

int32_t pt_app_width(const struct pt_app_stage *stage)
{
    if (stage->nattempts > 0 && stage->attempts[0].ntasks > 0)
        return stage->attempts[0].ntasks;
    return stage->ntasks;
}

bool pt_app_ran(const struct pt_app *app, int32_t job, int32_t stage)
{
    return app->stages[stage].nattempts > 0 && app->stages[stage].job == job;
}

int64_t pt_app_slots(const struct pt_app *app, const struct pt_app_node *node)
{
    const struct pt_app_profile *profile =
        pt_app_profile_of(app, node->profile);
    const int64_t gpu = profile->need.amount[PT_GPUS];
    int64_t slots =
        INT64_C(1000) * node->cores / profile->need.amount[PT_CORES];
    int64_t by_gpu = slots;

    if (gpu > 0 && gpu < 1000)
        by_gpu = node->gpus * (1000 / gpu);
    else if (gpu > 0)
        by_gpu = INT64_C(1000) * node->gpus / gpu;
    return by_gpu < slots ? by_gpu : slots;
}

static int compare_changes(const void *a, const void *b)
{
    const struct pt_app_change *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->amount > y->amount) - (x->amount < y->amount);
}

int64_t pt_app_most(struct pt_app_change *changes, size_t n)
{
    int64_t most = 0, now = 0;

    qsort(changes, n, sizeof *changes, compare_changes);
    for (size_t i = 0; i < n; i++) {
        now += changes[i].amount;
        most = now > most ? now : most;
    }
    return most;
}
