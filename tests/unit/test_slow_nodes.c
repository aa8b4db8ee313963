/* Nodes that are slow, by whole runs: each job goes at the pace of the slowest
 * node that it is on, wherever it is put; a node is as slow under every policy
 * and beside any number of others; what was saved goes on at another pace; and
 * no gang has a second launch. */
#include "tests/unit/results_folder.h"

#include <jansson.h>
#include <math.h>
#include "models/straggler.h"
#include "models/stream.h"
#include "models/model.h"
#include "run.h"
#include "ask/policy_text.h"
#include "traces/swf.h"

/* ---- runs ---- */

struct options {
    const struct pt_source *source;
    const char *path, *params;
    const char *dir, *policy;
    int64_t nodes, cores, seed;
    const char *set[8][2]; /* settings; NULL: no more */
};

static void set(struct pt_settings *settings, const char *key,
                const char *value)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    if (pt_settings_set(settings, "test", key, value, &err))
        fail_msg("%s", err.text);
}

static void go(const struct options *options)
{
    struct pt_choices choices = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_report report;
    struct pt_run run = {.source = options->source,
                         .source_params = options->params,
                         .path = options->path,
                         .dir = options->dir,
                         .tape = true,
                         .nodes = options->nodes,
                         .cores = options->cores};

    if (pt_choices_add(&choices, options->policy, &err))
        fail_msg("%s", err.text);
    pt_param_defaults(pt_settings_params, &run.settings);
    run.settings.seed = options->seed;
    for (int i = 0; i < 8 && options->set[i][0]; i++)
        set(&run.settings, options->set[i][0], options->set[i][1]);
    run.policy = choices.items[0].policy;
    run.policy_state = choices.items[0].state;
    run.policy_text = choices.items[0].text;
    run.label = choices.items[0].label;
    if (pt_run_go(&run, &report, &err))
        fail_msg("seed %d: %s", (int)options->seed, err.text);
    ASSERT_INT(report.summary.done, report.summary.jobs);
    pt_report_fini(&report);
    pt_choices_fini(&choices);
}

/* How many times as long work takes on NODE. */
static double pace_of(const char *law, int64_t seed, int32_t node)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_stream stream;
    void *state = NULL;
    const struct pt_straggler_model *model =
        pt_run_straggler(law, &state, &err);

    assert_non_null(model);
    double pace = model->factor(state, pt_stream_open(&stream, (uint64_t)seed,
                                                      0, PT_PURPOSE_SLOWNESS,
                                                      (uint64_t)node));
    pt_free(state);
    return pace;
}

static void write_row(FILE *stream, int id, int submit, int length, int width)
{
    fprintf(stream, "%d %d -1 %d %d -1 -1 %d %d -1 1 1 1 1 1 1 -1 -1\n", id,
            submit, length, width, width, length);
}

/* ---- each at the pace of its slowest node ---- */

#define JOBS  60
#define NODES 12

/* A machine of 12 nodes; a case. */
struct machine {
    int cores;
    const char *policy, *machine, *place, *exclusive;
};

/* Job i, from 1 on. */
static int length_of(int i)
{
    return 20 + i * i % 97;
}

static void write_jobs(const struct place *place, int processors)
{
    FILE *stream = create(place, "jobs.swf");

    for (int i = 1; i <= JOBS; i++)
        write_row(stream, i, 3 * i, length_of(i),
                  1 + i * 7919 % (i % 5 > 0 ? 5 : processors));
    fclose(stream);
}

/* Of the nodes in FIELD: the most that any takes. */
static double most_in(const struct pt_csv *csv, struct pt_csv_field *field,
                      int cores, const char *law, int64_t seed)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_interval interval;
    double most = 0;

    while (pt_csv_interval(csv, field, &interval, &err) == 1)
        for (int32_t i = interval.low; i <= interval.high; i++)
            most = fmax(most, pace_of(law, seed, i / cores));
    ASSERT_INT(err.code, PT_ERR_NONE);
    return most;
}

static void check_paces(const char *dir, int cores, const char *law,
                        int64_t seed)
{
    static const char *const columns[] = {"job_id", "starting_time",
                                          "finish_time", "allocated_resources"};
    char *path = pt_results_path(dir, "jobs.csv");
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_csv_field fields[4];
    struct pt_csv csv;
    int rows = 0;

    ASSERT_INT(pt_csv_open(&csv, path, columns, 4, &err), 0);
    for (; pt_csv_next(&csv, fields, &err) == 1; rows++) {
        pt_time start = 0, end = 0;
        int64_t id = 0;
        if (pt_csv_int(&csv, &fields[0], 1, JOBS, &id, &err) ||
            pt_csv_time(&csv, &fields[1], &start, &err) ||
            pt_csv_time(&csv, &fields[2], &end, &err))
            fail_msg("%s", err.text);
        double most = most_in(&csv, &fields[3], cores, law, seed);
        ASSERT_INT(end - start,
                   pt_time_from_seconds(most * length_of((int)id)));
    }
    ASSERT_INT(rows, JOBS);
    pt_csv_close(&csv);
    pt_free(path);
}

static void check_machine(const struct machine *machine, const char *law,
                          int64_t seed)
{
    struct place place;

    make_place(&place);
    write_jobs(&place, NODES * machine->cores);
    char *path = pt_results_path(place.dir, "jobs.swf");
    go(&(struct options){.source = &pt_source_swf,
                         .path = path,
                         .dir = place.dir,
                         .policy = machine->policy,
                         .nodes = NODES,
                         .cores = machine->cores,
                         .seed = seed,
                         .set = {{"slowness", law},
                                 {"machine", machine->machine},
                                 {"place", machine->place},
                                 {"exclusive", machine->exclusive}}});
    pt_free(path);
    /* Ranges are processors, or nodes. */
    bool named = strcmp(machine->machine, "named") == 0;
    check_paces(place.dir, named ? 1 : machine->cores, law, seed);
    remove_all(place.dir);
}

static void test_a_job_goes_at_the_pace_of_its_slowest_node(void **state)
{
    static const struct machine machines[] = {
        {1, "easy", "auto", "first", "none"},
        {3, "easy", "auto", "first", "none"},
        {4, "conservative", "auto", "spread", "none"},
        {2, "fcfs", "auto", "pack", "none"},
        {3, "spark", "auto", "best", "node"},
        {4, "fifo", "auto", "first", "none"},
        {3, "easy", "named", "first", "none"},
        {4, "conservative", "named", "spread", "node"},
        {1, "fifo", "named", "best", "none"},
        {2, "spark", "named", "pack", "none"},
    };
    static const char *const laws[] = {"exponential", "lognormal:sigma=1",
                                       "slow:p=0.3,factor=3"};

    (void)state;
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        check_machine(&machines[i], laws[i % 3], 1 + (int64_t)i / 3);
}

/* ---- a node is as slow beside any number of others ---- */

/* Of one job on each of NODES: how long they take, in the order of nodes. */
static void read_lengths(const char *dir, pt_time *lengths, int n)
{
    static const char *const columns[] = {"execution_time",
                                          "allocated_resources"};
    char *path = pt_results_path(dir, "jobs.csv");
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_csv_field fields[2];
    struct pt_interval at;
    struct pt_csv csv;
    pt_time length;

    ASSERT_INT(pt_csv_open(&csv, path, columns, 2, &err), 0);
    while (pt_csv_next(&csv, fields, &err) == 1) {
        ASSERT_INT(pt_csv_interval(&csv, &fields[1], &at, &err), 1);
        assert_true(at.low == at.high && at.low < n);
        ASSERT_INT(pt_csv_time(&csv, &fields[0], &length, &err), 0);
        lengths[at.low] = length;
    }
    pt_csv_close(&csv);
    pt_free(path);
}

static void find_lengths(int n, const char *policy, const char *straggler,
                         int64_t seed, pt_time *lengths)
{
    struct place place;

    make_place(&place);
    FILE *stream = create(&place, "jobs.swf");
    for (int i = 1; i <= n; i++)
        write_row(stream, i, 0, 100, 1);
    fclose(stream);
    char *path = pt_results_path(place.dir, "jobs.swf");
    go(&(struct options){.source = &pt_source_swf,
                         .path = path,
                         .dir = place.dir,
                         .policy = policy,
                         .nodes = n,
                         .cores = 1,
                         .seed = seed,
                         .set = {{"slowness", "lognormal:sigma=0.5"},
                                 {"straggler", straggler}}});
    read_lengths(place.dir, lengths, n);
    pt_free(path);
    remove_all(place.dir);
}

static void test_a_node_is_as_slow_under_every_policy(void **state)
{
    static const char *const policies[] = {"fifo", "fcfs", "spark", "easy",
                                           "conservative"};
    pt_time few[8], many[40], others[8];
    int same = 0;

    (void)state;
    find_lengths(40, "easy", "none", 7, many);
    for (int i = 0; i < 40; i++)
        assert_true(i == 0 || many[i] != many[i - 1]);
    for (size_t p = 0; p < sizeof policies / sizeof policies[0]; p++) {
        find_lengths(8, policies[p], "pareto", 7, few);
        assert_memory_equal(few, many, sizeof few);
    }
    find_lengths(8, "easy", "none", 8, others);
    for (int i = 0; i < 8; i++)
        same += others[i] == many[i];
    ASSERT_INT(same, 0);
}

/* ---- tapes ---- */

static int64_t integer(const json_t *object, const char *key)
{
    return (int64_t)json_integer_value(json_object_get(object, key));
}

static bool says(const json_t *object, const char *key, const char *text)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value && strcmp(value, text) == 0;
}

/* Shows LOOK each fact and each decision of the tape in DIR, in order. */
static void read_tape(const char *dir, void *context,
                      void (*look)(void *context, pt_time at,
                                   const json_t *item))
{
    char *path = pt_results_path(dir, "tape.jsonl"), *line = NULL;
    FILE *stream = fopen(path, "r");
    size_t size = 0;

    assert_non_null(stream);
    while (getline(&line, &size, stream) > 0) {
        json_t *step = json_loads(line, 0, NULL), *item;
        size_t i;
        json_array_foreach(json_object_get(step, "facts"), i, item)
            look(context, integer(step, "t"), item);
        json_array_foreach(json_object_get(step, "decisions"), i, item)
            look(context, integer(step, "t"), item);
        json_decref(step);
    }
    free(line);
    fclose(stream);
    pt_free(path);
}

/* ---- what was saved goes on elsewhere ---- */

#define RESUMED_LAW    "lognormal:sigma=0.7"
#define RESUMED_LENGTH 1000.0
#define RESUMED_JOBS   40
#define INTERVAL       60.0
#define COST           7.0
#define RESTART        5.0
#define SLACK          1e-5 /* seconds that roundings may come to */

/* The gang that runs: there is one at a time. */
struct resumed {
    bool on;
    double begin, restart, pace;
    double left;   /* of its length, in reals */
    double useful; /* of all gangs, by one task */
    int attempts, done;
};

/* How long WORK takes: none is saved at the very end. */
static double with_saves(double work)
{
    return work + (ceil(work / INTERVAL) - 1) * COST;
}

static void resume(struct resumed *r, double now, const json_t *decision)
{
    json_t *ranges = json_object_get(decision, "at"), *range;
    size_t i;

    assert_false(r->on);
    if (integer(decision, "try") == 0)
        r->left = RESUMED_LENGTH;
    r->on = true;
    r->begin = now;
    r->restart = integer(decision, "try") > 0 ? RESTART : 0;
    r->pace = 0;
    r->attempts++;
    json_array_foreach(ranges, i, range)
    {
        json_int_t node = json_integer_value(json_array_get(range, 0));
        json_int_t n = json_integer_value(json_array_get(range, 1));
        for (; n > 0; n--, node++)
            r->pace = fmax(r->pace, pace_of(RESUMED_LAW, 3, (int32_t)node));
    }
}

static void follow(void *context, pt_time at, const json_t *item)
{
    struct resumed *r = context;
    double now = pt_time_seconds(at), passed = now - r->begin - r->restart;

    if (json_object_get(item, "start"))
        resume(r, now, item);
    if (!json_object_get(item, "ended"))
        return;
    assert_true(r->on);
    r->on = false;
    if (says(item, "outcome", "success")) {
        ASSERT_NEAR(passed, with_saves(r->left * r->pace), 0, SLACK);
        r->useful += r->left * r->pace;
        r->done++;
        return;
    }
    double saves = passed > 0 ? floor(passed / (INTERVAL + COST)) : 0;
    r->left -= saves * INTERVAL / r->pace;
    r->useful += saves * INTERVAL;
}

static double sum_of(const char *dir, const char *column)
{
    char *path = pt_results_path(dir, "jobs.csv");
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_csv_field field;
    struct pt_csv csv;
    double sum = 0;
    pt_time time;

    ASSERT_INT(pt_csv_open(&csv, path, &column, 1, &err), 0);
    while (pt_csv_next(&csv, &field, &err) == 1) {
        ASSERT_INT(pt_csv_time(&csv, &field, &time, &err), 0);
        sum += pt_time_seconds(time);
    }
    pt_csv_close(&csv);
    pt_free(path);
    return sum;
}

/* Useful is the time that it took: more on a slow node. */
static void check_resumed(const char *machine, const char *requeue)
{
    struct resumed resumed = {.on = false};
    struct place place;

    make_place(&place);
    FILE *stream = create(&place, "jobs.swf");
    for (int i = 1; i <= RESUMED_JOBS; i++)
        write_row(stream, i, i * 1000000, (int)RESUMED_LENGTH, 2);
    fclose(stream);
    char *path = pt_results_path(place.dir, "jobs.swf");
    go(&(struct options){
        .source = &pt_source_swf,
        .path = path,
        .dir = place.dir,
        .policy = "easy",
        .nodes = 6,
        .cores = 1,
        .seed = 3,
        .set = {{"slowness", RESUMED_LAW},
                {"machine", machine},
                {"requeue", requeue},
                {"losses", "0"},
                {"failures", "nodes:mtbf=1000,mttr=800"},
                {"checkpoint", "fixed:interval=60,cost=7,restart=5"}}});
    read_tape(place.dir, &resumed, follow);
    ASSERT_INT(resumed.done, RESUMED_JOBS);
    assert_true(resumed.attempts > 3 * RESUMED_JOBS);
    ASSERT_NEAR(sum_of(place.dir, "useful_time"), 2 * resumed.useful, 0,
                SLACK * resumed.attempts);
    pt_free(path);
    remove_all(place.dir);
}

static void test_what_was_saved_goes_on_at_another_pace(void **state)
{
    (void)state;
    check_resumed("auto", "head");
    check_resumed("named", "tail");
    check_resumed("named", "hold");
    check_resumed("named", "spare");
}

/* ---- no gang has a second launch ---- */

struct modes {
    bool gang[400][4]; /* by job and stage */
    int64_t jobs, copies, gangs, killed;
};

static void watch_copies(void *context, pt_time at, const json_t *item)
{
    struct modes *modes = context;
    const json_t *stages = json_object_get(item, "stages");

    (void)at;
    if (json_object_get(item, "submitted")) {
        ASSERT_INT(integer(item, "submitted"), modes->jobs);
        for (size_t i = 0; i < json_array_size(stages); i++)
            modes->gang[modes->jobs][i] =
                says(json_array_get(stages, i), "mode", "gang");
        modes->jobs++;
    }
    bool start = json_object_get(item, "start") != NULL;
    if (!start && !json_object_get(item, "kill"))
        return;
    bool gang = modes->gang[integer(item, start ? "start" : "kill")]
                           [integer(item, "stage")];
    bool copy = json_is_true(json_object_get(item, "copy"));
    modes->copies += start && copy;
    modes->gangs += start && gang;
    modes->killed += says(item, "cause", "copy");
    assert_false(gang && (copy || says(item, "cause", "copy")));
    assert_false(gang && integer(item, "launch") > 0);
}

static void check_copies(const char *policy, const char *rounds, int64_t seed)
{
    struct modes modes = {.jobs = 0};
    struct place place;

    make_place(&place);
    go(&(struct options){
        .source = &pt_model_hydrogen,
        .params = "jobs=60,nodes=8,cores=2,load=0.7,widths=4+8,train_mean=60,"
                  "train_skew=0.5,iterations=3",
        .dir = place.dir,
        .policy = policy,
        .nodes = 8,
        .cores = 2,
        .seed = seed,
        .set = {{"slowness", "slow:p=0.2,factor=6"},
                {"straggler", "pareto:alpha=1.5"},
                {"rounds", rounds},
                {"speculation", "on"},
                {"speculation_quantile", "0.5"},
                {"speculation_multiplier", "1.2"}}});
    read_tape(place.dir, &modes, watch_copies);
    ASSERT_INT(modes.jobs, 60);
    assert_true(modes.copies > 60 && modes.gangs > 20 && modes.killed > 60);
    remove_all(place.dir);
}

static void test_no_gang_has_a_second_launch(void **state)
{
    (void)state;
    check_copies("spark", "spark", 1);
    check_copies("easy", "none", 2);
    check_copies("fifo", "none", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_goes_at_the_pace_of_its_slowest_node),
        cmocka_unit_test(test_a_node_is_as_slow_under_every_policy),
        cmocka_unit_test(test_what_was_saved_goes_on_at_another_pace),
        cmocka_unit_test(test_no_gang_has_a_second_launch),
    };

    return cmocka_run_group_tests_name("slow nodes", tests, NULL, NULL) != 0;
}
