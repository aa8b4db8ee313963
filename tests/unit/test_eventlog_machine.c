/* The machine that an event log was recorded on, and the rules. */
#include "tests/unit/eventlog_reading.h"
#include "tests/unit/eventlog_writing.h"

#define EXECUTORS "\"Executor Resource Requests\":{\"cores\":{\"Amount\":4}},"

/* Profile 1 asks for executors of its own, 2 for nothing of them. */
static void test_profiles_count_where_several_are_used(void **state)
{
    struct paper paper;

    (void)state;
    write_head(&paper, "4.0.0", "");
    for (int i = 1; i <= 2; i++)
        write_line(&paper,
                   "{\"Event\":\"SparkListenerResourceProfileAdded\","
                   "\"Resource Profile Id\":%d,%s\"Task Resource Requests\":"
                   "{\"cpus\":{\"Amount\":2.0},\"gpu\":{\"Amount\":%s},"
                   "\"fpga\":{\"Amount\":1.0}}}",
                   i, i == 1 ? EXECUTORS : "", i == 1 ? "0.3" : "2.0");
    for (int i = 0; i < 3; i++) {
        write_line(&paper,
                   "{\"Event\":\"SparkListenerStageSubmitted\",\"Stage Info\":"
                   "{\"Stage ID\":%d,\"Number of Tasks\":1,"
                   "\"Resource Profile Id\":%d}}",
                   i, i);
        write_launch(
            &paper,
            &(struct launch){.stage = i, .id = i, .from = 1000, .to = 2000});
    }
    write_tail(&paper, 4000);
    struct log *log = read_paper(&paper, NULL);
    const struct kept_stage *stages = log->works[0].stages;
    ASSERT_INT(stages[0].stage.profile, 1);
    ASSERT_INT(stages[0].stage.need.amount[PT_CORES], 1000);
    ASSERT_INT(stages[1].stage.profile, 2);
    ASSERT_INT(stages[1].stage.need.amount[PT_CORES], 2000);
    ASSERT_INT(stages[1].stage.need.amount[PT_GPUS], 333);
    ASSERT_INT(stages[2].stage.profile, 0);
    ASSERT_INT(stages[2].stage.need.amount[PT_GPUS], 2000);
    ASSERT_INT(log->info.machine->node[0].node.profile, 1);
    ASSERT_INT(rule(log, "resource-other"), 2);
    forget(log);
}

static void test_pools_count_where_shares_are_fair(void **state)
{
    static const char *const modes[] = {"FAIR", "FIFO"};
    const struct spec *const stages[] = {&map};

    (void)state;
    for (int i = 0; i < 2; i++) {
        char properties[64];
        struct paper paper;
        snprintf(properties, sizeof properties,
                 "\"spark.scheduler.mode\":\"%s\"", modes[i]);
        write_head(&paper, "3.5.0", properties);
        write_job(&paper, 0, 1000, "\"spark.scheduler.pool\":\"wide\"", 1,
                  stages);
        write_tasks(&paper, &map, 0, 1010, 2010, true);
        write_tail(&paper, 4000);
        struct log *log = read_paper(&paper, NULL);
        ASSERT_INT(log->works[0].work.job.pool, i == 0 ? 1 : 0);
        ASSERT_INT(log->info.machine->npools, i == 0 ? 2 : 0);
        if (i == 0) {
            ASSERT_TEXT(log->info.machine->pools[1].name, "wide");
            ASSERT_INT(log->info.machine->pools[1].weight, 1);
            ASSERT_INT(log->info.machine->pools[1].parent, -1);
        }
        forget(log);
    }
}

static void test_executors_come_and_go(void **state)
{
    const struct spec *const stages[] = {&map};
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    write_job(&paper, 0, 1000, "", 1, stages);
    write_line(&paper, "{\"Event\":\"SparkListenerExecutorRemoved\","
                       "\"Timestamp\":1700000001500,\"Executor ID\":\"2\"}");
    write_line(&paper,
               "{\"Event\":\"SparkListenerExecutorAdded\",\"Timestamp\":"
               "1700000002000,\"Executor ID\":\"3\",\"Executor Info\":"
               "{\"Host\":\"host1\",\"Total Cores\":4}}");
    write_begin(&paper, &map, 0, 2, 1010);
    for (int i = 0; i < 2; i++)
        write_launch(&paper, &(struct launch){.id = i,
                                              .index = i,
                                              .from = 1020 + 10 * i,
                                              .to = 2000,
                                              .executor = 9});
    write_tail(&paper, 4100);
    struct log *log = read_paper(&paper, NULL);
    const struct pt_machine *machine = log->info.machine;
    ASSERT_INT(machine->nodes, 4);
    ASSERT_INT(machine->processors, 8);
    ASSERT_INT(machine->node[1].up, 100000);
    ASSERT_INT(machine->node[1].down, 1500000);
    assert_false(machine->node[1].node.absent);
    assert_true(machine->node[2].node.absent);
    ASSERT_INT(machine->node[2].up, 2 * PT_SECOND);
    assert_true(machine->node[2].down == PT_TIME_NEVER);
    ASSERT_INT(machine->node[2].node.host, machine->node[0].node.host);
    ASSERT_TEXT(machine->node[3].name, "9");
    ASSERT_TEXT(machine->node[3].host_name, "host1");
    ASSERT_INT(machine->node[3].node.size.amount[PT_CORES], 2000);
    ASSERT_INT(rule(log, "executor-missing"), 1);
    ASSERT_INT(log->view->executors, 3);
    ASSERT_INT(log->view->removed, 1);
    ASSERT_INT(log->view->nslots, 4);
    ASSERT_INT(log->view->slots[2].slots, 4);
    ASSERT_INT(log->view->most_slots, 8);
    forget(log);
}

/* What the key was recorded with under VERSION and PROPERTIES. */
static void check_condition(const char *version, const char *properties,
                            const char *key, const char *expected)
{
    struct paper paper;

    write_head(&paper, version, properties);
    write_tail(&paper, 1000);
    struct log *log = read_paper(&paper, NULL);
    ASSERT_TEXT(condition(log, key), expected);
    forget(log);
}

static void test_conditions_have_the_defaults_of_the_version(void **state)
{
    static const char speculation[] = "\"spark.speculation\":\"true\"";

    (void)state;
    check_condition("3.5.0", "", "rounds", "spark");
    check_condition("3.5.0", "", "revive", "1000ms");
    check_condition("3.5.0", "", "task_failures", "4");
    check_condition("3.5.0", "", "stage_attempts", "4");
    check_condition("3.5.0", "", "locality_node", "3000ms");
    check_condition("3.5.0", "", "speculation", "");
    check_condition("3.5.0", "", "dynamic", "");
    check_condition("3.5.0", "", "exclude", "");
    check_condition("3.5.0", "", "outputs", "local");
    check_condition("3.5.0", speculation, "speculation_quantile", "0.75");
    check_condition("3.5.0", speculation, "speculation_multiplier", "1.5");
    check_condition("4.0.0", speculation, "speculation", "on");
    check_condition("4.0.0", speculation, "speculation_quantile", "0.9");
    check_condition("4.0.0", speculation, "speculation_multiplier", "3");
    check_condition("2.3.4", "", "gate", "");
    check_condition("2.4.0", "", "gate", "on");
    check_condition("2.4.0", "", "sync_timeout", "31536000000ms");
    check_condition("3.5.0", "", "holes", "h2+h3+h5+h6+h7+h9+h10+result");
    check_condition("4.0.0", "", "holes", "as-spark");
}

static void test_conditions_are_what_the_application_set(void **state)
{
    static const struct {
        const char *properties, *key, *value;
    } cases[] = {
        {"\"spark.task.maxFailures\":\"7\"", "task_failures", "7"},
        {"\"spark.task.maxFailures\":\"x\"", "task_failures", "4"},
        {"\"spark.master\":\"local[*]\"", "task_failures", "1"},
        {"\"spark.master\":\"local[4,3]\"", "task_failures", "3"},
        {"\"spark.master\":\"local-cluster[2,1,512]\"", "task_failures", "4"},
        {"\"spark.locality.wait\":\"5s\"", "locality_host", "5000ms"},
        {"\"spark.locality.wait\":\"250\"", "locality_rack", "250ms"},
        {"\"spark.locality.wait\":\"1m\",\"spark.locality.wait.node\":\"2s\"",
         "locality_host", "2000ms"},
        {"\"spark.locality.wait\":\"99999999999999d\"", "locality_node",
         "1000000000000ms"},
        {"\"spark.locality.wait\":\"soon\"", "locality_node", "3000ms"},
        {"\"spark.barrier.sync.timeout\":\"4\"", "sync_timeout", "4000ms"},
        {"\"spark.scheduler.barrier.maxConcurrentTasksCheck.interval\":\"1s\"",
         "gate_interval", "1000ms"},
        {"\"spark.blacklist.enabled\":\"TRUE\"", "exclude", "on"},
        {"\"spark.excludeOnFailure.taskAndStage.enabled\":\"true\"", "exclude",
         "on"},
        {"\"spark.excludeOnFailure.enabled\":\"false\"", "exclude", ""},
        {"\"spark.blacklist.enabled\":\"true\","
         "\"spark.blacklist.stage.maxFailedTasksPerExecutor\":\"3\"",
         "exclude", ""},
        {"\"spark.dynamicAllocation.enabled\":\"true\"", "dynamic", "on"},
        {"\"spark.dynamicAllocation.enabled\":\"true\","
         "\"spark.master\":\"local\"",
         "dynamic", ""},
        {"\"spark.shuffle.service.enabled\":\"true\"", "outputs", "safe"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_condition("3.5.0", cases[i].properties, cases[i].key,
                        cases[i].value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles_count_where_several_are_used),
        cmocka_unit_test(test_pools_count_where_shares_are_fair),
        cmocka_unit_test(test_executors_come_and_go),
        cmocka_unit_test(test_conditions_have_the_defaults_of_the_version),
        cmocka_unit_test(test_conditions_are_what_the_application_set),
    };

    return cmocka_run_group_tests_name("eventlog_machine", tests, NULL, NULL) !=
           0;
}
