/* A hand-made run with every fact and decision that there is goes onto a tape,
 * and comes off it again as it was; what is changed or cannot be is told. */
#include "tests/unit/tape_bench.h"

/* --- the run --- */

static const struct pt_site sites[] = {{.kind = PT_SITE_NODE, .number = 1},
                                       {.kind = PT_SITE_HOST, .number = 0},
                                       {.kind = PT_SITE_HOST, .number = 1}};
static const int32_t sites_at[] = {0, 2, 2, 3};
static const int32_t above_gang[] = {0};
static const int32_t above_last[] = {0, 1};

static const struct pt_stage stages[] = {
    {.ntasks = 3,
     .mode = PT_PARALLEL,
     .need = {.amount = {1000, 0, 512}},
     .limit = 90 * S,
     .id = 40,
     .retries = true,
     .sites_at = sites_at,
     .sites = sites},
    {.ntasks = 4,
     .mode = PT_GANG,
     .need = {.amount = {1000, 500, 0}},
     .limit = 60 * S,
     .nparents = 1,
     .parents = above_gang,
     .id = -41,
     .retries = true,
     .profile = 2},
    {.ntasks = 2,
     .mode = PT_GANG,
     .need = {.amount = {2000, 0, 0}},
     .limit = 50 * S,
     .nparents = 2,
     .parents = above_last,
     .result = true,
     .flaw = PT_FLAW_CHAIN},
};

static const struct pt_job job = {.rank = 3,
                                  .id = 12,
                                  .user = 5,
                                  .group = -1,
                                  .queue = 2,
                                  .pool = 1,
                                  .tag = 0,
                                  .nstages = 3,
                                  .submit = S,
                                  .stages = stages};

static const struct pt_range ranges[] = {{0, 1}, {1, 2}, {2, 4}};
static const int64_t messages[] = {7, 0, -9, INT64_MAX, 0, 3};

#define DECISION(what, number, number_of_stage, first, n)                      \
    .kind = (what), .rank = 3, .attempt = (number), .tag = 0,                  \
    .stage = (number_of_stage), .task = (first), .ntasks = (n)

static const struct pt_fact submitted[] = {
    {.kind = PT_FACT_SUBMITTED, .job = &job, .task = -1},
    {.kind = PT_FACT_SHUFFLE, .seed = -77, .task = -1},
    {.kind = PT_FACT_NODE_UP, .node = 3, .task = -1}};
static const struct pt_decision first_starts[] = {
    {DECISION(PT_START, 1, 0, 2, 1), .range = 0, .nranges = 1},
    {DECISION(PT_START, 2, 0, 0, 1), .launch = 1, .range = 1, .nranges = 1},
    {DECISION(PT_START, 3, 0, 2, 1), .copy = true, .range = 0, .nranges = 2}};

static const struct pt_fact first_ends[] = {
    {.kind = PT_FACT_ENDED, .attempt = 1, .task = 2, .outcome = PT_SUCCESS},
    {.kind = PT_FACT_ENDED,
     .attempt = 2,
     .task = 0,
     .outcome = PT_FAILURE,
     .fault = PT_FAULT_EXCUSED}};
static const struct pt_decision gang_starts[] = {
    {DECISION(PT_KILL, 3, 0, 2, 1), .cause = PT_CAUSE_COPY},
    {DECISION(PT_HOLD, 4, 1, 0, 2), .range = 2, .nranges = 1},
    {DECISION(PT_UNHOLD, 4, 1, 0, 2), .cause = PT_CAUSE_TIMEOUT},
    {DECISION(PT_START, 4, 1, 0, 4), .range = 2, .nranges = 1}};

static const struct pt_fact arrivals[] = {
    {.kind = PT_FACT_ENDED, .attempt = 3, .task = 2, .outcome = PT_KILLED},
    {.kind = PT_FACT_ENTERED,
     .attempt = 4,
     .task = 3,
     .sync = PT_SYNC_GATHER,
     .epoch = 2,
     .width = 4,
     .message = -9}};

static const struct pt_fact last_arrivals[] = {
    {.kind = PT_FACT_ENTERED, .attempt = 4, .task = 0, .width = 4, .epoch = 2},
    {.kind = PT_FACT_ENTERED, .attempt = 4, .task = 1, .width = 5}};
static const struct pt_decision answers[] = {
    {DECISION(PT_RELEASE, 4, 1, 0, 4), .epoch = 2, .message = 0},
    {DECISION(PT_REFUSE, 4, 1, 1, 1), .cause = PT_CAUSE_WIDTH, .epoch = 1},
    {DECISION(PT_REFUSE, 4, 1, -1, 0), .cause = PT_CAUSE_MISMATCH}};

static const struct pt_fact failures[] = {{.kind = PT_FACT_ENDED,
                                           .attempt = 4,
                                           .task = 1,
                                           .outcome = PT_FAILURE,
                                           .fault = PT_FAULT_FETCH,
                                           .parent = 0,
                                           .output = 2},
                                          {.kind = PT_FACT_SYNCED,
                                           .attempt = 4,
                                           .task = -1,
                                           .since = 5 * S,
                                           .waited = 4 * S}};
static const struct pt_decision partial_starts[] = {
    {DECISION(PT_KILL, 4, 1, 0, 4), .cause = PT_CAUSE_MEMBER},
    {DECISION(PT_START, 5, 1, 0, 2), .try = 1, .partial = true, .message = 4,
     .range = 1, .nranges = 1}};

static const struct pt_fact last_ends[] = {
    {.kind = PT_FACT_ENDED, .attempt = 4, .task = -1, .outcome = PT_KILLED},
    {.kind = PT_FACT_ENDED,
     .attempt = 5,
     .task = 3,
     .outcome = PT_FAILURE,
     .fault = PT_FAULT_FATAL},
    {.kind = PT_FACT_NODE_DOWN, .node = 0, .task = -1}};
static const struct pt_decision rejections[] = {
    {DECISION(PT_REJECT, 0, 0, 0, 0), .cause = PT_CAUSE_CHAIN}};

#define DECISIONS(list)                                                        \
    .decisions = (list), .ndecisions = sizeof(list) / sizeof *(list),          \
    .ranges = ranges, .messages = messages

static const struct pt_step steps[] = {
    {.now = S, FACTS(submitted), DECISIONS(first_starts)},
    {.now = 3 * S, FACTS(first_ends), DECISIONS(gang_starts)},
    {.now = 4 * S, FACTS(arrivals)},
    {.now = 5 * S, FACTS(last_arrivals), DECISIONS(answers)},
    {.now = 6 * S, FACTS(failures), DECISIONS(partial_starts)},
    {.now = 8 * S, FACTS(last_ends), DECISIONS(rejections)},
};

enum { STEPS = sizeof steps / sizeof *steps };

/* --- the machine --- */

static const struct pt_node nodes[] = {
    {.size = {.amount = {4000, 1000, 4096}}, .profile = 1},
    {.size = {.amount = {4000, 1000, 4096}}, .profile = 2, .host = 1},
    {.size = {.amount = {4000, 1000, 4096}}, .profile = 2, .host = 1},
    {.size = {.amount = {4000, 0, 4096}}, .profile = 1, .absent = true},
};
static const struct pt_pool_spec pools[] = {
    {.name = "default", .parent = -1, .weight = 1},
    {.name = "nightly", .parent = -1, .weight = 2, .fair = true}};

static const struct pt_core_config config = {
    .nodes = 4, .node = nodes, .named = true, .pools = pools, .npools = 2};

static const struct taped all = {
    .steps = steps, .nsteps = STEPS, .config = &config};

/* --- tests --- */

static void test_every_fact_and_decision_comes_back_as_it_was(void **state)
{
    struct pt_tape_result result;

    (void)state;
    check_round_trip(&all, &result);
    ASSERT_INT(result.facts, 14);
    ASSERT_INT(result.decisions, 13);
}

static void test_what_is_nothing_special_takes_no_room(void **state)
{
    const struct pt_stage plain = {.ntasks = 2,
                                   .mode = PT_GANG,
                                   .need = {.amount = {1000, 0, 0}},
                                   .limit = S};
    const struct pt_job simple = {
        .rank = 1, .id = 2, .nstages = 1, .stages = &plain};
    const struct pt_fact facts[] = {
        {.kind = PT_FACT_SUBMITTED, .job = &simple},
        {.kind = PT_FACT_ENDED, .attempt = 1, .task = -1}};
    const struct pt_decision start = {
        .kind = PT_START, .rank = 1, .attempt = 1, .ntasks = 2, .nranges = 1};
    const struct pt_step step = {.facts = facts,
                                 .nfacts = 2,
                                 .decisions = &start,
                                 .ndecisions = 1,
                                 .ranges = ranges};
    const struct pt_sink_context context = {.label = "l", .config = "{}"};
    struct pt_err err = {.line = 0};
    void *sink = calloc(1, pt_sink_tape.state_size);
    struct page page;

    (void)state;
    open_page(&page);
    pt_sink_tape.open(sink, &page.out, &context, &err);
    pt_sink_tape.step(sink, &step, &err);
    pt_sink_tape.close(sink, NULL, &err);
    free(sink);
    char *text = close_page(&page);
    ASSERT_TEXT(
        after_first_line(text),
        "{\"t\":0,\"facts\":[{\"submitted\":1,\"id\":2,\"user\":0,\"group\":0,"
        "\"queue\":0,\"stages\":[{\"tasks\":2,\"mode\":\"gang\","
        "\"need\":[1000,0,0],\"limit\":1000000,\"parents\":[]}]},"
        "{\"ended\":1,\"task\":-1,\"outcome\":\"success\"}],"
        "\"decisions\":[{\"start\":1,\"attempt\":1,\"stage\":0,\"try\":0,"
        "\"task\":0,\"tasks\":2,\"cause\":\"none\",\"at\":[[0,1]]}]}\n");
    free(text);
}

static void test_a_decision_that_was_changed_is_a_difference(void **state)
{
    static const struct damage damages[] = {
        {2, ",\"launch\":1", ""},
        {2, "\"launch\":1", "\"launch\":2"},
        {2, ",\"copy\":true", ""},
        {3, "\"cause\":\"copy\"", "\"cause\":\"job\""},
        {3, "\"cause\":\"copy\"", "\"cause\":\"joy\""},
        {3, "\"unhold\"", "\"kill\""},
        {5, "\"epoch\":2,\"messages\"", "\"epoch\":1,\"messages\""},
        {5, "\"messages\":[7,0,-9", "\"messages\":[7,0,9"},
        {5, "\"messages\":[7,", "\"messages\":["},
        {5, ",\"messages\":[7,0,-9,9223372036854775807]", ""},
        {5, "\"epoch\":1,\"cause\"", "\"cause\""},
        {5, "\"task\":-1,\"tasks\":0", "\"task\":0,\"tasks\":0"},
        {6, ",\"partial\":[0,3]", ""},
        {6, "\"partial\":[0,3]", "\"partial\":[0,2]"},
        {7, "\"reject\"", "\"refuse\""},
    };
    char *text = record(&all);

    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        const struct damage *d = &damages[i];
        struct pt_tape_result result;
        struct pt_err err = {.line = 0};
        char path[200];

        write_damaged(path, text, d->line, d->from, d->to);
        if (play(&all, path, false, &result, &err) != 0 || !result.differs ||
            result.line != d->line) {
            print_error("line %d: %s -> %s is not told\n", d->line, d->from,
                        d->to);
            fail();
        }
        assert_true(result.recorded[0] && result.decided[0]);
        unlink(path);
    }
    free(text);
}

static void test_a_difference_names_the_stage_and_its_try(void **state)
{
    struct pt_tape_result result;
    struct pt_err err = {.line = 0};
    char path[200];
    char *text = record(&all);

    (void)state;
    write_damaged(path, text, 6, "\"partial\":[0,3]", "\"partial\":[0,1]");
    ASSERT_INT(play(&all, path, false, &result, &err), 0);
    ASSERT_TEXT(result.decided,
                "kill job 12 stage 1.0, start job 12 stage 1.1");
    unlink(path);
    free(text);
}

static void test_a_damaged_fact_is_an_error_at_its_line(void **state)
{
    static const struct damage damages[] = {
        {2, "\"pool\":1", "\"pool\":\"1\""},
        {2, "\"retries\":true", "\"retries\":false"},
        {2, "\"result\":true", "\"result\":1"},
        {2, "\"flaw\":\"chain\"", "\"flaw\":\"rust\""},
        {2, "\"profile\":2", "\"profile\":-2"},
        {2, "\"id\":40", "\"id\":4.0"},
        {2, "\"parents\":[0]", "\"parents\":[1]"},
        {2, "\"parents\":[0]", "\"parents\":[null]"},
        {2, "\"mode\":\"parallel\"", "\"mode\":\"paralel\""},
        {2, "\"need\":[1000,0,512]", "\"need\":[1000,0]"},
        {2, "[\"node\",1]", "[\"mode\",1]"},
        {2, "[\"node\",1]", "[\"node\"]"},
        {2, "[\"node\",1]", "[\"node\",\"1\"]"},
        {2, "],[],[", "],["},
        {2, "\"shuffle\":-77", "\"shuffle\":null"},
        {2, "\"shuffle\"", "\"suffle\""},
        {3, "\"fault\":\"excused\"", "\"fault\":\"excuse\""},
        {4, "\"sync\":\"gather\"", "\"sync\":\"gathering\""},
        {4, "\"sync\":\"gather\",", ""},
        {4, "\"epoch\":2", "\"epoch\":-2"},
        {4, "\"width\":4", "\"width\":4e9"},
        {4, "\"message\":-9", "\"message\":\"-9\""},
        {6, "\"since\":5000000,", ""},
        {6, "\"waited\":4000000", "\"waited\":-1"},
        {6, ",\"output\":2", ""},
        {6, "\"parent\":0,", ""},
    };

    (void)state;
    check_damages(&all, damages, sizeof damages / sizeof *damages);
}

static void test_facts_that_cannot_be_are_errors_at_their_line(void **state)
{
    static const struct damage damages[] = {
        {2, "\"pool\":1", "\"pool\":2"},
        {2, "[\"node\",1]", "[\"node\",4]"},
        {2, "[\"host\",0]", "[\"host\",-1]"},
        {2, "\"up\":3", "\"up\":4"},
        {2, "{\"up\":3}", "{\"shuffle\":1}"},
        {3, "\"outcome\":\"failure\"", "\"outcome\":\"success\""},
        {3, "\"outcome\":\"failure\"", "\"outcome\":\"killed\""},
        {4, "\"entered\":4,\"task\":3", "\"entered\":4,\"task\":4"},
        {4, "\"entered\":4,\"task\":3", "\"entered\":3,\"task\":2"},
        {4, "\"entered\":4,\"task\":3", "\"entered\":9,\"task\":3"},
        {5, "\"entered\":4,\"task\":0", "\"entered\":4,\"task\":3"},
        {6, "\"since\":5000000", "\"since\":6000001"},
        {6, "\"since\":5000000", "\"since\":2999999"},
        {6, "\"waited\":4000000", "\"waited\":4000001"},
        {6, "\"synced\":4", "\"synced\":1"},
        {6, "\"parent\":0", "\"parent\":1"},
        {6, "\"output\":2", "\"output\":3"},
        {6, "\"outcome\":\"failure\"", "\"outcome\":\"killed\""},
        {7, "\"ended\":5,\"task\":3", "\"ended\":5,\"task\":1"},
        {7, "\"ended\":5,\"task\":3", "\"ended\":4,\"task\":3"},
    };

    (void)state;
    check_damages(&all, damages, sizeof damages / sizeof *damages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_fact_and_decision_comes_back_as_it_was),
        cmocka_unit_test(test_what_is_nothing_special_takes_no_room),
        cmocka_unit_test(test_a_decision_that_was_changed_is_a_difference),
        cmocka_unit_test(test_a_difference_names_the_stage_and_its_try),
        cmocka_unit_test(test_a_damaged_fact_is_an_error_at_its_line),
        cmocka_unit_test(test_facts_that_cannot_be_are_errors_at_their_line),
    };

    return cmocka_run_group_tests_name("tape facts", tests, NULL, NULL) != 0;
}
