/* What the reader of pipeline documents makes of them. */
#include "tests/unit/pipeline_reading.h"

#include <math.h>

/* ---- stages ---- */

static void test_a_stage_has_spark_like_defaults(void **state)
{
    struct tap tap;

    (void)state;
    first_work(&tap, STAGES("{\"length\": 1.5}"));
    const struct pt_job *job = &tap.work.job;
    const struct pt_stage *stage = job->stages;
    const struct pt_truth *truth = tap.work.truths;
    ASSERT_INT(job->id, 1);
    ASSERT_INT(job->user, -1);
    ASSERT_INT(job->submit, 0);
    ASSERT_INT(job->nstages, 1);
    ASSERT_INT(stage->ntasks, 1);
    ASSERT_INT(stage->mode, PT_PARALLEL);
    ASSERT_INT(stage->need.amount[PT_CORES], 1000);
    ASSERT_INT(stage->need.amount[PT_GPUS], 0);
    ASSERT_INT(stage->limit, 1500000);
    ASSERT_INT(stage->id, 0);
    assert_true(stage->retries && stage->result);
    assert_true(!stage->sites_at && stage->flaw == PT_FLAW_NONE);
    ASSERT_INT(truth->length, 1500000);
    ASSERT_INT(truth->outcome, PT_SUCCESS);
    assert_true(!truth->task && !truth->takes_at && !truth->together);
    assert_true(truth->may_fail && truth->may_straggle);
    ASSERT_INT(tap_next(&tap), 0);
    tap_close(&tap);
}

static void test_times_and_needs_are_exact(void **state)
{
    struct tap tap;

    (void)state;
    first_work(&tap,
               JOBS("{\"submit\": \"1m\", \"stages\": [{\"tasks\": 3, "
                    "\"length\": [0.1, \"2.000001s\", 3e2], \"limit\": \"1h\","
                    "\"cores\": 0.25, \"gpus\": 2, \"memory\": \"2GiB\"}]}"));
    const struct pt_stage *stage = tap.work.job.stages;
    ASSERT_INT(tap.work.job.submit, 60 * PT_SECOND);
    ASSERT_INT(tap.work.truths->task[0], 100000);
    ASSERT_INT(tap.work.truths->task[1], 2000001);
    ASSERT_INT(tap.work.truths->task[2], 300 * PT_SECOND);
    ASSERT_INT(stage->limit, 3600 * PT_SECOND);
    ASSERT_INT(stage->need.amount[PT_CORES], 250);
    ASSERT_INT(stage->need.amount[PT_GPUS], 2000);
    ASSERT_INT(stage->need.amount[PT_MEMORY], 2048);
    tap_close(&tap);
}

static void test_parents_come_before_children_wherever_they_stand(void **state)
{
    struct tap tap;

    (void)state;
    first_work(&tap,
               STAGES("{\"id\": \"d\", \"tasks\": 4, \"length\": 1, \"after\": "
                      "[\"b\", \"c\"]}, {\"id\": \"b\", \"tasks\": 2, "
                      "\"length\": 1, \"after\": \"a\"}, {\"id\": \"a\", "
                      "\"length\": 1}, {\"id\": \"c\", \"tasks\": 3, "
                      "\"length\": 1, \"after\": [\"a\"]}"));
    const struct pt_stage *stages = tap.work.job.stages;
    ASSERT_INT(tap.work.job.nstages, 4);
    for (int32_t i = 0; i < 4; i++) {
        ASSERT_INT(stages[i].ntasks, i + 1);
        ASSERT_INT(stages[i].id, i);
        ASSERT_INT(stages[i].result, i == 3);
    }
    ASSERT_INT(stages[1].parents[0], 0);
    ASSERT_INT(stages[2].parents[0], 0);
    ASSERT_INT(stages[3].nparents, 2);
    ASSERT_INT(stages[3].parents[0], 1);
    ASSERT_INT(stages[3].parents[1], 2);
    tap_close(&tap);
}

static void test_launches_can_be_scripted(void **state)
{
    struct tap tap;

    (void)state;
    first_work(
        &tap,
        STAGES("{\"id\": \"map\", \"tasks\": 3, \"length\": 9}, {\"id\": "
               "\"reduce\", \"after\": \"map\", \"tasks\": 3, \"length\": [4, "
               "5, 6], \"takes\": {\"1\": [{\"length\": 2, \"fails\": "
               "\"fetch\", \"output\": 2}, {\"fails\": true}, {}], \"2\": "
               "[{\"fails\": \"fatal\"}]}}"));
    const struct pt_truth *truth = &tap.work.truths[1];
    const struct pt_take *takes = truth->takes;
    const int32_t at[] = {0, 1, 4, 5};
    assert_null(tap.work.truths[0].takes_at);
    assert_false(truth->may_fail || truth->may_straggle);
    same_ints(truth->takes_at, at, 4);
    ASSERT_INT(takes[0].length, 4 * PT_SECOND);
    ASSERT_INT(takes[0].outcome, PT_SUCCESS);
    ASSERT_INT(takes[1].length, 2 * PT_SECOND);
    ASSERT_INT(takes[1].outcome, PT_FAILURE);
    ASSERT_INT(takes[1].fault, PT_FAULT_FETCH);
    ASSERT_INT(takes[1].parent, 0);
    ASSERT_INT(takes[1].output, 2);
    ASSERT_INT(takes[2].length, 5 * PT_SECOND);
    ASSERT_INT(takes[2].fault, PT_FAULT_ERROR);
    ASSERT_INT(takes[3].outcome, PT_SUCCESS);
    ASSERT_INT(takes[4].fault, PT_FAULT_FATAL);
    ASSERT_INT(tap.work.job.stages[1].limit, 6 * PT_SECOND);
    tap_close(&tap);
}

static void test_datasets_make_a_gang_and_may_spoil_it(void **state)
{
    struct tap tap;

    (void)state;
    first_work(&tap,
               STAGES("{\"tasks\": 4, \"length\": 1, \"rdds\": "
                      "[{\"partitions\": 4, \"parents\": [1]}, "
                      "{\"partitions\": 4, \"barrier\": true, \"parents\": "
                      "[2]}, {\"partitions\": 4}]}, "
                      "{\"tasks\": 1, \"length\": 1, \"mode\": \"gang\", "
                      "\"rdds\": [{\"partitions\": 1, \"parents\": [1]}, "
                      "{\"partitions\": 4, \"barrier\": true}]}, "
                      "{\"tasks\": 1, \"length\": 1, \"mode\": \"parallel\", "
                      "\"rdds\": [{\"partitions\": 9, \"barrier\": true}]}"));
    const struct pt_stage *stages = tap.work.job.stages;
    ASSERT_INT(stages[0].mode, PT_GANG);
    ASSERT_INT(stages[0].flaw, PT_FLAW_NONE);
    ASSERT_INT(stages[1].flaw, PT_FLAW_CHAIN);
    ASSERT_INT(stages[2].mode, PT_PARALLEL);
    ASSERT_INT(stages[2].flaw, PT_FLAW_NONE);
    tap_close(&tap);
}

/* ---- the machine ---- */

static void test_nodes_have_hosts_racks_and_times(void **state)
{
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_file(&tap, "traces/samples/machine-of-hosts.json"), 0);
    const struct pt_machine *machine = tap_info(&tap).machine;
    const int hosts[] = {0, 0, 1, 1, 2}, racks[] = {0, 0, 1, 1, 1};
    const char *names[] = {"a1", "a2", "b-0", "b-1", "late"};
    ASSERT_INT(machine->nodes, 5);
    ASSERT_INT(machine->processors, 20);
    for (int i = 0; i < 5; i++) {
        const struct pt_machine_node *node = &machine->node[i];
        ASSERT_INT(node->node.host, hosts[i]);
        ASSERT_INT(node->node.rack, racks[i]);
        ASSERT_TEXT(node->name, names[i]);
        ASSERT_INT(node->node.size.amount[PT_MEMORY], 8192);
        ASSERT_INT(node->node.absent, i == 4);
    }
    ASSERT_TEXT(machine->node[2].host_name, "beta");
    ASSERT_INT(machine->node[4].up, 60 * PT_SECOND);
    ASSERT_INT(machine->node[4].down, 300 * PT_SECOND);
    ASSERT_INT(machine->node[0].down, PT_TIME_NEVER);
    tap_close(&tap);
}

static void test_equal_nodes_are_only_counted(void **state)
{
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_file(&tap, "traces/samples/prepare-train-infer.json"), 0);
    const struct pt_machine *machine = tap_info(&tap).machine;
    ASSERT_INT(machine->nodes, 4);
    ASSERT_INT(machine->processors, 8);
    assert_null(machine->node);
    assert_null(machine->pools);
    tap_close(&tap);
}

static void test_places_have_names_or_numbers(void **state)
{
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_file(&tap, "traces/samples/preferences.json"), 0);
    ASSERT_INT(tap_next(&tap), 1);
    const struct pt_stage *stage = tap.work.job.stages;
    const int32_t at[] = {0, 1, 3, 3, 3};
    same_ints(stage->sites_at, at, 5);
    ASSERT_INT(stage->sites[0].kind, PT_SITE_NODE);
    ASSERT_INT(stage->sites[0].number, 0);
    ASSERT_INT(stage->sites[1].number, 1);
    ASSERT_INT(stage->sites[2].kind, PT_SITE_HOST);
    ASSERT_INT(stage->sites[2].number, 1); /* h2 is the third node's */
    ASSERT_INT(tap_next(&tap), 1);
    stage = tap.work.job.stages;
    ASSERT_INT(stage->sites_at[7], 0);
    ASSERT_INT(stage->sites_at[8], 1);
    tap_close(&tap);
}

static void
test_pools_come_parents_first_and_the_default_before_all(void **state)
{
    struct tap tap;

    (void)state;
    ASSERT_INT(
        tap_text(&tap,
                 DOC("\"pools\": {\"leaf\": {\"parent\": \"root\"}, \"root\": "
                     "{\"weight\": 3, \"min_share\": 2, \"mode\": \"fair\"}}, "
                     "\"jobs\": [{\"pool\": \"leaf\", \"stages\": "
                     "[{\"length\": 1}]}, {\"stages\": [{\"length\": 1}]}]"),
                 &plain),
        0);
    const struct pt_machine *machine = tap_info(&tap).machine;
    ASSERT_INT(machine->npools, 3);
    ASSERT_TEXT(machine->pools[0].name, "default");
    ASSERT_TEXT(machine->pools[1].name, "root");
    ASSERT_TEXT(machine->pools[2].name, "leaf");
    ASSERT_INT(machine->pools[1].parent, -1);
    ASSERT_INT(machine->pools[1].weight, 3);
    ASSERT_INT(machine->pools[1].min_share, 2);
    assert_true(machine->pools[1].fair);
    ASSERT_INT(machine->pools[2].parent, 1);
    assert_false(machine->pools[2].fair);
    ASSERT_INT(tap_next(&tap), 1);
    ASSERT_INT(tap.work.job.pool, 2);
    ASSERT_INT(tap_next(&tap), 1);
    ASSERT_INT(tap.work.job.pool, 0);
    tap_close(&tap);
}

static void test_recorded_conditions_are_texts(void **state)
{
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_text(&tap,
                        DOC("\"set\": {\"tau\": 10, \"ties\": \"event\", "
                            "\"a\": true, \"b\": false}, \"jobs\": "
                            "[{\"stages\": [{\"length\": 1}]}]"),
                        &plain),
               0);
    const struct pt_condition *conditions = tap_info(&tap).machine->conditions;
    const char *values[] = {"10", "event", "yes", "no"};
    ASSERT_INT(tap_info(&tap).machine->nconditions, 4);
    ASSERT_TEXT(conditions[0].key, "tau");
    for (int i = 0; i < 4; i++)
        ASSERT_TEXT(conditions[i].value, values[i]);
    tap_close(&tap);
}

/* ---- when ---- */

#define ONE "\"stages\": [{\"length\": 1}]}"

static void
test_works_come_in_order_of_submit_then_of_the_document(void **state)
{
    const int64_t ids[] = {2, 1, 3, 4, 6, 5, 7};
    const int64_t submits[] = {0, 5, 5, 5, 5, 10, 15};
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_text(&tap,
                        JOBS("{\"submit\": 5, " ONE ", {\"submit\": 0, " ONE
                             ", {\"submit\": 5, \"count\": 2, " ONE
                             ", {\"submit\": 10, " ONE ", {\"submit\": 5, "
                             "\"count\": 2, \"every\": 10, " ONE),
                        &plain),
               0);
    for (int i = 0; i < 7; i++) {
        ASSERT_INT(tap_next(&tap), 1);
        ASSERT_INT(tap.work.job.id, ids[i]);
        ASSERT_INT(tap.work.job.submit, submits[i] * PT_SECOND);
        ASSERT_INT(tap.work.after, 0);
    }
    ASSERT_INT(tap_next(&tap), 0);
    ASSERT_INT(tap_info(&tap).rows, 7);
    ASSERT_INT(tap_info(&tap).jobs, 7);
    tap_close(&tap);
}

static void test_a_loop_follows_its_own_ends_and_others_follow_it(void **state)
{
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_text(&tap,
                        JOBS("{\"id\": \"other\", \"submit\": 1, " ONE
                             ", {\"id\": \"loop\", \"submit\": 1, \"count\": "
                             "3, \"gap\": 2, " ONE
                             ", {\"after\": \"loop\", \"gap\": \"1m\", " ONE
                             ", {\"after\": \"other\", \"submit\": 9, " ONE),
                        &plain),
               0);
    const int64_t after[] = {0, 0, 2, 3, 4, 1};
    const int64_t gaps[] = {0, 0, 2, 2, 60, 0};
    const int64_t submits[] = {1, 1, 1, 1, 1, 9};
    for (int i = 0; i < 6; i++) {
        ASSERT_INT(tap_next(&tap), 1);
        ASSERT_INT(tap.work.after, after[i]);
        ASSERT_INT(tap.work.gap, gaps[i] * PT_SECOND);
        ASSERT_INT(tap.work.job.submit, submits[i] * PT_SECOND);
    }
    ASSERT_INT(tap_next(&tap), 0);
    tap_close(&tap);
}

static void test_scale_stretches_the_time_from_the_first_submit(void **state)
{
    struct pt_reading half = {.scale = 0.5};
    struct tap tap;

    (void)state;
    ASSERT_INT(
        tap_text(&tap,
                 JOBS("{\"submit\": 100, \"count\": 3, \"every\": 7, " ONE
                      ", {\"submit\": 300, " ONE),
                 &half),
        0);
    const int64_t submits[] = {100000000, 103500000, 107000000, 200000000};
    for (int i = 0; i < 4; i++) {
        ASSERT_INT(tap_next(&tap), 1);
        ASSERT_INT(tap.work.job.submit, submits[i]);
    }
    tap_close(&tap);
}

/* A billion repetitions take no memory. */
static void test_repetitions_are_made_one_at_a_time(void **state)
{
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_text(&tap,
                        JOBS("{\"count\": 1000000000, \"every\": "
                             "{\"exp\": 1}, " ONE),
                        &plain),
               0);
    pt_time last = 0;
    for (int i = 0; i < 1000; i++) {
        ASSERT_INT(tap_next(&tap), 1);
        assert_true(tap.work.job.submit >= last);
        last = tap.work.job.submit;
    }
    ASSERT_NEAR(pt_time_seconds(last) / 999, 1, 0.15, 0);
    tap_close(&tap);
}

/* ---- draws ---- */

struct moments {
    double n, sum, sum2;
};

static struct moments draw(const char *length)
{
    struct moments moments = {.n = 0};
    char text[300];
    struct tap tap;

    snprintf(text, sizeof text, STAGES("{\"tasks\": 100000, \"length\": %s}"),
             length);
    first_work(&tap, text);
    for (int32_t i = 0; i < tap.work.job.stages->ntasks; i++) {
        double x = pt_time_seconds(tap.work.truths->task[i]);
        moments.n += 1;
        moments.sum += x;
        moments.sum2 += x * x;
    }
    tap_close(&tap);
    return moments;
}

static void check_law(const char *length, double mean, double sd)
{
    struct moments m = draw(length);
    double seen = m.sum / m.n;

    print_message("seed 1: %s\n", length);
    ASSERT_NEAR(seen, mean, 0, 5 * sd / sqrt(m.n));
    ASSERT_NEAR(sqrt(m.sum2 / m.n - seen * seen), sd, 0.05, 0);
}

static void test_lengths_have_the_law_that_is_asked_for(void **state)
{
    (void)state;
    check_law("{\"exp\": 20}", 20, 20);
    check_law("{\"uniform\": [\"1m\", 180]}", 120, 120 / sqrt(12));
    check_law("{\"lognormal\": {\"mean\": 30, \"cv\": 0.5}}", 30, 15);
    check_law("{\"lognormal\": {\"mean\": 30}}", 30, 30);
}

/* The same draws, whatever stands beside them. */
static void test_a_tasks_draw_depends_on_nothing_else(void **state)
{
    struct pt_reading other = {.scale = 1, .seed = 2};
    struct tap a, b, c;

    (void)state;
    first_work(&a, STAGES("{\"tasks\": 5, \"length\": {\"exp\": 10}}"));
    first_work(&b, STAGES("{\"tasks\": 9, \"length\": {\"exp\": 20}}, "
                          "{\"tasks\": 5, \"length\": {\"exp\": 10}}"));
    ASSERT_INT(tap_text(&c, STAGES("{\"tasks\": 5, \"length\": {\"exp\": 10}}"),
                        &other),
               0);
    ASSERT_INT(tap_next(&c), 1);
    bool same = true;
    for (int i = 0; i < 5; i++) {
        /* By inversion: twice the mean is twice the length. */
        ASSERT_NEAR((double)b.work.truths[0].task[i],
                    2.0 * (double)a.work.truths[0].task[i], 0, 1.01);
        assert_int_not_equal(b.work.truths[1].task[i],
                             a.work.truths[0].task[i]);
        same &= c.work.truths[0].task[i] == a.work.truths[0].task[i];
    }
    assert_false(same);
    tap_close(&a);
    tap_close(&b);
    tap_close(&c);
}

/* ---- the reading's rules ---- */

static int64_t rule_rows(const struct tap *tap, const char *name)
{
    struct pt_source_info info = tap_info(tap);

    for (int32_t i = 0; i < info.nrules; i++)
        if (strcmp(info.rules[i].name, name) == 0)
            return info.rules[i].rows;
    return -1;
}

static const char wide_text[] =
    JOBS("{\"id\": \"wide\", \"stages\": [{\"mode\": \"gang\", \"tasks\": 5, "
         "\"cores\": 2, \"length\": 1}]}, {\"after\": \"wide\", \"gap\": 3, "
         "\"stages\": [{\"tasks\": 50, \"length\": 1}]}");

static void test_what_is_too_wide_goes_by_the_rule(void **state)
{
    struct pt_reading reading = {.scale = 1, .processors = 9};
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_text(&tap, wide_text, &reading), 0);
    ASSERT_INT(tap_next(&tap), 1);
    ASSERT_INT(tap_next(&tap), 1);
    ASSERT_INT(tap.work.after, 1);
    ASSERT_INT(rule_rows(&tap, "wide"), 1);
    tap_close(&tap);

    reading.wide = PT_WIDE_DROP;
    ASSERT_INT(tap_text(&tap, wide_text, &reading), 0);
    ASSERT_INT(tap_next(&tap), 1); /* it had to wait for nobody then */
    ASSERT_INT(tap.work.after, 0);
    ASSERT_INT(tap.work.job.id, 2);
    ASSERT_INT(tap.work.job.submit, 3 * PT_SECOND);
    ASSERT_INT(tap_next(&tap), 0);
    ASSERT_INT(tap_info(&tap).rows, 2);
    ASSERT_INT(tap_info(&tap).jobs, 1);
    tap_close(&tap);

    reading.wide = PT_WIDE_ERROR;
    ASSERT_INT(tap_text(&tap, wide_text, &reading), 0);
    ASSERT_INT(tap_next(&tap), -1);
    ASSERT_HAS(tap.message, "t.json:1:");
    ASSERT_HAS(tap.message, "more processors at once");
    tap_close(&tap);

    reading.processors = 10;
    ASSERT_INT(tap_text(&tap, wide_text, &reading), 0);
    ASSERT_INT(tap_next(&tap), 1);
    ASSERT_INT(rule_rows(&tap, "wide"), 0);
    tap_close(&tap);
}

static void test_limits_go_by_the_rules(void **state)
{
    static const char text[] =
        STAGES("{\"tasks\": 2, \"length\": [5, 9], \"limit\": 7}, {\"length\": "
               "3, \"takes\": {\"0\": [{\"length\": 8, \"fails\": true}, "
               "{}]}}");
    struct pt_reading reading = {.scale = 1};
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_text(&tap, text, &reading), 0);
    ASSERT_INT(tap_next(&tap), 1);
    ASSERT_INT(tap.work.truths[0].task[0], 5 * PT_SECOND);
    ASSERT_INT(tap.work.truths[0].task[1], 7 * PT_SECOND);
    ASSERT_INT(tap.work.job.stages[1].limit, 8 * PT_SECOND);
    ASSERT_INT(rule_rows(&tap, "overrun"), 1);
    ASSERT_INT(rule_rows(&tap, "limit-missing"), 1);
    tap_close(&tap);

    reading.overrun = PT_OVERRUN_EXTEND;
    ASSERT_INT(tap_text(&tap, text, &reading), 0);
    ASSERT_INT(tap_next(&tap), 1);
    ASSERT_INT(tap.work.truths[0].task[1], 9 * PT_SECOND);
    tap_close(&tap);

    reading.missing_limit = PT_MISSING_DROP;
    ASSERT_INT(tap_text(&tap, text, &reading), 0);
    ASSERT_INT(tap_next(&tap), 0);
    tap_close(&tap);

    reading.missing_limit = PT_MISSING_MAX;
    ASSERT_INT(tap_text(&tap, text, &reading), 0);
    ASSERT_INT(tap_next(&tap), -1);
    ASSERT_HAS(tap.message, "missing_limit=run");
    tap_close(&tap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stage_has_spark_like_defaults),
        cmocka_unit_test(test_times_and_needs_are_exact),
        cmocka_unit_test(test_parents_come_before_children_wherever_they_stand),
        cmocka_unit_test(test_launches_can_be_scripted),
        cmocka_unit_test(test_datasets_make_a_gang_and_may_spoil_it),
        cmocka_unit_test(test_nodes_have_hosts_racks_and_times),
        cmocka_unit_test(test_equal_nodes_are_only_counted),
        cmocka_unit_test(test_places_have_names_or_numbers),
        cmocka_unit_test(
            test_pools_come_parents_first_and_the_default_before_all),
        cmocka_unit_test(test_recorded_conditions_are_texts),
        cmocka_unit_test(
            test_works_come_in_order_of_submit_then_of_the_document),
        cmocka_unit_test(test_a_loop_follows_its_own_ends_and_others_follow_it),
        cmocka_unit_test(test_scale_stretches_the_time_from_the_first_submit),
        cmocka_unit_test(test_repetitions_are_made_one_at_a_time),
        cmocka_unit_test(test_lengths_have_the_law_that_is_asked_for),
        cmocka_unit_test(test_a_tasks_draw_depends_on_nothing_else),
        cmocka_unit_test(test_what_is_too_wide_goes_by_the_rule),
        cmocka_unit_test(test_limits_go_by_the_rules),
    };
    return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL) != 0;
}
