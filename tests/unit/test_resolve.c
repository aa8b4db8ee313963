/* What a run is, once its input has had its say. */
#include "tests/unit/check.h"

#include <math.h>

#include "base/alloc.h"
#include "run.h"
#include "ask/policy_text.h"

/* --- an input that knows where it was recorded --- */

struct input {
    char gang[PT_PARAM_TEXT_SIZE];
    int at;
    struct pt_machine machine;
};

static const struct pt_machine_node nodes[] = {
    {.node = {.size = {{4000, 2000, 512}}, .host = 3, .profile = 1},
     .up = 0,
     .down = PT_TIME_NEVER},
    {.node = {.size = {{2000, 0, 256}}, .host = 4, .rack = 1},
     .up = 20 * PT_SECOND,
     .down = PT_TIME_NEVER}};

static const struct pt_pool_spec pools[] = {
    {.name = "default", .parent = -1, .weight = 1},
    {.name = "a \"b\"",
     .parent = -1,
     .weight = 2,
     .min_share = 3,
     .fair = true}};

static const struct pt_condition good[] = {{"stage_attempts", "2"},
                                           {"sync_timeout", "30s"}};
static const struct pt_condition unknown[] = {{"stage_atempts", "2"}};
static const struct pt_condition reading[] = {{"scale", "2"}};

static int open_input(void *state, const char *path, const struct pt_reading *r,
                      struct pt_err *err)
{
    struct input *input = state;
    const struct pt_condition *which = good;

    (void)path, (void)r, (void)err;
    if (strcmp(input->gang, "unknown") == 0)
        which = unknown;
    if (strcmp(input->gang, "reading") == 0)
        which = reading;
    input->machine = (struct pt_machine){.processors = 6,
                                         .nodes = 2,
                                         .node = nodes,
                                         .pools = pools,
                                         .npools = 2,
                                         .conditions = which,
                                         .nconditions = which == good ? 2 : 1};
    return 0;
}

static int next_input(void *state, struct pt_work *work, struct pt_err *err)
{
    static const struct pt_stage stages[] = {{.ntasks = 2,
                                              .mode = PT_PARALLEL,
                                              .need = {{1000}},
                                              .limit = 100 * PT_SECOND,
                                              .id = 5,
                                              .retries = true}};
    static const struct pt_truth truths[] = {{.length = 10 * PT_SECOND}};
    struct input *input = state;

    (void)err;
    if (input->at == 3)
        return 0;
    *work = (struct pt_work){.job = {.id = 1 + input->at,
                                     .submit = 4 * PT_SECOND,
                                     .nstages = 1,
                                     .stages = stages},
                             .truths = truths,
                             .after = input->at,
                             .gap = PT_SECOND};
    input->at++;
    return 1;
}

static void tell_input(const void *state, struct pt_source_info *info)
{
    const struct input *input = state;

    *info = (struct pt_source_info){
        .machine = &input->machine, .rows = input->at, .jobs = input->at};
}

/* The stage of job 1 took 10 s, as it does; that of job 2 took 8. */
static bool recall(const void *state, int64_t job, int64_t stage,
                   pt_time *ready, pt_time *end)
{
    (void)state;
    *ready = 0;
    *end = (job == 1 ? 10 : 8) * PT_SECOND;
    return stage == 5 && job < 3;
}

static void close_input(void *state)
{
    (void)state;
}

static const struct pt_param params[] = {
    {.name = "gang",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct input, gang),
     .help = "Handed over."},
    PT_PARAM_END};

static const struct pt_source source = {.name = "input",
                                        .params = params,
                                        .state_size = sizeof(struct input),
                                        .staged = true,
                                        .open = open_input,
                                        .next = next_input,
                                        .info = tell_input,
                                        .recorded = recall,
                                        .close = close_input};

static struct pt_run run_of(void)
{
    struct pt_run run = {
        .source = &source, .label = "x", .policy_text = "gang"};

    pt_param_defaults(pt_settings_params, &run.settings);
    return run;
}

static void set(struct pt_settings *settings, const char *key,
                const char *value)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    if (pt_settings_set(settings, "--set", key, value, &err) < 0)
        fail_msg("%s", err.text);
}

static void refuse(const char *key, const char *value, const char *text)
{
    struct pt_settings settings;
    struct pt_err err = {.code = PT_ERR_NONE};

    pt_param_defaults(pt_settings_params, &settings);
    settings.given = 0;
    ASSERT_INT(pt_settings_set(&settings, "--set", key, value, &err), -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    ASSERT_HAS(err.text, text);
    ASSERT_INT(settings.given, 0);
}

/* --- settings --- */

static void test_defaults_are_sparks_but_for_rounds_and_holes(void **state)
{
    struct pt_run run = run_of();
    struct pt_rules rules;

    (void)state;
    pt_settings_rules(&run.settings, &rules);
    ASSERT_INT(rules.rounds, PT_ROUNDS_NONE);
    ASSERT_INT(rules.holes, 0);
    ASSERT_INT(rules.revive, PT_SECOND);
    for (int i = 0; i < PT_LOCALITIES; i++)
        ASSERT_INT(rules.locality[i], 3 * PT_SECOND);
    ASSERT_INT(rules.gate_interval, 15 * PT_SECOND);
    ASSERT_INT(rules.gate_failures, 40);
    ASSERT_INT(rules.task_failures, 4);
    ASSERT_INT(rules.stage_attempts, 4);
    ASSERT_INT(rules.resubmit, PT_SECOND / 5);
    ASSERT_INT(rules.speculation_interval, PT_SECOND / 10);
    ASSERT_INT(rules.sync_timeout, 365 * INT64_C(86400) * PT_SECOND);
    assert_false(rules.gate || rules.dynamic || rules.speculation ||
                 rules.exclude || rules.local_outputs);
}

static void test_holes_are_a_set_of_words(void **state)
{
    struct pt_run run = run_of();
    struct pt_rules rules;

    (void)state;
    set(&run.settings, "holes", "h2+h10+result");
    pt_settings_rules(&run.settings, &rules);
    ASSERT_INT(rules.holes, PT_HOLE_PARTIAL | PT_HOLE_REPEATS | PT_HOLE_RESULT);
    set(&run.settings, "holes", "as-spark");
    pt_settings_rules(&run.settings, &rules);
    ASSERT_INT(rules.holes, PT_HOLES_ALL);
    refuse("holes", "h2+h11", "did you mean 'h10'?");
    refuse("holes", "as_spark", "did you mean 'as-spark'?");
    refuse("holes", "everything", "expected clean, as-spark");
    refuse("holes", "", "expected clean");
    refuse("holes", "h2+", "expected clean");
}

static void test_slips_in_settings_are_told(void **state)
{
    (void)state;
    refuse("round", "spark", "did you mean 'rounds'?");
    refuse("rounds", "sprak", "did you mean spark?");
    refuse("straggler", "lognormal:sgima=1", "did you mean 'sigma'?");
    refuse("fault", "chanse", "did you mean 'chance'?");
    refuse("place", "frist", "did you mean 'first'?");
    refuse("revive", "0", "bad value");
}

/* --- conditions --- */

static void test_what_was_recorded_yields_to_what_the_user_says(void **state)
{
    struct pt_run run = run_of();
    struct pt_err err = {.code = PT_ERR_NONE};

    (void)state;
    set(&run.settings, "stage_attempts", "7");
    ASSERT_INT(pt_run_resolve(&run, &run.settings, &err), 0);
    ASSERT_INT(run.settings.stage_attempts, 7);
    ASSERT_INT(run.settings.sync_timeout, 30 * PT_SECOND);
    /* Pipelines need nodes that know what they have. */
    ASSERT_INT(run.settings.machine, 1);
}

static void test_conditions_that_cannot_be_are_errors_of_the_input(void **state)
{
    struct pt_run run = run_of();
    struct pt_err err = {.code = PT_ERR_NONE};

    (void)state;
    set(&run.settings, "gang", "unknown");
    ASSERT_INT(pt_run_resolve(&run, &run.settings, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_HAS(err.text, "did you mean 'stage_attempts'?");
    err = (struct pt_err){.code = PT_ERR_NONE};
    set(&run.settings, "gang", "reading");
    ASSERT_INT(pt_run_resolve(&run, &run.settings, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_HAS(err.text, "scale");
}

static void test_gangs_are_for_sources_that_have_stages(void **state)
{
    struct pt_source plain = source;
    struct pt_run run = run_of();
    struct pt_err err = {.code = PT_ERR_NONE};

    (void)state;
    plain.params = NULL;
    run.source = &plain;
    set(&run.settings, "gang", "3");
    ASSERT_INT(pt_run_resolve(&run, &run.settings, &err), -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    ASSERT_HAS(err.text, "has no stages");
}

/* --- the machine --- */

/* The configuration's text from "nodes" to before "policy". */
static char *machine_text(const struct pt_run *run)
{
    struct pt_run resolved = *run;
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_run_machine machine;
    struct pt_opened opened;

    if (pt_run_open(run, &resolved.settings, false, &opened, &err) < 0 ||
        pt_run_find_machine(run, &opened, 4 * PT_SECOND, &machine, &err) < 0)
        fail_msg("%s", err.text);
    char *config = pt_run_config(run, &resolved.settings, &machine);
    char *from = strstr(config, "\"nodes\"");
    char *to = strstr(config, ",\"policy\"");
    assert_true(from && to);
    memmove(config, from, (size_t)(to - from));
    config[to - from] = '\0';
    pt_run_machine_fini(&machine);
    pt_run_close(&opened);
    return config;
}

static void test_the_recorded_machine_is_in_the_configuration(void **state)
{
    struct pt_run run = run_of();
    char *text = machine_text(&run);

    (void)state;
    ASSERT_TEXT(text,
                "\"nodes\":2,\"cores\":4,\"machine\":[[4000,2000,512,3,0,1,0],"
                "[2000,0,256,4,1,0,1]],\"pools\":[{\"name\":\"default\","
                "\"parent\":-1,\"weight\":1,\"min_share\":0,\"fair\":false},"
                "{\"name\":\"a \\\"b\\\"\",\"parent\":-1,\"weight\":2,"
                "\"min_share\":3,\"fair\":true}]");
    pt_free(text);
}

static void test_other_nodes_are_like_the_first_recorded_one(void **state)
{
    struct pt_run run = run_of();

    (void)state;
    run.nodes = 2;
    run.cores = 8;
    char *text = machine_text(&run);
    ASSERT_HAS(text, "\"machine\":[[8000,2000,512,0,0,1,0],"
                     "[8000,2000,512,1,0,1,0]]");
    pt_free(text);
}

static void test_the_user_gives_pools_their_weights(void **state)
{
    struct pt_run run = run_of();

    (void)state;
    set(&run.settings, "pools", "default:5:1:fair");
    char *text = machine_text(&run);
    ASSERT_HAS(text, "{\"name\":\"default\",\"parent\":-1,\"weight\":5,"
                     "\"min_share\":1,\"fair\":true}");
    pt_free(text);
}

static void test_bad_pools_are_refused(void **state)
{
    const struct {
        const char *text, *says;
    } bad[] = {{"none:1", "no pool 'none'"},
               {"default", "bad pool 'default'"},
               {"default:0", "bad pool 'default'"},
               {"default:1:-1", "bad pool 'default'"},
               {"default:1:0:unfair", "bad pool 'default'"},
               {"default::1", "bad pool 'default'"},
               {"default:1:0:fair:x", "bad pool 'default'"},
               {"default:1:0:fair:x:y", "bad pool 'default'"}};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pt_run run = run_of();
        struct pt_err err = {.code = PT_ERR_NONE};
        struct pt_run_machine machine;
        struct pt_opened opened;
        set(&run.settings, "pools", bad[i].text);
        ASSERT_INT(pt_run_open(&run, &run.settings, false, &opened, &err), 0);
        ASSERT_INT(
            pt_run_find_machine(&run, &opened, 4 * PT_SECOND, &machine, &err),
            -1);
        ASSERT_INT(err.code, PT_ERR_USAGE);
        ASSERT_HAS(err.text, bad[i].says);
        pt_run_close(&opened);
    }
}

/* --- the run --- */

static void test_a_run_compares_its_stages_with_the_recorded_ones(void **state)
{
    struct pt_run run = run_of();
    struct pt_choices choices = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_report report;

    (void)state;
    ASSERT_INT(pt_choices_add(&choices, "gang", &err), 0);
    run.policy = choices.items[0].policy;
    run.policy_state = choices.items[0].state;
    if (pt_run_go(&run, &report, &err) < 0)
        fail_msg("%s", err.text);
    ASSERT_INT(report.summary.succeeded, 3);
    ASSERT_INT(report.unsubmitted, 0);
    /* Chained: 4 ... 14, 15 ... 25, 26 ... 36. */
    ASSERT_INT(report.summary.last_end, 36 * PT_SECOND);
    ASSERT_INT(report.stages_compared, 2);
    ASSERT_NEAR(report.stage_error_p50, 0.125, 1e-5, 0);
    ASSERT_INT(report.settings.sync_timeout, 30 * PT_SECOND);
    pt_report_fini(&report);
    pt_choices_fini(&choices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_sparks_but_for_rounds_and_holes),
        cmocka_unit_test(test_holes_are_a_set_of_words),
        cmocka_unit_test(test_slips_in_settings_are_told),
        cmocka_unit_test(test_what_was_recorded_yields_to_what_the_user_says),
        cmocka_unit_test(
            test_conditions_that_cannot_be_are_errors_of_the_input),
        cmocka_unit_test(test_gangs_are_for_sources_that_have_stages),
        cmocka_unit_test(test_the_recorded_machine_is_in_the_configuration),
        cmocka_unit_test(test_other_nodes_are_like_the_first_recorded_one),
        cmocka_unit_test(test_the_user_gives_pools_their_weights),
        cmocka_unit_test(test_bad_pools_are_refused),
        cmocka_unit_test(test_a_run_compares_its_stages_with_the_recorded_ones),
    };
    return cmocka_run_group_tests_name("resolve", tests, NULL, NULL) != 0;
}
