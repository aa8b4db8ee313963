/* Nodes that break, drain and are serviced, and gangs that lose one after they
 * have saved some of their work: all that goes onto a tape, and comes off it
 * again as it was; what cannot be is told. */
#include "tests/unit/tape_bench.h"

/* --- the run: a gang of three, on four nodes --- */

static const struct pt_stage stage = {.ntasks = 3,
                                      .mode = PT_GANG,
                                      .need = {.amount = {1000, 0, 0}},
                                      .limit = 60 * S,
                                      .retries = true};
static const struct pt_job job = {
    .rank = 0, .id = 7, .nstages = 1, .submit = S, .stages = &stage};

static const struct pt_range ranges[] = {{0, 3}, {0, 1}, {2, 2}};

#define DECISION(what, number, n)                                              \
    .kind = (what), .attempt = (number), .ntasks = (n)
#define AT(i)            .range = (i), .nranges = 1
#define DOWN(i)          .kind = PT_FACT_NODE_DOWN, .task = -1, .node = (i)
#define UP(i)            .kind = PT_FACT_NODE_UP, .task = -1, .node = (i)
#define TOLD(i)          .kind = PT_FACT_NODE_NOTICE, .task = -1, .node = (i)
#define ENDED(number, i) .kind = PT_FACT_ENDED, .attempt = (number), .task = (i)

static const struct pt_fact submitted[] = {
    {.kind = PT_FACT_SUBMITTED, .job = &job, .task = -1},
    {TOLD(2), .since = 6 * S, .until = 60 * S}};
static const struct pt_decision starts[] = {{DECISION(PT_START, 1, 3), AT(0)}};

static const struct pt_fact arrivals[] = {
    {.kind = PT_FACT_ENTERED, .attempt = 1, .task = 1, .width = 3}};

/* The next try takes what is left before the last one's end is told. */
static const struct pt_fact losses[] = {{DOWN(1), .origin = PT_ORIGIN_RACK},
                                        {DOWN(2),
                                         .origin = PT_ORIGIN_MAINTENANCE,
                                         .planned = true, .drains = true}};
static const struct pt_decision holds[] = {
    {DECISION(PT_KILL, 1, 3), .cause = PT_CAUSE_NODE},
    {DECISION(PT_HOLD, 2, 1), .try = 1, AT(1)}};

/* Of 15 seconds, two were spent at a barrier; all others are told of. */
static const struct pt_fact killed[] = {
    {ENDED(1, -1), .outcome = PT_KILLED,
     .progress = {.restart = 3 * S, .checkpoint = 2 * S, .saved = 8 * S}}};

/* The first try's number is free: another hold has it. */
static const struct pt_fact worse[] = {
    {DOWN(2)}, {UP(1)}, {TOLD(1), .since = 7 * S, .until = PT_TIME_NEVER}};
static const struct pt_decision other_holds[] = {
    {DECISION(PT_UNHOLD, 2, 1), .try = 1, .cause = PT_CAUSE_TIMEOUT},
    {DECISION(PT_HOLD, 1, 1), .try = 1, AT(1)}};

/* Up and down again at once. */
static const struct pt_fact better[] = {
    {DOWN(1), .origin = PT_ORIGIN_FACILITIES, .planned = true},
    {UP(2)},
    {UP(3)},
    {TOLD(2), .since = 9 * S, .until = 10 * S},
    {TOLD(2), .since = 9 * S, .until = 11 * S}};
static const struct pt_decision restarts[] = {
    {DECISION(PT_START, 1, 3), .try = 1, AT(2)}};

/* Two seconds of each: three were spent as told here, three at barriers. */
static const struct pt_fact failures[] = {
    {.kind = PT_FACT_SYNCED,
     .attempt = 1,
     .task = -1,
     .since = 8 * S,
     .waited = 3 * S},
    {ENDED(1, 0), .outcome = PT_FAILURE, .progress = {.checkpoint = S}},
    {UP(1)},
    {DOWN(1), .drains = true}};
static const struct pt_decision kills[] = {
    {DECISION(PT_KILL, 1, 3), .try = 1, .cause = PT_CAUSE_MEMBER}};

static const struct pt_fact last_ends[] = {
    {ENDED(1, -1), .outcome = PT_KILLED, .progress = {.saved = 2 * S}},
    {UP(1)}};
static const struct pt_decision rejections[] = {
    {.kind = PT_REJECT, .cause = PT_CAUSE_LOSSES}};

#define DECISIONS(list)                                                        \
    .decisions = (list), .ndecisions = sizeof(list) / sizeof *(list),          \
    .ranges = ranges

static const struct pt_step steps[] = {
    {.now = S, FACTS(submitted), DECISIONS(starts)},
    {.now = 4 * S, FACTS(arrivals)},
    {.now = 6 * S, FACTS(losses), DECISIONS(holds)},
    {.now = 6 * S, FACTS(killed)},
    {.now = 7 * S, FACTS(worse), DECISIONS(other_holds)},
    {.now = 8 * S, FACTS(better), DECISIONS(restarts)},
    {.now = 10 * S, FACTS(failures), DECISIONS(kills)},
    {.now = 10 * S, FACTS(last_ends), DECISIONS(rejections)},
};

static const struct pt_node nodes[] = {
    {.size = {.amount = {1000, 0, 0}}},
    {.size = {.amount = {1000, 0, 0}}},
    {.size = {.amount = {1000, 0, 0}}},
    {.size = {.amount = {1000, 0, 0}}, .absent = true},
};
static const struct pt_core_config config = {
    .nodes = 4, .node = nodes, .named = true};

static const struct taped all = {
    .steps = steps, .nsteps = sizeof steps / sizeof *steps, .config = &config};

#define CHECK_DAMAGES(damages)                                                 \
    check_damages(&all, (damages), sizeof(damages) / sizeof *(damages))

/* --- tests --- */

static void test_what_nodes_and_gangs_lose_comes_back_as_it_was(void **state)
{
    struct pt_tape_result result;

    (void)state;
    check_round_trip(&all, &result);
    ASSERT_INT(result.facts, 20);
    ASSERT_INT(result.decisions, 8);
}

static void test_what_a_loss_tells_is_written_in_these_words(void **state)
{
    char *text = record(&all);

    (void)state;
    ASSERT_HAS(text, "{\"notice\":2,\"since\":6000000,\"until\":60000000}");
    ASSERT_HAS(text, "{\"down\":1,\"origin\":\"rack\"},");
    ASSERT_HAS(text, "{\"down\":2,\"origin\":\"maintenance\","
                     "\"planned\":true,\"drains\":true}");
    ASSERT_HAS(text, "{\"ended\":1,\"task\":-1,\"outcome\":\"killed\","
                     "\"progress\":{\"restart\":3000000,"
                     "\"checkpoint\":2000000,\"saved\":8000000}}");
    ASSERT_HAS(text,
               "{\"down\":2},{\"up\":1},{\"notice\":1,\"since\":7000000}");
    ASSERT_HAS(text, "\"progress\":{\"saved\":2000000}}");
    ASSERT_HAS(text, "\"cause\":\"losses\"");
    free(text);
}

static void test_every_origin_has_a_word_that_is_read_back(void **state)
{
    (void)state;
    for (int origin = 0; origin < PT_ORIGINS; origin++) {
        const struct pt_fact down = {DOWN(0), .origin = (enum pt_origin)origin};
        const struct pt_step step = {.now = S, .facts = &down, .nfacts = 1};
        const struct taped one = {
            .steps = &step, .nsteps = 1, .config = &config};
        struct pt_tape_result result;

        check_round_trip(&one, &result);
        ASSERT_INT(result.facts, 1);
    }
}

static void test_a_damaged_loss_is_an_error_at_its_line(void **state)
{
    static const struct damage damages[] = {
        {2, "\"notice\":2", "\"notice\":4"},
        {2, "\"notice\":2", "\"notice\":-1"},
        {2, "\"notice\":2", "\"notice\":\"2\""},
        {2, "\"notice\"", "\"notices\""},
        {2, "\"since\":6000000,", ""},
        {2, "\"since\":6000000", "\"since\":6e6"},
        {2, "\"until\":60000000", "\"until\":\"later\""},
        {2, "\"until\":60000000", "\"until\":null"},
        {2, "\"until\":60000000", "\"until\":9223372036854775807"},
        {4, "\"rack\"", "\"rock\""},
        {4, "\"rack\"", "3"},
        {4, "\"rack\"", "null"},
        {4, "\"down\":1", "\"down\":4"},
        {4, "\"down\":1", "\"down\":-1"},
        {4, "\"planned\":true", "\"planned\":false"},
        {4, "\"planned\":true", "\"planned\":1"},
        {4, "\"drains\":true", "\"drains\":\"true\""},
        {5, "\"restart\":3000000", "\"restart\":-3000000"},
        {5, "\"restart\":3000000", "\"restart\":3.0"},
        {5, "\"checkpoint\":2000000", "\"checkpoint\":-1"},
        {5, "\"checkpoint\":2000000", "\"checkpoint\":null"},
        {5, "\"saved\":8000000", "\"saved\":-9223372036854775808"},
        {5, "\"saved\":8000000", "\"saved\":9223372036854775808"},
        {5, "\"saved\":8000000", "\"savd\":8000000"},
        {5, "{\"restart\":3000000,\"checkpoint\":2000000,\"saved\":8000000}",
         "{}"},
        {5, "{\"restart\":3000000,\"checkpoint\":2000000,\"saved\":8000000}",
         "[3000000,2000000,8000000]"},
        {5, "{\"restart\":3000000,\"checkpoint\":2000000,\"saved\":8000000}",
         "8000000"},
        {5, "{\"restart\":3000000,\"checkpoint\":2000000,\"saved\":8000000}",
         "null"},
    };

    (void)state;
    CHECK_DAMAGES(damages);
}

static void test_a_notice_is_of_what_is_to_come_and_lasts(void **state)
{
    static const struct damage damages[] = {
        {2, "\"since\":6000000", "\"since\":999999"},
        {2, "\"until\":60000000", "\"until\":6000000"},
        {2, "\"until\":60000000", "\"until\":0"},
        {6, "\"since\":7000000", "\"since\":6999999"},
        {6, "\"since\":7000000", "\"since\":9223372036854775807"},
        {7, "\"until\":11000000", "\"until\":9000000"},
    };

    (void)state;
    CHECK_DAMAGES(damages);
}

static void test_a_machine_of_nameless_nodes_hears_no_notice(void **state)
{
    static const struct pt_core_config counted = {.nodes = 4};
    const struct pt_fact told = {TOLD(2), .since = S, .until = 2 * S};
    const struct pt_step step = {.now = S, .facts = &told, .nfacts = 1};
    const struct taped one = {.steps = &step, .nsteps = 1, .config = &counted};
    const struct damage none = {2, "", ""};

    (void)state;
    check_damages(&one, &none, 1);
}

/* A node that drains may break; else who is down comes up first. */
static void test_a_node_goes_down_once_and_comes_up_once(void **state)
{
    static const struct damage damages[] = {
        {4, "{\"down\":1,", "{\"down\":3,"}, /* it is absent */
        {4, "{\"down\":1,", "{\"down\":2,"},
        {4, "{\"down\":2,", "{\"down\":1,"},
        {4, "{\"down\":1,", "{\"up\":1,"},
        {6, "{\"down\":2}", "{\"down\":2,\"drains\":true}"},
        {6, "{\"up\":1}", "{\"up\":0}"},
        {6, "{\"up\":1}", "{\"up\":3},{\"up\":3}"},
        {7, "{\"up\":2}", "{\"up\":1},{\"up\":2},{\"down\":1}"},
        {7, "{\"up\":3}", "{\"up\":2}"},
        {8, "{\"up\":1},", ""},
        {9, "{\"up\":1}", "{\"up\":1},{\"up\":1}"},
        {9, "{\"up\":1}", "{\"down\":1,\"drains\":true}"},
    };

    (void)state;
    CHECK_DAMAGES(damages);
}

static void test_nobody_did_more_than_there_was_time_for(void **state)
{
    static const struct damage damages[] = {
        {5, "\"restart\":3000000", "\"restart\":3000001"},
        {5, "\"checkpoint\":2000000", "\"checkpoint\":2000001"},
        {5, "\"saved\":8000000", "\"saved\":8000001"},
        {5, "\"saved\":8000000", "\"saved\":9223372036854775807"},
        {5, "3000000,\"checkpoint\":2000000",
         "9223372036854775807,\"checkpoint\":9223372036854775807"},
        {8, "\"checkpoint\":1000000", "\"checkpoint\":1000001"},
        {8, "\"waited\":3000000", "\"waited\":6000000"},
        {9, "\"saved\":2000000", "\"saved\":2000001"},
    };

    (void)state;
    CHECK_DAMAGES(damages);
}

static void test_what_only_holds_does_not_run(void **state)
{
    static const struct damage damages[] = {
        {5, "\"ended\":1", "\"ended\":2"},
        {6, "{\"down\":2}", "{\"ended\":2,\"task\":-1,\"outcome\":\"killed\"}"},
        {6, "{\"down\":2}", "{\"ended\":1,\"task\":-1,\"outcome\":\"killed\"}"},
        {7, "{\"up\":2}", "{\"ended\":1,\"task\":0,\"outcome\":\"success\"}"},
        {7, "{\"up\":2}",
         "{\"entered\":1,\"task\":0,\"sync\":\"barrier\",\"epoch\":0,"
         "\"width\":3}"},
        {7, "{\"up\":2}", "{\"synced\":1,\"since\":8000000,\"waited\":0}"},
        {8, "\"failure\"", "\"killed\""}, /* that was the try before */
        {8, "\"since\":8000000", "\"since\":7999999"},
        {9, "\"task\":-1", "\"task\":0"},
    };

    (void)state;
    CHECK_DAMAGES(damages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_nodes_and_gangs_lose_comes_back_as_it_was),
        cmocka_unit_test(test_what_a_loss_tells_is_written_in_these_words),
        cmocka_unit_test(test_every_origin_has_a_word_that_is_read_back),
        cmocka_unit_test(test_a_damaged_loss_is_an_error_at_its_line),
        cmocka_unit_test(test_a_notice_is_of_what_is_to_come_and_lasts),
        cmocka_unit_test(test_a_machine_of_nameless_nodes_hears_no_notice),
        cmocka_unit_test(test_a_node_goes_down_once_and_comes_up_once),
        cmocka_unit_test(test_nobody_did_more_than_there_was_time_for),
        cmocka_unit_test(test_what_only_holds_does_not_run),
    };

    return cmocka_run_group_tests_name("tape of failures", tests, NULL, NULL) !=
           0;
}
