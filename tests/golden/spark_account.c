#include "tests/golden/spark_account.h"

#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "core/policy.h"
#include "registry.h"
#include "tests/unit/check.h"
#include "traces/eventlog/eventlog.h"
#include "traces/eventlog/app.h"
#include "traces/eventlog/files.h"
#include "world/drive.h"
#include "world/simulated.h"

struct spark_attempt *spark_attempt_of(const struct spark_account *account,
                                       int64_t stage, int32_t try)
{
    for (int32_t i = 0; i < account->nattempts; i++)
        if (account->attempts[i].stage == stage &&
            account->attempts[i].try == try)
            return &account->attempts[i];
    return NULL;
}

/* The attempt, made if there is none. */
static struct spark_attempt *attempt_at(struct spark_account *account,
                                        int64_t stage, int32_t try)
{
    struct spark_attempt *its = spark_attempt_of(account, stage, try);

    if (its)
        return its;
    pt_vec_push(account->attempts, account->nattempts,
                account->attempt_capacity,
                ((struct spark_attempt){.stage = stage,
                                        .try = try,
                                        .ready = PT_TIME_NEVER,
                                        .start = PT_TIME_NEVER,
                                        .end = PT_TIME_NEVER}));
    return &account->attempts[account->nattempts - 1];
}

void spark_account_fini(struct spark_account *account)
{
    pt_free(account->launches);
    pt_free(account->attempts);
    pt_free(account->jobs);
    *account = (struct spark_account){.nlaunches = 0};
}

static int by_start(const void *a, const void *b)
{
    const struct spark_attempt *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->stage != y->stage)
        return x->stage < y->stage ? -1 : 1;
    return (x->try > y->try) - (x->try < y->try);
}

static int by_id(const void *a, const void *b)
{
    const struct spark_job *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

static void put_in_order(struct spark_account *account)
{
    if (account->nattempts > 0)
        qsort(account->attempts, (size_t)account->nattempts,
              sizeof *account->attempts, by_start);
    if (account->njobs > 0)
        qsort(account->jobs, (size_t)account->njobs, sizeof *account->jobs,
              by_id);
}

static void add_launch(struct spark_account *account,
                       struct spark_launch launch)
{
    struct spark_attempt *its = attempt_at(account, launch.stage, launch.try);

    if (launch.at < its->start)
        its->start = launch.at;
    its->gang = launch.gang;
    pt_vec_push(account->launches, account->nlaunches, account->launch_capacity,
                launch);
}

/* --- what Spark did --- */

static void read_app(struct pt_app *app, const char *path)
{
    struct pt_eventlog_files files;
    struct pt_err err = {.code = PT_ERR_NONE};
    bool ended;

    pt_app_init(app);
    assert_int_equal(pt_eventlog_files_open(&files, path, &err), 0);
    while (pt_eventlog_files_next(&files, &ended, &err) > 0) {
        int column;
        char why[PT_APP_TEXT];
        pt_app_event(app, files.lines.text, files.lines.length, &column, why);
    }
    pt_eventlog_files_close(&files);
    pt_app_finish(app);
}

static pt_time time_of(const struct pt_app *app, int64_t ms)
{
    return ms == PT_APP_UNKNOWN ? PT_TIME_NEVER : pt_app_time(app, ms);
}

static void note_attempts(struct spark_account *account,
                          const struct pt_app *app)
{
    for (int32_t i = 0; i < app->nstages; i++)
        for (int32_t k = 0; k < app->stages[i].nattempts; k++) {
            const struct pt_app_attempt *from = &app->stages[i].attempts[k];
            struct spark_attempt *its =
                attempt_at(account, app->stages[i].id, from->number);
            its->ntasks = from->ntasks;
            its->gang = app->stages[i].barrier;
            its->ready = time_of(app, from->submitted);
            its->end = time_of(app, from->completed);
            its->over = from->completed != PT_APP_UNKNOWN;
            its->failed = from->failed;
        }
}

static int by_instant(const void *a, const void *b)
{
    const struct pt_app_launch *x = *(const struct pt_app_launch *const *)a,
                               *y = *(const struct pt_app_launch *const *)b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void note_launches(struct spark_account *account,
                          const struct pt_app *app)
{
    const size_t n = (size_t)app->nlaunches;
    const struct pt_app_launch **order = pt_alloc(n, sizeof(void *));

    for (size_t i = 0; i < n; i++)
        order[i] = &app->launches[i];
    qsort(order, n, sizeof(void *), by_instant);
    for (size_t i = 0; i < n; i++) {
        const struct pt_app_launch *it = order[i];
        const struct pt_app_stage *stage = &app->stages[it->stage];
        add_launch(account,
                   (struct spark_launch){.at = time_of(app, it->start),
                                         .stage = stage->id,
                                         .try = it->attempt,
                                         .task = it->partition != PT_APP_UNKNOWN
                                                     ? it->partition
                                                     : it->index,
                                         .node = it->node,
                                         .host = app->nodes[it->node].host,
                                         .gang = stage->barrier,
                                         .copy = it->copy});
    }
    pt_free(order);
}

struct spark_account spark_recorded(const char *path)
{
    struct spark_account account = {.nlaunches = 0};
    struct pt_app app;

    read_app(&app, path);
    account.zero = pt_app_zero(&app);
    account.repeats = (int32_t)app.rules[PT_APP_COMPLETION_REPEATED].rows;
    note_attempts(&account, &app);
    note_launches(&account, &app);
    for (int32_t i = 0; i < app.njobs; i++)
        pt_vec_push(account.jobs, account.njobs, account.job_capacity,
                    ((struct spark_job){
                        .id = app.jobs[i].id,
                        .over = app.jobs[i].ended,
                        .failed = app.jobs[i].failed,
                        .submit = time_of(&app, app.jobs[i].submitted)}));
    put_in_order(&account);
    pt_app_fini(&app);
    return account;
}

/* --- what our core does --- */

struct going {
    struct spark_account account;
    const struct pt_run_machine *machine;
    const struct pt_job **jobs; /* by tag */
    int32_t capacity;
};

/* Where the K-th of D's tasks runs. */
static int32_t node_of(const struct pt_step *step, const struct pt_decision *d,
                       int32_t k)
{
    for (int32_t i = 0; i < d->nranges; i++) {
        const struct pt_range *range = &step->ranges[d->range + i];
        if (k < range->count)
            return range->first + k;
        k -= range->count;
    }
    return -1;
}

static void see_start(struct going *go, const struct pt_step *step,
                      const struct pt_decision *d)
{
    const struct pt_job *job = go->jobs[d->tag];
    const struct pt_stage *stage = &job->stages[d->stage];

    for (int32_t k = 0; k < d->ntasks; k++) {
        int32_t node = node_of(step, d, k);
        add_launch(&go->account,
                   (struct spark_launch){
                       .at = step->now,
                       .stage = stage->id,
                       .try = d->try,
                       .task = d->partial
                                   ? (int32_t)step->messages[d->message + k]
                                   : d->task + k,
                       .node = node,
                       .host = node >= 0 ? go->machine->node[node].host : -1,
                       .gang = stage->mode == PT_GANG,
                       .copy = d->copy});
    }
}

static void see_stage(struct going *go, const struct pt_stage_record *record)
{
    struct spark_attempt *its = attempt_at(
        &go->account, record->job->stages[record->stage].id, record->try);

    its->gang = record->job->stages[record->stage].mode == PT_GANG;
    its->ntasks = record->ntasks;
    its->ready = record->ready;
    if (its->over) {
        go->account.repeats++;
        return;
    }
    its->end = record->end;
    its->over = true;
    its->failed = record->outcome != PT_SUCCESS;
}

static void see_record(struct going *go, const struct pt_record *it)
{
    pt_vec_push(go->account.jobs, go->account.njobs, go->account.job_capacity,
                ((struct spark_job){.id = it->job->id,
                                    .over = it->state != PT_UNFINISHED,
                                    .failed = it->state != PT_DONE,
                                    .submit = it->job->submit}));
}

static int watch(void *context, const struct pt_step *step,
                 const struct pt_census *census, struct pt_err *err)
{
    struct going *go = context;

    (void)census;
    (void)err;
    for (int32_t i = 0; i < step->nfacts; i++) {
        const struct pt_job *job = step->facts[i].job;
        if (step->facts[i].kind != PT_FACT_SUBMITTED)
            continue;
        pt_vec_reserve(go->jobs, go->capacity, job->tag + 1);
        go->jobs[job->tag] = job;
    }
    for (int32_t i = 0; i < step->ndecisions; i++)
        if (step->decisions[i].kind == PT_START)
            see_start(go, step, &step->decisions[i]);
    for (int32_t i = 0; i < step->nstages; i++)
        see_stage(go, &step->stages[i]);
    for (int32_t i = 0; i < step->nrecords; i++)
        see_record(go, &step->records[i]);
    return 0;
}

static void set_pools(struct pt_run_machine *machine,
                      const struct spark_pool *pools, int32_t n)
{
    for (int32_t i = 0; i < machine->npools; i++)
        for (int32_t k = 0; k < n; k++)
            if (strcmp(machine->pools[i].name, pools[k].name) == 0) {
                machine->pools[i].weight = pools[k].weight;
                machine->pools[i].min_share = pools[k].min_share;
                machine->pools[i].fair = pools[k].fair;
            }
}

/* Opened, with what it runs under. */
struct opened {
    struct pt_run run;
    struct pt_settings settings;
    struct pt_opened source;
    void *place, *policy;
    struct pt_run_machine machine;
    struct pt_rules rules;
    struct pt_world *world;
    struct pt_core *core;
};

static void open_policy(struct opened *o, bool fair, struct pt_err *err)
{
    const struct pt_plugin *plugin;
    const char *text = fair ? "head=skip,order=fair" : "head=skip";

    for (size_t i = 0; pt_policies[i]; i++)
        if (strcmp(pt_policies[i]->name, "gang") == 0)
            o->run.policy = pt_policies[i];
    assert_non_null(o->run.policy);
    plugin = (const struct pt_plugin *)o->run.policy;
    o->policy = pt_plugin_state_new(plugin);
    ASSERT_INT(pt_plugin_set_text(plugin, o->policy, text, err), 0);
}

/* The log, with the settings that it was recorded under. */
static void open_source(struct opened *o, const char *path, int64_t seed)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    *o = (struct opened){.run = {.source = &pt_source_eventlog, .path = path}};
    pt_param_defaults(pt_settings_params, &o->settings);
    o->settings.seed = seed;
    ASSERT_INT(pt_run_open(&o->run, &o->settings, false, &o->source, &err), 0);
    pt_settings_rules(&o->settings, &o->rules);
}

static void open_run(struct opened *o, const struct spark_pool *pools,
                     int32_t npools)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_core_config config;
    struct pt_source_info info = {0};
    pt_time first;

    pt_source_eventlog.info(o->source.state, &info);
    const struct pt_simulated_config world = {
        .chances = {.seed = (uint64_t)o->settings.seed},
        .launch_delay = o->settings.launch_delay,
        .shuffle = true,
        .each = true,
        .machine = info.machine};
    o->world = pt_simulated_new(&pt_source_eventlog, o->source.state, &world);
    ASSERT_INT(pt_simulated_first(o->world, &first, &err), 0);
    ASSERT_INT(
        pt_run_find_machine(&o->run, &o->source, first, &o->machine, &err), 0);
    set_pools(&o->machine, pools, npools);
    pt_run_core_config(&o->settings, &o->machine, &o->rules, &config);
    open_policy(o, npools > 0, &err);
    config.policy = o->run.policy;
    config.policy_state = o->policy;
    config.place = pt_run_place("first", &o->place, &err);
    config.place_state = o->place;
    o->core = pt_core_new(&config);
}

static void close_source(struct opened *o)
{
    pt_run_close(&o->source);
}

static void close_run(struct opened *o)
{
    o->world->close(o->world);
    pt_core_free(o->core);
    pt_run_machine_fini(&o->machine);
    pt_free(o->place);
    pt_free(o->policy);
}

struct spark_account spark_replayed(const char *path,
                                    const struct spark_pool *pools,
                                    int32_t npools, int64_t seed)
{
    struct opened o;
    struct pt_err err = {.code = PT_ERR_NONE};
    struct going go = {.machine = &o.machine};
    const struct pt_watcher watcher = {.context = &go, .watch = watch};

    open_source(&o, path, seed);
    open_run(&o, pools, npools);
    ASSERT_INT(pt_drive(o.world, o.core, &watcher, NULL, &err), 0);
    pt_core_check(o.core);
    close_run(&o);
    close_source(&o);
    pt_free(go.jobs);
    put_in_order(&go.account);
    return go.account;
}

void spark_rules(const char *path, struct pt_rules *rules)
{
    struct opened o;

    open_source(&o, path, 1);
    *rules = o.rules;
    close_source(&o);
}
